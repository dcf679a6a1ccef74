"""Contraction: atoms that some best plan keeps together become one, so that there is less to search and price.

Each rule holds for every number of grids at once and for every lawful plan's cost, so the least cost of each
k is the same before and after, and a bound found after holds before. Two atoms are *compatible* when they
fit into one grid: together within the maximum and not both locked. A lawful grid is connected over compatible
edges alone, for the two ends of any other edge cannot both be in it.

Rules
    (a) ``forced_groups``: lawful plans have no choice; whatever the objective.
    (b) ``host_of``: a zero-household atom is moved to a neighbour's grid, and nothing becomes dearer.

Rule (a) asks for lawful plans alone: where a piece turns out to have none, the best effort is made on the piece as it was.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np

from gridder.partition.branches import light_branches, light_remainder, walk_depth_first
from gridder.partition.core import stranded
from gridder.partition.counts import lawful_k
from gridder.partition.locks import Merged, merge_atoms
from gridder.partition.problem import Problem, as_ints, first_come

MOST_NEIGHBOURS = 7  # of a zero-household atom: the sets of its other neighbours are tried one by one


@dataclass
class Blocks:
    """Atoms merged so far; a block goes by its first atom.

    Parameters
    ----------
    problem
        The problem being contracted, one connected piece whose locks are one atom each.
    households, locks, previous
        Of each block: households, locked atoms (0 or 1), old grid of the households (−1: none).
    beside
        Neighbouring blocks of each block and what it costs to cut them apart.
    parent
        Block each atom went into, itself while it is a block.
    """

    problem: Problem
    households: list[int]
    locks: list[int]
    previous: list[int]
    beside: list[dict[int, int]]
    parent: list[int]

    def find(self, i: int) -> int:
        """Return the block of an atom."""
        while self.parent[i] != i:
            self.parent[i] = self.parent[self.parent[i]]
            i = self.parent[i]
        return i

    def blocks(self) -> list[int]:
        """Return all blocks, ascending."""
        return [i for i, p in enumerate(self.parent) if i == p]

    def compatible(self, i: int, j: int) -> bool:
        """Whether two blocks fit into one grid."""
        together = self.households[i] + self.households[j]
        return together <= self.problem.households_max and self.locks[i] + self.locks[j] < 2

    def merge(self, i: int, j: int) -> int:
        """Make two blocks one and return it."""
        i, j = sorted((self.find(i), self.find(j)))
        if i == j:
            return i
        if self.households[i] == 0 and (self.households[j] or self.previous[i] < 0):
            self.previous[i] = self.previous[j]
        self.households[i] += self.households[j]
        self.locks[i] += self.locks[j]
        self.parent[j] = i
        for other, cost in self.beside[j].items():
            del self.beside[other][j]
            if other != i:
                joint = self.beside[i].get(other, 0) + cost
                self.beside[i][other] = self.beside[other][i] = joint
        self.beside[j] = {}
        return i

    def one_origin(self, group: Iterable[int]) -> bool:
        """Whether one old grid can stand for all households of some blocks, as a price of moving needs it."""
        if not self.problem.move_cost:
            return True
        whole = {self.find(i) for i in group}
        return len({self.previous[i] for i in whole if self.households[i]}) <= 1


def shrink(piece: Problem) -> Merged:
    """Return a smaller problem with the same least cost for every number of grids, and where each atom went.

    ``reasons`` are proofs met on the way that no lawful plan exists; the problem is then as given.

    Parameters
    ----------
    piece
        One connected piece with households whose locks are one atom each.
    """
    state = make_blocks(piece)
    waiting = state.blocks()
    while waiting:
        settle_empty(state, waiting)
        waiting = []
        groups, lost = forced_groups(state)
        for group in groups:
            lost = lost or ([] if fits(state, group) else group)
            waiting += merge_all(state, group) if state.one_origin(group) else []
        if lost:
            inside = {state.find(i) for i in lost}
            core = [i for i in range(piece.n_atoms) if state.find(i) in inside]
            return Merged(piece, np.arange(piece.n_atoms), (stranded(piece, core),))
    return contracted(state)


def make_blocks(piece: Problem) -> Blocks:
    """Return every atom as a block of its own."""
    beside: list[dict[int, int]] = [{} for _ in range(piece.n_atoms)]
    for (i, j), cost in zip(piece.edges.tolist(), piece.cut_cost.tolist()):
        beside[i][j] = beside[j][i] = cost
    locks = [int(label >= 0) for label in piece.fixed]
    origin = piece.previous.tolist()
    return Blocks(piece, piece.households.tolist(), locks, origin, beside, list(range(piece.n_atoms)))


def contracted(state: Blocks) -> Merged:
    """Return the problem over the blocks."""
    place = first_come([state.find(i) for i in range(state.problem.n_atoms)])
    previous = as_ints([state.previous[i] for i in state.blocks()])
    return Merged(replace(merge_atoms(state.problem, place), previous=previous), place)


def merge_all(state: Blocks, group: list[int]) -> list[int]:
    """Make a group one block; return the blocks to look at again, none if it was one already."""
    whole = {state.find(i) for i in group}
    if len(whole) < 2:
        return []
    block = min(whole)
    for i in sorted(whole - {block}):
        state.merge(block, i)
    return [block, *state.beside[block]]


def fits(state: Blocks, group: list[int]) -> bool:
    """Whether blocks that must be together can be."""
    whole = {state.find(i) for i in group}
    households, locks = (sum(of[i] for i in whole) for of in (state.households, state.locks))
    return households <= state.problem.households_max and locks < 2


# Rule (b): zero households


def settle_empty(state: Blocks, waiting: list[int]) -> None:
    """Move every zero-household block that rule (b) knows a place for; ``waiting`` are those to look at."""
    queue = sorted({state.find(i) for i in waiting}, reverse=True)
    while queue:
        z = queue.pop()
        host = host_of(state, z) if state.find(z) == z else -1
        if host >= 0:
            queue += sorted(merge_all(state, [z, host]), reverse=True)


def host_of(state: Blocks, z: int) -> int:
    """Return the neighbour whose grid a zero-household block may join in some best plan, −1 when none is known.

    Let z be in grid S, its neighbour m in another, and A the neighbours of z in S. If any two of A touch, S
    stays connected without z: a way through z leads from one of A to another. Cutting z off A costs c(A), no
    longer cutting it off m saves at least c(z, m). So m is right when every A that fits into one grid without m
    has all its pairs adjacent and c(A) ≤ c(z, m). S keeps its households, hence is not empty if it was lawful. Where
    grids have centres (``travel``) z may be one, and stays.
    """
    if state.households[z] or state.locks[z] or not state.beside[z] or state.problem.travel is not None:
        return -1
    dearest = max(state.beside[z].values())
    for m in sorted(j for j, cost in state.beside[z].items() if cost == dearest):
        origin = state.previous[z]
        if state.problem.move_cost and origin >= 0 and origin != state.previous[m]:
            continue  # as good, but a plot would change its grid for nothing
        if may_move(state, z, m):
            return m
    return -1


def may_move(state: Blocks, z: int, m: int) -> bool:
    """Whether every set of other neighbours of z that fits into one grid is a clique no dearer than m."""
    cost = state.beside[z]
    rest = [j for j in cost if j != m and state.households[j] <= state.problem.households_max]
    for a, b in combinations(rest, 2):
        if b not in state.beside[a] and state.compatible(a, b):
            return False
    if sum(cost[j] for j in rest) <= cost[m]:
        return True
    if len(rest) > MOST_NEIGHBOURS:
        return False
    sets = (s for size in range(1, len(rest) + 1) for s in combinations(rest, size))
    return all(sum(cost[j] for j in s) <= cost[m] for s in sets if fits(state, list(s)))


# Rule (a): no choice


def forced_groups(state: Blocks) -> tuple[list[list[int]], list[int]]:
    """Return groups of blocks that are in one grid in every lawful plan, and blocks that cannot be in any.

    Over compatible edges: a connected part whose total fits no number of grids is lost. A part P that hangs at
    one block a and has fewer households than a grid needs is in the grid of a: a grid that meets P either
    holds a or lies in P, too small.
    """
    beside = {i: [j for j in state.beside[i] if state.compatible(i, j)] for i in state.blocks()}
    groups: list[list[int]] = []
    seen: set[int] = set()
    window = state.problem.households_min, state.problem.households_max
    for root in sorted(beside, key=lambda i: (-state.households[i], i)):
        if root in seen:
            continue
        tour = walk_depth_first(beside, root)
        seen.update(tour.order)
        weight = tour.sums(state.households)
        if lawful_k(weight[0], *window) is None or weight[0] == 0:
            return [], tour.order
        groups += light_branches(tour, weight, window[0])
        groups += light_remainder(tour, weight, state.households, window[0])
    return groups, []
