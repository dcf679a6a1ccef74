"""Travel: the cost of a grid is the household-distance to its best member, also of merged atoms and of parts."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from partition_cases import random_problem, with_travel

from gridder.partition.locks import merge_locks
from gridder.partition.problem import Problem, grid_cost, plan_cost, subproblem
from gridder.partition.travel import best_centre, make_travel


def by_hand(case: Problem, hops: np.ndarray, atoms: list[int]) -> int:
    """The household-distance of a grid to its best member, member by member."""
    return min(sum(int(case.households[i]) * int(hops[i, c]) for i in atoms) for c in atoms)


def hops_of(case: Problem) -> np.ndarray:
    """The table a travel was made of."""
    assert case.travel is not None
    return case.travel.pull // np.maximum(case.households, 1)[:, None]


def test_a_grid_costs_twice_the_distance_to_its_best_member():
    case = with_travel(1, 12)
    hops = hops_of(case)
    for atoms in ([3], [0, 1, 2], list(range(12))):
        assert grid_cost(case, atoms) == 2 * by_hand(case, hops, atoms)
        members = np.isin(np.arange(12), atoms)
        centre = best_centre(case.travel, members)
        assert sum(case.households[i] * hops[i, centre] for i in atoms) == by_hand(case, hops, atoms)


def test_load_and_moves_are_added_and_cuts_are_not():
    case = with_travel(2, 10, load_cost=3, move_cost=5, previous=np.arange(10) % 2, households_target=400)
    atoms = [0, 1, 2, 3]
    size = int(case.households[atoms].sum())
    moved = min(int(case.households[[0, 2]].sum()), int(case.households[[1, 3]].sum()))
    own = 3 * abs(size - 400) + 5 * moved
    assert grid_cost(case, atoms) == 2 * (by_hand(case, hops_of(case), atoms) + own)


def test_merged_atoms_and_parts_cost_what_their_atoms_cost():
    fixed = np.full(14, -1)
    case = with_travel(3, 14)
    i, j = (int(x) for x in case.edges[0])
    fixed[[i, j]] = 0
    merged = merge_locks(replace(case, fixed=fixed))
    grid = np.arange(merged.problem.n_atoms) % 3
    assert plan_cost(merged.problem, grid) == plan_cost(case, grid[merged.place])
    part = subproblem(case, np.array([2, 3, 5, 7, 11]))
    assert grid_cost(part, [0, 2, 4]) == grid_cost(case, [2, 5, 11])


@pytest.mark.parametrize(
    "table", [np.zeros((2, 3)), -np.ones((3, 3)), np.full((3, 3), 0.5), np.full((3, 3), 2**52)]
)
def test_tables_that_are_no_distances_are_refused(table):
    with pytest.raises(ValueError):
        make_travel(np.array([100, 200, 300]), table)


def test_travel_of_other_atoms_is_refused():
    case = random_problem(1, 6)
    with pytest.raises(ValueError):
        replace(case, travel=make_travel(np.arange(5), np.zeros((5, 5))))
