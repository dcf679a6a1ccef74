"""Buildings become atoms: whole, or cut along their entrance units when above the maximum."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely
from ground import CRS, barriers, house, outline
from hypothesis import given
from hypothesis import strategies as st
from shapely import MultiPolygon, Point, Polygon, box
from shapely.affinity import rotate

from gridder.atoms import make_atoms
from gridder.cells import draw_cells
from gridder.policy import load_policy
from gridder.text import say_finding
from gridder.units import count_units, cut_slices, read_units, share_out

POLICY = load_policy()
EMPTY = gpd.GeoDataFrame({"name": []}, geometry=[], crs=CRS)


def buildings(**rows):
    """Return settled buildings of (households, units, geometry)."""
    names = sorted(rows)
    columns = {
        "building_id": names,
        "households": [rows[n][0] for n in names],
        "community_id": "C",
        "name": "",
        "units": [rows[n][1] for n in names],
        "compound": None,
    }
    return gpd.GeoDataFrame(columns, index=names, geometry=[rows[n][2] for n in names], crs=CRS)


def test_a_tower_is_cut_along_its_units_into_slices_of_the_footprint():
    tower = rotate(box(0, 0, 62, 15), 30)
    atoms, findings = make_atoms(buildings(T=(620, "200,210,210", tower)), EMPTY, EMPTY, POLICY)
    assert list(atoms.index) == ["T#1", "T#2", "T#3"]
    assert list(atoms["households"]) == [200, 210, 210]
    assert list(atoms["unit"]) == ["1", "2", "3"]
    assert atoms.area.sum() == pytest.approx(tower.area)
    assert atoms.area["T#1"] == pytest.approx(tower.area * 200 / 620, rel=1e-3)
    assert atoms.geometry["T#1"].intersection(atoms.geometry["T#3"]).area == 0
    assert [f.code for f in findings] == ["plan.tower_cut"]


@pytest.mark.parametrize(
    ("households", "units"), [(500, "3"), (540, None), (540, "1"), (540, "不详"), (540, "0")]
)
def test_within_the_maximum_or_without_units_a_building_stays_whole(households, units):
    atoms, findings = make_atoms(buildings(T=(households, units, house(0, 0))), EMPTY, EMPTY, POLICY)
    assert list(atoms.index) == ["T"] and list(atoms["households"]) == [households] and not findings


def test_units_of_a_point_are_points_and_keep_the_households():
    atoms, _ = make_atoms(buildings(T=(620, "3", Point(5, 5))), EMPTY, EMPTY, POLICY)
    assert list(atoms["households"]) == [207, 207, 206]


def test_compound_and_site_are_those_that_hold_most_of_a_building():
    areas = gpd.GeoDataFrame(
        {"name": ["西苑", "东苑"]}, geometry=[box(0, 0, 50, 50), box(50, 0, 100, 50)], crs=CRS
    )
    table = buildings(A=(40, None, house(45, 10)), B=(40, None, house(38, 30)))
    atoms, _ = make_atoms(table, areas, areas.iloc[1:], POLICY)
    assert atoms["compound"].to_dict() == {"A": "东苑", "B": "西苑"}
    assert atoms["site"].to_dict() == {"A": "东苑", "B": ""}


@pytest.mark.parametrize(
    ("text", "households", "units"),
    [
        ("3", 620, [207, 207, 206]),
        ("96，96、104", 296, [96, 96, 104]),
        ("1,1", 7, [4, 3]),
        ("9", 5, []),
        ("abc", 5, []),
        ("三个单元", 620, [207, 207, 206]),
        ("十二", 600, [50] * 12),
        ("共 3 个单元", 620, [207, 207, 206]),
        ("1单元200、2单元210", 410, [200, 210]),
        ("1单元：200户；2单元：210户", 410, [200, 210]),
        ("一单元 96 户，二单元 96 户", 192, [96, 96]),
        ("1#200+2#210", 410, [200, 210]),
        ("１２０／８０", 200, [120, 80]),
        ("1单元200", 620, []),
        ("99999999999", 620, []),
        (None, 620, []),
    ],
)
def test_units_as_written(text, households, units):
    assert read_units(text, households) == units


@pytest.mark.parametrize(
    ("text", "households", "number"),
    [
        ("3", 620, 3), ("三个单元", 36, 3), ("96，96、104", 296, 3), ("1单元200、2单元210", 410, 2), ("2", 0, 2),
        ("96,0,104", 200, 3), ("0", 40, None), (None, 40, None), ("不详", 40, None), ("3梯6户", 40, None), ("1990", 40, None),
    ],
)  # fmt: skip
def test_number_of_units_as_written(text, households, number):
    assert count_units(text, households) == number


def test_a_piece_cut_along_its_units_counts_one():
    """A tower of three units in three pieces, a slab of two, a house that states none."""
    table = buildings(T=(620, "3", house(0, 0)), S=(40, "20,20", house(99, 0)), H=(5, None, house(199, 0)))
    atoms, _ = make_atoms(table, EMPTY, EMPTY, POLICY)
    assert atoms["units"].fillna(-1).to_dict() == {"H": -1, "S": 2, "T#1": 1, "T#2": 1, "T#3": 1}


@given(st.integers(1, 5000), st.lists(st.integers(0, 400), min_size=1, max_size=12).filter(any))
def test_shares_add_up_to_the_household(total, weights):
    shares = share_out(total, weights)
    assert sum(shares) == total and min(shares) >= 0 and len(shares) == len(weights)


HOUSES = {
    "L": box(0, 0, 60, 14).union(box(0, 0, 14, 45)),
    "U": box(0, 0, 60, 14).union(box(0, 0, 14, 45)).union(box(46, 0, 60, 45)),
    "courtyard": box(0, 0, 60, 40).difference(box(12, 12, 48, 28)),
    "two parts": MultiPolygon([box(0, 0, 30, 12), box(40, 5, 70, 17)]),
    "wardrobe": box(0, 0, 0.5, 0.4),
    "stamp": box(0, 0, 0.02, 0.02),
    "needle": Polygon([(0, 0), (40, 0.01), (40, 0.03)]),
    "round": Point(0, 0).buffer(15),
}


@pytest.mark.parametrize("turn", [0, 30, 90, 135])
@pytest.mark.parametrize("shape", HOUSES.values(), ids=HOUSES)
def test_slices_of_any_footprint_are_valid_and_proportional(shape, turn):
    units = [200, 0, 110, 310]
    footprint = rotate(shape, turn, origin=(0, 0))
    slices = cut_slices(footprint, units)
    whole = 200 + 110 + 110 + 310  # a unit without households has as much as the smallest with some
    assert [piece.area / footprint.area for piece in slices] == pytest.approx(
        [200 / whole, 110 / whole, 110 / whole, 310 / whole], rel=1e-3
    )
    assert all(piece.is_valid and piece.geom_type in ("Polygon", "MultiPolygon") for piece in slices)
    assert shapely.union_all(slices).symmetric_difference(footprint).area < 1e-6 * footprint.area
    if turn == 30:  # from west to east
        assert list(np.argsort([piece.centroid.x for piece in slices])) == [0, 1, 2, 3]


@pytest.mark.parametrize("shape", [*HOUSES.values(), box(0, 0, 1e-4, 1e-4), Point(3, 4)])
@pytest.mark.parametrize("units", ["4", "200,0,110,310", "17"])
def test_each_unit_of_a_tower_has_a_connected_cell(shape, units):
    atoms, _ = make_atoms(buildings(T=(620, units, shape), Z=(40, None, house(70, 60))), EMPTY, EMPTY, POLICY)
    ground = outline(-60, -20, 120, 100)
    cells = draw_cells(atoms, ground, barriers().set_crs(CRS, allow_override=True), POLICY).cells
    assert set(cells.geom_type) == {"Polygon"} and len(cells) == len(atoms)
    assert shapely.coverage_is_valid(cells.values) and cells.area.sum() == pytest.approx(180 * 120)
    assert atoms["households"].sum() == 660


@pytest.mark.parametrize(
    ("units", "codes"),
    [
        ("三栋", ["cells.units_unread"]),
        ("1单元200", ["cells.units_unread"]),
        ("200,210,211", ["cells.units_scaled", "plan.tower_cut"]),
        ("200,210,210", ["plan.tower_cut"]),
        ("不详", []),
    ],
)
def test_what_cannot_be_used_of_units_is_told(units, codes):
    atoms, findings = make_atoms(buildings(T=(620, units, house(0, 0))), EMPTY, EMPTY, POLICY)
    assert [f.code for f in findings] == codes and atoms["households"].sum() == 620
    assert all(f.ids == ("T",) and say_finding("zh", f) and say_finding("en", f) for f in findings)


def test_units_of_buildings_within_the_maximum_are_not_judged():
    assert make_atoms(buildings(T=(500, "三栋", house(0, 0))), EMPTY, EMPTY, POLICY)[1] == []
