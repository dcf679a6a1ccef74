"""Compiled re-split of two neighbouring grids (ReCom: DeFord, Duchin & Solomon 2021,
doi:10.1162/99608f92.eb30390f).

A random spanning tree of the union, heavy edges first, offers one split a tree edge. Subtree sums of
households and of cut value (add w at both ends of an edge, −2w at their meeting point) score all of them
exactly.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from gridder.partition.kernels import Graph, Move, Rules, State, Weigh, accept, draw, misfit, own_cost, shift
from gridder.partition.problem import Ints

Tree = tuple[Ints, Ints, Ints]


@njit(cache=True)
def gather(graph: Graph, state: State, u: int, v: int) -> Ints:
    """Return the atoms of the grids of u and v, by search from u; ``state.stamp`` marks them."""
    n = len(state.grid)
    a, b = state.grid[u], state.grid[v]
    members = np.empty(state.atoms[a] + state.atoms[b], dtype=np.int64)
    state.stamp[n] += 2
    state.stamp[u] = state.stamp[n]
    members[0] = u
    head, tail = 0, 1
    while head < tail:
        x = members[head]
        head += 1
        for e in range(graph.first[x], graph.first[x + 1]):
            y = graph.neighbour[e]
            if (state.grid[y] == a or state.grid[y] == b) and state.stamp[y] != state.stamp[n]:
                state.stamp[y] = state.stamp[n]
                members[tail] = y
                tail += 1
    return members


@njit(cache=True)
def inner_edges(graph: Graph, state: State, members: Ints) -> Ints:
    """Return (i, j, cost) of the edges among the members, by place, also in ``state.queue``."""
    n = len(state.grid)
    mark = state.stamp[n]
    count = 0
    for i in range(len(members)):
        state.queue[members[i]] = i
        count += graph.first[members[i] + 1] - graph.first[members[i]]
    edges = np.empty((count // 2 + 1, 3), dtype=np.int64)
    m = 0
    for i in range(len(members)):
        for e in range(graph.first[members[i]], graph.first[members[i] + 1]):
            y = graph.neighbour[e]
            if state.stamp[y] == mark and state.queue[y] > i:
                edges[m, 0] = i
                edges[m, 1] = state.queue[y]
                edges[m, 2] = graph.cost[e]
                m += 1
    return edges[:m]


@njit(cache=True)
def root_of(up: Ints, i: int) -> int:
    """Return the representative of i, halving its path."""
    while up[i] != i:
        up[i] = up[up[i]]
        i = up[i]
    return i


@njit(cache=True)
def heavy_first(edges: Ints, rng: Ints) -> Ints:
    """Return the edges by descending cost × chance, roughly: sorted by counting in as many buckets as edges.

    A full sort would take most of the time of a re-split and changes nothing that matters.
    """
    m = len(edges)
    weight = np.empty(m)
    for e in range(m):
        weight[e] = (edges[e, 2] + 1.0) * (draw(rng, 1000003) + 1)
    scale = (m - 1) / math.sqrt(weight.max()) if m > 0 else 0.0
    bucket = np.empty(m, dtype=np.int64)
    ends = np.zeros(m + 1, dtype=np.int64)
    for e in range(m):
        bucket[e] = m - 1 - int(math.sqrt(weight[e]) * scale)
        ends[bucket[e] + 1] += 1
    for b in range(m):
        ends[b + 1] += ends[b]
    order = np.empty(m, dtype=np.int64)
    for e in range(m):
        order[ends[bucket[e]]] = e
        ends[bucket[e]] += 1
    return order


@njit(cache=True)
def random_tree(edges: Ints, size: int, rng: Ints) -> Tree:
    """Return (order, parent, depth) of a random-weight maximum spanning tree over places, root first."""
    up = np.arange(size)
    head = np.full(size, -1, dtype=np.int64)
    ahead = np.empty(2 * size, dtype=np.int64)
    to = np.empty(2 * size, dtype=np.int64)
    links = 0
    for e in heavy_first(edges, rng):
        a, b = edges[e, 0], edges[e, 1]
        i, j = root_of(up, a), root_of(up, b)
        if i == j:
            continue
        up[i] = j
        to[links], to[links + 1] = b, a
        ahead[links], ahead[links + 1] = head[a], head[b]
        head[a], head[b] = links, links + 1
        links += 2
        if links == 2 * size - 2:
            break
    order = np.empty(size, dtype=np.int64)
    parent = np.full(size, -1, dtype=np.int64)
    depth = np.zeros(size, dtype=np.int64)
    order[0] = 0
    tail = 1
    for place in range(size):
        i = order[place]
        link = head[i]
        while link >= 0:
            j = to[link]
            if j != parent[i]:
                parent[j] = i
                depth[j] = depth[i] + 1
                order[tail] = j
                tail += 1
            link = ahead[link]
    return order, parent, depth


@njit(cache=True)
def subtree_sums(graph: Graph, members: Ints, edges: Ints, tree: Tree) -> Ints:
    """Return (households, locks, cut value) below each place of the tree, each shape (size,)."""
    order, parent, depth = tree
    size = len(members)
    sums = np.zeros((3, size), dtype=np.int64)
    for i in range(size):
        sums[0, i] = graph.households[members[i]]
        sums[1, i] = graph.lock[members[i]]
    for e in range(len(edges)):
        i, j, w = edges[e, 0], edges[e, 1], edges[e, 2]
        sums[2, i] += w
        sums[2, j] += w
        while i != j:
            if depth[i] >= depth[j]:
                i = parent[i]
            else:
                j = parent[j]
        sums[2, i] -= 2 * w
    for place in range(size - 1, 0, -1):
        i = order[place]
        sums[:, parent[i]] += sums[:, i]
    return sums


@njit(cache=True)
def pick_split(state: State, rules: Rules, sums: Ints, weigh: Weigh) -> int:
    """Return the place whose subtree to split off: least cost + misfit with noise of the heat."""
    size = sums.shape[1]
    best, best_score = -1, 0.0
    households, locks = sums[0, 0], sums[1, 0]
    for i in range(1, size):
        a, la = sums[0, i], sums[1, i]
        score = weigh[0] * (misfit(rules, a, la) + misfit(rules, households - a, locks - la)) + sums[2, i]
        score += rules.load_cost * (abs(a - rules.target) + abs(households - a - rules.target))
        noise = (draw(state.rng, 2147483562) + 1) / 2147483563.0
        score += 0.5 * weigh[1] * math.log(-math.log(noise))
        if best < 0 or score < best_score:
            best, best_score = i, score
    return best


@njit(cache=True)
def resplit(graph: Graph, state: State, rules: Rules, move: Move, weigh: Weigh) -> bool:
    """Try to split the union of the grids of u and v anew; return whether it was done.

    ``move`` = (u, v), neighbours in different grids. ``weigh`` = (cost of one misfit, heat).
    """
    a, b = state.grid[move[0]], state.grid[move[1]]
    members = gather(graph, state, move[0], move[1])
    edges = inner_edges(graph, state, members)
    tree = random_tree(edges, len(members), state.rng)
    sums = subtree_sums(graph, members, edges, tree)
    chosen = pick_split(state, rules, sums, weigh)
    below = np.zeros(len(members), dtype=np.bool_)
    below[chosen] = True
    for i in tree[0][1:]:
        if below[tree[1][i]]:
            below[i] = True
    old_grid = np.empty(len(members), dtype=np.int64)
    cost = sums[2, chosen]
    for e in range(len(edges)):
        if state.grid[members[edges[e, 0]]] != state.grid[members[edges[e, 1]]]:
            cost -= edges[e, 2]
    cost -= own_cost(rules, state.size[a], state.old[a]) + own_cost(rules, state.size[b], state.old[b])
    out = -misfit(rules, state.size[a], state.locks[a]) - misfit(rules, state.size[b], state.locks[b])
    for i in range(len(members)):
        u = members[i]
        old_grid[i] = state.grid[u]
        regrid(graph, state, u, b if below[i] else a)
    cost += own_cost(rules, state.size[a], state.old[a]) + own_cost(rules, state.size[b], state.old[b])
    out += misfit(rules, state.size[a], state.locks[a]) + misfit(rules, state.size[b], state.locks[b])
    if accept(state, cost + weigh[0] * out, weigh[1]):
        state.value[0] += cost
        state.value[1] += out
        return True
    for i in range(len(members)):
        regrid(graph, state, members[i], old_grid[i])
    return False


@njit(cache=True)
def regrid(graph: Graph, state: State, u: int, g: int) -> None:
    """Put atom u into grid g in the assignment and in the running sums."""
    if state.grid[u] != g:
        shift(graph, state, u, state.grid[u], -1)
        shift(graph, state, u, g, 1)
        state.grid[u] = g
