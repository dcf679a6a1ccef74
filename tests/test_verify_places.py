"""verify looks at places: buildings and barriers of a delivery against the raw input, one mutation, one violation."""

from __future__ import annotations

from dataclasses import replace

import geopandas as gpd
import numpy as np
import pytest
import shapely
import small_district
from shapely import box
from test_cli import run

from gridder.coordinates import bd09_from_wgs84, gcj02_from_wgs84
from gridder.verify.base import read_delivery
from gridder.verify.input import check_input
from gridder.verify.raw_places import check_barriers, set_aside
from gridder.verify.raw_shapes import place_shapes, read_shapes, undo_bd09, undo_gcj02

RAW_CRS = "EPSG:4545"


def moved_home():
    """Return the small district where its CRS is meant for, near 108°E 43.8°N, with one building broken."""
    tables = {
        "buildings": small_district.buildings(),
        "communities": small_district.communities(),
        "barriers": small_district.barriers(underpass=True),
    }
    shifted = {name: t.set_geometry(t.geometry.translate(500_000, 4_850_000)) for name, t in tables.items()}
    houses = shifted["buildings"]
    bow = shapely.Polygon(
        [(500_010, 4_850_020), (500_040, 4_850_032), (500_040, 4_850_020), (500_010, 4_850_032)]
    )
    first = houses.index == 0
    return shifted | {"buildings": houses.set_geometry(houses.geometry.where(~first, bow))}


def as_in(table, datum, crs):
    """Return a table in degrees of a datum, or projected from such degrees as if they were true."""
    forward = {"gcj02": gcj02_from_wgs84, "bd09": bd09_from_wgs84}.get(datum, lambda lon, lat: (lon, lat))
    degrees = table.to_crs(4326)
    moved = shapely.transform(degrees.geometry.to_numpy(), lambda at: np.column_stack(forward(*at.T)))
    return degrees.set_geometry(gpd.GeoSeries(moved, index=table.index, crs=4326)).to_crs(crs)


@pytest.fixture(scope="module", params=["true", "gcj02 degrees", "bd09 projected"])
def delivered(request, tmp_path_factory):
    """Return a delivery and its input, in one of three ways of stating places."""
    folder = tmp_path_factory.mktemp("places")
    datum, _, form = request.param.partition(" ")
    crs = 4326 if form == "degrees" else RAW_CRS
    tables = {name: as_in(table, datum, crs) for name, table in moved_home().items()}
    for name, table in tables.items():
        table.to_file(folder / "raw.gpkg", layer=name)
    coords = ["--coords", ",".join(f"{name}={datum}" for name in tables)] if form else []
    words = ["--effort", "quick", "--lang", "en", "--jobs", 1, "-q", *coords]
    code, _, trouble = run("plan", folder / "raw.gpkg", "--out", folder / "out", *words)
    assert code in (0, 4), trouble
    assert run("verify", folder / "out", "--input", folder / "raw.gpkg")[0] == 0
    return read_delivery(folder / "out")[0], folder / "raw.gpkg"


def blamed(delivery, source, **layers):
    """Return code and ids of what is found when layers of the delivery are others."""
    return [(v.code, v.ids) for v in check_input(replace(delivery, **layers), source)]


def shift(table, at, by_m):
    """Return a table with the shapes of some rows further east."""
    moved = table.geometry.where(~at, table.geometry.translate(by_m, 0))
    return table.set_geometry(moved)


@pytest.mark.parametrize(("by_m", "found"), [(0.5, False), (1.5, True), (500.0, True)])
def test_a_building_that_stands_elsewhere_is_named(delivered, by_m, found):
    delivery, source = delivered
    moved = shift(delivery.buildings, delivery.buildings["building_id"] == "W03", by_m)
    expected = [("verify.building_moved", ("W03",))] if found else []
    assert blamed(delivery, source, buildings=moved) == expected


def test_all_buildings_moved_alike_are_named(delivered):
    """Half a metre is nobody's, the shift of a wrong datum everybody's, also that of the repaired one."""
    delivery, source = delivered
    everybody = np.ones(len(delivery.buildings), dtype=bool)
    assert blamed(delivery, source, buildings=shift(delivery.buildings, everybody, 0.5)) == []
    [(code, ids)] = blamed(delivery, source, buildings=shift(delivery.buildings, everybody, 400))
    assert code == "verify.building_moved" and len(ids) == 48 and "E00" in ids


def test_a_repaired_building_may_have_another_middle(delivered):
    delivery, source = delivered
    table = delivery.buildings
    assert blamed(delivery, source, buildings=shift(table, table["building_id"] == "E00", 5.0)) == []


@pytest.mark.parametrize("change", ["gone", "half", "moved", "other kind", "only made"])
def test_a_barrier_that_is_not_whole_is_named(delivered, change):
    delivery, source = delivered
    table = delivery.barriers
    rail = (table["kind"] == "railway").to_numpy()
    if change == "gone":
        table = table[~rail]
    elif change == "half":
        x0, y0, x1, _ = table.geometry[rail].total_bounds
        table = table.set_geometry(
            table.geometry.where(~rail, table.intersection(box(x0 - 9, y0, x1 + 9, y0 + 130)))
        )
    elif change == "moved":
        table = shift(table, rail, 3.0)
    elif change == "other kind":
        table = table.assign(kind=table["kind"].where(~rail, "road"))
    else:
        table = table.assign(made=table["made"].where(~rail, "joined"))
    found = blamed(delivery, source, barriers=table)
    assert found == [("verify.barrier_lost", ("railway raw.gpkg:barriers#1",))]


def test_a_barrier_in_pieces_a_metre_away_is_there(delivered):
    delivery, source = delivered
    table = delivery.barriers
    rail = (table["kind"] == "railway").to_numpy()
    cut = table.geometry.where(~rail, table.segmentize(50.0).translate(0.5, 0)).explode(index_parts=False)
    pieces = table.loc[cut.index].set_geometry(cut.to_numpy(), crs=table.crs)
    assert blamed(delivery, source, barriers=pieces) == []


# ── raw layers of one kind ──


def wanted(tmp_path, delivery, table, **entry):
    """Return what is missed of a raw layer when the delivery has no barrier at all."""
    table.to_file(tmp_path / "raw.gpkg", layer="rails")
    entry = {
        "file": "raw.gpkg",
        "layer": "barriers",
        "source_layer": "rails",
        "crs": RAW_CRS,
        "columns": {},
    } | entry
    bare = replace(delivery, barriers=delivery.barriers.iloc[:0])
    return [i for v in check_barriers(bare, [entry], {"raw.gpkg": tmp_path / "raw.gpkg"}) for i in v.ids]


def test_which_rows_of_a_layer_must_be_there(delivered, tmp_path):
    """One stated kind asks for all but what may lie below the ground; classes are a matter of reading."""
    delivery, _ = delivered
    line = shapely.LineString([(500_000, 4_850_000), (500_000, 4_850_200)])
    columns = {"name": ["a", "b", "某隧道", "d"], "tunnel": ["", "yes", "no", "F"], "z": [1, 2, 3, 4]}
    table = gpd.GeoDataFrame(columns, geometry=[line] * 4, crs=RAW_CRS)
    hits = ["river raw.gpkg:rails#1", "river raw.gpkg:rails#4"]
    assert wanted(tmp_path, delivery, table, kind="river", columns={"name": "name"}) == hits
    assert wanted(tmp_path, delivery, table) == [
        hit.replace("river", "railway") for hit in hits
    ]  # by its name
    assert wanted(tmp_path, delivery, table.assign(fclass="rail")) == []
    plain = table.assign(words=["river", "河流", "river", "arterial"])
    assert wanted(tmp_path, delivery, plain, columns={"kind": "words"}) == [hits[0]]
    assert wanted(tmp_path, delivery, plain, columns={"kind": "words"}, kinds={"arterial": "river"}) == []


def test_states_put_rows_aside(tmp_path):
    table = gpd.pd.DataFrame({"状态": ["", "在建", None], "k": ["river"] * 3})
    assert set_aside(table, {"columns": {"kind": "k"}}).tolist() == [False, True, False]


# ── places ──


def test_shifts_are_undone_as_they_were_done():
    """Against the forward formulas of the flow, and a place published with both degrees (eviltransform)."""
    lon, lat = (grid.ravel() for grid in np.meshgrid(np.linspace(74, 134, 40), np.linspace(4, 53, 40)))
    for forward, back in (
        (gcj02_from_wgs84, undo_gcj02),
        (bd09_from_wgs84, lambda x, y: undo_gcj02(*undo_bd09(x, y))),
    ):
        found = back(*forward(lon, lat))
        assert np.abs(np.array(found) - (lon, lat)).max() < 1e-9
    shanghai = undo_gcj02(np.array([121.531541859215]), np.array([31.17530398364597]))
    assert np.abs(np.array(shanghai).ravel() - (121.5272106, 31.1774276)).max() < 1e-6
    assert [at.item() for at in undo_gcj02(np.array([-1.55]), np.array([47.2]))] == [-1.55, 47.2]


@pytest.mark.parametrize(
    "name", ["a.geojson", "a.shp", "a.parquet", "a.fgb", "lonlat.csv", "wkt.csv", "hex.csv"]
)
def test_shapes_are_read_from_every_format(tmp_path, name):
    spots = gpd.GeoDataFrame(
        {"id": ["1", "2"]}, geometry=gpd.points_from_xy([108.1, 108.2], [43.1, 43.2]), crs=4326
    )
    path = tmp_path / name
    if name.endswith("csv"):
        table = gpd.pd.DataFrame(spots[["id"]])
        if name == "lonlat.csv":
            table = table.assign(经度=spots.geometry.x, 纬度=spots.geometry.y)
        else:
            hexed = (
                [f"SRID=4326;{one}" for one in spots.geometry]
                if name == "wkt.csv"
                else spots.to_wkb(hex=True).geometry
            )
            table = table.assign(geom=hexed)
        table.to_csv(path, index=False)
    elif name.endswith("parquet"):
        spots.to_parquet(path)
    else:
        spots.to_file(
            path, **({"SPATIAL_INDEX": "NO"} if name == "a.fgb" else {})
        )  # its index sorts the rows
    entry = {"file": name, "columns": {}, "crs": "EPSG:4326"}
    shapes = place_shapes(read_shapes(path, entry), entry, 4326)
    assert shapely.distance(shapes, spots.geometry.to_numpy()).max() < 1e-9
