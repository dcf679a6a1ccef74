"""Counts that compounds (小区) state, shared among those of their buildings that have none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from gridder.check.repair import repair_shapes
from gridder.check.sharing import FIGURES_SHOWN, Filled, give, is_missing_count, is_stated_count, weigh
from gridder.errors import Finding
from gridder.holders import find_holders
from gridder.read.counts import is_residential
from gridder.units import share_out


@dataclass(frozen=True)
class Account:
    """What one compound states and what its buildings hold: households; ``unknown`` buildings without a count."""

    position: int
    name: str
    stated: int
    known: int
    buildings: int
    unknown: int

    @property
    def figure(self) -> str:
        """The account in one word: ``name known/stated``."""
        return f"{self.name} {self.known}/{self.stated}"


def share_compounds(buildings: gpd.GeoDataFrame, plannable: pd.Series, compounds: gpd.GeoDataFrame) -> Filled:
    """Return buildings with the rest of each compound's count shared among those of its buildings without one.

    The rest is what the compound states less what its buildings hold of their own. It goes to residential buildings
    (those of unknown use among them) by footprint × floors; to all without a count where none of them is residential.
    """
    stated = (
        is_stated_count(compounds).to_numpy(bool) if "households_text" in compounds else np.zeros(0, bool)
    )
    if not stated.any():
        return Filled(buildings, tuple(tell_unread(compounds)))
    ordered = buildings[plannable].sort_values("building_id", kind="stable")
    held: dict[Any, Any] = dict(iter(ordered.groupby(find_compounds(ordered, compounds))))
    accounts = []
    shares: dict[Any, int] = {}
    for at in np.flatnonzero(stated).tolist():
        members = held.get(at, ordered.iloc[:0])
        known = int(members.loc[is_stated_count(members), "households"].sum())
        unknown = members[is_missing_count(members)]
        total = int(compounds["households"].iloc[at])
        accounts.append(Account(at, name_of(compounds, at), total, known, len(members), len(unknown)))
        if len(unknown) and total >= known:
            shares |= zip(unknown.index, share_out(total - known, lived_in(unknown)))
    buildings = give(buildings, shares, "compound")
    lost = tuple(a.position for a in accounts if not a.buildings and a.stated)
    return Filled(buildings, (*tell_accounts(accounts), *tell_unread(compounds)), lost)


def lived_in(buildings: gpd.GeoDataFrame) -> list[float]:
    """Return the weight of each building in its compound: 0 where nobody lives, if anybody lives elsewhere in it."""
    homes = np.array([is_residential(use) is not False for use in buildings["use"]], dtype=bool)
    return list(weigh(buildings) * (homes if homes.any() else 1.0))


def name_of(compounds: gpd.GeoDataFrame, at: int) -> str:
    """Return the name of a compound, ``#row`` where it has none."""
    name = compounds["name"].iloc[at]
    return f"#{compounds['row'].iloc[at]}" if name is None else str(name)


def find_compounds(buildings: gpd.GeoDataFrame, compounds: gpd.GeoDataFrame) -> NDArray[np.int64]:
    """Return the position of each building's compound: the one it names, else the one that holds most of it.

    Of several compounds of the name stated, the one that holds it, else the nearest.
    """
    shapes = repair_shapes(compounds.geometry.to_numpy()).shapes
    footprints = buildings.geometry.to_numpy()
    around = find_holders(footprints, shapes)
    named: dict[str, list[int]] = {}
    for at, name in enumerate(compounds["name"]):
        if name is not None:
            named.setdefault(str(name).strip(), []).append(at)
    for i, stated in enumerate(buildings["compound"]):
        called = named.get(str(stated).strip(), []) if stated is not None else []
        if called and around[i] not in called:
            far = np.nan_to_num(shapely.distance(footprints[i], shapes[called]), nan=np.inf)
            around[i] = called[int(np.argmin(far))]
    return around


def tell_accounts(accounts: list[Account]) -> list[Finding]:
    """Return what was shared, and the compounds whose figures do not agree with their buildings', each with both."""
    homes = [a for a in accounts if a.buildings]
    shared = [a for a in homes if a.unknown and a.stated >= a.known]
    short = [a for a in homes if a.stated < a.known]
    over = [a for a in homes if a.stated > a.known and not a.unknown]
    found = []
    if shared:
        facts: dict[str, Any] = {
            "n": len(shared),
            "buildings": sum(a.unknown for a in shared),
            "households": sum(a.stated - a.known for a in shared),
        }
        found.append(Finding("counts.compounds_shared", "warning", facts, names(shared), "compounds"))
    for code, some in (("compounds_short", short), ("compounds_over", over)):
        if some:
            figures = "; ".join(a.figure for a in some[:FIGURES_SHOWN])
            facts = {
                "n": len(some),
                "known": sum(a.known for a in some),
                "stated": sum(a.stated for a in some),
                "figures": figures + ("; …" if len(some) > FIGURES_SHOWN else ""),
            }
            found.append(Finding(f"counts.{code}", "warning", facts, names(some), "compounds"))
    return found


def names(accounts: list[Account]) -> tuple[str, ...]:
    """Return the names of compounds, sorted."""
    return tuple(sorted({a.name for a in accounts}))


def tell_unread(compounds: gpd.GeoDataFrame) -> list[Finding]:
    """Return the warning that compounds state what is no count, if any do; nothing is shared out of these."""
    if "households_text" not in compounds:
        return []
    odd = ~is_stated_count(compounds) & ~is_missing_count(compounds)
    if not odd.any():
        return []
    rows = compounds[odd]
    read = [str(t if t is not None else c) for t, c in zip(rows["households_text"], rows["households"])]
    facts = {
        "n": len(rows),
        "values": ", ".join(read[:FIGURES_SHOWN]) + (", …" if len(read) > FIGURES_SHOWN else ""),
    }
    called = tuple(sorted({name_of(compounds, int(at)) for at in np.flatnonzero(odd.to_numpy(bool))}))
    return [Finding("counts.compounds_unread", "warning", facts, called, "compounds")]
