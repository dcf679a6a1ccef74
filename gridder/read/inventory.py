"""Every table an input holds, recognised or not: where it is and which of gridder's layers it is taken for."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from gridder.read.barrier_layers import named_barriers
from gridder.read.formats import CONTAINERS, DATA_FILES, list_layers
from gridder.read.settings import ReadOptions, Source
from gridder.read.sources import SETTINGS_FILE, STYLE_TABLE, find_layout, match_names


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
    if path.is_file() and path.suffix.lower() in CONTAINERS:
        found: list[tuple[str, Path, str | None]] = [
            (name, path, name) for name, _ in list_layers(path) if name != STYLE_TABLE
        ]
    elif is_plain_folder(path):
        found = list_folder(path)
    else:
        return [Entry(s.source_layer or s.path.stem, s) for s in find_layout(path, options).sources]
    names = [name for name, _, _ in found]
    known = ReadOptions(layers={k: name for k, name in options.layers.items() if name in names})
    matched = match_names(names, known, path.name)
    layer_of = {name: layer for layer, name in matched.items()}
    layer_of |= dict.fromkeys(named_barriers(names, matched), "barriers")
    return [
        Entry(name, Source(layer_of.get(name, ""), file, file.name, inner)) for name, file, inner in found
    ]


def is_plain_folder(path: Path) -> bool:
    """Whether an input is a folder with one file a layer, and no settings that say more."""
    return path.is_dir() and path.suffix.lower() != ".gdb" and not (path / SETTINGS_FILE).is_file()


def list_folder(folder: Path) -> list[tuple[str, Path, str | None]]:
    """Return (name, file, layer in it) of the files of a folder that can be read; a container goes by its first."""
    found: list[tuple[str, Path, str | None]] = []
    for file in sorted(folder.iterdir()):
        if file.suffix.lower() in DATA_FILES and not file.name.startswith(("~$", ".")):
            one_table = file.suffix.lower() not in CONTAINERS
            inside: list[str | None] = [None] if one_table else [name for name, _ in list_layers(file)]
            found += [(file.stem, file, inside[0])] if inside else []
    return found
