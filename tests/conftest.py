"""Fixtures of several test modules."""

from __future__ import annotations

import pytest

import gridder.deliver


@pytest.fixture
def without_pages(monkeypatch):
    """Deliver empty pages: drawing is tested elsewhere and takes most of the time."""

    def write(run, folder, fingerprint, progress=None, drawing=None):
        folder.mkdir()
        names = [f"{c}{tail}" for c in run.communities.index for tail in ("", "-grids")]
        for name in ["index", *names]:
            (folder / f"{name}.html").write_text("<html></html>")

    monkeypatch.setattr(gridder.deliver, "write_maps", write)
