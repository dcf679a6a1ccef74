"""The smallest widening of the window: a lawful plan exists in it, none in any narrower one-sided window."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from partition_cases import all_plans, random_problem, row

from gridder.effort import Effort
from gridder.partition import listing
from gridder.partition.search import make_search
from gridder.partition.solve import solve
from gridder.partition.tolerance import moved, smallest_tolerance
from gridder.partition.work import work_of

QUICK = Effort("quick")


def brute_step(case, end, most):
    """Return the least step of one end of the window with a lawful plan, 0 if none up to ``most``: every plan tried."""
    best = 0
    for plan in all_plans(
        replace(case, households_min=1, households_max=int(case.households.sum())), lawful=False
    ):
        sizes = [int(case.households[list(grid)].sum()) for grid in plan]
        below = max(case.households_min - min(sizes), 0)
        above = max(max(sizes) - case.households_max, 0)
        step, other = (below, above) if end < 0 else (above, below)
        if other == 0 and 0 < step <= most and (best == 0 or step < best):
            best = step
    return best


@pytest.mark.parametrize("listed", [2_000, 0])
@pytest.mark.parametrize("seed", range(24))
def test_the_smallest_tolerance_is_smallest(seed, listed, monkeypatch):
    monkeypatch.setattr(listing, "ALL_SETS", listed)
    case = random_problem(seed, 7, low=20, high=420)
    plan, certificate = solve(case, QUICK)
    if certificate.status != "relaxed":
        assert not any(r["code"] == "widen" for e in plan.exceptions for r in e.remedies)
        return
    tolerance = smallest_tolerance(make_search(case, work_of(QUICK), np.random.default_rng(0)))
    least = [s for s in (brute_step(case, -1, 299), brute_step(case, 1, 10_000)) if s]
    assert tolerance is not None and tolerance.proven
    step = max(case.households_min - tolerance.households_min, tolerance.households_max - case.households_max)
    assert step == min(least)
    wider = replace(case, households_min=tolerance.households_min, households_max=tolerance.households_max)
    assert next(all_plans(wider, lawful=True), None) is not None
    for exception in plan.exceptions:
        (told,) = [r for r in exception.remedies if r["code"] == "widen"]
        assert (told["households_min"], told["households_max"]) == (
            wider.households_min,
            wider.households_max,
        )
        assert told["difference"] == step


@pytest.mark.parametrize(("households", "window"), [
    ((283,), (283, 500)), ((504,), (300, 504)), ((275, 275), (275, 500)), ((250, 300), (250, 500)),
    ((100, 262, 282, 300), (282, 500)), ((620, 310), (300, 620)),
])  # fmt: skip
def test_tolerances_by_hand(households, window):
    """In a row; 275 + 275: two grids of 275 are nearer than one of 550."""
    plan, _ = solve(row(*households), QUICK)
    (told,) = [r for r in plan.exceptions[0].remedies if r["code"] == "widen"]
    assert (told["households_min"], told["households_max"]) == window and told["proven"]


def test_a_window_is_moved_at_one_end_alone():
    case = row(100, 200)
    assert (moved(case, -1, 5).households_min, moved(case, -1, 5).households_max) == (295, 500)
    assert (moved(case, 1, 5).households_min, moved(case, 1, 5).households_max) == (300, 505)


def test_a_building_above_the_maximum_says_into_how_many_parts():
    plan, _ = solve(row(310, 1_030, 320), QUICK)
    (cut,) = [r for e in plan.exceptions for r in e.remedies if r["code"] == "cut_building"]
    assert (cut["parts"], cut["households"], cut["nodes"]) == (3, 1_030, [1])
