"""What every check of a delivery shares: violations, tolerances, the delivery as read from its files."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pyogrio
import shapely
from pyogrio.errors import DataLayerError, DataSourceError

from gridder.tables import (
    ASSIGNMENT_COLUMNS,
    BUILDING_COLUMNS,
    CELL_COLUMNS,
    CHANGE_COLUMNS,
    COMMUNITY_COLUMNS,
    EXCEPTION_COLUMNS,
    GRID_COLUMNS,
    QUARANTINE_COLUMNS,
)

AREA_M2 = 1.0  # m²: noding on a 1 mm grid moves every outline a little
AREA_SHARE = 1e-6  # share of the area compared: the same movement along a longer outline
LENGTH_M = 1.0  # m: lengths may be delivered rounded to whole metres
RATIO = 0.01  # no unit: ratios may be delivered rounded to two places
SEAM_M = 0.01  # m: a slit between two grids below ten steps of the 1 mm grid is a seam torn, not ground
SLIT_M2 = 1e-4  # m²: a slit a millimetre wide and ten centimetres long; rounding leaves less
OVERLAP_M2 = 0.01  # m²: two polygons noded on one 1 mm grid share no area at all
REACH_M = 1.0  # m: a building stands in its grid; half a wall's width of drawing error is allowed
ROOM_M = 3.0  # m: buildings listed as points at one place are given squares of about this width around it

LAYERS = {
    "grids": GRID_COLUMNS,
    "buildings": BUILDING_COLUMNS,
    "cells": CELL_COLUMNS,
    "communities": COMMUNITY_COLUMNS,
    "exceptions": EXCEPTION_COLUMNS,
    "quarantine": [name for name in QUARANTINE_COLUMNS if name != "file"],  # younger than the rest
    "changes": CHANGE_COLUMNS,
    "barriers": ["kind"],
    "sites": ["name"],
}
TEXT_COLUMNS = (
    "building_id",
    "unit",
    "grid_code",
    "community_id",
    "cell_id",
    "old_grid",
    "new_grid",
    "layer",
)
FILES = ("plan.gpkg", "assignments.csv", "plan.json", "staffing.xlsx", "maps/index.html", "run.log")
RECORD_KEYS = {
    "": (
        "schema",
        "gridder",
        "district",
        "inputs",
        "options",
        "policy",
        "effort",
        "versions",
        "totals",
        "communities",
        "findings",
    ),
    "policy": ("name", "sha256", "rules"),
    "effort": ("name", "seed"),
    "options": ("bad_rows", "missing"),
    "totals": (
        "households",
        "buildings",
        "grids",
        "communities",
        "quarantined_households",
        "quarantined_rows",
    ),
}
RECORD_SCHEMA = 1


@dataclass(frozen=True)
class Violation:
    """One thing in a delivery that is not as promised.

    Parameters
    ----------
    code
        Key of the sentence in ``locale/<lang>/verify.yaml`` with its area: ``verify.grid_not_connected``.
    facts
        Placeholders of the sentence: plain numbers and strings only.
    ids
        Ids concerned, sorted, as text.
    """

    code: str
    facts: dict[str, Any] = field(default_factory=dict)
    ids: tuple[str, ...] = ()


@dataclass(frozen=True)
class Delivery:
    """A delivery as its files say, nothing computed: layers of ``plan.gpkg``, the list and the record."""

    directory: Path
    record: dict[str, Any]
    assignments: pd.DataFrame
    grids: gpd.GeoDataFrame
    buildings: gpd.GeoDataFrame
    cells: gpd.GeoDataFrame
    communities: gpd.GeoDataFrame
    exceptions: gpd.GeoDataFrame
    quarantine: pd.DataFrame
    changes: pd.DataFrame
    barriers: gpd.GeoDataFrame
    sites: gpd.GeoDataFrame

    @property
    def rules(self) -> dict[str, Any]:
        """The values of the policy that the plan was made under, by field."""
        return self.record["policy"]["rules"]

    @property
    def options(self) -> dict[str, Any]:
        """The resolved options of the run."""
        return self.record["options"]


def blame(code: str, ids: Iterable[Any] = (), /, **facts: Any) -> Violation:
    """Return a violation ``verify.<code>`` with its ids sorted as text, and their number as fact ``n``.

    A code that names its area itself (``verify_staffing.figure``) stays as it is.
    """
    named = tuple(sorted(str(i) for i in set(ids)))
    return Violation(code if "." in code else f"verify.{code}", {"n": len(named), **facts}, named)


def area_tolerance_m2(area_m2: float) -> float:
    """Return by how much two areas of this size may differ, m²."""
    return AREA_M2 + AREA_SHARE * area_m2


def as_text(value: Any) -> str:
    """Return an id as text, exactly as it stands; whole numbers without ``.0``, unknown as empty text."""
    if value is None or value is pd.NA or (isinstance(value, float) and value != value):
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def row_key(row: Any, file: Any) -> int | str | None:
    """Return how a row of the input is known: by its number, with its file where the layer has several."""
    number = as_count(row)
    return number if pd.isna(file) or file == "" else f"{file}#{number}"


def as_count(value: Any) -> int | None:
    """Return a delivered whole number, or None where there is none."""
    text = as_text(value)
    try:
        number = float(text)
    except ValueError:
        return None
    return int(number) if number.is_integer() else None


def counts(column: pd.Series) -> pd.Series:
    """Return a column of whole numbers as int64; unknown ones are 0."""
    return column.map(as_count).fillna(0).astype("int64")


def read_delivery(directory: Path) -> tuple[Delivery | None, list[Violation]]:
    """Return the delivery and what is missing of it; no delivery where the rest cannot be judged."""
    found = [blame("file_missing", file=name) for name in FILES if not (directory / name).is_file()]
    record, wrong = read_record(directory / "plan.json")
    layers, torn = read_layers(directory / "plan.gpkg")
    assignments, unread = read_assignments(directory / "assignments.csv")
    found += wrong + torn + unread
    if record is None or layers is None or assignments is None:
        return None, found
    return Delivery(directory=directory, record=record, assignments=assignments, **layers), found


def read_record(path: Path) -> tuple[dict[str, Any] | None, list[Violation]]:
    """Return ``plan.json`` and the keys it lacks; None where a key is missing."""
    if not path.is_file():
        return None, []
    try:
        record = json.loads(path.read_text("utf-8"))
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        return None, [blame("file_unreadable", file=path.name, why=str(error))]
    if not isinstance(record, dict) or record.get("schema") != RECORD_SCHEMA:
        return None, [blame("record_schema", expected=RECORD_SCHEMA)]
    missing = []
    for part, keys in RECORD_KEYS.items():
        table = record.get(part, {}) if part else record
        missing += [
            f"{part}.{key}".lstrip(".") for key in keys if not isinstance(table, dict) or key not in table
        ]
    return (None, [blame("record_key", missing)]) if missing else (record, [])


def read_layers(path: Path) -> tuple[dict[str, Any] | None, list[Violation]]:
    """Return the layers of ``plan.gpkg`` by name; None where a layer or a promised column is missing."""
    if not path.is_file():
        return None, []
    try:
        names = {name for name, _ in pyogrio.list_layers(path)}
    except DataSourceError as error:
        return None, [blame("file_unreadable", file=path.name, why=str(error))]
    found = [blame("layer_missing", layer=name) for name in LAYERS if name not in names]
    layers: dict[str, Any] = {}
    for name in sorted(set(LAYERS) & names):
        try:
            layers[name] = plain_text(pyogrio.read_dataframe(path, layer=name))
        except (DataLayerError, DataSourceError, shapely.errors.GEOSException) as error:
            found.append(blame("file_unreadable", file=f"{path.name}/{name}", why=str(error)))
            continue
        lost = [column for column in LAYERS[name] if column not in layers[name].columns]
        if lost:
            found.append(blame("column_missing", lost, layer=name))
    return (None if found else layers), found


def optional_layer(delivery: Delivery, name: str) -> pd.DataFrame:
    """Return a layer that not every delivery has; an empty table where there is none."""
    try:
        return pyogrio.read_dataframe(delivery.directory / "plan.gpkg", layer=name)
    except DataLayerError:
        return pd.DataFrame()


def read_assignments(path: Path) -> tuple[pd.DataFrame | None, list[Violation]]:
    """Return ``assignments.csv`` with every id as the text it is."""
    if not path.is_file():
        return None, []
    try:
        table = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig")
    except (UnicodeDecodeError, pd.errors.ParserError, pd.errors.EmptyDataError) as error:
        return None, [blame("file_unreadable", file=path.name, why=str(error))]
    lost = [column for column in ASSIGNMENT_COLUMNS if column not in table.columns]
    if lost:
        return None, [blame("column_missing", lost, layer=path.name)]
    if not table["households"].str.fullmatch(r"\d+").all():
        wrong = table.loc[~table["households"].str.fullmatch(r"\d+"), "building_id"]
        return None, [blame("assignment_count", wrong)]
    return table.assign(households=table["households"].astype("int64")), []


def plain_text(table: pd.DataFrame) -> pd.DataFrame:
    """Return the table with its ids as text (unknown ones empty)."""
    named = [column for column in TEXT_COLUMNS if column in table.columns]
    return table.assign(**{column: table[column].map(as_text) for column in named})
