"""Rounds on foot: against brute force, and never over a river except at its crossing."""

from __future__ import annotations

import json
from itertools import permutations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely import Point, box

from gridder.policy import load_policy
from gridder.staffing.patrol import (
    mean_by_households,
    share_near_hall,
    walk_rounds,
    walk_to_halls,
)
from gridder.staffing.tours import find_tour, tour_length

POLICY = load_policy()


def shortest_by_force(metres: np.ndarray) -> int:
    """Return the length of the best closed tour of all."""
    rest = range(1, len(metres))
    return min(tour_length(metres, np.array((0, *order))) for order in permutations(rest))


@pytest.mark.parametrize("n", [1, 2, 3, 4, 5, 8])
def test_tour_close_to_the_best(n: int) -> None:
    """Random points: a permutation of all places, at most 2 % longer than the best tour."""
    for seed in range(10 if n > 3 else 2):
        points = np.random.default_rng(seed).uniform(0, 500, (n, 2))
        gaps = points[:, None] - points[None]
        metres = np.rint(100 * np.hypot(gaps[..., 0], gaps[..., 1])).astype(np.int64)
        tour = find_tour(metres)
        assert sorted(tour) == list(range(n))
        assert tour_length(metres, tour) <= 1.02 * shortest_by_force(metres)


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
    rounds = walk_rounds(lattice(2, 3), lattice_edges(2, 3), POLICY)
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
    rounds = walk_rounds(lattice(2, 3), pd.concat([edges, bridge, water]), POLICY)
    assert rounds.round_m["g1"] == pytest.approx(100 * POLICY.detour_factor)
    order = json.loads(rounds.tour["g1"])
    sides = [int(name[1:]) // 3 for name in order]
    changes = [(a, b) for a, b in zip(sides, sides[1:] + sides[:1]) if a != b]
    assert len(changes) == 2


def test_round_without_a_way_is_blank() -> None:
    """A river without a bridge through the grid: no length is pretended."""
    edges = joined((0, 1, "plain"), (1, 2, "river"), (2, 3, "plain"))
    rounds = walk_rounds(lattice(1, 4), edges, POLICY)
    assert np.isnan(rounds.round_m["g1"]) and np.isnan(rounds.round_min["g1"])
    assert rounds.tour["g1"] is None and rounds.walk["g1"] is None


def test_walk_steps_from_cell_to_adjacent_cell() -> None:
    """A comb of three teeth: whatever the tour, each step of the walk is an edge, none over the river.

    3 4 5
    | | |    rivers between the teeth
    0—1—2
    """
    edges = joined((0, 1, "plain"), (1, 2, "plain"), (0, 3, "plain"), (1, 4, "plain"), (2, 5, "plain"))
    rivers = joined((3, 4, "river"), (4, 5, "river"))
    rounds = walk_rounds(lattice(2, 3), pd.concat([edges, rivers]), POLICY)
    walk = json.loads(rounds.walk["g1"])
    allowed = {frozenset(pair) for pair in zip(edges.cell_a, edges.cell_b)}
    steps = [frozenset(pair) for pair in zip(walk, walk[1:] + walk[:1])]
    assert set(steps) <= allowed and len(steps) == 10
    assert rounds.round_m["g1"] == pytest.approx(100 * POLICY.detour_factor)
    assert set(walk) == set(json.loads(rounds.tour["g1"]))


def test_dry_ground_beside_a_river_is_walked() -> None:
    """Two cells share mostly a river and some dry ground: what the adjacency calls passable is walked."""
    edges = joined((0, 1, "river")).assign(passable=True)
    rounds = walk_rounds(lattice(1, 2), edges, POLICY)
    assert rounds.round_m["g1"] == pytest.approx(20 * POLICY.detour_factor)
    barred = walk_rounds(lattice(1, 2), edges.assign(passable=False), POLICY)
    assert np.isnan(barred.round_m["g1"])


def test_round_goes_through_the_neighbour_where_it_must() -> None:
    """Grid g1 holds cells 0 and 2, cell 1 is another grid's: the way leads through it."""
    rounds = walk_rounds(lattice(1, 3, {1: "g2"}), lattice_edges(1, 3), POLICY)
    assert rounds.round_m["g1"] == pytest.approx(40 * POLICY.detour_factor)
    assert rounds.round_m["g2"] == 0
    assert json.loads(rounds.walk["g1"]) == ["c000", "c001", "c002", "c001"]
    assert json.loads(rounds.walk["g2"]) == ["c001"]


def test_rounds_do_not_depend_on_row_order() -> None:
    """Shuffled cells and edges give the same table."""
    cells, edges = lattice(4, 5), lattice_edges(4, 5)
    again = walk_rounds(cells.iloc[::-1], edges.sample(frac=1, random_state=3), POLICY)
    pd.testing.assert_frame_equal(walk_rounds(cells, edges, POLICY), again)


def test_minutes_to_the_hall() -> None:
    """Straight × 1.3 at 80 m a minute; the nearer of two halls; nothing for another community."""
    cells = lattice(1, 2).assign(community_id=["K", "L"], grid_code=["g1", "g2"])
    halls = gpd.GeoDataFrame(
        {"community_id": ["K", "K"]}, geometry=[Point(5, 805), Point(5, 405)], crs="EPSG:4551"
    )
    minutes = walk_to_halls(cells, halls, POLICY)
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
