"""Large neighbourhoods: a few grids that touch each other are solved again together, exactly where they are few atoms."""

from __future__ import annotations

import numpy as np

from gridder.partition.anneal import Trial
from gridder.partition.columns import assignment_of, make_columns, sets_of
from gridder.partition.listing import list_columns
from gridder.partition.model import Terms, choose_grids
from gridder.partition.problem import (
    Ints,
    Problem,
    first_come,
    grid_households,
    households_outside,
    plan_cost,
    subproblem,
)
from gridder.partition.search import Search, make_search, places

LARGEST_REGION = 8  # grids
WHOLE_GRIDS = 16  # up to so many annealing has seen whole
REGION_ATOMS = 300  # a region that has as many takes no further grid
EXACT_ATOMS = 45  # regions up to this many atoms are tried by listing
EXACT_WORK = 60_000
EXACT_COLUMNS = 2_500
EXACT_CHOOSING = 0.3
REGION_STEPS = 40  # annealing steps an atom where grids are outside the window
POLISH_STEPS = 10  # where they are not: four times as many gain no more
REGION_HEAT = 0.35  # of the usual first heat: enough to cross small hills, not enough to forget the plan


def total_misfit(search: Search, assignment: Ints) -> int:
    """Return the households outside the window of all grids."""
    sizes = grid_households(search.problem, assignment)
    return sum(households_outside(search.problem, int(s)) for s in sizes)


def grids_beside(problem: Problem, assignment: Ints, grid: int) -> list[int]:
    """Return the grids that share an edge with a grid, ascending."""
    first, neighbour, _ = problem.adjacency
    members = np.flatnonzero(assignment == grid)
    found = {int(g) for i in members for g in assignment[neighbour[first[i] : first[i + 1]]]}
    return sorted(found - {grid})


def grow_region(search: Search, assignment: Ints, grid: int, size: int) -> list[int]:
    """Return two to ``size`` grids around one, each touching another, at random; no more atoms than are quick."""
    atoms = np.bincount(assignment)
    region = [grid]
    beside = set(grids_beside(search.problem, assignment, grid))
    while beside and len(region) < size and (len(region) == 1 or atoms[region].sum() < REGION_ATOMS):
        chosen = int(search.rng.choice(sorted(beside)))
        region.append(chosen)
        beside.update(grids_beside(search.problem, assignment, chosen))
        beside -= set(region)
    return region


def atoms_of(assignment: Ints, region: list[int]) -> Ints:
    """Return the atoms of some grids, ascending."""
    inside = np.zeros(int(assignment.max()) + 1, dtype=bool)
    inside[region] = True
    return np.flatnonzero(inside[assignment])


def repair(search: Search, assignment: Ints, *, share: float = 1.0) -> Ints:
    """Return the assignment with the grids outside the window mended by re-solving around them, as far as it went.

    ``share`` of the work an effort grants to repairs: rounds, and annealing steps in all of them.
    """
    steps = share * search.work.repair_steps * search.problem.n_atoms
    for turn in range(round(share * search.work.repairs)):
        sizes = grid_households(search.problem, assignment)
        outside = [g for g, s in enumerate(sizes) if households_outside(search.problem, int(s))]
        if not outside or steps < 0:
            break
        seed = int(search.rng.choice(outside))
        size = 2 + turn % (LARGEST_REGION - 1)
        region = grow_region(search, assignment, seed, size)
        atoms = len(atoms_of(assignment, region))
        steps -= REGION_STEPS * atoms if atoms > EXACT_ATOMS else 0
        assignment = resolve_region(search, assignment, region, steps=REGION_STEPS)
    return assignment


def improve(search: Search, assignment: Ints) -> Ints:
    """Return a lawful plan of no more cost: regions around every grid in turn are solved again.

    Nothing is done where a region would be most of the piece: annealing has seen it whole.
    """
    k = int(assignment.max()) + 1
    for _ in range(search.work.regions if k > WHOLE_GRIDS else 0):
        for g in range(k):
            size = int(search.rng.integers(4, LARGEST_REGION + 1))
            region = grow_region(search, assignment, g, size)
            if len(region) > 1:
                assignment = resolve_region(search, assignment, region, steps=POLISH_STEPS)
    return assignment


def resolve_region(search: Search, assignment: Ints, region: list[int], *, steps: int) -> Ints:
    """Return the assignment with the grids of a region solved again, unless nothing better was found."""
    atoms = atoms_of(assignment, region)
    local = first_come(assignment[atoms])
    part = make_search(subproblem(search.problem, atoms), search.work, search.rng)
    before = Trial(local, plan_cost(part.problem, local), total_misfit(part, local))
    after = solve_region_exactly(part, before) if len(atoms) <= EXACT_ATOMS else None
    if after is None:
        after = part.run(len(region), steps, start=local, heat=REGION_HEAT)
    search.met.update(tuple(int(atoms[i]) for i in s) for s in part.met)
    if after.rank >= before.rank:
        return assignment
    fresh = assignment.copy()
    fresh[atoms] = np.array(sorted(region))[after.assignment]
    return fresh


def solve_region_exactly(part: Search, before: Trial) -> Trial | None:
    """Return the best lawful plan of a region with its number of grids, or None where listing found none."""
    problem = part.problem
    listing = list_columns(
        part.graph, problem.households_min, problem.households_max, work=EXACT_WORK, cap=EXACT_COLUMNS
    )
    if not listing.complete:
        return None
    k = int(before.assignment.max()) + 1
    columns = make_columns(part.graph, part.rules, list(listing.sets))
    hint = places(columns, sets_of(before.assignment)) if before.misfit == 0 else ()
    answer = choose_grids(problem, columns, Terms(k, k), hint=hint, work=EXACT_CHOOSING)
    if answer.chosen is None:
        return None
    sets = [columns.sets[c] for c in answer.chosen]
    part.met.update(sets)
    assignment = assignment_of(problem, sets)
    return Trial(assignment, plan_cost(problem, assignment), 0)
