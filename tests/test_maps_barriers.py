"""Barriers, crossings and the ground between two lines on the community page."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from page_shapes import data_of, shapes_of
from sample_run import CRS, A, sample_run
from shapely import LineString, Point, box

from gridder.outputs.maps import page
from gridder.outputs.maps.barrier_shapes import draw_kind
from gridder.outputs.maps.layers import near_barriers
from gridder.outputs.maps.marks import turn_of
from gridder.tables import Run

OUTLINE = box(0, 0, 1000, 1000)


def barriers(*rows: tuple[str, str, Any], passage: str | None = None) -> gpd.GeoDataFrame:
    """Return barriers of (kind, made, shape)."""
    kinds, made, shapes = zip(*rows, strict=True)
    table = {"kind": kinds, "name": "", "made": made, "passage": passage}
    return gpd.GeoDataFrame(table, geometry=list(shapes), crs=CRS)


def with_barriers(*rows: tuple[str, str, Any], passage: str | None = None) -> Run:
    """Return the sample with more barriers."""
    run = sample_run()
    more = barriers(*rows, passage=passage)
    return replace(run, barriers=gpd.GeoDataFrame(pd.concat([run.barriers, more]), crs=CRS))


def middle() -> tuple[float, float]:
    run = sample_run()
    spot = run.communities.geometry.loc[A].centroid
    return spot.x, spot.y


# ── crossings ──


@pytest.mark.parametrize(
    ("end", "turn"), [((0, 9), 0), ((0, -9), 0), ((9, 9), 45), ((-9, 9), -45), ((9, 0), -90), ((-9, 0), -90)]
)
def test_the_sign_stands_along_the_way(end, turn):
    """Not turned it leads from south to north; degrees are clockwise."""
    assert turn_of(LineString([(0, 0), end])) == turn


@pytest.mark.parametrize(
    ("made", "passage", "kind", "said"),
    [
        ("", None, "crossing", "crossing_stated"),
        ("road", "bridge", "crossing", "crossing_flagged"),
        ("road", None, "crossing_rule", "crossing_rule"),
    ],
)
def test_a_crossing_says_where_it_comes_from(made, passage, kind, said):
    x, y = middle()
    run = with_barriers(("crossing", made, LineString([(x, y), (x + 20, y + 20)])), passage=passage)
    html = page.draw_community(run, A)
    mine = [m for m in data_of(html)["marks"] if m.get("turn") == 45]
    assert [(m["kind"], m["say"]) for m in mine] == [(kind, said)]
    assert "road_line_crosses" in data_of(html)["words"]["crossing_rule"]["zh"]
    assert ('data-key="crossing_rule"' in html) == (kind == "crossing_rule")  # legend only of what is there


def test_what_the_data_state_goes_before_what_the_rule_finds():
    x, y = middle()
    way = LineString([(x, y), (x, y + 20)])
    run = with_barriers(("crossing", "road", way), ("crossing", "", Point(x + 5, y + 10)))
    near = [m for m in data_of(page.draw_community(run, A))["marks"] if m["kind"] == "crossing_rule"]
    assert near == []


# ── lines and ground ──


def drawn(kind: str, *rows: tuple[str, str, Any], m_per_px: float = 1.0) -> Any:
    return draw_kind(near_barriers(barriers(*rows), OUTLINE), kind, m_per_px=m_per_px)


def test_pieces_of_a_line_and_closed_gaps_are_one_line():
    """The joined bit is part of the river; a piece given twice is drawn once."""
    first, second = LineString([(0, 500), (400, 500)]), LineString([(402, 500), (1000, 500)])
    rows = [("river", "", first), ("river", "", second), ("river", "", second)]
    gap = ("river", "joined", LineString([(400, 500), (402, 500)]))
    assert shapely.get_num_geometries(drawn("river", *rows).lines) == 2
    assert drawn("river", *rows, gap).lines.equals(LineString([(0, 500), (1000, 500)]))


def test_tracks_of_a_station_are_thin_but_one():
    """Four tracks 5 m apart and one far off: at 3 m a pixel their strokes would lie on each other."""
    tracks = [LineString([(0, 5 * n), (900 + n, 5 * n)]) for n in range(4)]
    far = LineString([(0, 600), (900, 600)])
    one = drawn("railway", *(("railway", "", t) for t in (*tracks, far)), m_per_px=3.0)
    assert one.lines.equals(shapely.union_all([tracks[3], far]))
    assert one.side.length == pytest.approx(sum(t.length for t in tracks[:3]))  # none is lost
    near = drawn("railway", *(("railway", "", t) for t in (*tracks, far)), m_per_px=0.2)
    assert near.side is None and shapely.get_num_geometries(near.lines) == 5


def test_ground_between_is_no_lake():
    x, y = middle()
    strip = box(x - 40, y - 20, x + 40, y + 20)
    html = page.draw_community(with_barriers(("river", "between", strip)), A)
    assert len(shapes_of(html, "between")) == 1
    plain = page.draw_community(sample_run(), A)
    assert shapes_of(html, "river_area") == shapes_of(plain, "river_area")
    assert 'data-key="between"' in html and 'data-key="between"' not in plain


@pytest.mark.parametrize(("other", "layer"), [("arterial", "road_between"), ("railway", "between")])
def test_ground_between_streets_is_street_and_beside_rails_is_not(other, layer):
    """A strip of 12 m, called road, between a road and another line; beside a railway one on either side."""
    x, y = middle()
    strip = box(x - 90, y, x + 90, y + 12)
    edges = [LineString([(x - 200, y + n), (x + 200, y + n)]) for n in (0, 12)]
    rows = [("road", "", edges[0]), (other, "", edges[1]), ("road", "between", strip)]
    if other == "railway":  # and the same on its other side: together their edge is mostly along roads
        beyond = box(x - 90, y + 12, x + 90, y + 24)
        rows += [
            ("road", "", LineString([(x - 200, y + 24), (x + 200, y + 24)])),
            ("road", "between", beyond),
        ]
    run = with_barriers(*rows)
    html = page.draw_community(run, A)
    assert [n for n in ("road_between", "between") if shapes_of(html, n)] == [layer]


def test_paths_and_crossings_are_no_roads():
    x, y = middle()
    path = LineString([(x - 90, y), (x + 90, y)])
    html = page.draw_community(with_barriers(("path", "", path)), A)
    assert shapes_of(html, "road_case") == shapes_of(page.draw_community(sample_run(), A), "road_case")


def test_3000_pieces_of_road_stay_light():
    """A lattice of streets in pieces of many points, half of it outside the community."""
    run = sample_run()
    x0, y0, x1, y1 = run.communities.geometry.loc[A].bounds
    steps = np.linspace(0, 1, 40)
    rows = []
    for n in range(3000):
        x, y = x0 - 300 + (n % 60) * (x1 - x0 + 600) / 60, y0 - 300 + (n // 60) * (y1 - y0 + 600) / 50
        points = np.column_stack([x + 20 * steps, y + 0.05 * np.sin(40 * steps)])
        rows.append(("road", "", LineString(points)))
    html = page.draw_community(with_barriers(*rows), A)
    assert len(shapes_of(html, "road_case")) == 1 and shapes_of(html, "road") == []  # points stand there once
    assert len(html.encode()) < len(page.draw_community(run, A).encode()) + 300_000
