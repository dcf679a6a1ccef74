"""Columns: the grids a plan may be put together from."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np

from gridder.partition.kernels import Graph, Rules
from gridder.partition.problem import Ints, Problem, first_come, group_by_label


@dataclass(frozen=True)
class Columns:
    """Connected sets of atoms with what each costs, sorted by (atoms), each set once.

    Parameters
    ----------
    sets
        Atoms of each column, ascending.
    cost
        Twice what the grid adds to the objective (``grid_cost``). Shape (c,), int64.
    households
        Households of the grid. Shape (c,), int64.
    outside
        Households by which it misses the window, 0 when lawful. Shape (c,), int64.
    """

    sets: tuple[tuple[int, ...], ...]
    cost: Ints
    households: Ints
    outside: Ints

    def __len__(self) -> int:
        """Return the number of columns."""
        return len(self.sets)

    def holding(self, n_atoms: int) -> list[list[int]]:
        """Return, for every atom, the columns that hold it."""
        held: list[list[int]] = [[] for _ in range(n_atoms)]
        for c, atoms in enumerate(self.sets):
            for i in atoms:
                held[i].append(c)
        return held

    def take(self, which: Ints) -> Columns:
        """Return some of the columns."""
        sets = tuple(self.sets[c] for c in which)
        return Columns(sets, self.cost[which], self.households[which], self.outside[which])


def make_columns(graph: Graph, rules: Rules, sets: list[tuple[int, ...]]) -> Columns:
    """Return the columns of distinct connected sets, each an ascending tuple, with their costs."""
    from gridder.partition.walk import column_costs

    ordered = sorted(set(sets))
    table = column_costs(graph, rules, *flatten(ordered))
    size = table[:, 1]
    outside = np.maximum(np.maximum(rules.households_min - size, size - rules.households_max), 0)
    return Columns(tuple(ordered), table[:, 0].copy(), size.copy(), outside)


def flatten(sets: Sequence[tuple[int, ...]]) -> tuple[Ints, Ints]:
    """Return (first, atoms): the atoms of set c are atoms[first[c]:first[c+1]]."""
    first = np.zeros(len(sets) + 1, dtype=np.int64)
    np.cumsum([len(s) for s in sets], out=first[1:])
    return first, np.fromiter(chain.from_iterable(sets), dtype=np.int64, count=int(first[-1]))


def lift_sets(atoms: Ints, sets: Iterable[tuple[int, ...]]) -> list[tuple[int, ...]]:
    """Return sets of a part, whose ascending ids are ``atoms``, with the atoms of the whole."""
    return [tuple(int(atoms[i]) for i in held) for held in sets]


def sets_of(assignment: Ints) -> list[tuple[int, ...]]:
    """Return the grids of an assignment as ascending tuples of atoms."""
    return [tuple(int(i) for i in atoms) for atoms in group_by_label(first_come(assignment))]


def assignment_of(problem: Problem, sets: list[tuple[int, ...]]) -> Ints:
    """Return the assignment of disjoint sets that cover all atoms."""
    grid = np.full(problem.n_atoms, -1, dtype=np.int64)
    for g, atoms in enumerate(sets):
        grid[list(atoms)] = g
    return first_come(grid)
