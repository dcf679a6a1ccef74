"""A delivery of an older gridder is told and drawn as far as its facts go: a sentence of today may say more."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

sys.path.insert(0, str(Path(__file__).parent))  # the drawings stand beside the tests

from lawful_delivery import edit_layer, edit_record
from staffed_delivery import write_staffed
from test_cli import run

from gridder.errors import Finding
from gridder.outputs.maps.facts import tell_why
from gridder.outputs.record import load_run
from gridder.text import LANGS, UNSAID, say_finding


@pytest.mark.parametrize("lang", LANGS)
def test_what_is_known_is_said_and_what_is_not_is_marked(lang: str) -> None:
    whole = say_finding(lang, Finding("staffing.empty", "note", {"n": 17}, ("c1",)))
    known = say_finding(lang, Finding("staffing.surplus", "note", {"n": 17, "people": 59}, ("c1",)))
    assert UNSAID not in whole and "[c1]" in known
    assert "17" in known and "59" in known and UNSAID in known


@pytest.mark.parametrize("lang", LANGS)
def test_a_sentence_that_is_no_more_is_told_by_its_code_and_facts(lang: str) -> None:
    told = say_finding(lang, Finding("staffing.of_long_ago", "note", {"n": 17}, ("c1",)))
    assert "staffing.of_long_ago" in told and "n = 17" in told and "[c1]" in told


def test_reasons_fall_back_on_the_words_delivered() -> None:
    row = {"code": "pocket_too_small", "facts": '{"barrier": "river"}', "remedies": '[{"code": "of_long_ago"}]',
           "reason": "户数不足", "remedy": "并入相邻社区"}  # fmt: skip
    assert tell_why(row) == {
        "reason": dict.fromkeys(LANGS, "户数不足"),
        "remedies": [dict.fromkeys(LANGS, "并入相邻社区")],
    }


def forget(record: dict[str, Any]) -> None:
    """Leave one figure a finding, as if the others were not yet kept."""
    for finding in record["findings"]:
        finding["facts"] = dict(sorted(finding["facts"].items())[:1])
    record["findings"].append(
        {"code": "plan.of_long_ago", "level": "note", "facts": {}, "ids": [], "layer": None}
    )


def test_the_maps_of_an_older_delivery_are_drawn(tmp_path: Path) -> None:
    out = write_staffed(tmp_path / "out")
    (out / "maps").mkdir()
    edit_record(out, forget)
    edit_layer(out, "exceptions", lambda table: table.assign(facts="{}", remedies="[]"))
    words = load_run(out).exceptions["reason"]
    assert len(load_run(out).findings) > 3 and len(words)
    code, _, trouble = run("map", out)
    assert code == 0, trouble
    assert UNSAID in (out / "maps" / "index.html").read_text("utf-8")
    pages = "".join(page.read_text("utf-8") for page in (out / "maps").glob("*.html"))
    assert all(str(reason)[:8] in pages for reason in pd.Series(words))
