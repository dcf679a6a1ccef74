"""Text and signs on the map of one community: labels, crossings, the hall; and the tables behind."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely
from shapely import LineString, Point
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
from gridder.outputs.maps.sheet import WHOLE, Sheet
from gridder.tables import Run

LABEL_PX = ((58.0, 38.0), (28.0, 15.0))  # a grid's number over its households; the number alone
NAME_PX = 12.0  # width of one sign of a compound's name
NAMED_PX = 60.0  # a shorter stretch of a road or river goes without its name
SAME_WAY_M = 20.0  # crossings nearer than this, as the two lanes of a bridge, are one sign
ORIGINS = ("crossing_stated", "crossing_flagged", "crossing_rule")
SAID = (*ORIGINS, "hall_proposed", "hall_proposed_first")  # what a sign says
KINDS = ("crossing", "crossing_rule", "hall", "hall_proposed")
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
    for kind, name, shape in near[["kind", "name", "geometry"]].itertuples(index=False):
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
    """Return crossings, turned as people pass, the hall, and where another is proposed.

    ``kind`` crossing for those that the data state or flag as bridge or tunnel, crossing_rule for those found because
    a road crosses there (``road_line_crosses``); ``say`` is the sentence that tells which.
    """
    marks: list[dict[str, Any]] = []
    for name, said, shape, turn in find_signs(run, sheet):
        kind = "crossing_rule" if said == "crossing_rule" else "crossing"
        mark = {
            "kind": kind,
            "say": said,
            "at": point_of(sign_place(shape), run.crs),
            "name": name,
            "turn": turn,
        }
        marks.append(mark)
    if len(run.halls):
        of_all = sheet.community_id == WHOLE
        mine = run.halls[of_all | (run.halls["community_id"].astype(str) == sheet.community_id)]
        names = mine["name"] if "name" in mine.columns else [""] * len(mine)
        for name, shape in zip(names, mine.geometry, strict=True):
            marks.append({"kind": "hall", "at": point_of(shape, run.crs), "name": text_of(name)})
    return marks + [tell_proposal(run, row) for row in find_proposals(run, sheet)]


def find_proposals(run: Run, sheet: Sheet) -> list[dict[str, Any]]:
    """Return the halls proposed beside those that stay, of the community of a sheet, or of all."""
    if not len(run.proposed_halls):
        return []
    places = run.proposed_halls[run.proposed_halls["kind"] == "new"]
    if sheet.community_id != WHOLE:
        places = places[places["community_id"].astype(str) == sheet.community_id]
    return [
        row | {"geometry": shape}
        for row, shape in zip(records(places.drop(columns="geometry")), places.geometry, strict=True)
    ]


def tell_proposal(run: Run, row: dict[str, Any]) -> dict[str, Any]:
    """Return the sign of a proposed hall; it says which share of households is near one before and after."""
    now, then = number_of(row["share_now"], 4), number_of(row["share_then"], 4)
    facts = {"minutes": f"{run.policy.hall_minutes:g}", "then": say_share(then)}
    return {
        "kind": "hall_proposed",
        "say": "hall_proposed_first" if now is None else "hall_proposed",
        "at": point_of(row["geometry"], run.crs),
        "name": text_of(row["building"]),
        "facts": facts if now is None else facts | {"now": say_share(now)},
    }


def say_share(share: float | None) -> str:
    """Return a share in per cent with one decimal, cut: what is short of all is not told as all."""
    return "—" if share is None else f"{int(share * 1000 + 1e-6) / 10:g}%"


def find_signs(run: Run, sheet: Sheet) -> list[tuple[str, str, BaseGeometry, int]]:
    """Return name, origin, shape and turn of the crossings on a sheet; the lanes of one bridge as one.

    The origin is crossing_stated, crossing_flagged or crossing_rule; what the data say goes first.
    """
    near = near_barriers(run.barriers, sheet.outline, share=0.02)
    found = near[near["kind"] == "crossing"]
    said = np.where(found["made"] == "", ORIGINS[0], np.where(found["passage"] != "", ORIGINS[1], ORIGINS[2]))
    found = found.assign(said=said).sort_values("said", key=lambda s: s.map(ORIGINS.index), kind="stable")
    barred = shapely.STRtree(
        shapely.get_parts(near.loc[near["kind"].isin(run.policy.uncrossable), "geometry"])
    )
    signs: list[tuple[str, str, BaseGeometry, int]] = []
    beside = find_beside(found["geometry"].to_numpy())
    shown: set[int] = set()
    for n, (name, origin, shape) in enumerate(found[["name", "said", "geometry"]].itertuples(index=False)):
        if beside[n] & shown:
            continue
        shown.add(n)
        turn = turn_of(shape) if shape.geom_type == "LineString" else bearing_of(barred, shape.centroid)
        signs.append((name, origin, shape, turn))
    return signs


def find_beside(shapes: Any) -> list[set[int]]:
    """Return the places of the shapes near each one: these are one way, as the two lanes of a bridge."""
    beside: list[set[int]] = [set() for _ in shapes]
    first, second = shapely.STRtree(shapes).query(shapes, predicate="dwithin", distance=SAME_WAY_M)
    for a, b in zip(first.tolist(), second.tolist(), strict=True):
        beside[a].add(b)
    return beside


def sign_place(shape: BaseGeometry) -> Point:
    """Return where the sign of a crossing stands: in the middle of its way."""
    if isinstance(shape, LineString):
        return shape.interpolate(0.5, normalized=True)
    return shape.representative_point()


def turn_of(way: BaseGeometry) -> int:
    """Return by how much the sign of a crossing is turned to stand along a way: degrees clockwise, −90 to 90.

    The sign as drawn leads from south to north, over a barrier from west to east.
    """
    (x0, y0), (x1, y1) = shapely.get_coordinates(way)[[0, -1]]
    degrees = round(-float(np.degrees(np.arctan2(y1 - y0, x1 - x0))))
    return (degrees + 180) % 180 - 90


def bearing_of(barred: shapely.STRtree, point: BaseGeometry) -> int:
    """Return how the barriers of a tree run near a point: degrees clockwise from west–east, −90 to 90."""
    around = point.buffer(BEARING_REACH_M)
    near = barred.geometries[np.sort(barred.query(around, predicate="intersects"))]
    part = shapely.intersection(shapely.union_all(near), around)
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
        for row in records(table.drop(columns="geometry"))
    ]


def list_compounds(run: Run, sheet: Sheet) -> list[dict[str, Any]]:
    """Return name and bounds of the compounds, for the search."""
    return [{"name": name, "bounds": bounds_of(shape, run.crs)} for name, shape in sheet.compounds if name]
