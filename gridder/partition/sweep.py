"""The order in which the frontier program meets the atoms: the fewer atoms stand open at once, the fewer states.

After t atoms the frontier holds those that are done but have a neighbour which is not. The program keeps one state for
each way the frontier can look, so its work grows with Σ 2^width: orders along a few directions of the graph's own map
(two Laplacian eigenvectors: Hall 1970, doi:10.1287/mnsc.17.3.219) are compared by that sum, and the best is improved by
moving single atoms, warm to cold.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numba import njit

from gridder.partition.kernels import draw
from gridder.partition.problem import Ints, Problem

ANGLES = 12
DIMENSIONS = 2  # of the map
MOVES_PER_ATOM = 600
REACH = 24  # places an atom moves at most
FIRST_HEAT, LAST_HEAT = 0.05, 0.0005  # of log2 Σ 2^width

Rows = tuple[Ints, Ints]
Span = tuple[int, int]


@dataclass(frozen=True)
class Sweep:
    """An order of the atoms and how wide its frontier is.

    Parameters
    ----------
    order
        Atoms in the order in which they are met. Shape (n,), int64.
    width
        Most atoms on the frontier at once.
    states
        Σ 2^width over the steps: a measure of the work, not a count of it.
    """

    order: Ints
    width: int
    states: float


@njit(cache=True)
def leaves_at(graph: Rows, place: Ints, u: int) -> int:
    """Return the place at which u and all its neighbours have come, and u leaves the frontier."""
    first, neighbour = graph
    last = place[u]
    for e in range(first[u], first[u + 1]):
        last = max(last, place[neighbour[e]])
    return last


@njit(cache=True)
def frontier_sum(graph: Rows, order: Ints, place: Ints, span: Span, width: Ints) -> float:
    """Fill in the widths at the places lo … hi of ``span`` and return Σ 2^width over them.

    An atom that moves between two places changes no width elsewhere. ``width[lo − 1]`` must be right.
    """
    first, neighbour = graph
    now = width[span[0] - 1] if span[0] > 0 else 0
    total = 0.0
    for t in range(span[0], span[1] + 1):
        v = order[t]
        now += 1 if leaves_at(graph, place, v) > t else 0
        for e in range(first[v], first[v + 1]):
            if leaves_at(graph, place, neighbour[e]) == t:
                now -= 1
        width[t] = now
        total += 2.0**now
    return total


@njit(cache=True)
def shift_atom(order: Ints, place: Ints, a: int, b: int) -> None:
    """Move the atom at place a to place b; those between move up by one."""
    u = order[a]
    step = 1 if b > a else -1
    for t in range(a, b, step):
        order[t] = order[t + step]
        place[order[t]] = t
    order[b] = u
    place[u] = b


@njit(cache=True)
def improve_order(graph: Rows, order: Ints, moves: int, rng: Ints) -> float:
    """Improve an order in place by moving single atoms; return Σ 2^width of the best one met."""
    n = len(order)
    place, width, before = np.empty(n, np.int64), np.empty(n, np.int64), np.empty(n, np.int64)
    for t in range(n):
        place[order[t]] = t
    now = frontier_sum(graph, order, place, (0, n - 1), width)
    best, best_order = now, order.copy()
    cooling = (LAST_HEAT / FIRST_HEAT) ** (1.0 / max(moves, 1))
    heat = FIRST_HEAT
    for _ in range(moves):
        heat *= cooling
        a = draw(rng, n)
        b = min(max(a + draw(rng, 2 * REACH + 1) - REACH, 0), n - 1)
        span = min(a, b), max(a, b)
        tried = now
        for t in range(span[0], span[1] + 1):
            before[t] = width[t]
            tried -= 2.0 ** width[t]
        shift_atom(order, place, a, b)
        tried += frontier_sum(graph, order, place, span, width)
        chance = (draw(rng, 2147483562) + 1) / 2147483563.0
        if tried <= now or chance < math.exp(math.log2(now / tried) / heat):
            now = tried
            if now < best:
                best = now
                best_order[:] = order
        else:
            shift_atom(order, place, b, a)
            width[span[0] : span[1] + 1] = before[span[0] : span[1] + 1]
    order[:] = best_order
    return best


def make_sweep(problem: Problem, seed: int = 0, *, moves: int = MOVES_PER_ATOM) -> Sweep:
    """Return a good order for a connected piece, from ``moves`` an atom; the same problem and seed give the same one."""
    graph = problem.adjacency[:2]
    starts = starting_orders(problem)
    sums = [widths_of(graph, order)[1] for order in starts]
    order = starts[int(np.argmin(sums))].astype(np.int64)
    rng = np.random.default_rng(seed).integers(1, 2147483398, 2)
    improve_order(graph, order, moves * problem.n_atoms, rng)
    width, total = widths_of(graph, order)
    return Sweep(order, int(width.max(initial=0)), total)


def widths_of(graph: Rows, order: Ints) -> tuple[Ints, float]:
    """Return the width of the frontier after each place (n,), and Σ 2^width."""
    width = np.zeros(len(order), dtype=np.int64)
    total = frontier_sum(graph, order.astype(np.int64), np.argsort(order), (0, len(order) - 1), width)
    return width, total


def starting_orders(problem: Problem) -> list[Ints]:
    """Return orders along several directions of the graph's spectral map, and breadth first from its far end."""
    from scipy.sparse import coo_array, csgraph
    from scipy.sparse.linalg import eigsh

    n = problem.n_atoms
    if n <= DIMENSIONS + 1:
        return [np.arange(n)]
    i, j = problem.edges.T
    graph = coo_array((np.ones(2 * len(i)), (np.r_[i, j], np.r_[j, i])), shape=(n, n)).tocsc()
    ramp = np.linspace(1, 2, n)  # a fixed start: the same map every time
    vectors = eigsh(csgraph.laplacian(graph), k=DIMENSIONS + 1, sigma=-0.01, v0=ramp)[1][:, 1:]
    vectors = vectors / np.abs(vectors).max(axis=0)
    angles = np.pi * np.arange(ANGLES) / ANGLES
    along = np.round(vectors @ np.vstack([np.cos(angles), np.sin(angles)]), 9)
    orders = [np.argsort(along[:, a], kind="stable") for a in range(ANGLES)]
    far = int(orders[0][0])
    return [*orders, csgraph.breadth_first_order(graph, far, return_predecessors=False).astype(np.int64)]
