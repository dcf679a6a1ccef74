"""Solve a problem: every connected piece by itself, then all together as one plan and one certificate."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from gridder.effort import Effort
from gridder.partition.answer import Certificate, GridException, Plan, Reason
from gridder.partition.certificate import combine
from gridder.partition.contraction import shrink
from gridder.partition.counts import spread_k
from gridder.partition.diagnose import diagnose_piece
from gridder.partition.exceptions import name_exceptions
from gridder.partition.lock_claims import Origin, claim, compare_loose, origin_of
from gridder.partition.locks import Merged, loosen, merge_locks
from gridder.partition.piece import PieceAnswer, solve_piece
from gridder.partition.problem import (
    Ints,
    Problem,
    first_come,
    grid_cost,
    grid_households,
    group_by_label,
    subproblem,
)
from gridder.partition.work import Work, work_of

FORCED = "atoms that lawful grids must keep together do not fit into one"


def solve(problem: Problem, effort: Effort) -> tuple[Plan, Certificate]:
    """Return a plan that covers all atoms with connected grids, and what is known about it.

    Always a plan: where a connected piece has no lawful one, or none was found, the nearest there is, each
    grid outside the window named in ``Plan.exceptions``. A piece without households is one grid of
    ``Plan.empty`` and counts for nothing in k, k_min and k_max. The same problem and effort give the same
    answer.

    Parameters
    ----------
    problem
        Any number of connected pieces; locks are kept except where a reason ``lock`` says otherwise.
    effort
        How much work; every effort ends in the model of ``partition.model`` over the grids met.
    """
    merged = merge_locks(problem)
    pieces = merged.problem.pieces
    parts = [subproblem(merged.problem, atoms) for atoms in pieces]
    if isinstance(problem.grids, int):
        totals = [int(part.households.sum()) for part in parts]
        ks = spread_k(problem, totals, problem.grids)
        parts = [replace(part, grids=k) for part, k in zip(parts, ks)]
    answers = []
    for number, (atoms, part) in enumerate(zip(pieces, parts)):
        origin = origin_of(problem, merged, atoms)
        rng = np.random.default_rng([effort.seed, number])
        answer = claim(solve_part(part, work_of(effort), rng), origin)
        answers.append(loosened(part, origin, answer, effort) if origin.linked else answer)
    plan = put_together(problem, merged, answers)
    reasons = tuple(merged.lift(atoms, r) for atoms, a in zip(pieces, answers) for r in a.reasons)
    return plan, combine(parts, answers, plan.objective, reasons + merged.reasons)


def solve_part(part: Problem, work: Work, rng: np.random.Generator) -> PieceAnswer:
    """Return the answer for one connected piece: contracted where that may yield a lawful plan, else as it is.

    Reasons are found on the piece itself, so that they name its own atoms. What only the contraction proves is
    kept beside a plan that nothing else explains.
    """
    same = Merged(part, np.arange(part.n_atoms))
    merged = shrink(part) if part.households.any() and not diagnose_piece(part) else same
    if merged.problem.n_atoms < part.n_atoms:
        answer = lift_answer(merged, solve_piece(merged.problem, work, rng))
        if answer.status not in ("relaxed", "not_found"):
            return answer
        merged = replace(merged, reasons=answer.reasons)
    answer = solve_piece(part, work, rng)
    if answer.status == "not_found" and merged.reasons:
        return replace(answer, status="relaxed", reasons=merged.reasons, argument=FORCED)
    return answer


def loosened(part: Problem, origin: Origin, answer: PieceAnswer, effort: Effort) -> PieceAnswer:
    """Return the answer for a piece with linked locks beside what the piece proves without the links."""
    loose = replace(loosen(origin.piece), grids=part.grids)
    merged = merge_locks(loose)
    asked = origin_of(loose, merged, np.arange(merged.problem.n_atoms))
    rng = np.random.default_rng(effort.seed)
    other = claim(solve_part(merged.problem, work_of(effort), rng), asked)
    return compare_loose(answer, origin, other, asked)


def lift_answer(merged: Merged, answer: PieceAnswer) -> PieceAnswer:
    """Return the answer of a contracted piece for the piece itself; numbers and proofs hold as they are."""
    reasons = tuple(merged.lift(np.arange(merged.problem.n_atoms), r) for r in answer.reasons)
    return replace(answer, assignment=first_come(answer.assignment[merged.place]), reasons=reasons)


def put_together(problem: Problem, merged: Merged, answers: list[PieceAnswer]) -> Plan:
    """Return the plan of the whole problem from the answers of its pieces."""
    grid = np.full(merged.problem.n_atoms, -1, dtype=np.int64)
    offset = 0
    for atoms, answer in zip(merged.problem.pieces, answers):
        grid[atoms] = answer.assignment + offset
        offset += int(answer.assignment.max()) + 1
    assignment = first_come(grid[merged.place])
    exceptions, empty = gather_exceptions(problem, merged, assignment, answers)
    lived = [grid for g, grid in enumerate(group_by_label(assignment)) if g not in empty]
    objective = sum(grid_cost(problem, grid) for grid in lived) // 2
    return Plan(assignment, objective, grid_households(problem, assignment), exceptions, empty)


def gather_exceptions(
    problem: Problem, merged: Merged, assignment: Ints, answers: list[PieceAnswer]
) -> tuple[tuple[GridException, ...], tuple[int, ...]]:
    """Return (exceptions, empty grids) of the whole plan, ascending by grid."""
    exceptions: list[GridException] = []
    empty: list[int] = []
    for atoms, answer in zip(merged.problem.pieces, answers):
        whole = np.flatnonzero(np.isin(merged.place, atoms))
        labels = np.unique(assignment[whole])
        if answer.k == 0:
            empty.extend(int(g) for g in labels)
            continue
        local = np.searchsorted(labels, assignment[whole])
        reasons = tuple(within(whole, merged.lift(atoms, r)) for r in answer.reasons)
        for found in name_exceptions(subproblem(problem, whole), local, reasons, answer.tolerance):
            exceptions.append(lift_exception(found, int(labels[found.grid]), whole))
    return tuple(sorted(exceptions, key=lambda e: e.grid)), tuple(sorted(empty))


def within(whole: Ints, reason: Reason) -> Reason:
    """Return a reason with atoms numbered within a piece."""
    return replace(reason, nodes=tuple(int(np.searchsorted(whole, i)) for i in reason.nodes))


def lift_exception(found: GridException, grid: int, whole: Ints) -> GridException:
    """Return an exception of a piece with the grid and the atoms of the whole problem."""

    def raised(facts: dict) -> dict:
        return {
            key: [int(whole[i]) for i in value] if key == "nodes" else value for key, value in facts.items()
        }

    facts = raised(found.facts)
    if "cause" in facts:
        facts["cause"] = raised(facts["cause"])
    return replace(found, grid=grid, facts=facts, remedies=tuple(raised(r) for r in found.remedies))
