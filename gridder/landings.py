"""Where ways over barriers land: on ground from which people reach homes, or on bare islands that lead nowhere."""

from __future__ import annotations

from itertools import combinations, pairwise

import geopandas as gpd
import networkx as nx
import numpy as np
import pandas as pd
import shapely

from gridder.crossings import MARGIN_M, WALKED, name_place
from gridder.errors import Finding
from gridder.segments import ALONG_M, connected_parts

End = tuple[int, int]  # number of a crossing, 0 its begin or 1 its end


def settle_landings(
    barriers: gpd.GeoDataFrame, between: gpd.GeoDataFrame
) -> tuple[gpd.GeoDataFrame, list[Finding]]:
    """Return barriers in which every crossing made of a road leads from homes to homes, and what was left out.

    A road over an island without buildings passes two arms of a river: its two crossings become one, from bank to
    bank. One that ends on such ground (in a station yard, between a river and an expressway) joins nobody, though
    cells beyond a barrier share out that ground; it is left out.

    Parameters
    ----------
    between
        Ground that is part of a barrier: ``island``, the number of the closed bare ground it belongs to, −1 where
        people reach it from homes.
    """
    made = (barriers["kind"] == "crossing") & (barriers["made"] == "road")
    islands = between[between["island"] >= 0]
    ways = barriers[made]
    if ways.empty or islands.empty:
        return barriers, []
    landing = find_landings(np.asarray(ways.geometry.values), islands)
    bare = np.flatnonzero((landing >= 0).any(axis=1))
    if len(bare) == 0:
        return barriers, []
    walked = np.asarray(barriers.geometry[barriers["kind"].isin(WALKED)].values)
    joined, used = join_over_islands(ways, landing, islands, walked)
    table = pd.concat([barriers.drop(ways.index[bare]), joined], ignore_index=True)
    kept = gpd.GeoDataFrame(table, geometry="geometry", crs=barriers.crs)
    lost = sorted(set(bare.tolist()) - used)
    if not lost:
        return kept, []
    places = tuple(sorted(name_place(str(ways["name"].iloc[n]), ways.geometry.iloc[n]) for n in lost))
    return kept, [Finding("crossings.lead_nowhere", "note", {"n": len(lost)}, places, "barriers")]


def find_landings(lines: np.ndarray, islands: gpd.GeoDataFrame) -> np.ndarray:
    """Return the number of the island that each end of each line lies on; −1 where it lies on none. Shape (n, 2)."""
    ends = np.column_stack([shapely.get_point(lines, 0), shapely.get_point(lines, -1)])
    tree = shapely.STRtree(islands.geometry.values)
    end, island = tree.query(ends.ravel(), predicate="dwithin", distance=ALONG_M)
    found = np.full(ends.size, -1)
    found[end] = islands["island"].to_numpy()[island]
    return found.reshape(-1, 2)


def join_over_islands(
    ways: gpd.GeoDataFrame, landing: np.ndarray, islands: gpd.GeoDataFrame, walked: np.ndarray
) -> tuple[gpd.GeoDataFrame, set[int]]:
    """Return crossings from homes over islands to homes, and the numbers of those they are made of.

    From one landing to the next a straight line leads, where it stays on the island and roads (``walked``) lead there,
    in however many rows: two roads that do not meet may have come from the same bank.
    """
    ground = dict(iter(islands.geometry.groupby(islands["island"])))
    lines = np.asarray(ways.geometry.values)
    graph: nx.Graph[End] = nx.Graph()
    for n in np.flatnonzero((landing >= 0).any(axis=1)).tolist():
        graph.add_edge((n, 0), (n, 1), weight=float(lines[n].length))
    for number in np.unique(landing[landing >= 0]):
        spots: list[End] = [(int(n), int(side)) for n, side in np.argwhere(landing == number)]
        room = shapely.buffer(shapely.union_all(ground[number].values), MARGIN_M)
        ends = np.array([shapely.get_coordinates(lines[n])[-side] for n, side in spots])
        road = roads_at(np.asarray(shapely.points(ends)), walked, room)
        for p, q in combinations(range(len(spots)), 2):
            leg = shapely.LineString(ends[[p, q]])
            if spots[p][0] != spots[q][0] and road[p] == road[q] and shapely.covers(room, leg):
                graph.add_edge(spots[p], spots[q], weight=float(leg.length))
    rows, used = [], set[int]()
    for part in nx.connected_components(graph):
        exits = sorted(end for end in part if landing[end] < 0)
        for one, other in pairwise(exits):
            path = nx.shortest_path(graph, one, other, weight="weight")
            used |= {n for n, _ in path}
            first = ways.iloc[[one[0]]]
            rows.append(first.set_geometry(gpd.GeoSeries([draw_path(path, lines)], index=first.index)))
    return pd.concat(rows) if rows else ways.iloc[:0], used


def roads_at(spots: np.ndarray, walked: np.ndarray, room: shapely.Geometry) -> np.ndarray:
    """Return the number of the network of roads on an island that each spot lies on. Shape (n,)."""
    here = walked[shapely.intersects(walked, room)]
    parts = shapely.get_parts(shapely.unary_union(shapely.intersection(here, room)))
    tree = shapely.STRtree(parts)
    network = connected_parts(len(parts), *tree.query(parts, predicate="intersects"))
    return np.asarray(network[tree.nearest(spots)])


def draw_path(path: list[End], lines: np.ndarray) -> shapely.LineString:
    """Return one line along crossings, each from the end that is reached first."""
    legs = [
        lines[n] if side == 0 else shapely.reverse(lines[n])
        for (n, side), (other, _) in pairwise(path)
        if n == other
    ]
    return shapely.LineString(np.concatenate([shapely.get_coordinates(leg) for leg in legs]))
