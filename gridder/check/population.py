"""Persons → households, where buildings state how many people live in them and nothing else."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gridder.check.sharing import Filled, give, is_missing_count
from gridder.errors import Finding
from gridder.policy import Policy
from gridder.read.counts import is_unknown
from gridder.units import share_out


def convert_population(buildings: gpd.GeoDataFrame, plannable: pd.Series, policy: Policy) -> Filled:
    """Return buildings with households = population ÷ persons a household, where they have no count.

    The total of each community is right to the household (half up); inside it every building in which somebody lives
    has at least one household as long as the total allows, the others by largest remainder.
    """
    persons = buildings["population"]
    unsaid = is_missing_count(buildings)
    rows = buildings[plannable & unsaid & persons.notna() & ~find_odd_population(buildings, policy)]
    if rows.empty:
        return Filled(buildings)
    shares: dict[Any, int] = {}
    for _, members in rows.sort_values("building_id", kind="stable").groupby("community_id", sort=True):
        quotas = members["population"].to_numpy(float) / policy.persons_per_household
        shares |= zip(members.index, round_together(quotas).tolist())
    buildings = give(buildings, shares, "population")
    facts = {
        "n": int((rows["population"] > 0).sum()),
        "persons": round(float(rows["population"].sum())),
        "households": int(buildings.loc[rows.index, "households"].sum()),
        "size": policy.persons_per_household,
    }
    return Filled(buildings, (Finding("counts.from_population", "warning", facts, layer="buildings"),))


def counts_persons(buildings: pd.DataFrame) -> bool:
    """Whether buildings, as read, state persons and no household at all."""
    return bool(is_missing_count(buildings).all() and buildings["population"].notna().any())


def round_together(quotas: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return whole numbers that add up to the sum of the quotas (half up).

    Zero stays zero. Every positive quota gets at least 1 where the total allows it: what is left is shared in
    proportion to what the quotas have above 1. Where it does not, the largest get theirs.
    """
    found = np.zeros(len(quotas), dtype=np.int64)
    total = int(np.floor(quotas.sum() + 0.5))
    lived = quotas > 0
    if not lived.any():
        return found
    above = np.maximum(quotas[lived] - 1.0, 0.0)
    if total >= lived.sum() and above.sum() > 0:
        found[lived] = 1 + np.array(share_out(total - int(lived.sum()), list(above)))
    else:
        found[lived] = share_out(total, list(quotas[lived]))
    return found


def find_odd_population(buildings: pd.DataFrame, policy: Policy) -> pd.Series:
    """Whether a row's population cannot be: negative, no number, or more than the largest building can hold."""
    persons = buildings["population"]
    said = pd.Series(
        [text is not None and not is_unknown(str(text)) for text in buildings["population_text"]],
        index=buildings.index,
        dtype=bool,
    )
    most = policy.households_absurd * policy.persons_per_household
    return (persons.isna() & said) | (persons < 0) | (persons > most)
