"""Seamless ground: every atom gets one connected cell, cells meet barriers and outlines, and leave no gap.

The ground is cut into faces by outlines and barrier lines; inside a face it belongs to the nearest footprint (a
Voronoi diagram of footprints: Okabe et al. 2000, "Spatial Tessellations", ch. 3). All lines are noded at once by snap
rounding on a 1 mm grid (Hobby 1999, doi:10.1016/S0925-7721(99)00021-8), so the cells are a valid coverage by
construction.
"""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from scipy.spatial import Voronoi, cKDTree

from gridder.mending import mend_pieces
from gridder.policy import Policy
from gridder.seeds import Seeds, make_seeds
from gridder.segments import kinds_along, lines_of, shared_segments

GRID_M = 0.001  # grid of all coordinates: far below any survey, coarse enough to be exact in float64
THIN_M = 0.3  # ridges between two atoms are simplified to this: half the vertices, nobody can see it
FRAME = 20.0  # dummy seeds stand this many face sizes away, so that every ridge inside a face is finite
SPECK_M = 1.0  # touching by less than this, faces are not neighbours that could share out empty ground


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
    """

    cells: gpd.GeoSeries
    outlines: gpd.GeoSeries
    left_out: gpd.GeoDataFrame


@dataclass(frozen=True)
class Faces:
    """Ground between outlines and barriers: polygons (f,), community of each (f,), pairs that touch and how."""

    polygons: np.ndarray
    community: np.ndarray
    neighbours: pd.DataFrame  # left, right, length_m, open (not along an uncrossable kind)


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
    ridges = [cut_ridges(of_face[f], faces.polygons[f]) for f in range(len(faces.polygons)) if f in of_face]
    pieces, face_of = node_pieces(faces, ridges)
    owner = label_pieces(pieces, face_of, of_face)
    owner = mend_pieces(pieces, owner, face_of, faces.community, seeds)
    return collect(atoms, outlines, pieces, owner, faces.community[face_of])


def cut_faces(outlines: gpd.GeoSeries, barriers: gpd.GeoDataFrame, policy: Policy) -> Faces:
    """Return the ground of the communities cut along barriers."""
    lines = np.concatenate([shapely.boundary(outlines.values), lines_of(barriers)])
    noded = shapely.unary_union(shapely.set_precision(lines, GRID_M), grid_size=GRID_M)
    polygons = shapely.get_parts(shapely.polygonize([noded]))
    inside, where = shapely.STRtree(outlines.values).query(
        shapely.point_on_surface(polygons), predicate="within"
    )
    order = np.argsort(inside, kind="stable")
    polygons = polygons[inside[order]]
    community = outlines.index.to_numpy(dtype=object)[where[order]]
    touching = shared_segments(polygons)
    kinds = kinds_along(touching, barriers, [*policy.uncrossable])
    table = pd.DataFrame({
        "left": touching.left, "right": touching.right, "length_m": touching.length_m,
        "open": ~np.isin(kinds.astype(str), policy.uncrossable),
    })  # fmt: skip
    table = table.groupby(["left", "right", "open"], as_index=False)[["length_m"]].sum()
    same = community[table["left"]] == community[table["right"]]
    return Faces(polygons, community, table[same & (table["length_m"] >= SPECK_M)])


def home_faces(atoms: gpd.GeoDataFrame, faces: Faces) -> np.ndarray:
    """Return for every atom the face of its community that holds most of it, or the nearest one. Shape (n,)."""
    shapes = atoms.geometry.values
    home = np.full(len(atoms), -1, dtype=np.int64)
    best = np.full(len(atoms), -1.0)
    atom, face = shapely.STRtree(faces.polygons).query(shapes, predicate="intersects")
    own = atoms["community_id"].to_numpy()[atom] == faces.community[face]
    atom, face = atom[own], face[own]
    shared = shapely.area(shapely.intersection(shapes[atom], faces.polygons[face]))
    for a, f, area in zip(atom, face, shared):
        if area > best[a]:
            home[a], best[a] = f, area
    for a in np.flatnonzero(home < 0):
        candidates = np.flatnonzero(faces.community == atoms["community_id"].iloc[a])
        home[a] = candidates[np.argmin(shapely.distance(shapes[a], faces.polygons[candidates]))]
    return home


def bring_home(shapes: np.ndarray, homes: np.ndarray) -> np.ndarray:
    """Return the part of every shape inside its home face; of one that lies outside, the nearest spot inside.

    So it is with a unit of a tower on the line between two communities: its building lives in one of them.
    """
    clipped = shapely.intersection(shapes, homes)
    outside = np.flatnonzero(shapely.is_empty(clipped))
    nearest = shapely.get_point(shapely.shortest_line(homes[outside], shapes[outside]), 0)
    inside = shapely.intersection(shapely.buffer(nearest, SPECK_M), homes[outside])
    clipped[outside] = shapely.point_on_surface(inside)
    return clipped


def share_empty_faces(faces: Faces, home: np.ndarray, seeds: Seeds) -> dict[int, Seeds]:
    """Return the seeds that share out each face; a face without buildings is shared by its neighbours'.

    Neighbours across passable ground come first; only when there is none does ground go to atoms across a barrier
    (nobody lives on it, and a community must be covered).
    """
    owned = {int(f): np.flatnonzero(home == f) for f in np.unique(home)}
    pending = set(range(len(faces.polygons))) - set(owned)
    for passable in (True, False):
        links = faces.neighbours[faces.neighbours["open"]] if passable else faces.neighbours
        touching: dict[int, list[int]] = {}
        for a, b in zip(links["left"], links["right"]):
            touching.setdefault(int(a), []).append(int(b))
            touching.setdefault(int(b), []).append(int(a))
        while ready := sorted(f for f in pending if any(g in owned for g in touching.get(f, []))):
            donors = {
                f: np.unique(np.concatenate([owned[g] for g in touching[f] if g in owned])) for f in ready
            }
            owned |= {f: nearest_owners(faces.polygons[f], seeds.of_owners(donors[f])) for f in ready}
            pending -= set(ready)
    return {f: seeds.of_owners(owners) for f, owners in owned.items()}


def nearest_owners(polygon: shapely.Polygon, seeds: Seeds) -> np.ndarray:
    """Return the atoms that are nearest to some spot of a face's edge or inside (sampled every 10 m)."""
    spots = shapely.get_coordinates(shapely.segmentize(polygon.boundary, 10.0))
    inside = shapely.get_coordinates(shapely.point_on_surface(polygon))
    return np.unique(seeds.owner[cKDTree(seeds.points).query(np.vstack([spots, inside]))[1]])


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
    pair, ends = pair[use], ends[use]
    order = np.lexsort((pair[:, 1], pair[:, 0]))
    pair, ends = pair[order], ends[order]
    parts = shapely.linestrings((diagram.vertices + centre)[ends])
    group = np.concatenate([[0], np.cumsum((pair[1:] != pair[:-1]).any(axis=1))])
    lines = shapely.simplify(shapely.line_merge(shapely.multilinestrings(parts, indices=group)), THIN_M)
    shapely.prepare(face)
    return shapely.intersection(lines, face)


def node_pieces(faces: Faces, ridges: list[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Return the smallest pieces that faces and ridges cut the ground into, and the face of each."""
    lines = np.concatenate([shapely.boundary(faces.polygons), *ridges])
    lines = shapely.set_precision(lines[~shapely.is_empty(lines)], GRID_M)
    noded = shapely.unary_union(lines, grid_size=GRID_M)
    pieces = shapely.get_parts(shapely.polygonize([noded]))
    spots = shapely.point_on_surface(pieces)
    piece, face = shapely.STRtree(faces.polygons).query(spots, predicate="within")
    order = np.argsort(piece, kind="stable")
    return pieces[piece[order]], face[order]


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
        raise AssertionError(f"atoms without ground: {[atoms.index[i] for i in missing][:5]}")
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
    whole.index = [f"{n}" for n in range(len(whole))]
    _, place = whole.sindex.nearest(atoms.geometry, return_all=False)
    every = atoms.assign(community_id=whole.index.to_numpy(dtype=object)[place])
    cells = draw_cells(every, whole, barriers.iloc[:0], policy).cells
    drawn = union_by(
        np.asarray(cells.values),
        atoms["community_id"].reindex(cells.index).to_numpy(dtype=object).astype(str),
    )
    return gpd.GeoSeries({name: drawn[name] for name in sorted(drawn)}, crs=atoms.crs)
