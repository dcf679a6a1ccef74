"""Every messy case: ``check`` says it in both languages without a traceback; ``plan`` goes on and loses no household."""

from __future__ import annotations

import importlib
import json
import re
from pathlib import Path

import geopandas as gpd
import pytest
from messy_town import CASES, write
from test_cli import run

import gridder.tasks
from gridder.text import LANGS, list_ids, sentences

for module in ("messy_counts", "messy_shapes", "messy_outlines", "messy_files", "messy_barriers"):
    importlib.import_module(module)

pytestmark = pytest.mark.filterwarnings("ignore")  # of GDAL about what the small files are made to be
HERE = Path(__file__).parent
PAGE = HERE.parent / "docs" / "data.md"
WAYS = [(name, n) for name, case in CASES.items() for n in range(len(case.ways))]


def pattern(lang: str, code: str) -> str:
    """Return the sentence of a finding or error as a pattern, any facts in it."""
    parts = re.split(r"(\{\{|\}\}|\{[^{}]*\})", sentences(lang)[code])
    return "".join(
        ".*?" if re.fullmatch(r"\{[^{}]+\}", p) else re.escape(p[:1] if p in ("{{", "}}") else p)
        for p in parts
    )


def test_the_clean_town_has_no_finding(tmp_path):
    assert run("check", write(tmp_path), "-q", "--lang", "en")[0] == 0


@pytest.mark.parametrize("name", CASES)
def test_check_says_it_in_both_languages(name, tmp_path):
    """The promised exit code, the sentence of each finding with its ids, and every word a planner needs."""
    case = CASES[name]
    path = case.make(tmp_path)
    for lang, words in zip(LANGS, (case.zh, case.en)):
        code, told, trouble = run("check", path, "-q", "--lang", lang, *case.options.split())
        assert code == case.exit and "Traceback" not in trouble, (told, trouble)
        said = trouble if code == 3 else told
        for finding, ids in case.told.items():
            named = "" if ids is None else re.escape(f" [{list_ids(lang, ids)}]")
            assert re.search(pattern(lang, finding) + named, said), (finding, said)
        assert not [word for word in words if word not in said], said


@pytest.mark.parametrize(("name", "n"), WAYS, ids=[f"{name}-{n}" for name, n in WAYS])
def test_plan_goes_on_and_loses_no_household(name, n, tmp_path, monkeypatch):
    """Exit code, what is planned and set aside, to the household; what is delivered stands before ``verify``."""
    case, runs = CASES[name], []
    way = case.ways[n]
    path, out = case.make(tmp_path), tmp_path / "out"
    real = gridder.tasks.deliver

    def deliver(run, *words, **more):
        runs.append(run)
        if way.delivered:
            real(run, *words, **more)

    monkeypatch.setattr(gridder.tasks, "deliver", deliver)
    words = ["--effort", "quick", "-q", "--json", *case.options.split(), *way.options.split()]
    code, told, trouble = run("plan", path, "--out", out, *words)
    assert code == way.exit, (told, trouble)
    assert totals(runs[0].buildings, runs[0].quarantine) == (way.planned, way.rows, way.aside)
    assert set(way.codes) <= {finding["code"] for finding in json.loads(told)["findings"]}
    if way.delivered:
        layers = [gpd.read_file(out / "plan.gpkg", layer=layer) for layer in ("buildings", "quarantine")]
        assert (
            totals(*layers) == (way.planned, way.rows, way.aside) and layers[1]["reason"].astype(bool).all()
        )
        assert run("verify", out, "--input", path)[0] == 0


def totals(planned, aside) -> tuple[int, int, int]:
    """Return households planned, rows set aside, and their households; -5 and 2.5 (as read) are none."""
    counts = aside["households"].fillna(0).astype(float)
    whole = counts[(counts >= 0) & (counts % 1 == 0)]
    return int(planned["households"].sum()), len(aside), int(whole.sum())


def table_of_the_page() -> list[list[str]]:
    """Return the rows of the table of messy cases: case, what gridder does, the tests' names."""
    rows = PAGE.read_text("utf-8").split("| in the data |", 1)[1].split("\n\n", 1)[0].splitlines()[2:]
    cells = [[cell.strip() for cell in row.strip().strip("|").split("|")] for row in rows]
    return [row for row in cells if not row[0].startswith("**")]


def names_in(file: str) -> set[str]:
    """Return the names of the tests of a file beside this one."""
    return set(re.findall(r"^def (test_\w+)\(", (HERE / f"{file}.py").read_text("utf-8"), re.M))


def test_every_case_stands_on_the_page_with_tests_that_exist():
    rows = table_of_the_page()
    assert all(len(row) == 3 and all(row) for row in rows)
    named = [re.findall(r"`([^`]+)`", row[2]) for row in rows]
    assert all(named)
    names = {name for one in named for name in one}
    own = {name for name in names if "::" not in name}
    assert own == set(CASES)
    for file, test in (name.split("::") for name in names - own):
        assert test in names_in(file), (file, test)


@pytest.mark.parametrize(
    "area", ["check", "counts", "read", "datum", "roads", "crossings", "cells", "barriers", "scope"]
)
def test_every_sentence_about_data_is_said_in_some_test(area):
    """A sentence nobody has seen printed may be wrong: its code stands in a test, here or elsewhere."""
    tests = "\n".join(file.read_text("utf-8") for file in sorted(HERE.glob("*.py")))
    codes = {code for code in sentences("en") if code.startswith(f"{area}.")}
    unseen = [code for code in sorted(codes) if not re.search(f'"({code}|{code.split(".")[1]})"', tests)]
    assert codes and not unseen
