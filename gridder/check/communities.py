"""The communities of a district: their outlines as one coverage, or made of the buildings' own ids."""

from __future__ import annotations

from typing import Any, Literal

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gridder.check.outlines import make_coverage
from gridder.check.repair import Shapes, repair_shapes, sorted_ids, tell_repairs
from gridder.errors import Finding
from gridder.tables import LAYERS, District

LARGEST_SINGLE_COMMUNITY = 6000  # households; above it, a whole input as one community is a warning


def check_communities(district: District) -> tuple[gpd.GeoDataFrame | None, list[Finding]]:
    """Return communities with outlines that fit together, one row an id, sorted; None without a layer."""
    if district.communities is None:
        return None, []
    given = district.communities
    mended = repair_shapes(given.geometry.to_numpy())
    ids = given["community_id"].to_numpy(dtype=object)
    findings = tell_repairs("communities", ids, mended.done)
    nameless = given["community_id"].isna()
    rows = ", ".join(str(row) for row in given.loc[nameless, "row"])
    if nameless.any():
        facts = {"n": int(nameless.sum()), "rows": rows}
        findings.append(Finding("check.outline_without_id", "warning", facts, layer="communities"))
    shapeless = (mended.empty | mended.unusable) & ~nameless.to_numpy()
    if shapeless.any():
        facts = {"n": int(shapeless.sum())}
        findings.append(
            Finding("check.outline_missing", "warning", facts, sorted_ids(ids[shapeless]), "communities")
        )
    usable = given.set_geometry(gpd.GeoSeries(mended.shapes, index=given.index, crs=district.crs))
    usable = usable[~nameless.to_numpy() & ~shapeless]
    repeated = usable["community_id"].duplicated(keep=False)
    if repeated.any():
        names = sorted_ids(usable.loc[repeated, "community_id"].to_numpy(dtype=object))
        findings.append(Finding("check.outline_repeated", "note", {"n": len(names)}, names, "communities"))
    merged, found = fit_outlines(usable)
    return merged, findings + found


def fit_outlines(communities: gpd.GeoDataFrame) -> tuple[gpd.GeoDataFrame, list[Finding]]:
    """Return communities, one row an id, sorted, their outlines one valid coverage, and what that took."""
    first = communities.sort_values(["community_id", "row"], kind="stable").drop_duplicates("community_id")
    first = first.reset_index(drop=True)
    names = [str(one) for one in first["community_id"]]
    coverage = make_coverage(join_parts(communities, names))
    named = first["name"].where(first["name"].notna(), first["community_id"])
    fitted = first.assign(
        name=named, geometry=gpd.GeoSeries(coverage.shapes, index=first.index, crs=communities.crs)
    )
    findings = []
    if coverage.n_slivers:
        facts: dict[str, Any] = {"n": coverage.n_slivers, "area": round(coverage.slivers_m2, 1)}
        findings.append(Finding("check.outlines_snapped", "note", facts, layer="communities"))
    for kept, lost, area in coverage.overlaps:
        pair = (names[kept], names[lost])
        facts = {"kept": pair[0], "lost": pair[1], "area": round(area, 1)}
        findings.append(Finding("check.outlines_overlap", "warning", facts, pair, "communities"))
    gone = shapely.is_missing(coverage.shapes)
    if gone.any():
        lost_ids = tuple(name for name, away in zip(names, gone) if away)
        findings.append(
            Finding("check.outline_missing", "warning", {"n": len(lost_ids)}, lost_ids, "communities")
        )
    return fitted[~gone].reset_index(drop=True), findings


def join_parts(communities: gpd.GeoDataFrame, names: list[str]) -> Shapes:
    """Return the outline of each community named: all its rows as one shape."""
    parts: dict[str, list[Any]] = {name: [] for name in names}
    for name, shape in zip(communities["community_id"], communities.geometry.to_numpy()):
        parts[str(name)].append(shape)
    joined = np.full(len(names), None, dtype=object)
    for at, name in enumerate(names):
        joined[at] = parts[name][0] if len(parts[name]) == 1 else shapely.union_all(parts[name])
    return joined


def derive_communities(buildings: gpd.GeoDataFrame, district: District) -> gpd.GeoDataFrame:
    """Return communities without outlines, one row an id of the buildings, sorted: cells will draw them."""
    ids = sorted(set(buildings["community_id"]))
    whole = ids == [district.district_id]
    columns = {
        c.name: pd.Series([None] * len(ids), dtype="Int64" if c.dtype == "count" else object)
        for c in LAYERS["communities"]
    }
    columns["community_id"] = pd.Series(ids, dtype=object)
    columns["name"] = pd.Series([district.name] if whole else ids, dtype=object)
    columns["row"] = pd.Series(range(1, len(ids) + 1), dtype="int64")
    return gpd.GeoDataFrame(
        columns, geometry=gpd.GeoSeries(np.full(len(ids), None), crs=district.crs), crs=district.crs
    )


def warn_one_community(buildings: gpd.GeoDataFrame) -> list[Finding]:
    """Return the finding that the whole input is one community: a warning when it is too large to be one."""
    total = int(buildings["households"].sum())
    level: Literal["note", "warning"] = "warning" if total > LARGEST_SINGLE_COMMUNITY else "note"
    facts = {"households": total, "limit": LARGEST_SINGLE_COMMUNITY}
    return [Finding("check.one_community", level, facts, layer="buildings")]
