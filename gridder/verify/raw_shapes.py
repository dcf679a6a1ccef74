"""Raw shapes of an input, read and placed here with other means than planning's: where the rows of a layer really lie."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import shapely
from numpy.typing import NDArray
from pyproj import CRS, Transformer

from gridder.addresses import is_address
from gridder.verify.databases import read_database
from gridder.verify.raw_tables import PARQUET, SHEETS, TEXTS, read_table, take_out

UNREADABLE = (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, shapely.errors.ShapelyError, OSError,
              KeyError, ValueError)  # fmt: skip
WKT = ("wkt", "ewkt", "geometry", "geom", "the_geom", "wkt_geom", "wkb_geometry", "几何")
LON, LAT = ("lon", "lng", "long", "longitude", "经度"), ("lat", "latitude", "纬度")

# GCJ-02 as published (eviltransform, https://github.com/googollee/eviltransform, 2013): Krassowsky ellipsoid, its box
AXIS_M, FLATNESS = 6378245.0, 0.00669342162296594323
BOX = (72.004, 0.8293, 137.8347, 55.8271)
ROUNDS = 30  # a fixed point that nears its place a hundredfold a round at the least

Shapes = NDArray[np.object_]
Degrees = NDArray[np.float64]


def read_shapes(path: Path, entry: dict[str, Any]) -> Shapes | None:
    """Return the shape of every row of one source as its file has it (None where it has none), in the file's order.

    None for what cannot be laid beside its rows here: drawings, and files whose shapes this reader does not know.
    """
    if path.suffix.lower() == ".dxf" or str(entry.get("member") or "").lower().endswith(".dxf"):
        return None
    layer, encoding = entry.get("source_layer"), entry.get("encoding")
    try:
        if is_address(path):
            return shapely.from_wkb(read_database(path, layer or "buildings")[2])
        if not entry.get("member"):
            return shapes_in(path, layer, encoding)
        with TemporaryDirectory(prefix="gridder-") as folder:
            return shapes_in(take_out(path, entry["member"], Path(folder)), layer, encoding)
    except UNREADABLE:
        return None


def shapes_in(path: Path, layer: str | None, encoding: str | None) -> Shapes | None:
    """Return the shapes of a file."""
    kind = path.suffix.lower()
    if kind in PARQUET:
        import pyarrow.parquet as pq

        if b"geo" in (pq.read_schema(path).metadata or {}):
            return np.asarray(gpd.read_parquet(path).geometry.to_numpy(), dtype=object)
    if kind in (*PARQUET, *SHEETS, *TEXTS):
        return shapes_written(read_table(path, layer, encoding, set()))
    named = None if kind == ".shp" else layer
    table = pyogrio.read_dataframe(path, layer=named, columns=[])
    return np.asarray(table.geometry.to_numpy(), dtype=object) if "geometry" in table else None


def shapes_written(table: pd.DataFrame) -> Shapes | None:
    """Return the shapes of a table: WKT, hexadecimal WKB, or points of longitude and latitude."""
    names = {str(name).strip().casefold(): name for name in reversed(list(table.columns))}
    wkt, lon, lat = (next((names[n] for n in known if n in names), None) for known in (WKT, LON, LAT))
    if wkt is not None:
        texts = ["" if cell is None else str(cell).strip() for cell in table[wkt]]
        return np.array([shape_of(text) for text in texts], dtype=object)
    if lon is None or lat is None:
        return None
    x, y = (pd.to_numeric(table[name], errors="coerce").to_numpy(float) for name in (lon, lat))
    spots = np.full(len(table), None, dtype=object)
    known = np.isfinite(x) & np.isfinite(y)
    spots[known] = shapely.points(x[known], y[known])
    return spots


def shape_of(text: str) -> Any:
    """Return the shape a cell states, None where it states none."""
    bare = text.partition(";")[2] if text[:4].upper() == "SRID" else text
    if bare[:2] in ("00", "01"):
        return shapely.from_wkb(bare, on_invalid="ignore")
    return shapely.from_wkt(bare, on_invalid="ignore") if bare else None


def place_shapes(shapes: Shapes, entry: dict[str, Any], target: Any) -> Shapes:
    """Return raw shapes where they really are, in the CRS ``target``: as the record states CRS and datum of the source."""
    own = CRS.from_user_input(entry["crs"])
    datum = entry.get("coords")
    flat = shapely.force_2d(shapes)
    if datum not in ("gcj02", "bd09"):
        forward = Transformer.from_crs(own, target, always_xy=True)
        return np.asarray(shapely.transform(flat, lambda at: np.column_stack(forward.transform(*at.T))))
    unproject = Transformer.from_crs(own, 4326, always_xy=True) if own.is_projected else None
    project = Transformer.from_crs(own, target, always_xy=True)
    again = Transformer.from_crs(4326, own, always_xy=True) if own.is_projected else None

    def undo(at: Degrees) -> Degrees:
        lon, lat = (unproject.transform(*at.T)) if unproject else at.T
        true = undo_gcj02(*(undo_bd09(lon, lat) if datum == "bd09" else (lon, lat)))
        return np.column_stack(project.transform(*(again.transform(*true) if again else true)))

    return np.asarray(shapely.transform(flat, undo))


def undo_bd09(lon: Degrees, lat: Degrees) -> tuple[Degrees, Degrees]:
    """Return the GCJ-02 degrees of BD-09 ones: a turn and a stretch around the origin, taken back."""
    turn = np.pi * 3000.0 / 180.0
    x, y = lon - 0.0065, lat - 0.006
    found = x + 1j * y
    for _ in range(ROUNDS):
        length = np.abs(found) + 2e-5 * np.sin(found.imag * turn)
        angle = np.angle(found) + 3e-6 * np.cos(found.real * turn)
        found = found + (x + 1j * y) - length * np.exp(1j * angle)
    return found.real, found.imag


def undo_gcj02(lon: Degrees, lat: Degrees) -> tuple[Degrees, Degrees]:
    """Return the WGS 84 degrees of GCJ-02 ones; places outside China's box are not shifted."""
    west, south, east, north = BOX
    x, y = np.array(lon, dtype=float), np.array(lat, dtype=float)
    for _ in range(ROUNDS):
        dx, dy = offset(x, y)
        x, y = lon - dx, lat - dy
    shifted = (x >= west) & (x <= east) & (y >= south) & (y <= north)
    return np.where(shifted, x, lon), np.where(shifted, y, lat)


def offset(lon: Degrees, lat: Degrees) -> tuple[Degrees, Degrees]:
    """Return by how much GCJ-02 shifts places, degrees east and north."""
    u, v = lon - 105.0, lat - 35.0

    def waves(at: Degrees, *terms: tuple[float, float]) -> Degrees:
        return np.sum([size * np.sin(at * np.pi / step) for size, step in terms], axis=0) * 2.0 / 3.0

    root = np.sqrt(np.abs(u))
    common = waves(u, (20.0, 1.0 / 6.0), (20.0, 0.5))
    up = -100.0 + 2.0 * u + 3.0 * v + 0.2 * v**2 + 0.1 * u * v + 0.2 * root + common
    up += waves(v, (20.0, 1.0), (40.0, 3.0), (160.0, 12.0), (320.0, 30.0))
    side = 300.0 + u + 2.0 * v + 0.1 * u**2 + 0.1 * u * v + 0.1 * root + common
    side += waves(u, (20.0, 1.0), (40.0, 3.0), (150.0, 12.0), (300.0, 30.0))
    flat = 1.0 - FLATNESS * np.sin(np.radians(lat)) ** 2
    across = AXIS_M / np.sqrt(flat) * np.cos(np.radians(lat))
    along = AXIS_M * (1.0 - FLATNESS) / (flat * np.sqrt(flat))
    return np.degrees(side / across), np.degrees(up / along)
