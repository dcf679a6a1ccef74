"""Dividing two grids anew: the best division by brute force, every cost, lawful or none; pairs settled and proven."""

from __future__ import annotations

import itertools

import networkx as nx
import numpy as np
import pytest
from partition_cases import graph_of, problem, random_problem, row

from gridder.effort import Effort
from gridder.partition import division
from gridder.partition.anneal import make_graph, make_rules
from gridder.partition.division import best_division, make_halves
from gridder.partition.pairs import divide_pair, pairs_beside, pairs_of, settle_pairs
from gridder.partition.problem import grid_cost, households_outside, plan_cost
from gridder.partition.search import make_search
from gridder.partition.work import work_of

OPTIONS = [
    {},
    {"load_cost": 3},
    {"move_cost": 2, "previous": np.arange(9) % 3},
    {"fixed": np.array([0, -1, -1, 4, -1, -1, -1, 7, -1])},
]


def least_division(case, atoms):
    """The least doubled cost of two lawful connected grids that are these atoms, or None, by trying all."""
    graph, costs = graph_of(case).subgraph(atoms), []
    for size in range(1, len(atoms)):
        for some in itertools.combinations(atoms, size):
            sides = [set(some), set(atoms) - set(some)]
            if all(is_grid(case, graph, side) for side in sides):
                costs.append(sum(grid_cost(case, side) for side in sides))
    return min(costs, default=None)


def is_grid(case, graph, side):
    """Whether a set is connected, in the window and holds one lock at most."""
    held = list(side)
    inside = not households_outside(case, int(case.households[held].sum()))
    return inside and (case.fixed[held] >= 0).sum() <= 1 and nx.is_connected(graph.subgraph(held))


def end_atom(case):
    """An atom without which the others still hang together."""
    articulations = set(nx.articulation_points(graph_of(case)))
    return next(i for i in range(case.n_atoms) if i not in articulations)


@pytest.mark.parametrize("options", OPTIONS)
@pytest.mark.parametrize("seed", range(8))
def test_the_best_division_is_found_and_proven_from_any_start(seed, options):
    case = random_problem(seed, 9, low=0, high=170, **options)
    atoms = np.arange(9)
    graph, rules = make_graph(case), make_rules(case)
    halves = make_halves(9, 9)
    halves.best[:] = np.arange(9) == end_atom(case)
    assert best_division(graph, rules, atoms, halves, 10**6)
    expected = least_division(case, range(9))
    if expected is None:
        assert halves.told[0] == division.NEVER
    else:
        sides = [np.flatnonzero(halves.best == s) for s in (0, 1)]
        assert sum(grid_cost(case, side) for side in sides) == expected == 2 * halves.told[0]
    again = make_halves(9, 9)
    again.best[:] = halves.best
    assert best_division(graph, rules, atoms, again, 10**6) and again.best.tolist() == halves.best.tolist()


def test_compiled_and_plain_code_branch_the_same_way(monkeypatch):
    case = random_problem(5, 14, low=20, high=90, load_cost=1)
    graph, rules, told = make_graph(case), make_rules(case), []
    for plain in (False, True):
        if plain:
            kernels = "put_atom next_atom rest_is_connected weigh_division cost_to_beat far_atom".split()
            for name in kernels:
                monkeypatch.setattr(division, name, getattr(division, name).py_func)
        halves = make_halves(14, 14)
        halves.best[7:] = 1
        run = best_division.py_func if plain else best_division
        run(graph, rules, np.arange(14), halves, 10**6)
        told.append((halves.told.tolist(), halves.best.tolist(), halves.near.tolist()))
    assert told[0] == told[1] and told[0][0][1] > 10


def test_little_work_proves_nothing_and_keeps_the_division():
    case = random_problem(5, 30, low=10, high=50)
    halves = make_halves(30, 30)
    halves.best[:] = np.arange(30) >= 15
    assert not best_division(make_graph(case), make_rules(case), np.arange(30), halves, 3)
    assert halves.best.tolist() == [0] * 15 + [1] * 15


def test_two_grids_inside_a_plan_are_divided_anew():
    """a —2— b | c —1— d —2— e | f, cut at 9 between b and c: cutting at 1 is better, and f stays alone."""
    case = row(200, 150, 50, 150, 200, 350, costs=(2, 9, 1, 2, 3))
    search = make_search(case, work_of(Effort("quick")), np.random.default_rng(0))
    plan = np.array([0, 0, 1, 1, 1, 2])
    divided, complete, branches = divide_pair(search, plan, (0, 1))
    assert divided.tolist() == [0, 0, 0, 1, 1, 2] and complete and branches > 0
    settled, proven = settle_pairs(search, plan)
    assert settled.tolist() == [0, 0, 0, 1, 1, 2] and proven and plan_cost(case, settled) == 4
    assert {(0, 1, 2), (3, 4)} <= search.met


def test_pairs_that_touch():
    case = problem([300] * 5, [(0, 1), (1, 2), (2, 3), (3, 4), (0, 2)], [1] * 5)
    plan = np.arange(5)
    assert pairs_of(case, plan) == [(0, 1), (0, 2), (1, 2), (2, 3), (3, 4)]
    assert list(pairs_beside(case, plan, (2, 3))) == [(0, 2), (1, 2), (2, 3), (3, 4)]


@pytest.mark.parametrize("seed", range(3))
def test_a_settled_plan_has_no_pair_that_brute_force_improves(seed):
    case = random_problem(seed, 24, low=60, high=160)
    search = make_search(case, work_of(Effort("standard")), np.random.default_rng(seed))
    trial = search.run(6, 30)
    settled, proven = settle_pairs(search, trial.assignment)
    assert proven
    for a, b in pairs_of(case, settled):
        sides = [np.flatnonzero(settled == g) for g in (a, b)]
        expected = least_division(case, np.concatenate(sides).tolist())
        lawful = all(not households_outside(case, int(case.households[s].sum())) for s in sides)
        assert expected is None or (lawful and sum(grid_cost(case, s) for s in sides) == expected)
