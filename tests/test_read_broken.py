"""Every format × every breakage: a sentence that names the file, exit 3, never a traceback. Archives, yaml, demo."""

from __future__ import annotations

import shutil
import zipfile
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyogrio
import pytest
from inputs import CRS, blocks, street
from test_read_formats import COUNTS, DRIVERS, chinese, codes, counts, fails, save

from gridder.errors import GridderError, InputError
from gridder.read import ReadOptions, read_district
from gridder.text import say_error
from gridder.verify.input import read_rows

pytestmark = pytest.mark.filterwarnings("ignore")
DEMO = Path(__file__).parents[1] / "data" / "demo" / "district.gpkg"


def sample(folder, suffix):
    """Write the street in one format and return its path."""
    path = folder / f"楼栋.{suffix}"
    if suffix in ("csv", "xlsx"):
        table = pd.DataFrame(chinese().drop(columns="geometry")).assign(WKT=street().geometry.to_wkt())
        table.to_csv(path, index=False) if suffix == "csv" else table.to_excel(path, index=False)
        return path
    if suffix == "zip":
        inner = save(chinese(), folder / "inner.gpkg")
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as zipped:
            zipped.write(inner, "楼栋.gpkg")
        inner.unlink()
        return path
    return save(chinese(), path)


def main_file(path):
    """Return the file to break: of a geodatabase its catalogue."""
    return path / "a00000001.gdbtable" if path.is_dir() else path


def truncate(path):
    file = main_file(path)
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 3])


def empty(path):
    main_file(path).write_bytes(b"")


def text(path):
    shutil.rmtree(path) if path.is_dir() else path.unlink()
    path.write_text("this is a letter, no map\n" * 20)


def folder(path):
    shutil.rmtree(path) if path.is_dir() else path.unlink()
    path.mkdir()


def noise(path):
    file = main_file(path)
    file.write_bytes(bytes((7 * n * n + 13 * n) % 251 for n in range(5000)))


@pytest.mark.parametrize("breakage", [truncate, empty, text, folder, noise])
@pytest.mark.parametrize("suffix", [*sorted(DRIVERS), "csv", "xlsx", "zip"])
def test_a_broken_file_is_a_sentence(tmp_path, suffix, breakage):
    """What of a broken file can still be read may be read; whatever cannot is told in both languages."""
    path = sample(tmp_path, suffix)
    breakage(path)
    options = ReadOptions(crs=CRS)
    try:
        district = read_district(path, options)
    except GridderError as error:
        assert error.exit_code == 3
        for lang in ("zh", "en"):
            sentence = say_error(lang, error)
            assert "楼栋" in sentence and str(tmp_path) not in sentence and "{" not in sentence
        return
    assert (
        breakage is truncate
    )  # whole rows before the cut; of a .shp shapes: the others are bad rows later on
    assert set(counts(district)) < set(COUNTS) or district.buildings.geometry.isna().any()
    assert suffix in ("shp", "csv", "tab", "mif")  # the others notice that something is missing


# ── archives ──


def pack(path, names, flag=0, **more):
    """Write a zip archive of files by name; names in GBK where ``flag`` is 0, as Chinese programs do."""
    letters = {}
    with zipfile.ZipFile(path, "w") as zipped:
        for number, (name, file) in enumerate(names.items()):
            raw = name.encode("gbk")
            letters[f"{number:0{len(raw)}d}".encode()] = raw
            zipped.writestr(name if flag else f"{number:0{len(raw)}d}", file.read_bytes())
    if not flag:  # Python writes Chinese names in UTF-8 only
        data = path.read_bytes()
        for plain, raw in letters.items():
            data = data.replace(plain, raw)
        path.write_bytes(data)
    return path


@pytest.fixture
def parts(tmp_path):
    """The street as a shapefile in GBK without .cpg, and the two communities: {suffix: path}."""
    place = tmp_path / "parts"
    place.mkdir()
    chinese().to_file(place / "b.shp", encoding="GBK")
    blocks().to_file(place / "c.shp", encoding="GBK")
    return {f"{file.stem}{file.suffix}": file for file in sorted(place.iterdir()) if file.suffix != ".cpg"}


@pytest.mark.parametrize("flag", [0, 1])
def test_a_zip_with_chinese_names_is_the_whole_input(tmp_path, parts, flag):
    names = {f"朝阳区/数据/{'楼栋' if n[0] == 'b' else '社区'}{n[1:]}": file for n, file in parts.items()}
    path = pack(tmp_path / "朝阳.zip", names, flag)
    district = read_district(path)
    assert counts(district) == COUNTS and len(district.communities) == 2 and district.name == "朝阳"
    record = district.inputs[0]
    assert (record["file"], record["member"]) == ("朝阳.zip", "朝阳区/数据/楼栋.shp")
    assert list(read_rows(path, record)["id"]) == list(COUNTS)


def test_a_zip_in_a_folder_and_in_district_yaml(tmp_path, parts):
    place = tmp_path / "input"
    place.mkdir()
    pack(place / "buildings.zip", {f"导出{n[1:]}": f for n, f in parts.items() if n[0] == "b"})
    pack(place / "other.zip", {n.replace("c.", "社区."): f for n, f in parts.items() if n[0] == "c"})
    for path in (place, tmp_path / "yaml"):
        district = read_district(path if path == place else write_yaml(path, place))
        assert counts(district) == COUNTS and len(district.communities) == 2
    error = fails(write_yaml(tmp_path / "wrong", place, "铁路"), "layer_missing")
    assert [f.facts["line"] for f in error.findings if f.code == "errors.yaml_where"] == [2]


def write_yaml(folder, place, layer="社区"):
    """Write a district.yaml that names archives of another folder."""
    folder.mkdir()
    text = f"buildings: {{file: '{place}/buildings.zip'}}\ncommunities: {{file: '{place}/other.zip', layer: {layer}}}\n"
    (folder / "district.yaml").write_text(text, "utf-8")
    if layer != "社区":
        pack(place / "other.zip", {"甲.csv": folder / "district.yaml", "乙.csv": folder / "district.yaml"})
    return folder


def test_zips_that_cannot_be_used(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as zipped:
        zipped.writestr("../../b.csv", "x")
    fails(tmp_path / "a.zip", "zip_outside")
    with zipfile.ZipFile(tmp_path / "b.zip", "w") as zipped:
        zipped.writestr("readme.doc", "x")
    fails(tmp_path / "b.zip", "no_layers")
    data = bytearray((tmp_path / "b.zip").read_bytes())
    for mark, at in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        data[data.index(mark) + at] |= 1  # the flag of a locked entry
    (tmp_path / "c.zip").write_bytes(bytes(data))
    fails(tmp_path / "c.zip", "zip_locked")


# ── district.yaml ──


@pytest.mark.parametrize(
    ("line", "code", "key"),
    [
        ("buildings: {file: b.gpkg, columns: [a]}", "yaml_section", "buildings.columns"),
        (
            "buildings: {file: b.gpkg, columns: {households: [a]}}",
            "yaml_text",
            "buildings.columns.households",
        ),
        ("buildings: {file: b.gpkg, columns: {households: }}", "yaml_text", "buildings.columns.households"),
        ("buildings: {file: b.gpkg, crs: {}}", "yaml_text", "buildings.crs"),
        ("buildings: {file: b.gpkg, crs: EPSG:1}", "yaml_crs", "buildings.crs"),
        ("buildings: {file: b.gpkg, encoding: martian}", "yaml_encoding", "buildings.encoding"),
        ("buildings: {file: b.gpkg, coords: mars}", "yaml_value", "buildings.coords"),
        ("buildings: {file: [b.gpkg]}", "yaml_text", "buildings.file"),
        ("buildings: {file: c.gpkg}", "yaml_file_missing", "buildings.file"),
        ("buildings: b.gpkg", "yaml_section", "buildings"),
        ("buildings: []", "yaml_key_missing", "buildings.file"),
        ("buildings: [{file: b.gpkg}, 7]", "yaml_section", "buildings"),
        ("crs: {}\nbuildings: {file: b.gpkg}", "yaml_text", "crs"),
        ("crs: EPSG:1\nbuildings: {file: b.gpkg}", "yaml_crs", "crs"),
        ("encoding: 7x\nbuildings: {file: b.gpkg}", "yaml_encoding", "encoding"),
        ("district: 7\nbuildings: {file: b.gpkg}", "yaml_section", "district"),
        ("district: {id: [1]}\nbuildings: {file: b.gpkg}", "yaml_text", "district.id"),
        ("staffing: {county_cap: many}\nbuildings: {file: b.gpkg}", "yaml_number", "staffing.county_cap"),
        (
            "staffing: {workforce: w.csv}\nbuildings: {file: b.gpkg}",
            "yaml_file_missing",
            "staffing.workforce",
        ),
        ("policy: [a]\nbuildings: {file: b.gpkg}", "yaml_text", "policy"),
    ],
)
def test_a_wrong_value_is_told_with_key_and_line(tmp_path, line, code, key):
    street().to_file(tmp_path / "b.gpkg")
    (tmp_path / "district.yaml").write_text(f"# 朝阳区\n{line}\n", "utf-8")
    (finding,) = fails(tmp_path, "yaml_unusable").findings
    assert (finding.code, finding.facts["key"], finding.facts["line"]) == (f"errors.{code}", key, 2)


def test_a_key_twice_and_what_a_file_lacks_point_to_their_lines(tmp_path):
    street().to_file(tmp_path / "b.gpkg", layer="x")
    settings = tmp_path / "district.yaml"
    settings.write_text("buildings: {file: b.gpkg}\nbuildings: {file: b.gpkg}\n")
    assert fails(settings, "yaml_key_twice").facts["line"] == 2
    for text, code, line, key in (
        ("buildings:\n  file: b.gpkg\n  layer: y\n", "layer_missing", 3, "buildings.layer"),
        (
            "buildings:\n  file: b.gpkg\n  columns:\n    name: N\n",
            "column_missing",
            4,
            "buildings.columns.name",
        ),
    ):
        settings.write_text(text)
        where = next(f for f in fails(settings, code).findings if f.code == "errors.yaml_where")
        assert (where.facts["file"], where.facts["line"], where.facts["key"]) == ("district.yaml", line, key)


# ── verify reads the same rows by its own means; the demo in GBK ──


@pytest.mark.parametrize("suffix", [*sorted(DRIVERS), "csv", "xlsx", "zip"])
def test_verify_reads_what_was_read(tmp_path, suffix):
    path = sample(tmp_path, suffix)
    district = read_district(path, ReadOptions(crs=CRS))
    rows = read_rows(path, district.inputs[0])
    assert dict(zip(rows["id"], rows["count"])) == COUNTS and list(rows["id"]) == list(counts(district))


def test_a_shapefile_without_index_or_in_gbk_is_read_again_by_verify(tmp_path, parts):
    path = parts["b.shp"]
    path.with_suffix(".shx").unlink()
    district = read_district(path)
    assert "read.index_restored" in codes(district)
    assert list(read_rows(path, district.inputs[0])["id"]) == list(COUNTS)


def test_the_demo_in_gbk_shapefiles_is_the_same_district(tmp_path):
    """Every layer of data/demo as a shapefile in GBK, Chinese columns, no .cpg, in a folder with a Chinese name."""
    place = tmp_path / "松苑区 数据"
    place.mkdir()
    called = {
        "building_id": "楼栋编号",
        "households": "户数",
        "community_id": "社区编号",
        "compound": "小区名称",
    }
    for name, kind in pyogrio.list_layers(DEMO):
        frame = pyogrio.read_dataframe(DEMO, layer=name)
        if kind is None or not isinstance(frame, gpd.GeoDataFrame):
            frame.to_csv(place / f"{name}.csv", index=False)
            continue
        frame = frame.rename(columns=called) if name == "buildings" else frame
        if frame.geom_type.str.removeprefix("Multi").nunique() > 1:  # a shapefile holds one type
            frame.to_file(place / f"{name}.gpkg")
            continue
        frame.to_file(place / f"{name}.shp", encoding="GBK")
        (place / f"{name}.cpg").unlink()
    one, two = read_district(DEMO), read_district(place)
    for layer in ("buildings", "communities", "barriers", "compounds", "sites", "previous_grids", "halls"):
        a, b = getattr(one, layer), getattr(two, layer)
        plain = [c for c in a.columns if c not in ("geometry", "households_text", "file")]
        assert len(a) == len(b) and a.crs == b.crs, layer
        pd.testing.assert_frame_equal(pd.DataFrame(a[plain]), pd.DataFrame(b[plain]), check_dtype=False)
        assert a.geometry.normalize().geom_equals_exact(b.geometry.normalize(), 1e-6).all(), layer


def test_what_may_not_be_read_is_said(tmp_path, monkeypatch):
    path = save(chinese(), tmp_path / "b.geojson")

    def refuse(self):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_bytes", refuse)
    with pytest.raises(InputError, match="file_forbidden"):
        read_district(path)
