"""The benchmark of the flow: seconds go to their stages, the table is one that can be read, a small city runs."""

from __future__ import annotations

import importlib
import re
from pathlib import Path

import pytest

from benchmarks.flow import COLUMNS, HEAD, Measured, Stopwatch, measure, tabulate
from benchmarks.readme import SECTIONS, fill
from gridder.effort import Event
from gridder.request import Request
from gridder.synth import make_city, write_layers


def test_seconds_go_to_the_stage_that_spends_them():
    times = iter([0, 1, 3, 7, 20, 21, 30])
    watch = Stopwatch(clock=lambda: float(next(times)))
    for stage, done in [("read", 0), ("check", 0), ("cells", 0), ("partition", 0), ("partition", 1)]:
        watch(Event(stage, done, 2))
    watch(Event("partition", 2, 2))
    watch(Event("maps", 0, 1))
    watch.turn("")
    assert watch.seconds == {"read": 1, "check": 2, "cells": 4, "partition": 13, "tables": 1, "maps": 9}


def test_stages_are_added_up_in_their_columns():
    spent = {"read": 0.25, "check": 1.0, "cells": 2.5, "partition": 60.0}
    head, rule, row = tabulate([Measured("demo", 1053, 47175, 118, spent, 295.4, 378.0)]).splitlines()
    cells = [cell.strip() for cell in row.strip("|").split("|")]
    assert [line.count("|") for line in (head, rule, row)] == [len(HEAD) + 1] * 3
    assert cells[:4] == ["demo", "1,053", "47,175", "118"]
    seconds = dict(zip([*COLUMNS, "all"], cells[4:]))
    assert (seconds["check, cells"], seconds["partition"], seconds["verify"]) == ("3.5", "60.0", "0.0")
    assert cells[-3:] == ["63.8", "295", "378"]


@pytest.fixture(scope="module")
def measured(tmp_path_factory) -> Measured:
    path = Path(tmp_path_factory.mktemp("city")) / "city.gpkg"
    write_layers(make_city(120, 0), path)
    return measure(path, "city", Request(effort="quick"))


def test_a_small_city_runs_through_every_stage(measured):
    assert measured.buildings == 120 and measured.grids > 10
    assert set(measured.seconds) == {stage for stages in COLUMNS.values() for stage in stages}
    assert all(s > 0 for s in measured.seconds.values()) and measured.main_mb > 50


README = Path(__file__).parent.parent / "benchmarks" / "README.md"
COMMAND = re.compile(r"python -m (benchmarks\.\w+)(.*)$", re.M)


def test_the_readme_names_commands_and_options_that_exist(capsys):
    named = COMMAND.findall(README.read_text("utf-8"))
    assert {"benchmarks.partition", "benchmarks.score", "benchmarks.peers"} <= {name for name, _ in named}
    for name, options in named:
        with pytest.raises(SystemExit, match="0"):
            importlib.import_module(name.strip("`")).main(["--help"])
        told = capsys.readouterr().out
        assert [o for o in re.findall(r"--[a-z]+", options) if o not in told] == [], name


def test_measured_tables_are_put_on_the_page(tmp_path):
    page = "a\n<!-- engine -->\nold\n<!-- end of engine -->\nb\n<!-- peers -->\nkept\n<!-- end of peers -->\n"
    (tmp_path / "quick.md").write_text("| q |\n\n- worth a look\n", "utf-8")
    (tmp_path / "prove.md").write_text("| p |\n", "utf-8")
    filled = fill(page, tmp_path)
    assert "`quick`:\n\n| q |\n\n- worth a look\n\n`prove`:\n\n| p |\n\n<!-- end of engine -->\nb" in filled
    assert "old" not in filled and "kept" in filled and fill(filled, tmp_path) == filled


def test_the_page_has_every_section():
    text = README.read_text("utf-8")
    assert all(
        text.count(f"<!-- {name} -->") == text.count(f"<!-- end of {name} -->") == 1 for name in SECTIONS
    )
