"""Contraction: the least cost of every number of grids is that of the whole problem."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from partition_cases import all_plans, cost_of, grids_connected, problem, random_problem, row
from partition_oracle import Oracle, random_case

from gridder.effort import Effort
from gridder.partition import contraction
from gridder.partition import solve as solve_module
from gridder.partition.contraction import shrink
from gridder.partition.piece import PieceAnswer
from gridder.partition.problem import plan_cost
from gridder.partition.solve import solve
from gridder.partition.travel import make_travel


def locked(case, seed):
    """The problem with two atoms that must be apart."""
    fixed = np.full(case.n_atoms, -1)
    fixed[np.random.default_rng(seed).choice(case.n_atoms, 2, replace=False)] = [0, 1]
    return replace(case, fixed=fixed)


def cases(start, count):
    """Random small problems, every third with locks."""
    for seed in range(start, start + count):
        case = random_case(seed)
        yield locked(case, seed) if seed % 3 == 0 else case


def wrong_cases(start, count):
    """How many random problems a contraction changes: the lawful optimum of some k, or a false reason."""
    wrong = 0
    for case in cases(start, count):
        merged = shrink(case)
        before = Oracle(case).lawful()
        wrong += bool(before) if merged.reasons else before != Oracle(merged.problem).lawful()
    return wrong


@pytest.mark.parametrize("start", range(0, 700, 350))
def test_least_cost_of_every_number_of_grids_is_kept(start):
    assert wrong_cases(start, 350) == 0


def test_distances_to_a_centre_are_kept_too():
    """An atom without households may be the centre of its grid: only what has no choice is merged."""
    smaller = 0
    for seed in range(60):
        case = random_case(seed, 4, 7)
        distance = np.random.default_rng(seed).integers(0, 50, (case.n_atoms, case.n_atoms))
        case = replace(case, travel=make_travel(case.households, distance + distance.T))
        merged = shrink(case)
        before = least_by_k(case)
        assert not before if merged.reasons else before == least_by_k(merged.problem)
        smaller += merged.problem.n_atoms < case.n_atoms
    assert smaller


def least_by_k(case):
    """The least cost of every number of grids, by listing all plans."""
    least = {}
    for plan in all_plans(case, lawful=True):
        least[len(plan)] = min(cost_of(case, plan), least.get(len(plan), cost_of(case, plan)))
    return least


@pytest.mark.parametrize(("name", "careless"), [
    ("may_move", lambda state, z, m: True),
    ("fits", lambda state, group: True),
    ("light_branches", lambda tour, weight, least: [[tour.order[0], tour.order[-1]]]),
])  # fmt: skip
def test_careless_rules_are_caught(monkeypatch, name, careless):
    """The oracle sees what a rule without its condition would lose."""
    monkeypatch.setattr(contraction, name, careless)
    assert wrong_cases(0, 150) > 0


def sizes(case):
    return shrink(case).problem.households.tolist()


def test_a_light_end_goes_with_its_neighbour():
    """100 — 250 — 300 — 400: the first two have no choice; beyond them, either way is lawful or too large."""
    assert sizes(row(100, 250, 300, 400)) == [350, 300, 400]


def test_a_tower_with_one_partner_goes_with_it():
    """280 touches 120, 250 and 230, and only the first fits; then 250 has no partner left but 230."""
    case = problem(
        [280, 120, 250, 230, 300], [(0, 1), (0, 2), (0, 3), (1, 2), (1, 4), (2, 3), (3, 4)], [5] * 7
    )
    assert sizes(case) == [400, 480, 300]


@pytest.mark.parametrize(("edges", "costs", "left"), [
    ([(0, 1), (0, 2), (1, 2)], (3, 7, 1), 2),  # two neighbours: with the dearer
    ([(0, 1), (0, 2), (0, 3), (1, 2), (2, 3), (1, 3)], (3, 4, 7, 1, 1, 1), 3),  # dearest ≥ the other two, which touch
    ([(0, 1), (0, 2), (0, 3), (1, 3), (2, 3)], (3, 4, 7, 1, 1), 4),  # the other two do not touch: 0 may link them
    ([(0, 1), (0, 2), (0, 3), (1, 2), (2, 3), (1, 3)], (4, 4, 7, 1, 1, 1), 4),  # the other two together are dearer
])  # fmt: skip
def test_ground_without_households_goes_with_its_dearest_neighbour(edges, costs, left):
    n = 1 + max(j for _, j in edges)
    case = problem([0] + [160] * (n - 1), edges, costs)
    assert shrink(replace(case, households_min=100)).problem.n_atoms == left


def test_neighbours_that_never_share_a_grid_need_not_touch():
    """0 lies between 260, 270 and 200: the first two exceed 500 together, so no grid is linked by 0."""
    edges, costs = [(0, 1), (0, 2), (0, 3), (1, 3), (2, 3), (3, 4)], (3, 3, 4, 1, 1, 1)
    case = problem([0, 260, 270, 200, 230], edges, costs, households_min=200)
    assert shrink(case).place[0] == shrink(case).place[3]


def test_empty_ground_keeps_its_old_grid_where_moves_have_a_price():
    case = problem([0, 300, 300], [(0, 1), (0, 2), (1, 2)], (7, 3, 1), previous=np.array([1, 0, 1]))
    assert shrink(case).problem.n_atoms == 2
    assert shrink(replace(case, move_cost=1)).problem.n_atoms == 3


def test_what_must_be_together_and_does_not_fit_is_a_reason():
    """Two leaves of 150 on an atom of 250: neither can stand alone, both together with it are 550."""
    case = problem([250, 150, 150, 300], [(0, 1), (0, 2), (0, 3)], [1] * 3)
    merged = shrink(case)
    assert merged.reasons[0].nodes == (0, 1, 2) and merged.problem is case
    assert not Oracle(case).lawful()
    assert solve(case, Effort("quick"))[1].status == "relaxed"


def test_what_only_the_contraction_proves_is_told(monkeypatch):
    """Were the search to find nothing and know nothing, the piece would still not be called not found."""
    case = problem([250, 150, 150, 300], [(0, 1), (0, 2), (0, 3)], [1] * 3)
    monkeypatch.setattr(solve_module, "diagnose_piece", lambda piece: [])
    found = PieceAnswer(np.arange(4), "not_found", 3, None, "none", 4, (), (), "searched")
    monkeypatch.setattr(solve_module, "solve_piece", lambda piece, work, rng: found)
    plan, certificate = solve(case, Effort("quick"))
    assert certificate.status == "relaxed" and certificate.reasons[0].nodes == (0, 1, 2)
    assert {e.code for e in plan.exceptions} == {"no_partner"}


def test_plans_are_lifted_back():
    """A planar piece with sheds at its rim: the plan covers them, at the cost it says."""
    case = random_problem(5, 40, low=40, high=120)
    sheds = 12
    edges = np.concatenate([case.edges, [(i, 40 + i) for i in range(sheds)]])
    grown = replace(
        case,
        households=np.concatenate([case.households, np.zeros(sheds, dtype=np.int64)]),
        edges=edges,
        cut_cost=np.concatenate([case.cut_cost, np.full(sheds, 3)]),
        previous=None,
        fixed=None,
    )
    assert shrink(grown).problem.n_atoms <= 40
    plan, certificate = solve(grown, Effort("quick"))
    assert grids_connected(grown, plan.assignment)
    assert plan.objective == certificate.objective == plan_cost(grown, plan.assignment)
    assert plan.assignment[40:].tolist() == plan.assignment[:sheds].tolist()


def test_contraction_ends_and_is_quick_on_long_chains():
    """A street of 3,000 houses of 1 between two towers: one pass folds its light ends, none folds its middle."""
    merged = shrink(row(200, *[1] * 3000, 200))
    assert merged.problem.households[[0, -1]].tolist() == [300, 300]
