"""Every table an input holds, recognised or not: where it is and which of gridder's layers it is taken for."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from gridder.read.barrier_layers import named_barriers
from gridder.read.formats import CONTAINERS, list_inner
from gridder.read.places import Place, list_places, places_in
from gridder.read.settings import ReadOptions, Source
from gridder.read.sources import SETTINGS_FILE, find_layout, is_named, match_names
from gridder.read.zipped import ARCHIVES, unpack


@dataclass(frozen=True)
class Entry:
    """One table of an input; ``name`` is what ``--layer`` calls it, ``source.layer`` blank where not recognised."""

    name: str
    source: Source


def list_entries(path: Path, options: ReadOptions) -> list[Entry]:
    """Return every table of a container or folder; of other inputs those that are used.

    Raises
    ------
    InputError
        The input cannot be listed.
    """
    places = list_files(path, options)
    if places is None:
        return [Entry(s.source_layer or s.path.stem, s) for s in find_layout(path, options).sources]
    found = [named for place in places for named in tables_of(place, alone=len(places) == 1)]
    names = [name for name, _ in found]
    known = ReadOptions(layers={k: name for k, name in options.layers.items() if name in names})
    matched = match_names(names, known, path.name)
    layer_of = {name: layer for layer, name in matched.items()}
    layer_of |= dict.fromkeys(named_barriers(names, matched), "barriers")
    return [Entry(name, replace(source, layer=layer_of.get(name, ""))) for name, source in found]


def list_files(path: Path, options: ReadOptions) -> list[Place] | None:
    """Return the files of a container, folder or archive; None where settings or a lone table say what is what."""
    if path.is_file() and path.suffix.lower() in CONTAINERS:
        return [Place(path, path.name, path.stem)]
    if is_plain_folder(path):
        return list_places(path, is_named(options))
    if path.is_file() and path.suffix.lower() in ARCHIVES:
        unpacked = unpack(path)
        places = places_in(unpacked)
        lone = len(places) == 1 and places[0].path.suffix.lower() not in CONTAINERS
        return None if lone or any(unpacked.folder.rglob(SETTINGS_FILE)) else places
    return None


def tables_of(place: Place, *, alone: bool) -> list[tuple[str, Source]]:
    """Return (name, source) of the tables in a file; a container among other files goes by its first layer."""
    if place.path.suffix.lower() not in CONTAINERS:
        return [(place.name, place.source(""))]
    layers = list_inner(place.path)
    if alone:
        return [(name, place.source("", name)) for name in layers]
    return [(place.name, place.source("", layers[0]))] if layers else []


def is_plain_folder(path: Path) -> bool:
    """Whether an input is a folder with one file a layer, and no settings that say more."""
    return path.is_dir() and path.suffix.lower() != ".gdb" and not (path / SETTINGS_FILE).is_file()
