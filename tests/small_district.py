"""A small district written to files: ``write_small`` for tests that run the whole flow.

    220199001001 东社区 (x 0–300)          220199001002 西社区 (x 300–600, railway at x = 450)
    24 houses, 920 households              12 houses of 60 west of the railway; east of it 2 of 60, 10 shops: a pocket of 120

Rows of six houses, 50 m apart; one is a shop without households.
"""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pandas as pd
from shapely import LineString, Point, box

CRS = "EPSG:4545"  # CGCS2000, three-degree zone of 108°E; only that it is metric matters
EAST, WEST = "220199001001", "220199001002"


def buildings() -> gpd.GeoDataFrame:
    """Return the 48 houses."""
    rows = []
    for n in range(24):
        x, y = 50 * (n % 6), 60 * (n // 6)
        rows.append(
            (f"E{n:02d}", 0 if n == 5 else 40, EAST, f"东苑{n + 1}号楼", box(x + 10, y + 20, x + 40, y + 32))
        )
        beyond = x >= 150
        count = 60 if beyond and n in (5, 11) else 0 if beyond else 60
        rows.append((f"W{n:02d}", count, WEST, f"西苑{n + 1}号楼", box(x + 310, y + 20, x + 340, y + 32)))
    table = pd.DataFrame(rows, columns=["building_id", "households", "community_id", "name", "geometry"])
    return gpd.GeoDataFrame(table, crs=CRS)


def communities() -> gpd.GeoDataFrame:
    """Return the two outlines."""
    columns = {"community_id": [EAST, WEST], "name": ["东社区", "西社区"], "subdistrict": "松苑街道"}
    return gpd.GeoDataFrame(columns, geometry=[box(0, 0, 300, 240), box(300, 0, 600, 240)], crs=CRS)


def barriers(*, underpass: bool = False) -> gpd.GeoDataFrame:
    """Return the railway, with or without an underpass."""
    rows = [("railway", LineString([(450, -10), (450, 250)]))]
    rows += [("crossing", Point(450, 120))] if underpass else []
    return gpd.GeoDataFrame({"kind": [k for k, _ in rows]}, geometry=[g for _, g in rows], crs=CRS)


def write_small(
    path: Path, *, underpass: bool = False, at: tuple[float, float] = (0, 0), **replace: gpd.GeoDataFrame
) -> Path:
    """Write the district as a GeoPackage (layers by name may be replaced), moved by ``at``; return the path."""
    layers = {
        "buildings": buildings(),
        "communities": communities(),
        "barriers": barriers(underpass=underpass),
        "halls": gpd.GeoDataFrame({"community_id": [EAST]}, geometry=[Point(100, 100)], crs=CRS),
    } | replace
    for name, layer in layers.items():
        layer.set_geometry(layer.translate(*at)).to_file(path, layer=name, driver="GPKG")
    return path
