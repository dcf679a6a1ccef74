"""Compiled annealing of one connected set on its reduced cost: the heuristic half of the pricing.

State layout
------------
``Clumps``  connected parts of the graph on l levels, small to large: label (l, n) of each atom; the atoms of label c
            on level j are order[j, first[j, c]:first[j, c+1]].
``Bag``     the distinct sets found, as in ``walk.Pool``, and value (c,) their reduced costs. All int64.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit

from gridder.partition.kernels import Graph, Rules, accept, draw, misfit
from gridder.partition.problem import Ints
from gridder.partition.quarry import (
    ATOMS,
    KEY,
    LOCKS,
    SIZE,
    VALUE,
    Bill,
    Quarry,
    clear,
    holds_together,
    misfit_change,
    turn_all,
    weigh,
)
from gridder.partition.walk import Pool


class Chase(NamedTuple):
    """Steps of a run, heat and cost of a misfit from first to last (geometric); only sets below ``below`` count."""

    steps: int
    heat_first: float
    heat_last: float
    weight_first: float
    weight_last: float
    below: int


class Clumps(NamedTuple):
    """Atoms that belong together, level by level; see the module's head."""

    label: Ints
    order: Ints
    first: Ints


class Bag(NamedTuple):
    """What was found; see the module's head."""

    pool: Pool
    value: Ints


@njit(cache=True)
def bag(quarry: Quarry, found: Bag) -> None:
    """Put the set into the bag unless it is there or the bag is full."""
    pool = found.pool
    key = quarry.sums[KEY]
    mask = len(pool.slots) - 1
    slot = (key ^ (key >> 21)) & mask
    while pool.slots[slot] > 0:
        if pool.keys[pool.slots[slot] - 1] == key:
            return
        slot = (slot + 1) & mask
    c = pool.held[0]
    start, count = pool.first[c], quarry.sums[ATOMS]
    if c >= len(pool.keys) or start + count > len(pool.atoms):
        return
    pool.atoms[start : start + count] = quarry.members[:count]
    pool.slots[slot] = c + 1
    pool.keys[c] = key
    pool.first[c + 1] = start + count
    pool.held[0] = c + 1
    found.value[c] = quarry.sums[VALUE]


@njit(cache=True)
def clump(rank: Ints, edges: Ints, households: Ints, most: tuple[int, int]) -> Ints:
    """Return a label an atom: edges in the order of ``rank`` join clumps of at most ``most`` = (atoms, households)."""
    n = len(households)
    root = np.arange(n)
    count = np.ones(n, dtype=np.int64)
    size = households.copy()
    for e in rank:
        a, b = edges[e, 0], edges[e, 1]
        while root[a] != a:
            root[a] = root[root[a]]
            a = root[a]
        while root[b] != b:
            root[b] = root[root[b]]
            b = root[b]
        if a != b and count[a] + count[b] <= most[0] and size[a] + size[b] <= most[1]:
            root[b] = a
            count[a] += count[b]
            size[a] += size[b]
    for u in range(n):
        a = u
        while root[a] != a:
            a = root[a]
        root[u] = a
    return root


@njit(cache=True)
def pick(graph: Graph, quarry: Quarry) -> int:
    """Return an atom to turn: a neighbour outside of a random atom of the set, or that atom itself; −1: none."""
    u = quarry.members[draw(quarry.rng, quarry.sums[ATOMS])]
    degree = graph.first[u + 1] - graph.first[u]
    if degree == 0:
        return -1
    v = graph.neighbour[graph.first[u] + draw(quarry.rng, degree)]
    return v if quarry.inside[v] == 0 else u


@njit(cache=True)
def gather(quarry: Quarry, clumps: Clumps, u: int, part: Ints) -> int:
    """Fill ``part`` with u and, half of the time, its clump of a random level, as far as it is as u; return how many."""
    part[0] = u
    count = 1
    levels = len(clumps.label)
    level = draw(quarry.rng, 2 * levels)
    if level < levels:
        c = clumps.label[level, u]
        for place in range(clumps.first[level, c], clumps.first[level, c + 1]):
            v = clumps.order[level, place]
            if v != u and quarry.inside[v] == quarry.inside[u]:
                part[count] = v
                count += 1
    return count


@njit(cache=True)
def chase(graph: Graph, rules: Rules, bill: Bill, quarry: Quarry, way: tuple[Chase, Bag, Clumps]) -> None:
    """Anneal the set under hand by turning atoms and clumps; each lawful set that is the best so far goes into the bag.

    A clump that joins hangs on by its first atom, so only what leaves can part the set.
    """
    run, found, clumps = way
    sums = quarry.sums
    cooling = (run.heat_last / run.heat_first) ** (1.0 / max(run.steps, 1))
    pressing = (run.weight_last / run.weight_first) ** (1.0 / max(run.steps, 1))
    heat, weight = run.heat_first, run.weight_first
    best = run.below
    part = np.empty(len(quarry.inside), dtype=np.int64)
    for _ in range(run.steps):
        heat *= cooling
        weight *= pressing
        u = pick(graph, quarry)
        if u < 0:
            continue
        turned = part[: gather(quarry, clumps, u, part)]
        gain = weight * misfit_change(graph, rules, quarry, turned)
        gain += weigh(graph, rules, bill, quarry, turned)
        if not accept(quarry, gain, heat):  # type: ignore[arg-type]  # all it needs is quarry.rng
            continue
        turn_all(graph, rules, bill, quarry, turned)
        if quarry.inside[u] == 0 and not holds_together(graph, quarry, turned):
            turn_all(graph, rules, bill, quarry, turned)
        elif sums[VALUE] < best and misfit(rules, sums[SIZE], sums[LOCKS]) == 0:
            bag(quarry, found)
            best = sums[VALUE]


@njit(cache=True)
def hunt(
    graph: Graph, rules: Rules, bill: Bill, quarry: Quarry, way: tuple[Chase, Bag, Clumps, Ints, Ints]
) -> None:
    """Anneal from every start in turn; ``way`` = (run, bag, clumps, first, atoms): start c is atoms[first[c]:first[c+1]]."""
    run, found, clumps, first, atoms = way
    for c in range(len(first) - 1):
        clear(rules, bill, quarry)
        turn_all(graph, rules, bill, quarry, atoms[first[c] : first[c + 1]])
        chase(graph, rules, bill, quarry, (run, found, clumps))
