"""Open ground: compact lumps, each whole to one cell beside it; nothing cut off, nothing gone round."""

from __future__ import annotations

import geopandas as gpd
import networkx as nx
import numpy as np
import pytest
import shapely
from ground import CRS, atoms, barriers, house, outline
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import Polygon, box
from test_cells import assert_seamless

from gridder.adjacency import build_edges
from gridder.cells import draw_cells
from gridder.policy import load_policy

POLICY = load_policy()
REACH_M = POLICY.open_ground_m
NEAREST = POLICY.model_copy(update={"open_ground_m": 1e9})  # all ground is near: shared out to the nearest
NONE = barriers().set_crs(CRS, allow_override=True)


def field(shape: Polygon) -> gpd.GeoSeries:
    """Return one outline of any shape."""
    drawn = outline(0, 0, 1, 1)
    drawn.iloc[0] = shapely.set_precision(shape, 0.001)
    return drawn


def village(x: float, y: float, columns: int, rows: int, name: str = "v") -> dict:
    """Return houses 20 × 10 m, 40 m apart from left to right and 30 m from row to row, the first at (x, y)."""
    return {
        f"{name}{row:02d}{column:02d}": house(x + 40 * column, y + 30 * row)
        for row in range(rows)
        for column in range(columns)
    }


def draw(shapes: dict, shape: Polygon, lines: gpd.GeoDataFrame = NONE) -> gpd.GeoSeries:
    """Return the cells, seamless, within the outline, each with its house's surroundings."""
    table = atoms(shapes)
    ground = draw_cells(table, field(shape), lines, POLICY)
    assert_seamless(ground, field(shape), table)
    assert ground.left_out.empty
    return ground.cells


def far_ground(shapes: dict, shape: Polygon) -> object:
    """Return the ground farther than the policy's reach from every house, less 2 m."""
    return shape.difference(shapely.union_all(shapely.buffer(list(shapes.values()), REACH_M + 2)))


def takers(cells: gpd.GeoSeries, shapes: dict, shape: Polygon, least_m2: float = 100) -> list[str]:
    """Return the atoms that have more of the far ground than a rounding."""
    far = far_ground(shapes, shape)
    return sorted(cells.index[shapely.area(shapely.intersection(cells.values, far)) > least_m2])


def compactness(cells: gpd.GeoSeries) -> np.ndarray:
    """Return 4π·area/perimeter² of each cell."""
    return 4 * np.pi * cells.area.to_numpy() / cells.length.to_numpy() ** 2


def neighbours(cells: gpd.GeoSeries, shapes: dict, lines: gpd.GeoDataFrame = NONE) -> nx.Graph:
    """Return the cells as a graph of those that people can walk between."""
    edges = build_edges(cells, atoms(shapes), lines, POLICY)
    walk = edges[edges["passable"]]
    graph = nx.Graph(zip(walk["cell_a"], walk["cell_b"]))
    graph.add_nodes_from(cells.index)
    return graph


def goes_round(cells: gpd.GeoSeries) -> list[str]:
    """Return the cells that have a hole with another cell inside."""
    return [name for name, cell in cells.items() if len(cell.interiors)]


def test_a_row_of_houses_in_a_field_of_three_kilometres():
    """Twelve houses in a row in the middle: few cells share the field, and none is a strip."""
    shapes, shape = village(1300, 1500, 12, 1), box(0, 0, 3000, 3000)
    cells = draw(shapes, shape)
    assert 2 <= len(takers(cells, shapes, shape)) <= 5
    assert not goes_round(cells)
    strips = draw_cells(atoms(shapes), field(shape), NONE, NEAREST).cells
    assert len(takers(strips, shapes, shape)) == 12 and compactness(strips).min() < 0.1
    assert compactness(cells).min() > 0.2


def test_every_house_keeps_the_ground_around_it():
    shapes, shape = village(1300, 1500, 12, 2), box(0, 0, 3000, 3000)
    cells = draw(shapes, shape)
    strips = draw_cells(atoms(shapes), field(shape), NONE, NEAREST).cells
    for name, footprint in shapes.items():
        near = strips[name].intersection(footprint.buffer(REACH_M - 1))
        assert near.difference(cells[name]).area < 1


def test_a_village_in_the_corner_of_a_huge_outline():
    """5 × 5 houses in the lower left corner of 4 × 4 km: one cell has the rest, nobody is parted from a neighbour."""
    shapes, shape = village(30, 30, 5, 5), box(0, 0, 4000, 4000)
    cells = draw(shapes, shape)
    assert len(takers(cells, shapes, shape)) == 1
    graph = neighbours(cells, shapes)
    before = neighbours(draw_cells(atoms(shapes), field(shape), NONE, NEAREST).cells, shapes)
    assert set(map(frozenset, before.edges)) - set(map(frozenset, graph.edges)) == set()
    assert nx.is_biconnected(graph)


def test_a_town_in_the_middle_has_its_ring_cut_into_sectors():
    """No cell goes round the town: two or more share the ring, more where it is narrow for its length."""
    town = village(1300, 1300, 10, 13)
    wide, narrow = box(0, 0, 3000, 3000), box(1000, 1000, 2000, 2000)
    for shape, least in ((wide, 2), (narrow, 3)):
        cells = draw(town, shape)
        sectors = takers(cells, town, shape)
        assert least <= len(sectors) <= 12 and not goes_round(cells)
        lumps = shapely.intersection(cells[sectors].values, far_ground(town, shape))
        assert compactness(gpd.GeoSeries(lumps)).min() > 0.25


def test_a_ring_of_houses_around_a_lake():
    """24 houses 500 m from the middle of a lake: the water is not cut into 24 slices, the shore holds together."""
    angles = np.linspace(0, 2 * np.pi, 24, endpoint=False)
    shapes = {
        f"h{n:02d}": house(600 + 500 * np.cos(a), 600 + 500 * np.sin(a), 20, 20) for n, a in enumerate(angles)
    }
    shape = box(0, 0, 1220, 1220)
    cells = draw(shapes, shape)
    lake = shapely.Point(610, 610).buffer(350)
    have = cells.index[shapely.area(shapely.intersection(cells.values, lake)) > 100]
    assert len(have) <= 3
    assert not goes_round(cells)
    assert nx.is_connected(neighbours(cells, shapes).subgraph(set(shapes) - set(have)))


def two_villages() -> tuple[dict, Polygon]:
    """Return two villages of 6 × 6 houses, 2 km between them, in one outline."""
    return village(200, 500, 6, 6, "a") | village(2420, 500, 6, 6, "b"), box(0, 0, 2840, 1200)


def test_two_villages_part_half_way():
    shapes, shape = two_villages()
    cells = draw(shapes, shape)
    west = shapely.union_all(cells[[name for name in cells.index if name[0] == "a"]].values)
    assert west.intersection(box(1425, 0, 2840, 1200)).area < 0.01 * shape.area
    assert box(0, 0, 1415, 1200).difference(west).area < 0.01 * shape.area


def test_two_wide_villages_face_each_other_across_a_field():
    """Between two rows of 30 houses, 1,000 m apart, either has its half, though all of it were the better square."""
    shapes, shape = village(20, 20, 30, 1, "s") | village(20, 1040, 30, 1, "n"), box(0, 0, 1220, 1070)
    cells = draw(shapes, shape)
    south = shapely.union_all(cells[[name for name in cells.index if name[0] == "s"]].values)
    assert south.symmetric_difference(box(0, 0, 1220, 535)).area < 0.01 * shape.area


def test_two_villages_part_at_the_road_where_there_is_one():
    """A road at x = 1200, off the middle, with no house between it and the villages: the line of the two sides."""
    shapes, shape = two_villages()
    road = barriers(("road", [(1200, -10), (1200, 1210)]), ("road", [(-10, 250), (2900, 250)]))
    cells = draw(shapes, shape, road)
    west = shapely.union_all(cells[[name for name in cells.index if name[0] == "a"]].values)
    assert box(0, 260, 1190, 1200).difference(west).area < 1
    assert west.intersection(box(1210, 260, 2840, 1200)).area < 1


def test_lumps_follow_the_roads_of_a_field():
    """Fields between roads 600 m apart: inside each field beyond the houses runs no boundary."""
    shapes, shape = village(50, 50, 8, 8), box(0, 0, 2400, 2400)
    ways = [("road", [(d, -10), (d, 2410)]) for d in (600, 1200, 1800)]
    ways += [("road", [(-10, d), (2410, d)]) for d in (600, 1200, 1800)]
    cells = draw(shapes, shape, barriers(*ways))
    for x in (0, 600, 1200, 1800):
        for y in (0, 600, 1200, 1800):
            if max(x, y) >= 1200:
                plot = box(x + 1, y + 1, x + 599, y + 599)
                shares = shapely.area(shapely.intersection(cells.values, plot)) / plot.area
                assert shares.max() > 0.999


def test_an_outline_in_the_shape_of_an_l():
    """Houses in the corner of the L, both arms empty and 2 km long: one cell an arm has the end."""
    shape = Polygon([(0, 0), (2600, 0), (2600, 500), (500, 500), (500, 2600), (0, 2600)])
    shapes = village(60, 60, 10, 13)
    cells = draw(shapes, shape)
    assert 1 <= len(takers(cells, shapes, shape)) <= 4
    for arm in (box(700, 0, 2600, 500), box(0, 700, 500, 2600)):
        shares = shapely.area(shapely.intersection(cells.values, arm)) / arm.area
        assert shares.max() > 0.999


def test_ground_across_a_railway_joins_no_cell_while_others_touch_it():
    """[village] | railway | field with a house at its far end: the field is the house's, not the village's."""
    shapes = village(50, 50, 6, 10) | {"z": house(2300, 200)}
    rails = barriers(("railway", [(600, -10), (600, 510)]))
    cells = draw(shapes, box(0, 0, 2400, 500), rails)
    assert cells["z"].area == pytest.approx(1800 * 500, abs=1)


def test_near_ground_is_shared_out_as_ever():
    """No spot is twice the reach from a house: not a vertex differs."""
    shapes, shape = village(60, 60, 10, 10), box(0, 0, 560, 480)
    assert draw(shapes, shape).geom_equals(draw_cells(atoms(shapes), field(shape), NONE, NEAREST).cells).all()


def test_the_same_whatever_the_order_of_the_rows():
    shapes, shape = two_villages()
    table = atoms(shapes)
    one = draw_cells(table, field(shape), NONE, POLICY).cells
    other = draw_cells(table.iloc[::-1], field(shape), NONE, POLICY).cells
    assert one.to_wkb().equals(other.to_wkb())


@st.composite
def wide_ground(draw):
    """Return (outline, footprints, lines): a star 1–3 km wide, clusters of houses in it, up to three barriers."""
    n = draw(st.integers(4, 9))
    angles = np.linspace(0, 2 * np.pi, n, endpoint=False)
    shape = Polygon([(draw(st.floats(400, 1500)) * np.array([np.cos(a), np.sin(a)])) for a in angles])
    place = st.tuples(st.floats(-1000, 1000), st.floats(-1000, 1000))
    shapes = {}
    for i in range(draw(st.integers(1, 4))):
        x, y = draw(place)
        shapes |= village(x, y, draw(st.integers(1, 6)), draw(st.integers(1, 4)), f"v{i}")
    kinds = st.sampled_from(["railway", "road", "river", "wall"])
    lines = [(draw(kinds), [draw(place), draw(place), draw(place)]) for _ in range(draw(st.integers(0, 3)))]
    return shape, shapes, lines


@settings(max_examples=25, deadline=None)
@given(wide_ground())
def test_any_wide_ground_is_seamless_and_holds_together(case):
    shape, shapes, lines = case
    inside = {name: s for name, s in shapes.items() if shape.contains(s)} or {"h": house(0, 0)}
    table, outlines = atoms(inside), field(shape)
    drawn = barriers(*lines).set_crs(CRS, allow_override=True)
    ground = draw_cells(table, outlines, drawn, POLICY)
    assert_seamless(ground, outlines, table)
    strips = draw_cells(table, outlines, drawn, NEAREST).cells
    assert ground.cells.area.sum() == pytest.approx(strips.area.sum(), abs=1)
    graph, before = neighbours(ground.cells, inside, drawn), neighbours(strips, inside, drawn)
    if not set(POLICY.uncrossable) & {kind for kind, _ in lines}:
        assert nx.number_connected_components(graph) == nx.number_connected_components(before)
