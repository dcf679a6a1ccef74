"""Zip archives: unpacked aside, with names in GBK or UTF-8, for as long as somebody reads from them."""

from __future__ import annotations

import shutil
import tempfile
import weakref
import zipfile
import zlib
from pathlib import Path, PurePosixPath

from gridder.errors import InputError
from gridder.read.raw import reading
from gridder.read.shapefile import is_utf8

UTF8_FLAG = 0x800  # of an entry whose name is UTF-8; without it the standard says code page 437
ENCRYPTED_FLAG = 0x1
ARCHIVES = (".zip", ".kmz")  # KMZ: a zip around a KML
GEODATABASE_PART = ".gdbtable"
JUNK = ("__MACOSX", ".DS_Store", "Thumbs.db", "desktop.ini")


class Unpacked:
    """A zip archive and the folder it was unpacked into; the folder goes when nobody holds this any more."""

    def __init__(self, archive: Path) -> None:
        self.archive = archive
        self.folder = Path(tempfile.mkdtemp(prefix="gridder-"))
        self._finalizer = weakref.finalize(self, shutil.rmtree, self.folder, True)


def unpack(archive: Path) -> Unpacked:
    """Return an archive unpacked.

    Raises
    ------
    InputError
        It is damaged, locked by a password, or has entries that point out of it; no room to unpack it.
    """
    unpacked = Unpacked(archive)
    try:
        with reading(archive), zipfile.ZipFile(archive) as zipped:
            entries = {read_name(entry): entry for entry in zipped.infolist() if not entry.is_dir()}
            wanted = {name: entry for name, entry in entries.items() if not is_junk(name)}
            for name, entry in wanted.items():
                if entry.flag_bits & ENCRYPTED_FLAG:
                    raise InputError("errors.zip_locked", file=archive.name)
                place = unpacked.folder / home_of(name, archive, entries)
                if ".." in PurePosixPath(name).parts or not place.is_relative_to(unpacked.folder):
                    raise InputError("errors.zip_outside", file=archive.name, entry=name)
                place.parent.mkdir(parents=True, exist_ok=True)
                with zipped.open(entry) as packed, place.open("wb") as stream:
                    shutil.copyfileobj(packed, stream)
    except (zlib.error, NotImplementedError) as error:
        raise InputError("errors.file_unreadable", file=archive.name, detail=str(error)) from error
    return unpacked


def read_name(entry: zipfile.ZipInfo) -> str:
    """Return the name of an entry; one that does not say how it is encoded is UTF-8 where that fits, else GB18030."""
    name = entry.filename.replace("\\", "/")
    if entry.flag_bits & UTF8_FLAG:
        return name
    try:
        raw = name.encode("cp437")
        return raw.decode("utf-8" if is_utf8(raw) else "gb18030")
    except UnicodeError:
        return name


def is_junk(name: str) -> bool:
    """Whether an entry is something that an operating system left behind."""
    return any(part in JUNK or part.startswith("._") for part in PurePosixPath(name).parts)


def home_of(name: str, archive: Path, entries: dict[str, zipfile.ZipInfo]) -> str:
    """Return where an entry goes: the loose parts of a geodatabase get the folder that they lack."""
    loose = any(other.endswith(GEODATABASE_PART) and "/" not in other for other in entries)
    return f"{archive.stem.removesuffix('.gdb')}.gdb/{name}" if loose else name


def find_members(folder: Path, kinds: tuple[str, ...]) -> list[Path]:
    """Return the data files below a folder, sorted, geodatabases as one; those nearer the top hide none."""
    found: list[Path] = []
    for place in sorted(folder.iterdir()):
        if place.suffix.lower() in kinds and (place.is_file() or place.suffix.lower() == ".gdb"):
            found.append(place)
        elif place.is_dir():
            found += find_members(place, kinds)
    return found
