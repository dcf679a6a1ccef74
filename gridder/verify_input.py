"""Checks against the raw input, read here, not through gridder's reader: nobody lost, nobody invented."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pandas as pd
import pyogrio
from pyogrio.errors import DataLayerError, DataSourceError

from gridder.tables import recognise
from gridder.verify_base import Delivery, Violation, as_count, as_text, blame

COUNT = re.compile(
    r"\s*(\d+)(?:\.0+)?\s*(?:户|家|套)?\s*", re.ASCII
)  # a count, with its unit as planners write it
TABLES = (".csv", ".txt")
PARQUET = (".parquet", ".geoparquet")


def check_input(delivery: Delivery, input_path: Path | None) -> list[Violation]:
    """The input is the file recorded, and every row of its buildings is planned or quarantined."""
    files = locate(delivery, input_path)
    if files is None:
        return []
    found = []
    for entry in delivery.record["inputs"]:
        path = files.get(entry["file"])
        if path is None:
            if input_path is not None:
                found.append(blame("input_missing", file=entry["file"]))
        elif hashlib.sha256(path.read_bytes()).hexdigest() != entry["sha256"]:
            found.append(blame("input_changed", file=entry["file"]))
    entry = next((e for e in delivery.record["inputs"] if e["layer"] == "buildings"), None)
    if entry is None:
        return [*found, blame("record_key", ["inputs.buildings"])]
    if found or entry["file"] not in files:
        return found
    return check_rows(delivery, entry, files[entry["file"]])


def locate(delivery: Delivery, input_path: Path | None) -> dict[str, Path] | None:
    """Return recorded file name → path; None where the input is not given and not beside the delivery."""
    names = sorted({entry["file"] for entry in delivery.record["inputs"]})
    if input_path is None:
        found = search(names, (delivery.directory.parent,))
        return found if len(found) == len(names) and names else None
    if input_path.is_file() and len(names) == 1 and input_path.suffix.lower() not in (".yaml", ".yml"):
        return {names[0]: input_path}
    folder = input_path if input_path.is_dir() else input_path.parent
    return search(names, (folder, *sorted(p for p in folder.rglob("*") if p.is_dir())))


def search(names: Iterable[str], folders: Iterable[Path]) -> dict[str, Path]:
    """Return name → the first path of that name in the folders."""
    places = list(folders)
    hits = {name: next((p / name for p in places if (p / name).is_file()), None) for name in names}
    return {name: path for name, path in hits.items() if path is not None}


def read_rows(path: Path, layer: str | None, encoding: str | None) -> pd.DataFrame:
    """Return the attributes of every row of a file, in file order."""
    if path.suffix.lower() in TABLES:
        return pd.read_csv(path, dtype=str, keep_default_na=False, encoding=encoding or "utf-8-sig")
    if path.suffix.lower() in PARQUET:
        table = pd.read_parquet(path)
        return table[[name for name in table.columns if not any(isinstance(v, bytes) for v in table[name])]]
    kind = encoding if path.suffix.lower() in (".shp", ".dbf") else None
    return pyogrio.read_dataframe(path, layer=layer, encoding=kind, read_geometry=False)


def check_rows(delivery: Delivery, entry: dict[str, Any], path: Path) -> list[Violation]:
    """Return which rows are lost, invented or counted otherwise than they say."""
    try:
        rows = read_rows(path, source_layer(delivery, path), entry.get("encoding"))
    except (DataLayerError, DataSourceError, UnicodeDecodeError, ValueError) as error:
        return [blame("input_unreadable", file=path.name, why=str(error))]
    column = recognise("buildings", list(rows.columns)) | dict(
        delivery.options.get("columns", {}).get("buildings", {})
    )
    if column.get("households") not in rows.columns:
        return [blame("input_unreadable", file=path.name, why=str(column.get("households")))]
    rows = pd.DataFrame({
        "row": range(1, len(rows) + 1),
        "id": rows[column["building_id"]].map(as_text) if column.get("building_id") in rows.columns else "",
        "count": rows[column["households"]].map(read_count),
    })  # fmt: skip
    rows["quarantined"] = rows["row"].isin(quarantined_rows(delivery))
    return compare(
        delivery, rows, named=column.get("building_id") in (None, *rows.columns) or bool(rows["id"].any())
    )


def source_layer(delivery: Delivery, path: Path) -> str | None:
    """Return the name of the layer of buildings in the file, or None for its only layer."""
    if path.suffix.lower() in PARQUET:
        return None
    names = [name for name, _ in pyogrio.list_layers(path)]
    asked = delivery.options.get("layers", {}).get("buildings", "buildings")
    return asked if asked in names else None


def quarantined_rows(delivery: Delivery) -> set[int]:
    """Return the row numbers of the buildings in quarantine."""
    mine = delivery.quarantine[delivery.quarantine["layer"] == "buildings"]
    return {row for row in mine["row"].map(as_count) if row is not None}


def read_count(value: Any) -> int | None:
    """Return the count a cell states, or None where it states none."""
    hit = COUNT.fullmatch(as_text(value))
    return int(hit.group(1)) if hit else None


def compare(delivery: Delivery, rows: pd.DataFrame, *, named: bool) -> list[Violation]:
    """Return the rows that are in neither place, the buildings that are in no row, and counts that differ."""
    planned = delivery.assignments.groupby("building_id")["households"].sum()
    flags = delivery.buildings.groupby("building_id")[["count_missing", "estimated"]].max().fillna(False)
    decided = set(flags.index[flags.astype(bool).any(axis=1)])
    left = rows[~rows["quarantined"]]
    found = []
    if named:
        lost = left[~left["id"].isin(planned.index)]
        invented = set(planned.index) - set(left["id"])
        repeated = left[left.duplicated("id")]
        known = left[left["id"].isin(planned.index)].drop_duplicates("id")
        differing = [
            i for i, n in zip(known["id"], known["count"])
            if i not in decided and (n is None or n != n or n != planned[i])
        ]  # fmt: skip
        filled = [i for i, n in zip(known["id"], known["count"]) if i in decided and n == n and n is not None]
        for code, ids in (
            ("input_row_lost", lost["id"]),
            ("building_invented", invented),
            ("input_row_twice", repeated["id"]),
            ("input_count_differs", differing),
            ("input_count_replaced", filled),
        ):
            if len(ids):
                found.append(blame(code, ids))
    elif len(left) != len(planned):
        found.append(
            blame(
                "input_rows", rows=len(rows), planned=len(planned), quarantined=int(rows["quarantined"].sum())
            )
        )
    return found or check_total(delivery, rows, decided)


def check_total(delivery: Delivery, rows: pd.DataFrame, decided: set[str]) -> list[Violation]:
    """Planned (without what was decided for unknown counts) + quarantined = input, to the household."""
    table = delivery.assignments
    planned = int(table.loc[~table["building_id"].isin(decided), "households"].sum())
    quarantined = int(rows.loc[rows["quarantined"], "count"].sum())
    total = int(rows["count"].sum())
    if planned + quarantined == total:
        return []
    return [blame("input_total", planned=planned, quarantined=quarantined, total=total)]
