"""The map under review: grids and boundaries follow what is moved, marks are explained, keys do what a pointer does."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest
import shapely
from review_page import PLAN, aim, draw_pages, edits_file, export, opening, pick, row, serious, upload
from sample_run import HOSTILE, A, sample_run
from shapely.geometry import MultiPolygon, Polygon
from small_district import EAST, buildings, write_small
from test_cli import run

from gridder.errors import Finding
from gridder.tables import Run

pytestmark = pytest.mark.browser
TOWER = ("L019", "L020")  # two neighbours of 003, here entrance units of one building


def reviewed(run: Run) -> Run:
    """Return the sample as it stands after a review with hostile words in it."""
    told = [
        {"grid_code": A + "002", "text": HOSTILE + "\n{{7*7}}", "verdict": "reject"},
        {"grid_code": A + "003", "text": "好", "verdict": "accept"},
        {"grid_code": A + "099", "text": "旧的", "verdict": ""},
    ]
    review = {
        "plan_sha256": "4" * 64, "community_id": A, "reviewer": HOSTILE, "signed_at": "2026-11-20T14:03:00+08:00",
        "verdict": "reject", "edits": [], "locks": [A + "001"], "comments": told,
    }  # fmt: skip
    same = Finding("edits.sent_back_same", "warning", {"n": 1}, (A + "002",))
    return replace(run, options=run.options | {"reviews": [review]}, findings=(*run.findings, same))


def with_tower(run: Run) -> Run:
    """Return the sample with two cells of 003 as units of one building of 520 households."""
    tower = run.buildings.index.isin(TOWER)
    buildings = run.buildings.assign(
        building_id=run.buildings["building_id"].where(~tower, "T1"),
        unit=[TOWER.index(i) + 1 if i in TOWER else "" for i in run.buildings.index],
        households=run.buildings["households"].where(~tower, 260),
    )
    return replace(run, buildings=buildings.astype({"unit": str}))


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Return pages of the sample: as it is, after a review, with a tower of two units, without cells."""
    folder = tmp_path_factory.mktemp("ground")
    sample = sample_run()
    plain = replace(sample, options=sample.options | {"plan_sha256": PLAN})
    runs = {"A": plain, "reviewed": reviewed(plain), "tower": with_tower(plain)}
    runs["bare"] = replace(plain, cells=plain.cells.iloc[:0])
    return draw_pages(folder, runs)


@pytest.fixture
def open_page(browser: Any, files: dict[str, Path]) -> Iterator[Any]:
    with opening(browser, files) as open_:
        yield open_


# ── ground ──

GROUNDS = """() => gridder.page.grounds.map(layer => layer.getLatLngs().map(
    ring => [].concat(ring).map(at => [at.lng, at.lat])))"""
LINES = """() => { const found = {};
  map_main.eachLayer(layer => {
    if (!(layer instanceof L.Polyline) || layer instanceof L.Polygon || layer.options.pane !== "boundaries") return;
    const flat = parts => Array.isArray(parts[0]) ? parts : [parts], key = layer.options.color;
    found[key] = (found[key] || []).concat(flat(layer.getLatLngs()).map(line => line.map(at => [at.lng, at.lat])));
  });
  return found; }"""


def area_of(rings: list[Any]) -> Any:
    """Return rings as an area, the parity of rings deciding what is inside."""
    shape: Any = MultiPolygon()
    for ring in (ring for ring in rings if len(ring) > 2):
        shape = shape.symmetric_difference(Polygon(ring))
    return shape


def cells_of() -> gpd.GeoSeries:
    """Return the cells of the sample's community in degrees, by building."""
    sample = sample_run()
    mine = sample.cells[sample.cells["community_id"] == A].sort_index()
    return mine.geometry.to_crs(4326)


def move(tab: Any, ids: list[str], no: str) -> None:
    """Move buildings, whatever it breaks."""
    tab.evaluate(
        """([ids, no]) => { const R = gridder.review, D = gridder.data;
            const rows = ids.map(id => D.buildings.findIndex(row => row[0] === id));
            const g = D.grids.findIndex(grid => grid.no === no);
            R.apply(R.withMoves(R.state, rows, g), {key: "moved", rows: rows, g: g}); }""",
        [ids, no],
    )


@pytest.mark.parametrize(
    "moves", [{"L003": "004"}, {"L025": "003", "L026": "003"}, {"L011": "004", "L004": "002", "L027": "005"}]
)
def test_grids_cover_what_is_moved_to_them(open_page: Any, moves: dict[str, str]) -> None:
    """The union of the cells by shapely, to a decimetre: single moves, two at once, one far from its grid."""
    tab = open_page("A")
    before = tab.evaluate(GROUNDS)
    for building, no in moves.items():
        move(tab, [building], no)
    cells, sample = cells_of(), sample_run()
    grid_of = sample.buildings.loc[cells.index, "grid_code"].to_dict() | {
        b: A + no for b, no in moves.items()
    }
    codes = tab.evaluate("gridder.data.grids.map(grid => grid.code)")
    for code, rings in zip(codes, tab.evaluate(GROUNDS), strict=True):
        wanted = shapely.union_all([cell for b, cell in cells.items() if grid_of[b] == code])
        assert area_of(rings).symmetric_difference(wanted).buffer(-2e-6).is_empty, code
    drawn = tab.evaluate(LINES)
    fresh = shapely.MultiLineString(drawn["#9C1458"])
    old = shapely.union_all([area_of(rings).boundary for rings in before])
    assert fresh.length > 1e-4 and fresh.difference(old.buffer(2e-6)).length > 0.8 * fresh.length
    for _ in moves:
        tab.keyboard.press("Control+z")
    assert tab.evaluate(GROUNDS) == before and "#9C1458" not in tab.evaluate(LINES)


def test_the_ground_that_would_be_cut_off_is_hatched(open_page: Any) -> None:
    """The west of 001 when its middle column goes to 003: the two cells that the page names, by shapely."""
    tab = open_page("A")
    tab.click(".wide-edit")
    rows = tab.evaluate(
        "['L025', 'L026', 'L027'].map(id => gridder.data.buildings.findIndex(row => row[0] === id))"
    )
    tab.evaluate("rows => { gridder.review.take(rows); gridder.review.aim(2); }", rows)
    cut = tab.evaluate(
        """() => gridder.review.check(gridder.review.state, gridder.review.hand, 2).cut.map(b => gridder.data.buildings[b][0])"""
    )
    drawn = tab.evaluate(
        """() => { let found = []; map_main.eachLayer(layer => {
            if (layer.options.pane === "chosen" && layer.options.dashArray === "7 4") found = layer.getLatLngs(); });
            return found.map(ring => ring.map(at => [at.lng, at.lat])); }"""
    )
    wanted = shapely.union_all(cells_of().loc[cut].to_numpy())
    assert len(cut) == 2 and area_of(drawn).symmetric_difference(wanted).buffer(-2e-6).is_empty


def test_an_emptied_grid_has_no_ground_and_breaks_nothing(open_page: Any) -> None:
    tab = open_page("A")
    tab.click(".wide-edit")
    move(tab, tab.evaluate("gridder.data.buildings.filter(r => r[4] === 3).map(r => r[0])"), "002")
    assert area_of(tab.evaluate(GROUNDS)[3]).area == 0
    row(tab, "004").locator(".row").click()
    tab.mouse.move(500, 400)
    assert "004 没有楼栋了" in tab.locator("tbody.chosen .told").inner_text()


def test_paper_shows_the_grounds_of_the_plan(open_page: Any) -> None:
    tab = open_page("A")
    before = tab.evaluate(GROUNDS)
    move(tab, ["L003", "L011"], "004")
    moved = tab.evaluate(GROUNDS)
    tab.emulate_media(media="print")
    tab.wait_for_function("gridder.printing")
    assert tab.evaluate(GROUNDS) == before and "#9C1458" not in tab.evaluate(LINES)
    tab.emulate_media(media="screen")
    tab.wait_for_function("!gridder.printing")
    assert tab.evaluate(GROUNDS) == moved != before and "#9C1458" in tab.evaluate(LINES)


def test_a_page_without_cells_keeps_the_grounds_of_the_plan(open_page: Any) -> None:
    tab = open_page("bare")
    before = tab.evaluate(GROUNDS)
    move(tab, ["L003"], "004")
    assert tab.evaluate(GROUNDS) == before
    assert row(tab, "002").locator(".round").inner_text() == "待重算"


# ── words ──


@pytest.mark.parametrize(
    ("lang", "said"),
    [
        ("zh", "柳堤路1号楼与 003 不相邻，003 会成 2 块（8 栋 348 户 | 1 栋 72 户）。"),
        (
            "en",
            "柳堤路1号楼 not next to 003, which comes to be in pieces (2: 8 bldg, 348 hh | 1 bldg, 72 hh).",
        ),
    ],
)
def test_a_grid_that_is_not_adjacent_is_called_so(open_page: Any, lang: str, said: str) -> None:
    """L001 in the south-west corner to 003 in the north-east: it comes to lie apart; nothing of 003 is cut off."""
    tab = open_page("A", lang=lang)
    tab.click(".wide-edit")
    pick(tab, "L001")
    aim(tab, "003")
    answer = tab.locator("#answer").inner_text()
    assert said in answer and "断成" not in answer and "lose contact" not in answer
    assert not tab.locator("#take-along").is_visible()


def test_signing_lists_all_that_is_open(open_page: Any) -> None:
    """005 breaks the window in the plan; 004 by a move; 001 is sent back, 002 has a comment alone."""
    tab = open_page("A")
    tab.click(".wide-edit")
    move(tab, ["L011"], "004")
    for no, tool in (("001", "reject"), ("002", ""), ("003", "accept")):
        row(tab, no).locator(".row").click()
        if tool:
            tab.click(f'tbody.chosen [data-tool="{tool}"]')
        else:
            tab.locator("tbody.chosen textarea").fill("再看")
            tab.keyboard.press("Tab")
    tab.click("#sign-open")
    items = tab.locator("#open-items li").all_inner_texts()
    assert any("004 为 568 户，超过上限" in item for item in items)
    assert items[-4:] == [
        "方案中不合规的网格 1 个：005", "退回修改的网格 1 个：001", "有批注的网格 1 个：002",
        "未复核的网格 4 个：002、004、005、901",
    ]  # fmt: skip
    tab.check('input[name="verdict"][value="accept"]')
    assert "同意本社区方案，但退回了网格 001" in tab.locator("#open-items").inner_text()


def test_a_comment_without_a_verdict_is_exported_without_one(open_page: Any, tmp_path: Path) -> None:
    tab = open_page("A")
    comments = [
        {"grid_code": A + "001", "text": "好"},
        {"grid_code": A + "002", "text": "", "verdict": "reject"},
    ]
    upload(tab, edits_file(comments=[comments[0] | {"verdict": None}, comments[1]]))
    assert export(tab, tmp_path)["comments"] == comments


def test_another_plans_file_is_refused_with_the_way_out(open_page: Any) -> None:
    tab = open_page("A", lang="en")
    upload(tab, edits_file(plan_sha256="7" * 64))
    said = tab.locator("#review-note").inner_text()
    assert "its fingerprint is 777777777777…, this plan's 555555555555…" in said
    assert "Import it on the page of the delivery with that fingerprint" in said


# ── marks and keys ──


@pytest.mark.parametrize(("size", "shown"), [("wide", True), ("middle", False), ("phone", False)])
def test_marks_are_explained_while_grids_are_adjusted(open_page: Any, size: str, shown: bool) -> None:
    """Beside the map where it has a gutter, else under the list of changes; the layers give way, and come back."""
    tab = open_page("A", size)
    was = tab.evaluate("document.querySelector('.legend').open")
    assert not tab.locator("#edit-marks").is_visible()
    tab.click("[data-edit]:visible")
    assert tab.locator("#edit-marks").is_visible() == shown and not tab.evaluate(
        "document.querySelector('.legend').open"
    )
    if not shown:
        tab.click("#tab-pending")
        assert "将被断开" in tab.locator(".marks-below").inner_text()
    assert tab.locator(".marks:visible li").count() == 6
    if not shown:
        tab.click("#tab-grids")
    tab.click("[data-edit]:visible")
    assert tab.evaluate("document.querySelector('.legend').open") == was
    assert not tab.locator("#edit-marks").is_visible()


def test_buildings_are_taken_in_a_row_by_key(open_page: Any) -> None:
    tab = open_page("A")
    tab.click(".wide-edit")
    row(tab, "002").locator(".row").click()
    boxes = row(tab, "002").locator("input.pick")
    held = "gridder.review.hand.map(b => gridder.data.buildings[b][0])"
    boxes.nth(0).focus()
    tab.keyboard.press("ArrowDown")
    assert tab.evaluate(held) == [] and boxes.nth(1).evaluate("node => node === document.activeElement")
    tab.keyboard.press("Shift+ArrowDown")
    tab.keyboard.press("Shift+ArrowDown")
    assert tab.evaluate(held) == ["L002", "L003", "L009"]
    tab.keyboard.press("Shift+ArrowUp")  # goes back over what is held, and lets nothing go
    assert tab.evaluate(held) == ["L002", "L003", "L009"]
    tab.keyboard.press("Control+a")
    assert len(tab.evaluate(held)) == 6 and boxes.nth(5).is_checked()
    tab.keyboard.press("Control+a")
    assert tab.evaluate(held) == []


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_keys_are_listed(open_page: Any, lang: str) -> None:
    tab = open_page("A", lang=lang)
    tab.keyboard.press("?")
    assert not tab.locator("#keys dl").is_visible()  # while grids are adjusted
    tab.click(".wide-edit")
    tab.keyboard.press("?")
    assert tab.locator("#keys dl > div").count() == 11 and tab.locator("#keys dl").is_visible()
    words = tab.locator("#keys").inner_text()
    assert ("框选要用鼠标或触摸" if lang == "zh" else "A box is drawn with mouse or finger") in words
    assert serious(tab) == []
    tab.keyboard.press("?")
    assert not tab.locator("#keys dl").is_visible()


# ── the last review ──


def test_the_last_review_stands_with_its_grids_as_text(open_page: Any) -> None:
    tab = open_page("reviewed")
    assert row(tab, "002").locator(".review").inner_text().startswith("↩")
    row(tab, "002").locator(".row").click()
    note = row(tab, "002").locator(".earlier-note").inner_text()
    assert note.startswith(f"上次退回（{HOSTILE}，2026-11-20 14:03）") and "退回后楼栋没有变化" in note
    assert HOSTILE + "\n{{7*7}}" in note
    tab.click(".earlier summary")
    whole = tab.locator(".earlier").inner_text()
    assert (
        "退回本社区方案；移动 0 项，锁定 1 格，退回 1 格，批注 3 条" in whole
        and "原网格 " + A + "099" in whole
    )
    assert tab.locator("img").count() == 0 and tab.locator("text=49").count() == 0
    row(tab, "002").locator('[data-tool="accept"]').click()
    assert row(tab, "002").locator(".review").inner_text().startswith("✓")
    assert serious(tab) == []


def test_a_page_of_a_plan_without_review_says_nothing_of_one(open_page: Any) -> None:
    assert open_page("A").locator(".earlier, .earlier-note").count() == 0


# ── towers ──

LAWFUL_UNIT = """() => {
  const R = gridder.review;
  for (const b of R.rowsOf("E06")) {
    const hit = R.targets(R.state, [b]).find(t => t.near && !t.check.broken.length);
    if (hit) return {b: b, to: hit.g, unit: gridder.data.buildings[b][1]};
  }
}"""


def test_one_unit_of_a_tower_moves_alone(open_page: Any, tmp_path: Path) -> None:
    """520 households in two units: the rules cut it, so a unit may move; half a house of 60 may not."""
    tab = open_page("tower")
    tab.click(".wide-edit")
    assert tab.evaluate("gridder.review.rowsOf('T1').length") == 2
    pick(tab, "T1")
    unit = tab.evaluate("gridder.review.hand.map(b => gridder.data.buildings[b].slice(0, 4))")
    assert [(one[0], one[1], one[3]) for one in unit] == [("T1", "1", 260)]
    aim(tab, "001")
    assert tab.locator("#check-lines li").nth(0).inner_text().endswith("003：768 → 508　001：404 → 664")
    assert tab.locator("#answer").inner_text().count("断成") == 0
    assert "整栋" not in tab.locator("#check-lines").inner_text()
    tab.fill("#reason", "分单元")
    tab.click("#move")
    tree = export(tab, tmp_path)
    assert tree["edits"] == [{"building_id": "T1", "unit": "1", "to_grid": A + "001", "reason": "分单元"}]
    tab.click("#sign-close")
    tab.evaluate(
        "gridder.review.take([gridder.data.buildings.findIndex(row => row[0] === 'T1' && row[1] === '2')])"
    )
    aim(tab, "001")
    tab.fill("#reason", "分单元")
    tab.click("#move")
    assert export(tab, tmp_path)["edits"] == [
        {"building_id": "T1", "unit": None, "to_grid": A + "001", "reason": "分单元"}
    ]


def test_a_unit_moved_on_the_page_is_moved_by_regenerate(open_page: Any, tmp_path: Path) -> None:
    """A tower of 520 cut into three: page and new plan agree on the unit, on both grids' households and pieces."""
    houses = buildings().assign(units=None)
    houses.loc[houses["building_id"] == "E06", ["units", "households"]] = ["10,240,270", 520]
    source, old = write_small(tmp_path / "a.gpkg", underpass=True, buildings=houses), tmp_path / "old"
    assert run("plan", source, "--out", old, "--effort", "quick", "-q")[0] in (0, 4)
    tab = open_page(old / "maps" / f"{EAST}.html")
    found = tab.evaluate(LAWFUL_UNIT)
    assert found, "no unit of the tower can move lawfully"
    tab.click(".wide-edit")
    tab.evaluate("({b, to}) => { gridder.review.take([b]); gridder.review.aim(to); }", found)
    assert tab.locator("#answer h3").inner_text() == "✓ 可以移动"
    tab.click("#move")
    totals = tab.evaluate("gridder.data.grids.map((grid, g) => [grid.code, gridder.page.householdsOf(g)])")
    tree = export(tab, tmp_path)
    assert [(e["building_id"], e["unit"]) for e in tree["edits"]] == [("E06", found["unit"])]
    edits = ["--edits", tmp_path / "edits.json", "--effort", "quick", "-q"]
    done, _, trouble = run("regenerate", source, "--from", old, *edits, "--out", tmp_path / "new")
    assert done in (0, 4), trouble
    homes = gpd.read_file(tmp_path / "new" / "plan.gpkg", layer="buildings")
    mine = homes[(homes["building_id"] == "E06") & (homes["unit"] == found["unit"])]
    assert list(mine["grid_code"]) == [tree["edits"][0]["to_grid"]]
    assert homes[homes["community_id"] == EAST].groupby("grid_code")["households"].sum().to_dict() == dict(
        totals
    )
    kept = json.loads((tmp_path / "new" / "plan.json").read_text("utf-8"))["options"]["reviews"]
    assert [review["reviewer"] for review in kept] == ["王复核"]
    new = open_page(tmp_path / "new" / "maps" / f"{EAST}.html")
    new.click(".earlier summary")
    assert "同意本社区方案；移动 1 项" in new.locator(".earlier").inner_text()
