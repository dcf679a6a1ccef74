"""What the maps of a comparison are drawn from: grids with their labels, buildings packed small."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np

from gridder.outputs.maps import layers
from gridder.outputs.maps.compare_facts import Pair
from gridder.outputs.maps.compare_sheet import name_buildings
from gridder.outputs.maps.labels import Label, place_labels
from gridder.outputs.maps.layers import text_of
from gridder.outputs.maps.packed import pack_shapes
from gridder.tables import Run

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
    """Return every piece: id, unit, name, households, old grid, new grid, plans, community.

    Grids are places in the lists of grids, −1 without; ``plans`` is 1 for the old one, 2 for the new one, 3
    for both.
    """
    place = [{str(code): g for g, code in enumerate(grids.index)} for grids in (before, after)]
    names = name_buildings(pair.old) | name_buildings(pair.new)
    order = {community: i for i, community in enumerate(pair.names)}
    return [
        [
            row["building_id"],
            row["unit"],
            names.get(row["building_id"], ""),
            int(row["households"]),
            place[0].get(row["old_grid"], -1),
            place[1].get(row["new_grid"], -1),
            int(row["in_old"]) + 2 * int(row["in_new"]),
            order.get(row["community"], -1),
        ]
        for row in pair.pieces.to_dict("records")
    ]


def pack_pieces(pair: Pair) -> str:
    """Return the shapes of the pieces in the order of ``list_buildings``, packed."""
    shapes = shape_of(pair.old) | shape_of(pair.new)
    pieces = pair.pieces
    found = [shapes[key] for key in zip(pieces["building_id"], pieces["unit"], strict=True)]
    return pack_shapes(layers.to_degrees(found, pair.new.crs))


def shape_of(run: Run) -> dict[tuple[str, str], Any]:
    """Return (building, unit) → shape."""
    table = run.buildings
    units = [text_of(unit) for unit in table["unit"]]
    drawn = layers.draw_buildings(table)
    return dict(zip(zip(map(str, table["building_id"]), units, strict=True), drawn, strict=True))
