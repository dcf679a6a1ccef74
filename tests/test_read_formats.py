"""Every format becomes the same street of four houses; what a format cannot say is asked for, and said."""

from __future__ import annotations

import sqlite3
import struct
import zipfile

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from inputs import CRS, blocks, house, street, write

from gridder.errors import InputError
from gridder.read import ReadOptions, read_district
from gridder.read.ogr import gdal_option
from gridder.read.shapefile import hash_parts

pytestmark = pytest.mark.filterwarnings(
    "ignore:Column names longer", "ignore:Normalized/laundered", "ignore:driver"
)
NAMES = ["一号楼", "二号楼", "三号楼", "四号楼"]
COUNTS = dict(zip(NAMES, [120, 200, 31, 0]))


def chinese(**columns):
    """The street with Chinese names: 户数 beside 楼栋编号."""
    table = {"building_id": None, "households": None, "楼栋编号": NAMES, "户数": list(COUNTS.values())}
    return street(**table | columns)


def codes(district):
    return [finding.code for finding in district.findings]


def counts(district):
    return dict(zip(district.buildings["building_id"], district.buildings["households"].tolist()))


def fails(path, code, options=None):
    with pytest.raises(InputError) as caught:
        read_district(path, options)
    assert caught.value.code == f"errors.{code}", (caught.value.code, caught.value.facts)
    return caught.value


def same_ground(district, tolerance_m=0.02):
    """Whether the four houses stand where they were drawn."""
    drawn = street().to_crs(district.crs).set_index(pd.Index(NAMES)).geometry
    there = district.buildings.set_index("building_id").geometry
    gaps = [drawn[name].hausdorff_distance(there[name]) for name in there.index]
    return len(gaps) == 4 and max(gaps) < tolerance_m


# ── formats ──

DEGREES = ("geojson", "kml", "kmz", "geojsonl")
DRIVERS = {
    "gpkg": "GPKG", "shp": "ESRI Shapefile", "geojson": "GeoJSON", "fgb": "FlatGeobuf", "gdb": "OpenFileGDB",
    "tab": "MapInfo File", "mif": "MapInfo File", "gml": "GML", "kml": "LIBKML", "kmz": "LIBKML",
    "sqlite": "SQLite", "geojsonl": "GeoJSONSeq", "parquet": None,
}  # fmt: skip


def save_mapinfo(frame, path):
    """Write a MapInfo file as MapInfo does: names and texts in GBK (GDAL spoils Chinese names)."""
    letters = {name: f"COLUMN{number}" for number, name in enumerate(frame.columns) if name != "geometry"}
    frame.rename(columns=letters).to_file(path, driver="MapInfo File", encoding="GBK")
    head = path.read_bytes()
    for name, plain in letters.items():
        head = head.replace(plain.encode(), name.encode("gbk"))
    path.write_bytes(head)


def save(frame, path, **more):
    """Write a table in the format of a path's suffix."""
    suffix = path.suffix[1:].lower()
    frame = frame.to_crs(4326) if suffix in DEGREES else frame
    if suffix == "kmz":
        with zipfile.ZipFile(path, "w") as zipped:
            zipped.write(save(frame, path.with_suffix(".kml")), "doc.kml")
        path.with_suffix(".kml").unlink()
    elif suffix in ("tab", "mif"):
        save_mapinfo(frame, path)
    elif suffix == "parquet":
        frame.to_parquet(path)
    else:
        frame.to_file(path, driver=DRIVERS[suffix], **more)
    return path


@pytest.mark.parametrize("suffix", sorted(DRIVERS))
def test_a_format_in_a_folder_with_a_chinese_name(tmp_path, suffix):
    folder = tmp_path / "朝阳区 数据（2024）"
    folder.mkdir()
    path = save(chinese(), folder / f"楼栋.{suffix}")
    for place in (path, folder):
        district = read_district(place)
        assert counts(district) == COUNTS
        assert same_ground(district)
    assert district.name == "朝阳区 数据（2024）" and district.inputs[0]["file"] == f"楼栋.{suffix}"


@pytest.mark.parametrize("suffix", ["SHP", "GeoJSON", "CSV", "GPKG"])
def test_suffixes_in_capitals(tmp_path, suffix):
    path = tmp_path / f"buildings.{suffix.lower()}"
    if suffix == "CSV":
        frame = chinese().assign(wkt=lambda f: f.geometry.to_wkt()).drop(columns="geometry")
        frame.to_csv(path, index=False)
    else:
        save(chinese(), path)
    for part in list(tmp_path.iterdir()):
        part.rename(tmp_path / f"{part.stem}{part.suffix.upper()}")
    assert counts(read_district(tmp_path / f"buildings.{suffix.upper()}", ReadOptions(crs=CRS))) == COUNTS
    assert counts(read_district(tmp_path, ReadOptions(crs=CRS))) == COUNTS


@pytest.mark.parametrize("suffix", ["tab", "mif"])
def test_mapinfo_texts_are_gbk_or_what_the_file_says(tmp_path, suffix):
    path = save(chinese(), tmp_path / f"b.{suffix}")
    district = read_district(path)
    assert counts(district) == COUNTS and "read.encoding_guessed" in codes(district)
    assert district.inputs[0]["encoding"] == "GB18030"
    assert codes(read_district(path, ReadOptions(encoding="GBK"))) == []
    fails(path, "encoding_wrong", ReadOptions(encoding="UTF-8"))
    head = path.read_bytes().replace(b"Neutral", b"WindowsSimpChinese")
    path.write_bytes(head)
    stated = read_district(path)
    assert counts(stated) == COUNTS and "read.encoding_guessed" not in codes(stated)


@pytest.mark.parametrize(("suffix", "parts"), [("tab", [".dat", ".id", ".map"]), ("mif", [".mid"])])
def test_a_mapinfo_file_is_known_by_all_its_parts(tmp_path, suffix, parts):
    path = save(chinese(), tmp_path / f"b.{suffix}")
    before = hash_parts(path)
    texts = path.with_suffix(parts[0])
    texts.write_bytes(texts.read_bytes().replace(b"1", b"2"))
    after = hash_parts(path)
    assert sorted(before) == parts and [one for one in parts if before[one] != after[one]] == [parts[0]]


def test_the_coordinate_system_of_mapinfo_is_read(tmp_path):
    path = save(chinese(), tmp_path / "b.mif")
    assert b"CoordSys Earth Projection 8" in path.read_bytes()
    assert read_district(path).crs.is_projected
    plain = path.read_bytes().replace(
        b'CoordSys Earth Projection 8, 104, "m", 120, 0, 1, 500000, 0', b'CoordSys NonEarth Units "m"'
    )
    path.write_bytes(plain)
    fails(path, "no_crs")
    assert same_ground(read_district(path, ReadOptions(crs=CRS)))


def test_a_kml_with_names_and_extended_data(tmp_path):
    ring = " ".join(f"{x},{y},0" for x, y in street().to_crs(4326).geometry.iloc[0].exterior.coords)
    mark = (
        "<Placemark><name>一号楼</name><description>砖混</description><ExtendedData>"
        '<Data name="户数"><value>120</value></Data></ExtendedData><Polygon><outerBoundaryIs><LinearRing>'
        f"<coordinates>{ring}</coordinates></LinearRing></outerBoundaryIs></Polygon></Placemark>"
    )
    text = f'<kml xmlns="http://www.opengis.net/kml/2.2"><Document><Folder><name>楼栋</name>{mark}</Folder></Document></kml>'
    path = tmp_path / "town.kml"
    path.write_text(text, "utf-8")
    district = read_district(path)
    assert district.buildings[["name", "households"]].values.tolist() == [["一号楼", 120]]
    assert district.buildings["building_id"].tolist() == ["1"]
    named = read_district(path, ReadOptions(columns={"buildings": {"building_id": "Name"}}))
    assert counts(named) == {"一号楼": 120}


def test_a_geodatabase_holds_layers_alone_in_a_folder_and_zipped(tmp_path):
    path = tmp_path / "朝阳区.gdb"
    save(chinese(), path, layer="楼栋")
    save(blocks(), path, layer="社区")
    archive = tmp_path / "zipped" / "朝阳区.gdb.zip"
    archive.parent.mkdir()
    with zipfile.ZipFile(archive, "w") as zipped:
        for part in sorted(path.iterdir()):
            zipped.write(part, part.name)
    for place in (path, tmp_path, archive):
        district = read_district(place)
        assert counts(district) == COUNTS and len(district.communities) == 2
        assert {entry["source_layer"] for entry in district.inputs} == {"楼栋", "社区"}


def test_sheets_of_a_workbook_are_layers(tmp_path):
    path = tmp_path / "town.xlsx"
    with pd.ExcelWriter(path) as book:
        for name, frame in (("楼栋", chinese()), ("社区", blocks())):
            table = pd.DataFrame(frame.drop(columns="geometry")).assign(WKT=frame.geometry.to_wkt())
            table.to_excel(book, sheet_name=name, index=False)
        pd.DataFrame({"社区编号": ["A"], "人数": [9]}).to_excel(book, sheet_name="人员", index=False)
    district = read_district(path, ReadOptions(crs=CRS))
    assert counts(district) == COUNTS and len(district.communities) == 2
    assert district.workforce["posts_now"].tolist() == [9]


def test_an_old_workbook_is_named_as_such(tmp_path):
    (tmp_path / "b.xls").write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600)
    fails(tmp_path / "b.xls", "xls_old")


@pytest.mark.parametrize("prefix", ["", "SRID=4549;", "srid = 4549 ; "])
def test_wkt_with_and_without_srid(tmp_path, prefix):
    path = tmp_path / "b.csv"
    rows = "".join(f'{n},{c},"{prefix}{g.wkt}"\n' for (n, c), g in zip(COUNTS.items(), street().geometry))
    path.write_text("楼栋编号,户数,geom\n" + rows, "utf-8")
    if not prefix:
        fails(path, "no_crs")
    district = read_district(path, None if prefix else ReadOptions(crs=CRS))
    assert counts(district) == COUNTS and same_ground(district)


def test_hexadecimal_wkb_as_postgis_exports_it(tmp_path):
    path = tmp_path / "b.csv"
    shapes = shapely.to_wkb(shapely.set_srid(street().geometry.to_numpy(), 4549), hex=True, include_srid=True)
    path.write_text(
        "楼栋编号,户数,geom\n" + "".join(f"{n},{c},{g}\n" for (n, c), g in zip(COUNTS.items(), shapes))
    )
    assert same_ground(read_district(path))


def test_a_text_table_of_excel_in_utf16(tmp_path):
    path = tmp_path / "b.txt"
    path.write_bytes("楼栋编号\t户数\t经度\t纬度\n一\t5\t125.3\t43.8\n".encode("utf-16"))
    assert counts(read_district(path)) == {"一": 5}


def test_geojson_with_a_mark_and_in_gbk(tmp_path):
    path = tmp_path / "b.geojson"
    text = (
        chinese(户数=[1, 2, 3, 4], 楼栋编号=["樓", "誠信", "三", "四"])
        .to_crs(4326)
        .to_json(ensure_ascii=False)
    )
    path.write_text(text, "utf-8-sig")
    assert list(counts(read_district(path))) == ["樓", "誠信", "三", "四"]
    path.write_bytes(text.encode("gbk"))  # 誠's second byte is a backslash there
    district = read_district(path)
    assert list(counts(district)) == ["樓", "誠信", "三", "四"] and "read.encoding_guessed" in codes(district)


# ── shapes ──


def ring(points):
    return struct.pack("<I", len(points)) + b"".join(struct.pack("<2d", *p) for p in points)


def polygon(points):
    return struct.pack("<BII", 1, 3, 1) + ring(points)


ARC = struct.pack("<BI", 1, 8) + ring([(500_000, 4_800_000), (500_010, 4_800_000), (500_000, 4_800_000)])
CURVED = struct.pack("<BII", 1, 10, 1) + ARC
SURFACES = struct.pack("<BII", 1, 12, 1) + CURVED
TWO_POINTS = polygon([(500_000, 4_800_000), (500_010, 4_800_000)])
NOT_CLOSED = polygon([(500_000, 4_800_000), (500_010, 4_800_000), (500_010, 4_800_010), (500_000, 4_800_010)])


def with_shapes(folder, *shapes):
    """Return a GeoPackage of the street whose first shapes are replaced by WKB."""
    path = write(folder, buildings=chinese())
    with sqlite3.connect(path) as file:
        for (name,) in file.execute("select name from sqlite_master where type = 'trigger'").fetchall():
            file.execute(f'drop trigger "{name}"')
        for number, shape in enumerate(shapes, start=1):
            blob = None if shape is None else b"GP\0\1" + struct.pack("<I", 4549) + shape
            file.execute("update buildings set geom = ? where fid = ?", (blob, number))
    file.close()
    return path


def test_arcs_are_straightened_and_said(tmp_path):
    """A circle of 10 m as one arc and as a surface: πr² = 78.54 m²; the third shape is none, the fourth stays."""
    district = read_district(with_shapes(tmp_path, CURVED, SURFACES, None))
    areas = district.buildings.geometry.area.round(1).tolist()
    assert areas[:2] == [78.5, 78.5] and areas[3] == 100.0 and district.buildings.geometry.isna().tolist()[2]
    assert counts(district) == COUNTS and codes(district) == ["read.arcs_straightened"]


def test_rings_that_raise_when_read_do_not_stop_the_reading(tmp_path):
    district = read_district(with_shapes(tmp_path, TWO_POINTS, NOT_CLOSED))
    assert counts(district) == COUNTS
    assert district.buildings.geometry.area.round(1).tolist() == [0.0, 100.0, 100.0, 100.0]
    mixed = read_district(with_shapes(tmp_path, TWO_POINTS, CURVED))
    assert mixed.buildings.geometry.area.round(1).tolist() == [0.0, 78.5, 100.0, 100.0]


def test_mixed_types_heights_and_nothing(tmp_path):
    shapes = [
        shapely.Point(500_000, 4_800_000, 3),
        shapely.MultiPolygon([house(35)]),
        shapely.Polygon(),
        None,
    ]
    frame = gpd.GeoDataFrame({"楼栋编号": NAMES, "户数": [1, 2, 3, 4]}, geometry=shapes, crs=CRS)
    frame.to_file(tmp_path / "b.gpkg", layer="buildings")
    known = read_district(tmp_path / "b.gpkg").buildings.geometry
    assert known.geom_type.tolist()[:2] == ["Point", "MultiPolygon"]
    assert len(known) == 4 and (known.isna() | known.is_empty).tolist() == [False, False, True, True]


def test_a_column_called_fid_and_one_with_blanks_and_colons(tmp_path):
    path = tmp_path / "b.geojson"
    save(chinese(户数=None, fid=["甲1", "甲2", "甲3", "甲4"], **{"总 户 数：": [1, 2, 3, 4]}), path)
    district = read_district(path, ReadOptions(columns={"buildings": {"building_id": "fid"}}))
    assert counts(district) == dict(zip(["甲1", "甲2", "甲3", "甲4"], [1, 2, 3, 4]))


# ── shapefiles ──


def test_a_shapefile_without_index_is_read_and_left_as_it_was(tmp_path):
    path = save(chinese(), tmp_path / "buildings.shp", encoding="GBK")
    path.with_suffix(".cpg").unlink()
    path.with_suffix(".shx").unlink()
    before = sorted(part.name for part in tmp_path.iterdir())
    district = read_district(path)
    assert counts(district) == COUNTS and same_ground(district)
    assert codes(district) == ["read.encoding_guessed", "read.index_restored"]
    assert sorted(part.name for part in tmp_path.iterdir()) == before


@pytest.mark.parametrize(("encoding", "cut"), [("GBK", "本楼栋居民"), ("UTF-8", "本楼栋")])
def test_cut_names_of_columns(tmp_path, encoding, cut):
    """Ten bytes are five Chinese characters in GBK and three in UTF-8, with a byte left of the fourth (楼栋编号: 楼栋编)."""
    frame = chinese(户数=None, previous_grids=[1, 2, 3, 4], 本楼栋居民总户数=[5, 6, 7, 8])
    path = save(frame, tmp_path / "b.shp", encoding=encoding)
    district = read_district(path, ReadOptions(columns={"buildings": {"households": cut}}))
    assert list(counts(district).items()) == list(zip(NAMES, [5, 6, 7, 8]))


# ── drawings ──


def draw(path):
    """Write a DXF with a closed line (社区), an open one, a polygon and a text."""
    lines = [shapely.LineString([*block.exterior.coords]) for block in blocks().geometry]
    shapes = [
        *lines,
        shapely.LineString([(500_000, 4_800_000), (500_120, 4_800_060)]),
        shapely.Point(500_030, 4_800_030),
    ]
    style = ["", "", "", 'LABEL(f:"Arial",t:"甲社区",s:1g)']
    frame = gpd.GeoDataFrame({"Layer": ["SQ", "SQ", "LU", "ZI"], "OGR_STYLE": style}, geometry=shapes)
    frame.to_file(path, driver="DXF")
    return path


def test_closed_lines_of_a_drawing_become_polygons(tmp_path):
    save(chinese(), tmp_path / "buildings.gpkg")
    draw(tmp_path / "plan.dxf")
    settings = tmp_path / "district.yaml"
    settings.write_text(
        "buildings: {file: buildings.gpkg}\ncrs: EPSG:4549\n"
        "communities: {file: plan.dxf, layer: SQ, columns: {community_id: EntityHandle}}\n"
        "barriers: {file: plan.dxf, layer: LU, kind: road}\n"
    )
    district = read_district(settings)
    assert district.communities.geometry.area.round(3).tolist() == [3600.0, 3600.0]
    assert district.barriers.geometry.geom_type.tolist() == ["LineString"]
    (closed,) = [finding for finding in district.findings if finding.code == "read.lines_closed"]
    assert closed.facts["n"] == 2 and closed.layer == "communities"


def test_a_drawing_says_no_coordinate_system_and_its_texts_are_left_out(tmp_path):
    path = draw(tmp_path / "sites.dxf")
    save(chinese(), tmp_path / "buildings.gpkg")
    fails(tmp_path, "no_crs")
    district = read_district(tmp_path, ReadOptions(crs=CRS))
    assert district.sites.geometry.geom_type.tolist() == ["Polygon", "Polygon", "LineString"]
    left = [finding for finding in district.findings if finding.code == "read.lettering_left_out"]
    assert [finding.facts["n"] for finding in left] == [1]
    assert fails(path, "layer_missing").facts["layers"] == "LU, SQ, ZI"


def test_closed_lines_of_a_shapefile_become_polygons_holes_too(tmp_path):
    save(chinese(), tmp_path / "buildings.shp")
    rings = shapely.MultiLineString(
        [[*house(0, 0, 30).exterior.coords], [*house(10, 10, 10).exterior.coords]]
    )
    gpd.GeoDataFrame({"name": ["校"]}, geometry=[rings], crs=CRS).to_file(tmp_path / "sites.shp")
    gpd.GeoDataFrame({"kind": ["路"]}, geometry=[rings], crs=CRS).to_file(tmp_path / "barriers.shp")
    district = read_district(tmp_path)
    assert district.sites.geometry.area.round(3).tolist() == [800.0]
    assert "Line" in district.barriers.geometry.geom_type.iloc[0]


def test_an_option_of_gdal_ends_with_its_use():
    import pyogrio

    with gdal_option("DXF_ENCODING", "GBK"):
        assert pyogrio.get_gdal_config_option("DXF_ENCODING") == "GBK"
    assert pyogrio.get_gdal_config_option("DXF_ENCODING") is None
