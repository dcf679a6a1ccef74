"""The line that is walked in each grid: closed, past every home, as long as is said, over no barrier but at a crossing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import shapely

from gridder.verify.base import Delivery, Violation, as_text, blame, counts
from gridder.verify.contact import Contacts, label, parts
from gridder.verify.figures import numbers

CORNER_M = 0.2  # m: corners of routes are delivered with one decimal; the line moves by less than this
LENGTH_M = 1.0  # m: a round is delivered in whole metres …
STEP_M = 0.03  # m … and each rounded corner changes its length by as much, at most in the mean
ASIDE_M = 0.25  # m: farther from a barrier than this one is on one of its sides, however corners are rounded
LANDING_M = 50.0  # m: so far beside a crossing a way may run over other ground to reach it
LEAVES_M = 1.0  # m: a way along the edge of its grid may leave it by rounding


@dataclass(frozen=True)
class Ground:
    """What routes must keep to: uncrossable lines and areas, and what leads over them."""

    lines: shapely.STRtree
    areas: shapely.STRtree
    crossings: shapely.STRtree
    built_over: shapely.STRtree
    reach_m: float


def check_routes(delivery: Delivery, contacts: Contacts) -> list[Violation]:
    """Return what is wrong with the routes; nothing for a delivery from before there were any."""
    if "route" not in delivery.grids:
        return []
    routes = read_routes(delivery)
    ground = find_ground(delivery)
    wrong: dict[str, list[str]] = {
        "route_over_barrier": [code for code, line in routes.items() if crosses(line, ground)],
        "route_open": [code for code, line in routes.items() if not line.is_closed],
        "route_length": wrong_lengths(delivery, routes),
        "route_misses_home": missed_homes(delivery, routes),
        "route_leaves_grid": strays(delivery, routes, contacts, ground),
    }
    return [blame(f"verify_staffing.{code}", codes) for code, codes in wrong.items() if codes]


def read_routes(delivery: Delivery) -> dict[str, Any]:
    """Return the lines by grid; grids without one are left out."""
    texts = dict(zip(delivery.grids["grid_code"], delivery.grids["route"].map(as_text)))
    told = {code: shapely.from_wkt(text, on_invalid="ignore") for code, text in texts.items() if text}
    return {code: line if line is not None else shapely.LineString() for code, line in told.items()}


def find_ground(delivery: Delivery) -> Ground:
    """Return the barriers of a delivery; ground said to lie between two lines is no barrier to walk against."""
    barriers = delivery.barriers[delivery.barriers.geometry.notna()]
    made = barriers["made"].map(as_text) if "made" in barriers else pd.Series("", barriers.index)
    solid = barriers[barriers["kind"].isin(delivery.rules["uncrossable"]) & (made != "between")]
    shapes = shapely.get_parts(np.asarray(solid.geometry.values))
    kind = shapely.get_dimensions(shapes)
    areas = shapely.buffer(shapes[kind == 2], -ASIDE_M)
    homes = np.asarray(delivery.buildings.geometry.values)
    met = shapely.STRtree(np.concatenate([areas, shapes[kind == 1]])).query(homes, predicate="intersects")[0]
    return Ground(
        lines=shapely.STRtree(shapes[kind == 1]),
        areas=shapely.STRtree(areas[~shapely.is_empty(areas)]),
        crossings=shapely.STRtree(np.asarray(barriers.geometry[barriers["kind"] == "crossing"].values)),
        built_over=shapely.STRtree(homes[np.unique(met)]),
        reach_m=float(delivery.rules["crossing_reach_m"]),
    )


def crosses(route: Any, ground: Ground) -> bool:
    """Whether a route goes through water or over a line where no crossing is in reach."""
    for area in ground.areas.geometries[ground.areas.query(route, predicate="intersects")]:
        inside = shapely.get_parts(shapely.intersection(route, area))
        if any(not is_crossed(part, ground) for part in inside if part.length > CORNER_M):
            return True
    for line in ground.lines.geometries[ground.lines.query(route, predicate="intersects")]:
        near = shapely.get_parts(shapely.intersection(route, shapely.buffer(line, ASIDE_M)))
        if any(changes_side(part, line) and not is_crossed(part, ground) for part in near):
            return True
    return False


def is_crossed(part: Any, ground: Ground) -> bool:
    """Whether a crossing is in reach of a part of a route, or it leads into a house that stands in the water or over a line."""
    if len(ground.crossings.query(part, predicate="dwithin", distance=ground.reach_m)):
        return True
    return len(ground.built_over.query(part, predicate="dwithin", distance=CORNER_M)) > 0


def changes_side(part: Any, line: Any) -> bool:
    """Whether a short part of a route begins on one side of a line and ends on the other."""
    if part.geom_type != "LineString" or not shapely.intersects(part, line):
        return False
    ends = [shapely.get_point(part, at) for at in (0, -1)]
    tips = [shapely.get_point(line, at) for at in (0, -1)]
    sides = [side_of(line, end) for end in ends]
    round_tip = any(shapely.distance(end, tip) < 2 * ASIDE_M for end in ends for tip in tips)
    return sides[0] * sides[1] < 0 and not round_tip


def side_of(line: Any, point: Any) -> float:
    """Return on which side of a line a point is: positive on the left, 0 on the line."""
    corners = shapely.get_coordinates(line)
    steps = shapely.linestrings(np.stack([corners[:-1], corners[1:]], axis=1))
    nearest = int(np.argmin(shapely.distance(steps, point)))
    (ax, ay), (bx, by) = corners[nearest], corners[nearest + 1]
    px, py = shapely.get_x(point), shapely.get_y(point)
    return float((bx - ax) * (py - ay) - (by - ay) * (px - ax))


def wrong_lengths(delivery: Delivery, routes: dict[str, Any]) -> list[str]:
    """Return the grids whose round is not the length of its line × the detour factor; along paths × 1 to that."""
    factor = float(delivery.rules.get("detour_factor", 1.0))
    on_paths = bool((delivery.barriers["kind"] == "path").any())
    said = dict(zip(delivery.grids["grid_code"], numbers(delivery.grids["round_m"])))
    found = []
    for code, line in routes.items():
        slack = LENGTH_M + STEP_M * shapely.get_num_coordinates(line)
        least = line.length * (1.0 if on_paths else factor) - slack
        if not least <= said[code] <= line.length * factor + slack:
            found.append(code)
    return found


def missed_homes(delivery: Delivery, routes: dict[str, Any]) -> list[str]:
    """Return the grids with a home that their route does not come to, or with two homes and a round but no route."""
    cells = delivery.cells[counts(delivery.cells["households"]) > 0]
    shapes = home_shapes(delivery, cells)
    codes = cells["grid_code"].to_numpy()
    rounds = dict(zip(delivery.grids["grid_code"], numbers(delivery.grids["round_m"])))
    drawn = any(routes)
    found = []
    for code, length_m in rounds.items():
        mine = shapes[codes == code]
        if code in routes:
            if (shapely.distance(mine, routes[code]) > CORNER_M).any():
                found.append(code)
        elif drawn and len(mine) > 1 and length_m > 0:
            found.append(code)
    return found


def home_shapes(delivery: Delivery, cells: Any) -> np.ndarray:
    """Return what a route must touch for each cell: its building, or the cell where that lies outside of it."""
    whole = np.asarray(cells.geometry.values)
    buildings = delivery.buildings
    if "cell_id" not in buildings or not buildings["cell_id"].is_unique:
        return whole
    homes = pd.Series(np.asarray(buildings.geometry.values), buildings["cell_id"].map(as_text))
    own = homes.reindex(cells["cell_id"]).to_numpy()
    inside = shapely.contains_properly(whole, shapely.point_on_surface(own))
    return np.where(inside, own, whole)


def strays(delivery: Delivery, routes: dict[str, Any], contacts: Contacts, ground: Ground) -> list[str]:
    """Return the grids whose route leaves them although one can walk everywhere inside; near crossings it may.

    Along a path network the way leads where the paths do.
    """
    if (delivery.barriers["kind"] == "path").any():
        return []
    grid = label(delivery.cells["grid_code"])
    part = parts(len(grid), *contacts.within(grid, walking=True))
    whole = pd.Series(part).groupby(delivery.cells["grid_code"].to_numpy()).nunique() == 1
    shape = dict(zip(delivery.grids["grid_code"], delivery.grids.geometry))
    found = []
    for code, line in routes.items():
        if not whole.get(code, False) or line.length == 0:
            continue
        outside = shapely.get_parts(shapely.difference(line, shapely.buffer(shape[code], CORNER_M)))
        away = [piece for piece in outside if piece.length > LEAVES_M]
        around = ground.reach_m + LANDING_M
        if any(not len(ground.crossings.query(p, predicate="dwithin", distance=around)) for p in away):
            found.append(code)
    return found
