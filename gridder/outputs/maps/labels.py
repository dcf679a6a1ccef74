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
OUTSIDE_MAX = 0.08  # a label that lies further outside takes its next smaller size
HIT_COST = 100.0  # above every other cost: standing on another label comes last


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
            outside = outside_share(label.polygon, tried)
            hit = np.array([any(box.intersects(other) for other in boxes) for box in tried], dtype=bool)
            cost = label_cost(label.polygon, points, tried, tree) + OUTSIDE_WEIGHT * outside + HIT_COST * hit
            best = int(np.lexsort((shapely.get_x(points), -shapely.get_y(points), np.round(cost, 6)))[0])
            if outside[best] <= OUTSIDE_MAX and not hit[best]:
                break
        if (hit[best] and not label.must) or (outside[best] > OUTSIDE_MAX and label.inside):
            continue
        boxes.append(tried[best])
        placed[label.key] = (points[best], size)
    return placed


def boxes_at(points: np.ndarray, width: float, height: float) -> np.ndarray:
    """Return the boxes of a label, centred on points."""
    x, y = shapely.get_x(points), shapely.get_y(points)
    found: np.ndarray = shapely.box(x - width / 2, y - height / 2, x + width / 2, y + height / 2)
    return found


def outside_share(polygon: BaseGeometry, tried: np.ndarray) -> np.ndarray:
    """Return the share of each label box that lies outside the polygon."""
    share: np.ndarray = 1 - shapely.area(shapely.intersection(tried, polygon)) / shapely.area(tried)
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


def label_cost(
    polygon: BaseGeometry, points: np.ndarray, tried: np.ndarray, tree: shapely.STRtree
) -> np.ndarray:
    """Return the cost of each label box: buildings covered and distance from the centre."""
    covered = np.zeros(len(tried))
    box, building = tree.query(tried)
    if len(box):
        parts = shapely.area(shapely.intersection(tried[box], tree.geometries[building]))
        np.add.at(covered, box, parts)
    size = math.sqrt(polygon.area) / 2 or 1.0
    far: np.ndarray = shapely.distance(points, polygon.centroid) / size
    return BUILDING_WEIGHT * covered / shapely.area(tried) + far
