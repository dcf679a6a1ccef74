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
from scipy.sparse.csgraph import dijkstra

from gridder.policy import Policy

CM_PER_M = 100  # tours are compared in whole centimetres: exact, so the same on every machine
MINUTES_PER_HOUR = 60
M_PER_KM = 1000
N_STARTS = 4  # nearest-neighbour tours started from this many places; the best is kept
LONGEST_MOVED = 3  # cells that or-opt moves together (Or 1976)
FAR = np.iinfo(np.int64).max // 8  # stands for "no way there"; sums of a few stay in int64

Ints = NDArray[np.int64]


def minutes_on_foot(metres: float, policy: Policy) -> float:
    """Return the minutes that ``metres`` of walking take at the policy's speed."""
    return metres / (policy.walking_speed_kmh * M_PER_KM) * MINUTES_PER_HOUR


def walk_rounds(cells: gpd.GeoDataFrame, edges: pd.DataFrame, policy: Policy) -> pd.DataFrame:
    """Return one round of every grid: a closed tour over its cells, from cell to adjacent cell.

    A step joins the inner points of two adjacent cells, never through an uncrossable barrier except at a
    crossing; the way leaves the grid only where the grid alone is not connected.

    Parameters
    ----------
    cells
        Indexed by cell_id, with ``grid_code``, ``community_id`` and polygons in metres.
    edges
        Pairs of adjacent cells: ``cell_a``, ``cell_b``, ``kind``; ``passable`` where known, else by kind.

    Returns
    -------
    DataFrame indexed by grid_code, sorted: ``round_m`` (metres with the detour factor), ``round_min``,
    ``tour`` (JSON list of the grid's cell ids in walking order, the first not repeated) and ``walk`` (with
    every cell passed on the way: neighbours in it are adjacent). Blank where a cell cannot be reached.
    """
    cells = cells[cells.grid_code.fillna("") != ""].sort_index()
    graph = walking_graph(cells, edges, policy)
    codes, names = cells.grid_code.to_numpy(dtype=str), cells.index.to_numpy(dtype=object)
    order = np.argsort(codes, kind="stable")
    grids, first = np.unique(codes[order], return_index=True)
    rows: list[tuple[str, float, str | None, str | None]] = []
    for code, members in zip(grids.tolist(), np.split(order, first[1:])):
        ways = measure_ways(graph, members)
        tour = find_tour(ways.metres)
        length_m = tour_length(ways.metres, tour) / CM_PER_M * policy.detour_factor
        if ways.all_reached:
            stops, passed = list_names(names[members[tour]]), list_names(names[trace_walk(ways, tour)])
            rows.append((code, length_m, stops, passed))
        else:
            rows.append((code, np.nan, None, None))
    rounds = pd.DataFrame(rows, columns=["grid_code", "round_m", "tour", "walk"]).set_index("grid_code")
    rounds["round_m"] = rounds.round_m.astype(float).round(0)
    rounds["round_min"] = (minutes_on_foot(1.0, policy) * rounds.round_m).round(1)
    return rounds[["round_m", "round_min", "tour", "walk"]]


def list_names(names: NDArray[np.object_]) -> str:
    """Return cell ids as a JSON list."""
    return json.dumps([str(name) for name in names], ensure_ascii=False)


def walking_graph(cells: gpd.GeoDataFrame, edges: pd.DataFrame, policy: Policy) -> coo_array:
    """Return the steps between adjacent cells in whole centimetres, as a symmetric sparse matrix (n, n)."""
    place = pd.Series(np.arange(len(cells)), index=cells.index)
    barred = edges.kind.isin(policy.uncrossable)
    # A pair may lie mostly along a river and yet share dry ground: then the adjacency calls it passable.
    open_edges = edges[edges.passable.astype(bool) if "passable" in edges.columns else ~barred]
    known = open_edges.cell_a.isin(place.index) & open_edges.cell_b.isin(place.index)
    a = place.loc[open_edges.cell_a[known]].to_numpy()
    b = place.loc[open_edges.cell_b[known]].to_numpy()
    points = shapely.get_coordinates(shapely.point_on_surface(cells.geometry.to_numpy()))
    steps = np.hypot(*(points[a] - points[b]).T) * CM_PER_M
    # Two cells around one point would be an absent entry at 0; nobody walks one centimetre.
    steps = np.maximum(1, np.rint(steps)).astype(np.int64)
    n = len(cells)
    return coo_array((np.r_[steps, steps], (np.r_[a, b], np.r_[b, a])), shape=(n, n)).tocsr()


@dataclass(frozen=True)
class Ways:
    """Shortest ways between the cells of one grid.

    Parameters
    ----------
    metres
        Lengths in centimetres, shape (n, n), int64; ``FAR`` where there is no way.
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

    @property
    def all_reached(self) -> bool:
        """Whether every cell can be reached from every other."""
        return bool((self.metres < FAR).all())


def measure_ways(graph: coo_array, members: Ints) -> Ways:
    """Return shortest ways between ``members``: inside the grid, else around it."""
    nodes, places = members, np.arange(len(members))
    lengths, previous = dijkstra(graph[members][:, members], directed=False, return_predecessors=True)
    if np.isinf(lengths).any():
        nodes, places = np.arange(graph.shape[0]), members
        lengths, previous = dijkstra(graph, directed=False, indices=members, return_predecessors=True)
    between = lengths[:, places]
    metres = np.where(np.isinf(between), FAR, np.nan_to_num(between, posinf=0)).astype(np.int64)
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


def tour_length(metres: Ints, tour: Ints) -> int:
    """Return the length of the closed tour in the unit of ``metres``."""
    return int(metres[tour, np.roll(tour, -1)].sum())


def find_tour(metres: Ints) -> Ints:
    """Return a short closed tour over all n places: nearest neighbour, then 2-opt and or-opt.

    Parameters
    ----------
    metres
        Symmetric distances, shape (n, n), int64, zero diagonal, triangle inequality.

    Returns
    -------
    Order of the places, shape (n,), int64; starts at place 0.
    """
    n = len(metres)
    if n <= 3:
        return np.arange(n)
    starts = sorted({n * s // N_STARTS for s in range(N_STARTS)})
    tours = [improve_tour(metres, nearest_tour(metres, start)) for start in starts]
    best = min(tours, key=lambda tour: tour_length(metres, tour))
    return np.roll(best, -int(np.flatnonzero(best == 0)[0]))


def nearest_tour(metres: Ints, start: int) -> Ints:
    """Return the tour that always goes on to the nearest place left."""
    left = np.ones(len(metres), dtype=bool)
    tour = [start]
    left[start] = False
    for _ in range(len(metres) - 1):
        nearest = int(np.argmin(np.where(left, metres[tour[-1]], np.iinfo(np.int64).max)))
        tour.append(nearest)
        left[nearest] = False
    return np.array(tour, dtype=np.int64)


def improve_tour(metres: Ints, tour: Ints) -> Ints:
    """Return the tour after the best 2-opt or or-opt move, again and again, until none shortens it."""
    while True:
        gain, i, j = best_reversal(metres, tour)
        if gain > 0:
            tour = np.r_[tour[: i + 1], tour[i + 1 : j + 1][::-1], tour[j + 1 :]]
            continue
        moved = best_shift(metres, tour)
        if moved is None:
            return tour
        tour = moved


def best_reversal(metres: Ints, tour: Ints) -> tuple[int, int, int]:
    """Return (gain, i, j) of the best 2-opt move: places after i up to j in reverse (Croes 1958)."""
    following = np.roll(tour, -1)
    step = metres[tour, following]
    new = metres[np.ix_(tour, tour)] + metres[np.ix_(following, following)]
    gain = np.triu(step[:, None] + step[None, :] - new, 2)
    i, j = divmod(int(np.argmax(gain)), len(tour))
    return int(gain[i, j]), i, j


def best_shift(metres: Ints, tour: Ints) -> Ints | None:
    """Return the tour after the best or-opt move of one to three places, either way round, or None."""
    n = len(tour)
    best: tuple[int, Ints] | None = None
    for size in range(1, min(LONGEST_MOVED, n - 2) + 1):
        first, last = tour, np.roll(tour, 1 - size)
        before, after = np.roll(tour, 1), np.roll(tour, -size)
        saved = metres[before, first] + metres[last, after] - metres[before, after]
        rest, onward = tour, np.roll(tour, -1)
        step = metres[rest, onward]
        straight = metres[np.ix_(first, rest)] + metres[np.ix_(last, onward)] - step
        turned = metres[np.ix_(last, rest)] + metres[np.ix_(first, onward)] - step
        gain = saved[:, None] - np.minimum(straight, turned)
        offset = (np.arange(n)[None, :] - np.arange(n)[:, None]) % n
        gain[(offset < size) | (offset == n - 1)] = -1  # a place to go inside the moved part, or where it was
        i, j = divmod(int(np.argmax(gain)), n)
        if gain[i, j] > 0 and (best is None or gain[i, j] > best[0]):
            part = np.roll(tour, -i)[:size]
            part = part[::-1] if turned[i, j] < straight[i, j] else part
            others = np.roll(tour, -i)[size:]
            at = (j - i) % n - size + 1
            best = int(gain[i, j]), np.r_[others[:at], part, others[at:]]
    return None if best is None else best[1]


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
