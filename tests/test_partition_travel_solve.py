"""The whole engine by travel: brute force on small problems, an independent mixed-integer program on larger ones."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from partition_cases import all_plans, cost_of, grids_connected, row, with_travel

from gridder.effort import Effort
from gridder.partition.counts import preferred_k
from gridder.partition.medians import Medians
from gridder.partition.problem import Problem, grid_households, plan_cost
from gridder.partition.solve import solve
from gridder.partition.travel import make_travel


def least_of(case: Problem) -> int | None:
    """The least cost of the lawful plans that the rule for the number of grids asks for, by brute force."""
    plans = list(all_plans(case, lawful=True))
    if case.grids == "free":
        return min((cost_of(case, plan) for plan in plans), default=None)
    for k in preferred_k(case):
        costs = [cost_of(case, plan) for plan in plans if len(plan) == k]
        if costs:
            return min(costs)
    return None


@pytest.mark.parametrize("rule", ["target", "fewest", "most", "free"])
@pytest.mark.parametrize("options", [{}, {"load_cost": 1, "move_cost": 2, "previous": np.arange(9) // 3}])
def test_small_problems_are_solved_to_the_optimum(rule, options):
    seen = 0
    for seed in range(8):
        case = with_travel(seed, 9, grids=rule, low=40, high=220, **options)
        plan, certificate = solve(case, Effort("quick"))
        least = least_of(case)
        assert (least is None) == (certificate.status in ("relaxed", "not_found"))
        assert plan.objective == plan_cost(case, plan.assignment)
        if least is not None:
            assert certificate.status == "optimal" and certificate.bound == plan.objective == least
            seen += 1
    assert seen >= 3


def relaxed_optimum(case: Problem, k: int) -> float:
    """The least cost of k grids that need not be connected, by HiGHS: a bound of another kind."""
    from scipy.optimize import Bounds, LinearConstraint, milp
    from scipy.sparse import lil_array

    n = case.n_atoms
    cover, window, chosen = lil_array((n, n * n)), lil_array((2 * n, n * n)), lil_array((n * n, n * n))
    for c in range(n):
        for i in range(n):
            cover[i, i * n + c] = 1
            window[c, i * n + c] = window[n + c, i * n + c] = case.households[i]
            chosen[i * n + c, i * n + c] = 1
            if i != c:
                chosen[i * n + c, c * n + c] = -1
        window[c, c * n + c] -= case.households_min
        window[n + c, c * n + c] -= case.households_max
    seats = np.zeros(n * n)
    seats[np.arange(n) * n + np.arange(n)] = 1
    upper = np.where(np.arange(n * n) % (n + 1) == 0, 1, 0)
    rows = [
        LinearConstraint(cover.tocsr(), 1, 1),
        LinearConstraint(window[:n].tocsr(), 0, np.inf),
        LinearConstraint(window[n:].tocsr(), -np.inf, 0),
        LinearConstraint(chosen.tocsr(), -np.inf, upper),
        LinearConstraint(seats[None, :], k, k),
    ]
    found = milp(case.travel.pull.ravel(), constraints=rows, integrality=np.ones(n * n), bounds=Bounds(0, 1))
    assert found.status == 0
    return float(found.fun)


@pytest.mark.parametrize("seed", [0, 1])
def test_what_is_claimed_of_larger_pieces_stands_beside_another_solver(seed):
    case = with_travel(seed, 28, low=20, high=90)
    plan, certificate = solve(case, Effort("standard"))
    assert grids_connected(case, plan.assignment) and not plan.exceptions
    sizes = grid_households(case, plan.assignment)
    assert sizes.min() >= 300 and sizes.max() <= 500
    assert "Hess" in certificate.argument and certificate.status in ("optimal", "bounded")
    other = relaxed_optimum(case, certificate.k)
    assert round(other) <= plan.objective
    if certificate.status == "optimal":
        assert certificate.bound == plan.objective
    else:
        assert certificate.bound < plan.objective


def test_the_same_question_has_the_same_answer():
    case = with_travel(3, 40, low=10, high=60)
    first, second = solve(case, Effort("quick", 5)), solve(case, Effort("quick", 5))
    assert first[0].assignment.tolist() == second[0].assignment.tolist() and first[1] == second[1]


def test_moves_have_a_price_beside_the_way_and_a_bound_without_them():
    case = with_travel(1, 40, low=10, high=60)
    before, _ = solve(case, Effort("quick"))
    priced = replace(case, previous=before.assignment, move_cost=1000)
    kept, certificate = solve(priced, Effort("quick"))
    assert kept.objective <= before.objective and kept.objective == plan_cost(priced, kept.assignment)
    assert certificate.bound is not None and certificate.bound <= kept.objective


def test_pieces_apart_and_pieces_without_households_are_planned_by_travel():
    """A row with a gap in it: two pieces; ways between them count for nothing."""
    case = row(100, 200, 150, 200, 0, 0)
    edges = np.array([(0, 1), (2, 3), (4, 5)])
    table = np.abs(np.subtract.outer(np.arange(6), np.arange(6)))
    case = replace(case, edges=edges, cut_cost=np.ones(3), travel=make_travel(case.households, table))
    plan, certificate = solve(case, Effort("quick"))
    assert plan.assignment.tolist() == [0, 0, 1, 1, 2, 2] and plan.empty == (2,)
    assert plan.objective == 100 + 150 and certificate.status == "optimal"


def test_too_large_a_table_leaves_the_bound_out(monkeypatch):
    import gridder.partition.centres as centres

    def refused(*_arguments: object, **_options: object) -> Medians:
        raise AssertionError("no bound was to be tried")

    monkeypatch.setattr(centres, "LARGEST_TABLE", 100)
    monkeypatch.setattr(centres, "bound_by_medians", refused)
    _, certificate = solve(with_travel(3, 40, low=10, high=60), Effort("quick"))
    assert certificate.bound is None and certificate.status in ("feasible", "locally_optimal")
