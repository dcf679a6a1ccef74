"""Proposed halls on the maps: where they stand, what they say, only where there are any."""

from __future__ import annotations

from dataclasses import replace

import geopandas as gpd
import pandas as pd
import shapely
from page_shapes import data_of
from sample_run import A, B, sample_run

from gridder.assemble import place_halls
from gridder.outputs.geopackage import read_geopackage, write_geopackage
from gridder.outputs.maps.compare import draw_compare
from gridder.outputs.maps.page import draw_community


def propose(run, *places):
    """Return the sample with proposed halls: (community, kind, share now, share then, point)."""
    rows = [
        {
            "community_id": c,
            "kind": kind,
            "building": "柳堤7号楼",
            "share_now": now,
            "share_then": then,
            "geometry": at,
        }
        for c, kind, now, then, at in places
    ]
    return replace(run, proposed_halls=gpd.GeoDataFrame(rows, geometry="geometry", crs=run.crs))


def test_a_proposed_hall_is_a_dashed_sign_that_says_what_it_brings():
    """Those beside the halls that stay; that of another community, and a move, are not on the map."""
    run = sample_run()
    at = run.communities.geometry[A].representative_point()
    drawn = propose(
        run, (A, "new", 0.6196, 0.9999, at), (A, "moved", 0.6, 0.9, at), (B, "new", None, 0.9, at)
    )
    marks = [m for m in data_of(draw_community(drawn, A))["marks"] if m["kind"] == "hall_proposed"]
    assert [(m["say"], m["facts"]["now"], m["facts"]["then"]) for m in marks] == [
        ("hall_proposed", "61.9%", "99.9%")
    ]
    assert 'data-layers="mark_hall_proposed"' in draw_community(drawn, A)
    assert "mark_hall_proposed" not in draw_community(run, A)
    other = next(m for m in data_of(draw_community(drawn, B))["marks"] if m["kind"] == "hall_proposed")
    assert other["say"] == "hall_proposed_first" and "now" not in other["facts"]  # no hall is known there
    compared = data_of(draw_compare(run, drawn))["marks"]
    assert [sum(m["kind"] == "hall_proposed" for m in compared[side]) for side in ("old", "new")] == [0, 2]


def test_proposed_halls_come_back_from_a_delivery(tmp_path):
    run = sample_run()
    at = run.communities.geometry[A].representative_point()
    drawn = propose(run, (A, "new", float("nan"), 0.9, at))
    write_geopackage(drawn, tmp_path / "plan.gpkg")
    back = read_geopackage(tmp_path / "plan.gpkg")["proposed_halls"]
    assert back.geometry.iloc[0].distance(at) < 1e-6 and back.crs == run.crs
    marks = data_of(draw_community(replace(run, proposed_halls=back), A))["marks"]
    assert [m["say"] for m in marks if m["kind"] == "hall_proposed"] == ["hall_proposed_first"]


def test_a_proposed_hall_stands_in_its_building():
    buildings = gpd.GeoDataFrame(
        {"building_id": ["b", "a", "a"], "unit": ["", "2", "1"]},
        geometry=[shapely.box(20, 0, 30, 10), shapely.box(0, 20, 10, 30), shapely.box(0, 0, 10, 10)],
        crs=32650,
    )
    placed = place_halls(pd.DataFrame({"building_id": ["a", "b"], "kind": "new"}), buildings)
    assert [(p.x, p.y) for p in placed.geometry] == [(5, 5), (25, 5)]
