"""plan.json and assignments.csv: what is written is strict, tells nothing of this machine, and is read back whole."""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal
from sample_run import A, C, sample_run
from small_district import write_small

from gridder.district import plan_district
from gridder.errors import Finding, InputError
from gridder.outputs.geopackage import write_geopackage
from gridder.outputs.record import build_record, load_run, plan_sha256, write_record
from gridder.read import read_district
from gridder.request import Request
from gridder.tables import ASSIGNMENT_COLUMNS, Run

TABLES = "grids buildings cells communities exceptions edges changes workforce".split()


def write(run: Run, folder: Path) -> Path:
    folder.mkdir(exist_ok=True)
    write_geopackage(run, folder / "plan.gpkg")
    write_record(run, folder)
    return folder


def refuse(constant: str) -> Any:
    raise AssertionError(f"{constant} is no JSON")


@pytest.fixture(scope="module")
def run() -> Run:
    sample = sample_run()
    return replace(sample, buildings=sample.buildings.assign(cell_id=sample.buildings.index))


@pytest.fixture(scope="module")
def folder(run, tmp_path_factory) -> Path:
    return write(run, tmp_path_factory.mktemp("record") / "out")


@pytest.fixture(scope="module")
def back(folder) -> Run:
    return load_run(folder)


@pytest.mark.parametrize("name", TABLES)
def test_tables_come_back(run, back, name):
    old, new = getattr(run, name), getattr(back, name)
    shared = [c for c in old.columns if c != "geometry"]
    assert set(shared) <= set(new.columns) and list(old.index) == list(new.index)
    blank = [table[shared].astype(object).where(table[shared].notna(), "") for table in (old, new)]
    assert_frame_equal(
        pd.DataFrame(blank[0]),
        pd.DataFrame(blank[1]),
        check_dtype=False,
        check_index_type=False,
        check_names=False,
    )
    if "geometry" in old:
        assert new.crs == old.crs and new.geometry.geom_equals(old.geometry).all()


def test_the_rest_comes_back(run, back):
    assert (back.district_id, back.name, back.inputs) == (run.district_id, run.name, run.inputs)
    assert back.policy == run.policy and back.policy.sources["households_min"].clause
    assert back.certificates == run.certificates and back.options == run.options
    assert (
        back.findings
        == run.findings
        == (Finding("check.count_missing", "warning", {"n": 1}, ("L005",), "buildings"),)
    )
    assert back.quarantine["row"].tolist() == [57] and len(back.barriers) == len(run.barriers)


def test_written_again_it_is_the_same_record(folder, back, tmp_path):
    again = write(back, tmp_path / "again")
    for name in ("plan.json", "assignments.csv"):
        assert (again / name).read_bytes() == (folder / name).read_bytes(), name
    assert plan_sha256(again) == plan_sha256(folder)


def test_assignments_are_a_list_that_excel_opens(run, folder):
    raw = (folder / "assignments.csv").read_bytes()
    assert (
        raw.startswith(b"\xef\xbb\xbf") and raw.count(b"\n") == raw.count(b"\r\n") == len(run.buildings) + 1
    )
    rows = [line.split(",") for line in raw.decode("utf-8-sig").splitlines()]
    assert rows[0] == ASSIGNMENT_COLUMNS and rows[1:] == sorted(rows[1:])
    assert sum(int(row[-1]) for row in rows[1:]) == run.buildings["households"].sum()


@pytest.mark.parametrize("unknown", [float("nan"), np.float64("nan"), pd.NA, pd.NaT])
def test_what_is_not_known_is_null_never_nan(run, tmp_path, unknown):
    odd = run.certificates[A] | {"gap": unknown, "k": np.int64(5), "k_options": [{"objective_m": unknown}]}
    finding = Finding("check.count_missing", "note", {"n": np.int64(1), "share": unknown})
    write_record(replace(run, certificates=run.certificates | {A: odd}, findings=(finding,)), tmp_path)
    record = json.loads((tmp_path / "plan.json").read_text("utf-8"), parse_constant=refuse)
    told = record["communities"][A]
    assert told["gap"] is None and told["k"] == 5 and told["k_options"] == [{"objective_m": None}]
    assert record["findings"][0]["facts"] == {"n": 1, "share": None}


def test_infinity_is_a_bug_not_a_record(run, tmp_path):
    odd = run.certificates | {C: run.certificates[C] | {"gap": float("inf")}}
    with pytest.raises(ValueError, match="JSON"):
        write_record(replace(run, certificates=odd), tmp_path)
    assert not (tmp_path / "plan.json").exists()


def test_totals_are_sums_of_the_tables(run):
    record = build_record(run)
    assert record["totals"] == {
        "households": int(run.buildings["households"].sum()), "buildings": 58, "grids": 8, "communities": 3,
        "quarantined_rows": 1, "quarantined_households": 0,
    }  # fmt: skip
    assert [e["code"] for e in record["communities"][A]["exceptions"]] == ["pocket_too_small"]


def test_a_record_tells_nothing_of_where_and_when(tmp_path):
    """The same district in two folders: the same bytes, no path, no time."""
    texts = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        path = write_small(tmp_path / name / "small.gpkg")
        request = Request(effort="quick", bad_rows="stop")
        district = read_district(path, request.read_options())
        run = plan_district(district, request.policy_of({}), request.effort_of(), request.plan_options())
        write_record(run, tmp_path / name)
        texts.append((tmp_path / name / "plan.json").read_text("utf-8"))
    inputs = json.loads(texts[0], parse_constant=refuse)["inputs"]
    assert {entry["file"] for entry in inputs} == {"small.gpkg"}
    assert "/" + tmp_path.name not in texts[0] and not re.search(r"\d\d:\d\d", texts[0])
    hashes = re.compile(r'"sha256": "[0-9a-f]{64}"')  # a GeoPackage notes when it was written
    assert hashes.sub("", texts[0]) == hashes.sub("", texts[1])


def test_what_is_no_delivery_is_refused_by_name(tmp_path):
    (tmp_path / "plan.json").write_text("{}", "utf-8")
    with pytest.raises(InputError) as caught:
        load_run(tmp_path)
    assert caught.value.code == "errors.no_delivery" and caught.value.facts == {"path": tmp_path.name}


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("plan.json", "{torn", "errors.delivery_unreadable"),
        ("plan.json", "[]", "errors.delivery_schema"),
        ("plan.json", '{"schema": 99}', "errors.delivery_schema"),
        ("plan.gpkg", "no database", "errors.delivery_unreadable"),
        ("plan.gpkg", None, "errors.delivery_layers"),
    ],
)
def test_a_damaged_delivery_is_refused_by_file(folder, tmp_path, name, content, code):
    shutil.copytree(folder, tmp_path / "torn")
    if content is None:  # a database, but of something else
        (tmp_path / "torn" / name).unlink()
        write_small(tmp_path / "torn" / name)
    else:
        (tmp_path / "torn" / name).write_text(content, "utf-8")
    with pytest.raises(InputError) as caught:
        load_run(tmp_path / "torn")
    assert caught.value.code == code and str(caught.value.facts["file"]).endswith(name)


def test_a_delivery_from_before_a_rule_was_made_can_still_be_read(folder, tmp_path):
    """A rule that the record lacks is that of the policy of its name; one that is no more is passed over."""
    old = tmp_path / "old"
    shutil.copytree(folder, old)
    record = json.loads((old / "plan.json").read_text("utf-8"))
    for part in ("rules", "sources"):
        record["policy"][part].pop("road_line_crosses")
    record["policy"]["rules"] |= {"households_max": 450, "rule_of_old": 1}
    (old / "plan.json").write_text(json.dumps(record), "utf-8")
    policy = load_run(old).policy
    assert policy.road_line_crosses is True and policy.households_max == 450
