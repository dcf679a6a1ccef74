"""Compiled annealing walk and the pool of grids it meets.

State layout
------------
``Best``  grid (n,) best assignment met; value (2,) its [cost, misfit]. Less misfit wins, then less cost.
``Pool``  slots (2^p,) hash table of column number + 1; keys (c,); first (c+1,) and atoms (room,): the atoms of
          column c are atoms[first[c]:first[c+1]]; held (1,) columns held.
``Met``   best and pool: what a walk leaves. All int64.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit

from gridder.partition.kernels import Graph, Rules, State, draw, flip, own_cost
from gridder.partition.problem import Ints
from gridder.partition.resplit import resplit
from gridder.partition.travel_moves import flip_by_travel, least_travel

TRIES = 200  # draws of an edge before a step gives up finding one that is cut
NOTE_ATOMS = (
    500  # copying a best assignment costs one step in so many for each atom: larger pieces note fewer
)
NEAR = 1.05  # grids of assignments within 5 % of the best cost are worth keeping


class Best(NamedTuple):
    """The best assignment met; see the module's head."""

    grid: Ints
    value: Ints


class Pool(NamedTuple):
    """Distinct grids met; see the module's head."""

    slots: Ints
    keys: Ints
    first: Ints
    atoms: Ints
    held: Ints


class Met(NamedTuple):
    """What a walk leaves; see the module's head."""

    best: Best
    pool: Pool


class Schedule(NamedTuple):
    """Steps, heat from first to last (geometric), cost of a misfit, share of re-splits, when to collect."""

    steps: int
    heat_first: float
    heat_last: float
    weight_first: float
    weight_last: float
    resplits: float
    collect_from: float


@njit(cache=True)
def find_cut_edge(graph: Graph, state: State) -> int:
    """Return a random edge place whose ends lie in different grids, or −1 when none turned up."""
    m = len(graph.neighbour)
    if m == 0:
        return -1
    for _ in range(TRIES):
        e = draw(state.rng, m)
        if state.grid[graph.source[e]] != state.grid[graph.neighbour[e]]:
            return e
    return -1


@njit(cache=True)
def keep_grid(graph: Graph, state: State, pool: Pool, u: int) -> None:
    """Put the grid of u into the pool unless it is there or the pool is full."""
    g = state.grid[u]
    key = state.keys[g]
    mask = len(pool.slots) - 1
    slot = (key ^ (key >> 21)) & mask
    while pool.slots[slot] > 0:
        if pool.keys[pool.slots[slot] - 1] == key:
            return
        slot = (slot + 1) & mask
    c = pool.held[0]
    start = pool.first[c]
    if c >= len(pool.keys) or start + state.atoms[g] > len(pool.atoms):
        return
    n = len(state.grid)
    state.stamp[n] += 2
    seen = state.stamp[n]
    state.stamp[u] = seen
    pool.atoms[start] = u
    head, tail = start, start + 1
    while head < tail:
        x = pool.atoms[head]
        head += 1
        for e in range(graph.first[x], graph.first[x + 1]):
            y = graph.neighbour[e]
            if state.grid[y] == g and state.stamp[y] != seen:
                state.stamp[y] = seen
                pool.atoms[tail] = y
                tail += 1
    pool.slots[slot] = c + 1
    pool.keys[c] = key
    pool.first[c + 1] = tail
    pool.held[0] = c + 1


@njit(cache=True)
def note_best(state: State, best: Best) -> None:
    """Copy the assignment when it is the best so far."""
    value = state.value
    if value[1] < best.value[1] or (value[1] == best.value[1] and value[0] < best.value[0]):
        best.grid[:] = state.grid
        best.value[:] = value


@njit(cache=True)
def walk(graph: Graph, state: State, rules: Rules, schedule: Schedule, met: Met) -> None:
    """Anneal: flips and re-splits from hot to cold; the best joins ``met.best``, grids near it ``met.pool``.

    Nothing is noted before ``schedule.collect_from`` of the steps: what is hot is not worth copying.
    """
    best = met.best
    note_best(state, best)
    steps = schedule.steps
    cooling = (schedule.heat_last / schedule.heat_first) ** (1.0 / max(steps, 1))
    pressing = (schedule.weight_last / schedule.weight_first) ** (1.0 / max(steps, 1))
    heat, weight = schedule.heat_first, schedule.weight_first
    resplits = int(schedule.resplits * 10000)
    between = 1 + len(state.grid) // NOTE_ATOMS
    for step in range(steps):
        heat *= cooling
        weight *= pressing
        e = find_cut_edge(graph, state)
        if e < 0:
            continue
        u, v = graph.source[e], graph.neighbour[e]
        if draw(state.rng, 10000) < resplits:
            done = resplit(graph, state, rules, (u, v), (weight, heat))
        elif len(graph.seat) > 0:
            done = flip_by_travel(graph, state, rules, (u, v), (weight, heat))
        else:
            done = flip(graph, state, rules, (u, v), (weight, heat))
        if not done or step < schedule.collect_from * steps:
            continue
        if step % between == 0:
            note_best(state, best)
        if state.value[1] <= best.value[1] and state.value[0] <= NEAR * best.value[0]:
            keep_grid(graph, state, met.pool, u)
            keep_grid(graph, state, met.pool, v)
    note_best(state, best)


@njit(cache=True)
def column_costs(graph: Graph, rules: Rules, first: Ints, atoms: Ints) -> Ints:
    """Return (twice the cost, households) of columns; shape (c, 2). The cost equals ``grid_cost``."""
    n = len(graph.households)
    inside = np.zeros(n, dtype=np.bool_)
    table = np.zeros((len(first) - 1, 2), dtype=np.int64)
    for c in range(len(first) - 1):
        members = atoms[first[c] : first[c + 1]]
        for u in members:
            inside[u] = True
        boundary, size = 0, 0
        old = np.zeros(1 + (max(graph.previous.max(), 0) if rules.move_cost > 0 else 0), dtype=np.int64)
        for u in members:
            size += graph.households[u]
            if rules.move_cost > 0 and graph.previous[u] >= 0:
                old[graph.previous[u]] += graph.households[u]
            for e in range(graph.first[u], graph.first[u + 1]):
                if not inside[graph.neighbour[e]]:
                    boundary += graph.cost[e]
        if len(graph.seat) > 0:
            boundary = 2 * least_travel(graph, members, inside)
        table[c, 0] = boundary + 2 * own_cost(rules, size, old)
        table[c, 1] = size
        for u in members:
            inside[u] = False
    return table
