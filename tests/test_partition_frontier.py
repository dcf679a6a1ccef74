"""The frontier program against the listing of every connected set."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.spatial import Delaunay

from gridder.partition import frontier_kernels, frontier_values
from gridder.partition.anneal import make_graph
from gridder.partition.frontier import UNKNOWN, Frontier, list_cheaper, price_exactly
from gridder.partition.frontier_steps import Prices
from gridder.partition.listing import list_columns
from gridder.partition.problem import Problem, grid_cost
from gridder.partition.sweep import frontier_sum, make_sweep

NEVER_BELOW = 1 << 26


def scattered(n: int, seed: int, **options) -> Problem:
    """A planar problem of n atoms at random points, some without households."""
    rng = np.random.default_rng(seed)
    ends = Delaunay(rng.random((n, 2))).simplices[:, [[0, 1], [1, 2], [0, 2]]].reshape(-1, 2)
    edges = np.unique(np.sort(ends, axis=1), axis=0)
    kept = rng.random(len(edges)) < 0.9
    households = np.where(rng.random(n) < 0.2, 0, rng.integers(10, 160, n))
    problem = Problem(households, edges[kept], rng.integers(1, 30, kept.sum()), 300, 500, **options)
    return problem if len(problem.pieces) == 1 else scattered(n, seed + 1000, **options)


def priced(problem: Problem, seed: int, n_triples: int) -> Prices:
    """Prices at which some grids pay and most do not."""
    rng = np.random.default_rng(seed)
    n = problem.n_atoms
    atom = (problem.households * rng.uniform(1, 4, n) + rng.uniform(-20, 60, n)).astype(np.int64) * 7
    triples = [rng.choice(n, 3, replace=False) for _ in range(n_triples)]
    charges = rng.integers(0, 600, n_triples)
    return Prices(
        7, atom, int(rng.integers(-300, 300)), np.array(triples, dtype=np.int64).reshape(-1, 3), charges
    )


def reduced(problem: Problem, prices: Prices, atoms: tuple[int, ...]) -> int:
    """The reduced cost of a grid, as its definition says."""
    hit = np.isin(prices.triples, atoms).sum(axis=1) >= 2
    paid = prices.atom[list(atoms)].sum() + prices.grid
    return int(prices.scale * grid_cost(problem, atoms) - paid + prices.charges[hit].sum())


def all_reduced(problem: Problem, prices: Prices) -> dict[tuple[int, ...], int]:
    """Every lawful connected grid with its reduced cost."""
    listing = list_columns(make_graph(problem), 300, 500, work=10**7, cap=200_000)
    assert listing.complete
    return {atoms: reduced(problem, prices, atoms) for atoms in listing.sets}


def some_problem(seed: int) -> Problem:
    """A problem of a kind that turns with the seed: plain, with a price of load, with locks, with old grids."""
    n = 9 + seed % 8
    rng = np.random.default_rng(seed)
    kinds = [
        {},
        {"load_cost": 2},
        {"fixed": np.where(np.arange(n) % 5 == 0, np.arange(n), -1)},
        {"previous": rng.integers(-1, 3, n), "move_cost": 3},
    ]
    return scattered(n, seed, **kinds[seed % 4])


@pytest.mark.parametrize("seed", range(40))
def test_least_reduced_cost_is_that_of_the_listing(seed):
    problem = some_problem(seed)
    prices = priced(problem, seed, n_triples=seed % 7)
    costs = all_reduced(problem, prices)
    answer = price_exactly(Frontier(problem, make_sweep(problem), 10**6), prices, NEVER_BELOW)
    assert answer.known
    if not costs:
        assert answer.sets == [] and answer.least == NEVER_BELOW
        return
    assert answer.least == min(costs.values())
    assert costs[answer.sets[0]] == answer.least
    assert set(answer.sets) <= set(costs)


@pytest.mark.parametrize("seed", range(40))
def test_all_grids_below_a_price_are_listed(seed):
    problem = some_problem(seed)
    prices = priced(problem, seed, n_triples=seed % 7)
    costs = all_reduced(problem, prices)
    below = int(np.quantile(list(costs.values()), 0.3)) if costs else 0
    found, complete = list_cheaper(Frontier(problem, make_sweep(problem), 10**6), prices, below, 10**5)
    assert complete
    assert set(found) == {atoms for atoms, cost in costs.items() if cost < below}


def test_nothing_below_the_limit_returns_the_limit():
    problem = some_problem(4)
    prices = priced(problem, 4, n_triples=3)
    least = min(all_reduced(problem, prices).values())
    answer = price_exactly(Frontier(problem, make_sweep(problem), 10**6), prices, least)
    assert answer == (least, []) and answer.known


def test_too_few_states_and_too_many_grids_are_said():
    problem = some_problem(4)
    prices = priced(problem, 4, n_triples=0)
    sweep = make_sweep(problem)
    costs = all_reduced(problem, prices)
    few = price_exactly(Frontier(problem, sweep, 5), prices, NEVER_BELOW)
    assert not few.known and few.least < min(costs.values())
    assert few.sets and set(few.sets) <= set(costs)
    assert list_cheaper(Frontier(problem, sweep, 10**6), prices, NEVER_BELOW, 3) == ([], False)
    assert list_cheaper(Frontier(problem, sweep, 2), prices, NEVER_BELOW, 10**6) == ([], False)


def test_work_is_counted_and_ends():
    problem = some_problem(4)
    prices = priced(problem, 4, n_triples=0)
    frontier = Frontier(problem, make_sweep(problem), 10**6, work=1)
    assert price_exactly(frontier, prices, NEVER_BELOW).known
    assert frontier.work < 0
    assert price_exactly(frontier, prices, NEVER_BELOW) == (UNKNOWN, [])
    assert list_cheaper(frontier, prices, NEVER_BELOW, 10**6) == ([], False)


def test_sweep_is_an_order_and_counts_its_frontier():
    problem = scattered(30, 3)
    sweep = make_sweep(problem)
    assert sorted(sweep.order.tolist()) == list(range(30))
    place = {int(u): t for t, u in enumerate(sweep.order)}
    widths = []
    for t in range(30):
        done = {u for u in place if place[u] <= t}
        ends = problem.edges.tolist()
        open_atoms = {u for i, j in ends for u, v in ((i, j), (j, i)) if u in done and v not in done}
        widths.append(len(open_atoms))
    assert sweep.width == max(widths)
    assert sweep.states == sum(2**w for w in widths)


def test_kernels_do_the_same_uncompiled(monkeypatch):
    problem = some_problem(6)
    prices = priced(problem, 6, n_triples=4)
    sweep = make_sweep(problem)
    compiled = price_exactly(Frontier(problem, sweep, 10**6), prices, NEVER_BELOW)
    for module in (frontier_kernels, frontier_values):
        for name, kernel in list(vars(module).items()):
            if hasattr(kernel, "py_func"):
                monkeypatch.setattr(module, name, kernel.py_func)
                monkeypatch.setattr(f"gridder.partition.frontier.{name}", kernel.py_func, raising=False)
    with np.errstate(over="ignore"):
        assert price_exactly(Frontier(problem, sweep, 10**6), prices, NEVER_BELOW) == compiled
    graph, order = problem.adjacency[:2], sweep.order
    width = np.zeros(problem.n_atoms, dtype=np.int64)
    span = (0, problem.n_atoms - 1)
    assert frontier_sum.py_func(graph, order, np.argsort(order), span, width) == sweep.states
