"""The model reads like its head, and every line does something."""

from __future__ import annotations

import inspect
import re
from dataclasses import replace

import numpy as np
import pytest
from partition_cases import problem, row

from gridder.partition import model
from gridder.partition.anneal import make_graph, make_rules
from gridder.partition.columns import make_columns
from gridder.partition.model import Terms, build_model, choose_grids, choose_nearest


def columns_of(case, sets):
    return make_columns(make_graph(case), make_rules(case), [tuple(s) for s in sets])


def solved(case, sets, terms, without=None, monkeypatch=None):
    """The chosen sets, or None where the model forbids all; ``without`` leaves one line out."""
    if without:
        monkeypatch.setattr(model, "LINES", tuple(x for x in model.LINES if x.__name__ != without))
    columns = columns_of(case, sets)
    answer = choose_grids(case, columns, terms)
    return None if answer.chosen is None else [columns.sets[c] for c in answer.chosen]


def test_head_docstrings_and_order_of_calls_agree():
    head = re.findall(r"^    (\(\d+\) .*)$", model.__doc__, re.MULTILINE)
    assert [inspect.getdoc(line).splitlines()[0] for line in model.LINES] == head
    assert [line.split()[0] for line in head] == [f"({n})" for n in range(1, len(head) + 1)]
    assert re.findall(r"^def (add_\w+)", inspect.getsource(model), re.MULTILINE) == [
        x.__name__ for x in model.LINES
    ]
    assert "for add_line in LINES" in inspect.getsource(build_model)


FOUR = row(200, 200, 200, 200)
HALVES = [(0, 1), (2, 3)]
LOCKED = row(200, 100, 100, 200, fixed=np.array([0, -1, -1, 1]))
TOGETHER = row(200, 200, 200, 200, fixed=np.array([0, 0, -1, -1]))

# line left out → (problem, columns, terms under which the whole model forbids or answers otherwise)
CASES = {
    "add_cover": (FOUR, [(0, 1), (1, 2), (2, 3)], Terms(1, 2), HALVES),
    "add_count": (row(300, 300, 300), [(0,), (1,), (2,)], Terms(1, 2), None),
    "add_exceptions": (row(200, 200, 200), [(0, 1), (2,)], Terms(1, 3, exceptions=0, outside=999), None),
    "add_outside": (row(200, 200, 200), [(0, 1), (2,)], Terms(1, 3, exceptions=9, outside=99), None),
    "add_locks": (LOCKED, [(0, 1, 2, 3)], Terms(1, 3, exceptions=1, outside=100), None),
}


@pytest.mark.parametrize("line", sorted(CASES))
def test_a_line_left_out_changes_the_answer(line, monkeypatch):
    case, sets, terms, expected = CASES[line]
    whole = solved(case, sets, terms)
    assert whole == expected
    assert solved(case, sets, terms, line, monkeypatch) != whole


def test_without_the_aim_the_cheaper_cut_is_not_found(monkeypatch):
    """a —9— b —2— c is cut at 2, a —2— b —9— c too: blind to cost, one of the two comes out wrong."""
    cases = [row(200, 100, 200, costs=(9, 2)), row(200, 100, 200, costs=(2, 9))]
    sets, terms, right = [(0,), (2,), (0, 1), (1, 2)], Terms(1, 3, 9, 999), [[(0, 1), (2,)], [(0,), (1, 2)]]
    assert [solved(case, sets, terms) for case in cases] == right
    assert [solved(case, sets, terms, "add_aim", monkeypatch) for case in cases] != right


@pytest.mark.parametrize(("case", "sets", "terms", "allowed"), [
    (FOUR, HALVES, Terms(2, 2), True),  # (1)
    (FOUR, [(0, 1), (1, 2, 3)], Terms(1, 4, 4, 999), False),  # (1) atom 1 twice
    (FOUR, [(0, 1), (2,)], Terms(1, 4, 4, 999), False),  # (1) atom 3 in none
    (FOUR, HALVES, Terms(1, 1), False),  # (2) too many
    (FOUR, HALVES, Terms(3, 4), False),  # (2) too few
    (row(300, 220), [(0,), (1,)], Terms(2, 2, exceptions=1, outside=80), True),  # (3) (4)
    (row(300, 220), [(0,), (1,)], Terms(2, 2, exceptions=0, outside=80), False),  # (3)
    (row(300, 220), [(0,), (1,)], Terms(2, 2, exceptions=1, outside=79), False),  # (4)
    (LOCKED, [(0, 1), (2, 3)], Terms(2, 2), True),  # (5)
    (LOCKED, [(0, 1, 2, 3)], Terms(1, 1, 1, 100), False),  # (5) two locks in one grid
    (TOGETHER, HALVES, Terms(2, 2), True),  # (5)
    (TOGETHER, [(0,), (1, 2), (3,)], Terms(3, 3, 3, 999), False),  # (5) a lock cut
])  # fmt: skip
def test_what_the_lines_allow_and_forbid(case, sets, terms, allowed):
    assert (solved(case, sets, terms) is not None) is allowed


def test_aims():
    """(6) Four atoms of 150: one grid of 600 is cheapest, two halves are lawful, four grids are all too small."""
    case = row(150, 150, 150, 150, costs=(4, 3, 4))
    sets = [(0, 1, 2, 3), (0, 1), (2, 3), (0,), (1,), (2,), (3,)]
    loose = {"exceptions": 4, "outside": 9999}

    def aimed(aim):
        return solved(case, sets, Terms(1, 4, aim=aim, **loose))

    assert aimed("cost") == aimed("grids") == [(0, 1, 2, 3)]
    assert aimed("exceptions") == aimed("outside") == HALVES


# six atoms in a row that end at 500, 510, 550, 800, 1000, 1100 households, and four ways to divide them
STEPS = row(500, 10, 40, 250, 200, 100, costs=(9, 1, 9, 9, 1))
BY_AIM = {
    "cost": [(0, 1), (2, 3, 4), (5,)],  # 510 + 490 + 100: cut at 1 and 1
    "exceptions": [(0,), (1, 2, 3, 4), (5,)],  # 500 + 500 + 100: one outside, by 200
    "outside": [(0, 1), (2, 3), (4, 5)],  # 510 + 290 + 300: two outside, by 20 in all
    "grids": [(0, 1, 2), (3, 4, 5)],  # 550 + 550
}
ANY = sorted({grid for plan in BY_AIM.values() for grid in plan})
LOOSE = Terms(1, 6, exceptions=6, outside=9999)


@pytest.mark.parametrize("aim", sorted(BY_AIM))
def test_every_aim_has_its_own_answer(aim):
    """(6) Four plans, each the best by one aim and by no other."""
    assert solved(STEPS, ANY, replace(LOOSE, aim=aim)) == BY_AIM[aim]


def nearest(case, sets, hint):
    """The nearest plan over some sets, from a first one."""
    columns = columns_of(case, sets)
    places = [columns.sets.index(atoms) for atoms in hint]
    answer = choose_nearest(case, columns, LOOSE, hint=places, work=1.0)
    return answer, [columns.sets[c] for c in answer.chosen]


@pytest.mark.parametrize("start", sorted(BY_AIM))
def test_nearest_counts_grids_outside_before_households_outside(start):
    assert nearest(STEPS, ANY, BY_AIM[start])[1] == BY_AIM["exceptions"]


@pytest.mark.parametrize("cheap", [0, 1])
def test_nearest_counts_grids_before_cost_and_cost_last(cheap):
    """900 households: three grids cut at 1 + 1; two grids cut at 5 or at 3, here or there: never by luck."""
    case = row(300, 100, 50, 150, 300, costs=(1, (3, 5)[cheap], (5, 3)[cheap], 1))
    two = [(0, 1), (2, 3, 4)], [(0, 1, 2), (3, 4)]
    three = [(0,), (1, 2, 3), (4,)]
    for start in (three, *two):
        answer, plan = nearest(case, [*three, *two[0], *two[1]], start)
        assert answer.proven and plan == two[cheap]


def test_what_is_proven_is_said_and_nothing_more():
    """No plan: proven. The best plan: its cost is the bound. No work allowed: nothing is proven."""
    case, columns = FOUR, columns_of(FOUR, HALVES)
    none = choose_grids(case, columns, Terms(3, 4))
    assert (none.chosen, none.bound, none.proven) == (None, None, True)
    best = choose_grids(case, columns, Terms(1, 4))
    assert (best.chosen, best.bound, best.proven) == ((0, 1), int(columns.cost.sum()), True)
    stopped = choose_grids(case, columns, Terms(1, 4), work=0.0)
    assert not stopped.proven
    assert not choose_nearest(case, columns, LOOSE, hint=(0, 1), work=0.0).proven


def test_nearest_prefers_few_exceptions_then_few_households_then_few_grids():
    """550 in two atoms: apart 300 + 250 misses by 50, together by 50 too: one grid. 575: apart by 25: two."""
    for households, expected in (((300, 250), 1), ((300, 275), 2)):
        case = row(*households)
        columns = columns_of(case, [(0,), (1,), (0, 1)])
        answer = choose_nearest(case, columns, Terms(1, 2, 2, 999), hint=(0, 2), work=1.0)
        assert answer.proven and len(answer.chosen) == expected


def test_same_columns_same_answer():
    case = problem([150] * 6, [(i, j) for i in range(6) for j in range(i + 1, 6)], [1] * 15)
    sets = [(i, j) for i in range(6) for j in range(i + 1, 6)]
    assert solved(case, sets, Terms(3, 3)) == solved(case, sets, Terms(3, 3))


def test_a_choice_that_was_cut_short_is_kept_and_not_called_proven(monkeypatch):
    from ortools.sat.python import cp_model

    solve = cp_model.CpSolver.solve
    monkeypatch.setattr(
        cp_model.CpSolver, "solve", lambda self, m: cp_model.FEASIBLE if solve(self, m) else None
    )
    answer = choose_grids(FOUR, columns_of(FOUR, HALVES), Terms(1, 4))
    assert (answer.chosen, answer.proven) == ((0, 1), False)
