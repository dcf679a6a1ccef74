"""Shapes and columns in few bytes: what was written can be read, to the decimetre."""

from __future__ import annotations

import json

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from page_shapes import read_numbers, read_shapes

from gridder.outputs.maps.packed import pack_columns, pack_numbers, pack_shapes

WHOLE = st.integers(-(2**40), 2**40)
SPOT = st.tuples(st.integers(-(10**8), 10**8), st.integers(-(10**7), 10**7)).map(
    lambda p: (p[0] / 1e6, p[1] / 1e6)
)


@given(st.lists(WHOLE))
def test_numbers_come_back(numbers):
    text = pack_numbers(numbers)
    assert read_numbers(text) == numbers
    assert json.dumps(text) == f'"{text}"'  # nothing to escape


def test_small_steps_take_one_sign():
    assert [len(pack_numbers([n])) for n in (0, 15, -16, 16, -17, 511, 512)] == [1, 1, 1, 2, 2, 2, 3]


@given(st.lists(st.lists(SPOT, min_size=2, max_size=6, unique=True), min_size=1, max_size=4))
def test_lines_come_back(lines):
    shapes = [shapely.LineString(line) for line in lines]
    assert [shape.wkt for shape in read_shapes(pack_shapes(shapes))] == [shape.wkt for shape in shapes]


def test_areas_with_holes_and_parts_come_back():
    yard = shapely.box(126.1, 43.1, 126.2, 43.2).difference(shapely.box(126.12, 43.12, 126.13, 43.13))
    both = shapely.MultiPolygon([yard, shapely.box(126.3, 43.1, 126.4, 43.2)])
    line = shapely.LineString([(126, 43), (126.000001, 43)])
    found = read_shapes(pack_shapes([yard, line, both]))
    assert [one.geom_type for one in found] == ["Polygon", "LineString", "MultiPolygon"]
    assert all(one.equals(other) for one, other in zip(found, [yard, line, both], strict=True))


def test_points_within_a_decimetre_are_one():
    line = shapely.LineString([(126, 43), (126.0000001, 43), (126.00001, 43)])
    assert len(read_shapes(pack_shapes([line]))[0].coords) == 2


def test_parts_without_length_are_left_out():
    mixed = shapely.MultiLineString([[(1, 1), (1, 1)], [(1, 1), (2, 2)]])
    assert read_shapes(pack_shapes([mixed]))[0].geom_type == "LineString"


def test_columns_say_texts_once():
    rows = [{"g": 3, "s": "special"}, {"g": -1}, {"s": "special"}]
    columns = pack_columns(rows)
    assert read_numbers(columns["g"]) == [3, -1, 0]
    words, places = columns["s"]
    assert [words[i] for i in read_numbers(places)] == ["special", "", "special"]
    assert pack_columns([]) == {}


@pytest.mark.parametrize("n", [3000])
def test_a_house_takes_few_bytes(n):
    """Four corners, eight numbers of two or three signs: GeoJSON takes 250 bytes."""
    houses = [
        shapely.box(126 + i % 60 / 1e3, 43 + i // 60 / 1e3, 126.0004 + i % 60 / 1e3, 43.0001 + i // 60 / 1e3)
        for i in range(n)
    ]
    assert len(pack_shapes(houses)) < 30 * n
