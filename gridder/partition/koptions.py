"""Other numbers of grids: which are worth a search where k is free, and what each would give beside the plan chosen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from gridder.partition.anneal import Trial
from gridder.partition.answer import KOption
from gridder.partition.columns import Columns, assignment_of
from gridder.partition.counts import possible_k
from gridder.partition.model import Terms, choose_grids
from gridder.partition.neighbourhood import (
    LARGEST_REGION,
    WHOLE_GRIDS,
    grids_beside,
    grow_region,
    repair,
    resolve_region,
    total_misfit,
)
from gridder.partition.problem import (
    Ints,
    Problem,
    first_come,
    grid_households,
    plan_cost,
    subproblem,
)
from gridder.partition.search import Search, make_search

Settle = Callable[[Ints], tuple[Ints, bool]]
MOST_OPTIONS = 9  # numbers of grids shown, the chosen one among them
OPTION_HEAT = 0.5  # of the usual first heat: every grid has to change its size
OPTION_SHARE = 0.05  # of the repairs
SPREAD = (0, 1, 2, 3, 5, 8, 13, 21, 34)  # places above the fewest grids at which k is tried when it is free
NEAR_K = 1.08  # numbers of grids whose short run costs up to 8 % more than the cheapest are searched in full
MOST_K = 3
FEWER_ATOMS = 120  # up to so many one grid less than the cheapest is searched: short runs miss tight plans


def make_option(problem: Problem, assignment: Ints, proven: bool) -> KOption:
    """Return a plan as an option."""
    sizes = grid_households(problem, assignment)
    return KOption(len(sizes), plan_cost(problem, assignment), int(sizes.min()), int(sizes.max()), proven)


def by_k(options: list[KOption]) -> tuple[KOption, ...]:
    """Return options ascending by number of grids."""
    return tuple(sorted(options, key=lambda o: o.k))


def shown_k(piece: Problem, k: int) -> list[int]:
    """Return the numbers of grids to show, nearest to k first, k itself left out: lawful ones, at most eight."""
    others = [other for other in possible_k(piece) if other != k]
    return sorted(others, key=lambda other: (abs(other - k), other))[: MOST_OPTIONS - 1]


def listed_options(search: Search, columns: Columns, k: int) -> list[KOption]:
    """Return the best plan of every other number of grids over columns that are all lawful grids there are."""
    found = []
    for other in shown_k(search.problem, k):
        answer = choose_grids(search.problem, columns, Terms(other, other), work=search.work.choosing)
        if answer.chosen is not None:
            plan = assignment_of(search.problem, [columns.sets[c] for c in answer.chosen])
            found.append(make_option(search.problem, plan, answer.proven))
    return found


def searched_options(
    search: Search, plan: Ints, known: list[KOption], settle: Settle | None = None
) -> list[KOption]:
    """Return an option for every other number of grids shown that has a lawful plan as far as was seen.

    Each starts from the plan with one grid less or more, its own or the one found before it; ``settle`` makes a lawful
    plan better and says whether it is the best. The grids met do not feed the plan: what is shown beside it must not
    change it.
    """
    other = replace(search, met=set())
    k = int(plan.max()) + 1
    best = {o.k: o for o in known}
    plans = {k: plan}
    for wanted in shown_k(search.problem, k):
        near = min(plans, key=lambda have: (abs(have - wanted), have))
        found = plan_with(other, plans[near], wanted)
        plans[wanted] = found.assignment
        if found.misfit:
            continue
        settled, proven = (found.assignment, False) if settle is None else settle(found.assignment)
        option = make_option(search.problem, settled, proven)
        plans[wanted] = settled
        if wanted not in best or proven or option.objective < best[wanted].objective:
            best[wanted] = option
    return [o for o in best.values() if o.k in plans and o.k != k]


def plan_with(search: Search, plan: Ints, k: int) -> Trial:
    """Return a plan with k grids made from one with another number: grids divided or joined, then annealed.

    In a large plan only the grids around the change are.
    """
    while int(plan.max()) + 1 != k:
        plan, grid = change_count(search, plan, int(plan.max()) + 1 < k)
        if k > WHOLE_GRIDS:
            region = grow_region(search, plan, grid, LARGEST_REGION)
            plan = resolve_region(search, plan, region, steps=search.work.option_steps)
    if k <= WHOLE_GRIDS:
        plan = search.run(k, search.option_steps, start=plan, heat=OPTION_HEAT).assignment
    misfit = total_misfit(search, plan)
    if misfit:
        plan = repair(search, plan, share=OPTION_SHARE)
    return Trial(plan, plan_cost(search.problem, plan), misfit and total_misfit(search, plan))


def change_count(search: Search, plan: Ints, more: bool) -> tuple[Ints, int]:
    """Return (the plan with one grid more or less, a grid that changed).

    More: the largest grid of two atoms or more is divided. Less: the smallest and the smallest one that
    touches it become one.
    """
    sizes = grid_households(search.problem, plan)
    if more:
        grid = int(np.where(np.bincount(plan) > 1, sizes, -1).argmax())
        atoms = np.flatnonzero(plan == grid)
        part = make_search(subproblem(search.problem, atoms), search.work, search.rng)
        fresh = plan.copy()
        fresh[atoms[part.run(2, search.work.option_steps).assignment == 1]] = len(sizes)
        return fresh, grid
    smallest = int(sizes.argmin())
    beside = min(grids_beside(search.problem, plan, smallest), key=lambda g: (int(sizes[g]), g))
    fresh = first_come(np.where(plan == smallest, beside, plan))
    return fresh, int(fresh[np.flatnonzero(plan == beside)[0]])


def free_k(search: Search) -> tuple[list[int], list[KOption]]:
    """Return (numbers of grids worth a full search where k is free, cheapest first; options from short runs).

    Few grids cost little but may not fit: k is tried from the fewest on, ever more thinly.
    """
    piece = search.problem
    ks = possible_k(piece)
    options = []
    ranked = []
    for k in [ks[place] for place in SPREAD if place < len(ks)]:
        trial = search.run(k, search.option_steps)
        ranked.append((trial.rank, k))
        if trial.misfit == 0:
            options.append(make_option(piece, trial.assignment, False))
    least = min((o.objective for o in options), default=0)
    close = sorted((o.objective, o.k) for o in options if o.objective <= NEAR_K * least)
    near = [k for _, k in close[:MOST_K]] or [k for _, k in sorted(ranked)[:1]]
    fewer = near[0] - 1
    if fewer in ks and fewer not in near and piece.n_atoms <= FEWER_ATOMS:
        near.append(fewer)
    return near, options
