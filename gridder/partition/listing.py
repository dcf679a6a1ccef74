"""Compiled listing of the connected sets of atoms within a window, each once, in bounded work."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numba import njit

from gridder.partition.kernels import Graph
from gridder.partition.problem import Ints

ROOM_PER_SET = 40  # atoms kept for a set on average; listing stops when the room is full
ALL_WORK, ALL_SETS = 20_000, 2_000  # for all connected sets there are


def zeros(*sizes: int) -> list[Ints]:
    """Return one array of zeros a size."""
    return [np.zeros(size, dtype=np.int64) for size in sizes]


class Trail(NamedTuple):
    """Where the listing stands: int64 arrays, level by level.

    ``marked`` 1 while in the set, a candidate or refused; ``chain`` atoms of the set in the order added;
    ``begin`` start of each level's candidates in ``ahead``; ``spot`` next candidate; ``fresh`` start of the
    candidates the level added itself; ``ahead`` candidates of all levels. Levels count from 1; shape (n+2,).
    """

    marked: Ints
    chain: Ints
    begin: Ints
    spot: Ints
    fresh: Ints
    ahead: Ints


class Found(NamedTuple):
    """Sets found: atoms of set c are atoms[first[c]:first[c+1]]; tally = [sets, work]."""

    first: Ints
    atoms: Ints
    tally: Ints


@dataclass(frozen=True)
class Listing:
    """Connected sets with households in a window, as found; ``complete`` when there is no other."""

    found: Found
    complete: bool

    @cached_property
    def sets(self) -> tuple[tuple[int, ...], ...]:
        """The sets as ascending tuples; made when asked for, as they are many."""
        first, atoms, count = self.found.first, self.found.atoms, int(self.found.tally[0])
        return tuple(tuple(sorted(atoms[first[c] : first[c + 1]].tolist())) for c in range(count))


@njit(cache=True)
def open_level(graph: Graph, trail: Trail, depth: int, v: int) -> None:
    """Make v the ``depth``-th atom of the set: the candidates left, then its unmarked neighbours."""
    trail.chain[depth - 1] = v
    end = 0
    if depth > 1:
        end = trail.begin[depth]
        for place in range(trail.spot[depth - 1], trail.begin[depth]):
            trail.ahead[end] = trail.ahead[place]
            end += 1
    else:
        trail.begin[1] = 0
    trail.spot[depth] = trail.begin[depth]
    trail.fresh[depth] = end
    for e in range(graph.first[v], graph.first[v + 1]):
        y = graph.neighbour[e]
        if trail.marked[y] == 0:
            trail.marked[y] = 1
            trail.ahead[end] = y
            end += 1
    trail.begin[depth + 1] = end


@njit(cache=True)
def close_level(trail: Trail, depth: int) -> None:
    """Unmark the candidates the level added itself."""
    for place in range(trail.fresh[depth], trail.begin[depth + 1]):
        trail.marked[trail.ahead[place]] = 0


@njit(cache=True)
def put_down(trail: Trail, found: Found, depth: int) -> bool:
    """Write the present set down; return False when there is no room."""
    c = found.tally[0]
    start = found.first[c]
    if c + 1 >= len(found.first) or start + depth > len(found.atoms):
        return False
    found.atoms[start : start + depth] = trail.chain[:depth]
    found.first[c + 1] = start + depth
    found.tally[0] = c + 1
    return True


@njit(cache=True)
def list_from(graph: Graph, bounds: Ints, start: int, trail: Trail, found: Found) -> bool:
    """List the sets that hold ``start`` and no marked atom; return False when work or room ran out.

    ``bounds`` = [households_min, households_max, work limit]. Branches on one candidate at a time, with it,
    then without it; a candidate refused stays marked, so no set comes twice. Work counts branches.
    """
    size, locks, depth = graph.households[start], graph.lock[start], 1
    if size > bounds[1]:
        return True
    trail.marked[start] = 1
    open_level(graph, trail, 1, start)
    if size >= bounds[0] and not put_down(trail, found, 1):
        return False
    while depth > 0:
        if trail.spot[depth] >= trail.begin[depth + 1]:
            close_level(trail, depth)
            depth -= 1
            if depth > 0:
                size -= graph.households[trail.chain[depth]]
                locks -= graph.lock[trail.chain[depth]]
            continue
        v = trail.ahead[trail.spot[depth]]
        trail.spot[depth] += 1
        if size + graph.households[v] > bounds[1] or locks + graph.lock[v] > 1:
            continue
        found.tally[1] += 1
        if found.tally[1] > bounds[2] or trail.begin[depth + 1] + 2 * len(trail.marked) > len(trail.ahead):
            return False
        size += graph.households[v]
        locks += graph.lock[v]
        depth += 1
        open_level(graph, trail, depth, v)
        if size >= bounds[0] and not put_down(trail, found, depth):
            return False
    return True


@njit(cache=True)
def list_sets(graph: Graph, bounds: Ints, only: int, trail: Trail, found: Found) -> bool:
    """List the connected sets within the bounds: that hold atom ``only``, or all (−1); False when cut short.

    At most one locked atom a set. All: the sets whose smallest atom is 0, then 1, …; smaller atoms stay
    marked.
    """
    if only >= 0:
        return list_from(graph, bounds, only, trail, found)
    for start in range(len(graph.households)):
        if not list_from(graph, bounds, start, trail, found):
            return False
        trail.marked[start] = 1
    return True


def list_columns(graph: Graph, low: int, high: int, *, work: int, cap: int, only: int = -1) -> Listing:
    """Return every connected set with low ≤ households ≤ high, or as many as the work and the cap allow.

    ``only`` lists the sets that hold this atom alone.
    """
    n = len(graph.households)
    level = n + 2
    trail = Trail(*zeros(level, level, level, level, level, min(n, 600) * (n + 1) + 4 * n))
    found = Found(*zeros(cap + 1, ROOM_PER_SET * cap, 2))
    complete = list_sets(graph, np.array([low, high, work], dtype=np.int64), only, trail, found)
    return Listing(found, bool(complete))


def list_connected(graph: Graph, low: int) -> Listing:
    """Return every connected set of at least ``low`` households, whatever the window: complete for about a dozen atoms."""
    return list_columns(graph, low, int(graph.households.sum()), work=ALL_WORK, cap=ALL_SETS)
