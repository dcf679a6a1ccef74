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
MOVES_PER_ATOM = 300
REACH = 24  # places an atom moves at most
FIRST_HEAT, LAST_HEAT = 0.05, 0.0005  # of log2 Σ 2^width


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
def frontier_sum(first: Ints, neighbour: Ints, place: Ints, width: Ints) -> float:
    """Return log2 Σ 2^width of the order in which atom u comes at ``place[u]``; ``width`` (n+1,) is filled."""
    n = len(place)
    width[:] = 0
    for u in range(n):
        last = place[u]
        for e in range(first[u], first[u + 1]):
            last = max(last, place[neighbour[e]])
        width[place[u]] += 1
        width[last] -= 1
    total = 0.0
    open_atoms = 0
    for t in range(n):
        open_atoms += width[t]
        width[t] = open_atoms
        total += 2.0**open_atoms
    return math.log2(total)


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
def improve_order(first: Ints, neighbour: Ints, order: Ints, moves: int, rng: Ints) -> float:
    """Improve an order in place by moving single atoms; return log2 Σ 2^width of the best one met."""
    n = len(order)
    place = np.empty(n, dtype=np.int64)
    width = np.empty(n + 1, dtype=np.int64)
    for t in range(n):
        place[order[t]] = t
    now = frontier_sum(first, neighbour, place, width)
    best, best_order = now, order.copy()
    cooling = (LAST_HEAT / FIRST_HEAT) ** (1.0 / max(moves, 1))
    heat = FIRST_HEAT
    for _ in range(moves):
        heat *= cooling
        a = draw(rng, n)
        b = min(max(a + draw(rng, 2 * REACH + 1) - REACH, 0), n - 1)
        shift_atom(order, place, a, b)
        tried = frontier_sum(first, neighbour, place, width)
        chance = (draw(rng, 2147483562) + 1) / 2147483563.0
        if tried <= now or chance < math.exp((now - tried) / heat):
            now = tried
            if now < best:
                best = now
                best_order[:] = order
        else:
            shift_atom(order, place, b, a)
    order[:] = best_order
    return best


def make_sweep(problem: Problem, seed: int = 0) -> Sweep:
    """Return a good order for a connected piece; the same problem and seed give the same one."""
    first, neighbour, _ = problem.adjacency
    width = np.zeros(problem.n_atoms + 1, dtype=np.int64)
    best: tuple[float, Ints] | None = None
    for order in starting_orders(problem):
        cost = frontier_sum(first, neighbour, np.argsort(order), width)
        if best is None or cost < best[0]:
            best = cost, order
    assert best is not None
    order = best[1].astype(np.int64).copy()
    rng = np.random.default_rng(seed).integers(1, 2147483398, 2)
    improve_order(first, neighbour, order, MOVES_PER_ATOM * problem.n_atoms, rng)
    total = frontier_sum(first, neighbour, np.argsort(order), width)
    return Sweep(order, int(width[: problem.n_atoms].max(initial=0)), 2.0**total)


def starting_orders(problem: Problem) -> list[Ints]:
    """Return orders along several directions of the graph's spectral map, and along breadth-first levels."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import breadth_first_order

    n = problem.n_atoms
    if n <= 3:
        return [np.arange(n)]
    i, j = problem.edges.T
    matrix = coo_array((np.ones(2 * len(i)), (np.r_[i, j], np.r_[j, i])), shape=(n, n))
    dense = matrix.toarray()
    vectors = np.linalg.eigh(np.diag(dense.sum(axis=1)) - dense)[1][:, 1:3]
    vectors = vectors / np.abs(vectors).max(axis=0)
    angles = np.pi * np.arange(ANGLES) / ANGLES
    along = np.round(vectors @ np.vstack([np.cos(angles), np.sin(angles)]), 9)
    levels = breadth_first_order(matrix.tocsr(), int(np.argmin(along[:, 0])), directed=False)[0]
    return [np.argsort(along[:, a], kind="stable") for a in range(ANGLES)] + [levels]
