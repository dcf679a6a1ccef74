"""Buildings become atoms: whole, or cut along their entrance units when above the maximum."""

from __future__ import annotations

import geopandas as gpd
import pytest
from ground import CRS, house
from hypothesis import given
from hypothesis import strategies as st
from shapely import Point, box
from shapely.affinity import rotate

from gridder.atoms import make_atoms, read_units, share_out
from gridder.policy import load_policy

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
    ],
)
def test_units_as_written(text, households, units):
    assert read_units(text, households) == units


@given(st.integers(1, 5000), st.lists(st.integers(0, 400), min_size=1, max_size=12).filter(any))
def test_shares_add_up_to_the_household(total, weights):
    shares = share_out(total, weights)
    assert sum(shares) == total and min(shares) >= 0 and len(shares) == len(weights)
