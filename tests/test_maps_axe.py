"""Index, compare and the sheets of grid workers with axe-core: nothing it calls serious, in both languages."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sample_run import A, B, sample_run
from test_maps_compare import make_pair

from gridder.outputs.maps.basemap import find_basemap
from gridder.outputs.maps.compare import draw_compare
from gridder.outputs.maps.index import draw_index
from gridder.outputs.maps.page import draw_worker_sheets

AXE = Path(__file__).parent / "vendor" / "axe" / "axe.min.js"
SERIOUS = ("serious", "critical")
# violations that matter, each with the first places it was found in
FIND = """async () => (await axe.run({resultTypes: ["violations"]})).violations
  .map(v => [v.impact, v.id, v.nodes.slice(0, 3).map(n => n.html.slice(0, 160))])"""

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def pages() -> dict[str, str]:
    run, basemap = sample_run(), find_basemap("https://tiles.example.org/{z}/{x}/{y}.png")
    names = {A: f"{A}.html", B: f"{B}.html"}
    return {
        "index": draw_index(run, names),
        "based": draw_index(run, names, basemap=basemap),
        "compare": draw_compare(*make_pair()),
        "sheets": draw_worker_sheets(run, A),
    }


@pytest.mark.parametrize(
    ("page", "width"),
    [("index", 1440), ("index", 390), ("based", 1440), ("compare", 1440), ("compare", 390), ("sheets", 1440)],
)
def test_axe_finds_nothing_serious(
    browser: Any, pages: dict[str, str], tmp_path: Path, page: str, width: int
) -> None:
    (tmp_path / "a.html").write_text(pages[page], "utf-8")
    tab = browser.new_page(viewport={"width": width, "height": 900})
    tab.route("https://**/*", lambda route: route.abort())
    for lang in ("zh", "en"):
        tab.goto((tmp_path / "a.html").as_uri() + f"#lang={lang}")
        tab.reload()
        tab.add_script_tag(path=AXE)
        found = [one for one in tab.evaluate(FIND) if one[0] in SERIOUS]
        assert found == []
    tab.close()


def test_axe_would_find_something(browser: Any) -> None:
    tab = browser.new_page()
    tab.set_content("<html lang=en><title>a</title><main><button></button></main>")
    tab.add_script_tag(path=AXE)
    assert [one[1] for one in tab.evaluate(FIND) if one[0] in SERIOUS] == ["button-name"]
    tab.close()
