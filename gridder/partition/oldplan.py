"""The old plan as a start: where moving households has a price, the search also begins where people are used to."""

from __future__ import annotations

from collections import deque

import numpy as np

from gridder.partition.problem import Ints, Problem, components, first_come


def old_plan(piece: Problem, k: int) -> Ints | None:
    """Return the old grids as an assignment with k connected grids; None where they are not k.

    Of an old grid that has fallen apart the part with most households stays; everything else, and atoms that had no
    grid, go to the grid they touch first (breadth first, lower atoms first). Shape (n,), int64.
    """
    known = piece.previous >= 0
    if not piece.move_cost or not known.any():
        return None
    whole = np.flatnonzero(known[piece.edges].all(axis=1))
    same = piece.previous[piece.edges[whole, 0]] == piece.previous[piece.edges[whole, 1]]
    part = components(piece.n_atoms, piece.edges[whole[same]])
    grid = np.full(piece.n_atoms, -1, dtype=np.int64)
    for old in np.unique(piece.previous[known]):
        parts = np.unique(part[piece.previous == old])
        weight = [(int(piece.households[part == p].sum()), -int(p)) for p in parts]
        grid[part == -max(weight)[1]] = old
    spread(piece, grid)
    if len(np.unique(grid)) != k or shares_locks(piece, grid):
        return None
    return first_come(grid)


def spread(piece: Problem, grid: Ints) -> None:
    """Give every atom without a grid that of the nearest one it can reach, in place."""
    first, neighbour, _ = piece.adjacency
    waiting = deque(int(i) for i in np.flatnonzero(grid >= 0))
    while waiting:
        i = waiting.popleft()
        for j in neighbour[first[i] : first[i + 1]]:
            if grid[j] < 0:
                grid[j] = grid[i]
                waiting.append(int(j))


def shares_locks(piece: Problem, grid: Ints) -> bool:
    """Whether two locked atoms, which must be apart, are in one grid."""
    locked = grid[piece.fixed >= 0]
    return len(np.unique(locked)) < len(locked)
