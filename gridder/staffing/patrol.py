"""One round of each grid on foot: a closed tour over its cells, in metres and minutes (B二(八) 一日两巡)."""

from __future__ import annotations

import json
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components, dijkstra

from gridder.policy import Policy
from gridder.staffing.tours import Ints, find_tour, tour_length

CM_PER_M = 100  # tours are compared in whole centimetres: exact, so the same on every machine
MINUTES_PER_HOUR = 60
M_PER_KM = 1000


def minutes_on_foot(metres: float, policy: Policy) -> float:
    """Return the minutes that ``metres`` of walking take at the policy's speed."""
    return metres / (policy.walking_speed_kmh * M_PER_KM) * MINUTES_PER_HOUR


def walk_rounds(cells: gpd.GeoDataFrame, edges: pd.DataFrame, policy: Policy) -> pd.DataFrame:
    """Return one round of every grid: a closed tour over its cells, from cell to adjacent cell.

    A step goes from building to building by the way that the adjacency found, never over an uncrossable barrier except
    at a crossing; the round leaves the grid only where the grid alone is not connected. Cells where nobody lives and
    no way leads to are left out.

    Parameters
    ----------
    cells
        Indexed by cell_id, with ``grid_code``, ``community_id``, ``households`` and polygons in metres.
    edges
        Pairs of adjacent cells: ``cell_a``, ``cell_b``, ``kind``; ``passable`` where known, else by kind; ``way``
        and ``way_m`` where known, else straight between inner points of the cells.

    Returns
    -------
    DataFrame indexed by grid_code, sorted: ``round_m`` (metres with the detour factor), ``round_min``,
    ``tour`` (JSON list of the grid's cell ids in walking order, the first not repeated), ``walk`` (with
    every cell passed on the way: neighbours in it are adjacent) and ``route`` (the line walked, WKT; blank for a
    single cell or where ways are not known). Blank where an inhabited cell cannot be reached.
    """
    cells = cells[cells.grid_code.fillna("") != ""].sort_index()
    steps = walking_steps(cells, edges, policy)
    graph = walking_graph(len(cells), steps)
    _, piece = connected_components(graph, directed=False)
    lines = dict(zip(zip(steps.a, steps.b), steps.way))
    codes, names = cells.grid_code.to_numpy(dtype=str), cells.index.to_numpy(dtype=object)
    order = np.argsort(codes, kind="stable")
    grids, first = np.unique(codes[order], return_index=True)
    rows: list[tuple[str, float, str | None, str | None, str | None]] = []
    for code, members in zip(grids.tolist(), np.split(order, first[1:])):
        home, left_out = part_homes(piece[members], cells.households.to_numpy()[members])
        if left_out:
            rows.append((code, np.nan, None, None, None))
            continue
        members = members[piece[members] == home]
        ways = measure_ways(graph, members, np.flatnonzero(piece == home))
        tour = find_tour(ways.metres)
        walk = trace_walk(ways, tour)
        length_m = tour_length(ways.metres, tour) / CM_PER_M * policy.detour_factor
        texts = list_names(names[members[tour]]), list_names(names[walk]), draw_route(lines, walk)
        rows.append((code, length_m, *texts))
    rounds = pd.DataFrame(rows, columns=["grid_code", "round_m", "tour", "walk", "route"]).set_index(
        "grid_code"
    )
    rounds["round_m"] = rounds.round_m.astype(float).round(0)
    rounds["round_min"] = (minutes_on_foot(1.0, policy) * rounds.round_m).round(1)
    return rounds[["round_m", "round_min", "tour", "walk", "route"]]


def part_homes(piece: NDArray[np.int32], households: Ints) -> tuple[int, int]:
    """Return the connected piece where most of a grid's households live, and how many live in others."""
    pieces, where = np.unique(piece, return_inverse=True)
    held = np.bincount(where, weights=households)
    most = int(np.argmax(held))
    return int(pieces[most]), int(held.sum() - held[most])


def draw_route(lines: dict[tuple[int, int], str | None], walk: list[int]) -> str | None:
    """Return the line of a closed walk from the lines of its steps, as WKT; None where one is not known."""
    pairs = list(zip(walk, walk[1:] + walk[:1])) if len(walk) > 1 else []
    texts = [lines[min(pair), max(pair)] for pair in pairs]
    if not texts or any(text is None for text in texts):
        return None
    steps = shapely.from_wkt(texts)
    turned = np.array([a > b for a, b in pairs])
    steps[turned] = shapely.reverse(steps[turned])
    corners = np.concatenate([shapely.get_coordinates(step)[:-1] for step in steps])
    return str(shapely.to_wkt(shapely.LineString([*corners, corners[0]]), rounding_precision=1))


def list_names(names: NDArray[np.object_]) -> str:
    """Return cell ids as a JSON list."""
    return json.dumps([str(name) for name in names], ensure_ascii=False)


def walking_steps(cells: gpd.GeoDataFrame, edges: pd.DataFrame, policy: Policy) -> pd.DataFrame:
    """Return the steps between adjacent cells: places ``a`` < ``b``, ``way_cm`` (whole, at least 1) and ``way``."""
    place = pd.Series(np.arange(len(cells)), index=cells.index)
    barred = edges.kind.isin(policy.uncrossable)
    # A pair may lie mostly along a river and yet share dry ground: then the adjacency calls it passable.
    open_edges = edges[edges.passable.astype(bool) if "passable" in edges.columns else ~barred]
    known = open_edges.cell_a.isin(place.index) & open_edges.cell_b.isin(place.index)
    if "way_m" in open_edges.columns:
        known &= open_edges.way_m.notna()
    open_edges = open_edges[known]
    a, b = place.loc[open_edges.cell_a].to_numpy(), place.loc[open_edges.cell_b].to_numpy()
    if "way_m" in open_edges.columns:
        way_m, way = open_edges.way_m.to_numpy(dtype=float), open_edges.way.to_numpy(dtype=object)
    else:
        points = shapely.get_coordinates(shapely.point_on_surface(cells.geometry.to_numpy()))
        way_m, way = np.hypot(*(points[a] - points[b]).T), np.full(len(a), None, dtype=object)
    # Two cells around one point would be an absent entry at 0; nobody walks one centimetre.
    way_cm = np.maximum(1, np.rint(way_m * CM_PER_M)).astype(np.int64)
    return pd.DataFrame({"a": a, "b": b, "way_cm": way_cm, "way": way}).sort_values(["a", "b"])


def walking_graph(n: int, steps: pd.DataFrame) -> coo_array:
    """Return the steps between n cells in whole centimetres, as a symmetric sparse matrix (n, n)."""
    a, b, way_cm = (steps[name].to_numpy() for name in ("a", "b", "way_cm"))
    return coo_array((np.r_[way_cm, way_cm], (np.r_[a, b], np.r_[b, a])), shape=(n, n)).tocsr()


@dataclass(frozen=True)
class Ways:
    """Shortest ways between the cells of one grid.

    Parameters
    ----------
    metres
        Lengths in centimetres, shape (n, n), int64.
    nodes
        Cells that the ways may pass, shape (m,): the grid's own, or all.
    previous
        Cell before each cell on the way from each of the n, as a place in ``nodes``, shape (n, m).
    places
        Places of the n cells in ``nodes``.
    """

    metres: Ints
    nodes: Ints
    previous: NDArray[np.int32]
    places: Ints


def measure_ways(graph: coo_array, members: Ints, piece: Ints) -> Ways:
    """Return shortest ways between ``members``: inside the grid, else through the connected ``piece`` they are in."""
    nodes, places = members, np.arange(len(members))
    lengths, previous = dijkstra(graph[members][:, members], directed=False, return_predecessors=True)
    if np.isinf(lengths).any():
        nodes, places = piece, np.searchsorted(piece, members)
        around = graph[piece][:, piece]
        lengths, previous = dijkstra(around, directed=False, indices=places, return_predecessors=True)
    metres = np.rint(lengths[:, places]).astype(np.int64)
    return Ways(metres, nodes, previous, places)


def trace_walk(ways: Ways, tour: Ints) -> list[int]:
    """Return every cell passed on the closed tour, the first not repeated."""
    walk: list[int] = []
    for start, end in zip(tour, np.roll(tour, -1)):
        at, back = int(ways.places[end]), []
        while at != ways.places[start]:
            at = int(ways.previous[start, at])
            back.append(int(ways.nodes[at]))
        walk.extend(reversed(back))
    return walk or [int(ways.nodes[ways.places[0]])]


def walk_to_halls(cells: gpd.GeoDataFrame, halls: gpd.GeoDataFrame, policy: Policy) -> pd.Series:
    """Return the minutes on foot from every cell to the nearest hall of its community; NaN without a hall.

    Straight line × detour factor at the walking speed (A二(九)), until a path network is given.
    """
    minutes = pd.Series(np.nan, index=cells.index, name="hall_minutes")
    if not len(halls) or "community_id" not in halls.columns:
        return minutes
    points = shapely.point_on_surface(cells.geometry.to_numpy())
    for community, of_community in halls.groupby("community_id", sort=True):
        mine = (cells.community_id == community).to_numpy()
        if mine.any():
            places = of_community.geometry.to_numpy()
            straight = np.min([shapely.distance(points[mine], place) for place in places], axis=0)
            minutes[mine] = minutes_on_foot(1.0, policy) * straight * policy.detour_factor
    return minutes


def mean_by_households(minutes: pd.Series, cells: gpd.GeoDataFrame) -> pd.Series:
    """Return the mean minutes of every grid, weighted by households (by cells where a grid has none)."""
    weight = cells.households.astype(float)
    by = cells.grid_code
    weight = weight.where(weight.groupby(by).transform("sum") > 0, 1.0)
    return (minutes * weight).groupby(by).sum(min_count=1) / weight.groupby(by).sum()


def share_near_hall(minutes: pd.Series, cells: gpd.GeoDataFrame, policy: Policy) -> pd.Series:
    """Return each community's share of households near enough to its hall; NaN without a hall."""
    households = cells.households.astype(float)
    near = households.where(minutes <= policy.hall_minutes, 0.0).where(minutes.notna())
    total = households.groupby(cells.community_id).sum()
    return near.groupby(cells.community_id).sum(min_count=1) / total.where(total > 0)
