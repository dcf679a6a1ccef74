"""Outlines become one valid coverage on a millimetre grid, and move no more than they must."""

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.affinity import rotate

from gridder.check.gaps import find_gaps
from gridder.check.outlines import make_coverage
from gridder.policy import load_policy

REACH_M = load_policy().outline_gap_m


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


def test_missing_outlines_stay_missing_and_of_two_equal_ones_the_earlier_is_kept():
    coverage = make_coverage(array(shapely.box(0, 0, 10, 10), None, shapely.box(0, 0, 10, 10)))
    assert shapely.is_missing(coverage.shapes).tolist() == [False, True, True]
    assert coverage.overlaps == ((0, 2, pytest.approx(100)),) and coverage.inside == ()
    assert shapely.is_missing(make_coverage(array(None)).shapes).all()


def test_an_outline_inside_another_keeps_its_ground_whatever_the_order():
    inner, outer = shapely.box(20, 20, 40, 40), shapely.box(0, 0, 100, 100)
    for shapes in (array(inner, outer), array(outer, inner)):
        coverage = make_coverage(shapes)
        pair = (0, 1) if shapes[0] is inner else (1, 0)
        assert coverage.inside == (pair,) and coverage.overlaps == ()
        assert sorted(shapely.area(coverage.shapes)) == [400, 9600]
        assert shapely.coverage_is_valid(coverage.shapes)


def test_outlines_inside_one_another_like_dolls():
    coverage = make_coverage(array(*(shapely.box(d, d, 90 - d, 90 - d) for d in (0, 15, 30))))
    assert shapely.area(coverage.shapes).tolist() == [90**2 - 60**2, 60**2 - 30**2, 900]
    assert coverage.inside == ((1, 0), (2, 0), (2, 1))


def test_a_slit_open_at_both_ends_is_closed_and_a_street_stays():
    for width, n in ((0.6, 1), (3.0, 0)):
        pair = array(shapely.box(0, 0, 30, 30), shapely.box(30 + width, 0, 60, 30))
        coverage = make_coverage(pair)
        assert shapely.coverage_is_valid(coverage.shapes) and coverage.n_slivers == n
        assert shapely.area(coverage.shapes).sum() == pytest.approx(1800 if n else 1710, abs=0.01)


def test_a_shred_cut_off_its_own_outline_goes_to_who_is_around_it():
    """C, a strip of A that B cuts off: 0.5 m of A beyond B belong to B, not to a second part of A."""
    first = shapely.union(shapely.box(0, 0, 20, 20), shapely.box(30, 0, 30.5, 20))
    second = shapely.box(20, 0, 30, 20)
    coverage = make_coverage(array(first, second))
    assert shapely.area(coverage.shapes).tolist() == pytest.approx([400, 210])


# ── gaps ──


def told(*shapes):
    return [
        (gap.around, round(gap.area_m2)) for gap in find_gaps(make_coverage(array(*shapes)).shapes, REACH_M)
    ]


def test_a_street_between_two_communities_is_a_gap_and_a_valley_is_not():
    left = shapely.box(0, 0, 100, 200)
    ((around, area),) = told(left, shapely.box(120, 0, 220, 200))
    assert around == (0, 1) and area == pytest.approx(4000, rel=0.1)
    assert told(left, shapely.box(190, 0, 290, 200)) == []


def test_an_enclosed_gap_is_told_with_all_around_it_and_a_hole_with_its_one():
    """Four blocks around an empty one of 80 m; a hole in the first; a corner that is open is no gap."""
    blocks = [shapely.box(0, 0, 80, 160), shapely.box(80, 0, 240, 80), shapely.box(160, 80, 240, 240)]
    blocks[0] = shapely.difference(blocks[0], shapely.box(10, 10, 30, 30))
    ring = shapely.box(0, 160, 160, 240)
    assert told(*blocks, ring) == [((0, 1, 2, 3), 6400), ((0,), 400)]
    assert told(*blocks) == [((0,), 400)]


def test_the_corner_of_an_l_is_no_gap():
    assert told(shapely.box(0, 0, 100, 100), shapely.box(100, 0, 200, 200)) == []


boxes = st.tuples(st.integers(0, 60), st.integers(0, 60), st.integers(1, 50), st.integers(1, 50))


@settings(max_examples=80, deadline=None)
@given(st.lists(st.tuples(boxes, boxes, st.floats(0, 1.2), st.booleans()), min_size=1, max_size=5))
def test_any_outlines_become_a_valid_coverage_of_the_same_ground(drawn):
    """Boxes with bites, slits, holes and copies inside one another, a little turned and shifted."""
    shapes = []
    for (x, y, w, h), (bx, by, bw, bh), shift, turned in drawn:
        shape = shapely.difference(
            shapely.box(x + shift, y, x + shift + w, y + h), shapely.box(bx, by, bx + bw / 3, by + bh / 3)
        )
        shape = rotate(shape, 7, origin=(0, 0)) if turned else shape
        shapes.append(shape if shapely.area(shape) > 0 else None)
    coverage = make_coverage(array(*shapes))
    known = coverage.shapes[~shapely.is_missing(coverage.shapes)]
    assert shapely.coverage_is_valid(known) and shapely.is_valid(known).all()
    before = shapely.union_all(array(*[s for s in shapes if s is not None]))
    after = shapely.union_all(known)
    assert shapely.area(shapely.difference(before, shapely.buffer(after, 0.01))) < 0.05
    grown = shapely.difference(after, shapely.buffer(before, 1.0))  # closed slits lie within a metre
    assert shapely.area(grown) < 0.05
    for gap in find_gaps(coverage.shapes, REACH_M):
        assert shapely.area(shapely.intersection(gap.shape, after)) < 0.05 and gap.around


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
