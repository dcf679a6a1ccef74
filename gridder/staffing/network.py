"""Where people walk: from building to building, along the paths where a network of them is given."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import connected_components, dijkstra

from gridder.policy import Policy
from gridder.staffing.paths import draw_paths, draw_walls
from gridder.staffing.steps import (
    CM_PER_M,
    Floats,
    Ints,
    are_barred,
    cross_over,
    enter_halls,
    find_hubs,
    find_stops,
    step_outside,
    walking_steps,
    whole_cm,
)

M_PER_KM = 1000
MINUTES_PER_HOUR = 60
LEGS = 4  # lines that one may step onto from a building: the street in front, the one behind, a path at either side
AROUND_M = 300.0  # a way along paths stays this near to the box around its ends


@dataclass(frozen=True)
class Network:
    """Where people walk.

    Parameters
    ----------
    places
        Node of every cell, by cell_id: 0 … n − 1.
    halls
        Node of every hall, in the order given.
    xy
        Where the nodes are, metres: stops in buildings, halls, hubs of crossings, then corners of the paths. Shape
        (m, 2).
    first_corner
        First node that is a corner of a path; those after it are, too.
    graph
        Whole centimetres on foot between nodes, (m, m): along paths as drawn, elsewhere × the detour factor.
    ways
        Lines (WKT) of the steps between two cells of a community, by pairs of nodes; None where only the length is known.
        Other steps are straight.
    walls
        Areas that nobody walks through.
    on_paths
        Whether a network of paths was given.
    """

    places: pd.Series
    halls: Ints
    xy: Floats
    first_corner: int
    graph: csr_array
    ways: dict[tuple[int, int], str | None]
    walls: shapely.STRtree
    on_paths: bool

    @cached_property
    def eastward(self) -> tuple[Ints, Floats]:
        """Nodes from west to east, and their x: a box is looked for in its strip alone. Shapes (m,)."""
        order = np.argsort(self.xy[:, 0], kind="stable")
        return order, self.xy[order, 0]


def make_network(
    cells: gpd.GeoDataFrame, edges: pd.DataFrame, barriers: gpd.GeoDataFrame, policy: Policy,
    halls: gpd.GeoSeries | None = None,
) -> Network:  # fmt: skip
    """Return the walking network of a district.

    Without footpaths one walks from cell to adjacent cell, and over crossings and common boundaries into other
    communities. With them, one steps from a building onto the lines within
    ``path_reach_m`` and along these; from cell to cell only where no path joins the two, or where they are nearer to
    each other than to the paths.

    Parameters
    ----------
    cells
        Indexed by cell_id: ``community_id``, polygons in metres; ``home``, the building, where known.
    edges
        Pairs of adjacent cells: ``cell_a``, ``cell_b``, ``kind``; ``passable`` where known, else by kind; ``way``
        and ``way_m`` where known, else straight between inner points of the cells.
    barriers
        Lines, polygons and points with ``kind``.
    """
    cells = cells.sort_index()
    places = pd.Series(np.arange(len(cells)), index=cells.index)
    inside = walking_steps(cells, edges, policy)
    spots = np.empty((0, 2)) if halls is None else shapely.get_coordinates(shapely.centroid(halls.values))
    points, hubs = find_stops(cells, inside), find_hubs(barriers)
    ends = np.concatenate([points, spots, *hubs])
    first = len(points) + len(spots)  # of the hubs
    doors = np.arange(len(points), first)
    walls = shapely.STRtree(draw_walls(barriers, policy))
    lines = draw_paths(barriers, policy)
    legs = find_legs(ends[:first], lines, walls, policy)
    xy, along = part_lines(ends, lines, legs)
    along["cm"] = whole_cm(along.metres.to_numpy() * np.where(along.leg, policy.detour_factor, 1.0))
    beyond = [enter_halls(cells, ends, doors, walls, policy), step_outside(cells, ends, walls, policy)]
    if len(lines) == 0:
        beyond.append(cross_over(cells, ends, first, len(hubs[0]), walls, policy))
    steps = keep_steps(pd.concat([inside, *beyond], ignore_index=True), along, len(xy))
    graph = join_steps(pd.concat([along, steps]), len(xy))
    ways = dict(zip(zip(inside.a, inside.b), inside.way))
    return Network(places, doors, xy, len(ends), graph, ways, walls, len(lines) > 0)


def find_legs(
    ends: Floats, lines: NDArray[np.object_], walls: shapely.STRtree, policy: Policy
) -> pd.DataFrame:
    """Return how one steps from buildings and halls onto the paths.

    Returns
    -------
    DataFrame
        ``end`` (node), ``line``, ``at_m`` (along the line), ``x``, ``y`` (on the line), ``leg_m`` (straight). For
        each node the nearest ``LEGS`` lines within ``path_reach_m`` to which no wall bars the way; sorted.
    """
    points = np.asarray(shapely.points(ends))
    if len(lines):
        end, line = shapely.STRtree(lines).query(points, predicate="dwithin", distance=policy.path_reach_m)
    else:
        end = line = np.empty(0, dtype=np.int64)
    at_m = shapely.line_locate_point(lines[line], points[end])
    feet = shapely.get_coordinates(shapely.line_interpolate_point(lines[line], at_m))
    legs = shapely.linestrings(np.stack([ends[end], feet], axis=1))
    table = pd.DataFrame({"end": end, "line": line, "at_m": at_m, "x": feet[:, 0], "y": feet[:, 1]})
    table["leg_m"] = shapely.length(legs)
    table = table[~are_barred(legs, walls)].sort_values(["end", "leg_m", "line"])
    return table[table.groupby("end").cumcount() < LEGS].reset_index(drop=True)


def part_lines(ends: Floats, lines: NDArray[np.object_], legs: pd.DataFrame) -> tuple[Floats, pd.DataFrame]:
    """Return where all nodes are, and the steps along the lines and legs: ``a`` < ``b``, ``metres``, ``leg`` (flag).

    The corners of the lines become nodes after the ends, and so does every foot of a leg.
    """
    corners, line = shapely.get_coordinates(lines, return_index=True)
    gaps = np.hypot(*np.diff(corners, axis=0, prepend=corners[:1]).T) if len(corners) else np.empty(0)
    first = np.diff(line, prepend=-1) > 0
    run = np.cumsum(np.where(first, 0.0, gaps))
    along = run - run[first][line] if len(corners) else run
    table = pd.DataFrame({
        "line": np.r_[line, legs.line], "at_m": np.r_[along, legs.at_m],
        "x": np.r_[corners[:, 0], legs.x], "y": np.r_[corners[:, 1], legs.y],
    })  # fmt: skip
    keys = np.rint(table[["x", "y"]].to_numpy() * 1000).astype(np.int64)
    _, firsts, node = np.unique(keys, axis=0, return_index=True, return_inverse=True)
    table["node"] = len(ends) + node.ravel()
    xy = np.concatenate([ends, table[["x", "y"]].to_numpy()[firsts]])
    feet = table["node"].to_numpy()[len(corners) :]
    table = table.sort_values(["line", "at_m", "node"], kind="stable")
    nodes, lines_of = table["node"].to_numpy(), table["line"].to_numpy()
    follow = (lines_of[1:] == lines_of[:-1]) & (nodes[1:] != nodes[:-1])
    a = np.r_[nodes[:-1][follow], legs.end.to_numpy()].astype(np.int64)
    b = np.r_[nodes[1:][follow], feet].astype(np.int64)
    steps = pd.DataFrame({"a": np.minimum(a, b), "b": np.maximum(a, b)})
    steps["leg"] = np.arange(len(steps)) >= follow.sum()
    steps["metres"] = np.hypot(*(xy[steps.a] - xy[steps.b]).T)
    return xy, steps


def keep_steps(steps: pd.DataFrame, along: pd.DataFrame, n: int) -> pd.DataFrame:
    """Return the steps from cell to cell that are walked beside paths.

    These are all where no path joins the two, and those no longer than the legs from both to the paths: neighbours in
    a yard need not go round by the street.
    """
    _, piece = connected_components(link(along.a, along.b, np.ones(len(along)), n), directed=False)
    leg_cm = pd.Series(np.inf, index=range(n))
    nearest = along[along.leg].groupby("a").cm.min()
    leg_cm.loc[nearest.index] = nearest.astype(float)
    joined = piece[steps.a] == piece[steps.b]
    # unattached ends have no leg: their sum is infinite, and they are pieces of their own
    near = steps.cm.to_numpy() <= leg_cm.to_numpy()[steps.a] + leg_cm.to_numpy()[steps.b]
    return steps[~joined | near]


def link(a: pd.Series, b: pd.Series, weight: NDArray[np.generic], n: int) -> csr_array:
    """Return steps between n nodes as a symmetric sparse matrix (n, n)."""
    return coo_array((np.r_[weight, weight], (np.r_[a, b], np.r_[b, a])), shape=(n, n)).tocsr()


def join_steps(steps: pd.DataFrame, n: int) -> csr_array:
    """Return the network as a matrix of centimetres; of several steps between two nodes the shortest."""
    first = steps.sort_values(["a", "b", "cm"]).drop_duplicates(["a", "b"])
    return link(first.a, first.b, first.cm.to_numpy(dtype=np.int64), n)


def nodes_around(network: Network, nodes: Ints) -> Ints:
    """Return the nodes in the box around some, ``AROUND_M`` larger; sorted."""
    mine = network.xy[nodes]
    low, high = mine.min(axis=0) - AROUND_M, mine.max(axis=0) + AROUND_M
    order, x = network.eastward
    strip = order[np.searchsorted(x, low[0], side="left") : np.searchsorted(x, high[0], side="right")]
    y = network.xy[strip, 1]
    return np.sort(strip[(y >= low[1]) & (y <= high[1])])


def walk_minutes(network: Network, sources: Ints, targets: Ints, policy: Policy) -> Floats:
    """Return the minutes on foot from sources to targets, shape (len(sources), len(targets)); inf where there is no way.

    Along the network where paths are given; else straight × the detour factor (A二(九)), round by the network where a
    barrier lies between.

    Parameters
    ----------
    sources, targets
        Nodes of the network: ``network.places`` of cells, ``network.halls``.
    """
    if network.on_paths:
        metres = walk_network(network, sources, targets)
        open_ = np.isinf(metres)
        straight = walk_straight(network, sources, targets, open_, policy)
        return minutes_on_foot(np.where(open_, straight, metres), policy)
    metres = walk_straight(
        network, sources, targets, np.ones((len(sources), len(targets)), dtype=bool), policy
    )
    barred = np.isinf(metres)
    if barred.any():
        metres = np.where(barred, walk_network(network, sources, targets), metres)
    return minutes_on_foot(metres, policy)


def walk_network(network: Network, sources: Ints, targets: Ints) -> Floats:
    """Return the metres along the network from sources to targets; through what lies around them, if that is enough."""
    near = nodes_around(network, np.concatenate([sources, targets]))
    for nodes in (near, np.arange(len(network.xy))):
        starts, ends = np.searchsorted(nodes, sources), np.searchsorted(nodes, targets)
        metres = dijkstra(network.graph[nodes][:, nodes], directed=False, indices=starts)[:, ends] / CM_PER_M
        if not np.isinf(metres).any():
            break
    return np.asarray(metres)


def walk_straight(
    network: Network, sources: Ints, targets: Ints, wanted: NDArray[np.bool_], policy: Policy
) -> Floats:
    """Return straight metres × the detour factor where wanted and no wall lies between, else inf."""
    metres = np.full((len(sources), len(targets)), np.inf)
    row, column = np.nonzero(wanted)
    ends = np.stack([network.xy[sources[row]], network.xy[targets[column]]], axis=1)
    straight = np.hypot(*(ends[:, 0] - ends[:, 1]).T) * policy.detour_factor
    if len(network.walls):
        straight[are_barred(shapely.linestrings(ends), network.walls)] = np.inf
    metres[row, column] = straight
    return metres


def minutes_on_foot(metres: Floats, policy: Policy) -> Floats:
    """Return the minutes that ``metres`` of walking take at the policy's speed."""
    return metres / (policy.walking_speed_kmh * M_PER_KM) * MINUTES_PER_HOUR
