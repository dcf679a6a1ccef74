"""Ways on foot between neighbours: through dry ground, over bridges alone, as short as they can be."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely
from ground import CRS, atoms, barriers, crossing, house, outline
from shapely import LineString, Point, Polygon, box

from gridder.adjacency import build_edges
from gridder.cells import draw_cells
from gridder.gates import BRIDGE_M, Water, bending_corners, dry_ground, spots_on_segments, walk_around
from gridder.policy import load_policy
from gridder.segments import Segments
from gridder.staffing.network import make_network
from gridder.staffing.patrol import walk_rounds

POLICY = load_policy()
BOUNDS = (0, 0, 400, 400)


def edges_among(table: gpd.GeoDataFrame, *lines: tuple[str, object]):
    """Return cells and edges of houses among barriers."""
    drawn = barriers(*lines).set_crs(CRS, allow_override=True)
    cells = draw_cells(table, outline(*BOUNDS), drawn, POLICY).cells
    return cells, build_edges(cells, table.sort_index(), drawn, POLICY)


def ways_of(edges) -> dict[tuple[str, str], LineString]:
    """Return the ways by pair."""
    known = edges[edges.way.notna()]
    return dict(zip(zip(known.cell_a, known.cell_b), shapely.from_wkt(known.way)))


def test_a_way_over_a_plain_boundary_is_straight():
    table = atoms({"a": house(50, 200), "b": house(250, 300)})
    _, edges = edges_among(table)
    way = ways_of(edges)["a", "b"]
    straight = Point(60, 205).distance(Point(260, 305))
    assert way.length == pytest.approx(straight, abs=0.1)
    assert edges.way_m[0] == pytest.approx(way.length, abs=0.05)
    assert way.coords[0] == pytest.approx((60, 205)) and way.coords[-1] == pytest.approx((260, 305))


def test_the_spot_of_the_shortest_way_beside_every_other():
    """Random segments and stops: no point of the segment, but for its last 0.3 m, makes a shorter way."""
    rng = np.random.default_rng(5)
    ends, stops = rng.uniform(0, 50, (40, 4)), rng.uniform(0, 50, (80, 2))
    segments = Segments(np.arange(0, 80, 2), np.arange(1, 80, 2), ends)
    spots = spots_on_segments(segments, stops)[["x", "y"]].to_numpy()
    lines = shapely.linestrings(ends.reshape(-1, 2, 2))
    found = np.hypot(*(stops[::2] - spots).T) + np.hypot(*(stops[1::2] - spots).T)
    for part in np.linspace(0, 1, 201):
        tried = shapely.get_coordinates(shapely.line_interpolate_point(lines, part, normalized=True))
        away = np.minimum(part, 1 - part) * shapely.length(lines) >= 0.3
        other = np.hypot(*(stops[::2] - tried).T) + np.hypot(*(stops[1::2] - tried).T)
        assert (found <= other + 1e-9)[away].all()


def test_a_way_leads_over_the_bridge_alone():
    """Two houses face each other over a river; the bridge is far to the east: there and back."""
    table = atoms({"a": house(10, 240), "b": house(10, 140)})
    river, bridge = LineString([(-5, 200), (405, 200)]), (350, 200)
    _, edges = edges_among(table, ("river", river), crossing(*bridge))
    way = ways_of(edges)["a", "b"]
    assert shapely.distance(shapely.intersection(way, river), Point(bridge)) <= BRIDGE_M
    legs = Point(20, 245).distance(Point(bridge)) + Point(bridge).distance(Point(20, 145))
    assert way.length == pytest.approx(legs, rel=0.01)


def test_no_way_without_a_bridge():
    table = atoms({"a": house(10, 240), "b": house(10, 140)})
    _, edges = edges_among(table, ("river", [(-5, 200), (405, 200)]))
    assert edges.way.isna().all() and edges.way_m.isna().all() and not edges.passable.any()


def test_a_way_bends_round_the_head_of_a_lake():
    """A pond lies between two houses: the straight way would go through the water."""
    pond = box(150, 100, 250, 250)
    table = atoms({"a": house(60, 195), "b": house(320, 195)})
    _, edges = edges_among(table, ("river", pond))
    way = ways_of(edges)["a", "b"]
    assert shapely.intersection(way, pond).length < 0.01
    round_it = Point(70, 200).distance(Point(150, 250)) + 100 + Point(250, 250).distance(Point(330, 200))
    assert way.length == pytest.approx(round_it, rel=0.01)


def test_shortest_way_in_a_hollow_polygon():
    """In the shape of a U: from one top to the other round both inner corners; none to an island."""
    shape = Polygon([(0, 0), (30, 0), (30, 30), (20, 30), (20, 10), (10, 10), (10, 30), (0, 30)])
    way = walk_around(np.array([5.0, 30.0]), np.array([25.0, 30.0]), shape)
    assert way.tolist() == [[5, 30], [10, 10], [20, 10], [25, 30]]
    assert sorted(map(tuple, bending_corners(shape).tolist())) == [(10, 10), (20, 10)]
    assert not len(walk_around(np.array([5.0, 30.0]), np.array([50.0, 30.0]), shape))


def test_ground_of_a_house_on_piles_begins_with_a_gangway():
    cell, stop = box(0, 0, 100, 100), np.array([[80.0, 50.0]])
    water = Water(shapely.STRtree([box(50, -10, 110, 110)]), shapely.STRtree([]))
    ground = dry_ground(np.array([cell]), stop, water)[0]
    assert (
        ground.covers(Point(stop[0]))
        and ground.covers(box(0, 0, 49, 100))
        and not ground.covers(Point(80, 60))
    )


@pytest.mark.parametrize("seed", range(4))
def test_rounds_cross_rivers_on_bridges_alone(seed):
    """Random houses, a winding river of some width, a railway: routes meet them within reach of a bridge only."""
    rng = np.random.default_rng(seed)
    xs = np.linspace(-5, 405, 12)
    course = LineString(np.column_stack([xs, 200 + rng.uniform(-60, 60, 12)]))
    river, rail = shapely.buffer(course, 6), LineString([(130, -5), (150 + 40 * rng.random(), 405)])
    east, west = (LineString([(x, 0), (x, 400)]) & shapely.buffer(course, 8) for x in (300, 60))
    gate = shapely.line_interpolate_point(rail, 60 + 200 * rng.random())
    spots = rng.uniform(15, 365, (70, 2))
    houses = {f"h{n:02d}": house(x, y, 8, 6) for n, (x, y) in enumerate(spots)}
    solid = shapely.union_all([river, rail])
    free = {name: shape for name, shape in houses.items() if shape.distance(solid) > 1}
    table = atoms(free)
    lines = [("river", river), ("railway", rail), ("crossing", east), ("crossing", west), ("crossing", gate)]
    cells, edges = edges_among(table, *lines)
    frame = gpd.GeoDataFrame(table.drop(columns="geometry"), geometry=cells, crs=CRS).assign(grid_code="g")
    network = make_network(frame, edges, barriers(*lines), POLICY)
    rounds = walk_rounds(frame, network, POLICY)
    way = shapely.from_wkt(rounds.route["g"])
    assert len(frame) > 40 and rounds.round_m["g"] == pytest.approx(
        POLICY.detour_factor * way.length, rel=0.001
    )
    reach = shapely.union_all(
        [
            shapely.buffer(shapely.union(east, west), 2 * BRIDGE_M),
            shapely.buffer(gate, POLICY.crossing_reach_m),
        ]
    )
    met = shapely.intersection(way, solid)
    assert not met.is_empty and shapely.difference(met, reach).is_empty


def test_a_crossing_point_in_the_middle_of_a_wide_river_leads_from_bank_to_bank():
    """
    ~~~~ 40 m of water ~~~~ : a house on either side, the bridge a point in mid-river
    """
    table = atoms({"n": house(140, 260, 8, 6), "s": house(160, 132, 8, 6)})
    river, bridge = box(-10, 180, 410, 220), Point(150, 200)
    _, edges = edges_among(table, ("river", river), ("crossing", bridge))
    way = shapely.from_wkt(edges["way"].iloc[0])
    over = shapely.intersection(way, river)
    assert over.length == pytest.approx(40, abs=4) and over.distance(bridge) < BRIDGE_M
    assert way.length < 160


def test_no_gangway_leads_far_over_the_water():
    """The only land of the cell is 70 m away over the water: the house has no dry way of its own there."""
    cell, stop = box(0, 0, 100, 100), np.array([[80.0, 50.0]])
    water = Water(shapely.STRtree([box(10, -10, 110, 110)]), shapely.STRtree([]))
    ground = dry_ground(np.array([cell]), stop, water)[0]
    assert shapely.distance(ground, shapely.Point(80, 50)) > 69 and ground.area < 10 * 100
