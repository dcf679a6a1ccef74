"""A map of the country under the grids, from a tile service: off unless asked for, and the only thing a page ever asks for.

Services in China draw in GCJ-02, which lies some hundred metres off: for those the plan is shown in GCJ-02, too. Nothing
but what is drawn is moved.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, fields, replace
from typing import Any, cast
from urllib.parse import urlsplit

import geopandas as gpd
import numpy as np
import shapely

from gridder.coordinates import Datum, shifted_to
from gridder.errors import UsageError
from gridder.outputs.maps.layers import DEGREES
from gridder.outputs.maps.two import Both, both
from gridder.tables import Run

TIANDITU = "tianditu"
# map and its names, as the service documents them (WMTS, CGCS2000); {s} is one of its servers
TIANDITU_TILES = (
    "https://t{{s}}.tianditu.gov.cn/{layer}_w/wmts?SERVICE=WMTS&REQUEST=GetTile&VERSION=1.0.0&LAYER={layer}&STYLE=default"
    "&TILEMATRIXSET=w&FORMAT=tiles&TILEMATRIX={{z}}&TILEROW={{y}}&TILECOL={{x}}&tk={key}"
)
TIANDITU_LAYERS = ("vec", "cva")
SERVERS = "01234567"
ZOOM_MAX = 18  # of nearly every service; closer views enlarge its tiles
SHIFTED_HOSTS = ("autonavi.com", "amap.com", "google.cn", "gtimg.com")  # services that draw in GCJ-02
DATUMS = ("wgs84", "gcj02")
KEY = re.compile(r"[0-9A-Za-z_\-]+")
ADDRESS = re.compile(r"https?://[^\s\"'<>\\]+")
TEXT_COLUMNS = ("route",)  # geometry of a grid that is kept as text (WKT)


@dataclass(frozen=True)
class Basemap:
    """A tile service: addresses of its layers, the datum they are drawn in, how it is called."""

    urls: tuple[str, ...]
    datum: Datum
    name: Both

    def facts(self) -> dict[str, Any]:
        """Return what the page's script is told."""
        return {
            "urls": list(self.urls),
            "servers": SERVERS,
            "zoom_max": ZOOM_MAX,
            "name": both("basemap.name", name=self.name),
            "note": both("basemap.note_shifted" if self.datum == "gcj02" else "basemap.note"),
        }


def find_basemap(asked: str | None, *, key: str | None = None, datum: str | None = None) -> Basemap | None:
    """Return the tile service that is asked for; None where none is.

    Parameters
    ----------
    asked
        ``tianditu``, or an address with {z}, {x} and {y} ({s}: one of the servers 0–7, {key}: the key).
    key
        Key of the service; stands readable in the pages.
    datum
        ``wgs84`` or ``gcj02``: what the tiles are drawn in; by the service where it is known, else WGS 84.

    Raises
    ------
    UsageError
        An address that is none, a key that is missing or no key, another datum.
    """
    if not asked:
        return None
    if datum is not None and datum not in DATUMS:
        raise UsageError("basemap.datum", text=datum)
    if key is not None and not KEY.fullmatch(key):
        raise UsageError("basemap.key_form")
    if asked == TIANDITU:
        if not key:
            raise UsageError("basemap.no_key")
        urls = tuple(TIANDITU_TILES.format(layer=layer, key=key) for layer in TIANDITU_LAYERS)
        return Basemap(urls, cast(Datum, datum or "wgs84"), both("basemap.tianditu"))
    url = asked.replace("{key}", key) if key else asked
    if not ADDRESS.fullmatch(url) or not all(place in url for place in ("{z}", "{x}", "{y}")) or "{{" in url:
        raise UsageError("basemap.address", text=asked)
    host = urlsplit(url.replace("{s}", "0")).hostname or ""
    known = "gcj02" if host.endswith(SHIFTED_HOSTS) else "wgs84"
    return Basemap((url,), cast(Datum, datum or known), {"zh": host, "en": host})


def place_on(run: Run, basemap: Basemap | None) -> Run:
    """Return a run whose layers, in degrees, are those of the basemap's datum: to be drawn, not to be measured."""
    if basemap is None or basemap.datum == "wgs84":
        return run
    moved: dict[str, Any] = {}
    for field in fields(run):
        table = getattr(run, field.name)
        if isinstance(table, gpd.GeoDataFrame) and len(table):
            shapes = table.geometry.to_numpy()
            moved[field.name] = table.set_geometry(shift(shapes, run.crs, basemap.datum), crs=run.crs)
    for column in set(TEXT_COLUMNS) & set(run.grids.columns):
        lines = [
            shapely.from_wkt(text) if isinstance(text, str) and text else None for text in run.grids[column]
        ]
        drawn = shift(np.array(lines, dtype=object), run.crs, basemap.datum)
        moved["grids"] = moved["grids"].assign(
            **{column: [None if line is None else line.wkt for line in drawn]}
        )
    return replace(run, **moved)


def shift(shapes: Any, crs: Any, datum: Datum) -> Any:
    """Return shapes in ``crs`` that, in degrees, have the coordinates of ``datum``."""

    def move(points: np.ndarray) -> np.ndarray:
        return np.column_stack(shifted_to(datum, points[:, 0], points[:, 1]))

    degrees = gpd.GeoSeries(shapes, crs=crs).to_crs(DEGREES).to_numpy()
    return gpd.GeoSeries(shapely.transform(degrees, move), crs=DEGREES).to_crs(crs).to_numpy()
