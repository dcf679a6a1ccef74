"""Tables of a run as features for the map: shapes in degrees, rounded, with numbers and codes only."""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import cache
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import CRS, Transformer
from shapely.geometry.base import BaseGeometry

DEGREES = "EPSG:4326"  # what Leaflet draws; PROJ treats the shift from CGCS2000 as none
DECIMALS = 6  # of a degree: a decimetre
POINT_M = 6.0  # a building known as a point is drawn as a disc of this radius
BARRIER_TEXTS = ("kind", "name", "made", "passage")
CORNER_M = 0.1  # a corner of a house or a boundary that sticks out less is not drawn
ROUND_M = 0.01  # points of a drawn shape nearer than this are one


def to_degrees(shapes: Iterable[BaseGeometry | None], crs: Any) -> np.ndarray:
    """Return shapes of a metric CRS in degrees (longitude, latitude), rounded."""
    flat = shapely.force_2d(np.array(list(shapes), dtype=object))
    lonlat = transformer_of(CRS.from_user_input(crs))
    found: np.ndarray = shapely.transform(
        flat, lambda points: np.column_stack(lonlat.transform(*points.T)).round(DECIMALS)
    )
    return found


@cache
def transformer_of(crs: CRS) -> Transformer:
    """Return what turns metres into degrees: thousands of shapes are drawn one by one."""
    return Transformer.from_crs(crs, DEGREES, always_xy=True)


def make_features(
    shapes: Iterable[BaseGeometry | None],
    crs: Any,
    properties: Iterable[dict[str, Any]] | None = None,
) -> list[dict[str, Any]]:
    """Return one feature a shape that has a length: ``geometry`` in degrees, ``properties``.

    Points are left out, also those in a mixed shape: these are layers of lines and areas.
    """
    degrees = to_degrees([without_points(shape) for shape in shapes], crs)
    facts = list(properties) if properties is not None else [{} for _ in degrees]
    features = []
    for shape, props in zip(degrees, facts, strict=True):
        if shape is None or shape.is_empty:
            continue
        features.append({"geometry": shape, "properties": props})
    return features


def without_points(shape: BaseGeometry | None) -> BaseGeometry | None:
    """Return a shape without its points; None where nothing is left."""
    if shape is None or shape.geom_type != "GeometryCollection":
        return shape if shape is not None and shape.length > 0 else None
    parts = [part for part in shapely.get_parts(shape) if part.length > 0]
    flat = [part for part in parts if part.area > 0] or parts  # areas where there are any, else lines
    return shapely.union_all(flat) if flat else None


def point_of(shape: BaseGeometry, crs: Any) -> list[float]:
    """Return a point (or the middle of a shape) as [latitude, longitude]."""
    point = to_degrees([shape if shape.geom_type == "Point" else shape.representative_point()], crs)[0]
    return [point.y, point.x]


def bounds_of(shape: BaseGeometry, crs: Any) -> list[list[float]]:
    """Return [[south, west], [north, east]] of a shape in degrees."""
    west, south, east, north = to_degrees([shape], crs)[0].bounds
    return [[south, west], [north, east]]


def inner_boundaries(grids: Iterable[BaseGeometry], outline: BaseGeometry) -> BaseGeometry:
    """Return the lines between grids, each once, without the outline of the community."""
    lines = shapely.union_all([shapely.boundary(grid) for grid in grids])
    return shapely.line_merge(shapely.difference(lines, shapely.buffer(outline.boundary, ROUND_M)))


def near_barriers(barriers: gpd.GeoDataFrame, outline: BaseGeometry, *, share: float = 0.8) -> pd.DataFrame:
    """Return kind, name, made, passage, geometry of the barriers in the outline's box, drawn out by ``share``; sorted.

    Texts are blank where a run says nothing.
    """
    x0, y0, x1, y1 = outline.bounds
    pad = max(x1 - x0, y1 - y0) * share
    sheet = shapely.box(x0 - pad, y0 - pad, x1 + pad, y1 + pad)
    near = barriers.iloc[np.sort(barriers.sindex.query(sheet, predicate="intersects"))].reset_index(drop=True)
    table = pd.DataFrame(
        {n: near[n].map(text_of) if n in near else "" for n in BARRIER_TEXTS}, index=near.index
    )
    table["geometry"] = shapely.intersection(near.geometry.to_numpy(), sheet)
    table["key"] = shapely.to_wkb(table["geometry"].to_numpy(), hex=True)
    return table.sort_values([*BARRIER_TEXTS, "key"], ignore_index=True).drop(columns="key")


def draw_buildings(buildings: gpd.GeoDataFrame) -> gpd.GeoSeries:
    """Return the footprints of buildings, corners that stick out less than a decimetre left out; a disc for a point."""
    shapes = buildings.geometry
    given = shapes.to_numpy()
    plain = shapely.simplify(given, CORNER_M)
    single = shapely.get_num_geometries(plain) == 1
    plain[single] = shapely.get_geometry(plain[single], 0)
    spots = ~(shapely.length(given) > 0)
    plain[spots] = shapely.buffer(given[spots], POINT_M, quad_segs=3)
    return gpd.GeoSeries(plain, index=shapes.index, crs=shapes.crs)


def draw_ground(grids: Iterable[BaseGeometry]) -> list[BaseGeometry]:
    """Return the grounds of grids with fewer points, alike on both sides of every boundary."""
    return list(shapely.coverage_simplify(np.array(list(grids), dtype=object), CORNER_M))


def draw_tour(tour: Any, buildings: gpd.GeoDataFrame) -> BaseGeometry | None:
    """Return the round of a grid as a line over its buildings, closed; None where there is none."""
    ids = json.loads(tour) if isinstance(tour, str) and tour else tour
    if not isinstance(ids, list):
        return None
    stops = [buildings.geometry.loc[i].representative_point() for i in ids if i in buildings.index]
    return shapely.LineString([*stops, stops[0]]) if len(stops) > 1 else None


def draw_route(route: Any) -> BaseGeometry | None:
    """Return the line that a round walks, over bridges alone; None where it is not known."""
    return shapely.from_wkt(route) if isinstance(route, str) and route else None


def records(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows of a table as dicts by column."""
    return [{str(key): value for key, value in row.items()} for row in table.to_dict("records")]


def row_of(table: pd.DataFrame, key: str) -> pd.Series:
    """Return one row of a table by its index."""
    row = table.loc[key]
    if not isinstance(row, pd.Series):
        raise KeyError(f"{key} stands more than once")
    return row


def text_of(value: Any) -> str:
    """Return a cell as text; unknown is empty."""
    return "" if value is None or value is pd.NA or value != value else str(value)


def number_of(value: Any, digits: int = 0) -> Any:
    """Return a cell as a plain number (whole without ``digits``); unknown is None."""
    if value is None or value is pd.NA or value != value:
        return None
    return round(float(value), digits) if digits else round(float(value))
