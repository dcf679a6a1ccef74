"""Small inputs drawn by hand, written to any format.

The street of ``street()``: four houses of 10 × 10 m in a row, 20 m apart, in EPSG:4549::

      A            B
    +----------+----------+
    | 1     2  |  3     4 |      1: 120   2: 200   3: unknown   4: 0
    +----------+----------+
    x=0       60         120
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import shapely

CRS = "EPSG:4549"  # CGCS2000 / 3-degree Gauss-Kruger CM 120E
EAST, NORTH = 500_000.0, 4_800_000.0


def house(x: float, y: float = 25.0, side: float = 10.0) -> shapely.Polygon:
    """Return a square footprint whose lower left corner is at (x, y) of the street."""
    return shapely.box(EAST + x, NORTH + y, EAST + x + side, NORTH + y + side)


def block(x: float, width: float = 60.0, height: float = 60.0) -> shapely.Polygon:
    """Return an outline that begins at x of the street."""
    return shapely.box(EAST + x, NORTH, EAST + x + width, NORTH + height)


def street(**columns: Any) -> gpd.GeoDataFrame:
    """Return the four houses of the street; columns replace or follow id and households."""
    table = {
        "building_id": ["b1", "b2", "b3", "b4"],
        "households": pd.array([120, 200, None, 0], dtype="Int64"),
    }
    table |= columns
    shapes = [house(5), house(35), house(65), house(95)]
    return gpd.GeoDataFrame({k: v for k, v in table.items() if v is not None}, geometry=shapes, crs=CRS)


def blocks(**columns: Any) -> gpd.GeoDataFrame:
    """Return the outlines of A and B."""
    table = {"community_id": ["A", "B"], "name": ["甲", "乙"]} | columns
    return gpd.GeoDataFrame(table, geometry=[block(0), block(60)], crs=CRS)


def write(folder: Path, name: str = "town.gpkg", **layers: gpd.GeoDataFrame) -> Path:
    """Write layers to one GeoPackage and return its path."""
    path = folder / name
    for layer, frame in layers.items():
        frame.to_file(path, layer=layer, driver="GPKG")
    return path
