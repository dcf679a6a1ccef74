"""The district page: all communities, worst first, totals that add up, names as text, no network."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from sample_run import HOSTILE, TEMPLATE, A, B, C, sample_run
from shapely.affinity import translate

from gridder.deliver import write_maps
from gridder.errors import Finding
from gridder.outputs.maps.index import count_quarantine, draw_index
from gridder.outputs.record import whole_sum
from gridder.policy import load_policy
from gridder.tables import Run

PAGES = {A: f"{A}.html", B: f"{B}.html"}


def make_run(lang: str = "zh") -> Run:
    """Return the sample with a hostile name, and findings whose sentences are shipped."""
    run = sample_run(lang)
    communities = run.communities.copy()
    communities.loc[B, "name"] = HOSTILE
    note = Finding("common.and_more", "note", {"n": 3})
    warning = Finding("common.and_more", "warning", {"n": 4}, (HOSTILE,))
    return replace(run, communities=communities, findings=(note, warning))


def many(n: int) -> Run:
    """Return a run of n communities in rows of twenty, every fifth with an exception."""
    run = sample_run()
    rows = []
    for i in range(n):
        row = run.communities.iloc[i % 2].copy()
        row["community_id"] = f"2202020{i:05d}"
        row["name"] = f"第{i}社区"
        row["subdistrict"] = f"街道{i // 20}"
        row["exceptions"] = int(i % 5 == 0)
        row["geometry"] = translate(run.communities.geometry.loc[B], 400 * (i % 20), 320 * (i // 20))
        rows.append(row)
    table = type(run.communities)(rows, geometry="geometry", crs=run.crs)
    table = table.astype(run.communities.dtypes.drop("geometry").to_dict()).set_index(
        "community_id", drop=False
    )
    return replace(run, communities=table, findings=())


def read_data(page: str) -> dict[str, Any]:
    """Return the facts a page carries."""
    found = re.search(r'<script type="application/json" id="gridder-data">(.*?)</script>', page, re.S)
    assert found
    return json.loads(found.group(1))


# ── the file ──


def test_every_community_is_listed_with_its_figures():
    rows = {row["id"]: row for row in read_data(draw_index(make_run(), PAGES))["rows"]}
    communities = make_run().communities
    assert sorted(rows) == sorted(communities.index)
    for column in ("households", "grids", "exceptions", "posts"):
        assert [rows[i][column] for i in communities.index] == list(communities[column])
    assert rows[A]["page"] == f"{A}.html"
    assert rows[C]["page"] is None
    assert (rows[C]["status"], rows[C]["lawful_min"]) == ("empty", None)
    assert rows[B]["present"] is None  # unknown is not zero


def test_same_run_gives_same_bytes_whatever_the_order_of_its_tables():
    run = make_run()
    turned = replace(run, communities=run.communities.iloc[::-1], grids=run.grids.iloc[::-1])
    assert draw_index(run, PAGES) == draw_index(turned, PAGES)


def test_names_never_become_markup_and_nothing_is_asked_of_the_network():
    page = draw_index(make_run(), PAGES)
    assert HOSTILE not in page
    assert "<img src=x" not in page
    own = re.sub(r"<script>.*?</script>", "", page, flags=re.S)  # Leaflet names its home in its own source
    assert not re.search(r"""(src|href)=["']?(https?:)?//""", own)
    assert "url(http" not in page


def test_findings_are_told_most_urgent_first_in_both_languages():
    findings = read_data(draw_index(make_run(), PAGES))["findings"]
    assert [finding["level"] for finding in findings] == ["warning", "note"]
    assert HOSTILE in findings[0]["text"]["zh"]
    assert set(findings[0]["text"]) == {"zh", "en"}


def test_another_window_is_named_as_a_departure():
    run = make_run()
    assert "不一致" not in read_page_header(draw_index(run, PAGES))
    other = replace(run, policy=load_policy("changchun-2020"))
    header = read_page_header(draw_index(other, PAGES))
    assert "不一致" in header
    assert "400–700" in header


def read_page_header(page: str) -> str:
    found = re.search(r'<header class="head">.*?</header>', page, re.S)
    assert found
    return found.group(0)


def test_three_hundred_communities_stay_under_half_a_megabyte():
    page = draw_index(many(300), {})
    assert len(page.encode()) < 500_000
    assert len(read_data(page)["rows"]) == 300


def test_community_without_ground_is_listed_all_the_same():
    run = make_run()
    communities = run.communities.copy()
    communities.loc[C, "geometry"] = None
    data = read_data(draw_index(replace(run, communities=communities), PAGES))
    assert len(data["rows"]) == 3
    assert [place is None for place in data["labels"]] == [False, False, True]


def test_every_link_of_a_delivery_leads_to_a_page(tmp_path):
    write_maps(sample_run(), tmp_path / "maps", "0" * 64)
    rows = read_data((tmp_path / "maps" / "index.html").read_text("utf-8"))["rows"]
    assert len(rows) == 3
    assert all((tmp_path / "maps" / row["page"]).is_file() for row in rows)


# ── in a browser ──


def open_page(browser: Any, folder: Path, html: str, *, width: int = 1440) -> tuple[Any, list[str]]:
    """Return the opened page and everything it complained of or asked for."""
    file = folder / "index.html"
    file.write_text(html, "utf-8")
    page, complaints = browser.new_page(viewport={"width": width, "height": 900}), []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("dialog", lambda dialog: complaints.append("dialog"))
    page.on("request", lambda asked: complaints.append(asked.url) if asked.url != file.as_uri() else None)
    page.goto(file.as_uri())
    page.wait_for_function("document.querySelectorAll('#rows tr[data-place]').length > 0")
    return page, complaints


def names(page: Any) -> list[str]:
    return page.eval_on_selector_all("#rows .who", "all => all.map(one => one.textContent)")


@pytest.mark.browser
@pytest.mark.parametrize("width", [1440, 1024, 390])
def test_opens_without_a_word_and_without_sideways_scrolling(browser, tmp_path, width):
    page, complaints = open_page(browser, tmp_path, draw_index(make_run(), PAGES), width=width)
    for lang in ("en", "zh"):
        page.click(f"[data-set-lang={lang}]")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert HOSTILE in names(page)
    assert complaints == []
    page.close()


@pytest.mark.browser
def test_worst_stands_first_and_totals_add_up(browser, tmp_path):
    page, _ = open_page(browser, tmp_path, draw_index(make_run(), PAGES))
    assert names(page) == ["柳堤社区", "工业园社区", HOSTILE]  # an exception; one to hire; the rest
    run = make_run()
    foot = page.eval_on_selector_all("#table tfoot td", "all => all.map(one => one.textContent)")
    assert f"{int(run.communities.households.sum()):,}" in foot
    assert str(int(run.communities.grids.sum())) in foot
    totals = page.eval_on_selector_all(".total-value", "all => all.map(one => one.textContent)")
    assert totals == ["3", "2,610", "8", "8 / 8", "30–45", "4 人"]
    page.close()


@pytest.mark.browser
def test_filters_search_and_sorting(browser, tmp_path):
    page, _ = open_page(browser, tmp_path, draw_index(make_run(), PAGES))
    page.click("#look")
    assert names(page) == ["柳堤社区"]
    page.click("#all")
    page.fill("#find", A + "005")  # the code of a grid finds its community
    assert names(page) == ["柳堤社区"]
    page.fill("#find", "工业")
    assert names(page) == ["工业园社区"]
    page.fill("#find", "nobody")
    assert page.inner_text("#rows").strip() == "没有符合条件的社区"
    page.fill("#find", "")
    page.click("th.col-households button")
    assert names(page) == ["柳堤社区", HOSTILE, "工业园社区"]
    page.click("th.col-households button")
    assert names(page) == ["工业园社区", HOSTILE, "柳堤社区"]
    assert page.get_attribute("th.col-households", "aria-sort") == "ascending"
    page.click("#reorder")
    assert names(page)[0] == "柳堤社区"
    page.close()


@pytest.mark.browser
def test_sorting_with_the_keyboard_keeps_its_place_and_is_told(browser, tmp_path):
    page, _ = open_page(browser, tmp_path, draw_index(make_run(), PAGES))
    page.focus("th.col-households button")
    for said, order in (("descending", "从大到小"), ("ascending", "从小到大"), ("none", "例外、缺口")):
        page.keyboard.press("Enter")
        assert page.get_attribute("th.col-households", "aria-sort") == said
        assert order in page.text_content(".order[aria-live]")
        assert page.evaluate("document.activeElement.closest('th').className") == "col-households"
    page.fill("#find", "工业")
    assert page.text_content("#found[aria-live]") == "列出 1 个社区"
    page.close()


LABELS = """
() => [...document.querySelectorAll('.district-label')].map(node => {
  const box = node.getBoundingClientRect(), map = map_district.getContainer().getBoundingClientRect();
  const at = (x, y) => map_district.containerPointToLatLng([x - map.x, y - map.y]);
  const holds = (rings, p) => { let inside = false; (function walk(r) { if (Array.isArray(r[0])) { r.forEach(walk); return; }
    for (let i = 0, j = r.length - 1; i < r.length; j = i++) { const a = r[i], b = r[j];
      if (a.lat > p.lat !== b.lat > p.lat
          && p.lng < (b.lng - a.lng) * (p.lat - a.lat) / (b.lat - a.lat) + a.lng) inside = !inside; } })(rings);
    return inside; };
  const corners = [at(box.left, box.top), at(box.right, box.top), at(box.left, box.bottom), at(box.right, box.bottom)];
  return [node.innerText.trim(), geo_json_grounds.getLayers().some(l => corners.every(c => holds(l.getLatLngs(), c)))];
})
"""


@pytest.mark.browser
@pytest.mark.parametrize("width", [1440, 390])
def test_no_label_crosses_the_border_of_its_community(browser, tmp_path, width):
    """In the least room only the sign of trouble stays."""
    page, _ = open_page(browser, tmp_path, draw_index(many(60), {}), width=width)
    page.click("[data-set-lang=en]")
    labels = page.evaluate(LABELS)
    assert len(labels) >= 12  # every fifth needs a look
    assert all(inside or text == "▲" for text, inside in labels)
    page.close()


@pytest.mark.browser
def test_row_and_map_choose_each_other(browser, tmp_path):
    page, _ = open_page(browser, tmp_path, draw_index(make_run(), PAGES))
    page.focus("#rows tr[data-place]")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    assert page.inner_text("tr.chosen .who") == "工业园社区"
    assert page.evaluate("document.querySelector('tr.chosen') === document.activeElement")
    at = page.evaluate(
        "() => { const c = geo_json_grounds.getLayers()[0].getBounds().getCenter(),"
        " p = map_district.latLngToContainerPoint(c),"
        " box = map_district.getContainer().getBoundingClientRect(); return [box.x + p.x, box.y + p.y]; }"
    )
    page.mouse.click(*at)
    assert page.inner_text("tr.chosen .who") == "柳堤社区"
    page.close()


@pytest.mark.browser
def test_links_carry_the_language(browser, tmp_path):
    page, _ = open_page(browser, tmp_path, draw_index(make_run(), PAGES))
    page.click("[data-set-lang=en]")
    assert page.get_attribute("#rows a.who", "href") == f"{A}.html#lang=en"
    assert page.get_attribute("a.button", "href") == "../staffing.xlsx"
    assert "All 3" in page.inner_text("#all")
    page.close()


def test_template_signs_in_a_name_are_left_alone():
    rows = read_data(draw_index(replace(sample_run(), findings=()), PAGES))["rows"]
    assert TEMPLATE in [row["name"] for row in rows]


def test_missing_numbers_of_a_community_are_none_not_zero():
    run = make_run()
    communities = run.communities.drop(columns=["present", "hiring_gap"])
    communities = communities.assign(posts=pd.array([pd.NA, 11, 10], dtype="Int64"))
    rows = read_data(draw_index(replace(run, communities=communities), PAGES))["rows"]
    assert rows[0]["posts"] is None
    assert rows[0]["present"] is None


def test_more_staff_than_posts_hires_nobody_and_unknown_stays_unknown():
    run = make_run()
    communities = run.communities.assign(hiring_gap=pd.array([-3, 2, pd.NA], dtype="Int64"))
    rows = read_data(draw_index(replace(run, communities=communities), PAGES))["rows"]
    assert [row["gap"] for row in rows] == [0, 2, None]
    rows = read_data(draw_index(replace(run, communities=communities.drop(columns="hiring_gap")), PAGES))[
        "rows"
    ]
    assert [row["gap"] for row in rows] == [None, None, None]


@pytest.mark.browser
def test_to_hire_is_explained_by_the_posts_it_is_counted_from(browser, tmp_path):
    """−3 and 2 make 2, not −1; under a county cap the note speaks of posts given, not advised."""
    run = make_run()
    communities = run.communities.assign(hiring_gap=pd.array([-3, 2, pd.NA], dtype="Int64"))
    page, _ = open_page(browser, tmp_path, draw_index(replace(run, communities=communities), PAGES))
    assert page.inner_text("#table tfoot td.col-gap") == "2"
    assert "建议人数减现有人数" in page.text_content("#notes")
    page.close()
    capped = communities.assign(unmet=pd.array([4, 1, pd.NA], dtype="Int64"))
    options = dict(run.options) | {"staffing": {"county_cap": 30}}
    page, _ = open_page(
        browser, tmp_path, draw_index(replace(run, communities=capped, options=options), PAGES)
    )
    notes = page.text_content("#notes")
    assert "上限 30 人内核定" in notes and "有 5 人未能核定" in notes and "建议人数减" not in notes
    page.close()


@pytest.mark.browser
def test_a_proof_for_one_number_of_grids_claims_no_more(browser, tmp_path):
    run = make_run()
    communities = run.communities.copy()
    titles = []
    for kind in ("global", "fixed_k"):
        communities.loc[B, "bound_kind"] = kind
        page, _ = open_page(browser, tmp_path, draw_index(replace(run, communities=communities), PAGES))
        titles += page.eval_on_selector_all(".chip.lawful", "all => all.map(one => one.title)")
        page.close()
    grids = int(communities.loc[B, "grids"])
    assert titles == [
        "已证明没有更好的合规方案",
        f"已证明各片格数不变（共 {grids} 格）时没有更好的合规方案，未与其他格数相比",
    ]


def test_rows_set_aside_count_only_households_that_can_be():
    rows = pd.DataFrame({"households": pd.array([-5, 2.5, 30, pd.NA], dtype="Float64")})
    told = count_quarantine(rows)
    assert told == {"rows": 4, "households": 30, "unknown": 3}
    assert whole_sum(rows["households"]) == 30


def test_what_the_plan_costs_is_added_up_where_it_is_known():
    """Of the options of a community, its own number of grids; nothing stands for a community without a price."""
    run = make_run()
    k = int(run.communities.grids[A])
    options = [{"k": k + 1, "cost_yuan_year": 9e6}, {"k": k, "cost_yuan_year": 1_234_000.0}]
    told = run.communities.assign(k_staffing=[json.dumps(options), "", None])
    rows = {row["id"]: row for row in read_data(draw_index(replace(run, communities=told), PAGES))["rows"]}
    assert (rows[A]["cost"], rows[B]["cost"], rows[C]["cost"]) == (1_234_000.0, None, None)


def test_the_cost_of_a_delivery_of_today_is_its_own_column():
    """Not that of a lawful number of grids, where none is; who has none says why."""
    run = make_run()
    told = run.communities.assign(
        cost_yuan_year=[1_234_000.0, None, None],
        cost_without=["medical leave", "", ""],
        posts_given=[14, None, None],
    )
    rows = {row["id"]: row for row in read_data(draw_index(replace(run, communities=told), PAGES))["rows"]}
    assert [rows[i]["cost"] for i in (A, B, C)] == [1_234_000.0, None, None]
    assert [rows[i]["unpriced"] for i in (A, B, C)] == [None, "no_posts", None]  # nobody lives in C
    assert rows[A]["cost_without"] == ["medical", "leave"]


@pytest.mark.browser
def test_the_cost_says_what_it_lacks_and_can_be_sorted(browser, tmp_path):
    run = make_run()
    option = [{"k": int(run.communities.grids[A]), "cost_yuan_year": 1_234_000.0}]
    told = run.communities.assign(k_staffing=[json.dumps(option), "", ""], cost_without=["medical", "", ""])
    html = draw_index(replace(run, communities=told), PAGES)
    page, _ = open_page(browser, tmp_path, html, width=1700)
    totals, notes = page.inner_text("#totals"), page.text_content("#notes")
    assert "123.4 万元" in totals and f"不含{HOSTILE}" in totals
    assert "未计入没有提供数据的项目：免费体检" in notes and f"没有年费用：{HOSTILE}（没有合规格数" in notes
    page.click("th.col-cost button")
    assert names(page)[0] == "柳堤社区" and page.inner_text("#rows td.col-cost >> nth=0") == "123.4"
    page.set_viewport_size({"width": 1440, "height": 900})
    assert not page.is_visible("th.col-cost")
    page.close()
