"""Layers that lie far from the buildings: which coordinate system, or which order of axes, would bring them there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import CRS, Transformer

from gridder.coordinates import degrees_at, find_middles, name_reading, readings_of
from gridder.errors import Finding
from gridder.tables import District

Points = NDArray[np.float64]

PLACED = ("communities", "barriers", "compounds", "sites", "previous_grids", "halls")
APART_M = 5000.0  # a layer none of whose features comes so near to the buildings is not about them
INNER = (5.0, 95.0)  # percent; the buildings between: a few rows gone astray are no district
SAMPLE = 500  # middles of features tried in another coordinate system
SAME_M = 1.0  # zones of 3° and of 6° have meridians in common: two names of one place
FITS_SHARE = 0.5  # of them must then lie beside the buildings


@dataclass(frozen=True)
class InnerBox:
    """The box around most of some points in the district's CRS: west, south, east, north."""

    box: tuple[float, float, float, float]

    def distances(self, points: Points) -> NDArray[np.float64]:
        """Return how far each point is from the box, metres; 0 inside, infinite where it is nowhere."""
        west, south, east, north = self.box
        gaps = [
            np.maximum(np.maximum(low - values, values - high), 0.0)
            for values, low, high in ((points[:, 0], west, east), (points[:, 1], south, north))
        ]
        away = np.hypot(*gaps)
        return np.where(np.isfinite(away), away, np.inf)


def find_apart(district: District) -> list[Finding]:
    """Return a warning for each layer far from the buildings, with the coordinate system that would mend it."""
    buildings = middles_of(district.buildings)
    if not len(buildings):
        return []
    found = []
    for layer in PLACED:
        table = getattr(district, layer)
        if table is None or table.empty:
            continue
        away = distance_between(table, buildings)
        if away > APART_M:
            found.append(tell(layer, away, buildings, middles_of(table), district))
    return found


def middles_of(table: gpd.GeoDataFrame) -> Points:
    """Return the middles of the shapes that have one, by x and y, at most ``SAMPLE``. Shape (n, 2)."""
    middles = find_middles(table.geometry.to_numpy())
    middles = middles[np.lexsort((middles[:, 1], middles[:, 0]))]
    return middles[np.linspace(0, max(len(middles) - 1, 0), min(len(middles), SAMPLE)).astype(int)]


def inner_box(points: Points) -> InnerBox:
    """Return the box of most of the points."""
    low, high = np.percentile(points, INNER, axis=0)
    return InnerBox((*low, *high))


def distance_between(table: gpd.GeoDataFrame, middles: Points) -> float:
    """Return how far the nearest feature of a layer is from the box of most buildings, metres."""
    bounds = shapely.bounds(table.geometry.to_numpy())
    bounds = bounds[np.isfinite(bounds).all(axis=1)]
    if not len(bounds):
        return 0.0
    west, south, east, north = inner_box(middles).box
    aside = np.maximum(np.maximum(bounds[:, 0] - east, west - bounds[:, 2]), 0.0)
    above = np.maximum(np.maximum(bounds[:, 1] - north, south - bounds[:, 3]), 0.0)
    return float(np.hypot(aside, above).min())


def tell(layer: str, away: float, buildings: Points, others: Points, district: District) -> Finding:
    """Return the warning about one layer that lies far away."""
    mends = [*mend("buildings", buildings, others, district), *mend(layer, others, buildings, district)]
    facts: dict[str, Any] = {"layer": layer, "km": round(away / 1000.0)}
    if not mends:
        return Finding("datum.apart", "warning", facts, layer=layer)
    return Finding("datum.apart_mends", "warning", facts | {"mends": " / ".join(mends)}, layer=layer)


def mend(layer: str, points: Points, goal: Points, district: District) -> list[str]:
    """Return ``layer: crs`` for each other reading of a layer's coordinates that puts it where the other layer is."""
    stated = {entry.get("crs") for entry in district.inputs if entry.get("layer") == layer}
    text = next(iter(stated)) if len(stated) == 1 else None
    if not text or not len(points):
        return []
    own = CRS.from_user_input(text)
    raw = np.column_stack(Transformer.from_crs(district.crs, own, always_xy=True).transform(*points.T))
    around, back = inner_box(goal), Transformer.from_crs(4326, district.crs, always_xy=True)
    found: list[str] = []
    places: list[Points] = []
    for crs, swapped in readings_of(own):
        degrees = degrees_at(crs, raw[:, ::-1] if swapped else raw)
        moved = np.column_stack(back.transform(*degrees.T))
        known = any(np.allclose(moved[0], other, atol=SAME_M) for other in places)
        if not known and np.mean(around.distances(moved) <= APART_M) >= FITS_SHARE:
            places.append(moved[0])
            found.append(f"{layer}: {name_reading(crs, swapped)}")
    return found
