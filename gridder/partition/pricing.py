"""The heuristic pricer: many short runs of annealing, each on one grid and its reduced cost, from good columns."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gridder.partition.anneal import KEY_MAX, make_pool, pool_sets
from gridder.partition.columns import Columns, make_columns
from gridder.partition.frontier_steps import Prices
from gridder.partition.hunt import Bag, Chase, Clumps, clump, hunt
from gridder.partition.kernels import Graph, Rules
from gridder.partition.listing import zeros
from gridder.partition.master import Master, Relaxed, flatten
from gridder.partition.problem import Problem
from gridder.partition.quarry import Bill, Quarry

CLUMP_ATOMS = (3, 8, 20)  # atoms of a clump at most, level by level
CLUMP_NOISE = 0.5  # clumps differ from round to round: a cost counts between this share of itself and all
FIRST_HEAT, LAST_HEAT = 1.5, 0.15  # mean costs of an edge
FIRST_WEIGHT, LAST_WEIGHT = (
    30.0,
    300.0,
)  # of a household outside: mean edge costs for the least households of a grid
LEAST_WORTH = 32  # a grid is found when its reduced cost is below this part of a unit: less is rounding
BAG = 4_000  # sets one round can bring home
ROOM_PER_SET = 60  # atoms kept for a set on average
SHARE_OF_CHEAP = (
    0.5  # of the runs start from columns of least reduced cost, the others from those in the solution
)


@dataclass
class Hunter:
    """The pricer of one connected piece: its compiled form and its randomness."""

    problem: Problem
    graph: Graph
    rules: Rules
    rng: np.random.Generator

    @property
    def mean_cost(self) -> float:
        """Mean cost of an edge that costs anything."""
        paid = self.problem.cut_cost[self.problem.cut_cost > 0]
        return float(paid.mean()) if len(paid) else 1.0

    def price(self, prices: Prices, starts: list[tuple[int, ...]], *, steps: int, take: int) -> Columns:
        """Return the best lawful grids met with negative reduced cost, at most ``take``.

        One run of ``steps`` steps from every start.
        """
        unit = prices.scale * self.mean_cost
        weight = unit / self.problem.households_min
        run = Chase(
            steps,
            FIRST_HEAT * unit,
            LAST_HEAT * unit,
            FIRST_WEIGHT * weight,
            LAST_WEIGHT * weight,
            -prices.scale // LEAST_WORTH,
        )
        n = self.problem.n_atoms
        found = Bag(make_pool(n, BAG, ROOM_PER_SET * BAG), np.zeros(BAG, dtype=np.int64))
        first, atoms = flatten(starts)
        way = (run, found, make_clumps(self.problem, self.rng), first, atoms)
        hunt(self.graph, self.rules, make_bill(prices, n), self.make_quarry(len(prices.triples)), way)
        sets = pool_sets(found.pool)
        order = np.argsort(found.value[: len(sets)], kind="stable")[:take]
        return make_columns(self.graph, self.rules, [sets[c] for c in order])

    def make_quarry(self, n_triples: int) -> Quarry:
        """Return an empty set to hunt with."""
        n = self.problem.n_atoms
        n_old = max(int(self.graph.previous.max(initial=-1)) + 1, 1)
        inside, members, spot, old, held, sums, stamp, queue = zeros(n, n, n, n_old, n_triples, 5, n + 1, n)
        rng = self.rng.integers(1, KEY_MAX, 1)
        return Quarry(inside, members, spot, old, held, sums, stamp, queue, rng)

    def starts(self, master: Master, relaxed: Relaxed, prices: Prices, runs: int) -> list[tuple[int, ...]]:
        """Return so many columns to start from: of least reduced cost, and of the solution."""
        cheap = np.argsort(master.reduced(prices), kind="stable")[: int(SHARE_OF_CHEAP * runs)]
        used = np.flatnonzero(relaxed.share > 0)
        drawn = self.rng.permutation(used)[: runs - len(cheap)]
        chosen = np.unique(np.concatenate([cheap, drawn]))
        return [master.sets[c] for c in np.resize(chosen, runs)]


def make_bill(prices: Prices, n_atoms: int) -> Bill:
    """Return prices in the form of the compiled pricer."""
    triple = np.repeat(np.arange(len(prices.triples), dtype=np.int64), 3)
    atom = prices.triples.reshape(-1)
    order = np.argsort(atom, kind="stable")
    first = np.zeros(n_atoms + 1, dtype=np.int64)
    np.cumsum(np.bincount(atom, minlength=n_atoms), out=first[1:])
    return Bill(prices.scale, prices.atom, prices.grid, prices.charges, first, triple[order])


def make_clumps(problem: Problem, rng: np.random.Generator) -> Clumps:
    """Return connected clumps of three sizes, joined along dear edges first."""
    n, levels = problem.n_atoms, len(CLUMP_ATOMS)
    label = np.zeros((levels, n), dtype=np.int64)
    order = np.zeros((levels, n), dtype=np.int64)
    first = np.full((levels, n + 1), n, dtype=np.int64)
    for level, most in enumerate(CLUMP_ATOMS):
        worth = problem.cut_cost * rng.uniform(CLUMP_NOISE, 1.0, len(problem.edges))
        rank = np.argsort(-worth, kind="stable")
        roots = clump(rank, problem.edges, problem.households, (most, problem.households_max // 2))
        label[level] = np.unique(roots, return_inverse=True)[1]
        order[level] = np.argsort(label[level], kind="stable")
        counts = np.bincount(label[level])
        first[level, 0] = 0
        first[level, 1 : len(counts) + 1] = np.cumsum(counts)
    return Clumps(label, order, first)
