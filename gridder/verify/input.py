"""Checks against the raw input, read here, not through gridder's reader: nobody lost, nobody invented."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError
from zipfile import BadZipFile

import geopandas as gpd
import numpy as np
import pandas as pd
from pyogrio.errors import DataLayerError, DataSourceError

from gridder.verify.base import Delivery, Violation, as_text, blame, row_key
from gridder.verify.entrances import check_stated_units
from gridder.verify.places import changed, locate
from gridder.verify.raw_places import check_barriers, check_stands, places_of
from gridder.verify.raw_tables import read_entry
from gridder.verify.shares import (
    check_compounds,
    check_groups,
    check_persons,
    quarantined,
    read_compounds,
    shared_rows,
    sum_quarantined,
)

UNREADABLE = (DataLayerError, DataSourceError, BadZipFile, ParseError, KeyError, ValueError, OSError)
NUMBER = re.compile(
    r"([+-]?(?:\d+|\d{1,3}(?:,\d{3})+)(?:\.\d*)?)(?:居民户|户|戶|家|套|households?|dwellings?|units?|hh)?"
)
PERSONS = re.compile(
    r"([+-]?(?:\d+|\d{1,3}(?:,\d{3})+)(?:\.\d*)?)(?:口人|人口|人|口|persons?|people|residents?)?"
)


def check_input(delivery: Delivery, input_path: Path | None) -> list[Violation]:
    """The input is the one recorded, and every row of its buildings is planned or quarantined."""
    entries = delivery.record["inputs"]
    files = locate(delivery, input_path)
    if files is None:
        return []
    found = [blame("input_missing", file=e["file"]) for e in entries if e["file"] not in files]
    try:
        found += [blame("input_changed", file=name) for name in changed(entries, files)]
    except ValueError as error:  # a database that does not answer
        return [*found, blame("input_unreadable", file=entries[0]["file"], why=str(error))]
    sources = [entry for entry in entries if entry.get("layer") == "buildings"]
    if not sources:
        found.append(blame("record_key", ["inputs.buildings"]))
    if found:
        return found
    try:
        parts = [read_rows(files[e["file"]], e, alone=len(sources) == 1) for e in sources]
        compounds = read_compounds(entries, files, delivery.cells.crs)
        crs = delivery.buildings.crs
        spots = [places_of(files[e["file"]], e, len(part), crs) for e, part in zip(sources, parts)]
        barred = check_barriers(delivery, entries, files)
    except UNREADABLE as error:
        return [blame("input_unreadable", file=sources[0]["file"], why=str(error))]
    rows = number_rows(pd.concat(parts, ignore_index=True).assign(place=np.concatenate(spots)))
    planned = planned_rows(delivery, rows)
    stands = check_stands(delivery, planned) + check_stated_units(delivery, planned)
    return compare(delivery, rows, compounds) + stands + barred


def number_rows(rows: pd.DataFrame) -> pd.DataFrame:
    """Return rows with their numbers as ids where nobody was named."""
    if rows["id"].any():
        return rows
    return rows.assign(id=[str(n) for n in range(1, len(rows) + 1)])


def planned_rows(delivery: Delivery, rows: pd.DataFrame) -> pd.DataFrame:
    """Return the rows that are not in quarantine."""
    away = quarantined(delivery)
    return rows[[key not in away for key in zip(rows["row"], rows["id"])]]


def read_rows(path: Path, entry: dict[str, Any], *, alone: bool = True) -> pd.DataFrame:
    """Return row number, id, count and persons (as stated; NaN where none), group, compound, units (blank where none).

    Of every row of one source of buildings; the number goes with the file where it is not ``alone``.
    """
    columns = entry["columns"]
    name = ":".join(entry[key] for key in ("file", "member", "source_layer") if entry.get(key))
    table = read_entry(path, entry).reset_index(drop=True)
    blank = pd.Series("", index=table.index)
    texts = {
        name: table[columns[name]].map(as_text).str.strip() if name in columns else blank
        for name in ("count_group", "compound", "population", "units")
    }
    ids = table[columns["building_id"]].map(as_text) if "building_id" in columns else blank
    counts = (
        table[columns["households"]].map(read_count) if "households" in columns else blank.map(read_count)
    )
    return pd.DataFrame({
        "row": [row_key(row, None if alone else name) for row in range(1, len(table) + 1)],
        "id": ids.where(ids.str.strip() != "", ""),
        "count": counts.astype("float64"),
        "group": texts["count_group"],
        "compound": texts["compound"],
        "units": texts["units"],
        "persons": texts["population"].map(read_persons).astype("float64"),
    })  # fmt: skip


def read_count(value: Any) -> float:
    """Return the number a cell states (``1,220 户`` states 1220), or NaN where it states none."""
    text = unicodedata.normalize("NFKC", as_text(value)).casefold()
    hit = NUMBER.fullmatch("".join(text.split()))
    return float(hit.group(1).replace(",", "")) if hit else float("nan")


def read_persons(text: str) -> float:
    """Return the number of persons a cell states (``36.7 人``), or NaN where it states none."""
    bare = "".join(unicodedata.normalize("NFKC", text).casefold().split())
    hit = PERSONS.fullmatch(bare)
    return float(hit.group(1).replace(",", "")) if hit else float("nan")


def compare(delivery: Delivery, rows: pd.DataFrame, compounds: gpd.GeoDataFrame | None) -> list[Violation]:
    """Return the rows that are in neither place, the buildings that are in no row, and counts that differ."""
    left = planned_rows(delivery, rows)
    planned = delivery.assignments.groupby("building_id")["households"].sum()
    decided = decided_ids(delivery)
    shared = shared_rows(delivery, rows, decided)
    known = left[left["id"].isin(planned.index)].drop_duplicates("id")
    said, true = known["count"].to_numpy(), planned.reindex(known["id"]).to_numpy()
    filled = known["id"].isin(decided).to_numpy()
    found = [
        blame(code, ids)
        for code, ids in (
            ("input_row_lost", left.loc[~left["id"].isin(planned.index), "id"]),
            ("building_invented", set(planned.index) - set(left["id"])),
            ("input_row_twice", left.loc[left.duplicated("id"), "id"]),
            ("input_count_differs", known.loc[~filled & (said != true), "id"]),
            ("input_count_replaced", known.loc[filled & ~pd.isna(said) & ~shared[known.index], "id"]),
        )
        if len(ids)
    ]
    found = found or check_total(delivery, rows[~shared], decided) + check_groups(delivery, rows[shared])
    if found:
        return found
    if compounds is not None:
        compounds = compounds.assign(households=compounds["stated"].map(read_count))
    marked = rows.assign(shared=shared, away=~rows.index.isin(left.index))
    counted = any(
        e.get("layer") == "compounds" and "households" in e["columns"] for e in delivery.record["inputs"]
    )
    found = check_persons(delivery, rows, counted=counted)
    return found + check_compounds(delivery, marked, compounds, decided)


def decided_ids(delivery: Delivery) -> set[str]:
    """Return the buildings whose count was unknown and decided: zero or an estimate."""
    marks = delivery.buildings[["count_missing", "estimated"]].fillna(False).astype(bool).any(axis=1)
    return set(delivery.buildings.loc[marks, "building_id"])


def check_total(delivery: Delivery, rows: pd.DataFrame, decided: set[str]) -> list[Violation]:
    """Planned (without what was decided for unknown counts) + quarantined = input, to the household.

    ``rows`` are those that count for themselves; what is filled into others is checked by group, compound, persons.
    """
    if not rows["count"].notna().any():
        return []
    table = delivery.assignments
    mine = table["building_id"].isin(rows["id"]) & ~table["building_id"].isin(decided)
    planned = int(table.loc[mine, "households"].sum())
    quarantined_sum = sum_quarantined(delivery, rows[rows["count"].notna()])
    total = float(rows["count"].sum())
    if abs(planned + quarantined_sum - total) < 0.5:  # household: fractional counts are quarantined as read
        return []
    return [blame("input_total", planned=planned, quarantined=round(quarantined_sum), total=round(total))]
