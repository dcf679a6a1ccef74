"""The steps of the frontier program: what each atom of the sweep does at given prices."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gridder.partition.frontier_kernels import MOST_TRIPLES, NO_VALUE, Step
from gridder.partition.problem import Ints, Problem, as_ints
from gridder.partition.sweep import Sweep


@dataclass(frozen=True)
class Prices:
    """Prices of the master, whole numbers.

    A grid's reduced cost is scale · grid_cost − Σ atom − grid + Σ charges of the triples of which it holds two atoms.

    Parameters
    ----------
    scale
        Units of price in one unit of ``grid_cost``.
    atom
        What each atom pays for being covered. Shape (n,), int64.
    grid
        What a grid pays for being one more.
    triples
        Atoms of each cut. Shape (t, 3), int64.
    charges
        Charge of each cut, ≥ 0. Shape (t,), int64.
    """

    scale: int
    atom: Ints
    grid: int
    triples: Ints
    charges: Ints


def mean_price(problem: Problem, prices: Prices) -> int:
    """Return what a household pays on average: at this rate the bounds are nearly best, and a second rate gains little."""
    return round(int(prices.atom.clip(0).sum()) / max(int(problem.households.sum()), 1))


def in_range(problem: Problem, prices: Prices, below: int) -> bool:
    """Return whether the program may add up these prices in 32 bits.

    No value it keeps, no limit and no bound is more than this sum away from 0, and half of ``NO_VALUE`` leaves room for
    one step's price on top.
    """
    paid = int(prices.atom.clip(0).sum())
    priced = mean_price(problem, prices) * problem.households_max + abs(prices.grid) + max(below, 0)
    charged = prices.scale * int(problem.cut_cost.sum()) + int(prices.charges.sum())
    return 2 * paid + priced + charged <= NO_VALUE // 2


def own_prices(problem: Problem, prices: Prices) -> Ints:
    """Return what a grid of 0 … households_max households costs besides its atoms and edges, less what it pays."""
    sizes = np.arange(problem.households_max + 1)
    return 2 * prices.scale * problem.load_cost * np.abs(sizes - problem.target) - prices.grid


def make_steps(problem: Problem, sweep: Sweep, prices: Prices, limit: int) -> list[Step]:
    """Return the steps of the sweep at these prices, for grids whose atoms and edges come below ``limit``."""
    first, neighbour, cost = problem.adjacency
    place = np.argsort(sweep.order)
    last = [int(place[[u, *neighbour[first[u] : first[u + 1]]]].max()) for u in range(problem.n_atoms)]
    counters = triple_counters(prices, place)
    rate = mean_price(problem, prices)
    frontier: list[int] = []
    steps = []
    for t, v in enumerate(sweep.order.tolist()):
        around = [e for e in range(first[v], first[v + 1]) if place[neighbour[e]] < t]
        beside = [frontier.index(int(neighbour[e])) for e in around]
        with_v = [*frontier, v]
        keep = [j for j, u in enumerate(with_v) if last[u] > t]
        retire = [j for j, u in enumerate(with_v) if last[u] <= t]
        edges = [prices.scale * cost[e] for e in around]
        households, lock = int(problem.households[v]), int(problem.fixed[v] >= 0)
        facts = [len(frontier), households, -int(prices.atom[v]), lock, limit]
        facts += [rate * households, rate * problem.households_max]
        steps.append(
            Step(as_ints(beside), as_ints(edges), as_ints(keep), as_ints(retire), counters[t], as_ints(facts))
        )
        frontier = [with_v[j] for j in keep]
    return steps


def triple_counters(prices: Prices, place: Ints) -> list[Ints]:
    """Return the rows of ``Step.counters`` for every step; a triple beyond those a key has room for is left out.

    Leaving out a charge only lowers reduced costs: bounds stay bounds.
    """
    rows: list[list[list[int]]] = [[] for _ in place]
    free_from = [0] * MOST_TRIPLES
    opened = sorted((sorted(int(place[i]) for i in atoms), c) for c, atoms in enumerate(prices.triples))
    for places, c in opened:
        slot = next((b for b in range(MOST_TRIPLES) if free_from[b] <= places[0]), None)
        if slot is None:
            continue
        free_from[slot] = places[2] + 1
        for t in range(places[0], places[2] + 1):
            before = -1 if t == places[0] else 1 + 2 * slot
            after = -1 if t == places[2] else 1 + 2 * slot
            left = sum(p > t for p in places)
            rows[t].append([before, after, int(t in places), left, int(prices.charges[c])])
    return [np.array(r, dtype=np.int64).reshape(-1, 5) for r in rows]
