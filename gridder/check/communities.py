"""The communities of a district: their outlines as one coverage, or made of the buildings' own ids."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gridder.check.gaps import Gap, find_gaps
from gridder.check.outlines import make_coverage
from gridder.check.repair import Shapes, repair_shapes, sorted_ids, tell_repairs
from gridder.errors import Finding
from gridder.policy import Policy
from gridder.tables import LAYERS, District, name_rows


@dataclass(frozen=True)
class Outlines:
    """Communities whose outlines fit together, one row an id, sorted; None where the input has no such layer.

    ``gaps`` is the ground in none of them; what is ``around`` goes by the position of the row.
    """

    communities: gpd.GeoDataFrame | None
    findings: list[Finding]
    gaps: tuple[Gap, ...] = ()


def check_communities(district: District, policy: Policy) -> Outlines:
    """Return the communities of a district with outlines that fit together, and what is wrong with them."""
    if district.communities is None:
        return Outlines(None, [])
    given = district.communities
    mended = repair_shapes(given.geometry.to_numpy())
    ids = given["community_id"].to_numpy(dtype=object)
    findings = tell_repairs("communities", ids, mended.done)
    nameless = given["community_id"].isna()
    rows = ", ".join(name.removeprefix("#") for name in name_rows(given[nameless]))
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
    gaps = tuple(find_gaps(merged.geometry.to_numpy(), policy.outline_gap_m))
    return Outlines(merged, findings + found + tell_gaps(merged, gaps), gaps)


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
    for inner, outer in coverage.inside:
        facts = {"inner": names[inner], "outer": names[outer]}
        findings.append(
            Finding("check.outline_inside", "warning", facts, (names[inner], names[outer]), "communities")
        )
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


def tell_gaps(communities: gpd.GeoDataFrame, gaps: tuple[Gap, ...]) -> list[Finding]:
    """Return the gaps between communities, summed by who is around, the largest first; holes in one outline; parts."""
    names = communities["community_id"].astype(str).to_numpy()
    between = [gap for gap in gaps if len(gap.around) > 1]
    found = []
    if between:
        areas: dict[tuple[int, ...], float] = {}
        for gap in between:
            areas[gap.around] = areas.get(gap.around, 0.0) + gap.area_m2
        order = sorted(areas, key=lambda around: (-round(areas[around]), around))
        places = tuple(f"{'–'.join(names[list(around)])} {areas[around]:.0f} m²" for around in order)
        facts = {"n": len(between), "area": round(sum(areas.values())), "around": places}
        ids = tuple(sorted({str(names[at]) for around in areas for at in around}))
        found.append(Finding("check.outlines_gap", "warning", facts, ids, "communities"))
    holes = [gap for gap in gaps if len(gap.around) == 1]
    if holes:
        facts = {"n": len(holes), "area": round(sum(gap.area_m2 for gap in holes))}
        around = tuple(sorted({str(names[gap.around[0]]) for gap in holes}))
        found.append(Finding("check.outline_hole", "note", facts, around, "communities"))
    parts = shapely.get_num_geometries(communities.geometry.to_numpy())
    if (parts > 1).any():
        facts = {"n": int((parts > 1).sum()), "parts": int(parts.max())}
        apart = tuple(sorted(names[parts > 1].tolist()))
        found.append(Finding("check.outline_parts", "note", facts, apart, "communities"))
    return found


def find_in_gaps(buildings: gpd.GeoDataFrame, outlines: Outlines) -> list[Finding]:
    """Return the warning about buildings that lie in ground between communities, with the communities around."""
    lost = buildings[buildings["community_id"].isna() & ~buildings.geometry.isna()]
    if not outlines.gaps or lost.empty or outlines.communities is None:
        return []
    shapes = np.array([gap.shape for gap in outlines.gaps], dtype=object)
    row, gap = shapely.STRtree(shapes).query(lost.geometry.to_numpy(), predicate="intersects")
    if not len(row):
        return []
    inside = lost.iloc[np.unique(row)]
    around = sorted({at for one in np.unique(gap) for at in outlines.gaps[one].around})
    names = [str(outlines.communities["community_id"].iloc[at]) for at in around]
    facts = {"n": len(inside), "around": tuple(names)}
    ids = sorted_ids(inside["building_id"].to_numpy(dtype=object))
    return [Finding("check.building_in_gap", "warning", facts, ids, "buildings")]


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


def warn_one_community(buildings: gpd.GeoDataFrame, policy: Policy) -> list[Finding]:
    """Return the finding that the whole input is one community: a warning when it is too large to be one."""
    total = int(buildings["households"].sum())
    level: Literal["note", "warning"] = "warning" if total > policy.single_community_max else "note"
    facts = {"households": total, "limit": policy.single_community_max}
    return [Finding("check.one_community", level, facts, layer="buildings")]
