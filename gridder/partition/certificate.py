"""What may be claimed of the whole plan, from what was shown of its pieces."""

from __future__ import annotations

from gridder.partition.answer import BoundKind, Certificate, KOption, Reason, Status
from gridder.partition.counts import lawful_k
from gridder.partition.koptions import MOST_OPTIONS
from gridder.partition.piece import PieceAnswer
from gridder.partition.problem import Problem

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
    relaxed = [a for a in answers if a.status in ("relaxed", "not_found")]
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
        nearest_proven=bool(relaxed) and all(a.nearest_proven for a in relaxed),
    )


def add_options(answers: list[PieceAnswer]) -> tuple[KOption, ...]:
    """Return the options of the whole: for each total the cheapest sum of one option a piece.

    The chosen total is the plan itself, not what another spread of it would cost. Proven only where one
    piece alone has options: sums over thinned options prove nothing. Sums that are far from the chosen total
    on the way are let go.
    """
    pieces = [a for a in answers if a.options]
    if len(pieces) == 1:
        return pieces[0].options
    chosen = 0
    sums: dict[int, KOption] = {}
    for answer in pieces:
        chosen += answer.k
        own = next(option for option in answer.options if option.k == answer.k)
        grown: dict[int, KOption] = {}
        for option in answer.options:
            for base in sums.values() if sums else [None]:
                joined = option if base is None else join_options(base, option)
                if abs(joined.k - chosen) < MOST_OPTIONS and is_better(joined, grown.get(joined.k)):
                    grown[joined.k] = joined
        grown[chosen] = join_options(sums[chosen - own.k], own) if sums else own
        sums = grown
    shown = sorted(sums, key=lambda k: (abs(k - chosen), k))[:MOST_OPTIONS]
    return tuple(sums[k] for k in sorted(shown))


def is_better(option: KOption, other: KOption | None) -> bool:
    """Whether an option costs less than another, or is the first."""
    return other is None or option.objective < other.objective


def join_options(a: KOption, b: KOption) -> KOption:
    """Return two options of different pieces as one."""
    return KOption(
        a.k + b.k, a.objective + b.objective, min(a.smallest, b.smallest), max(a.largest, b.largest), False
    )
