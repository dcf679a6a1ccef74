"""A start where few atoms are lived in: the others go with their neighbours until the lived-in ones are divided.

A walk over ten thousand empty atoms around a few hundred with households finds grids of thousands of atoms, and every step
on such a grid costs as much as it has atoms. Divided first with every empty atom in the block of a lived-in one, the piece
starts from grids of like extent. A start only: nothing is proven by it, and the walk may undo all of it.
"""

from __future__ import annotations

from heapq import heapify, heappop, heappush

import numpy as np

from gridder.partition.problem import Ints, Problem, first_come

LARGE = 5_000  # atoms; smaller pieces are walked as they are
MOSTLY = 0.8  # of the atoms have no households


def is_mostly_empty(problem: Problem) -> bool:
    """Whether a piece is large, and few of its atoms have households or a lock."""
    free = (problem.households == 0) & (problem.fixed < 0)
    return problem.travel is None and problem.n_atoms > LARGE and free.mean() > MOSTLY


def inhabited_blocks(problem: Problem) -> Ints:
    """Return the block of every atom: one for each with households or a lock, connected. Shape (n,), int64.

    Blocks grow evenly, an atom deeper at a time, over the dearest edges first.
    """
    first, neighbour, cost = (values.tolist() for values in problem.adjacency)
    block = np.where((problem.households > 0) | (problem.fixed >= 0), np.arange(problem.n_atoms), -1).tolist()
    offers = [
        (1, -cost[e], i, neighbour[e])
        for i, own in enumerate(block)
        if own >= 0
        for e in range(first[i], first[i + 1])
    ]
    heapify(offers)
    while offers:
        depth, _, i, j = heappop(offers)
        if block[j] < 0:
            block[j] = block[i]
            for e in range(first[j], first[j + 1]):
                heappush(offers, (depth + 1, -cost[e], j, neighbour[e]))
    return first_come(block)
