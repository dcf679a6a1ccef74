"""Compiled moves where a grid costs the way to its best centre: running sums for every candidate of every grid.

State layout
------------
``graph.pull``     (n, m) household-distance of each atom to each candidate centre, (0, 0) where boundaries cost;
``graph.seat``     (m,) atom in which a candidate lies.
``state.pull``     (k, m) household-distance of each whole grid to each candidate, members or not.
``state.travel``   (k,) its least over the candidates that lie in the grid: what the grid costs. All int64.

``graph.cost`` holds no cost then but what a cut edge is worth to re-splits as a sign of bad shape (``anneal.make_graph``).
"""

from __future__ import annotations

import numpy as np
from numba import njit

from gridder.partition.kernels import (
    Graph,
    Move,
    Rules,
    State,
    Weigh,
    accept,
    cost_within,
    misfit,
    shift,
    stays_connected,
)
from gridder.partition.problem import Ints

NEVER = 2**62  # no candidate lies in the grid


@njit(cache=True)
def carry(graph: Graph, state: State, u: int, g: int, sign: int) -> None:
    """Add (sign 1) or take away (−1) atom u in the sums of grid g for every candidate."""
    for c in range(len(graph.seat)):
        state.pull[g, c] += sign * graph.pull[u, c]


@njit(cache=True)
def travel_of(graph: Graph, state: State, g: int) -> int:
    """Return the household-distance of grid g to its best centre, from its sums and the assignment."""
    least = NEVER
    for c in range(len(graph.seat)):
        if state.grid[graph.seat[c]] == g and state.pull[g, c] < least:
            least = state.pull[g, c]
    return least if least < NEVER else 0


@njit(cache=True)
def tally_travel(graph: Graph, state: State, rules: Rules) -> None:
    """Recompute the sums for all candidates and the value of the state, after ``kernels.tally``."""
    state.pull[:] = 0
    for u in range(len(state.grid)):
        carry(graph, state, u, state.grid[u], 1)
    state.value[0] = 0
    for g in range(len(state.size)):
        state.travel[g] = travel_of(graph, state, g)
        state.value[0] += state.travel[g] + cost_within(rules, state, g)


@njit(cache=True)
def travel_after(graph: Graph, state: State, u: int, a: int, b: int) -> tuple[int, int]:
    """Return what grids a and b would cost if atom u went from a to b."""
    least_a, least_b = NEVER, NEVER
    for c in range(len(graph.seat)):
        seat = graph.seat[c]
        g = state.grid[seat]
        if g == b or seat == u:
            least_b = min(least_b, state.pull[b, c] + graph.pull[u, c])
        elif g == a:
            least_a = min(least_a, state.pull[a, c] - graph.pull[u, c])
    return least_a, least_b


@njit(cache=True)
def flip_by_travel(graph: Graph, state: State, rules: Rules, move: Move, weigh: Weigh) -> bool:
    """Try to move atom u of ``move`` into the grid of v; as ``kernels.flip``, but for the way to the centre."""
    u, b = move[0], state.grid[move[1]]
    a = state.grid[u]
    if state.atoms[a] == 1:
        return False
    after = travel_after(graph, state, u, a, b)
    cost = after[0] + after[1] - state.travel[a] - state.travel[b]
    cost -= cost_within(rules, state, a) + cost_within(rules, state, b)
    out = -misfit(rules, state.size[a], state.locks[a]) - misfit(rules, state.size[b], state.locks[b])
    shift(graph, state, u, a, -1)
    shift(graph, state, u, b, 1)
    cost += cost_within(rules, state, a) + cost_within(rules, state, b)
    out += misfit(rules, state.size[a], state.locks[a]) + misfit(rules, state.size[b], state.locks[b])
    if accept(state, cost + weigh[0] * out, weigh[1]) and stays_connected(graph, state, u):
        state.grid[u] = b
        carry(graph, state, u, a, -1)
        carry(graph, state, u, b, 1)
        state.travel[a], state.travel[b] = after
        state.value[0] += cost
        state.value[1] += out
        return True
    shift(graph, state, u, b, -1)
    shift(graph, state, u, a, 1)
    return False


@njit(cache=True)
def refresh(graph: Graph, state: State, members: Ints, before: np.ndarray, pair: tuple[int, int]) -> int:
    """Bring the sums of two grids up to date once their members were divided anew; return the change in travel.

    ``before`` says which members were in the second grid of the pair. Shape as members, bool.
    """
    a, b = pair
    for i in range(len(members)):
        u = members[i]
        now = state.grid[u] == b
        if now != before[i]:
            carry(graph, state, u, a, -1 if now else 1)
            carry(graph, state, u, b, 1 if now else -1)
    old = state.travel[a] + state.travel[b]
    state.travel[a] = travel_of(graph, state, a)
    state.travel[b] = travel_of(graph, state, b)
    return state.travel[a] + state.travel[b] - old


@njit(cache=True)
def least_travel(graph: Graph, members: Ints, inside: np.ndarray) -> int:
    """Return the household-distance of a set to its best centre; ``inside`` (n,) marks its members."""
    sums = np.zeros(len(graph.seat), dtype=np.int64)
    for u in members:
        for c in range(len(graph.seat)):
            sums[c] += graph.pull[u, c]
    least = NEVER
    for c in range(len(graph.seat)):
        if inside[graph.seat[c]] and sums[c] < least:
            least = sums[c]
    return least
