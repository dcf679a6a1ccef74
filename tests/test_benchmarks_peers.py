"""Peers side by side: who is judged how, who is not installed, what ends a call."""

from __future__ import annotations

import json
import subprocess
from functools import partial
from importlib.util import find_spec

import pytest

from benchmarks import apart, peers
from benchmarks.apart import Job, Run, run_apart, run_here
from benchmarks.instances import COMMUNITY, make_instance
from benchmarks.judge import judge
from benchmarks.peer_tools import TOOLS, Tool, both_slack, compressed, preferred_k, slack
from benchmarks.peers import Record, cheaper, main, present, record_of, run_tools, tabulate


@pytest.fixture(scope="module")
def case() -> tuple[dict, list[int]]:
    return make_instance(COMMUNITY, 40, 2)


@pytest.fixture
def path(case, tmp_path):
    place = tmp_path / "communities" / "case.json"
    place.parent.mkdir()
    place.write_text(json.dumps(case[0]), "utf-8")
    return place


def fixed(instance: dict, k: int | None, seed: int, *, answer: list[int]):
    """A tool that knows its answer."""
    return lambda: [answer]


def failing(instance: dict, k: int | None, seed: int):
    """A tool that fails in its call."""
    raise_it = {}.__getitem__
    return lambda: raise_it("no plan")


def missing(instance: dict, k: int | None, seed: int):
    """A tool whose import fails."""
    import there_is_no_such_tool  # noqa: F401


def test_the_cheapest_lawful_answer_of_restarts_counts(case):
    instance, planted = case
    job = Job("METIS × 200", "case.json", None, 0, 9)
    broken = [0] * len(planted)
    run = Run(job, "answered", 1.5, 20.0, (tuple(broken), tuple(planted), tuple(planted)))
    record = record_of(run, instance, "g")
    assert (record.lawful, record.tried, record.tried_lawful) == (True, 3, 2)
    assert (record.cost, record.k) == (judge(instance, planted).value, len(set(planted)))
    none = record_of(Run(job, "answered", 1.5, 20.0, (tuple(broken),)), instance, "g")
    assert (none.lawful, none.cost, none.k) == (False, None, 1) and "households, outside" in none.note
    late = record_of(Run(job, "over time"), instance, "g")
    assert (late.outcome, late.lawful, late.tried) == ("over time", False, 0)


def test_what_tools_are_told_fits_the_window(case):
    instance, _ = case
    total = sum(node["households"] for node in instance["nodes"])
    k = preferred_k(instance)
    assert instance["k_min"] <= k <= instance["k_max"]
    assert total / k * (1 + slack(instance, k)) == pytest.approx(500)
    room = both_slack(instance, k)
    assert total / k * (1 - room) + 1e-9 >= 300 and total / k * (1 + room) <= 500 + 1e-9
    first, neighbour, cost = compressed(instance)
    assert first[-1] == len(neighbour) == len(cost) == 2 * len(instance["edges"])
    i, j, c, _ = instance["edges"][5]
    assert cost[first[i] + neighbour[first[i] : first[i + 1]].index(j)] == c


def test_the_call_alone_is_timed_and_failures_are_told(monkeypatch, path, case):
    monkeypatch.setattr(apart.resource, "setrlimit", lambda *_: None)  # this process goes on
    monkeypatch.setitem(TOOLS, "fixed", Tool("gridder", "", partial(fixed, answer=case[1])))
    monkeypatch.setitem(TOOLS, "failing", Tool("gridder", "", failing))
    monkeypatch.setitem(TOOLS, "missing", Tool("gridder", "", missing))
    told = {name: run_here(Job(name, str(path), None, 0, 5)) for name in ("fixed", "failing", "missing")}
    assert told["fixed"]["outcome"] == "answered" and told["fixed"]["answers"] == [case[1]]
    assert 0 <= told["fixed"]["seconds"] < 5 and told["fixed"]["peak_mb"] > 10
    assert told["failing"]["outcome"] == "error" and told["failing"]["note"] == "KeyError: 'no plan'"
    assert told["missing"]["outcome"] == "absent"


@pytest.mark.parametrize(
    ("code", "outcome"), [(-24, "over time"), (152, "over time"), (-11, "crashed"), (1, "crashed")]
)
def test_how_a_process_ended_is_told(monkeypatch, code, outcome):
    done = subprocess.CompletedProcess([], code, "", "Segmentation fault")
    monkeypatch.setattr(apart.subprocess, "run", lambda *_, **__: done)
    run = run_apart(Job("METIS", "x.json", None, 0, 5))
    assert run.outcome == outcome and run.answers == ()


def test_a_fresh_process_answers(path, case):
    """With the engine, which is always there; seconds and memory are those of the child."""
    run = run_apart(Job("gridder quick", str(path), None, 0, 600))
    assert run.outcome == "answered", run.note
    assert judge(case[0], run.answers[0]).lawful and run.seconds > 0 and run.peak_mb > 50


def test_out_of_time_once_is_not_asked_again(monkeypatch, path, case):
    asked = []

    def answer(job: Job) -> Run:
        asked.append((job.tool, job.seed, job.k))
        if job.tool == "METIS":
            return Run(job, "over time")
        return Run(job, "answered", 0.5, 30.0, (tuple(case[1]),))

    monkeypatch.setattr(peers, "run_apart", answer)
    records = run_tools(path, ["gridder standard", "METIS", "KaHIP strong"], [0, 1], 9)
    k = len(set(case[1]))
    assert asked == [
        ("gridder standard", 0, None), ("gridder standard", 1, None), ("METIS", 0, None),
        ("KaHIP strong", 0, None), ("KaHIP strong", 1, None), ("gridder standard", 0, k),
    ]  # fmt: skip
    assert [r.outcome for r in records if r.tool == "METIS"] == ["over time"] * 2


def record(tool: str, cost: float | None, *, k: int = 8, k_asked: int | None = None, seed: int = 0) -> Record:
    lawful = cost is not None
    return Record(
        "communities 300", "c", tool, seed, k_asked, "answered", 0.25, 40.0, 1, int(lawful), lawful, k, 301, 499, cost, ""
    )  # fmt: skip


def test_the_table_compares_at_the_same_k_and_at_free_k():
    records = [
        record("gridder standard", 500, k=7), record("METIS", 660), record("METIS", None, seed=1),
        record("KaHIP strong", 540), record("gridder standard", 600, k_asked=8),
    ]  # fmt: skip
    head, rule, *rows = [line for line in tabulate(records).splitlines() if line.startswith("|")]
    assert head.count("|") == rule.count("|") == rows[0].count("|")
    cells = {row[0]: row for row in ([c.strip() for c in r.strip("|").split("|")] for r in rows)}
    assert cells["METIS"][2:] == [
        "1/2", "0.25 (0.25)", "40", "8", "301–499", "660", "1.100 (1.100)", "1.320 (1.320)",
    ]  # fmt: skip
    assert cells["gridder standard"][2:] == [
        "1/1", "0.25 (0.25)", "40", "7", "301–499", "500", "1.000 (1.000)", "1.000 (1.000)",
    ]  # fmt: skip
    assert cheaper(records) == ["KaHIP strong is cheaper on c, k 8: 540 < 600"]


def test_absent_tools_are_named_with_the_way_to_get_them(monkeypatch, capsys, path, tmp_path):
    monkeypatch.setattr(peers, "version_of", lambda tool: "1" if TOOLS[tool].package == "gridder" else "–")
    assert present(["gridder quick", "METIS", "spopt AZP"]) == ["gridder quick"]
    assert "not installed: pymetis, spopt. pip install 'gridder[peers]'" in capsys.readouterr().err
    assert main([str(path), "--tools", "METIS", "--out", str(tmp_path / "out")]) == 2
    assert not (tmp_path / "out").exists()


def test_a_run_is_written(monkeypatch, capsys, path, case, tmp_path):
    monkeypatch.setattr(peers, "run_apart", lambda job: Run(job, "answered", 0.5, 30.0, (tuple(case[1]),)))
    assert main([str(path), "--tools", "gridder quick", "--seeds", "0", "--out", str(tmp_path / "out")]) == 0
    written = json.loads((tmp_path / "out" / "peers.json").read_text("utf-8"))
    assert {r["tool"] for r in written} == {"gridder standard", "gridder quick"}
    assert (tmp_path / "out" / "peers.md").read_text("utf-8") in capsys.readouterr().out


def test_others_may_be_taken_over_from_an_earlier_run(monkeypatch, path, case, tmp_path):
    asked = []

    def answer(job: Job) -> Run:
        asked.append(job.tool)
        return Run(job, "answered", 0.5, 30.0, (tuple(case[1]),))

    monkeypatch.setattr(peers, "run_apart", answer)
    monkeypatch.setattr(peers, "version_of", lambda tool: "1")
    call = [str(path), "--tools", "METIS", "--seeds", "0", "--out"]
    assert main([*call, str(tmp_path / "one")]) == 0
    assert asked == ["gridder standard", "METIS", "gridder standard"]
    assert main([*call, str(tmp_path / "two"), "--again", str(tmp_path / "one" / "peers.json")]) == 0
    assert asked[3:] == ["gridder standard", "gridder standard"]
    assert (tmp_path / "two" / "peers.json").read_text() == (tmp_path / "one" / "peers.json").read_text()


@pytest.mark.skipif(find_spec("pymetis") is None, reason="pymetis is not installed")
def test_metis_restarts_are_lawful_more_often_than_not(case, path):
    run = run_apart(Job("METIS × 200", str(path), None, 0, 30))
    record = record_of(run, case[0], "g")
    assert record.outcome == "answered" and record.tried == 200 and record.lawful
