"""Compiled re-split of two neighbouring grids (ReCom: DeFord, Duchin & Solomon 2021,
doi:10.1162/99608f92.eb30390f).

A random spanning tree of the union, heavy edges first, offers one split a tree edge. Subtree sums of
households and of cut value (add w at both ends of an edge, −2w at their meeting point) score all of them
exactly. Nothing moves unless the split is taken.

State layout
------------
``state.ends`` (m, 4)  [place, place, cost, lift] of each edge inside the union.
``Tree``               breadth first from the root; spot (s,) of each place in that order; parent (s,), by spots.
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
    draw,
    misfit,
    shift,
)
from gridder.partition.problem import Ints
from gridder.partition.travel_moves import refresh

Tree = tuple[Ints, Ints]
CHOICES = 1024  # equally likely values of each noise; the tails beyond 1/2048 are cut
QUANTILES = (np.arange(CHOICES) + 0.5) / CHOICES
LIFTS_PER_OCTAVE = 16
FALL = np.round(-LIFTS_PER_OCTAVE * np.log2(QUANTILES)).astype(np.int64)  # of a cost times a uniform chance
GUMBEL = np.log(-np.log(QUANTILES))


@njit(cache=True)
def gather(graph: Graph, state: State, u: int, v: int) -> tuple[Ints, int, int]:
    """Return (atoms, edges, cut) of the grids of u and v together: the atoms by search from u.

    Their edges are put into ``state.ends``; cut is the cost of those between the two grids.
    """
    n = len(state.grid)
    a, b = state.grid[u], state.grid[v]
    members = np.empty(state.atoms[a] + state.atoms[b], dtype=np.int64)
    state.stamp[n] += 2
    mark = state.stamp[n]
    state.stamp[u] = mark
    state.queue[u] = 0
    members[0] = u
    head, tail, m, cut = 0, 1, 0, 0
    while head < tail:
        x = members[head]
        for e in range(graph.first[x], graph.first[x + 1]):
            y = graph.neighbour[e]
            g = state.grid[y]
            if g != a and g != b:
                continue
            if state.stamp[y] != mark:
                state.stamp[y] = mark
                state.queue[y] = tail
                members[tail] = y
                tail += 1
            if state.queue[y] > head:
                state.ends[m, 0] = head
                state.ends[m, 1] = state.queue[y]
                state.ends[m, 2] = graph.cost[e]
                state.ends[m, 3] = graph.lift[e]
                m += 1
                if g != state.grid[x]:
                    cut += graph.cost[e]
        head += 1
    return members, m, cut


@njit(cache=True)
def root_of(up: Ints, i: int) -> int:
    """Return the representative of i, halving its path."""
    while up[i] != i:
        up[i] = up[up[i]]
        i = up[i]
    return i


@njit(cache=True)
def heavy_first(edges: Ints, rng: Ints) -> Ints:
    """Return the edges by descending cost × chance, on a log scale: sorted by counting.

    A full sort would take most of the time of a re-split and changes nothing that matters.
    """
    m = len(edges)
    fall = np.empty(m, dtype=np.int64)
    least, most = 1 << 40, -(1 << 40)
    for e in range(m):
        fall[e] = FALL[draw(rng, CHOICES)] - edges[e, 3]
        least = min(least, fall[e])
        most = max(most, fall[e])
    ends = np.zeros(most - least + 2, dtype=np.int64)
    for e in range(m):
        fall[e] -= least
        ends[fall[e] + 1] += 1
    for b in range(most - least):
        ends[b + 1] += ends[b]
    order = np.empty(m, dtype=np.int64)
    for e in range(m):
        order[ends[fall[e]]] = e
        ends[fall[e]] += 1
    return order


@njit(cache=True)
def random_tree(edges: Ints, size: int, rng: Ints) -> Tree:
    """Return a random-weight maximum spanning tree over places, rooted at place 0."""
    links = np.full((3, 2 * size), -1, dtype=np.int64)  # first link of a place; end and next of a link
    up = np.arange(size)
    count = 0
    for e in heavy_first(edges, rng):
        a, b = edges[e, 0], edges[e, 1]
        i, j = root_of(up, a), root_of(up, b)
        if i == j:
            continue
        up[i] = j
        links[1, count], links[1, count + 1] = b, a
        links[2, count], links[2, count + 1] = links[0, a], links[0, b]
        links[0, a], links[0, b] = count, count + 1
        count += 2
        if count == 2 * size - 2:
            break
    order = up
    spot = np.full(size, -1, dtype=np.int64)
    parent = np.full(size, -1, dtype=np.int64)
    order[0] = 0
    spot[0] = 0
    tail = 1
    for head in range(size):
        link = links[0, order[head]]
        while link >= 0:
            j = links[1, link]
            if spot[j] < 0:
                spot[j] = tail
                parent[tail] = head
                order[tail] = j
                tail += 1
            link = links[2, link]
    return spot, parent


@njit(cache=True)
def subtree_sums(graph: Graph, members: Ints, edges: Ints, tree: Tree) -> Ints:
    """Return [households, locks, cut value] below each spot of the tree. Shape (size, 3)."""
    spot, parent = tree
    size = len(members)
    sums = np.zeros((size, 3), dtype=np.int64)
    for i in range(size):
        sums[spot[i], 0] = graph.households[members[i]]
        sums[spot[i], 1] = graph.lock[members[i]]
    for e in range(len(edges)):
        i, j, w = spot[edges[e, 0]], spot[edges[e, 1]], edges[e, 2]
        sums[i, 2] += w
        sums[j, 2] += w
        while i != j:
            if i > j:
                i = parent[i]
            else:
                j = parent[j]
        sums[i, 2] -= 2 * w
    for i in range(size - 1, 0, -1):
        for c in range(3):
            sums[parent[i], c] += sums[i, c]
    return sums


@njit(cache=True)
def pick_split(state: State, rules: Rules, sums: Ints, weigh: Weigh) -> int:
    """Return the spot whose subtree to split off: least cost + misfit with noise of the heat."""
    best, best_score = -1, 0.0
    households, locks = sums[0, 0], sums[0, 1]
    for i in range(1, len(sums)):
        a, la = sums[i, 0], sums[i, 1]
        score = weigh[0] * (misfit(rules, a, la) + misfit(rules, households - a, locks - la)) + sums[i, 2]
        score += rules.load_cost * (abs(a - rules.target) + abs(households - a - rules.target))
        score += 0.5 * weigh[1] * GUMBEL[draw(state.rng, CHOICES)]
        if best < 0 or score < best_score:
            best, best_score = i, score
    return best


@njit(cache=True)
def resplit(graph: Graph, state: State, rules: Rules, move: Move, weigh: Weigh) -> bool:
    """Try to split the union of the grids of u and v anew; return whether it was done.

    ``move`` = (u, v), neighbours in different grids. ``weigh`` = (cost of one misfit, heat).
    """
    a, b = state.grid[move[0]], state.grid[move[1]]
    members, m, cut = gather(graph, state, move[0], move[1])
    edges = state.ends[:m]
    tree = random_tree(edges, len(members), state.rng)
    sums = subtree_sums(graph, members, edges, tree)
    chosen = pick_split(state, rules, sums, weigh)
    size, locks = sums[chosen, 0], sums[chosen, 1]
    out = misfit(rules, size, locks) + misfit(rules, sums[0, 0] - size, sums[0, 1] - locks)
    out -= misfit(rules, state.size[a], state.locks[a]) + misfit(rules, state.size[b], state.locks[b])
    travels = len(graph.seat) > 0
    cost = 0 if travels else sums[chosen, 2] - cut
    if rules.move_cost == 0 and not travels:
        cost += rules.load_cost * (abs(size - rules.target) + abs(sums[0, 0] - size - rules.target))
        cost -= cost_within(rules, state, a) + cost_within(rules, state, b)
        if not accept(state, cost + weigh[0] * out, weigh[1]):
            return False
        put_sides(graph, state, members, below(tree, chosen), (a, b))
    else:  # what a grid costs depends on its atoms: put them there and see
        before = state.grid[members] == b
        cost -= cost_within(rules, state, a) + cost_within(rules, state, b)
        after = below(tree, chosen)
        put_sides(graph, state, members, after, (a, b))
        cost += cost_within(rules, state, a) + cost_within(rules, state, b)
        if travels:
            cost += refresh(graph, state, members, before, (a, b))
        if not accept(state, cost + weigh[0] * out, weigh[1]):
            put_sides(graph, state, members, before, (a, b))
            if travels:
                refresh(graph, state, members, after, (a, b))
            return False
    state.value[0] += cost
    state.value[1] += out
    return True


@njit(cache=True)
def below(tree: Tree, chosen: int) -> np.ndarray:
    """Return whether each place is in the subtree of a spot. Shape (size,), bool."""
    spot, parent = tree
    under = np.zeros(len(spot), dtype=np.bool_)
    under[chosen] = True
    for i in range(chosen + 1, len(spot)):
        under[i] = under[parent[i]]
    return under[spot]


@njit(cache=True)
def put_sides(graph: Graph, state: State, members: Ints, side: np.ndarray, pair: tuple[int, int]) -> None:
    """Put the members on the side into the second grid of a pair and the others into the first."""
    for i in range(len(members)):
        u = members[i]
        g = pair[1] if side[i] else pair[0]
        if state.grid[u] != g:
            shift(graph, state, u, state.grid[u], -1)
            shift(graph, state, u, g, 1)
            state.grid[u] = g
