"""One A4 page a grid for its worker: buildings in the order of the round, units, households and a sketch."""

from __future__ import annotations

import json
from typing import Any

import geopandas as gpd
import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from gridder.outputs.maps.layers import draw_buildings, draw_route, draw_tour, number_of, records, text_of
from gridder.outputs.maps.rows import NONE, tell_round
from gridder.outputs.maps.two import Both, both
from gridder.tables import Run

SKETCH_PX = (700.0, 360.0)  # the sketch at its widest and highest, and as large as it is on paper
FONT_PX, FONT_MANY_PX, MANY = 11, 9, 40  # numbers of stops, and of many
DIGIT_SHARE = 0.62  # width of a bold digit of the font's size
PAD_SHARE = 0.06  # of the grid's longer side around it
EMPTY: Both = {"zh": "", "en": ""}
LINE = [
    "name",
    "building_id",
    "unit",
    "households",
    "count_missing",
    "estimated",
]  # what a line of the table tells


def tell_sheets(run: Run, grids: gpd.GeoDataFrame) -> list[dict[str, Any]]:
    """Return what each sheet says, sorted by grid."""
    codes = run.buildings["grid_code"].astype(str).to_numpy(dtype=object)
    return [
        tell_sheet(run, str(code), grid, run.buildings[codes == str(code)])
        for code, grid in zip(grids.index, records(grids), strict=True)
    ]


def tell_sheet(run: Run, code: str, grid: dict[str, Any], members: gpd.GeoDataFrame) -> dict[str, Any]:
    """Return one sheet: facts, buildings (``members`` of the grid) in walking order, sketch."""
    mine = order_by_tour(members, grid.get("tour"))
    sketch = Sketch(grid["geometry"])
    tour = draw_route(grid.get("route")) or draw_tour(grid.get("tour"), mine)
    seen = run.buildings.iloc[np.sort(run.buildings.sindex.query(sketch.window, predicate="intersects"))]
    near = seen[~seen.index.isin(mine.index)]
    middles = [sketch.place(point) for point in shapely.point_on_surface(mine.geometry.to_numpy())]
    font = FONT_PX if len(mine) <= MANY else FONT_MANY_PX
    stops = place_stops(middles, font)
    no = text_of(grid["grid_no"])
    return {
        "no": no,
        "code": code,
        "title": both("maps.sheet_map", no=no),
        "households": number_of(grid["households"]) or 0,
        "facts": list_facts(run, grid),
        "box": f"0 0 {sketch.width} {sketch.height}",
        "font": font,
        "ground": sketch.draw([grid["geometry"]]),
        "own": sketch.draw(draw_buildings(mine)),
        "other": sketch.draw(draw_buildings(near)),
        "tour": sketch.draw([tour]) if tour is not None else "",
        "stops": stops,
        "crowded": len(stops) < len(middles),
        "buildings": [tell_building(n, row) for n, row in enumerate(records(mine[LINE]), start=1)],
    }


def place_stops(middles: list[tuple[float, float]], font: int) -> list[dict[str, Any]]:
    """Return the numbers of stops that have room, first come first served: ``x``, ``y`` in pixels, ``n`` from 1."""
    placed: list[dict[str, Any]] = []
    for n, (x, y) in enumerate(middles, start=1):
        wide = font * DIGIT_SHARE
        clear = all(
            abs(x - other["x"]) >= wide * (len(str(n)) + len(str(other["n"]))) / 2
            or abs(y - other["y"]) >= font * 0.9
            for other in placed
        )
        if clear:
            placed.append({"x": x, "y": y, "n": n})
    return placed


def order_by_tour(buildings: gpd.GeoDataFrame, tour: Any) -> gpd.GeoDataFrame:
    """Return buildings in the order of the round; those it does not visit follow by id."""
    stops = json.loads(tour) if isinstance(tour, str) and tour else []
    place = {cell_id: n for n, cell_id in enumerate(stops)}
    names = buildings.index.to_list()
    order = sorted(range(len(names)), key=lambda n: (place.get(names[n], len(place)), str(names[n])))
    return buildings.iloc[order]


def tell_building(n: int, row: dict[str, Any]) -> dict[str, Any]:
    """Return one line of the table."""
    missing, estimated = bool(row["count_missing"]), bool(row["estimated"])
    return {
        "n": n,
        "name": text_of(row["name"]) or text_of(row["building_id"]),
        "unit": text_of(row["unit"]),
        "households": number_of(row["households"]) or 0,
        "remark": both("maps.member_missing" if missing else "maps.member_estimated")
        if missing or estimated
        else EMPTY,
    }


def list_facts(run: Run, grid: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the figures at the head of a sheet."""
    walk, visits = tell_round(grid), number_of(grid["visits_per_day"], 1)
    found: list[tuple[str, Any]] = [
        ("households", number_of(grid["households"]) or 0),
        ("buildings", number_of(grid["buildings"]) or 0),
    ]
    if walk != NONE:
        found += [("round", walk), ("rounds", both("maps.value_rounds", n=run.policy.rounds_per_day))]
    if visits is not None:
        found.append(("visits", both("maps.value_visits", n=f"{visits:.1f}")))
    return [{"name": both(f"maps.fact_{key}"), "value": value} for key, value in found]


class Sketch:
    """A grid drawn as SVG paths: metres to pixels, north up, whole pixels and a tenth."""

    def __init__(self, ground: BaseGeometry) -> None:
        x0, y0, x1, y1 = ground.bounds
        pad = max(x1 - x0, y1 - y0, 1.0) * PAD_SHARE
        self.left, self.top = x0 - pad, y1 + pad
        self.scale = min(SKETCH_PX[0] / (x1 - x0 + 2 * pad), SKETCH_PX[1] / (y1 - y0 + 2 * pad))
        self.width = round((x1 - x0 + 2 * pad) * self.scale)
        self.height = round((y1 - y0 + 2 * pad) * self.scale)
        self.window = shapely.box(x0 - pad, y0 - pad, x1 + pad, y1 + pad)

    def place(self, point: BaseGeometry) -> tuple[float, float]:
        """Return a point in pixels."""
        x, y = shapely.get_coordinates(point)[0]
        return round((x - self.left) * self.scale, 1), round((self.top - y) * self.scale, 1)

    def draw(self, shapes: Any) -> str:
        """Return shapes as the ``d`` of a path, cut at the sketch's edge."""
        parts = []
        for shape in shapes:
            for piece in shapely.get_parts(shapely.intersection(shape, self.window)):
                rings = [piece] if piece.geom_type == "LineString" else self.rings(piece)
                parts += [self.trace(ring, closed=piece.geom_type != "LineString") for ring in rings]
        return "".join(parts)

    def rings(self, piece: BaseGeometry) -> list[BaseGeometry]:
        """Return the rings of a polygon."""
        return list(shapely.get_rings(piece)) if piece.geom_type == "Polygon" else []

    def trace(self, line: BaseGeometry, *, closed: bool) -> str:
        """Return one line as path commands: where it begins, then steps, in tenths of a pixel without what rounds to none."""
        x, y = shapely.get_coordinates(line).T
        at = np.rint(np.column_stack([x - self.left, self.top - y]) * self.scale * 10).astype(int)
        steps = np.diff(at[: len(at) - closed], axis=0)
        moved = "".join(tell_tenths(n) for n in steps[steps.any(axis=1)].ravel())
        return (
            f"M{tell_tenths(at[0, 0])}{tell_tenths(at[0, 1])}"
            + (f"l{moved}" if moved else "")
            + ("Z" if closed else "")
        )


def tell_tenths(n: int) -> str:
    """Return a number of tenths as SVG writes it shortest, with a sign or a blank before it."""
    text = f"{n / 10:g}".replace("0.", ".", 1) if abs(n) < 10 else f"{n / 10:g}"
    return text if n < 0 else f" {text}"
