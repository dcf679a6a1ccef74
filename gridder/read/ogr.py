"""Files that GDAL reads: texts in any encoding, arcs, shapefiles without their index."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from xml.etree import ElementTree

import geopandas as gpd
import pandas as pd
import pyogrio

from gridder.errors import InputError
from gridder.read.header_rows import number_repeats
from gridder.read.raw import RawLayer, crs_of, name_geometry, reading, refuse_no_layer
from gridder.read.shapefile import FALLBACK_ENCODING, choose_encoding, find_sibling, is_utf8, texts_of_dbf
from gridder.read.sheets import keep_whole_numbers, place_rows

MAPINFO = (".tab", ".mif")
JSON_TEXT = (".geojson", ".json", ".geojsonl")
BYTE_BY_BYTE = "ISO-8859-1"  # every byte is a character of the same number
# what Python's decoders call a cut character
CUT = ("unexpected end of data", "incomplete multibyte sequence")
CHARSET = re.compile(rb'charset\s+"?([\w-]+)', re.IGNORECASE)
HEAD_BYTES = 4096  # a MapInfo file says its charset in its first lines
# What GDAL adds to every placemark of a KML file, whoever made it: no column of anybody's.
KML_COLUMNS = (
    "id", "timestamp", "begin", "end", "altitudeMode", "tessellate", "extrude", "visibility", "drawOrder", "icon",
)  # fmt: skip


def list_ogr(path: Path) -> list[tuple[str, str | None]]:
    """Return (name, geometry type or None) of the layers of a file that GDAL reads, in its order."""
    with reading(path):
        return [(str(name), kind) for name, kind in pyogrio.list_layers(path)]


def read_ogr(path: Path, source_layer: str | None, encoding: str | None) -> RawLayer:
    """Return a layer of an OGR file; whole numbers with gaps stay whole numbers."""
    suffix = path.suffix.lower()
    if suffix == ".shp":
        return read_shapefile(path, encoding)
    if suffix in JSON_TEXT:
        return read_json(path, encoding)
    if suffix == ".dxf":
        return read_drawing(path, source_layer, encoding)
    if suffix == ".kml":
        return read_kml(path, source_layer)
    if source_layer is not None:
        refuse_no_layer(path.name, source_layer, [name for name, _ in list_ogr(path)])
    if suffix in MAPINFO:
        own = mapinfo_charset(path)
        guessed = own is None and encoding is None and not is_utf8(mapinfo_texts(path))
        chosen = (encoding if own is None else None) or (FALLBACK_ENCODING if guessed else None)
        return replace(read_encoded(path, source_layer, chosen), encoding_guessed=guessed)
    return read_layer(path, source_layer, None)  # the format says its encoding itself


def read_shapefile(path: Path, encoding: str | None) -> RawLayer:
    """Return a shapefile; its index (``.shx``) is made again in a copy where it is missing."""
    if find_sibling(path, ".dbf") is None:
        raise InputError("errors.shapefile_without_dbf", file=path.name)
    with reading(path):
        chosen = encoding or choose_encoding(path)
    guessed = encoding is None and chosen == FALLBACK_ENCODING
    if find_sibling(path, ".shx") is not None:
        return replace(read_encoded(path, None, chosen), encoding_guessed=guessed)
    with TemporaryDirectory(prefix="gridder-") as folder, gdal_option("SHAPE_RESTORE_SHX", "YES"):
        for suffix in (".shp", ".dbf", ".prj", ".cpg"):
            part = find_sibling(path, suffix)
            if part is not None:
                shutil.copyfile(part, Path(folder) / f"{path.stem}{suffix}")
        raw = read_encoded(Path(folder) / f"{path.stem}.shp", None, chosen)
    return replace(raw, encoding_guessed=guessed, index_restored=True)


def read_encoded(path: Path, source_layer: str | None, encoding: str | None) -> RawLayer:
    """Return a layer whose names and texts are in ``encoding``; None: GDAL knows.

    They are read byte by byte and decoded here: names are cut within a character by the format, and GDAL stops there.
    """
    if encoding is None:
        return read_layer(path, source_layer, None)
    raw = read_layer(path, source_layer, BYTE_BY_BYTE)
    with reading(path):
        frame = raw.frame
        names = [str(n).encode(BYTE_BY_BYTE).decode(encoding, "ignore").strip() for n in frame.columns]
        frame = frame.set_axis(number_repeats(names), axis=1)
        for name, kind in frame.dtypes.items():
            if pd.api.types.is_object_dtype(kind):
                frame[name] = decode_texts(frame[name], encoding)
    return replace(raw, frame=frame, encoding=encoding)


def decode_texts(cells: pd.Series, encoding: str) -> pd.Series:
    """Return texts decoded; one cut within its last character, as fields of fixed width do, loses that character."""
    known = {cell: decode(cell, encoding) for cell in cells.unique() if isinstance(cell, str)}
    return cells.map(lambda cell: known.get(cell, cell) if isinstance(cell, str) else cell).astype(object)


def decode(text: str, encoding: str) -> str:
    """Return one text decoded.

    Raises
    ------
    UnicodeDecodeError
        It is in another encoding.
    """
    data = text.encode(BYTE_BY_BYTE)
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        if error.start > 0 and error.reason in CUT:
            return data[: error.start].decode(encoding)
        raise


def read_json(path: Path, encoding: str | None) -> RawLayer:
    """Return a GeoJSON file; one that is not UTF-8 is read from a copy that is."""
    if path.is_dir():
        raise InputError("errors.folder_not_file", file=path.name)
    with reading(path):
        data = path.read_bytes()
    if not data.strip():
        raise InputError("errors.file_empty", file=path.name)
    if path.suffix.lower() == ".geojsonl":
        refuse_broken_lines(path, data)
    if is_utf8(data):
        return read_layer(path, None, None)
    with reading(path):
        text = data.decode(encoding or FALLBACK_ENCODING)
    with TemporaryDirectory(prefix="gridder-") as folder:
        copy = Path(folder) / path.name
        copy.write_text(text, "utf-8")
        raw = read_layer(copy, None, None)
    return replace(raw, encoding=encoding or FALLBACK_ENCODING, encoding_guessed=encoding is None)


def refuse_broken_lines(path: Path, data: bytes) -> None:
    """Stop when a line is no JSON: GDAL would leave its building out without a word."""
    for number, line in enumerate(data.lstrip(b"\x1e").splitlines(), start=1):
        try:
            if line.strip(b"\x1e \r"):
                json.loads(line.strip(b"\x1e").decode("latin-1"))
        except ValueError:
            raise InputError(
                "errors.file_unreadable", file=path.name, detail=f"{path.name}:{number}"
            ) from None


def read_drawing(path: Path, source_layer: str | None, encoding: str | None) -> RawLayer:
    """Return the entities of a DXF drawing, or those of one of its layers (column ``Layer``)."""
    with gdal_option("DXF_ENCODING", encoding):
        raw = read_layer(path, None, None)
    if source_layer is None:
        return raw
    names = raw.frame["Layer"].astype(str)
    refuse_no_layer(path.name, source_layer, sorted(names.unique()))
    return replace(raw, frame=raw.frame[names == source_layer].reset_index(drop=True))


def list_drawing(path: Path) -> list[tuple[str, str | None]]:
    """Return the layers of a drawing by name; ``Unknown``, for each may hold anything."""
    return [
        (name, "Unknown")
        for name in sorted(read_drawing(path, None, None).frame["Layer"].astype(str).unique())
    ]


def read_kml(path: Path, source_layer: str | None) -> RawLayer:
    """Return a layer (folder) of a KML file with the columns of its placemarks' ``ExtendedData``.

    GDAL makes ``______`` of Chinese names there: in a copy they get names of letters, and are called back afterwards.
    """
    with reading(path):
        tree = ElementTree.parse(path)
    names: dict[str, str] = {}
    for entry in tree.iter():
        name = entry.get("name", "")
        if entry.tag.rpartition("}")[2] == "Data" and not name.isascii():
            entry.set("name", names.setdefault(name, f"gridder_column_{len(names)}"))
    if not names:
        raw = read_layer(path, source_layer, None)
    else:
        with TemporaryDirectory(prefix="gridder-") as folder:
            copy = Path(folder) / path.name
            tree.write(copy, "utf-8", xml_declaration=True)
            raw = read_layer(copy, source_layer, None)
    frame = raw.frame.drop(columns=[c for c in KML_COLUMNS if c in raw.frame.columns])
    return replace(raw, frame=frame.rename(columns={alias: name for name, alias in names.items()}))


def read_layer(path: Path, source_layer: str | None, encoding: str | None) -> RawLayer:
    """Return one layer as GDAL has it, with the feature numbers as a column where the file names one."""
    with reading(path):
        info = pyogrio.read_info(path, layer=source_layer, encoding=encoding)
        frame, curved = read_frame(path, source_layer, encoding)
        texts = [name for name, kind in frame.dtypes.items() if isinstance(kind, pd.StringDtype)]
        frame = frame.astype(dict.fromkeys(texts, object))  # bytes that are no text stop the reading here
    key = info.get("fid_column") or ""
    if key and key not in frame.columns:
        frame = frame.assign(**{key: frame.index.to_numpy()})
    frame = frame.reset_index(drop=True)
    used = encoding or info.get("encoding")
    if isinstance(frame, gpd.GeoDataFrame):
        return RawLayer(name_geometry(frame), crs_of(frame), used, curved=curved)
    return place_rows(frame, used, False)


def read_frame(path: Path, source_layer: str | None, encoding: str | None) -> tuple[pd.DataFrame, bool]:
    """Return a layer's table, and whether it holds arcs: then its shapes are read apart, as GDAL straightens them."""
    known: dict[str, Any] = {"layer": source_layer, "encoding": encoding, "fid_as_index": True}
    if encoding is not None and path.suffix.lower() in MAPINFO:  # arrow hands over UTF-8 alone
        return pyogrio.read_dataframe(path, on_invalid="fix", **known), False
    arrow = known | {
        "use_arrow": True,
        "on_invalid": "fix",
        "arrow_to_pandas_kwargs": {"types_mapper": keep_whole_numbers},
    }
    try:
        return pyogrio.read_dataframe(path, **arrow), False
    except NotImplementedError:  # shapely has no arcs, and arrow hands them over as they are
        table = pyogrio.read_dataframe(path, read_geometry=False, **arrow)
        shapes = pyogrio.read_dataframe(path, columns=[], on_invalid="fix", **known)
        return gpd.GeoDataFrame(table, geometry=shapes.geometry.reindex(table.index), crs=shapes.crs), True


def mapinfo_charset(path: Path) -> str | None:
    """Return the charset a MapInfo file states; None for ``Neutral``, which says nothing."""
    with reading(path), path.open("rb") as stream:
        found = CHARSET.search(stream.read(HEAD_BYTES))
    said = found.group(1).decode("ascii") if found else "Neutral"
    return None if said.casefold() == "neutral" else said


def mapinfo_texts(path: Path) -> bytes:
    """Return the bytes of the names and texts of a MapInfo file."""
    texts = (".mif", ".mid") if path.suffix.lower() == ".mif" else (".tab", ".dat")
    parts = [part for suffix in texts if (part := find_sibling(path, suffix)) is not None]
    with reading(path):
        data = [(part.suffix.lower(), part.read_bytes()) for part in parts]
    cells = [[text for text, _ in texts_of_dbf(one)] if kind == ".dat" else [one] for kind, one in data]
    return b"\n".join(text for part in cells for text in part)


@contextmanager
def gdal_option(name: str, value: str | None) -> Iterator[None]:
    """Set an option of GDAL for a while."""
    before = pyogrio.get_gdal_config_option(name)
    pyogrio.set_gdal_config_options({name: value} if value is not None else {})
    try:
        yield
    finally:
        pyogrio.set_gdal_config_options({name: before})
