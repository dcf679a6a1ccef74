"""Ground between outlines and barriers, before it is shared out: faces, their neighbours, the face of each atom."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gridder.policy import Policy
from gridder.segments import kinds_along, lines_of, shared_segments

GRID_M = 0.001  # grid of all coordinates: far below any survey, coarse enough to be exact in float64
SPECK_M = 1.0  # touching by less than this, faces are not neighbours that could share out empty ground


@dataclass(frozen=True)
class Faces:
    """Ground between outlines and barriers: polygons (f,), community of each (f,), pairs that touch and how."""

    polygons: np.ndarray
    community: np.ndarray
    neighbours: pd.DataFrame  # left, right, length_m, open (not along an uncrossable kind)


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
