"""Coarser units keep every lawful grid."""

from __future__ import annotations

import numpy as np
import pytest
from partition_cases import random_problem

from gridder.partition.anneal import make_graph
from gridder.partition.coarse import MOST_UNITS, coarsen
from gridder.partition.listing import list_columns
from gridder.partition.problem import is_lawful


@pytest.mark.parametrize("seed", range(20))
def test_every_lawful_grid_is_lawful_in_coarse_units(seed):
    window = {"households_min": 380_000, "households_max": 400_000}
    problem = random_problem(seed, 14, low=2_000, high=170_000, **window)
    coarse = coarsen(problem)
    assert coarse is not None and coarse.households_max <= 2 * MOST_UNITS
    found = list_columns(make_graph(problem), *window.values(), work=10**6, cap=10**5)
    wider = list_columns(
        make_graph(coarse), coarse.households_min, coarse.households_max, work=10**6, cap=10**5
    )
    assert found.complete and wider.complete
    assert set(found.sets) == {atoms for atoms in wider.sets if is_lawful(problem, atoms)}


def test_small_windows_stay_and_prices_by_household_are_refused():
    small = random_problem(1, 9)
    assert coarsen(small) is small
    window = {"households_min": 380_000, "households_max": 400_000}
    assert coarsen(random_problem(1, 9, load_cost=1, **window)) is None
    assert coarsen(random_problem(1, 9, previous=np.zeros(9, dtype=int), move_cost=1, **window)) is None
