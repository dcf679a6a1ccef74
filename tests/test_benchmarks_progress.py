"""The engine watched from outside: same answer, steps that hold, and everything put back."""

from __future__ import annotations

import json

import numpy as np
import pytest

from benchmarks.instances import COMMUNITY, make_instance
from benchmarks.judge import judge
from benchmarks.partition import make_problem
from benchmarks.progress import Progress, Watch, lawful_cost, main, plans_in, swapped, tabulate, watch_run
from gridder.effort import Effort
from gridder.partition import piece, solve
from gridder.partition.problem import Problem

QUICK = Effort("quick", 3)


@pytest.fixture(scope="module")
def instance() -> dict:
    return make_instance(COMMUNITY, 60, 4)[0]


def test_watching_changes_nothing(instance):
    before = dict(vars(piece))
    plan, _ = solve.solve(make_problem(instance, "free"), QUICK)
    run = watch_run(instance, "g", QUICK)
    assert run.steps[-1][1] == plan.objective == judge(instance, plan.assignment.tolist()).value
    assert dict(vars(piece)) == before


def test_steps_fall_in_value_as_they_rise_in_time(instance):
    steps = watch_run(instance, "g", QUICK).steps
    assert list(steps) == sorted(steps) and [v for _, v in steps] == sorted(
        {v for _, v in steps}, reverse=True
    )


@pytest.mark.parametrize(
    ("plan", "cost"),
    [
        ([0, 0, 1, 1], 7), ([1, 1, 0, 0], 7), ([0, 1, 1, 0], None), ([0, 0, 0, 0], None), ([0, 1, 1, 1], None),
        ([0, 0, 2, 2], None), ([-1, -1, 0, 0], None), ([200, 150, 150, 250], None),
    ],
)  # fmt: skip
def test_only_lawful_plans_count(plan, cost):
    edges, costs = np.array([(0, 1), (1, 2), (2, 3)]), np.array([5, 7, 9])
    problem = Problem(np.array([200, 150, 150, 250]), edges, costs, 300, 500)
    assert lawful_cost(problem, np.array(plan)) == cost


def test_a_look_finds_plans_in_what_functions_return():
    problem = Problem(np.array([300, 300]), np.array([(0, 1)]), np.array([4]), 300, 500)
    ticks = iter(range(100))
    watch = Watch(problem, clock=lambda: float(next(ticks)))
    plan = np.array([0, 1])
    watch.look((), (plan, "more"))  # begins at 1, ends at 2: that second is not the engine's
    watch.look((), plan)  # no cheaper
    assert watch.steps == [(1.0, 4)] and watch.own == 2.0
    assert next(plans_in(((plan, 1), None))) is plan and list(plans_in([plan])) == []


def test_a_problem_with_atoms_merged_is_the_same_one():
    edges = np.array([(0, 1), (1, 2)])
    whole = Problem(np.array([300, 300, 0]), edges, np.array([4, 9]), 300, 500)
    merged = Problem(np.array([300, 300]), edges[:1], np.array([4]), 300, 500)
    other = Problem(np.array([300, 200]), edges[:1], np.array([4]), 300, 500)
    watch = Watch(whole)
    watch.look((other,), None)
    watch.look((), np.array([0, 1]))
    assert watch.steps == []
    watch.look((merged,), np.array([0, 1]))
    assert [cost for _, cost in watch.steps] == [4]


def test_functions_are_put_back_after_a_failure():
    held = solve.solve
    with pytest.raises(ZeroDivisionError), swapped(lambda function: lambda *_: None):
        assert solve.solve is not held
        raise ZeroDivisionError
    assert solve.solve is held


def test_the_table_says_when_and_how_often_never():
    runs = [
        Progress("c", "a", 0, ((0.1, 110), (0.5, 101), (0.75, 100)), 2.0, 100),
        Progress("c", "a", 1, ((0.3, 120),), 1.0, 100),
        Progress("d", "b", 0, ((0.1, 50), (0.2, 40)), 1.0, None),
        Progress("d", "b", 1, (), 1.0, None),
    ]
    rows = [[c.strip() for c in line.strip("|").split("|")] for line in tabulate(runs, 0.01).splitlines()]
    assert rows[0][3] == "within 1 %"
    assert rows[2] == [
        "c",
        "2",
        "0.20 (0.30)",
        "0.50 (0.50), 1 never",
        "0.53 (0.75)",
        "1.50 (2.00)",
        "1.2000",
    ]
    never = ", 1 never"
    assert rows[3][:3] == ["d", "2", "0.10 (0.10)" + never]
    assert rows[3][3:] == ["0.20 (0.20)" + never, "0.20 (0.20)" + never, "1.00 (1.00)", "1.0000"]


def test_the_command_watches_what_can_be_answered(instance, tmp_path, capsys):
    (tmp_path / "case.json").write_text(json.dumps(instance), "utf-8")
    (tmp_path / "none.json").write_text(json.dumps(instance | {"feasible": False}), "utf-8")
    out = tmp_path / "steps.json"
    assert main([str(tmp_path), "--effort", "quick", "--seeds", "3", "--steps", str(out)]) == 0
    assert len(json.loads(out.read_text("utf-8"))) == 1
    assert capsys.readouterr().out.count("\n") == 3
