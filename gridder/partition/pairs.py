"""Pairs of neighbouring grids: the best way to divide their union in two, proven by listing every one."""

from __future__ import annotations

import numpy as np

from gridder.partition.columns import make_columns
from gridder.partition.listing import list_columns
from gridder.partition.neighbourhood import touching
from gridder.partition.problem import (
    Ints,
    Problem,
    components,
    first_come,
    grid_cost,
    group_by_label,
    subproblem,
)
from gridder.partition.search import Search, make_search

PAIR_ATOMS = 60  # larger unions have too many divisions to list
PAIR_WORK = 40_000
PAIR_COLUMNS = 20_000
PAIR_ROUNDS = 400  # changed pairs are looked at again, at most so many times in all a grid


def settle_pairs(search: Search, assignment: Ints) -> tuple[Ints, bool]:
    """Return the plan with every listable pair divided at its best, and whether that is proven of all pairs."""
    waiting = pairs_of(search, assignment)
    proven: set[tuple[int, int]] = set()
    for _ in range(PAIR_ROUNDS * (int(assignment.max()) + 1)):
        if not waiting:
            break
        pair = waiting.pop(0)
        divided, complete = divide_pair(search, assignment, pair)
        if divided is not None:
            assignment = divided
            changed = {p for p in pairs_of(search, assignment) if set(p) & set(pair)}
            proven -= changed
            waiting = sorted(set(waiting) | changed)
        elif complete:
            proven.add(pair)
    return assignment, not waiting and set(pairs_of(search, assignment)) <= proven


def pairs_of(search: Search, assignment: Ints) -> list[tuple[int, int]]:
    """Return the pairs of touching grids, ascending."""
    return [(a, b) for a, others in touching(search, assignment).items() for b in others if a < b]


def divide_pair(search: Search, assignment: Ints, pair: tuple[int, int]) -> tuple[Ints | None, bool]:
    """Return (a cheaper assignment or None, whether all divisions of the pair were looked at)."""
    atoms = np.flatnonzero((assignment == pair[0]) | (assignment == pair[1]))
    if len(atoms) > PAIR_ATOMS:
        return None, False
    part = make_search(subproblem(search.problem, atoms), search.work, search.rng)
    problem = part.problem
    total = int(problem.households.sum())
    low = max(problem.households_min, total - problem.households_max)
    high = min(problem.households_max, total - problem.households_min)
    listing = list_columns(part.graph, low, high, work=PAIR_WORK, cap=PAIR_COLUMNS, only=0)
    if not listing.complete:
        return None, False
    columns = make_columns(part.graph, part.rules, list(listing.sets))
    now = division_cost(problem, first_come(assignment[atoms]) == 0)
    for c in np.lexsort((np.arange(len(columns)), columns.cost)):
        if columns.cost[c] >= now:  # a division costs no less than one side: none better is left
            break
        side = np.zeros(len(atoms), dtype=bool)
        side[list(columns.sets[c])] = True
        if is_division(problem, side) and division_cost(problem, side) < now:
            fresh = assignment.copy()
            fresh[atoms] = np.where(side, pair[0], pair[1])
            search.met.update(tuple(int(i) for i in atoms[s]) for s in (side, ~side))
            return fresh, True
    return None, True


def division_cost(problem: Problem, side: np.ndarray) -> int:
    """Return twice the cost of a union divided in two."""
    return grid_cost(problem, np.flatnonzero(side)) + grid_cost(problem, np.flatnonzero(~side))


def is_division(problem: Problem, side: np.ndarray) -> bool:
    """Whether the rest of a union is one connected grid that holds no two locks."""
    if (problem.fixed[~side] >= 0).sum() > 1:
        return False
    inside = ~side[problem.edges].any(axis=1)
    labels = components(problem.n_atoms, problem.edges[inside])
    return len(group_by_label(first_come(labels[~side]))) == 1
