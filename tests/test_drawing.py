"""Pictures and basemap from the command line: beside the pages, in every command that draws, never without being asked."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from small_district import write_small
from typer.testing import CliRunner

from gridder.cli import cli
from gridder.errors import OutputError
from gridder.outputs.maps import pictures
from gridder.verify import verify_delivery

TILES = "https://tiles.example.org/{z}/{x}/{y}.png"


def run(*words: object) -> tuple[int, str]:
    """Run one command in this process; return exit code and stderr."""
    result = CliRunner().invoke(cli, [str(word) for word in words])
    return result.exit_code, result.stderr


@pytest.fixture(scope="module")
def delivery(tmp_path_factory) -> Path:
    """The small district, planned with a basemap and, where they can be drawn, pictures."""
    try:
        pictures.check_pictures()
    except OutputError:
        pytest.skip("no matplotlib or no font with Chinese signs on this machine")
    folder = tmp_path_factory.mktemp("drawn")
    words = ("plan", write_small(folder / "a.gpkg"), "--out", folder / "out", "--effort", "quick", "-q")
    code, trouble = run(*words, "--pictures", "svg", "--basemap", TILES)
    assert code == 4, trouble
    return folder / "out"


def test_every_community_has_its_picture_and_its_tiles(delivery):
    pages = {
        p.stem for p in (delivery / "maps").glob("*.html") if "-grids" not in p.stem and p.stem != "index"
    }
    assert {p.stem for p in (delivery / "maps").glob("*.svg")} == pages != set()
    for page in (*pages, "index"):
        assert "tiles.example.org" in (delivery / "maps" / f"{page}.html").read_text("utf-8")
    assert "tiles.example.org" not in (delivery / "plan.json").read_text("utf-8")  # no plan depends on it
    assert verify_delivery(delivery) == []


def test_map_draws_the_same_again_and_takes_the_tiles_away(delivery):
    before = {p.name: p.read_bytes() for p in (delivery / "maps").iterdir()}
    assert run("map", delivery, "--pictures", "svg", "--basemap", TILES)[0] == 0
    assert {p.name: p.read_bytes() for p in (delivery / "maps").iterdir()} == before
    assert run("map", delivery)[0] == 0
    assert not any(b"tiles.example.org" in p.read_bytes() for p in (delivery / "maps").glob("*.html"))


def test_staff_draws_as_before_unless_it_is_told_otherwise(delivery, tmp_path):
    """Tiles and pictures stay, a basemap of its own comes without the key of the other, ``none`` takes both away."""
    code, trouble = run("map", delivery, "--pictures", "svg", "--basemap", TILES, "--basemap-coords", "gcj02")
    assert code == 0, trouble
    code, trouble = run("staff", delivery, "--out", tmp_path / "same")
    assert code == 0, trouble
    page, told = "index.html", json.loads((tmp_path / "same" / "maps" / "drawing.json").read_text("utf-8"))
    assert told == {"pictures": "svg", "basemap": TILES, "basemap_coords": "gcj02"}
    assert b"tiles.example.org" in (tmp_path / "same" / "maps" / page).read_bytes()
    assert list((tmp_path / "same" / "maps").glob("*.svg"))
    other = "https://other.example.org/{z}/{x}/{y}.png"
    words = ("staff", tmp_path / "same", "--basemap", other, "--pictures", "none")
    assert run(*words, "--out", tmp_path / "other")[0] == 0
    told = json.loads((tmp_path / "other" / "maps" / "drawing.json").read_text("utf-8"))
    assert told == {"basemap": other}
    assert not list((tmp_path / "other" / "maps").glob("*.svg"))
    assert run("staff", tmp_path / "other", "--basemap", "none", "--out", tmp_path / "plain")[0] == 0
    assert not (tmp_path / "plain" / "maps" / "drawing.json").exists()
    assert b"example.org" not in (tmp_path / "plain" / "maps" / page).read_bytes()


def test_a_comparison_has_tiles_only_where_asked(delivery, tmp_path):
    page = tmp_path / "compare.html"
    assert run("compare", delivery, delivery, "--out", page)[0] == 0
    plain = page.read_text("utf-8")
    assert "example.org" not in plain
    words = ("compare", delivery, delivery, "--out", page, "--overwrite", "--basemap", TILES)
    assert run(*words, "--basemap-coords", "gcj02")[0] == 0
    shifted = page.read_text("utf-8")
    assert "tiles.example.org" in shifted and "GCJ-02" in shifted
    words = ("compare", delivery, delivery, "--out", tmp_path / "b.html", "--basemap", "tianditu")
    assert run(*words)[0] == 2  # no key


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("--basemap", "tianditu"), 2, "--key"),
        (("--basemap", "osm"), 2, "{z}"),
        (("--basemap", TILES, "--basemap-coords", "bd09"), 2, "gcj02"),
        (("--pictures", "bmp"), 2, "--pictures"),
    ],
)
def test_what_cannot_be_drawn_is_said_before_anything_is_planned(tmp_path, words, code, said):
    found, trouble = run("plan", write_small(tmp_path / "a.gpkg"), "--out", tmp_path / "out", *words)
    assert found == code and said in trouble
    assert not (tmp_path / "out").exists()


def test_no_font_is_said_with_the_way_out(tmp_path, monkeypatch):
    pytest.importorskip("matplotlib")
    monkeypatch.setattr(pictures, "FONTS", ("No Such Font",))
    words = ("plan", write_small(tmp_path / "a.gpkg"), "--out", tmp_path / "out", "--pictures", "png")
    code, trouble = run(*words)
    assert code == 3 and "Noto Sans CJK SC" in trouble and not (tmp_path / "out").exists()
