"""Files that may hold layers: those of a folder and those taken out of archives, each with its name in messages."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from gridder.read.formats import DATA_FILES
from gridder.read.settings import Source
from gridder.read.zipped import ARCHIVES, Unpacked, find_members, unpack
from gridder.tables import fold

TEMPORARY = ("~$", ".")  # what programs and systems put beside the files of people


@dataclass(frozen=True)
class Place:
    """One file that may hold layers; ``label`` is its name in messages, ``name`` the one to know its layer by."""

    path: Path
    label: str
    name: str
    archive: Unpacked | None = None
    member: str | None = None

    @classmethod
    def of_member(cls, unpacked: Unpacked, path: Path) -> Place:
        """Return the place of a file taken out of an archive."""
        member = path.relative_to(unpacked.folder).as_posix()
        return cls(path, f"{unpacked.archive.name}/{member}", path.stem, unpacked, member)

    def source(self, layer: str, source_layer: str | None = None) -> Source:
        """Return this place as the source of a layer."""
        return Source(layer, self.path, self.label, source_layer, archive=self.archive, member=self.member)


def places_in(unpacked: Unpacked) -> list[Place]:
    """Return the data files of an archive, in whatever folders they are."""
    return [Place.of_member(unpacked, path) for path in find_members(unpacked.folder, DATA_FILES)]


def list_places(folder: Path, named: frozenset[str]) -> list[Place]:
    """Return the data files of a folder and of the archives in it, by name.

    An archive of one file goes by its own name where that names a layer (``buildings.zip``), else by the file's.
    """
    found: list[Place] = []
    for file in sorted(folder.iterdir()):
        if file.name.startswith(TEMPORARY):
            continue
        if file.suffix.lower() in DATA_FILES:
            found.append(Place(file, file.name, file.stem))
        elif file.suffix.lower() in ARCHIVES and file.is_file():
            inside = places_in(unpack(file))
            alone = len(inside) == 1 and fold(file.stem) in named
            found += [Place(p.path, p.label, file.stem, p.archive, p.member) if alone else p for p in inside]
    return found
