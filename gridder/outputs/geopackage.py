"""plan.gpkg: every layer of a delivery in one file that QGIS opens styled."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyogrio

from gridder.tables import (
    BUILDING_COLUMNS,
    CELL_COLUMNS,
    COMMUNITY_COLUMNS,
    EXCEPTION_COLUMNS,
    GRID_COLUMNS,
    QUARANTINE_COLUMNS,
    Run,
)

GEOMETRY = "geom"  # name of the geometry column; layer_styles refers to it
CONTEXT = ("barriers", "compounds", "sites", "halls", "previous_grids")


def write_geopackage(run: Run, path: Path) -> None:
    """Write all layers of a run: those of the contract, what the maps need to be drawn again, and styles."""
    layers = {
        "grids": ordered(run.grids.reset_index(drop=True), GRID_COLUMNS),
        "buildings": ordered(run.buildings.reset_index(drop=True), [*BUILDING_COLUMNS, "cell_id"]),
        "cells": ordered(run.cells.reset_index(drop=True), CELL_COLUMNS),
        "communities": ordered(run.communities.reset_index(drop=True), COMMUNITY_COLUMNS),
        "exceptions": ordered(run.exceptions, EXCEPTION_COLUMNS),
        "quarantine": ordered(run.quarantine, QUARANTINE_COLUMNS),
    }
    layers |= {name: getattr(run, name) for name in CONTEXT}
    for name, frame in layers.items():
        write_layer(path, name, frame)
    for name, table in {"changes": run.changes, "edges": run.edges, "workforce": run.workforce}.items():
        if len(table.columns):
            named = table.set_axis(free_names(list(table.columns)), axis=1)
            pyogrio.write_dataframe(named, path, layer=name, driver="GPKG", append=path.exists())
    write_styles(path)


def free_names(columns: list[str]) -> list[str]:
    """Return column names that SQLite can tell apart from its own ``fid`` and from each other, whatever their case."""
    found: list[str] = []
    taken = {"fid"}
    for name in columns:
        while name.casefold() in taken:
            name += "_"
        taken.add(name.casefold())
        found.append(name)
    return found


def ordered(frame: gpd.GeoDataFrame, columns: list[str]) -> gpd.GeoDataFrame:
    """Return a frame with the promised columns first, each exactly once, the others behind."""
    first = [c for c in columns if c in frame.columns]
    rest = [c for c in frame.columns if c not in columns and c != frame.geometry.name]
    return frame[[*first, *rest, frame.geometry.name]]


def write_layer(path: Path, name: str, frame: gpd.GeoDataFrame) -> None:
    """Append one layer; an empty one keeps its columns and CRS."""
    kinds = set(frame.geom_type.dropna())
    kind = kinds.pop() if len(kinds) == 1 else "Unknown"
    pyogrio.write_dataframe(
        frame.rename_geometry(GEOMETRY), path, layer=name, driver="GPKG", geometry_type=kind,
        append=path.exists(), layer_options={"GEOMETRY_NAME": GEOMETRY},
    )  # fmt: skip


def read_geopackage(path: Path) -> dict[str, gpd.GeoDataFrame | pd.DataFrame]:
    """Return every layer by name, text columns blank (not missing) where nothing was written."""
    found: dict[str, gpd.GeoDataFrame | pd.DataFrame] = {}
    for name, kind in pyogrio.list_layers(path):
        if name == "layer_styles":
            continue
        frame = pyogrio.read_dataframe(path, layer=name, read_geometry=kind is not None)
        text = [
            c for c in frame.columns if frame[c].dtype == object or str(frame[c].dtype) in ("str", "string")
        ]
        found[name] = frame.assign(**{c: frame[c].fillna("").astype(object) for c in text})
    return found


STYLE = """<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>
<qgis version="3.22" styleCategories="Symbology|Labeling" labelsEnabled="{labels}">
 <renderer-v2 type="singleSymbol" symbollevels="0" enableorderby="0">
  <symbols><symbol type="fill" name="0" alpha="1" clip_to_extent="1"><layer class="SimpleFill" pass="0" enabled="1" locked="0">
   <Option type="Map">
    <Option type="QString" name="color" value="{fill}"/><Option type="QString" name="style" value="{brush}"/>
    <Option type="QString" name="outline_color" value="{line}"/><Option type="QString" name="outline_width" value="{width}"/>
    <Option type="QString" name="outline_style" value="solid"/><Option type="QString" name="outline_width_unit" value="MM"/>
   </Option></layer></symbol></symbols>
 </renderer-v2>
 <labeling type="simple"><settings calloutType="simple">
  <text-style fieldName="{label}" isExpression="1" fontSize="9" textColor="27,39,51,255" fontFamily="Noto Sans CJK SC">
   <text-buffer bufferDraw="1" bufferSize="0.8" bufferColor="255,255,255,255"/></text-style>
  <placement placement="1"/></settings></labeling>
</qgis>"""
STYLES = {
    "grids": {"fill": "198,223,246,120", "brush": "solid", "line": "51,66,78,255", "width": "0.5", "labels": "1",
              "label": "&quot;grid_no&quot; || '\\n' || &quot;households&quot;"},
    "buildings": {"fill": "65,121,166,255", "brush": "solid", "line": "255,255,255,255", "width": "0.1", "labels": "0",
                  "label": "''"},
    "cells": {"fill": "0,0,0,0", "brush": "no", "line": "120,135,144,120", "width": "0.1", "labels": "0", "label": "''"},
    "communities": {"fill": "0,0,0,0", "brush": "no", "line": "27,39,51,255", "width": "0.9", "labels": "0",
                    "label": "''"},
    "exceptions": {"fill": "166,58,10,90", "brush": "f_diagonal", "line": "166,58,10,255", "width": "0.7", "labels": "0",
                   "label": "''"},
}  # fmt: skip


def write_styles(path: Path) -> None:
    """Add the table ``layer_styles`` that QGIS reads default styles from (after the last layer is written)."""
    with sqlite3.connect(path) as base:
        base.execute(
            "CREATE TABLE layer_styles (id INTEGER PRIMARY KEY AUTOINCREMENT, f_table_catalog TEXT, f_table_schema TEXT,"
            " f_table_name TEXT, f_geometry_column TEXT, styleName TEXT, styleQML TEXT, styleSLD TEXT,"
            " useAsDefault BOOLEAN, description TEXT, owner TEXT, ui TEXT, update_time DATETIME)"
        )
        for layer, look in STYLES.items():
            base.execute(
                "INSERT INTO layer_styles (f_table_catalog, f_table_schema, f_table_name, f_geometry_column, styleName,"
                " styleQML, styleSLD, useAsDefault, description, owner, ui) VALUES ('', '', ?, ?, ?, ?, '', 1, '', '', '')",
                (layer, GEOMETRY, f"gridder {layer}", STYLE.format(**look)),
            )
        base.execute(
            "INSERT INTO gpkg_contents (table_name, data_type, identifier) VALUES"
            " ('layer_styles', 'attributes', 'layer_styles')"
        )
    base.close()
