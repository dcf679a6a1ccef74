"""What may still be claimed of a piece whose locks were made atoms: that is not always exact."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from gridder.partition.answer import Reason, Status
from gridder.partition.diagnose import diagnose_piece
from gridder.partition.locks import Merged
from gridder.partition.piece import PieceAnswer
from gridder.partition.problem import Ints, Problem, none_each, plan_cost, subproblem

LINKED = "a lock was linked over the fewest atoms, other links were not tried"
MIXED = "the bound allows for locks that come from several old grids"


@dataclass(frozen=True)
class Origin:
    """The piece that was asked, beside the one that was solved.

    Parameters
    ----------
    piece
        The piece with all its atoms.
    place
        Atom of the solved piece that each of them went into.
    linked
        Whether atoms of a lock that do not touch were linked over free ones: other links give other plans.
    moves
        By how much the price of moving may be misjudged. A lock goes by one old grid; each household of it that
        comes from another, or from none, changes the households moved of a grid by one at most.
    """

    piece: Problem
    place: Ints
    linked: bool
    moves: int


def origin_of(problem: Problem, merged: Merged, atoms: Ints) -> Origin:
    """Return the origin of a piece given by its merged atoms."""
    whole = np.flatnonzero(np.isin(merged.place, atoms))
    into = merged.place[whole]
    linked = (problem.fixed[whole] < 0) & (merged.problem.fixed[into] >= 0)
    mixed = problem.previous[whole] != merged.problem.previous[into]
    moves = problem.move_cost * int(problem.households[whole][mixed].sum())
    return Origin(subproblem(problem, whole), np.searchsorted(atoms, into), bool(linked.any()), moves)


def claim(answer: PieceAnswer, origin: Origin) -> PieceAnswer:
    """Return the answer with what can be defended of it, and its true cost."""
    if answer.k == 0 or not (origin.linked or origin.moves):
        return answer
    value = plan_cost(origin.piece, answer.assignment[origin.place])
    options = tuple(
        replace(o, proven=False, objective=value if o.k == answer.k else o.objective) for o in answer.options
    )
    answer = replace(answer, objective=value, options=options)
    if answer.status in ("relaxed", "not_found"):
        return without_links(answer, origin) if origin.linked else answer
    if origin.linked:
        argument = f"{answer.argument}; {LINKED}"
        return replace(answer, status="feasible", bound=None, bound_kind="none", argument=argument)
    if answer.bound is None:
        return answer
    status: Status = "bounded" if answer.status == "optimal" else answer.status
    bound = max(answer.bound - origin.moves, 0)
    return replace(answer, status=status, bound=bound, argument=f"{answer.argument}; {MIXED}")


def compare_loose(answer: PieceAnswer, origin: Origin, loose: PieceAnswer, asked: Origin) -> PieceAnswer:
    """Return the answer for a piece with linked locks, with what the same piece proves whose locks hold less.

    ``loose`` is the answer to ``locks.loosen`` and ``asked`` its origin: its bound is a bound, and where it has
    no lawful plan there is none.
    """
    if answer.status == "not_found" and loose.status == "relaxed":
        reasons = tuple(between(reason, asked, origin) for reason in loose.reasons)
        return replace(answer, status="relaxed", reasons=reasons, argument=loose.argument)
    same = loose.bound_kind == "global" or (loose.bound_kind == "fixed_k" and loose.k == answer.k)
    if answer.status != "feasible" or loose.bound is None or not same:
        return answer
    status: Status = "optimal" if loose.bound >= answer.objective else "bounded"
    argument = f"{answer.argument}; bounded without the links: {loose.argument}"
    return replace(answer, status=status, bound=loose.bound, bound_kind=loose.bound_kind, argument=argument)


def between(reason: Reason, source: Origin, goal: Origin) -> Reason:
    """Return a reason with the atoms of one solved piece as those of another made from the same atoms."""
    whole = np.flatnonzero(np.isin(source.place, reason.nodes))
    return replace(reason, nodes=tuple(int(i) for i in np.unique(goal.place[whole])))


def without_links(answer: PieceAnswer, origin: Origin) -> PieceAnswer:
    """Return a best effort without the reasons that may rest on how a lock was linked."""
    free = replace(origin.piece, fixed=none_each(origin.piece.n_atoms))
    if diagnose_piece(free):
        return answer
    reasons = tuple(r for r in answer.reasons if holds_for_any_link(r, origin))
    status: Status = "relaxed" if reasons else "not_found"
    return replace(answer, status=status, reasons=reasons, argument=f"{answer.argument}; {LINKED}")


def holds_for_any_link(reason: Reason, origin: Origin) -> bool:
    """Whether a reason is about locks alone: too many of them, or one too large by its own atoms."""
    if reason.code != "lock":
        return False
    own = np.isin(origin.place, reason.nodes) & (origin.piece.fixed >= 0)
    return "locks" in reason.facts or int(origin.piece.households[own].sum()) > origin.piece.households_max
