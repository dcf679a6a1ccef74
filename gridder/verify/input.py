"""Checks against the raw input, read here, not through gridder's reader: nobody lost, nobody invented."""

from __future__ import annotations

import csv
import glob
import hashlib
import io
import re
import unicodedata
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pyogrio
from pyogrio.errors import DataLayerError, DataSourceError
from ruamel.yaml import YAML

from gridder.verify.base import Delivery, Violation, as_text, blame
from gridder.verify.shares import (
    check_compounds,
    check_groups,
    check_persons,
    quarantined,
    read_compounds,
    shared_rows,
    sum_quarantined,
)

NUMBER = re.compile(
    r"([+-]?(?:\d+|\d{1,3}(?:,\d{3})+)(?:\.\d*)?)(?:居民户|户|戶|家|套|households?|dwellings?|units?|hh)?"
)
PERSONS = re.compile(
    r"([+-]?(?:\d+|\d{1,3}(?:,\d{3})+)(?:\.\d*)?)(?:口人|人口|人|口|persons?|people|residents?)?"
)
SHEETS = (".xlsx", ".xls")
PARQUET = (".parquet", ".geoparquet", ".pq")
TEXTS = (".csv", ".tsv", ".txt")


def check_input(delivery: Delivery, input_path: Path | None) -> list[Violation]:
    """The input is the one recorded, and every row of its buildings is planned or quarantined."""
    entries = delivery.record["inputs"]
    files = locate(delivery, input_path)
    if files is None:
        return []
    found = [blame("input_missing", file=e["file"]) for e in entries if e["file"] not in files]
    found += [blame("input_changed", file=name) for name in changed(entries, files)]
    sources = [entry for entry in entries if entry.get("layer") == "buildings"]
    if not sources:
        found.append(blame("record_key", ["inputs.buildings"]))
    if found:
        return found
    try:
        rows = pd.concat([read_rows(files[e["file"]], e) for e in sources], ignore_index=True)
        compounds = read_compounds(entries, files, delivery.cells.crs)
    except (DataLayerError, DataSourceError, UnicodeDecodeError, KeyError, ValueError) as error:
        return [blame("input_unreadable", file=sources[0]["file"], why=str(error))]
    return compare(delivery, rows, compounds)


def changed(entries: Iterable[dict[str, Any]], files: dict[str, Path]) -> Iterator[str]:
    """Yield the names of the files, and of the parts of shapefiles, that are not those recorded."""
    for entry in entries:
        path = files.get(entry["file"])
        if path is None:
            continue
        if fingerprint(path) != entry["sha256"]:
            yield path.name
        beside = {p.suffix.lower(): p for p in path.parent.glob(f"{glob.escape(path.stem)}.*")}
        for suffix, digest in (entry.get("parts") or {}).items():
            part = beside.get(suffix.lower())
            if part is None or fingerprint(part) != digest:
                yield f"{path.stem}{suffix}"


def fingerprint(path: Path) -> str:
    """Return the sha256 of a file; of a folder (``.gdb``) that of its files one after another, by name."""
    digest = hashlib.sha256()
    for part in sorted(p for p in path.rglob("*") if p.is_file()) if path.is_dir() else [path]:
        digest.update(part.read_bytes())
    return digest.hexdigest()


def locate(delivery: Delivery, input_path: Path | None) -> dict[str, Path] | None:
    """Return recorded file name → path; None where the input is not given and not beside the delivery."""
    names = sorted({entry["file"] for entry in delivery.record["inputs"]})
    if input_path is None:
        found = search(names, (delivery.directory.parent,))
        return found if len(found) == len(names) and names else None
    if input_path.is_dir() and names != [input_path.name]:
        return search(names, (input_path, *sorted(p for p in input_path.rglob("*") if p.is_dir())))
    if input_path.suffix.lower() in (".yaml", ".yml"):
        places = [input_path, *named_files(YAML(typ="safe").load(input_path), input_path.parent)]
        by_name = {path.name: path for path in reversed(places) if path.is_file()}
        return {name: by_name[Path(name).name] for name in names if Path(name).name in by_name}
    return dict.fromkeys(names, input_path) if len(names) == 1 else search(names, (input_path.parent,))


def search(names: Iterable[str], folders: Iterable[Path]) -> dict[str, Path]:
    """Return name → the first path of that name in the folders."""
    places = list(folders)
    hits = {name: next((p / name for p in places if (p / name).exists()), None) for name in names}
    return {name: path for name, path in hits.items() if path is not None}


def named_files(tree: Any, folder: Path) -> Iterator[Path]:
    """Yield the files that a ``district.yaml`` names, wherever they stand in it."""
    if isinstance(tree, dict):
        for key, value in tree.items():
            if key in ("file", "workforce") and isinstance(value, str):
                yield folder / value
            else:
                yield from named_files(value, folder)
    elif isinstance(tree, list):
        for value in tree:
            yield from named_files(value, folder)


def read_rows(path: Path, entry: dict[str, Any]) -> pd.DataFrame:
    """Return row number, id, count and persons (as stated; NaN where none), group and compound (blank where none).

    Of every row of one source of buildings.
    """
    columns = entry["columns"]
    table = read_table(path, entry.get("source_layer"), entry.get("encoding"))
    blank = pd.Series("", index=table.index)
    texts = {
        name: table[columns[name]].map(as_text).str.strip() if name in columns else blank
        for name in ("count_group", "compound", "population")
    }
    ids = table[columns["building_id"]].map(as_text) if "building_id" in columns else blank
    counts = (
        table[columns["households"]].map(read_count) if "households" in columns else blank.map(read_count)
    )
    return pd.DataFrame({
        "row": range(1, len(table) + 1),
        "id": ids.where(ids.str.strip() != "", ""),
        "count": counts.astype("float64"),
        "group": texts["count_group"],
        "compound": texts["compound"],
        "persons": texts["population"].map(read_persons).astype("float64"),
    })  # fmt: skip


def read_table(path: Path, layer: str | None, encoding: str | None) -> pd.DataFrame:
    """Return the attributes of every row of a file, in file order."""
    kind = path.suffix.lower()
    if kind in PARQUET:
        return pd.read_parquet(path)
    if kind in SHEETS:
        table = pd.read_excel(path, sheet_name=layer or 0, dtype=object, keep_default_na=False)
        return table.rename(columns=lambda name: str(name).strip())
    if kind in TEXTS:
        text = path.read_bytes().decode(encoding or "utf-8").removeprefix("\ufeff")
        rows = csv.reader(io.StringIO(text), delimiter=max(",;\t", key=text.partition("\n")[0].count))
        head, *body = [row for row in rows if any(cell.strip() for cell in row)]
        padded = ([*row, *[""] * len(head)][: len(head)] for row in body)
        return pd.DataFrame(padded, columns=[name.strip() for name in head], dtype=object)
    encoding = encoding if kind == ".shp" else None
    table = pyogrio.read_dataframe(
        path, layer=layer, encoding=encoding, read_geometry=False, fid_as_index=True
    )
    key = pyogrio.read_info(path, layer=layer, encoding=encoding).get("fid_column")
    return table.assign(**{key: table.index}) if key and key not in table.columns else table


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
    if not rows["id"].any():  # nobody was named: rows are known by their numbers
        rows = rows.assign(id=[str(n) for n in range(1, len(rows) + 1)])
    away = quarantined(delivery)
    left = rows[[key not in away for key in zip(rows["row"], rows["id"])]]
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
    left = left.assign(shared=shared[left.index])
    return check_persons(delivery, rows, compounds) + check_compounds(delivery, left, compounds, decided)


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
    quarantined_sum = sum_quarantined(delivery, rows)
    total = float(rows["count"].sum())
    if abs(planned + quarantined_sum - total) < 0.5:  # household: fractional counts are quarantined as read
        return []
    return [blame("input_total", planned=planned, quarantined=round(quarantined_sum), total=round(total))]
