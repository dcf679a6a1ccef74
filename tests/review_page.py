"""The community page under review, as tests use it: opened offline, buildings picked, files exported and imported."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sample_run import A
from test_maps_browser import SIZES, listen

from gridder.outputs.maps import page
from gridder.tables import Run

AXE = Path(__file__).parent / "vendor" / "axe" / "axe.min.js"
PLAN = "5" * 64


def draw_pages(folder: Path, runs: dict[str, Run]) -> dict[str, Path]:
    """Draw the page of community A of each run into a folder; return the files by name."""
    files = {name: folder / f"{name}.html" for name in runs}
    for name, run in runs.items():
        files[name].write_text(page.draw_community(run, A), encoding="utf-8")
    return files


@contextmanager
def opening(browser: Any, files: dict[str, Path]) -> Iterator[Any]:
    """Give a function that opens a page offline; fail at the end on any error of it."""
    contexts: list[Any] = []
    troubles: list[str] = []

    def open_(name: str | Path, size: str = "wide", lang: str = "zh", script: str = "") -> Any:
        width, height = SIZES[size]
        contexts.append(
            browser.new_context(viewport={"width": width, "height": height}, accept_downloads=True)
        )
        contexts[-1].set_offline(True)
        if script:
            contexts[-1].add_init_script(script)
        tab = contexts[-1].new_page()
        tab.set_default_timeout(6000)
        listen(tab, troubles)
        tab.goto(f"{(files[name] if isinstance(name, str) else name).as_uri()}#lang={lang}")
        return tab

    yield open_
    for context in contexts:
        context.close()
    assert not troubles, troubles


def place_of(tab: Any, building: str) -> dict[str, float]:
    """Return where a building is drawn, in pixels of the window."""
    found = tab.evaluate(
        """id => {
          const b = gridder.data.buildings.findIndex(row => row[0] === id);
          const at = map_main.latLngToContainerPoint(gridder.page.insideOf(gridder.page.shapes[b]));
          const box = map_main.getContainer().getBoundingClientRect();
          return {x: box.left + at.x, y: box.top + at.y};
        }""",
        building,
    )
    return dict(found)


def pick(tab: Any, building: str, *, more: bool = False) -> None:
    """Click a building on the map, with Shift if it comes besides others."""
    at = place_of(tab, building)
    if more:
        tab.keyboard.down("Shift")
    tab.mouse.click(at["x"], at["y"])
    if more:
        tab.keyboard.up("Shift")


def aim(tab: Any, no: str) -> None:
    """Choose the target grid by its number."""
    g = tab.evaluate("no => gridder.data.grids.findIndex(grid => grid.no === no)", no)
    tab.select_option("#target", str(g))


def row(tab: Any, no: str) -> Any:
    """Return the rows of a grid in the table."""
    return tab.locator("tbody.grid").filter(has=tab.locator(f'.open b:text-is("{no}")'))


def export(tab: Any, folder: Path) -> dict[str, Any]:
    """Sign and export; return what the file holds."""
    if not tab.locator("#sign").is_visible():
        tab.click("#sign-open")
    tab.fill("#reviewer", "王复核")
    tab.check('input[name="verdict"][value="accept"]')
    with tab.expect_download() as caught:
        tab.click('#sign button[type="submit"]')
    caught.value.save_as(folder / "edits.json")
    return dict(json.loads((folder / "edits.json").read_text("utf-8")))


def upload(tab: Any, tree: Any) -> None:
    """Import a file."""
    text = tree if isinstance(tree, str) else json.dumps(tree)
    tab.set_input_files(
        "#import-file", {"name": "意见.json", "mimeType": "application/json", "buffer": text.encode()}
    )
    tab.wait_for_selector("#review-note:visible")


def edits_file(**more: Any) -> dict[str, Any]:
    """Return a file of edits of the sample."""
    return {
        "schema": 1, "plan_sha256": PLAN, "reviewer": "李", "signed_at": "", "community_id": A, "verdict": "reject",
        "edits": [{"building_id": "L003", "unit": None, "to_grid": A + "004", "reason": "顺路"}],
        "locks": [A + "003"], "comments": [{"grid_code": A + "001", "text": "好", "verdict": "accept"}],
    } | more  # fmt: skip


def serious(tab: Any) -> list[str]:
    """Return what axe finds on a page that is serious or critical: rule, element."""
    if not tab.evaluate("typeof axe === 'object'"):
        tab.evaluate(AXE.read_text("utf-8"))
    found = tab.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{rule['id']}: {node['html'][:160]} {node.get('failureSummary', '')[:200]}"
        for rule in found["violations"]
        if rule["impact"] in ("serious", "critical")
        for node in rule["nodes"]
    ]
