"""Streets, river, railway and outlines of the demo."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import shapely

import gridder.synth.plan as plan
from gridder.synth.lattice import (
    BEYOND_M,
    GRID_M,
    bend,
    bend_line,
    bend_shape,
    column_axes,
    list_blocks,
    rail_u,
    river_v,
    row_axes,
)


def list_barriers() -> list[dict[str, Any]]:
    """Return streets, river, railway and crossings: kind, name, geometry on the map."""
    rows = [barrier(kind, name, line) for name, kind, line in street_lines()]
    river = shapely.buffer(bend_shape(river_line()), plan.RIVER_WIDTH_M / 2, cap_style="flat", quad_segs=4)
    rows.append(barrier("river", plan.RIVER, shapely.set_precision(river, GRID_M)))
    rows.append(barrier("railway", plan.RAILWAY, rail_line()))
    for street, name in plan.BRIDGES.items():
        u = axis_of(street)
        rows.append(barrier("crossing", name, point_at(u, float(river_v(u)))))
    street, name = plan.UNDERPASS
    rows.append(barrier("crossing", name, point_at(rail_u(), axis_of(street))))
    return rows


def barrier(kind: str, name: str, geometry: Any) -> dict[str, Any]:
    """Return one row of layer barriers."""
    return {"kind": kind, "name": name, "geometry": geometry}


def point_at(u: float, v: float) -> shapely.Point:
    """Return the map point of a lattice point."""
    return shapely.Point(np.round(bend(np.array([[u, v]]))[0], 3))


def column_lines() -> list[tuple[str, float]]:
    """Return name and place of every street that runs north, west to east."""
    west, east = column_axes()
    names = iter(plan.COLUMN_STREETS)
    found = []
    for i, start in enumerate(west):
        name = next(names)
        found += (
            [(plan.RAIL_STREETS[0], east[i - 1]), (plan.RAIL_STREETS[1], start)]
            if not name
            else [(name, start)]
        )
    return [*found, (next(names), float(east[-1]))]


def row_lines() -> list[tuple[str, float]]:
    """Return name and place of every street that runs east, south to north."""
    south, north = row_axes()
    names = iter(plan.ROW_STREETS)
    found = []
    for i, start in enumerate(south):
        name = next(names)
        found += (
            [(plan.RIVER_STREETS[0], north[i - 1]), (plan.RIVER_STREETS[1], start)]
            if not name
            else [(name, start)]
        )
    return [*found, (next(names), float(north[-1]))]


@cache
def axis_of(street: str) -> float:
    """Return where a street runs on the lattice."""
    return float(dict(column_lines() + row_lines())[street])


def street_lines() -> list[tuple[str, str, Any]]:
    """Return name, kind and line on the map of every street; without a bridge it ends at river and railway."""
    columns, rows = column_lines(), row_lines()
    left, right = columns[0][1] - BEYOND_M, columns[-1][1] + BEYOND_M
    low, high = rows[0][1] - BEYOND_M, rows[-1][1] + BEYOND_M
    shores = [at for name, at in rows if name in plan.RIVER_STREETS]
    sides = [at for name, at in columns if name in plan.RAIL_STREETS]
    found = []
    for name, u in columns:
        ends = [(low, high)] if name in plan.BRIDGES else [(low, shores[0]), (shores[1], high)]
        found += [(name, kind_of(name), bend_line((u, a), (u, b))) for a, b in ends]
    for name, v in rows:
        ends = [(left, right)] if name == plan.UNDERPASS[0] else [(left, sides[0]), (sides[1], right)]
        found += [(name, kind_of(name), bend_line((a, v), (b, v))) for a, b in ends]
    return found


def kind_of(street: str) -> str:
    """Return the barrier kind of a street."""
    return "arterial" if street in plan.ARTERIALS else "road"


def rail_line() -> shapely.LineString:
    """Return the railway on the map."""
    rows = row_lines()
    return bend_line((rail_u(), rows[0][1] - BEYOND_M), (rail_u(), rows[-1][1] + BEYOND_M))


def river_line() -> shapely.LineString:
    """Return the middle of the river on the lattice."""
    columns = column_lines()
    u = np.arange(columns[0][1] - BEYOND_M, columns[-1][1] + BEYOND_M + 1, 25.0)
    return shapely.LineString(np.column_stack([u, river_v(u)]))


def draw_outlines() -> dict[str, Any]:
    """Return letter → outline on the map: an exact coverage whose borders run along streets, river and railway."""
    columns, rows = column_lines(), row_lines()
    left, right, low, high = columns[0][1], columns[-1][1], rows[0][1], rows[-1][1]
    edges = [u for name, u in columns if name not in plan.RAIL_STREETS] + [rail_u()]
    lines = [bend_line((u, low), (u, high)) for u in edges]
    lines += [bend_line((left, v), (right, v)) for name, v in rows if name not in plan.RIVER_STREETS]
    lines.append(bend_shape(river_line()))
    halves = [b for b in list_blocks() if len(plan.COMMUNITY_OF_BLOCK[b.row][b.column]) == 2]
    lines += [bend_line((b.middle_u, b.south), (b.middle_u, b.north)) for b in halves]
    noded = shapely.unary_union(lines, grid_size=GRID_M)
    faces = shapely.get_parts(shapely.polygonize([noded]))
    spots, letters = label_spots()
    spot, face = shapely.STRtree(faces).query(spots, predicate="within")
    owner = dict(zip(face.tolist(), letters[spot]))
    mine = np.array([owner[i] for i in range(len(faces))])
    return {
        letter: shapely.coverage_union_all(faces[mine == letter]) for letter in sorted(set(owner.values()))
    }


def label_spots() -> tuple[np.ndarray, np.ndarray]:
    """Return a map point well inside each half block, and the letter of its community."""
    spots, letters = [], []
    for block in list_blocks():
        label = plan.COMMUNITY_OF_BLOCK[block.row][block.column]
        for half, letter in enumerate(label * 2 if len(label) == 1 else label):
            u = block.west + (block.east - block.west) * (0.25 + 0.5 * half)
            spots.append(point_at(u, (block.south + block.north) / 2))
            letters.append(letter)
    return np.array(spots, dtype=object), np.array(letters)
