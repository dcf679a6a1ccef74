"""How well buildings fit outlines and barriers, where they are and moved: which of them lie as no building does."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

Moves = NDArray[np.float64]  # metres east and north, one row a building
Mask = NDArray[np.bool_]

SAMPLE = 4000  # buildings looked at: shares to better than a percent, and no longer for a large city
# a footprint is made so much smaller: what only brushes a line, drawn by another hand, stands well
SHRUNK = 0.7
POINT_REACH_M = 5.0  # a point stands for a small house, 10 m wide
NEAR_M = 200.0  # a building farther from every road is in a field, or beyond the edge of the map
NO_BUILDING = ("river", "railway", "expressway", "arterial", "road")  # kinds on which no building stands


@dataclass(frozen=True)
class Sample:
    """Buildings to be moved about: their shapes, somewhat smaller than drawn; the middles; stated communities."""

    shapes: NDArray[np.object_]
    middles: NDArray[np.float64]
    community_id: NDArray[np.object_]

    def move(self, moves: Moves) -> Sample:
        """Return the buildings moved, each by its own metres."""
        counts = shapely.get_num_coordinates(self.shapes)
        points = shapely.get_coordinates(self.shapes) + np.repeat(moves, counts, axis=0)
        moved = shapely.set_coordinates(self.shapes.copy(), points)
        return Sample(moved, self.middles + moves, self.community_id)


def take_sample(shapes: NDArray[np.object_], stated: NDArray[np.object_]) -> Sample:
    """Return at most ``SAMPLE`` buildings, evenly from west to east, whatever the order of the rows."""
    shapes = shapely.force_2d(shapes)
    bounds = shapely.bounds(shapes)
    usable = np.flatnonzero(np.isfinite(bounds).all(axis=1))
    middles = (bounds[usable, :2] + bounds[usable, 2:]) / 2.0
    order = np.lexsort((middles[:, 1], middles[:, 0]))
    picked = order[np.linspace(0, max(len(order) - 1, 0), min(len(order), SAMPLE)).astype(int)]
    chosen, middles = usable[picked], middles[picked]
    shapes = shapes[chosen]
    flat = shapely.area(shapes) == 0.0
    west, north = middles[flat].T
    reach = POINT_REACH_M
    shapes[flat] = shapely.box(west - reach, north - reach, west + reach, north + reach)
    centre = np.repeat(middles, shapely.get_num_coordinates(shapes), axis=0)
    points = centre + SHRUNK * (shapely.get_coordinates(shapes) - centre)
    return Sample(shapely.set_coordinates(shapes, points), middles, stated[chosen])


class Lines:
    """Lines to be hit, as a tree of their straight pieces."""

    def __init__(self, lines: NDArray[np.object_]) -> None:
        points, owner = shapely.get_coordinates(lines, return_index=True)
        inner = (owner[1:] == owner[:-1]) & np.isfinite(points[1:] + points[:-1]).all(axis=1)
        pairs = np.stack([points[:-1][inner], points[1:][inner]], axis=1)
        self.tree = shapely.STRtree(np.asarray(shapely.linestrings(pairs)))

    def hit(self, shapes: NDArray[np.object_]) -> Mask:
        """Return which shapes touch a line."""
        found = np.zeros(len(shapes), dtype=bool)
        found[self.tree.query(shapes, predicate="intersects")[0]] = True
        return found

    def near(self, points: NDArray[np.object_]) -> Mask:
        """Return which points are within ``NEAR_M`` of a line."""
        found = np.zeros(len(points), dtype=bool)
        found[self.tree.query_nearest(points, max_distance=NEAR_M, all_matches=False)[0]] = True
        return found


def rings_of(areas: NDArray[np.object_]) -> NDArray[np.object_]:
    """Return every ring of areas, one a row."""
    return np.asarray(shapely.get_rings(shapely.get_parts(areas)))


@dataclass(frozen=True)
class Look:
    """What was seen of buildings in one place: how many are near enough to judge, how many of them misfit."""

    near: int
    bad: int

    @property
    def rate(self) -> float:
        """Share of misfits; all where nothing is near enough to judge."""
        return self.bad / self.near if self.near else 1.0


class Outlines:
    """Communities: a building should be inside one, that which it states, and not across a line."""

    def __init__(self, communities: gpd.GeoDataFrame) -> None:
        areas = communities.geometry.to_numpy()
        usable = ~(shapely.is_missing(areas) | shapely.is_empty(areas))
        self.names = communities["community_id"].to_numpy(dtype=object)[usable]
        self.lines = Lines(rings_of(areas[usable]))
        self.areas = shapely.STRtree(areas[usable])

    def find(self, sample: Sample) -> tuple[Mask, Mask]:
        """Return which buildings are inside an outline, and which are across a line or not where they state."""
        building, area = self.areas.query(shapely.points(sample.middles), predicate="intersects")
        inside = np.zeros(len(sample.middles), dtype=bool)
        inside[building] = True
        own = np.zeros(len(inside), dtype=bool)
        own[building[self.names[area] == sample.community_id[building]]] = True
        stating = pd.Series(sample.community_id).isin(set(self.names)).to_numpy()
        return inside, (stating & ~own) | self.lines.hit(sample.shapes)

    def look(self, sample: Sample) -> Look:
        """Return how many buildings are across a line, outside, or not in the community they state."""
        inside, bad = self.find(sample)
        return Look(len(inside), int((bad | ~inside).sum()))


class Borders(Outlines):
    """The same for outlines around a part of the buildings only: those outside are not judged."""

    def look(self, sample: Sample) -> Look:
        """Return how many buildings inside are across a line, or not in the community they state."""
        inside, bad = self.find(sample)
        return Look(int(inside.sum()), int((inside & bad).sum()))


class Barriers:
    """Roads, rails and water: no building stands on them. Buildings far from all of them are not judged."""

    def __init__(self, barriers: gpd.GeoDataFrame) -> None:
        shapes = shapely.get_parts(barriers.loc[barriers["kind"].isin(NO_BUILDING)].geometry.to_numpy())
        shapes = shapely.get_parts(shapely.make_valid(shapely.force_2d(shapes)))
        areal = shapely.get_dimensions(shapes) == 2
        lines = shapes[shapely.get_dimensions(shapes) == 1]
        self.lines = Lines(np.concatenate([lines, rings_of(shapes[areal])]))
        self.areas = shapely.STRtree(shapes[areal])

    def look(self, sample: Sample) -> Look:
        """Return how many buildings stand on a road, a rail or in water."""
        points = np.asarray(shapely.points(sample.middles))
        bad = self.lines.hit(sample.shapes)
        bad[self.areas.query(points, predicate="intersects")[0]] = True
        near = bad | self.lines.near(points)
        return Look(int(near.sum()), int(bad.sum()))


Surroundings = Outlines | Barriers
