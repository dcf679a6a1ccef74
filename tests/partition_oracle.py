"""A slow oracle for the partition engine that shares no code with it: every connected set, every cover, by bits.

A plan is a partition of all atoms into connected sets. ``Oracle`` lists the connected sets of a small problem as
bit masks, prices each by the definition of the objective, and combines them by a program over subsets.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gridder.partition.problem import Problem

Rank = tuple[int, ...]
RANDOM_WINDOW = 300, 500


@dataclass(frozen=True)
class Grid:
    """A connected set: what it adds to the objective, doubled, and by how many households it is outside."""

    atoms: int
    cost: int
    outside: int


class Oracle:
    """All connected sets of a problem of at most about ten atoms, that keep its locks."""

    def __init__(self, problem: Problem) -> None:
        self.n = problem.n_atoms
        self.households = [int(h) for h in problem.households]
        self.window = int(problem.households_min), int(problem.households_max)
        masks = [m for m in range(1, 1 << self.n) if keeps_locks(problem, m) and is_connected(problem, m)]
        grids = [Grid(m, doubled_cost(problem, m), self.misses(m)) for m in masks]
        self.starting: list[list[Grid]] = [[] for _ in range(self.n)]
        for grid in grids:
            self.starting[(grid.atoms & -grid.atoms).bit_length() - 1].append(grid)

    def misses(self, mask: int) -> int:
        """Households by which a set is outside the window."""
        size = sum(h for i, h in enumerate(self.households) if mask >> i & 1)
        return max(self.window[0] - size, size - self.window[1], 0)

    def lawful(self) -> dict[int, int]:
        """The least objective of a lawful plan for every number of grids that has one."""
        by_mask: dict[int, dict[int, int]] = {0: {0: 0}}

        def best(left: int) -> dict[int, int]:
            if left not in by_mask:
                found: dict[int, int] = {}
                for grid in self.starting[(left & -left).bit_length() - 1]:
                    if grid.outside == 0 and grid.atoms & left == grid.atoms:
                        for k, cost in best(left ^ grid.atoms).items():
                            found[k + 1] = min(found.get(k + 1, cost + grid.cost), cost + grid.cost)
                by_mask[left] = found
            return by_mask[left]

        return {k: cost // 2 for k, cost in sorted(best((1 << self.n) - 1).items())}

    def nearest(self) -> Rank | None:
        """Grids outside, households outside, grids, objective of the nearest plan; None where locks allow none."""
        by_mask: dict[int, Rank | None] = {0: (0, 0, 0, 0)}

        def best(left: int) -> Rank | None:
            if left not in by_mask:
                found: Rank | None = None
                for grid in self.starting[(left & -left).bit_length() - 1]:
                    if grid.atoms & left != grid.atoms:
                        continue
                    rest = best(left ^ grid.atoms)
                    if rest is not None:
                        own = (int(grid.outside > 0), grid.outside, 1, grid.cost)
                        rank = tuple(a + b for a, b in zip(own, rest))
                        found = rank if found is None else min(found, rank)
                by_mask[left] = found
            return by_mask[left]

        rank = best((1 << self.n) - 1)
        return None if rank is None else (*rank[:3], rank[3] // 2)


def members(problem: Problem, mask: int) -> list[int]:
    """The atoms of a mask."""
    return [i for i in range(problem.n_atoms) if mask >> i & 1]


def is_connected(problem: Problem, mask: int) -> bool:
    """Whether a set hangs together."""
    reached = mask & -mask
    while True:
        grown = reached
        for i, j in problem.edges.tolist():
            if (reached >> i | reached >> j) & 1:
                grown |= (1 << i | 1 << j) & mask
        if grown == reached:
            return reached == mask
        reached = grown


def keeps_locks(problem: Problem, mask: int) -> bool:
    """Whether a set holds one lock at most, and that whole."""
    labels = {int(problem.fixed[i]) for i in members(problem, mask)} - {-1}
    whole = {i for i in range(problem.n_atoms) if int(problem.fixed[i]) in labels}
    return len(labels) < 2 and whole <= set(members(problem, mask))


def doubled_cost(problem: Problem, mask: int) -> int:
    """Twice what a grid adds to the objective: the edges that leave it, load, households moved."""
    cut = 0
    for (i, j), cost in zip(problem.edges.tolist(), problem.cut_cost.tolist()):
        cut += cost if (mask >> i ^ mask >> j) & 1 else 0
    size, origins = 0, {}
    for i in members(problem, mask):
        size += int(problem.households[i])
        old = int(problem.previous[i])
        if old >= 0:
            origins[old] = origins.get(old, 0) + int(problem.households[i])
    moved = sum(origins.values()) - max(origins.values(), default=0)
    return cut + 2 * (problem.load_cost * abs(size - problem.target) + problem.move_cost * moved)


def random_case(seed: int, least: int = 4, most: int = 8, **options: object) -> Problem:
    """A small random problem: trees to dense graphs, empty atoms, towers, tight and loose windows, every cost."""
    rng = np.random.default_rng([seed, 77])
    n = int(rng.integers(least, most + 1))
    joined = {tuple(sorted((v, int(rng.integers(v))))) for v in range(1, n)}
    for _ in range(int(rng.integers(0, 2 * n)) if n > 1 else 0):
        i, j = sorted(rng.choice(n, 2, replace=False).tolist())
        joined.add((i, j))
    edges = np.array(sorted(joined)).reshape(-1, 2)
    households = rng.integers(*[(0, 200), (60, 260), (100, 320)][rng.integers(3)], n)
    households[rng.random(n) < rng.choice([0.0, 0.2, 0.4])] = 0
    costs = rng.integers(0, rng.choice([3, 12, 60]), len(edges))
    window = [(300, 500), (150, 250), (200, 300), (250, 260), (100, 400)][rng.integers(5)]
    drawn = {"load_cost": int(rng.choice([0, 0, 1, 3])), "move_cost": int(rng.choice([0, 0, 1, 5]))}
    drawn["previous"] = rng.integers(-1, 3, n)
    if not households.any():
        households[0] = window[0]
    return Problem(households, edges, costs, *window, **{**drawn, **options})
