"""Every kind of input becomes the same district; what cannot be read says what there is and what to do."""

from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from inputs import CRS, block, blocks, house, street, write

from gridder.errors import InputError, UsageError
from gridder.read import ReadOptions, parse_columns, parse_layers, read_district
from gridder.text import say_error

pytestmark = pytest.mark.filterwarnings("ignore:Column names longer", "ignore:Normalized/laundered")
SHARED = Path(__file__).parents[2] / "shared" / "data"
CITIES = SHARED if SHARED.is_dir() else None


def codes(district):
    return [finding.code for finding in district.findings]


def counts(district):
    return dict(zip(district.buildings["building_id"], district.buildings["households"].tolist()))


STREET = {"b1": 120, "b2": 200, "b3": pd.NA, "b4": 0}


def fails(path, code, options=None, kind=InputError):
    with pytest.raises(kind) as caught:
        read_district(path, options)
    assert caught.value.code == f"errors.{code}"
    return caught.value


# ── kinds of input ──


def test_a_geopackage(tmp_path):
    district = read_district(write(tmp_path, buildings=street(), communities=blocks()))
    assert counts(district) == STREET and district.crs.to_epsg() == 4549
    assert district.communities["name"].tolist() == ["甲", "乙"]
    assert (district.district_id, district.name) == ("town", "town")
    assert district.buildings["row"].tolist() == [1, 2, 3, 4]
    assert district.barriers.empty and district.workforce.empty and codes(district) == []


def test_the_record_of_an_input(tmp_path):
    path = write(
        tmp_path,
        buildings=street(building_id=None, 编号=["x", "y", "z", "w"], households=None, 户数=[1, 2, 3, 4]),
    )
    district = read_district(path, ReadOptions(columns={"buildings": {"building_id": "编号"}}))
    record = district.inputs[0]
    assert record["file"] == "town.gpkg" and len(record["sha256"]) == 64 and record["layer"] == "buildings"
    assert record["rows"] == 4 and record["columns"] == {"building_id": "编号", "households": "户数"}
    assert str(tmp_path) not in repr(record)


@pytest.mark.parametrize("suffix", ["geojson", "shp", "parquet", "fgb", "gpkg"])
def test_a_single_file_is_buildings(tmp_path, suffix):
    path = tmp_path / f"houses.{suffix}"
    frame = street().rename(columns={"households": "hh"})
    frame.to_parquet(path) if suffix == "parquet" else frame.to_file(path)
    district = read_district(path)
    assert counts(district) == STREET
    assert district.buildings.geometry.area.round(3).tolist() == [100.0] * 4


def test_csv_with_lon_lat_and_an_empty_count(tmp_path):
    path = tmp_path / "buildings.csv"
    path.write_text("楼栋编号,户数,经度,纬度\n007,12,125.30,43.80\n008,,125.31,43.80\n009,5,,\n", "utf-8-sig")
    district = read_district(path)
    assert counts(district) == {"007": 12, "008": pd.NA, "009": 5}
    assert district.crs.to_epsg() == 4551 and district.buildings.geometry.isna().tolist() == [
        False,
        False,
        True,
    ]
    assert codes(district) == ["read.degrees_assumed", "read.reprojected"]


def test_csv_with_a_column_twice(tmp_path):
    path = tmp_path / "buildings.csv"
    path.write_text("building_id,households,households,lon,lat\na,12,99,125.30,43.80\n")
    assert counts(read_district(path)) == {"a": 12}


def test_csv_in_gb18030_with_wkt(tmp_path):
    path = tmp_path / "buildings.csv"
    path.write_bytes(f'楼栋编号;户数;WKT\n东一;12户;"{house(5).wkt}"\n'.encode("gb18030"))
    district = read_district(path, ReadOptions(crs=CRS))
    assert counts(district) == {"东一": 12} and codes(district) == ["read.encoding_guessed"]
    assert district.inputs[0]["encoding"] == "GB18030"


def test_gbk_shapefile_without_cpg(tmp_path):
    path = tmp_path / "buildings.shp"
    frame = street(building_id=["一号楼", "二号楼", "三号楼", "四号楼"], households=None, 户数=[1, 2, 3, 4])
    frame.to_file(path, encoding="GBK")
    path.with_suffix(".cpg").unlink()
    district = read_district(path)
    assert counts(district) == {"一号楼": 1, "二号楼": 2, "三号楼": 3, "四号楼": 4}
    assert "read.encoding_guessed" in codes(district)


def test_utf8_shapefile_without_cpg(tmp_path):
    path = tmp_path / "buildings.shp"
    street(building_id=["一号楼", "二", "三", "四"], households=None, 户数=[1, 2, 3, 4]).to_file(
        path, encoding="UTF-8"
    )
    path.with_suffix(".cpg").unlink()
    district = read_district(path)
    assert list(counts(district)) == ["一号楼", "二", "三", "四"] and codes(district) == []


def test_a_cpg_that_says_utf8_of_gbk_texts_is_not_believed(tmp_path):
    path = tmp_path / "buildings.shp"
    street(building_id=["一号楼", "二号楼", "三号楼", "四号楼"]).to_file(path, encoding="GBK")
    path.with_suffix(".cpg").write_text("UTF-8")
    district = read_district(path)
    assert next(iter(counts(district))) == "一号楼" and codes(district) == ["read.encoding_guessed"]


def test_an_encoding_stated_by_the_user_is_used(tmp_path):
    path = tmp_path / "buildings.shp"
    street(building_id=["一号楼", "二", "三", "四"]).to_file(path, encoding="GBK")
    path.with_suffix(".cpg").unlink()
    district = read_district(path, ReadOptions(encoding="GBK"))
    assert next(iter(counts(district))) == "一号楼" and codes(district) == []
    fails(path, "encoding_unknown", ReadOptions(encoding="martian"))
    fails(path, "encoding_wrong", ReadOptions(encoding="UTF-8"))
    csv = tmp_path / "b.csv"
    csv.write_bytes("楼栋编号,户数,lon,lat\n东,1,125,43\n".encode("GBK"))
    fails(csv, "encoding_wrong", ReadOptions(encoding="UTF-8"))


def test_a_shapefile_in_capitals(tmp_path):
    street(building_id=["一号楼", "二", "三", "四"]).to_file(tmp_path / "b.shp", encoding="GBK")
    (tmp_path / "b.cpg").unlink()
    for part in list(tmp_path.iterdir()):
        part.rename(tmp_path / part.name.upper())
    district = read_district(tmp_path / "B.SHP")
    assert next(iter(counts(district))) == "一号楼" and district.crs.to_epsg() == 4549
    assert sorted(district.inputs[0]["parts"]) == [".dbf", ".prj", ".shx"]


def test_a_text_cut_within_a_character_is_still_utf8(tmp_path):
    path = tmp_path / "buildings.shp"
    street(building_id=["a", "b", "c", "d"], name=["长春市朝阳区" * 14] * 4).to_file(path, encoding="UTF-8")
    path.with_suffix(".cpg").unlink()
    district = read_district(path)
    assert district.buildings["name"].str.startswith("长春市朝阳区长春市").all() and codes(district) == []


def test_a_folder_with_one_file_a_layer(tmp_path):
    street().to_file(tmp_path / "buildings.shp")
    blocks().to_file(tmp_path / "communities.geojson")
    pd.DataFrame({"社区编号": ["A"], "现有人数": [11], "备注": ["x"]}).to_excel(
        tmp_path / "workforce.xlsx", index=False
    )
    (tmp_path / "notes.csv").write_text("a,b\n1,2\n")
    district = read_district(tmp_path)
    assert counts(district) == STREET and len(district.communities) == 2
    assert district.workforce[["community_id", "posts_now"]].values.tolist() == [["A", 11]]
    assert codes(district) == ["read.layers_ignored"] and "notes.csv" in district.findings[0].facts["layers"]


def test_district_yaml(tmp_path):
    street(building_id=None, 楼=["1", "2", "3", "4"]).to_file(tmp_path / "b.gpkg", layer="x")
    blocks().to_file(tmp_path / "b.gpkg", layer="y")
    line = shapely.LineString([(500_060, 4_800_000), (500_060, 4_800_060)])
    frame = gpd.GeoDataFrame({"fclass": ["motorway", "river", "lane"]}, geometry=[line] * 3, crs=CRS)
    frame.to_file(tmp_path / "roads.geojson")
    pd.DataFrame({"community_id": ["A"], "posts_now": [9]}).to_csv(tmp_path / "w.csv", index=False)
    (tmp_path / "district.yaml").write_text(
        """district: {id: "220104", name: 朝阳区}
buildings: {file: b.gpkg, layer: x, columns: {building_id: 楼}}
communities: {file: b.gpkg, layer: y}
barriers:
  - {file: roads.geojson, columns: {kind: fclass}, kinds: {lane: wall}}
  - {file: roads.geojson, kind: railway, columns: {name: fclass}}
staffing: {county_cap: 900, workforce: w.csv}
households_meaning: 常住
policy: jilin-2020
"""
    )
    for path in (tmp_path / "district.yaml", tmp_path):
        district = read_district(path)
        assert (district.district_id, district.name) == ("220104", "朝阳区")
        assert list(counts(district)) == ["1", "2", "3", "4"]
        assert district.barriers["kind"].tolist() == ["expressway", "river", "wall"] + ["railway"] * 3
        assert district.workforce["posts_now"].tolist() == [9]
        expected = {"staffing": {"county_cap": 900}, "households_meaning": "常住", "policy": "jilin-2020"}
        assert district.settings == expected
        assert district.inputs[0]["file"] == "district.yaml"


def test_unknown_keys_of_district_yaml_have_file_key_and_line(tmp_path):
    path = tmp_path / "district.yaml"
    path.write_text(
        "buildings:\n  file: b.gpkg\n  colums: {households: x}\n  columns: {house: x}\ncoords: mars\nfoo: 1\n"
    )
    error = fails(path, "yaml_unusable")
    found = {(f.code, f.facts["key"], f.facts["line"], f.facts["file"]) for f in error.findings}
    assert found == {
        ("errors.yaml_file_missing", "buildings.file", 2, "district.yaml"),
        ("errors.yaml_key_unknown", "foo", 6, "district.yaml"),
        ("errors.yaml_value", "coords", 5, "district.yaml"),
        ("errors.yaml_key_unknown", "buildings.colums", 3, "district.yaml"),
        ("errors.yaml_key_unknown", "buildings.columns.house", 4, "district.yaml"),
    }


def test_district_yaml_needs_buildings(tmp_path):
    path = tmp_path / "district.yaml"
    path.write_text("district: {id: 1}\n")
    assert [f.facts["key"] for f in fails(path, "yaml_unusable").findings] == ["buildings.file"]


# ── layers ──


def test_the_only_polygon_layer_is_taken(tmp_path):
    district = read_district(write(tmp_path, houses=street()))
    assert counts(district) == STREET and codes(district) == ["read.layer_taken"]


def test_two_candidates_are_no_answer(tmp_path):
    error = fails(write(tmp_path, houses=street(), blocks=blocks()), "layer_missing")
    assert error.facts["layers"] == "houses, blocks" and error.facts["layer"] == "buildings"


def test_an_empty_folder_has_none(tmp_path):
    (tmp_path / "read me.doc").write_text("x")
    for options in (None, ReadOptions(layers={"buildings": "iris"})):
        caught = fails(tmp_path, "no_layers", options)
        assert "It has none" in say_error("en", caught) and ": ." not in say_error("en", caught)


def test_layers_named_by_the_user(tmp_path):
    path = write(tmp_path, houses=street(), iris=blocks())
    district = read_district(path, ReadOptions(layers={"buildings": "houses", "communities": "iris"}))
    assert len(district.communities) == 2
    error = fails(
        path, "layer_missing", ReadOptions(layers={"buildings": "houses", "communities": "quartiers"})
    )
    assert error.facts["layer"] == "quartiers" and "iris" in error.facts["layers"]


def test_unrecognised_layers_are_a_warning(tmp_path):
    district = read_district(write(tmp_path, buildings=street(), trees=blocks()))
    assert [(f.code, f.level) for f in district.findings] == [("read.layers_ignored", "warning")]


def test_a_layer_of_district_yaml_that_is_not_there(tmp_path):
    write(tmp_path, houses=street())
    (tmp_path / "district.yaml").write_text("buildings: {file: town.gpkg, layer: buildings}\n")
    error = fails(tmp_path / "district.yaml", "layer_missing")
    assert error.facts == {"file": "town.gpkg", "layer": "buildings", "layers": "houses"}
    options = ReadOptions(layers={"buildings": "houses"})
    assert counts(read_district(tmp_path / "district.yaml", options)) == STREET


# ── columns ──


def test_a_column_that_is_not_there(tmp_path):
    error = fails(
        write(tmp_path, buildings=street()),
        "column_missing",
        ReadOptions(columns={"buildings": {"floors": "层"}}),
    )
    facts = {"file": "town.gpkg", "layer": "buildings", "name": "层", "column": "floors"}
    assert facts.items() <= error.facts.items() and "households" in error.facts["columns"]


def test_no_households_tells_how_to_name_them(tmp_path):
    error = fails(write(tmp_path, buildings=street(households=None, n=[1, 2, 3, 4])), "column_needed")
    assert error.facts["option"] == "households" and error.exit_code == 3 and "n" in error.facts["columns"]


def test_no_ids_make_row_numbers(tmp_path):
    district = read_district(write(tmp_path, buildings=street(building_id=None)))
    assert list(counts(district)) == ["1", "2", "3", "4"] and codes(district) == ["read.ids_from_rows"]


def test_whole_number_ids_have_no_decimals(tmp_path):
    district = read_district(write(tmp_path, buildings=street(building_id=[8.0, 9.0, 10.0, None])))
    assert list(counts(district)) == ["8", "9", "10", None]


def test_long_whole_number_ids_with_gaps_keep_every_digit(tmp_path):
    path = tmp_path / "buildings.geojson"
    frame = street(building_id=pd.array([220102001003000007, None, 3, 4], dtype="Int64"))
    frame.to_file(path)
    assert next(iter(counts(read_district(path)))) == "220102001003000007"


def test_one_source_column_may_serve_two_fields(tmp_path):
    district = read_district(
        write(tmp_path, buildings=street()), ReadOptions(columns={"buildings": {"name": "building_id"}})
    )
    assert district.buildings["name"].tolist() == ["b1", "b2", "b3", "b4"]


def test_names_with_blanks_and_full_width_colons_are_recognised(tmp_path):
    frame = street(households=None, **{"总 户 数：": [1, 2, 3, 4]})
    assert counts(read_district(write(tmp_path, buildings=frame)))["b4"] == 4


def test_the_fid_column_can_be_the_id(tmp_path):
    path = write(tmp_path, buildings=street(building_id=None))
    district = read_district(path, ReadOptions(columns={"buildings": {"building_id": "fid"}}))
    assert list(counts(district)) == ["1", "2", "3", "4"] and codes(district) == []


def test_the_county_code_is_the_district(tmp_path):
    path = write(
        tmp_path, buildings=street(), communities=blocks(community_id=["220102001003", "220102002001"])
    )
    assert read_district(path).district_id == "220102"
    path = write(
        tmp_path,
        "b.gpkg",
        buildings=street(),
        communities=blocks(community_id=["220102001003", "220103002001"]),
    )
    assert read_district(path).district_id == "b"


def test_options_of_the_command_line():
    assert parse_columns("households=户数，communities.community_id=SQDM, name = 楼名") == {
        "buildings": {"households": "户数", "name": "楼名"},
        "communities": {"community_id": "SQDM"},
    }
    assert parse_layers(["communities=iris", "buildings=x"]) == {"communities": "iris", "buildings": "x"}
    for parse, text, code in (
        (parse_columns, "households", "pair_expected"),
        (parse_columns, "huose=x", "column_name_unknown"),
        (parse_columns, "x.y=z", "layer_name_unknown"),
        (parse_layers, "x=y", "layer_name_unknown"),
    ):
        with pytest.raises(UsageError) as caught:
            parse(text)
        assert caught.value.code == f"errors.{code}" and caught.value.exit_code == 2


# ── places ──


def test_no_crs_asks_for_one(tmp_path):
    path = tmp_path / "buildings.shp"
    street().to_file(path)
    path.with_suffix(".prj").unlink()
    assert fails(path, "no_crs").facts["file"] == "buildings.shp"
    assert read_district(path, ReadOptions(crs=CRS)).crs.to_epsg() == 4549
    fails(path, "crs_unknown", ReadOptions(crs="EPSG:1"))
    fails(path, "not_degrees", ReadOptions(coords="wgs84"))


def test_a_stated_crs_that_is_none_is_refused_even_where_none_is_needed(tmp_path):
    path = write(tmp_path, buildings=street())
    assert fails(path, "crs_unknown", ReadOptions(crs="EPSG:99999999")).exit_code == 3
    (tmp_path / "district.yaml").write_text("crs: nonsense\nbuildings: {file: town.gpkg, layer: buildings}\n")
    (wrong,) = fails(tmp_path / "district.yaml", "yaml_unusable").findings
    assert (wrong.code, wrong.facts["line"], wrong.facts["value"]) == ("errors.yaml_crs", 1, "nonsense")


def test_a_file_with_its_own_crs_keeps_it_and_says_so_where_another_was_stated(tmp_path):
    path = write(tmp_path, buildings=street(), communities=blocks())
    district = read_district(path, ReadOptions(crs="EPSG:4326"))
    told = [f for f in district.findings if f.code == "read.crs_own"]
    assert [f.layer for f in told] == ["buildings", "communities"] and {f.level for f in told} == {"warning"}
    assert (told[0].facts["own"], told[0].facts["asked"]) == (CRS, "EPSG:4326")
    assert district.crs.to_epsg() == 4549
    assert "read.crs_own" not in codes(read_district(path, ReadOptions(crs=CRS)))
    assert "read.crs_own" not in codes(read_district(path))


def test_swapped_longitude_and_latitude_are_asked_about(tmp_path):
    path = tmp_path / "buildings.csv"
    path.write_text("building_id,households,lat,lon\n1,12,125.30,43.80\n2,9,125.31,43.81\n")
    caught = fails(path, "degrees_swapped")
    assert caught.exit_code == 3 and round(caught.facts["y"]) == 125 and round(caught.facts["x"]) == 44
    assert "swapped" in say_error("en", caught) and "填反" in say_error("zh", caught)
    path.write_text("building_id,households,lat,lon\n1,12,4300000,500000\n")
    fails(path, "not_degrees")


def test_layers_in_different_crs_come_together(tmp_path):
    path = write(tmp_path, buildings=street(), communities=blocks().to_crs(4326))
    district = read_district(path)
    assert district.communities.crs.to_epsg() == 4549
    assert district.communities.geometry.iloc[0].symmetric_difference(block(0)).area < 0.01


def test_gcj02_stated_by_the_user_is_undone(tmp_path):
    path = write(tmp_path, buildings=street().to_crs(4490))
    plain = read_district(path)
    moved = read_district(path, ReadOptions(coords="gcj02"))
    assert "read.datum_undone" in codes(moved)
    gap = plain.buildings.geometry.iloc[0].distance(moved.buildings.geometry.iloc[0])
    assert 300 < gap < 1000
    assert moved.inputs[0]["coords"] == "gcj02"


def test_metres_stay_metres_whatever_the_datum_stated(tmp_path):
    path = write(tmp_path, buildings=street())
    same = read_district(path, ReadOptions(coords="gcj02")).buildings.geometry
    assert same.iloc[0].equals(house(5))


def test_barriers_of_unknown_kind_are_told_and_left_out(tmp_path):
    line = shapely.LineString([(500_060, 4_800_000), (500_060, 4_800_060)])
    words = ["河流", "铁路", "快速路", "主干道", "道路", "围墙", "桥", "地道", "Motorway", "篱笆", None]
    frame = gpd.GeoDataFrame({"kind": words}, geometry=[line] * len(words), crs=CRS)
    district = read_district(write(tmp_path, buildings=street(), barriers=frame))
    assert district.barriers["kind"].tolist() == [
        "river", "railway", "expressway", "arterial", "road", "wall", "crossing", "crossing", "expressway",
    ]  # fmt: skip
    (finding,) = district.findings
    assert (
        finding.code == "read.kinds_ignored" and finding.facts["n"] == 2 and "篱笆" in finding.facts["kinds"]
    )


# ── broken files ──


def test_broken_and_missing_files(tmp_path):
    fails(tmp_path / "nowhere.gpkg", "input_missing")
    (tmp_path / "a.gpkg").write_bytes(b"no database")
    fails(tmp_path / "a.gpkg", "file_unreadable")
    (tmp_path / "a.xlsx").write_bytes(b"no zip")
    fails(tmp_path / "a.xlsx", "file_unreadable")
    (tmp_path / "a.parquet").write_bytes(b"PAR1")
    fails(tmp_path / "a.parquet", "file_unreadable")
    (tmp_path / "a.csv").write_text("")
    fails(tmp_path / "a.csv", "file_empty")
    (tmp_path / "b.csv").write_text("building_id,households\n1,2\n")
    fails(tmp_path / "b.csv", "no_geometry")
    (tmp_path / "c.csv").write_text("building_id,households,lon,lat\n")
    fails(tmp_path / "c.csv", "no_buildings")
    (tmp_path / "a.doc").write_text("x")
    fails(tmp_path / "a.doc", "file_kind")
    street().to_file(tmp_path / "s.shp")
    (tmp_path / "s.dbf").unlink()
    fails(tmp_path / "s.shp", "shapefile_without_dbf")


def test_reading_twice_gives_the_same(tmp_path):
    path = write(tmp_path, buildings=street(), communities=blocks())
    one, two = read_district(path), read_district(path)
    assert one.buildings.equals(two.buildings) and one.inputs == two.inputs and one.findings == two.findings


# ── real cities ──


@pytest.mark.cities
@pytest.mark.skipif(CITIES is None, reason="the shared real cities are not here")
@pytest.mark.parametrize(
    ("file", "columns", "layers", "rows", "total", "unknown"),
    [
        ("paris11_west.gpkg",
         "households=dwellings,building_id=batiment_c,communities.community_id=code_iris",
         "communities=iris", 2497, 43_908, 163),
        ("nantes.gpkg",
         "households=NB_LOGTS,building_id=ID,communities.community_id=idobj", "communities=quartiers",
         8639, 39_108, 2753),
        ("singapore_east.gpkg", "households=total_dwelling_units,communities.community_id=SUBZONE_N",
         "buildings=hdb_blocks,communities=subzones", 4000, 408_513, 0),
    ],
)  # fmt: skip
def test_facts_of_real_cities(file, columns, layers, rows, total, unknown):
    options = replace(ReadOptions(), columns=parse_columns(columns), layers=parse_layers(layers))
    buildings = read_district(CITIES / file, options).buildings
    households = buildings["households"]
    assert (len(buildings), households.sum(), households.isna().sum()) == (rows, total, unknown)


def test_coordinates_that_lie_nowhere_in_their_crs_are_refused(tmp_path):
    path = write(
        tmp_path, buildings=street().set_crs("EPSG:4525", allow_override=True)
    )  # zone 37 prefixed to x
    caught = fails(path, "crs_misfit")
    assert caught.facts["crs"] == "EPSG:4525" and "town.gpkg" in caught.facts["file"]
