"""What was said about the datum of a layer, and what was done about it."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
from pyproj import CRS

from gridder.coordinates import DATUM_NAMES, SHIFTED, Datum, undo_datum
from gridder.errors import Finding
from gridder.read.settings import Layout, ReadOptions, Source


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
