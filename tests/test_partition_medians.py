"""The bound on travel holds for every lawful plan, and Hess's model finds the best of them: both against brute force."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from partition_cases import all_plans, cost_of, grids_connected, random_problem, row, with_travel

from gridder.partition.columns import assignment_of
from gridder.partition.hess import gates, settle_centres
from gridder.partition.locks import merge_locks
from gridder.partition.medians import bound_by_medians, household_price, make_market, value_at
from gridder.partition.problem import Problem, grid_households, plan_cost
from gridder.partition.travel import make_travel

CASES = [
    (seed, 8, options)
    for seed in (0, 1, 2, 3, 9, 11)
    for options in ({}, {"load_cost": 2, "households_target": 380})
]


def lawful(case: Problem) -> list[tuple[frozenset[int], ...]]:
    """All lawful plans whose locks are apart, dearest first."""
    plans = [
        plan
        for plan in all_plans(case, lawful=True)
        if all((case.fixed[list(atoms)] >= 0).sum() <= 1 for atoms in plan)
    ]
    return sorted(plans, key=lambda plan: -cost_of(case, plan))


def spread_of(plans: list[tuple[frozenset[int], ...]]) -> tuple[int, int]:
    """The fewest and most grids of some plans."""
    return min(map(len, plans)), max(map(len, plans))


def labels(case: Problem, plan: tuple[frozenset[int], ...]) -> np.ndarray:
    """A plan of the oracle as an assignment."""
    return assignment_of(case, [tuple(sorted(atoms)) for atoms in plan])


def centred(case: Problem, plan: tuple[frozenset[int], ...]) -> list[tuple[int, int]]:
    """(atom, centre) of a plan with the first best centre of each grid."""
    travel = case.travel
    pairs = []
    for atoms in plan:
        members = sorted(atoms)
        inside = [c for c, seat in enumerate(travel.seat) if int(seat) in atoms]
        best = min(inside, key=lambda c: (int(travel.pull[members, c].sum()), c))
        pairs += [(i, best) for i in members]
    return pairs


@pytest.mark.parametrize(("seed", "n", "options"), CASES)
@pytest.mark.parametrize("fixed_k", [True, False])
def test_no_lawful_plan_costs_less_than_the_bound(seed, n, options, fixed_k):
    case = with_travel(seed, n, **options)
    plans = lawful(case)
    assert len(plans) > 1
    known = plans[0]
    span = (len(known), len(known)) if fixed_k else spread_of(plans)
    rivals = [plan for plan in plans if span[0] <= len(plan) <= span[1]]
    least = min(cost_of(case, plan) for plan in rivals)
    for work in (1, 3_000, 30_000):
        found = bound_by_medians(case, labels(case, known), span, work=work)
        assert found.bound <= least
        for plan in rivals:
            value = cost_of(case, plan)
            if value < cost_of(case, known):
                assert max(found.cost[pair] for pair in centred(case, plan)) <= value + 1e-6


@pytest.mark.parametrize(("seed", "n", "options"), CASES)
def test_the_model_finds_the_best_plan_and_proves_it(seed, n, options):
    case = with_travel(seed, n, **options)
    plans = lawful(case)
    assert len(plans) > 1
    span = spread_of(plans)
    start = labels(case, plans[0])
    medians = bound_by_medians(case, start, span, work=20_000)
    found = settle_centres(case, start, medians.cost, span, work=20)
    best = start if found.assignment is None else found.assignment
    assert found.proven
    assert found.bound == plan_cost(case, best) == cost_of(case, plans[-1])
    assert grids_connected(case, best)
    sizes = grid_households(case, best)
    assert sizes.min() >= case.households_min and sizes.max() <= case.households_max


def test_locks_stay_apart_and_merged_atoms_keep_their_candidates():
    fixed = np.full(9, -1)
    fixed[[0, 4, 8]] = [0, 1, 1]
    case = merge_locks(replace(with_travel(4, 9), fixed=fixed)).problem
    plans = lawful(case)
    assert plans
    start = labels(case, plans[0])
    span = spread_of(plans)
    medians = bound_by_medians(case, start, span, work=10_000)
    found = settle_centres(case, start, medians.cost, span, work=20)
    best = start if found.assignment is None else found.assignment
    assert found.proven and plan_cost(case, best) == cost_of(case, plans[-1])


def test_grids_in_pieces_are_cut_off():
    """Two far ends of a row want one centre in a table that is no distance: only connection forbids it."""
    table = np.full((6, 6), 10)
    np.fill_diagonal(table, 0)
    table[0, 5] = table[5, 0] = table[2, 3] = table[3, 2] = 0
    case = row(170, 170, 170, 170, 170, 170)
    case = replace(case, travel=make_travel(case.households, table))
    plans = [plan for plan in lawful(case) if len(plan) == 3]
    start = labels(case, plans[0])
    loose = bound_by_medians(case, start, (3, 3), work=20_000)
    found = settle_centres(case, start, loose.cost, (3, 3), work=20)
    best = start if found.assignment is None else found.assignment
    assert found.proven and grids_connected(case, best)
    assert plan_cost(case, best) == cost_of(case, plans[-1]) > loose.bound


def test_gates_part_a_part_from_the_seat():
    case = row(100, 100, 100, 100, 100)
    part = np.array([False, False, False, True, True])
    assert gates(case, 0, part).tolist() == [2]
    assert gates(case, 2, part).tolist() == [2]


def test_one_knapsack_is_valued_at_its_optimum():
    """Against linear programming, with and without a price of load, for every centre and many multipliers."""
    from scipy.optimize import linprog

    for load in (0, 3):
        case = with_travel(7, 12, load_cost=load, households_target=400)
        market = make_market(case)
        rng = np.random.default_rng(0)
        n = case.n_atoms
        for c in range(n):
            multipliers = rng.uniform(0, 900, n)
            worth = market.pull[c] - multipliers
            taken = np.zeros(n)
            ratio = np.where(np.arange(n) == c, np.inf, worth / market.households)
            order = np.argsort(ratio)
            price = household_price.py_func(worth, market, c, order, taken)
            value = value_at.py_func(worth, market, c, price)
            assert price == household_price(worth, market, c, order, np.zeros(n))
            assert value == pytest.approx(value_at(worth, market, c, price))
            aim = np.concatenate([worth, [load]])
            sizes = np.concatenate([market.households, [0.0]])
            above = np.concatenate([market.households, [-1.0]])
            below = np.concatenate([-market.households, [-1.0]])
            ends = [(1.0 if i == c else 0.0, 1.0) for i in range(n)] + [(0.0, None)]
            exact = linprog(
                aim, A_ub=np.array([sizes, -sizes, above, below]), b_ub=[500, -300, 400, -400], bounds=ends
            )
            assert value == pytest.approx(exact.fun, abs=1e-6)
            assert 300 - 1e-6 <= taken @ market.households <= 500 + 1e-6


def test_zero_households_pay_nothing():
    case = random_problem(3, 8)
    case = replace(case, households=np.where(np.arange(8) % 3 == 0, 0, 150))
    case = replace(case, travel=make_travel(case.households, np.ones((8, 8))))
    plans = lawful(case)
    assert plans
    start = labels(case, plans[0])
    assert bound_by_medians(case, start, spread_of(plans), work=5_000).bound <= cost_of(case, plans[-1])
