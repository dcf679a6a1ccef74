"""Fixtures of several test modules."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from typing import Any

import pytest

import gridder.deliver

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")


@pytest.fixture
def without_pages(monkeypatch):
    """Deliver empty pages: drawing is tested elsewhere and takes most of the time."""

    def write(run, folder, fingerprint, progress=None, drawing=None):
        folder.mkdir()
        names = [f"{c}{tail}" for c in run.communities.index for tail in ("", "-grids")]
        for name in ["index", *names]:
            (folder / f"{name}.html").write_text("<html></html>")

    monkeypatch.setattr(gridder.deliver, "write_maps", write)


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
