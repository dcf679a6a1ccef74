"""Communities' outlines as one valid coverage: no gap under a metre, no overlap, on a 1 mm grid."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from gridder.check.repair import Shapes

GRID_M = 0.001  # all lines are rounded to whole millimetres: neighbours' vertices coincide exactly
SLIVER_M = 1.0  # outlines that differ by less were meant to be one line
SLIT_M2 = 0.01  # buffering out and in leaves specks below this area
INSIDE_SHARE = 0.01  # an outline lies wholly in another when less than this share of it does not
NOBODY = -1  # position of the owner of ground that no outline claims


@dataclass(frozen=True)
class Coverage:
    """Outlines that fit together, in the order given; None where nothing of one was left.

    ``overlaps`` holds (kept by, taken from, area in m²) of overlaps a metre wide or more, by position;
    ``inside`` (inner, outer) of outlines that lay wholly in another and keep their ground there;
    ``n_slivers`` and ``slivers_m2`` tell of the thinner overlaps and of the gaps that were closed.
    """

    shapes: Shapes
    overlaps: tuple[tuple[int, int, float], ...]
    inside: tuple[tuple[int, int], ...]
    n_slivers: int
    slivers_m2: float


def make_coverage(shapes: Shapes) -> Coverage:
    """Return outlines that share their lines exactly; where two claim ground, the earlier one has it.

    An outline that lies wholly in a larger one keeps its ground, whatever the order. All lines are noded on a 1 mm grid
    and polygonized; each face goes whole to one outline, so that the result is a valid coverage however the lines
    cross. A gap narrower than a metre, open at its ends or not, goes to the neighbour it touches longest, and so does
    a shred that is cut off from its own outline; a wider gap is nobody's ground and stays.

    Parameters
    ----------
    shapes
        Valid polygons or multipolygons in metres, in the order of precedence; None is allowed.
    """
    if shapely.is_missing(shapes).all():
        return Coverage(shapes.copy(), (), (), 0, 0.0)
    inside = find_inside(shapes)
    lines = [*shapely.boundary(shapes[~shapely.is_missing(shapes)]), *shapely.boundary(open_slits(shapes))]
    noded = shapely.unary_union(lines, grid_size=GRID_M)
    faces = shapely.get_parts(shapely.polygonize(shapely.get_parts(noded)))
    faces = faces[shapely.area(faces) > 0]
    claims = claim_faces(faces, shapes, inside)
    owners = np.array([c[0] if c else NOBODY for c in claims], dtype=np.int64)
    narrow = is_narrow(faces)
    closed = close_gaps(faces, owners, narrow)
    merged = np.full(len(shapes), None, dtype=object)
    for at in range(len(shapes)):
        mine = faces[closed == at]
        if len(mine):
            merged[at] = shapely.orient_polygons(shapely.normalize(shapely.coverage_union_all(mine)))
    overlaps = tuple(one for one in sum_overlaps(faces, claims, narrow) if one[:2] not in inside)
    thin = narrow & ((owners != closed) | np.array([len(c) > 1 for c in claims], dtype=bool))
    slivers_m2 = float(shapely.area(faces[thin]).sum())
    return Coverage(single_parts(merged), overlaps, inside, int(thin.sum()), slivers_m2)


def find_inside(shapes: Shapes) -> tuple[tuple[int, int], ...]:
    """Return (inner, outer) of every outline that lies wholly in a larger one, by position, sorted."""
    inner, outer = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    areas = shapely.area(shapes)
    smaller = areas[inner] * (1.0 + INSIDE_SHARE) < areas[outer]
    inner, outer = inner[smaller], outer[smaller]
    beyond = shapely.area(shapely.difference(shapes[inner], shapes[outer]))
    within = beyond < INSIDE_SHARE * areas[inner]
    return tuple(sorted(zip(inner[within].tolist(), outer[within].tolist())))


def open_slits(shapes: Shapes) -> Shapes:
    """Return the slits under a metre wide between two outlines or more (those open at their ends among them)."""
    union = shapely.union_all(shapes[~shapely.is_missing(shapes)])
    grown = shapely.buffer(union, SLIVER_M / 2.0, join_style="mitre")
    slits = shapely.get_parts(
        shapely.difference(shapely.buffer(grown, -SLIVER_M / 2.0, join_style="mitre"), union)
    )
    slits = slits[shapely.area(slits) > SLIT_M2]
    slit, _ = shapely.STRtree(shapes).query(slits, predicate="dwithin", distance=GRID_M)
    return slits[np.bincount(slit, minlength=len(slits)) > 1]


def single_parts(shapes: Shapes) -> Shapes:
    """Return shapes with multipolygons of one part made polygons."""
    lone = shapely.get_num_geometries(shapes) == 1
    found = shapes.copy()
    found[lone] = shapely.get_geometry(shapes[lone], 0)
    return found


def claim_faces(faces: Shapes, shapes: Shapes, inside: tuple[tuple[int, int], ...]) -> list[list[int]]:
    """Return all outlines that claim each face, the one with most right first: the innermost, then the earlier."""
    depth = np.bincount([inner for inner, _ in inside], minlength=len(shapes))
    points = shapely.point_on_surface(faces)
    face, outline = shapely.STRtree(shapes).query(points, predicate="within")
    claims: list[list[int]] = [[] for _ in faces]
    for f, o in zip(face.tolist(), outline.tolist()):
        claims[f].append(o)
    return [sorted(claim, key=lambda o: (-int(depth[o]), o)) for claim in claims]


def is_narrow(faces: Shapes) -> NDArray[np.bool_]:
    """Whether a face is nowhere a metre wide (thin by area over perimeter first: buffering is slow)."""
    width = 2.0 * shapely.area(faces) / shapely.length(faces)
    maybe = width < SLIVER_M
    found = np.zeros(len(faces), dtype=bool)
    found[maybe] = shapely.is_empty(shapely.buffer(faces[maybe], -SLIVER_M / 2.0, quad_segs=2))
    return found


def close_gaps(faces: Shapes, owners: NDArray[np.int64], narrow: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Return owners, narrow gaps and shreds given to the neighbour sharing most of their line (ties: the earlier).

    A shred is a narrow face that no other face of its owner touches along a line, while another's does.
    """
    closed = owners.copy()
    tree = shapely.STRtree(faces)
    for face in np.flatnonzero(narrow).tolist():
        shared = measure_neighbours(face, faces, owners, tree)
        if shared and owners[face] not in shared:
            closed[face] = min(shared, key=lambda owner: (-round(shared[owner], 3), owner))
    return closed


def measure_neighbours(
    face: int, faces: Shapes, owners: NDArray[np.int64], tree: shapely.STRtree
) -> dict[int, float]:
    """Return owner → metres of line that its faces share with this one, for owners that share any."""
    near = np.sort(tree.query(faces[face], predicate="touches"))
    near = near[owners[near] != NOBODY]
    metres = shapely.length(shapely.intersection(faces[near], faces[face]))
    found: dict[int, float] = {}
    for owner, length in zip(owners[near].tolist(), metres.tolist()):
        if length > 0:
            found[owner] = found.get(owner, 0.0) + length
    return found


def sum_overlaps(
    faces: Shapes, claims: list[list[int]], narrow: NDArray[np.bool_]
) -> tuple[tuple[int, int, float], ...]:
    """Return (kept by, taken from, m²) of the overlaps that are a metre wide or more, sorted."""
    areas: dict[tuple[int, int], float] = {}
    for face, claim, thin in zip(faces, claims, narrow):
        for other in claim[1:] if not thin else ():
            areas[claim[0], other] = areas.get((claim[0], other), 0.0) + face.area
    return tuple((kept, lost, area) for (kept, lost), area in sorted(areas.items()))
