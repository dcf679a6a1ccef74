"""The district repaired and judged: findings about every defect, nothing decided yet."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gridder.barriers import prepare_barriers
from gridder.check import defects
from gridder.check.apart import find_apart
from gridder.check.communities import check_communities, derive_communities, find_in_gaps, warn_one_community
from gridder.check.compounds import share_compounds
from gridder.check.datum import find_shifted
from gridder.check.decisions import Checked, offer_choices, settle, tell_open
from gridder.check.doubles import find_doubles
from gridder.check.membership import find_members
from gridder.check.population import convert_population, counts_persons, find_odd_population
from gridder.check.quarantine import gather_bad, gather_lost
from gridder.check.repair import repair_shapes, sorted_ids, tell_repairs
from gridder.check.sharing import Filled, is_missing_count, share_groups
from gridder.errors import Finding
from gridder.policy import Policy
from gridder.tables import District, name_rows

__all__ = ["Checked", "check_district", "offer_choices", "settle", "tell_open"]


def check_district(district: District, policy: Policy) -> Checked:
    """Return the district repaired, its bad rows apart, and every finding about it."""
    fitted = check_communities(district, policy)
    communities, findings = fitted.communities, [*fitted.findings]
    mended = repair_shapes(district.buildings.geometry.to_numpy(), points=True)
    ids = district.buildings["building_id"].to_numpy(dtype=object)
    findings += tell_repairs("buildings", ids, mended.done)
    findings += find_apart(district)
    findings += find_shifted(district, mended.shapes, communities)
    buildings = district.buildings.set_geometry(
        gpd.GeoSeries(mended.shapes, index=district.buildings.index, crs=district.crs)
    )
    buildings, communities, found = join_communities(buildings, communities, district)
    findings += found
    places = find_place_reasons(buildings, mended.empty, mended.unusable)
    filled = fill_counts(buildings, places.isna(), district, policy)
    buildings = filled.buildings
    reasons = places.where(places.notna(), defects.find_count_reasons(buildings, policy))
    if counts_persons(district.buildings):
        odd = find_odd_population(buildings, policy) & is_missing_count(buildings)
        reasons[odd & reasons.isna()] = "counts.bad_population"
    good = buildings[reasons.isna()].sort_values("building_id", kind="stable").reset_index(drop=True)
    bad = pd.concat(
        [gather_bad(buildings, reasons, district, policy), gather_lost(filled.lost, district)],
        ignore_index=True,
    )
    findings += [*find_in_gaps(buildings, fitted), *filled.findings]
    if communities is None:
        communities = derive_communities(good, district)
    findings += find_defects(good, policy) + find_doubles(buildings, reasons.isna())
    findings += defects.list_bad(bad, policy)
    if district.communities is None and district.buildings["community_id"].isna().all():
        findings += warn_one_community(good, policy)
    others, found = repair_others(district)
    findings += found
    outlines = None if district.communities is None or communities is None else communities.geometry
    others["barriers"], found = prepare_barriers(others["barriers"], outlines, policy)
    findings += found
    checked = replace(district, buildings=good, communities=communities, findings=(), **others)
    missing = sorted_ids(good.loc[is_missing_count(good), "building_id"].to_numpy(dtype=object))
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
        *defects.find_parts(buildings, policy),
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


def fill_counts(
    buildings: gpd.GeoDataFrame, plannable: pd.Series, district: District, policy: Policy
) -> Filled:
    """Return buildings with the counts that stand elsewhere: on their group, on their compound, as persons.

    Persons are read only where no building states households of its own.
    """
    buildings = buildings.assign(
        filled_from=pd.Series([None] * len(buildings), index=buildings.index, dtype=object)
    )
    groups = share_groups(buildings, plannable)
    countable = plannable & defects.find_count_reasons(groups.buildings, policy).isna()
    compounds = share_compounds(groups.buildings, countable, district.compounds)
    people = Filled(compounds.buildings)
    if counts_persons(district.buildings):
        people = convert_population(compounds.buildings, plannable, policy)
    findings = groups.findings + compounds.findings + people.findings
    return Filled(people.buildings, findings, compounds.lost)


def find_place_reasons(buildings: gpd.GeoDataFrame, empty: np.ndarray, unusable: np.ndarray) -> pd.Series:
    """Return why each row has no shape, id or community to be planned with (the first that holds), else None."""
    lost = buildings["community_id"].isna()
    outside = pd.Series([None] * len(buildings), index=buildings.index, dtype=object)
    outside[lost] = "check.bad_outside"
    reasons = pd.Series([None] * len(buildings), index=buildings.index, dtype=object)
    reasons[unusable] = "check.bad_geometry"
    reasons[empty] = "check.bad_no_geometry"
    for later in (defects.find_id_reasons(buildings), outside):
        reasons = reasons.where(reasons.notna(), later)
    return reasons


def repair_others(district: District) -> tuple[dict[str, Any], list[Finding]]:
    """Return the other layers with usable shapes only, and what was done to them or left out."""
    tables: dict[str, gpd.GeoDataFrame] = {}
    findings: list[Finding] = []
    for layer in ("barriers", "compounds", "sites", "previous_grids", "halls"):
        table = getattr(district, layer)
        rows = np.array([name.removeprefix("#") for name in name_rows(table)], dtype=object)
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
