"""Why a grid is outside the window, and the smallest changes that would mend it: codes and facts, no prose."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gridder.partition.answer import GridException
from gridder.policy import Policy
from gridder.segments import connected_parts, shared_segments
from gridder.tables import EXCEPTION_COLUMNS
from gridder.text import say


@dataclass(frozen=True)
class Place:
    """What the reasons of one community's exceptions look at.

    ``atoms`` of the community without special sites (sorted), the ``piece`` number of each, all edges among them, the
    neighbouring communities with their households (longest common outline first), and the cells ``beside_sites``.
    """

    community_id: str
    name: str
    atoms: gpd.GeoDataFrame
    piece: np.ndarray
    edges: pd.DataFrame
    neighbours: list[tuple[str, int]]
    policy: Policy
    beside_sites: frozenset[str] = frozenset()


def look_around(
    community_id: str,
    communities: pd.DataFrame,
    atoms: gpd.GeoDataFrame,
    edges: pd.DataFrame,
    neighbours: dict[str, list[tuple[str, int]]],
    policy: Policy,
) -> Place:
    """Return the place of one community; ``atoms`` are those outside special sites."""
    mine = atoms[atoms["community_id"] == community_id].sort_index()
    inside = edges[edges["cell_a"].isin(mine.index) & edges["cell_b"].isin(mine.index)]
    place = pd.Series(np.arange(len(mine)), index=mine.index)
    open_ = inside[inside["passable"]]
    piece = connected_parts(len(mine), place[open_["cell_a"]].to_numpy(), place[open_["cell_b"]].to_numpy())
    name = str(communities["name"].get(community_id, "")) or community_id
    one_in = edges[edges["cell_a"].isin(mine.index) != edges["cell_b"].isin(mine.index)]
    beside = frozenset(mine.index.intersection([*one_in["cell_a"], *one_in["cell_b"]]))
    return Place(community_id, name, mine, piece, inside, neighbours.get(community_id, []), policy, beside)


def community_neighbours(communities: gpd.GeoDataFrame) -> dict[str, list[tuple[str, int]]]:
    """Return the neighbours of every community as (name, households), longest common outline first."""
    touching = shared_segments(np.asarray(communities.geometry.values))
    table = pd.DataFrame({"a": touching.left, "b": touching.right, "m": touching.length_m})
    both = pd.concat([table, table.rename(columns={"a": "b", "b": "a"})])
    sums = both.groupby(["a", "b"], as_index=False)[["m"]].sum()
    sums = sums.sort_values(["a", "m", "b"], ascending=[True, False, True])
    names, households = communities["name"].to_numpy(), communities["households"].to_numpy()
    found: dict[str, list[tuple[str, int]]] = {}
    for a, b in zip(sums["a"], sums["b"]):
        if households[b] > 0:
            found.setdefault(str(communities.index[a]), []).append((str(names[b]), int(households[b])))
    return found


def explain(place: Place, exception: GridException, members: np.ndarray) -> dict[str, Any]:
    """Return code, households, facts and remedies of one exceptional grid.

    Parameters
    ----------
    members
        Positions of the grid's cells among ``place.atoms``.
    """
    policy = place.policy
    code = translate(place, exception.code)
    counts = place.atoms["households"].to_numpy()
    piece = place.piece[members[0]]
    total = int(counts[place.piece == piece].sum())
    largest = find_building(place, code, members)
    building = place.atoms.iloc[largest]
    facts = {
        "community": place.name,
        "building": str(building["name"]) or str(building["building_id"]),
        "unit": str(building["unit"]),
        "beside": int(largest) not in members,
        "building_households": int(counts[largest]),
        "barrier": barrier_around(place, piece),
        "households": int(exception.households),
        "total": total,
        "elsewhere": int(counts.sum()) - total,
        "minimum": policy.households_min,
        "maximum": policy.households_max,
        "short": max(0, policy.households_min - exception.households),
        "over": max(0, exception.households - policy.households_max),
    }
    return {
        "code": code,
        "households": int(exception.households),
        "facts": facts,
        "remedies": [*remedies(place, code, piece, total, building), accept(exception.households, policy)],
    }


def find_building(place: Place, code: str, members: np.ndarray) -> int:
    """Return the building that a reason speaks of: the grid's largest, or the oversized one nearest beside the grid."""
    counts = place.atoms["households"].to_numpy()
    largest = int(members[np.argmax(counts[members])])
    too_large = np.flatnonzero((counts > place.policy.households_max) & (place.piece == place.piece[largest]))
    if code != "building_too_large" or largest in too_large or not len(too_large):
        return largest
    shapes = np.asarray(place.atoms.geometry.values)
    away = shapely.distance(shapes[too_large], shapely.union_all(shapes[members]))
    return int(too_large[np.argmin(away)])


def translate(place: Place, code: str) -> str:
    """Return the planner's code: a component is the community where it is one piece, else a pocket of it."""
    counts = place.atoms["households"].to_numpy()
    inhabited = sum(counts[place.piece == p].sum() > 0 for p in np.unique(place.piece))
    return code.replace("component_", "community_" if inhabited == 1 else "pocket_")


def barrier_around(place: Place, piece: int) -> str:
    """Return the kind of barrier along most of the boundary between a pocket and the rest.

    ``site`` where only a special site lies between; blank where nothing of the community does.
    """
    table = barred_edges(place, piece)
    if table.empty:
        return "site" if place.beside_sites.intersection(place.atoms.index[place.piece == piece]) else ""
    sums = table.groupby("kind")["boundary_m"].sum()
    return str(sums.sort_index().idxmax())


def barred_edges(place: Place, piece: int) -> pd.DataFrame:
    """Return the edges between a pocket and other pieces that cannot be walked, with the other piece as ``beyond``."""
    part = pd.Series(place.piece, index=place.atoms.index)
    a, b = part[place.edges["cell_a"]].to_numpy(), part[place.edges["cell_b"]].to_numpy()
    barred = (~place.edges["passable"]).to_numpy() & ((a == piece) != (b == piece))
    return place.edges[barred].assign(beyond=np.where(a == piece, b, a)[barred])


def lawful_k(households: int, policy: Policy) -> tuple[int, int]:
    """Return the least and greatest number of grids; least > greatest where there is none."""
    return -(-households // policy.households_max), households // policy.households_min


def remedies(place: Place, code: str, piece: int, total: int, building: pd.Series) -> list[dict[str, Any]]:
    """Return the changes that would make the piece lawful, smallest first."""
    policy = place.policy
    counts = place.atoms["households"].to_numpy()
    found: list[dict[str, Any]] = []
    if code == "building_too_large":
        name = str(building["name"]) or str(building["building_id"])
        return [] if building["unit"] else [{"code": "add_units", "building": name}]
    if code.startswith("pocket_"):
        table = barred_edges(place, piece)
        for other, side in sorted(table.groupby("beyond"), key=lambda item: -item[1]["boundary_m"].sum()):
            together = total + int(counts[place.piece == other].sum())
            low, high = lawful_k(together, policy)
            if 0 < low <= high:
                kind = str(side.groupby("kind")["boundary_m"].sum().sort_index().idxmax())
                facts = {"barrier": kind, "households_together": together, "k_min": low, "k_max": high}
                found.append({"code": "open_crossing", **facts})
                break
    if code.startswith(("community_", "pocket_")):
        for name, households in place.neighbours:
            low, high = lawful_k(total + households, policy)
            if 0 < low <= high:
                found.append({"code": "merge_community", "community": name, "households": total + households})
                break
    return found


def accept(households: int, policy: Policy) -> dict[str, Any]:
    """Return the remedy that is always there: somebody signs for the grid as it is."""
    low, high = policy.households_min, policy.households_max
    difference = max(low - households, households - high)
    return {
        "code": "accept",
        "households": int(households),
        "minimum": low,
        "maximum": high,
        "difference": int(difference),
    }


def exceptions_table(
    rows: list[dict[str, Any]], grids: gpd.GeoDataFrame, policy: Policy, lang: str
) -> gpd.GeoDataFrame:
    """Return the delivered table: EXCEPTION_COLUMNS, facts and remedies (JSON), geometry of the grid.

    ``rows`` hold community_id, grid_code, code, households, facts, remedies. The sentences are in ``lang``; facts
    keep them sayable in the other language.
    """
    table = [
        {
            "community_id": row["community_id"],
            "grid_code": row["grid_code"],
            "code": row["code"],
            "households": row["households"],
            "reason": say_reason(lang, row["code"], row["facts"]),
            "remedy": say_remedies(lang, row["remedies"]),
            "clause": policy.clause("households_min"),
            "facts": json.dumps(row["facts"], ensure_ascii=False, sort_keys=True),
            "remedies": json.dumps(row["remedies"], ensure_ascii=False, sort_keys=True),
        }
        for row in sorted(rows, key=lambda r: (r["community_id"], r["grid_code"]))
    ]
    columns = [*EXCEPTION_COLUMNS, "facts", "remedies"]
    shapes = [grids.geometry[str(row["grid_code"])] for row in table]
    return gpd.GeoDataFrame(pd.DataFrame(table, columns=columns), geometry=shapes, crs=grids.crs)


def say_reason(lang: str, code: str, facts: dict[str, Any]) -> str:
    """Return the sentence that tells why; the barrier named in words."""
    variant = ""
    if code.startswith("pocket_") and facts.get("barrier") in ("", "site"):
        variant = "_apart"
    elif code == "building_too_large":
        variant = "_beside" if facts.get("beside") else "_unit" if facts.get("unit") else ""
    return say(lang, f"reasons.{code}{variant}", **worded(lang, facts))


def say_remedy(lang: str, remedy: dict[str, Any]) -> str:
    """Return what may be done, from one entry of ``remedies``."""
    facts = {key: value for key, value in remedy.items() if key != "code"}
    one = remedy["code"] == "open_crossing" and facts["k_min"] == facts["k_max"]
    return say(lang, f"remedies.{remedy['code']}{'_one' if one else ''}", **worded(lang, facts))


def say_remedies(lang: str, remedies: list[dict[str, Any]]) -> str:
    """Return the remedies as one numbered line."""
    return " ".join(f"{n}. {say_remedy(lang, remedy)}" for n, remedy in enumerate(remedies, start=1))


def worded(lang: str, facts: dict[str, Any]) -> dict[str, Any]:
    """Return facts as they stand in a sentence: thousands separated, the kind of barrier in words."""
    told = {key: f"{fact:,}" if isinstance(fact, int) else fact for key, fact in facts.items()}
    if "barrier" in told:
        told["barrier"] = say(lang, f"plan.barrier_{told['barrier'] or 'none'}")
    return told
