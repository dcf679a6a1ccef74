"""Files as raw tables, whatever their format: which suffix is read how; nothing renamed, nothing judged."""

from __future__ import annotations

from pathlib import Path

from gridder.errors import InputError
from gridder.read.ogr import list_drawing, list_ogr, read_ogr
from gridder.read.raw import RawLayer
from gridder.read.shapefile import FALLBACK_ENCODING
from gridder.read.sheets import NO_NAMES, open_workbook, place_rows, read_csv, read_parquet, read_sheet
from gridder.read.yaml_checks import is_encoding

__all__ = ["RawLayer", "list_inner", "list_layers", "read_raw"]

SHEETS = (".xlsx", ".xls")
TEXTS = (".csv", ".tsv", ".txt")
PARQUET = (".parquet", ".geoparquet", ".pq")
CONTAINERS = (".gpkg", ".sqlite", ".gdb", *SHEETS, ".kml", ".gml", ".dxf")  # one file, several layers
OGR = (
    ".gpkg", ".shp", ".geojson", ".json", ".geojsonl", ".fgb", ".kml", ".gml", ".tab", ".mif",
    ".sqlite", ".gdb", ".dxf",
)  # fmt: skip
STYLE_TABLE = "layer_styles"  # QGIS keeps styles there: no layer of anybody's
DATA_FILES = (*OGR, *PARQUET, *TEXTS, *SHEETS)


def list_layers(path: Path) -> list[tuple[str, str | None]]:
    """Return (name, geometry type or None) of the layers of a file, in the file's order; a table of styles is none."""
    suffix = path.suffix.lower()
    if suffix in (*PARQUET, *TEXTS):
        return [(path.stem, None)]
    refuse_folder(path)
    if suffix in SHEETS:
        return [(str(name), None) for name in open_workbook(path).sheet_names]
    listed = list_drawing(path) if suffix == ".dxf" else list_ogr(path)
    return [(name, kind) for name, kind in listed if name != STYLE_TABLE]


def list_inner(path: Path) -> list[str]:
    """Return the names of the layers of a container, in its order."""
    return [name for name, _ in list_layers(path)]


def read_raw(
    path: Path, source_layer: str | None, encoding: str | None, known: frozenset[str] = NO_NAMES
) -> RawLayer:
    """Return one layer of a file as it is; ``known`` are names of columns, by which a sheet's header is found.

    Raises
    ------
    InputError
        The file is missing, broken or of a kind that cannot be read; an encoding that does not fit.
    """
    if not path.exists():
        raise InputError("errors.file_missing", file=path.name)
    if encoding is not None and not is_encoding(encoding):
        raise InputError("errors.encoding_unknown", encoding=encoding)
    refuse_folder(path)
    suffix = path.suffix.lower()
    if suffix not in DATA_FILES:
        raise InputError("errors.file_kind", file=path.name, known=" ".join(DATA_FILES))
    if suffix in PARQUET:
        return read_parquet(path)
    if suffix in SHEETS:
        frame, header = read_sheet(path, source_layer, known)
        return place_rows(frame, None, False).with_header(header)
    if suffix in TEXTS:
        frame, used, header = read_csv(path, encoding, known)
        guessed = encoding is None and used == FALLBACK_ENCODING
        return place_rows(frame, used, guessed).with_header(header)
    return read_ogr(path, source_layer, encoding)


def refuse_folder(path: Path) -> None:
    """Stop when a folder has the name of a file, a file that of a folder, or a file has nothing in it."""
    is_folder = path.suffix.lower() == ".gdb"
    if path.is_dir() != is_folder:
        code = "errors.file_not_folder" if is_folder else "errors.folder_not_file"
        raise InputError(code, file=path.name)
    if not is_folder and path.stat().st_size == 0:
        raise InputError("errors.file_empty", file=path.name)
