"""The community page in a browser: no request, no error, names as text, answers to clicks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
from sample_run import HOSTILE, A, B, C, sample_run
from shapely import LineString

from gridder.outputs.maps import page

pytestmark = pytest.mark.browser
SIZES = {"wide": (1440, 900), "middle": (1024, 768), "phone": (390, 844)}


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Return the page of each community, and one whose every name would run as HTML if it could."""
    folder = tmp_path_factory.mktemp("maps")
    run = sample_run()
    hostile = replace(
        run,
        communities=run.communities.assign(name=HOSTILE),
        buildings=run.buildings.assign(name=HOSTILE + " 7号楼"),
        compounds=run.compounds.assign(name=HOSTILE),
        barriers=run.barriers.assign(name=HOSTILE),
        sites=run.sites.assign(name=HOSTILE),
    )
    spot = run.communities.geometry.loc[A].centroid
    yard = [LineString([(spot.x + n, spot.y - 9), (spot.x + n, spot.y + 9)]) for n in range(0, 250, 25)]
    more = gpd.GeoDataFrame(
        {"kind": ["crossing"] * len(yard), "name": "", "made": "road"}, geometry=yard, crs=run.crs
    )
    crossed = replace(run, barriers=gpd.GeoDataFrame(pd.concat([run.barriers, more]), crs=run.crs))
    far = replace(run, grids=run.grids.assign(round_m=243_000.0, round_min=3_645.0))
    pages = {
        "yard": page.draw_community(crossed, A),
        "A": page.draw_community(run, A),
        "B": page.draw_community(run, B),
        "C": page.draw_community(run, C),
        "hostile": page.draw_community(hostile, A),
        "far": page.draw_community(far, A),
        "sheets": page.draw_worker_sheets(hostile, A),
    }
    for name, text in pages.items():
        (folder / f"{name}.html").write_text(text, encoding="utf-8")
    return {name: folder / f"{name}.html" for name in pages}


def listen(tab: Any, troubles: list[str]) -> None:
    """Take note of every message, error and dialog of a page."""
    tab.on("console", lambda message: troubles.append(message.text))
    tab.on("pageerror", lambda error: troubles.append(str(error)))
    tab.on("dialog", lambda dialog: troubles.append("dialog " + dialog.message))


@pytest.fixture
def open_page(browser: Any, files: dict[str, Path]) -> Iterator[Any]:
    """Give a function that opens a page and fails on any request, message or error of it."""
    contexts = []
    troubles: list[str] = []

    def open_(name: str, size: str = "wide", lang: str = "zh") -> Any:
        width, height = SIZES[size]
        contexts.append(browser.new_context(viewport={"width": width, "height": height}))
        tab = contexts[-1].new_page()
        home = files[name].as_uri()

        def answer(route: Any) -> None:
            if route.request.url.split("#")[0] == home:
                route.continue_()
            else:
                troubles.append(route.request.url)
                route.abort()

        tab.route("**/*", answer)
        listen(tab, troubles)
        tab.goto(f"{home}#lang={lang}")
        return tab

    yield open_
    for context in contexts:
        context.close()
    assert troubles == []


@pytest.mark.parametrize(
    ("name", "size"),
    [*(("hostile", size) for size in SIZES), *((name, "wide") for name in ("A", "B", "C", "sheets"))],
)
def test_opens_without_a_request_or_an_error(open_page: Any, name: str, size: str) -> None:
    tab = open_page(name, size)
    assert tab.locator("h1").inner_text()
    wide = tab.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    assert wide <= 0  # nothing to scroll to the side


def test_hostile_names_are_shown_as_they_are(open_page: Any) -> None:
    tab = open_page("hostile")
    assert tab.locator("h1").inner_text().startswith(HOSTILE)
    tab.click("tbody.lawful .row")
    assert tab.locator(".members .who").first.inner_text().startswith(HOSTILE)
    assert tab.locator(".label.compound").first.inner_text() == HOSTILE
    tab.fill("#search", "onerror")
    assert HOSTILE in tab.locator("#found li").first.inner_text()
    assert tab.locator("img").count() == 0


def test_language_switches_everything(open_page: Any) -> None:
    tab = open_page("A")
    assert tab.locator("html").get_attribute("lang") == "zh-CN"
    assert "5 个网格" in tab.locator(".verdict h2").inner_text()
    tab.click('[data-set-lang="en"]')
    assert tab.locator("html").get_attribute("lang") == "en"
    assert tab.locator(".verdict h2").inner_text() == "5 grids: 4 lawful, 1 to look at"
    assert "404 hh" in tab.inner_text(".leaflet-labels-pane")
    assert tab.locator("#search").get_attribute("placeholder") == "Building or grid"
    shown = tab.inner_text("body")
    names = (
        "柳堤社区 临河街道 松苑区 松苑二中围墙 松苑二中 站前{{7*7}}社区 锦绣家园 东风小区 堤南新居 光明小区"
    )
    roads = "长松铁路 柳河 解放大路 建设路"
    for text in (*names.split(), *roads.split(), "内部使用 未经地图审核不得公开", "常住", "中文"):
        shown = shown.replace(text, "")
    assert not re.search(r"[\u4e00-\u9fff]", shown)


def test_the_other_language_is_asked_for_in_the_address(open_page: Any) -> None:
    assert open_page("A", lang="en").locator("html").get_attribute("lang") == "en"


def test_a_row_zooms_and_tells_and_goes_back(open_page: Any) -> None:
    tab = open_page("A")
    before = tab.evaluate("map_main.getZoom()")
    tab.click('tbody.lawful[data-g="1"] .row')
    assert tab.evaluate("map_main.getZoom()") > before
    bounds = "geo_json_ground.getLayers().find(layer => layer.feature.properties.g === 1).getBounds()"
    inside = tab.evaluate(f"map_main.getBounds().contains({bounds})")
    assert inside
    row = tab.locator('tbody[data-g="1"]')
    assert row.locator(".open").get_attribute("aria-expanded") == "true"
    assert row.locator(".members li").count() == 6
    tab.keyboard.press("Escape")
    assert abs(tab.evaluate("map_main.getZoom()") - before) < 1e-6
    assert not row.locator(".detail").is_visible()


def test_a_click_on_the_map_opens_its_row(open_page: Any) -> None:
    tab = open_page("A")
    tab.locator(".label.grid", has_text="002").evaluate("node => node.style.pointerEvents = 'none'")
    spot = tab.locator(".label.grid", has_text="002").bounding_box()
    tab.mouse.click(spot["x"] + spot["width"] / 2, spot["y"] + spot["height"] / 2)
    assert tab.locator("tbody.chosen .open b").inner_text() == "002"


def test_filter_leaves_what_needs_a_look(open_page: Any) -> None:
    tab = open_page("A")
    tab.click('[data-filter="look"]')
    assert tab.locator("tbody.grid:visible").count() == 1
    assert tab.locator(".label.grid.faded").count() == 5
    tab.click('[data-filter="all"]')
    assert tab.locator("tbody.grid:visible").count() == 6
    assert tab.locator(".label.grid.faded").count() == 0


def test_search_finds_grids_and_buildings(open_page: Any) -> None:
    tab = open_page("A")
    tab.fill("#search", "柳堤路8号楼")
    tab.keyboard.press("Enter")
    assert tab.locator("tbody.chosen .open b").inner_text() == "005"
    tab.fill("#search", "没有这栋楼")
    assert tab.locator("#found").inner_text() == "没有找到"


def test_layers_come_and_go(open_page: Any) -> None:
    tab = open_page("A")
    assert not tab.evaluate("map_main.hasLayer(geo_json_tour)")
    tab.check('input[data-layers="tour"]')
    assert tab.evaluate("map_main.hasLayer(geo_json_tour)")
    tab.uncheck('input[data-layers="mark_hall"]')
    assert tab.locator(".label.mark").count() == 1


def test_nothing_covers_the_community(open_page: Any) -> None:
    tab = open_page("A")
    right = tab.evaluate("map_main.latLngToContainerPoint(gridder.data.bounds[1]).x")
    legend = tab.locator(".legend").bounding_box()
    assert right < legend["x"] < legend["x"] + legend["width"] < 921


def test_clause_shows_its_wording(open_page: Any) -> None:
    tab = open_page("A")
    tab.click("tr.case .tag")
    assert "每300－500户居民划分1个网格" in tab.locator("#clause-note").inner_text()
    tab.keyboard.press("Escape")
    assert not tab.locator("#clause-note").is_visible()


def test_keyboard_opens_rows(open_page: Any) -> None:
    tab = open_page("A")
    tab.locator("tbody.grid .open").first.focus()
    tab.keyboard.press("ArrowDown")
    tab.keyboard.press("Enter")
    assert tab.locator("tbody.chosen .open b").inner_text() == "001"


def test_tabs_on_a_phone(open_page: Any) -> None:
    tab = open_page("A", "phone")
    assert tab.locator("#grids").is_visible() and not tab.locator("#staffing").is_visible()
    tab.click("#tab-staffing")
    assert tab.locator("#staffing").is_visible() and not tab.locator("#grids").is_visible()
    assert not tab.locator("[data-print]").is_visible()


def test_paper_is_one_sheet_of_lines(open_page: Any) -> None:
    tab = open_page("A")
    pdf = tab.pdf(prefer_css_page_size=True, print_background=True)
    assert len(re.findall(rb"/Type\s*/Page\b", pdf)) == 1
    tab.emulate_media(media="print")
    tab.wait_for_function("gridder.printing")
    assert tab.locator(".folium-map svg path").count() > 60
    assert tab.locator(".signatures").is_visible() and not tab.locator(".tools").is_visible()
    tab.emulate_media(media="screen")
    tab.wait_for_function("!gridder.printing")
    assert tab.locator(".folium-map svg path:not(.label path)").count() == 0


@pytest.mark.parametrize("name", ["A", "B", "C"])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_reasons_and_signatures_stay_on_the_sheet(open_page: Any, name: str, lang: str) -> None:
    """English takes more room: table and sentences flow round the map, nothing runs on to a second sheet."""
    tab = open_page(name, lang=lang)
    pdf = tab.pdf(prefer_css_page_size=True, print_background=True)
    assert len(re.findall(rb"/Type\s*/Page\b", pdf)) == 1


def test_grid_labels_stand_where_the_plan_put_them(open_page: Any) -> None:
    tab = open_page("A")
    away = tab.evaluate(
        """() => gridder.data.labels.filter(label => label.kind === "grid").map(label => {
          const no = gridder.data.grids[label.g].no, at = map_main.latLngToContainerPoint(label.at);
          const nodes = [...document.querySelectorAll(".leaflet-labels-pane .label.grid")];
          const box = nodes.find(node => node.textContent.includes(no)).getBoundingClientRect();
          const pane = map_main.getContainer().getBoundingClientRect();
          return Math.hypot(box.x + box.width / 2 - pane.x - at.x, box.y + box.height / 2 - pane.y - at.y);
        })"""
    )
    assert len(away) == 6 and max(away) < 3


@pytest.mark.parametrize("size", ["wide", "middle", "phone"])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_furniture_stands_apart(open_page: Any, size: str, lang: str) -> None:
    """Legend, zoom, north, scale and note neither cover one another nor, but for an open legend, the community."""
    tab = open_page("A", size, lang)
    boxes = {
        name: tab.locator(selector).bounding_box()
        for name, selector in {
            "legend": ".legend",
            "zoom": ".leaflet-control-zoom",
            "north": ".compass",
            "scale": ".scale",
            "note": ".internal",
        }.items()
    }
    names = sorted(boxes)
    covered = [(a, b) for a in names for b in names if a < b and overlap(boxes[a], boxes[b]) > 0]
    assert covered == []


def overlap(a: dict[str, float], b: dict[str, float]) -> float:
    """Return the area that two boxes share, in square pixels."""
    width = min(a["x"] + a["width"], b["x"] + b["width"]) - max(a["x"], b["x"])
    height = min(a["y"] + a["height"], b["y"] + b["height"]) - max(a["y"], b["y"])
    return max(0.0, width) * max(0.0, height)


@pytest.mark.parametrize(("paper", "points"), [("A4", (842, 595)), ("A3", (1191, 842))])
def test_paper_is_chosen_and_numbered(open_page: Any, paper: str, points: tuple[int, int]) -> None:
    tab = open_page("A")
    tab.select_option("[data-paper]", paper)
    pdf = tab.pdf(prefer_css_page_size=True, print_background=True)
    width, height = map(float, re.findall(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", pdf)[0])
    assert (round(width), round(height)) == points
    assert len(re.findall(rb"/Type\s*/Page\b", pdf)) == 1  # larger, no longer
    assert "counter(page)" in tab.evaluate(
        "[...document.styleSheets].flatMap(s => [...s.cssRules]).map(r => r.cssText).join()"
    )


@pytest.mark.parametrize("size", ["wide", "middle"])
def test_very_long_rounds_push_nothing_off_the_panel(open_page: Any, size: str) -> None:
    tab = open_page("far", size)
    panel, state = tab.locator("#grids").bounding_box(), tab.locator("td.state .status").first.bounding_box()
    assert "243.0" in tab.inner_text("#grids")
    assert panel["x"] < state["x"] and state["x"] + state["width"] <= panel["x"] + panel["width"]
    assert (
        tab.evaluate(
            "document.querySelector('#grids .scroll').scrollWidth - document.querySelector('#grids .scroll').clientWidth"
        )
        <= 0
    )


def test_a_crossing_tells_where_it_comes_from(open_page: Any) -> None:
    for lang, said in (("zh", "通道：资料中标明"), ("en", "Crossing: stated in the data")):
        tab = open_page("A", lang=lang)
        spot = tab.locator(".label.mark svg[aria-label]", has_not=tab.locator("rect")).bounding_box()
        tab.mouse.move(spot["x"] + 11, spot["y"] + 11)
        assert tab.locator(".mark-tip").inner_text().endswith(said)


def test_signs_that_would_pile_up_wait_for_a_closer_look(open_page: Any) -> None:
    tab = open_page("yard", "phone")
    signs = tab.locator(".label.mark circle[stroke-dasharray]")
    first = signs.count()
    tab.evaluate("map_main.setZoom(map_main.getZoom() + 1, {animate: false}); 0")
    assert 1 <= first < 6 and signs.count() > first
