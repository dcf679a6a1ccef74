"""Reasons against independent checks: each is true, an infeasible piece has one, a feasible piece none."""

from __future__ import annotations

from itertools import combinations

import networkx as nx
import numpy as np
import pytest
from partition_cases import all_plans, graph_of, problem, random_problem, row

from gridder.effort import Effort
from gridder.partition.anneal import make_graph
from gridder.partition.columns import make_columns
from gridder.partition.core import cannot_cover, find_cores, stranded
from gridder.partition.diagnose import diagnose
from gridder.partition.feasibility import Choices, choose_and_divide, decide, further_reasons
from gridder.partition.listing import list_columns
from gridder.partition.problem import grid_households, households_outside
from gridder.partition.remainder import leaves_lawful_rests, mark_fitting, rest_total
from gridder.partition.search import make_search
from gridder.partition.solve import solve
from gridder.partition.work import work_of
from gridder.verify.reasons import Case, can_divide

QUICK = Effort("quick")


def lawful_sets(case):
    """Return every connected set of atoms within the window, by networkx."""
    graph = graph_of(case)
    sets = (frozenset(s) for r in range(1, case.n_atoms + 1) for s in combinations(range(case.n_atoms), r))
    return [
        s
        for s in sets
        if not households_outside(case, int(case.households[list(s)].sum()))
        and nx.is_connected(graph.subgraph(s))
    ]


def coverable(case, nodes):
    """Whether disjoint lawful sets can hold all these atoms, by trying."""
    sets = lawful_sets(case)

    def extend(left, taken):
        if not left:
            return True
        first = min(left)
        return any(extend(left - s, taken | s) for s in sets if first in s and not taken & s)

    return extend(frozenset(nodes), frozenset())


def articulation_holds(case, atom):
    """Whether no grid around the atom leaves hanging parts whose totals fit: every connected set is tried."""
    graph = graph_of(case)
    low, high = case.households_min, case.households_max
    parts = list(nx.connected_components(graph.subgraph(set(graph) - {atom})))
    own = int(case.households[atom])
    sums = {own}
    for part in parts:
        total = int(case.households[list(part)].sum())
        takes = [x for x in range(total + 1) if x == total or -(-(total - x) // high) <= (total - x) // low]
        sums = {a + x for a in sums for x in takes if a + x <= high}
    return len(parts) > 1 and not any(low <= s <= high for s in sums)


def is_true(case, reason):
    """Whether a reason holds, checked without the engine."""
    sizes, low, high = case.households, case.households_min, case.households_max
    total = int(sizes[list(reason.nodes)].sum())
    if reason.code == "building_too_large":
        return len(reason.nodes) == 1 and total > high
    if reason.code == "component_too_small":
        return total < low
    if reason.code == "component_between_k":
        return all(not k * low <= total <= k * high for k in range(1, 1 + total // low + 1))
    if reason.code == "articulation":
        return articulation_holds(case, reason.nodes[0])
    assert reason.code == "no_partner"
    return not reason.facts.get("rest") and not coverable(case, reason.nodes)


CASES = [(seed, low, high) for seed in range(14) for low, high in ((20, 420), (150, 330), (5, 290))]


@pytest.mark.parametrize(("seed", "low", "high"), CASES)
def test_an_infeasible_piece_has_reasons_and_each_is_true(seed, low, high):
    case = random_problem(seed, 8, low=low, high=high)
    lawful = next(all_plans(case, lawful=True), None)
    _, certificate = solve(case, QUICK)
    assert (certificate.status == "relaxed") == (lawful is None) == bool(certificate.reasons)
    assert certificate.status != "not_found"
    assert all(is_true(case, reason) for reason in certificate.reasons)


@pytest.mark.parametrize("seed", range(30))
def test_decide_agrees_with_brute_force(seed):
    """Whatever the search may do: a plan where there is one, a proof where there is none."""
    case = random_problem(seed, 8, low=5, high=330)
    verdict = decide(make_search(case, work_of(QUICK), np.random.default_rng(0)))
    if next(all_plans(case, lawful=True), None) is None:
        assert verdict.plan is None and verdict.reasons
    else:
        assert verdict.plan is not None and not verdict.reasons
        sizes = grid_households(case, verdict.plan)
        assert (
            all(not households_outside(case, int(s)) for s in sizes) and sizes.sum() == case.households.sum()
        )


@pytest.mark.parametrize("seed", range(30))
def test_a_choice_that_leaves_what_cannot_be_divided_is_refused_for_good(seed):
    """Grids around two atoms alone: what they leave decides, and the verdict is still right."""
    case = random_problem(seed, 8, low=5, high=330)
    search = make_search(case, work_of(QUICK), np.random.default_rng(0))
    columns = make_columns(search.graph, search.rules, [tuple(sorted(s)) for s in lawful_sets(case)])
    few = np.array([c for c, held in enumerate(columns.sets) if {0, 1} & set(held)], dtype=np.int64)
    if not len(few) or not {0, 1} <= {i for c in few for i in columns.sets[c]}:
        pytest.skip("no lawful grid around the two")
    verdict = choose_and_divide(search, Choices(columns.take(few), [0, 1]))
    assert (verdict.plan is not None) == (next(all_plans(case, lawful=True), None) is not None)
    assert (verdict.plan is None) == bool(verdict.reasons)


@pytest.mark.parametrize("seed", range(12))
def test_up_to_24_atoms_the_verdict_is_always_right(seed):
    """Towers and small houses; an independent search for a division is the oracle."""
    case = random_problem(seed, 16 + seed % 9, low=60, high=330)
    graph = graph_of(case)
    nx.set_node_attributes(graph, {i: int(h) for i, h in enumerate(case.households)}, "households")
    oracle = Case(300, 500, int(case.households.sum()), 1, tuple(case.households.tolist()), graph, False)
    steps = [200_000]
    divided = can_divide(oracle, frozenset(graph), steps)
    _, certificate = solve(case, QUICK)
    assert certificate.status != "not_found"
    assert (certificate.status == "relaxed") == bool(certificate.reasons)
    if divided or steps[0] > 0:
        assert (certificate.status == "relaxed") == (not divided)


def test_a_core_is_smallest_and_causes_apart_are_all_found():
    """Two towers of 280 that share one small neighbour, twice: two causes of two atoms each."""
    case = problem([280, 40, 280, 310, 350, 280, 40, 280], [(n, n + 1) for n in range(7)], [5] * 7)
    search = make_search(case, work_of(QUICK), np.random.default_rng(0))
    listing = list_columns(search.graph, 300, 500, work=10_000, cap=500)
    columns = make_columns(search.graph, search.rules, list(listing.sets))
    cores = find_cores(columns, list(range(8)), 1.0)
    assert sorted(cores) == [[0, 2], [5, 7]]
    for core in cores:
        assert cannot_cover(columns, core, 1.0)
        assert not any(cannot_cover(columns, [i for i in core if i != j], 1.0) for j in core)
    assert find_cores(columns, [0, 1, 3], 1.0) == []


def test_reasons_beside_a_building_above_the_maximum_are_told_too():
    """A building of 620 at one end, two towers that share a neighbour at the other."""
    case = row(310, 620, 320, 300, 280, 40, 280)
    _, certificate = solve(case, QUICK)
    assert [(r.code, r.nodes) for r in certificate.reasons] == [
        ("building_too_large", (1,)), ("no_partner", (4, 6)),
    ]  # fmt: skip
    search = make_search(case, work_of(QUICK), np.random.default_rng(0))
    assert further_reasons(search, [stranded(case, [4, 6]), *diagnose(case)]) == ()


def test_an_atom_that_no_lawful_grid_holds_is_named():
    """400 — 240 — 30 — 400: 240 with 30 is below 300, with 400 above 500; no one neighbour tells."""
    case = row(400, 240, 30, 400)
    assert [(r.code, r.nodes) for r in diagnose(case)] == [("no_partner", (1,))]
    assert all(is_true(case, reason) for reason in diagnose(case))
    assert diagnose(row(400, 240, 60, 400)) == ()


def test_the_compiled_check_of_rests_is_its_plain_twin():
    case = random_problem(4, 8, low=40, high=260)
    graph = make_graph(case)
    sets = [tuple(sorted(s)) for s in lawful_sets(case)]
    flags = leaves_lawful_rests(graph, 300, 500, sets)
    network = graph_of(case)
    for held, flag in zip(sets, flags):
        rests = nx.connected_components(network.subgraph(set(network) - set(held)))
        totals = [int(case.households[list(rest)].sum()) for rest in rests]
        assert bool(flag) == all(t > 0 and -(-t // 500) <= t // 300 for t in totals)
    first = np.array([0, len(sets[0])])
    fits, stamp, queue = np.zeros(1, np.int64), np.zeros(8, np.int64), np.zeros(8, np.int64)
    mark_fitting.py_func(graph, 300, 500, (first, np.array(sets[0]), fits), (stamp, queue))
    assert fits[0] == flags[0]
    whole = rest_total.py_func(graph, 0, 9, np.zeros(8, np.int64), queue)
    assert whole == case.households.sum()
