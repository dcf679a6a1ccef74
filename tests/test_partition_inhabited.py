"""Starts of pieces that few live in: every block holds one lived-in atom, and the start is a plan of the piece."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from partition_cases import grids_connected, random_problem, row

from gridder.effort import Effort
from gridder.partition import inhabited
from gridder.partition.inhabited import inhabited_blocks, is_mostly_empty
from gridder.partition.problem import grid_households
from gridder.partition.search import make_search
from gridder.partition.work import work_of


def mostly_empty(seed, n=120, share=0.15):
    """A random piece in which few atoms have households."""
    case = random_problem(seed, n, low=60, high=200)
    empty = np.random.default_rng(seed).random(n) > share
    return replace(case, households=np.where(empty, 0, case.households))


@pytest.mark.parametrize("seed", range(5))
def test_every_block_is_connected_and_holds_one_atom_that_is_lived_in(seed):
    case = mostly_empty(seed)
    block = inhabited_blocks(case)
    lived = np.bincount(block, case.households > 0)
    assert (lived == 1).all() and len(lived) == (case.households > 0).sum()
    assert grids_connected(case, block)


def test_empty_atoms_go_evenly_and_over_the_dearest_edge():
    case = row(100, 0, 0, 0, 0, 100, costs=(5, 5, 5, 5, 5))
    assert inhabited_blocks(case).tolist() == [0, 0, 0, 1, 1, 1]
    assert inhabited_blocks(row(100, 0, 100, costs=(3, 7))).tolist() == [0, 1, 1]
    locked = row(100, 0, 0, fixed=np.array([-1, -1, 0]))
    assert inhabited_blocks(locked)[2] != inhabited_blocks(locked)[0]


def test_the_search_starts_from_it_where_a_large_piece_is_mostly_empty(monkeypatch):
    case = mostly_empty(3)
    assert not is_mostly_empty(case)
    monkeypatch.setattr(inhabited, "LARGE", 100)
    assert is_mostly_empty(case) and not is_mostly_empty(random_problem(1, 120))
    search = make_search(case, work_of(Effort("quick")), np.random.default_rng(0))
    k = round(case.households.sum() / 400)
    start = search.inhabited_start(k)
    assert grids_connected(case, start) and len(grid_households(case, start)) == k
    found = search.best_of(k)
    assert found.misfit == 0 and grids_connected(case, found.assignment)
