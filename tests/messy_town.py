"""A clean town of two communities, and the register of what can be wrong with it.

A  220199001001            B  220199001002          8 houses of 15 × 12 m in each, 50 households a house:
+---+---+---+---+          +---+---+---+---+        400 in each community, one lawful grid each
| a5  a6  a7  a8 |  200 m  | b5  b6  b7  b8 |
| a1  a2  a3  a4 |         | b1  b2  b3  b4 |
+---+---+---+---+          +---+---+---+---+
x=0            200        200            400        the two outlines share the line x = 200
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import shapely
from inputs import CRS, EAST, NORTH

A, B = "220199001001", "220199001002"
HOUSES = tuple(f"{side}{n}" for side in "ab" for n in range(1, 9))
CODES = {name: A if name[0] == "a" else B for name in HOUSES}
EACH, TOTAL = 50, 800


@dataclass(frozen=True)
class Way:
    """A way to go on, taken by ``plan`` at quick effort: options, exit code, households planned, rows and households aside.

    ``delivered``: the delivery is written and verified against the input; else the plan alone is looked at.
    """

    options: str = ""
    exit: int = 0
    planned: int = TOTAL
    rows: int = 0
    aside: int = 0
    codes: tuple[str, ...] = ()
    delivered: bool = False


@dataclass(frozen=True)
class Case:
    """A messy input and what ``check`` must say of it.

    Parameters
    ----------
    make
        Writes the input into a folder and returns its path.
    told
        Code of a finding (or of the error) → ids it must name; None where it names no rows.
    zh, en
        What its sentences must say: figures, names, the way out.
    exit
        Exit code of ``check``.
    ways
        How one may go on with ``plan``.
    """

    make: Callable[[Path], Path]
    told: dict[str, tuple[str, ...] | None]
    zh: tuple[str, ...]
    en: tuple[str, ...]
    exit: int = 4
    options: str = ""
    ways: tuple[Way, ...] = ()


CASES: dict[str, Case] = {}


def case(
    told: dict[str, Any], zh: str, en: str, *ways: Way, exit: int = 4, options: str = ""
) -> Callable[[Callable[[Path], Path]], Callable[[Path], Path]]:
    """Register the builder below as a case; ``zh`` and ``en`` hold what must be said, parted by ``|``."""

    def register(make: Callable[[Path], Path]) -> Callable[[Path], Path]:
        assert make.__name__ not in CASES, make.__name__
        ids = {code: None if rows is None else tuple(rows.split()) for code, rows in told.items()}
        words = [tuple(text.split("|")) for text in (zh, en)]
        CASES[make.__name__] = Case(make, ids, *words, exit=exit, options=options, ways=ways)
        return make

    return register


def at(x: float, y: float, width: float = 15.0, height: float = 12.0) -> shapely.Polygon:
    """Return a footprint whose lower left corner is at (x, y) of the town."""
    return shapely.box(EAST + x, NORTH + y, EAST + x + width, NORTH + y + height)


def spot(x: float, y: float) -> shapely.Point:
    """Return a point of the town."""
    return shapely.Point(EAST + x, NORTH + y)


def line(*points: tuple[float, float]) -> shapely.LineString:
    """Return a line of the town."""
    return shapely.LineString([(EAST + x, NORTH + y) for x, y in points])


def footprint(name: str) -> shapely.Polygon:
    """Return the footprint of a house of the clean town."""
    n = int(name[1:]) - 1
    return at(200 * (name[0] == "b") + 17 + 50 * (n % 4), 20 + 50 * (n // 4))


def houses(**columns: dict[str, Any]) -> gpd.GeoDataFrame:
    """Return the buildings; each column given by house replaces cells, ``geometry`` and ``building_id`` alike."""
    table: dict[str, dict[str, Any]] = {
        "building_id": {name: name for name in HOUSES},
        "households": dict.fromkeys(HOUSES, EACH),
        "geometry": {name: footprint(name) for name in HOUSES},
    }
    names = list(HOUSES)
    for cells in columns.values():
        names += [name for name in cells if name not in names]
    for column, cells in columns.items():
        table[column] = {**dict.fromkeys(names), **table.get(column, {}), **cells}
    rows = {column: [cells.get(name) for name in names] for column, cells in table.items()}
    shapes = rows.pop("geometry")
    return gpd.GeoDataFrame(
        {c: pd.Series(v, dtype=object) for c, v in rows.items()}, geometry=shapes, crs=CRS
    ).infer_objects()


def communities(a: Any = None, b: Any = None, **columns: Any) -> gpd.GeoDataFrame:
    """Return the two outlines, or others in their place."""
    shapes = [a or at(0, 0, 200, 100), b or at(200, 0, 200, 100)]
    table = {"community_id": [A, B], "name": ["甲社区", "乙社区"]} | columns
    return gpd.GeoDataFrame(table, geometry=shapes, crs=CRS)


def barriers(*rows: tuple[str, Any]) -> gpd.GeoDataFrame:
    """Return barriers of (kind, shape)."""
    return gpd.GeoDataFrame({"kind": [k for k, _ in rows]}, geometry=[g for _, g in rows], crs=CRS)


def write(folder: Path, buildings: gpd.GeoDataFrame | None = None, **layers: gpd.GeoDataFrame) -> Path:
    """Write the town as one GeoPackage, layers replaced or added; return its path."""
    path = folder / "town.gpkg"
    for name, layer in (
        {"buildings": houses() if buildings is None else buildings, "communities": communities()} | layers
    ).items():
        layer.to_file(path, layer=name, driver="GPKG")
    return path
