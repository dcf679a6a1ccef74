"""Best efforts against brute force: what is claimed proven is nearest, by listing, by widening, by carving."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from partition_cases import all_plans, grids_connected, nearness_of, random_problem, row

from gridder.effort import Effort
from gridder.partition import listing
from gridder.partition.besteffort import nearest_plan, nearness
from gridder.partition.carve import carve_all, carve_one
from gridder.partition.diagnose import diagnose_piece
from gridder.partition.feasibility import decide
from gridder.partition.piece import peeled_plan
from gridder.partition.problem import grid_households, households_outside
from gridder.partition.search import make_search
from gridder.partition.solve import solve
from gridder.partition.work import work_of

QUICK = Effort("quick")


def fresh(case):
    """Return a search on a piece."""
    return make_search(case, work_of(QUICK), np.random.default_rng(0))


def hopeless(count, n=8):
    """Return pieces without a lawful plan, their reasons, and the rank of the nearest plan by brute force."""
    found, seed = [], 0
    while len(found) < count:
        case = random_problem(seed, n, low=20, high=420)
        seed += 1
        reasons = tuple(diagnose_piece(case)) or decide(fresh(case)).reasons
        if reasons:
            best = min(nearness_of(case, p) for p in all_plans(case, lawful=False))
            found.append((case, reasons, best))
    return found


CASES = hopeless(16)


@pytest.mark.parametrize("number", range(len(CASES)))
def test_without_a_full_listing_what_is_claimed_still_holds(monkeypatch, number):
    """All connected sets may not be listed: widened windows and carving do the work."""
    monkeypatch.setattr(listing, "ALL_SETS", 0)
    case, reasons, best = CASES[number]
    nearest = nearest_plan(fresh(case), None, reasons)
    assert grids_connected(case, nearest.assignment)
    rank = nearness(case, nearest.assignment)
    assert rank >= best
    if nearest.proven:
        assert rank[:2] == best[:2]
    if nearest.exact:
        assert rank == best


def test_most_claims_are_proven(monkeypatch):
    """The test above is not empty: where one grid outside suffices, that is mostly shown."""
    monkeypatch.setattr(listing, "ALL_SETS", 0)
    single = [(case, reasons) for case, reasons, best in CASES if best[0] == 1 and best[1] < 200]
    proven = [nearest_plan(fresh(case), None, reasons).proven for case, reasons in single]
    assert len(single) >= 5 and sum(proven) >= 0.7 * len(single)


@pytest.mark.parametrize("number", range(len(CASES)))
def test_carving_one_grid(number):
    """With more households allowed than the nearest needs it finds a plan as near; with as many it proves there is none."""
    case, reasons, _ = CASES[number]
    single = [nearness_of(case, p)[1] for p in all_plans(case, lawful=False) if nearness_of(case, p)[0] == 1]
    least = min(single)
    carved = carve_one(fresh(case), reasons, least)
    assert carved.plan is None
    carved = carve_one(fresh(case), reasons, least + 1)
    if carved.plan is not None:
        assert nearness(case, carved.plan)[:2] == (1, least)
    else:
        assert not carved.proven or any(r.code.startswith("component_") for r in reasons)


@pytest.mark.parametrize("number", range(len(CASES)))
def test_carving_all_gives_connected_grids(number):
    case, reasons, _ = CASES[number]
    plan = carve_all(fresh(case))
    if plan is not None:
        assert grids_connected(case, plan) and len(plan) == case.n_atoms
        assert any(households_outside(case, int(s)) for s in grid_households(case, plan)) and reasons


def test_the_certificate_says_whether_the_best_effort_is_proven():
    _, certificate = solve(row(400, 540, 20), QUICK)
    assert certificate.nearest_proven and "nearest plan proven" in certificate.argument
    _, certificate = solve(row(200, 200), QUICK)
    assert certificate.status == "optimal" and not certificate.nearest_proven


@pytest.mark.parametrize("seed", range(3))
def test_a_tower_among_forty_small_houses_is_the_only_grid_outside(seed):
    """One building of 560: alone, or with what only it connects; everybody else is divided; proven."""
    case = random_problem(seed, 40, low=20, high=60)
    case = replace(case, households=np.where(np.arange(40) == seed, 560, case.households))
    plan, certificate = solve(case, QUICK)
    (exception,) = plan.exceptions
    assert seed in exception.facts["nodes"] and exception.households in (560, 619)
    assert certificate.nearest_proven


def test_ground_and_small_rests_behind_a_tower_stay_with_it():
    """A row: 300, a tower of 900, 60 behind it, then ground without households: one grid outside, none without people."""
    search = fresh(row(300, 900, 60, 0))
    plan = peeled_plan(search)
    assert plan is not None
    assert grid_households(search.problem, plan).tolist() == [300, 960]
