"""Is there any lawful plan? A proof, a plan, or neither: asked when the search has found none.

Decomposition (Benders 1962 in its logical form, Hooker & Ottosson 2003, doi:10.1007/s10107-003-0375-9). Atoms around
which all lawful grids can be listed (towers: few) are covered by choosing among these grids; what a choice leaves is
divided by itself. Rests that cannot be divided forbid the grids that cut them off. When no choice is left, there is
no lawful plan.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from gridder.partition.answer import Reason
from gridder.partition.columns import Columns, assignment_of, lift_sets, make_columns, sets_of
from gridder.partition.core import find_cores, stranded
from gridder.partition.counts import preferred_k
from gridder.partition.diagnose import diagnose_piece
from gridder.partition.listing import list_columns
from gridder.partition.model import Terms, choose_grids
from gridder.partition.neighbourhood import repair, total_misfit
from gridder.partition.problem import Ints, Problem, subproblem
from gridder.partition.remainder import leaves_lawful_rests
from gridder.partition.search import Search, make_search
from gridder.partition.solver import make_solver

LEAST_AROUND = 2_000  # branches for the grids around one atom, at least
SHARE_AROUND = 20  # and the piece's listing work over this
MOST_AROUND = 200  # atoms, those with most households: around a tower there are few grids
CHOICES = 40  # choices of grids tried before the question stays open
UNDIVIDED = 4  # rests that were neither divided nor proven indivisible before it does
CORE_SHARE = 0.25  # of the work of choosing, for each question of a core
SHORT_REPAIR = 0.2


@dataclass(frozen=True)
class Verdict:
    """What is known of a piece: a lawful plan, or reasons why there is none, or neither."""

    plan: Ints | None
    reasons: tuple[Reason, ...]
    argument: str


@dataclass
class Choices:
    """Grids around the atoms that must be covered, and choices that were refused (column numbers)."""

    columns: Columns
    atoms: list[int]
    refused: list[tuple[int, ...]] = field(default_factory=list)
    undivided: int = 0


def decide(search: Search) -> Verdict:
    """Return a lawful plan of one connected piece, or a proof that there is none, or neither within the work."""
    columns, atoms = grids_around(search)
    cores = find_cores(columns, atoms, CORE_SHARE * search.work.choosing)
    if cores:
        reasons = tuple(stranded(search.problem, core) for core in cores)
        return Verdict(None, reasons, "all lawful grids around some atoms listed; none of them cover these")
    piece = search.problem
    fits = leaves_lawful_rests(search.graph, piece.households_min, piece.households_max, list(columns.sets))
    return choose_and_divide(search, Choices(columns.take(np.flatnonzero(fits)), atoms))


def further_reasons(search: Search, known: Sequence[Reason]) -> tuple[Reason, ...]:
    """Return reasons beside the known ones: atoms apart from theirs that no lawful grids cover together.

    None where the total of the piece fits no number of grids: whatever else fails may follow from that.
    """
    if any(reason.code.startswith("component_") for reason in known):
        return ()
    named = {i for reason in known for i in reason.nodes}
    columns, atoms = grids_around(search)
    left = [i for i in atoms if i not in named]
    cores = find_cores(columns, left, CORE_SHARE * search.work.choosing)
    return tuple(stranded(search.problem, core) for core in cores)


def grids_around(search: Search) -> tuple[Columns, list[int]]:
    """Return lawful grids and the peopled atoms around which they are all there is, fewest grids first."""
    piece, work = search.problem, search.work
    low, high = piece.households_min, piece.households_max
    budget, cap = max(LEAST_AROUND, work.listing // SHARE_AROUND), work.columns // 4
    around: dict[int, tuple[tuple[int, ...], ...]] = {}
    hardest = np.argsort(-piece.households, kind="stable")[:MOST_AROUND]
    for i in hardest[piece.households[hardest] > 0].tolist():
        listing = list_columns(search.graph, low, high, work=budget, cap=cap, only=i)
        if listing.complete:
            around[i] = listing.sets
    kept: set[tuple[int, ...]] = set()
    atoms: list[int] = []
    for i in sorted(around, key=lambda i: (len(around[i]), i)):
        if len(kept) + len(around[i]) > 2 * work.columns and atoms:
            break
        kept.update(around[i])
        atoms.append(i)
    return make_columns(search.graph, search.rules, sorted(kept)), atoms


def choose_and_divide(search: Search, choices: Choices) -> Verdict:
    """Return the verdict of choosing grids for the listed atoms and dividing what they leave, again and again."""
    piece = search.problem
    for _ in range(CHOICES):
        if choices.undivided >= UNDIVIDED:
            break
        chosen, proven = cover(choices, search.work.choosing)
        if chosen is None:
            if proven and not choices.undivided:
                core = stranded(piece, choices.atoms or list(range(piece.n_atoms)))
                reason = Reason(core.code, core.nodes, {**core.facts, "rest": 1})
                return Verdict(
                    None, (reason,), "every choice of grids around these atoms leaves a rest that fails"
                )
            break
        plan = divide_rests(search, choices, chosen)
        if plan is not None:
            return Verdict(plan, (), "grids around the hardest atoms chosen, the rest divided")
    return Verdict(None, (), "")


def cover(choices: Choices, work: float) -> tuple[tuple[int, ...] | None, bool]:
    """Return disjoint columns that cover the atoms and were not refused, or None; whether None is proven."""
    from ortools.sat.python import cp_model

    columns, wanted = choices.columns, set(choices.atoms)
    model = cp_model.CpModel()
    chosen = [model.new_bool_var("") for _ in range(len(columns))]
    holding: dict[int, list[Any]] = {i: [] for i in choices.atoms}
    for c, held in enumerate(columns.sets):
        for i in held:
            holding.setdefault(i, []).append(chosen[c])
    for i, held_by in sorted(holding.items()):
        (model.add_exactly_one if i in wanted else model.add_at_most_one)(held_by)
    for refused in choices.refused:
        model.add_bool_or([chosen[c].negated() for c in refused])
    solver = make_solver(work)
    status = solver.solve(model)
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return None, status == cp_model.INFEASIBLE
    return tuple(c for c in range(len(columns)) if solver.boolean_value(chosen[c])), True


def divide_rests(search: Search, choices: Choices, chosen: tuple[int, ...]) -> Ints | None:
    """Return the plan of the chosen grids and a division of each rest; else None, and the choice is refused.

    A rest that is proven to have no division refuses the grids beside it; one that was not divided, the choice.
    """
    piece, sets = search.problem, choices.columns.sets
    grids: list[tuple[int, ...]] = [sets[c] for c in chosen]
    for atoms in rests_of(piece, [i for c in chosen for i in sets[c]]):
        plan, refuted = divide(search, subproblem(piece, atoms))
        if plan is None:
            choices.refused.append(beside(piece, choices, chosen, atoms) if refuted else chosen)
            choices.undivided += not refuted
            return None
        grids += lift_sets(atoms, sets_of(plan))
    return assignment_of(piece, grids)


def rests_of(piece: Problem, taken: Sequence[int]) -> list[Ints]:
    """Return the connected rests that grids of these atoms leave, ascending atoms each."""
    rest = np.setdiff1d(np.arange(piece.n_atoms), taken)
    return [rest[part] for part in subproblem(piece, rest).pieces] if len(rest) else []


def beside(piece: Problem, choices: Choices, chosen: tuple[int, ...], atoms: Ints) -> tuple[int, ...]:
    """Return the chosen columns that touch some atoms: they alone cut them off."""
    first, neighbour, _ = piece.adjacency
    around = {int(w) for i in atoms for w in neighbour[first[i] : first[i + 1]]}
    return tuple(c for c in chosen if not around.isdisjoint(choices.columns.sets[c]))


def divide(search: Search, part: Problem) -> tuple[Ints | None, bool]:
    """Return a lawful division of a connected part or None, and whether it is proven that there is none."""
    if not part.households.any() or diagnose_piece(part):
        return None, True
    inner = make_search(part, search.work, search.rng)
    low, high = part.households_min, part.households_max
    listing = list_columns(
        inner.graph, low, high, work=search.work.listing // 4, cap=search.work.columns // 2
    )
    if listing.complete:
        columns = make_columns(inner.graph, inner.rules, list(listing.sets))
        if any(not held for held in columns.holding(part.n_atoms)):
            return None, True
        answer = choose_grids(part, columns, Terms(1, part.n_atoms), work=search.work.choosing)
        if answer.chosen is not None:
            return assignment_of(part, [columns.sets[c] for c in answer.chosen]), False
        if answer.proven:
            return None, True
    for k in preferred_k(part)[:3]:
        trial = inner.run(k, inner.option_steps)
        found = repair(inner, trial.assignment, share=SHORT_REPAIR) if trial.misfit else trial.assignment
        if total_misfit(inner, found) == 0:
            return found, False
    return None, False
