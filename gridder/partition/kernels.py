"""Compiled moves on an assignment: a start, and single atoms (flips). Plain arrays in named tuples, no Python objects.

Every kernel is also plain Python: ``kernel.py_func`` is the same source uncompiled, and tests run both.

State layout
------------
``Graph``  first (n+1,), neighbour (2m,), cost (2m,), source (2m,): compressed rows; lift (2m,) rank of a cost
           on a log scale, see ``anneal.lift_of``; households (n,); lock (n,) 1 for the one atom of a lock,
           else 0; previous (n,) old grid or −1; key (n,) random 62-bit keys: a set of atoms is hashed by
           xor; pull, seat of ``travel_moves``. All int64.
``State``  grid (n,); size (k,) households; atoms (k,); locks (k,); keys (k,); old (k, n_old) households by
           old grid; value (2,): [cut + load + moves, misfit of all grids]; stamp (n+1,) visit marks, the last
           is the present mark; queue (n,) and ends (m, 4) scratch; rng (1,), never 0; pull and travel of
           ``travel_moves``. All int64.
``Rules``  households_min, households_max, target, load_cost, move_cost, outside (households a grid outside
           the window counts besides those it misses it by). All int64.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numba import njit

from gridder.partition.problem import Ints

LOCKS_APART = 100_000  # misfit of a second lock in one grid: above any misfit in households
Move = tuple[int, int]
Weigh = tuple[float, float]
CHANCES = 1 << 31  # a draw is one of so many
LOW_57 = (1 << 57) - 1
HOPELESS = 30.0  # heats: a change for the worse by more is never taken


class Graph(NamedTuple):
    """The problem in compressed rows; see the module's head."""

    first: Ints
    neighbour: Ints
    cost: Ints
    source: Ints
    lift: Ints
    households: Ints
    lock: Ints
    previous: Ints
    key: Ints
    pull: Ints
    seat: Ints


class State(NamedTuple):
    """An assignment and its running sums; see the module's head."""

    grid: Ints
    size: Ints
    atoms: Ints
    locks: Ints
    keys: Ints
    old: Ints
    value: Ints
    stamp: Ints
    queue: Ints
    ends: Ints
    rng: Ints
    pull: Ints
    travel: Ints


class Rules(NamedTuple):
    """What a grid costs, as whole numbers; see the module's head."""

    households_min: int
    households_max: int
    target: int
    load_cost: int
    move_cost: int
    outside: int


@njit(cache=True)
def draw(rng: Ints, below: int) -> int:
    """Return a random whole number 0…below−1 (below ≤ 2³¹) and advance ``rng``.

    Xorshift of 64 bits (Marsaglia 2003, doi:10.18637/jss.v008.i14), the upper half of its state.
    """
    x = rng[0]
    x ^= x << 13
    x ^= (x >> 7) & LOW_57
    x ^= x << 17
    rng[0] = x
    return (((x >> 32) & (CHANCES - 1)) * below) >> 31


@njit(cache=True)
def misfit(rules: Rules, size: int, locks: int) -> int:
    """Return by how much a grid is unlawful: households outside and a flat charge for it, locks together."""
    out = max(rules.households_min - size, size - rules.households_max, 0)
    if out > 0:
        out += rules.outside
    if locks > 1:
        out += LOCKS_APART * (locks - 1)
    return out


@njit(cache=True)
def own_cost(rules: Rules, size: int, old: Ints) -> int:
    """Return load and move cost of one grid."""
    cost = rules.load_cost * abs(size - rules.target)
    if rules.move_cost > 0:
        cost += rules.move_cost * (old.sum() - old.max())
    return cost


@njit(cache=True)
def cost_within(rules: Rules, state: State, g: int) -> int:
    """Return what grid g costs besides its boundary, from its running sums."""
    return own_cost(rules, state.size[g], state.old[g])


@njit(cache=True)
def tally(graph: Graph, state: State, rules: Rules) -> None:
    """Recompute every running sum of the state from its assignment."""
    state.size[:] = 0
    state.atoms[:] = 0
    state.locks[:] = 0
    state.keys[:] = 0
    state.old[:] = 0
    cut = 0
    for u in range(len(state.grid)):
        g = state.grid[u]
        shift(graph, state, u, g, 1)
        for e in range(graph.first[u], graph.first[u + 1]):
            if graph.neighbour[e] > u and state.grid[graph.neighbour[e]] != g:
                cut += graph.cost[e]
    state.value[0] = cut
    state.value[1] = 0
    for g in range(len(state.size)):
        state.value[0] += cost_within(rules, state, g)
        state.value[1] += misfit(rules, state.size[g], state.locks[g])


@njit(cache=True)
def shift(graph: Graph, state: State, u: int, g: int, sign: int) -> None:
    """Add (sign 1) or take away (−1) atom u in the running sums of grid g."""
    state.size[g] += sign * graph.households[u]
    state.atoms[g] += sign
    state.locks[g] += sign * graph.lock[u]
    state.keys[g] ^= graph.key[u]
    if graph.previous[u] >= 0:
        state.old[g, graph.previous[u]] += sign * graph.households[u]


@njit(cache=True)
def grow(graph: Graph, state: State, k: int) -> None:
    """Fill the assignment with k connected grids: random seeds; the smallest that can grow takes a neighbour.

    Expects one connected piece with at least k atoms. Grids grow breadth first: their atoms queue in chains.
    """
    n = len(state.grid)
    state.grid[:] = -1
    size = np.zeros(k, dtype=np.int64)
    heap = np.arange(k)  # grids, the smallest on top
    chain = np.full((3, max(n, k)), -1, dtype=np.int64)  # next atom; first and last atom of each grid's queue
    for g in range(k):
        u = draw(state.rng, n)
        while state.grid[u] >= 0:
            u = draw(state.rng, n)
        state.grid[u] = g
        size[g] = graph.households[u]
        chain[1, g] = u
        chain[2, g] = u
    for spot in range(k // 2, -1, -1):
        sink(heap, size, spot, k)
    live = k
    while live > 0:
        g = heap[0]
        u = take_neighbour(graph, state, chain, g)
        if u < 0:
            live -= 1
            heap[0] = heap[live]
        else:
            state.grid[u] = g
            size[g] += graph.households[u]
        sink(heap, size, 0, live)


@njit(cache=True)
def sink(heap: Ints, size: Ints, spot: int, live: int) -> None:
    """Let the grid at a spot of the heap sink until none below it is smaller."""
    while 2 * spot + 1 < live:
        child = 2 * spot + 1
        if child + 1 < live and size[heap[child + 1]] < size[heap[child]]:
            child += 1
        if size[heap[spot]] <= size[heap[child]]:
            return
        heap[spot], heap[child] = heap[child], heap[spot]
        spot = child


@njit(cache=True)
def take_neighbour(graph: Graph, state: State, chain: Ints, g: int) -> int:
    """Return a free neighbour of grid g, now last in its queue, or −1; atoms without one leave the queue."""
    while chain[1, g] >= 0:
        u = chain[1, g]
        for e in range(graph.first[u], graph.first[u + 1]):
            v = graph.neighbour[e]
            if state.grid[v] < 0:
                chain[0, chain[2, g]] = v
                chain[2, g] = v
                return v
        chain[1, g] = chain[0, u]
    return -1


@njit(cache=True)
def stays_connected(graph: Graph, state: State, u: int) -> bool:
    """Whether the grid of u is still connected once u has left: all its neighbours there meet each other."""
    g = state.grid[u]
    wanted = 0
    start = -1
    for e in range(graph.first[u], graph.first[u + 1]):
        if state.grid[graph.neighbour[e]] == g:
            wanted += 1
            start = graph.neighbour[e]
    if wanted <= 1:
        return wanted == 1 or state.atoms[g] == 1
    n = len(state.grid)
    state.stamp[n] += 2
    seen = state.stamp[n]
    for e in range(graph.first[u], graph.first[u + 1]):
        if state.grid[graph.neighbour[e]] == g:
            state.stamp[graph.neighbour[e]] = seen - 1
    state.stamp[u] = seen
    state.stamp[start] = seen
    state.queue[0] = start
    head, tail, met = 0, 1, 1
    while head < tail:
        v = state.queue[head]
        head += 1
        for e in range(graph.first[v], graph.first[v + 1]):
            w = graph.neighbour[e]
            if state.grid[w] == g and state.stamp[w] != seen:
                if state.stamp[w] == seen - 1:
                    met += 1
                    if met == wanted:
                        return True
                state.stamp[w] = seen
                state.queue[tail] = w
                tail += 1
    return False


@njit(cache=True)
def accept(state: State, gain: float, heat: float) -> bool:
    """Metropolis: whether a change by ``gain`` (negative is better) is taken at this heat."""
    if gain <= 0 or gain > HOPELESS * heat:
        return gain <= 0
    return (draw(state.rng, CHANCES) + 0.5) / CHANCES < math.exp(-gain / heat)


@njit(cache=True)
def flip(graph: Graph, state: State, rules: Rules, move: Move, weigh: Weigh) -> bool:
    """Try to move atom u of ``move`` into the grid of v; return whether it was done.

    ``move`` = (u, v), neighbours in different grids. ``weigh`` = (cost of one misfit, heat).
    """
    u, b = move[0], state.grid[move[1]]
    a = state.grid[u]
    if state.atoms[a] == 1:
        return False
    cost = 0
    for e in range(graph.first[u], graph.first[u + 1]):
        g = state.grid[graph.neighbour[e]]
        if g == a:
            cost += graph.cost[e]
        elif g == b:
            cost -= graph.cost[e]
    cost -= cost_within(rules, state, a) + cost_within(rules, state, b)
    out = -misfit(rules, state.size[a], state.locks[a]) - misfit(rules, state.size[b], state.locks[b])
    shift(graph, state, u, a, -1)
    shift(graph, state, u, b, 1)
    cost += cost_within(rules, state, a) + cost_within(rules, state, b)
    out += misfit(rules, state.size[a], state.locks[a]) + misfit(rules, state.size[b], state.locks[b])
    if accept(state, cost + weigh[0] * out, weigh[1]) and stays_connected(graph, state, u):
        state.grid[u] = b
        state.value[0] += cost
        state.value[1] += out
        return True
    shift(graph, state, u, b, -1)
    shift(graph, state, u, a, 1)
    return False
