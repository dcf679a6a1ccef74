"""Buildings → atoms: the pieces a plan may move but never cut."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely import Polygon
from shapely.affinity import rotate

from gridder.errors import Finding
from gridder.policy import Policy

SPLIT_UNITS = re.compile(r"[,，、;；\s]+")


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
        for a whole building), name, households (int64; they add up to the buildings'), community_id, compound, site,
        geometry.
    """
    rows: list[dict[str, Any]] = []
    findings: list[Finding] = []
    compound_of = holder(buildings, compounds)
    site_of = holder(buildings, sites)
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
        units = read_units(building.units, int(building.households))
        if building.households <= policy.households_max or len(units) < 2:
            rows.append({"cell_id": building.Index, "unit": "", "households": int(building.households),
                         "geometry": building.geometry} | shared)  # fmt: skip
            continue
        slices = cut_slices(building.geometry, units)
        for number, (households, piece) in enumerate(zip(units, slices), start=1):
            rows.append({"cell_id": f"{building.Index}#{number}", "unit": str(number), "households": households,
                         "geometry": piece} | shared)  # fmt: skip
        facts = {"households": int(building.households), "n": len(units), "maximum": policy.households_max}
        findings.append(Finding("plan.tower_cut", "note", facts, (building.Index,), "buildings"))
    columns = [
        "cell_id",
        "building_id",
        "unit",
        "name",
        "households",
        "community_id",
        "compound",
        "site",
        "geometry",
    ]
    atoms = gpd.GeoDataFrame(pd.DataFrame(rows, columns=columns), geometry="geometry", crs=buildings.crs)
    return atoms.set_index("cell_id").sort_index(), findings


def text_or_blank(value: Any) -> str:
    """Return a cell of a text column as text, blank when unknown."""
    return "" if value is None or (not isinstance(value, str) and pd.isna(value)) else str(value).strip()


def holder(buildings: gpd.GeoDataFrame, areas: gpd.GeoDataFrame) -> dict[str, str]:
    """Return building_id → name of the area that holds most of it (more than half; a point: the area it lies in)."""
    if areas.empty:
        return {}
    inside, area = shapely.STRtree(areas.geometry.values).query(
        buildings.geometry.values, predicate="intersects"
    )
    footprints = buildings.geometry.values[inside]
    shared = shapely.area(shapely.intersection(footprints, areas.geometry.values[area]))
    whole = shapely.area(footprints)
    held = (whole == 0) | (shared > whole / 2)
    names = areas["name"].astype(object).to_numpy()
    return {
        buildings.index[i]: text_or_blank(names[j]) or f"{j + 1}" for i, j, h in zip(inside, area, held) if h
    }


def read_units(units: Any, households: int) -> list[int]:
    """Return the households of each entrance unit; empty when there is no use to be made of the text.

    ``3`` means three units of (nearly) equal size; ``200,210,210`` gives each; a list that does not add up to
    ``households`` is scaled, to the household, by largest remainder.
    """
    words = [word for word in SPLIT_UNITS.split(text_or_blank(units)) if word]
    if not words or not all(re.fullmatch(r"\d+(\.0+)?", word) for word in words):
        return []
    numbers = [int(float(word)) for word in words]
    weights = [1] * numbers[0] if len(numbers) == 1 else numbers
    if not weights or len(weights) > households or sum(weights) == 0:
        return []
    return share_out(households, weights)


def share_out(total: int, weights: Sequence[float]) -> list[int]:
    """Return whole numbers proportional to ``weights`` that add up to ``total`` (largest remainder, ties first)."""
    exact = np.array(weights, dtype=float) * total / sum(weights)
    shares = np.floor(exact).astype(int)
    order = np.argsort(-(exact - shares), kind="stable")
    shares[order[: total - shares.sum()]] += 1
    return [int(s) for s in shares]


def cut_slices(footprint: Any, units: list[int]) -> list[Any]:
    """Return one vertical slice of the footprint a unit, along its longer side, areas proportional to households.

    A point (or a footprint without area) is repeated: the cells stage gives every piece its own ground.
    """
    if footprint.geom_type not in ("Polygon", "MultiPolygon") or footprint.area == 0:
        return [footprint] * len(units)
    angle = long_axis_degrees(footprint)
    level = rotate(footprint, -angle, origin=footprint.centroid)
    stops = quantiles_by_area(level, np.cumsum(units)[:-1] / sum(units))
    return [rotate(piece, angle, origin=footprint.centroid) for piece in slice_at(level, stops)]


def long_axis_degrees(footprint: Any) -> float:
    """Return the direction of the longer side of the smallest rectangle around a footprint, degrees from east."""
    corners = shapely.get_coordinates(footprint.minimum_rotated_rectangle)
    sides = np.diff(corners, axis=0)
    longest = sides[np.argmax(np.hypot(sides[:, 0], sides[:, 1]))]
    return float(np.degrees(np.arctan2(longest[1], longest[0])))


def quantiles_by_area(footprint: Any, shares: np.ndarray) -> list[float]:
    """Return the x at which a vertical line leaves each share of the area to its left (bisection to 1 mm)."""
    left, bottom, right, top = footprint.bounds
    stops = []
    for share in shares:
        low, high = left, right
        while high - low > 1e-3:
            middle = (low + high) / 2
            part = footprint.intersection(shapely.box(left, bottom, middle, top)).area
            low, high = (middle, high) if part < share * footprint.area else (low, middle)
        stops.append((low + high) / 2)
    return stops


def slice_at(footprint: Any, stops: list[float]) -> Iterator[Polygon]:
    """Yield the parts of a footprint between consecutive vertical lines, left to right."""
    left, bottom, right, top = footprint.bounds
    edges = [left - 1, *stops, right + 1]
    for start, end in zip(edges, edges[1:]):
        yield footprint.intersection(shapely.box(start, bottom - 1, end, top + 1))
