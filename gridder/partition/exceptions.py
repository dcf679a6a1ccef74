"""What is said of a grid outside the window: a code, its facts, the smallest changes that would mend it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from gridder.partition.answer import GridException, Reason
from gridder.partition.counts import lawful_k
from gridder.partition.problem import Ints, Problem, grid_households, households_outside
from gridder.partition.tolerance import Tolerance

PIECE_CODES = ("component_too_small", "component_between_k")


def name_exceptions(
    problem: Problem,
    assignment: Ints,
    reasons: tuple[Reason, ...],
    tolerance: Tolerance | None = None,
) -> tuple[GridException, ...]:
    """Return one exception for every grid outside the window of a connected piece, ascending by grid.

    ``tolerance`` is the window in which the piece would be lawful, where one is known: a remedy of each.
    """
    found = []
    for g, size in enumerate(grid_households(problem, assignment)):
        if households_outside(problem, int(size)):
            atoms = frozenset(int(i) for i in (assignment == g).nonzero()[0])
            named = name_exception(problem, g, atoms, reasons)
            found.append(replace(named, remedies=(*named.remedies, *widen(problem, tolerance))))
    return tuple(found)


def widen(problem: Problem, tolerance: Tolerance | None) -> tuple[dict[str, Any], ...]:
    """Return the remedy of a wider window: by how many households which end gives way, and whether less is disproved."""
    if tolerance is None:
        return ()
    low, high = tolerance.households_min, tolerance.households_max
    difference = max(problem.households_min - low, high - problem.households_max)
    facts = {"households_min": low, "households_max": high, "difference": difference}
    return ({"code": "widen", **facts, "proven": tolerance.proven},)


def name_exception(
    problem: Problem, grid: int, atoms: frozenset[int], reasons: tuple[Reason, ...]
) -> GridException:
    """Return the exception of one grid: the reason nearest to it, or ``not_found``."""
    households = int(problem.households[sorted(atoms)].sum())
    facts: dict[str, Any] = {
        "households": households,
        "households_min": problem.households_min,
        "households_max": problem.households_max,
        "missing": max(problem.households_min - households, 0),
        "over": max(households - problem.households_max, 0),
        "nodes": sorted(atoms),
    }
    reason = fitting_reason(problem, atoms, households, reasons)
    if reason is None:
        return GridException(grid, "not_found", households, facts, plain_remedies(problem, households))
    facts["cause"] = {"nodes": list(reason.nodes), **reason.facts}
    return GridException(grid, reason.code, households, facts, remedies(problem, reason, households))


def fitting_reason(
    problem: Problem, atoms: frozenset[int], households: int, reasons: tuple[Reason, ...]
) -> Reason | None:
    """Return the reason that explains a grid best: of its piece, of one of its atoms, of a neighbour, any."""
    first, neighbour, _ = problem.adjacency
    around = {int(j) for i in atoms for j in neighbour[first[i] : first[i + 1]]}

    def distance(reason: Reason) -> tuple[int, int]:
        nodes = set(reason.nodes)
        if reason.code == "building_too_large" and nodes & atoms and households > problem.households_max:
            return 0, 0
        if reason.code in PIECE_CODES:
            return 1, 0
        return (2 if nodes & atoms else 3 if nodes & around else 4), len(nodes)

    return min(reasons, key=distance, default=None)


def plain_remedies(problem: Problem, households: int) -> tuple[dict[str, Any], ...]:
    """Return what can be done about any grid outside: accept it, give it households or take some."""
    low, high = problem.households_min, problem.households_max
    change = (
        {"code": "merge", "households": low - households}
        if households < low
        else {"code": "release", "households": households - high}
    )
    return {"code": "accept", "households": households}, change


def remedies(problem: Problem, reason: Reason, households: int) -> tuple[dict[str, Any], ...]:
    """Return the smallest changes that would mend a grid outside for this reason, the most natural first."""
    accept = {"code": "accept", "households": households}
    if reason.code == "building_too_large":
        own = int(reason.facts["households"])
        parts = -(-own // problem.households_max)
        cut = {"code": "cut_building", "nodes": list(reason.nodes), "parts": parts, "households": own}
        return cut, accept
    if reason.code in PIECE_CODES:
        return *join_or_release(problem, int(reason.facts["households"])), accept
    if reason.code in ("no_partner", "articulation"):
        return {"code": "join", "nodes": list(reason.nodes)}, *plain_remedies(problem, households)
    if reason.code == "lock":
        return {"code": "unlock", "nodes": list(reason.nodes)}, accept
    return plain_remedies(problem, households)


def join_or_release(problem: Problem, total: int) -> tuple[dict[str, Any], ...]:
    """Return how many households a piece must gain, or lose, for its total to fit a number of grids."""
    low, high = problem.households_min, problem.households_max
    gain = next(x for x in range(1, low + 1) if lawful_k(total + x, low, high))
    lose = next((x for x in range(1, total) if lawful_k(total - x, low, high)), 0)
    found = [{"code": "join", "households": gain}]
    if lose:
        found.append({"code": "release", "households": lose})
    return tuple(found)
