"""Moves by travel keep every running sum; columns cost what the problem says; compiled and plain code agree."""

from __future__ import annotations

import numpy as np
import pytest
from partition_cases import grids_connected, with_travel

from gridder.partition import kernels, resplit, travel_moves, walk
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
from gridder.partition.problem import Problem, grid_cost, plan_cost
from gridder.partition.walk import Best, Met

OPTIONS = [{}, {"load_cost": 2, "move_cost": 3, "previous": np.arange(30) // 8}]


def started(case: Problem, k: int, seed: int = 0):
    """A state of k grown grids with all its sums."""
    graph, rules = make_graph(case), make_rules(case)
    state = make_state(graph, k, np.random.default_rng(seed))
    kernels.grow(graph, state, k)
    kernels.tally(graph, state, rules)
    travel_moves.tally_travel(graph, state, rules)
    return graph, rules, state


def sums_hold(case: Problem, state) -> bool:
    """Whether sums for candidates, travel and value are what recomputing gives."""
    sums = [case.travel.pull[state.grid == g].sum(axis=0) for g in range(len(state.size))]
    best = [min(int(s[c]) for c in np.flatnonzero(state.grid == g)) for g, s in enumerate(sums)]
    return (
        np.array_equal(state.pull, np.array(sums))
        and state.travel.tolist() == best
        and int(state.value[0]) == plan_cost(case, state.grid)
    )


@pytest.mark.parametrize("options", OPTIONS)
@pytest.mark.parametrize("move", [travel_moves.flip_by_travel, resplit.resplit])
def test_moves_by_travel_keep_sums_and_connectedness(move, options):
    case = with_travel(1, 30, **options)
    graph, rules, state = started(case, 6)
    done = refused = 0
    for _ in range(80):
        e = walk.find_cut_edge(graph, state)
        moved = move(graph, state, rules, (graph.source[e], graph.neighbour[e]), (0.3, 150.0))
        done, refused = done + moved, refused + (not moved)
        assert sums_hold(case, state) and grids_connected(case, state.grid)
    assert done > 3 and refused > 3


@pytest.mark.parametrize("options", OPTIONS)
def test_columns_by_travel_cost_what_the_problem_says(options):
    case = with_travel(2, 30, **options)
    graph, rules, state = started(case, 6)
    sets = [tuple(np.flatnonzero(state.grid == g).tolist()) for g in range(6)]
    columns = make_columns(graph, rules, sets)
    assert columns.cost.tolist() == [grid_cost(case, atoms) for atoms in columns.sets]


def test_compiled_and_plain_walks_by_travel_agree():
    case = with_travel(4, 14, load_cost=1)
    results = []
    for plain in (False, True):
        graph, rules, state = started(case, 4)
        best = Best(state.grid.copy(), np.full(2, 2**62, dtype=np.int64))
        pool = make_pool(14, 200, 3000)
        run = walk.walk.py_func if plain else walk.walk
        run(graph, state, rules, make_schedule(case, 4, 250), Met(best, pool))
        results.append(
            (best.grid.tolist(), best.value.tolist(), sorted(pool_sets(pool)), state.grid.tolist())
        )
    assert results[0] == results[1]


@pytest.mark.parametrize(
    "name", ["carry", "travel_of", "travel_after", "least_travel", "refresh", "tally_travel"]
)
def test_each_plain_kernel_is_its_compiled_one(name):
    case = with_travel(5, 12)
    arguments = {
        "carry": lambda g, s, r: (g, s, 3, 1, 1),
        "travel_of": lambda g, s, r: (g, s, 1),
        "travel_after": lambda g, s, r: (g, s, 3, int(s.grid[3]), (int(s.grid[3]) + 1) % 3),
        "least_travel": lambda g, s, r: (g, np.flatnonzero(s.grid == 0), s.grid == 0),
        "refresh": lambda g, s, r: (
            g,
            s,
            np.flatnonzero(s.grid < 2),
            np.zeros((s.grid < 2).sum(), bool),
            (0, 1),
        ),
        "tally_travel": lambda g, s, r: (g, s, r),
    }[name]
    kernel = getattr(travel_moves, name)
    outcomes = []
    for run in (kernel, kernel.py_func):
        graph, rules, state = started(case, 3)
        told = run(*arguments(graph, state, rules))
        outcomes.append((told, state.pull.tolist(), state.travel.tolist(), state.value.tolist()))
    assert outcomes[0] == outcomes[1]


def test_annealing_by_travel_tells_the_cost_of_its_plan():
    case = with_travel(6, 40, low=20, high=120)
    graph, rules = make_graph(case), make_rules(case)
    k = round(case.households.sum() / 400)
    trial = anneal(
        graph,
        rules,
        make_schedule(case, k, 5000),
        make_pool(40, 500, 9000),
        k=k,
        rng=np.random.default_rng(0),
    )
    assert trial.misfit == 0 and trial.cost == plan_cost(case, trial.assignment)
    assert grids_connected(case, trial.assignment)
