"""Read the shapes of a page back: an independent reader of what ``packed`` writes, for tests."""

from __future__ import annotations

import json
import string
from typing import Any

import shapely

SIGNS = string.ascii_uppercase + string.ascii_lowercase + string.digits + "-_"


def data_of(html: str) -> dict[str, Any]:
    """Return the data of a page's script."""
    found: dict[str, Any] = json.loads(html.split('id="gridder-data">')[1].split("</script>")[0])
    return found


def read_numbers(text: str) -> list[int]:
    """Return the numbers of a packed text."""
    numbers, bits = [], []
    for sign in text:
        bits.append(f"{SIGNS.index(sign) % 32:05b}")
        if SIGNS.index(sign) < 32:
            value = int("".join(reversed(bits)), 2)
            numbers.append(value // 2 if value % 2 == 0 else -(value + 1) // 2)
            bits = []
    return numbers


def read_shapes(text: str) -> list[Any]:
    """Return the shapes of a packed text in degrees."""
    left = iter(read_numbers(text))
    x = y = 0
    shapes: list[Any] = []

    def line(closed: bool) -> list[tuple[float, float]]:
        nonlocal x, y
        points = []
        for _ in range(next(left)):
            x, y = x + next(left), y + next(left)
            points.append((x / 1e6, y / 1e6))
        return [*points, points[0]] if closed else points

    for head in left:
        if head % 2:
            rings = [[line(True) for _ in range(next(left))] for _ in range(head // 2)]
            parts = [shapely.Polygon(first, holes) for first, *holes in rings]
            shapes.append(shapely.MultiPolygon(parts) if len(parts) > 1 else parts[0])
        else:
            lines = [shapely.LineString(line(False)) for _ in range(head // 2)]
            shapes.append(shapely.MultiLineString(lines) if len(lines) > 1 else lines[0])
    return shapes


def shapes_of(html: str, layer: str) -> list[Any]:
    """Return the shapes of a layer of a page; none where it stands under another's name, or is not drawn."""
    packed = data_of(html)["shapes"].get(layer)
    return read_shapes(packed["shapes"]) if packed else []
