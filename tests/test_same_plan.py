"""The same district in another form is the same plan."""

from __future__ import annotations

from small_district import barriers, buildings, communities, write_small
from test_cli import run

QUICK = ("--effort", "quick", "--jobs", 1, "-q")


def test_a_gbk_shapefile_in_a_chinese_folder_plans_to_the_same_grids_as_the_geopackage(tmp_path):
    """Chinese columns, no .cpg, a blank in the folder's name; the buildings' rows the other way round."""
    folder = tmp_path / "松苑区 数据"
    folder.mkdir()
    named = {
        "building_id": "楼栋编号",
        "households": "户 数：",
        "community_id": "社区编号",
        "name": "楼栋名称",
    }
    tables = {
        "楼栋": buildings().rename(columns=named)[::-1],
        "社区": communities().rename(
            columns={"community_id": "社区编号", "name": "社区名称", "subdistrict": "街道"}
        ),
    }
    for name, table in tables.items():
        table.to_file(folder / f"{name}.shp", encoding="GBK")
        (folder / f"{name}.cpg").unlink()
    barriers().to_file(folder / "barriers.gpkg")
    base = write_small(tmp_path / "small.gpkg")
    for source, out in ((folder, "a"), (base, "b")):
        assert run("plan", source, "--out", tmp_path / out, *QUICK)[0] == 4  # the pocket east of the railway
    one, other = (tmp_path / out / "assignments.csv" for out in "ab")
    assert one.read_bytes() == other.read_bytes() and one.read_bytes().count(b"\n") == 49
