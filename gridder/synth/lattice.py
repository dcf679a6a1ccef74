"""The street lattice of the demo, and the bend that makes a town of it.

Everything is laid out on a right-angled lattice (u to the east, v to the north, metres) and then bent: the bend is
smooth and weak (slopes below 0.15), so that distances hold to a few percent and what lies apart stays apart.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import shapely

import gridder.synth.plan as plan

STEP_M = 30.0  # lines get a vertex this often before bending: off the true curve by less than 5 cm
GRID_M = 0.001  # coordinates are whole millimetres
BEND_U_M, BEND_V_M = 42.0, 46.0  # how far streets swing
WAVE_U_M, WAVE_V_M = 400.0, 480.0  # over how many metres (one radian)
TURN = np.radians(7.0)
RIVER_WAVE_M = 260.0
BEYOND_M = 150.0  # streets, river and railway go on beyond the district


@dataclass(frozen=True)
class Block:
    """Ground between four street axes: row 0 is the northernmost, column 0 the westernmost; lattice metres."""

    row: int
    column: int
    west: float
    south: float
    east: float
    north: float

    @property
    def middle_u(self) -> float:
        """Where it is divided into a western and an eastern half."""
        return (self.west + self.east) / 2

    @property
    def middle_v(self) -> float:
        """Halfway between its southern and its northern street."""
        return (self.south + self.north) / 2


def column_axes() -> tuple[np.ndarray, np.ndarray]:
    """Return the western and the eastern street axis of each column."""
    gaps = np.where(np.arange(len(plan.COLUMNS_M)) == plan.RAIL_AFTER, plan.RAIL_GAP_M, 0.0)
    east = np.cumsum(gaps + np.array(plan.COLUMNS_M))
    return east - np.array(plan.COLUMNS_M), east


def row_axes() -> tuple[np.ndarray, np.ndarray]:
    """Return the southern and the northern street axis of each row, southernmost first."""
    gaps = np.where(np.arange(len(plan.ROWS_M)) == plan.RIVER_AFTER, plan.RIVER_GAP_M, 0.0)
    north = np.cumsum(gaps + np.array(plan.ROWS_M))
    return north - np.array(plan.ROWS_M), north


@cache
def list_blocks() -> tuple[Block, ...]:
    """Return all blocks, row by row from the north."""
    west, east = column_axes()
    south, north = row_axes()
    rows = len(south)
    return tuple(
        Block(r, c, float(west[c]), float(south[rows - 1 - r]), float(east[c]), float(north[rows - 1 - r]))
        for r in range(rows)
        for c in range(len(west))
    )


def rail_u() -> float:
    """Return where the railway runs, lattice metres from the western edge."""
    return float(column_axes()[0][plan.RAIL_AFTER] - plan.RAIL_GAP_M / 2)


def river_v(u: Any) -> Any:
    """Return the middle of the river at ``u``."""
    middle = row_axes()[0][plan.RIVER_AFTER] - plan.RIVER_GAP_M / 2
    return middle + plan.RIVER_SWING_M * np.sin(np.asarray(u) / RIVER_WAVE_M)


def bend(points: np.ndarray) -> np.ndarray:
    """Return map coordinates of lattice points. Shape (n, 2), metres."""
    u, v = points[:, 0], points[:, 1]
    x = u + BEND_U_M * np.sin(v / WAVE_U_M + 0.4)
    y = v + BEND_V_M * np.sin(u / WAVE_V_M + 1.1)
    turned = np.column_stack([x * np.cos(TURN) - y * np.sin(TURN), x * np.sin(TURN) + y * np.cos(TURN)])
    return turned + np.array(plan.ORIGIN_M)


def heading(points: np.ndarray) -> np.ndarray:
    """Return the direction in which streets go east at lattice points, radians from east. Shape (n,)."""
    slope = BEND_V_M / WAVE_V_M * np.cos(points[:, 0] / WAVE_V_M + 1.1)
    return np.arctan(slope) + TURN


def bend_line(start: tuple[float, float], end: tuple[float, float]) -> shapely.LineString:
    """Return a straight lattice line on the map, with enough vertices to follow the bend, to the millimetre.

    It runs along u or along v. Every crossing with a street, and every middle of a block, is a vertex of both lines:
    so lines that meet on the lattice meet on the map.
    """
    along = 0 if start[1] == end[1] else 1
    low, high = sorted((start[along], end[along]))
    known = np.concatenate([*(column_axes() if along == 0 else row_axes())])
    middles = [getattr(b, "middle_u" if along == 0 else "middle_v") for b in list_blocks()]
    stops = np.concatenate([known, middles, [rail_u()] if along == 0 else [], np.arange(0.0, high, STEP_M)])
    stops = np.unique(np.concatenate([[low, high], stops[(stops > low) & (stops < high)]]).round(3))
    fixed = np.full(len(stops), start[1 - along])
    points = np.column_stack([stops, fixed] if along == 0 else [fixed, stops])
    return shapely.LineString(np.round(bend(points), 3))


def bend_shape(shape: Any) -> Any:
    """Return a lattice geometry on the map that need not meet another exactly."""
    fine = shapely.transform(shapely.segmentize(shape, STEP_M), bend)
    return shapely.set_precision(fine, GRID_M)


def place_footprints(corners: list[np.ndarray], middles: np.ndarray) -> np.ndarray:
    """Return footprints as polygons on the map: each is turned to its street and keeps its right angles.

    ``corners`` are relative to the middles, which are lattice points. Shape (n,).
    """
    at, turn = bend(middles), heading(middles)
    placed = []
    for ring, spot, angle in zip(corners, at, turn):
        c, s = np.cos(angle), np.sin(angle)
        placed.append(shapely.Polygon(np.round(ring @ np.array([[c, s], [-s, c]]) + spot, 3)))
    return np.array(placed, dtype=object)
