"""Rows that cannot be planned, with what was read and why: nothing is dropped in silence."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from gridder.check.population import counts_persons, find_odd_population
from gridder.policy import Policy
from gridder.tables import District


def gather_bad(
    buildings: gpd.GeoDataFrame, reasons: pd.Series, district: District, policy: Policy
) -> gpd.GeoDataFrame:
    """Return the rows that cannot be planned, counts as read, with the reason, in the order of the file.

    Where nobody states households, the count is what the population comes to.
    """
    if district.communities is None:
        reasons = reasons.replace({"check.bad_outside": "check.bad_community_missing"})
    rows = buildings[reasons.notna()]
    numbers = [read_number(count, text) for count, text in zip(rows["households"], rows["households_text"])]
    if counts_persons(district.buildings):
        usable = rows["population"].where(~find_odd_population(rows, policy))
        quotas = np.floor(usable.to_numpy(float) / policy.persons_per_household + 0.5)
        numbers = [n if np.isnan(q) or not pd.isna(n) else int(q) for n, q in zip(numbers, quotas)]
    columns = {
        "building_id": rows["building_id"],
        "households": as_counts(numbers, rows.index),
        "layer": pd.Series(["buildings"] * len(rows), index=rows.index, dtype=object),
        "row": rows["row"],
        "file": file_of(rows),
        "reason": reasons[rows.index].astype(object),
        "households_text": rows["households_text"],
        "name": rows["name"],
        "population": rows["population_text"].where(rows["population_text"].notna(), rows["population"]),
    }
    return gpd.GeoDataFrame(columns, geometry=rows.geometry, crs=buildings.crs).reset_index(drop=True)


def gather_lost(lost: tuple[int, ...], district: District) -> gpd.GeoDataFrame:
    """Return the rows of compounds (positions) whose households found no building, as rows that cannot be planned."""
    rows = district.compounds.iloc[list(lost)]
    nothing = pd.Series([None] * len(rows), index=rows.index, dtype=object)
    columns = {
        "building_id": nothing,
        "households": rows["households"].astype("Int64"),
        "layer": pd.Series(["compounds"] * len(rows), index=rows.index, dtype=object),
        "row": rows["row"],
        "file": file_of(rows),
        "reason": pd.Series(["counts.bad_compound_empty"] * len(rows), index=rows.index, dtype=object),
        "households_text": nothing,
        "name": rows["name"],
        "population": nothing,
    }
    return gpd.GeoDataFrame(columns, geometry=rows.geometry, crs=district.crs)


def file_of(rows: pd.DataFrame) -> pd.Series:
    """Return the file of each row, None where its layer has only one."""
    nothing = pd.Series([None] * len(rows), index=rows.index, dtype=object)
    return rows["file"].astype(object) if "file" in rows else nothing


def as_counts(numbers: list[Any], index: pd.Index) -> pd.Series:
    """Return numbers as nullable whole numbers, as floats where one of them is a fraction."""
    households = pd.Series(numbers, index=index, dtype="Float64")
    whole = all(pd.isna(one) or float(one).is_integer() for one in numbers)
    return households.astype("Int64") if whole else households


def read_number(count: Any, text: str | None) -> Any:
    """Return the number a cell holds, whole or not; NA when it holds none."""
    if not pd.isna(count) or text is None:
        return count
    number = pd.to_numeric(pd.Series([text]), errors="coerce").iloc[0]
    return float(number) if np.isfinite(number) else pd.NA
