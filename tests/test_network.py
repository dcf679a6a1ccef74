"""The walking network: along footpaths as drawn, from cell to cell elsewhere, and never through water."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import networkx as nx
import numpy as np
import pandas as pd
import pytest
import shapely
from shapely import LineString, Point, box

from gridder.policy import load_policy
from gridder.read import read_district
from gridder.staffing.network import AROUND_M, Network, make_network, nodes_around, walk_minutes
from gridder.staffing.paths import draw_paths
from gridder.staffing.patrol import walk_rounds, walk_to_halls

POLICY = load_policy()
DETOUR, SPEED = POLICY.detour_factor, POLICY.walking_speed_kmh * 1000 / 60  # metres a minute


def cells_at(*spots: tuple[float, float], households: int = 10) -> gpd.GeoDataFrame:
    """Return cells of 20 m around some spots, all of one grid."""
    names = [f"c{n}" for n in range(len(spots))]
    table = {"community_id": "K", "grid_code": "g", "households": households}
    shapes = [box(x - 10, y - 10, x + 10, y + 10) for x, y in spots]
    return gpd.GeoDataFrame(table, index=names, geometry=shapes, crs="EPSG:4551")


def barriers(*rows: tuple[str, shapely.Geometry]) -> gpd.GeoDataFrame:
    """Return barriers of given kinds."""
    kinds = [kind for kind, _ in rows]
    return gpd.GeoDataFrame({"kind": kinds}, geometry=[shape for _, shape in rows], crs="EPSG:4551")


def edges_of(*pairs: tuple[str, str]) -> pd.DataFrame:
    """Return an adjacency in which every pair can be passed."""
    table = pd.DataFrame(pairs, columns=["cell_a", "cell_b"])
    return table.assign(kind="plain", passable=True)


def minutes(network: Network, a: str, b: str) -> float:
    """Return the minutes from one cell to another."""
    ends = [np.array([network.places[name]]) for name in (a, b)]
    return float(walk_minutes(network, *ends, POLICY)[0, 0])


# c0 ─5─┐            ┌─5─ c1    the path goes round by (0, 100) and (200, 100): 95 + 200 + 95 m and two legs
#       └────────────┘
ROUND = LineString([(0, 5), (0, 100), (200, 100), (200, 5)])


def test_paths_are_walked_as_drawn() -> None:
    """Two buildings 200 m apart that only a path of 390 m joins: its length as drawn, the legs × the factor."""
    cells = cells_at((0, 0), (200, 0))
    network = make_network(cells, edges_of(("c0", "c1")), barriers(("path", ROUND)), POLICY)
    assert minutes(network, "c0", "c1") == pytest.approx((390 + 2 * 5 * DETOUR) / SPEED, abs=1e-3)
    rounds = walk_rounds(cells, network, POLICY)
    assert rounds.round_m["g"] == round(2 * (390 + 2 * 5 * DETOUR))
    route = shapely.from_wkt(rounds.route["g"])
    assert route.is_closed and route.hausdorff_distance(LineString([(0, 0), *ROUND.coords, (200, 0)])) < 0.2


def test_without_footpaths_roads_are_no_network() -> None:
    """The same line as a road alone: straight × the factor."""
    cells = cells_at((0, 0), (200, 0))
    network = make_network(cells, edges_of(("c0", "c1")), barriers(("road", ROUND)), POLICY)
    assert not network.on_paths
    assert minutes(network, "c0", "c1") == pytest.approx(200 * DETOUR / SPEED)
    assert walk_rounds(cells, network, POLICY).round_m["g"] == 400 * DETOUR


def test_roads_are_walked_beside_footpaths() -> None:
    """A footpath elsewhere makes the road a way, too; where the two do not meet, the cells join them."""
    lonely = ("path", LineString([(1000, 0), (1000, 50)]))
    cells = cells_at((0, 0), (200, 0), (990, 20))
    pairs = edges_of(("c0", "c1"), ("c1", "c2"))
    network = make_network(cells, pairs, barriers(lonely, ("road", ROUND)), POLICY)
    assert minutes(network, "c0", "c1") == pytest.approx((390 + 2 * 5 * DETOUR) / SPEED, abs=1e-3)
    there = np.hypot(790, 20) * DETOUR / SPEED
    assert minutes(network, "c1", "c2") == pytest.approx(there, abs=1e-3)


def test_neighbours_in_a_yard_do_not_go_round_by_the_street() -> None:
    """Both 60 m from the path and 20 m apart: straight, no longer than their two legs."""
    cells = cells_at((0, 0), (20, 0))
    street = ("path", LineString([(-50, 60), (70, 60)]))
    network = make_network(cells, edges_of(("c0", "c1")), barriers(street), POLICY)
    assert minutes(network, "c0", "c1") == pytest.approx(20 * DETOUR / SPEED, abs=1e-3)


@pytest.mark.parametrize(
    ("bridge", "passes"),
    [(None, False), (LineString([(50, -5), (50, 25)]), True), (Point(50, 10), True), (Point(50, 200), False)],
)
def test_paths_pass_water_at_crossings_alone(bridge: shapely.Geometry | None, passes: bool) -> None:
    """A path over a river: walked where a crossing is stated, cut where none is near."""
    cells = cells_at((40, -40), (60, 60))
    rows = [("path", LineString([(50, -60), (50, 80)])), ("river", box(-500, 0, 500, 20))]
    rows += [("crossing", bridge)] if bridge is not None else []
    network = make_network(cells, edges_of(), barriers(*rows), POLICY)
    assert np.isfinite(minutes(network, "c0", "c1")) == passes
    legs = 2 * 10 * DETOUR + 100
    assert not passes or minutes(network, "c0", "c1") == pytest.approx(legs / SPEED, abs=1e-3)
    assert shapely.union_all(draw_paths(barriers(*rows), POLICY)).length == pytest.approx(
        140 if passes else 120, abs=1
    )


def test_no_leg_through_a_wall_of_water() -> None:
    """The nearest path is beyond a railway: one goes to the farther one on this side."""
    cells = cells_at((0, 0), (100, 0))
    near, far = LineString([(-50, 15), (150, 15)]), LineString([(-50, -30), (150, -30)])
    rail = ("railway", LineString([(-60, 12), (160, 12)]))
    network = make_network(cells, edges_of(), barriers(("path", near), ("path", far), rail), POLICY)
    assert minutes(network, "c0", "c1") == pytest.approx((100 + 60 * DETOUR) / SPEED, abs=1e-3)


def test_far_from_paths_one_goes_from_cell_to_cell() -> None:
    """Beyond ``path_reach_m`` the paths are not asked."""
    cells = cells_at((0, POLICY.path_reach_m + 1), (200, POLICY.path_reach_m + 1))
    path = ("path", LineString([(-10, 0), (210, 0)]))
    network = make_network(cells, edges_of(("c0", "c1")), barriers(path), POLICY)
    assert minutes(network, "c0", "c1") == pytest.approx(200 * DETOUR / SPEED, abs=1e-3)


def test_minutes_to_the_hall_follow_the_paths() -> None:
    """The hall stands across the yard; its door is reached round by the path. Without paths: straight."""
    cells = cells_at((0, 0), (200, 0))
    halls = gpd.GeoDataFrame({"community_id": ["K"]}, geometry=[Point(200, 0)], crs=cells.crs)
    pairs = edges_of(("c0", "c1"))
    for rows, metres in (((("path", ROUND),), 390 + 2 * 5 * DETOUR), ((), 200 * DETOUR)):
        network = make_network(cells, pairs, barriers(*rows), POLICY, halls.geometry)
        found = walk_to_halls(cells, halls, network, POLICY)
        assert found["c0"] == pytest.approx(metres / SPEED, abs=1e-3)


def test_the_hall_across_the_river_is_reached_by_the_bridge() -> None:
    """Straight lines that a river bars count as far as the cells lead; without a bridge there is no way."""
    cells = cells_at((0, 0), (0, 40), (300, 0), (300, 40))
    halls = gpd.GeoDataFrame({"community_id": ["K"]}, geometry=[Point(0, 40)], crs=cells.crs)
    water = ("river", box(-100, 15, 290, 25))
    along, over = (("c0", "c2"), ("c1", "c3")), (("c2", "c3"),)
    barred = make_network(cells, edges_of(*along), barriers(water), POLICY, halls.geometry)
    assert np.isinf(walk_to_halls(cells, halls, barred, POLICY)["c0"])
    joined = make_network(cells, edges_of(*along, *over), barriers(water), POLICY, halls.geometry)
    assert walk_to_halls(cells, halls, joined, POLICY)["c0"] == pytest.approx(640 * DETOUR / SPEED, abs=1e-3)


def test_ways_begin_in_the_building() -> None:
    """Two large cells with their houses in the far corners and no way drawn between them: from house to house."""
    cells = cells_at((0, 0), (200, 0)).set_geometry([box(-100, -50, 100, 50), box(100, -50, 300, 50)])
    homes = gpd.GeoSeries([box(-95, 0, -85, 10), box(285, 0, 295, 10)], index=cells.index, crs=cells.crs)
    network = make_network(cells.assign(home=homes), edges_of(("c0", "c1")), barriers(), POLICY)
    assert minutes(network, "c0", "c1") == pytest.approx(380 * DETOUR / SPEED)


@pytest.mark.parametrize("seed", range(5))
def test_same_ways_as_an_independent_graph(seed: int) -> None:
    """Random streets of a town on a raster: the minutes between buildings are those of networkx on its corners."""
    rng = np.random.default_rng(seed)
    graph, lines = nx.Graph(), []
    for x in range(6):
        for y in range(6):
            for step in ((1, 0), (0, 1)):
                if rng.random() < 0.8 and max(x + step[0], y + step[1]) < 6:
                    a, b = (100 * x, 100 * y), (100 * (x + step[0]), 100 * (y + step[1]))
                    graph.add_edge(a, b, weight=100)
                    lines.append(("path", LineString([a, b])))
    corners = sorted(max(nx.connected_components(graph), key=len))
    spots = [corners[n] for n in rng.choice(len(corners), 5, replace=False)]
    cells = cells_at(*spots)
    network = make_network(cells, edges_of(), barriers(*lines), POLICY)
    for a in range(5):
        for b in range(a + 1, 5):
            metres = nx.shortest_path_length(graph, spots[a], spots[b], weight="weight")
            assert minutes(network, f"c{a}", f"c{b}") == pytest.approx(metres / SPEED, abs=0.01)


def test_layer_of_footpaths_is_read(tmp_path: Path) -> None:
    """A file 步道.geojson beside barriers: lines of kind path, whatever their classes; they bound nothing."""
    crs = "EPSG:4551"
    houses = gpd.GeoDataFrame(
        {"building_id": ["A", "B"], "households": [10, 20], "community_id": "K"},
        geometry=[box(500000, 4850000, 500010, 4850010), box(500050, 4850000, 500060, 4850010)], crs=crs,
    )  # fmt: skip
    walls = gpd.GeoDataFrame(
        {"kind": ["wall"]}, geometry=[LineString([(500030, 4850000), (500030, 4850030)])], crs=crs
    )
    paths = gpd.GeoDataFrame(
        {"highway": ["footway", "primary"], "bridge": ["yes", None]},
        geometry=[LineString([(500000, 4849990), (500060, 4849990 + n)]) for n in (0, 50)], crs=crs,
    )  # fmt: skip
    for name, frame in (("buildings", houses), ("barriers", walls), ("步道", paths)):
        frame.to_file(tmp_path / f"{name}.gpkg", driver="GPKG", layer=name)
    district = read_district(tmp_path)
    assert district.barriers["kind"].tolist() == ["wall", "path", "path"]
    assert district.barriers["passage"].tolist()[1:] == ["bridge", None]
    assert not [f for f in district.findings if f.code == "read.layers_ignored"]


@pytest.mark.parametrize("bridge", [Point(0, 20), LineString([(0, 12), (0, 28)])])
def test_a_pocket_is_reached_over_the_neighbours_bridge(bridge: shapely.Geometry) -> None:
    """
    K  ~~~~ river ~~~~  K      K on both banks has no bridge of its own; its neighbour L has one, 300 m to the left.
    L  ~~~~ bridge ~~~  L      The hall is on the southern bank.
    """
    cells = cells_at((300, 0), (300, 40), (0, 0), (0, 40), (150, 0), (150, 40))
    cells = cells.assign(community_id=["K", "K", "L", "L", "L", "L"])
    halls = gpd.GeoDataFrame({"community_id": ["K"]}, geometry=[Point(300, 0)], crs=cells.crs)
    touching = cells.set_geometry([box(x - 75, y - 10, x + 75, y + 10) for x, y in
                                   ((300, 0), (300, 40), (0, 0), (0, 40), (150, 0), (150, 40))])  # fmt: skip
    pairs = edges_of(("c2", "c4"), ("c3", "c5"))
    rows = [("river", box(-100, 15, 400, 25)), ("crossing", bridge)]
    network = make_network(touching, pairs, barriers(*rows), POLICY, halls.geometry)
    found = walk_to_halls(touching, halls, network, POLICY)
    assert found["c1"] == pytest.approx(640 * DETOUR / SPEED, rel=0.01)
    alone = make_network(touching, pairs, barriers(rows[0]), POLICY, halls.geometry)
    assert np.isinf(walk_to_halls(touching, halls, alone, POLICY)["c1"])


def test_the_nodes_around_some_are_all_in_their_box() -> None:
    """Looked for in a strip of the district; asked of every node one by one it is the same, also on the very edge."""
    rng = np.random.default_rng(0)
    spots = [(x, y) for x, y in rng.integers(0, 80, (150, 2)) * 25.0]
    spots += [(0.0, 0.0), (AROUND_M, 0.0), (0.0, AROUND_M), (AROUND_M + 25, 0.0)]
    network = make_network(cells_at(*spots), edges_of(("c0", "c1")), barriers(), POLICY)
    corner, east, north, beyond = network.places[["c150", "c151", "c152", "c153"]]
    for nodes in (np.array([corner]), rng.choice(150, 5, replace=False)):
        low, high = network.xy[nodes].min(axis=0) - AROUND_M, network.xy[nodes].max(axis=0) + AROUND_M
        inside = [n for n, at in enumerate(network.xy) if (at >= low).all() and (at <= high).all()]
        assert nodes_around(network, nodes).tolist() == inside
    found = nodes_around(network, np.array([corner]))
    assert {east, north} <= set(found) and beyond not in found
