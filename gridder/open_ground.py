"""Open ground: land far from every building goes in compact lumps, each whole to one cell beside it.

Shared out to the nearest building, fields and water beyond the last houses would fall into strips of kilometres, one a
house. Here the strips beyond ``open_ground_m`` are joined into lumps (gridder.lumps) that never cross a road or
barrier, and every lump joins the cell with which it is most compact.
"""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from scipy.spatial import cKDTree
from shapely.geometry.base import BaseGeometry

from gridder.faces import GRID_M, SPECK_M, Faces
from gridder.lumps import Lump, grow_lumps
from gridder.policy import Policy
from gridder.seeds import Seeds
from gridder.segments import Segments, connected_parts, kinds_along, shared_segments
from gridder.settling import Offers, settle_lumps

DEEP = 2.0  # open ground is gathered where it reaches so many times as deep as it begins: no slivers along its edge
SLACK_M = 5.0  # of that: seeds stand inside their footprint, arcs are drawn as chords
TIE_M = 1.0  # two atoms are equally near to the end of their ridge but for so much: ridges are thinned
QUARTER_STEPS = 8  # chords a quarter circle: at 100 m they lie within 0.5 m of the arc


@dataclass(frozen=True)
class Shared:
    """Ground cut into pieces and shared out to the nearest: what open ground is gathered from.

    Parameters
    ----------
    pieces, face_of, owner
        Polygons of a valid coverage, face and atom (−1: nobody) of each. Shape (p,).
    faces
        The faces that the pieces lie in.
    of_face
        Seeds that share out each face.
    home
        Face that each atom stands in. Shape (n,).
    """

    pieces: np.ndarray
    face_of: np.ndarray
    owner: np.ndarray
    faces: Faces
    of_face: dict[int, Seeds]
    home: np.ndarray


def edges_of_open(
    faces: Faces,
    of_face: dict[int, Seeds],
    ridges: dict[int, np.ndarray],
    footprints: np.ndarray,
    policy: Policy,
) -> list[np.ndarray]:
    """Return the lines at which open ground begins, for each face that has any.

    ``ridges`` are the boundaries between the atoms that share out each face, ``footprints`` of all atoms.
    """
    reach_m = policy.open_ground_m
    edges = [edge_open(faces.polygons[f], of_face[f], ridges[f], footprints, reach_m) for f in sorted(ridges)]
    return [lines for lines in edges if len(lines)]


def edge_open(
    face: shapely.Polygon, seeds: Seeds, ridges: np.ndarray, footprints: np.ndarray, reach_m: float
) -> np.ndarray:
    """Return the lines inside a face at which open ground begins, ``reach_m`` from its buildings.

    Empty where no spot of the face is ``DEEP`` times as far. ``ridges`` are the boundaries between its atoms: the
    spots farthest from all buildings are their ends and the corners of the face.
    """
    lines = np.concatenate([[shapely.boundary(face)], ridges])
    tree = cKDTree(seeds.points)
    spots = shapely.get_coordinates(lines)
    away = tree.query(spots)[0]
    if away.max() <= DEEP * reach_m + SLACK_M:
        return np.empty(0, dtype=object)
    outside = away > reach_m - SLACK_M
    nearest = tree.query_ball_point(spots[outside], away[outside] + TIE_M)
    front = np.unique(seeds.owner[np.concatenate(nearest).astype(np.int64)])
    ground = shapely.buffer(
        face, 2 * GRID_M, join_style="mitre"
    )  # so that rounding leaves no gap at its edge
    near = shapely.union_all(shapely.buffer(footprints[front], reach_m, quad_segs=QUARTER_STEPS))
    chords = shapely.get_parts(shapely.intersection(shapely.boundary(near), ground))
    points, line = shapely.get_coordinates(chords, return_index=True)
    same = line[1:] == line[:-1]
    ends = np.stack([points[:-1][same], points[1:][same]], axis=1)
    outer = tree.query(ends.mean(axis=1))[0] > reach_m - SLACK_M  # not before the houses of a row behind
    return np.asarray(shapely.linestrings(ends[outer]), dtype=object)


def gather_open(shared: Shared, barriers: gpd.GeoDataFrame, policy: Policy) -> np.ndarray:
    """Return the owner of every piece when lumps of open ground go whole to one atom beside them. Shape (p,)."""
    far = find_far(shared, policy.open_ground_m)
    if not far.any():
        return shared.owner
    contacts = touching_pieces(shared, far, barriers, policy)
    far = far & reaches_deep(shared, far, contacts, policy.open_ground_m)
    unit = number_units(shared, far, contacts)
    lumps = grow_lumps(make_units(shared, unit, contacts))
    lump_of_unit = np.full(int(unit.max(initial=-1)) + 1, -1)
    for number, lump in enumerate(lumps):
        lump_of_unit[list(lump.parts)] = number
    lump_of = np.full(len(unit), -1)
    lump_of[far] = lump_of_unit[unit[far]]
    takers = settle(shared, lumps, lump_of, contacts)
    owner = shared.owner.copy()
    owner[far] = np.where(takers[lump_of[far]] >= 0, takers[lump_of[far]], owner[far])
    return owner


def find_far(shared: Shared, reach_m: float) -> np.ndarray:
    """Return which pieces lie farther than ``reach_m`` from the atoms of their face. Shape (p,), bool."""
    far = np.zeros(len(shared.pieces), dtype=bool)
    left, bottom, right, top = shapely.bounds(shared.faces.polygons).T
    wide = np.hypot(right - left, top - bottom) > reach_m
    spots = shapely.get_coordinates(shapely.point_on_surface(shared.pieces))
    for face in sorted(shared.of_face):
        if wide[face]:
            mine = np.flatnonzero((shared.face_of == face) & (shared.owner >= 0))
            far[mine] = cKDTree(shared.of_face[face].points).query(spots[mine])[0] > reach_m
    return far & ~holds_seeds(shared, far)


def holds_seeds(shared: Shared, far: np.ndarray) -> np.ndarray:
    """Return which far pieces hold a seed all the same: long ground that no edge cuts stays with its atom."""
    held = np.zeros(len(far), dtype=bool)
    for face in np.unique(shared.face_of[far]):
        mine = np.flatnonzero(far & (shared.face_of == face))
        seeds = shared.of_face[int(face)].of_owners(shared.owner[mine])
        _, piece = shapely.STRtree(shared.pieces[mine]).query(
            shapely.points(seeds.points), predicate="within"
        )
        held[mine[piece]] = True
    return held


def reaches_deep(shared: Shared, far: np.ndarray, contacts: pd.DataFrame, reach_m: float) -> np.ndarray:
    """Return which pieces belong to far ground that somewhere is ``DEEP`` times as far. Shape (p,), bool."""
    inner = contacts[far[contacts["left"]] & far[contacts["right"]] & contacts["within"]]
    part = connected_parts(len(far), inner["left"], inner["right"])
    depth = np.zeros(len(far))
    for face in np.unique(shared.face_of[far]):
        mine = np.flatnonzero(far & (shared.face_of == face))
        points, which = shapely.get_coordinates(shared.pieces[mine], return_index=True)
        away = cKDTree(shared.of_face[int(face)].points).query(points)[0]
        np.maximum.at(depth, part[mine][which], away)
    return depth[part] > DEEP * reach_m + SLACK_M


def touching_pieces(
    shared: Shared, far: np.ndarray, barriers: gpd.GeoDataFrame, policy: Policy
) -> pd.DataFrame:
    """Return which pieces touch, where it matters: far ones, and any two of atoms that have far ones.

    Columns left, right, length_m, ``within`` one face, ``barred`` (along an uncrossable kind).
    """
    segments = shared_segments(shared.pieces)
    left, right = segments.left, segments.right
    front = np.isin(shared.owner, np.unique(shared.owner[far])) & (shared.owner >= 0)
    community = shared.faces.community[shared.face_of]
    use = (far[left] | far[right] | (front[left] & front[right])) & (community[left] == community[right])
    segments = Segments(left[use], right[use], segments.ends[use])
    within = shared.face_of[segments.left] == shared.face_of[segments.right]
    barred = np.zeros(len(within), dtype=bool)
    between = Segments(segments.left[~within], segments.right[~within], segments.ends[~within])
    barred[~within] = kinds_along(between, barriers, [*policy.uncrossable]) != "plain"
    table = pd.DataFrame({
        "left": segments.left, "right": segments.right, "length_m": segments.length_m,
        "within": within, "barred": barred,
    })  # fmt: skip
    return table.groupby(["left", "right", "within", "barred"], as_index=False)[["length_m"]].sum()


def number_units(shared: Shared, far: np.ndarray, contacts: pd.DataFrame) -> np.ndarray:
    """Return the number of the unit of each far piece, connected ground of one atom in one face; −1 of the others."""
    same = shared.owner[contacts["left"]] == shared.owner[contacts["right"]]
    inner = contacts[same & far[contacts["left"]] & far[contacts["right"]] & contacts["within"]]
    unit = np.full(len(far), -1)
    unit[far] = np.unique(connected_parts(len(far), inner["left"], inner["right"])[far], return_inverse=True)[
        1
    ]
    return unit


def make_units(shared: Shared, unit: np.ndarray, contacts: pd.DataFrame) -> list[Lump]:
    """Return the units as lumps, each with the stretch of the built edge that it lies before."""
    first = np.unique(unit[unit >= 0], return_index=True)[1]
    some = np.flatnonzero(unit >= 0)[first]  # a piece of each
    shapes = unite_pieces(shared.pieces[unit >= 0], unit[unit >= 0])
    beside = near_neighbours(shared, unit, contacts)
    built = np.isin(np.arange(len(shared.faces.polygons)), shared.home)
    units = []
    for number, piece in enumerate(some):
        atom = int(shared.owner[piece])
        near = {atom} | beside.get(atom, set()) if built[shared.face_of[piece]] else None
        units.append(Lump(shapes[number], (number,), {atom}, near))
    for a, b, length_m in sum_pairs(unit, unit, contacts[contacts["within"]]):
        units[a].touch[b] = length_m
    return units


def near_neighbours(shared: Shared, unit: np.ndarray, contacts: pd.DataFrame) -> dict[int, set[int]]:
    """Return the atoms that each atom touches in ground that is not far from buildings."""
    near = contacts[(unit[contacts["left"]] < 0) & (unit[contacts["right"]] < 0) & ~contacts["barred"]]
    beside: dict[int, set[int]] = {}
    for a, b, length_m in sum_pairs(shared.owner, shared.owner, near):
        if length_m >= SPECK_M:
            beside.setdefault(a, set()).add(b)
    return beside


def sum_pairs(label: np.ndarray, other: np.ndarray, contacts: pd.DataFrame) -> list[tuple[int, int, float]]:
    """Return (label of one piece, other label of a piece that touches it, metres), both ways, both ≥ 0 and unlike.

    Sorted; −1 in either label leaves a piece out.
    """
    left, right = contacts["left"].to_numpy(), contacts["right"].to_numpy()
    both = pd.DataFrame({
        "a": np.concatenate([label[left], label[right]]), "b": np.concatenate([other[right], other[left]]),
        "m": np.tile(contacts["length_m"].to_numpy(), 2),
    })  # fmt: skip
    both = both[(both["a"] >= 0) & (both["b"] >= 0) & ((both["a"] != both["b"]) | (label is not other))]
    sums = both.groupby(["a", "b"], as_index=False)["m"].sum()
    return list(zip(sums["a"].tolist(), sums["b"].tolist(), sums["m"].tolist()))


def unite_pieces(pieces: np.ndarray, label: np.ndarray) -> dict[int, BaseGeometry]:
    """Return label → union of its pieces, which are part of one valid coverage."""
    order = np.argsort(label, kind="stable")
    labels, starts = np.unique(label[order], return_index=True)
    groups = np.split(pieces[order], starts[1:])
    return {int(key): shapely.coverage_union_all(group) for key, group in zip(labels, groups)}


def settle(shared: Shared, lumps: list[Lump], lump_of: np.ndarray, contacts: pd.DataFrame) -> np.ndarray:
    """Return the atom that takes each lump, −1 where none touches it. Shape (lumps,)."""
    held = np.where(lump_of < 0, shared.owner, -1)
    offers = Offers([set() if lump.beside is None else lump.stretch for lump in lumps])
    for barred in (False, True):
        some = contacts[contacts["barred"] == barred]
        offers.add_atoms(sum_pairs(lump_of, held, some), barred=barred)
        offers.add_lumps(sum_pairs(lump_of, lump_of, some), barred=barred)
    mine = np.isin(held, offers.atoms())
    cells = unite_pieces(shared.pieces[mine], held[mine])
    return settle_lumps([lump.shape for lump in lumps], cells, offers)
