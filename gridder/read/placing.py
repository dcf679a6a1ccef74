"""Where a layer is: the CRS its file or the user states, degrees that are some, datum shifts undone."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError

from gridder.coordinates import usable_crs
from gridder.errors import Finding, InputError
from gridder.read.datum import stated_datum, undo_stated, warn_off_area
from gridder.read.raw import RawLayer
from gridder.read.settings import Layout, ReadOptions, Source


def place(
    source: Source, raw: RawLayer, frame: pd.DataFrame, layout: Layout, options: ReadOptions
) -> tuple[gpd.GeoDataFrame, list[Finding]]:
    """Return the table with its geometry in a CRS that says where it is, datum shifts undone.

    Raises
    ------
    InputError
        No CRS anywhere, one PROJ does not know, or degrees that are none.
    """
    findings = []
    datum = stated_datum(source, layout, options)
    general = options.crs or layout.crs
    stated = source.crs or (None if raw.crs else general)
    if general and raw.crs and not stated:
        findings += warn_own_crs(source, raw.crs, parse_crs(general))
    crs = parse_crs(stated) if stated else raw.crs
    if crs is None and (raw.in_degrees or datum):
        crs = CRS.from_epsg(4490 if datum == "cgcs2000" else 4326)
        if not datum:
            findings.append(
                Finding("read.degrees_assumed", "note", {"file": source.label}, layer=source.layer)
            )
    if crs is None:
        raise InputError("errors.no_crs", file=source.label, layer=source.layer)
    placed = gpd.GeoDataFrame(frame, geometry=raw.frame["geometry"].to_numpy(), crs=crs)
    if crs.is_geographic:
        refuse_no_degrees(source, placed)
    placed, found = undo_stated(source, placed, layout, options)
    return placed, findings + found + warn_off_area(source.label, source.layer, placed)


def parse_crs(text: str) -> CRS:
    """Return the CRS a user names."""
    try:
        crs = usable_crs(CRS.from_user_input(text))
    except CRSError:
        crs = None
    if crs is None:
        raise InputError("errors.crs_unknown", crs=text)
    return crs


def warn_own_crs(source: Source, own: CRS, asked: CRS) -> list[Finding]:
    """Return the warning that a file's own CRS is used, if another one was stated for files that have none."""
    same_code = own.to_epsg() is not None and own.to_epsg() == asked.to_epsg()
    if same_code or own.equals(asked, ignore_axis_order=True):
        return []
    names = [crs.to_string() if crs.to_epsg() else crs.name for crs in (own, asked)]
    facts = {"file": source.label, "layer": source.layer, "own": names[0], "asked": names[1]}
    return [Finding("read.crs_own", "warning", facts, layer=source.layer)]


def refuse_no_degrees(source: Source, frame: gpd.GeoDataFrame) -> None:
    """Stop when most coordinates of a layer said to be in degrees cannot be degrees."""
    bounds = shapely.bounds(frame.geometry.to_numpy())
    bounds = bounds[np.isfinite(bounds).all(axis=1)]
    middle = np.median(bounds, axis=0) if len(bounds) else np.zeros(4)
    if np.abs(middle[[0, 2]]).max() > 180 or np.abs(middle[[1, 3]]).max() > 90:
        facts: dict[str, Any] = {"x": float(middle[0]), "y": float(middle[1])}
        swapped = np.abs(middle[[0, 2]]).max() <= 90 and np.abs(middle[[1, 3]]).max() <= 180
        code = "errors.degrees_swapped" if swapped else "errors.not_degrees"
        raise InputError(code, file=source.label, layer=source.layer, **facts)


def refuse_nowhere(buildings: gpd.GeoDataFrame, file: str) -> None:
    """Raise InputError when the middle of the buildings is nowhere on earth in the CRS they are said to be in."""
    bounds = buildings.geometry.bounds.replace([np.inf, -np.inf], np.nan).dropna()
    if bounds.empty or buildings.crs is None:
        return
    x, y = np.median(bounds[["minx", "maxx"]]), np.median(bounds[["miny", "maxy"]])
    lon, lat = Transformer.from_crs(buildings.crs, 4326, always_xy=True).transform(x, y)
    if not (np.isfinite([lon, lat]).all() and abs(lat) <= 90):
        crs = CRS.from_user_input(buildings.crs)
        hints = tuple(warn_off_area(file, "buildings", buildings))
        raise InputError(
            "errors.crs_misfit", findings=hints, file=file, x=float(x), y=float(y), crs=crs.to_string()
        )
