"""The pages measured: houses stay houses, neighbours stay neighbours, a row says what was measured."""

from __future__ import annotations

import geopandas as gpd
import pytest
import shapely

from benchmarks.large_pages import bend, notch
from benchmarks.pages import HEAD, Measured, tabulate


@pytest.mark.parametrize("house", [shapely.box(0, 0, 30, 12), shapely.box(0, 0, 12, 30)])
def test_a_notched_house_has_twelve_corners(house):
    shape = notch(house)
    assert shape.is_valid and len(shape.exterior.coords) == 13
    assert house.contains(shape) and 0.7 * house.area < shape.area < house.area


def test_bent_outlines_still_share_their_boundary():
    pair = gpd.GeoSeries([shapely.box(0, 0, 500, 400), shapely.box(500, 0, 900, 400)], index=["a", "b"])
    west, east = bend(pair)
    assert west.intersection(east).area < 1e-6  # metres²
    assert shapely.length(shapely.intersection(east.boundary, west.buffer(1e-6))) > 400
    assert len(west.exterior.coords) > 150


def test_a_row_says_what_was_measured():
    line = tabulate([Measured("a", 890_000, 0.5, 0.25, (16.6, 33.4), (9.0, 25.0))]).splitlines()
    assert line[0].count("|") == len(HEAD) + 1 == line[2].count("|")
    assert line[2] == "| a | 0.89 | 0.50 | 0.25 | 17 | 33 | 9 | 25 |"
