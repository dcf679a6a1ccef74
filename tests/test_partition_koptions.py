"""Options for other numbers of grids: every one shown is lawful, right where proven, and joined as promised."""

from __future__ import annotations

import numpy as np
import pytest
from partition_cases import all_plans, cost_of, grids_connected, random_problem, row

from gridder.effort import Effort
from gridder.partition.answer import KOption
from gridder.partition.certificate import add_options
from gridder.partition.koptions import (
    MOST_OPTIONS,
    change_count,
    make_option,
    plan_with,
    searched_options,
    shown_k,
)
from gridder.partition.piece import PieceAnswer
from gridder.partition.problem import grid_households
from gridder.partition.search import make_search
from gridder.partition.solve import solve
from gridder.partition.work import work_of


def searching(case, effort="quick"):
    """A search on a case."""
    return make_search(case, work_of(Effort(effort)), np.random.default_rng(0))


def answer_with(*options):
    """The answer of a piece whose first option is its plan."""
    own = options[0]
    found = tuple(sorted(options, key=lambda o: o.k))
    return PieceAnswer(
        np.zeros(1, dtype=np.int64), "feasible", own.objective, None, "none", own.k, found, (), ""
    )


@pytest.mark.parametrize("seed", range(6))
def test_proven_options_are_the_optimum_of_their_number_of_grids(seed):
    case = random_problem(seed, 8, low=90, high=190)
    plans = list(all_plans(case, lawful=True))
    certificate = solve(case, Effort("quick"))[1]
    best = {k: min((cost_of(case, p) for p in plans if len(p) == k), default=None) for k in range(1, 9)}
    proven = {o.k: o.objective for o in certificate.k_options if o.proven}
    assert proven == {k: value for k, value in best.items() if value is not None}


def test_every_lawful_number_nearest_first_and_nine_at_most():
    case = row(*[100] * 60)
    assert shown_k(case, 15) == [14, 16, 13, 17, 12, 18, 19, 20]
    assert shown_k(case, 20) == [19, 18, 17, 16, 15, 14, 13, 12]
    assert shown_k(row(*[100] * 240), 60)[:3] == [59, 61, 58] and len(shown_k(row(*[100] * 240), 60)) == 8
    assert shown_k(row(200), 1) == []
    assert shown_k(row(300, 400), 2) == []


@pytest.mark.parametrize("wanted", [5, 6, 8, 10])
def test_a_plan_with_another_number_is_connected_and_says_what_it_costs(wanted):
    case = random_problem(3, 60, low=20, high=80)
    search = searching(case)
    plan = search.best_of(7).assignment
    found = plan_with(search, plan, wanted)
    assert len(np.unique(found.assignment)) == wanted and grids_connected(case, found.assignment)
    assert make_option(case, found.assignment, False).objective == found.cost


def test_dividing_and_joining_change_one_grid():
    case = random_problem(3, 60, low=20, high=80)
    search = searching(case)
    plan = search.best_of(7).assignment
    sizes = grid_households(case, plan)
    (more, divided), (fewer, joined) = change_count(search, plan, True), change_count(search, plan, False)
    assert grids_connected(case, more) and grids_connected(case, fewer)
    assert set(more[plan != sizes.argmax()]) == set(plan) - {sizes.argmax()} and more.max() == 7
    assert fewer.max() == 5 and set(sizes) - set(grid_households(case, fewer)) >= {sizes.min()}
    assert divided == sizes.argmax() and set(plan[fewer == joined]) > {sizes.argmin()}


def test_options_do_not_feed_the_plan_and_are_lawful():
    case = random_problem(5, 60, low=20, high=80)
    search = searching(case, "standard")
    plan = search.best_of(8).assignment
    met = set(search.met)
    options = searched_options(search, plan, [])
    assert search.met == met and 8 not in {o.k for o in options} and len(options) < MOST_OPTIONS
    assert options and all(300 <= o.smallest <= o.largest <= 500 and not o.proven for o in options)


def test_sums_of_options_keep_the_plan_at_its_own_number():
    """3 + 4 grids is the plan at 100 + 100; 2 + 5 would cost 150, but it is not the plan."""
    first = answer_with(KOption(3, 100, 310, 320, True), KOption(2, 80, 400, 480, True))
    second = answer_with(KOption(4, 100, 305, 400, True), KOption(5, 70, 301, 350, True))
    joined = {o.k: o for o in add_options([first, second])}
    assert {k: o.objective for k, o in joined.items()} == {6: 180, 7: 200, 8: 170}
    assert joined[6] == KOption(6, 180, 305, 480, False)
    assert not any(o.proven for o in joined.values())
    assert add_options([first]) == first.options and add_options([]) == ()


def test_many_pieces_show_nine_options_around_the_plan():
    pieces = [answer_with(*(KOption(k, 100 + abs(k - 5), 300, 500, False) for k in (5, 3, 4, 6, 7)))] * 30
    shown = add_options(pieces)
    assert [o.k for o in shown] == list(range(146, 155))
    assert [o.objective - 3000 for o in shown] == [4, 3, 2, 1, 0, 1, 2, 3, 4]
