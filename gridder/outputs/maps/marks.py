"""Text and signs on the map of one community: labels, crossings, the hall; and the tables behind."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from gridder.outputs.maps.labels import Label, place_labels
from gridder.outputs.maps.layers import (
    bounds_of,
    draw_buildings,
    near_barriers,
    number_of,
    point_of,
    records,
    text_of,
)
from gridder.outputs.maps.sheet import Sheet
from gridder.tables import Run

LABEL_PX = ((58.0, 38.0), (28.0, 15.0))  # a grid's number over its households; the number alone
NAME_PX = 12.0  # width of one sign of a compound's name
NAMED_PX = 60.0  # a shorter stretch of a road or river goes without its name
MARK_PX = 12.0  # crossings nearer than this, as the two lanes of a bridge, are one sign
BEARING_REACH_M = 40.0  # a crossing is turned as its barrier runs within this


def list_labels(run: Run, sheet: Sheet) -> list[dict[str, Any]]:
    """Return the labels that found room: kind, place, grid or name; grids first, then compounds."""
    order = sorted(range(len(sheet.grids)), key=lambda g: (sheet.grids["status"].iloc[g] == "special", g))
    grounds = list(sheet.grids.geometry)
    wanted = [Label(f"grid {g}", grounds[g], LABEL_PX, must=True) for g in order]
    for n, (name, shape) in enumerate(sheet.compounds):
        if name:
            wanted.append(
                Label(f"compound {n}", larger_part(shape, grounds), ((NAME_PX * len(name) + 4, 16.0),))
            )
    placed = place_labels(wanted, list(draw_buildings(sheet.buildings)), m_per_px=sheet.m_per_px)
    labels = []
    for key, point in placed.items():
        kind, place = key.split()
        at = int(place)
        fact: dict[str, Any] = {"g": at} if kind == "grid" else {"name": sheet.compounds[at][0]}
        labels.append({"kind": kind, "at": point_of(point, run.crs), **fact})
    return labels + name_barriers(run, sheet)


def larger_part(shape: BaseGeometry, grounds: list[BaseGeometry]) -> BaseGeometry:
    """Return the largest part of a compound that one grid holds: a compound cut in two is named there."""
    parts = [shapely.intersection(shape, ground) for ground in grounds]
    return max([part for part in parts if part.area > 0] or [shape], key=lambda part: part.area)


def name_barriers(run: Run, sheet: Sheet) -> list[dict[str, Any]]:
    """Return one label a named river, railway or road: on its longest stretch, upright if that is."""
    near = near_barriers(run.barriers, sheet.outline, share=0.0)
    found: dict[tuple[str, str], tuple[float, dict[str, Any]]] = {}
    for kind, name, shape in near.itertuples(index=False):
        line = shape.boundary if shape.geom_type.endswith("Polygon") else shape
        if not name or kind in ("crossing", "path") or line.length < NAMED_PX * sheet.m_per_px:
            continue
        middle = shape.representative_point() if shape.area else line.interpolate(0.42, normalized=True)
        x0, y0, x1, y1 = shape.bounds
        upright = (y1 - y0) > 1.5 * (x1 - x0)
        label = {"kind": kind, "at": point_of(middle, run.crs), "name": name, "upright": upright}
        if (kind, name) not in found or line.length > found[kind, name][0]:
            found[kind, name] = (line.length, label)
    return [label for _, (_, label) in sorted(found.items())]


def list_marks(run: Run, sheet: Sheet) -> list[dict[str, Any]]:
    """Return crossings (with the bearing of the barrier they pass) and the hall."""
    near = near_barriers(run.barriers, sheet.outline, share=0.02)
    barred = shapely.union_all(list(near.loc[near["kind"].isin(run.policy.uncrossable), "geometry"]))
    marks: list[dict[str, Any]] = []
    drawn: list[BaseGeometry] = []
    for name, shape in near.loc[near["kind"] == "crossing", ["name", "geometry"]].itertuples(index=False):
        point = shape.representative_point()
        if any(point.distance(other) < MARK_PX * sheet.m_per_px for other in drawn):
            continue
        drawn.append(point)
        marks.append(
            {
                "kind": "crossing",
                "at": point_of(point, run.crs),
                "name": name,
                "turn": bearing_of(barred, point),
            }
        )
    if len(run.halls):
        mine = run.halls[run.halls["community_id"].astype(str) == sheet.community_id]
        names = mine["name"] if "name" in mine.columns else [""] * len(mine)
        for name, shape in zip(names, mine.geometry, strict=True):
            marks.append({"kind": "hall", "at": point_of(shape, run.crs), "name": text_of(name)})
    return marks


def bearing_of(barred: BaseGeometry, point: BaseGeometry) -> int:
    """Return how a barrier runs near a point: degrees clockwise from west–east, −90 to 90."""
    part = shapely.intersection(barred, point.buffer(BEARING_REACH_M))
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
    """Return [id, unit, name, households, grid, mark] of every building; mark 1: unknown, 2: estimated."""
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
        for row in records(table)
    ]


def list_compounds(run: Run, sheet: Sheet) -> list[dict[str, Any]]:
    """Return name and bounds of the compounds, for the search."""
    return [{"name": name, "bounds": bounds_of(shape, run.crs)} for name, shape in sheet.compounds if name]
