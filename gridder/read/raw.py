"""What every format is read into: one raw table, nothing renamed, nothing judged."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError
from zipfile import BadZipFile

import pandas as pd
import pyarrow as pa
from pyogrio.errors import DataLayerError, DataSourceError
from pyproj import CRS
from shapely.errors import ShapelyError

from gridder.coordinates import usable_crs
from gridder.errors import InputError
from gridder.read.header_rows import Header

DETAIL_SHOWN = 200  # characters of a library's own words that help somebody who mends the file
# What libraries raise on a file that is damaged or is not what its name says.
BROKEN = (
    DataSourceError, DataLayerError, ShapelyError, BadZipFile, ParseError, pa.ArrowException,
    OSError, EOFError, KeyError, IndexError, ValueError,
)  # fmt: skip


@dataclass(frozen=True)
class RawLayer:
    """One layer as read: all source columns, ``geometry`` if any, and what the file says about itself.

    Parameters
    ----------
    crs
        None when the file says nothing usable.
    in_degrees
        Its columns are called lon and lat.
    curved
        Its arcs were read as chains of short straight lines.
    index_restored
        A shapefile whose ``.shx`` was missing.
    sha256
        Of the rows, where there is no file to take it of.
    header
        Where the names of the columns stand in a sheet or CSV, None elsewhere.
    """

    frame: pd.DataFrame
    crs: CRS | None = None
    encoding: str | None = None
    encoding_guessed: bool = False
    in_degrees: bool = False
    curved: bool = False
    index_restored: bool = False
    sha256: str | None = None
    header: Header | None = None

    @property
    def has_geometry(self) -> bool:
        """Whether rows have a place."""
        return "geometry" in self.frame.columns

    def with_frame(self, frame: pd.DataFrame) -> RawLayer:
        """Return the same layer with another table."""
        return replace(self, frame=frame)

    def with_header(self, header: Header | None) -> RawLayer:
        """Return the same layer with where its header stands."""
        return replace(self, header=header)


class reading:
    """Turn what libraries raise on a broken file into an InputError that names it."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: Any, error: BaseException | None, trace: Any) -> None:
        if isinstance(error, (UnicodeError, pa.ArrowException)) and not isinstance(error, pa.ArrowInvalid):
            raise InputError("errors.encoding_wrong", file=self.path.name) from error
        if isinstance(error, PermissionError):
            raise InputError("errors.file_forbidden", file=self.path.name) from error
        if isinstance(error, BROKEN):
            detail = str(error).replace(str(self.path), self.path.name).replace("\n", " ")[:DETAIL_SHOWN]
            raise InputError("errors.file_unreadable", file=self.path.name, detail=detail) from error


def crs_of(frame: Any) -> CRS | None:
    """Return the CRS a table states, None where it states none that can be used."""
    return usable_crs(CRS.from_user_input(frame.crs)) if frame.crs else None


def name_geometry(frame: Any) -> Any:
    """Return a GeoDataFrame whose geometry is called ``geometry``; a column that had that name becomes another."""
    if frame.geometry.name == "geometry":
        return frame
    if "geometry" in frame.columns:
        frame = frame.rename(columns={"geometry": "geometry.1"})
    return frame.rename_geometry("geometry")


def refuse_no_layer(file: str, layer: str, names: list[str]) -> None:
    """Stop when a file has no layer of this name."""
    if layer not in names:
        raise InputError("errors.layer_missing", file=file, layer=layer, layers=", ".join(names))
