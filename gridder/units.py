"""Entrance units: what a text says of them, and the vertical slices of a footprint they stand for."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from typing import Any

import numpy as np
import shapely
from shapely.affinity import rotate

CHINESE = {"一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9, "十": 10}
NUMBER = r"(?:\d+(?:\.0+)?|[一二两三四五六七八九十]+)"
HOW_MANY = re.compile(rf"(?:共|计)?({NUMBER})个?(?:单元|门洞|门|units?)?", re.IGNORECASE)
ONE_UNIT = re.compile(
    rf"(?:第?(?:{NUMBER}|[a-z])?(?:单元|号门|门|unit)?(?:{NUMBER}|[a-z])?[:=\-])?(\d+)(?:\.0+)?户?"
    rf"|第?(?:{NUMBER}|[a-z])(?:单元|号门|门|#)(\d+)(?:\.0+)?户?",
    re.IGNORECASE,
)
BETWEEN_UNITS = re.compile(r"[,、;/+|\s]+")
GLUE = re.compile(r"(?:(?<=单元)|(?<=[:=门#]))\s+(?=[\d:=])|\s+(?=户)")  # blanks that part nothing
HALVINGS = 40  # of the width of a footprint: a place is known to a millionth of a millimetre
LEAST_M2 = 1e-6  # a slice that is smaller is no ground


def read_units(units: Any, households: int) -> list[int]:
    """Return the households of each entrance unit; empty when there is no use to be made of the text.

    ``3``, ``三个单元`` mean three units of (nearly) equal size; ``200,210,210``, ``1单元200、2单元210`` give each; a
    list that does not add up to ``households`` is scaled, to the household, by largest remainder.
    """
    told = units_told(units)
    if len(told) == 1:
        told = [1] * told[0] if told[0] <= households else []
    return share_out(households, told) if 0 < len(told) <= households and sum(told) > 0 else []


def units_told(units: Any) -> list[int]:
    """Return the numbers in a text on units: how many there are, alone, or the households of each; empty if neither."""
    if units is None or units != units:
        return []
    text = unicodedata.normalize("NFKC", str(units)).strip().strip("。.;,、")
    if whole := HOW_MANY.fullmatch(re.sub(r"\s+", "", text)):
        return [read_number(whole.group(1))]
    words = [word for word in BETWEEN_UNITS.split(GLUE.sub("", text)) if word]
    found = [ONE_UNIT.fullmatch(word) for word in words]
    if len(words) < 2 or not all(found):
        return []
    return [int(match.group(1) or match.group(2)) for match in found if match]


def count_units(units: Any, households: int) -> int | None:
    """Return how many entrance units a text states (``3``, ``三个单元``, ``96,96,104``: three), None where it states none.

    More units than households are no statement, nor are none; where nobody lives, any number above 0 is one.
    """
    told = units_told(units)
    number = len(told) if len(told) > 1 else sum(told)
    return number if 0 < number <= (households or number) else None


def read_number(text: str) -> int:
    """Return a number written in digits or, up to 99, in Chinese."""
    if text[0].isdigit():
        return int(float(text))
    tens, ten, ones = text.rpartition("十")
    return (CHINESE.get(tens, 1) * 10 if ten else 0) + CHINESE.get(ones, 0)


def share_out(total: int, weights: Sequence[float]) -> list[int]:
    """Return whole numbers proportional to ``weights`` that add up to ``total`` (largest remainder, ties first)."""
    exact = np.array(weights, dtype=float) * total / sum(weights)
    shares = np.floor(exact).astype(int)
    order = np.argsort(-(exact - shares), kind="stable")
    shares[order[: total - shares.sum()]] += 1
    return [int(s) for s in shares]


def cut_slices(footprint: Any, units: list[int]) -> list[Any]:
    """Return one vertical slice of the footprint a unit, west to east along its longer side.

    Areas are proportional to households; a unit without households has as much as the smallest with some. Of a
    footprint of several wings a slice may have several parts. A point, or a footprint too small to be cut, is
    repeated: the cells stage gives every piece its own ground.
    """
    if footprint.geom_type not in ("Polygon", "MultiPolygon") or footprint.area == 0:
        return [footprint] * len(units)
    weights = np.maximum(units, min(n for n in units if n > 0))
    angle = long_axis_degrees(footprint)
    level = rotate(footprint, -angle, origin=footprint.centroid)
    stops = quantiles_by_area(level, np.cumsum(weights)[:-1] / weights.sum())
    slices = [only_areas(rotate(piece, angle, origin=footprint.centroid)) for piece in slice_at(level, stops)]
    if min(piece.area for piece in slices) < LEAST_M2:
        return [shapely.point_on_surface(footprint)] * len(units)
    return slices


def only_areas(shape: Any) -> Any:
    """Return the areas of a shape, valid: where a cut touches a wall, lines are left beside them."""
    parts = shapely.get_parts(shapely.get_parts(shapely.make_valid(shape)))
    return shapely.union_all(parts[shapely.get_dimensions(parts) == 2])


def long_axis_degrees(footprint: Any) -> float:
    """Return the direction of the longer side of the smallest rectangle around a footprint, degrees from east.

    In (−90, 90]: along it one goes east, or due north.
    """
    corners = shapely.get_coordinates(footprint.minimum_rotated_rectangle)
    sides = np.diff(corners, axis=0)
    longest = sides[np.argmax(np.round(np.hypot(sides[:, 0], sides[:, 1]), 6))]
    angle = float(np.degrees(np.arctan2(longest[1], longest[0])))
    return angle - 180 if angle > 90 else angle + 180 if angle <= -90 else angle


def quantiles_by_area(footprint: Any, shares: np.ndarray) -> list[float]:
    """Return the x at which a vertical line leaves each share of the area to its left (bisection)."""
    left, bottom, right, top = footprint.bounds
    low, high = np.full(len(shares), left), np.full(len(shares), right)
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        area = shapely.area(shapely.intersection(footprint, shapely.box(left, bottom, middle, top)))
        short = area < shares * footprint.area
        low, high = np.where(short, middle, low), np.where(short, high, middle)
    return [float(x) for x in (low + high) / 2]


def slice_at(footprint: Any, stops: list[float]) -> np.ndarray:
    """Return the parts of a footprint between consecutive vertical lines, left to right."""
    left, bottom, right, top = footprint.bounds
    edges = np.array([left - 1, *stops, right + 1])
    return np.asarray(
        shapely.intersection(footprint, shapely.box(edges[:-1], bottom - 1, edges[1:], top + 1))
    )
