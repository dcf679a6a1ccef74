"""The model: choose lawful, connected grids so that every atom is in exactly one, at least cost.

Set partitioning over columns (Garfinkel & Nemhauser 1970, doi:10.1287/opre.18.3.495) in OR-Tools CP-SAT. A
column is a connected set of atoms; connectedness is a property of the columns, made where they are made
(``walk``, ``listing``, ``division``, ``frontier``).

Sets
    i ∈ I        atoms
    c ∈ C        columns; I(c) the atoms of c
    l ∈ Λ        locks; I(l) the atoms that must stay in one grid, apart from every other lock
Parameters
    cost(c)      twice what the grid adds to the objective (``problem.grid_cost``)
    outside(c)   households by which the grid misses the window, 0 when lawful
    k⁻, k⁺       fewest and most grids
    e, h         grids outside the window allowed, households outside allowed: both 0 for a lawful plan
Variables
    chosen(c)    1 when c is a grid of the plan
Lines
    (1) Every atom is in exactly one chosen grid.
    (2) Between k⁻ and k⁺ grids are chosen.
    (3) At most e chosen grids are outside the window.
    (4) Chosen grids miss the window by at most h households in all.
    (5) A chosen grid holds all atoms of a lock or none, and of one lock at most.
    (6) The aim is least: cost; or grids outside; or households outside; or grids.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np

from gridder.partition.columns import Columns
from gridder.partition.problem import Ints, Problem
from gridder.partition.solver import make_solver

Aim = Literal["cost", "exceptions", "outside", "grids"]


@dataclass(frozen=True)
class Terms:
    """What a plan is asked for: number of grids, exceptions allowed, and what to make least."""

    k_min: int
    k_max: int
    exceptions: int = 0
    outside: int = 0
    aim: Aim = "cost"


@dataclass(frozen=True)
class Variables:
    """The variables of the model: one a column."""

    chosen: tuple[Any, ...]


@dataclass(frozen=True)
class Answer:
    """What the solver says: chosen columns or None, lower bound on the aim, whether it is proven."""

    chosen: tuple[int, ...] | None
    bound: int | None
    proven: bool


def add_cover(model: Any, v: Variables, problem: Problem, columns: Columns, terms: Terms) -> None:
    """(1) Every atom is in exactly one chosen grid."""
    for held in columns.holding(problem.n_atoms):
        model.add_exactly_one(v.chosen[c] for c in held)


def add_count(model: Any, v: Variables, problem: Problem, columns: Columns, terms: Terms) -> None:
    """(2) Between k⁻ and k⁺ grids are chosen."""
    model.add_linear_constraint(sum(v.chosen), terms.k_min, terms.k_max)


def add_exceptions(model: Any, v: Variables, problem: Problem, columns: Columns, terms: Terms) -> None:
    """(3) At most e chosen grids are outside the window."""
    model.add(sum(v.chosen[c] for c in np.flatnonzero(columns.outside)) <= terms.exceptions)


def add_outside(model: Any, v: Variables, problem: Problem, columns: Columns, terms: Terms) -> None:
    """(4) Chosen grids miss the window by at most h households in all."""
    missed = weighted(v, columns.outside)
    model.add(missed <= terms.outside)


def add_locks(model: Any, v: Variables, problem: Problem, columns: Columns, terms: Terms) -> None:
    """(5) A chosen grid holds all atoms of a lock or none, and of one lock at most."""
    for c in np.flatnonzero(breaks_lock(problem, columns)):
        model.add(v.chosen[c] == 0)


def add_aim(model: Any, v: Variables, problem: Problem, columns: Columns, terms: Terms) -> None:
    """(6) The aim is least: cost; or grids outside; or households outside; or grids."""
    model.minimize(weighted(v, aim_values(columns, terms.aim)))


LINES = (add_cover, add_count, add_exceptions, add_outside, add_locks, add_aim)


def build_model(problem: Problem, columns: Columns, terms: Terms) -> tuple[Any, Variables]:
    """Return the CP-SAT model and its variables; the lines of this module's head, in order."""
    from ortools.sat.python import cp_model

    model = cp_model.CpModel()
    v = Variables(tuple(model.new_bool_var(f"c{c}") for c in range(len(columns))))
    for add_line in LINES:
        add_line(model, v, problem, columns, terms)
    return model, v


def weighted(v: Variables, values: Ints) -> Any:
    """Return Σ value · chosen over the columns whose value is not 0."""
    from ortools.sat.python import cp_model

    used = np.flatnonzero(values)
    return cp_model.LinearExpr.weighted_sum([v.chosen[c] for c in used], [int(values[c]) for c in used])


def aim_values(columns: Columns, aim: Aim) -> Ints:
    """Return what each column adds to the aim."""
    if aim == "cost":
        return columns.cost
    if aim == "outside":
        return columns.outside
    if aim == "exceptions":
        return (columns.outside > 0).astype(np.int64)
    return np.ones(len(columns), dtype=np.int64)


def breaks_lock(problem: Problem, columns: Columns) -> np.ndarray:
    """Whether each column cuts a lock or joins two. Shape (c,), bool."""
    whole = {
        int(label): int((problem.fixed == label).sum()) for label in np.unique(problem.fixed) if label >= 0
    }
    broken = np.zeros(len(columns), dtype=bool)
    if whole:
        for c, atoms in enumerate(columns.sets):
            held = problem.fixed[list(atoms)]
            labels = np.unique(held[held >= 0])
            broken[c] = len(labels) > 1 or any((held == x).sum() < whole[int(x)] for x in labels)
    return broken


def choose_grids(
    problem: Problem, columns: Columns, terms: Terms, *, hint: Iterable[int] = (), work: float = 4.0
) -> Answer:
    """Return the best choice of columns within ``work`` (CP-SAT deterministic time, not seconds).

    One worker and a fixed seed: the same columns give the same answer. ``proven`` with ``chosen`` None
    means that these columns hold no plan on these terms.
    """
    from ortools.sat.python import cp_model

    model, v = build_model(problem, columns, terms)
    hinted = set(hint)
    for c in range(len(columns)) if hinted else ():
        model.add_hint(v.chosen[c], c in hinted)
    solver = make_solver(work, linear=2)
    status = solver.solve(model)
    if status == cp_model.INFEASIBLE:
        return Answer(None, None, True)
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return Answer(None, None, False)
    chosen = tuple(c for c in range(len(columns)) if solver.boolean_value(v.chosen[c]))
    bound = int(np.ceil(round(solver.best_objective_bound, 6)))
    return Answer(chosen, bound, status == cp_model.OPTIMAL)


def choose_nearest(
    problem: Problem, columns: Columns, terms: Terms, *, hint: Iterable[int], work: float
) -> Answer:
    """Return the choice with fewest grids outside, then fewest households outside, then fewest grids, then
    least cost.

    The same model four times, each with what the one before found as its limit. ``proven`` speaks of these
    columns.
    """
    best = tuple(hint)
    proven = True
    aims: tuple[Aim, ...] = ("exceptions", "outside", "grids", "cost")
    for aim in aims:
        answer = choose_grids(problem, columns, replace(terms, aim=aim), hint=best, work=work)
        proven = proven and answer.proven
        best = answer.chosen if answer.chosen is not None else best
        reached = int(aim_values(columns, aim)[list(best)].sum())
        if aim == "exceptions":
            terms = replace(terms, exceptions=reached)
        elif aim == "outside":
            terms = replace(terms, outside=reached)
        elif aim == "grids":
            terms = replace(terms, k_min=min(terms.k_min, reached), k_max=reached)
    return Answer(best, None, proven)
