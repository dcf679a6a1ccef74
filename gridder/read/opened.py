"""Sources read, whatever they are (file, file of an archive, table of a database), and what the record keeps of them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import Any

from gridder.errors import Finding, InputError
from gridder.read.formats import read_raw
from gridder.read.header_rows import TITLE_SHOWN, Header, known_names
from gridder.read.postgis import read_table
from gridder.read.raw import RawLayer
from gridder.read.settings import Source
from gridder.read.shapefile import hash_file, hash_parts


def read_source(source: Source, encoding: str | None, named: Collection[str] = ()) -> RawLayer:
    """Return the table of a source as it is; ``encoding`` is what was said of all sources, ``named`` of its columns.

    Raises
    ------
    InputError
        It is missing, damaged, or not what its name says.
    """
    if source.address is not None:
        return read_table(source.address, source.source_layer or source.layer)
    known = known_names(source.layer, (*source.columns.values(), *named))
    return read_raw(source.path, source.source_layer, source.encoding or encoding, known)


def identify(source: Source, raw: RawLayer | None = None) -> dict[str, Any]:
    """Return what tells this very source from any other: names and sha256; of an archive its own, of a table its rows'.

    ``raw`` spares reading a table again.
    """
    found: dict[str, Any] = {"file": source.file}
    if source.address is not None:
        found["sha256"] = (raw or read_source(source, None)).sha256
        found["parts"] = {}
    else:
        found["sha256"] = hash_file(source.archive.archive if source.archive else source.path)
        found["parts"] = {} if source.archive else hash_parts(source.path)
    found["layer"] = source.layer
    found["source_layer"] = source.source_layer
    if raw is not None and raw.header is not None and raw.header.row > 1:
        found["header_row"] = raw.header.row
    return found | ({"member": source.member} if source.member else {})


def tell_reading(source: Source, raw: RawLayer) -> list[Finding]:
    """Return notes about what reading had to guess or to mend."""
    facts = {"file": source.label, "encoding": raw.encoding}
    told = {
        "read.encoding_guessed": raw.encoding_guessed,
        "read.arcs_straightened": raw.curved,
        "read.index_restored": raw.index_restored,
    }
    found = [Finding(code, "note", facts, layer=source.layer) for code, true in told.items() if true]
    return found + tell_header(source, raw.header)


def tell_header(source: Source, header: Header | None) -> list[Finding]:
    """Return the note that the header is not the first row; nothing of what stands above it is quoted.

    Raises
    ------
    InputError
        There is no header below a title, or two rows share its names.
    """
    if header is None:
        return []
    facts: dict[str, Any] = {
        "file": source.label,
        "layer": source.layer,
        "row": header.row,
        "names": header.shown(),
    }
    if header.doubt:
        below = replace(header, cells=header.below).shown()
        title = header.shown()[:TITLE_SHOWN]
        raise InputError(
            f"read.header_{header.doubt}", **facts, title=title, next=header.row + 1, below=below
        )
    if header.row == 1:
        return []
    return [Finding("read.header_row", "note", facts | {"above": header.row - 1}, layer=source.layer)]
