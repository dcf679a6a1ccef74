"""Where atoms live: the face of each, and the part of its footprint that stands there."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import shapely

from gridder.errors import Finding, InputError
from gridder.faces import SPECK_M, Faces

# smaller or narrower faces, specks between lines that nearly coincide, are nobody's home
ROOMY_M2, ROOMY_M = 4.0, 0.5


def home_faces(atoms: gpd.GeoDataFrame, faces: Faces) -> np.ndarray:
    """Return for every atom the roomy face of its community that holds most of it, or the nearest one. Shape (n,).

    Raises
    ------
    InputError
        A community has no ground for its atoms.
    """
    shapes = np.asarray(atoms.geometry.values)
    community = atoms["community_id"].to_numpy(dtype=object)
    roomy = roomy_faces(faces)
    home = np.full(len(atoms), -1, dtype=np.int64)
    atom, face = shapely.STRtree(faces.polygons).query(shapes, predicate="intersects")
    use = roomy[face] & (community[atom] == faces.community[face])
    atom, face = atom[use], face[use]
    several = np.bincount(atom, minlength=len(atoms))[atom] > 1
    held = np.zeros(len(atom))
    held[several] = shapely.area(shapely.intersection(shapes[atom[several]], faces.polygons[face[several]]))
    order = np.lexsort((-face, held, atom))
    home[atom[order]] = face[order]  # the last one written holds most
    for name in np.unique(community[home < 0]):
        strays = np.flatnonzero((home < 0) & (community == name))
        candidates = np.flatnonzero(roomy & (faces.community == name))
        near, which = shapely.STRtree(faces.polygons[candidates]).query_nearest(shapes[strays])
        home[strays[near[::-1]]] = candidates[which[::-1]]  # of several equally near the first
    if (home < 0).any():
        raise no_room(atoms[home < 0])
    return home


def no_room(homeless: gpd.GeoDataFrame) -> InputError:
    """Return the error that names atoms whose community is too small to hold them, or has no ground at all."""
    names = tuple(sorted({str(name) for name in homeless["community_id"]}))
    facts = {"n": len(homeless)}
    found = Finding("cells.without_room", "problem", facts, tuple(sorted(homeless.index)), "buildings")
    return InputError("cells.no_room", (found,), communities=names)


def roomy_faces(faces: Faces) -> np.ndarray:
    """Whether each face has room for a home; the largest of its community has in any case. Shape (f,)."""
    area = shapely.area(faces.polygons)
    roomy = (area >= ROOMY_M2) & (2 * area >= ROOMY_M * shapely.length(faces.polygons))
    order = np.argsort(area, kind="stable")
    largest = dict(zip(faces.community[order], order))
    for name in sorted(set(faces.community) - set(faces.community[roomy])):
        roomy[largest[name]] = True
    return roomy


def bring_home(shapes: np.ndarray, homes: np.ndarray) -> np.ndarray:
    """Return the part of every shape inside its home face; of one that lies outside, the nearest spot inside.

    So it is with a unit of a tower on the line between two communities: its building lives in one of them.
    """
    shapely.prepare(homes)
    clipped = shapes.copy()
    across = np.flatnonzero(~shapely.contains_properly(homes, shapes))
    clipped[across] = shapely.intersection(shapes[across], homes[across])
    flat = across[shapely.area(clipped[across]) == 0]  # outside, or touching from outside, or points
    outside = flat[~shapely.contains(homes[flat], shapely.point_on_surface(clipped[flat]))]
    nearest = shapely.get_point(shapely.shortest_line(homes[outside], shapes[outside]), 0)
    inside = shapely.intersection(shapely.buffer(nearest, SPECK_M), homes[outside])
    clipped[outside] = shapely.point_on_surface(inside)
    return clipped
