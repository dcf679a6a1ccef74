"""Reasons: each found where it holds, none where a lawful plan exists."""

from __future__ import annotations

import numpy as np
import pytest
from partition_cases import all_plans, problem, random_problem, row

from gridder.partition.diagnose import diagnose


def codes(case):
    return [reason.code for reason in diagnose(case)]


@pytest.mark.parametrize(("households", "code"), [
    ((100, 120), "component_too_small"), ((300, 250), "component_between_k"), ((100, 199, 201), None),
    ((299,), "component_too_small"), ((501,), "component_between_k"), ((300,), None), ((500,), None),
])  # fmt: skip
def test_totals_that_fit_no_number_of_grids(households, code):
    assert codes(row(*households))[:1] == ([code] if code else [])


def test_a_building_above_the_maximum():
    """300 — 620 — 300: the ends could be grids, the middle cannot."""
    (reason,) = diagnose(row(300, 620, 300))
    assert (reason.code, reason.nodes, reason.facts["households"]) == ("building_too_large", (1,), 620)


def test_a_tower_without_partner():
    """A tower of 282 whose neighbours hold 262 and 300: with either of them it exceeds 500."""
    case = row(100, 262, 282, 300)
    assert [(r.code, r.nodes) for r in diagnose(case)] == [("no_partner", (2,))]
    assert codes(row(120, 180, 280, 200)) == []


def test_an_articulation_that_cannot_absorb_what_hangs_on_it():
    """Three arms of 200 on a middle of 100; with an arm of 300 more the arms stay too small to stand alone."""
    star = problem([100, 200, 200, 200, 300], [(0, 1), (0, 2), (0, 3), (0, 4)], [1] * 4)
    assert [(r.code, r.nodes) for r in diagnose(star)] == [("articulation", (0,))]
    assert star.households.sum() == 1000  # two to three grids by arithmetic
    assert not list(all_plans(star, lawful=True))
    near = problem([100, 200, 200, 300, 300], [(0, 1), (0, 2), (0, 3), (0, 4)], [1] * 4)
    assert codes(near) == [] and list(all_plans(near, lawful=True))


def test_an_articulation_that_stays_too_small():
    """A middle of 100 between arms of 300 and 320 in one atom each: alone it is too small, with either too large?

    100 + 300 = 400 fits; with arms of 450 and 460 nothing does.
    """
    assert codes(row(300, 100, 320)) == []
    case = row(450, 100, 460)
    assert "articulation" in codes(case) or "no_partner" in codes(case)
    assert not list(all_plans(case, lawful=True))


def test_pieces_are_judged_each_by_itself_and_empty_ones_not_at_all():
    case = problem([400, 120, 0, 0], [(2, 3)], [5])
    assert [(r.code, r.nodes) for r in diagnose(case)] == [("component_too_small", (1,))]


def test_more_locks_than_grids():
    """Three locks in 600 households: at most two grids."""
    assert "lock" in codes(row(200, 200, 200, fixed=np.array([0, 1, 2])))
    assert codes(row(200, 200, 200, fixed=np.array([0, 0, 0]))) == ["lock"]  # 600 in one grid
    assert codes(row(300, 300, fixed=np.array([0, 1]))) == []


@pytest.mark.parametrize("seed", range(60))
def test_a_reason_is_a_proof(seed):
    """Brute force agrees: where a reason is given no lawful plan exists."""
    case = random_problem(seed, 7, low=20, high=420)
    if diagnose(case):
        assert next(all_plans(case, lawful=True), None) is None


def test_reasons_are_found_in_many_random_pieces():
    """The property above is not empty: among its cases each kind turns up."""
    found = {code for seed in range(60) for code in codes(random_problem(seed, 7, low=20, high=420))}
    assert {"no_partner", "articulation"} <= found
