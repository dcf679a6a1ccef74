"""Buildings → atoms: the pieces a plan may move but never cut."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from gridder.errors import Finding
from gridder.holders import NOWHERE, find_holders
from gridder.policy import Policy
from gridder.read.counts import is_unknown
from gridder.units import count_units, cut_slices, read_units, units_told

COLUMNS = "cell_id building_id unit units name households community_id compound site geometry".split()


def make_atoms(
    buildings: gpd.GeoDataFrame, compounds: gpd.GeoDataFrame, sites: gpd.GeoDataFrame, policy: Policy
) -> tuple[gpd.GeoDataFrame, list[Finding]]:
    """Return one atom a building, and one an entrance unit of a building above the maximum.

    Parameters
    ----------
    buildings
        Settled buildings indexed by building_id: households (int64), community_id, name, units, compound, geometry.
    compounds, sites
        Polygons with ``name``: a building belongs to the one that holds most of it.

    Returns
    -------
    (atoms, findings)
        Atoms indexed by cell_id (``building_id`` or ``building_id#unit``), sorted, with building_id, unit (text, blank
        for a whole building), units (entrance units stated, 1 for a unit, NA where none are stated), name, households
        (int64; they add up to the buildings'), community_id, compound, site, geometry.
    """
    rows: list[dict[str, Any]] = []
    findings: list[Finding] = []
    compound_of = names_of_holders(buildings, compounds)
    site_of = names_of_holders(buildings, sites)
    building: Any
    for building in buildings.sort_index().itertuples():
        compound = text_or_blank(building.compound) or compound_of.get(building.Index, "")
        shared = {
            "building_id": building.Index,
            "name": text_or_blank(building.name),
            "community_id": building.community_id,
            "compound": compound,
            "site": site_of.get(building.Index, ""),
        }
        tall = building.households > policy.households_max
        units = read_units(building.units, int(building.households)) if tall else []
        if tall:
            findings += tell_units(building, units)
        if len(units) < 2:
            number = count_units(building.units, int(building.households))
            rows.append({"cell_id": building.Index, "unit": "", "households": int(building.households),
                         "units": number, "geometry": building.geometry} | shared)  # fmt: skip
            continue
        slices = cut_slices(building.geometry, units)
        for number, (households, piece) in enumerate(zip(units, slices), start=1):
            rows.append({"cell_id": f"{building.Index}#{number}", "unit": str(number), "households": households,
                         "units": 1, "geometry": piece} | shared)  # fmt: skip
        facts = {"households": int(building.households), "n": len(units), "maximum": policy.households_max}
        findings.append(Finding("plan.tower_cut", "note", facts, (building.Index,), "buildings"))
    table = pd.DataFrame(rows, columns=COLUMNS).astype({"units": "Int64"})
    atoms = gpd.GeoDataFrame(table, geometry="geometry", crs=buildings.crs)
    return atoms.set_index("cell_id").sort_index(), findings


def tell_units(building: Any, units: list[int]) -> list[Finding]:
    """Return what a planner should know of the units of a building above the maximum, once they are read."""
    text = text_or_blank(building.units)
    told = units_told(text)
    facts = {"households": int(building.households), "text": text}
    if not units and told != [0] and not is_unknown(text):
        return [Finding("cells.units_unread", "warning", facts, (building.Index,), "buildings")]
    if len(told) > 1 and sum(told) != building.households:
        facts["told"] = sum(told)
        return [Finding("cells.units_scaled", "note", facts, (building.Index,), "buildings")]
    return []


def text_or_blank(value: Any) -> str:
    """Return a cell of a text column as text, blank when unknown."""
    return "" if value is None or (not isinstance(value, str) and pd.isna(value)) else str(value).strip()


def names_of_holders(buildings: gpd.GeoDataFrame, areas: gpd.GeoDataFrame) -> dict[str, str]:
    """Return building_id → name of the area that holds it (``find_holders``), its number where it has no name."""
    names = [text_or_blank(name) or f"{at + 1}" for at, name in enumerate(areas["name"])]
    at = find_holders(np.asarray(buildings.geometry.values), np.asarray(areas.geometry.values))
    return {building: names[one] for building, one in zip(buildings.index, at) if one != NOWHERE}
