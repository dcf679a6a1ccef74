"""Raw tables of an input, read here with other means than planning's: attributes of every row, in the order of the file."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import Any
from xml.etree import ElementTree

import pandas as pd
import pyogrio
from pyogrio.errors import DataLayerError, DataSourceError

from gridder.addresses import is_address
from gridder.verify.databases import read_database

SHEETS = (".xlsx", ".xls")
PARQUET = (".parquet", ".geoparquet", ".pq")
TEXTS = (".csv", ".tsv", ".txt")
JSON_TEXTS = (".geojson", ".json")
MAPINFO = (".tab", ".mif")
UTF8 = ("UTF-8", "UTF8")
EVERY_BYTE = "ISO-8859-1"
UTF8_NAME = 0x800  # flag of a zip entry whose name is UTF-8


def read_entry(path: Path, entry: dict[str, Any]) -> pd.DataFrame:
    """Return the table an entry of the record names, from the file (archive, database) it was found in.

    Raises
    ------
    ValueError, KeyError, OSError
        It cannot be read.
    """
    layer, encoding = entry.get("source_layer"), entry.get("encoding")
    wanted, above = set(entry["columns"].values()), int(entry.get("header_row", 1)) - 1
    if is_address(path):
        return read_database(path, layer or "buildings")[0]
    if not entry.get("member"):
        return read_table(path, layer, encoding, wanted, above)
    with TemporaryDirectory(prefix="gridder-") as folder:
        inner = take_out(path, entry["member"], Path(folder))
        return read_table(inner, layer, encoding, wanted, above)


def take_out(archive: Path, member: str, folder: Path) -> Path:
    """Unpack a member of an archive, with the files beside it that share its name, and return where it is."""
    kin = PurePosixPath(member).with_suffix("").as_posix() + "."
    with zipfile.ZipFile(archive) as zipped:
        names = {name_of(entry): entry for entry in zipped.infolist() if not entry.is_dir()}
        mine = [name for name in names if name.startswith((kin, f"{member}/"))]
        for name in mine or [name for name in names if "/" not in name]:
            place = folder / (name if mine else f"{member}/{name}")
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(zipped.read(names[name]))
    return folder / member


def name_of(entry: zipfile.ZipInfo) -> str:
    """Return the name of a zip entry: UTF-8 where it says so or where that fits, else Chinese."""
    plain = entry.filename.replace("\\", "/")
    if entry.flag_bits & UTF8_NAME:
        return plain
    for encoding in ("utf-8", "gb18030"):
        try:
            return plain.encode("cp437").decode(encoding)
        except UnicodeError:
            continue
    return plain


def read_table(
    path: Path, layer: str | None, encoding: str | None, wanted: set[str], above: int = 0
) -> pd.DataFrame:
    """Return the attributes of every row of a file, in file order; ``wanted`` are columns that must be among them.

    ``above``: rows of a sheet or CSV that stand above its header.
    """
    kind = path.suffix.lower()
    if kind in PARQUET:
        return pd.read_parquet(path)
    if kind in SHEETS:
        table = pd.read_excel(path, sheet_name=layer or 0, dtype=object, keep_default_na=False, header=above)
        return table.rename(columns=lambda name: str(name).strip())
    if kind in TEXTS:
        return read_text_table(path.read_bytes().decode(encoding or "utf-8").removeprefix("\ufeff"), above)
    if kind in JSON_TEXTS and encoding not in (None, *UTF8):
        features = json.loads(path.read_bytes().decode(encoding))["features"]
        return pd.DataFrame([feature["properties"] for feature in features], dtype=object)
    if kind == ".kml":
        return read_placemarks(path, layer)
    if kind == ".shp":
        return read_shapefile(path, encoding or "utf-8", wanted)
    if kind in MAPINFO and encoding not in (None, *UTF8):
        table = pyogrio.read_dataframe(path, layer=layer, encoding=EVERY_BYTE, read_geometry=False)
        table = table.rename(columns=lambda name: name.encode(EVERY_BYTE).decode(encoding, "ignore"))
        return table.map(
            lambda cell: cell.encode(EVERY_BYTE).decode(encoding) if isinstance(cell, str) else cell
        )
    return read_features(path, layer)


def read_features(path: Path, layer: str | None) -> pd.DataFrame:
    """Return the attributes of a layer as GDAL has them, the feature number where the file names it."""
    drawn = path.suffix.lower() == ".dxf"
    asked = {"layer": None if drawn else layer, "encoding": None}
    table = pyogrio.read_dataframe(path, read_geometry=False, fid_as_index=True, **asked)
    if drawn:
        return table if layer is None else table[table["Layer"] == layer]
    key = pyogrio.read_info(path, **asked).get("fid_column")
    return table.assign(**{key: table.index}) if key and key not in table.columns else table


def read_text_table(text: str, above: int = 0) -> pd.DataFrame:
    """Return a table of texts separated by comma, semicolon or tab, with ``above`` rows above its header."""
    csv.field_size_limit(2**31 - 1)
    first = "\n".join(text.split("\n", above + 1)[: above + 1])
    rows = list(csv.reader(io.StringIO(text), delimiter=max(",;\t", key=first.count)))[above:]
    head, *body = [row for row in rows if any(cell.strip() for cell in row)]
    padded = ([*row, *[""] * len(head)][: len(head)] for row in body)
    return pd.DataFrame(padded, columns=[name.strip() for name in head], dtype=object)


def read_placemarks(path: Path, layer: str | None) -> pd.DataFrame:
    """Return name, description and ``ExtendedData`` of the placemarks of one folder of a KML file, or of all."""
    folders = {}
    for element in ElementTree.parse(path).iter():
        marks = [child for child in element if bare(child) == "Placemark"]
        if marks:
            name = next((child.text for child in element if bare(child) == "name"), None)
            folders[name or path.stem] = marks
    rows = []
    for mark in folders.get(layer or "", [one for marks in folders.values() for one in marks]):
        row: dict[str, Any] = {"Name": None, "description": None}
        for entry in mark.iter():
            if bare(entry) in ("Data", "SimpleData"):
                inner = next((child.text for child in entry if bare(child) == "value"), entry.text)
                row[entry.get("name", "")] = inner
        for child in mark:
            if bare(child) in ("name", "description"):
                row["Name" if bare(child) == "name" else "description"] = child.text
        rows.append(row)
    return pd.DataFrame(rows, dtype=object)


def bare(element: ElementTree.Element) -> str:
    """Return the tag of an element without its namespace."""
    return element.tag.rpartition("}")[2]


def read_shapefile(path: Path, encoding: str, wanted: set[str]) -> pd.DataFrame:
    """Return the rows of a shapefile's ``.dbf``; as GDAL has them where they are not in the encoding recorded."""
    beside = {part.suffix.lower(): part for part in path.parent.iterdir() if part.stem == path.stem}
    try:
        table = read_dbf(beside[".dbf"].read_bytes(), encoding)
    except (UnicodeDecodeError, LookupError):
        table = pd.DataFrame()
    if wanted <= set(table.columns):
        return table
    try:
        return pyogrio.read_dataframe(path, encoding=encoding, read_geometry=False)
    except (DataSourceError, DataLayerError, UnicodeDecodeError):
        return table


def read_dbf(data: bytes, encoding: str) -> pd.DataFrame:
    """Return the table of a ``.dbf`` file (dBASE III; ESRI Shapefile Technical Description, 1998): rows not deleted."""
    start, width = int.from_bytes(data[8:10], "little"), int.from_bytes(data[10:12], "little")
    fields, at = [], 1
    for head in range(32, start - 1, 32):
        if data[head] == 0x0D:
            break
        name = data[head : head + 11].partition(b"\0")[0].decode(encoding, "ignore").strip()
        fields.append((name, chr(data[head + 11]), at, data[head + 16]))
        at += data[head + 16]
    count = int.from_bytes(data[4:8], "little")
    rows = [data[start + n * width : start + (n + 1) * width] for n in range(count)]
    cells = [
        [cell(row[a : a + size], kind, size, encoding) for _, kind, a, size in fields]
        for row in rows
        if row[:1] != b"*"
    ]
    return pd.DataFrame(cells, columns=[name for name, *_ in fields], dtype=object)


def cell(data: bytes, kind: str, size: int, encoding: str) -> Any:
    """Return one cell: a number, a text, or None where it is blank."""
    bare_text = data.strip(b" \0")
    if kind in "NF":
        if not bare_text or bare_text.startswith(b"*"):
            return None
        return float(bare_text) if b"." in bare_text or b"e" in bare_text.lower() else int(bare_text)
    text = data.rstrip(b" \0")
    try:
        return text.decode(encoding) or None
    except UnicodeDecodeError as error:
        if (
            len(text) >= size - 3 and error.start > 0 and error.end == len(text)
        ):  # cut within its last character
            return text[: error.start].decode(encoding)
        raise
