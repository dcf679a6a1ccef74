"""Reviewing in a browser: move, see what breaks, undo, comment, reload, export, and regenerate takes the file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from review_page import PLAN, aim, edits_file, export, opening, pick, place_of, row, serious, upload
from sample_run import HOSTILE, A, C, sample_run
from small_district import EAST, write_small
from test_cli import run
from test_maps_browser import SIZES

from gridder.outputs.maps import page
from gridder.outputs.record import plan_sha256

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Return pages of the sample: as it is, another plan of it, with hostile names, without grids."""
    folder = tmp_path_factory.mktemp("review")
    sample = sample_run()
    compound = ["锦绣家园" if i in ("L025", "L026", "L027") else "" for i in sample.buildings.index]
    plain = replace(
        sample,
        options=sample.options | {"plan_sha256": PLAN},
        buildings=sample.buildings.assign(compound=compound),
    )
    names = [HOSTILE + "{{7*7}} 7号楼"] * len(sample.buildings)
    hostile = replace(
        plain, buildings=plain.buildings.assign(name=names, compound=[HOSTILE if c else "" for c in compound]),
        communities=plain.communities.assign(name=HOSTILE),
    )  # fmt: skip
    pages = {
        "A": page.draw_community(plain, A),
        "other": page.draw_community(replace(plain, options=plain.options | {"plan_sha256": "6" * 64}), A),
        "hostile": page.draw_community(hostile, A),
        "C": page.draw_community(plain, C),
    }
    for name, text in pages.items():
        (folder / f"{name}.html").write_text(text, encoding="utf-8")
    return {name: folder / f"{name}.html" for name in pages}


@pytest.fixture
def open_page(browser: Any, files: dict[str, Path]) -> Iterator[Any]:
    with opening(browser, files) as open_:
        yield open_


# ── moving ──


def test_quiet_until_it_is_used(open_page: Any) -> None:
    tab = open_page("A")
    for part in ("#edit-bar", "#check", "#pending", "#sign", "#review-note", "#live-totals"):
        assert not tab.locator(part).is_visible(), part
    pick(tab, "L003")
    assert not tab.locator("#check").is_visible() and tab.evaluate("gridder.review.hand.length") == 0


def test_a_lawful_move_changes_both_totals(open_page: Any) -> None:
    """L003 (0 households) touches 004 across the road; L002 (66) does not."""
    tab = open_page("A")
    tab.click(".wide-edit")
    pick(tab, "L003")
    assert tab.locator("#answer h3").inner_text() == "✓ 可以移动"
    assert tab.locator("#target option:checked").inner_text().startswith("004")
    tab.fill("#reason", "离大厅更近")
    tab.click("#move")
    assert tab.locator("#pending-count").inner_text() == "待定 1 栋 0 户"
    assert row(tab, "002").locator(".round").inner_text() == "待重算"
    assert row(tab, "001").locator(".round").inner_text() != "待重算"
    assert "5 个网格" in tab.locator("#live-totals").inner_text()
    assert tab.locator("#pending-rows tr").count() == 1
    assert tab.locator("#pending-rows .reason input").input_value() == "离大厅更近"


def test_each_broken_rule_is_said_with_its_clause(open_page: Any) -> None:
    """L010 (70) to 004: above the maximum; both stay in one piece."""
    tab = open_page("A", lang="en")
    tab.click(".wide-edit")
    pick(tab, "L011")
    aim(tab, "004")
    said = tab.locator("#answer").inner_text()
    assert "004 holds 568 households, 68 above the maximum." in said and "A 2(3)2" in said
    assert tab.locator("#move").inner_text() == "Move to 004 all the same, marked"
    assert tab.locator("#check-lines li").nth(0).inner_text().split("\n")[-1].endswith("004: 488 → 568")
    tab.click("#answer .tag")
    assert "每300－500户居民划分1个网格" in tab.locator("#clause-note").inner_text()


def test_a_grid_that_falls_apart_shows_what_is_cut_off(open_page: Any) -> None:
    """L019 holds the two parts of 001 together no more than L027 does: taking a whole column cuts the west off."""
    tab = open_page("A")
    tab.click(".wide-edit")
    for n, building in enumerate(("L025", "L026", "L027")):
        pick(tab, building, more=n > 0)
    aim(tab, "003")
    assert "001 断成 2 块" in tab.locator("#answer").inner_text()
    assert (
        tab.evaluate(
            "gridder.review.check(gridder.review.state, gridder.review.hand, gridder.review.target).cut.length"
        )
        == 2
    )
    assert tab.locator(".review-flag", has_text="断开：2 栋").count() == 1
    tab.click("#take-along")
    assert tab.evaluate("gridder.review.hand.length") == 5
    assert "断成" not in tab.locator("#answer").inner_text()


def test_a_river_without_a_bridge_is_named(open_page: Any) -> None:
    """L004 (84) lies south of the river: 003 beyond it is no neighbour, the bridge is further west."""
    tab = open_page("A")
    tab.click(".wide-edit")
    pick(tab, "L012")
    near = tab.locator("#target optgroup").first
    assert [text[:3] for text in near.locator("option").all_inner_texts()] == ["002"]
    aim(tab, "003")
    assert "003 被河流隔开，中间没有桥或地道。" in tab.locator("#answer").inner_text()
    assert tab.locator("#check-lines li.bad").count() >= 2


def test_a_split_compound_is_a_reminder(open_page: Any) -> None:
    tab = open_page("A")
    tab.click(".wide-edit")
    pick(tab, "L027")
    aim(tab, "003")
    line = tab.locator("#check-lines li.note")
    assert line.inner_text().split("\n")[-1] == "锦绣家园 由 1 格变为 2 格（提醒，不阻止）"
    assert tab.locator("#move").inner_text() == "移到 003"  # blocks nothing


def test_a_locked_grid_and_a_special_one_say_so(open_page: Any) -> None:
    tab = open_page("A")
    row(tab, "004").locator(".row").click()
    tab.click('[data-tool="lock"]')
    assert row(tab, "004").locator(".review").inner_text().strip().endswith("已锁定")
    tab.keyboard.press("Escape")
    tab.click(".wide-edit")
    pick(tab, "L003")
    aim(tab, "004")
    assert "004 已锁定" in tab.locator("#answer").inner_text()
    pick(tab, "L029")
    aim(tab, "901")
    assert "901 是专属网格" in tab.locator("#answer").inner_text()


def test_a_box_takes_what_lies_inside(open_page: Any) -> None:
    tab = open_page("A")
    tab.click(".wide-edit")
    tab.click('[data-pick="box"]')
    a, b = place_of(tab, "L001"), place_of(tab, "L010")
    tab.mouse.move(a["x"] - 20, a["y"] + 20)
    tab.mouse.down()
    tab.mouse.move(b["x"] + 20, b["y"] - 20, steps=4)
    tab.mouse.up()
    held = tab.evaluate("gridder.review.hand.map(b => gridder.data.buildings[b][0])")
    assert held == ["L001", "L002", "L009", "L010"]
    assert tab.locator(".pick-box").count() == 0


def test_the_check_agrees_with_the_plan_on_every_move(open_page: Any) -> None:
    """An oracle in Python: connected parts of the sample's passable edges, for each building and each grid."""
    tab = open_page("A")
    seen = tab.evaluate(
        """() => gridder.data.buildings.map((row, b) => gridder.data.grids.map((grid, g) =>
             gridder.review.check(gridder.review.state, [b], g).after.map(j =>
               [gridder.data.grids[j.g].code, j.households, j.pieces.length])))"""
    )
    sample = sample_run()
    mine = sample.buildings[sample.buildings["community_id"] == A].sort_index()
    codes = sorted(set(mine["grid_code"]))
    edges = sample.edges[sample.edges["passable"]]
    for b, building in enumerate(mine.index):
        for g, target in enumerate(codes):
            after = mine["grid_code"].copy()
            after[building] = target
            for code, households, pieces in seen[b][g]:
                members = after.index[after == code]
                assert households == mine["households"][members].sum()
                assert pieces == count_parts(members, edges)


def count_parts(members: pd.Index, edges: pd.DataFrame) -> int:
    """Return the number of connected parts of some cells."""
    parts = {cell: {cell} for cell in members}
    for a, b in zip(edges["cell_a"], edges["cell_b"], strict=True):
        if a in parts and b in parts and parts[a] is not parts[b]:
            parts[a] |= parts[b]
            for cell in parts[b]:
                parts[cell] = parts[a]
    return len({id(part) for part in parts.values()})


# ── undo, keeping, files ──


def test_undo_and_redo_by_keys(open_page: Any) -> None:
    tab = open_page("A")
    tab.click(".wide-edit")
    assert tab.locator("#undo").is_disabled()
    pick(tab, "L003")
    tab.click("#move")
    tab.keyboard.press("Control+z")
    assert tab.evaluate("gridder.review.state.moves.length") == 0
    assert tab.locator("#review-note").inner_text().startswith("已撤销：柳堤路3号楼 移到 004")
    assert row(tab, "002").locator(".round").inner_text() != "待重算"
    tab.keyboard.press("Control+Shift+z")
    assert tab.evaluate("gridder.review.state.moves.length") == 1


def test_work_outlives_a_reload_and_is_cleared(open_page: Any) -> None:
    tab = open_page("A")
    tab.click(".wide-edit")
    pick(tab, "L003")
    tab.click("#move")
    row(tab, "001").locator(".row").click()
    row(tab, "001").locator("textarea").fill("大厅要再近一些")
    tab.click('tbody.chosen [data-tool="reject"]')
    assert tab.locator("#kept").inner_text() == "已存在本机，刷新不丢"
    tab.reload()
    assert tab.locator("#pending-rows tr").count() == 1
    assert tab.evaluate("Object.values(gridder.review.state.notes)") == [
        {"text": "大厅要再近一些", "verdict": "reject"}
    ]
    tab.click("#sign-open")
    tab.click("#clear")
    assert tab.evaluate("gridder.review.isBlank() && localStorage.length === 0")
    tab.keyboard.press("Escape")
    tab.click("#undo")
    assert tab.evaluate("gridder.review.state.moves.length") == 1


@pytest.mark.parametrize(
    ("error", "said"), [("SecurityError", "浏览器不允许保存"), ("QuotaExceededError", "浏览器存储已满")]
)
def test_a_browser_that_keeps_nothing_is_told(open_page: Any, error: str, said: str) -> None:
    trap = f"Storage.prototype.setItem = () => {{ throw new DOMException('no', '{error}'); }};"
    tab = open_page("A", script=trap)
    tab.click(".wide-edit")
    pick(tab, "L003")
    tab.click("#move")
    assert tab.locator("#kept.bad").inner_text().startswith(said)
    assert tab.evaluate("gridder.review.state.moves.length") == 1


def test_another_plan_has_its_own_work(open_page: Any) -> None:
    tab = open_page("A")
    row(tab, "001").locator(".row").click()
    tab.click('[data-tool="accept"]')
    assert tab.evaluate(f"localStorage.getItem('gridder:{PLAN}:{A}') !== null")


def test_what_is_imported_is_what_was_exported(open_page: Any, tmp_path: Path) -> None:
    tab = open_page("A")
    upload(tab, edits_file())
    assert "已导入 意见.json：改动 1 项，锁定 1 格，意见 1 条" in tab.locator("#review-note").inner_text()
    tree = export(tab, tmp_path)
    assert {**tree, "signed_at": ""} == edits_file(reviewer="王复核", verdict="accept")
    assert pd.Timestamp(tree["signed_at"]).tzinfo is not None
    tab.click("#sign-close")
    tab.keyboard.press("Control+z")
    assert tab.evaluate("gridder.review.isBlank()") or tab.evaluate("gridder.review.state.moves.length === 0")


@pytest.mark.parametrize(
    ("tree", "said"),
    [
        ("{", "不是 JSON 文件"),
        ({"schema": 2}, "不是审核意见文件"),
        (edits_file(plan_sha256="7" * 64), "其指纹 777777777777…，本方案 555555555555…"),
        (edits_file(community_id="220202001009"), "属于社区 220202001009"),
        (edits_file(edits=[{"building_id": "constructor", "to_grid": A + "001"}]), "有 1 栋楼不在本社区：constructor"),
        (edits_file(locks=["__proto__", "x"]), "有 2 个网格编号不在本方案：__proto__、x"),
        (edits_file(edits="none"), "应为列表"),
        (
            edits_file(edits=[{"building_id": "L003", "to_grid": A + n} for n in ("001", "004")]),
            "楼栋 L003 被移到两个不同的网格",
        ),
    ],
)  # fmt: skip
def test_a_file_that_does_not_fit_changes_nothing(open_page: Any, tree: Any, said: str) -> None:
    tab = open_page("A")
    row(tab, "002").locator(".row").click()
    tab.click('[data-tool="accept"]')
    before = tab.evaluate("JSON.stringify(gridder.review.state)")
    upload(tab, tree)
    assert said in tab.locator("#review-note").inner_text()
    assert said in tab.locator("#said-loud").inner_text()
    assert tab.evaluate("JSON.stringify(gridder.review.state)") == before


def test_export_asks_for_name_and_verdict(open_page: Any) -> None:
    tab = open_page("A")
    tab.click("#sign-open")
    tab.click('#sign button[type="submit"]')
    assert tab.evaluate("document.activeElement.id") == "reviewer"
    tab.keyboard.type("王")
    tab.click('#sign button[type="submit"]')
    assert tab.evaluate("document.activeElement.name") == "verdict"
    assert "未复核的网格 6 个" in tab.locator("#open-items").inner_text()


# ── text is text ──


def test_hostile_names_are_text_wherever_they_are_said(open_page: Any, tmp_path: Path) -> None:
    tab = open_page("hostile")
    name = HOSTILE + "{{7*7}} 7号楼"
    tab.click(".wide-edit")
    pick(tab, "L003")
    assert tab.locator("#check-title").inner_text() == name
    assert tab.locator(".review-flag").inner_text().startswith(name)
    tab.fill("#reason", HOSTILE)
    tab.click("#move")
    assert tab.locator("#pending-rows th").inner_text() == name
    assert tab.locator("#review-note span").inner_text().startswith(name)
    row(tab, "001").locator(".row").click()
    assert tab.locator("tbody.chosen .members label.who").first.inner_text() == name
    row(tab, "001").locator("textarea").fill(HOSTILE + "{{7*7}}")
    pick(tab, "L027")
    aim(tab, "003")
    assert HOSTILE in tab.locator("#check-lines li.note").inner_text()
    tab.keyboard.press("Escape")
    upload(tab, edits_file(edits=[{"building_id": HOSTILE, "to_grid": A + "001"}]))
    assert HOSTILE in tab.locator("#review-note").inner_text()
    tree = export(tab, tmp_path)
    assert tree["edits"][0]["reason"] == HOSTILE and tree["comments"][0]["text"] == HOSTILE + "{{7*7}}"
    tab.reload()
    assert tab.locator("#pending-rows .reason input").input_value() == HOSTILE
    assert tab.locator("img").count() == 0 and tab.locator("text=49").count() == 0


# ── keyboard, screen reader, screens ──


def test_a_move_by_keyboard_alone(open_page: Any) -> None:
    """Row, boxes, M to the target, Enter; accepted, locked and commented by keys as well."""
    tab = open_page("A")
    tab.locator(".wide-edit").focus()
    tab.keyboard.press("Enter")
    row(tab, "002").locator(".open").focus()
    tab.keyboard.press("Enter")
    box = row(tab, "002").locator("input.pick").nth(2)
    for _ in range(30):
        if tab.evaluate("document.activeElement.dataset.b") == "2":
            break
        tab.keyboard.press("Tab")
    assert box.evaluate("node => node === document.activeElement")
    assert box.evaluate("node => getComputedStyle(node).outlineStyle") == "solid"  # the focus can be seen
    tab.keyboard.press("Space")
    assert tab.locator("#answer h3").inner_text() == "✓ 可以移动"
    tab.keyboard.press("m")
    assert tab.evaluate("document.activeElement.id") == "target"
    tab.keyboard.press("Enter")
    assert tab.evaluate("gridder.review.state.moves.map(m => m.to)") == [3]
    assert tab.evaluate("document.activeElement.getAttribute('aria-controls')") == "detail-1"
    assert tab.locator("#said").inner_text() == "柳堤路3号楼 移到 004"
    tab.keyboard.press("l")
    assert tab.evaluate("gridder.review.state.locks") == [1]
    tab.keyboard.press("c")
    tab.keyboard.type("mlc")  # letters typed are letters
    assert row(tab, "002").locator("textarea").input_value() == "mlc"
    tab.keyboard.press("Shift+Tab")
    tab.keyboard.press("Escape")
    assert tab.evaluate("gridder.review.state.notes[1].text") == "mlc"


def test_a_refusal_interrupts_and_a_total_does_not(open_page: Any) -> None:
    tab = open_page("A")
    tab.click(".wide-edit")
    pick(tab, "L003")
    assert tab.locator("#answer").get_attribute("aria-live") == "polite"
    pick(tab, "L011")
    aim(tab, "004")
    assert tab.locator("#answer").get_attribute("aria-live") == "assertive"
    assert tab.locator("#live-totals").get_attribute("aria-live") == "polite"


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("size", SIZES)
def test_axe_finds_nothing_serious(open_page: Any, size: str, lang: str) -> None:
    tab = open_page("A", size, lang)
    assert serious(tab) == []
    row(tab, "001").locator(".row").click()
    tab.click("[data-edit]:visible")
    tab.evaluate("gridder.review.take([2])")
    assert serious(tab) == []
    tab.click("#move")
    tab.evaluate("gridder.review.take([10]); gridder.review.aim(3)")
    assert serious(tab) == []
    tab.click("#sign-open")
    assert serious(tab) == []


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("size", SIZES)
def test_nothing_sticks_out_while_editing(open_page: Any, size: str, lang: str) -> None:
    tab = open_page("A", size, lang)
    tab.click("[data-edit]:visible")
    tab.evaluate("gridder.review.take([10]); gridder.review.aim(3)")
    tab.click("#move")
    tab.click("#sign-open")
    assert tab.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0
    for part in (".edit-bar", "#grids", ".review-foot"):
        wide = tab.evaluate(
            "part => { const n = document.querySelector(part); return n.scrollWidth - n.clientWidth; }", part
        )
        assert wide <= 0, part
    if lang == "en":
        assert not any("\u4e00" <= ch <= "\u9fff" for ch in tab.locator(".edit-bar").inner_text())


def test_a_page_without_grids_has_nothing_to_review(open_page: Any) -> None:
    tab = open_page("C")
    assert tab.locator("[data-edit], #sign-open, #edit-bar").count() == 0


# ── the whole way ──

TORN = """() => {
  const R = gridder.review, n = gridder.data.buildings.length, of = R.gridsOf(R.state);
  for (let a = 0; a < n; a++) for (let b = a + 1; b < n; b++) {
    if (of[a] !== of[b]) continue;
    const hit = R.targets(R.state, [a, b]).find(t => t.near && t.check.broken.some(x => x.key === "torn" && x.g === of[a]));
    if (hit) return {ids: [a, b].map(i => gridder.data.buildings[i][0]), to: hit.g};
  }
}"""
FINE = """() => {
  const R = gridder.review;
  for (let b = 0; b < gridder.data.buildings.length; b++) {
    const hit = gridder.data.buildings[b][3] && R.targets(R.state, [b]).find(t => t.near && !t.check.broken.length);
    if (hit) return {id: gridder.data.buildings[b][0], to: hit.g};
  }
}"""


def test_a_review_from_the_page_to_the_new_plan(open_page: Any, tmp_path: Path) -> None:
    """Move, see totals and a broken contiguity, undo, move another, comment, reload, export; regenerate takes the file."""
    source, old = write_small(tmp_path / "a.gpkg", underpass=True), tmp_path / "old"
    assert run("plan", source, "--out", old, "--effort", "quick", "-q")[0] == 0
    tab = open_page(old / "maps" / f"{EAST}.html")
    tab.click(".wide-edit")
    torn = tab.evaluate(TORN)  # two neighbours of a corner: it is left alone
    fine = tab.evaluate(FINE)
    pick(tab, torn["ids"][0])
    pick(tab, torn["ids"][1], more=True)
    tab.select_option("#target", str(torn["to"]))
    assert "断成 2 块" in tab.locator("#answer").inner_text()
    tab.click("#move")
    assert tab.locator("tbody.pending .status.exception").count() >= 1
    assert "个需要看" in tab.locator("#live-totals").inner_text()
    tab.click("#undo")
    assert not tab.locator("#live-totals").is_visible()
    pick(tab, fine["id"])
    tab.select_option("#target", str(fine["to"]))
    tab.fill("#reason", "同走一条巡线")
    tab.click("#move")
    tab.locator("tbody.grid .row").first.click()
    tab.locator("tbody.chosen textarea").fill("同意")
    tab.click('tbody.chosen [data-tool="accept"]')
    tab.reload()
    tree = export(tab, tmp_path)
    code = tab.evaluate(f"gridder.data.grids[{fine['to']}].code")
    assert tree["plan_sha256"] == plan_sha256(old) and tree["community_id"] == EAST
    assert tree["edits"] == [
        {"building_id": fine["id"], "unit": None, "to_grid": code, "reason": "同走一条巡线"}
    ]
    assert [c["text"] for c in tree["comments"]] == ["同意"]
    edits = ["--edits", tmp_path / "edits.json"]
    done, _, trouble = run("regenerate", source, "--from", old, *edits, "--out", tmp_path / "new", "-q")
    assert done in (0, 4), trouble
    rows = pd.read_csv(tmp_path / "new" / "assignments.csv", dtype=str, encoding="utf-8-sig")
    assert dict(zip(rows["building_id"], rows["grid_code"], strict=True))[fine["id"]] == code


def test_paper_shows_the_plan_and_says_what_is_pending(open_page: Any) -> None:
    tab = open_page("A")
    tab.emulate_media(media="print")
    tab.wait_for_function("gridder.printing")
    plain = tab.evaluate("[map_main.getZoom(), map_main.getCenter().lat, map_main.getCenter().lng]")
    tab.emulate_media(media="screen")
    tab.wait_for_function("!gridder.printing")
    tab.click(".wide-edit")
    pick(tab, "L011")
    aim(tab, "004")
    tab.click("#move")
    pick(tab, "L003")
    tab.emulate_media(media="print")
    tab.wait_for_function("gridder.printing")
    assert tab.evaluate(
        "[map_main.getZoom(), map_main.getCenter().lat, map_main.getCenter().lng]"
    ) == pytest.approx(plain, abs=1e-6)
    assert (
        tab.locator("tbody.pending").count() == 0 and row(tab, "004").locator(".count").inner_text() == "488"
    )
    assert tab.locator("#print-pending").inner_text().startswith("本页有 1 栋待定改动，未计入本方案")
    assert tab.locator(".edit-bar, #check, .review-foot").evaluate_all(
        "nodes => nodes.every(n => !n.offsetParent)"
    )
    tab.emulate_media(media="screen")
    tab.wait_for_function("!gridder.printing")
    assert row(tab, "004").locator(".now").inner_text() == "568"
    assert tab.locator(".review-flag").count() == 1


def test_two_windows_of_one_page_share_their_work(open_page: Any) -> None:
    tab = open_page("A")
    other = tab.context.new_page()
    other.goto(tab.url)
    row(tab, "001").locator(".row").click()
    tab.click('[data-tool="accept"]')
    other.wait_for_function("Object.keys(gridder.review.state.notes).length === 1")
    assert row(other, "001").locator(".mark.accept").count() == 1


@pytest.mark.parametrize(
    ("typed", "kind", "shown"),
    [
        ("003", "网格", "003"), (A + "004", "网格", "004"), ("锦绣", "小区", None),
        ("l019", "楼栋", "003"), ("柳堤路19号", "楼栋", "003"),
    ],
)  # fmt: skip
def test_search_by_grid_compound_building_and_address(
    open_page: Any, typed: str, kind: str, shown: str
) -> None:
    tab = open_page("A")
    before = tab.evaluate("map_main.getZoom()")
    tab.fill("#search", typed)
    assert tab.locator("#found li").first.inner_text().split("\n")[-1].startswith(kind)
    tab.keyboard.press("Enter")
    assert tab.evaluate("map_main.getZoom()") > before
    if shown:
        assert tab.locator("tbody.chosen .open b").inner_text() == shown


def test_search_says_how_many_it_found_and_where_a_moved_building_is(open_page: Any) -> None:
    tab = open_page("A")
    tab.fill("#search", "柳堤路")
    assert tab.locator("#found li").count() == 13
    assert tab.locator("#found li").last.inner_text() == "另有 28 项，请多输入几个字"
    assert tab.locator("#hint").inner_text() == "找到 40 项"
    upload(tab, edits_file())
    tab.fill("#search", "柳堤路3号楼")
    assert tab.locator("#found li").first.inner_text().split("\n")[-1] == "楼栋 004"


def test_the_filter_follows_the_changes(open_page: Any) -> None:
    tab = open_page("A")
    tab.click(".wide-edit")
    pick(tab, "L011")
    aim(tab, "004")
    tab.click("#move")
    look = tab.locator('[data-filter="look"]')
    assert look.inner_text() == "只看需要看的 3"  # 005 as before, 002 now too small, 004 too large
    look.click()
    assert tab.locator("tbody.grid:visible .open b").all_inner_texts() == ["005", "002", "004"]
    tab.click('[data-filter="changed"]')
    assert tab.locator("tbody.grid:visible .open b").all_inner_texts() == ["002", "004"]
    tab.click("#undo")
    assert tab.locator("tbody.grid:visible").count() == 6
