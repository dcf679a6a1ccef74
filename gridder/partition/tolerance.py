"""By how little the window would have to give way for a piece to be lawful: one end of it, found by bisection."""

from __future__ import annotations

from dataclasses import dataclass, replace

from gridder.partition.feasibility import divide
from gridder.partition.problem import Problem
from gridder.partition.search import Search

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
    below, sure_below = least_step(search, -1, low - 1)
    most = min(total - high, below - 1 if below else total)
    above, sure_above = least_step(search, 1, most)
    if above:
        return Tolerance(low, high + above, sure_above and sure_below)
    return Tolerance(low - below, high, sure_below and sure_above) if below else None


def least_step(search: Search, end: int, most: int) -> tuple[int, bool]:
    """Return the least households by which an end may move (−1 the minimum, 1 the maximum), 0 if none up to ``most``.

    A wider window allows every plan that a narrower one does, so halving finds the least; with it, whether every
    step below it was proven to allow none.
    """
    if most < 1:
        return 0, True
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
