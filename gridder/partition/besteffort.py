"""The nearest plan where no lawful one exists: fewest grids, then households outside, then grids."""

from __future__ import annotations

import numpy as np

from gridder.partition.anneal import Trial, make_rules
from gridder.partition.columns import assignment_of, make_columns, sets_of
from gridder.partition.listing import list_columns
from gridder.partition.model import Terms, choose_nearest
from gridder.partition.problem import Ints, Problem, grid_households, households_outside, plan_cost
from gridder.partition.search import Search, places

MOST_K = 12  # numbers of grids tried
LISTED_WORK = 20_000  # up to about a dozen atoms all connected sets can be listed
LISTED_SETS = 2_000


def nearness(problem: Problem, assignment: Ints) -> tuple[int, int, int, int]:
    """Return the rank of a best effort: grids outside, households outside, grids, cost."""
    outside = [households_outside(problem, int(s)) for s in grid_households(problem, assignment)]
    return sum(o > 0 for o in outside), sum(outside), len(outside), plan_cost(problem, assignment)


def counts_to_try(problem: Problem) -> list[int]:
    """Return numbers of grids for a best effort, ascending: about the lawful range, thinned where long."""
    total = int(problem.households.sum())
    low = max(1, total // problem.households_max - 1)
    high = min(problem.n_atoms, total // problem.households_min + 1)
    ks = np.unique(np.linspace(low, max(low, high), MOST_K).round().astype(np.int64))
    return [int(k) for k in ks if k <= problem.n_atoms]


def nearest_plan(search: Search, known: Ints | None = None) -> Ints:
    """Return the best effort found: connected grids, as little outside the window as could be found.

    ``known`` is a plan to start from, if there is one; what is returned is never farther from the window.
    """
    problem = search.problem
    listed = nearest_listed(search)
    if listed is not None:
        return listed
    charge = make_rules(problem, outside=problem.households_min // 3)
    trials: list[Trial] = []
    for k in counts_to_try(problem):
        trials.append(search.run(k, search.option_steps, rules=charge))
    order = sorted(trials, key=lambda t: nearness(problem, t.assignment))
    for trial in order[:2]:
        k = int(trial.assignment.max()) + 1
        trials.append(search.run(k, search.work.steps, rules=charge))
    plans = [t.assignment for t in trials] + ([known] if known is not None else [])
    if known is not None:
        search.met.update(sets_of(known))
    return choose_again(search, min(plans, key=lambda plan: nearness(problem, plan)))


def nearest_listed(search: Search) -> Ints | None:
    """Return the nearest plan there is where all connected sets can be listed, else None."""
    problem = search.problem
    total = int(problem.households.sum())
    listing = list_columns(search.graph, 0, total, work=LISTED_WORK, cap=LISTED_SETS)
    if not listing.complete:
        return None
    columns = make_columns(search.graph, search.rules, list(listing.sets))
    alone = places(columns, [(i,) for i in range(problem.n_atoms)])
    worst = Terms(1, problem.n_atoms, exceptions=problem.n_atoms, outside=int(columns.outside.sum()))
    answer = choose_nearest(problem, columns, worst, hint=alone, work=search.work.choosing)
    if not answer.proven or answer.chosen is None:
        return None
    return assignment_of(problem, [columns.sets[c] for c in answer.chosen])


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
