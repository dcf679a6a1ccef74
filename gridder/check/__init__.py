"""The district repaired and judged: findings about every defect; decisions about rows and counts."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Literal

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gridder.check import defects
from gridder.check.communities import check_communities, derive_communities, warn_one_community
from gridder.check.membership import find_members
from gridder.check.repair import repair_shapes, sorted_ids, tell_repairs
from gridder.errors import Finding, InputError
from gridder.policy import Policy
from gridder.read.counts import is_residential
from gridder.tables import District

DECISIONS = ("check.count_missing", *defects.BAD_REASONS)  # findings that a decision of settle answers


@dataclass(frozen=True)
class Checked:
    """A district that can be planned once the decisions are made.

    Parameters
    ----------
    district
        Repaired; ``buildings`` sorted by id, each with its ``community_id``, without the bad rows;
        ``communities`` sorted by id, outlines one valid coverage on a 1 mm grid (None where the input has
        none).
    bad
        Rows that cannot be planned: building_id, households (as read; NA when no number), layer, row, reason
        (key of a sentence), households_text, geometry.
    missing_ids
        Buildings whose count is unknown, sorted.
    findings
        Everything to tell, that of reading first.
    """

    district: District
    bad: gpd.GeoDataFrame
    missing_ids: tuple[str, ...]
    findings: tuple[Finding, ...]


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


def settle(
    checked: Checked,
    *,
    bad_rows: Literal["stop", "quarantine"],
    missing: Literal["stop", "zero", "estimate"],
    policy: Policy,
) -> Checked:
    """Return the district decided: ``households`` int64, ``count_missing`` and ``estimated`` bool.

    Planned and quarantined households add up to the input's.

    Raises
    ------
    InputError
        There are bad rows or unknown counts and the decision about them is ``stop``: all are listed.
    """
    undecided = []
    if bad_rows == "stop" and len(checked.bad):
        undecided += [finding for finding in checked.findings if finding.code in defects.BAD_REASONS]
    if missing == "stop" and checked.missing_ids:
        undecided += offer_choices(checked, policy)
    if undecided:
        code = "errors.bad_rows" if bad_rows == "stop" and len(checked.bad) else "errors.counts_missing"
        facts = {"n": len(checked.bad) if code == "errors.bad_rows" else len(checked.missing_ids)}
        raise InputError(code, findings=tuple(undecided), **facts)
    buildings = checked.district.buildings
    unknown = buildings["households"].isna()
    filled = (
        estimate_counts(buildings, policy) if missing == "estimate" else pd.Series(0, index=buildings.index)
    )
    settled = buildings.assign(
        households=buildings["households"].fillna(filled.astype("Int64")).astype("int64"),
        count_missing=unknown & (missing == "zero"),
        estimated=unknown & (missing == "estimate"),
    )
    findings = tell_decisions(checked, settled)
    return replace(checked, district=replace(checked.district, buildings=settled), findings=findings)


def tell_decisions(checked: Checked, settled: gpd.GeoDataFrame) -> tuple[Finding, ...]:
    """Return the findings with what was open replaced by what was decided."""
    findings = [f for f in checked.findings if f.code not in DECISIONS]
    for finding in checked.findings:
        if finding.code in defects.BAD_REASONS:
            findings.append(replace(finding, level="warning"))
    if len(checked.bad):
        known = checked.bad["households"].dropna().sum()
        facts = {
            "n": len(checked.bad),
            "households": int(known) if float(known).is_integer() else float(known),
        }
        findings.append(Finding("check.quarantined", "warning", facts, layer="buildings"))
    zero, guess = settled[settled["count_missing"]], settled[settled["estimated"]]
    findings += defects.about("check.count_zeroed", "warning", zero)
    findings += defects.about(
        "check.count_estimated", "warning", guess, households=int(guess["households"].sum())
    )
    assert checked.district.communities is not None, "check_district gives every district its communities"
    findings += defects.find_empty_communities(settled, checked.district.communities)
    return tuple(findings)


def estimate_counts(buildings: gpd.GeoDataFrame, policy: Policy) -> pd.Series:
    """Return households guessed from footprint × floors: at least 1, but 0 where the use says nobody lives.

    An unknown use counts as residential, unknown floors as one.
    """
    footprint = buildings.geometry.area.to_numpy()
    floors = np.maximum(buildings["floors"].fillna(1.0).to_numpy(float), 1.0)
    guess = np.maximum(1, np.floor(footprint * floors / policy.floor_area_per_household_m2 + 0.5)).astype(
        "int64"
    )
    lived_in = np.array([is_residential(use) is not False for use in buildings["use"]], dtype=bool)
    return pd.Series(np.where(lived_in, guess, 0), index=buildings.index, dtype="int64")


def offer_choices(checked: Checked, policy: Policy) -> list[Finding]:
    """Return how many counts are unknown, of which use, and what each choice would do."""
    buildings = checked.district.buildings
    rows = buildings[buildings["households"].isna()]
    uses = [is_residential(use) for use in rows["use"]]
    guess = estimate_counts(rows, policy)
    known = int(buildings["households"].sum())
    facts = {
        "n": len(rows),
        "share": round(100.0 * len(rows) / len(buildings), 1),
        "residential": sum(use is True for use in uses),
        "other": sum(use is False for use in uses),
        "unknown": sum(use is None for use in uses),
    }
    choices: dict[str, Any] = {
        "known": known,
        "n": len(rows),
        "guess": int(guess.sum()),
        "total": known + int(guess.sum()),
    }
    choices |= {"no_floors": int(rows["floors"].isna().sum()), "area": policy.floor_area_per_household_m2}
    return [
        Finding("check.missing_counts", "problem", facts, checked.missing_ids, "buildings"),
        Finding("check.choice_zero", "note", {"n": len(rows), "known": known}),
        Finding("check.choice_estimate", "note", choices),
        Finding("check.choice_stop", "note"),
    ]
