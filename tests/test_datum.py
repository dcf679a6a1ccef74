"""Layers shifted as by a wrong datum, or far away: seen, told with the option that mends it; silent otherwise."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from pyproj import CRS, Transformer
from test_cli import run

from gridder.check import check_district
from gridder.check.apart import find_apart
from gridder.check.datum import find_shifted
from gridder.coordinates import metric_crs_at, shifted_to
from gridder.errors import InputError, UsageError
from gridder.policy import load_policy
from gridder.read import ReadOptions, read_district
from gridder.read.settings import parse_coords
from gridder.request import Request
from gridder.synth import make_city, make_demo, write_layers
from gridder.tables import District
from gridder.text import say_error, say_finding

SHARED = Path(__file__).parents[2] / "shared" / "data"
LAYERS = ("buildings", "communities", "barriers")
DEMO = {name: layer for name, layer in make_demo().items() if name in LAYERS}
SHIFTS = [(layer, datum) for layer in LAYERS for datum in ("gcj02", "bd09")]
PLACES = [(113.3, 23.1), (87.6, 43.8)]


def as_from(layer: gpd.GeoDataFrame, datum: str, crs: object = 4326) -> gpd.GeoDataFrame:
    """Return a layer as a map service gives it: shifted, its degrees called WGS 84 (then projected)."""
    degrees = layer.to_crs(4326)
    shape = shapely.transform(
        degrees.geometry.to_numpy(), lambda p: np.column_stack(shifted_to(datum, p[:, 0], p[:, 1]))
    )
    return degrees.set_geometry(gpd.GeoSeries(shape, index=degrees.index, crs=4326)).to_crs(crs)


def at(layers: dict[str, gpd.GeoDataFrame], lon: float, lat: float) -> dict[str, gpd.GeoDataFrame]:
    """Return layers moved as they are to another place."""
    crs = metric_crs_at(lon, lat)
    x, y = Transformer.from_crs(4326, crs, always_xy=True).transform(lon, lat)
    west, south, *_ = layers["buildings"].total_bounds
    return {
        name: layer.set_geometry(layer.geometry.translate(x - west, y - south)).set_crs(
            crs, allow_override=True
        )
        for name, layer in layers.items()
    }


def options_of(folder: Path, layers: dict[str, gpd.GeoDataFrame], coords: str | None = None) -> set[str]:
    """Return what is proposed for layers written to a file and read with ``--coords``."""
    path = folder / "town.gpkg"
    write_layers(layers, path)
    district = read_district(path, Request(coords=coords).read_options())
    found = find_shifted(district, district.buildings.geometry.to_numpy(), district.communities)
    assert all(f.code.endswith("_shifted") and f.level == "warning" for f in found)
    return {f.facts["option"] for f in found}


def read_stub(layers: dict[str, gpd.GeoDataFrame]) -> District:
    """Return a district of these layers, as if read from files without any statement of datum."""
    none = layers["buildings"].iloc[:0]
    inputs = tuple({"layer": name, "coords": None, "crs": str(layer.crs)} for name, layer in layers.items())
    barriers = layers.get("barriers", none.assign(kind=""))
    return District("x", "x", layers["buildings"].crs, layers["buildings"], layers["communities"], barriers,
                    none, none, none, none, pd.DataFrame(), inputs)  # fmt: skip


def seen(layers: dict[str, gpd.GeoDataFrame]) -> set[str]:
    """Return what is proposed for layers in one metric CRS."""
    district = read_stub(layers)
    found = find_shifted(district, district.buildings.geometry.to_numpy(), district.communities)
    return {f.facts["option"] for f in found}


# ── what is stated ──


@pytest.mark.parametrize(
    ("text", "general", "by_layer"),
    [
        (None, None, {}),
        ("gcj02", "gcj02", {}),
        (" GCJ-02 ", "gcj02", {}),
        ("communities=gcj02, buildings=WGS84", None, {"communities": "gcj02", "buildings": "wgs84"}),
        ("bd09，communities=cgcs2000", "bd09", {"communities": "cgcs2000"}),
    ],
)
def test_datums_are_stated_for_all_layers_and_by_layer(text, general, by_layer):
    assert parse_coords(text) == (general, by_layer)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("mars", "datum.unknown"), ("communities=", "datum.unknown"), ("communities=mars", "datum.unknown"),
        ("roads=gcj02", "errors.layer_name_unknown"), ("gcj02,bd09", "datum.stated_twice"),
        ("communities=gcj02,communities=bd09", "datum.stated_twice"),
    ],
)  # fmt: skip
def test_datums_that_cannot_be_stated(text, code):
    with pytest.raises(UsageError) as caught:
        parse_coords(text)
    assert caught.value.code == code and say_error("zh", caught.value) and say_error("en", caught.value)


def test_the_statement_for_one_layer_wins(tmp_path):
    """Command line by layer, then district.yaml by layer, then the command line, then district.yaml."""
    write_layers({name: layer.to_crs(4326) for name, layer in DEMO.items()}, tmp_path / "town.gpkg")
    (tmp_path / "district.yaml").write_text(
        "coords: bd09\nbuildings: {file: town.gpkg, layer: buildings}\n"
        "communities: {file: town.gpkg, layer: communities, coords: gcj02}\n"
        "barriers: {file: town.gpkg, layer: barriers, coords: gcj02}\n"
    )

    def datums(coords: str | None) -> list[str | None]:
        district = read_district(tmp_path / "district.yaml", Request(coords=coords).read_options())
        return [entry.get("coords") for entry in district.inputs if entry["layer"]]

    assert datums(None) == ["bd09", "gcj02", "gcj02"]
    assert datums("wgs84") == ["wgs84", "gcj02", "gcj02"]
    assert datums("wgs84,communities=bd09") == ["wgs84", "bd09", "gcj02"]


@pytest.mark.parametrize("datum", ["gcj02", "bd09"])
@pytest.mark.parametrize("crs", ["EPSG:4551", "EPSG:32651", "EPSG:3857"])
def test_projected_degrees_of_a_map_service_are_undone_where_stated_for_their_layer(tmp_path, crs, datum):
    write_layers(DEMO | {"communities": as_from(DEMO["communities"], datum, crs)}, tmp_path / "town.gpkg")
    mended = read_district(tmp_path / "town.gpkg", ReadOptions(coords_of={"communities": datum}))
    away = mended.communities.geometry.to_numpy()
    assert shapely.hausdorff_distance(away, DEMO["communities"].geometry.to_numpy()).max() < 0.001
    entry = next(e for e in mended.inputs if e["layer"] == "communities")
    assert (entry["coords"], entry["crs"]) == (datum, crs)
    kept = read_district(tmp_path / "town.gpkg", ReadOptions(coords=datum))
    told = [f for f in kept.findings if f.code == "datum.projected_kept"]
    assert [f.layer for f in told] == list(LAYERS) and f"communities={datum}" in say_finding("en", told[1])
    assert shapely.hausdorff_distance(kept.communities.geometry.to_numpy(), away).min() > 200
    assert {e["coords"] for e in kept.inputs} == {None}  # the record says what was done


# ── layers shifted against each other ──


def test_the_demo_as_it_is(tmp_path):
    assert options_of(tmp_path, DEMO) == set()
    assert options_of(tmp_path, {name: layer.to_crs(4490) for name, layer in DEMO.items()}) == set()


@pytest.mark.parametrize(("layer", "datum"), SHIFTS)
def test_a_shifted_layer_of_the_demo_is_found_in_degrees_and_projected(tmp_path, layer, datum):
    crs = "EPSG:32651" if datum == "bd09" else 4326
    expected = {f"--coords {layer}={datum}"}
    assert options_of(tmp_path, DEMO | {layer: as_from(DEMO[layer], datum, crs)}) == expected


def test_layers_shifted_alike_cannot_be_seen(tmp_path):
    assert options_of(tmp_path, {name: as_from(layer, "gcj02") for name, layer in DEMO.items()}) == set()


def test_two_map_services_at_once(tmp_path):
    layers = {
        "buildings": as_from(DEMO["buildings"], "bd09"),
        "communities": as_from(DEMO["communities"], "gcj02"),
        "barriers": DEMO["barriers"],
    }
    assert options_of(tmp_path, layers) == {"--coords buildings=bd09,communities=gcj02"}


def test_a_datum_stated_wrongly_is_taken_back(tmp_path):
    layers = {name: layer.to_crs(4326) for name, layer in DEMO.items()}
    layers["communities"] = as_from(DEMO["communities"], "gcj02")
    found = options_of(tmp_path, layers, coords="gcj02")
    assert found == {"--coords buildings=wgs84,communities=gcj02,barriers=wgs84"}
    assert options_of(tmp_path, layers, coords=found.pop().removeprefix("--coords ")) == set()


@pytest.mark.parametrize("place", PLACES)
def test_everywhere_in_china_with_and_without_stated_communities(place):
    city = {name: layer for name, layer in make_city(400, 7).items() if name in LAYERS}
    for layers in (at(DEMO, *place), at(city, *place)):
        nameless = layers | {"buildings": layers["buildings"].assign(community_id=None)}
        points = nameless["buildings"].set_geometry(nameless["buildings"].representative_point())
        for plain in (layers, nameless, nameless | {"buildings": points}):
            assert seen(plain) == set()
    shifted = as_from(layers["communities"], "gcj02", layers["buildings"].crs)
    assert seen(nameless | {"communities": shifted}) == {"--coords communities=gcj02"}


def test_no_verdict_where_every_shift_fits(tmp_path):
    """One wide outline: the buildings are inside it wherever they are moved."""
    wide = DEMO["communities"].dissolve().assign(community_id="X")
    wide = wide.set_geometry(wide.convex_hull.buffer(3000))
    assert (
        options_of(tmp_path, {"buildings": DEMO["buildings"], "communities": as_from(wide, "gcj02")}) == set()
    )


def test_no_verdict_on_a_few_buildings(tmp_path):
    few = DEMO | {
        "buildings": DEMO["buildings"].iloc[:30],
        "communities": as_from(DEMO["communities"], "gcj02"),
    }
    assert options_of(tmp_path, few) == set()


def test_a_careless_map_is_no_shifted_one(tmp_path):
    """Outlines 60 m off cut many buildings; no datum does that."""
    moved = DEMO["communities"].set_geometry(DEMO["communities"].translate(-50, 35))
    nameless = DEMO["buildings"].assign(community_id=None)
    assert options_of(tmp_path, DEMO | {"buildings": nameless, "communities": moved}) == set()


def test_the_warning_says_the_fits_and_the_option_restores_every_building(tmp_path):
    plain = check_district(read_district(write(tmp_path / "plain", DEMO)), load_policy())
    path = write(tmp_path / "shifted", DEMO | {"communities": as_from(DEMO["communities"], "gcj02")})
    wrong = check_district(read_district(path), load_policy())
    (told,) = [f for f in wrong.findings if f.code == "datum.communities_shifted"]
    assert told.facts["share"] > 50 and told.facts["mended"] == 0
    for lang in ("zh", "en"):
        sentence = say_finding(lang, told)
        assert "--coords communities=gcj02" in sentence and f"{told.facts['share']} %" in sentence
    options = Request(coords=told.facts["option"].removeprefix("--coords ")).read_options()
    mended = check_district(read_district(path, options), load_policy())
    columns = ["building_id", "community_id", "households"]
    pd.testing.assert_frame_equal(mended.district.buildings[columns], plain.district.buildings[columns])
    assert not (wrong.district.buildings["community_id"].equals(plain.district.buildings["community_id"]))
    assert not [f for f in mended.findings if f.code.startswith("datum.")]


def write(folder: Path, layers: dict[str, gpd.GeoDataFrame]) -> Path:
    """Write layers as one file in a folder of its own."""
    write_layers(layers, folder / "town.gpkg")
    return folder / "town.gpkg"


def test_check_and_plan_say_it_on_the_command_line(tmp_path):
    path = write(tmp_path, DEMO | {"communities": as_from(DEMO["communities"], "gcj02")})
    code, out, _ = run("check", str(path), "--lang", "en", "-q")
    assert code == 4 and "--coords communities=gcj02" in out
    code, _, err = run("plan", str(path), "--out", str(tmp_path / "out"), "--lang", "en", "-q")
    assert code == 3 and "--coords communities=gcj02" in err
    assert run("check", str(path), "--coords", "mars", "-q")[0] == 2


@pytest.mark.cities
@pytest.mark.skipif(not SHARED.is_dir(), reason="the real cities are not beside this checkout")
def test_paris_as_it_is_and_in_changchun():
    buildings = gpd.read_file(SHARED / "paris11_west.gpkg", layer="buildings").assign(community_id=None)
    iris = gpd.read_file(SHARED / "paris11_west.gpkg", layer="iris").rename(
        columns={"code_iris": "community_id"}
    )
    district = read_stub({"buildings": buildings, "communities": iris})
    assert find_shifted(district, buildings.geometry.to_numpy(), iris) == []
    there = at({"buildings": buildings, "communities": iris}, 125.3, 43.9)
    shapes = there["buildings"].geometry.to_numpy()
    assert find_shifted(read_stub(there), shapes, there["communities"]) == []
    wrong = as_from(there["communities"], "gcj02", there["communities"].crs)
    (told,) = find_shifted(read_stub(there | {"communities": wrong}), shapes, wrong)
    assert told.facts["option"] == "--coords communities=gcj02"


# ── layers far away ──


def test_layers_in_their_place_are_not_far_away(tmp_path):
    assert find_apart(read_district(write(tmp_path, DEMO))) == []


@pytest.mark.parametrize(
    ("said", "mend"),
    [("EPSG:4550", "communities: EPSG:4551"), ("EPSG:4552", "communities: EPSG:4551")],
)
def test_the_zone_beside_the_right_one(tmp_path, said, mend):
    wrong = DEMO["communities"].set_crs(said, allow_override=True)
    (told,) = find_apart(read_district(write(tmp_path, DEMO | {"communities": wrong})))
    assert told.code == "datum.apart_mends" and mend in told.facts["mends"] and 230 < told.facts["km"] < 250
    assert "X ↔ Y" not in told.facts["mends"] and say_finding("zh", told) and say_finding("en", told)


def test_far_away_for_no_reason_that_can_be_seen(tmp_path):
    moved = DEMO["barriers"].set_geometry(DEMO["barriers"].translate(0, 40_000))
    (told,) = find_apart(read_district(write(tmp_path, DEMO | {"barriers": moved})))
    assert (told.code, told.layer, told.facts["km"]) == ("datum.apart", "barriers", 39)


def swap(layer: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return a layer with X and Y exchanged."""
    return layer.set_geometry(gpd.GeoSeries(shapely.transform(layer.geometry.to_numpy(), lambda p: p[:, ::-1]),
                                            index=layer.index, crs=layer.crs))  # fmt: skip


def test_exchanged_axes_are_seen(tmp_path):
    district = read_district(write(tmp_path, {name: swap(layer) for name, layer in DEMO.items()}))
    told = [f for f in district.findings if f.code == "datum.off_area_mends"]
    assert [f.layer for f in told] == list(LAYERS) and told[0].facts["mends"] == "EPSG:4551 (X ↔ Y)"
    assert say_finding("zh", told[0]) and say_finding("en", told[0])


def test_a_zone_number_before_the_easting_that_the_crs_does_not_have(tmp_path):
    prefixed = {name: layer.to_crs(4530).set_crs(4551, allow_override=True) for name, layer in DEMO.items()}
    with pytest.raises(InputError) as caught:
        read_district(write(tmp_path, prefixed))
    assert caught.value.code == "errors.crs_misfit"
    assert [f.facts["mends"] for f in caught.value.findings] == ["EPSG:4530"]
    assert not [f for f in read_district(write(tmp_path / "right", DEMO)).findings if "off_area" in f.code]


def test_old_datums_are_noted_where_they_were_converted(tmp_path):
    old = DEMO["communities"].to_crs(2439)
    district = read_district(write(tmp_path, DEMO | {"communities": old}))
    assert [f.layer for f in district.findings if f.code == "datum.old_datum"] == ["communities"]
    alike = {name: layer.to_crs(2439) for name, layer in DEMO.items()}
    kept = read_district(write(tmp_path / "alike", alike))
    assert kept.crs == CRS.from_epsg(2439) and not [f for f in kept.findings if f.code == "datum.old_datum"]
