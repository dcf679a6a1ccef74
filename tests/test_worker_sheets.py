"""Sheets for grid workers: the sketch's paths are what they draw, numbers never cover one another."""

from __future__ import annotations

import re

import numpy as np
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import LineString, Polygon, box

from gridder.outputs.maps.sheets import FONT_PX, SKETCH_PX, Sketch, place_stops, tell_tenths


def points_of(path: str) -> list[list[tuple[float, float]]]:
    """Return the points of each part of a path of M, l and Z, in pixels."""
    parts = []
    for part in path.split("M")[1:]:
        numbers = [float(text) for text in re.findall(r"-?\d*\.?\d+", part)]
        steps = np.array(numbers).reshape(-1, 2)
        parts.append([tuple(at) for at in np.cumsum(steps, axis=0)])
    return parts


def test_a_path_is_the_shape_it_draws() -> None:
    """A square with a hole in a 100 m window, drawn twice as small: every corner within a twentieth of a pixel."""
    ground = box(0, 0, 1000, 500)
    sketch = Sketch(ground)
    shape = Polygon([(10, 10), (400.3, 10), (400.3, 390.7), (10, 390.7)], [[(50, 50), (50, 60), (60, 60)]])
    rings = points_of(sketch.draw([shape]))
    assert [len(ring) for ring in rings] == [4, 3]
    for ring, drawn in zip(shapely.get_rings(shape), rings, strict=True):
        wanted = {sketch.place(shapely.Point(x, y)) for x, y in list(ring.coords)[:-1]}
        near = [min(np.hypot(x - a, y - b) for a, b in wanted) for x, y in drawn]
        assert max(near) < 0.08
    assert sketch.draw([shape]).count("Z") == 2
    assert "Z" not in sketch.draw([LineString([(0, 0), (30, 40), (30, 40), (90, 40)])])
    assert len(points_of(sketch.draw([LineString([(0, 0), (30, 40), (30, 40.01), (90, 40)])]))[0]) == 3


def test_a_sketch_fills_its_box() -> None:
    wide, tall = Sketch(box(0, 0, 3000, 100)), Sketch(box(0, 0, 100, 3000))
    assert (wide.width, tall.height) == SKETCH_PX
    assert wide.height <= SKETCH_PX[1] and tall.width <= SKETCH_PX[0]


@given(st.integers(-99_999, 99_999))
def test_tenths_are_read_back(n: int) -> None:
    text = tell_tenths(n)
    assert float(text) * 10 == n or abs(float(text) * 10 - n) < 1e-6
    assert text[0] in " -" and "e" not in text


@given(st.lists(st.tuples(st.floats(0, 300), st.floats(0, 300)), max_size=60))
def test_numbers_cover_no_other(middles: list[tuple[float, float]]) -> None:
    stops = place_stops(middles, FONT_PX)
    assert not middles or stops[0]["n"] == 1
    for i, a in enumerate(stops):
        assert middles[a["n"] - 1] == (a["x"], a["y"])
        for b in stops[:i]:
            assert abs(a["x"] - b["x"]) >= 6 or abs(a["y"] - b["y"]) >= 9
