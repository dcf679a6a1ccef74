"""What a grid leaves behind: compiled check that every connected rest can still be divided, by its total.

State layout: ``first`` (c+1,), ``atoms`` (sum of sizes,) columns in compressed rows; ``fits`` (c,) 1 where every rest
fits; ``stamp`` (n,) the column that an atom was last met in, from 1; ``queue`` (n,) scratch. All int64.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from gridder.partition.columns import flatten
from gridder.partition.kernels import Graph
from gridder.partition.problem import Ints


@njit(cache=True)
def rest_total(graph: Graph, start: int, mark: int, stamp: Ints, queue: Ints) -> int:
    """Return the households of the atoms reached from ``start`` over atoms not stamped; stamps them."""
    stamp[start] = mark
    queue[0] = start
    end, place, total = 1, 0, 0
    while place < end:
        u = queue[place]
        place += 1
        total += graph.households[u]
        for e in range(graph.first[u], graph.first[u + 1]):
            w = graph.neighbour[e]
            if stamp[w] != mark:
                stamp[w] = mark
                queue[end] = w
                end += 1
    return total


@njit(cache=True)
def mark_fitting(
    graph: Graph, low: int, high: int, columns: tuple[Ints, Ints, Ints], scratch: tuple[Ints, Ints]
) -> None:
    """Write 1 into ``fits`` for every column whose rests each hold households for some number of grids.

    ``columns`` = (first, atoms, fits), ``scratch`` = (stamp, queue); see the module's head. A rest without
    households fits nothing: it would be in no grid.
    """
    first, atoms, fits = columns
    stamp, queue = scratch
    for c in range(len(fits)):
        mark = c + 1
        for place in range(first[c], first[c + 1]):
            stamp[atoms[place]] = mark
        fits[c] = 1
        for start in range(len(stamp)):
            if stamp[start] != mark:
                total = rest_total(graph, start, mark, stamp, queue)
                if total < low or (total + high - 1) // high > total // low:
                    fits[c] = 0
                    break


def leaves_lawful_rests(graph: Graph, low: int, high: int, sets: list[tuple[int, ...]]) -> Ints:
    """Return 1 for every set after which each connected rest fits some number of grids, else 0. Shape (c,)."""
    n = len(graph.households)
    fits, stamp, queue = (np.zeros(size, dtype=np.int64) for size in (len(sets), n, n))
    mark_fitting(graph, low, high, (*flatten(sets), fits), (stamp, queue))
    return fits
