"""The map of one community: panes, layers, labels, marks and the legend that matches their strokes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import folium
import geopandas as gpd
import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from gridder.outputs.maps import folium_page
from gridder.outputs.maps.labels import Label, place_labels
from gridder.outputs.maps.layers import (
    bounds_of,
    draw_tour,
    inner_boundaries,
    make_features,
    near_barriers,
    number_of,
    point_of,
    text_of,
)
from gridder.outputs.maps.strokes import AREAS, LINES, PANES, STYLES, SWATCHES
from gridder.tables import Run

__all__ = ["SWATCHES", "Sheet", "draw_chart", "make_sheet"]

MAP_PX = 640.0  # width and height that a community fills on a common screen: labels are placed for it
INSET_PX = 2.5  # the outline of an exception runs inside its boundary
LABEL_PX = (58.0, 38.0)  # a grid's number over its households
NAME_PX = 12.0  # width of one sign of a compound's name


@dataclass(frozen=True)
class Sheet:
    """What is on the map of one community.

    ``grids`` sorted, with ``colour``; ``buildings`` sorted, with ``g`` (place of its grid, −1 without);
    ``sites``: name of the special site of each grid, or blank; ``m_per_px`` at first sight.
    """

    community_id: str
    outline: BaseGeometry
    grids: gpd.GeoDataFrame
    buildings: gpd.GeoDataFrame
    sites: list[str]
    compounds: list[tuple[str, BaseGeometry]]
    m_per_px: float


def make_sheet(run: Run, community_id: str, grids: gpd.GeoDataFrame) -> Sheet:
    """Return the sheet of one community."""
    outline = run.communities.geometry.loc[community_id]
    buildings = run.buildings[run.buildings["community_id"].astype(str) == community_id].sort_index()
    place = {str(code): g for g, code in enumerate(grids.index)}
    x0, y0, x1, y1 = outline.bounds
    return Sheet(
        community_id=community_id,
        outline=outline,
        grids=grids,
        buildings=buildings.assign(g=[place.get(text_of(code), -1) for code in buildings["grid_code"]]),
        sites=name_sites(run.sites, grids),
        compounds=find_compounds(run.compounds, outline),
        m_per_px=max(x1 - x0, y1 - y0, 1.0) / MAP_PX,
    )


def name_sites(sites: gpd.GeoDataFrame, grids: gpd.GeoDataFrame) -> list[str]:
    """Return the name of the site under each special grid: the one that covers most of it."""
    names = []
    for status, ground in zip(grids["status"], grids.geometry, strict=True):
        best = (0.0, "")
        if status == "special" and len(sites):
            shares = shapely.area(shapely.intersection(shapely.make_valid(sites.geometry.to_numpy()), ground))
            best = max(zip(shares.tolist(), map(text_of, sites["name"]), strict=True))
        names.append(best[1] if best[0] > 0 else "")
    return names


def find_compounds(compounds: gpd.GeoDataFrame, outline: BaseGeometry) -> list[tuple[str, BaseGeometry]]:
    """Return name and shape of the compounds inside an outline, sorted by name."""
    if compounds.empty:
        return []
    found = []
    for name, shape in zip(compounds["name"], compounds.geometry, strict=True):
        if shape is None or not shape.intersects(outline):
            continue
        part = shapely.intersection(shapely.make_valid(shape), outline)
        if part.area > 0:
            found.append((text_of(name), part))
    return sorted(found, key=lambda item: (item[0], item[1].wkt))


def draw_chart(run: Run, sheet: Sheet) -> tuple[folium.Map, list[dict[str, Any]]]:
    """Return the map and its legend: key, layers that it switches, whether they are shown, swatch."""
    (south, west), (north, east) = bounds_of(sheet.outline, run.crs)
    chart = folium_page.new_map("main", ((south + north) / 2, (west + east) / 2))
    for name, z_index in PANES:
        folium_page.add_pane(chart, name, z_index)
    groups: dict[str, list[str]] = {}
    for group, name, features in all_layers(run, sheet):
        if features:
            pane, style, shown = STYLES[name]
            folium_page.add_shapes(chart, name, features, pane=pane, style=style, shown=shown)
            groups.setdefault(group, []).append(name)
    marks = list_marks(run, sheet)
    for kind in ("crossing", "hall"):
        if any(mark["kind"] == kind for mark in marks):
            groups[kind] = [f"mark_{kind}"]
    return chart, list_legend(groups)


def list_legend(groups: dict[str, list[str]]) -> list[dict[str, Any]]:
    """Return the legend of what is on this map, in the order of ``SWATCHES``."""
    return [
        {
            "key": key,
            "layers": " ".join(groups[key]),
            "shown": key not in ("tour", "previous"),
            "swatch": key,
        }
        for key in SWATCHES
        if key in groups
    ]


def all_layers(run: Run, sheet: Sheet) -> list[tuple[str, str, list[dict[str, Any]]]]:
    """Return (entry of the legend, layer, features) of every layer, in drawing order."""
    crs, grids = run.crs, sheet.grids
    facts = [
        {"g": g, "c": int(colour), "s": str(status)}
        for g, (colour, status) in enumerate(zip(grids["colour"], grids["status"], strict=True))
    ]
    ground = list(grids.geometry)

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
    props = [
        {**(facts[g] if g >= 0 else blank), "b": b, "z": int(not households)}
        for b, (g, households) in enumerate(
            zip(sheet.buildings["g"], sheet.buildings["households"], strict=True)
        )
    ]
    return make_features(sheet.buildings.geometry, run.crs, props)


def barrier_layers(run: Run, sheet: Sheet) -> list[tuple[str, str, list[dict[str, Any]]]]:
    """Return the layers of rivers, railways, roads and walls: areas as they are, lines in their strokes."""
    near = near_barriers(run.barriers, sheet.outline)
    found = []
    for kind in ("road", "arterial", "wall", "river", "railway", "expressway"):
        shapes = list(near.loc[near["kind"] == kind, "geometry"])
        areas = [shape for shape in shapes if shape.geom_type in ("Polygon", "MultiPolygon")]
        lines = [shape for shape in shapes if shape.geom_type in ("LineString", "MultiLineString")]
        inside = [shapely.intersection(line, sheet.outline) for line in lines]
        found += [(kind, name, make_features(areas, run.crs)) for name in AREAS.get(kind, ())]
        for name in LINES[kind]:
            drawn = lines if kind not in ("road", "arterial") or name.endswith("_outside") else inside
            found.append((kind, name, make_features(drawn, run.crs)))
    return found


def inset_lines(run: Run, sheet: Sheet) -> list[dict[str, Any]]:
    """Return the outlines of exceptions, just inside their boundaries."""
    chosen = sheet.grids.geometry[sheet.grids["status"] == "exception"]
    inner = shapely.buffer(chosen.to_numpy(), -INSET_PX * sheet.m_per_px, join_style="mitre")
    shapes = np.where(shapely.is_empty(inner), chosen.to_numpy(), inner)
    return make_features([shapely.boundary(shape) for shape in shapes], run.crs)


def tour_features(run: Run, sheet: Sheet) -> list[dict[str, Any]]:
    """Return the round of every grid that has one."""
    if "tour" not in sheet.grids.columns:
        return []
    lines = [draw_tour(tour, sheet.buildings) for tour in sheet.grids["tour"]]
    return make_features([line for line in lines if line is not None], run.crs)


def previous_features(run: Run, sheet: Sheet) -> list[dict[str, Any]]:
    """Return the boundaries of the grids there were before, inside the community."""
    old = run.previous_grids
    if old.empty:
        return []
    shapes = shapely.make_valid(old.geometry.to_numpy())
    parts = shapely.intersection(shapely.boundary(shapes), sheet.outline)
    return make_features([part for part in parts if part.length > 0], run.crs)


# ── labels, marks and the tables behind them ──


def list_labels(run: Run, sheet: Sheet) -> list[dict[str, Any]]:
    """Return the labels that found room: kind, place, grid or name; grids first, then compounds."""
    order = sorted(range(len(sheet.grids)), key=lambda g: (sheet.grids["status"].iloc[g] == "special", g))
    grounds = list(sheet.grids.geometry)
    wanted = [Label(f"grid {g}", grounds[g], *LABEL_PX, must=True) for g in order]
    for n, (name, shape) in enumerate(sheet.compounds):
        if name:
            wanted.append(Label(f"compound {n}", larger_part(shape, grounds), NAME_PX * len(name) + 4, 16))
    placed = place_labels(wanted, list(sheet.buildings.geometry), m_per_px=sheet.m_per_px)
    labels = []
    for key, point in placed.items():
        kind, n = key.split()
        fact = {"g": int(n)} if kind == "grid" else {"name": sheet.compounds[int(n)][0]}
        labels.append({"kind": kind, "at": point_of(point, run.crs), **fact})
    return labels + name_barriers(run, sheet)


def larger_part(shape: BaseGeometry, grounds: list[BaseGeometry]) -> BaseGeometry:
    """Return the largest part of a compound that one grid holds: a compound cut by a boundary is named there."""
    parts = [shapely.intersection(shape, ground) for ground in grounds]
    return max([part for part in parts if part.area > 0] or [shape], key=lambda part: part.area)


def name_barriers(run: Run, sheet: Sheet) -> list[dict[str, Any]]:
    """Return one label a named river, railway or road: the middle of its longest stretch, and whether it is upright."""
    near = near_barriers(run.barriers, sheet.outline, share=0.0)
    labels = {}
    for kind, name, shape in near.itertuples(index=False):
        line = shape.boundary if shape.geom_type.endswith("Polygon") else shape
        if not name or kind == "crossing" or line.length < 60 * sheet.m_per_px:
            continue
        middle = shape.representative_point() if shape.area else line.interpolate(0.42, normalized=True)
        x0, y0, x1, y1 = shape.bounds
        upright = (y1 - y0) > 1.5 * (x1 - x0)
        label = {"kind": kind, "at": point_of(middle, run.crs), "name": name, "upright": upright}
        if (kind, name) not in labels or line.length > labels[kind, name][0]:
            labels[kind, name] = (line.length, label)
    return [label for _, (_, label) in sorted(labels.items())]


def list_marks(run: Run, sheet: Sheet) -> list[dict[str, Any]]:
    """Return crossings (with the bearing of the barrier they pass) and the hall."""
    near = near_barriers(run.barriers, sheet.outline, share=0.02)
    barred = shapely.union_all(list(near.loc[near["kind"].isin(run.policy.uncrossable), "geometry"]))
    marks = []
    for name, shape in near.loc[near["kind"] == "crossing", ["name", "geometry"]].itertuples(index=False):
        point = shape.representative_point()
        marks.append(
            {
                "kind": "crossing",
                "at": point_of(point, run.crs),
                "name": name,
                "turn": bearing_of(barred, point, 40.0),
            }
        )
    if len(run.halls):
        mine = run.halls[run.halls["community_id"].astype(str) == sheet.community_id]
        names = mine["name"] if "name" in mine.columns else [""] * len(mine)
        for name, shape in zip(names, mine.geometry, strict=True):
            marks.append({"kind": "hall", "at": point_of(shape, run.crs), "name": text_of(name)})
    return marks


def bearing_of(barred: BaseGeometry, point: BaseGeometry, reach_m: float) -> int:
    """Return how a barrier runs near a point: degrees clockwise from west–east, −90 to 90."""
    part = shapely.intersection(barred, point.buffer(reach_m))
    if part.is_empty:
        return 0
    box = shapely.minimum_rotated_rectangle(part)
    points = shapely.get_coordinates(box)
    if len(points) < 2:
        return 0
    sides = np.diff(points, axis=0)
    dx, dy = sides[int(np.argmax(np.hypot(sides[:, 0], sides[:, 1])))]
    degrees = round(-float(np.degrees(np.arctan2(dy, dx))))
    return (degrees + 90) % 180 - 90


def list_buildings(sheet: Sheet) -> list[list[Any]]:
    """Return [id, unit, name, households, grid, mark] of every building; mark 1: count unknown, 2: estimated."""
    table = sheet.buildings
    return [
        [
            text_of(row["building_id"]),
            text_of(row["unit"]),
            text_of(row["name"]),
            number_of(row["households"]),
            int(row["g"]),
            1 if bool(row["count_missing"]) else 2 if bool(row["estimated"]) else 0,
        ]
        for row in table.drop(columns="geometry").to_dict("records")
    ]


def list_compounds(run: Run, sheet: Sheet) -> list[dict[str, Any]]:
    """Return name and bounds of the compounds, for the search."""
    return [{"name": name, "bounds": bounds_of(shape, run.crs)} for name, shape in sheet.compounds if name]
