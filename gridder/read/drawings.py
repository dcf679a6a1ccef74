"""Outlines drawn as lines, as CAD programs leave them: closed lines become polygons, lettering is no feature."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import shapely

from gridder.errors import Finding
from gridder.read.raw import RawLayer
from gridder.read.settings import Source

# layers whose rows have ground
OUTLINED = ("buildings", "communities", "compounds", "sites", "previous_grids")
CORNERS_MIN = 4  # points of a closed line around ground, the first one twice
LETTERING = ("AcDbText", "AcDbMText", "AcDbAttribute", "AcDbDimension")


def close_outlines(source: Source, raw: RawLayer) -> tuple[RawLayer, list[Finding]]:
    """Return a layer with its closed lines made polygons, a drawing's lettering left out; both are told.

    Lines stay lines in ``barriers``, where a closed one may be a ring road.
    """
    if not raw.has_geometry:
        return raw, []
    frame, findings = leave_lettering(source, raw.frame)
    if source.layer in OUTLINED:
        shapes = frame["geometry"].to_numpy()
        closed = np.array([is_closed(shape) for shape in shapes], dtype=bool)
        if closed.any():
            facts = {"file": source.label, "n": int(closed.sum())}
            findings.append(Finding("read.lines_closed", "note", facts, layer=source.layer))
            filled = [fill(shape) if shut else shape for shape, shut in zip(shapes, closed)]
            frame = frame.assign(geometry=gpd.GeoSeries(filled, index=frame.index, crs=frame.crs))
    return raw.with_frame(frame), findings


def is_closed(shape: Any) -> bool:
    """Whether a shape is a line, or several, each of which ends where it begins and has corners."""
    if shape is None or shape.geom_type not in ("LineString", "LinearRing", "MultiLineString"):
        return False
    parts = shapely.get_parts(shape)
    return bool(len(parts)) and all(part.is_closed and len(part.coords) >= CORNERS_MIN for part in parts)


def fill(shape: Any) -> Any:
    """Return the ground within closed lines; one within another is a hole."""
    rings = [shapely.Polygon(part) for part in shapely.get_parts(shape)]
    ground: Any = rings[0]
    for ring in rings[1:]:
        ground = shapely.symmetric_difference(shapely.make_valid(ground), shapely.make_valid(ring))
    return ground


def leave_lettering(source: Source, frame: Any) -> tuple[Any, list[Finding]]:
    """Return the entities of a drawing that are shapes, and the note how much lettering was left out."""
    if source.path.suffix.lower() != ".dxf" or "SubClasses" not in frame.columns:
        return frame, []
    kinds = frame["SubClasses"].fillna("").astype(str)
    letters = np.array([any(word in kind for word in LETTERING) for kind in kinds], dtype=bool)
    if not letters.any():
        return frame, []
    facts = {"file": source.label, "n": int(letters.sum())}
    return frame[~letters].reset_index(drop=True), [
        Finding("read.lettering_left_out", "note", facts, layer=source.layer)
    ]
