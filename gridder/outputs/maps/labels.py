"""Where labels stand on a map: in their grid, on few buildings, on no other label."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import shapely
from shapely.geometry import Point
from shapely.geometry.base import BaseGeometry

RASTER_PX = 9.0  # distance of the points tried
POINTS_MAX = 600  # a large polygon is tried on a coarser raster
BUILDING_WEIGHT = 3.0  # standing on buildings against standing far from the centre
OUTSIDE_WEIGHT = 6.0  # a label across a boundary is worse than one on buildings


@dataclass(frozen=True)
class Label:
    """One label to place: its polygon and its size on the screen in pixels."""

    key: str
    polygon: BaseGeometry
    width_px: float
    height_px: float
    must: bool = False  # drawn even where it covers another


def place_labels(
    labels: list[Label],
    buildings: list[BaseGeometry],
    *,
    m_per_px: float,
    taken: tuple[BaseGeometry, ...] = (),
) -> dict[str, Point]:
    """Return the centre of every label that found room, by key, in the CRS of the polygons.

    Points of a raster inside the polygon are tried. The cost of a point is the share of the label that covers
    buildings, three times, and its distance from the centroid in halves of the polygon's size; a label over
    one placed before (or over ``taken``) is not drawn, unless it must. Earlier labels go first.
    """
    tree = shapely.STRtree(buildings)
    boxes = list(taken)
    placed: dict[str, Point] = {}
    for label in labels:
        points = raster_points(label.polygon, m_per_px * RASTER_PX)
        half_w, half_h = label.width_px * m_per_px / 2, label.height_px * m_per_px / 2
        x, y = shapely.get_x(points), shapely.get_y(points)
        tried = shapely.box(x - half_w, y - half_h, x + half_w, y + half_h)
        cost = label_cost(label.polygon, points, tried, tree)
        hit = np.array([any(box.intersects(other) for other in boxes) for box in tried], dtype=bool)
        if hit.all() and not label.must:
            continue
        best = int(np.lexsort((x, -y, np.round(cost + 100 * hit, 6)))[0])
        boxes.append(tried[best])
        placed[label.key] = points[best]
    return placed


def raster_points(polygon: BaseGeometry, step: float) -> np.ndarray:
    """Return points inside the polygon on a raster of ``step`` metres, and one that is inside for certain."""
    x0, y0, x1, y1 = polygon.bounds
    step = max(step, math.sqrt((x1 - x0) * (y1 - y0) / POINTS_MAX))
    grid_x, grid_y = np.meshgrid(np.arange(x0 + step / 2, x1, step), np.arange(y0 + step / 2, y1, step))
    points = shapely.points(grid_x.ravel(), grid_y.ravel())
    shapely.prepare(polygon)
    inside = points[shapely.contains(polygon, points)]
    return np.append(inside, [polygon.representative_point()])


def label_cost(
    polygon: BaseGeometry, points: np.ndarray, tried: np.ndarray, tree: shapely.STRtree
) -> np.ndarray:
    """Return the cost of each label box: buildings and foreign ground covered, distance from the centre."""
    area = shapely.area(tried)
    covered = np.zeros(len(tried))
    box, building = tree.query(tried)
    if len(box):
        parts = shapely.area(shapely.intersection(tried[box], tree.geometries[building]))
        np.add.at(covered, box, parts)
    outside = area - shapely.area(shapely.intersection(tried, polygon))
    size = math.sqrt(polygon.area) / 2 or 1.0
    far = shapely.distance(points, polygon.centroid) / size
    return BUILDING_WEIGHT * covered / area + OUTSIDE_WEIGHT * outside / area + far
