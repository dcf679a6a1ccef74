"""Communities' outlines as one valid coverage: no gap under a metre, no overlap, on a 1 mm grid."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from gridder.check.repair import Shapes

GRID_M = 0.001  # all lines are rounded to whole millimetres: neighbours' vertices coincide exactly
SLIVER_M = 1.0  # outlines that differ by less were meant to be one line


@dataclass(frozen=True)
class Coverage:
    """Outlines that fit together, in the order given; None where nothing of one was left.

    ``overlaps`` holds (kept by, taken from, area in m²) of overlaps a metre wide or more, by position;
    ``n_slivers`` and ``slivers_m2`` tell of the thinner ones and of the gaps that were closed.
    """

    shapes: Shapes
    overlaps: tuple[tuple[int, int, float], ...]
    n_slivers: int
    slivers_m2: float


def make_coverage(shapes: Shapes) -> Coverage:
    """Return outlines that share their lines exactly; where two claim ground, the earlier one has it.

    All lines are noded on a 1 mm grid and polygonized; each face goes whole to one outline, so that the
    result is a valid coverage however the lines cross. A gap narrower than a metre goes to the neighbour it
    touches longest; a wider one is nobody's ground and stays.

    Parameters
    ----------
    shapes
        Valid polygons or multipolygons in metres, in the order of precedence; None is allowed.
    """
    if shapely.is_missing(shapes).all():
        return Coverage(shapes.copy(), (), 0, 0.0)
    lines = shapely.boundary(shapes[~shapely.is_missing(shapes)])
    noded = shapely.unary_union(lines, grid_size=GRID_M)
    faces = shapely.get_parts(shapely.polygonize(shapely.get_parts(noded)))
    faces = faces[shapely.area(faces) > 0]
    owners, claims = claim_faces(faces, shapes)
    narrow = is_narrow(faces)
    closed = close_gaps(faces, owners, narrow)
    merged = np.full(len(shapes), None, dtype=object)
    for at in range(len(shapes)):
        mine = faces[closed == at]
        if len(mine):
            merged[at] = shapely.orient_polygons(shapely.normalize(shapely.coverage_union_all(mine)))
    overlaps = sum_overlaps(faces, claims, narrow)
    thin = narrow & (((owners < 0) & (closed >= 0)) | np.array([len(c) > 1 for c in claims], dtype=bool))
    return Coverage(single_parts(merged), overlaps, int(thin.sum()), float(shapely.area(faces[thin]).sum()))


def single_parts(shapes: Shapes) -> Shapes:
    """Return shapes with multipolygons of one part made polygons."""
    lone = shapely.get_num_geometries(shapes) == 1
    found = shapes.copy()
    found[lone] = shapely.get_geometry(shapes[lone], 0)
    return found


def claim_faces(faces: Shapes, shapes: Shapes) -> tuple[NDArray[np.int64], list[list[int]]]:
    """Return (owner of each face, -1 for nobody; all outlines that claim it, in order)."""
    inner = shapely.point_on_surface(faces)
    face, outline = shapely.STRtree(shapes).query(inner, predicate="within")
    claims: list[list[int]] = [[] for _ in faces]
    for f, o in sorted(zip(face.tolist(), outline.tolist())):
        claims[f].append(o)
    return np.array([c[0] if c else -1 for c in claims], dtype=np.int64), claims


def is_narrow(faces: Shapes) -> NDArray[np.bool_]:
    """Whether a face is nowhere a metre wide (thin by area over perimeter first: buffering is slow)."""
    width = 2.0 * shapely.area(faces) / shapely.length(faces)
    maybe = width < SLIVER_M
    found = np.zeros(len(faces), dtype=bool)
    found[maybe] = shapely.is_empty(shapely.buffer(faces[maybe], -SLIVER_M / 2.0, quad_segs=2))
    return found


def close_gaps(faces: Shapes, owners: NDArray[np.int64], narrow: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Return owners, narrow gaps given to the neighbour sharing most of their line (ties: the earlier)."""
    closed = owners.copy()
    tree = shapely.STRtree(faces)
    for gap in np.flatnonzero((owners < 0) & narrow):
        near = np.sort(tree.query(faces[gap], predicate="touches"))
        near = near[owners[near] >= 0]
        if not len(near):
            continue
        shared = shapely.length(shapely.intersection(faces[near], faces[gap]))
        by_owner: dict[int, float] = {}
        for owner, metres in zip(owners[near].tolist(), shared.tolist()):
            by_owner[owner] = by_owner.get(owner, 0.0) + metres
        closed[gap] = min(by_owner, key=lambda owner: (-round(by_owner[owner], 3), owner))
    return closed


def sum_overlaps(
    faces: Shapes, claims: list[list[int]], narrow: NDArray[np.bool_]
) -> tuple[tuple[int, int, float], ...]:
    """Return (kept by, taken from, m²) of the overlaps that are a metre wide or more, sorted."""
    areas: dict[tuple[int, int], float] = {}
    for face, claim, thin in zip(faces, claims, narrow):
        for other in claim[1:] if not thin else ():
            areas[claim[0], other] = areas.get((claim[0], other), 0.0) + face.area
    return tuple((kept, lost, area) for (kept, lost), area in sorted(areas.items()))
