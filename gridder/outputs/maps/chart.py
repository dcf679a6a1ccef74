"""The map of one community: panes, layers, labels, marks and the legend that matches their strokes."""

from __future__ import annotations

from typing import Any

import folium
import shapely
from shapely.geometry.base import BaseGeometry

from gridder.outputs.maps import folium_page
from gridder.outputs.maps.barrier_shapes import draw_kinds
from gridder.outputs.maps.layers import (
    bounds_of,
    draw_buildings,
    draw_ground,
    draw_route,
    draw_tour,
    inner_boundaries,
    make_features,
    near_barriers,
)
from gridder.outputs.maps.marks import KINDS, list_marks
from gridder.outputs.maps.sheet import Sheet
from gridder.outputs.maps.strokes import AREAS, LEGEND, LINES, PANES, STRIPS, STYLES
from gridder.tables import Run

EDGE_PX = 6.0  # a road nearer to the outline than this…
ALONG_PX = 16.0  # …for longer than this runs along it
OUTSIDE_PX = 2.0  # roads outside the community are drawn no finer than this
INSET_PX = 2.5  # the outline of an exception runs inside its boundary


def draw_chart(run: Run, sheet: Sheet) -> tuple[folium.Map, list[dict[str, Any]]]:
    """Return the map and its legend: key, layers it switches, whether shown at first."""
    (south, west), (north, east) = bounds_of(sheet.outline, run.crs)
    chart = folium_page.new_map("main", ((south + north) / 2, (west + east) / 2))
    for name, z_index in PANES:
        folium_page.add_pane(chart, name, z_index)
    groups: dict[str, list[str]] = {}
    earlier: dict[str, list[dict[str, Any]]] = {}
    for group, name, features in all_layers(run, sheet):
        if features:
            same = next((other for other, drawn in earlier.items() if drawn == features), None)
            folium_page.add_shapes(chart, name, features, STYLES[name], like=same)
            earlier[name] = features
            groups.setdefault(group, []).append(name)
    marks = list_marks(run, sheet)
    for kind in KINDS:
        if any(mark["kind"] == kind for mark in marks):
            groups[kind] = [f"mark_{kind}"]
    return chart, list_legend(groups)


def list_legend(groups: dict[str, list[str]]) -> list[dict[str, Any]]:
    """Return the legend of what is on this map, in the order of ``LEGEND``."""
    return [
        {
            "key": key,
            "layers": " ".join(groups[key]),
            "shown": key not in ("tour", "previous"),
        }
        for key in LEGEND
        if key in groups
    ]


def all_layers(run: Run, sheet: Sheet) -> list[tuple[str, str, list[dict[str, Any]]]]:
    """Return (entry of the legend, layer, features) of every layer, in drawing order."""
    crs, grids = run.crs, sheet.grids
    facts = [
        {"g": g, "c": int(colour), "s": str(status)}
        for g, (colour, status) in enumerate(zip(grids["colour"], grids["status"], strict=True))
    ]
    ground = draw_ground(grids.geometry)

    def pick(status: str) -> list[dict[str, Any]]:
        chosen = [g for g, fact in enumerate(facts) if fact["s"] == status]
        return make_features([ground[g] for g in chosen], crs, [facts[g] for g in chosen])

    outline = make_features([sheet.outline], crs)
    lines = make_features([inner_boundaries(ground, sheet.outline)], crs) if len(ground) > 1 else []
    return [
        ("", "halo", outline),
        ("", "blank", outline),
        ("grids", "ground", make_features(ground, crs, facts)),
        ("special", "special", pick("special")),
        ("exception", "exception", pick("exception")),
        ("compounds", "compounds", make_features([shape for _, shape in sheet.compounds], crs)),
        ("buildings", "buildings", building_features(run, sheet, facts)),
        ("grids", "boundary_case", lines),
        ("grids", "boundary", lines),
        *barrier_layers(run, sheet),
        ("outline", "outline", outline),
        ("exception", "exception_line", inset_lines(run, sheet)),
        ("tour", "tour", tour_features(run, sheet)),
        ("previous", "previous", previous_features(run, sheet)),
    ]


def building_features(run: Run, sheet: Sheet, facts: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the buildings with the colour of their grid; those without households grey."""
    blank = {"g": -1, "c": 0, "s": ""}

    def short(fact: dict[str, Any], empty: bool) -> dict[str, Any]:  # there are thousands
        said = {"g": fact["g"], "c": fact["c"]}
        return said | ({"s": fact["s"]} if fact["s"] == "special" else {}) | ({"z": 1} if empty else {})

    props = [
        {**short(facts[g] if g >= 0 else blank, not households), "b": b}
        for b, (g, households) in enumerate(
            zip(sheet.buildings["g"], sheet.buildings["households"], strict=True)
        )
    ]
    return make_features(draw_buildings(sheet.buildings), run.crs, props)


def barrier_layers(run: Run, sheet: Sheet) -> list[tuple[str, str, list[dict[str, Any]]]]:
    """Return the layers of roads, walls, rivers, railways: areas as they are, lines in their strokes.

    Ground between two lines of an uncrossable kind is one pale layer below them; between two carriageways it is street.
    """
    near = near_barriers(run.barriers, sheet.outline)
    drawn, pale = draw_kinds(near, tuple(LINES), m_per_px=sheet.m_per_px)
    ground = shapely.intersection(pale, sheet.outline) if pale is not None else None
    found = [("between", "between", make_features([ground], run.crs))]
    for kind, one in drawn.items():
        street = kind in STRIPS
        shapes: dict[str, BaseGeometry | None] = {AREAS[kind]: one.areas} if kind in AREAS else {}
        shapes |= {"railway_side": one.side} if kind == "railway" else {}
        inside = keep_inside(one.lines, sheet) if street and one.lines is not None else one.lines
        shapes |= dict.fromkeys(LINES[kind], inside)
        if street:
            strip = None if one.between is None else shapely.intersection(one.between, sheet.outline)
            shapes |= {f"{kind}_outside": leave_inside(one.lines, sheet), STRIPS[kind]: strip}
        found += [(kind, name, make_features([shape], run.crs)) for name, shape in shapes.items()]
    return found


def leave_inside(line: BaseGeometry | None, sheet: Sheet) -> BaseGeometry | None:
    """Return a road outside the community, no finer than the sheet shows at first sight."""
    if line is None:
        return None
    around = shapely.difference(line, shapely.simplify(sheet.outline, sheet.m_per_px))
    seen = [part for part in shapely.get_parts(around) if part.length > ALONG_PX * sheet.m_per_px]
    return shapely.MultiLineString(list(shapely.simplify(seen, OUTSIDE_PX * sheet.m_per_px)))


def keep_inside(line: BaseGeometry, sheet: Sheet) -> BaseGeometry:
    """Return a road inside the community, without stretches along its outline, which would stick out of it."""
    inside = shapely.intersection(line, sheet.outline)
    edge = sheet.outline.boundary.buffer(EDGE_PX * sheet.m_per_px)
    along = [
        p
        for p in shapely.get_parts(shapely.intersection(inside, edge))
        if p.length > ALONG_PX * sheet.m_per_px
    ]
    if not along:
        return inside
    rest = shapely.get_parts(shapely.line_merge(shapely.difference(inside, shapely.union_all(along))))
    return shapely.union_all([part for part in rest if part.length > ALONG_PX * sheet.m_per_px])


def inset_lines(run: Run, sheet: Sheet) -> list[dict[str, Any]]:
    """Return the outlines of exceptions, just inside their boundaries."""
    chosen = sheet.grids.geometry[sheet.grids["status"] == "exception"]
    inset = -INSET_PX * sheet.m_per_px
    inner = [shape.buffer(inset, join_style="mitre") for shape in chosen]
    shapes = [whole if small.is_empty else small for small, whole in zip(inner, chosen, strict=True)]
    return make_features([shape.boundary for shape in shapes], run.crs)


def tour_features(run: Run, sheet: Sheet) -> list[dict[str, Any]]:
    """Return the round of every grid that has one: the line walked, else from cell to cell it passes."""
    steps = "walk" if "walk" in sheet.grids.columns else "tour"
    if steps not in sheet.grids.columns:
        return []
    routes = sheet.grids["route"] if "route" in sheet.grids.columns else [None] * len(sheet.grids)
    lines = [
        draw_route(route) or draw_tour(walk, sheet.buildings)
        for route, walk in zip(routes, sheet.grids[steps], strict=True)
    ]
    drawn = [g for g, line in enumerate(lines) if line is not None]
    return make_features([lines[g] for g in drawn], run.crs, [{"g": g} for g in drawn])


def previous_features(run: Run, sheet: Sheet) -> list[dict[str, Any]]:
    """Return the boundaries of the grids there were before, inside the community."""
    old = run.previous_grids
    if old.empty:
        return []
    shapes = shapely.make_valid(old.geometry.to_numpy())
    parts = shapely.intersection(shapely.boundary(shapes), sheet.outline)
    return make_features([part for part in parts if part.length > 0], run.crs)
