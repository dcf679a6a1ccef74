"""Source columns → gridder's: recognised, named by the user, typed."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from gridder.errors import InputError
from gridder.read.counts import parse_counts, parse_numbers, parse_persons, parse_text
from gridder.read.formats import RawLayer
from gridder.read.kinds import says_kinds
from gridder.read.roster_columns import has_persons, names_persons, resolve_persons, take_heads, take_persons
from gridder.read.settings import ReadOptions, Source
from gridder.tables import LAYERS, fold, recognise

TWIN_LENGTH = 8  # characters before the number in the name of a second column cut to the same ten
DBF_NAME_LENGTH = 10  # the format of shapefiles has no longer column names

REQUIRED = {
    "buildings": ("households",),
    "communities": ("community_id",),
    "barriers": ("kind",),
    "previous_grids": ("grid_code",),
    "workforce": ("community_id",),
}


def list_columns(raw: RawLayer) -> str:
    """Return the names of a layer's columns for a message."""
    return ", ".join(str(name) for name in raw.frame.columns if name != "geometry")


def resolve_columns(
    source: Source, raw: RawLayer, options: ReadOptions, *, counted: bool = False
) -> dict[str, str]:
    """Return gridder's column → source column: recognised ones, then ``district.yaml``, then ``--columns``.

    Buildings need no ``households`` where they have ``population``, or where another layer counts (``counted``).

    Raises
    ------
    InputError
        A column named by the user that is not there, or a required one nobody named or recognised.
    """
    names = [str(name) for name in raw.frame.columns if name != "geometry"]
    stated = {**source.columns, **options.columns.get(source.layer, {})}
    where: dict[str, Any] = {"file": source.label, "layer": source.layer, "columns": ", ".join(names)}
    for column, name in stated.items():
        if name not in names:
            raise InputError("errors.column_missing", column=column, name=name, **where)
    found = {**recognise_cut(source.layer, names), **recognise(source.layer, names), **stated}
    if source.layer == "workforce" and has_persons(source, names, found, stated):
        return resolve_persons(source, names, stated)
    for column in REQUIRED.get(source.layer, ()):
        given = column in found or (column == "kind" and says_kinds(source, names))
        if not given and not (column == "households" and (counted or "population" in found)):
            prefix = "" if source.layer == "buildings" else f"{source.layer}."
            raise InputError("errors.column_needed", column=column, option=f"{prefix}{column}", **where)
    return {column.name: found[column.name] for column in LAYERS[source.layer] if column.name in found}


def recognise_cut(layer: str, names: list[str]) -> dict[str, str]:
    """Return gridder's column → source column for names that a shapefile cut after ten characters or bytes."""
    folded = {fold(name): name for name in reversed(names)}
    found: dict[str, str] = {}
    for column in LAYERS[layer]:
        for candidate in (column.name, *column.known_as):
            for short in cut_forms(fold(candidate)):
                if short in folded and column.name not in found:
                    before = sum(name == folded[short] for name in found.values())
                    twin = folded.get(
                        f"{short[:TWIN_LENGTH]}_{before}"
                    )  # what GDAL calls the next one cut alike
                    found[column.name] = twin if before and twin else folded[short]
    return found


def cut_forms(name: str) -> list[str]:
    """Return what a shapefile may leave of a name: ten characters, or ten bytes in UTF-8 or GBK, no half character."""
    forms = [name[:DBF_NAME_LENGTH]]
    forms += [name.encode(code)[:DBF_NAME_LENGTH].decode(code, "ignore") for code in ("utf-8", "gb18030")]
    return [form for form in dict.fromkeys(forms) if form != name]


def take_columns(source: Source, raw: RawLayer, columns: dict[str, str]) -> pd.DataFrame:
    """Return the table with gridder's columns only, typed (a roster: as texts); those the source lacks are empty."""
    if source.layer == "workforce":
        return (take_persons if names_persons(columns) else take_heads)(source, raw, columns)
    n = len(raw.frame)
    frame = pd.DataFrame(index=pd.RangeIndex(n))
    empty = pd.Series([None] * n, dtype=object)
    for column in LAYERS[source.layer]:
        cells = raw.frame[columns[column.name]] if column.name in columns else empty
        if column.dtype == "count":
            counts, texts = parse_counts(cells)
            frame[column.name] = counts
            if column.name == "households":
                frame["households_text"] = texts
        elif column.name == "population":
            frame["population"], frame["population_text"] = parse_persons(cells)
        elif column.dtype == "number":
            frame[column.name] = parse_numbers(cells)
        else:
            frame[column.name] = parse_text(cells)
    frame["row"] = np.arange(1, n + 1, dtype="int64")
    return frame
