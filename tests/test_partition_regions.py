"""Regions of large plans: proven ones are the optimum by brute force, and what is said of them holds for the plan."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from partition_cases import all_plans, cost_of, grids_connected, random_problem, row, with_travel

from gridder.effort import Effort
from gridder.partition.columns import sets_of
from gridder.partition.neighbourhood import improve, total_misfit
from gridder.partition.problem import plan_cost, subproblem
from gridder.partition.regions import (
    MOST_GRIDS,
    grids_of,
    prove_region,
    prove_regions,
    region_span,
    regions_argument,
)
from gridder.partition.search import make_search
from gridder.partition.work import work_of


def searching(case, effort="standard"):
    """A search on a case."""
    return make_search(case, work_of(Effort(effort)), np.random.default_rng(0))


def least_cost(case, ks):
    """The least cost of a lawful plan with one of these numbers of grids, by brute force."""
    return min(cost_of(case, plan) for plan in all_plans(case, lawful=True) if len(plan) in ks)


def some_plan(search, k):
    """A lawful plan with k grids from the fewest steps that give one: seldom the best."""
    for steps in (2, 4, 8, 16, 32, 64, 128):
        trial = search.run(k, steps)
        if trial.misfit == 0:
            return trial.assignment
    raise AssertionError("no lawful plan")


@pytest.mark.parametrize("seed", range(8))
def test_a_region_is_proven_at_the_optimum_of_its_number_of_grids(seed):
    case = random_problem(seed, 11, low=80, high=160)
    search = searching(case)
    plan = prove_region(search, some_plan(search, 3), [0, 1, 2], (3, 3))
    assert plan_cost(case, plan) == least_cost(case, [3]) and plan.max() == 2
    assert search.proven == {grids_of(np.arange(11), plan)}


@pytest.mark.parametrize("seed", range(8))
def test_where_the_number_is_free_a_region_takes_the_cheapest_one_beside_its_own(seed):
    case = random_problem(seed, 11, low=80, high=160, grids="free")
    search = searching(case)
    plan = prove_region(search, some_plan(search, 3), [0, 1, 2], (1, 9))
    assert plan_cost(case, plan) == least_cost(case, [2, 3, 4])
    assert total_misfit(search, plan) == 0 and search.proven


def test_numbers_of_grids_of_a_region_are_lawful_and_leave_the_whole_in_its_span():
    part = searching(row(*[100] * 12))  # 3 or 4 grids
    assert region_span(part, 3, (-1, 1)) == (3, 4)
    assert region_span(part, 4, (-2, 5)) == (3, 4)
    assert region_span(part, 3, (0, 0)) == (3, 3) and region_span(part, 4, (0, 3)) == (4, 4)


@pytest.mark.parametrize("grids", ["target", "free"])
def test_proven_regions_of_a_large_plan_are_optimal_and_together_make_it_no_dearer(grids):
    case = random_problem(5, 80, low=80, high=160, grids=grids)
    search = searching(case)
    k = 24
    plan = some_plan(search, k)
    span = (20, 28) if grids == "free" else (k, k)
    better = prove_regions(search, plan, span)
    assert plan_cost(case, better) < plan_cost(case, plan)
    assert span[0] <= better.max() + 1 <= span[1]
    assert total_misfit(search, better) == 0 and grids_connected(case, better)
    standing = [region for region in search.proven if region <= set(sets_of(better))]
    assert standing
    for region in [r for r in standing if sum(map(len, r)) <= 12][:4]:
        part = subproblem(case, np.array(sorted(sum(region, ()))))
        ks = [len(region)] if grids == "target" else range(len(region) - 1, len(region) + 2)
        own = sum(search_cost(case, part, region))
        assert own == least_cost(part, ks)


def search_cost(case, part, region):
    """The cost of the grids of a region inside it, by the oracle: one number."""
    atoms = sorted(sum(region, ()))
    return [cost_of(part, tuple(frozenset(atoms.index(i) for i in grid) for grid in region))]


def test_only_regions_left_in_the_plan_are_spoken_of():
    case = row(*[200] * 12)
    search = searching(case)
    plan = np.arange(12) // 2
    search.proven = {
        frozenset({(0, 1), (2, 3)}),
        frozenset({(2, 3), (4, 5), (6, 7)}),
        frozenset({(8,), (9, 10, 11)}),
    }
    assert regions_argument(search, plan) == (
        "2 regions of 2 to 3 neighbouring grids, over 4 of 6 grids, proven at their best"
    )
    search.proven = {frozenset(sets_of(plan))}
    assert "over all grids" in regions_argument(search, plan)
    search.proven = set()
    assert regions_argument(search, plan) == ""


def test_small_pieces_quick_plans_and_plans_by_travel_are_left_as_they_are():
    large = random_problem(5, 80, low=80, high=160)
    small, far = random_problem(1, 11, low=80, high=160), with_travel(5, 80, low=80, high=160)
    for case, k, effort in ((small, 3, "standard"), (large, 24, "quick"), (far, 24, "standard")):
        plan = some_plan(searching(case), k)
        search = searching(case, effort)
        assert (prove_regions(search, plan, (k, k)) == plan).all() and not search.proven


def test_no_more_regions_than_the_work_allows_and_none_of_too_many_grids():
    case = random_problem(5, 80, low=80, high=160)
    search = searching(case)
    search.work = replace(search.work, region_proofs=5)
    prove_regions(search, some_plan(search, 24), (24, 24))
    assert 1 <= len(search.proven) <= 5 and max(map(len, search.proven)) <= MOST_GRIDS


def test_a_region_without_work_is_not_called_proven():
    case = random_problem(3, 40, low=20, high=60)
    search = searching(case)
    search.work = replace(search.work, region_work=0)
    plan = some_plan(search, 4)
    after = prove_region(search, plan, [0, 1, 2, 3], (4, 4))
    assert plan_cost(case, after) <= plan_cost(case, plan) and not search.proven


def test_annealed_regions_make_a_large_plan_cheaper_and_keep_it_lawful():
    case = random_problem(7, 80, low=80, high=160)
    search = searching(case)
    plan = some_plan(search, 24)
    better = improve(search, plan)
    assert plan_cost(case, better) < plan_cost(case, plan)
    assert total_misfit(search, better) == 0 and grids_connected(case, better) and better.max() == 23
