"""Shapes and columns as short texts: what is many on a page stands there in few bytes.

Whole numbers are written in base 32 as polylines are on the web (each sign carries five bits, the lowest first, and
whether more follow; the sign of a number is its lowest bit), with letters that neither JSON nor HTML must escape.
``shared_shapes.js`` reads them: ``gridder.unpack``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

SIGNS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
BITS, MORE = 5, 32
DEGREE_STEPS = 1_000_000  # coordinates are whole numbers of these parts of a degree: a decimetre


def pack_numbers(numbers: Iterable[int]) -> str:
    """Return whole numbers, of either sign, as one text."""
    signs = []
    for number in numbers:
        rest = 2 * number if number >= 0 else -2 * number - 1
        while rest >= MORE:
            signs.append(SIGNS[MORE | rest % MORE])
            rest //= MORE
        signs.append(SIGNS[rest])
    return "".join(signs)


def pack_shapes(degrees: Iterable[BaseGeometry]) -> str:
    """Return lines and polygons in degrees as one text.

    A shape is twice the number of its parts, and one more if they are areas; an area is the number of its rings; a
    ring or a line is the number of its points, then longitude and latitude of each as steps from the point before,
    the first of the layer from (0, 0). Points that fall on the one before are left out, as is the last of a ring.
    """
    numbers: list[int] = []
    at = np.zeros((1, 2), dtype=np.int64)
    for shape in degrees:
        parts = [part for part in shapely.get_parts(shape) if part.length > 0]
        flat = all(part.geom_type == "Polygon" for part in parts)
        numbers.append(2 * len(parts) + flat)
        for part in parts:
            lines = list(lines_of(part, flat))
            numbers += [len(lines)] if flat else []
            for line in lines:
                steps = np.diff(line, axis=0, prepend=at)
                numbers += [len(line), *steps.ravel().tolist()]
                at = line[-1:]
    return pack_numbers(numbers)


def lines_of(part: Any, flat: bool) -> Iterator[np.ndarray]:
    """Yield the rings of a polygon without their last points, or a line, in whole steps. Shape (n, 2)."""
    for line in (part.exterior, *part.interiors) if flat else (part,):
        points = np.rint(shapely.get_coordinates(line) * DEGREE_STEPS).astype(np.int64)
        moved = np.append(True, (np.diff(points, axis=0) != 0).any(axis=1))
        kept = points[moved]
        closed = flat and len(kept) > 1 and (kept[0] == kept[-1]).all()
        yield kept[:-1] if closed else kept


def pack_columns(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the properties of shapes, column by column: packed numbers, or texts by their place in a list of words.

    A number that a row lacks is 0, a text is blank.
    """
    columns: dict[str, Any] = {}
    for key in sorted({key for row in rows for key in row}):
        values = [row.get(key) for row in rows]
        if any(isinstance(value, str) for value in values):
            words = sorted({str(value or "") for value in values})
            columns[key] = [words, pack_numbers(words.index(str(value or "")) for value in values)]
        else:
            columns[key] = pack_numbers(int(value or 0) for value in values)
    return columns
