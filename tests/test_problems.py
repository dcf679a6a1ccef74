"""From ground to problems: pockets nobody lives in, special sites, prices in decimetres."""

from __future__ import annotations

import pandas as pd
import pytest
from ground import CRS, atoms, barriers, crossing, house, outline

from gridder.adjacency import build_edges
from gridder.cells import draw_cells
from gridder.policy import load_policy
from gridder.problems import COST_UNITS_PER_M, Wishes, ask, join_empty_pockets, numbers, special_grids

POLICY = load_policy()
RAILS = ("railway", [(100, -5), (100, 105)])


def ground_of(table, *lines):
    """Return (atoms, edges) of a 200 × 100 m community."""
    lines = barriers(*lines).set_crs(CRS, allow_override=True)
    ground = draw_cells(table, outline(0, 0, 200, 100), lines, POLICY)
    return table, build_edges(ground.cells, table, lines, POLICY)


@pytest.fixture
def row():
    """Four houses in a row, a railway in the middle: a b | c d."""
    return {"a": house(10, 45), "b": house(60, 45), "c": house(110, 45), "d": house(160, 45)}


def test_a_shed_behind_the_railway_goes_with_the_ground_across(row):
    table, edges = ground_of(atoms(row, {"c": 0, "d": 0}), RAILS)
    joined, findings = join_empty_pockets(table, edges)
    opened = joined[joined["passable"] & ~edges["passable"]]
    assert list(zip(opened["cell_a"], opened["cell_b"])) == [("b", "c")]
    assert [(f.code, f.ids) for f in findings] == [("plan.pocket_without_households", ("c", "d"))]
    assert ask(table, joined, POLICY, "target")["C"].problem.pieces.__len__() == 1


def test_a_pocket_with_households_stays_a_pocket(row):
    table, edges = ground_of(atoms(row), RAILS)
    joined, findings = join_empty_pockets(table, edges)
    assert joined.equals(edges) and not findings
    assert len(ask(table, joined, POLICY, "target")["C"].problem.pieces) == 2


def test_an_underpass_makes_one_piece(row):
    table, edges = ground_of(atoms(row), RAILS, crossing(100, 50))
    assert len(ask(table, edges, POLICY, "target")["C"].problem.pieces) == 1


def test_a_site_is_a_grid_of_its_own_in_each_connected_part(row):
    table = atoms(row).assign(site=["医院", "", "医院", "医院"])
    table, edges = ground_of(table)
    names = special_grids(table, edges)
    assert names["b"] == "" and names["c"] == names["d"] != names["a"] != ""


def test_costs_are_whole_decimetres_and_households_are_kept(row):
    table, edges = ground_of(atoms(row, {"a": 7}))
    question = ask(table, edges, POLICY, "target")["C"]
    assert list(question.cells) == list("abcd") and list(question.problem.households) == [7, 100, 100, 100]
    assert question.problem.cut_cost[0] == round(edges["cost"].iloc[0] * COST_UNITS_PER_M) > 0


def test_a_community_nobody_lives_in_asks_nothing(row):
    table, edges = ground_of(atoms(row, dict.fromkeys("abcd", 0)))
    assert ask(table, edges, POLICY, "target") == {}


def test_wishes_reach_the_problem_by_number(row):
    table, edges = ground_of(atoms(row))
    old = pd.Series({"a": "G2", "b": "G1", "c": "G1", "d": ""})
    blank = pd.Series("", index=old.index)
    problem = ask(table, edges, POLICY, "target", Wishes(old, old.where(old == "G2", ""), blank))["C"].problem
    assert list(problem.previous) == [1, 0, 0, -1] and list(problem.fixed) == [0, -1, -1, -1]
    assert problem.move_cost == POLICY.cost_household_moved * COST_UNITS_PER_M
    assert list(numbers(pd.Series(dtype=object), old.index)) == [-1] * 4
