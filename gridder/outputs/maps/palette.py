"""The colours of grids: five that colour-blind readers can tell apart, neighbours never alike."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import shapely

from gridder.colours import BUILDINGS, GROUNDS, NAMES

__all__ = ["BUILDINGS", "EMPTY_BUILDING", "GROUNDS", "NAMES", "SPECIAL", "colour_grids", "find_neighbours"]
SPECIAL = "#F1EFF6"
EMPTY_BUILDING = "#C4C8C6"
ALIKE = {("blue", "mint")}  # the grounds nearest to each other
NEIGHBOUR_MIN_M = 0.5  # touching in a corner makes no neighbours
TOUCH_M = 0.05  # two grids of different communities may be drawn this far apart


def find_neighbours(grids: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return the pairs of grids with a common boundary: ``grid_a`` < ``grid_b``, sorted.

    Taken from the polygons, so that grids on both sides of a river count as neighbours too.
    """
    codes = [str(code) for code in grids.index]
    shapes = grids.geometry.to_numpy()
    first, second = shapely.STRtree(shapes).query(shapes, predicate="dwithin", distance=TOUCH_M)
    keep = first < second
    first, second = first[keep], second[keep]
    near = shapely.buffer(shapes[first], TOUCH_M)
    shared = shapely.length(shapely.intersection(shapely.boundary(shapes[second]), near))
    pairs = [
        tuple(sorted((codes[a], codes[b])))
        for a, b, m in zip(first, second, shared, strict=True)
        if m > NEIGHBOUR_MIN_M
    ]
    return pd.DataFrame(sorted(pairs), columns=["grid_a", "grid_b"])


def colour_grids(grids: gpd.GeoDataFrame, edges: pd.DataFrame) -> pd.Series:
    """Return the colour of every grid as its place in ``GROUNDS``, int64 on the index of ``grids``.

    Neighbours in ``edges`` (``grid_a``, ``grid_b``) never share a colour, unless no five colours do. DSATUR
    (Brélaz 1979, doi:10.1145/359094.359101); ties to the colour used least, and blue is put beside mint only
    where nothing else is free. Special grids are white with a hatch: they are coloured last, so that they
    never cost another grid its colour.
    """
    near: dict[str, set[str]] = {str(code): set() for code in grids.index}
    for a, b in zip(edges["grid_a"], edges["grid_b"], strict=True):
        near[str(a)].add(str(b))
        near[str(b)].add(str(a))
    special = dict(zip(map(str, grids.index), grids["status"] == "special", strict=True))
    colour: dict[str, int] = {}
    while len(colour) < len(near):
        left = [code for code in near if code not in colour]
        code = min(left, key=lambda c: (special[c], -len(around(c, near, colour)), -len(near[c]), c))
        colour[code] = choose_colour(around(code, near, colour), colour)
    colour = part_neighbours(near, colour)
    return pd.Series([colour[str(code)] for code in grids.index], index=grids.index, dtype="int64")


def part_neighbours(near: dict[str, set[str]], colour: dict[str, int]) -> dict[str, int]:
    """Return the colours changed in as few grids as possible, by CP-SAT, so that all neighbours differ.

    Four colours do for any map of grids in one piece. A grid in several pieces may, in theory, need a sixth:
    then the colours come back as they are.
    """
    pairs = [(a, b) for a in sorted(near) for b in sorted(near[a]) if a < b]
    if all(colour[a] != colour[b] for a, b in pairs):
        return colour
    from ortools.sat.python import cp_model

    model = cp_model.CpModel()
    new = {code: model.new_int_var(0, len(GROUNDS) - 1, code) for code in near}
    kept = []
    for code, had in colour.items():
        kept.append(model.new_bool_var(code))
        model.add(new[code] == had).only_enforce_if(kept[-1])
        model.add_hint(new[code], had)
    for a, b in pairs:
        model.add(new[a] != new[b])
    model.maximize(sum(kept))
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.max_deterministic_time = 10.0
    found = solver.solve(model) in (cp_model.OPTIMAL, cp_model.FEASIBLE)
    return {code: solver.value(new[code]) for code in near} if found else colour


def around(code: str, near: dict[str, set[str]], colour: dict[str, int]) -> set[int]:
    """Return the colours that the neighbours of a grid have so far."""
    return {colour[other] for other in near[code] if other in colour}


def choose_colour(taken: set[int], colour: dict[str, int]) -> int:
    """Return a colour not in ``taken``: none like a neighbour's if possible, then the one used least."""
    used = list(colour.values())

    def cost(c: int) -> tuple[bool, int, int, int]:
        alike = sum((NAMES[c], NAMES[t]) in ALIKE or (NAMES[t], NAMES[c]) in ALIKE for t in taken)
        return c in taken, alike, used.count(c), c

    return min(range(len(GROUNDS)), key=cost)
