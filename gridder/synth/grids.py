"""The grids of yesterday: drawn by counting pieces of blocks, without a look at the railway."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import shapely

from gridder.synth.lattice import GRID_M, bend_line, bend_shape, list_blocks
from gridder.synth.streets import column_lines, rail_line, river_line, row_lines

LEAST, MOST, BURST = 400, 700, 850  # the old window of a grid, and what it grew to at the worst
OVER_M = 5.0  # lines that cut go this far beyond the district, so that they cut through


def draw_previous_grids(communities: gpd.GeoDataFrame, buildings: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return layer previous_grids: ``grid_code``, polygons that cover every community with households."""
    pieces = cut_pieces(communities)
    spots = buildings.geometry.representative_point().values
    spot, piece = shapely.STRtree(pieces).query(spots, predicate="within")
    households = np.bincount(piece, buildings["households"].to_numpy()[spot], minlength=len(pieces)).astype(
        int
    )
    rows: list[dict[str, Any]] = []
    for community_id, outline in zip(communities["community_id"], communities.geometry.values):
        mine = np.flatnonzero(shapely.within(shapely.point_on_surface(pieces), outline))
        if households[mine].sum() == 0:
            continue
        groups = group_pieces(pieces[mine], households[mine])
        for number in range(max(groups) + 1):
            ground = shapely.coverage_union_all(pieces[mine][groups == number])
            rows.append({"grid_code": f"{community_id}{number + 1:03d}", "geometry": ground})
    return gpd.GeoDataFrame(rows, geometry="geometry", crs=communities.crs)


def cut_pieces(communities: gpd.GeoDataFrame) -> np.ndarray:
    """Return the ground of the communities cut along streets, every block into six pieces."""
    columns, rows = dict(column_lines()), dict(row_lines())
    us = sorted({*columns.values(), *(b.middle_u for b in list_blocks())})
    thirds = [b.south + (b.north - b.south) * part / 3 for b in list_blocks() for part in (1, 2)]
    vs = sorted({*rows.values(), *thirds})
    lines: list[Any] = [bend_line((u, vs[0] - OVER_M), (u, vs[-1] + OVER_M)) for u in us]
    lines += [bend_line((us[0] - OVER_M, v), (us[-1] + OVER_M, v)) for v in vs]
    lines += [rail_line(), bend_shape(river_line()), *shapely.boundary(communities.geometry.values)]
    pieces = shapely.get_parts(shapely.polygonize([shapely.unary_union(lines, grid_size=GRID_M)]))
    whole = shapely.coverage_union_all(communities.geometry.values)
    pieces = pieces[shapely.within(shapely.point_on_surface(pieces), whole)]
    spots = shapely.get_coordinates(shapely.centroid(pieces)).round()
    return pieces[np.lexsort((spots[:, 0], -spots[:, 1]))]


def group_pieces(pieces: np.ndarray, households: np.ndarray) -> np.ndarray:
    """Return the number of the old grid of each piece: grown from the north until there are enough households."""
    a, b = shapely.STRtree(pieces).query(pieces, predicate="intersects")
    touch = np.zeros((len(pieces), len(pieces)))
    touch[a, b] = np.where(a == b, 0.0, shapely.length(shapely.intersection(pieces[a], pieces[b])))
    group = np.full(len(pieces), -1)
    while (group < 0).any():
        number = group.max() + 1
        group[np.flatnonzero(group < 0)[0]] = number
        while households[group == number].sum() < LEAST:
            room = MOST - households[group == number].sum()
            border = touch[group == number].sum(axis=0) * (group < 0) * (households <= room)
            if not border.any():
                break
            group[np.argmax(border)] = number
    return merge_small(group, touch, households)


def merge_small(group: np.ndarray, touch: np.ndarray, households: np.ndarray) -> np.ndarray:
    """Return groups in which left-overs have joined the smallest neighbour, numbered from 0.

    A left-over stays one where joining would burst the window of the old grids; a little more is allowed where few live there.
    """
    group = group.copy()
    done: set[int] = set()
    while True:
        totals = {int(g): int(households[group == g].sum()) for g in np.unique(group)}
        small = [g for g in totals if totals[g] < LEAST and g not in done]
        if not small:
            return np.unique(group, return_inverse=True)[1]
        left = min(small, key=lambda g: (totals[g], g))
        near = np.unique(group[(touch[group == left].sum(axis=0) > 0) & (group != left)]).tolist()
        best = min(near, key=lambda g: (totals[g], g), default=None)
        limit = MOST if totals[left] >= LEAST / 2 else BURST
        if best is None or (totals[left] + totals[best] > limit and totals[left] > 0):
            done.add(left)
        else:
            group[group == left] = best
