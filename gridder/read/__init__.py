"""Files → one District: gridder's columns, one metric CRS, nothing judged and no row left out."""

from __future__ import annotations

import os
import re
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
from pyproj import CRS

from gridder.addresses import is_address, name_of_database
from gridder.coordinates import choose_metric_crs, name_crs
from gridder.errors import Finding, InputError
from gridder.read.columns import list_columns, resolve_columns, take_columns
from gridder.read.datum import datum_in_force, note_old_datum
from gridder.read.district_yaml import pointing
from gridder.read.drawings import close_outlines
from gridder.read.kinds import normalise_kinds, take_paths
from gridder.read.opened import identify, read_source, tell_reading
from gridder.read.placing import parse_crs, place, refuse_nowhere
from gridder.read.proposals import add_proposals, explaining
from gridder.read.roster_columns import is_roster, names_persons, tell_persons
from gridder.read.settings import Layout, ReadOptions, Source, parse_columns, parse_layers
from gridder.read.shapefile import hash_file
from gridder.read.sources import find_layout
from gridder.tables import LAYERS, District

__all__ = ["ReadOptions", "parse_columns", "parse_layers", "read_district"]

COUNTY_CODE = re.compile(r"(\d{6})\d{6}")  # 统计用区划代码: the first six digits are the county's


@dataclass(frozen=True)
class Loaded:
    """One source, read and placed: gridder's columns, true degrees or projected; its record and findings."""

    layer: str
    frame: Any  # a GeoDataFrame, except of workforce
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
    with explaining(path, options):
        layout = find_layout(path, options)
        for stated in (options.crs, layout.crs):
            if stated:
                parse_crs(stated)  # one that is none is refused, whether a layer needs it or not
        loaded = load_sources(layout, options)
    buildings = join_buildings([one for one in loaded if one.layer == "buildings"])
    refuse_nowhere(buildings, layout.sources[0].label)
    crs = choose_metric_crs(buildings)
    own = [layer for layer in LAYERS if layer not in ("buildings", "communities", "paths")]
    tables = {layer: join_layer(layer, loaded, crs) for layer in (*own, "communities")}
    findings = [*layout.findings, *(finding for one in loaded for finding in one.findings)]
    for one in loaded:
        if isinstance(one.frame, gpd.GeoDataFrame):
            findings += note_old_datum(one.record["file"], one.layer, one.frame.crs, crs)
    findings += note_crs(buildings, crs) + note_row_ids(buildings)
    given = any(one.layer == "communities" for one in loaded)
    divided = given or bool(buildings["community_id"].notna().any())
    findings = add_proposals(path, options, findings, divided=divided)
    ids = tables["communities"]["community_id"] if given else buildings["community_id"]
    stem = name_input(path)
    return District(
        district_id=layout.district_id or county_code(ids) or stem,
        name=layout.name or stem,
        crs=crs,
        buildings=number_rows(buildings).to_crs(crs),
        communities=tables["communities"] if given else None,
        **{layer: tables[layer] for layer in own},
        inputs=record_layout(layout) + tuple(one.record for one in loaded),
        settings=layout.settings,
        findings=tuple(findings),
    )


def name_input(path: Path) -> str:
    """Return how a district is called after its input: a database, a file, the folder (of a ``district.yaml``)."""
    if is_address(path):
        return name_of_database(path)
    if path.is_file() and path.suffix.lower() not in (".yaml", ".yml"):
        return path.stem
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


def load_sources(layout: Layout, options: ReadOptions) -> list[Loaded]:
    """Return every source, read; compounds first, as buildings need no counts where compounds state them."""
    loaded: dict[int, Loaded] = {}
    counted = False
    for at in sorted(range(len(layout.sources)), key=lambda at: layout.sources[at].layer != "compounds"):
        with pointing(layout.sources[at]):
            loaded[at] = load_source(layout.sources[at], layout, options, counted=counted)
        counted |= loaded[at].layer == "compounds" and "households" in loaded[at].record["columns"]
    return name_files([loaded[at] for at in sorted(loaded)])


def name_files(loaded: list[Loaded]) -> list[Loaded]:
    """Return sources whose rows say which file they are of, where their layer has several: row 3 is in each of them."""
    often = Counter(one.layer for one in loaded if one.layer != "workforce")
    found = []
    for one in loaded:
        name = ":".join(one.record[key] for key in ("file", "member", "source_layer") if one.record.get(key))
        said = pd.Series([name if often[one.layer] > 1 else None] * len(one.frame), dtype=object)
        found.append(replace(one, frame=one.frame.assign(file=said)) if often[one.layer] else one)
    return found


def load_source(source: Source, layout: Layout, options: ReadOptions, *, counted: bool = False) -> Loaded:
    """Return one source with gridder's columns, in a CRS that says where it is."""
    named = options.columns.get(source.layer, {}).values()
    raw, drawn = close_outlines(source, read_source(source, options.encoding or layout.encoding, named))
    told = tell_reading(source, raw)
    if source.layer != "workforce" and not raw.has_geometry:
        raise InputError(
            "errors.no_geometry", file=source.label, layer=source.layer, columns=list_columns(raw)
        )
    columns = resolve_columns(source, raw, options, counted=counted)
    frame = take_columns(source, raw, columns)
    findings = told + drawn
    if source.layer == "workforce" and names_persons(columns):
        findings += tell_persons(source, raw, columns)
    if source.layer == "barriers":
        stated = "kind" in source.columns or "kind" in options.columns.get("barriers", {})
        frame, found = normalise_kinds(source, raw.frame, frame, columns.get("kind"), stated=stated)
        findings += found
    if source.layer == "paths":
        frame = take_paths(raw.frame, frame)
    if raw.has_geometry and source.layer != "workforce":
        frame, found = place(source, raw, frame, layout, options)
        findings += found
    record = identify(source, raw) | {
        "rows": len(raw.frame),
        "encoding": raw.encoding,
        "columns": columns,
        "kind": source.kind,
        "kinds": source.kinds,
        "crs": frame.crs.to_string() if isinstance(frame, gpd.GeoDataFrame) and frame.crs else None,
        "coords": datum_in_force(source, frame, layout, options),
    }
    layer = "barriers" if source.layer == "paths" else source.layer
    return Loaded(layer, frame, record, tuple(findings))


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
        refuse_two_kinds([one for one in loaded if one.layer == layer])
        return pd.concat(frames, ignore_index=True) if frames else empty_layer(layer)
    if not frames:
        return gpd.GeoDataFrame(empty_layer(layer), geometry=gpd.GeoSeries([], crs=crs), crs=crs)
    joined = pd.concat([frame.to_crs(crs) for frame in frames], ignore_index=True)
    if layer == "barriers":
        joined = joined[joined["kind"].notna()].reset_index(drop=True)
    return gpd.GeoDataFrame(joined, geometry="geometry", crs=crs)


def refuse_two_kinds(tables: list[Loaded]) -> None:
    """Stop when one table of staff has a row a person and another a row a community: the same people twice."""
    persons = [one.record["file"] for one in tables if is_roster(one.frame)]
    counts = [one.record["file"] for one in tables if not is_roster(one.frame)]
    if persons and counts:
        raise InputError("roster.mixed_files", persons=", ".join(persons), counts=", ".join(counts))


def empty_layer(layer: str) -> pd.DataFrame:
    """Return a table of a layer without rows."""
    kinds = {"count": "Int64", "number": "float64"}
    columns = {c.name: pd.Series([], dtype=kinds.get(c.dtype, object)) for c in LAYERS[layer]}
    return pd.DataFrame({**columns, "row": pd.Series([], dtype="int64")})


def note_crs(buildings: gpd.GeoDataFrame, crs: CRS) -> list[Finding]:
    """Return the note that metres had to be found, if the buildings were not in metres."""
    if crs == CRS.from_user_input(buildings.crs):
        return []
    facts = {"source": name_crs(CRS.from_user_input(buildings.crs)), "target": name_crs(crs)}
    return [Finding("read.reprojected", "note", facts, layer="buildings")]


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
