"""Where labels stand on a map: in their grid, on few buildings, on no other label."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from shapely.geometry import Point
from shapely.geometry.base import BaseGeometry

from gridder.outputs.maps.layers import point_of

RASTER_PX = 9.0  # distance of the points tried
POINTS_MAX = 600  # a large polygon is tried on a coarser raster
BUILDING_WEIGHT = 3.0  # standing on buildings against standing far from the centre
OUTSIDE_WEIGHT = 6.0  # a label across a boundary is worse than one on buildings
OUTSIDE_MAX = 0.08  # a label that lies further outside takes its next smaller size
HIT_COST = 100.0  # above every other cost: standing on another label comes last
SAME_COST = 1e-6  # costs nearer than this are equal: the northernmost point goes first
NAME_STEPS = 400  # of an outline: as fine as the place of a name is looked for
AT_ONCE = 64  # points whose cost is reckoned together, nearest to the centre first


@dataclass(frozen=True)
class Label:
    """One label to place: its polygon and its sizes on the screen (width, height in pixels), large to small."""

    key: str
    polygon: BaseGeometry
    sizes_px: tuple[tuple[float, float], ...]
    must: bool = False  # drawn even where it covers another
    inside: bool = False  # drawn only where it lies in its polygon


def place_labels(
    labels: list[Label],
    buildings: list[BaseGeometry],
    *,
    m_per_px: float,
    taken: tuple[BaseGeometry, ...] = (),
) -> dict[str, Point]:
    """Return the centre of every label that found room, by key, in the CRS of the polygons: as ``fit_labels``."""
    fitted = fit_labels(labels, buildings, m_per_px=m_per_px, taken=taken)
    return {key: point for key, (point, _) in fitted.items()}


def fit_labels(
    labels: list[Label],
    buildings: list[BaseGeometry],
    *,
    m_per_px: float,
    taken: tuple[BaseGeometry, ...] = (),
) -> dict[str, tuple[Point, int]]:
    """Return the centre of every label that found room, by key, and the place of the size it took.

    Points of a raster inside the polygon are tried. The cost of a point is the share of the label that covers
    buildings, three times, the share outside the polygon, six times, and its distance from the centroid in halves
    of the polygon's size; a label over one placed before (or over ``taken``) is not drawn, unless it must. A label
    takes its largest size that lies inside, else its smallest. Earlier labels go first.
    """
    tree = shapely.STRtree(buildings)
    boxes = list(taken)
    placed: dict[str, tuple[Point, int]] = {}
    for label in labels:
        points = raster_points(label.polygon, m_per_px * RASTER_PX)
        for size in range(len(label.sizes_px)):
            width_px, height_px = label.sizes_px[size]
            tried = boxes_at(points, width_px * m_per_px, height_px * m_per_px)
            best, outside, hit = find_cheapest(label.polygon, points, tried, tree, boxes)
            if outside <= OUTSIDE_MAX and not hit:
                break
        if (hit and not label.must) or (outside > OUTSIDE_MAX and label.inside):
            continue
        boxes.append(tried[best])
        placed[label.key] = (points[best], size)
    return placed


def find_cheapest(
    polygon: BaseGeometry,
    points: np.ndarray,
    tried: np.ndarray,
    tree: shapely.STRtree,
    boxes: list[BaseGeometry],
) -> tuple[int, float, bool]:
    """Return the place of the point with the least cost, how much of its label is outside, and whether it is on another.

    No cost is below the distance from the centre: points are reckoned from there outwards until that alone is more.
    """
    far = far_from_centre(polygon, points)
    cost, outside, hit = np.full(len(tried), np.inf), np.zeros(len(tried)), np.zeros(len(tried), dtype=bool)
    others = np.array(boxes, dtype=object)
    order = np.argsort(far, kind="stable")
    for first in range(0, len(order), AT_ONCE):
        now = order[first : first + AT_ONCE]
        if far[now[0]] > cost.min() + 2 * SAME_COST:
            break
        outside[now] = outside_share(polygon, tried[now])
        hit[now] = shapely.intersects(tried[now][:, None], others).any(axis=1)
        on_buildings = BUILDING_WEIGHT * covered_share(tried[now], tree)
        cost[now] = on_buildings + far[now] + OUTSIDE_WEIGHT * outside[now] + HIT_COST * hit[now]
    even = np.round(cost / SAME_COST)
    best = int(np.lexsort((shapely.get_x(points), -shapely.get_y(points), even))[0])
    return best, float(outside[best]), bool(hit[best])


def boxes_at(points: np.ndarray, width: float, height: float) -> np.ndarray:
    """Return the boxes of a label, centred on points."""
    x, y = shapely.get_x(points), shapely.get_y(points)
    found: np.ndarray = shapely.box(x - width / 2, y - height / 2, x + width / 2, y + height / 2)
    return found


def outside_share(polygon: BaseGeometry, tried: np.ndarray) -> np.ndarray:
    """Return the share of each label box that lies outside the polygon, which is prepared."""
    across = ~shapely.contains_properly(polygon, tried)
    share = np.zeros(len(tried))
    parts = shapely.area(shapely.intersection(tried[across], polygon))
    share[across] = 1 - parts / shapely.area(tried[across])
    return share


def raster_points(polygon: BaseGeometry, step: float) -> np.ndarray:
    """Return points inside the polygon on a raster of ``step`` metres, and one that is inside for certain."""
    x0, y0, x1, y1 = polygon.bounds
    step = max(step, math.sqrt((x1 - x0) * (y1 - y0) / POINTS_MAX))
    grid_x, grid_y = np.meshgrid(np.arange(x0 + step / 2, x1, step), np.arange(y0 + step / 2, y1, step))
    points = shapely.points(grid_x.ravel(), grid_y.ravel())
    shapely.prepare(polygon)
    inside = points[shapely.contains(polygon, points)]
    return np.append(inside, [polygon.representative_point()])


def far_from_centre(polygon: BaseGeometry, points: np.ndarray) -> np.ndarray:
    """Return the distance of each point from the centroid, in halves of the polygon's size."""
    far: np.ndarray = shapely.distance(points, polygon.centroid) / (math.sqrt(polygon.area) / 2 or 1.0)
    return far


def covered_share(tried: np.ndarray, tree: shapely.STRtree) -> np.ndarray:
    """Return the share of each label box that buildings of a tree cover."""
    covered = np.zeros(len(tried))
    box, building = tree.query(tried)
    if len(box):
        parts = shapely.area(shapely.intersection(tried[box], tree.geometries[building]))
        np.add.at(covered, box, parts)
    share: np.ndarray = covered / shapely.area(tried)
    return share


def place_name(shape: BaseGeometry, crs: Any) -> list[float]:
    """Return [latitude, longitude, room in metres] of a community's name.

    It stands in the middle of the largest circle inside the largest part; the circle's radius is the room.
    """
    part = max(shapely.get_parts(shape), key=lambda one: one.area)
    radius = shapely.maximum_inscribed_circle(part, tolerance=max(1.0, part.length / NAME_STEPS))
    return [*point_of(shapely.get_point(radius, 0), crs), round(radius.length, 1)]
