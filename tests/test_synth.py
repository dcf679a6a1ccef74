"""The demo district keeps its promises, and cities of any size are made of sound geometry."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest
import shapely
from pandas.testing import assert_frame_equal

from gridder.synth import make_city, make_demo, write_demo, write_demo_folder, write_layers
from gridder.synth.households import draw_households, scale_to, units_of
from gridder.tables import LAYERS

DRAWN = [layer for layer in LAYERS if layer != "paths"]  # footpaths are the one layer it has none of
DEMO = Path(__file__).parents[1] / "data" / "demo"
COMMITTED = DEMO / "district.gpkg"
SQLITE_VERSION = slice(96, 100)  # where a GeoPackage notes which SQLite wrote it: others write other bytes
POCKET, BETWEEN, TOWER, CUT, WIDE, BANKS, UNDER, PARK = (
    f"220199{n}" for n in "001003 002004 004003 001001 001002 003003 003004 004004".split()
)


@pytest.fixture(scope="module")
def demo():
    return make_demo()


@pytest.fixture(scope="module")
def totals(demo):
    return demo["buildings"].groupby("community_id")["households"].sum()


def along(demo, *kinds):
    """All barriers of some kinds as one geometry."""
    barriers = demo["barriers"]
    return shapely.union_all(barriers.geometry.values[barriers["kind"].isin(kinds).to_numpy()])


def outline(demo, community_id):
    return demo["communities"].set_index("community_id").geometry[community_id]


def parts_of(demo, community_id):
    """Households of each piece that railway and river cut a community into, largest first."""
    ground = outline(demo, community_id)
    lines = shapely.union_all([ground.boundary, along(demo, "railway"), along(demo, "river").boundary])
    faces = shapely.get_parts(shapely.polygonize([lines]))
    faces = faces[shapely.within(shapely.point_on_surface(faces), ground)]
    spots = demo["buildings"].geometry.representative_point().values
    face, spot = shapely.STRtree(spots).query(faces, predicate="contains")
    households = demo["buildings"]["households"].to_numpy()
    sums = np.bincount(face, households[spot], minlength=len(faces)).astype(int)
    return sorted((n for n in sums.tolist() if n), reverse=True)


def overlapping(shapes):
    a, b = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    return int((a < b).sum())


# ── the demo ──
def test_demo_has_the_layers_and_columns_of_the_contract(demo):
    assert list(demo) == DRAWN
    for name, table in demo.items():
        known = {column.name for column in LAYERS[name]}
        assert set(table.columns) - {"geometry"} <= known, name
        assert len(table), name
    assert isinstance(demo["workforce"], pd.DataFrame) and "geometry" not in demo["workforce"]
    assert demo["buildings"].crs.to_epsg() == 4551
    lon, lat = demo["communities"].union_all().centroid.coords[0]
    assert 500_000 < lon < 600_000 and 4_800_000 < lat < 4_900_000  # near Jilin, in the zone of 126° E


def test_demo_is_as_large_as_promised(demo, totals):
    assert 1000 <= len(demo["buildings"]) <= 1500
    assert 35_000 <= totals.sum() <= 50_000
    assert 12 <= len(demo["communities"]) <= 16
    assert 3 <= demo["communities"]["subdistrict_id"].nunique() <= 4


def test_ids_are_official_and_unique(demo):
    ids = demo["communities"]["community_id"]
    assert (
        ids.is_unique
        and ids.str.fullmatch(r"220199\d{3}(0\d\d|1\d\d)").all()
        and not ids.str.endswith("000").any()
    )
    assert (ids.str[:9] == demo["communities"]["subdistrict_id"]).all()
    assert demo["buildings"]["building_id"].is_unique
    homes = demo["buildings"][demo["buildings"]["use"] == "住宅"]
    assert homes["name"].is_unique and homes["name"].str.contains("号楼").all()
    assert set(demo["halls"]["community_id"]) == set(demo["workforce"]["community_id"]) == set(ids)


def test_outlines_are_a_coverage(demo):
    shapes = demo["communities"].geometry.values
    assert shapely.coverage_is_valid(shapes) and shapely.is_valid(shapes).all()
    assert set(demo["communities"].geom_type) == {"Polygon"}
    assert shapely.get_num_interior_rings(shapely.union_all(shapes)) == 0


def test_buildings_stand_apart_in_their_community(demo):
    buildings = demo["buildings"]
    assert buildings.is_valid.all() and buildings.geom_type.eq("Polygon").all()
    assert overlapping(buildings.geometry.values) == 0
    homes = demo["communities"].set_index("community_id").geometry.reindex(buildings["community_id"])
    assert shapely.within(buildings.geometry.values, homes.values).all()


@pytest.mark.parametrize(
    "kind, metres", [("road", 6), ("arterial", 12), ("river", 15), ("railway", 20), ("wall", 1)]
)
def test_buildings_keep_off(demo, kind, metres):
    assert shapely.distance(demo["buildings"].geometry.values, along(demo, kind)).min() > metres


def test_households_follow_the_real_distribution(demo):
    households = demo["buildings"]["households"]
    found = np.percentile(households[households > 0], [5, 25, 50, 75, 95])
    assert found == pytest.approx([8, 43, 66, 105, 255], rel=0.12)
    shops = demo["buildings"]["use"] != "住宅"
    assert (households[shops] == 0).all() and (households[~shops] > 0).all()


def test_compounds_hold_their_houses(demo):
    compounds = demo["compounds"].set_index("name").geometry
    assert compounds.index.is_unique
    homes = demo["buildings"].dropna(subset="compound")
    inside = shapely.within(homes.geometry.values, compounds.reindex(homes["compound"]).values)
    assert inside.all()
    median = homes[homes["households"] > 0].groupby("compound").size().median()
    assert 6 <= median <= 10


def test_school_and_hospital_are_sites(demo):
    sites = demo["sites"].set_index("name").geometry
    assert list(sites.index) == ["松苑区实验学校", "松苑区人民医院"]
    for use, site in zip(("教育", "医疗"), sites):
        mine = demo["buildings"][demo["buildings"]["use"] == use]
        assert len(mine) >= 3 and shapely.within(mine.geometry.values, site).all()


def test_what_is_unusual_is_there(demo, totals):
    assert totals[BETWEEN] == 575
    assert totals[WIDE] == 3300
    assert totals[PARK] == 0 and (demo["buildings"]["community_id"] == PARK).any()
    large = demo["buildings"][demo["buildings"]["households"] > 500].set_index("community_id")
    assert large["households"].to_dict() == {CUT: 620, TOWER: 540}
    assert large["units"][CUT] == "200,210,210" and pd.isna(large["units"][TOWER])


def test_pieces_cut_off_are_lawful_but_for_the_pocket(demo, totals):
    parts = {c: parts_of(demo, c) for c in totals.index}
    assert parts.pop(POCKET)[1:] == [220]
    assert {c for c, found in parts.items() if len(found) > 1} == {BANKS, UNDER}
    assert parts.pop(BETWEEN) == [575]
    assert all(n >= 600 for found in parts.values() for n in found)


def test_crossings_join_what_they_should(demo):
    crossings = demo["barriers"][demo["barriers"]["kind"] == "crossing"]
    on_river = crossings[crossings.distance(along(demo, "river")) < 1]
    on_rail = crossings[crossings.distance(along(demo, "railway")) < 1]
    assert len(on_river) == 2 and len(on_rail) == 1 and len(crossings) == 3
    assert on_river.within(outline(demo, BANKS)).any() and on_rail.within(outline(demo, UNDER)).all()
    assert crossings.distance(outline(demo, POCKET)).max() > 60
    rail = along(demo, "railway").intersection(outline(demo, POCKET))
    inner = rail.difference(outline(demo, POCKET).boundary.buffer(0.5))
    assert inner.length > 100 and crossings.distance(inner).min() > 60  # beyond the reach of a crossing


def test_old_grids_cover_communities_the_old_way(demo, totals):
    grids = demo["previous_grids"]
    assert shapely.coverage_is_valid(grids.geometry.values)
    assert grids["grid_code"].is_unique and grids["grid_code"].str.fullmatch(r"\d{15}").all()
    spots = demo["buildings"].geometry.representative_point().values
    grid, spot = shapely.STRtree(spots).query(grids.geometry.values, predicate="contains")
    owner = demo["buildings"]["community_id"].to_numpy()
    assert (grids["grid_code"].str[:12].to_numpy()[grid] == owner[spot]).all()
    sums = np.bincount(grid, demo["buildings"]["households"].to_numpy()[spot])
    assert sums.sum() == totals.sum()
    assert np.mean((sums >= 400) & (sums <= 700)) > 0.85
    cut = grids.geometry.buffer(-3).intersection(along(demo, "railway")).length > 10
    assert cut.any()
    peopled = demo["communities"][demo["communities"]["community_id"] != PARK].union_all()
    assert grids.union_all().symmetric_difference(peopled).area < 1.0


def test_units_are_numbers_counts_or_blank(demo):
    units = demo["buildings"].set_index("building_id")["units"].dropna()
    counts = units[units.str.contains(",")].str.split(",").map(lambda words: sum(map(int, words)))
    assert len(counts) > 50 and units.str.fullmatch(r"\d").sum() > 50
    assert (counts == demo["buildings"].set_index("building_id")["households"].reindex(counts.index)).all()


def test_workforce_adds_up(demo):
    staff = demo["workforce"].set_index("community_id")
    assert (staff["leaders"] + staff["committee"] + staff["staff"] == staff["posts_now"]).all()
    assert (staff.drop(columns="posts_now") >= 0).all(axis=None)


# ── the file ──
def test_committed_file_is_what_the_code_makes(demo, tmp_path):
    assert COMMITTED.stat().st_size < 2_000_000
    path = tmp_path / "district.gpkg"
    write_demo(path)
    for name in demo:
        new, old = (gpd.read_file(p, layer=name) for p in (path, COMMITTED))
        if "geometry" in new:
            same = shapely.equals_exact(
                shapely.normalize(new.geometry.values),
                shapely.normalize(old.geometry.values),
                tolerance=0.002,
            )
            assert same.all(), name
            new, old = new.drop(columns="geometry"), old.drop(columns="geometry")
        assert_frame_equal(pd.DataFrame(new), pd.DataFrame(old))


def test_committed_folder_is_what_the_code_writes_byte_for_byte(tmp_path):
    write_demo_folder(tmp_path)
    assert (tmp_path / "district.yaml").read_bytes() == (DEMO / "district.yaml").read_bytes()
    new, old = (tmp_path / "district.gpkg").read_bytes(), COMMITTED.read_bytes()
    if new[SQLITE_VERSION] != old[SQLITE_VERSION]:
        pytest.skip("the committed GeoPackage was written by another version of SQLite")
    assert new == old


def test_writing_twice_gives_the_same_bytes(demo, tmp_path):
    first, second = tmp_path / "a" / "d.gpkg", tmp_path / "b" / "d.gpkg"
    before = pyogrio.get_gdal_config_option("OGR_CURRENT_DATE")
    write_layers(demo, first)
    write_layers(demo, second)
    write_layers(demo, second)
    assert first.read_bytes() == second.read_bytes()
    assert pyogrio.get_gdal_config_option("OGR_CURRENT_DATE") == before


# ── cities ──
@pytest.mark.parametrize("n", [1, 47, 1000, 5000])
def test_city_has_exactly_so_many_buildings_of_sound_geometry(n):
    city = make_city(n, 7)
    buildings, communities = city["buildings"], city["communities"]
    assert len(buildings) == n and list(city) == DRAWN
    assert shapely.coverage_is_valid(communities.geometry.values)
    assert shapely.coverage_is_valid(city["previous_grids"].geometry.values)
    assert overlapping(buildings.geometry.values) == 0
    outlines = communities.set_index("community_id").geometry.reindex(buildings["community_id"])
    assert shapely.within(buildings.geometry.values, outlines.values).all()
    for kind in ("road", "arterial", "river", "railway"):
        lines = city["barriers"].geometry.values[(city["barriers"]["kind"] == kind).to_numpy()]
        if len(lines):
            assert shapely.distance(buildings.geometry.values, shapely.union_all(lines)).min() > 3
    assert (
        communities["community_id"].str.fullmatch(r"220199\d{6}").all()
        and communities["community_id"].is_unique
    )


def test_city_communities_hold_2000_to_4000_households():
    buildings = make_city(5000, 3)["buildings"]
    totals = buildings.groupby("community_id")["households"].sum()
    assert totals.between(2000, 4000).all() and buildings["households"].max() <= 500
    homes = buildings["households"][buildings["households"] > 0]
    assert np.percentile(homes, [25, 50, 75]) == pytest.approx([43, 66, 105], rel=0.05)


def test_city_depends_on_its_seed_alone():
    first, again, other = make_city(1500, 1), make_city(1500, 1), make_city(1500, 2)
    for name in first:
        assert first[name].equals(again[name]), name
    assert not first["buildings"].equals(other["buildings"])


def test_large_city_has_a_river_a_railway_and_schools():
    city = make_city(5000, 0)
    assert {"river", "railway", "arterial", "road"} == set(city["barriers"]["kind"])
    spots = city["buildings"].geometry.representative_point().values
    inside, _ = shapely.STRtree(city["sites"].geometry.values).query(spots, predicate="within")
    assert len(np.unique(inside)) > 20 and (city["buildings"]["households"].to_numpy()[inside] == 0).all()


# ── households ──
def test_larger_houses_hold_more_households():
    households = draw_households(np.array([0.9, 0.1, 0.5, 0.3]))
    assert (np.argsort(households) == [1, 3, 2, 0]).all()


@pytest.mark.parametrize(
    "counts, total", [([5, 5, 5], 16), ([1, 1, 400], 100), ([7, 9, 300, 12], 575), ([3], 1)]
)
def test_scaled_counts_add_up(counts, total):
    found = scale_to(np.array(counts), total)
    assert found.sum() == total and found.min() >= 1


def test_units_of_a_house_add_up():
    rng = np.random.default_rng(0)
    for households in (1, 2, 37, 96, 440):
        for _ in range(20):
            words = units_of(households, 62.0, rng).split(",")
            assert len(words) == 1 or sum(map(int, words)) == households
