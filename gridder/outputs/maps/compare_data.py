"""What the maps of a comparison are drawn from: grids with their labels, buildings packed small."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import shapely

from gridder.outputs.maps import layers
from gridder.outputs.maps.compare_facts import Pair
from gridder.outputs.maps.compare_sheet import name_buildings
from gridder.outputs.maps.labels import Label, place_labels
from gridder.outputs.maps.layers import text_of
from gridder.tables import Run

DEGREE_STEPS = 10**layers.DECIMALS  # buildings travel as whole numbers of these: a centimetre
LABEL_PX = ((56.0, 36.0), (44.0, 30.0))  # a grid's number over its households, large and small
MAP_PX = 520.0  # what a community fills of a map: labels are placed for it


def list_grids(pair: Pair, run: Run, grids: gpd.GeoDataFrame) -> list[dict[str, Any]]:
    """Return code, number, households, status, label and bounds of every grid of one plan."""
    spots = place_numbers(run, grids)
    known = set(map(str, pair.old.grids.index))
    return [
        {
            "code": str(code),
            "no": text_of(row["grid_no"]) or str(code),
            "community": str(row["community_id"]),
            "households": int(row["households"]),
            "status": text_of(row["status"]),
            "fresh": str(code) not in known,
            "at": spots[str(code)],
        }
        for code, row in zip(grids.index, grids.drop(columns="geometry").to_dict("records"), strict=True)
    ]


def place_numbers(run: Run, grids: gpd.GeoDataFrame) -> dict[str, list[float]]:
    """Return [latitude, longitude, size in metres] of every grid's label: where few buildings stand."""
    found: dict[str, list[float]] = {}
    homes = run.buildings["community_id"].astype(str)
    for community, mine in grids.groupby(grids["community_id"].astype(str), sort=True):
        x0, y0, x1, y1 = mine.total_bounds
        labels = [
            Label(str(code), shape, LABEL_PX, must=True)
            for code, shape in zip(mine.index, mine.geometry, strict=True)
        ]
        solid = list(run.buildings.geometry[homes == community])
        spots = place_labels(labels, solid, m_per_px=max(x1 - x0, y1 - y0) / MAP_PX)
        for code, shape in zip(mine.index, mine.geometry, strict=True):
            size = round(float(np.sqrt(shape.area)), 1)
            found[str(code)] = [*layers.point_of(spots[str(code)], run.crs), size]
    return found


# ── buildings ──


def list_buildings(pair: Pair, before: gpd.GeoDataFrame, after: gpd.GeoDataFrame) -> list[list[Any]]:
    """Return every piece: id, unit, name, households, old grid, new grid, plans, community, rings.

    Grids are places in the lists of grids, −1 without; ``plans`` is 1 for the old one, 2 for the new one, 3
    for both. Rings are as ``pack`` says.
    """
    place = [{str(code): g for g, code in enumerate(grids.index)} for grids in (before, after)]
    names = name_buildings(pair.old) | name_buildings(pair.new)
    shapes = shape_of(pair.old) | shape_of(pair.new)
    order = {community: i for i, community in enumerate(pair.names)}
    pieces = pair.pieces
    found = [shapes[key] for key in zip(pieces["building_id"], pieces["unit"], strict=True)]
    degrees = layers.to_degrees(found, pair.new.crs)
    origin = origin_of(pair.new)
    rows = []
    for row, shape in zip(pieces.to_dict("records"), degrees, strict=True):
        grids = [place[0].get(row["old_grid"], -1), place[1].get(row["new_grid"], -1)]
        plans = int(row["in_old"]) + 2 * int(row["in_new"])
        community = order.get(row["community"], -1)
        rows.append(
            [
                row["building_id"],
                row["unit"],
                names.get(row["building_id"], ""),
                int(row["households"]),
                *grids,
                plans,
                community,
            ]
            + [pack(shape, origin)]
        )
    return rows


def shape_of(run: Run) -> dict[tuple[str, str], Any]:
    """Return (building, unit) → shape."""
    table = run.buildings
    units = [text_of(unit) for unit in table["unit"]]
    return dict(zip(zip(map(str, table["building_id"]), units, strict=True), table.geometry, strict=True))


def origin_of(run: Run) -> list[float]:
    """Return the point from which buildings are counted: latitude and longitude, three decimals."""
    x0, y0, x1, y1 = run.communities.total_bounds
    latitude, longitude = layers.point_of(shapely.box(x0, y0, x1, y1), run.crs)
    return [round(latitude, 3), round(longitude, 3)]


def pack(shape: Any, origin: list[float]) -> list[list[list[int]]]:
    """Return the parts of a shape, each its outer ring and its holes, in whole steps of a degree.

    Each ring is latitude, longitude, latitude, longitude …, without the closing point: first from the origin,
    then from point to point. A point is one part of one ring of one point.
    """
    return [[pack_ring(ring, origin) for ring in rings_of(part)] for part in shapely.get_parts(shape)]


def rings_of(part: Any) -> list[np.ndarray]:
    """Return the points of the rings of a polygon without their closing points, or of a point."""
    if part.geom_type != "Polygon":
        return [shapely.get_coordinates(part)]
    return [shapely.get_coordinates(ring)[:-1] for ring in (part.exterior, *part.interiors)]


def pack_ring(points: np.ndarray, origin: list[float]) -> list[int]:
    """Return the points of one ring as steps."""
    steps = np.rint((points[:, ::-1] - origin) * DEGREE_STEPS).astype(np.int64)
    return [int(step) for step in np.diff(steps, axis=0, prepend=0).ravel()]
