"""Outlines become one valid coverage on a millimetre grid, and move no more than they must."""

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from gridder.check.outlines import make_coverage


def array(*shapes):
    found = np.empty(len(shapes), dtype=object)
    found[:] = shapes
    return found


def test_a_clean_pair_does_not_move():
    pair = array(shapely.box(0, 0, 10, 10), shapely.box(10, 0, 20, 10))
    coverage = make_coverage(pair)
    assert shapely.equals(coverage.shapes, pair).all() and coverage.n_slivers == 0 and coverage.overlaps == ()


def test_an_overlap_goes_to_the_earlier_and_is_told():
    coverage = make_coverage(array(shapely.box(0, 0, 12, 10), shapely.box(10, 0, 20, 10)))
    assert shapely.area(coverage.shapes).tolist() == [120, 80]
    assert coverage.overlaps == ((0, 1, pytest.approx(20)),) and coverage.n_slivers == 0


def test_a_sliver_is_snapped_and_only_counted():
    coverage = make_coverage(array(shapely.box(0, 0, 10.4, 10), shapely.box(10, 0, 20, 10)))
    assert coverage.overlaps == () and (coverage.n_slivers, coverage.slivers_m2) == (1, pytest.approx(4))
    assert shapely.coverage_is_valid(coverage.shapes)


def test_a_narrow_gap_is_closed_and_a_wide_one_stays():
    """A ring of four around a gap: 0.5 m wide, then 3 m."""
    for width, closed in ((0.5, True), (3.0, False)):
        around = shapely.box(0, 0, 30, 30)
        gap = shapely.box(10, 10, 10 + width, 20)
        left = shapely.intersection(shapely.difference(around, gap), shapely.box(0, 0, 10, 30))
        right = shapely.difference(shapely.difference(around, gap), shapely.box(0, 0, 10, 30))
        coverage = make_coverage(array(left, right))
        assert shapely.coverage_is_valid(coverage.shapes)
        assert shapely.union_all(coverage.shapes).covers(gap) is closed


def test_lines_with_other_vertices_are_made_to_match():
    left = shapely.Polygon([(0, 0), (10, 0), (10, 10), (0, 10)])
    right = shapely.Polygon([(10, 0), (20, 0), (20, 10), (10, 10), (10.0002, 6), (9.9998, 3)])
    assert not shapely.coverage_is_valid([left, right])
    assert shapely.coverage_is_valid(make_coverage(array(left, right)).shapes)


def test_missing_and_swallowed_outlines_are_none():
    coverage = make_coverage(array(shapely.box(0, 0, 10, 10), None, shapely.box(2, 2, 4, 4)))
    assert shapely.is_missing(coverage.shapes).tolist() == [False, True, True]
    assert shapely.is_missing(make_coverage(array(None)).shapes).all()


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(*[st.floats(-0.8, 0.8)] * 8), min_size=4, max_size=4))
def test_shaken_lattices_always_fit_together(shakes):
    """Four blocks in a row, each corner shaken by up to 0.8 m on its own."""
    shapes = []
    for i, shake in enumerate(shakes):
        corners = [(i * 20, 0), (i * 20 + 20, 0), (i * 20 + 20, 20), (i * 20, 20)]
        shapes.append(shapely.Polygon([(x + shake[j], y + shake[j + 4]) for j, (x, y) in enumerate(corners)]))
    coverage = make_coverage(array(*shapes))
    assert shapely.coverage_is_valid(coverage.shapes) and shapely.is_valid(coverage.shapes).all()
    assert np.abs(shapely.area(coverage.shapes) - 400).max() < 80
    rounded = shapely.get_coordinates(coverage.shapes)
    assert np.abs(rounded - np.round(rounded, 3)).max() < 1e-9
    union = shapely.union_all(array(*shapes), grid_size=0.001)
    assert shapely.area(shapely.difference(union, shapely.union_all(coverage.shapes))) < 0.2
