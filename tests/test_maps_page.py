"""The community page and the sheets of grid workers: what they hold, and that nothing leaves the file."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from itertools import combinations
from typing import Any

import folium.plugins
import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from page_shapes import shapes_of
from sample_run import CRS, HOSTILE, TEMPLATE, A, B, C, sample_run
from shapely import Polygon, box

from gridder.outputs.maps import facts, folium_page, labels, layers, page, palette, rows, two
from gridder.outputs.maps.chart import keep_inside
from gridder.outputs.maps.labels import Label
from gridder.outputs.maps.sheet import make_sheet
from gridder.policy import load_policy
from gridder.tables import Run
from gridder.text import LANGS, say


@pytest.fixture(scope="module")
def run() -> Run:
    return sample_run()


@pytest.fixture(scope="module")
def html(run: Run) -> str:
    return page.draw_community(run, A)


def script_data(html: str) -> dict[str, Any]:
    """Return the JSON that a page carries for its script."""
    text = html.split('id="gridder-data">')[1].split("</script>")[0]
    return json.loads(text)


# ── one file, the same bytes, nothing from the network ──


def test_same_run_same_bytes(html: str) -> None:
    assert page.draw_community(sample_run(), A) == html
    assert page.draw_worker_sheets(sample_run(), A) == page.draw_worker_sheets(sample_run(), A)


@pytest.mark.parametrize("community_id", [A, B, C])
def test_nothing_is_asked_of_the_network(run: Run, community_id: str) -> None:
    for text in (page.draw_community(run, community_id), page.draw_worker_sheets(run, community_id)):
        assert not re.search(r"<(script|img|iframe|object)[^>]*\ssrc=", text)
        assert re.findall(r"<link[^>]*>", text) == ['<link rel="icon" href="data:,">']
        assert not re.search(r"url\((?!#|&|\x22?data:)|@import|sourceMappingURL", text)
        hosts = set(re.findall(r"https?://([\w.-]+)", text))
        assert hosts <= {
            "www.w3.org",
            "leafletjs.com",
        }  # namespaces and a credit inside Leaflet: never fetched


def test_an_asset_nobody_vendored_is_an_error() -> None:
    chart = folium_page.new_map("main", (43.8, 126.5))
    folium.plugins.Fullscreen().add_to(chart)
    with pytest.raises(ValueError, match="no vendored copy"):
        folium_page.render([chart], folium_page.Page({"zh": "", "en": ""}, "", "zh"))


def test_elements_have_names_of_ours(html: str) -> None:
    assert not re.search(r"_[0-9a-f]{32}", html)  # branca's random ids
    assert 'id="map_main"' in html and "geo_json_ground" in html


def test_run_is_not_changed(run: Run) -> None:
    before = {name: table.copy() for name, table in vars(run).items() if isinstance(table, pd.DataFrame)}
    page.draw_community(run, A)
    page.draw_worker_sheets(run, A)
    for name, table in before.items():
        pd.testing.assert_frame_equal(pd.DataFrame(table), pd.DataFrame(getattr(run, name)))


# ── names are text ──


def test_hostile_names_are_text(run: Run) -> None:
    community = run.communities.assign(name=HOSTILE, subdistrict="<b>" + TEMPLATE)
    compounds = run.compounds.assign(name=HOSTILE)
    barriers = run.barriers.assign(name=HOSTILE)
    hostile = replace(
        run,
        name=HOSTILE,
        communities=community,
        compounds=compounds,
        barriers=barriers,
        halls=run.halls.assign(name=HOSTILE),
    )
    for text in (page.draw_community(hostile, A), page.draw_worker_sheets(hostile, A)):
        assert "<img" not in text and "onerror=alert(1)>" not in text
        assert "&lt;img" in text
        assert "<b>" + TEMPLATE not in text and "{{7*7}}" in text and "站前49" not in text
        assert text.count("</script>") == text.count("<script")


def test_template_in_a_building_survives_branca(run: Run) -> None:
    named = replace(run, buildings=run.buildings.assign(name="{{7*7}}{% raw %}{# #}"))
    assert script_data(page.draw_community(named, A))["buildings"][0][2] == "{{7*7}}{% raw %}{# #}"


def test_json_stands_safely_in_a_script() -> None:
    text = folium_page.dump_json({"name": "</script><!--\u2028&"})
    assert not set("<>&\u2028") & set(text)
    assert json.loads(text) == {"name": "</script><!--\u2028&"}


def test_texts_in_both_languages_are_escaped() -> None:
    assert two.mark_up({"zh": "<i>", "en": "&"}) == (
        '<span class="zh" lang="zh-CN">&lt;i&gt;</span><span class="en" lang="en">&amp;</span>'
    )
    assert two.mark_up({"zh": "7", "en": "7"}) == "7"


# ── file names ──


def test_page_names_are_safe_and_differ() -> None:
    names = page.page_names(
        ["220102001001", "柳堤社区", "a/b", "a b", "A_B", "index", "x", "x-grids", "../up"]
    )
    assert names["220102001001"] == "220102001001" and names["柳堤社区"] == "柳堤社区"
    assert all(re.fullmatch(r"[0-9A-Za-z_\-\u4e00-\u9fff]+", name) for name in names.values())
    files = [name.casefold() for name in names.values()] + [
        f"{name}-grids".casefold() for name in names.values()
    ]
    assert len(set(files) | {"index", "compare"}) == len(files) + 2


def test_page_names_do_not_depend_on_order() -> None:
    ids = ["a/b", "a b", "c"]
    assert page.page_names(ids) == page.page_names(ids[::-1])


# ── colours ──


def lattice(n: int) -> gpd.GeoDataFrame:
    """Return n × n squares, every third one special."""
    squares = [box(i, j, i + 1, j + 1) for i in range(0, 10 * n, 10) for j in range(0, 10 * n, 10)]
    shapes = [shapely.affinity.scale(s, 10, 10, origin=(s.bounds[0], s.bounds[1])) for s in squares]
    status = ["special" if k % 3 == 0 else "lawful" for k in range(len(shapes))]
    return gpd.GeoDataFrame(
        {"status": status}, geometry=shapes, index=[f"g{k:03d}" for k in range(len(shapes))]
    )


def test_corners_make_no_neighbours() -> None:
    pairs = palette.find_neighbours(lattice(2))
    assert [tuple(pair) for pair in pairs.to_numpy()] == [
        ("g000", "g001"), ("g000", "g002"), ("g001", "g003"), ("g002", "g003"),
    ]  # fmt: skip


def voronoi(seed: int) -> gpd.GeoDataFrame:
    """Return the 60 cells of random points in a square: an irregular map."""
    points = np.random.default_rng(seed).uniform(0, 1000, (60, 2))
    cells = shapely.get_parts(
        shapely.voronoi_polygons(shapely.MultiPoint(points), extend_to=box(0, 0, 1000, 1000))
    )
    return gpd.GeoDataFrame(
        {"status": "lawful"}, geometry=cells, index=[f"g{k:02d}" for k in range(len(cells))]
    )


@pytest.mark.parametrize("grids", [lattice(6), *(voronoi(seed) for seed in range(8))])
def test_neighbours_never_share_a_colour(grids: gpd.GeoDataFrame) -> None:
    edges = palette.find_neighbours(grids)
    colour = palette.colour_grids(grids, edges)
    assert set(colour) <= set(range(5))
    assert all(colour[a] != colour[b] for a, b in edges.to_numpy())


def test_clashes_are_mended_with_few_changes() -> None:
    """A path whose ends clash needs one change; six grids that all touch need six colours and stay as they are."""
    near = {"a": {"b"}, "b": {"a", "c"}, "c": {"b", "d"}, "d": {"c"}}
    had = {"a": 0, "b": 0, "c": 1, "d": 0}
    colour = palette.part_neighbours(near, had)
    assert all(colour[a] != colour[b] for a in near for b in near[a])
    assert sum(colour[code] != had[code] for code in near) == 1
    six = {str(k): {str(j) for j in range(6) if j != k} for k in range(6)}
    assert palette.part_neighbours(six, dict.fromkeys(six, 3)) == dict.fromkeys(six, 3)


def test_sample_neighbours_differ(run: Run) -> None:
    grids = page.grids_of(run, A)
    edges = palette.find_neighbours(grids)
    assert len(edges) >= 8  # 001|002 stand on both sides of the river and count
    assert all(grids.colour[a] != grids.colour[b] for a, b in edges.to_numpy())


# ── labels ──


LARGE = ((60.0, 40.0),)


def test_a_narrow_grid_takes_the_small_label() -> None:
    """The only room for 28 × 15 is the square head of a key; its middle is on the thin shaft."""
    key = shapely.union_all([box(0, 0, 200, 6), box(170, -20, 210, 20)])
    placed = labels.place_labels([Label("key", key, ((58, 38), (28, 15)))], [], m_per_px=1.0)["key"]
    assert key.contains(box(placed.x - 14, placed.y - 7.5, placed.x + 14, placed.y + 7.5))


@pytest.mark.parametrize("seed", range(4))
def test_no_point_is_passed_over_that_could_win(monkeypatch: pytest.MonkeyPatch, seed: int) -> None:
    """Points reckoned from the centre outwards, and all of them at once: the same labels at the same places."""
    rng = np.random.default_rng(seed)
    spots, sizes = rng.uniform(0, 300, (60, 2)), rng.uniform(8, 40, (60, 2))
    buildings: list[Any] = [box(x, y, x + w, y + h) for (x, y), (w, h) in zip(spots, sizes, strict=True)]
    rings = rng.uniform(0, 300, (3, 7, 2))
    wanted = [Label(str(n), shapely.MultiPoint(ring).convex_hull, LARGE) for n, ring in enumerate(rings)]
    placed = labels.fit_labels(wanted, buildings, m_per_px=1.0)
    monkeypatch.setattr(labels, "AT_ONCE", 10**9)
    assert labels.fit_labels(wanted, buildings, m_per_px=1.0) == placed != {}


def test_labels_stand_inside_and_apart() -> None:
    """Two squares side by side; the left one is full of buildings but for its upper part."""
    left, right = box(0, 0, 200, 200), box(200, 0, 400, 200)
    buildings: list[Any] = [box(10, 10, 190, 120)]
    wanted = [Label("left", left, LARGE), Label("right", right, LARGE), Label("name", right, ((60, 16),))]
    placed = labels.place_labels(wanted, buildings, m_per_px=1.0)
    boxes = {
        k: box(p.x - 30, p.y - (8 if k == "name" else 20), p.x + 30, p.y + (8 if k == "name" else 20))
        for k, p in placed.items()
    }
    assert set(boxes) == {"left", "right", "name"}
    assert left.contains(boxes["left"]) and right.contains(boxes["right"])
    assert boxes["left"].intersection(buildings[0]).area < 0.02 * boxes["left"].area
    assert not any(boxes[a].intersects(boxes[b]) for a, b in combinations(boxes, 2))


def test_whoever_finds_no_room_is_not_drawn() -> None:
    small = box(0, 0, 30, 30)
    wanted = [
        Label("first", small, LARGE),
        Label("second", small, LARGE),
        Label("third", small, LARGE, must=True),
    ]
    assert set(labels.place_labels(wanted, [], m_per_px=1.0)) == {"first", "third"}


# ── what the page says ──


def test_verdict_and_exception_are_said(html: str) -> None:
    assert "5 个网格：4 个合规，1 个需要看" in html
    assert "5 grids: 4 lawful, 1 to look at" in html
    assert "这 246 户被铁路隔开" in html and "cut off by the railway" in html
    assert "1,858 户，可划 4–6 格" in html


@pytest.mark.parametrize(
    "status", ["optimal", "bounded", "locally_optimal", "feasible", "relaxed", "failed", "empty"]
)
def test_every_status_has_a_quality(status: str) -> None:
    quality = facts.say_quality(
        status, {"gap": 0.0123 if status == "bounded" else None, "bound_kind": "global"}
    )
    assert quality["zh"] and quality["en"]
    assert ("最优方案相差不超过 1.3%" in quality["zh"]) == (status == "bounded")
    claims_best = "已证明最优" in quality["zh"]
    assert claims_best == (status == "optimal")


def test_a_gap_is_never_rounded_down() -> None:
    assert [facts.per_cent(gap) for gap in (0.0, 0.012, 0.01201, 0.0004)] == ["0.0", "1.2", "1.3", "0.1"]


def test_a_bound_for_one_k_says_so() -> None:
    quality = facts.say_quality("bounded", {"gap": 0.01, "bound_kind": "fixed_k", "k": 7})
    assert "7 格" in quality["zh"] and "7 grids" in quality["en"]
    best = facts.say_quality("optimal", {"gap": 0.0, "bound_kind": "fixed_k", "k": 7})
    assert "7 格的方案中最优" in best["zh"] and "same number of grids, 7" in best["en"]
    assert "pieces" not in best["en"]


def test_a_bound_for_one_k_holds_for_that_of_each_piece() -> None:
    proven = {"gap": 0.0, "bound_kind": "fixed_k", "k": 9, "pieces": 2}
    best = facts.say_quality("optimal", proven)
    assert "2 片各自的格数不变" in best["zh"] and "each of its 2 connected pieces" in best["en"]
    bound = facts.list_evidence(proven | {"objective_m": 30.4, "bound_m": 30.4})[1]
    assert "2 片各自的格数不变" in bound["zh"]
    assert "pieces" not in facts.say_quality("optimal", proven | {"bound_kind": "global"})["en"]


REASONS: dict[str, Any] = {
    "community": "柳堤社区",
    "building": "1号楼",
    "building_households": 612,
    "barrier": "railway",
    "households": 246,
    "total": 550,
    "minimum": 300,
    "maximum": 500,
}
REMEDIES: list[dict[str, Any]] = [
    {"code": "open_crossing", "barrier": "river", "households_together": 600, "k_min": 2, "k_max": 2},
    {"code": "open_crossing", "barrier": "river", "households_together": 900, "k_min": 2, "k_max": 3},
    {"code": "merge_community", "community": "柳堤社区", "households": 900},
    {"code": "add_units", "building": "1号楼"},
    {"code": "add_units", "building": "1号楼", "households": 620, "parts": 2, "each": 310, "maximum": 500},
    {
        "code": "open_crossing",
        "barrier": "river",
        "households_together": 600,
        "k_min": 2,
        "k_max": 2,
        "building_here": "1号楼",
        "building_there": "2号楼",
        "cells": ["a", "b"],
        "apart_m": 40,
        "x": 1.0,
        "y": 2.0,
    },
    {"code": "widen_min", "allowed": 283, "minimum": 300, "maximum": 500, "difference": 17},
    {"code": "widen_max", "allowed": 504, "minimum": 300, "maximum": 500, "difference": 4},
    {"code": "accept", "households": 246, "minimum": 300, "maximum": 500, "difference": 54},
]
CODES = [
    "community_too_small",
    "community_between_k",
    "building_too_large",
    "pocket_too_small",
    "pocket_between_k",
    "articulation",
    "no_partner",
    "lock",
    "not_found",
]


@pytest.mark.parametrize("code", CODES)
def test_every_exception_can_be_said(code: str) -> None:
    for kind in ("railway", ""):
        said = two.say_reason(code, REASONS | {"barrier": kind})
        assert all(said[lang] and "{" not in said[lang] for lang in LANGS)
        assert ("铁路" in said["zh"]) == (kind == "railway" and code.startswith("pocket_"))


@pytest.mark.parametrize("remedy", REMEDIES, ids=lambda remedy: remedy["code"])
def test_every_remedy_can_be_said(remedy: dict[str, Any]) -> None:
    said = two.say_remedy(remedy)
    assert all(said[lang] and "{" not in said[lang] for lang in LANGS)
    assert not any("2–2" in said[lang] for lang in LANGS)


def test_clauses_are_named_in_both_languages() -> None:
    assert facts.clause_name("A二(三)2") == {"zh": "A二(三)2", "en": "A 2(3)2"}
    tag = facts.clause_tag(load_policy(), "hall_staff")
    assert tag["house"] and tag["name"]["zh"] == "内部规则"


def test_a_window_of_its_own_is_announced(run: Run) -> None:
    other = replace(run, policy=load_policy("changchun-2020"))
    assert "与吉林 A二(三)2（300–500）不一致" in page.draw_community(other, A)
    assert "与吉林 A二(三)2（300–500）不一致" not in page.draw_community(run, A)


def test_unknown_figures_are_not_invented(run: Run) -> None:
    row = run.communities.loc[C].copy()
    row[
        [
            "posts_min",
            "posts_max",
            "posts",
            "hall_staff",
            "field_staff",
            "party_posts",
            "present",
            "hiring_gap",
        ]
    ] = pd.NA
    told = rows.tell_staffing(run.policy, row)
    assert told["sentence"]["zh"] == say("zh", "maps.posts_unknown") and told["scale"] is None
    assert told["figures"] == []


def test_options_keep_the_chosen_k() -> None:
    options = [
        {"k": k, "objective_m": None, "smallest": None, "largest": None, "proven": False}
        for k in range(8, 21)
    ]
    told = rows.tell_options(load_policy(), {"k": 12, "k_options": options}, pd.Series(dtype=object))
    assert [o["k"] for o in told if o["chosen"]] == [12] and len(told) == rows.OPTIONS_MAX
    assert [o["k"] for o in told] == sorted(o["k"] for o in told)


def test_grids_that_need_a_look_come_first(html: str) -> None:
    order = re.findall(r'<tbody class="grid (\w+)', html)
    assert order == ["exception", "lawful", "lawful", "lawful", "lawful", "special"]


def test_legend_switches_what_is_drawn(html: str) -> None:
    drawn = set(re.findall(r"var geo_json_(\w+) = gridder\.shapes", html))
    switched = [
        name for entry in re.findall(r' data-key="\w+" data-layers="([^"]+)"', html) for name in entry.split()
    ]
    assert len(switched) == len(set(switched))
    marks = {"mark_crossing", "mark_crossing_rule", "mark_hall"}
    assert set(switched) - marks == drawn - {"halo", "blank"}
    hidden = re.findall(r'data-layers="([^"]+)"><svg', html)
    assert hidden == ["tour", "previous"]


def test_buildings_of_the_page_are_those_of_the_community(run: Run, html: str) -> None:
    data = script_data(html)
    mine = run.buildings[run.buildings.community_id == A]
    assert [b[0] for b in data["buildings"]] == sorted(mine.building_id)
    assert sum(b[3] for b in data["buildings"]) == int(mine.households.sum())
    for building in data["buildings"]:
        assert data["grids"][building[4]]["code"] == run.buildings.loc[building[0], "grid_code"]


def test_every_building_is_on_one_worker_sheet(run: Run) -> None:
    text = page.draw_worker_sheets(run, A)
    assert len(re.findall(r'<article class="worker"', text)) == 6
    for name in run.buildings.loc[run.buildings.community_id == A, "name"]:
        assert len(re.findall(f"<td>{re.escape(name)}</td>", text)) == 1


# ── shapes, coordinates and size ──


@pytest.mark.parametrize("community_id", [A, B, C])
def test_no_shape_is_a_marker(run: Run, community_id: str) -> None:
    """Leaflet draws points as markers with a picture it would ask for; buildings known as points are discs."""
    middles = run.buildings.set_geometry(run.buildings.geometry.centroid)
    text = page.draw_community(replace(run, buildings=middles), community_id)
    drawn = shapes_of(text, "buildings")
    assert len(drawn) == len(run.buildings[run.buildings.community_id == community_id])
    assert all(shape.geom_type == "Polygon" for shape in drawn)


def test_a_river_is_drawn_once(run: Run) -> None:
    """The middle line of a river that is an area too is not drawn inside it."""
    river = run.barriers[run.barriers.kind == "river"].geometry.iloc[0]
    middle = shapely.LineString([river.centroid, (river.centroid.x + 1, river.centroid.y)])
    lines = run.barriers.iloc[[0]].assign(kind="river").set_geometry([middle], crs=CRS)
    both = replace(run, barriers=pd.concat([run.barriers, lines]))
    assert "geo_json_river_area = " in page.draw_community(both, A)
    assert "geo_json_river = " not in page.draw_community(both, A)


def test_a_road_along_the_outline_is_left_to_it(run: Run) -> None:
    sheet = make_sheet(run, A, page.grids_of(run, A))
    x0, y0, x1, y1 = sheet.outline.bounds
    across = shapely.LineString([((x0 + x1) / 2, y0), ((x0 + x1) / 2, y1)])
    assert keep_inside(sheet.outline.boundary, sheet).length < 1
    assert keep_inside(across, sheet).length > 0.99 * across.intersection(sheet.outline).length


def test_two_lanes_of_a_bridge_are_one_sign(run: Run) -> None:
    bridge = run.barriers[run.barriers.kind == "crossing"]
    lane = bridge.set_geometry(bridge.geometry.translate(8, 0))
    both = replace(run, barriers=pd.concat([run.barriers, lane]))
    marks = script_data(page.draw_community(both, A))["marks"]
    assert [mark["kind"] for mark in marks] == ["crossing", "hall"]


def test_mixed_shapes_lose_their_points() -> None:
    line, point = shapely.LineString([(0, 0), (1, 0)]), shapely.Point(5, 5)
    assert layers.without_points(shapely.GeometryCollection([line, point])) == line
    assert layers.without_points(shapely.GeometryCollection([line, box(0, 0, 1, 1)])) == box(0, 0, 1, 1)
    assert layers.without_points(point) is None


def test_degrees_come_back_to_the_decimetre(run: Run) -> None:
    shapes = list(run.grids.geometry)
    degrees = layers.to_degrees(shapes, CRS)
    back = gpd.GeoSeries(degrees, crs="EPSG:4326").to_crs(CRS)
    assert max(a.hausdorff_distance(b) for a, b in zip(shapes, back, strict=True)) < 0.1
    assert all(round(x, 7) == x for x in shapely.get_coordinates(degrees).ravel())


def big_run(run: Run, n: int) -> Run:
    """Return a run with one community of n buildings of eight corners each, in 36 grids."""
    side = int(np.ceil(np.sqrt(n)))
    corners = np.array([(0, 0), (30, 0), (30, 9), (20, 9), (20, 14), (9, 14), (9, 9), (0, 9)], dtype=float)
    at = [(544_000 + 40 * (k % side), 4_856_000 + 30 * (k // side)) for k in range(n)]
    edges = np.linspace(0, side, 7)
    grid_xy = [(np.digitize((k % side), edges) - 1, np.digitize(k // side, edges) - 1) for k in range(n)]
    codes = [f"{A}{int(x) * 6 + int(y) + 1:03d}" for x, y in grid_xy]
    ids = [f"220202001001{k:06d}" for k in range(n)]
    table = {"building_id": ids, "unit": "", "name": [f"解放大路{k}号楼" for k in range(n)], "households": 4}
    table |= {"community_id": A, "grid_code": codes, "count_missing": False, "estimated": False}
    shapes = [Polygon(corners + (x, y)) for x, y in at]
    buildings = gpd.GeoDataFrame(table, geometry=shapes, crs=CRS, index=pd.Index(ids, name=None))
    tiles = {
        f"{A}{i * 6 + j + 1:03d}": box(
            544_000 + 40 * edges[i],
            4_856_000 + 30 * edges[j],
            544_000 + 40 * edges[i + 1],
            4_856_000 + 30 * edges[j + 1],
        )
        for i in range(6)
        for j in range(6)
    }
    first = run.grids.iloc[[0]].drop(columns="geometry")
    grids = gpd.GeoDataFrame(pd.concat([first] * 36), geometry=list(tiles.values()), crs=CRS).assign(
        grid_code=list(tiles), tour=None
    )
    grids.index = pd.Index(list(tiles), name=None)
    whole = shapely.union_all(list(tiles.values()))
    communities = run.communities.loc[[A]].set_geometry([whole], crs=CRS)
    return replace(
        run, grids=grids, buildings=buildings, communities=communities, exceptions=run.exceptions.iloc[:0]
    )


def test_a_page_of_3000_buildings_is_under_2_megabytes(run: Run) -> None:
    text = page.draw_community(big_run(run, 3000), A)
    assert len(script_data(text)["buildings"]) == 3000
    assert len(text.encode()) < 2_000_000
