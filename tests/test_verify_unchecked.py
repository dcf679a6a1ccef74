"""What verify did not look at is said: roads by classes, compounds in an archive, an input that is not there."""

from __future__ import annotations

import sys
import zipfile
from pathlib import Path
from typing import Any

import geopandas as gpd

sys.path.insert(0, str(Path(__file__).parent))  # the drawings stand beside the tests

from lawful_delivery import CRS, edit_record, ground, line, write_lawful

from gridder.text import LANGS
from gridder.verify import list_unchecked, say_violation


def add_input(out: Path, path: Path, layer: str, columns: dict[str, str], **more: Any) -> None:
    """Record another source of the input."""
    entry = {
        "file": path.name,
        "layer": layer,
        "source_layer": layer,
        "columns": columns,
        "crs": CRS,
        "sha256": "",
        "coords": None,
    }
    edit_record(out, lambda tree: tree["inputs"].append(entry | more))


def codes(out: Path) -> dict[str, tuple[str, ...]]:
    """Return what was not looked at; all of it can be said in both languages."""
    found = list_unchecked(out, out.parent)
    assert all("{" not in say_violation(lang, one) for lang in LANGS for one in found)
    return {one.code.removeprefix("verify."): one.ids for one in found}


def with_roads(tmp_path: Path, column: str, kind: str, **more: Any) -> Path:
    """Return a delivery with one line among its barriers."""
    out, path = write_lawful(tmp_path), tmp_path / "roads.gpkg"
    roads = gpd.GeoDataFrame({column: [kind]}, geometry=[line((0, 0), (80, 0))], crs=CRS)
    roads.to_file(path, layer="barriers")
    add_input(out, path, "barriers", {"kind": column}, **more)
    return out


def test_plain_kinds_are_compared(tmp_path: Path) -> None:
    assert codes(with_roads(tmp_path, "kind", "railway")) == {}


def test_classes_are_said(tmp_path: Path) -> None:
    assert codes(with_roads(tmp_path, "fclass", "primary")) == {"unchecked_classes": ("roads.gpkg:barriers",)}


def test_kinds_translated_are_said(tmp_path: Path) -> None:
    out = with_roads(tmp_path, "fclass", "railway", kinds={"railway": "wall"})
    assert codes(out) == {"unchecked_classes": ("roads.gpkg:barriers",)}


def test_compounds_in_an_archive_are_said(tmp_path: Path) -> None:
    out = write_lawful(tmp_path)
    areas = gpd.GeoDataFrame({"name": ["甲"], "households": [400]}, geometry=[ground(0, 0, 40, 40)], crs=CRS)
    areas.to_file(tmp_path / "areas.geojson")
    with zipfile.ZipFile(tmp_path / "areas.zip", "w") as packed:
        packed.write(tmp_path / "areas.geojson", "areas.geojson")
    columns = {"name": "name", "households": "households"}
    add_input(out, tmp_path / "areas.zip", "compounds", columns, member="areas.geojson")
    assert [*codes(out)] == ["unchecked_compounds"]
    edit_record(out, lambda tree: tree["inputs"][-1]["columns"].pop("households"))
    assert codes(out) == {}


def test_an_input_that_is_not_there_is_said(tmp_path: Path) -> None:
    out = write_lawful(tmp_path)
    away = tmp_path / "elsewhere" / "out"
    away.parent.mkdir()
    out.rename(away)
    assert [one.code for one in list_unchecked(away)] == ["verify.unchecked_input"]
