"""No grid on two banks: grids cut along the barriers themselves, whatever cells and neighbours say."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import geopandas as gpd
import numpy as np
import shapely

from gridder.verify.base import AREA_M2, Delivery, Violation, blame, counts
from gridder.verify.contact import parts

WIDTH_M = 0.01  # m: half the width that a line is given, so that it cuts what it runs through
STANDS_SHARE = 0.1  # of a footprint: a house stands on every side that holds more of it than this


def check_spans(delivery: Delivery, *, known: Collection[str] = ()) -> list[Violation]:
    """The people of a grid live on one side of every river, railway or expressway, or where a crossing leads over.

    Every grid is cut along the uncrossable lines and areas that lie in it; parts are joined only where a crossing is
    within its reach. Cells, their neighbours and the ground said to lie between two lines are not asked. Grids
    ``known`` to be in pieces are not named again.
    """
    barriers = delivery.barriers[delivery.barriers.geometry.notna()]
    made = barriers["made"].fillna("") if "made" in barriers else np.full(len(barriers), "")
    solid = barriers[barriers["kind"].isin(delivery.rules["uncrossable"]) & (made != "between")]
    if solid.empty:
        return []
    crossings = np.asarray(barriers.geometry[barriers["kind"] == "crossing"].values)
    cuts = thicken(solid)
    tree = shapely.STRtree(cuts)
    homes = lived_in(delivery)
    wrong = []
    for code, shape in zip(delivery.grids["grid_code"], delivery.grids.geometry):
        near = tree.query(shape, predicate="intersects")
        if len(near) == 0 or code not in homes or code in known:
            continue
        between = shapely.union_all(cuts[near])
        banks = shapely.get_parts(shapely.difference(shape, between))
        banks = banks[shapely.area(banks) > AREA_M2]
        pairs = cross_over(banks, between, crossings, delivery.rules["crossing_reach_m"])
        ashore = homes[code][~stand_in(homes[code], between)]
        if len(banks) > 1 and len(ashore) and not live_together(banks, ashore, pairs):
            wrong.append(code)
    return [blame("grid_spans_barrier", wrong)] if wrong else []


def thicken(solid: gpd.GeoDataFrame) -> np.ndarray:
    """Return barriers as areas: lines two centimetres wide, areas as they are. Shape (b,)."""
    shapes = np.asarray(solid.geometry.values)
    linear = shapely.get_dimensions(shapes) == 1
    found = shapes.copy()
    found[linear] = shapely.buffer(shapes[linear], WIDTH_M, cap_style="square", join_style="mitre")
    return found[shapely.get_dimensions(found) == 2]


def lived_in(delivery: Delivery) -> dict[str, np.ndarray]:
    """Return the shapes of the buildings with households of every grid."""
    rows = delivery.buildings[
        (counts(delivery.buildings["households"]) > 0) & delivery.buildings.geometry.notna()
    ]
    return {str(code): np.asarray(mine.geometry.values) for code, mine in rows.groupby("grid_code")}


def cross_over(
    banks: np.ndarray, between: Any, crossings: np.ndarray, reach_m: float
) -> list[tuple[int, int]]:
    """Return the pairs of banks that crossings join.

    A crossing is within its reach of what lies ``between`` the banks, and a bank within its reach from there; across
    water that is wider, by so much farther.
    """
    pairs: list[tuple[int, int]] = []
    for crossing in crossings[shapely.dwithin(crossings, between, reach_m)]:
        near = shapely.get_parts(shapely.intersection(between, shapely.buffer(crossing, 2 * reach_m)))
        width_m = 2 * float(shapely.length(shapely.maximum_inscribed_circle(near)).max())
        reach = shapely.distance(crossing, between) + reach_m + shapely.length(crossing) + width_m
        beside = np.flatnonzero(shapely.dwithin(banks, crossing, reach))
        pairs += [(int(beside[0]), int(other)) for other in beside[1:]]
    return pairs


def stand_in(homes: np.ndarray, between: Any) -> np.ndarray:
    """Return which homes stand in the water by more than half, on no bank: whom they touch is judged elsewhere."""
    wet = shapely.area(shapely.intersection(homes, between))
    return np.asarray(wet > shapely.area(homes) / 2)


def live_together(banks: np.ndarray, homes: np.ndarray, pairs: list[tuple[int, int]]) -> bool:
    """Whether some banks joined by pairs hold a part of every home."""
    left, right = np.array(pairs, dtype=np.int64).reshape(-1, 2).T
    group = parts(len(banks), left, right)
    shared = set(group.tolist())
    for home in homes:
        shared &= {int(group[bank]) for bank in stands_on(home, banks)}
    return bool(shared)


def stands_on(home: Any, banks: np.ndarray) -> list[int]:
    """Return the banks that a home stands on; the nearest where it stands on none."""
    held = shapely.area(shapely.intersection(banks, home))
    found = np.flatnonzero(held > STANDS_SHARE * home.area)
    return found.tolist() if len(found) else [int(np.argmin(shapely.distance(banks, home)))]
