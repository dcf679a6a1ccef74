"""Compiled search for the best way to divide a few atoms in two connected grids: branch and bound, exact.

Both grids grow from what is decided: the first from one atom, the second is what is left. What the decided atoms cut,
and for every undecided one the lesser of what either side would cut, is a lower bound; a branch that cannot beat the
best division known is left.

State layout
------------
``Halves``  side (n,): 0 not in question, 1 undecided, 2 first grid, 3 second; near (n, 2): cost of an atom's edges to
            either grid; trail (s,) decided atoms; turned (s,) 1 once both sides were tried; best (s,) 1 in the second
            grid of the best division; value (3,): [cut, bound on the rest, households of the first grid];
            told (2,): [cost of the best division, branches]. All int64, s = members.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit

from gridder.partition.kernels import Graph, Rules, misfit, own_cost
from gridder.partition.problem import Ints

UNDECIDED, FIRST, SECOND = 1, 2, 3
NEVER = 2**62


class Halves(NamedTuple):
    """Where the search stands; see the module's head."""

    side: Ints
    near: Ints
    trail: Ints
    turned: Ints
    best: Ints
    value: Ints
    told: Ints


def make_halves(n: int, members: int) -> Halves:
    """Return the empty state of a search over so many of n atoms."""

    def zeros(*shape: int) -> Ints:
        return np.zeros(shape, dtype=np.int64)

    trail, turned, best = zeros(members), zeros(members), zeros(members)
    return Halves(zeros(n), zeros(n, 2), trail, turned, best, zeros(3), zeros(2))


@njit(cache=True)
def put_atom(graph: Graph, halves: Halves, u: int, side: int) -> None:
    """Put an undecided atom on a side, or a decided one back (UNDECIDED); sums follow."""
    value, near = halves.value, halves.near
    sign = -1 if side == UNDECIDED else 1
    held = halves.side[u] if side == UNDECIDED else side
    other = SECOND - held  # column of ``near`` that a member of this side cuts
    value[0] += sign * near[u, other]
    value[1] -= sign * min(near[u, 0], near[u, 1])
    if held == FIRST:
        value[2] += sign * graph.households[u]
    halves.side[u] = side
    for e in range(graph.first[u], graph.first[u + 1]):
        y = graph.neighbour[e]
        if halves.side[y] == UNDECIDED:
            before = min(near[y, 0], near[y, 1])
            near[y, held - FIRST] += sign * graph.cost[e]
            value[1] += min(near[y, 0], near[y, 1]) - before
        elif halves.side[y] > UNDECIDED:
            near[y, held - FIRST] += sign * graph.cost[e]


@njit(cache=True)
def next_atom(halves: Halves, graph: Graph, members: Ints) -> int:
    """Return the undecided neighbour of the first grid that has most cost to what is decided, or −1."""
    chosen, most = -1, -1
    for u in members:
        if halves.side[u] != UNDECIDED or halves.near[u, 0] + halves.near[u, 1] <= most:
            continue
        for e in range(graph.first[u], graph.first[u + 1]):
            if halves.side[graph.neighbour[e]] == FIRST:
                chosen, most = u, halves.near[u, 0] + halves.near[u, 1]
                break
    return chosen


@njit(cache=True)
def rest_is_connected(graph: Graph, halves: Halves, members: Ints) -> bool:
    """Whether the members that are not in the first grid are one connected set, and not empty."""
    queue = np.empty(len(members), dtype=np.int64)
    met = np.zeros(len(halves.side), dtype=np.bool_)
    wanted, tail = 0, 0
    for u in members:
        if halves.side[u] != FIRST:
            wanted += 1
            if tail == 0:
                queue[0] = u
                met[u] = True
                tail = 1
    head = 0
    while head < tail:
        for e in range(graph.first[queue[head]], graph.first[queue[head] + 1]):
            y = graph.neighbour[e]
            if halves.side[y] != 0 and halves.side[y] != FIRST and not met[y]:
                met[y] = True
                queue[tail] = y
                tail += 1
        head += 1
    return wanted > 0 and tail == wanted


@njit(cache=True)
def weigh_division(graph: Graph, halves: Halves, rules: Rules, members: Ints) -> int:
    """Return cut + load + moves of the division as it stands, or −1 when it is not lawful."""
    size = np.zeros(2, dtype=np.int64)
    locks = np.zeros(2, dtype=np.int64)
    kinds = 1 + (graph.previous.max() if rules.move_cost > 0 else 0)
    old = np.zeros((2, kinds), dtype=np.int64)
    for u in members:
        g = 0 if halves.side[u] == FIRST else 1
        size[g] += graph.households[u]
        locks[g] += graph.lock[u]
        if rules.move_cost > 0 and graph.previous[u] >= 0:
            old[g, graph.previous[u]] += graph.households[u]
    if misfit(rules, size[0], locks[0]) + misfit(rules, size[1], locks[1]) > 0:
        return -1
    if not rest_is_connected(graph, halves, members):
        return -1
    return halves.value[0] + own_cost(rules, size[0], old[0]) + own_cost(rules, size[1], old[1])


@njit(cache=True)
def cost_to_beat(graph: Graph, halves: Halves, rules: Rules, members: Ints) -> int:
    """Return cut + load + moves of the division ``halves.best``; more than any where it is not lawful."""
    for i in range(len(members)):
        halves.side[members[i]] = FIRST + halves.best[i]
    cut = 0
    for u in members:
        for e in range(graph.first[u], graph.first[u + 1]):
            if halves.side[u] == FIRST and halves.side[graph.neighbour[e]] == SECOND:
                cut += graph.cost[e]
    halves.value[0] = cut
    cost = weigh_division(graph, halves, rules, members)
    halves.value[0] = 0
    return cost if cost >= 0 else NEVER


@njit(cache=True)
def far_atom(graph: Graph, halves: Halves, members: Ints) -> int:
    """Return an atom at the end of a breadth-first search: grown from there, few atoms are half decided at once.

    Leaves every member undecided.
    """
    for u in members:
        halves.side[u] = SECOND
    queue = np.empty(len(members), dtype=np.int64)
    queue[0] = members[0]
    halves.side[members[0]] = UNDECIDED
    tail = 1
    for head in range(len(members)):
        if head == tail:
            break
        for e in range(graph.first[queue[head]], graph.first[queue[head] + 1]):
            y = graph.neighbour[e]
            if halves.side[y] == SECOND:
                halves.side[y] = UNDECIDED
                queue[tail] = y
                tail += 1
    return queue[tail - 1]


@njit(cache=True)
def best_division(graph: Graph, rules: Rules, members: Ints, halves: Halves, work: int) -> bool:
    """Look for a cheaper lawful division than ``halves.best``; return whether all were looked at.

    ``halves.best`` holds the cheapest then, ``halves.told`` its cost and the branches, ``work`` at most.
    The members must be one connected set, and either side of ``halves.best`` too.
    """
    halves.told[0] = cost_to_beat(graph, halves, rules, members)
    start = far_atom(graph, halves, members)
    total = 0
    for u in members:
        total += graph.households[u]
    high = min(rules.households_max, total - rules.households_min)
    low = max(rules.households_min, total - rules.households_max)
    put_atom(graph, halves, start, FIRST)
    depth, out = 0, 0
    while True:
        halves.told[1] += 1
        if halves.told[1] > work:
            return False
        size = halves.value[2]
        u = -1
        if halves.value[0] + halves.value[1] < halves.told[0] and size <= high and total - out >= low:
            u = next_atom(halves, graph, members)
            if u < 0 and size >= low:
                cost = weigh_division(graph, halves, rules, members)
                if 0 <= cost < halves.told[0]:
                    halves.told[0] = cost
                    for i in range(len(members)):
                        halves.best[i] = 0 if halves.side[members[i]] == FIRST else 1
        if u >= 0:
            halves.trail[depth] = u
            halves.turned[depth] = 0
            put_atom(graph, halves, u, FIRST if halves.near[u, 0] >= halves.near[u, 1] else SECOND)
            out += graph.households[u] if halves.side[u] == SECOND else 0
            depth += 1
            continue
        while depth > 0:
            u = halves.trail[depth - 1]
            side = halves.side[u]
            out -= graph.households[u] if side == SECOND else 0
            put_atom(graph, halves, u, UNDECIDED)
            if halves.turned[depth - 1] == 0:
                halves.turned[depth - 1] = 1
                put_atom(graph, halves, u, FIRST + SECOND - side)
                out += graph.households[u] if halves.side[u] == SECOND else 0
                break
            depth -= 1
        if depth == 0:
            return True
