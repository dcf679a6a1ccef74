"""Where the files of an input are that a record names, and which of them are no longer what they were."""

from __future__ import annotations

import glob
import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from gridder.addresses import is_address, label_of
from gridder.verify.base import Delivery
from gridder.verify.databases import read_database

SETTINGS = "district.yaml"


def changed(entries: Iterable[dict[str, Any]], files: dict[str, Path]) -> Iterator[str]:
    """Yield the names of the files, of the parts of shapefiles, and of the tables, that are not those recorded."""
    for entry in entries:
        path = files.get(entry["file"])
        if path is None:
            continue
        if is_address(path):
            if read_database(path, entry["source_layer"])[1] != entry["sha256"]:
                yield f"{label_of(path)} {entry['source_layer']}"
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
    """Return recorded name → path (or address); None where the input is not given and not beside the delivery."""
    names = sorted({entry["file"] for entry in delivery.record["inputs"]})
    if input_path is None:
        found = search(names, (delivery.directory.parent,))
        return found if len(found) == len(names) and names else None
    if is_address(input_path):
        return dict.fromkeys(names, input_path) if names == [label_of(input_path)] else {}
    if input_path.is_dir() and (input_path / SETTINGS).is_file():
        input_path = input_path / SETTINGS
    if input_path.is_dir() and names != [input_path.name]:
        return search(names, (input_path, *sorted(p for p in input_path.rglob("*") if p.is_dir())))
    if input_path.suffix.lower() in (".yaml", ".yml"):
        return locate_named(names, input_path)
    return dict.fromkeys(names, input_path) if len(names) == 1 else search(names, (input_path.parent,))


def locate_named(names: Iterable[str], settings: Path) -> dict[str, Path]:
    """Return recorded name → what a ``district.yaml`` says of it: by the whole name, else by the file's alone."""
    places = {settings.name: settings}
    for text in reversed(list(named_files(YAML(typ="safe").load(settings)))):
        if is_address(text):
            places[label_of(text)] = Path(text)
        else:
            path = settings.parent / text
            places |= {path.name: path, Path(text).as_posix(): path} if path.exists() else {}
    hits = {name: places.get(name, places.get(Path(name).name)) for name in names}
    return {name: path for name, path in hits.items() if path is not None}


def search(names: Iterable[str], folders: Iterable[Path]) -> dict[str, Path]:
    """Return name → the first path of that name in the folders."""
    places = list(folders)
    hits = {name: next((p / name for p in places if (p / name).exists()), None) for name in names}
    return {name: path for name, path in hits.items() if path is not None}


def named_files(tree: Any) -> Iterator[str]:
    """Yield the files and addresses that a ``district.yaml`` names, wherever they stand in it."""
    if isinstance(tree, dict):
        for key, value in tree.items():
            if key in ("file", "workforce") and isinstance(value, str):
                yield value
            else:
                yield from named_files(value)
    elif isinstance(tree, list):
        for value in tree:
            yield from named_files(value)
