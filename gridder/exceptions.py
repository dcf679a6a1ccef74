"""Why a grid is outside the window, and the smallest changes that would mend it: codes and facts, no prose."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gridder.mends import lawful_k, name_of, remedies
from gridder.partition.answer import GridException
from gridder.places import Place, barred_edges, look_around, name_along, survey
from gridder.policy import Policy
from gridder.tables import EXCEPTION_COLUMNS
from gridder.text import list_ids, say

__all__ = [
    "Place",
    "exceptions_table",
    "explain",
    "lawful_k",
    "look_around",
    "say_reason",
    "say_remedies",
    "say_remedy",
    "survey",
]
MOST_NAMED = 4  # buildings named in one sentence


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
        "building": name_of(building),
        "unit": str(building["unit"]),
        "beside": int(largest) not in members,
        "building_households": int(counts[largest]),
        **barrier_around(place, piece),
        "households": int(exception.households),
        "total": total,
        "elsewhere": int(counts.sum()) - total,
        "minimum": policy.households_min,
        "maximum": policy.households_max,
        "short": max(0, policy.households_min - exception.households),
        "over": max(0, exception.households - policy.households_max),
    }
    facts |= name_cause(place, exception)
    return {
        "code": code,
        "households": int(exception.households),
        "facts": facts,
        "remedies": remedies(place, replace(exception, code=code), piece, building),
    }


def name_cause(place: Place, exception: GridException) -> dict[str, Any]:
    """Return the buildings that a reason of shape (articulation, no partner) speaks of, and its numbers.

    Nothing where the reason's atoms are not the community's own cells in order: locked grids stand apart from them.
    """
    cause = exception.facts.get("cause", exception.facts)
    nodes = list(cause.get("nodes", ()))
    counts = place.atoms["households"].to_numpy()
    if exception.code not in ("articulation", "no_partner") or not nodes or max(nodes) >= len(counts):
        return {}
    if int(counts[nodes].sum()) != cause.get("households"):
        return {}
    largest = sorted(nodes, key=lambda i: (-int(counts[i]), i))[:MOST_NAMED]
    told = {
        "cause_buildings": [name_of(place.atoms.iloc[i]) for i in largest],
        "cause_n": len(nodes),
        "cause_households": int(counts[nodes].sum()),
    }
    more = {"least_neighbour": "cause_least_neighbour", "parts_text": "cause_parts", "rest": "cause_rest"}
    return told | {name: cause[key] for key, name in more.items() if key in cause}


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


def barrier_around(place: Place, piece: int) -> dict[str, str]:
    """Return ``barrier``, the kind along most of the boundary between a pocket and the rest, and ``barrier_name``.

    ``site`` where only a special site lies between; blank where nothing of the community does. No name where the
    barrier has none.
    """
    table = barred_edges(place, piece)
    if table.empty:
        beside = place.beside_sites.intersection(place.atoms.index[place.piece == piece])
        return {"barrier": "site" if len(beside) else ""}
    kind = str(table.groupby("kind")["boundary_m"].sum().sort_index().idxmax())
    name = name_along(place, table[table["kind"] == kind], kind)
    return {"barrier": kind, **({"barrier_name": name} if name else {})}


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
    elif facts.get("cause_buildings"):
        variant = shape_variant(code, facts)
    return say(lang, f"reasons.{code}{variant}", **worded(lang, facts))


def shape_variant(code: str, facts: dict[str, Any]) -> str:
    """Return which sentence of a reason of shape says its facts."""
    if code == "articulation":
        return "_at" if "cause_parts" in facts else ""
    if code != "no_partner" or facts.get("cause_rest"):
        return ""
    if "cause_least_neighbour" in facts:
        return "_tower"
    if facts["cause_n"] == 1:
        return "_alone"
    return "_group" if facts["cause_n"] <= MOST_NAMED else "_many"


def say_remedy(lang: str, remedy: dict[str, Any]) -> str:
    """Return what may be done, from one entry of ``remedies``."""
    facts = {key: value for key, value in remedy.items() if key != "code"}
    code = str(remedy["code"])
    if code == "open_crossing":
        code += "_at" * ("building_here" in facts) + "_one" * (facts["k_min"] == facts["k_max"])
    elif code == "add_units" and "parts" in facts:
        code += "_parts"
    return say(lang, f"remedies.{code}", **worded(lang, facts))


def say_remedies(lang: str, remedies: list[dict[str, Any]]) -> str:
    """Return the remedies as one numbered line."""
    return " ".join(f"{n}. {say_remedy(lang, remedy)}" for n, remedy in enumerate(remedies, start=1))


def worded(lang: str, facts: dict[str, Any]) -> dict[str, Any]:
    """Return facts as they stand in a sentence: thousands separated, the kind of barrier in words."""
    told = {key: f"{fact:,}" if isinstance(fact, int) else fact for key, fact in facts.items()}
    if "cause_buildings" in told:
        told["cause_buildings"] = list_ids(lang, tuple(told["cause_buildings"]))
    if "barrier" in told:
        told["barrier"] = say(lang, f"plan.barrier_{told['barrier'] or 'none'}")
        if told.get("barrier_name"):
            told["barrier"] = say(
                lang, "plan.barrier_named", barrier=told["barrier"], name=told["barrier_name"]
            )
    return told
