"""Size and speed of the pages in Chromium: ``python -m benchmarks.pages [--buildings 3000] [--communities 300] [--out FILE]``.

Prints one markdown table. Each page is opened from the disk in a window of 1,440 × 900, without a graphics card and
without the network; then it is dragged, zoomed in and zoomed out with pointer and wheel. Seconds and frames are by the
clock; beside them the processor time of the page's main thread, which other work on the machine does not lengthen.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.large_pages import plan_community, plan_district
from gridder.outputs.maps.index import draw_index
from gridder.outputs.maps.page import draw_community, page_names

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
WINDOW = {"width": 1440, "height": 900}
MAIN_THREAD = "CrRendererMain"
TASKS = ("RunTask", "ThreadControllerImpl::RunTask")
STEPS, PAUSE_MS, REST_MS = 30, 16, 400
# frames are counted from inside; the first answer to a click ends the time to the first interaction
WATCH = """
window.longest = 0;
let last = performance.now();
requestAnimationFrame(function frame(now) {
  window.longest = Math.max(window.longest, now - last);
  last = now;
  requestAnimationFrame(frame);
});
"""
ANSWER = (
    "() => new Promise(done => requestAnimationFrame(() => setTimeout(() => done(performance.now()), 0)))"
)
HEAD = (
    "page", "MB", "ready, s", "CPU s to load", "longest frame dragging, ms", "zooming, ms",
    "longest task dragging, CPU ms", "zooming, CPU ms",
)  # fmt: skip


@dataclass(frozen=True)
class Measured:
    """One page: bytes, seconds until it answers, CPU of loading, longest frame and task of dragging and of zooming."""

    name: str
    size: int
    ready_s: float
    load_cpu_s: float
    frames_ms: tuple[float, float]
    tasks_ms: tuple[float, float]


def measure(browser: Any, name: str, path: Path, first: str) -> Measured:
    """Open a page, click ``first``, drag and zoom its map; return what it took."""
    tab = browser.new_page(viewport=WINDOW)

    def load() -> float:
        tab.goto(path.as_uri(), wait_until="domcontentloaded")
        tab.evaluate("selector => document.querySelector(selector).click()", first)
        return float(tab.evaluate(ANSWER)) / 1000

    ready_s, load_tasks = trace(browser, tab, load)
    tab.evaluate(WATCH)
    frames, longest = [], []
    for act in (drag, zoom):
        tab.evaluate("window.longest = 0")
        _, tasks = trace(browser, tab, lambda act=act: act(tab))
        frames.append(float(tab.evaluate("window.longest")))
        longest.append(max(tasks) / 1000)
    tab.close()
    cpu_s = sum(load_tasks) / 1e6
    return Measured(
        name, path.stat().st_size, ready_s, cpu_s, (frames[0], frames[1]), (longest[0], longest[1])
    )


def trace(browser: Any, tab: Any, act: Callable[[], Any]) -> tuple[Any, list[float]]:
    """Return what ``act`` returns, and the processor microseconds of each task of the page's main thread."""
    browser.start_tracing(page=tab, categories=["toplevel", "devtools.timeline"])
    answer = act()
    events = json.loads(browser.stop_tracing())["traceEvents"]
    threads = {
        (event["pid"], event["tid"]) for event in events
        if event.get("name") == "thread_name" and event["args"]["name"] == MAIN_THREAD
    }  # fmt: skip
    return answer, [
        event.get("tdur", 0.0) for event in events
        if event["name"] in TASKS and event.get("ph") == "X" and (event["pid"], event["tid"]) in threads
    ]  # fmt: skip


def drag(tab: Any) -> None:
    """Drag the map to and fro."""
    tab.mouse.move(300, 400)
    tab.mouse.down()
    for way in (1, -1):
        for step in range(STEPS):
            tab.mouse.move(300 + way * step * 8, 400 + way * step * 3)
            tab.wait_for_timeout(PAUSE_MS)
    tab.mouse.up()
    tab.wait_for_timeout(REST_MS)


def zoom(tab: Any) -> None:
    """Zoom in by the wheel and out again."""
    for way in (-120, 120):
        for _ in range(8):
            tab.mouse.wheel(0, way)
            tab.wait_for_timeout(8 * PAUSE_MS)
    tab.wait_for_timeout(REST_MS)


def measure_all(buildings: Sequence[int], communities: int) -> list[Measured]:
    """Return a row for a community of each size and one for the district."""
    from playwright.sync_api import sync_playwright

    pages = []
    for n in buildings:
        run = plan_community(n)
        community = run.communities.index[0]
        pages.append((f"community, {n:,} buildings", draw_community(run, community), "tbody.grid .row"))
    district = plan_district(communities)
    drawn = draw_index(district, page_names(district.communities.index))
    pages.append((f"index, {communities:,} communities", drawn, "#look"))
    rows = []
    with tempfile.TemporaryDirectory(prefix="gridder-") as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        for n, (name, html, first) in enumerate(pages):
            path = Path(folder) / f"{n}.html"
            path.write_text(html, encoding="utf-8", newline="\n")
            rows.append(measure(browser, name, path, first))
        browser.close()
    return rows


def tabulate(rows: Sequence[Measured]) -> str:
    """Return the rows as a markdown table."""
    lines = ["| " + " | ".join(HEAD) + " |", "|---" + "|--:" * (len(HEAD) - 1) + "|"]
    for row in rows:
        cells = [row.name, f"{row.size / 1e6:.2f}", f"{row.ready_s:.2f}", f"{row.load_cpu_s:.2f}"]
        cells += [f"{ms:.0f}" for ms in (*row.frames_ms, *row.tasks_ms)]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def main(arguments: Sequence[str]) -> int:
    """Measure what the command line asks for; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.pages")
    parser.add_argument("--buildings", type=int, nargs="*", default=[3000], help="sizes of the communities")
    parser.add_argument("--communities", type=int, default=300, help="communities of the district")
    parser.add_argument("--out", type=Path, help="write the table to a file, too")
    asked = parser.parse_args(arguments)
    table = tabulate(measure_all(asked.buildings, asked.communities))
    print(table, end="")
    if asked.out:
        asked.out.parent.mkdir(parents=True, exist_ok=True)
        asked.out.write_text(table, encoding="utf-8", newline="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
