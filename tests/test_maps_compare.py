"""Two plans side by side: figures and histories that agree with the tables, one view, names as text."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import openpyxl
import pandas as pd
import pytest
from page_shapes import data_of, read_shapes
from sample_run import FORMULA, HOSTILE, A, B, sample_run
from shapely import union_all

from gridder.changes import list_changes
from gridder.outputs.maps.compare import colour_new, colour_old, draw_compare, write_compare_sheet
from gridder.outputs.maps.compare_data import list_buildings, pack_pieces
from gridder.outputs.maps.compare_facts import Pair, percent
from gridder.tables import Run


def make_older(run: Run, moves: Mapping[str, str]) -> Run:
    """Return the plan with some buildings in other grids: ``moves`` says building → grid code."""
    buildings = run.buildings.assign(
        grid_code=[
            moves.get(b, c) for b, c in zip(run.buildings.building_id, run.buildings.grid_code, strict=True)
        ]
    )
    cells = run.cells.assign(grid_code=buildings.grid_code)
    rows = []
    for code, mine in cells[cells.grid_code != ""].groupby("grid_code", sort=True):
        households = int(mine.households.sum())
        status = "special" if code[12:] == "901" else "lawful" if 300 <= households <= 500 else "exception"
        facts = {"grid_code": code, "community_id": code[:12], "grid_no": code[12:], "households": households}
        rows.append(
            facts | {"buildings": len(mine), "status": status, "geometry": union_all(list(mine.geometry))}
        )
    grids = gpd.GeoDataFrame(rows, geometry="geometry", crs=run.crs).set_index("grid_code", drop=False)
    return replace(run, buildings=buildings, cells=cells, grids=grids)


def make_pair() -> tuple[Run, Run]:
    """Return an older and a newer plan.

    In B, grid 001 held everything (752 households, too many) and is split; in A, L019 (48) goes from 001 to
    003, L020 (52) from 002 to 003 and L003 (0) from 001 to 002. 003 had 248, too few.
    """
    new = sample_run()
    whole = new.buildings.building_id[new.buildings.grid_code == B + "002"]
    moves = dict.fromkeys(whole, B + "001") | {"L019": A + "001", "L020": A + "002", "L003": A + "001"}
    return make_older(new, moves), new


def read_data(page: str) -> dict[str, Any]:
    """Return the facts a page carries."""
    found = re.search(r'<script type="application/json" id="gridder-data">(.*?)</script>', page, re.S)
    assert found
    return json.loads(found.group(1))


@pytest.fixture(scope="module")
def page() -> str:
    return draw_compare(*make_pair())


@pytest.fixture(scope="module")
def data(page) -> dict[str, Any]:
    return read_data(page)


# ── facts ──


def test_whole_district_is_the_sum_of_its_communities(data):
    whole, *parts = data["scopes"]
    assert whole["moved"] == sum(part["moved"] for part in parts) == 100 + 380
    assert whole["grids"] == [7, 8]
    assert whole["outside"] == [3, 1]


def test_four_figures_of_one_community(data):
    scope = next(scope for scope in data["scopes"] if scope["id"] == A)
    assert [figure["value"]["zh"] for figure in scope["figures"]] == ["94.6%", "100 户", "6 → 6", "2 → 1"]
    assert scope["figures"][3]["note"]["zh"] == "1 个已解决；1 个未变"
    assert scope["verdict"]["head"]["zh"] == "3 栋 100 户换网格，94.6% 不变"


def test_history_says_what_became_of_each_code(data):
    told = {row["old"]: row for row in data["history"]}
    split = told[B + "001"]
    assert (split["kind"], split["new_no"], split["new_households"]) == ("split", ["001", "002"], [372, 380])
    assert split["note"]["zh"] == "752 户，超过上限 252 户；新编号 002；现已在区间内"
    assert told[A + "003"]["note"]["zh"] == "248 户，低于下限 52 户；接收 2 栋 100 户；现已在区间内"
    assert told[A + "001"]["note"]["zh"] == "1 栋 48 户并入 003；1 栋 0 户并入 002"
    assert told[A + "005"]["note"]["zh"] == "246 户，低于下限 54 户；未变"
    assert not told[A + "004"]["look"]
    assert data["history"][0]["old"] == A + "005"  # what is outside today stands first


def test_every_moved_building_and_no_other_is_drawn_as_moved(data):
    old, new = make_pair()
    code = {side: [grid["code"] for grid in data["grids"][side]] for side in ("old", "new")}
    moved = {
        b[0] for b in data["buildings"]
        if (code["old"][b[4]] if b[4] >= 0 else "") != (code["new"][b[5]] if b[5] >= 0 else "")
    }  # fmt: skip
    assert moved == set(list_changes(old.buildings, new.buildings)["building_id"])


def test_new_and_vanished_buildings_are_told():
    old, new = make_pair()
    without = replace(old, buildings=old.buildings.drop(index="L001"))
    gone = replace(new, buildings=new.buildings.drop(index="L002"))
    told = read_data(draw_compare(without, gone))
    plans = {b[0]: b[6] for b in told["buildings"]}
    assert (plans["L001"], plans["L002"], plans["L004"]) == (2, 1, 3)
    scope = next(scope for scope in told["scopes"] if scope["id"] == A)
    added = int(new.buildings.households.loc["L001"])
    assert f"新增楼栋 {added} 户" in scope["verdict"]["note"]["zh"]


def test_same_plan_twice_changes_nothing():
    _, new = make_pair()
    told = read_data(draw_compare(new, new))
    assert told["scopes"][0]["verdict"]["head"]["zh"] == "没有楼栋换网格"
    assert {row["kind"] for row in told["history"]} == {"kept"}


def test_a_code_keeps_its_colour_and_neighbours_differ():
    from gridder.outputs.maps.palette import find_neighbours

    old, new = make_pair()
    before = colour_old(old.grids)
    after = colour_new(new.grids, before)
    assert after.colour[A + "004"] == before.colour[A + "004"]
    for a, b in find_neighbours(after).itertuples(index=False):
        if a[:12] == b[:12] and "special" not in (after.status[a], after.status[b]):
            assert after.colour[a] != after.colour[b]


def test_crossings_and_halls_stand_on_both_maps():
    """Those of the old plan are drawn in the CRS of the new one; a found crossing is told as one."""
    old, new = make_pair()
    data = data_of(draw_compare(old, new))
    for side in ("old", "new"):
        kinds = [mark["kind"] for mark in data["marks"][side]]
        assert sorted(kinds) == ["crossing", "hall", "hall"]
    assert data["marks"]["old"] == data["marks"]["new"]
    assert "crossing_stated" in data["words"]


def test_pieces_stand_where_their_buildings_stand():
    old, new = make_pair()
    pair = Pair(old, new)
    rows, shapes = list_buildings(pair, old.grids, new.grids), read_shapes(pack_pieces(pair))
    assert len(rows) == len(shapes) > 50
    where = (
        pd.concat([old.buildings, new.buildings])
        .to_crs("EPSG:4326")
        .drop_duplicates(["building_id", "unit"], keep="last")
    )
    places = {
        (b, u or ""): shape for b, u, shape in zip(where.building_id, where.unit, where.geometry, strict=True)
    }
    for row, shape in zip(rows, shapes, strict=True):
        assert shape.symmetric_difference(places[row[0], row[1]]).area < 0.03 * shape.area


@pytest.mark.parametrize(("share", "text"), [(1.0, "100%"), (0.9996, "99.9%"), (0.919, "91.9%"), (None, "—")])
def test_a_share_is_never_rounded_up_to_all(share, text):
    assert percent(share) == text


def test_file_is_deterministic_and_asks_nothing_of_the_network(page):
    assert draw_compare(*make_pair()) == page
    assert HOSTILE not in page
    own = re.sub(r"<script>.*?</script>", "", page, flags=re.S)
    assert not re.search(r"""(src|href)=["']?(https?:)?//""", own)


def test_plans_in_two_reference_systems_lie_on_each_other(data):
    old, new = make_pair()
    names = ("grids", "buildings", "communities", "barriers")
    moved = replace(old, crs="EPSG:4326", **{name: getattr(old, name).to_crs("EPSG:4326") for name in names})
    for here, there in zip(data["scopes"], read_data(draw_compare(moved, new))["scopes"], strict=True):
        for corner, same in zip(here["bounds"], there["bounds"], strict=True):
            assert corner == pytest.approx(same, abs=1e-6)


# ── sheet ──


def test_sheet_holds_history_and_moved_buildings_as_values(tmp_path):
    old, new = make_pair()
    write_compare_sheet(old, new, tmp_path / "a.xlsx")
    write_compare_sheet(old, new, tmp_path / "b.xlsx")
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    assert book.sheetnames == ["概要", "编号沿革", "换网格的楼栋"]
    moved = list(book["换网格的楼栋"].iter_rows(min_row=2, values_only=True))
    assert sum(row[-1] for row in moved) == 480
    formula = next(cell for row in book["换网格的楼栋"].iter_rows() for cell in row if cell.value == FORMULA)
    assert formula.data_type == "s"
    codes = [row[1].value for row in book["编号沿革"].iter_rows(min_row=2)]
    assert sorted(codes) == sorted(old.grids.index)


# ── in a browser ──


def open_page(browser: Any, folder: Path, html: str, *, width: int = 1440) -> tuple[Any, list[str]]:
    """Return the opened page and everything it complained of or asked for."""
    file = folder / "compare.html"
    file.write_text(html, "utf-8")
    tab, complaints = browser.new_page(viewport={"width": width, "height": 900}), []
    tab.on("console", lambda message: complaints.append(message.text))
    tab.on("pageerror", lambda error: complaints.append(str(error)))
    tab.on("dialog", lambda dialog: complaints.append("dialog"))
    tab.on("request", lambda asked: complaints.append(asked.url) if asked.url != file.as_uri() else None)
    tab.goto(file.as_uri())
    tab.wait_for_selector("#history tbody tr")
    return tab, complaints


def views(tab: Any) -> list[list[float]]:
    return tab.evaluate(
        "[map_old, map_new].map(m => [m.getCenter().lat, m.getCenter().lng, m.getZoom()]"
        ".map(n => +n.toFixed(6)))"
    )


@pytest.mark.browser
@pytest.mark.parametrize("width", [1440, 1024, 390])
def test_opens_without_a_word_and_without_sideways_scrolling(browser, page, tmp_path, width):
    tab, complaints = open_page(browser, tmp_path, page, width=width)
    for lang in ("en", "zh"):
        tab.click(f"[data-set-lang={lang}]")
        assert tab.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert HOSTILE in tab.inner_text("#moved")
    for _ in range(5):  # out to where lines grow thin, and in again
        tab.click("#zoom-out")
    tab.wait_for_timeout(50)
    tab.click("#zoom-fit")
    tab.wait_for_timeout(50)
    assert complaints == []
    tab.close()


@pytest.mark.browser
def test_both_maps_share_one_view(browser, page, tmp_path):
    tab, _ = open_page(browser, tmp_path, page)
    first = views(tab)
    assert first[0] == first[1]
    box = tab.locator("#map-new").bounding_box()
    tab.mouse.move(box["x"] + 200, box["y"] + 200)
    tab.mouse.down()
    tab.mouse.move(box["x"] + 260, box["y"] + 240, steps=4)
    tab.mouse.up()
    tab.click("#zoom-in")
    later = views(tab)
    assert later[0] == later[1] != first[0]
    tab.click("#moved tr[data-key]")
    assert views(tab)[0] == views(tab)[1]
    assert tab.get_attribute("#moved tr[data-key]", "aria-selected") == "true"
    tab.close()


@pytest.mark.browser
def test_one_community_and_the_swipe(browser, page, tmp_path):
    tab, _ = open_page(browser, tmp_path, page)
    tab.select_option("#scope", B)
    assert tab.inner_text("#verdict") == "8 栋 380 户换网格，49.4% 不变"
    assert tab.locator("#history tbody tr").count() == 1
    tab.select_option("#scope", A)
    assert tab.locator("#history tbody tr").count() == 4
    tab.click("#all")
    assert tab.locator("#history tbody tr").count() == 6
    tab.click("[data-mode-of=swipe]")
    boxes = [tab.locator(side).bounding_box() for side in ("#map-old", "#map-new")]
    assert boxes[0] == boxes[1]
    tab.focus("#divide")
    for _ in range(5):
        tab.keyboard.press("ArrowRight")
    assert tab.get_attribute("#divide", "aria-valuenow") == "60"
    # what stands under a point left of the divide belongs to the old map, right of it to the new one
    under = tab.evaluate(
        "() => { const b = document.querySelector('#maps').getBoundingClientRect();"
        " return [.4, .8].map(s => document.elementFromPoint(b.x + b.width * s, b.y + 30)"
        ".closest('.map').id); }"
    )
    assert under == ["map-old", "map-new"]
    tab.close()
