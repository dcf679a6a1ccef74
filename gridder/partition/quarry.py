"""Compiled moves on one set of atoms and its reduced cost: what turning an atom changes, whether the set holds together.

State layout
------------
``Bill``    the duals of the master as whole numbers: scale (); atom (n,); grid (); charge (t,) of each triple;
            first (n+1,) and triple (3t,): the triples of atom u are triple[first[u]:first[u+1]].
``Quarry``  the set under hand: inside (n,) 1 for its atoms; members (n,) its atoms, in no order; spot (n,) place of
            each in ``members``; old (n_old,) its households by old grid; held (t,) its atoms in each triple;
            sums (5,): [atoms, households, locks, key, reduced cost]; stamp (n+1,) visit marks, the last is the
            present mark; queue (n,) scratch; rng (1,), never 0. All int64.
"""

from __future__ import annotations

from typing import NamedTuple

from numba import njit

from gridder.partition.kernels import Graph, Rules, misfit, own_cost
from gridder.partition.problem import Ints

ATOMS, SIZE, LOCKS, KEY, VALUE = range(5)


class Bill(NamedTuple):
    """The duals of the master; see the module's head."""

    scale: int
    atom: Ints
    grid: int
    charge: Ints
    first: Ints
    triple: Ints


class Quarry(NamedTuple):
    """The set under hand; see the module's head."""

    inside: Ints
    members: Ints
    spot: Ints
    old: Ints
    held: Ints
    sums: Ints
    stamp: Ints
    queue: Ints
    rng: Ints


@njit(cache=True)
def clear(rules: Rules, bill: Bill, quarry: Quarry) -> None:
    """Empty the set."""
    sums = quarry.sums
    for place in range(sums[ATOMS]):
        quarry.inside[quarry.members[place]] = 0
    sums[:] = 0
    quarry.old[:] = 0
    quarry.held[:] = 0
    sums[VALUE] = 2 * bill.scale * own_cost(rules, 0, quarry.old) - bill.grid


@njit(cache=True)
def charge_turn(bill: Bill, quarry: Quarry, u: int, sign: int) -> int:
    """Return the change of the cut charges as u joins (sign 1) or leaves (−1); the counts follow."""
    change = 0
    for place in range(bill.first[u], bill.first[u + 1]):
        t = bill.triple[place]
        quarry.held[t] += sign
        if quarry.held[t] * 2 - sign == 3:  # one before and two after, or the other way round
            change += sign * bill.charge[t]
    return change


@njit(cache=True)
def weigh(graph: Graph, rules: Rules, bill: Bill, quarry: Quarry, part: Ints) -> int:
    """Return the change of the reduced cost were every atom of ``part`` turned; they all are in, or all out."""
    n = len(quarry.inside)
    quarry.stamp[n] += 2
    seen = quarry.stamp[n]
    sign = 1 - 2 * quarry.inside[part[0]]
    cost, paid, size, charged = 0, 0, 0, 0
    for u in part:
        quarry.stamp[u] = seen
        size += graph.households[u]
        paid += bill.atom[u]
        if rules.move_cost > 0 and graph.previous[u] >= 0:
            quarry.old[graph.previous[u]] += sign * graph.households[u]
        charged += charge_turn(bill, quarry, u, sign)
    own = own_cost(rules, quarry.sums[SIZE] + sign * size, quarry.old)
    for u in part:
        for e in range(graph.first[u], graph.first[u + 1]):
            v = graph.neighbour[e]
            if quarry.stamp[v] != seen:
                cost += graph.cost[e] * (1 - 2 * quarry.inside[v])
        if rules.move_cost > 0 and graph.previous[u] >= 0:
            quarry.old[graph.previous[u]] -= sign * graph.households[u]
        charge_turn(bill, quarry, u, -sign)
    own -= own_cost(rules, quarry.sums[SIZE], quarry.old)
    return bill.scale * (sign * cost + 2 * own) - sign * paid + charged


@njit(cache=True)
def turn(graph: Graph, rules: Rules, bill: Bill, quarry: Quarry, u: int) -> None:
    """Put atom u into the set, or take it out where it is in; every sum follows."""
    sums = quarry.sums
    sign = 1 - 2 * quarry.inside[u]
    cost = 0
    for e in range(graph.first[u], graph.first[u + 1]):
        cost += graph.cost[e] * (1 - 2 * quarry.inside[graph.neighbour[e]])
    cost = sign * cost - 2 * own_cost(rules, sums[SIZE], quarry.old)
    sums[SIZE] += sign * graph.households[u]
    sums[LOCKS] += sign * graph.lock[u]
    sums[KEY] ^= graph.key[u]
    if graph.previous[u] >= 0:
        quarry.old[graph.previous[u]] += sign * graph.households[u]
    cost += 2 * own_cost(rules, sums[SIZE], quarry.old)
    sums[VALUE] += bill.scale * cost - sign * bill.atom[u] + charge_turn(bill, quarry, u, sign)
    if sign > 0:
        quarry.members[sums[ATOMS]] = u
        quarry.spot[u] = sums[ATOMS]
    else:
        last = quarry.members[sums[ATOMS] - 1]
        quarry.members[quarry.spot[u]] = last
        quarry.spot[last] = quarry.spot[u]
    sums[ATOMS] += sign
    quarry.inside[u] = 1 - quarry.inside[u]


@njit(cache=True)
def holds_together(graph: Graph, quarry: Quarry, gone: Ints) -> bool:
    """Whether the set is connected and not empty, given that it was so with the atoms ``gone``: their neighbours meet."""
    n = len(quarry.inside)
    quarry.stamp[n] += 2
    seen = quarry.stamp[n]
    wanted, start = 0, -1
    for u in gone:
        for e in range(graph.first[u], graph.first[u + 1]):
            v = graph.neighbour[e]
            if quarry.inside[v] == 1 and quarry.stamp[v] != seen - 1:
                quarry.stamp[v] = seen - 1
                wanted += 1
                start = v
    if wanted <= 1:
        return wanted == 1
    quarry.stamp[start] = seen
    quarry.queue[0] = start
    head, tail, met = 0, 1, 1
    while head < tail:
        v = quarry.queue[head]
        head += 1
        for e in range(graph.first[v], graph.first[v + 1]):
            w = graph.neighbour[e]
            if quarry.inside[w] == 1 and quarry.stamp[w] != seen:
                if quarry.stamp[w] == seen - 1:
                    met += 1
                    if met == wanted:
                        return True
                quarry.stamp[w] = seen
                quarry.queue[tail] = w
                tail += 1
    return False


@njit(cache=True)
def turn_all(graph: Graph, rules: Rules, bill: Bill, quarry: Quarry, part: Ints) -> None:
    """Turn every atom of ``part``."""
    for u in part:
        turn(graph, rules, bill, quarry, u)


@njit(cache=True)
def misfit_change(graph: Graph, rules: Rules, quarry: Quarry, part: Ints) -> int:
    """Return the change of the misfit were every atom of ``part`` turned."""
    sign = 1 - 2 * quarry.inside[part[0]]
    size, locks = quarry.sums[SIZE], quarry.sums[LOCKS]
    before = misfit(rules, size, locks)
    for u in part:
        size += sign * graph.households[u]
        locks += sign * graph.lock[u]
    return misfit(rules, size, locks) - before
