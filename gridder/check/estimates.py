"""Guesses of unknown counts: from persons, from footprint × floors, for points from buildings like them."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from gridder.check.defects import TINY_M2
from gridder.errors import Finding
from gridder.policy import Policy
from gridder.read.counts import is_residential


def estimate_counts(buildings: gpd.GeoDataFrame, policy: Policy) -> pd.Series:
    """Return a guess for every building, int64 ≥ 0, never above the largest lawful grid.

    A guess alone must not force an exception: what comes out larger is cut to ``households_max`` (and told).
    """
    return guess_counts(buildings, policy).clip(upper=policy.households_max)


def guess_counts(buildings: gpd.GeoDataFrame, policy: Policy) -> pd.Series:
    """Return households as they come out, uncut: the first of these that says something.

    0 where the use says that nobody lives; persons ÷ household size; footprint × floors ÷ floor area a household, an
    unknown number of floors as one; for a point the typical count of its kind. At least 1; an unknown use counts as
    residential.
    """
    homes = np.array([is_residential(use) is not False for use in buildings["use"]], dtype=bool)
    footprint = shapely.area(buildings.geometry.to_numpy())
    floors = np.maximum(buildings["floors"].fillna(1.0).to_numpy(float), 1.0)
    exact = footprint * floors / policy.floor_area_per_household_m2
    exact = np.where(footprint > 0, exact, typical_counts(buildings))
    persons = buildings["population"].to_numpy(float)
    exact = np.where(persons >= 0, persons / policy.persons_per_household, exact)
    rounded = np.floor(exact + 0.5).astype("int64")
    nobody = (persons == 0) | ((footprint > 0) & (footprint < TINY_M2) & ~(persons > 0))
    guess = np.where(nobody, 0, np.maximum(1, rounded))
    return pd.Series(np.where(homes, guess, 0), index=buildings.index, dtype="int64")


def typical_counts(buildings: pd.DataFrame) -> NDArray[np.float64]:
    """Return the median count of lived-in buildings like each one: of its use in its community, of any use there, of all.

    1 where no count is known at all.
    """
    uses = pd.Series([is_residential(use) for use in buildings["use"]], index=buildings.index, dtype=object)
    kind = uses.map({True: "home", False: "other"}).fillna("unsaid")
    counts = buildings["households"].astype("Float64").astype("float64")
    known = counts.where((counts > 0) & (kind != "other"))
    community = buildings["community_id"]
    alike = known.groupby([community, kind]).transform("median")
    near = known.groupby(community).transform("median")
    everywhere = known.median() if known.notna().any() else 1.0
    return alike.fillna(near).fillna(everywhere).to_numpy(float)


def tell_cut(buildings: gpd.GeoDataFrame, unknown: pd.Series, policy: Policy) -> list[Finding]:
    """Return the warning that guesses were cut to the largest lawful grid, if any were."""
    guess = guess_counts(buildings, policy)[unknown]
    cut = guess[guess > policy.households_max]
    if cut.empty:
        return []
    facts = {"n": len(cut), "maximum": policy.households_max, "largest": int(cut.max())}
    ids = tuple(sorted(buildings.loc[cut.index, "building_id"].astype(str)))
    return [Finding("counts.estimate_cut", "warning", facts, ids, "buildings")]
