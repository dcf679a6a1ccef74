"""Files → one District: gridder's columns, one metric CRS, nothing judged and no row left out."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import CRS
from pyproj.exceptions import CRSError

from gridder.coordinates import choose_metric_crs, undo_datum, usable_crs
from gridder.counts import fold_text, parse_counts, parse_numbers, parse_text
from gridder.errors import Finding, InputError
from gridder.formats import RawLayer, hash_file, hash_parts, read_raw
from gridder.settings import Layout, ReadOptions, Source, parse_columns, parse_layers
from gridder.sources import find_layout
from gridder.tables import BARRIER_KINDS, LAYERS, District, recognise

__all__ = ["ReadOptions", "parse_columns", "parse_layers", "read_district"]

REQUIRED = {
    "buildings": ("households",),
    "communities": ("community_id",),
    "barriers": ("kind",),
    "previous_grids": ("grid_code",),
    "workforce": ("community_id",),
}
COUNTY_CODE = re.compile(r"(\d{6})\d{6}")  # 统计用区划代码: the first six digits are the county's

KIND_WORDS: dict[str, tuple[str, ...]] = {
    "river": ("河流", "河", "河道", "江", "水系", "水域", "运河", "stream", "canal", "water", "waterway"),
    "railway": ("铁路", "铁道", "轨道", "rail", "railroad"),
    "expressway": ("快速路", "高速", "高速公路", "高架路", "城市快速路", "motorway", "trunk", "freeway", "highway"),
    "arterial": ("主干道", "主干路", "城市主干道", "primary"),
    "road": ("道路", "路", "支路", "次干道", "次干路", "街道", "街", "street", "secondary", "tertiary", "residential"),
    "wall": ("围墙", "墙", "围栏", "栅栏", "fence"),
    "crossing": (
        "通道", "桥", "桥梁", "大桥", "地道", "隧道", "天桥", "过街天桥", "人行天桥", "地下通道", "大门", "出入口", "门",
        "bridge", "underpass", "gate", "footbridge", "tunnel",
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Loaded:
    """One source, read and placed: gridder's columns, true degrees or projected; its record and findings."""

    layer: str
    frame: pd.DataFrame
    record: dict[str, Any]
    findings: tuple[Finding, ...]


def read_district(path: Path, options: ReadOptions | None = None) -> District:
    """Return one district as its files have it: gridder's columns, one metric CRS.

    Parameters
    ----------
    path
        A GeoPackage, a folder with one file a layer, a single file of buildings, or a ``district.yaml``.
    options
        What the user says about columns, layers, CRS, datum and encoding.

    Raises
    ------
    InputError
        A missing file, layer, column or CRS; each says what there is and what to do.
    """
    options = options or ReadOptions()
    path = Path(path)
    layout = find_layout(path, options)
    loaded = [load_source(source, layout, options) for source in layout.sources]
    buildings = join_buildings([one for one in loaded if one.layer == "buildings"])
    crs = choose_metric_crs(buildings)
    tables = {layer: join_layer(layer, loaded, crs) for layer in LAYERS if layer != "buildings"}
    findings = [*layout.findings, *(finding for one in loaded for finding in one.findings)]
    findings += note_crs(buildings, crs) + note_row_ids(buildings)
    given = any(one.layer == "communities" for one in loaded)
    ids = tables["communities"]["community_id"] if given else buildings["community_id"]
    stem = path.stem if path.is_file() and path.suffix not in (".yaml", ".yml") else folder_name(path)
    return District(
        district_id=layout.district_id or county_code(ids) or stem,
        name=layout.name or stem,
        crs=crs,
        buildings=number_rows(buildings).to_crs(crs),
        communities=tables["communities"] if given else None,
        **{layer: tables[layer] for layer in LAYERS if layer not in ("buildings", "communities")},
        inputs=record_layout(layout) + tuple(one.record for one in loaded),
        settings=layout.settings,
        findings=tuple(findings),
    )


def folder_name(path: Path) -> str:
    """Return the name of the folder an input is, or lies in when it is a ``district.yaml``."""
    folder = path if path.is_dir() else path.parent
    return Path(os.path.abspath(folder)).name


def county_code(ids: pd.Series) -> str | None:
    """Return the six digits with which all official community codes begin, if all are official and agree."""
    matches = [COUNTY_CODE.match(str(text)) for text in ids.dropna()]
    codes = {match.group(1) if match else None for match in matches}
    return codes.pop() if len(codes) == 1 else None


def record_layout(layout: Layout) -> tuple[dict[str, Any], ...]:
    """Return the record of the ``district.yaml``, if there is one."""
    if layout.file is None:
        return ()
    return ({"file": layout.file.name, "sha256": hash_file(layout.file), "layer": None},)


def load_source(source: Source, layout: Layout, options: ReadOptions) -> Loaded:
    """Return one source with gridder's columns, in a CRS that says where it is."""
    raw = read_raw(source.path, source.source_layer, source.encoding or options.encoding or layout.encoding)
    if source.layer != "workforce" and not raw.has_geometry:
        raise InputError(
            "errors.no_geometry", file=source.label, layer=source.layer, columns=list_columns(raw)
        )
    columns = resolve_columns(source, raw, options)
    frame = take_columns(source, raw, columns)
    findings = []
    if raw.encoding_guessed:
        facts = {"file": source.label, "encoding": raw.encoding}
        findings.append(Finding("read.encoding_guessed", "note", facts, layer=source.layer))
    if source.layer == "barriers":
        frame, found = normalise_kinds(source, frame)
        findings += found
    if raw.has_geometry and source.layer != "workforce":
        frame, found = place(source, raw, frame, layout, options)
        findings += found
    record = {
        "file": source.label,
        "sha256": hash_file(source.path),
        "parts": hash_parts(source.path),
        "layer": source.layer,
        "source_layer": source.source_layer,
        "rows": len(raw.frame),
        "encoding": raw.encoding,
        "columns": columns,
        "kind": source.kind,
        "kinds": source.kinds,
        "crs": frame.crs.to_string() if isinstance(frame, gpd.GeoDataFrame) and frame.crs else None,
        "coords": source.coords or options.coords or layout.coords,
    }
    return Loaded(source.layer, frame, record, tuple(findings))


def list_columns(raw: RawLayer) -> str:
    """Return the names of a layer's columns for a message."""
    return ", ".join(str(name) for name in raw.frame.columns if name != "geometry")


def resolve_columns(source: Source, raw: RawLayer, options: ReadOptions) -> dict[str, str]:
    """Return gridder's column → source column: recognised ones, then ``district.yaml``, then ``--columns``.

    Raises
    ------
    InputError
        A column named by the user that is not there, or a required one nobody named or recognised.
    """
    names = [str(name) for name in raw.frame.columns if name != "geometry"]
    stated = {**source.columns, **options.columns.get(source.layer, {})}
    where = {"file": source.label, "layer": source.layer, "columns": ", ".join(names)}
    for column, name in stated.items():
        if name not in names:
            raise InputError("errors.column_missing", column=column, name=name, **where)
    found = {**recognise(source.layer, names), **stated}
    for column in REQUIRED.get(source.layer, ()):
        if column not in found and not (column == "kind" and source.kind):
            prefix = "" if source.layer == "buildings" else f"{source.layer}."
            raise InputError("errors.column_needed", column=column, option=f"{prefix}{column}", **where)
    return {column.name: found[column.name] for column in LAYERS[source.layer] if column.name in found}


def take_columns(source: Source, raw: RawLayer, columns: dict[str, str]) -> pd.DataFrame:
    """Return the table with gridder's columns only, typed; those the source lacks are empty.

    ``workforce`` keeps its other columns, as text: a roster may stand there.
    """
    n = len(raw.frame)
    frame = pd.DataFrame(index=pd.RangeIndex(n))
    empty = pd.Series([None] * n, dtype=object)
    for column in LAYERS[source.layer]:
        cells = raw.frame[columns[column.name]] if column.name in columns else empty
        if column.dtype == "count":
            counts, texts = parse_counts(cells)
            frame[column.name] = counts
            if column.name == "households":
                frame["households_text"] = texts
        elif column.dtype == "number":
            frame[column.name] = parse_numbers(cells)
        else:
            frame[column.name] = parse_text(cells)
    if source.layer == "workforce":
        for name in raw.frame.columns:
            if name != "geometry" and name not in columns.values() and name not in frame:
                frame[name] = parse_text(raw.frame[name])
    frame["row"] = np.arange(1, n + 1, dtype="int64")
    return frame


def place(
    source: Source, raw: RawLayer, frame: pd.DataFrame, layout: Layout, options: ReadOptions
) -> tuple[gpd.GeoDataFrame, list[Finding]]:
    """Return the table with its geometry in a CRS that says where it is, datum shifts undone.

    Raises
    ------
    InputError
        No CRS anywhere, one PROJ does not know, or degrees that are none.
    """
    findings = []
    datum = source.coords or options.coords or layout.coords
    stated = source.crs or (None if raw.crs else options.crs or layout.crs)
    crs = parse_crs(stated) if stated else raw.crs
    if crs is None and (raw.in_degrees or datum):
        crs = CRS.from_epsg(4490 if datum == "cgcs2000" else 4326)
        if not datum:
            findings.append(
                Finding("read.degrees_assumed", "note", {"file": source.label}, layer=source.layer)
            )
    if crs is None:
        raise InputError("errors.no_crs", file=source.label, layer=source.layer)
    placed = gpd.GeoDataFrame(frame, geometry=raw.frame["geometry"].to_numpy(), crs=crs)
    if crs.is_geographic:
        refuse_no_degrees(source, placed)
        if datum in ("gcj02", "bd09"):
            facts = {"file": source.label, "datum": "GCJ-02" if datum == "gcj02" else "BD-09"}
            findings.append(Finding("read.datum_undone", "note", facts, layer=source.layer))
            placed = undo_datum(placed, datum)
    return placed, findings


def parse_crs(text: str) -> CRS:
    """Return the CRS a user names."""
    try:
        crs = usable_crs(CRS.from_user_input(text))
    except CRSError:
        crs = None
    if crs is None:
        raise InputError("errors.crs_unknown", crs=text)
    return crs


def refuse_no_degrees(source: Source, frame: gpd.GeoDataFrame) -> None:
    """Stop when most coordinates of a layer said to be in degrees cannot be degrees."""
    bounds = shapely.bounds(frame.geometry.to_numpy())
    bounds = bounds[np.isfinite(bounds).all(axis=1)]
    middle = np.median(bounds, axis=0) if len(bounds) else np.zeros(4)
    if np.abs(middle[[0, 2]]).max() > 180 or np.abs(middle[[1, 3]]).max() > 90:
        facts = {"x": float(middle[0]), "y": float(middle[1])}
        raise InputError("errors.not_degrees", file=source.label, layer=source.layer, **facts)


def normalise_kinds(source: Source, frame: pd.DataFrame) -> tuple[pd.DataFrame, list[Finding]]:
    """Return barriers with gridder's kinds, those of unknown kinds left out, and the warning that says so."""
    words = {fold_text(word): kind for kind, known in KIND_WORDS.items() for word in (kind, *known)}
    own = {fold_text(word): kind for word, kind in source.kinds.items()}
    for kind in (*own.values(), *([source.kind] if source.kind else [])):
        if kind not in BARRIER_KINDS:
            raise InputError(
                "errors.barrier_kind", file=source.label, kind=kind, known=", ".join(BARRIER_KINDS)
            )
    said = [fold_text(text) if text else "" for text in frame["kind"]]
    kinds = pd.Series(
        [own.get(text, words.get(text, source.kind)) for text in said], index=frame.index, dtype=object
    )
    unknown = frame.loc[kinds.isna(), "kind"].fillna("—")
    counted = sorted(unknown.value_counts().items(), key=lambda item: (-item[1], str(item[0])))
    listed = ", ".join(f"{word} ({n})" for word, n in counted)
    facts = {"file": source.label, "n": len(unknown), "kinds": listed, "known": ", ".join(BARRIER_KINDS)}
    findings = [Finding("read.kinds_ignored", "warning", facts, layer="barriers")] if len(unknown) else []
    return frame.assign(kind=kinds), findings


def join_buildings(loaded: list[Loaded]) -> gpd.GeoDataFrame:
    """Return the buildings of all their sources in the CRS of the first."""
    frames = [one.frame for one in loaded]
    first = frames[0]
    joined = pd.concat([first, *(frame.to_crs(first.crs) for frame in frames[1:])], ignore_index=True)
    if joined.empty:
        raise InputError("errors.no_buildings", file=loaded[0].record["file"])
    return gpd.GeoDataFrame(joined, geometry="geometry", crs=first.crs)


def join_layer(layer: str, loaded: list[Loaded], crs: CRS) -> Any:
    """Return one layer of all its sources in ``crs``; an empty table when there is none."""
    frames = [one.frame for one in loaded if one.layer == layer]
    if layer == "workforce":
        return pd.concat(frames, ignore_index=True) if frames else empty_layer(layer)
    if not frames:
        return gpd.GeoDataFrame(empty_layer(layer), geometry=gpd.GeoSeries([], crs=crs), crs=crs)
    joined = pd.concat([frame.to_crs(crs) for frame in frames], ignore_index=True)
    if layer == "barriers":
        joined = joined[joined["kind"].notna()].reset_index(drop=True)
    return gpd.GeoDataFrame(joined, geometry="geometry", crs=crs)


def empty_layer(layer: str) -> pd.DataFrame:
    """Return a table of a layer without rows."""
    kinds = {"count": "Int64", "number": "float64"}
    columns = {c.name: pd.Series([], dtype=kinds.get(c.dtype, object)) for c in LAYERS[layer]}
    return pd.DataFrame({**columns, "row": pd.Series([], dtype="int64")})


def note_crs(buildings: gpd.GeoDataFrame, crs: CRS) -> list[Finding]:
    """Return the note that metres had to be found, if the buildings were not in metres."""
    if crs == CRS.from_user_input(buildings.crs):
        return []
    was = buildings.crs
    source = was.to_string() if was.to_epsg() else was.name
    return [
        Finding("read.reprojected", "note", {"source": source, "target": crs.to_string()}, layer="buildings")
    ]


def note_row_ids(buildings: gpd.GeoDataFrame) -> list[Finding]:
    """Return the note that buildings got their row numbers as ids, if no row had an id."""
    if buildings["building_id"].notna().any():
        return []
    return [Finding("read.ids_from_rows", "note", {"n": len(buildings)}, layer="buildings")]


def number_rows(buildings: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return buildings with row numbers as ids where no row has an id."""
    if buildings["building_id"].notna().any():
        return buildings
    numbers = [str(n) for n in range(1, len(buildings) + 1)]
    return buildings.assign(building_id=pd.Series(numbers, index=buildings.index, dtype=object))
