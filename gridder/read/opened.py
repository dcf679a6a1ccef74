"""Sources read, whatever they are (file, file of an archive, table of a database), and what the record keeps of them."""

from __future__ import annotations

from typing import Any

from gridder.errors import Finding
from gridder.read.formats import read_raw
from gridder.read.postgis import read_table
from gridder.read.raw import RawLayer
from gridder.read.settings import Source
from gridder.read.shapefile import hash_file, hash_parts


def read_source(source: Source, encoding: str | None) -> RawLayer:
    """Return the table of a source as it is; ``encoding`` is what was said of all sources.

    Raises
    ------
    InputError
        It is missing, damaged, or not what its name says.
    """
    if source.address is not None:
        return read_table(source.address, source.source_layer or source.layer)
    return read_raw(source.path, source.source_layer, source.encoding or encoding)


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
    return found | ({"member": source.member} if source.member else {})


def tell_reading(source: Source, raw: RawLayer) -> list[Finding]:
    """Return notes about what reading had to guess or to mend."""
    facts = {"file": source.label, "encoding": raw.encoding}
    told = {
        "read.encoding_guessed": raw.encoding_guessed,
        "read.arcs_straightened": raw.curved,
        "read.index_restored": raw.index_restored,
    }
    return [Finding(code, "note", facts, layer=source.layer) for code, true in told.items() if true]
