"""Ground between outlines and barriers, before it is shared out: faces, their neighbours, the face of each atom."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gridder.loose_ends import lead_on
from gridder.policy import Policy
from gridder.segments import connected_parts, kinds_along, lines_of, shared_segments

GRID_M = 0.001  # grid of all coordinates: far below any survey, coarse enough to be exact in float64
SPECK_M = 1.0  # touching by less than this, faces are not neighbours that could share out empty ground,
SPECK_SHARE = 0.25  # nor by less than this share of the edge of the smaller: a speck has a neighbour, too
LEADS_ON_LEADS = 5  # a ring closed by a lead may itself hang on a single line
STRIP_M = 30.0  # ground between two carriageways or tracks is narrower than this
STRIP_SHARE = 0.8  # and lies along them with at least so much of its edge


@dataclass(frozen=True)
class Faces:
    """Ground between outlines and barriers: polygons (f,), community of each (f,), pairs that touch and how."""

    polygons: np.ndarray
    community: np.ndarray
    neighbours: pd.DataFrame  # left, right, length_m, open (not along an uncrossable kind)
    along: pd.DataFrame  # face, kind, length_m: what runs along the edge of each
    solid: np.ndarray  # shapes of the uncrossable barriers


def cut_faces(outlines: gpd.GeoSeries, barriers: gpd.GeoDataFrame, policy: Policy) -> Faces:
    """Return the ground of the communities cut along barriers.

    A barrier that ends in the middle of a community cuts the ground too: from its end a line leads on to the edge of
    the face (``lead_on``), so that no cell lies on both sides of it. That line is no barrier: people walk round there.
    """
    drawn = np.asarray(outlines.values)
    edges, lines = shapely.boundary(drawn), lines_of(barriers)
    solid = barriers[barriers["kind"].isin(policy.uncrossable)]
    uncrossable = lines_of(solid)
    polygons, where = polygons_of(node_lines([edges, lines]), drawn)
    for _ in range(LEADS_ON_LEADS):
        led = lead_on(edges, uncrossable, polygons, GRID_M)
        if len(led) == 0:
            break
        lines, uncrossable = np.concatenate([lines, led]), np.concatenate([uncrossable, led])
        polygons, where = polygons_of(node_lines([edges, lines]), drawn)
    community = outlines.index.to_numpy(dtype=object)[where]
    touching = shared_segments(polygons)
    kinds = kinds_along(touching, barriers, [*policy.uncrossable, "arterial", "road"])
    table = pd.DataFrame({
        "left": touching.left, "right": touching.right, "length_m": touching.length_m, "kind": kinds.astype(str),
    })  # fmt: skip
    table["open"] = ~table["kind"].isin(policy.uncrossable)
    both = pd.concat([table.rename(columns={side: "face"}) for side in ("left", "right")])
    along = both.groupby(["face", "kind"], as_index=False)[["length_m"]].sum()
    links = table.groupby(["left", "right", "open"], as_index=False)[["length_m"]].sum()
    same = community[links["left"]] == community[links["right"]]
    around_m = shapely.length(polygons)
    least_m = np.minimum(SPECK_M, SPECK_SHARE * np.minimum(around_m[links["left"]], around_m[links["right"]]))
    links = links[same & (links["length_m"] >= least_m)]
    return Faces(polygons, community, links, along, np.asarray(solid.geometry.values))


def reached_faces(faces: Faces, home: np.ndarray) -> np.ndarray:
    """Return for each face whether people reach it from homes (faces ``home``) over no barrier. Shape (f,), bool."""
    links = faces.neighbours[faces.neighbours["open"]]
    part = connected_parts(len(faces.polygons), links["left"], links["right"])
    return np.isin(part, part[home])


def node_lines(lines: list[np.ndarray]) -> shapely.Geometry:
    """Return lines cut where they meet, on the grid of all coordinates.

    They are rounded as they are cut, not before: a line that begins on another would lose it by a millimetre.
    """
    return shapely.unary_union(np.concatenate(lines), grid_size=GRID_M)


def polygons_of(noded: shapely.Geometry, outlines: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the polygons that noded lines enclose inside outlines, and the number of the outline of each."""
    polygons = shapely.get_parts(shapely.polygonize([noded]))
    inside, where = shapely.STRtree(outlines).query(shapely.point_on_surface(polygons), predicate="within")
    order = np.argsort(inside, kind="stable")
    return polygons[inside[order]], where[order]


def ground_between(faces: Faces, home: np.ndarray, policy: Policy, crs: Any) -> gpd.GeoDataFrame:
    """Return the ground that is part of a barrier, as barriers: ``kind``, ``name`` blank, ``made`` between, polygon;
    ``island``, the number of the closed bare ground it belongs to, −1 where people reach it.

    Two kinds of faces without a building are: those that uncrossable lines close in (between the arms of a river,
    among the tracks of a station), and narrow strips between two lines alike (of a dual carriageway). Cells share them
    out, but where two cells meet in them nobody walks from one to the other, and a boundary there runs along the
    barrier. Ground between a river and the street along it is neither: people walk there.
    """
    bare = np.ones(len(faces.polygons), dtype=bool)
    bare[home] = False
    links = faces.neighbours[faces.neighbours["open"]]
    part = connected_parts(len(bare), links["left"], links["right"])
    built = np.isin(faces.community, np.unique(faces.community[home]))
    barred, street = main_kinds(faces, [*policy.uncrossable]), main_kinds(faces, ["arterial", "road"])
    strip = bare & (2.0 * shapely.area(faces.polygons) / shapely.length(faces.polygons) < STRIP_M)
    closed = ~reached_faces(faces, home) & (barred["share"] > 0).to_numpy()
    island = np.where(closed, part, -1)
    of_barrier = closed | (strip & (barred["share"] >= STRIP_SHARE).to_numpy())
    of_street = strip & (street["share"] >= STRIP_SHARE).to_numpy()
    names = np.where(of_barrier, barred["kind"], np.where(of_street, street["kind"], ""))
    found = np.flatnonzero(built & (names != ""))
    return gpd.GeoDataFrame(
        {"kind": names[found].astype(object), "name": "", "made": "between", "island": island[found]},
        geometry=faces.polygons[found], crs=crs,
    )  # fmt: skip


def main_kinds(faces: Faces, kinds: list[str]) -> pd.DataFrame:
    """Return of every face the kind that runs along most of its edge, and the share of its edge along any of them."""
    along = faces.along[faces.along["kind"].isin(kinds)]
    order = along.sort_values(["face", "length_m", "kind"], ascending=[True, False, True])
    first = order.drop_duplicates("face").set_index("face")["kind"]
    every = pd.RangeIndex(len(faces.polygons))
    length = along.groupby("face")["length_m"].sum().reindex(every, fill_value=0.0)
    share: pd.Series = length / np.maximum(shapely.length(faces.polygons), 1e-9)
    return pd.DataFrame({"kind": first.reindex(every).fillna(""), "share": share})
