"""What may be claimed of the whole plan, from what was shown of its pieces."""

from __future__ import annotations

from gridder.partition.answer import Certificate, KOption, Reason
from gridder.partition.counts import lawful_k
from gridder.partition.piece import NEIGHBOURS_OF_K, PieceAnswer
from gridder.partition.problem import BoundKind, Problem, Status

STRENGTH: tuple[Status, ...] = ("optimal", "bounded", "locally_optimal", "feasible", "relaxed", "not_found")
BOUNDS: tuple[BoundKind, ...] = ("global", "fixed_k", "none")


def combine(
    parts: list[Problem], answers: list[PieceAnswer], objective: int, reasons: tuple[Reason, ...]
) -> Certificate:
    """Return the certificate of the whole: the weakest of its pieces, bounds and numbers of grids added."""
    status: Status = max((a.status for a in answers), key=STRENGTH.index, default="optimal")
    kind: BoundKind = max((a.bound_kind for a in answers), key=BOUNDS.index, default="global")
    bound = None if kind == "none" else sum(a.bound or 0 for a in answers)
    if reasons and status not in ("relaxed", "not_found"):
        status = "relaxed"
    spans = [lawful_k(int(p.households.sum()), p.households_min, p.households_max) for p in parts]
    known = [s for s in spans if s is not None]
    lawful = len(known) == len(spans)
    return Certificate(
        status=status,
        objective=objective,
        bound=bound,
        bound_kind=kind,
        gap=None if bound is None else (objective - bound) / max(objective, 1),
        k=sum(a.k for a in answers),
        k_min=sum(s[0] for s in known) if lawful else None,
        k_max=sum(s[1] for s in known) if lawful else None,
        k_options=add_options(answers),
        reasons=reasons,
        argument="; ".join(sorted({a.argument for a in answers if a.k})),
    )


def add_options(answers: list[PieceAnswer]) -> tuple[KOption, ...]:
    """Return the options of the whole: for each total the cheapest sum of one option a piece.

    Proven only where one piece alone has options: sums over thinned options prove nothing.
    """
    pieces = [a for a in answers if a.options]
    chosen = sum(a.k for a in pieces)
    sums: dict[int, KOption] = {}
    for answer in pieces:
        grown: dict[int, KOption] = {}
        for option in answer.options:
            for base in sums.values() if sums else [None]:
                joined = option if base is None else join_options(base, option)
                if joined.k not in grown or joined.objective < grown[joined.k].objective:
                    grown[joined.k] = joined
        sums = grown
    return tuple(sums[k] for k in sorted(sums) if abs(k - chosen) <= NEIGHBOURS_OF_K)


def join_options(a: KOption, b: KOption) -> KOption:
    """Return two options of different pieces as one."""
    return KOption(
        a.k + b.k, a.objective + b.objective, min(a.smallest, b.smallest), max(a.largest, b.largest), False
    )
