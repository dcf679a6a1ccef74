"""What the independent look did not look at, and why: said beside its result, so that silence is never taken for approval."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from gridder.verify.base import Violation, as_text, blame, read_delivery
from gridder.verify.input import UNREADABLE
from gridder.verify.places import locate
from gridder.verify.raw_places import kind_named, name_of
from gridder.verify.raw_shapes import read_shapes
from gridder.verify.raw_tables import read_entry
from gridder.verify.shares import OGR, PLAIN_DATUMS

PLAIN_KINDS = frozenset("river railway expressway arterial road wall path crossing".split())


def list_unchecked(directory: Path, input_path: Path | None = None) -> list[Violation]:
    """Return what of the input was not compared with the delivery, one remark a reason; ids are the sources.

    Parameters
    ----------
    directory, input_path
        As for ``verify_delivery``.
    """
    delivery, _ = read_delivery(directory)
    if delivery is None:
        return []
    files = locate(delivery, input_path)
    if files is None:
        return [blame("unchecked_input", sorted({entry["file"] for entry in delivery.record["inputs"]}))]
    entries = [entry for entry in delivery.record["inputs"] if entry["file"] in files]
    found = []
    for layer, code, passed_over in (
        ("barriers", "unchecked_classes", is_read_by_classes),
        ("compounds", "unchecked_compounds", is_counted_unseen),
    ):
        mine = [entry for entry in entries if entry.get("layer") == layer]
        names = [name_of(entry) for entry in mine if passed_over(files[entry["file"]], entry)]
        found += [blame(code, names)] if names else []
    return found


def is_read_by_classes(path: Path, entry: dict[str, Any]) -> bool:
    """Whether barriers were sorted by classes, or cannot be laid over the plan: which of them bar is planning's reading."""
    try:
        table, shapes = read_entry(path, entry), read_shapes(path, entry)
    except UNREADABLE:
        return True
    if shapes is None or len(shapes) != len(table) or not entry.get("crs"):
        return True
    column = entry["columns"].get("kind")
    if column not in table:
        return not (entry.get("kind") or kind_named(entry, list(table.columns)))
    if entry.get("kinds") or entry.get("kind"):
        return True
    return not set(table[column].map(as_text).str.strip()) <= PLAIN_KINDS


def is_counted_unseen(path: Path, entry: dict[str, Any]) -> bool:
    """Whether compounds state households in a file that cannot be laid over the plan here (archive, table, database)."""
    plain = path.suffix.lower() in OGR and entry.get("coords") in PLAIN_DATUMS
    return "households" in entry["columns"] and not plain
