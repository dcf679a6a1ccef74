"""Where a layer is: the CRS its file or the user states, degrees that are some, datum shifts undone."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
from pyproj import CRS, Transformer

from gridder.coordinates import find_crs, find_middles, name_crs
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
    crs = find_crs(text)
    if crs is None:
        raise InputError("errors.crs_unknown", crs=text)
    return crs


def warn_own_crs(source: Source, own: CRS, asked: CRS) -> list[Finding]:
    """Return the warning that a file's own CRS is used, if another one was stated for files that have none."""
    same_code = own.to_epsg() is not None and own.to_epsg() == asked.to_epsg()
    if same_code or own.equals(asked, ignore_axis_order=True):
        return []
    facts = {"file": source.label, "layer": source.layer, "own": name_crs(own), "asked": name_crs(asked)}
    return [Finding("read.crs_own", "warning", facts, layer=source.layer)]


def refuse_no_degrees(source: Source, frame: gpd.GeoDataFrame) -> None:
    """Stop when most coordinates of a layer said to be in degrees cannot be degrees."""
    middles = find_middles(frame.geometry.to_numpy())
    x, y = np.median(middles, axis=0) if len(middles) else (0.0, 0.0)
    if abs(x) > 180 or abs(y) > 90:
        code = "errors.degrees_swapped" if abs(x) <= 90 and abs(y) <= 180 else "errors.not_degrees"
        raise InputError(code, file=source.label, layer=source.layer, x=float(x), y=float(y))


def refuse_nowhere(buildings: gpd.GeoDataFrame, file: str) -> None:
    """Raise InputError when the middle of the buildings is nowhere on earth in the CRS they are said to be in."""
    middles = find_middles(buildings.geometry.to_numpy())
    if not len(middles) or buildings.crs is None:
        return
    x, y = np.median(middles, axis=0)
    lon, lat = Transformer.from_crs(buildings.crs, 4326, always_xy=True).transform(x, y)
    if not (np.isfinite([lon, lat]).all() and abs(lat) <= 90):
        crs = CRS.from_user_input(buildings.crs)
        hints = tuple(warn_off_area(file, "buildings", buildings))
        raise InputError(
            "errors.crs_misfit", findings=hints, file=file, x=float(x), y=float(y), crs=crs.to_string()
        )
