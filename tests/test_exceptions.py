"""Reasons and remedies: the planner's code, the true facts, the smallest change first."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely
from ground import CRS, atoms, barriers, house, outline

from gridder.adjacency import build_edges
from gridder.cells import draw_cells
from gridder.exceptions import Place, explain, lawful_k, look_around, say_reason, say_remedies, survey
from gridder.partition.answer import GridException
from gridder.places import neighbours_of_piece
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
    assert codes(told) == ["widen_min", "merge_community", "accept"]  # 100 households, 200, a signature
    assert told["remedies"][1] == {"code": "merge_community", "community": "铁北社区", "households": 300}


def test_a_pocket_names_its_barrier_and_what_a_crossing_would_give():
    place = place_of([200, 200, 60, 60], ("railway", [(100, -5), (100, 105)]))
    told = explain(place, GridException(1, "component_too_small", 120), np.array([2, 3]))
    assert told["code"] == "pocket_too_small" and told["facts"]["barrier"] == "railway"
    assert codes(told) == ["widen_min", "accept"]  # 520 together would be no better


def test_a_crossing_is_proposed_only_where_it_makes_the_two_lawful_together():
    place = place_of([200, 200, 110, 110], ("river", [(100, -5), (100, 105)]))
    told = explain(place, GridException(1, "component_too_small", 220), np.array([2, 3]))
    assert codes(told) == ["widen_min", "open_crossing", "accept"]
    assert told["remedies"][1] == {
        "code": "open_crossing", "barrier": "river", "households_together": 620, "k_min": 2, "k_max": 2,
        "building_here": "c", "building_there": "b", "cells": ["c", "b"], "apart_m": 30, "x": 95.0, "y": 55.0,
    }  # fmt: skip


def test_a_tower_without_units_asks_for_them():
    place = place_of([540, 200, 100, 100])
    told = explain(place, GridException(0, "building_too_large", 540), np.array([0]))
    assert told["code"] == "building_too_large" and codes(told) == ["add_units", "accept"]
    assert told["facts"]["building"] == "a" and told["facts"]["over"] == 40
    assert told["remedies"][0] == {
        "code": "add_units", "building": "a", "households": 540, "parts": 2, "each": 270, "maximum": 500,
    }  # fmt: skip
    told = explain(
        place_of([1_020, 200, 100, 100]), GridException(0, "building_too_large", 1_020), np.array([0])
    )
    assert told["remedies"][0]["parts"] == 3


def test_the_smaller_change_comes_first():
    """41 households apart: a crossing for 41 is less than a window that gives way by 259; of 283 it is not."""
    river = ("river", [(100, -5), (100, 105)])
    few = explain(
        place_of([280, 300, 21, 20], river), GridException(1, "component_too_small", 41), np.array([2, 3])
    )
    assert codes(few) == ["open_crossing", "widen_min", "accept"]
    near = explain(
        place_of([280, 300, 141, 142], river), GridException(1, "component_too_small", 283), np.array([2, 3])
    )
    assert codes(near) == ["widen_min", "open_crossing", "accept"]
    assert near["remedies"][0] == {
        "code": "widen_min", "allowed": 283, "minimum": 300, "maximum": 500, "difference": 17,
    }  # fmt: skip


def test_the_crossing_is_where_the_buildings_are_nearest_each_other():
    """Of two pockets beyond a railway the one that makes a lawful total; the pair of cells nearest across it."""
    place = place_of(
        [150, 300, 200, 60], ("railway", [(50, -5), (50, 105)]), ("river", [(150, -5), (150, 105)])
    )
    told = explain(place, GridException(2, "component_too_small", 60), np.array([3]))
    (crossing,) = [r for r in told["remedies"] if r["code"] == "open_crossing"] or [None]
    assert crossing is None  # 500 + 60 fits no number of grids
    place = place_of(
        [150, 300, 100, 60], ("railway", [(50, -5), (50, 105)]), ("river", [(150, -5), (150, 105)])
    )
    told = explain(place, GridException(2, "component_too_small", 60), np.array([3]))
    (crossing,) = [r for r in told["remedies"] if r["code"] == "open_crossing"]
    assert (crossing["building_here"], crossing["building_there"], crossing["x"]) == ("d", "c", 145.0)
    assert (crossing["barrier"], crossing["households_together"]) == ("river", 460)


def test_the_window_the_engine_found_is_told():
    widen = {"code": "widen", "households_min": 300, "households_max": 544, "difference": 44, "proven": True}
    found = GridException(0, "no_partner", 544, {}, (widen,))
    told = explain(place_of([262, 282, 200, 200]), found, np.array([0, 1]))
    assert told["remedies"][0] == {
        "code": "widen_max", "allowed": 544, "minimum": 300, "maximum": 500, "difference": 44,
    }  # fmt: skip
    locked = explain(
        place_of([262, 282, 200, 200]), GridException(0, "lock", 544, {}, (widen,)), np.array([0, 1])
    )
    assert codes(locked) == ["accept"]


CAUSES = [
    ("no_partner", {"nodes": [1], "households": 282, "least_neighbour": 262}, "282"),
    ("no_partner", {"nodes": [1], "households": 282, "atoms": 1}, "b"),
    ("no_partner", {"nodes": [0, 1], "households": 544}, "a"),
    ("no_partner", {"nodes": [0, 1, 2, 3, 4], "households": 0}, ""),
    ("articulation", {"nodes": [2], "households": 200, "parts_text": "200 + 544"}, "200 + 544"),
]


@pytest.mark.parametrize(("code", "cause", "named"), CAUSES)
@pytest.mark.parametrize("lang", LANGS)
def test_a_reason_of_shape_names_its_buildings(lang, code, cause, named):
    place = place_of([262, 282, 200, 200])
    told = explain(place, GridException(0, code, 244, {"cause": cause}), np.array([0, 1]))
    said = say_reason(lang, told["code"], told["facts"])
    assert named in said and "{" not in said
    assert ("cause_buildings" in told["facts"]) == bool(named)


def test_the_neighbour_of_a_pocket_is_the_one_beside_the_pocket():
    """Communities W and E side by side, each a row of two houses; a railway runs in W: its west part touches nobody."""
    table = atoms(
        {name: house(10 + 50 * n, 45) for n, name in enumerate("abcd")},
        dict(zip("abcd", [200, 120, 300, 90])),
    )
    table["community_id"] = ["W", "W", "E", "E"]
    outlines = gpd.GeoDataFrame(
        {"name": ["西社区", "东社区"], "households": [320, 390]}, index=["W", "E"],
        geometry=[shapely.box(0, 0, 100, 100), shapely.box(100, 0, 200, 100)], crs=CRS,
    )  # fmt: skip
    lines = barriers(("railway", [(50, -5), (50, 105)])).set_crs(CRS, allow_override=True)
    ground = draw_cells(table, gpd.GeoSeries(outlines.geometry), lines, POLICY)
    edges = build_edges(ground.cells, table, lines, POLICY)
    around = survey(outlines, ground.cells, table, lines)
    place = look_around("W", table, edges, around, POLICY)
    assert place.name == "西社区" and place.neighbours == [("东社区", 390)]
    west, east = place.piece[0], place.piece[1]
    assert neighbours_of_piece(place, west) == [] and neighbours_of_piece(place, east) == [("东社区", 390)]
    told = explain(place, GridException(1, "component_too_small", 120), np.array([1]))
    assert codes(told) == ["open_crossing", "widen_min", "accept"]  # 120 + 390 fits no number of grids
    assert (told["remedies"][0]["x"], told["remedies"][0]["y"]) == (
        50.0,
        55.0,
    )  # on the railway, between the two
    assert "barrier_name" not in told["facts"]
    named = survey(outlines, ground.cells, table, lines.assign(name="京哈线"))
    told = explain(
        look_around("W", table, edges, named, POLICY),
        GridException(1, "component_too_small", 120),
        np.array([1]),
    )
    assert "铁路“京哈线”" in say_reason("zh", told["code"], told["facts"])
    assert "railway “京哈线”" in say_remedies("en", told["remedies"][:1])


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
