"""Pairs of neighbouring grids: the best way to divide their union in two, by branch and bound or out of all there are."""

from __future__ import annotations

import numpy as np

from gridder.partition.columns import make_columns
from gridder.partition.division import best_division, make_halves
from gridder.partition.listing import list_columns
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
from gridder.partition.walk import column_costs

Pair = tuple[int, int]
Division = tuple[Ints | None, bool, int]
PAIR_ROUNDS = 400  # changed pairs are looked at again, at most so many times in all a grid
PAIRS_WHOLE = 50  # times the branches an effort spends on a pair: in all pairs together
LISTED_ATOMS = 60  # larger unions have too many divisions to list
LISTED_WORK = 40_000
LISTED_SETS = 20_000


def settle_pairs(search: Search, assignment: Ints) -> tuple[Ints, bool]:
    """Return the plan with every pair divided at its best where that is quick, and whether that is proven of all.

    Pairs are looked at in turn, those beside a change again, until the work of the effort is spent.
    """
    waiting = dict.fromkeys(pairs_of(search.problem, assignment))
    unproven: set[Pair] = set()
    left = search.work.pair_work * PAIRS_WHOLE
    for _ in range(PAIR_ROUNDS * (int(assignment.max()) + 1)):
        if not waiting or left < 0:
            break
        pair = next(iter(waiting))
        del waiting[pair]
        divided, complete, branches = divide_pair(search, assignment, pair)
        left -= branches
        unproven.discard(pair)
        if divided is not None:
            beside = pairs_beside(search.problem, assignment, pair)
            assignment = divided
            fresh = pairs_beside(search.problem, assignment, pair)
            unproven -= set(beside)
            waiting = {p: None for p in waiting if p not in beside or p in fresh} | dict.fromkeys(fresh)
        elif not complete:
            unproven.add(pair)
    return assignment, not waiting and not unproven


def pairs_of(problem: Problem, assignment: Ints) -> list[Pair]:
    """Return the pairs of touching grids, ascending."""
    ends = np.sort(assignment[problem.edges], axis=1)
    ends = ends[ends[:, 0] != ends[:, 1]]
    return [(int(a), int(b)) for a, b in np.unique(ends, axis=0)]


def pairs_beside(problem: Problem, assignment: Ints, pair: Pair) -> dict[Pair, None]:
    """Return the pairs of touching grids that hold a grid of this pair, ascending."""
    first, neighbour, _ = problem.adjacency
    found: set[Pair] = set()
    for g in pair:
        for i in np.flatnonzero(assignment == g):
            others = assignment[neighbour[first[i] : first[i + 1]]].tolist()
            found.update((min(g, h), max(g, h)) for h in others if h != g)
    return dict.fromkeys(sorted(found))


def divide_pair(search: Search, assignment: Ints, pair: Pair) -> Division:
    """Return (a cheaper assignment or None, whether all divisions of the pair were looked at, branches)."""
    atoms = np.flatnonzero((assignment == pair[0]) | (assignment == pair[1]))
    if search.problem.travel is not None:
        side, complete = divide_by_listing(search, atoms, assignment[atoms] == pair[1])
        branches = LISTED_WORK if len(atoms) <= LISTED_ATOMS else 0
    else:
        side, complete, branches = divide_by_branching(search, atoms, assignment[atoms] == pair[1])
    if side is None:
        return None, complete, branches
    fresh = assignment.copy()
    fresh[atoms] = np.where(side, pair[1], pair[0])
    search.met.update(tuple(int(i) for i in atoms[s]) for s in (side, ~side))
    return fresh, True, branches


def divide_by_branching(search: Search, atoms: Ints, side: np.ndarray) -> tuple[np.ndarray | None, bool, int]:
    """Return (a cheaper division or None, whether all were looked at, branches)."""
    halves = make_halves(search.problem.n_atoms, len(atoms))
    halves.best[:] = side
    complete = best_division(search.graph, search.rules, atoms, halves, search.work.pair_work)
    better = halves.best == 1
    if 2 * (better == side).sum() < len(side):  # which grid is called the second is free: the fewer moves
        better = ~better
    return None if (better == side).all() else better, bool(complete), int(halves.told[1])


def divide_by_listing(search: Search, atoms: Ints, side: np.ndarray) -> tuple[np.ndarray | None, bool]:
    """Return (a cheaper division or None, whether all were looked at), whatever a grid costs."""
    if len(atoms) > LISTED_ATOMS:
        return None, False
    part = make_search(subproblem(search.problem, atoms), search.work, search.rng)
    problem = part.problem
    total = int(problem.households.sum())
    low = max(problem.households_min, total - problem.households_max)
    high = min(problem.households_max, total - problem.households_min)
    listing = list_columns(part.graph, low, high, work=LISTED_WORK, cap=LISTED_SETS, only=0)
    if not listing.complete:
        return None, False
    columns = make_columns(part.graph, part.rules, list(listing.sets))
    rest = np.ones((len(columns), len(atoms)), dtype=bool)
    for c, members in enumerate(columns.sets):
        rest[c, list(members)] = False
    first = np.concatenate([[0], np.cumsum(rest.sum(axis=1))])
    cost = columns.cost + column_costs(part.graph, part.rules, first, np.nonzero(rest)[1])[:, 0]
    better = np.flatnonzero((cost < division_cost(problem, side)) & rest.any(axis=1))
    for c in better[np.argsort(cost[better], kind="stable")]:
        if is_division(problem, ~rest[c]):
            return rest[c], True
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
