"""Which cells one can walk between, read off the delivered polygons: common boundary, barriers, crossings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from gridder.verify.base import AREA_M2, Delivery, as_text

MILLIMETRES = 1000  # steps a metre of the grid all coordinates lie on: equal corners are compared on it
ALONG_M = (
    0.005  # m: a boundary drawn along a barrier leaves it by rounding alone, at most a few steps of 1 mm
)
ALIKE_M = 0.01  # m: a crossing as near as this to two boundaries alike is at both


@dataclass(frozen=True)
class Contacts:
    """Pairs of cells that touch by at least the smallest contact, and whether one may walk between them.

    Parameters
    ----------
    left, right
        Positions of the two cells in the layer, left < right. Shape (p,), int64.
    open
        Whether the contact outside barriers is long enough, or a crossing joins the two. Shape (p,), bool.
    """

    left: np.ndarray
    right: np.ndarray
    open: np.ndarray

    def within(self, label: np.ndarray, *, walking: bool) -> tuple[np.ndarray, np.ndarray]:
        """Return the pairs whose cells have the same label; with ``walking`` only those that one may walk."""
        use = label[self.left] == label[self.right]
        if walking:
            use &= self.open
        return self.left[use], self.right[use]


def find_contacts(delivery: Delivery) -> Contacts:
    """Return the contacts of all cells, by segments of boundary that two cells have in common."""
    left, right, ends = common_segments(np.asarray(delivery.cells.geometry.values))
    home = label(delivery.cells["community_id"])
    same = home[left] == home[right]
    left, right, ends = left[same], right[same], ends[same]
    length = np.hypot(ends[:, 2] - ends[:, 0], ends[:, 3] - ends[:, 1])
    blocked = runs_along(delivery, ends)
    shortest = delivery.rules["contact_min_m"]
    free = pd.DataFrame({"left": left, "right": right, "free": np.where(blocked, 0.0, length)})
    closed = blocked & (free.groupby(["left", "right"])["free"].transform("sum") < shortest).to_numpy()
    crossed = closed.copy()
    crossed[closed] = near_crossing(delivery, left[closed], right[closed], ends[closed])
    table = pd.DataFrame({
        "left": left, "right": right, "whole": length, "free": np.where(blocked, 0.0, length),
        "crossed": np.where(crossed, length, 0.0),
    })  # fmt: skip
    table = table.groupby(["left", "right"], as_index=False).sum()
    table = table[table["whole"] >= shortest]
    walkable = (table["free"] >= shortest) | (table["crossed"] > 0)
    return Contacts(table["left"].to_numpy(), table["right"].to_numpy(), walkable.to_numpy())


def common_segments(polygons: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return left, right (s,) and ends (s, 4) of the segments that two polygons share, compared on 1 mm."""
    rings, ring_owner = shapely.get_rings(polygons, return_index=True)
    points, ring_of = shapely.get_coordinates(rings, return_index=True)
    follows = ring_of[1:] == ring_of[:-1]
    owner = ring_owner[ring_of[:-1][follows]]
    steps = np.rint(points * MILLIMETRES).astype(np.int64)
    start, end = steps[:-1][follows], steps[1:][follows]
    swap = (start[:, 0] > end[:, 0]) | ((start[:, 0] == end[:, 0]) & (start[:, 1] > end[:, 1]))
    ends = np.where(swap[:, None], np.hstack([end, start]), np.hstack([start, end]))
    order = np.lexsort((owner, ends[:, 3], ends[:, 2], ends[:, 1], ends[:, 0]))
    ends, owner = ends[order], owner[order]
    twin = np.flatnonzero((ends[1:] == ends[:-1]).all(axis=1) & (owner[1:] != owner[:-1]))
    return owner[twin], owner[twin + 1], ends[twin] / MILLIMETRES


def runs_along(delivery: Delivery, ends: np.ndarray) -> np.ndarray:
    """Return of each segment whether its middle is on an uncrossable line or area. Shape (s,), bool."""
    barriers = delivery.barriers
    solid = barriers.geometry[
        barriers["kind"].isin(delivery.rules["uncrossable"]) & barriers.geometry.notna()
    ]
    hit = np.zeros(len(ends), dtype=bool)
    if len(ends) and len(solid):
        middle = shapely.points((ends[:, 0] + ends[:, 2]) / 2, (ends[:, 1] + ends[:, 3]) / 2)
        tree = shapely.STRtree(np.asarray(solid.values))
        hit[tree.query(middle, predicate="dwithin", distance=ALONG_M)[0]] = True
    return hit


def near_crossing(delivery: Delivery, left: np.ndarray, right: np.ndarray, blocked: np.ndarray) -> np.ndarray:
    """Return whether a crossing passes at each segment between cells with no other way.

    A line or area passes what it meets; a point, or a shape of the input that meets nothing, the nearest segment in
    reach. Only segments between two cells whose own ground, without their share of barriers, is near the crossing.
    """
    barriers = delivery.barriers[delivery.barriers.geometry.notna()]
    made = barriers["made"].map(as_text) if "made" in barriers else pd.Series("", barriers.index)
    crossings = barriers[barriers["kind"] == "crossing"]
    hit = np.zeros(len(blocked), dtype=bool)
    if not (len(blocked) and len(crossings)):
        return hit
    land = Land(delivery, barriers[made == "between"])
    lines = np.asarray(shapely.linestrings(blocked.reshape(-1, 2, 2)))
    tree = shapely.STRtree(lines)
    for shape, inferred in zip(crossings.geometry, made[crossings.index] != ""):
        near = tree.query(shape, predicate="dwithin", distance=land.reach_m)
        far = land.reach_m if inferred else land.reach_m + land.beyond_m(shape)
        near = near[[land.is_near(shape, (left[n], right[n]), far) for n in near]]
        met = near[shapely.distance(lines[near], shape) <= ALONG_M] if shape.length > 0 else near[:0]
        if len(met) == 0 and len(near) and not (shape.length > 0 and inferred):
            away = shapely.distance(lines[near], shape.representative_point())
            met = near[(away <= away.min() + ALIKE_M) & (away <= land.reach_m)]
        hit[met] = True
    return hit


class Land:
    """Where people live of each cell: what barriers, and the ground between their lines, leave of it."""

    def __init__(self, delivery: Delivery, between: gpd.GeoDataFrame) -> None:
        barriers = delivery.barriers[delivery.barriers.geometry.notna()]
        solid = barriers[
            barriers["kind"].isin(delivery.rules["uncrossable"]) & ~barriers.index.isin(between.index)
        ]
        shapes = np.asarray(solid.geometry.values)
        self.cells = np.asarray(delivery.cells.geometry.values)
        self.reach_m = float(delivery.rules["crossing_reach_m"])
        self.lines = shapely.STRtree(shapes)
        self.water = shapely.STRtree(shapes[shapely.area(shapes) > 0])
        self.taken = shapely.STRtree(np.concatenate([self.water.geometries, between.geometry.values]))
        self.known: dict[int, Any] = {}

    def of_cell(self, cell: int) -> Any:
        """Return the own ground of a cell; all of it where it has none."""
        if cell not in self.known:
            whole = self.cells[cell]
            near = self.taken.geometries[self.taken.query(whole, predicate="intersects")]
            own = shapely.difference(whole, shapely.union_all(shapely.intersection(near, whole.envelope)))
            dry = [part for part in shapely.get_parts(own) if part.area > AREA_M2]
            self.known[cell] = shapely.union_all(dry) if dry else whole
        return self.known[cell]

    def is_near(self, shape: Any, cells: tuple[int, ...], far_m: float) -> bool:
        """Whether the own ground of every cell is within a distance of a shape."""
        return all(bool(shapely.dwithin(self.of_cell(int(cell)), shape, far_m)) for cell in cells)

    def beyond_m(self, shape: Any) -> float:
        """Return how far the far bank may be behind a stated crossing: the way to the barrier, and its width there."""
        nearest = self.lines.geometries[self.lines.nearest(shape)]
        room = shapely.buffer(shape, 2 * self.reach_m)
        water = shapely.union_all(self.water.geometries[self.water.query(room, predicate="intersects")])
        pools = [part for part in shapely.get_parts(water.intersection(room)) if part.area > 0]
        wide_m = max((2 * shapely.maximum_inscribed_circle(part).length for part in pools), default=0.0)
        return float(shapely.distance(nearest, shape)) + wide_m


def parts(n: int, left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Return the number of the connected part each of ``n`` cells belongs to. Shape (n,)."""
    pairs = coo_array((np.ones(len(left), dtype=np.int8), (left, right)), shape=(n, n))
    return connected_components(pairs, directed=False)[1]


def label(column: pd.Series) -> np.ndarray:
    """Return a text column as whole numbers, equal for equal texts. Shape (n,), int64."""
    return pd.factorize(column)[0]


def peopled_parts(group: np.ndarray, part: np.ndarray, households: np.ndarray) -> pd.Series:
    """Return by group the number of its parts in which somebody lives (at least 1)."""
    table = pd.DataFrame({"group": group, "part": part, "households": households})
    sums = table.groupby(["group", "part"], as_index=False)["households"].sum()
    return sums.assign(peopled=sums["households"] > 0).groupby("group")["peopled"].sum().clip(lower=1)


def pocket_of(delivery: Delivery, contacts: Contacts) -> np.ndarray:
    """Return the number of the walkable pocket of its community each cell lies in, special grids apart."""
    cells, grids = delivery.cells, delivery.grids
    special = cells["grid_code"].isin(grids.loc[grids["status"] == "special", "grid_code"]).to_numpy()
    where = label(cells["community_id"])
    where = np.where(special, -1 - label(cells["grid_code"]), where)
    part = parts(len(cells), *contacts.within(where, walking=True))
    return join_bare(part, where, contacts, cells["households"].to_numpy())


def join_bare(part: np.ndarray, where: np.ndarray, contacts: Contacts, households: np.ndarray) -> np.ndarray:
    """Return the parts with those in which nobody lives joined to a touching one, also across a barrier."""
    part = part.copy()
    left, right = contacts.within(where, walking=False)
    while True:
        peopled = np.bincount(part, households)[part] > 0
        offers = np.flatnonzero(peopled[left] != peopled[right])
        if len(offers) == 0:
            return part
        for bare, other in zip(left[offers], right[offers]):
            if peopled[bare] == peopled[other]:
                continue  # joined a moment ago
            if peopled[bare]:
                bare, other = other, bare
            part[part == part[bare]] = part[other]
            peopled[part == part[other]] = True
