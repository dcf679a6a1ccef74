"""The nearest plan where no lawful one exists: fewest grids, then households outside, then grids."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gridder.partition.anneal import Trial, make_rules
from gridder.partition.answer import Reason
from gridder.partition.carve import carve_all, carve_one
from gridder.partition.columns import Columns, assignment_of, make_columns, sets_of
from gridder.partition.listing import list_columns, list_connected
from gridder.partition.model import Terms, choose_grids, choose_nearest
from gridder.partition.problem import Ints, Problem, grid_households, households_outside, plan_cost
from gridder.partition.search import Search, places

MOST_K = 12  # numbers of grids tried
WIDENINGS = (15, 60, 200)  # households by which listed grids may miss the window
WIDENED_SETS = 2  # times the columns an effort lists
Rank = tuple[int, int, int, int]


@dataclass(frozen=True)
class Nearest:
    """A best effort; ``proven`` when no plan has fewer grids outside, nor as few by fewer households.

    ``exact`` when, besides, none as near has fewer grids or costs less.
    """

    assignment: Ints
    proven: bool
    exact: bool = False

    @property
    def argument(self) -> str:
        """What is shown of it, in words."""
        if self.exact:
            return "nearest plan proven: grids outside, households outside, grids, cost"
        return (
            "fewest grids and households outside proven" if self.proven else "nearest plan found, not proven"
        )


def nearness(problem: Problem, assignment: Ints) -> Rank:
    """Return the rank of a best effort: grids outside, households outside, grids, cost."""
    outside = [households_outside(problem, int(s)) for s in grid_households(problem, assignment)]
    return sum(o > 0 for o in outside), sum(outside), len(outside), plan_cost(problem, assignment)


def counts_to_try(problem: Problem) -> list[int]:
    """Return numbers of grids for a best effort, ascending: about the lawful range, thinned where long."""
    total = int(problem.households.sum())
    low = min(max(1, total // problem.households_max - 1), problem.n_atoms)
    high = min(problem.n_atoms, total // problem.households_min + 1)
    ks = np.unique(np.linspace(low, max(low, high), MOST_K).round().astype(np.int64))
    return [int(k) for k in ks]


def nearest_plan(search: Search, known: Ints | None = None, reasons: tuple[Reason, ...] = ()) -> Nearest:
    """Return the best effort found: connected grids, as little outside the window as could be found.

    ``known`` is a plan to start from, if there is one; what is returned is never farther from the window.
    ``reasons`` why no lawful plan exists: without any nothing can be proven here.
    """
    problem = search.problem
    listed = nearest_listed(search)
    if listed is not None:
        return Nearest(listed, True, exact=True)
    widened = nearest_widened(search) if reasons else None
    if widened is not None and widened.proven:
        return widened
    plans = [nearest_met(search)]
    plans += [plan for plan in (known, carve_all(search) if reasons else None) if plan is not None]
    plans += [widened.assignment] if widened is not None else []
    best = min(plans, key=lambda plan: nearness(problem, plan))
    search.met.update(held for plan in plans for held in sets_of(plan))
    return settle(search, choose_again(search, best), reasons)


def settle(search: Search, best: Ints, reasons: tuple[Reason, ...]) -> Nearest:
    """Return a best effort, made better or proven nearest where one grid outside can do."""
    grids, outside, *_ = nearness(search.problem, best)
    if not reasons or grids == 0:
        return Nearest(best, False)
    carved = carve_one(search, reasons, outside if grids == 1 else search.problem.households_min)
    if carved.plan is not None:
        search.met.update(sets_of(carved.plan))
        return Nearest(choose_again(search, carved.plan), carved.proven)
    return Nearest(best, grids == 1 and carved.proven)


def nearest_met(search: Search) -> Ints:
    """Return the nearest plan of annealing with a charge for every grid outside."""
    problem = search.problem
    charge = make_rules(problem, outside=problem.households_min // 3)
    trials: list[Trial] = []
    for k in counts_to_try(problem):
        trials.append(search.run(k, search.option_steps, rules=charge))
    order = sorted(trials, key=lambda t: nearness(problem, t.assignment))
    for trial in order[:2]:
        k = int(trial.assignment.max()) + 1
        trials.append(search.run(k, search.work.steps, rules=charge))
    return min((t.assignment for t in trials), key=lambda plan: nearness(problem, plan))


def nearest_listed(search: Search) -> Ints | None:
    """Return the nearest plan there is where all connected sets can be listed, else None."""
    problem = search.problem
    listing = list_connected(search.graph, 0)
    if not listing.complete:
        return None
    columns = make_columns(search.graph, search.rules, list(listing.sets))
    alone = places(columns, [(i,) for i in range(problem.n_atoms)])
    worst = Terms(1, problem.n_atoms, exceptions=problem.n_atoms, outside=int(columns.outside.sum()))
    answer = choose_nearest(problem, columns, worst, hint=alone, work=search.work.choosing)
    if not answer.proven or answer.chosen is None:
        return None
    return assignment_of(problem, [columns.sets[c] for c in answer.chosen])


def nearest_widened(search: Search) -> Nearest | None:
    """Return the nearest plan of all grids in a window widened step by step, or None where they cannot be listed.

    One grid outside by no more than the window was widened is proven: a nearer plan would be of listed grids alone.
    """
    problem, work = search.problem, search.work
    best: Nearest | None = None
    for step in WIDENINGS:
        low, high = max(1, problem.households_min - step), problem.households_max + step
        listing = list_columns(
            search.graph, low, high, work=WIDENED_SETS * work.listing, cap=WIDENED_SETS * work.columns
        )
        if not listing.complete:
            break
        columns = make_columns(search.graph, search.rules, list(listing.sets))
        found, proven = nearest_of(search, columns)
        if found is None:
            continue
        grids, outside, *_ = nearness(problem, found)
        sure = proven and grids == 1 and outside <= step
        best = Nearest(found, sure, exact=sure)
        if best.proven:
            break
    return best


def nearest_of(search: Search, columns: Columns) -> tuple[Ints | None, bool]:
    """Return the nearest plan of some columns or None, and whether it is proven to be that."""
    problem, work = search.problem, search.work
    terms = Terms(1, problem.n_atoms, exceptions=problem.n_atoms, outside=int(columns.outside.sum()))
    first = choose_grids(problem, columns, terms, work=work.choosing)
    if first.chosen is None:
        return None, False
    answer = choose_nearest(problem, columns, terms, hint=first.chosen, work=work.choosing)
    assert answer.chosen is not None
    return assignment_of(problem, [columns.sets[c] for c in answer.chosen]), answer.proven


def choose_again(search: Search, incumbent: Ints) -> Ints:
    """Return the nearest plan over the grids met, by the model with the window widened."""
    problem = search.problem
    columns = search.columns(sets_of(incumbent), lawful=False)
    hint = places(columns, sets_of(incumbent))
    reached = nearness(problem, incumbent)
    terms = Terms(1, problem.n_atoms, exceptions=reached[0], outside=int(columns.outside.sum()))
    answer = choose_nearest(problem, columns, terms, hint=hint, work=search.work.choosing)
    assert answer.chosen is not None
    return assignment_of(problem, [columns.sets[c] for c in answer.chosen])
