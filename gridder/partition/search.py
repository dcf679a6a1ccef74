"""Search on one connected piece: anneal with a number of grids, collect the grids met, choose among them."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from gridder.partition.anneal import (
    Trial,
    anneal,
    make_graph,
    make_pool,
    make_rules,
    make_schedule,
    pool_sets,
    reheat,
)
from gridder.partition.columns import Columns, assignment_of, make_columns, sets_of
from gridder.partition.inhabited import inhabited_blocks, is_mostly_empty
from gridder.partition.kernels import Graph, Rules
from gridder.partition.locks import merge_atoms
from gridder.partition.model import Answer, Terms, choose_grids
from gridder.partition.problem import Ints, Problem
from gridder.partition.work import Work

EMPTY_STEPS, EMPTY_HEAT = 2, 0.35  # of the run from the division of the lived-in atoms
ROOM_PER_COLUMN = 40  # atoms kept for a column on average; the pool closes when it is full


@dataclass
class Search:
    """One connected piece under search: its compiled form, its randomness, the grids met so far.

    ``proven`` are regions, each a set of grids, whose atoms no lawful grids divide at less cost.
    """

    problem: Problem
    work: Work
    rng: np.random.Generator
    graph: Graph
    rules: Rules
    met: set[tuple[int, ...]] = field(default_factory=set)
    proven: set[frozenset[tuple[int, ...]]] = field(default_factory=set)

    def run(
        self, k: int, steps: int, *, start: Ints | None = None, heat: float = 1.0, rules: Rules | None = None
    ) -> Trial:
        """Return the best of one annealing run with k grids; the grids near it join those met.

        ``heat`` below 1 starts that much cooler: for runs from a good ``start``.
        """
        if start is None and is_mostly_empty(self.problem):
            start, steps, heat = self.inhabited_start(k), min(steps, EMPTY_STEPS), EMPTY_HEAT
        n = self.problem.n_atoms
        pool = make_pool(n, self.work.pool, ROOM_PER_COLUMN * self.work.pool)
        schedule = make_schedule(self.problem, k, self.steps(steps))
        if heat < 1:
            schedule = reheat(schedule, heat)
        trial = anneal(self.graph, rules or self.rules, schedule, pool, k=k, rng=self.rng, start=start)
        self.met.update(pool_sets(pool))
        self.met.update(sets_of(trial.assignment))
        return trial

    def steps(self, per_atom: int) -> int:
        """Return the steps of a run: so many an atom, and never less than a share of the effort's least."""
        share = min(1.0, per_atom / self.work.steps)
        return max(per_atom * self.problem.n_atoms, int(share * self.work.least_steps))

    @property
    def option_steps(self) -> int:
        """Steps an atom of a run that only compares."""
        return max(1, min(self.work.option_steps, self.work.option_all // self.problem.n_atoms))

    def best_of(self, k: int) -> Trial:
        """Return the best of many short runs and a long one; short ones go on, twice as many, until one is lawful."""
        work = self.work
        if is_mostly_empty(self.problem):
            return self.run(k, EMPTY_STEPS)
        restarts = max(1, min(work.restarts, work.all_steps // self.steps(work.short_steps)))
        best = self.run(k, work.short_steps if restarts > 1 else work.steps)
        for turn in range(1, 2 * restarts + 1):
            if best.misfit == 0 and (turn > restarts or restarts == 1):
                break
            trial = self.run(k, work.steps if turn == restarts else work.short_steps)
            best = min(best, trial, key=lambda t: t.rank)
        return best

    def inhabited_start(self, k: int) -> Ints:
        """Return the best division found of a piece with its empty atoms in the blocks of others."""
        place = inhabited_blocks(self.problem)
        return make_search(merge_atoms(self.problem, place), self.work, self.rng).best_of(k).assignment[place]

    def choose(self, incumbent: Ints, k_min: int, k_max: int) -> tuple[Ints, Answer]:
        """Return the best lawful plan over the grids met, never worse than the lawful incumbent."""
        columns = self.columns(sets_of(incumbent))
        hint = places(columns, sets_of(incumbent))
        answer = choose_grids(self.problem, columns, Terms(k_min, k_max), hint=hint, work=self.work.choosing)
        if answer.chosen is None:  # the limit struck before the hint was taken up: the model over it alone
            columns = make_columns(self.graph, self.rules, sets_of(incumbent))
            answer = choose_grids(self.problem, columns, Terms(k_min, k_max), work=self.work.choosing)
        assert answer.chosen is not None
        return assignment_of(self.problem, [columns.sets[c] for c in answer.chosen]), answer

    def columns(self, needed: list[tuple[int, ...]], *, lawful: bool = True) -> Columns:
        """Return the grids met as columns, no more than the pool may hold, those needed always among them."""
        columns = make_columns(self.graph, self.rules, [*self.met, *needed])
        kept = np.ones(len(columns), dtype=bool)
        if lawful:
            kept = columns.outside == 0
        if kept.sum() > self.work.pool:
            worth = columns.cost / np.maximum([len(s) for s in columns.sets], 1)
            order = np.lexsort((np.arange(len(columns)), worth, ~kept))
            kept = np.zeros(len(columns), dtype=bool)
            kept[order[: self.work.pool]] = True
        kept[places(columns, needed)] = True
        return columns.take(np.flatnonzero(kept))


def places(columns: Columns, sets: list[tuple[int, ...]]) -> list[int]:
    """Return the column numbers of sets that are all among the columns."""
    number = {atoms: c for c, atoms in enumerate(columns.sets)}
    return sorted(number[atoms] for atoms in sets)


def make_search(problem: Problem, work: Work, rng: np.random.Generator) -> Search:
    """Return a fresh search on a connected piece whose locks are one atom each."""
    return Search(problem, work, rng, make_graph(problem), make_rules(problem))
