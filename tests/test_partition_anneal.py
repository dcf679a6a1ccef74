"""Moves keep their running sums and connectedness; listing finds every set; compiled and plain code agree."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest
from partition_cases import graph_of, grids_connected, problem, random_problem, row

from gridder.partition import kernels, listing, resplit, walk
from gridder.partition.anneal import (
    anneal,
    make_graph,
    make_pool,
    make_rules,
    make_schedule,
    make_state,
    pool_sets,
)
from gridder.partition.columns import make_columns
from gridder.partition.listing import list_columns
from gridder.partition.problem import grid_cost, grid_households, households_outside, plan_cost

OPTIONS = [{}, {"load_cost": 2, "move_cost": 3, "previous": np.arange(30) // 8}]


def started(case, k, seed=0):
    """A state of k grown grids."""
    graph, rules = make_graph(case), make_rules(case)
    state = make_state(graph, k, np.random.default_rng(seed))
    kernels.grow(graph, state, k)
    kernels.tally(graph, state, rules)
    return graph, rules, state


def sums_hold(case, graph, rules, state):
    """Whether the running sums are what recomputing gives."""
    sizes = grid_households(case, state.grid)
    keys = [np.bitwise_xor.reduce(graph.key[state.grid == g]) for g in range(len(sizes))]
    misfit = sum(households_outside(case, int(s)) for s in sizes)
    return (
        state.size.tolist() == sizes.tolist()
        and state.atoms.tolist() == np.bincount(state.grid).tolist()
        and state.keys.tolist() == [int(k) for k in keys]
        and state.value.tolist() == [plan_cost(case, state.grid), misfit]
    )


@pytest.mark.parametrize("seed", range(5))
def test_a_start_covers_everything_with_connected_grids(seed):
    case = random_problem(seed, 30)
    _, _, state = started(case, 6, seed)
    assert sorted(set(state.grid.tolist())) == list(range(6))
    assert grids_connected(case, state.grid)


@pytest.mark.parametrize("options", OPTIONS)
@pytest.mark.parametrize("move", [kernels.flip, resplit.resplit])
def test_moves_keep_sums_and_connectedness(move, options):
    case = random_problem(1, 30, **options)
    graph, rules, state = started(case, 6)
    done = 0
    for _ in range(60):
        e = walk.find_cut_edge(graph, state)
        done += move(graph, state, rules, (graph.source[e], graph.neighbour[e]), (0.3, 60.0))
        assert sums_hold(case, graph, rules, state) and grids_connected(case, state.grid)
    assert done > 3


def test_draws_are_even_and_heavy_edges_come_first():
    """Every value of a draw about equally often; with lifts far apart no chance turns the order round."""
    rng = np.array([12345])
    counts = np.bincount([kernels.draw(rng, 7) for _ in range(7000)], minlength=7)
    assert len(counts) == 7 and counts.min() > 880 and counts.max() < 1120
    edges = np.array([[0, 1, 1, 0], [1, 2, 1, 4000], [2, 3, 1, 2000]])
    assert resplit.heavy_first(edges, rng).tolist() == [1, 2, 0]
    even = np.array([[0, 1, 1, 5], [1, 2, 1, 5]])
    assert {tuple(resplit.heavy_first(even, rng)) for _ in range(50)} == {(0, 1), (1, 0)}


@pytest.mark.parametrize("n", [4, 9, 40])
def test_the_heap_keeps_the_smallest_on_top(n):
    size = np.random.default_rng(n).integers(0, 50, n)
    heap = np.arange(n)
    for spot in range(n // 2, -1, -1):
        kernels.sink(heap, size, spot, n)
    taken = []
    for live in range(n - 1, -1, -1):
        taken.append(int(size[heap[0]]))
        heap[0] = heap[live]
        kernels.sink(heap, size, 0, live)
    assert taken == sorted(size.tolist())


def test_a_middle_atom_does_not_leave_its_grid_in_two():
    """a — b — c in one grid, d beside b: b may not go to d, whatever it would gain."""
    case = problem([150, 10, 150, 300], [(0, 1), (1, 2), (1, 3)], [1, 1, 90])
    graph, rules, state = started(case, 2)
    state.grid[:] = [0, 0, 0, 1]
    kernels.tally(graph, state, rules)
    assert not kernels.flip(graph, state, rules, (1, 3), (0.0, 1e9))
    assert not kernels.stays_connected(graph, state, 1) and kernels.stays_connected(graph, state, 0)


def plain_kernels(monkeypatch):
    """Replace every compiled kernel of growing, moving and walking by its plain source."""
    for module in (kernels, resplit, walk):
        for name, kernel in list(vars(module).items()):
            if hasattr(kernel, "py_func"):
                monkeypatch.setattr(module, name, kernel.py_func)


@pytest.mark.parametrize("options", [{"load_cost": 1}, {"move_cost": 2, "previous": np.arange(14) % 3}])
def test_compiled_and_plain_code_walk_the_same_way(options, monkeypatch):
    """The same source run by Python and compiled, every kernel: same start, draws, moves, best plan, pool."""
    case = random_problem(4, 14, **options)
    results = []
    for plain in (False, True):
        if plain:
            plain_kernels(monkeypatch)
        graph, rules, state = started(case, 4)
        best = walk.Best(state.grid.copy(), np.full(2, 2**62))
        pool = make_pool(14, 50, 500)
        walk.walk(graph, state, rules, make_schedule(case, 4, 200), walk.Met(best, pool))
        results.append((best.grid.tolist(), best.value.tolist(), pool_sets(pool), state.rng.tolist()))
    assert results[0] == results[1]


@pytest.mark.parametrize("name", ["stays_connected", "misfit", "own_cost"])
def test_plain_twins_of_small_kernels(name):
    case = random_problem(2, 20, move_cost=2, previous=np.arange(20) % 3)
    graph, rules, state = started(case, 4)
    kernel = getattr(kernels, name)
    arguments = {
        "stays_connected": [(graph, state, u) for u in range(20)],
        "misfit": [(rules, size, locks) for size in (0, 299, 300, 500, 501) for locks in (0, 1, 2)],
        "own_cost": [(rules, int(state.size[g]), state.old[g]) for g in range(4)],
    }[name]
    assert [kernel(*a) for a in arguments] == [kernel.py_func(*a) for a in arguments]


def test_a_tree_scores_every_split_exactly():
    """Subtree sums of households and cut value are those of the sets below each place, by definition."""
    case = random_problem(6, 16)
    graph, _rules, state = started(case, 2)
    e = walk.find_cut_edge(graph, state)
    members, m, cut = resplit.gather(graph, state, int(graph.source[e]), int(graph.neighbour[e]))
    edges = state.ends[:m]
    assert cut == state.value[0] and (edges[:, 2] > 0).all()
    tree = resplit.random_tree(edges, len(members), state.rng)
    sums = resplit.subtree_sums(graph, members, edges, tree)
    assert len(members) == 16 and len(edges) == len(case.edges)
    spot, parent = tree
    assert sorted(spot.tolist()) == list(range(16)) and (parent[1:] < np.arange(1, 16)).all()
    for i in range(1, 16):
        side = members[resplit.below(tree, i)]
        assert nx.is_connected(graph_of(case).subgraph(side.tolist()))
        assert sums[i, 0] == case.households[side].sum() and sums[i, 2] == grid_cost(case, side)


@pytest.mark.parametrize("seed", range(4))
def test_listing_is_every_connected_set_in_the_window_once(seed):
    case = random_problem(seed, 10)
    graph = graph_of(case)
    expected = set()
    for mask in range(1, 1 << 10):
        atoms = tuple(i for i in range(10) if mask >> i & 1)
        if not households_outside(case, int(case.households[list(atoms)].sum())) and nx.is_connected(
            graph.subgraph(atoms)
        ):
            expected.add(atoms)
    found = list_columns(make_graph(case), 300, 500, work=10**6, cap=10**4)
    assert found.complete and len(found.sets) == len(expected) and set(found.sets) == expected
    holding = list_columns(make_graph(case), 300, 500, work=10**6, cap=10**4, only=3)
    assert set(holding.sets) == {s for s in expected if 3 in s}


def test_listing_says_when_it_was_cut_short():
    case = random_problem(0, 10)
    assert not list_columns(make_graph(case), 300, 500, work=20, cap=10**4).complete
    assert not list_columns(make_graph(case), 300, 500, work=10**6, cap=3).complete


def test_listing_skips_what_only_looks_cheap():
    """Four in a row with a long middle edge: {a, d} would save the middle, but hangs together over nothing."""
    case = row(150, 150, 150, 150, costs=(1, 99, 1))
    found = list_columns(make_graph(case), 300, 500, work=1000, cap=100)
    assert set(found.sets) == {(0, 1), (1, 2), (2, 3), (0, 1, 2), (1, 2, 3)}


def test_a_set_never_holds_two_locks():
    case = row(150, 150, 150, 150, fixed=np.array([0, -1, -1, 7]))
    found = list_columns(make_graph(case), 0, 600, work=1000, cap=100)
    assert (0, 1, 2) in found.sets and (0, 1, 2, 3) not in found.sets


@pytest.mark.parametrize("options", OPTIONS)
def test_columns_cost_what_grid_cost_says(options):
    case = random_problem(5, 30, **options)
    found = list_columns(make_graph(case), 200, 560, work=10**5, cap=400)
    columns = make_columns(make_graph(case), make_rules(case), list(found.sets))
    assert columns.cost.tolist() == [grid_cost(case, s) for s in columns.sets]
    assert columns.outside.tolist() == [households_outside(case, int(h)) for h in columns.households]
    assert columns.outside.any()


def test_annealing_says_what_its_best_costs_and_pools_lawful_connected_grids():
    case = random_problem(8, 40, low=20, high=120)
    pool = make_pool(40, 200, 4000)
    trial = anneal(
        make_graph(case),
        make_rules(case),
        make_schedule(case, 7, 8000),
        pool,
        k=7,
        rng=np.random.default_rng(0),
    )
    assert trial.misfit == 0 and trial.cost == plan_cost(case, trial.assignment)
    graph = graph_of(case)
    sets = pool_sets(pool)
    assert len(set(sets)) == len(sets) > 7
    assert all(
        nx.is_connected(graph.subgraph(s)) and 300 <= case.households[list(s)].sum() <= 500 for s in sets
    )


def test_every_entry_kernel_has_one_specialisation():
    """Compile time is set-up time: the Python side calls each kernel with one signature."""
    for kernel in (kernels.grow, kernels.tally, walk.walk, walk.column_costs, listing.list_sets):
        assert len(kernel.signatures) <= 1, kernel
