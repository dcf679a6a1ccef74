"""Shapefiles, and MapInfo's: which files belong together, how their texts are encoded, what their sha256 is."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

from gridder.read.yaml_checks import is_encoding

PARTS = {  # files beside one that are part of what is read
    ".shp": (".dbf", ".shx", ".prj", ".cpg"),
    ".tab": (".dat", ".map", ".id"),
    ".mif": (".mid",),
}
NAME_BYTES = 11  # of a field in a .dbf, the last one 0
FALLBACK_ENCODING = "GB18030"  # of Chinese texts that are not UTF-8; GBK and GB2312 are parts of it


def find_sibling(path: Path, suffix: str) -> Path | None:
    """Return the file beside a shapefile with this suffix, in capitals or not."""
    both = (path.with_suffix(suffix), path.with_suffix(suffix.upper()))
    return next((file for file in both if file.exists()), None)


def choose_encoding(path: Path) -> str | None:
    """Return the encoding to read a shapefile's texts in: what its ``.cpg`` says; None where only GDAL knows that word.

    Without a word from the file, and where it says UTF-8, the texts decide: valid UTF-8, else GB18030.
    """
    codepage, texts = find_sibling(path, ".cpg"), find_sibling(path, ".dbf")
    if texts is None:
        return None
    said = codepage.read_text("ascii", errors="replace").strip() if codepage else ""
    if said.upper().replace("-", "") in ("", "UTF8", "65001"):
        return sniff_dbf(texts)
    return said if is_encoding(said) else None


def sniff_dbf(path: Path) -> str:
    """Return ``UTF-8`` when the texts of a .dbf are valid UTF-8, else GB18030.

    A text that fills its field may have been cut within a character: that is not held against UTF-8.
    """
    data = path.read_bytes()
    cells = [(data[at : at + NAME_BYTES].split(b"\0")[0], NAME_BYTES - 1) for at in field_heads(data)]
    if not is_utf8(data[int.from_bytes(data[8:10], "little") :]):
        cells += texts_of_dbf(data)
    fits = all(
        is_utf8(text) or (len(text) >= size - 2 and any(is_utf8(text[:-n]) for n in (1, 2, 3)))
        for text, size in cells
    )
    return "UTF-8" if fits else FALLBACK_ENCODING


def field_heads(data: bytes) -> Iterator[int]:
    """Yield where in a .dbf (or a MapInfo .dat) each field is described, 32 bytes each, up to the mark of their end."""
    for at in range(32, int.from_bytes(data[8:10], "little") - 1, 32):
        if data[at] == 0x0D:
            return
        yield at


def texts_of_dbf(data: bytes) -> list[tuple[bytes, int]]:
    """Return (text without padding, width of its field) of every cell of a text field, row by row."""
    start, width = int.from_bytes(data[8:10], "little"), int.from_bytes(data[10:12], "little")
    fields, at = [], 1  # the first byte of a row says whether it is deleted
    for head in field_heads(data):
        kind, size = chr(data[head + 11]), data[head + 16]
        if kind == "C":
            fields.append((at, size))
        at += size
    rows = range(start, len(data) - width + 1, width) if width else range(0)
    return [(data[row + at : row + at + size].rstrip(b"\0"), size) for row in rows for at, size in fields]


def is_utf8(data: bytes) -> bool:
    """Whether bytes are valid UTF-8."""
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def hash_file(path: Path) -> str:
    """Return the sha256 of a file; of a folder (``.gdb``), of its files one after another by name."""
    digest = hashlib.sha256()
    for part in sorted(p for p in path.rglob("*") if p.is_file()) if path.is_dir() else [path]:
        with part.open("rb") as stream:
            while block := stream.read(1 << 20):
                digest.update(block)
    return digest.hexdigest()


def hash_parts(path: Path) -> dict[str, str]:
    """Return the sha256 of the files that belong to a shapefile or a MapInfo file besides itself, by suffix."""
    found = {suffix: find_sibling(path, suffix) for suffix in PARTS.get(path.suffix.lower(), ())}
    return {suffix: hash_file(file) for suffix, file in found.items() if file is not None}
