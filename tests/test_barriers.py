"""Loose ends of barriers: gaps closed, and lines that lead on from what ends in the middle of the ground."""

from __future__ import annotations

import geopandas as gpd
import pytest
import shapely
from ground import atoms, house, outline
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import LineString, Point, box
from test_crossings import edges_with, table

from gridder.barriers import prepare_barriers
from gridder.cells import draw_cells
from gridder.faces import cut_faces
from gridder.policy import load_policy

POLICY = load_policy()


def joined(*rows: tuple, outlines: gpd.GeoSeries | None = None) -> list[LineString]:
    """Return the lines that close gaps."""
    made, _ = prepare_barriers(table(*rows), outlines, POLICY)
    return list(made.geometry[made["made"] == "joined"])


def test_a_gap_of_three_metres_in_a_river_is_closed():
    (line,) = joined(("river", [(50, -5), (50, 49)]), ("river", [(50, 52), (50, 105)]))
    assert line.length == pytest.approx(3, abs=0.02) and abs(line.centroid.y - 50.5) < 0.02


def test_a_gap_wider_than_the_rule_stays():
    assert joined(("river", [(50, -5), (50, 45)]), ("river", [(50, 55), (50, 105)])) == []


def test_a_brook_is_joined_to_the_lake_and_a_railway_to_the_outline():
    (line,) = joined(("river", [(0, 50), (38, 50)]), ("river", box(40, 30, 80, 70)))
    assert line.length == pytest.approx(2, abs=0.02)
    ends = joined(("railway", [(50, 2), (50, 97)]), outlines=outline(0, 0, 100, 100))
    assert sorted(round(end.length) for end in ends) == [2, 3]


def test_a_ring_not_quite_closed_is_closed_but_a_line_is_not_joined_to_itself():
    (line,) = joined(("river", [(0, 0), (50, 0), (50, 50), (0, 50), (0, 2)]))
    assert line.length == pytest.approx(2, abs=0.02)
    assert joined(("river", [(0, 0), (50, 0), (50, 2), (20, 2)])) == []


def test_roads_and_walls_are_left_alone():
    assert joined(("road", [(50, -5), (50, 49)]), ("road", [(50, 52), (50, 105)])) == []


def test_lines_that_continue_each_other_have_no_loose_end():
    assert joined(("river", [(50, -5), (50, 50)]), ("river", [(50, 50), (50, 105)])) == []


def test_a_railway_that_ends_half_way_divides_the_ground_and_leaves_the_way_round_its_end():
    """The railway comes down between a and b, and ends at a third; c stands below."""
    rows = [("railway", [(50, 105), (50, 30)])]
    edges, _ = edges_with(rows, a=(10, 60), b=(70, 60), c=(40, 5))
    assert edges["a", "c"].passable and edges["b", "c"].passable
    assert edges["a", "b"].barrier_m > 50 and not edges["a", "b"].passable
    given_ = atoms({"a": house(10, 60), "b": house(70, 60), "c": house(40, 5)})
    lines, _ = prepare_barriers(table(*rows), outline(0, 0, 100, 100), POLICY)
    for cell in draw_cells(given_, outline(0, 0, 100, 100), lines, POLICY).cells:
        assert cell.buffer(-0.01).intersection(LineString(rows[0][1])).length < 0.1


def test_ground_between_two_tracks_is_part_of_the_railway():
    """The strip between the tracks has no house: the two sides meet in it, and nobody walks there."""
    rows = [("railway", [(48, -5), (48, 105)]), ("railway", [(56, -5), (56, 105)])]
    edges, _ = edges_with(rows, a=(10, 45), b=(70, 45))
    assert (edges["a", "b"].kind, edges["a", "b"].passable) == ("railway", False)


def test_a_boundary_between_two_carriageways_runs_along_the_road():
    rows = [("arterial", [(40, -5), (40, 105)]), ("arterial", [(60, -5), (60, 105)])]
    edges, _ = edges_with(rows, a=(10, 45), b=(70, 45))
    edge = edges["a", "b"]
    assert (edge.kind, edge.passable) == ("arterial", True)
    assert edge.cost == pytest.approx(100 * POLICY.cost_arterial, rel=0.05)


def test_an_embankment_between_a_river_and_its_street_is_ground_to_walk_on():
    """Two houses a bank; streets run 10 m beside the river, a bridge is stated in its middle: it joins the banks."""
    rows = [
        ("river", box(-5, 90, 205, 110)),
        ("road", [(-5, 80), (205, 80)]),
        ("road", [(-5, 120), (205, 120)]),
        ("crossing", Point(95, 100)),
    ]
    houses = {"a": (40, 150), "b": (140, 150), "c": (45, 40), "d": (145, 40)}
    edges, _ = edges_with(rows, (0, 0, 200, 200), **houses)
    across = [pair for pair, edge in edges.items() if edge.kind == "crossing"]
    assert across and all(set(pair) & {"a", "b"} and set(pair) & {"c", "d"} for pair in across)
    given_ = atoms({name: house(*spot) for name, spot in houses.items()})
    lines, _ = prepare_barriers(table(*rows), outline(0, 0, 200, 200), POLICY)
    between = draw_cells(given_, outline(0, 0, 200, 200), lines, POLICY).between
    assert not between.intersects(box(0, 111, 200, 119)).any()


def test_a_park_between_two_arms_of_a_river_joins_nobody():
    """No house on the island: it is shared out, but the banks do not meet on it."""
    rows = [("river", [(30, -5), (30, 105)]), ("river", [(70, -5), (70, 105)])]
    edges, _ = edges_with(rows, a=(2, 45), b=(75, 45))
    assert not any(e.passable for e in edges.values())


@st.composite
def loose_lines(draw):
    """Return up to five broken lines anywhere in and around a square of 200 m."""
    spot = st.tuples(st.integers(-20, 220), st.integers(-20, 220))
    lines = draw(st.lists(st.lists(spot, min_size=2, max_size=5, unique=True), min_size=1, max_size=5))
    return [("railway", [tuple(map(float, p)) for p in points]) for points in lines]


@settings(max_examples=60, deadline=None)
@given(loose_lines())
def test_no_face_lies_on_both_sides_of_a_barrier(rows):
    """Whatever lines: every spot of barrier inside has different faces to its left and right, but for short stubs."""
    square = outline(0, 0, 200, 200)
    lines, _ = prepare_barriers(table(*rows), square, POLICY)
    faces = cut_faces(square, lines, POLICY)
    assert shapely.coverage_is_valid(faces.polygons)
    assert shapely.area(faces.polygons).sum() == pytest.approx(200 * 200, rel=1e-6)
    solid = shapely.get_parts(shapely.line_merge(shapely.unary_union(lines.geometry.values, grid_size=0.001)))
    shrunk = shapely.union_all(shapely.buffer(faces.polygons, -0.01))
    stubs = [length for length in shapely.length(shapely.intersection(solid, shrunk)) if length >= 10.1]
    assert stubs == []


def test_far_away_lines_cost_nothing():
    """A railway outside every outline cuts nothing and needs no lead."""
    far = table(("railway", [(500, 0), (500, 100)])).assign(made="")
    faces = cut_faces(outline(0, 0, 100, 100), far, POLICY)
    assert len(faces.polygons) == 1
