"""By how little the window would have to give way for a piece to be lawful: one end of it, the least step."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from gridder.partition.columns import Columns, make_columns
from gridder.partition.feasibility import divide
from gridder.partition.listing import list_connected
from gridder.partition.problem import Problem
from gridder.partition.search import Search
from gridder.partition.solver import make_solver

MOST_ATOMS = 250  # larger pieces are not asked again and again


@dataclass(frozen=True)
class Tolerance:
    """A window that differs in one end from the one in force, and in which the piece was divided lawfully.

    ``proven`` when it is proven that neither end could be moved less.
    """

    households_min: int
    households_max: int
    proven: bool


def smallest_tolerance(search: Search) -> Tolerance | None:
    """Return the window nearest the one in force in which a piece without a lawful plan has one, if one was found."""
    piece = search.problem
    if piece.n_atoms > MOST_ATOMS:
        return None
    low, high = piece.households_min, piece.households_max
    total = int(piece.households.sum())
    listing = list_connected(search.graph, 1)
    columns = make_columns(search.graph, search.rules, list(listing.sets)) if listing.complete else None
    below, sure_below = least_step(search, columns, -1, low - 1)
    most = min(total - high, below - 1 if below else total)
    above, sure_above = least_step(search, columns, 1, most)
    if above:
        return Tolerance(low, high + above, sure_above and sure_below)
    return Tolerance(low - below, high, sure_below and sure_above) if below else None


def least_step(search: Search, columns: Columns | None, end: int, most: int) -> tuple[int, bool]:
    """Return the least households by which an end may move (−1 the minimum, 1 the maximum), 0 if none up to ``most``;
    and whether every step below it, or all of them, were proven to allow no plan.

    ``columns`` are all connected sets, None where they are too many.
    """
    if most < 1:
        return 0, True
    if columns is not None:
        return step_of_all(search, columns, end, most)
    return step_by_halving(search, end, most)


def step_of_all(search: Search, columns: Columns, end: int, most: int) -> tuple[int, bool]:
    """Return the same from all connected sets: cover every atom, the greatest step of a chosen set least."""
    from ortools.sat.python import cp_model

    piece = search.problem
    lawful = columns.outside == 0
    beyond = (
        columns.households < piece.households_min if end < 0 else columns.households > piece.households_max
    )
    kept = columns.take(np.flatnonzero(lawful | (beyond & (columns.outside <= most))))
    model = cp_model.CpModel()
    chosen = [model.new_bool_var("") for _ in range(len(kept))]
    step = model.new_int_var(1, most, "")
    for held in kept.holding(piece.n_atoms):
        model.add_exactly_one(chosen[c] for c in held)
    for c in np.flatnonzero(kept.outside):
        model.add(step >= int(kept.outside[c])).only_enforce_if(chosen[c])
    model.minimize(step)
    solver = make_solver(search.work.choosing)
    status = solver.solve(model)
    if status in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return int(solver.value(step)), status == cp_model.OPTIMAL
    return 0, status == cp_model.INFEASIBLE


def step_by_halving(search: Search, end: int, most: int) -> tuple[int, bool]:
    """Return the same by trying windows: a wider one allows every plan that a narrower one does."""
    plan, refuted = divide(search, moved(search.problem, end, most))
    if plan is None:
        return 0, refuted
    none, works, proven = 0, most, True
    while works - none > 1:
        middle = (none + works) // 2
        plan, refuted = divide(search, moved(search.problem, end, middle))
        if plan is None:
            none, proven = middle, refuted
        else:
            works = middle
    return works, proven


def moved(piece: Problem, end: int, step: int) -> Problem:
    """Return the piece with one end of its window moved outwards."""
    if end < 0:
        return replace(piece, households_min=piece.households_min - step)
    return replace(piece, households_max=piece.households_max + step)
