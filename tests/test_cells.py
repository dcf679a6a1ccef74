"""Seamless cells: a valid coverage, every atom one connected cell, outlines met, barriers followed."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from ground import CRS, atoms, barriers, house, outline
from shapely import LineString, Point, Polygon, box

from gridder.cells import draw_cells, outlines_around
from gridder.errors import InputError
from gridder.policy import load_policy
from gridder.text import say_error

POLICY = load_policy()
NONE = barriers().set_crs(CRS, allow_override=True)


def assert_seamless(ground, outlines, table):
    """Every promise that holds for any input."""
    cells = ground.cells
    assert list(cells.index) == sorted(table.index)
    assert shapely.coverage_is_valid(cells.values)
    assert set(cells.geom_type) == {"Polygon"} and cells.is_valid.all() and (cells.area > 0).all()
    for name, drawn in ground.outlines.items():
        inside = cells[table.loc[cells.index, "community_id"] == name].area.sum()
        left = ground.left_out[ground.left_out["community_id"] == name].area.sum()
        assert inside + left == pytest.approx(drawn.area, abs=1e-3)
        assert drawn.symmetric_difference(outlines[name]).area <= 0.002 * (1 + outlines[name].length)


def test_two_houses_share_the_ground_in_the_middle():
    """.[a]....[b]. : the line runs half-way."""
    table = atoms({"a": house(10, 20), "b": house(70, 20)})
    ground = draw_cells(table, outline(0, 0, 100, 50), NONE, POLICY)
    assert_seamless(ground, outline(0, 0, 100, 50), table)
    assert ground.cells["a"].area == pytest.approx(2500, rel=0.01)


def test_a_railway_is_the_boundary_however_near_the_houses_stand():
    """[a]...|[b] : the line follows the railway at x = 60, not the middle at 45."""
    rails = barriers(("railway", [(60, -10), (60, 60)]))
    table = atoms({"a": house(10, 20), "b": house(62, 20)})
    ground = draw_cells(table, outline(0, 0, 100, 50), rails, POLICY)
    assert_seamless(ground, outline(0, 0, 100, 50), table)
    assert ground.cells["a"].area == pytest.approx(3000, abs=1)


def test_ground_without_buildings_goes_to_neighbours_across_a_road_before_a_railway():
    """[a] road | empty | railway [b] : the empty strip is a's."""
    lines = barriers(("road", [(30, -10), (30, 60)]), ("railway", [(60, -10), (60, 60)]))
    table = atoms({"a": house(5, 20), "b": house(65, 20)})
    ground = draw_cells(table, outline(0, 0, 100, 50), lines, POLICY)
    assert_seamless(ground, outline(0, 0, 100, 50), table)
    assert ground.cells["a"].area == pytest.approx(3000, abs=1)


def test_a_building_across_a_barrier_lives_where_most_of_it_stands():
    rails = barriers(("railway", [(50, -10), (50, 60)]))
    table = atoms({"a": house(5, 20), "b": house(45, 20)})
    ground = draw_cells(table, outline(0, 0, 100, 50), rails, POLICY)
    assert_seamless(ground, outline(0, 0, 100, 50), table)
    assert ground.cells["b"].bounds[0] == pytest.approx(50, abs=0.01)


def test_water_is_shared_by_both_banks():
    """A river polygon 20 m wide: both banks reach its middle."""
    river = barriers(("river", box(-10, 40, 110, 60)))
    table = atoms({"n": house(40, 70), "s": house(40, 20)})
    ground = draw_cells(table, outline(0, 0, 100, 100), river, POLICY)
    assert_seamless(ground, outline(0, 0, 100, 100), table)
    assert ground.cells["n"].area == pytest.approx(5000, rel=0.02)


@pytest.mark.parametrize(
    "shapes",
    [
        {"a": Point(50, 50), "b": Point(50, 50), "c": Point(50, 50)},  # towers at one point
        {"a": house(40, 40), "b": house(40, 40)},  # duplicates
        {"a": house(40, 40), "b": box(45, 42, 46, 43)},  # one inside the other
        {"a": house(40, 40), "b": house(60, 40)},  # a shared wall
        {
            "a": box(40, 40, 60, 60).difference(box(45, 45, 55, 55)),
            "b": house(48, 48, 4, 4),
        },  # in a courtyard
        {"a": box(50, 50, 50.01, 50.01), "b": house(10, 10)},  # hardly any area
        {"a": LineString([(50, 50), (50, 50)]).envelope, "b": house(10, 10)},  # none at all
    ],
)
def test_messy_footprints_all_get_ground(shapes):
    table = atoms(shapes)
    assert_seamless(draw_cells(table, outline(0, 0, 100, 100), NONE, POLICY), outline(0, 0, 100, 100), table)


def test_a_piece_of_community_without_buildings_is_left_out_and_said():
    apart = shapely.MultiPolygon([box(0, 0, 100, 100), box(300, 0, 400, 100)])
    outlines = outline(0, 0, 1, 1)
    outlines.iloc[0] = apart
    ground = draw_cells(atoms({"a": house(10, 10)}), outlines, NONE, POLICY)
    assert ground.left_out.area.sum() == pytest.approx(10_000)


def test_outlines_are_drawn_around_buildings_where_none_is_given():
    table = atoms({"a": house(0, 0), "b": house(100, 0)})
    table.loc["b", "community_id"] = "D"
    drawn = outlines_around(table, NONE, POLICY)
    assert list(drawn.index) == ["C", "D"]
    assert shapely.coverage_is_valid(drawn.values)
    assert drawn["C"].covers(table.geometry["a"]) and drawn["D"].covers(table.geometry["b"])


def test_a_shape_beyond_the_line_gets_ground_at_the_nearest_spot_of_its_community():
    """Unit 1 of a tower stands 5 m beyond the outline, its other units inside."""
    table = atoms({"T#1": house(105, 40), "T#2": house(80, 40), "a": house(10, 10), "b": house(10, 80)})
    ground = draw_cells(table, outline(0, 0, 100, 100), NONE, POLICY)
    assert_seamless(ground, outline(0, 0, 100, 100), table)
    assert ground.cells["T#1"].distance(table.geometry["T#1"]) <= 5.01


def test_a_house_keeps_the_ground_it_stands_on_not_the_larger_part_behind_a_hole():
    """A closed ring of road in the middle; the house stands in the narrow strip below it."""
    ring = barriers(("road", [(20, 12), (180, 12), (180, 60), (20, 60), (20, 12)]))
    table = atoms(
        {"a": house(90, 1, 20, 8), "b": house(2, 30, 8, 8), "c": house(190, 30, 8, 8), "d": house(90, 30)}
    )
    ground = draw_cells(table, outline(0, 0, 200, 200), ring, POLICY)
    assert_seamless(ground, outline(0, 0, 200, 200), table)
    for name, shape in table.geometry.items():
        assert ground.cells[name].distance(shape) < 0.01


RARE = {
    "a list geocoded to one point of a small yard": ([Point(10, 10)] * 600, (0, 0, 40, 40)),
    "larger than its community": ([box(-50, -50, 200, 200), house(10, 10)], (0, 0, 100, 100)),
    "its community's whole ground": ([box(-50, -50, 200, 200)], (0, 0, 100, 100)),
    "a community of one": ([Point(5, 5)], (0, 0, 100, 100)),
    "a community as narrow as a hand": ([Point(3 * n, 0.1) for n in range(20)], (0, 0, 500, 0.2)),
    "far from the origin": ([house(1e7 + 30 * n, 1e7 + 10) for n in range(9)], (1e7, 1e7, 1e7 + 300, 1e7 + 50)),
    "a centimetre apart": ([house(10, 10), house(30.01, 10), house(10, 20.01)], (0, 0, 100, 100)),
}  # fmt: skip


@pytest.mark.parametrize(("shapes", "bounds"), RARE.values(), ids=RARE)
def test_rare_ground_is_seamless(shapes, bounds):
    table = atoms({f"b{n:03d}": shape for n, shape in enumerate(shapes)})
    ground = draw_cells(table, outline(*bounds), NONE, POLICY)
    assert_seamless(ground, outline(*bounds), table)
    assert ground.left_out.empty


def test_an_outline_of_twenty_thousand_vertices():
    """A shore: a circle whose radius changes every 30 cm; a railway across."""
    rng = np.random.default_rng(0)
    angle, steps = np.linspace(0, 2 * np.pi, 20_000, endpoint=False), rng.normal(0, 0.05, 20_000)
    radius = 1000 + np.cumsum(steps - steps.mean())
    shore = outline(0, 0, 1, 1)
    shore.iloc[0] = Polygon(np.round(np.column_stack([radius * np.cos(angle), radius * np.sin(angle)]), 3))
    table = atoms({f"b{n:02d}": house(*rng.uniform(-600, 600, 2)) for n in range(40)})
    ground = draw_cells(table, shore, barriers(("railway", [(-2000, 0), (2000, 30)])), POLICY)
    assert_seamless(ground, shore, table)


def test_between_two_lines_a_hand_apart_nobody_has_his_home():
    """Two tracks 20 cm apart, a house between them: it lives on the nearer side, its cell ends at the tracks."""
    tracks = barriers(("railway", [(50, -10), (50, 60)]), ("railway", [(50.2, -10), (50.2, 60)]))
    table = atoms({"a": Point(50.15, 25), "b": house(20, 20)})
    ground = draw_cells(table, outline(0, 0, 100, 50), tracks, POLICY)
    assert_seamless(ground, outline(0, 0, 100, 50), table)
    assert ground.cells["a"].area == pytest.approx(2500, rel=0.01)


def test_a_community_without_room_is_an_error_that_names_it():
    """A leftover sliver of 1 × 1 mm with three houses in it: one has it all."""
    table = atoms({"a": Point(0, 0), "b": Point(0, 0), "c": Point(0, 0)})
    with pytest.raises(InputError) as error:
        draw_cells(table, outline(0, 0, 0.001, 0.001), NONE, POLICY)
    assert error.value.code == "cells.no_room" and error.value.facts == {"communities": ("C",)}
    assert error.value.findings[0].facts == {"n": 2} and say_error("zh", error.value)
