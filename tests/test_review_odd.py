"""Reviews of odd data and odd files: ids that JavaScript knows, towers of units, other encodings, little room."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from review_page import PLAN, aim, draw_pages, edits_file, export, opening, pick, row, upload
from sample_run import A, sample_run
from test_review_ground import with_tower

pytestmark = pytest.mark.browser
ODD = {"L003": "__proto__", "L011": "constructor", "L027": "toString"}  # place in the sample → building_id


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Return pages of the sample: as it is, with odd ids, with a tower of two units."""
    folder = tmp_path_factory.mktemp("odd")
    sample = sample_run()
    plain = replace(sample, options=sample.options | {"plan_sha256": PLAN})
    ids = [ODD.get(str(i), told) for i, told in sample.buildings["building_id"].items()]
    runs = {"A": plain, "odd": replace(plain, buildings=plain.buildings.assign(building_id=ids))}
    runs["tower"] = with_tower(plain)
    return draw_pages(folder, runs)


@pytest.fixture
def open_page(browser: Any, files: dict[str, Path]) -> Iterator[Any]:
    with opening(browser, files) as open_:
        yield open_


def test_buildings_named_as_javascript_names_things_are_counted_and_exported(
    open_page: Any, tmp_path: Path
) -> None:
    tab = open_page("odd")
    tab.click(".wide-edit")
    for odd in ODD.values():
        pick(tab, odd)
        aim(tab, "004")
        tab.click("#move")
    assert tab.locator("#pending-count").inner_text().startswith("待定 3 栋")
    assert tab.locator("#pending-rows tr").count() == 3
    told = export(tab, tmp_path)["edits"]
    assert [edit["building_id"] for edit in told] == list(ODD.values())
    tab.wait_for_timeout(300)  # what a page stores reaches the next one a moment later, in another process
    tab.reload()
    assert tab.evaluate("gridder.review.state.moves.length") == 3


def test_a_grid_holds_buildings_not_units(open_page: Any) -> None:
    """The tower stands in 003 with two units: another building goes, and one building less is left."""
    tab = open_page("tower")
    ids = [str(r[0]) for r in tab.evaluate("gridder.data.buildings.filter(r => r[4] === 2)")]
    assert ids.count("T1") == 2
    tab.click(".wide-edit")
    pick(tab, next(i for i in ids if i != "T1"))
    aim(tab, "002")
    tab.click("#move")
    assert row(tab, "003").locator("td.buildings").text_content() == str(len(set(ids)) - 1)


def test_a_file_in_another_encoding_is_refused_before_its_words_are_lost(open_page: Any) -> None:
    tab = open_page("A")
    text = json.dumps(edits_file(), ensure_ascii=False)
    tab.set_input_files(
        "#import-file",
        {"name": "意见.json", "mimeType": "application/json", "buffer": text.encode("gb18030")},
    )
    tab.wait_for_selector("#review-note:visible")
    assert "不是 UTF-8 编码" in tab.locator("#review-note").inner_text()
    assert tab.evaluate("gridder.review.isBlank()")
    upload(tab, {key: value for key, value in edits_file().items() if key != "community_id"})
    assert "属于社区 —" in tab.locator("#review-note").inner_text()
    upload(tab, "\ufeff" + text)
    assert tab.evaluate("gridder.review.state.moves.map(move => move.reason)") == ["顺路"]


def test_signing_and_checking_share_the_room(open_page: Any) -> None:
    tab = open_page("A", "middle")
    tab.click(".wide-edit")
    tab.click("#sign-open")
    tab.fill("#reviewer", "王")
    pick(tab, "L003")
    assert not tab.locator("#sign").is_visible() and tab.locator("#check-form").is_visible()
    assert tab.locator("#sign-open").get_attribute("aria-expanded") == "false"
    tab.click("#sign-open")
    assert tab.locator("#reviewer").input_value() == "王"
    assert not tab.locator("#check-form").is_visible()
    assert tab.evaluate("document.querySelector('#grids .scroll').clientHeight") > 60


def test_a_broken_text_from_another_window_takes_no_work_away(open_page: Any) -> None:
    tab = open_page("A")
    tab.click(".wide-edit")
    pick(tab, "L003")
    tab.click("#move")
    other = tab.context.new_page()
    other.goto(tab.url)
    assert other.evaluate("gridder.review.state.moves.length") == 1
    other.evaluate(f"localStorage.setItem('gridder:{PLAN}:{A}', '{{broken')")
    other.evaluate("localStorage.setItem('told', '1')")
    tab.wait_for_function("localStorage.getItem('told') === '1'")
    tab.wait_for_timeout(100)  # the event comes after the text
    assert tab.evaluate("gridder.review.state.moves.length") == 1
