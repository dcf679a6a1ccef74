"""Many problems: the plans do not depend on how many processes, nor on which others are asked with them."""

from __future__ import annotations

import numpy as np
import pytest

from gridder.effort import Effort, Event
from gridder.partition.parallel import effort_for, solve_all
from gridder.partition.problem import Problem

QUICK = Effort("quick", 3)


def row_of(n: int, households: int) -> Problem:
    """Return n atoms in a row, edges of 1, 2, 3 … to cut."""
    edges = np.array([(i, i + 1) for i in range(n - 1)], dtype=np.int64).reshape(-1, 2)
    cost = np.arange(1, n, dtype=np.int64)
    return Problem(np.full(n, households, dtype=np.int64), edges, cost, 300, 500)


PROBLEMS = {"small": row_of(4, 100), "large": row_of(12, 100), "middle": row_of(8, 100)}


@pytest.fixture(scope="module")
def alone():
    return {name: solve_all({name: problem}, QUICK)[name] for name, problem in PROBLEMS.items()}


@pytest.mark.parametrize("jobs", [1, 2])
def test_plans_do_not_depend_on_company_or_processes(alone, jobs):
    together = solve_all(PROBLEMS, QUICK, jobs=jobs)
    assert list(together) == ["large", "middle", "small"]  # the largest begin first
    for name, (plan, certificate) in together.items():
        assert plan.assignment.tolist() == alone[name][0].assignment.tolist()
        assert (plan.households >= 300).all() and certificate == alone[name][1]


def test_progress_counts_from_none_to_all():
    events: list[Event] = []
    solve_all(PROBLEMS, QUICK, progress=events.append)
    assert [(e.done, e.total, e.what) for e in events] == [
        (0, 3, ""), (1, 3, "large"), (2, 3, "middle"), (3, 3, "small"),
    ]  # fmt: skip


def test_no_problems_no_processes():
    assert solve_all({}, QUICK, jobs=2) == {}


def test_each_name_has_a_seed_of_its_own():
    seeds = {effort_for(Effort("quick", seed), name).seed for seed in (0, 1) for name in ("a", "b", "c")}
    assert len(seeds) == 6 and effort_for(QUICK, "a") == effort_for(QUICK, "a")


def test_a_failure_in_a_process_is_told_not_swallowed():
    broken = Problem(
        *(getattr(PROBLEMS["small"], f) for f in ("households", "edges")), np.ones(3, np.int64), 300, 500
    )
    object.__setattr__(broken, "edges", np.array([(0, 9)] * 3))
    with pytest.raises(ValueError, match="exceeds"):
        solve_all({"broken": broken, "small": PROBLEMS["small"]}, QUICK, jobs=2)
