"""The basemap: nothing of the network without it; with it tiles, a note that says so, and a page that works without them."""

from __future__ import annotations

import re
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import shapely
from page_shapes import data_of, shapes_of
from sample_run import A, sample_run

from gridder.coordinates import gcj02_from_wgs84
from gridder.errors import UsageError
from gridder.outputs.maps.basemap import find_basemap, place_on
from gridder.outputs.maps.compare import draw_compare
from gridder.outputs.maps.index import draw_index
from gridder.outputs.maps.page import draw_community
from gridder.request import Request

TILES = "https://tiles.example.org/{z}/{x}/{y}.png"
AMAP = "https://wprd01.is.autonavi.com/appmaptile?x={x}&y={y}&z={z}"


@pytest.mark.parametrize("asked", [None, TILES])
def test_addresses_stand_in_the_page_only_when_asked_for(asked):
    basemap = find_basemap(asked)
    for html in (
        draw_community(sample_run(), A, basemap=basemap),
        draw_index(sample_run(), {}, basemap=basemap),
    ):
        assert ("basemap" in data_of(html)) == bool(asked)
        own = re.sub(r"/\*.*?\*/|http://www\.w3\.org/\d+/svg|https://leafletjs\.com", "", html, flags=re.S)
        assert set(re.findall(r"https?://[\w.]+", own)) == ({"https://tiles.example.org"} if asked else set())


def test_tianditu_has_its_names_and_its_key():
    basemap = find_basemap("tianditu", key="abc123")
    assert [re.search(r"LAYER=(\w+)", url)[1] for url in basemap.urls] == ["vec", "cva"]
    assert all(url.endswith("tk=abc123") and "{z}" in url and "{s}" in url for url in basemap.urls)
    assert basemap.datum == "wgs84" and basemap.facts()["name"]["zh"] == "底图 © 天地图"


@pytest.mark.parametrize(
    ("asked", "more", "code"),
    [
        ("tianditu", {}, "basemap.no_key"),
        ("tianditu", {"key": "a b&c"}, "basemap.key_form"),
        ("osm", {}, "basemap.address"),
        ("https://x.org/{z}/{x}.png", {}, "basemap.address"),
        ("javascript:alert(1)/{z}/{x}/{y}", {}, "basemap.address"),
        ('https://x.org/"{z}/{x}/{y}', {}, "basemap.address"),
        (TILES, {"datum": "bd09"}, "basemap.datum"),
    ],
)
def test_what_is_no_tile_service_is_refused(asked, more, code):
    with pytest.raises(UsageError) as refused:
        find_basemap(asked, **more)
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("asked", "datum", "found"),
    [(TILES, None, "wgs84"), (AMAP, None, "gcj02"), (TILES, "gcj02", "gcj02"), (AMAP, "wgs84", "wgs84")],
)
def test_the_datum_is_that_of_the_service_unless_said(asked, datum, found):
    assert find_basemap(asked, datum=datum).datum == found
    assert ("GCJ-02" in find_basemap(asked, datum=datum).facts()["note"]["zh"]) == (found == "gcj02")


def test_tiles_in_gcj02_get_a_plan_in_gcj02():
    """Every corner lies where the public formula puts it, to the decimetre; what is measured is left as it was."""
    run, basemap = sample_run(), find_basemap(AMAP)
    placed = place_on(run, basemap)
    true = shapes_of(draw_community(run, A), "halo")[0]
    shown = shapes_of(draw_community(placed, A, basemap=basemap), "halo")[0]
    lon, lat = shapely.get_coordinates(true).T
    expected = np.column_stack(gcj02_from_wgs84(lon, lat))
    assert shapely.hausdorff_distance(shown, shapely.Polygon(expected)) < 3e-6
    assert abs(expected - shapely.get_coordinates(true)).max() > 1e-3  # a hundred metres and more
    assert placed.crs == run.crs and (placed.grids["area_m2"] == run.grids["area_m2"]).all()
    for name in ("buildings", "barriers", "compounds", "sites", "halls", "previous_grids", "cells"):
        assert not getattr(placed, name).geometry.iloc[0].equals(getattr(run, name).geometry.iloc[0])
    assert place_on(run, find_basemap(TILES)) is run


def test_rounds_are_moved_too():
    run = sample_run()
    line = gpd.GeoSeries([run.grids.geometry.iloc[0].boundary], crs=run.crs)
    grids = run.grids.assign(route=[line.iloc[0].wkt] + [None] * (len(run.grids) - 1))
    placed = place_on(type(run)(**(vars(run) | {"grids": grids})), find_basemap(AMAP))
    moved = shapely.from_wkt(placed.grids["route"].iloc[0])
    assert moved.hausdorff_distance(placed.grids.geometry.iloc[0].boundary) < 0.01
    assert not isinstance(placed.grids["route"].iloc[1], str)


def test_the_command_line_says_it_before_it_plans():
    with pytest.raises(UsageError):
        Request(basemap="tianditu").drawing()
    assert Request().drawing().basemap is None


# ── in a browser ──


@pytest.mark.browser
@pytest.mark.parametrize("page", ["community", "index"])
def test_tiles_are_asked_for_and_the_page_works_without_them(browser, tmp_path, page):
    basemap = find_basemap(TILES)
    html = (
        draw_community(sample_run(), A, basemap=basemap)
        if page == "community"
        else draw_index(sample_run(), {}, basemap=basemap)
    )
    (tmp_path / "a.html").write_text(html, "utf-8")
    asked: list[str] = []
    errors: list[str] = []
    tab = browser.new_page(viewport={"width": 1440, "height": 900})
    tab.on("pageerror", lambda error: errors.append(str(error)))

    def refuse(route: Any) -> None:
        asked.append(route.request.url)
        route.abort()

    tab.route("https://**/*", refuse)
    tab.goto((tmp_path / "a.html").as_uri())
    assert "需要联网" in tab.inner_text(".basemap")
    tab.wait_for_timeout(100)
    assert asked and all(url.startswith("https://tiles.example.org/") for url in asked)
    tab.uncheck(".basemap input")
    assert tab.evaluate("document.querySelectorAll('.leaflet-tile').length") == 0
    tab.click('[data-set-lang="en"]')
    assert "needs the network" in tab.inner_text(".basemap")
    if page == "community":
        tab.click("tbody.grid .row")
        assert tab.locator("tbody.chosen").count() == 1
    assert errors == []
    tab.close()


def test_a_comparison_stands_where_its_tiles_do():
    """Both plans are moved by the same some hundred metres; without tiles nothing is."""
    run = sample_run()
    plain, shifted = (data_of(draw_compare(run, run, basemap=b)) for b in (None, find_basemap(AMAP)))
    assert "basemap" not in plain and shifted["basemap"]["urls"] == [AMAP]
    (lat, lng), (to_lat, to_lng) = (told["scopes"][0]["bounds"][0] for told in (plain, shifted))
    assert 0.001 < abs(lat - to_lat) + abs(lng - to_lng) < 0.02
    for here, there in zip(plain["marks"]["old"], shifted["marks"]["old"], strict=True):
        there_too = [here["at"][0] + to_lat - lat, here["at"][1] + to_lng - lng]
        assert there["at"] == pytest.approx(there_too, abs=1e-4)
