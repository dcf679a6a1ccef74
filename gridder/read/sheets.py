"""Tables without shapes of their own: CSV, Excel, Parquet; points of lon and lat, shapes of WKT or hexadecimal WKB."""

from __future__ import annotations

import codecs
import csv
import io
import re
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import shapely
from pyproj import CRS

from gridder.coordinates import find_crs
from gridder.errors import InputError
from gridder.read.header_rows import (
    LAT_NAMES,
    LON_NAMES,
    LOOKED_AT,
    WKT_NAMES,
    Header,
    find_header,
    name_columns,
    number_repeats,
)
from gridder.read.raw import RawLayer, crs_of, name_geometry, reading, refuse_no_layer
from gridder.read.shapefile import FALLBACK_ENCODING, is_utf8
from gridder.tables import fold

SRID = re.compile(r"\s*SRID\s*=\s*(\d+)\s*;", re.IGNORECASE)  # PostGIS writes it before the WKT
HEX_WKB = re.compile(r"\s*0[01][0-9a-fA-F]{8,}\s*")  # byte order, type, …: what PostGIS exports to CSV
DELIMITERS = ",;\t"
NO_NAMES: frozenset[str] = frozenset()
BYTE_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)  # Excel's "Unicode text"


def keep_whole_numbers(kind: pa.DataType) -> Any:
    """Return the nullable type of an Arrow integer: NULL must not make floats of ids and counts."""
    return pd.Int64Dtype() if pa.types.is_integer(kind) else None


def read_parquet(path: Path) -> RawLayer:
    """Return a GeoParquet file, or a Parquet table with lon, lat or WKT columns."""
    import pyarrow.parquet as pq

    with reading(path):
        schema = pq.read_schema(path)
        if b"geo" in (schema.metadata or {}):
            frame = name_geometry(
                gpd.read_parquet(path, to_pandas_kwargs={"types_mapper": keep_whole_numbers})
            )
            return RawLayer(frame.reset_index(drop=True), crs_of(frame))
        table = pq.read_table(path).to_pandas(types_mapper=keep_whole_numbers)
    return place_rows(table.reset_index(drop=True), None, False)


def read_csv(
    path: Path, encoding: str | None, known: frozenset[str] = NO_NAMES
) -> tuple[pd.DataFrame, str, Header]:
    """Return (table of texts, encoding used, header) of a CSV file; an empty cell is None, ``0012`` stays so.

    ``known``: names of columns by which the header is found, as ``known_names`` gives them.
    """
    with reading(path):
        data = path.read_bytes()
        used = encoding or find_encoding(data)
        text = data.decode("utf-8-sig" if used.upper().replace("-", "") == "UTF8" else used)
        refuse_no_text(path, text)
        rows = list(read_lines(text))
    if not rows:
        raise InputError("errors.file_empty", file=path.name)
    header = find_header(rows, known)
    head = number_repeats([name.strip() for name in rows[header.row - 1]])
    body = [row for row in rows[header.row :] if any(cell.strip() for cell in row)]
    padded = [(row + [""] * len(head))[: len(head)] for row in body]
    frame = pd.DataFrame(padded, columns=head, dtype=object)
    return frame.where(frame != "", None), used, header


def find_encoding(data: bytes) -> str:
    """Return how a text is encoded: UTF-16 by its mark, UTF-8 where it is valid, else GB18030."""
    if data.startswith(BYTE_MARKS):
        return "UTF-16"
    return "UTF-8" if is_utf8(data) else FALLBACK_ENCODING


def refuse_no_text(path: Path, text: str) -> None:
    """Stop when what is called a table of text holds something else, a picture or a database."""
    if "\0" in text:
        raise InputError("errors.file_unreadable", file=path.name, detail="no text")


def read_lines(text: str) -> list[list[str]]:
    """Return the rows of a CSV text; cells may be as long as a city's outline."""
    csv.field_size_limit(2**31 - 1)
    try:
        return list(csv.reader(io.StringIO(text), delimiter=find_delimiter(text)))
    except csv.Error as error:
        raise ValueError(str(error)) from error


def find_delimiter(text: str) -> str:
    """Return the delimiter of a CSV text: whichever of ``,``, ``;`` and tab the first line with any has most of."""
    lines = text.splitlines()[:LOOKED_AT]
    head = next((line for line in lines if any(mark in line for mark in DELIMITERS)), "")
    return max(DELIMITERS, key=head.count)


def open_workbook(path: Path) -> pd.ExcelFile:
    """Return a workbook, or say that it cannot be read."""
    with reading(path):
        if path.suffix.lower() == ".xls" and not path.read_bytes().startswith(b"PK"):
            raise InputError("errors.xls_old", file=path.name)
        return pd.ExcelFile(path, engine="openpyxl")


def read_sheet(
    path: Path, sheet: str | None, known: frozenset[str] = NO_NAMES
) -> tuple[pd.DataFrame, Header | None]:
    """Return a sheet of a workbook (the first by default) with cells as typed in, and its header, None of an empty one.

    ``known``: names of columns by which the header is found, as ``known_names`` gives them.
    """
    book = open_workbook(path)
    if sheet is not None:
        refuse_no_layer(path.name, sheet, [str(name) for name in book.sheet_names])
    with reading(path):
        cells = pd.read_excel(
            book, sheet if sheet is not None else 0, header=None, dtype=object, keep_default_na=False
        )
    if cells.empty:
        return cells, None
    cells = cells.where(cells.notna() & (cells != ""), None)
    header = find_header(cells.head(LOOKED_AT).to_numpy(dtype=object).tolist(), known)
    names = ["" if cell is None else str(cell).strip() for cell in cells.iloc[header.row - 1]]
    frame = cells.iloc[header.row :].reset_index(drop=True)
    return frame.set_axis(name_columns(names), axis=1), header


def place_rows(frame: pd.DataFrame, encoding: str | None, guessed: bool) -> RawLayer:
    """Return a table with the points or WKT shapes its columns hold; what is no place gives no geometry."""
    folded = {fold(name): name for name in reversed(list(frame.columns))}

    def named(names: tuple[str, ...]) -> str | None:
        return next((folded[name] for name in names if name in folded), None)

    wkt, lon, lat = named(WKT_NAMES), named(LON_NAMES), named(LAT_NAMES)
    if wkt is not None:
        shapes, crs = read_shapes(frame[wkt])
        placed = gpd.GeoDataFrame(frame.drop(columns=wkt), geometry=gpd.GeoSeries(shapes, index=frame.index))
        return RawLayer(placed, crs, encoding, guessed)
    if lon is None or lat is None:
        return RawLayer(frame, None, encoding, guessed)
    x = pd.to_numeric(frame[lon], errors="coerce").to_numpy(float)
    y = pd.to_numeric(frame[lat], errors="coerce").to_numpy(float)
    known = np.isfinite(x) & np.isfinite(y)
    points = np.full(len(frame), None, dtype=object)
    points[known] = shapely.points(x[known], y[known])
    placed = gpd.GeoDataFrame(frame, geometry=gpd.GeoSeries(points, index=frame.index))
    return RawLayer(placed, None, encoding, guessed, in_degrees=True)


def read_shapes(cells: pd.Series) -> tuple[np.ndarray, CRS | None]:
    """Return the shapes written in a column, None where there is none, and the CRS all of them state (``SRID=…``)."""
    texts = [str(cell) if isinstance(cell, (str, bytes)) else "" for cell in cells]
    shapes = np.full(len(texts), None, dtype=object)
    coded = np.array([bool(HEX_WKB.fullmatch(text)) for text in texts], dtype=bool)
    plain = [SRID.sub("", text, count=1) or None for text in texts]
    marks = {mark.group(1) for text in texts if (mark := SRID.match(text))}
    shapes[~coded] = shapely.from_wkt(np.array(plain, dtype=object)[~coded], on_invalid="fix")
    shapes[coded] = shapely.from_wkb(
        [text.strip() for text in np.array(texts, dtype=object)[coded]], on_invalid="fix"
    )
    marks |= {str(one) for one in shapely.get_srid(shapes[coded]) if one > 0}
    return shapes, find_crs(int(marks.pop())) if len(marks) == 1 else None
