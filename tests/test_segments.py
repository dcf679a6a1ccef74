"""Shared boundaries, segment by segment: who has them in common, what runs along them."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from ground import barriers
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import box

from gridder.segments import Segments, connected_parts, kinds_along, lines_of, shared_segments

# ┌───┬───┐ 20   b and d touch in a corner with a and c;
# │ c │ d │      every side is 10 m
# ├───┼───┤ 10
# │ a │ b │
# └───┴───┘ 0
FOUR = np.array(
    [box(0, 0, 10, 10), box(10, 0, 20, 10), box(0, 10, 10, 20), box(10, 10, 20, 20)], dtype=object
)


def pairs(segments: Segments) -> list[tuple[int, int, float]]:
    return sorted(zip(segments.left.tolist(), segments.right.tolist(), segments.length_m.tolist()))


def test_four_squares_share_four_sides_and_no_corner():
    assert pairs(shared_segments(FOUR)) == [(0, 1, 10), (0, 2, 10), (1, 3, 10), (2, 3, 10)]


def test_a_hole_is_shared_with_what_fills_it():
    hole = box(3, 3, 6, 6)
    segments = shared_segments(np.array([FOUR[0].difference(hole), hole], dtype=object))
    assert segments.length_m.sum() == 12 and set(pairs(segments)) == {(0, 1, 3.0)}


def test_one_polygon_shares_nothing():
    assert len(shared_segments(FOUR[:1]).left) == 0


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.integers(1, 9), min_size=1, max_size=4), st.lists(st.integers(1, 9), min_size=1, max_size=4)
)
def test_shared_length_is_that_of_the_inner_lines(widths, heights):
    """A lattice of columns and rows of any width, against lengths by shapely and by hand."""
    x, y = np.cumsum([0, *widths]).tolist(), np.cumsum([0, *heights]).tolist()
    cells = [box(a, c, b, d) for a, b in zip(x, x[1:]) for c, d in zip(y, y[1:])]
    segments = shared_segments(np.array(cells, dtype=object))
    by_hand = (len(widths) - 1) * y[-1] + (len(heights) - 1) * x[-1]
    assert segments.length_m.sum() == pytest.approx(by_hand)
    for a, b, metres in pairs(segments):
        assert a < b and cells[a].intersection(cells[b]).length == pytest.approx(metres)


def test_the_first_of_the_kinds_that_run_along():
    """A road and a railway on the line x = 10, a wall 6 mm beside y = 10, water over the upper right."""
    rows = barriers(
        ("road", [(10, 0), (10, 20)]), ("railway", [(10, 0), (10, 10)]), ("wall", [(0, 10.006), (10, 10.006)]),
        ("river", box(9, 12, 20, 20)), ("crossing", shapely.Point(10, 5)),
    )  # fmt: skip
    segments = shared_segments(FOUR)
    kinds = dict(
        zip(zip(segments.left, segments.right), kinds_along(segments, rows, ["railway", "river", "road"]))
    )
    assert kinds == {(0, 1): "railway", (0, 2): "plain", (1, 3): "plain", (2, 3): "river"}
    swapped = kinds_along(segments, rows, ["road", "river", "railway"])
    assert sorted(swapped) == ["plain", "plain", "road", "road"]


def test_without_barriers_all_is_plain():
    assert set(kinds_along(shared_segments(FOUR), barriers(), ["road"])) == {"plain"}


def test_barriers_cut_as_lines_and_crossings_do_not():
    rows = barriers(("road", [(0, 0), (5, 0)]), ("river", box(0, 0, 2, 2)), ("crossing", shapely.Point(1, 1)))
    assert [line.length for line in lines_of(rows)] == [5, 8]


def test_connected_parts_are_numbered_alike():
    parts = connected_parts(5, [0, 3], [2, 4])
    assert parts[0] == parts[2] and parts[3] == parts[4] and len(set(parts.tolist())) == 3
    assert len(set(connected_parts(3, [], []).tolist())) == 3
