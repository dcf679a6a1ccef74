"""What the engine answers: a plan, what is exceptional in it, and what was proven about it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Status = Literal["optimal", "bounded", "locally_optimal", "feasible", "relaxed", "not_found"]
BoundKind = Literal["global", "fixed_k", "none"]


@dataclass(frozen=True)
class GridException:
    """A grid outside the window, why, and what would mend it.

    Parameters
    ----------
    grid
        Label of the grid.
    code
        ``component_too_small``, ``component_between_k``, ``building_too_large``, ``articulation``,
        ``no_partner``, ``lock`` or ``not_found`` (nothing lawful found, nothing disproved).
    households
        Households of the grid.
    facts
        Plain numbers for the sentence: households_min, households_max, missing or over, nodes, and the
        reason's own.
    remedies
        Smallest changes that would mend it, each ``{"code": …, facts}``: ``accept``, ``merge``, ``release``,
        ``cut_building`` (into ``parts``), ``join`` (a crossing or link to more households), ``unlock``, ``widen`` (the
        window in which the whole piece would be lawful; ``proven`` when no end could give way by less).
    """

    grid: int
    code: str
    households: int
    facts: dict[str, Any] = field(default_factory=dict)
    remedies: tuple[dict[str, Any], ...] = ()


@dataclass(frozen=True)
class Plan:
    """Every atom in one grid; every grid connected.

    Parameters
    ----------
    assignment
        Grid of every atom, 0…k−1 in the order of their first atom. Shape (n,), int64.
    objective
        Cut edges or travel, + load + moves, in the caller's unit.
    households
        Households of every grid. Shape (k,), int64.
    exceptions
        One for every grid outside the window, ascending by grid; none for grids of ``empty``.
    empty
        Grids of connected pieces without any household: one grid each, neither lawful nor exceptional; the
        caller decides what such ground is.
    """

    assignment: Ints
    objective: int
    households: Ints
    exceptions: tuple[GridException, ...] = ()
    empty: tuple[int, ...] = ()


@dataclass(frozen=True)
class Reason:
    """A proven reason why no lawful plan exists: code, the atoms concerned, plain numbers."""

    code: str
    nodes: tuple[int, ...]
    facts: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class KOption:
    """What another number of grids would give: objective, smallest and largest grid, proven or not."""

    k: int
    objective: int
    smallest: int
    largest: int
    proven: bool


@dataclass(frozen=True)
class Certificate:
    """What is known about a plan.

    Parameters
    ----------
    status
        ``optimal``, ``bounded``, ``locally_optimal``, ``feasible``, ``relaxed`` (proven that no lawful plan
        exists; the plan is a best effort) or ``not_found`` (best effort, nothing proven).
    objective, bound, gap
        The plan's value, a proven lower bound or None, (objective − bound) / objective or None.
    bound_kind
        ``global`` (every lawful plan), ``fixed_k`` (plans with as many grids in each connected piece) or ``none``.
    k, k_min, k_max
        Grids with households of the plan; the lawful range summed over pieces, None where a piece has no
        lawful k.
    k_options
        The chosen k and its neighbours, ascending.
    reasons
        Why no lawful plan exists, empty otherwise.
    argument
        One English line: how the claim was reached.
    nearest_proven
        Of a best effort: whether no plan has fewer grids outside the window, nor as few by fewer households,
        in every piece without a lawful plan. False where all grids are lawful.
    """

    status: Status
    objective: int
    bound: int | None
    bound_kind: BoundKind
    gap: float | None
    k: int
    k_min: int | None
    k_max: int | None
    k_options: tuple[KOption, ...] = ()
    reasons: tuple[Reason, ...] = ()
    argument: str = ""
    nearest_proven: bool = False
