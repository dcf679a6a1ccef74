"""Best efforts around the atoms that no lawful plan can serve: one grid outside for each cause, the rest divided.

Every reason says that some grid around its atoms is outside the window. The grids that miss it least are tried
first; what they leave is divided lawfully, or has a reason of its own and is carved again.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gridder.partition.answer import Reason
from gridder.partition.columns import assignment_of, lift_sets, sets_of
from gridder.partition.counts import lawful_k
from gridder.partition.diagnose import diagnose_piece
from gridder.partition.feasibility import decide, divide, rests_of
from gridder.partition.listing import list_columns
from gridder.partition.problem import Ints, Problem, households_outside, subproblem
from gridder.partition.search import Search, make_search

STEPS_OUTSIDE = (10, 30, 80, 150, 300)  # households by which a grid around a cause may miss the window
WEIGHED = 60  # grids around a cause of which what they leave is looked at
TRIED = 8  # of these, grids of which what they leave is divided
AROUND_WORK, AROUND_SETS = 6_000, 400
MOST_ATOMS = 6  # of a cause: any of them may be the one outside

Grid = tuple[int, ...]


@dataclass(frozen=True)
class Carved:
    """A plan with one grid outside, or None; ``proven`` when no one grid outside could miss by fewer households."""

    plan: Ints | None
    proven: bool


def carve_one(search: Search, reasons: tuple[Reason, ...], most: int) -> Carved:
    """Return a plan whose only grid outside misses the window by fewest households, fewer than ``most``.

    That grid holds an atom of every reason. ``proven`` with no plan: with one grid outside none misses by fewer.
    """
    piece = search.problem
    least = least_of_totals(piece)
    if least is not None:
        return Carved(None, least >= most)
    cause = min(reasons, key=lambda r: len(r.nodes))
    around, complete = grids_outside(search, cause, most - 1)
    tried = 0
    for grid in around:
        if not serves_all(grid, reasons):
            continue
        rests = rests_of(piece, grid)
        if not all(fits_some_k(piece, rest) for rest in rests):
            continue
        tried += 1
        if tried > TRIED:
            return Carved(None, False)
        grids, refuted = divide_all(search, rests)
        if grids is not None:
            return Carved(assignment_of(piece, [grid, *grids]), complete)
        complete = complete and refuted
    return Carved(None, complete)


def least_of_totals(piece: Problem) -> int | None:
    """Return by how many households one grid outside must miss where the total fits no number of grids, else None."""
    total, low, high = int(piece.households.sum()), piece.households_min, piece.households_max
    if lawful_k(total, low, high) is not None:
        return None
    k = total // high
    return low - total if total < low else min(total - k * high, (k + 1) * low - total)


def serves_all(grid: Grid, reasons: tuple[Reason, ...]) -> bool:
    """Whether one grid outside holds atoms of every reason: a reason it misses would still hold."""
    return all(not set(reason.nodes).isdisjoint(grid) for reason in reasons if reason.code != "articulation")


def grids_outside(search: Search, cause: Reason, most: int) -> tuple[list[Grid], bool]:
    """Return grids outside that hold an atom of a cause, least outside first, and whether these are all up to ``most``."""
    piece = search.problem
    found: dict[Grid, int] = {}
    complete = cause.code != "articulation" and len(cause.nodes) <= MOST_ATOMS
    for i in cause.nodes[:MOST_ATOMS]:
        for step in (*(s for s in STEPS_OUTSIDE if s < most), most):
            low, high = max(1, piece.households_min - step), piece.households_max + step
            listing = list_columns(search.graph, low, high, work=AROUND_WORK, cap=AROUND_SETS, only=i)
            for grid in listing.sets:
                out = households_outside(piece, int(piece.households[list(grid)].sum()))
                if 0 < out <= most:
                    found[grid] = out
            if not listing.complete:
                complete = False
                break
    return sorted(found, key=lambda grid: (found[grid], len(grid), grid)), complete


def fits_some_k(piece: Problem, atoms: Ints) -> bool:
    """Whether a rest holds households for some number of grids; nobody fits none."""
    total = int(piece.households[atoms].sum())
    return total > 0 and lawful_k(total, piece.households_min, piece.households_max) is not None


def divide_all(search: Search, rests: list[Ints]) -> tuple[list[Grid] | None, bool]:
    """Return lawful grids of all rests or None, and whether it is proven that there are none."""
    grids: list[Grid] = []
    for atoms in rests:
        plan, refuted = divide(search, subproblem(search.problem, atoms))
        if plan is None:
            return None, refuted
        grids += lift_sets(atoms, sets_of(plan))
    return grids, False


def carve_all(search: Search) -> Ints | None:
    """Return a plan with one grid outside for each cause met, or None where a rest resists."""
    piece = search.problem
    grids: list[Grid] = []
    waiting = [np.arange(piece.n_atoms)]
    while waiting:
        atoms = waiting.pop()
        part = subproblem(piece, atoms)
        if not part.households.any():
            return None
        inner = make_search(part, search.work, search.rng)
        plan, cause = divide_or_blame(inner)
        if plan is not None:
            grids += lift_sets(atoms, sets_of(plan))
            continue
        grid = tuple(range(part.n_atoms)) if cause is None else exception_around(inner, cause)
        if grid is None:
            return None
        grids += lift_sets(atoms, [grid])
        waiting += [atoms[rest] for rest in rests_of(part, grid)]
    return assignment_of(piece, grids)


def divide_or_blame(inner: Search) -> tuple[Ints | None, Reason | None]:
    """Return a lawful division of a part, or a cause why not; neither where the whole part is best one grid."""
    reasons = diagnose_piece(inner.problem)
    if not reasons:
        verdict = decide(inner)
        if verdict.plan is not None:
            return verdict.plan, None
        reasons = list(verdict.reasons)
    local = [r for r in reasons if not r.code.startswith("component_")]
    if local and int(inner.problem.households.sum()) > inner.problem.households_max:
        return None, min(local, key=lambda r: (r.code != "building_too_large", len(r.nodes)))
    return None, None


def exception_around(inner: Search, cause: Reason) -> Grid | None:
    """Return the grid outside around a cause that leaves fewest rests which fail, then misses the window least."""
    piece = inner.problem
    most = max(STEPS_OUTSIDE[-1], int(piece.households[list(cause.nodes)].max()) - piece.households_max + 1)
    around, _ = grids_outside(inner, cause, most)
    ranked = []
    for place, grid in enumerate(around[:WEIGHED]):
        failing = sum(not fits_some_k(piece, rest) for rest in rests_of(piece, grid))
        ranked.append((failing, place))
    ranked = sorted(ranked)[:TRIED]
    judged = [(failing_rests(piece, around[place]), place) for _, place in ranked]
    return around[min(judged)[1]] if judged else None


def failing_rests(piece: Problem, grid: Grid) -> int:
    """Return how many reasons the rests of a grid have."""
    return sum(
        len(diagnose_piece(subproblem(piece, rest))) or not fits_some_k(piece, rest)
        for rest in rests_of(piece, grid)
    )
