"""One round of each grid on foot: a closed tour over its cells, in metres and minutes (B二(八) 一日两巡)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from scipy.sparse.csgraph import connected_components, dijkstra

from gridder.policy import Policy
from gridder.staffing.network import (
    CM_PER_M,
    MINUTES_PER_HOUR,
    Ints,
    Network,
    minutes_on_foot,
    nodes_around,
    walk_minutes,
)
from gridder.staffing.tours import find_tour, tour_length


def walk_rounds(cells: gpd.GeoDataFrame, network: Network, policy: Policy) -> pd.DataFrame:
    """Return one round of every grid: a closed tour over its cells on foot.

    It keeps to the grid and to paths around it, never crosses an uncrossable barrier except at a crossing, and leaves
    the grid only where the grid alone is not connected. Cells where nobody lives and no way leads to are left out.

    Parameters
    ----------
    cells
        Indexed by cell_id, with ``grid_code`` and ``households``.
    network
        Of all cells of the district.

    Returns
    -------
    DataFrame indexed by grid_code, sorted: ``round_m`` (metres: along paths as drawn, elsewhere with the detour
    factor), ``round_min``, ``tour`` (JSON list of the grid's cell ids in walking order, the first not repeated),
    ``walk`` (with every cell passed on the way) and ``route`` (the line walked, WKT; blank for a single cell or where
    ways are not known). Blank where an inhabited cell cannot be reached.
    """
    cells = cells[cells.grid_code.fillna("") != ""].sort_index()
    _, piece = connected_components(network.graph, directed=False)
    codes, nodes = cells.grid_code.to_numpy(dtype=str), network.places[cells.index].to_numpy()
    order = np.argsort(codes, kind="stable")
    grids, first = np.unique(codes[order], return_index=True)
    rows = [
        (code, *walk_round(network, piece, nodes[members], cells.households.to_numpy()[members]))
        for code, members in zip(grids.tolist(), np.split(order, first[1:]))
    ]
    columns = ["grid_code", "round_m", "tour", "walk", "route"]
    rounds = pd.DataFrame(rows, columns=columns).set_index("grid_code")
    rounds["round_m"] = rounds.round_m.astype(float).round(0)
    rounds["round_min"] = np.round(minutes_on_foot(rounds.round_m.to_numpy(), policy), 1)
    return rounds[["round_m", "round_min", "tour", "walk", "route"]]


def walk_round(
    network: Network, piece: NDArray[np.int32], members: Ints, households: Ints
) -> tuple[float, str | None, str | None, str | None]:
    """Return metres, tour, walk and route of one grid, whose cells are the nodes ``members``."""
    home, left_out = part_homes(piece[members], households)
    if left_out:
        return np.nan, None, None, None
    members = members[piece[members] == home]
    ways = find_shortest_ways(network, members, piece == home)
    tour = find_tour(ways.lengths_cm)
    walk = trace_walk(ways, tour)
    names = network.places.index.to_numpy(dtype=object)
    passed = [node for node in walk if node < len(names)]
    texts = list_names(names[members[tour]]), list_names(names[passed]), draw_route(network, walk)
    return tour_length(ways.lengths_cm, tour) / CM_PER_M, *texts


def shift_minutes(policy: Policy) -> float:
    """Return the minutes of a shift, which rounds and visits of a day should fit."""
    return policy.shift_hours * MINUTES_PER_HOUR


def part_homes(piece: NDArray[np.int32], households: Ints) -> tuple[int, int]:
    """Return the connected piece where most of a grid's households live, and how many live in others."""
    pieces, where = np.unique(piece, return_inverse=True)
    held = np.bincount(where, weights=households)
    most = int(np.argmax(held))
    return int(pieces[most]), int(held.sum() - held[most])


def draw_route(network: Network, walk: list[int]) -> str | None:
    """Return the line of a closed walk from node to node, as WKT; None for one node, and where a way is not known."""
    if len(walk) < 2:
        return None
    steps = [step_corners(network, a, b) for a, b in zip(walk, walk[1:] + walk[:1])]
    if any(len(corners) == 0 for corners in steps):
        return None
    corners = np.concatenate([corners[:-1] for corners in steps])
    line = shapely.LineString([*corners, corners[0]])
    return str(shapely.to_wkt(line, rounding_precision=1))


def step_corners(network: Network, a: int, b: int) -> NDArray[np.float64]:
    """Return the corners of the way from a node to the next, shape (m, 2); none where it is not known."""
    pair = min(a, b), max(a, b)
    if pair not in network.ways:
        return network.xy[[a, b]]
    way = network.ways[pair]
    corners = shapely.get_coordinates(None if way is None else shapely.from_wkt(way))
    return corners if a < b else corners[::-1]


def list_names(names: NDArray[np.object_]) -> str:
    """Return cell ids as a JSON list."""
    return json.dumps([str(name) for name in names], ensure_ascii=False)


@dataclass(frozen=True)
class ShortestWays:
    """Shortest ways between the cells of one grid.

    Parameters
    ----------
    lengths_cm
        Shape (n, n), int64.
    nodes
        Cells that the ways may pass, shape (m,): the grid's own, or all.
    previous
        Cell before each cell on the way from each of the n, as a place in ``nodes``, shape (n, m).
    places
        Places of the n cells in ``nodes``.
    """

    lengths_cm: Ints
    nodes: Ints
    previous: NDArray[np.int32]
    places: Ints


def find_shortest_ways(network: Network, members: Ints, reached: NDArray[np.bool_]) -> ShortestWays:
    """Return shortest ways between ``members``: in the grid and along paths near it, else through its surroundings.

    ``reached`` says of every node whether a way leads to it from them.
    """
    for nodes in fields_of_search(network, members, reached):
        places = np.searchsorted(nodes, members)
        part = network.graph[nodes][:, nodes]
        lengths, previous = dijkstra(part, directed=False, indices=places, return_predecessors=True)
        if not np.isinf(lengths[:, places]).any():
            break
    lengths_cm = np.rint(lengths[:, places]).astype(np.int64)
    return ShortestWays(lengths_cm, nodes, previous, places)


def fields_of_search(network: Network, members: Ints, reached: NDArray[np.bool_]) -> Iterator[Ints]:
    """Yield the nodes that ways between ``members`` may pass, sorted, from few to all that are reached from them."""
    around = nodes_around(network, members)
    yield np.union1d(members, around[around >= network.first_corner])
    yield around[reached[around]]
    yield np.flatnonzero(reached)


def trace_walk(ways: ShortestWays, tour: Ints) -> list[int]:
    """Return every cell passed on the closed tour, the first not repeated."""
    walk: list[int] = []
    for start, end in zip(tour, np.roll(tour, -1)):
        at, back = int(ways.places[end]), []
        while at != ways.places[start]:
            at = int(ways.previous[start, at])
            back.append(int(ways.nodes[at]))
        walk.extend(reversed(back))
    return walk or [int(ways.nodes[ways.places[0]])]


def walk_to_halls(
    cells: gpd.GeoDataFrame, halls: gpd.GeoDataFrame, network: Network, policy: Policy
) -> pd.Series:
    """Return the minutes on foot from every cell to the nearest hall of its community (A二(九)).

    NaN where the community has no hall, inf where no way leads to it. ``halls`` are those of the network, in its order.
    """
    minutes = pd.Series(np.nan, index=cells.index, name="hall_minutes")
    if not len(halls) or "community_id" not in halls.columns:
        return minutes
    community = halls.community_id.astype(str).to_numpy()
    for name, mine in cells.groupby("community_id", sort=True):
        own = network.halls[community == name]
        if len(own):
            there = walk_minutes(network, own, network.places[mine.index].to_numpy(), policy)
            minutes[mine.index] = there.min(axis=0)
    return minutes


def mean_by_households(minutes: pd.Series, cells: gpd.GeoDataFrame) -> pd.Series:
    """Return the mean minutes of every grid, weighted by households (by cells where a grid has none)."""
    weight = cells.households.astype(float)
    by = cells.grid_code
    weight = weight.where(weight.groupby(by).transform("sum") > 0, 1.0)
    minutes = minutes.replace(np.inf, np.nan)
    weight = weight.where(minutes.notna())
    return (minutes * weight).groupby(by).sum(min_count=1) / weight.groupby(by).sum()


def share_near_hall(minutes: pd.Series, cells: gpd.GeoDataFrame, policy: Policy) -> pd.Series:
    """Return each community's share of households near enough to its hall; NaN without a hall."""
    households = cells.households.astype(float)
    near = households.where(minutes <= policy.hall_minutes, 0.0).where(minutes.notna())
    total = households.groupby(cells.community_id).sum()
    return near.groupby(cells.community_id).sum(min_count=1) / total.where(total > 0)
