"""Rounds on foot: against brute force, and never over a river except at its crossing."""

from __future__ import annotations

import json
from collections.abc import Callable
from itertools import permutations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from shapely import Point, box

from gridder.policy import load_policy
from gridder.staffing import tours, turns
from gridder.staffing.network import make_network
from gridder.staffing.patrol import (
    mean_by_households,
    share_near_hall,
    walk_rounds,
    walk_to_halls,
)
from gridder.staffing.tours import find_tour, route_tour, shorten_tour, start_tour, tour_length

POLICY = load_policy()
NOTHING = gpd.GeoDataFrame({"kind": []}, geometry=[])


def rounds_of(
    cells: gpd.GeoDataFrame, edges: pd.DataFrame, barriers: gpd.GeoDataFrame = NOTHING
) -> pd.DataFrame:
    """Return the rounds of the grids that cells are in."""
    return walk_rounds(cells, make_network(cells, edges, barriers, POLICY), POLICY)


def straight_gaps(n: int, seed: int) -> np.ndarray:
    """Return straight distances between random points, centimetres."""
    points = np.random.default_rng(seed).uniform(0, 500, (n, 2))
    gaps = points[:, None] - points[None]
    return np.rint(100 * np.hypot(gaps[..., 0], gaps[..., 1])).astype(np.int64)


def ways_on_a_tree(n: int, seed: int) -> np.ndarray:
    """Return distances along a random tree of equal steps: many tours are equally long."""
    rng = np.random.default_rng(seed)
    metres = np.full((n, n), 10**6)
    np.fill_diagonal(metres, 0)
    for i in range(1, n):
        j = int(rng.integers(i))
        metres[i, j] = metres[j, i] = 100
    for k in range(n):
        metres = np.minimum(metres, metres[:, [k]] + metres[[k]])
    return metres


def shortest_by_force(metres: np.ndarray) -> int:
    """Return the length of the best closed tour of all."""
    rest = np.array(list(permutations(range(1, len(metres)))), dtype=int)
    tours = np.column_stack([np.zeros(len(rest), dtype=int), rest])
    return int(metres[tours, np.roll(tours, -1, axis=1)].sum(axis=1).min())


@pytest.mark.parametrize("draw", [straight_gaps, ways_on_a_tree])
@pytest.mark.parametrize(
    ("n", "cases"), [(1, 1), (2, 1), (3, 1), (4, 40), (5, 40), (6, 40), (7, 20), (8, 10), (9, 3)]
)
def test_tour_close_to_the_best(draw: Callable[[int, int], np.ndarray], n: int, cases: int) -> None:
    """Up to nine places: a permutation of all, at most 2 % longer than the best of all tours."""
    for seed in range(cases):
        metres = draw(n, seed)
        tour = find_tour(metres)
        assert sorted(tour) == list(range(n)) and tour[0] == 0
        assert tour_length(metres, tour) <= 1.02 * shortest_by_force(metres)


def test_tours_of_thousands_and_no_tour_twice_otherwise() -> None:
    """A lattice of 40 × 40 whose best tour is known, in seconds; again, the same tour; not begun by OR-Tools alone."""
    place = np.indices((40, 40)).reshape(2, -1).T
    metres = 1000 * np.abs(place[:, None] - place[None]).sum(axis=2)
    tour = find_tour(metres)
    assert sorted(tour) == list(range(1600))
    assert tour_length(metres, tour) <= 1.03 * 1600 * 1000
    small = straight_gaps(300, 1)
    assert find_tour(small).tolist() == find_tour(small.copy()).tolist()
    assert tour_length(small, find_tour(small)) < 0.97 * tour_length(small, route_tour(small))


def test_compiled_and_plain_moves_make_the_same_tour(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same source compiled and run by Python."""
    metres, begun = straight_gaps(30, 2), np.arange(30)
    compiled = shorten_tour(metres, begun, shocks=40)
    for name, kernel in list(vars(turns).items()):
        if hasattr(kernel, "py_func"):
            monkeypatch.setattr(turns, name, kernel.py_func)
    monkeypatch.setattr(tours, "shorten", turns.shorten)
    assert shorten_tour(metres, begun, shocks=40).tolist() == compiled.tolist()


def test_a_tour_is_as_much_shorter_as_is_said() -> None:
    """Gains of moves and shocks add up to the difference of the lengths, whatever was taken back."""
    for seed, n in enumerate((4, 5, 6, 9, 25, 80)):
        metres = straight_gaps(n, seed)
        state = start_tour(np.random.default_rng(seed).permutation(n))
        before = tour_length(metres, state.order)
        near = np.argsort(metres, axis=1, kind="stable")[:, 1:8].copy()
        gained = turns.shorten(turns.Places(metres, near), state, np.array([7]), 300)
        assert tour_length(metres, state.order) == before - gained
        assert state.at[state.order].tolist() == list(range(n))


def lattice(rows: int, cols: int, grids: dict[int, str] | None = None) -> gpd.GeoDataFrame:
    """Return square cells of 10 m, numbered along the rows, all of grid g1 unless told."""
    names = [f"c{i:03d}" for i in range(rows * cols)]
    grounds = [box(10 * x, 10 * y, 10 * x + 10, 10 * y + 10) for y in range(rows) for x in range(cols)]
    codes = [(grids or {}).get(i, "g1") for i in range(rows * cols)]
    table = {
        "cell_id": names,
        "grid_code": codes,
        "community_id": "K",
        "households": 10,
        "building_id": names,
    }
    return gpd.GeoDataFrame(table, geometry=grounds, crs="EPSG:4551").set_index("cell_id")


def joined(*pairs: tuple[int, int, str]) -> pd.DataFrame:
    """Return edges between cells by number, with their kind."""
    rows = [(f"c{a:03d}", f"c{b:03d}", 10, kind, 10) for a, b, kind in pairs]
    return pd.DataFrame(rows, columns=["cell_a", "cell_b", "boundary_m", "kind", "cost"])


def lattice_edges(rows: int, cols: int) -> pd.DataFrame:
    """Return the edges of a lattice, all plain."""
    across = [(y * cols + x, y * cols + x + 1, "plain") for y in range(rows) for x in range(cols - 1)]
    up = [(y * cols + x, y * cols + x + cols, "plain") for y in range(rows - 1) for x in range(cols)]
    return joined(*across, *up)


def test_round_of_a_block() -> None:
    """Six cells, 2 × 3: the round is the ring of six steps of 10 m, with the detour factor."""
    rounds = rounds_of(lattice(2, 3), lattice_edges(2, 3))
    assert rounds.round_m["g1"] == pytest.approx(60 * POLICY.detour_factor)
    assert rounds.round_min["g1"] == pytest.approx(round(78 / 80, 1))
    assert sorted(json.loads(rounds.tour["g1"])) == [f"c{i:03d}" for i in range(6)]


def test_round_keeps_to_the_crossing() -> None:
    """Cells 0 1 2 north, 3 4 5 south of a river; the only bridge joins 0 and 3: the round comes back over it.

    3 4 5
    ═══════   bridge at 0–3
    0 1 2
    """
    edges = joined((0, 1, "plain"), (1, 2, "plain"), (3, 4, "plain"), (4, 5, "plain"))
    bridge, water = joined((0, 3, "crossing")), joined((1, 4, "river"), (2, 5, "river"))
    rounds = rounds_of(lattice(2, 3), pd.concat([edges, bridge, water]))
    assert rounds.round_m["g1"] == pytest.approx(100 * POLICY.detour_factor)
    order = json.loads(rounds.tour["g1"])
    sides = [int(name[1:]) // 3 for name in order]
    changes = [(a, b) for a, b in zip(sides, sides[1:] + sides[:1]) if a != b]
    assert len(changes) == 2


def test_round_without_a_way_is_blank() -> None:
    """A river without a bridge through the grid: no length is pretended."""
    edges = joined((0, 1, "plain"), (1, 2, "river"), (2, 3, "plain"))
    rounds = rounds_of(lattice(1, 4), edges)
    assert np.isnan(rounds.round_m["g1"]) and np.isnan(rounds.round_min["g1"])
    assert rounds.tour["g1"] is None and rounds.walk["g1"] is None


def test_empty_ground_that_no_way_leads_to_is_left_out() -> None:
    """A shed beyond the river, joined to the grid over it: nobody lives there, and nobody swims."""
    edges = joined((0, 1, "plain"), (1, 2, "river")).assign(passable=True, way_m=[12.0, np.nan], way=None)
    cells = lattice(1, 3).assign(households=[10, 10, 0])
    rounds = rounds_of(cells, edges)
    assert rounds.round_m["g1"] == pytest.approx(round(24 * POLICY.detour_factor))
    assert json.loads(rounds.tour["g1"]) == ["c000", "c001"]
    assert np.isnan(rounds_of(cells.assign(households=10), edges).round_m["g1"])


def test_a_route_follows_the_ways_there_and_back() -> None:
    """Three cells in a row with bent ways: the route goes along each and back again."""
    lines = ["LINESTRING (5 5, 9 9, 15 5)", "LINESTRING (15 5, 20 1, 25 5)"]
    lengths = [shapely.from_wkt(line).length for line in lines]
    edges = joined((0, 1, "plain"), (1, 2, "plain")).assign(way=lines, way_m=lengths)
    rounds = rounds_of(lattice(1, 3), edges)
    corners = [(5, 5), (9, 9), (15, 5), (20, 1), (25, 5), (20, 1), (15, 5), (9, 9), (5, 5)]
    assert list(shapely.from_wkt(rounds.route["g1"]).coords) == corners
    assert rounds.round_m["g1"] == round(2 * sum(lengths) * POLICY.detour_factor)


def test_walk_steps_from_cell_to_adjacent_cell() -> None:
    """A comb of three teeth: whatever the tour, each step of the walk is an edge, none over the river.

    3 4 5
    | | |    rivers between the teeth
    0—1—2
    """
    edges = joined((0, 1, "plain"), (1, 2, "plain"), (0, 3, "plain"), (1, 4, "plain"), (2, 5, "plain"))
    rivers = joined((3, 4, "river"), (4, 5, "river"))
    rounds = rounds_of(lattice(2, 3), pd.concat([edges, rivers]))
    walk = json.loads(rounds.walk["g1"])
    allowed = {frozenset(pair) for pair in zip(edges.cell_a, edges.cell_b)}
    steps = [frozenset(pair) for pair in zip(walk, walk[1:] + walk[:1])]
    assert set(steps) <= allowed and len(steps) == 10
    assert rounds.round_m["g1"] == pytest.approx(100 * POLICY.detour_factor)
    assert set(walk) == set(json.loads(rounds.tour["g1"]))


def test_dry_ground_beside_a_river_is_walked() -> None:
    """Two cells share mostly a river and some dry ground: what the adjacency calls passable is walked."""
    edges = joined((0, 1, "river")).assign(passable=True)
    rounds = rounds_of(lattice(1, 2), edges)
    assert rounds.round_m["g1"] == pytest.approx(20 * POLICY.detour_factor)
    barred = rounds_of(lattice(1, 2), edges.assign(passable=False))
    assert np.isnan(barred.round_m["g1"])


def test_round_goes_through_the_neighbour_where_it_must() -> None:
    """Grid g1 holds cells 0 and 2, cell 1 is another grid's: the way leads through it."""
    rounds = rounds_of(lattice(1, 3, {1: "g2"}), lattice_edges(1, 3))
    assert rounds.round_m["g1"] == pytest.approx(40 * POLICY.detour_factor)
    assert rounds.round_m["g2"] == 0
    assert json.loads(rounds.walk["g1"]) == ["c000", "c001", "c002", "c001"]
    assert json.loads(rounds.walk["g2"]) == ["c001"]


def test_rounds_do_not_depend_on_row_order() -> None:
    """Shuffled cells and edges give the same table."""
    cells, edges = lattice(4, 5), lattice_edges(4, 5)
    again = rounds_of(cells.iloc[::-1], edges.sample(frac=1, random_state=3))
    pd.testing.assert_frame_equal(rounds_of(cells, edges), again)


def test_minutes_to_the_hall() -> None:
    """Straight × 1.3 at 80 m a minute; the nearer of two halls; nothing for another community."""
    cells = lattice(1, 2).assign(community_id=["K", "L"], grid_code=["g1", "g2"])
    halls = gpd.GeoDataFrame(
        {"community_id": ["K", "K"]}, geometry=[Point(5, 805), Point(5, 405)], crs="EPSG:4551"
    )
    network = make_network(cells, lattice_edges(1, 2), NOTHING, POLICY, halls.geometry)
    minutes = walk_to_halls(cells, halls, network, POLICY)
    assert minutes["c000"] == pytest.approx(400 * 1.3 / 80)
    assert np.isnan(minutes["c001"])
    assert mean_by_households(minutes, cells)["g1"] == pytest.approx(6.5)
    share = share_near_hall(minutes, cells, POLICY)
    assert share["K"] == 1 and np.isnan(share["L"])


def test_share_near_hall_counts_households() -> None:
    """Ten of forty households live within the policy's minutes."""
    cells = lattice(1, 2).assign(households=[10, 30])
    minutes = pd.Series([POLICY.hall_minutes, POLICY.hall_minutes + 1], index=cells.index)
    assert share_near_hall(minutes, cells, POLICY)["K"] == pytest.approx(0.25)
    assert mean_by_households(minutes, cells)["g1"] == pytest.approx(POLICY.hall_minutes + 0.75)
