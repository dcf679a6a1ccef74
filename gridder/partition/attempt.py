"""The best plan the search finds with a given number of grids."""

from __future__ import annotations

from gridder.partition.anneal import Trial
from gridder.partition.columns import sets_of
from gridder.partition.neighbourhood import repair, total_misfit
from gridder.partition.oldplan import old_plan
from gridder.partition.problem import Ints
from gridder.partition.search import Search

TRIES_OF_K = 2  # rounds of annealing and repair before another number of grids is tried
WARM = 0.3  # a run from the old plan starts this much cooler than one from scratch


def search_k(search: Search, k: int) -> Ints:
    """Return the best plan found with k grids: annealing, then repair around grids still outside the window."""
    best: Ints | None = None
    for _ in range(TRIES_OF_K):
        trial = anneal_k(search, k)
        found = trial.assignment if trial.misfit == 0 else repair(search, trial.assignment)
        if best is None or total_misfit(search, found) < total_misfit(search, best):
            best = found
        if total_misfit(search, best) == 0:
            break
    assert best is not None
    return best


def anneal_k(search: Search, k: int) -> Trial:
    """Return the best of the annealing runs with k grids, one of them from the old plan where there is one."""
    trial = search.best_of(k)
    start = old_plan(search.problem, k)
    if start is None:
        return trial
    search.met.update(sets_of(start))
    return min(trial, search.run(k, search.work.steps, start=start, heat=WARM), key=lambda t: t.rank)
