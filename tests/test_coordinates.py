"""Datums against published values and round trips; the metric CRS chosen for a place."""

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import CRS

from gridder.coordinates import (
    GCJ_BOX,
    bd09_from_gcj02,
    bd09_from_wgs84,
    choose_metric_crs,
    gcj02_from_wgs84,
    is_at_home,
    is_metric,
    metric_crs_at,
    readings_at_home,
    shifted_to,
    undo_datum,
    usable_crs,
    wgs84_from,
)
from gridder.read import read_district


@pytest.mark.parametrize(
    ("wgs84", "gcj02"),  # the test points of eviltransform
    [
        ((121.5272106, 31.1774276), (121.531541859215, 31.17530398364597)),
        ((113.912316, 22.543847), (113.9171764808363, 22.540796131694766)),
        ((116.377817, 39.911954), (116.38404722455657, 39.91334545536069)),
    ],
)
def test_gcj02_of_published_points(wgs84, gcj02):
    lon, lat = gcj02_from_wgs84(np.array([wgs84[0]]), np.array([wgs84[1]]))
    assert (lon[0], lat[0]) == pytest.approx(gcj02, abs=1e-6)


def test_bd09_of_a_published_point():  # the README of coordtransform
    lon, lat = bd09_from_gcj02(np.array([116.404]), np.array([39.915]))
    assert (lon[0], lat[0]) == pytest.approx((116.41036949371029, 39.92133699351021), abs=1e-12)


def test_no_shift_outside_china():
    lon, lat = np.array([2.35]), np.array([48.85])
    assert gcj02_from_wgs84(lon, lat) == (lon, lat)


@settings(max_examples=60, deadline=None)
@given(
    lon=st.floats(73.5, 135.0),
    lat=st.floats(18.0, 53.5),
    datum=st.sampled_from(["gcj02", "bd09"]),
)
def test_the_inverse_is_exact(lon, lat, datum):
    forward = gcj02_from_wgs84 if datum == "gcj02" else bd09_from_wgs84
    there = forward(np.array([lon]), np.array([lat]))
    back = wgs84_from(datum, *there)
    assert abs(back[0][0] - lon) < 1e-11 and abs(back[1][0] - lat) < 1e-11  # a micrometre


@pytest.mark.parametrize("datum", ["gcj02", "bd09"])
def test_the_inverse_on_a_dense_grid_to_the_edges_of_the_box(datum):
    """Every 0.2 degrees, and along the edges of the box just inside and on them."""
    west, south, east, north = GCJ_BOX
    lon, lat = np.meshgrid(
        np.append(np.arange(west, east, 0.2), [east - 1e-6, east]),
        np.append(np.arange(south, north, 0.2), [north - 1e-6, north]),
    )
    lon, lat = lon.ravel(), lat.ravel()
    there = shifted_to(datum, lon, lat)
    assert np.hypot(there[0] - lon, there[1] - lat).min() > 1e-5  # every one is moved
    back = wgs84_from(datum, *there)
    worst = np.maximum(np.abs(back[0] - lon), np.abs(back[1] - lat))
    slack = 1e-8  # of the edges themselves: rounding may carry a place on them out of the box
    inner = (lon > west + slack) & (lon < east - slack) & (lat > south + slack) & (lat < north - slack)
    assert worst[inner].max() < 1e-9


def test_a_frame_in_gcj02_moves_by_hundreds_of_metres_and_keeps_gaps():
    frame = gpd.GeoDataFrame(geometry=[shapely.box(125.3, 43.8, 125.301, 43.801), None], crs=4326)
    undone = undo_datum(frame, "gcj02")
    metres = [f.to_crs(4549).geometry.iloc[0].centroid for f in (frame, undone)]
    assert 400 < metres[0].distance(metres[1]) < 900
    assert undone.geometry.iloc[1] is None and frame.geometry.iloc[0].bounds[0] == 125.3


@pytest.mark.parametrize(
    ("lon", "lat", "code"),
    [
        (125.3, 43.9, 4551),  # Changchun: nearest meridian 126°E
        (120.2, 30.3, 4549),
        (74.0, 39.5, 4534),
        (135.0, 48.0, 4554),
        (39.9, 59.2, 32637),  # Vologda: not China, UTM 37N
        (-70.0, -33.0, 32719),
        (180.0, 10.0, 32660),
    ],
)
def test_the_zone_of_a_place(lon, lat, code):
    assert metric_crs_at(lon, lat).to_epsg() == code


def test_the_zone_has_the_meridian_of_the_place():
    for meridian in range(75, 136, 3):
        params = metric_crs_at(meridian + 0.4, 40.0).coordinate_operation.params
        assert {p.name: p.value for p in params}["Longitude of natural origin"] == meridian


def frame_at(x, y, crs):
    return gpd.GeoDataFrame(geometry=gpd.points_from_xy([x, x + 1], [y, y + 1]), crs=crs)


def test_a_metric_crs_is_kept():
    assert choose_metric_crs(frame_at(355_000, 6_688_000, 2154)).to_epsg() == 2154


def test_web_mercator_is_not_metric():  # its metre is 0.72 m in Changchun
    assert choose_metric_crs(frame_at(13_950_000, 5_440_000, 3857)).to_epsg() == 4551


def test_us_feet_are_not_metric():
    assert choose_metric_crs(frame_at(985_000, 200_000, 2263)).to_epsg() == 32618


def test_rows_gone_astray_do_not_move_the_zone():
    frame = gpd.GeoDataFrame(
        geometry=gpd.points_from_xy([125.3, 125.31, 125.32, 0.0], [43.8, 43.8, 43.8, 0.0]), crs=4326
    )
    assert choose_metric_crs(frame).to_epsg() == 4551


def test_a_crs_that_says_nothing_of_the_earth_is_none():
    assert (
        usable_crs(
            CRS.from_wkt(
                'ENGCRS["Undefined",EDATUM["x"],CS[Cartesian,2],AXIS["x",east],AXIS["y",north],LENGTHUNIT["metre",1]]'
            )
        )
        is None
    )
    assert usable_crs(None) is None
    assert usable_crs(CRS("EPSG:4549+5773")).to_epsg() == 4549


@pytest.mark.parametrize(
    "crs",
    [
        "EPSG:4326", "EPSG:4490", "EPSG:4551", "EPSG:4530", "EPSG:4510", "EPSG:4499", "EPSG:32651", "EPSG:3857",
        CRS(4551).to_wkt("WKT1_ESRI"), CRS(4530).to_wkt("WKT1_ESRI"),
        "+proj=tmerc +lat_0=0 +lon_0=125.5 +k=1 +x_0=500000 +y_0=0 +ellps=GRS80 +units=m",
        "+proj=tmerc +lat_0=0 +lon_0=126 +k=1 +x_0=500000 +y_0=0 +ellps=GRS80 +units=us-ft",
    ],
)  # fmt: skip
def test_a_place_is_the_same_in_every_crs_it_may_be_given_in(tmp_path, crs):
    """Files in each of them, a shapefile without EPSG code among them, lead to one place, to the millimetre."""
    true = gpd.GeoDataFrame(
        {"building_id": ["a"], "households": [5]},
        geometry=[shapely.box(125.3, 43.9, 125.301, 43.901)],
        crs=4326,
    )
    given = true.set_geometry(true.geometry.segmentize(0.0001)).to_crs(crs)
    given.to_file(tmp_path / "buildings.shp")
    district = read_district(tmp_path / "buildings.shp")
    assert is_metric(district.crs, *district.buildings.total_bounds[:2])
    if CRS(crs).to_epsg() in (None, 3857, 4326, 4490) and not is_metric(given.crs, *given.total_bounds[:2]):
        assert district.crs.to_epsg() == 4551  # degrees, Web Mercator and feet are planned in the zone
    expected = true.geometry.to_crs(4551).iloc[0].centroid
    assert district.buildings.geometry.to_crs(4551).iloc[0].centroid.distance(expected) < 0.001
    assert not [f for f in district.findings if f.code.startswith("datum.")]


@pytest.mark.parametrize(
    ("code", "place", "mends"),
    [
        (4551, (544_300, 4_857_200), None),
        (4549, (744_300, 4_857_200), None),  # the next zone is used now and then
        (4551, (4_857_200, 544_300), ["EPSG:4551 (X ↔ Y)"]),
        (4551, (42_544_300, 4_857_200), ["EPSG:4530"]),
        (4530, (544_300, 4_857_200), ["EPSG:4551"]),
        (4530, (4_857_200, 42_544_300), ["EPSG:4530 (X ↔ Y)"]),
        (2442, (45_544_300, 4_857_200), ["EPSG:2421"]),
        (2154, (6_688_000, 355_000), ["EPSG:2154 (X ↔ Y)"]),
        (4326, (125.3, 43.9), None),
    ],
)
def test_places_far_from_home_and_what_would_bring_them_there(code, place, mends):
    crs = CRS.from_epsg(code)
    assert is_at_home(crs, *place) == (mends is None)
    assert mends is None or readings_at_home(crs, *place) == mends
