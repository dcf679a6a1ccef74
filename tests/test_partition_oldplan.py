"""The old plan as a start: whole grids stay, fragments and new atoms go where they touch."""

from __future__ import annotations

import numpy as np

from gridder.effort import Effort
from gridder.partition.oldplan import old_plan
from gridder.partition.problem import Problem
from gridder.partition.solve import solve


def path(previous, *, fixed=None, households=100, **options):
    """Return atoms in a row, each joined to the next."""
    n = len(previous)
    edges = [(i, i + 1) for i in range(n - 1)]
    given = {"move_cost": 10, "households_min": 300, "households_max": 500} | options
    return Problem(np.full(n, households), edges, np.full(n - 1, 50), previous=previous, fixed=fixed, **given)


def test_old_grids_stand_and_new_atoms_join_the_grid_they_touch():
    assert old_plan(path([7, 7, 7, -1, 9, 9, 9, -1]), 2).tolist() == [0, 0, 0, 0, 1, 1, 1, 1]


def test_of_a_grid_in_two_parts_the_larger_stays():
    assert old_plan(path([7, 9, 9, 9, 7, 7]), 2).tolist() == [0, 0, 0, 0, 1, 1]


def test_another_number_of_grids_or_no_price_of_moving_is_no_start():
    assert old_plan(path([7, 7, 7, 9, 9, 9]), 3) is None
    assert old_plan(path([7, 7, 7, 9, 9, 9], move_cost=0), 2) is None
    assert old_plan(path([-1] * 6), 1) is None


def test_locks_that_must_be_apart_are_not_put_together():
    assert old_plan(path([7, 7, 7, 7], fixed=[0, -1, -1, 1]), 1) is None


def test_a_lawful_old_plan_is_never_beaten_by_a_dearer_one():
    """A ladder of 60 atoms with random costs: the plan again from itself costs no more than itself."""
    rng = np.random.default_rng(3)
    edges = [(i, i + 2) for i in range(58)] + [(i, i + 1) for i in range(0, 60, 2)]
    edges = sorted(edges)
    base = {"households": rng.integers(20, 60, 60), "edges": edges, "cut_cost": rng.integers(10, 90, len(edges)),
            "households_min": 300, "households_max": 500}  # fmt: skip
    first, _ = solve(Problem(**base), Effort("quick", 1))
    k = len(first.households)
    again, _ = solve(Problem(**base, previous=first.assignment, move_cost=5, grids=k), Effort("quick", 2))
    assert again.objective <= first.objective
