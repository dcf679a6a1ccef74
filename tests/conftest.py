"""Fixtures of several test modules."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import gridder.deliver

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")


def write_empty_pages(
    run: Any, folder: Any, fingerprint: str, progress: Any = None, drawing: Any = None
) -> None:
    """Write pages with nothing on them, named as those drawn."""
    folder.mkdir()
    names = [f"{c}{tail}" for c in run.communities.index for tail in ("", "-grids")]
    for name in ["index", *names]:
        (folder / f"{name}.html").write_text("<html></html>")


@pytest.fixture
def without_pages(monkeypatch):
    """Deliver empty pages: drawing is tested elsewhere and takes most of the time."""
    monkeypatch.setattr(gridder.deliver, "write_maps", write_empty_pages)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Give a headless Chromium of the system; skip where there is none."""
    if not CHROMIUM:
        pytest.skip("no Chromium on this machine (set CHROMIUM to its path)")
    sync_api = pytest.importorskip("playwright.sync_api")
    with sync_api.sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        yield found
        found.close()


@pytest.fixture(scope="session")
def once(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, Callable[[Path], None]], Path]:
    """Give what fills a folder once for all modules, and for all workers of pytest-xdist; nobody may write into it later."""
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base

    def make(name: str, fill: Callable[[Path], None]) -> Path:
        folder, aside = shared / name, shared / f"{name}.aside"
        lock = sqlite3.connect(shared / f"{name}.lock", timeout=900, isolation_level=None)
        try:
            lock.execute("BEGIN EXCLUSIVE")  # given up by whoever dies
            if not folder.exists():
                shutil.rmtree(aside, ignore_errors=True)
                aside.mkdir()
                fill(aside)
                aside.rename(folder)
        finally:
            lock.close()
        return folder

    return make


@pytest.fixture(scope="session")
def vologda(once: Any) -> Path:
    """A delivery of the window of Vologda, from its buildings, roads, rails and waters."""
    from test_vologda import plan_window

    return once("vologda", plan_window) / "out"


@pytest.fixture(scope="session")
def paris(once: Any) -> Path:
    """A delivery of the west of Paris 11."""
    from test_cities import plan_paris

    return once("paris", plan_paris) / "out"
