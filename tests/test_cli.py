"""The command line: promised exit codes and messages, nothing overwritten, the same bytes again."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from small_district import CRS, WEST, buildings, write_small
from typer.testing import CliRunner

from gridder.cli import cli
from gridder.policy import read_policy_text

SAME_BYTES = ("assignments.csv", "plan.json", "plan.gpkg", "staffing.xlsx", "maps")


def run(*words: object) -> tuple[int, str, str]:
    """Run one command in this process; return exit code, stdout, stderr."""
    result = CliRunner().invoke(cli, [str(word) for word in words])
    return result.exit_code, result.stdout, result.stderr


@pytest.fixture(scope="module")
def small(tmp_path_factory) -> Path:
    """A district with a pocket of 120 behind the railway."""
    return write_small(tmp_path_factory.mktemp("input") / "小区.gpkg")


@pytest.fixture(scope="module")
def delivery(small) -> Path:
    """The small district, planned."""
    out = small.parent / "成果"
    code, _, trouble = run("plan", small, "--out", out, "--effort", "quick", "-q")
    assert code == 4, trouble
    return out


def contents(out: Path) -> dict[str, bytes]:
    """Return the files that must not depend on anything but the question."""
    files = [
        p for name in SAME_BYTES for p in ([out / name] if (out / name).is_file() else (out / name).iterdir())
    ]
    return {p.name: p.read_bytes() for p in files}


def test_a_plan_with_a_pocket_is_delivered_with_exit_4_and_its_reason(delivery):
    assert sorted(p.name for p in delivery.iterdir()) == [
        "assignments.csv", "maps", "plan.gpkg", "plan.json", "run.log", "staffing.xlsx",
    ]  # fmt: skip
    table = gpd.read_file(delivery / "plan.gpkg", layer="exceptions")
    assert list(table["code"]) == ["pocket_too_small"] and list(table["households"]) == [120]
    assert "铁路" in table["reason"][0] and table["remedy"][0] and table["clause"][0] == "A二(三)2"
    rows = pd.read_csv(delivery / "assignments.csv", dtype=str, encoding="utf-8-sig")
    assert rows["households"].astype(int).sum() == buildings()["households"].sum()
    assert (delivery / "assignments.csv").read_bytes().startswith(b"\xef\xbb\xbf")


def test_with_an_underpass_every_grid_is_lawful_and_the_exit_code_is_0(tmp_path):
    out = tmp_path / "out"
    words = ["--out", out, "--lang", "en", "--effort", "quick", "-q"]
    code, told, _ = run("plan", write_small(tmp_path / "a.gpkg", underpass=True), *words)
    assert code == 0 and "exceptions 0" in told and "open" in told
    grids = gpd.read_file(out / "plan.gpkg", layer="grids")
    assert set(grids["status"]) == {"lawful"} and grids["households"].between(300, 500).all()


def test_verify_passes_what_was_delivered_and_finds_what_was_changed(delivery, small, tmp_path):
    assert run("verify", delivery, "--input", small)[0] == 0
    copy = tmp_path / "copy"
    subprocess.run(["cp", "-r", delivery, copy], check=True)
    text = (
        (copy / "assignments.csv")
        .read_text("utf-8-sig")
        .replace(",40\n", ",41\n", 1)
        .replace(",40\r\n", ",41\r\n", 1)
    )
    (copy / "assignments.csv").write_text(text, "utf-8-sig")
    assert run("verify", copy, "--input", small)[0] == 6


def test_the_same_question_gives_the_same_bytes_whatever_the_jobs(delivery, small, tmp_path):
    for name, jobs in (("again", 1), ("two", 2)):
        assert run("plan", small, "--out", tmp_path / name, "--effort", "quick", "--jobs", jobs, "-q")[0] == 4
        assert contents(tmp_path / name) == contents(delivery)


def test_nothing_is_overwritten_unless_told(delivery, small):
    before = (delivery / "plan.json").read_bytes()
    code, _, trouble = run("plan", small, "--out", delivery, "-q")
    assert code == 2 and "--overwrite" in trouble and "已存在" in trouble
    assert (delivery / "plan.json").read_bytes() == before
    code, _, trouble = run("plan", small, "--out", small.parent, "--overwrite", "-q", "--lang", "en")
    assert code == 2 and "no delivery" in trouble and small.exists()


def test_half_a_delivery_is_never_left(small, tmp_path, monkeypatch):
    import gridder.deliver

    def interrupt(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(gridder.deliver, "write_workbook", interrupt)
    assert run("plan", small, "--out", tmp_path / "out", "--effort", "quick", "-q")[0] == 130
    assert list(tmp_path.iterdir()) == []


def test_a_delivery_that_verify_refuses_is_kept_aside(small, tmp_path, monkeypatch):
    import gridder.deliver
    from gridder.verify import Violation

    monkeypatch.setattr(
        gridder.deliver,
        "verify_delivery",
        lambda *_: [Violation("verify.file_missing", {"file": "x", "n": 1}, ())],
    )
    assert run("plan", small, "--out", tmp_path / "out", "--effort", "quick", "-q")[0] == 1
    assert [p.name for p in tmp_path.iterdir()] == ["out.rejected"]


WRONG = {
    "missing file": (["plan", "nowhere.gpkg"], 3, "nowhere.gpkg"),
    "wrong column": (["plan", "{small}", "--columns", "households=户口"], 3, "户口"),
    "missing layer": (["plan", "{small}", "--layer", "communities=iris"], 3, "iris"),
    "unknown policy": (["plan", "{small}", "--policy", "heilongjiang"], 3, "heilongjiang"),
    "unknown option": (["plan", "{small}", "--colums", "x"], 2, "--colums"),
    "wrong word": (["plan", "{small}", "--grids", "many"], 2, "many"),
    "wrong date": (["plan", "{small}", "--effective-date", "2026-13-01"], 2, "2026-13-01"),
    "a page without ending": (["compare", "{small}", "{small}", "--out", "{folder}/对比"], 2, "对比.html"),
    "wrong word in a batch": (["batch", "{small}", "--grids", "many"], 2, "many"),
    "name too long": (["plan", "{small}", "--out", "{folder}/" + "长" * 100], 3, "长长"),
    "wrong pair": (["plan", "{small}", "--columns", "households"], 2, "households"),
    "no delivery": (["verify", "{folder}"], 6, ""),
    "no delivery to draw": (["map", "{folder}"], 3, "plan.json"),
}


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("case", WRONG)
def test_wrong_calls_are_refused_with_the_promised_code_and_a_way_out(case, lang, small, tmp_path):
    words, code, hint = WRONG[case]
    words = [w.format(small=small, folder=tmp_path) for w in words]
    got, told, trouble = run(
        *words,
        "--lang",
        lang,
        *(["--out", tmp_path / "out"] if words[0] in ("plan", "batch") and "--out" not in words else []),
    )
    assert got == code and hint in trouble + told and "Traceback" not in trouble
    assert list(tmp_path.iterdir()) == []


def test_an_input_that_is_not_there_is_no_violation(delivery, tmp_path):
    code, _, trouble = run("verify", delivery, "--input", tmp_path / "nowhere.gpkg")
    assert code == 3 and "nowhere.gpkg" in trouble and "Traceback" not in trouble


def test_a_full_disk_is_told_as_one_and_leaves_nothing(small, tmp_path, monkeypatch):
    from pyogrio.errors import FeatureError

    import gridder.deliver

    def fill(*_):
        raise FeatureError("database or disk is full")

    monkeypatch.setattr(gridder.deliver, "write_geopackage", fill)
    code, _, trouble = run("plan", small, "--out", tmp_path / "out", "--effort", "quick", "-q")
    assert code == 3 and "磁盘已满" in trouble and list(tmp_path.iterdir()) == []


def test_a_reader_that_has_enough_is_no_failure():
    command = f"{sys.executable} -m gridder policy | head -1"
    done = subprocess.run(["bash", "-c", f"set -o pipefail; {command}"], capture_output=True, text=True)
    assert done.returncode == 0 and "Traceback" not in done.stderr, done.stderr


def test_a_delivery_is_named_after_its_input(tmp_path, monkeypatch):
    from gridder.tasks import default_out

    folder = tmp_path / "v1.2 数据"
    folder.mkdir()
    monkeypatch.chdir(folder)
    names = [default_out(Path(text)).name for text in (".", str(folder), "朝阳.区.gpkg", "district.yaml")]
    assert names == ["v1.2 数据", "v1.2 数据", "朝阳.区", "v1.2 数据"]


def test_no_crs_is_refused_and_the_way_out_is_named(tmp_path):
    table = buildings().set_crs(None, allow_override=True)
    path = tmp_path / "nocrs.gpkg"
    table.to_file(path, layer="buildings", driver="GPKG")
    code, _, trouble = run("plan", path, "--out", tmp_path / "out")
    assert code == 3 and "--crs" in trouble
    assert run("plan", path, "--out", tmp_path / "out", "--crs", CRS, "--effort", "quick")[0] in (0, 4)


def test_bad_rows_stop_with_a_list_or_are_quarantined(tmp_path):
    table = buildings()
    table["households"] = table["households"].astype(object)
    table.loc[0, "households"], table.loc[2, "households"] = -5, None
    table["households"] = pd.to_numeric(table["households"])
    path = write_small(tmp_path / "bad.gpkg", buildings=table)
    code, _, trouble = run("plan", path, "--out", tmp_path / "out")
    assert code == 3 and "E00" in trouble and "--bad-rows" in trouble and not (tmp_path / "out").exists()
    code, _, _ = run(
        "plan",
        path,
        "--out",
        tmp_path / "out",
        "--bad-rows",
        "quarantine",
        "--missing",
        "zero",
        "--effort",
        "quick",
    )
    assert code == 4
    aside = gpd.read_file(tmp_path / "out" / "plan.gpkg", layer="quarantine")
    assert list(aside["building_id"]) == ["E00"] and aside["reason"][0]
    assert json.loads((tmp_path / "out" / "plan.json").read_text())["totals"]["quarantined_households"] == 0


def test_a_district_where_nobody_lives_is_delivered_with_a_warning(tmp_path):
    path = write_small(tmp_path / "empty.gpkg", buildings=buildings().assign(households=0))
    code, _, trouble = run("plan", path, "--out", tmp_path / "out", "--effort", "quick", "-q", "--lang", "en")
    assert code == 0 and "! No building of the district has a household" in trouble


def test_check_plans_nothing_and_names_the_pocket(small):
    code, told, _ = run("check", small, "--json")
    found = json.loads(told)
    assert code == 4 and [i["code"] for i in found["impossible"]] == ["pocket_too_small"]
    assert found["impossible"][0]["community_id"] == WEST
    assert found["impossible"][0]["remedies"][0]["code"] == "open_crossing"


def test_check_decides_nothing_about_rows_and_counts(tmp_path):
    table = buildings()
    table["households"] = table["households"].astype("Int64")
    table.loc[0, "households"], table.loc[2, "households"] = -5, pd.NA
    path = write_small(tmp_path / "open.gpkg", buildings=table)
    code, told, _ = run("check", path, "--json")
    found = {f["code"]: f for f in json.loads(told)["findings"]}
    assert code == 4
    assert found["check.missing_counts"]["level"] == "problem" and found["check.missing_counts"]["ids"] == [
        "E01"
    ]
    assert found["check.bad_count_negative"]["level"] == "problem"
    assert {"check.choice_zero", "check.choice_estimate", "check.choice_stop"} <= set(found)
    assert not {"check.count_zeroed", "check.quarantined", "check.count_missing"} & set(found)
    assert found["check.judged_as_if"]["facts"] == {"rows": 1, "unknown": 1}
    _, told, _ = run("check", path, "--lang", "en")
    lines = told.splitlines()
    at = next(
        i for i, line in enumerate(lines) if line.startswith("✕ Buildings whose household count is not known")
    )
    assert [line.lstrip(" ·").split(":")[0] for line in lines[at + 1 : at + 3]] == [
        "--missing zero",
        "--missing estimate",
    ]


def test_check_of_a_community_without_known_counts_does_not_call_it_empty(tmp_path):
    table = buildings()
    table["households"] = table["households"].astype("Int64")
    table.loc[table["community_id"] == WEST, "households"] = pd.NA
    told = run("check", write_small(tmp_path / "open.gpkg", buildings=table), "--json")[1]
    assert "check.communities_empty" not in {f["code"] for f in json.loads(told)["findings"]}


def test_check_of_good_data_says_so(tmp_path):
    real = (500_000, 4_850_000)  # metres: a place in the zone of its CRS
    code, told, _ = run("check", write_small(tmp_path / "good.gpkg", underpass=True, at=real))
    assert code == 0, told


def test_maps_are_drawn_again_with_the_same_bytes(delivery, tmp_path):
    copy = tmp_path / "copy"
    subprocess.run(["cp", "-r", delivery, copy], check=True)
    (copy / "maps" / "index.html").unlink()
    assert run("map", copy)[0] == 0
    assert contents(copy) == contents(delivery)


def test_policy_prints_every_rule_with_its_source():
    code, told, _ = run("policy")
    assert code == 0 and "households_min = 300" in told and "A二(三)2" in told
    code, told, _ = run("policy", "changchun-2020", "--yaml")
    assert code == 0 and told == read_policy_text("changchun-2020")[1]
    code, told, _ = run("policy", "changchun-2020", "--json")
    assert json.loads(told)["rules"]["households_max"]["value"] == 700


def test_staffing_again_under_another_workforce(delivery, tmp_path):
    table = tmp_path / "人员.csv"
    table.write_text("社区编号,现有人数,姓名\n220199001001,9,赵某\n220199001002,12,钱某\n", "utf-8")
    out = tmp_path / "out"
    assert run("staff", delivery, "--workforce", table, "--out", out)[0] == 0
    told = gpd.read_file(out / "plan.gpkg", layer="communities").set_index("community_id")
    assert told["present"].astype(int).to_dict() == {"220199001001": 9, WEST: 12}
    assert not any("赵某".encode() in file.read_bytes() for file in out.rglob("*") if file.is_file())
    assert (out / "assignments.csv").read_bytes() == (delivery / "assignments.csv").read_bytes()


def test_help_names_every_command_and_imports_nothing_heavy():
    heavy = "{'ortools', 'folium', 'geopandas', 'numba'}"
    code = f"import sys; from gridder.cli import app; sys.exit(bool({heavy} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0
    told = run("--help")[1]
    for command in "demo check plan regenerate batch verify compare staff map policy synth".split():
        assert command in told


def test_a_number_of_grids_that_is_not_lawful_is_told(small, tmp_path):
    code, _, trouble = run(
        "plan", small, "--grids", 3, "--out", tmp_path / "out", "--effort", "quick", "--lang", "en"
    )
    assert code == 4 and "3 cannot be its number of grids" in trouble
    code, _, trouble = run(
        "plan", small, "--grids", "fewest", "--out", tmp_path / "o", "--effort", "quick", "--lang", "en"
    )
    assert "cannot be its number" not in trouble
