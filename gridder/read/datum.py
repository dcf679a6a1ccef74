"""What was said about the datum of a layer, and what was done about it."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
from pyproj import CRS

from gridder.coordinates import (
    DATUM_NAMES,
    SHIFTED,
    Datum,
    find_middles,
    is_at_home,
    name_crs,
    readings_at_home,
    undo_datum,
)
from gridder.errors import Finding
from gridder.read.settings import Layout, ReadOptions, Source

OLD_AXES_M = (6378245, 6378140)  # semi-major axes of Beijing 1954 (Krassowsky) and Xi'an 1980 (IAG 1975)


def own_datum(source: Source, options: ReadOptions) -> Datum | None:
    """Return the datum stated for this very layer: on the command line, else in ``district.yaml``."""
    return options.coords_of.get(source.layer) or source.coords


def stated_datum(source: Source, layout: Layout, options: ReadOptions) -> Datum | None:
    """Return the datum stated for a layer, else that stated for all."""
    return own_datum(source, options) or options.coords or layout.coords


def datum_in_force(source: Source, frame: Any, layout: Layout, options: ReadOptions) -> Datum | None:
    """Return the datum a layer was read in; None where none was stated that concerns it.

    What is stated for all layers concerns those in degrees.
    """
    crs = frame.crs if isinstance(frame, gpd.GeoDataFrame) else None
    in_degrees = crs is not None and CRS.from_user_input(crs).is_geographic
    return stated_datum(source, layout, options) if in_degrees else own_datum(source, options)


def undo_stated(
    source: Source, frame: gpd.GeoDataFrame, layout: Layout, options: ReadOptions
) -> tuple[gpd.GeoDataFrame, list[Finding]]:
    """Return a layer with the shift of its datum undone, if it has one, and the note that says so."""
    stated = stated_datum(source, layout, options)
    if stated not in SHIFTED:
        return frame, []
    facts = {"file": source.label, "layer": source.layer, "datum": DATUM_NAMES[stated], "option": stated}
    if datum_in_force(source, frame, layout, options) is None:
        return frame, [Finding("datum.projected_kept", "note", facts, layer=source.layer)]
    return undo_datum(frame, stated), [Finding("read.datum_undone", "note", facts, layer=source.layer)]


def warn_off_area(file: str, layer: str, frame: gpd.GeoDataFrame) -> list[Finding]:
    """Return the warning that the middle of a layer is far from the area its CRS is meant for.

    It names the coordinate systems, or the order of axes, that would bring it home.
    """
    middles = find_middles(frame.geometry.to_numpy())
    if not len(middles) or frame.crs is None:
        return []
    crs = CRS.from_user_input(frame.crs)
    x, y = np.median(middles, axis=0)
    if is_at_home(crs, x, y):
        return []
    facts = {"file": file, "layer": layer, "x": float(x), "y": float(y), "crs": name_crs(crs)}
    mends = readings_at_home(crs, x, y)
    if not mends:
        return [Finding("datum.off_area", "warning", facts, layer=layer)]
    return [Finding("datum.off_area_mends", "warning", facts | {"mends": " / ".join(mends)}, layer=layer)]


def note_old_datum(file: str, layer: str, own: Any, target: CRS) -> list[Finding]:
    """Return the note that a layer in an old Chinese datum was moved to another one by a general formula."""
    crs = CRS.from_user_input(own)
    ellipsoid = crs.ellipsoid
    old = ellipsoid is not None and round(ellipsoid.semi_major_metre) in OLD_AXES_M
    if not old or target.ellipsoid == ellipsoid:
        return []
    facts = {
        "file": file,
        "layer": layer,
        "source": name_crs(crs),
        "target": name_crs(target),
    }
    return [Finding("datum.old_datum", "note", facts, layer=layer)]
