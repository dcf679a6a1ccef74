"""Reasons and remedies: the planner's code, the true facts, the smallest change first."""

from __future__ import annotations

import numpy as np
import pytest
from ground import CRS, atoms, barriers, house, outline

from gridder.adjacency import build_edges
from gridder.cells import draw_cells
from gridder.exceptions import Place, explain, lawful_k, say_reason, say_remedies
from gridder.partition.answer import GridException
from gridder.policy import load_policy
from gridder.segments import connected_parts
from gridder.text import LANGS

POLICY = load_policy()


def place_of(households, *lines, neighbours=()):
    """Return a community of houses a b c d in a row, 50 m apart, in which lines run."""
    table = atoms(
        {name: house(10 + 50 * n, 45) for n, name in enumerate("abcd")}, dict(zip("abcd", households))
    )
    lines = barriers(*lines).set_crs(CRS, allow_override=True)
    edges = build_edges(draw_cells(table, outline(0, 0, 200, 100), lines, POLICY).cells, table, lines, POLICY)
    number = {name: n for n, name in enumerate("abcd")}
    walk = edges[edges["passable"]]
    piece = connected_parts(4, walk["cell_a"].map(number), walk["cell_b"].map(number))
    return Place("C", "柳堤社区", table, piece, edges, list(neighbours), POLICY)


def codes(told):
    """Return the codes of the remedies."""
    return [r["code"] for r in told["remedies"]]


def test_a_whole_community_too_small_may_join_its_neighbour():
    place = place_of([50, 50, 50, 50], neighbours=[("铁北社区", 100), ("河东社区", 900)])
    told = explain(place, GridException(0, "component_too_small", 200), np.arange(4))
    assert told["code"] == "community_too_small" and told["facts"]["short"] == 100
    assert told["facts"]["total"] == 200 and told["facts"]["elsewhere"] == 0
    assert told["remedies"][0] == {"code": "merge_community", "community": "铁北社区", "households": 300}


def test_a_pocket_names_its_barrier_and_what_a_crossing_would_give():
    place = place_of([200, 200, 60, 60], ("railway", [(100, -5), (100, 105)]))
    told = explain(place, GridException(1, "component_too_small", 120), np.array([2, 3]))
    assert told["code"] == "pocket_too_small" and told["facts"]["barrier"] == "railway"
    assert codes(told) == ["accept"]  # 520 together would be no better


def test_a_crossing_is_proposed_only_where_it_makes_the_two_lawful_together():
    place = place_of([200, 200, 110, 110], ("river", [(100, -5), (100, 105)]))
    told = explain(place, GridException(1, "component_too_small", 220), np.array([2, 3]))
    assert told["remedies"][0] == {
        "code": "open_crossing", "barrier": "river", "households_together": 620, "k_min": 2, "k_max": 2,
    }  # fmt: skip


def test_a_tower_without_units_asks_for_them():
    place = place_of([540, 200, 100, 100])
    told = explain(place, GridException(0, "building_too_large", 540), np.array([0]))
    assert told["code"] == "building_too_large" and codes(told) == ["add_units", "accept"]
    assert told["facts"]["building"] == "a" and told["facts"]["over"] == 40


@pytest.mark.parametrize("lang", LANGS)
def test_every_reason_and_remedy_can_be_said(lang):
    place = place_of([200, 200, 110, 110], ("river", [(100, -5), (100, 105)]), neighbours=[("河东社区", 900)])
    for code in (
        "component_too_small",
        "component_between_k",
        "building_too_large",
        "articulation",
        "no_partner",
    ):
        told = explain(place, GridException(0, code, 220), np.array([2, 3]))
        assert say_reason(lang, told["code"], told["facts"]) and "1." in say_remedies(lang, told["remedies"])


@pytest.mark.parametrize(
    ("households", "low", "high"), [(299, 1, 0), (300, 1, 1), (550, 2, 1), (600, 2, 2), (2700, 6, 9)]
)
def test_lawful_numbers_of_grids(households, low, high):
    assert lawful_k(households, POLICY) == (low, high)
