"""Pictures of the pages for the documentation: ``python -m benchmarks.gallery [--out docs/gallery] [--only WORD]``.

Plans the demo district, changes some counts, plans again, compares; then photographs every page at the widths that
reviewers use, in both languages, while editing, and as it is printed (``pdftoppm`` of poppler-utils turns the sheet
of paper into a picture). The network is off.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import pyogrio

from benchmarks.pages import CHROMIUM

ROOT = Path(__file__).parent.parent
CLI, DEMO = ROOT / "cli.py", ROOT / "data" / "demo" / "district.gpkg"
COMMUNITY = "220199003003"  # a river, a railway and a bridge
EXCEPTION = "220199001003"  # no lawful plan
EDITED = "220199004001"  # homes that hold their grid together
SIZES = {"wide": (1440, 900), "middle": (1024, 768), "phone": (390, 844)}
LANGUAGES = ("zh", "en")
PAPER_DPI = 110
COLOURS = 256
# next year: homes built in one community, a building pulled down in another
GROWN = {"220199003003": 1.08, "220199002003": 0.9}


@dataclass(frozen=True)
class Shot:
    """One picture: its name, the page, the size of the window, the language, and what is done before."""

    name: str
    page: str
    size: str
    lang: str
    act: Callable[[Any], None] | None = None
    paper: str | None = None


def run(*words: str) -> None:
    """Run gridder; its exit code 4 (exceptions in the demo) is no failure."""
    done = subprocess.run([sys.executable, str(CLI), *words], capture_output=True, text=True)
    if done.returncode not in (0, 4):
        raise SystemExit(done.stdout + done.stderr)


def change_counts(target: Path) -> None:
    """Write the demo district as it may be a year later."""
    shutil.copy(DEMO, target)
    shutil.copy(DEMO.with_suffix(".yaml"), target.parent)
    buildings = pyogrio.read_dataframe(DEMO, layer="buildings")
    for community, factor in GROWN.items():
        rows = buildings["community_id"].eq(community)
        buildings.loc[rows, "households"] = (buildings.loc[rows, "households"] * factor).round()
    gpd.GeoDataFrame(buildings).to_file(target, layer="buildings")


def make_pages(folder: Path) -> dict[str, Path]:
    """Plan, plan again and compare; return the pages by name."""
    (folder / "next").mkdir(parents=True)
    run("plan", str(DEMO.parent), "--out", str(folder / "2026"))
    change_counts(folder / "next" / DEMO.name)
    run("regenerate", str(folder / "next"), "--from", str(folder / "2026"), "--out", str(folder / "2027"))
    run("compare", str(folder / "2026"), str(folder / "2027"), "--out", str(folder / "compare.html"))
    return find_pages(folder)


def find_pages(folder: Path) -> dict[str, Path]:
    """Return the pages made in a folder by name."""
    maps = folder / "2026" / "maps"
    return {
        "community": maps / f"{COMMUNITY}.html",
        "exception": maps / f"{EXCEPTION}.html",
        "edited": maps / f"{EDITED}.html",
        "grids": maps / f"{COMMUNITY}-grids.html",
        "index": maps / "index.html",
        "compare": folder / "compare.html",
    }


# take in hand the first home with a neighbouring grid to which it may go, or may not because it holds its own together
FIND = """
cuts => {
  const r = gridder.review;
  for (const [b, row] of gridder.data.buildings.entries()) {
    if (row[3] < 20) continue;
    for (const {g, near, check} of r.targets(r.state, [b])) {
      if (!near) continue;
      const wanted = cuts ? check.cut.length > 1 && check.after.every(j => !j.outside) : !check.broken.length;
      if (!wanted) continue;
      r.take([b]);
      r.aim(g);
      map_main.setView(gridder.page.insideOf(gridder.page.shapes[b]), map_main.getZoom() + 0.5, {animate: false});
      return;
    }
  }
}
"""


def hold(tab: Any, *, cuts: bool) -> None:
    """Take a building in hand: one that may move, or one that holds its grid together."""
    tab.click("[data-edit]:visible")
    tab.evaluate(FIND, cuts)


def move(tab: Any) -> None:
    """Move one building."""
    hold(tab, cuts=False)
    tab.click("#move")


def open_sign(tab: Any) -> None:
    """Open the form that ends a review."""
    tab.click("#sign-open")


def swipe(tab: Any) -> None:
    """Lay the new plan over the old."""
    tab.click('[data-mode-of="swipe"]')


def list_shots() -> list[Shot]:
    """Return every picture: all pages at all widths in both languages, the states of editing, and paper."""
    shots = [
        Shot(f"{page}-{size}-{lang}", page, size, lang)
        for page in ("community", "exception", "index", "compare")
        for size in SIZES
        for lang in LANGUAGES
    ]
    states: dict[str, Callable[[Any], None]] = {
        "edit-refused": lambda tab: hold(tab, cuts=True),
        "edit-pending": move,
        "sign": open_sign,
    }
    shots += [
        Shot(f"{name}-{size}-{lang}", "edited" if name.startswith("edit") else "community", size, lang, act)
        for name, act in states.items()
        for size in SIZES
        for lang in LANGUAGES
    ]
    shots += [Shot(f"compare-swipe-{lang}", "compare", "wide", lang, swipe) for lang in LANGUAGES]
    shots += [Shot(f"grids-wide-{lang}", "grids", "wide", lang) for lang in LANGUAGES]
    shots += [
        Shot(f"{page}-paper-{paper}-{lang}", page, "wide", lang, paper=paper)
        for page in ("community", "exception", "index", "compare", "grids")
        for paper in (("A4", "A3") if page == "community" else ("A4",))
        for lang in LANGUAGES
    ]
    return shots


def take(browser: Any, shot: Shot, page: Path, out: Path) -> None:
    """Photograph one page."""
    width, height = SIZES[shot.size]
    context = browser.new_context(viewport={"width": width, "height": height})
    context.set_offline(True)
    tab = context.new_page()
    tab.goto(f"{page.as_uri()}#lang={shot.lang}")
    tab.wait_for_timeout(300)
    if shot.act:
        shot.act(tab)
        tab.wait_for_timeout(300)
    target = out / f"{shot.name}.png"
    if shot.paper:
        if tab.locator("[data-paper]").count():
            tab.select_option("[data-paper]", shot.paper)
        print_first(tab, target)
    else:
        tab.screenshot(path=target)
    context.close()
    thin(target)


def thin(picture: Path) -> None:
    """Write a picture again with the colours it needs: a quarter of the bytes, and nothing to be seen."""
    from PIL import Image

    with Image.open(picture) as full:
        few = full.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
    few.save(picture, optimize=True)


def print_first(tab: Any, target: Path) -> None:
    """Print a page and keep its first sheet of paper as a picture."""
    pdf = target.with_suffix(".pdf")
    tab.pdf(path=pdf, prefer_css_page_size=True, print_background=True)
    subprocess.run(
        ["pdftoppm", "-png", "-singlefile", "-r", str(PAPER_DPI), pdf, target.with_suffix("")], check=True
    )
    pdf.unlink()


def main(arguments: Sequence[str]) -> int:
    """Take the pictures that the command line asks for; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.gallery")
    parser.add_argument("--out", type=Path, default=Path("docs/gallery"), help="where the pictures go")
    parser.add_argument("--only", default="", help="only pictures whose name holds this")
    parser.add_argument("--pages", type=Path, help="make the pages here, or take them from here")
    asked = parser.parse_args(arguments)
    from playwright.sync_api import sync_playwright

    asked.out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="gridder-") as made, sync_playwright() as playwright:
        folder = asked.pages or Path(made)
        pages = find_pages(folder) if (folder / "compare.html").exists() else make_pages(folder)
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        for shot in list_shots():
            if asked.only in shot.name:
                take(browser, shot, pages[shot.page], asked.out)
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
