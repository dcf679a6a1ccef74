"""Counts that stand on groups of rows, on compounds or as persons, shared out among buildings to the household."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from gridder.errors import Finding
from gridder.read.counts import is_unknown
from gridder.units import share_out

FIGURES_SHOWN = 5  # more examples make a sentence unreadable; the ids follow


@dataclass(frozen=True)
class Filled:
    """Buildings whose counts stood elsewhere, and what there is to tell.

    ``buildings`` has ``filled_from``: ``group``, ``compound``, ``population``, or None where the count is the row's own.
    ``lost`` holds the rows of compounds whose households found no building (positions in the layer).
    """

    buildings: gpd.GeoDataFrame
    findings: tuple[Finding, ...] = ()
    lost: tuple[int, ...] = ()


def is_missing_count(rows: pd.DataFrame) -> pd.Series:
    """Whether the count of a row is unknown: NULL, blank, or a word that says so."""
    unsaid = [text is None or is_unknown(str(text)) for text in rows["households_text"]]
    return rows["households"].isna() & pd.Series(unsaid, index=rows.index, dtype=bool)


def is_stated_count(rows: pd.DataFrame) -> pd.Series:
    """Whether a row states a number of households: whole and not negative."""
    return (rows["households"] >= 0).fillna(False).astype(bool)


def weigh(rows: pd.DataFrame) -> NDArray[np.float64]:
    """Return footprint × floors of buildings, > 0: what counts are shared out by.

    A point takes the middle footprint of the others, an unknown number of floors the middle one of the others; where
    nothing is known of any, all weigh the same.
    """
    return fill_middle(shapely.area(rows["geometry"].to_numpy())) * fill_middle(
        rows["floors"].to_numpy(float)
    )


def fill_middle(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return values with those unknown or not positive replaced by the median of the others (1 without others)."""
    known = np.isfinite(values) & (values > 0)
    return np.where(known, values, np.median(values[known]) if known.any() else 1.0)


def give(buildings: gpd.GeoDataFrame, shares: dict[Any, int], source: str | None) -> gpd.GeoDataFrame:
    """Return buildings with shares (row → households) as the counts of some rows, marked with where they come from."""
    index = pd.Index(list(shares))
    households, texts, filled = (
        buildings[c].copy() for c in ("households", "households_text", "filled_from")
    )
    households[index] = pd.array(list(shares.values()), dtype="Int64")
    texts[index] = None
    filled[index] = source
    return buildings.assign(households=households, households_text=texts, filled_from=filled)


def share_groups(buildings: gpd.GeoDataFrame, plannable: pd.Series) -> Filled:
    """Return buildings with the one count of each ``count_group`` shared among its plannable rows.

    A group's count stands on one of its rows, or alike on several. Where more groups hold different counts than alike
    ones, the counts are the buildings' own and nothing is shared: two neighbours with one household each are no group.
    """
    usable = buildings[
        buildings["count_group"].notna() & (is_stated_count(buildings) | is_missing_count(buildings))
    ]
    ordered = usable.sort_values("building_id", kind="stable").groupby("count_group", sort=True)
    groups = [(str(name), rows) for name, rows in ordered if len(rows) > 1]
    read = {name: rows["households"].dropna() for name, rows in groups}
    differ = tuple(name for name, counts in read.items() if counts.nunique() > 1)
    alike = [name for name, c in read.items() if len(c) > 1 and c.nunique() == 1 and c.iloc[0] > 0]
    if len(differ) > len(alike):
        facts = {"n": len(groups), "differ": len(differ)}
        return Filled(buildings, (Finding("counts.groups_own", "note", facts, differ, "buildings"),))
    shared = [
        (name, int(read[name].iloc[0]), rows)
        for name, rows in groups
        if name not in differ and len(read[name]) and (len(read[name]) > 1 or rows["households"].isna().any())
    ]
    return Filled(give_groups(buildings, shared, plannable), tell_groups(shared, differ))


def give_groups(
    buildings: gpd.GeoDataFrame, shared: list[tuple[str, int, pd.DataFrame]], plannable: pd.Series
) -> gpd.GeoDataFrame:
    """Return buildings with each group's count among its plannable rows; where there is none, on its first row alone."""
    alone: dict[Any, int] = {}
    shares: dict[Any, int] = {}
    for _, total, rows in shared:
        members = rows[plannable[rows.index]]
        if members.empty:
            alone[rows["row"].idxmin()] = total
        else:
            shares |= zip(members.index, share_out(total, list(weigh(members))))
    inside = buildings.index.isin([row for _, _, rows in shared for row in rows.index])
    emptied = buildings.assign(
        households=buildings["households"].mask(inside),
        households_text=buildings["households_text"].where(~inside, None),
    )
    return give(give(emptied, alone, None), shares, "group")


def tell_groups(shared: list[tuple[str, int, pd.DataFrame]], differ: tuple[str, ...]) -> tuple[Finding, ...]:
    """Return what was shared, the groups that lie in several communities, and those whose rows disagree."""
    found = []
    if shared:
        facts = {
            "n": len(shared),
            "rows": sum(len(rows) for _, _, rows in shared),
            "households": sum(total for _, total, _ in shared),
        }
        names = tuple(name for name, _, _ in shared)
        found.append(Finding("counts.groups_shared", "warning", facts, names, "buildings"))
    across = tuple(name for name, _, rows in shared if rows["community_id"].nunique() > 1)
    if across:
        found.append(Finding("counts.groups_across", "warning", {"n": len(across)}, across, "buildings"))
    if differ:
        found.append(Finding("counts.groups_differ", "warning", {"n": len(differ)}, differ, "buildings"))
    return tuple(found)
