"""What a grid costs, how many grids fit, and what is refused."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest
from partition_cases import problem, random_problem, row

from gridder.partition.counts import lawful_k, preferred_k, spread_k
from gridder.partition.problem import (
    Problem,
    components,
    grid_cost,
    households_moved,
    plan_cost,
    subproblem,
)


def test_objective_is_half_the_sum_over_grids():
    """a —7— b —5— c —9— d, cut at 5."""
    case = row(200, 200, 200, 200, costs=(7, 5, 9))
    assert plan_cost(case, np.array([0, 0, 1, 1])) == 5
    assert [grid_cost(case, g) for g in ([0, 1], [2, 3], [1], [0, 3])] == [5, 5, 12, 16]


def test_load_counts_each_household_off_the_target():
    case = row(200, 150, 200, 300, load_cost=2, households_target=400)
    assert plan_cost(case, np.array([0, 0, 1, 1])) == 10 + 2 * (50 + 100)


def test_moved_households_lie_outside_the_largest_old_overlap():
    """Old grids 0 0 1 1 with 100, 90, 80, 70; the new grid of all four keeps old grid 0 (190) and moves 150."""
    case = row(100, 90, 80, 70, previous=np.array([0, 0, 1, 1]), move_cost=3)
    assert households_moved(case, np.ones(4, dtype=bool)) == 150
    assert plan_cost(case, np.zeros(4, dtype=np.int64)) == 450
    newcomer = row(100, 90, 80, 70, previous=np.array([0, 0, -1, -1]), move_cost=3)
    assert plan_cost(newcomer, np.zeros(4, dtype=np.int64)) == 0


@pytest.mark.parametrize(
    ("households", "span"),
    [(0, (0, 0)), (299, None), (300, (1, 1)), (500, (1, 1)), (501, None), (599, None), (600, (2, 2)),
     (2700, (6, 9)), (3000, (6, 10)), (3001, (7, 10)), (3300, (7, 11)), (3996, (8, 13)), (6000, (12, 20))],
)  # fmt: skip
def test_lawful_numbers_of_grids(households, span):
    assert lawful_k(households, 300, 500) == span


@pytest.mark.parametrize(("total", "rule", "ks"), [
    (960, "target", [2, 3]), (1200, "target", [3, 4]), (1500, "fewest", [3, 4, 5]), (1500, "most", [5, 4, 3]),
    (3000, 9, [9, 8, 10, 7, 6]), (550, "target", []),
])  # fmt: skip
def test_numbers_of_grids_are_tried_in_this_order(total, rule, ks):
    assert preferred_k(row(*[0] * 19, total, grids=rule)) == ks


def test_a_total_number_is_spread_over_pieces():
    case = row(1)
    assert spread_k(case, [1200, 2000, 0, 220], 9) == [3, 5, 0, 1]
    assert spread_k(case, [1200, 2000], 10) == [4, 6]
    assert spread_k(case, [1200, 2000], 99) == [4, 6]
    assert spread_k(case, [1200, 2000], 1) == [3, 4]


def test_a_graph_becomes_a_problem_in_whole_numbers():
    graph = nx.Graph()
    graph.add_node("b", households=120)
    graph.add_node("a", households=80.4)
    graph.add_edge("a", "b", cost=3.6)
    case = Problem.from_graph(graph, households_min=1, households_max=500)
    assert case.households.tolist() == [120, 80]
    assert case.edges.tolist() == [[0, 1]] and case.cut_cost.tolist() == [4]


@pytest.mark.parametrize("broken", [
    {"edges": [(1, 0)]}, {"edges": [(0, 1), (0, 1)], "costs": (1, 1)}, {"households": (-1, 5)}, {"costs": (-1,)},
    {"edges": [(0, 2)]}, {"costs": (1, 2)},
])  # fmt: skip
def test_what_is_no_problem_is_refused(broken):
    facts = {"households": (300, 300), "edges": [(0, 1)], "costs": (1,)} | broken
    with pytest.raises(ValueError):
        problem(**facts)


def test_pieces_are_numbered_by_their_first_atom():
    case = problem([1] * 5, [(0, 3), (1, 4)], (1, 1))
    assert [p.tolist() for p in case.pieces] == [[0, 3], [1, 4], [2]]
    assert components(5, case.edges).tolist() == [0, 1, 2, 0, 1]


def test_a_part_keeps_what_its_atoms_have():
    case = random_problem(3, 8, previous=np.arange(8) % 3, fixed=np.array([-1, 4, -1, -1, 4, -1, -1, -1]))
    part = subproblem(case, np.array([1, 2, 4]))
    assert part.households.tolist() == case.households[[1, 2, 4]].tolist()
    assert part.fixed.tolist() == [4, -1, 4] and part.previous.tolist() == [1, 2, 1]
    inside = [(i, j) for i, j in case.edges.tolist() if {i, j} <= {1, 2, 4}]
    assert [(p, q) for p, q in part.edges.tolist()] == [
        ([1, 2, 4].index(i), [1, 2, 4].index(j)) for i, j in inside
    ]
