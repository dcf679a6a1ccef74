"""What the engine must not say, and where it must not fall: problems a stranger would try."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from partition_cases import grids_connected, problem, random_problem, row

from gridder.effort import Effort
from gridder.partition.anneal import make_graph, make_rules
from gridder.partition.colgen import Spend, make_generation
from gridder.partition.exact import FrontierPricer
from gridder.partition.frontier import Frontier, list_cheaper, price_exactly
from gridder.partition.frontier_steps import Prices
from gridder.partition.listing import list_columns
from gridder.partition.problem import grid_cost
from gridder.partition.solve import solve
from gridder.partition.sweep import make_sweep


@pytest.mark.parametrize("n_atoms", [21, 40])
def test_more_grids_by_households_than_atoms(n_atoms):
    """Every atom is far above the maximum: households would fill more grids than there are atoms."""
    across = [(i, i + 1) for i in range(n_atoms - 1)] + [(i, i + 3) for i in range(n_atoms - 3)]
    case = problem(np.full(n_atoms, 900), sorted(across), np.ones(len(across)))
    plan, found = solve(case, Effort("quick"))
    assert found.status == "relaxed" and grids_connected(case, plan.assignment)
    assert len(plan.exceptions) == n_atoms == len(plan.households)


@pytest.mark.parametrize("times", [1, 10**6, 10**7, 10**8, 10**10])
def test_prices_that_32_bits_cannot_hold_prove_nothing(times):
    """Edges of up to 60 · ``times``: the program answers truly or says that it does not know."""
    known = 0
    for seed in range(6):
        case = random_problem(seed, 12)
        case = replace(case, cut_cost=case.cut_cost * times)
        rng = np.random.default_rng(seed)
        none = np.zeros(0, dtype=np.int64)
        atom = rng.integers(0, 120 * times, case.n_atoms)
        prices = Prices(1, atom, -int(rng.integers(0, 100 * times)), none.reshape(-1, 3), none)
        listing = list_columns(make_graph(case), 300, 500, work=10**6, cap=10**5)
        reduced = [
            grid_cost(case, atoms) - int(atom[list(atoms)].sum()) - prices.grid for atoms in listing.sets
        ]
        priced = price_exactly(Frontier(case, make_sweep(case), 10**5), prices, 0)
        assert listing.complete and (not priced.known or priced.least == min(0, *reduced))
        below = sorted(reduced)[len(reduced) // 2] + 1
        found, complete = list_cheaper(Frontier(case, make_sweep(case), 10**5), prices, below, 10**5)
        assert not complete or len(found) == sum(r < below for r in reduced)
        known += priced.known and complete
    assert known == 6 if times == 1 else known == 0 or times < 10**7


@pytest.mark.parametrize("seed", range(1, 4))
def test_costs_that_32_bits_cannot_hold_still_give_a_plan(seed):
    """The same problem in units that fit is the oracle."""
    case = random_problem(seed, 60, low=20, high=120)
    plain = solve(case, Effort("standard"))[1]
    plan, found = solve(replace(case, cut_cost=case.cut_cost * 10**8), Effort("standard"))
    assert plain.status == "optimal" and "column generation" in plain.argument
    assert grids_connected(case, plan.assignment) and not plan.exceptions
    assert found.bound is None and found.status in ("locally_optimal", "feasible")
    assert found.objective >= plain.objective * 10**8


@pytest.mark.parametrize(("locked", "taken"), [((0, 5), True), ((0, 1), False)])
def test_a_plan_that_joins_two_locks_is_not_taken(locked, taken):
    """Grids met in annealing may hold two locks; a relaxation that chooses them is no plan."""
    fixed = np.full(6, -1)
    fixed[list(locked)] = 0, 1
    case = row(150, 150, 150, 150, 150, 150, fixed=fixed)
    pricer = FrontierPricer(case, make_sweep(case), 1_000)
    compiled = make_graph(case), make_rules(case)
    apart = np.array([0, 1, 1, 2, 2, 2])
    generation = make_generation(case, compiled, apart, [2], exact=pricer, spend=Spend())
    generation.offer([(0, 1, 2), (3, 4, 5)])
    assert generation.objective == (10 if taken else 20)
