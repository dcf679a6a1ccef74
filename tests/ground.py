"""Small pieces of ground for tests: outlines, atoms and barriers from plain numbers, metres."""

from __future__ import annotations

import geopandas as gpd
from shapely import LineString, Point, box

CRS = "EPSG:4545"  # CGCS2000, three-degree zone of 108°E: any metric CRS will do


def outline(*bounds: float, name: str = "C") -> gpd.GeoSeries:
    """Return one rectangular outline."""
    return gpd.GeoSeries({name: box(*bounds)}, crs=CRS)


def atoms(shapes: dict, households: dict | None = None, community: str = "C") -> gpd.GeoDataFrame:
    """Return atoms by cell_id; households default to 100."""
    names = sorted(shapes)
    return gpd.GeoDataFrame(
        {
            "building_id": [name.split("#")[0] for name in names],
            "unit": [name.partition("#")[2] for name in names],
            "name": "",
            "households": [(households or {}).get(name, 100) for name in names],
            "community_id": community,
            "compound": "",
            "site": "",
        },
        index=names,
        geometry=[shapes[name] for name in names],
        crs=CRS,
    )


def house(x: float, y: float, width: float = 20, depth: float = 10) -> object:
    """Return a footprint with its lower left corner at (x, y)."""
    return box(x, y, x + width, y + depth)


def barriers(*rows: tuple[str, object]) -> gpd.GeoDataFrame:
    """Return a barriers table of (kind, geometry or list of points)."""
    shapes = [LineString(shape) if isinstance(shape, list) else shape for _, shape in rows]
    return gpd.GeoDataFrame({"kind": [kind for kind, _ in rows], "name": ""}, geometry=shapes, crs=CRS)


def crossing(x: float, y: float) -> tuple[str, Point]:
    """Return a crossing at a place."""
    return "crossing", Point(x, y)
