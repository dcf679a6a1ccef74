"""Defects of the input: one function a defect, each returning findings; a row not plannable has a reason."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gridder.check.repair import POINT, sorted_ids
from gridder.check.sharing import is_missing_count
from gridder.errors import Finding
from gridder.policy import Policy
from gridder.read.counts import cell_text, is_fraction, is_residential
from gridder.tables import name_rows

# Why a row cannot be planned; the first that holds is told. Keys of sentences.
BAD_REASONS = (
    "check.bad_no_geometry",
    "check.bad_geometry",
    "check.bad_id_missing",
    "check.bad_id_repeated",
    "check.bad_count_negative",
    "check.bad_count_fraction",
    "check.bad_count_text",
    "check.bad_count_absurd",
    "counts.bad_population",
    "check.bad_community_missing",
    "check.bad_outside",
    "counts.bad_compound_empty",
)
OVERLAP_M2 = 1.0  # overlaps below are drawing inaccuracy
TINY_M2 = 5.0  # smaller than any building people live in
VALUES_SHOWN = 5


def find_count_reasons(buildings: pd.DataFrame, policy: Policy) -> pd.Series:
    """Return why a row's count cannot be planned with, None where it can or is merely unknown."""
    counts = buildings["households"].astype("Float64").to_numpy(float, na_value=np.nan)
    reasons = pd.Series([None] * len(buildings), index=buildings.index, dtype=object)
    odd = buildings["households"].isna() & ~is_missing_count(buildings)
    for at in buildings.index[odd]:
        text = str(buildings.at[at, "households_text"])
        reasons[at] = "check.bad_count_fraction" if is_fraction(text) else "check.bad_count_text"
    reasons[counts < 0] = "check.bad_count_negative"
    reasons[counts > policy.households_absurd] = "check.bad_count_absurd"
    return reasons


def find_id_reasons(buildings: pd.DataFrame) -> pd.Series:
    """Return why a row's id cannot be planned with: missing, or repeated after its first row."""
    reasons = pd.Series([None] * len(buildings), index=buildings.index, dtype=object)
    missing = buildings["building_id"].isna()
    reasons[buildings["building_id"].duplicated() & ~missing] = "check.bad_id_repeated"
    reasons[missing] = "check.bad_id_missing"
    return reasons


def sum_whole(counts: pd.Series) -> int:
    """Return the sum of the counts that can be households: whole numbers ≥ 0; −5 and 2.5 are none."""
    numbers = counts.dropna().astype(float)
    return int(numbers[(numbers >= 0) & (numbers % 1 == 0)].sum())


def list_bad(bad: pd.DataFrame, policy: Policy) -> list[Finding]:
    """Return one problem a reason, with ids (or names or row numbers), households and some of the values read."""
    found = []
    for reason in BAD_REASONS:
        rows = bad[bad["reason"] == reason]
        if rows.empty:
            continue
        layer = str(rows["layer"].iloc[0])
        label = "building_id" if layer == "buildings" else "name"
        named = [row if pd.isna(one) else str(one) for one, row in zip(rows[label], name_rows(rows))]
        read = [show_read(one) for one in rows.itertuples()]
        shown = ", ".join(read[:VALUES_SHOWN])
        facts = {
            "n": len(rows),
            "households": sum_whole(rows["households"]),
            "values": shown + (", …" if len(read) > VALUES_SHOWN else ""),
            "absurd": policy.households_absurd,
        }
        found.append(Finding(reason, "problem", facts, tuple(sorted(set(named))), layer))
    return found


def show_read(row: Any) -> str:
    """Return what stood in the cell of a bad row, blank where nothing did."""
    if row.reason == "counts.bad_population":
        return cell_text(row.population) or ""
    return cell_text(row.households_text) or cell_text(row.households) or ""


def about(code: str, level: str, rows: pd.DataFrame, **facts: float | str) -> list[Finding]:
    """Return a finding about buildings with their number and ids; nothing when there are none."""
    if rows.empty:
        return []
    ids = sorted_ids(rows["building_id"].to_numpy(dtype=object))
    return [Finding(code, level, {"n": len(rows), **facts}, ids, "buildings")]  # type: ignore[arg-type]


def find_unknown_counts(buildings: pd.DataFrame) -> list[Finding]:
    """Counts that nobody knows: a decision (--missing), never a silent zero."""
    return about("check.count_missing", "problem", buildings[is_missing_count(buildings)])


def find_texts_read(buildings: pd.DataFrame) -> list[Finding]:
    """Counts read out of text with a unit, blanks or full-width digits."""
    rows = buildings[buildings["households"].notna() & buildings["households_text"].notna()]
    sample = ", ".join(f"{t!s}→{c}" for t, c in zip(rows["households_text"][:3], rows["households"][:3]))
    return about("check.count_read_from_text", "note", rows, sample=sample)


def find_above_maximum(buildings: pd.DataFrame, policy: Policy) -> list[Finding]:
    """Single buildings above the largest lawful grid: they need entrance units."""
    rows = buildings[(buildings["households"] > policy.households_max).fillna(False).astype(bool)]
    without = rows[rows["units"].isna()]
    facts: dict[str, Any] = {"maximum": policy.households_max, "clause": policy.clause("households_max")}
    return about("check.above_maximum", "warning", without, **facts)


def find_non_residential(buildings: pd.DataFrame) -> list[Finding]:
    """Households in buildings whose use says that nobody lives there."""
    empty_use = np.array([is_residential(use) is False for use in buildings["use"]], dtype=bool)
    rows = buildings[empty_use & (buildings["households"] > 0).fillna(False).astype(bool)]
    return about("check.non_residential", "warning", rows, households=int(rows["households"].sum()))


def find_same_points(buildings: gpd.GeoDataFrame) -> list[Finding]:
    """Several points at exactly one place."""
    points = buildings[shapely.get_type_id(buildings.geometry.to_numpy()) == POINT]
    keys = pd.Series(shapely.to_wkb(points.geometry.to_numpy()), index=points.index, dtype=object)
    return about("check.same_point", "note", points[keys.duplicated(keep=False)])


def find_same_shapes(buildings: gpd.GeoDataFrame) -> list[Finding]:
    """Several buildings with exactly the same footprint."""
    shapes = buildings.geometry.to_numpy()
    areas = buildings[shapely.get_type_id(shapes) != POINT]
    keys = pd.Series(
        shapely.to_wkb(shapely.normalize(areas.geometry.to_numpy())), index=areas.index, dtype=object
    )
    return about("check.same_shape", "warning", areas[keys.duplicated(keep=False)])


def find_points_among_polygons(buildings: gpd.GeoDataFrame) -> list[Finding]:
    """Points in a layer of footprints: buildings not drawn, or labels."""
    points = shapely.get_type_id(buildings.geometry.to_numpy()) == POINT
    return [] if points.all() else about("check.points_among_polygons", "warning", buildings[points])


def find_parts(buildings: gpd.GeoDataFrame, policy: Policy) -> list[Finding]:
    """Buildings of several footprints: each stays one; told apart are very many parts, parts far apart, and the rest.

    Parts are near each other when steps of ``building_parts_apart_m`` or less lead from any of them to any other.
    """
    shapes = buildings.geometry.to_numpy()
    parts = shapely.get_num_geometries(shapes)
    several = (parts > 1) & (parts < policy.building_parts_many)
    reach = shapely.buffer(shapes[several], policy.building_parts_apart_m / 2.0)
    far = np.zeros(len(shapes), dtype=bool)
    far[several] = shapely.get_num_geometries(reach) > 1
    estates, apart = buildings[parts >= policy.building_parts_many], buildings[far]
    return [
        *about(
            "check.many_parts",
            "warning",
            estates,
            parts=int(parts.max(initial=0)),
            households=int(estates["households"].sum()),
        ),
        *about(
            "check.parts_far",
            "warning",
            apart,
            households=int(apart["households"].sum()),
            distance=policy.building_parts_apart_m,
        ),
        *about("check.multi_part", "note", buildings[several & ~far]),
    ]


def find_tiny(buildings: gpd.GeoDataFrame) -> list[Finding]:
    """Footprints too small to live in that hold households."""
    areas = shapely.area(buildings.geometry.to_numpy())
    tiny = (areas > 0) & (areas < TINY_M2) & (buildings["households"] > 0).fillna(False).to_numpy(bool)
    return about("check.tiny", "note", buildings[tiny], area=TINY_M2)


def find_overlaps(buildings: gpd.GeoDataFrame) -> list[Finding]:
    """Footprints that overlap by more than a square metre; the cells give that ground to one of them."""
    shapes = buildings.geometry.to_numpy()
    first, second = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    pairs = first < second
    first, second = first[pairs], second[pairs]
    shared = shapely.area(shapely.intersection(shapes[first], shapes[second]))
    apart = ~shapely.equals(shapes[first], shapes[second])
    large = (shared > OVERLAP_M2) & apart
    rows = np.unique(np.concatenate([first[large], second[large]]))
    return about("check.overlap", "note", buildings.iloc[rows], area=round(float(shared[large].sum()), 1))


def find_empty_communities(buildings: pd.DataFrame, communities: pd.DataFrame) -> list[Finding]:
    """Communities without a building or without households: they get no grid."""
    totals = buildings.groupby("community_id")["households"].sum()
    empty = [one for one in communities["community_id"] if int(totals.get(one, 0)) == 0]
    return (
        [Finding("check.communities_empty", "note", {"n": len(empty)}, tuple(sorted(empty)), "communities")]
        if empty
        else []
    )


def find_no_households(buildings: pd.DataFrame) -> list[Finding]:
    """A district in which nobody lives by its counts: no grid can come of it, perhaps the wrong column.

    Where no row can be planned at all, the reason is another, and told.
    """
    if buildings.empty or int(buildings["households"].sum()) > 0:
        return []
    return [Finding("check.no_households", "warning", {"n": len(buildings)}, layer="buildings")]
