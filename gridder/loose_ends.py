"""Barriers that end in the middle of the ground: a line leads on from each loose end to the edge of its face."""

from __future__ import annotations

from typing import Any

import networkx as nx
import numpy as np
import shapely

Node = tuple[float, float]
Hang = tuple[Node, Node, int]  # a bridge of the graph: its two ends, and its number among the lines
STUB_M = 10.0  # a barrier that reaches into the ground by less than this need not cut it
OVER_M = 0.01  # a lead goes so far beyond the line it leads to, which may move by a millimetre
BACK_SHARE = 0.7  # no lead ends nearer to the root of its leaf than this share of the way back to it
ON_M = 0.002  # a vertex is on a ring this near: both lie on a 1 mm grid


def lead_on(edges: np.ndarray, lines: np.ndarray, faces: np.ndarray, grid_m: float) -> np.ndarray:
    """Return the straight lines that lead on from where barriers end to the nearest edge of the face around.

    With them every stretch of barrier has different faces on its two sides: in the planar graph of all lines no edge
    is a bridge (an edge whose removal disconnects it), because each leaf of the tree of bridges is tied to another
    ring. Leaves are loose ends, and rings that hang on the rest by one line (a pond with its brook).

    Parameters
    ----------
    edges, lines
        Edges of outlines, and barriers, metres.
    faces
        Polygons between all lines, in which the barriers end.
    grid_m
        Grid of all coordinates.
    """
    if len(lines) == 0:
        return np.empty(0, dtype=object)
    noded = shapely.unary_union(np.concatenate([edges, lines]), grid_size=grid_m)
    parts = shapely.get_parts(shapely.line_merge(noded))
    middles = shapely.line_interpolate_point(parts, 0.5, normalized=True)
    tree = shapely.STRtree(faces)
    inside = np.unique(tree.query(middles, predicate="dwithin", distance=ON_M)[0])
    outline, near = shapely.union_all(edges), shapely.STRtree(parts)
    found = []
    for spot, root in find_leaves(parts[inside]):
        lead = lead_over(spot, near)
        if lead is None and shapely.distance(spot, outline) > ON_M:
            lead = lead_from(spot, root, faces, tree)
        found.append(lead)
    return np.asarray([lead for lead in found if lead is not None], dtype=object)


def lead_over(spot: Any, parts: shapely.STRtree) -> Any:
    """Return the line from a leaf to one that it all but touches; None where there is none.

    A line that begins on another, both rounded by their surveyor, misses it by a millimetre.
    """
    near = parts.geometries[np.sort(parts.query(spot, predicate="dwithin", distance=ON_M))]
    others = near[shapely.distance(near, spot) > 0]
    return reach_over(shapely.shortest_line(spot, others[0])) if len(others) else None


def find_leaves(parts: np.ndarray) -> list[tuple[Any, Any]]:
    """Return every leaf of the tree of bridges, sorted: its end, and where it hangs.

    Stubs shorter than ``STUB_M`` are cut off first.
    """
    graph: nx.MultiGraph[Node] = nx.MultiGraph()
    for n, part in enumerate(parts):
        begin, end = (tuple(shapely.get_coordinates(shapely.get_point(part, at))[0]) for at in (0, -1))
        graph.add_edge(begin, end, key=n)
    bridges = {frozenset(pair) for pair in nx.bridges(graph)}
    hanging = [(a, b, n) for a, b, n in graph.edges(keys=True) if frozenset((a, b)) in bridges]
    whole = graph.copy()
    whole.remove_edges_from(hanging)
    block = {node: at for at, nodes in enumerate(nx.connected_components(whole)) for node in nodes}
    hanging = drop_stubs(hanging, parts, block, whole)
    leaves = []
    for node, beyond, _ in single_hangs(hanging, block):
        rings = [parts[n] for _, _, n in whole.edges(node, keys=True)]
        leaves.append((far_point(node, rings), node if rings else beyond))
    return [(shapely.Point(spot), shapely.Point(root)) for spot, root in sorted(leaves)]


def single_hangs(hanging: list[Hang], block: dict[Node, int]) -> list[Hang]:
    """Return the bridges by which a block hangs alone, seen from that block."""
    held: dict[int, list[Hang]] = {}
    for a, b, n in hanging:
        held.setdefault(block[a], []).append((a, b, n))
        held.setdefault(block[b], []).append((b, a, n))
    return [hangs[0] for hangs in held.values() if len(hangs) == 1]


def drop_stubs(hanging: list[Hang], parts: np.ndarray, block: dict[Node, int], whole: Any) -> list[Hang]:
    """Return the bridges without those that end loose after less than ``STUB_M``, again and again."""
    while True:
        stubs = {
            n
            for node, _, n in single_hangs(hanging, block)
            if not whole.degree(node) and parts[n].length < STUB_M
        }
        if not stubs:
            return hanging
        hanging = [hang for hang in hanging if hang[2] not in stubs]


def far_point(node: Node, rings: list[Any]) -> Node:
    """Return the vertex of a hanging ring farthest from where it hangs; of a loose end the end itself."""
    if not rings:
        return node
    vertices = shapely.get_coordinates(rings)
    away = np.hypot(*(vertices - node).T)
    best = vertices[np.lexsort((vertices[:, 1], vertices[:, 0], -away))[0]]
    return float(best[0]), float(best[1])


def reach_over(line: Any) -> Any:
    """Return a straight line drawn out by ``OVER_M`` at its end: there it meets a line that is rounded afterwards."""
    (x0, y0), (x1, y1) = shapely.get_coordinates(line)[[0, -1]]
    share = OVER_M / line.length
    return shapely.LineString([(x0, y0), (x1 + (x1 - x0) * share, y1 + (y1 - y0) * share)])


def lead_from(spot: Any, root: Any, faces: np.ndarray, tree: shapely.STRtree) -> Any:
    """Return the shortest line from a leaf to a ring of the face around it on which it does not lie itself.

    Not back to its root: that would close in a sliver beside it, and leave the rest as it was.
    """
    best = None
    around = shapely.buffer(root, BACK_SHARE * shapely.distance(spot, root))
    for face in np.sort(tree.query(spot, predicate="dwithin", distance=ON_M)):
        rings = shapely.get_rings(faces[face])
        others = rings[~shapely.dwithin(rings, spot, ON_M)]
        away = shapely.difference(others, around)
        others = away[~shapely.is_empty(away)] if not shapely.is_empty(away).all() else others
        if len(others) == 0:
            continue
        lines = shapely.shortest_line(spot, others)
        line = lines[int(np.argmin(shapely.length(lines)))]
        if best is None or line.length < best.length:
            best = line
    return None if best is None else reach_over(best)
