"""What would mend an exception: a unit cut, a crossing, a neighbouring community, a wider window, a signature."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import shapely

from gridder.partition.answer import GridException
from gridder.places import Place, barred_edges, name_along, neighbours_of_piece
from gridder.policy import Policy
from gridder.segments import shared_segments

Remedy = dict[str, Any]
LAST = 2**31  # size of the remedy that is always there


def lawful_k(households: int, policy: Policy) -> tuple[int, int]:
    """Return the least and greatest number of grids; least > greatest where there is none."""
    return -(-households // policy.households_max), households // policy.households_min


def remedies(place: Place, exception: GridException, piece: int, building: pd.Series) -> list[Remedy]:
    """Return the changes that would mend an exception, the smallest first.

    Parameters
    ----------
    exception
        Its code in the planner's words (``pocket_…`` for a piece among several).
    piece
        Number of the piece of ``place`` that the grid lies in.
    building
        The building that the reason speaks of.

    Notes
    -----
    The size of a change is the households it is about: those above the maximum that must leave their building, those
    for whom a crossing is opened or a community changes, those by which the window gives way. Of two of a size the one
    that leaves the rule as it is comes first. The last one, a signature, is always there.
    """
    total = int(place.atoms["households"].to_numpy()[place.piece == piece].sum())
    found: list[tuple[int, Remedy]] = []
    if exception.code == "building_too_large":
        found += cut(building, place.policy)
    if exception.code.startswith("pocket_"):
        found += [(total, remedy) for remedy in crossings(place, piece, total)]
    if exception.code.startswith(("community_", "pocket_")):
        found += [(total, remedy) for remedy in mergers(place, piece, total)]
    found += tolerances(place.policy, exception, total)
    found.append((LAST, accept(exception.households, place.policy)))
    return [remedy for _, remedy in sorted(found, key=lambda one: one[0])]


def name_of(building: pd.Series) -> str:
    """Return what a building is called: its name, else its id."""
    return str(building["name"]) or str(building["building_id"])


def cut(building: pd.Series, policy: Policy) -> list[tuple[int, Remedy]]:
    """Return how a building above the maximum would be divided along its entrance units; nothing for a unit itself."""
    if building["unit"]:
        return []
    households = int(building["households"])
    parts = -(-households // policy.households_max)
    facts = {
        "building": name_of(building),
        "households": households,
        "parts": parts,
        "maximum": policy.households_max,
    }
    return [
        (households - policy.households_max, {"code": "add_units", **facts, "each": -(-households // parts)})
    ]


def crossings(place: Place, piece: int, total: int) -> list[Remedy]:
    """Return the crossing that would join a pocket to enough households: where the buildings are nearest each other.

    ``x``, ``y`` in metres of the plan's CRS: the spot on the common boundary of the two cells.
    """
    counts = place.atoms["households"].to_numpy()
    table = barred_edges(place, piece)
    table = table[table["kind"].isin(place.policy.uncrossable)]
    together = {p: total + int(counts[place.piece == p].sum()) for p in table["beyond"].unique()}
    lawful = [p for p, households in together.items() if in_order(lawful_k(households, place.policy))]
    table = table[table["beyond"].isin(lawful)]
    if table.empty:
        return []
    shapes = place.atoms.geometry
    here, there = shapes.loc[table["cell_a"]].values, shapes.loc[table["cell_b"]].values
    apart = shapely.distance(np.asarray(here), np.asarray(there))
    edge = table.iloc[int(np.argmin(apart))]
    households = together[edge["beyond"]]
    low, high = lawful_k(households, place.policy)
    facts = {"barrier": str(edge["kind"]), "households_together": households, "k_min": low, "k_max": high}
    name = name_along(place, table[table.index == edge.name], str(edge["kind"]))
    facts |= {"barrier_name": name} if name else {}
    return [{"code": "open_crossing", **facts, **spot(place, piece, edge)}]


def in_order(span: tuple[int, int]) -> bool:
    """Whether a range of numbers of grids holds any."""
    return 0 < span[0] <= span[1]


def spot(place: Place, piece: int, edge: pd.Series) -> Remedy:
    """Return the two buildings and cells at a barrier, the pocket's own first, and the spot between them."""
    position = {str(cell): n for n, cell in enumerate(place.atoms.index)}
    cells = [str(edge["cell_a"]), str(edge["cell_b"])]
    if place.piece[position[cells[0]]] != piece:
        cells.reverse()
    own, other = (place.atoms.iloc[position[cell]] for cell in cells)
    line: Any = shapely.shortest_line(own["geometry"], other["geometry"])
    point: Any = shapely.line_interpolate_point(line, 0.5, normalized=True)
    if place.around is not None:
        touching = shared_segments(np.asarray(place.around.cells.loc[cells].values))
        border = shapely.multilinestrings(touching.ends.reshape(-1, 2, 2))
        point = shapely.line_interpolate_point(shapely.shortest_line(border, point), 0.0)
    names = {"building_here": name_of(own), "building_there": name_of(other), "cells": cells}
    apart_m = round(float(shapely.length(line)))
    return names | {"apart_m": apart_m, "x": round(float(point.x), 1), "y": round(float(point.y), 1)}


def mergers(place: Place, piece: int, total: int) -> list[Remedy]:
    """Return the neighbouring community with the longest common boundary whose total together is lawful."""
    for name, households in neighbours_of_piece(place, piece):
        if in_order(lawful_k(total + households, place.policy)):
            return [{"code": "merge_community", "community": name, "households": total + households}]
    return []


def tolerances(policy: Policy, exception: GridException, total: int) -> list[tuple[int, Remedy]]:
    """Return the smallest widening of the window with which the piece would be lawful, as the engine found it.

    A piece that is too small is lawful as one grid, found or not. Locked grids are outside the engine's question.
    """
    if exception.code == "lock":
        return []
    low, high = policy.households_min, policy.households_max
    widened = [r for r in exception.remedies if r["code"] == "widen"]
    ends = [(int(r["households_min"]), int(r["households_max"])) for r in widened]
    if not ends and exception.code.endswith("_too_small"):
        ends = [(total, high)]
    found: list[tuple[int, Remedy]] = []
    for least, most in ends[:1]:
        facts = {"minimum": low, "maximum": high, "difference": max(low - least, most - high)}
        end = (
            {"code": "widen_min", "allowed": least} if least < low else {"code": "widen_max", "allowed": most}
        )
        found.append((facts["difference"], end | facts))
    return found


def accept(households: int, policy: Policy) -> Remedy:
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
