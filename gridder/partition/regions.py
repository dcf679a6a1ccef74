"""Regions of a large piece solved by the exact engine: a few grids that touch, until they are proven at their best."""

from __future__ import annotations

from gridder.partition.columns import sets_of
from gridder.partition.counts import lawful_k
from gridder.partition.neighbourhood import POLISH_STEPS, REGION_HEAT, WHOLE_GRIDS, atoms_of, grow_region
from gridder.partition.problem import Ints, first_come, plan_cost, subproblem
from gridder.partition.proof import prove_plan
from gridder.partition.search import Search, make_search

FEWEST_GRIDS, MOST_GRIDS = 3, 6  # of a region


def prove_regions(search: Search, plan: Ints, span: tuple[int, int]) -> Ints:
    """Return a lawful plan of no more cost and k⁻ … k⁺ grids (``span``): regions around all grids solved exactly.

    Round after round, until one changes nothing or the work of the effort is spent. Regions proven join ``search.proven``.
    Nothing is done where annealing has seen the piece whole, nor where grids are priced by travel.
    """
    large = int(plan.max()) + 1 > WHOLE_GRIDS and search.problem.travel is None
    left = search.work.region_proofs if large else 0
    while left > 0:
        before = plan_cost(search.problem, plan)
        for seed in search.rng.permutation([grid[0] for grid in sets_of(plan)])[:left]:
            size = int(search.rng.integers(FEWEST_GRIDS, MOST_GRIDS + 1))
            region = grow_region(search, plan, int(plan[seed]), size)
            if len(region) > 1:
                plan = prove_region(search, plan, region, span)
            left -= 1
        if plan_cost(search.problem, plan) == before:
            break
    return plan


def prove_region(search: Search, plan: Ints, region: list[int], span: tuple[int, int]) -> Ints:
    """Return the plan with the grids of a region solved again, the same one where nothing better was found."""
    atoms = atoms_of(plan, region)
    local = first_come(plan[atoms])
    if any(proven >= grids_of(atoms, local) for proven in search.proven):
        return plan
    part = make_search(subproblem(search.problem, atoms), search.work.of_region(), search.rng)
    k = len(region)
    ks = region_span(part, k, (span[0] - int(plan.max()) - 1, span[1] - int(plan.max()) - 1))
    trial = part.run(k, POLISH_STEPS, start=local, heat=REGION_HEAT)
    better = trial.misfit == 0 and trial.cost < plan_cost(part.problem, local)
    found = trial.assignment if better else local
    proof = prove_plan(part, found, ks)
    if proof is not None:
        found = proof.assignment
        value = plan_cost(part.problem, found)
        if all(proof.bounds.get(j, 0) >= value for j in range(ks[0], ks[1] + 1)):
            search.proven.add(grids_of(atoms, found))
    search.met.update(grids_of(atoms, found))
    fresh = plan.copy()
    fresh[atoms] = int(plan.max()) + 1 + found
    return first_come(fresh)


def region_span(part: Search, k: int, room: tuple[int, int]) -> tuple[int, int]:
    """Return the numbers of grids a region may have: its own, and one more or less as far as lawful.

    ``room`` is by how many the number of grids of the whole plan may change, least and most.
    """
    problem = part.problem
    lawful = lawful_k(int(problem.households.sum()), problem.households_min, problem.households_max)
    assert lawful is not None, "its grids are lawful"
    low = max(k - 1, lawful[0], 1) if room[0] < 0 else k
    high = min(k + 1, lawful[1], problem.n_atoms) if room[1] > 0 else k
    return low, high


def grids_of(atoms: Ints, local: Ints) -> frozenset[tuple[int, ...]]:
    """Return the grids of a region, each the ascending atoms of the piece."""
    return frozenset(tuple(int(atoms[i]) for i in grid) for grid in sets_of(local))


def regions_argument(search: Search, plan: Ints) -> str:
    """Return what is proven of the regions of a plan, in words; nothing where no proven region is left in it."""
    grids = frozenset(sets_of(plan))
    proven = [region for region in search.proven if region <= grids]
    if not proven:
        return ""
    inside = frozenset[tuple[int, ...]]().union(*proven)
    sizes = sorted(len(region) for region in proven)
    reach = "all grids" if inside == grids else f"{len(inside)} of {len(grids)} grids"
    return f"{len(proven)} regions of {sizes[0]} to {sizes[-1]} neighbouring grids, over {reach}, proven at their best"
