"""Seeds: every footprint has one, those of different atoms keep apart, all inside the ground they may have."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from ground import CRS, atoms, barriers, house, outline
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial import cKDTree

from gridder.adjacency import build_edges
from gridder.cells import draw_cells
from gridder.policy import load_policy
from gridder.seeds import APART_M, EDGE_M, make_seeds
from gridder.segments import connected_parts
from gridder.verify.ground import crowding_m

GROUND = shapely.box(0, 0, 100, 60)
PLACES = st.tuples(st.integers(0, 90), st.integers(0, 50))
SHAPES = st.one_of(
    st.builds(lambda at: shapely.Point(at), PLACES),
    st.builds(lambda at, w, d: shapely.box(*at, at[0] + w, at[1] + d), PLACES, st.integers(1, 10), st.integers(1, 10)),
    st.builds(lambda at, w: shapely.LineString([at, (at[0] + w, at[1])]), PLACES, st.integers(1, 10)),
)  # fmt: skip


def seeds_of(shapes, ground=GROUND):
    return make_seeds(np.array(shapes, dtype=object), np.array([ground] * len(shapes), dtype=object))


def nearest_rivals_m(seeds) -> float:
    """Distance of the two nearest seeds of different atoms."""
    pairs = cKDTree(seeds.points).query_pairs(3.0, output_type="ndarray")
    pairs = pairs[seeds.owner[pairs[:, 0]] != seeds.owner[pairs[:, 1]]]
    apart = np.hypot(*(seeds.points[pairs[:, 0]] - seeds.points[pairs[:, 1]]).T)
    return float(apart.min()) if len(apart) else np.inf


@settings(max_examples=60, deadline=None)
@given(st.lists(SHAPES, min_size=1, max_size=25))
def test_every_footprint_has_seeds_apart_from_others(shapes):
    """However footprints overlap, repeat each other or have no area."""
    seeds = seeds_of(shapes)
    assert sorted(set(seeds.owner.tolist())) == list(range(len(shapes)))
    assert nearest_rivals_m(seeds) >= APART_M - 1e-9
    assert shapely.intersects_xy(GROUND, *seeds.points.T).all()


@pytest.mark.parametrize("at", [(50, 30), (0, 0), (100, 30), (0.05, 59.9)])
@pytest.mark.parametrize("n", [3, 61, 200])
def test_any_number_of_points_at_one_place_stay_inside(n, at):
    seeds = seeds_of([shapely.Point(at)] * n)
    assert len(set(seeds.owner.tolist())) == n and nearest_rivals_m(seeds) >= APART_M - 1e-9
    beside = seeds.points[~(seeds.points == at).all(axis=1)]
    assert shapely.contains_xy(shapely.buffer(GROUND, -EDGE_M / 2), *beside.T).all()


def test_a_house_alone_keeps_its_outline():
    """20 × 10 m shrunk by 0.6 m: seeds on its edge at most 1.5 m apart."""
    seeds = seeds_of([house(10, 10)])
    inner = shapely.box(10.6, 10.6, 29.4, 19.4)
    assert shapely.distance(inner.exterior, shapely.points(seeds.points)).max() < 0.01
    assert cKDTree(seeds.points).query(seeds.points, k=2)[0][:, 1].max() <= 1.51


def test_seeds_depend_on_the_footprints_alone():
    shapes = [house(10, 10), shapely.Point(20, 15), house(10, 10), shapely.Point(20, 15)]
    first, again = seeds_of(shapes), seeds_of(shapes)
    assert (first.points == again.points).all() and (first.owner == again.owner).all()


def test_only_the_seeds_of_some_owners():
    seeds = seeds_of([house(10, 10), house(50, 10), house(10, 40)])
    some = seeds.of_owners(np.array([0, 2]))
    assert set(some.owner.tolist()) == {0, 2} and len(some.points) == (seeds.owner != 1).sum()


@pytest.mark.parametrize("at", [(30, 30), (0, 0), (99.9, 25)])
@pytest.mark.parametrize("n", [6, 12, 130])
def test_a_list_geocoded_to_one_point_has_ground_for_every_row(n, at):
    """In the middle, in a corner, at an edge: every row has ground, and no row is cut off from the others."""
    shapes = {f"p{i:03d}": shapely.Point(at) for i in range(n)} | {"z": house(70, 20)}
    empty, policy, table = barriers().set_crs(CRS, allow_override=True), load_policy(), atoms(shapes)
    cells = draw_cells(table, outline(0, 0, 100, 60), empty, policy).cells
    assert shapely.coverage_is_valid(cells.values) and set(cells.geom_type) == {"Polygon"}
    assert len(cells) == n + 1 and cells.area.sum() == pytest.approx(6000)
    edges = build_edges(cells, table, empty, policy)
    edges = edges[edges["passable"]]
    at_a, at_b = (cells.index.get_indexer(edges[side]) for side in ("cell_a", "cell_b"))
    assert len(set(connected_parts(n + 1, at_a, at_b).tolist())) == 1


def test_verify_lets_points_at_one_place_stand_as_far_as_their_ground_needs():
    """Lone points and houses get no allowance; 90 points in the corner of a field as much as 90 cells take."""
    corner = shapely.Point(0, 0)
    shapes = [shapely.Point(50, 50), shapely.box(0, 0, 20, 10), *[corner] * 90, shapely.box(0, 0, 20, 10)]
    room = crowding_m(np.array(shapes, dtype=object))
    assert room[[0, 1, -1]].tolist() == [0, 0, 0] and len(set(room[2:-1].tolist())) == 1
    field = shapely.box(0, 0, 300, 240)
    farthest = np.hypot(*seeds_of([corner] * 90, field).points.T).max()
    assert farthest < room[2] < 1.5 * farthest
