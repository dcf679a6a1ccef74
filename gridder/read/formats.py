"""Files as raw tables: any OGR format, GeoParquet, CSV, XLSX; nothing renamed, nothing judged."""

from __future__ import annotations

import codecs
import csv
import io
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyogrio
import shapely
from pyogrio.errors import DataLayerError, DataSourceError
from pyproj import CRS

from gridder.coordinates import usable_crs
from gridder.errors import InputError
from gridder.read.shapefile import FALLBACK_ENCODING, choose_encoding, find_sibling, is_utf8
from gridder.tables import fold

CONTAINERS = (".gpkg", ".sqlite", ".gdb", ".xlsx", ".xls", ".kml", ".dxf")  # one file, several layers
TABLES = (".csv", ".tsv", ".txt", ".xlsx", ".xls")
PARQUET = (".parquet", ".geoparquet", ".pq")
OGR = (
    ".gpkg",
    ".shp",
    ".geojson",
    ".json",
    ".geojsonl",
    ".fgb",
    ".kml",
    ".gml",
    ".tab",
    ".mif",
    ".sqlite",
    ".gdb",
    ".dxf",
)
DATA_FILES = (*OGR, *PARQUET, *TABLES)
LON_NAMES = ("lon", "lng", "long", "longitude", "经度")
LAT_NAMES = ("lat", "latitude", "纬度")
ENCODED = (".shp", ".tab", ".mif", ".dxf")  # OGR formats whose texts may be in any encoding
WKT_NAMES = ("wkt", "geometry", "geom", "the_geom", "wkt_geom", "几何")


@dataclass(frozen=True)
class RawLayer:
    """One layer as read: all source columns, ``geometry`` if any, and what the file says about itself.

    ``crs`` is None when the file says nothing usable; ``in_degrees``: its columns are called lon and lat.
    """

    frame: pd.DataFrame
    crs: CRS | None = None
    encoding: str | None = None
    encoding_guessed: bool = False
    in_degrees: bool = False

    @property
    def has_geometry(self) -> bool:
        """Whether rows have a place."""
        return "geometry" in self.frame.columns


def list_layers(path: Path) -> list[tuple[str, str | None]]:
    """Return (name, geometry type or None) of the layers of a file, in the file's order."""
    if path.suffix.lower() in (*PARQUET, ".csv", ".tsv", ".txt"):
        return [(path.stem, None)]
    if path.suffix.lower() in (".xlsx", ".xls"):
        return [(str(name), None) for name in open_workbook(path).sheet_names]
    with reading(path):
        return [(str(name), kind) for name, kind in pyogrio.list_layers(path)]


def read_raw(path: Path, source_layer: str | None, encoding: str | None) -> RawLayer:
    """Return one layer of a file as it is.

    Raises
    ------
    InputError
        The file is missing, broken or of a kind that cannot be read; an encoding that does not fit.
    """
    if not path.exists():
        raise InputError("errors.file_missing", file=path.name)
    if encoding is not None and not is_encoding(encoding):
        raise InputError("errors.encoding_unknown", encoding=encoding)
    suffix = path.suffix.lower()
    if suffix in PARQUET:
        return read_parquet(path)
    if suffix in (".xlsx", ".xls"):
        return place_rows(read_sheet(path, source_layer), None, False)
    if suffix in (".csv", ".tsv", ".txt"):
        frame, used = read_csv(path, encoding)
        return place_rows(frame, used, encoding is None and used == FALLBACK_ENCODING)
    return read_ogr(path, source_layer, encoding)


def is_encoding(name: str) -> bool:
    """Whether there is an encoding of this name."""
    try:
        codecs.lookup(name)
    except LookupError:
        return False
    return True


class reading:
    """Turn what libraries raise on a broken file into an InputError that names it."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: Any, error: BaseException | None, trace: Any) -> None:
        broken = (
            DataSourceError,
            DataLayerError,
            pa.ArrowInvalid,
            UnicodeError,
            OSError,
            KeyError,
            ValueError,
        )
        if isinstance(error, (UnicodeError, pa.ArrowException)) and not isinstance(error, pa.ArrowInvalid):
            raise InputError("errors.encoding_wrong", file=self.path.name) from error
        if isinstance(error, broken):
            raise InputError(
                "errors.file_unreadable", file=self.path.name, detail=str(error)[:200]
            ) from error


def read_ogr(path: Path, source_layer: str | None, encoding: str | None) -> RawLayer:
    """Return a layer of an OGR file; whole numbers with gaps stay whole numbers."""
    guessed = False
    if path.suffix.lower() == ".shp":
        if find_sibling(path, ".dbf") is None:
            raise InputError("errors.shapefile_without_dbf", file=path.name)
        if encoding is None:
            encoding = choose_encoding(path)
            guessed = encoding == FALLBACK_ENCODING
    elif path.suffix.lower() not in ENCODED:
        encoding = None  # the format says it itself
    if source_layer is not None:
        refuse_no_layer(path, source_layer)
    with reading(path):
        info = pyogrio.read_info(path, layer=source_layer, encoding=encoding)
        frame = pyogrio.read_dataframe(
            path,
            layer=source_layer,
            encoding=encoding,
            use_arrow=True,
            fid_as_index=True,
            on_invalid="fix",
            arrow_to_pandas_kwargs={"types_mapper": keep_whole_numbers},
        )
        texts = [name for name, kind in frame.dtypes.items() if isinstance(kind, pd.StringDtype)]
        frame = frame.astype(
            dict.fromkeys(texts, object)
        )  # here, so that bytes that are no text stop the reading
    key = info.get("fid_column") or ""
    if key and key not in frame.columns:
        frame = frame.assign(**{key: frame.index.to_numpy()})
    frame = frame.reset_index(drop=True)
    if isinstance(frame, gpd.GeoDataFrame):
        if frame.geometry.name != "geometry":
            frame = frame.rename_geometry("geometry")
        crs = usable_crs(CRS.from_user_input(frame.crs)) if frame.crs else None
        return RawLayer(frame, crs, encoding or info.get("encoding"), guessed)
    return place_rows(frame, encoding or info.get("encoding"), guessed)


def refuse_no_layer(path: Path, source_layer: str) -> None:
    """Stop when a file has no layer of this name."""
    names = [name for name, _ in list_layers(path)]
    if source_layer not in names:
        raise InputError("errors.layer_missing", file=path.name, layer=source_layer, layers=", ".join(names))


def keep_whole_numbers(kind: pa.DataType) -> Any:
    """Return the nullable type of an Arrow integer: NULL must not make floats of ids and counts."""
    return pd.Int64Dtype() if pa.types.is_integer(kind) else None


def read_parquet(path: Path) -> RawLayer:
    """Return a GeoParquet file, or a Parquet table with lon, lat or WKT columns."""
    import pyarrow.parquet as pq

    with reading(path):
        if b"geo" in (pq.read_schema(path).metadata or {}):
            frame = gpd.read_parquet(path)
            if frame.geometry.name != "geometry":
                frame = frame.rename_geometry("geometry")
            crs = usable_crs(CRS.from_user_input(frame.crs)) if frame.crs else None
            return RawLayer(frame.reset_index(drop=True), crs)
        table = pq.read_table(path).to_pandas(types_mapper=keep_whole_numbers)
    return place_rows(table.reset_index(drop=True), None, False)


def read_csv(path: Path, encoding: str | None) -> tuple[pd.DataFrame, str]:
    """Return (table of texts, encoding used) of a CSV file; an empty cell is None, ``0012`` stays so."""
    with reading(path):
        data = path.read_bytes()
        used = encoding or ("UTF-8" if is_utf8(data) else FALLBACK_ENCODING)
        text = data.decode("utf-8-sig" if used.upper().replace("-", "") == "UTF8" else used)
        rows = list(csv.reader(io.StringIO(text), delimiter=find_delimiter(text)))
    if not rows:
        raise InputError("errors.file_empty", file=path.name)
    head = number_repeats([name.strip() for name in rows[0]])
    body = [row for row in rows[1:] if any(cell.strip() for cell in row)]
    padded = [(row + [""] * len(head))[: len(head)] for row in body]
    frame = pd.DataFrame(padded, columns=head, dtype=object)
    return frame.where(frame != "", None), used


def number_repeats(names: list[str]) -> list[str]:
    """Return column names with a number behind those that stood there before: ``name``, ``name.1``."""
    seen: dict[str, int] = {}
    found = []
    for name in names:
        times = seen.get(name, 0)
        seen[name] = times + 1
        found.append(f"{name}.{times}" if times else name)
    return found


def find_delimiter(text: str) -> str:
    """Return the delimiter of a CSV text: whichever of ``,``, ``;`` and tab its first line has most of."""
    head = text.splitlines()[0] if text else ""
    return max(",;\t", key=head.count)


def open_workbook(path: Path) -> pd.ExcelFile:
    """Return a workbook, or say that it cannot be read."""
    from zipfile import BadZipFile

    try:
        return pd.ExcelFile(path, engine="openpyxl")
    except (BadZipFile, OSError, ValueError, KeyError) as error:
        raise InputError("errors.file_unreadable", file=path.name, detail=str(error)[:200]) from error


def read_sheet(path: Path, sheet: str | None) -> pd.DataFrame:
    """Return a sheet of a workbook (the first by default) with cells as typed in."""
    book = open_workbook(path)
    if sheet is not None:
        refuse_no_layer(path, sheet)
    frame = pd.read_excel(book, sheet if sheet is not None else 0, dtype=object, keep_default_na=False)
    frame.columns = [str(name).strip() for name in frame.columns]
    return frame.where(frame.notna() & (frame != ""), None)


def place_rows(frame: pd.DataFrame, encoding: str | None, guessed: bool) -> RawLayer:
    """Return a table with the points or WKT shapes its columns hold; what is no place gives no geometry."""
    folded = {fold(name): name for name in reversed(list(frame.columns))}

    def named(names: tuple[str, ...]) -> str | None:
        return next((folded[name] for name in names if name in folded), None)

    wkt, lon, lat = named(WKT_NAMES), named(LON_NAMES), named(LAT_NAMES)
    if wkt is not None:
        texts = frame[wkt].where(frame[wkt].notna(), None).to_numpy(dtype=object)
        shapes = shapely.from_wkt(texts, on_invalid="ignore")
        placed = gpd.GeoDataFrame(frame.drop(columns=wkt), geometry=gpd.GeoSeries(shapes, index=frame.index))
        return RawLayer(placed, None, encoding, guessed)
    if lon is None or lat is None:
        return RawLayer(frame, None, encoding, guessed)
    x = pd.to_numeric(frame[lon], errors="coerce").to_numpy(float)
    y = pd.to_numeric(frame[lat], errors="coerce").to_numpy(float)
    known = np.isfinite(x) & np.isfinite(y)
    points = np.full(len(frame), None, dtype=object)
    points[known] = shapely.points(x[known], y[known])
    placed = gpd.GeoDataFrame(frame, geometry=gpd.GeoSeries(points, index=frame.index))
    return RawLayer(placed, None, encoding, guessed, in_degrees=True)
