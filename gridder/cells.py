"""Seamless ground: every atom gets one connected cell, cells meet barriers and outlines, and leave no gap.

The ground is cut into faces by outlines and barrier lines; inside a face it belongs to the nearest footprint (a
Voronoi diagram of footprints: Okabe et al. 2000, "Spatial Tessellations", ch. 3). All lines are noded at once by snap
rounding on a 1 mm grid (Hobby 1999, doi:10.1016/S0925-7721(99)00021-8), so the cells are a valid coverage by
construction.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import geopandas as gpd
import numpy as np
import shapely
from scipy.spatial import Voronoi, cKDTree

from gridder.empty_ground import share_empty_faces
from gridder.faces import GRID_M, Faces, cut_faces, ground_between
from gridder.homes import bring_home, home_faces, no_room
from gridder.mending import give_room, mend_pieces
from gridder.open_ground import Shared, edges_of_open, gather_open
from gridder.policy import Policy
from gridder.seeds import Seeds, make_seeds

THIN_M = 0.3  # ridges between two atoms are simplified to this: half the vertices, nobody can see it
THIN_SHARE = 0.25  # and to no more than this share of the way between them: a small cell keeps its shape
OVER_M = 0.002  # ridges end so far beyond their face: two cells of the grid, so that rounding leaves no gap at its edge
FRAME = 20.0  # dummy seeds stand this many face sizes away, so that every ridge inside a face is finite


@dataclass(frozen=True)
class Ground:
    """The ground of a district, shared out.

    Parameters
    ----------
    cells
        One polygon an atom, on the atoms' index; a valid coverage.
    outlines
        Outline of each community as noded: exactly the union of its cells and of its ``left_out``.
    left_out
        Pieces of ground without any building that no cell can reach, and communities without buildings:
        ``community_id``, geometry.
    between
        Ground that is part of a barrier, between two carriageways or tracks: ``kind``, ``name``, ``made``, geometry.
    """

    cells: gpd.GeoSeries
    outlines: gpd.GeoSeries
    left_out: gpd.GeoDataFrame
    between: gpd.GeoDataFrame = field(default_factory=gpd.GeoDataFrame)


def draw_cells(
    atoms: gpd.GeoDataFrame, outlines: gpd.GeoSeries, barriers: gpd.GeoDataFrame, policy: Policy
) -> Ground:
    """Return the ground of every atom inside its community's outline.

    Parameters
    ----------
    atoms
        Indexed by cell_id: community_id, geometry (polygons or points, metres).
    outlines
        Valid coverage of polygons indexed by community_id, metres.
    barriers
        Lines and polygons with ``kind``; boundaries between cells follow them.
    """
    atoms = atoms.sort_index()
    outlines = gpd.GeoSeries(outlines.sort_index())
    faces = cut_faces(outlines, barriers, policy)
    home = home_faces(atoms, faces)
    footprints = bring_home(np.asarray(atoms.geometry.values), faces.polygons[home])
    seeds = make_seeds(footprints, faces.polygons[home])
    of_face = share_empty_faces(faces, home, seeds)
    ridges = {f: cut_ridges(of_face[f], faces.polygons[f]) for f in sorted(of_face)}
    edges = edges_of_open(faces, of_face, ridges, footprints, policy)
    pieces, face_of = node_pieces(faces, [*ridges.values(), *edges])
    shared = Shared(pieces, face_of, label_pieces(pieces, face_of, of_face), faces, of_face, home)
    if edges:
        shared = replace(shared, owner=gather_open(shared, barriers, policy))
    owner = mend_pieces(shared, seeds)
    pieces, owner, community = give_room(
        pieces, owner, faces.community[face_of], faces.community[home], seeds
    )
    ground = collect(atoms, outlines, pieces, owner, community)
    return replace(ground, between=ground_between(faces, home, policy, atoms.crs))


def cut_ridges(seeds: Seeds, face: shapely.Polygon) -> np.ndarray:
    """Return the lines inside a face on which two atoms are equally near, thinned, one a pair of atoms."""
    if len(np.unique(seeds.owner)) < 2:
        return np.empty(0, dtype=object)
    left, bottom, right, top = face.bounds
    centre = np.array([(left + right) / 2, (bottom + top) / 2])
    reach = FRAME * max(right - left, top - bottom, float(np.abs(seeds.points - centre).max()))
    frame = reach * np.array([[-1, -1], [-1, 1], [1, -1], [1, 1], [0, 1.5], [0, -1.5], [1.5, 0], [-1.5, 0]])
    diagram = Voronoi(np.vstack([seeds.points - centre, frame]))
    owner = np.concatenate([seeds.owner, np.full(len(frame), -1)])
    pair = np.sort(owner[diagram.ridge_points], axis=1)
    ends = np.asarray(diagram.ridge_vertices)
    use = (pair[:, 0] != pair[:, 1]) & (pair[:, 0] >= 0) & (ends >= 0).all(axis=1)
    if not use.any():  # one place, one seed after the other: nothing lies between them
        return np.empty(0, dtype=object)
    order = np.flatnonzero(use)[np.lexsort(pair[use].T[::-1])]
    pair, ends = pair[order], ends[order]
    parts = shapely.linestrings((diagram.vertices + centre)[ends])
    begins = np.concatenate([[True], (pair[1:] != pair[:-1]).any(axis=1)])
    lines = shapely.line_merge(shapely.multilinestrings(parts, indices=np.cumsum(begins) - 1))
    apart = np.diff(diagram.points[diagram.ridge_points[order]], axis=1)[:, 0]
    nearest = np.minimum.reduceat(np.hypot(*apart.T), np.flatnonzero(begins))
    lines = shapely.simplify(lines, np.minimum(THIN_M, THIN_SHARE * nearest))
    ground = shapely.buffer(face, OVER_M, join_style="mitre")
    shapely.prepare(ground)
    return shapely.intersection(lines, ground)


def node_pieces(faces: Faces, ridges: list[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Return the smallest pieces that faces and ridges cut the ground into, and the face of each."""
    lines = np.concatenate([shapely.boundary(faces.polygons), *ridges])
    lines = shapely.set_precision(lines[~shapely.is_empty(lines)], GRID_M)
    noded = shapely.unary_union(lines, grid_size=GRID_M)
    pieces = shapely.get_parts(shapely.polygonize([noded]))
    spots = shapely.point_on_surface(pieces)
    tree = shapely.STRtree(faces.polygons)
    face_of = np.full(len(pieces), -1, dtype=np.int64)
    piece, face = tree.query(spots, predicate="within")
    face_of[piece] = face
    rest = np.flatnonzero(face_of < 0)  # outside, or a sliver as wide as rounding moves the edge of a face
    near, face = tree.query_nearest(spots[rest], max_distance=GRID_M, all_matches=False)
    slight = np.array([is_sliver(piece, tree) for piece in pieces[rest[near]]], dtype=bool)
    face_of[rest[near[slight]]] = face[slight]
    return pieces[face_of >= 0], face_of[face_of >= 0]


def is_sliver(piece: shapely.Polygon, faces: shapely.STRtree) -> bool:
    """Whether no part of a piece is farther from all faces than rounding moves an edge.

    A tip that ridges enclose beyond the edge is, and so is ground that the outlines leave to nobody.
    """
    near = faces.geometries[faces.query(piece, predicate="dwithin", distance=GRID_M)]
    left, bottom, right, top = piece.bounds
    around = shapely.clip_by_rect(near, left - OVER_M, bottom - OVER_M, right + OVER_M, top + OVER_M)
    return bool(shapely.difference(piece, shapely.union_all(shapely.buffer(around, GRID_M))).is_empty)


def label_pieces(pieces: np.ndarray, face_of: np.ndarray, of_face: dict[int, Seeds]) -> np.ndarray:
    """Return the atom nearest to each piece among those that share out its face; −1 where there is none."""
    owner = np.full(len(pieces), -1, dtype=np.int64)
    spots = shapely.get_coordinates(shapely.point_on_surface(pieces))
    for face, seeds in of_face.items():
        mine = np.flatnonzero(face_of == face)
        if len(mine):
            owner[mine] = seeds.owner[cKDTree(seeds.points).query(spots[mine])[1]]
    return owner


def collect(
    atoms: gpd.GeoDataFrame,
    outlines: gpd.GeoSeries,
    pieces: np.ndarray,
    owner: np.ndarray,
    community: np.ndarray,
) -> Ground:
    """Return cells, outlines and what is left out, unioned from the pieces."""
    held = owner >= 0
    cells = union_by(pieces[held], owner[held])
    missing = sorted(set(range(len(atoms))) - set(cells))
    if missing:
        raise no_room(atoms.iloc[missing])
    drawn = union_by(pieces, community)
    left = union_by(pieces[~held], community[~held])
    return Ground(
        gpd.GeoSeries([cells[i] for i in range(len(atoms))], index=atoms.index, crs=atoms.crs),
        gpd.GeoSeries([drawn[c] for c in outlines.index], index=outlines.index, crs=atoms.crs),
        gpd.GeoDataFrame({"community_id": list(left)}, geometry=list(left.values()), crs=atoms.crs),
    )


def union_by(polygons: np.ndarray, label: np.ndarray) -> dict:
    """Return label → union of its polygons, which are part of one valid coverage."""
    order = np.argsort(label, kind="stable")
    labels, starts = np.unique(label[order], return_index=True)
    groups = np.split(polygons[order], starts[1:]) if len(labels) else []
    return {key: shapely.coverage_union_all(group) for key, group in zip(labels.tolist(), groups)}


def outlines_around(atoms: gpd.GeoDataFrame, barriers: gpd.GeoDataFrame, policy: Policy) -> gpd.GeoSeries:
    """Return an outline for every community of the atoms where none is given.

    The ground within ``outline_reach_m`` of any building is shared out to the nearest footprint; a community is the
    union of its buildings' cells, and may lie in several pieces.
    """
    reach = shapely.unary_union(shapely.buffer(atoms.geometry.values, policy.outline_reach_m))
    whole = gpd.GeoSeries(shapely.get_parts(shapely.set_precision(reach, GRID_M)), crs=atoms.crs)
    if atoms["community_id"].nunique() == 1:  # nothing to share out: all the ground is its own
        return gpd.GeoSeries({str(atoms["community_id"].iloc[0]): whole.union_all()}, crs=atoms.crs)
    whole.index = [f"{n}" for n in range(len(whole))]
    _, place = whole.sindex.nearest(atoms.geometry, return_all=False)
    every = atoms.assign(community_id=whole.index.to_numpy(dtype=object)[place])
    cells = draw_cells(every, whole, barriers.iloc[:0], policy).cells
    drawn = union_by(
        np.asarray(cells.values),
        atoms["community_id"].reindex(cells.index).to_numpy(dtype=object).astype(str),
    )
    return gpd.GeoSeries({name: drawn[name] for name in sorted(drawn)}, crs=atoms.crs)
