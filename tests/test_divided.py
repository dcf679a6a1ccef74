"""Districts that rivers, railways and expressways divide: planned, delivered, accepted by the independent look.

What one bank is is asked again here, of the raw shapes alone.
"""

from __future__ import annotations

from types import SimpleNamespace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
import shapely.affinity
from divided_ground import COLUMNS, CRS, UNCROSSABLE, X, Y, make_layers, write_layers
from shapely import LineString, Point, box

from gridder.deliver import deliver
from gridder.district import plan_district
from gridder.effort import Effort
from gridder.policy import load_policy
from gridder.prepare import PlanOptions, Prepared, prepare
from gridder.read import read_district
from gridder.segments import connected_parts
from gridder.verify.contact import find_contacts

NO_WAY = ("crossing", "road", "arterial", "path")  # whatever might lead across
SEEDS = (
    30,
    38,
    113,
    132,
    20080,
    60038,
)  # delivered whole; in 20080 a brook begins on a river between two vertices, in 60038 a home has no way drawn to it
APART = {  # homes on two banks that were neighbours once
    40109: ("b26", "b3"),  # ground behind the end of a barrier, nearest to a house on its other side
    40119: ("b47", "b59"),
    40211: ("b43", "b55"),  # the same, round the slivers between two lines
    40168: (
        "b42",
        "b53",
    ),  # a bridge over strips between tracks, which are shared out to cells far along them
    30016: ("b1", "b21"),  # ground on the far side of a spike of an expressway, held through the spike
    40145: ("b19", "b20"),
    40259: ("b72", "b93"),
}
PREPARED = (
    1017,
    1026,
    4000,
    4023,
    4025,
    4048,
    4049,
    4097,
    5002,
    5066,
    5175,
    6072,
    6185,
    7031,
    50035,
)  # up to neighbours
OPTIONS = PlanOptions(bad_rows="quarantine")


@pytest.mark.parametrize("seed", SEEDS)
def test_a_divided_district_is_delivered_and_verified(seed, tmp_path, without_pages):
    source = write_layers(make_layers(seed), tmp_path / "divided.gpkg")
    district = read_district(source)
    run = plan_district(district, load_policy(), Effort("quick", 0), OPTIONS)
    deliver(run, tmp_path / "out", source=source)
    planned, aside = run.buildings["households"].sum(), run.quarantine["households"].sum()
    assert planned + aside == district.buildings["households"].sum()


@pytest.mark.parametrize("seed", PREPARED)
def test_verify_sees_the_neighbours_that_the_plan_saw(seed, tmp_path):
    layers = make_layers(seed)
    layers.pop("sites", None)
    ready = ready_of(layers, tmp_path)
    cells = np.asarray(ready.ground.cells.values)
    assert shapely.coverage_is_valid(cells, gap_width=0.01)
    assert walked_by_verify(ready) - joined_bare(ready) == walked(ready) - joined_bare(ready)


@pytest.mark.parametrize("seed", (5175, 4030, 4172, 4206, 5068, 5208, 6127, 6213, 7041, 7086, 7128))
def test_without_any_way_across_nobody_is_joined_with_the_other_bank(seed, tmp_path):
    layers = make_layers(seed)
    if "barriers" in layers:
        layers["barriers"] = layers["barriers"][~layers["barriers"]["kind"].isin(NO_WAY)]
    ready = ready_of(layers, tmp_path)
    assert ready.atoms["households"].sum() > 0
    assert not spanned_pockets(ready, layers)


@pytest.mark.parametrize("seed", APART)
def test_homes_on_two_banks_are_no_neighbours(seed, tmp_path):
    ready = ready_of(make_layers(seed), tmp_path)
    assert APART[seed] not in walked(ready) | walked_by_verify(ready)


def ready_of(layers: dict[str, gpd.GeoDataFrame], folder) -> Prepared:
    """Return the layers as prepared for planning."""
    return prepare(read_district(write_layers(layers, folder / "in.gpkg")), load_policy(), OPTIONS)


def walked(ready: Prepared) -> set[tuple[str, str]]:
    """Return the pairs of cells that may be in one grid."""
    edges = ready.edges[ready.edges["passable"]]
    return set(zip(edges["cell_a"], edges["cell_b"]))


def joined_bare(ready: Prepared) -> set[tuple[str, str]]:
    """Return the pairs of which one is ground that nobody lives on, joined across a barrier."""
    told = [f.ids for f in ready.findings if f.code == "plan.pocket_without_households"]
    bare = ready.atoms.index[ready.atoms["building_id"].isin([i for ids in told for i in ids])]
    pairs = zip(ready.edges["cell_a"], ready.edges["cell_b"])
    return {pair for pair in pairs if set(pair) & set(bare)}


def walked_by_verify(ready: Prepared) -> set[tuple[str, str]]:
    """Return the pairs between which one may walk as verify reads it off the ground."""
    policy = load_policy()

    rules = {name: getattr(policy, name) for name in ("uncrossable", "contact_min_m", "crossing_reach_m")}
    home = {"community_id": ready.atoms["community_id"].reindex(ready.ground.cells.index)}
    cells = gpd.GeoDataFrame(home, geometry=ready.ground.cells)
    found = find_contacts(SimpleNamespace(cells=cells, barriers=ready.district.barriers, rules=rules))  # type: ignore[arg-type]
    names = ready.ground.cells.index.to_numpy()
    return {tuple(sorted((names[a], names[b]))) for a, b, o in zip(found.left, found.right, found.open) if o}


def spanned_pockets(ready: Prepared, layers: dict[str, gpd.GeoDataFrame]) -> list[tuple[str, int]]:
    """Return the pockets with people wholly on one bank and people wholly on another, by the raw shapes."""
    place = pd.Series(np.arange(len(ready.atoms)), index=ready.atoms.index)
    edges = ready.edges[ready.edges["passable"]]
    part = connected_parts(len(place), place[edges["cell_a"]].to_numpy(), place[edges["cell_b"]].to_numpy())
    lived = ready.atoms.assign(part=part)[(ready.atoms["households"] > 0).to_numpy()]
    wrong = []
    for community, outline in zip(layers["communities"]["community_id"], layers["communities"].geometry):
        banks = shapely.get_parts(shapely.difference(outline, raw_barriers(layers)))
        held: dict[int, set[int]] = {}
        for pocket, home in zip(lived["part"], lived.geometry):
            whole = np.flatnonzero(shapely.covers(banks, home))
            held.setdefault(int(pocket), set()).update(whole.tolist())
        wrong += [(community, pocket) for pocket, on in held.items() if len(on) > 1]
    return wrong


def raw_barriers(layers: dict[str, gpd.GeoDataFrame]):
    """Return what nobody crosses as one area: lines ten centimetres wide."""
    if "barriers" not in layers:
        return shapely.GeometryCollection()
    solid = layers["barriers"][layers["barriers"]["kind"].isin(UNCROSSABLE)]
    shapes = shapely.make_valid(np.asarray(solid.geometry.values))
    linear = shapely.get_dimensions(shapes) == 1
    shapes[linear] = shapely.buffer(shapes[linear], 0.05, cap_style="square", join_style="mitre")
    return shapely.union_all(shapes)


def two_banks(*rows: tuple[str, object]) -> dict[str, gpd.GeoDataFrame]:
    """Return 200 × 200 m with a house of 200 households in the north and in the south, and barriers of any kind.

    ::

        +---------+  y = 200
        |    N    |
        |~~~~~~~~~|  barriers somewhere around y = 100
        |    S    |
        +---------+  y = 0
    """
    shapes = [box(X + 90, Y + 170, X + 110, Y + 190), box(X + 90, Y + 10, X + 110, Y + 30)]
    table = {"building_id": ["N", "S"], "households": [200, 200], "units": ["", ""]}
    drawn = [(kind, None, "", shapely.affinity.translate(shape, X, Y)) for kind, shape in rows]
    return {
        "buildings": gpd.GeoDataFrame(table, geometry=shapes, crs=CRS),
        "communities": gpd.GeoDataFrame(
            {"community_id": ["220199001001"], "name": ["甲"]},
            geometry=[box(X, Y, X + 200, Y + 200)],
            crs=CRS,
        ),
        "barriers": gpd.GeoDataFrame(drawn, columns=COLUMNS, geometry="geometry", crs=CRS),
    }


WATER = ("river", box(-20, 80, 220, 120))
ISLAND = ("river", box(-20, 50, 220, 150).difference(box(60, 70, 140, 130)))
CASES = {
    "a road from bank to bank": (True, WATER, ("road", LineString([(100, 40), (100, 160)]))),
    "a road that ends beyond the middle line": (
        False, WATER, ("river", LineString([(-20, 100), (220, 100)])), ("road", LineString([(100, 40), (100, 110)])),
    ),
    "one road over a bare island": (True, ISLAND, ("road", LineString([(100, 20), (100, 180)]))),
    "a bridge in four rows over a bare island": (
        True, ISLAND, *(("road", LineString([(100, a), (100, b)])) for a, b in ((20, 60), (60, 90), (90, 140), (140, 180))),
    ),
    "two roads that meet on a bare island, where a path begins": (
        True, ISLAND, ("road", LineString([(80, 30), (80, 90), (90, 100)])),
        ("road", LineString([(90, 100), (110, 115), (110, 170)])), ("path", LineString([(90, 100), (120, 90)])),
    ),
    "two roads to a bare island": (
        False, ISLAND, ("road", LineString([(80, 30), (80, 90)])), ("road", LineString([(120, 110), (120, 170)])),
    ),
    "one bridge to a bare island": (False, ISLAND, ("road", LineString([(100, 20), (100, 100)]))),
    "a bridge drawn as an area over both tracks": (
        True, ("railway", LineString([(-20, 90), (220, 90)])), ("railway", LineString([(-20, 98), (220, 98)])),
        ("crossing", box(95, 85, 105, 103)),
    ),
    "a point beside many tracks": (
        True, *(("railway", LineString([(-20, y), (220, y)])) for y in (80, 85, 90, 95, 100)), ("crossing", Point(100, 35)),
    ),
    "nothing": (False, WATER),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_two_banks(name, tmp_path):
    joined, *rows = CASES[name]
    ready = ready_of(two_banks(*rows), tmp_path)
    assert walked(ready) == walked_by_verify(ready) == ({("N", "S")} if joined else set())


def test_houses_that_all_stand_apart_are_planned(tmp_path, without_pages):
    source = write_layers(two_banks(*CASES["nothing"][1:]), tmp_path / "in.gpkg")
    run = plan_district(read_district(source), load_policy(), Effort("quick", 0), OPTIONS)
    deliver(run, tmp_path / "out", source=source)
    assert set(run.exceptions["code"]) == {"pocket_too_small"}
    assert len(run.grids) == 2


def test_a_road_that_leads_to_bare_ground_is_told(tmp_path):
    ready = ready_of(two_banks(*CASES["one bridge to a bare island"][1:]), tmp_path)
    told = [f for f in ready.findings if f.code == "crossings.lead_nowhere"]
    assert [f.facts["n"] for f in told] == [1]
    assert not (ready.district.barriers["made"] == "road").any()
