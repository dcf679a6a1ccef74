"""What the command line tells: the most pressing first, sums that are right, data that are plain JSON."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from sample_run import A, sample_run

from gridder import report
from gridder.district import Inspection
from gridder.errors import Finding
from gridder.policy import load_policy, policy_fields
from gridder.verify.base import Violation

OUT = Path("maps/out")
PROBLEM = Finding("check.count_missing", "problem", {"n": 2}, ("L1", "L2"), "buildings")
LANGS = pytest.mark.parametrize("lang", ["zh", "en"])


@pytest.fixture(scope="module")
def run():
    return sample_run()


@LANGS
def test_problems_come_before_warnings_before_notes(lang):
    found = [replace(PROBLEM, level=level) for level in ("note", "problem", "warning", "problem")]
    lines = report.findings_lines(found, lang)
    assert [line[0] for line in lines] == ["✕", "✕", "!", "·"] and all("L1" in line for line in lines)


@LANGS
def test_a_plan_is_told_with_sums_exceptions_and_what_to_open(run, lang):
    lines = report.run_lines(run, OUT, lang)
    households, lawful = int(run.buildings["households"].sum()), int((run.grids["status"] == "lawful").sum())
    assert f"{households:,}" in lines[0] and str(len(run.grids)) in lines[0] and str(lawful) in lines[0]
    assert [A + "005" in line for line in lines].count(True) == 1
    assert lines[-1].endswith(str(OUT / "maps" / "index.html"))
    assert (
        len(lines) == 6
    )  # totals, one exception, who changes grid, the row set aside, verified, what to open


@LANGS
def test_a_policy_of_another_window_is_told(run, lang):
    usual, other = load_policy(), load_policy("changchun-2020")
    first = report.run_lines(replace(run, policy=usual), OUT, lang)
    second = report.run_lines(replace(run, policy=other), OUT, lang)
    (added,) = set(second) - set(first)
    assert "400" in added and "700" in added


def test_a_plan_as_data_is_strict_json(run):
    told = report.run_json(replace(run, findings=(PROBLEM,)), OUT, "en")
    again = json.loads(json.dumps(told, allow_nan=False))
    assert again["grids"] == len(run.grids) and again["quarantined"] == 1
    assert again["communities"][A] == "relaxed" and [e["grid_code"] for e in again["exceptions"]] == [
        A + "005"
    ]
    assert again["findings"][0]["ids"] == ["L1", "L2"] and "{" not in again["findings"][0]["text"]


@LANGS
def test_every_rule_is_told_with_its_source(lang):
    policy = load_policy("changchun-2020")
    lines = report.policy_lines(policy, lang)
    for field in policy_fields():
        (line,) = [line for line in lines if line.startswith(f"{field} = ")]
        assert policy.sources[field].clause in line and str(getattr(policy, field)) in line
    assert set(json.loads(json.dumps(report.policy_json(policy)))["rules"]) == set(policy_fields())


@LANGS
def test_violations_or_relief(lang):
    facts = {"n": 1, "total": 59}
    assert len(report.violation_lines([], lang)) == 1
    told = report.violation_lines([Violation("check.count_missing", facts, ("L1",))] * 2, lang)
    assert len(told) == 2 and all(line.startswith("✕") and "L1" in line for line in told)


@LANGS
def test_an_inspection_tells_nothing_or_everything(lang):
    clean = Inspection((), ())
    (line,) = report.inspection_lines(clean, lang)
    assert line.startswith("✓")
    told, total = report.inspection_lines(Inspection((PROBLEM,), ()), lang)
    assert told.startswith("✕") and "1" in total
    assert report.inspection_lines(replace(clean, next_command="gridder plan a"), lang)[-1].endswith(
        "gridder plan a"
    )


@LANGS
def test_many_reasons_of_one_kind_are_grouped_the_worst_first(lang):
    """Six towers above 500 in W, one pocket of 120 in E: W first, three towers in full, three named."""
    towers = [impossible("W", "building_too_large", f"T{n}", 500 + n) for n in (1, 60, 30, 2, 900, 3)]
    pocket = impossible("E", "pocket_too_small", "P", 120)
    lines = report.inspection_lines(Inspection((), (pocket, *towers)), lang)
    heads = [line for line in lines if line.startswith("▲")]
    assert ["W" in head for head in heads] == [True, False] and "6" in heads[0]
    told = [line for line in lines if line.startswith("    ") and not line.startswith("      ")]
    assert ["T900" in told[0], "T60" in told[1], "T30" in told[2], "120" in told[4]] == [True] * 4
    assert all(name in told[3] for name in ("T3 (503)", "T2 (502)", "T1 (501)"))
    assert len(report.inspection_json(Inspection((), (pocket, *towers)), lang)["impossible"]) == 7


def impossible(community: str, code: str, building: str, households: int) -> dict:
    """Return one reason as ``inspect_district`` gives it."""
    facts = {
        "community": community, "building": building, "unit": "", "beside": False, "building_households": households,
        "barrier": "railway", "households": households, "total": households, "elsewhere": 0, "minimum": 300,
        "maximum": 500, "short": max(0, 300 - households), "over": max(0, households - 500),
    }  # fmt: skip
    return {"community_id": community, "code": code, "households": households, "facts": facts, "remedies": []}


def test_json_is_strict_whatever_the_numbers_are():
    result = {
        "a": np.float64("nan"),
        "b": [np.int64(3), float("inf"), pd.NA],
        "c": {1: np.bool_(True), "d": Path("x")},
    }
    told = json.loads(report.strict_json(result), parse_constant=lambda word: pytest.fail(word))
    assert told == {"a": None, "b": [3, None, None], "c": {"1": True, "d": "x"}}


@LANGS
def test_a_batch_is_told_district_by_district_and_counted(lang):
    rows = [("a", "done", 0, ""), ("b", "skipped", 4, ""), ("c", "failed", 3, "no CRS"), ("d", "done", 4, "")]
    districts = [SimpleNamespace(name=n, status=s, exit_code=code, message=m) for n, s, code, m in rows]
    result = SimpleNamespace(
        districts=districts, count=lambda status: sum(d.status == status for d in districts)
    )
    *lines, total = report.batch_lines(result, lang)
    assert [line[0] for line in lines] == ["✓", "–", "✕", "✓"] and "no CRS" in lines[2]
    assert [int(word) for word in "".join(c if c.isdigit() else " " for c in total).split()] == [4, 2, 1, 1]
