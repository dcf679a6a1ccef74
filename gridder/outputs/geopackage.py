"""plan.gpkg: every layer of a delivery in one file that QGIS opens styled."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from xml.sax.saxutils import quoteattr

import geopandas as gpd
import pandas as pd
import pyogrio

from gridder.fixed_date import DATE, fixed_date
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
    """Write all layers of a run: those that are promised, what the maps need to be drawn again, and styles."""
    layers = {
        "grids": ordered(run.grids.reset_index(drop=True), GRID_COLUMNS),
        "buildings": ordered(run.buildings.reset_index(drop=True), [*BUILDING_COLUMNS, "cell_id"]),
        "cells": ordered(run.cells.reset_index(drop=True), CELL_COLUMNS),
        "communities": ordered(run.communities.reset_index(drop=True), COMMUNITY_COLUMNS),
        "exceptions": ordered(run.exceptions, EXCEPTION_COLUMNS),
        "quarantine": ordered(run.quarantine, QUARANTINE_COLUMNS),
    }
    layers |= {name: getattr(run, name) for name in CONTEXT}
    layers |= {"proposed_halls": run.proposed_halls} if len(run.proposed_halls) else {}
    tables = {"changes": run.changes, "edges": run.edges, "workforce": run.workforce}
    with fixed_date():
        for name, frame in layers.items():
            write_layer(path, name, frame)
        for name, table in tables.items():
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


RULES = """<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>
<qgis version="3.22" styleCategories="Symbology" labelsEnabled="0">
 <renderer-v2 type="RuleRenderer" symbollevels="0" enableorderby="0">
  <rules key="barriers">{rules}</rules>
  <symbols>{symbols}</symbols>
 </renderer-v2>
</qgis>"""
SYMBOLS = {  # type of symbol: class of its layers, and what QGIS calls its colour, edge and width
    "fill": ("SimpleFill", "color", "outline_color", "outline_width"),
    "line": ("SimpleLine", "line_color", "", "line_width"),
    "marker": ("SimpleMarker", "color", "outline_color", "size"),
}
INK, WHITE, NONE = "27,39,51,255", "255,255,255,255", "0,0,0,0"
SHAPE = {"fill": "Polygon", "line": "Line", "marker": "Point"}
# layer barriers: name of the rule, what it says of ``kind`` and ``made``, symbol, layers of (colour, edge, mm, dashes).
# A path is no boundary and is drawn thin; ground between two lines is pale, and between two carriageways street.
BARRIER_LOOKS: tuple[tuple[str, str, str, tuple[tuple[str, str, str, str], ...]], ...] = (
    ("street between", "made = 'between' AND kind IN ('road', 'arterial')", "fill", ((WHITE, NONE, "0", ""),)),
    ("between", "made = 'between' AND kind NOT IN ('road', 'arterial')", "fill", (("223,226,227,204", NONE, "0", ""),)),
    ("river", "made <> 'between' AND kind = 'river'", "fill", (("143,187,220,255", "59,117,161,255", "0.3", ""),)),
    ("railway", "made <> 'between' AND kind = 'railway'", "fill", (("138,144,150,255", "59,63,66,255", "0.3", ""),)),
    ("expressway", "made <> 'between' AND kind = 'expressway'", "fill",
     (("250,237,203,255", "138,90,0,255", "0.5", ""),)),
    ("other", "made <> 'between' AND kind NOT IN ('river', 'railway', 'expressway')", "fill",
     ((NONE, "74,89,101,255", "0.3", ""),)),
    ("path", "kind = 'path'", "line", (("150,158,164,255", "", "0.2", "1.2;1.2"),)),
    ("road", "kind = 'road'", "line", (("201,205,203,255", "", "1.0", ""), (WHITE, "", "0.8", ""))),
    ("arterial", "kind = 'arterial'", "line", (("185,189,186,255", "", "1.9", ""), (WHITE, "", "1.6", ""))),
    ("wall", "kind = 'wall'", "line", (("74,89,101,255", "", "0.35", ""), ("74,89,101,255", "", "1.2", "0.35;3"))),
    ("river", "kind = 'river'", "line", (("59,117,161,255", "", "1.6", ""), ("143,187,220,255", "", "1.1", ""))),
    ("railway", "kind = 'railway'", "line", (("59,63,66,255", "", "1.0", ""), (WHITE, "", "0.5", "2;2"))),
    ("expressway", "kind = 'expressway'", "line", (("138,90,0,255", "", "1.6", ""), ("250,237,203,255", "", "0.7", ""))),
    ("crossing", "kind = 'crossing' AND (made <> 'road' OR passage <> '')", "line",
     ((INK, "", "2.6", ""), (WHITE, "", "1.8", ""))),
    ("crossing (road_line_crosses)", "kind = 'crossing' AND made = 'road' AND coalesce(passage, '') = ''", "line",
     ((INK, "", "2.6", "1;0.8"), (WHITE, "", "1.8", ""))),
    ("crossing", "kind = 'crossing'", "marker", ((WHITE, INK, "3.2", ""),)),
)  # fmt: skip


def barrier_style() -> str:
    """Return the QGIS style of layer ``barriers``: one rule a kind and type of shape, as on the pages' maps.

    The layer holds points, lines and areas; QGIS opens it once for each, with this one style: every rule asks for its
    type of shape. A crossing that the rule ``road_line_crosses`` found is dashed.
    """
    rules, symbols = [], []
    for n, (label, asked, kind, looks) in enumerate(BARRIER_LOOKS):
        test = f"geometry_type($geometry) = '{SHAPE[kind]}' AND {asked}".replace("made", "coalesce(made, '')")
        words = {"key": f"b{n}", "symbol": str(n), "label": label, "filter": test}
        rules.append(f"<rule {' '.join(f'{name}={quoteattr(text)}' for name, text in words.items())}/>")
        layers = "".join(symbol_layer(kind, *look) for look in looks)
        symbols.append(f'<symbol type="{kind}" name="{n}" alpha="1" clip_to_extent="1">{layers}</symbol>')
    return RULES.format(rules="".join(rules), symbols="".join(symbols))


def symbol_layer(kind: str, colour: str, edge: str, width_mm: str, dashes: str) -> str:
    """Return one layer of a QGIS symbol; ``dashes`` in millimetres, blank for none."""
    name, colour_key, edge_key, width_key = SYMBOLS[kind]
    options = {colour_key: colour, width_key: width_mm, f"{width_key}_unit": "MM"}
    options |= {edge_key: edge} if edge_key else {}
    options |= {"name": "circle"} if kind == "marker" else {}
    options |= {"use_custom_dash": "1", "customdash": dashes, "customdash_unit": "MM"} if dashes else {}
    options |= {"outline_style": "no"} if edge == NONE else {}
    options |= {"style": "no"} if kind == "fill" and colour == NONE else {}
    listed = "".join(f'<Option type="QString" name="{k}" value="{v}"/>' for k, v in options.items())
    return (
        f'<layer class="{name}" pass="0" enabled="1" locked="0"><Option type="Map">{listed}</Option></layer>'
    )


def write_styles(path: Path) -> None:
    """Add the table ``layer_styles`` that QGIS reads default styles from (after the last layer is written)."""
    with sqlite3.connect(path) as base:
        base.execute(
            "CREATE TABLE layer_styles (id INTEGER PRIMARY KEY AUTOINCREMENT, f_table_catalog TEXT, f_table_schema TEXT,"
            " f_table_name TEXT, f_geometry_column TEXT, styleName TEXT, styleQML TEXT, styleSLD TEXT,"
            " useAsDefault BOOLEAN, description TEXT, owner TEXT, ui TEXT, update_time DATETIME)"
        )
        styles = {layer: STYLE.format(**look) for layer, look in STYLES.items()} | {
            "barriers": barrier_style()
        }
        for layer, style in styles.items():
            base.execute(
                "INSERT INTO layer_styles (f_table_catalog, f_table_schema, f_table_name, f_geometry_column, styleName,"
                " styleQML, styleSLD, useAsDefault, description, owner, ui) VALUES ('', '', ?, ?, ?, ?, '', 1, '', '', '')",
                (layer, GEOMETRY, f"gridder {layer}", style),
            )
        base.execute(
            "INSERT INTO gpkg_contents (table_name, data_type, identifier, last_change) VALUES"
            " ('layer_styles', 'attributes', 'layer_styles', ?)",
            (DATE,),
        )
    base.close()
