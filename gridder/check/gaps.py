"""Ground between communities that is in none: how large, and whose neighbours."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely

from gridder.check.outlines import SLIVER_M
from gridder.check.repair import Shapes

# share of its line: an open gap runs between outlines; a right-angled corner of two is framed by them for 0.56
FRAMED_SHARE = 0.7
TOUCH_M = 0.01  # buffers move lines by less


@dataclass(frozen=True)
class Gap:
    """Ground in no community: its shape, and the positions of the communities around it, sorted.

    One community around: a hole in its outline. Several: a gap between them.
    """

    shape: shapely.Geometry
    around: tuple[int, ...]

    @property
    def area_m2(self) -> float:
        """Its area, m²."""
        return float(shapely.area(self.shape))


def find_gaps(shapes: Shapes, reach_m: float) -> list[Gap]:
    """Return the gaps of a coverage that are a metre wide somewhere, the largest first.

    Enclosed ones of any size; open ones where outlines face each other over ``reach_m`` or less; what lies
    between outlines farther apart was left out on purpose. Shapes may be None.
    """
    known = shapes[~shapely.is_missing(shapes)]
    if not len(known):
        return []
    union = shapely.union_all(known)
    holes = find_holes(union)
    closed = shapely.buffer(shapely.buffer(union, reach_m / 2.0), -reach_m / 2.0)
    between = shapely.get_parts(shapely.difference(closed, shapely.union_all([union, *holes])))
    tree = shapely.STRtree(shapes)
    open_gaps = [
        Gap(one, find_around(one, tree)) for one in between if is_wide(one) and is_framed(one, union)
    ]
    gaps = [Gap(one, find_around(one, tree)) for one in holes if is_wide(one)]
    gaps += [gap for gap in open_gaps if len(gap.around) > 1]
    return sorted(gaps, key=lambda gap: (-round(gap.area_m2, 1), gap.around))


def find_holes(union: shapely.Geometry) -> list[shapely.Geometry]:
    """Return the ground that outlines enclose and do not cover, in pieces."""
    rings = [shapely.Polygon(ring) for part in shapely.get_parts(union) for ring in part.interiors]
    return [piece for ring in rings for piece in shapely.get_parts(shapely.difference(ring, union))]


def is_wide(piece: shapely.Geometry) -> bool:
    """Whether a piece is a metre wide somewhere."""
    return not shapely.is_empty(shapely.buffer(piece, -SLIVER_M / 2.0, quad_segs=2))


def is_framed(piece: shapely.Geometry, union: shapely.Geometry) -> bool:
    """Whether most of a piece's line runs along the outlines."""
    line = shapely.boundary(piece)
    along = shapely.length(shapely.intersection(line, shapely.buffer(union, TOUCH_M, quad_segs=1)))
    return bool(along > FRAMED_SHARE * shapely.length(line))


def find_around(piece: shapely.Geometry, outlines: shapely.STRtree) -> tuple[int, ...]:
    """Return the positions of the outlines that a piece touches along a metre or more."""
    near = np.sort(outlines.query(piece, predicate="dwithin", distance=TOUCH_M))
    edge = shapely.buffer(piece, TOUCH_M, quad_segs=1)
    along = shapely.length(shapely.intersection(shapely.boundary(outlines.geometries[near]), edge))
    return tuple(int(at) for at in near[along >= SLIVER_M])
