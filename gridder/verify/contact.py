"""Which cells one can walk between, read off the delivered polygons: common boundary, barriers, crossings."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from gridder.verify.base import Delivery, as_text

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
    crossed[closed] = nearest_to_crossing(delivery, ends[closed])
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


def nearest_to_crossing(delivery: Delivery, blocked: np.ndarray) -> np.ndarray:
    """Return whether a crossing passes at each segment between cells with no other way.

    A line or area passes what it meets; a point, or a shape of the input that meets nothing, the nearest segment in
    reach.
    """
    barriers = delivery.barriers
    crossings = barriers[(barriers["kind"] == "crossing") & barriers.geometry.notna()]
    hit = np.zeros(len(blocked), dtype=bool)
    if not (len(blocked) and len(crossings)):
        return hit
    tree = shapely.STRtree(np.asarray(shapely.linestrings(blocked.reshape(-1, 2, 2))))
    reach = delivery.rules["crossing_reach_m"]
    inferred = (
        crossings["made"].map(as_text).to_numpy() != ""
        if "made" in crossings
        else np.zeros(len(crossings), dtype=bool)
    )
    for row in range(len(crossings)):
        shape = crossings.geometry.iloc[row]
        met = (
            tree.query(shape, predicate="dwithin", distance=ALONG_M) if shape.length > 0 else np.empty(0, int)
        )
        if len(met) == 0 and not (shape.length > 0 and inferred[row]):
            spot = shape.representative_point()
            _, away = tree.query_nearest(spot, max_distance=reach, return_distance=True, all_matches=False)
            met = tree.query(spot, predicate="dwithin", distance=away[0] + ALIKE_M) if len(away) else met
        hit[met] = True
    return hit


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
