"""The district repaired and judged: findings about every defect, nothing decided yet."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gridder.check import defects
from gridder.check.communities import check_communities, derive_communities, warn_one_community
from gridder.check.decisions import Checked, offer_choices, settle, tell_open
from gridder.check.membership import find_members
from gridder.check.repair import repair_shapes, sorted_ids, tell_repairs
from gridder.errors import Finding
from gridder.policy import Policy
from gridder.tables import District

__all__ = ["Checked", "check_district", "offer_choices", "settle", "tell_open"]


def check_district(district: District, policy: Policy) -> Checked:
    """Return the district repaired, its bad rows apart, and every finding about it."""
    communities, findings = check_communities(district)
    mended = repair_shapes(district.buildings.geometry.to_numpy(), points=True)
    ids = district.buildings["building_id"].to_numpy(dtype=object)
    findings += tell_repairs("buildings", ids, mended.done)
    buildings = district.buildings.set_geometry(
        gpd.GeoSeries(mended.shapes, index=district.buildings.index, crs=district.crs)
    )
    buildings, communities, found = join_communities(buildings, communities, district)
    findings += found
    reasons = find_reasons(buildings, mended.empty, mended.unusable, policy)
    good = buildings[reasons.isna()].sort_values("building_id", kind="stable").reset_index(drop=True)
    bad = gather_bad(buildings, reasons, district)
    if communities is None:
        communities = derive_communities(good, district)
    findings += find_defects(good, policy) + defects.list_bad(bad, policy)
    if district.communities is None and good["community_id"].nunique() == 1:
        findings += warn_one_community(good)
    others, found = repair_others(district)
    findings += found
    checked = replace(district, buildings=good, communities=communities, findings=(), **others)
    missing = sorted_ids(good.loc[defects.is_missing_count(good), "building_id"].to_numpy(dtype=object))
    return Checked(checked, bad, missing, district.findings + tuple(findings))


def find_defects(buildings: gpd.GeoDataFrame, policy: Policy) -> list[Finding]:
    """Return the findings of every defect of plannable buildings, in a fixed order."""
    return [
        *defects.find_unknown_counts(buildings),
        *defects.find_texts_read(buildings),
        *defects.find_above_maximum(buildings, policy),
        *defects.find_non_residential(buildings),
        *defects.find_same_points(buildings),
        *defects.find_same_shapes(buildings),
        *defects.find_points_among_polygons(buildings),
        *defects.find_many_parts(buildings),
        *defects.find_multi_part(buildings),
        *defects.find_tiny(buildings),
        *defects.find_overlaps(buildings),
    ]


def join_communities(
    buildings: gpd.GeoDataFrame, communities: gpd.GeoDataFrame | None, district: District
) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame | None, list[Finding]]:
    """Return buildings with their community: by outline, else by their own column, else all in one."""
    if communities is not None:
        members = find_members(buildings, communities)
        return buildings.assign(community_id=members.community_id), communities, list(members.findings)
    if buildings["community_id"].notna().any():
        n = int(buildings["community_id"].nunique())
        finding = Finding("check.communities_from_buildings", "note", {"n": n}, layer="buildings")
        return buildings, None, [finding]
    one = pd.Series([district.district_id] * len(buildings), index=buildings.index, dtype=object)
    return buildings.assign(community_id=one), None, []


def find_reasons(
    buildings: gpd.GeoDataFrame, empty: np.ndarray, unusable: np.ndarray, policy: Policy
) -> pd.Series:
    """Return why each row cannot be planned (the first reason that holds), None where it can."""
    lost = buildings["community_id"].isna()
    outside = pd.Series([None] * len(buildings), index=buildings.index, dtype=object)
    outside[lost] = "check.bad_outside"
    reasons = pd.Series([None] * len(buildings), index=buildings.index, dtype=object)
    reasons[unusable] = "check.bad_geometry"
    reasons[empty] = "check.bad_no_geometry"
    for later in (defects.find_id_reasons(buildings), defects.find_count_reasons(buildings, policy), outside):
        reasons = reasons.where(reasons.notna(), later)
    return reasons


def gather_bad(buildings: gpd.GeoDataFrame, reasons: pd.Series, district: District) -> gpd.GeoDataFrame:
    """Return the rows that cannot be planned, counts as read, with the reason, in the order of the file."""
    if district.communities is None:
        reasons = reasons.replace({"check.bad_outside": "check.bad_community_missing"})
    rows = buildings[reasons.notna()]
    numbers = [read_number(count, text) for count, text in zip(rows["households"], rows["households_text"])]
    households = pd.Series(numbers, index=rows.index, dtype="Float64")
    if all(pd.isna(one) or float(one).is_integer() for one in numbers):
        households = households.astype("Int64")
    columns = {
        "building_id": rows["building_id"],
        "households": households,
        "layer": pd.Series(["buildings"] * len(rows), index=rows.index, dtype=object),
        "row": rows["row"],
        "reason": reasons[rows.index].astype(object),
        "households_text": rows["households_text"],
    }
    return gpd.GeoDataFrame(columns, geometry=rows.geometry, crs=buildings.crs).reset_index(drop=True)


def read_number(count: Any, text: str | None) -> Any:
    """Return the number a cell holds, whole or not; NA when it holds none."""
    if not pd.isna(count) or text is None:
        return count
    number = pd.to_numeric(pd.Series([text]), errors="coerce").iloc[0]
    return float(number) if np.isfinite(number) else pd.NA


def repair_others(district: District) -> tuple[dict[str, Any], list[Finding]]:
    """Return the other layers with usable shapes only, and what was done to them or left out."""
    tables: dict[str, gpd.GeoDataFrame] = {}
    findings: list[Finding] = []
    for layer in ("barriers", "compounds", "sites", "previous_grids", "halls"):
        table = getattr(district, layer)
        rows = table["row"].astype(str).to_numpy(dtype=object)
        if layer in ("barriers", "halls"):
            shapes = shapely.force_2d(table.geometry.to_numpy())
            lost = (
                shapely.is_missing(shapes)
                | shapely.is_empty(shapes)
                | ~np.isfinite(shapely.bounds(shapes)).all(axis=1)
            )
            broken = ~lost & ~shapely.is_valid(shapes)
            shapes[broken] = shapely.make_valid(shapes[broken])
            done = {"repaired_rings": broken}
        else:
            mended = repair_shapes(table.geometry.to_numpy())
            shapes, lost, done = mended.shapes, mended.empty | mended.unusable, mended.done
        findings += tell_repairs(layer, rows, done)
        if lost.any():
            findings.append(
                Finding(
                    "check.rows_without_shape",
                    "warning",
                    {"n": int(lost.sum()), "layer": layer},
                    sorted_ids(rows[lost]),
                    layer,
                )
            )
        kept = table.set_geometry(gpd.GeoSeries(shapes, index=table.index, crs=district.crs))
        tables[layer] = kept[~lost].reset_index(drop=True)
    return tables, findings
