"""Atoms that are held to one grid: how they are linked when they do not touch."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from partition_cases import problem, random_problem

from gridder.partition.locks import link_locks, lock_parts
from gridder.partition.problem import Ints, Problem


def grow_grids(case: Problem, k: int, rng: np.random.Generator) -> Ints:
    """Return k connected grids grown from random atoms, one atom at a time; −1 where none reaches."""
    first, neighbour, _ = case.adjacency
    grid = np.full(case.n_atoms, -1)
    grid[rng.choice(case.n_atoms, k, replace=False)] = np.arange(k)
    while True:
        edge = [
            (i, int(j))
            for i in np.flatnonzero(grid >= 0)
            for j in neighbour[first[i] : first[i + 1]]
            if grid[j] < 0
        ]
        if not edge:
            return grid
        i, j = edge[rng.integers(len(edge))]
        grid[j] = grid[i]


@pytest.mark.parametrize("seed", range(40))
def test_what_connected_old_grids_hold_together_is_never_let_go(seed):
    """The old grids themselves are the oracle: they keep every lock at once, so linking has to."""
    rng = np.random.default_rng(seed)
    case = random_problem(seed, 40)
    grid = grow_grids(case, 5, rng)
    held = np.where(rng.random(case.n_atoms) < 0.2, grid, -1)
    case = replace(case, previous=grid, fixed=held)
    fixed, reasons = link_locks(case)
    assert not reasons
    assert ((fixed == -1) | (fixed == grid)).all() and (fixed[held >= 0] == held[held >= 0]).all()
    assert all(len(lock_parts(case, fixed, int(label))) == 1 for label in np.unique(held[held >= 0]))


def test_a_short_way_through_the_grid_of_another_is_left_to_that_other():
    """Two rows of five: lock 0 holds both ends of the upper, lock 1 the middles; the way of lock 0 is its own old grid.

    0 1 2 3 4      old grids  0 1 1 1 0      held  0 . 1 . 0
    5 6 7 8 9                 0 1 1 1 0            . . 1 . .
    10 … 14                   0 0 0 0 0            . . . . .
    """
    rows = [(5 * y + x, 5 * y + x + 1) for y in range(3) for x in range(4)]
    columns = [(5 * y + x, 5 * y + x + 5) for y in range(2) for x in range(5)]
    edges = sorted(rows + columns)
    old = np.array([0, 1, 1, 1, 0, 0, 1, 1, 1, 0, 0, 0, 0, 0, 0])
    held = np.full(15, -1)
    held[[0, 4]] = 0
    held[[2, 7]] = 1
    case = replace(problem(np.full(15, 30), edges, np.ones(len(edges))), previous=old, fixed=held)
    fixed, reasons = link_locks(case)
    assert not reasons and np.flatnonzero(fixed == 0).tolist() == [0, 4, 5, 9, 10, 11, 12, 13, 14]


def test_without_old_grids_the_shortest_way_links_and_what_none_links_is_named():
    """A path of seven atoms: 0 and 2 are linked over 1; 3 and 5 cannot be parted by 4, which another lock holds."""
    edges = [(i, i + 1) for i in range(6)]
    case = problem(np.array([10, 10, 10, 30, 10, 20, 10]), edges, np.ones(6))
    fixed, reasons = link_locks(replace(case, fixed=np.array([0, -1, 0, 1, 2, 1, -1])))
    assert fixed.tolist() == [0, 0, 0, 1, 2, -1, -1]
    assert [(reason.code, reason.nodes) for reason in reasons] == [("lock", (5,))]
