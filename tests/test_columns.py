"""Layers and columns nobody recognised: what they hold, what was probably meant, and the line to copy."""

from __future__ import annotations

import zipfile
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from typer.testing import CliRunner

from gridder.cli import cli
from gridder.errors import InputError
from gridder.read import ReadOptions, parse_columns, parse_layers, read_district
from gridder.read.candidates import find_candidates, speaks_of
from gridder.read.column_facts import describe_column, describe_columns
from gridder.text import LANGS, say_error

CRS = "EPSG:4549"
N = 12  # houses in a row, 20 m apart
SHARED = Path(__file__).parents[2] / "shared" / "data"


def town(**columns: list) -> gpd.GeoDataFrame:
    """Twelve houses in a row: #  #  #  #  #  #  #  #  #  #  #  #"""
    shapes = [shapely.box(20 * i, 0, 20 * i + 10, 10) for i in range(N)]
    return gpd.GeoDataFrame(columns, geometry=shapes, crs=CRS)


def halves(**columns: list) -> gpd.GeoDataFrame:
    """Two outlines that hold six houses each: [######][######]"""
    shapes = [shapely.box(-5, -5, 115, 15), shapely.box(115, -5, 235, 15)]
    return gpd.GeoDataFrame(columns, geometry=shapes, crs=CRS)


def write(folder: Path, **layers: gpd.GeoDataFrame) -> Path:
    """Write layers into one file."""
    path = folder / "town.gpkg"
    for name, frame in layers.items():
        frame.to_file(path, layer=name)
    return path


COUNTS = [0, 5, 5, 12, 12, 30, 30, 8, None, None, 9, 9]
IDS = [f"H{i}" for i in range(N)]


def told(path: Path, options: ReadOptions | None = None) -> InputError:
    """Return the error that reading ends with; it can be said in both languages."""
    with pytest.raises(InputError) as caught:
        read_district(path, options)
    for lang in LANGS:
        assert "{" not in say_error(lang, caught.value).replace("{file", "").replace(
            "columns: {", ""
        ).replace(": {", "")
    return caught.value


def command(findings) -> str:
    """Return the command that is offered."""
    (line,) = [f.facts["command"] for f in findings if f.code == "columns.command"]
    return line


def options_of(line: str) -> ReadOptions:
    """Return what a command line without blanks in its names says."""
    words = line.split()
    columns: dict[str, dict[str, str]] = {}
    for name, value in zip(words, words[1:]):
        if name == "--columns":
            for layer, found in parse_columns(value).items():
                columns.setdefault(layer, {}).update(found)
    return ReadOptions(
        columns=columns, layers=parse_layers([v for n, v in zip(words, words[1:]) if n == "--layer"])
    )


# ── what a column holds ──


@pytest.mark.parametrize(
    ("cells", "kind", "known"),
    [
        ([1, 2, 0], "whole", 3),
        ([1.0, None, 3.0], "whole", 2),
        (["158户", "1,220 户", None], "whole", 2),
        ([0.5, 2, 3], "number", 3),
        ([-1, 2, 3], "number", 3),
        (["a", "b", " "], "text", 2),
        ([True, False, True], "flag", 3),
        ([None, None], "empty", 0),
    ],
)
def test_what_a_column_holds(cells, kind, known):
    facts = describe_column("x", pd.Series(cells))
    assert (facts.kind, facts.known) == (kind, known)


@pytest.mark.parametrize(
    ("name", "words", "speaks"),
    [
        ("NB_LOGTS", ("logt",), True),
        ("nbLogements", ("logement",), True),
        ("ZHS_2024", ("zhs",), True),
        ("总 户 数：", ("户",), True),
        ("catalogue", ("log",), False),
        ("grid", ("id",), False),
    ],
)
def test_words_in_names(name, words, speaks):
    assert speaks_of(name, words) == speaks


def test_floors_years_heights_and_ids_are_no_households():
    table = town(
        ZHS=COUNTS, cs=[6] * 6 + [7] * 6, year=[1990, 1991] * 6, mj=[80, 90, 100] * 4, code=list(range(N))
    )
    found = find_candidates("buildings", "households", describe_columns(table), 5000)
    assert [one.facts.name for one in found] == ["ZHS"] and found[0].facts.total == 120


def test_counts_above_what_a_building_holds_are_no_households():
    columns = describe_columns(town(hs=[10**6, *COUNTS[1:]]))
    assert not find_candidates("buildings", "households", columns, 5000)


# ── the error that helps ──


def test_two_candidates_are_told_with_their_sums_the_named_one_first(tmp_path):
    path = write(tmp_path, buildings=town(ID=IDS, autre=[3, 4, 20] * 4, NB_LOGTS=COUNTS))
    error = told(path)
    offers = [f.facts for f in error.findings if f.facts.get("column") == "households"]
    assert [(f["name"], f["total"], f["known"], f["unknown"]) for f in offers] == [
        ("NB_LOGTS", 120, 10, 2),
        ("autre", 108, 12, 0),
    ]
    assert error.code == "errors.column_needed" and [f["mark"] for f in offers] == ["→", "？"]


def test_everything_is_told_at_once_and_the_line_that_is_offered_reads_the_file(tmp_path):
    """Neither layer has a name gridder knows, no column either: one error, one line, and it works."""
    houses = town(bat_id=IDS, zone=["A", "B"] * 6, logements=COUNTS)
    path = write(tmp_path, bati=houses, quartiers=halves(nom=["Nord", "Sud"], zid=["A", "B"]))
    line = command(told(path).findings)
    assert f"gridder check {path} " in line
    district = read_district(path, options_of(line))
    assert (
        list(district.buildings["building_id"]) == IDS and int(district.buildings["households"].sum()) == 120
    )
    assert list(district.buildings["community_id"][:2]) == ["A", "B"]
    assert list(district.communities["community_id"]) == ["A", "B"]
    assert list(district.communities["name"]) == ["Nord", "Sud"]


def test_a_column_of_the_buildings_is_no_community_id_unless_its_values_are(tmp_path):
    houses = town(bat_id=IDS, sqdm2=["X", "Y"] * 6, logements=COUNTS)
    line = command(told(write(tmp_path, buildings=houses, iris=halves(code=["A", "B"]))).findings)
    assert "communities.community_id=code" not in line  # recognised without a word
    assert "--layer communities=iris" in line and "sqdm2" not in line


def test_outlines_that_hold_no_building_are_no_communities(tmp_path):
    far = halves(code=["A", "B"]).translate(10_000, 0)
    elsewhere = gpd.GeoDataFrame({"code": ["A", "B"]}, geometry=far, crs=CRS)
    line = command(told(write(tmp_path, buildings=town(id=IDS, hs2=COUNTS), iris=elsewhere)).findings)
    assert "--layer" not in line


def test_a_misspelt_column_and_a_misspelt_layer_are_told_with_the_nearest(tmp_path):
    path = write(tmp_path, buildings=town(ID=IDS, NB_LOGTS=COUNTS), iris=halves(code=["A", "B"]))
    for options, right in (
        (ReadOptions(columns={"buildings": {"households": "nb_logt"}}), "NB_LOGTS"),
        (ReadOptions(layers={"communities": "irris"}), "iris"),
    ):
        near = [f.facts["near"] for f in told(path, options).findings if f.code == "columns.nearest"]
        assert near and near[0].startswith(right)


def test_roads_and_waters_come_as_a_file_to_save_that_works(tmp_path):
    street = gpd.GeoDataFrame(geometry=[shapely.LineString([(0, 20), (200, 20)])], crs=CRS)
    path = write(tmp_path, buildings=town(ID=IDS, NB_LOGTS=COUNTS), dl_2024=street, sx_2024=street)
    (offer,) = [f.facts for f in told(path).findings if f.code == "columns.settings"]
    Path(offer["file"]).write_text(offer["text"], encoding="utf-8")
    district = read_district(Path(offer["file"]))
    assert sorted(district.barriers["kind"]) == ["river", "road"]
    assert (
        int(district.buildings["households"].sum()) == 120 and list(district.buildings["building_id"]) == IDS
    )


def test_names_with_blanks_are_typed_in_quotes(tmp_path):
    path = write(tmp_path, buildings=town(ID=IDS, **{"住 户：": COUNTS}))
    assert '--columns "households=住 户：,building_id=ID"' in command(told(path).findings)


# ── what is read, yet could be read better ──


def test_the_note_about_row_numbers_names_the_column_that_could_serve(tmp_path):
    district = read_district(write(tmp_path, buildings=town(BM=IDS, households=COUNTS)))
    (note,) = [f for f in district.findings if f.code == "columns.ids_found"]
    assert note.facts["column"] == "BM" and note.facts["n"] == N


def test_without_communities_a_column_that_may_say_them_is_named(tmp_path):
    zones = {"社区名": ["A", "B"] * 6}
    path = write(tmp_path, buildings=town(building_id=IDS, households=COUNTS, **zones))
    (found,) = [f for f in read_district(path).findings if f.code == "columns.communities_found"]
    assert (found.facts["column"], found.facts["n"]) == ("社区名", 2)
    outlined = write(tmp_path, communities=halves(id=["A", "B"]))
    assert "columns.communities_found" not in [f.code for f in read_district(outlined).findings]


def test_a_zip_of_shapefiles_is_explained_like_a_folder(tmp_path):
    folder = tmp_path / "shp"
    folder.mkdir()
    town(ID=IDS, NB_LOGTS=COUNTS).to_file(folder / "bati.shp")
    halves(code=["A", "B"]).to_file(folder / "iris.shp")
    packed = tmp_path / "town.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        for file in sorted(folder.iterdir()):
            archive.write(file, file.name)
    for path in (folder, packed):
        district = read_district(path, options_of(command(told(path).findings)))
        assert len(district.communities) == 2 and int(district.buildings["households"].sum()) == 120


def test_layers_not_recognised_come_with_the_option_that_uses_them(tmp_path):
    path = write(tmp_path, buildings=town(building_id=IDS, households=COUNTS), iris=halves(nummer=["A", "B"]))
    findings = read_district(path).findings
    line = command(findings)
    assert "--layer communities=iris --columns communities.community_id=nummer" in line
    assert len(read_district(path, options_of(line)).communities) == 2


def test_a_complete_input_gets_no_proposal(tmp_path):
    path = write(
        tmp_path, buildings=town(building_id=IDS, households=COUNTS), communities=halves(id=["A", "B"])
    )
    assert not [f.code for f in read_district(path).findings if f.code.startswith("columns.")]


def test_on_the_command_line_the_error_ends_with_exit_3_and_the_line_to_copy(tmp_path):
    path = write(tmp_path, buildings=town(ID=IDS, NB_LOGTS=COUNTS))
    for lang in LANGS:
        result = CliRunner().invoke(cli, ["check", str(path), "--lang", lang, "-q"])
        assert result.exit_code == 3 and "--columns households=NB_LOGTS,building_id=ID" in result.stderr


@pytest.mark.parametrize(
    ("city", "expected"),
    [
        ("nantes", ["communities=quartiers", "households=NB_LOGTS", "building_id=ID", "floors=NB_ETAGES"]),
        ("paris11_west", ["communities=iris", "households=dwellings", "community_id=code_iris"]),
        (
            "singapore_east",
            ["buildings=hdb_blocks", "communities=subzones", "households=total_dwelling_units"],
        ),
    ],
)
def test_real_cities_are_understood_at_first_sight(city, expected):
    path = SHARED / f"{city}.gpkg"
    if not path.exists():
        pytest.skip("the real cities are not in this checkout")
    line = command(told(path).findings)
    assert all(word in line for word in expected), line
