"""Where people pass a barrier: roads that lead over or under rivers, railways and expressways."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from shapely.ops import substring

from gridder.errors import Finding
from gridder.policy import Policy

WALKED = ("road", "arterial", "path")  # kinds of lines that people walk along
FLAGGED_ONLY = (
    "expressway",
)  # passed only where a way is flagged as bridge or tunnel, or a crossing is stated
ASIDE_M = 15.0  # so far before and behind a barrier a way must be on either side of it
CLEAR_M, CLEAR_SHARE = (
    3.0,
    0.2,
)  # and there as far from it as this, or this share of the way: no street along a river
END_M = 0.5  # a way that ends nearer than this to a barrier does not pass it
MARGIN_M = 1.0  # a crossing is drawn so far beyond the barrier on either side
TOGETHER_M = (
    30.0  # barriers of one kind that a way passes so shortly after each other: the tracks of one railway
)
DETOUR = 1.3  # along the edge of water at least so many times as far as across: else its corner was cut by the drawing
STATED_M = 10.0  # a crossing of the input this near says the same
ON_LINE_M = 0.5  # a point of a merged line lies on the line it came from, but for rounding


@dataclass(frozen=True)
class Passage:
    """One way passing barriers of one kind, from ``start`` to ``end`` metres along the merged way ``way``."""

    way: int
    kind: str
    start: float
    end: float


def find_crossings(barriers: gpd.GeoDataFrame, policy: Policy) -> tuple[gpd.GeoDataFrame, list[Finding]]:
    """Return a crossing wherever a road or path leads across an uncrossable barrier, and the notes about them.

    A way that meets a river or railway passes it (``road_line_crosses``, house rule); an expressway only where the way
    is flagged as a bridge or tunnel (``passage``). Crossings that the input states already are not repeated.

    Returns
    -------
    (crossings, findings)
        ``kind`` crossing, ``name`` and ``passage`` of the way, ``made`` road, geometry: the part of the way from side
        to side. Sorted.
    """
    walked = barriers["kind"].isin(WALKED).to_numpy()
    linear = shapely.get_dimensions(barriers.geometry.values) == 1
    ways = barriers[walked & linear]
    solid = barriers[barriers["kind"].isin(policy.uncrossable)]
    if ways.empty or solid.empty:
        return barriers.iloc[:0], []
    merged = shapely.get_parts(shapely.line_merge(shapely.multilinestrings(unique_lines(ways))))
    passages = [
        passage
        for kind in sorted(set(solid["kind"]))
        for passage in join_passages([*pass_lines(merged, solid, kind), *pass_areas(merged, solid, kind)])
    ]
    table = describe(passages, merged, ways, solid)
    flagged = table["passage"].notna()
    counts = flagged | ((~table["over"].isin(FLAGGED_ONLY)) & policy.road_line_crosses)
    new = table[counts & ~near_stated(table, barriers)]
    return new.drop(columns="over"), tell_crossings(new, table[~counts])


def unique_lines(ways: gpd.GeoDataFrame) -> NDArray[np.object_]:
    """Return the single lines of ways, each once."""
    parts = shapely.normalize(shapely.get_parts(shapely.force_2d(ways.geometry.values)))
    return np.asarray(shapely.get_parts(parts)[np.unique(shapely.to_wkb(parts), return_index=True)[1]])


def pass_lines(ways: NDArray[np.object_], solid: gpd.GeoDataFrame, kind: str) -> Iterator[Passage]:
    """Yield where ways pass lines of one kind from one side to the other.

    The line in the middle of a river that is drawn as an area, too, is not asked: a way may end in the water.
    """
    rows = solid.geometry.values[(solid["kind"] == kind).to_numpy()]
    areas = shapely.union_all(rows[shapely.get_dimensions(rows) == 2])
    parts = shapely.get_parts(shapely.difference(rows[shapely.get_dimensions(rows) == 1], areas))
    if len(parts) == 0:
        return
    lines = shapely.get_parts(shapely.line_merge(shapely.multilinestrings(parts)))
    way, line = shapely.STRtree(lines).query(ways, predicate="intersects")
    for w, b in sorted(zip(way.tolist(), line.tolist())):
        meets = shapely.get_parts(shapely.intersection(ways[w], lines[b]))
        spots = meets[shapely.get_dimensions(meets) == 0]
        at = np.sort(shapely.line_locate_point(ways[w], spots))
        for place in at:
            if (np.abs(at - place) <= ASIDE_M).sum() % 2 and leads_away(ways[w], lines[b], float(place)):
                yield Passage(w, kind, float(place), float(place))


def leads_away(way: Any, line: Any, at_m: float) -> bool:
    """Whether a way is clear of a line before and behind a spot at which they meet."""
    for room, aside in ((at_m, at_m - ASIDE_M), (way.length - at_m, at_m + ASIDE_M)):
        spot = shapely.line_interpolate_point(way, min(max(aside, 0.0), way.length))
        wanted = min(CLEAR_M, CLEAR_SHARE * min(room, ASIDE_M))
        if room < END_M or shapely.distance(spot, line) < wanted:
            return False
    return True


def pass_areas(ways: NDArray[np.object_], solid: gpd.GeoDataFrame, kind: str) -> Iterator[Passage]:
    """Yield where ways lead across areas of one kind, from bank to bank."""
    rows = solid.geometry.values[(solid["kind"] == kind).to_numpy()]
    areas = rows[shapely.get_dimensions(rows) == 2]
    if len(areas) == 0:
        return
    areas = shapely.get_parts(shapely.unary_union(areas))
    way, area = shapely.STRtree(areas).query(ways, predicate="intersects")
    for w, a in sorted(zip(way.tolist(), area.tolist())):
        inside = shapely.get_parts(shapely.intersection(ways[w], areas[a]))
        for part in inside[shapely.length(inside) > END_M]:
            ends = [shapely.get_point(part, 0), shapely.get_point(part, -1)]
            start, end = sorted(float(shapely.line_locate_point(ways[w], one)) for one in ends)
            if start >= END_M and end <= ways[w].length - END_M and is_across(areas[a], ends, part.length):
                yield Passage(w, kind, start, end)


def is_across(area: Any, ends: list[Any], length_m: float) -> bool:
    """Whether two points on the edge of an area are on different banks: on two rings, or far apart along one."""
    rings = shapely.get_rings(area)
    homes = [int(np.argmin(shapely.distance(rings, end))) for end in ends]
    if homes[0] != homes[1]:
        return True
    ring = shapely.LineString(shapely.get_coordinates(rings[homes[0]]))
    along = abs(float(np.diff(shapely.line_locate_point(ring, ends))[0]))
    return min(along, ring.length - along) >= DETOUR * length_m


def join_passages(passages: list[Passage]) -> list[Passage]:
    """Return passages of one kind, those that follow each other closely on one way as one."""
    joined: list[Passage] = []
    for one in sorted(passages, key=lambda p: (p.way, p.start, p.end)):
        last = joined[-1] if joined else None
        if last is not None and last.way == one.way and one.start - last.end <= TOGETHER_M:
            joined[-1] = Passage(one.way, one.kind, last.start, max(last.end, one.end))
        else:
            joined.append(one)
    return joined


def describe(
    passages: list[Passage], merged: NDArray[np.object_], ways: gpd.GeoDataFrame, solid: gpd.GeoDataFrame
) -> gpd.GeoDataFrame:
    """Return a row a passage: the way's name, the kind it passes ``over``, its line, and the flag of either; sorted.

    An expressway on a bridge leaves the way below it open as a bridge of the way itself would.
    """
    tree = shapely.STRtree(ways.geometry.values)
    raised = solid[solid["passage"].notna()]
    aloft = {kind: rows.geometry.union_all() for kind, rows in raised.groupby("kind")}
    names, flags = ways["name"].to_numpy(dtype=object), ways["passage"].to_numpy(dtype=object)
    rows: list[dict[str, Any]] = []
    for one in passages:
        line: Any = substring(merged[one.way], max(one.start - MARGIN_M, 0.0), one.end + MARGIN_M)
        middle = shapely.line_interpolate_point(line, 0.5, normalized=True)
        near = np.sort(tree.query(middle, predicate="dwithin", distance=ON_LINE_M))
        below = one.kind in aloft and shapely.dwithin(aloft[one.kind], line, ON_LINE_M)
        flag = first_text(flags[near]) or ("bridge" if below else None)
        rows.append({
            "kind": "crossing", "name": first_text(names[near]) or "", "passage": flag,
            "made": "road", "over": one.kind, "row": int(ways["row"].iloc[near[0]]), "geometry": line,
        })  # fmt: skip
    columns = ["kind", "name", "passage", "made", "over", "row", "geometry"]
    table = gpd.GeoDataFrame(pd.DataFrame(rows, columns=columns), geometry="geometry", crs=solid.crs)
    order = np.lexsort((shapely.to_wkt(table.geometry.values), table["name"], table["over"]))
    return table.iloc[order].reset_index(drop=True)


def first_text(texts: NDArray[np.object_]) -> str | None:
    """Return the first of some cells that says anything."""
    return next((str(text) for text in texts if isinstance(text, str) and text), None)


def near_stated(table: gpd.GeoDataFrame, barriers: gpd.GeoDataFrame) -> NDArray[np.bool_]:
    """Whether the input states a crossing at each place already. Shape (n,)."""
    stated = barriers.geometry.values[(barriers["kind"] == "crossing").to_numpy()]
    found = np.zeros(len(table), dtype=bool)
    if len(stated):
        at, _ = shapely.STRtree(stated).query(table.geometry.values, predicate="dwithin", distance=STATED_M)
        found[at] = True
    return found


def tell_crossings(new: gpd.GeoDataFrame, closed: gpd.GeoDataFrame) -> list[Finding]:
    """Return the list of crossings found, and of ways that meet a barrier without passing it."""
    findings = []
    for code, rows in (("crossings.found", new), ("crossings.closed", closed)):
        if len(rows):
            over = rows["over"].value_counts()
            facts = {kind: int(over.get(kind, 0)) for kind in ("river", "railway", "expressway")}
            passed = {kind: n for kind, n in facts.items() if n}
            facts |= {"n": len(rows), "flagged": int(rows["passage"].notna().sum())}
            findings.append(
                Finding(
                    code,
                    "note",
                    {**facts, "over": passed},
                    tuple(sorted(map(name_place, *named(rows)))),
                    "barriers",
                )
            )
    return findings


def named(rows: gpd.GeoDataFrame) -> tuple[list[str], list[Any]]:
    """Return names and lines of some crossings."""
    return [str(name) for name in rows["name"]], list(rows.geometry)


def name_place(name: str, line: Any) -> str:
    """Return what a crossing is called in a list: its way and its place in whole metres of the CRS."""
    middle = shapely.centroid(line)
    place = f"({middle.x:.0f} {middle.y:.0f})"
    return f"{name} {place}" if name else place


def tell_idle(
    barriers: gpd.GeoDataFrame, edges: pd.DataFrame, cells: gpd.GeoSeries, policy: Policy
) -> list[Finding]:
    """Return the note about crossings of the input that open nothing: no pair of cells that one joins is in reach.

    Parameters
    ----------
    edges
        Adjacency: cell_a, cell_b, ``kind`` crossing where only a crossing lets people pass.
    """
    stated = barriers[((barriers["kind"] == "crossing") & (barriers["made"] == "")).to_numpy()]
    opened = edges[edges["kind"] == "crossing"]
    if stated.empty:
        return []
    shapes, reach = np.asarray(stated.geometry.values), policy.crossing_reach_m
    sides = [
        shapely.STRtree(np.asarray(cells.loc[opened[side]].values)).query(
            shapes, predicate="dwithin", distance=reach
        )
        for side in ("cell_a", "cell_b")
    ]
    served = {(c, e) for c, e in zip(*sides[0].tolist())} & {(c, e) for c, e in zip(*sides[1].tolist())}
    idle = sorted(set(range(len(stated))) - {crossing for crossing, _ in served})
    if not idle:
        return []
    names = stated["name"].to_numpy(dtype=object)
    places = tuple(sorted(name_place(first_text(names[[n]]) or "", shapes[n]) for n in idle))
    return [
        Finding("crossings.opens_nothing", "note", {"n": len(idle), "reach_m": reach}, places, "barriers")
    ]
