"""A real PostgreSQL with PostGIS: its tables become the same district; the password appears nowhere."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
from dataclasses import replace
from pathlib import Path

import pytest
from inputs import blocks, street

from gridder.addresses import label_of, parse_address, shown_input
from gridder.errors import InputError
from gridder.read import ReadOptions, read_district
from gridder.text import say_error

psycopg = pytest.importorskip("psycopg", reason="the extra postgis is not installed")
pytest.importorskip("sqlalchemy", reason="the extra postgis is not installed")

PASSWORD = "g3heim/@#"  # with characters that an address must escape
SECRET = "g3heim%2F%40%23"


def find_server():
    """Return the folder of PostgreSQL's programs, None where there is none or it lacks PostGIS."""
    for initdb in sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), reverse=True):
        version = initdb.parts[-3]
        if Path(f"/usr/share/postgresql/{version}/extension/postgis.control").exists():
            return initdb.parent
    return None


def run_as_nobody(*words):
    """Run a program of the server, which refuses root."""
    user = {"user": "postgres"} if os.getuid() == 0 else {}
    subprocess.run(
        [str(word) for word in words], check=True, capture_output=True, cwd="/", timeout=60, **user
    )


@pytest.fixture(scope="module")
def cluster():
    """A server of its own on a socket in a temporary folder: {"host", "port"}; no TCP, gone afterwards."""
    programs = find_server()
    if programs is None:
        pytest.skip("no PostgreSQL with PostGIS here (Debian: postgresql postgresql-15-postgis-3)")
    folder = Path(tempfile.mkdtemp(prefix="pg"))
    if os.getuid() == 0:
        shutil.chown(folder, "postgres", "postgres")
    (folder / "password").write_text(PASSWORD)
    (folder / "password").chmod(0o644)
    run_as_nobody(
        programs / "initdb", "-D", folder / "data", "-U", "planner", "--pwfile", folder / "password",
        "-A", "scram-sha-256", "-E", "UTF8", "--locale=C.UTF-8", "-N",
    )  # fmt: skip
    options = f"-k {folder} -c listen_addresses='' -c fsync=off -p 5433"
    run_as_nobody(
        programs / "pg_ctl", "-D", folder / "data", "-w", "-l", folder / "log", "-o", options, "start"
    )
    yield {"host": str(folder), "port": 5433, "user": "planner", "password": PASSWORD}
    run_as_nobody(programs / "pg_ctl", "-D", folder / "data", "-m", "immediate", "stop")
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="module")
def database(cluster):
    """The address of a database with the street in ``public`` and in a schema with a Chinese name."""
    with psycopg.connect(**cluster, dbname="postgres", autocommit=True) as server:
        server.execute("create database town")
        server.execute("create role guest login password 'x'")
    with psycopg.connect(**cluster, dbname="town", autocommit=True) as town:
        town.execute("create extension postgis")
        fill(town)
    return f"postgresql://planner:{SECRET}@/town?host={cluster['host']}&port={cluster['port']}"


def fill(town):
    """Make the tables."""
    town.execute(
        """
        create table buildings (building_id text primary key, households numeric, geom geometry(Polygon, 4549));
        create table communities (community_id bigint, name varchar(9), geom geometry(MultiPolygon, 4549));
        create table workforce (社区编号 bigint, 人数 int);
        insert into workforce values (1, 9), (2, null);
        create schema "规划 数据";
        create table "规划 数据"."楼 栋" (编号 int, "总 户 数：" text, "geometry" text, 形状 geometry, "100%" float);
        create table nowhere (building_id int, households int);
        create table mixed (households int, geom geometry);
        insert into mixed values (1, 'SRID=4549;POINT(500000 4800000)'), (2, 'SRID=4490;POINT(120 43)');
        create table curved (households int, geom geometry);
        insert into curved values (7, 'SRID=4549;CURVEPOLYGON(CIRCULARSTRING(500000 4800000, 500010 4800000, 500000 4800000))');
        """
    )
    rows = [(n, c, g.wkt) for n, c, g in zip(["b3", "b1", "b2"], [120, 200, None], street().geometry)]
    for name, count, wkt in rows:
        town.execute("insert into buildings values (%s, %s, st_geomfromtext(%s, 4549))", (name, count, wkt))
        text = f"{count} 户" if count else "不详"
        town.execute(
            'insert into "规划 数据"."楼 栋" values (%s, %s, %s, st_geomfromtext(%s, 4549), 0.5)',
            (int(name[1]), text, "x", wkt),
        )
    for number, shape in enumerate(blocks().geometry, start=1):
        town.execute(
            "insert into communities values (%s, '甲', st_multi(st_geomfromtext(%s, 4549)))",
            (number, shape.wkt),
        )


def fails(address, code, options=None):
    with pytest.raises(InputError) as caught:
        read_district(address, options)
    error = caught.value
    assert error.code == f"errors.{code}", (error.code, error.facts)
    for lang in ("zh", "en"):
        assert PASSWORD not in say_error(lang, error) and SECRET not in say_error(lang, error)
    assert PASSWORD not in repr(error) and error.__cause__ is None
    return error


def test_tables_are_recognised_by_name(database):
    district = read_district(database)
    known = district.buildings
    assert known["building_id"].tolist() == ["b1", "b2", "b3"]  # by the primary key, not as they were put in
    assert known["households"].fillna(-1).tolist() == [200, -1, 120]
    assert district.crs.to_epsg() == 4549 and known.geometry.iloc[2].equals(street().geometry.iloc[0])
    assert district.communities["community_id"].tolist() == ["1", "2"]
    assert district.workforce["posts_now"].fillna(-1).tolist() == [9, -1]
    assert (district.district_id, district.name) == ("town", "town")
    (ignored,) = [finding for finding in district.findings if finding.code == "read.layers_ignored"]
    assert ignored.facts["layers"] == "curved, mixed, nowhere"


def test_the_record_holds_the_content_and_no_secret(database, cluster):
    district = read_district(database)
    for entry in district.inputs:
        assert entry["file"] == "postgresql://:5433/town" and len(entry["sha256"]) == 64
    text = json.dumps([district.inputs, [f.facts for f in district.findings]], ensure_ascii=False)
    assert (
        PASSWORD not in text and SECRET not in text and "planner" not in text and cluster["host"] not in text
    )
    before = district.inputs[0]["sha256"]
    with psycopg.connect(**cluster, dbname="town", autocommit=True) as town:
        town.execute(
            "update buildings set households = households where building_id = 'b1'"
        )  # moved on the disk
        assert read_district(database).inputs[0]["sha256"] == before
        town.execute("update buildings set households = 201 where building_id = 'b1'")
        assert read_district(database).inputs[0]["sha256"] != before
        town.execute("update buildings set households = 200 where building_id = 'b1'")
    assert read_district(database).inputs[0]["sha256"] == before


def test_a_table_of_a_schema_with_chinese_names(database):
    options = ReadOptions(
        layers={"buildings": "规划 数据.楼 栋"},
        columns={"buildings": {"building_id": "编号", "households": "总 户 数：", "name": "100%"}},
    )
    known = read_district(Path(database), options).buildings  # as the command line hands it over
    assert known[["building_id", "name"]].values.tolist() == [["1", "0.5"], ["2", "0.5"], ["3", "0.5"]]
    assert known["households"].fillna(-1).tolist() == [200, -1, 120]


def test_district_yaml_names_tables(database, tmp_path):
    blocks().to_file(tmp_path / "blocks.gpkg")
    (tmp_path / "district.yaml").write_text(
        f"buildings: {{file: '{database}', layer: public.buildings}}\ncommunities: {{file: blocks.gpkg}}\n",
        "utf-8",
    )
    district = read_district(tmp_path)
    assert len(district.buildings) == 3 and district.communities["community_id"].tolist() == ["A", "B"]
    assert district.inputs[1]["file"] == "postgresql://:5433/town"
    assert district.inputs[1]["source_layer"] == "public.buildings"


def test_a_delivery_from_a_database_is_verified_against_it_and_holds_no_secret(database, cluster, tmp_path):
    from gridder.journal import Journal
    from gridder.request import Request, name_of_input
    from gridder.tasks import plan_input
    from gridder.verify import verify_delivery

    journal = Journal()
    request = Request(
        missing="zero", columns=["communities.community_id=community_id"], bad_rows="quarantine"
    )
    plan_input(Path(database), request, tmp_path / "out", journal, overwrite=False)
    for file in (path for path in (tmp_path / "out").rglob("*") if path.is_file()):
        content = file.read_bytes()
        assert PASSWORD.encode() not in content and SECRET.encode() not in content, file
        assert cluster["host"].encode() not in content, file
    assert name_of_input(Path(database)) == "town" and SECRET not in journal.text()
    assert verify_delivery(tmp_path / "out", Path(database)) == []
    with psycopg.connect(**cluster, dbname="town", autocommit=True) as town:
        town.execute("update buildings set households = 119 where building_id = 'b3'")
        found = verify_delivery(tmp_path / "out", Path(database))
        assert [violation.code for violation in found] == ["verify.input_changed"]
        town.execute("update buildings set households = 120 where building_id = 'b3'")
    away = verify_delivery(tmp_path / "out", Path(database.replace("5433", "5499")))
    assert [violation.code for violation in away] == ["verify.input_missing"] * 3


def test_arcs_and_several_systems(database):
    district = read_district(database, ReadOptions(layers={"buildings": "curved"}))
    assert district.buildings.geometry.area.round(1).tolist() == [78.5]
    assert "read.arcs_straightened" in [finding.code for finding in district.findings]
    assert (
        fails(database, "database_srids", ReadOptions(layers={"buildings": "mixed"})).facts["srids"]
        == "4490, 4549"
    )


def test_what_is_not_there_is_listed(database):
    missing = fails(database, "table_missing", ReadOptions(layers={"buildings": "houses"}))
    assert "public.buildings" in missing.facts["layers"] and "spatial_ref_sys" not in missing.facts["layers"]
    fails(database, "no_geometry", ReadOptions(layers={"buildings": "nowhere"}))


def test_a_wrong_password_and_no_server(database, cluster):
    place = f"?host={cluster['host']}&port=5433"
    assert "planner" in fails(f"postgresql://planner:wrong@/town{place}", "database_refused").facts["detail"]
    fails(
        f"postgresql://guest:x@/town{place}",
        "database_failed",
        ReadOptions(layers={"buildings": "buildings"}),
    )
    fails(f"postgresql://planner:{SECRET}@/nothing{place}", "database_unreachable")
    fails(f"postgresql://planner:{SECRET}@/town?host={cluster['host']}&port=5499", "database_unreachable")
    fails(f"postgresql://planner:{SECRET}@127.0.0.1:1/town", "database_unreachable")


def test_an_address_that_is_none(tmp_path):
    fails(f"postgresql://planner:{PASSWORD}@host/town", "database_address")
    fails("postgresql://u@host", "database_address")
    (tmp_path / "district.yaml").write_text("buildings: {file: 'postgresql://u:p#w@h/d'}\n")
    assert "p#w" not in say_error("en", fails(tmp_path, "yaml_unusable"))


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("postgresql://u:secret@h:5/db", "postgresql://h:5/db"),
        ("postgresql:/u:secret@h/db?sslmode=require&password=secret", "postgresql://h/db"),
        ("postgres://h/db", "postgresql://h/db"),
        ("postgresql:///db?host=/run/secret&user=secret", "postgresql:///db"),
        ("postgresql://u:sec#ret@h/db", "postgresql://"),
        ("postgresql://u:12/secret@h/db", "postgresql://"),
        ("folder/town.gpkg", "town.gpkg"),
    ],
)
def test_labels_hold_no_secret(text, label):
    assert label_of(text) == label and "secret" not in repr(parse_address("postgresql://u:secret@h/db"))


@pytest.mark.parametrize(
    "text",
    [
        "postgresql://u:secret@h:5/db", "postgresql:/u:secret@h/db?sslmode=require&password=secret",
        "postgresql:///db?host=/run/pg&user=u&password=secret", "postgresql://a%40b:secret@[::1]:5/%E9%95%BF%20x",
        "postgresql:///db", "postgres://u@h/d%2Bb?options=-c%20search_path%3Dbase",
    ],
)  # fmt: skip
def test_an_address_without_its_password_is_the_same_otherwise(text):
    there = parse_address(text)
    for shown in (shown_input(text), str(Path(shown_input(text))), shown_input(Path(text))):
        assert parse_address(shown) == replace(there, password=None) and "secret" not in shown


def test_an_address_that_cannot_be_taken_apart_is_not_shown():
    assert (
        shown_input("postgresql://u:sec#ret@h/db") == "postgresql://"
        and shown_input("a/b.gpkg") == "a/b.gpkg"
    )


def test_without_the_extra_the_line_to_install_it(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "sqlalchemy", None)
    assert "pip install 'gridder[postgis]'" in say_error("en", fails("postgresql://h/db", "postgis_extra"))
