"""Rounds of small grids against every order of visits, on ways that networkx measures anew."""

from __future__ import annotations

from itertools import combinations, permutations

import geopandas as gpd
import networkx as nx
import numpy as np
import pandas as pd
import pytest
import shapely

from gridder.policy import load_policy
from gridder.staffing.network import make_network
from gridder.staffing.patrol import walk_rounds

POLICY = load_policy()


def small_grid(seed: int, *, river: bool) -> tuple[gpd.GeoDataFrame, pd.DataFrame, gpd.GeoDataFrame]:
    """Return up to 3 × 3 square cells of 20–60 m, their edges, and a river between two rows with one bridge."""
    rng = np.random.default_rng(seed)
    rows, columns, step = 3, int(rng.integers(1, 4)), float(rng.uniform(20, 60))
    names = [f"c{n}" for n in range(rows * columns)]
    squares = [
        shapely.box(step * x, step * y, step * x + step, step * y + step)
        for y in range(rows)
        for x in range(columns)
    ]
    table = {"grid_code": "g", "community_id": "K", "households": 10, "cell_id": names}
    cells = gpd.GeoDataFrame(table, index=names, geometry=squares, crs="EPSG:4551")
    bridge = int(rng.integers(columns))
    pairs = []
    for a, b in combinations(range(rows * columns), 2):
        if shapely.length(shapely.intersection(squares[a], squares[b])) > 1:
            wet = river and (a // columns, b // columns) == (1, 2)
            pairs.append(
                (
                    names[a],
                    names[b],
                    "crossing" if wet and a % columns == bridge else "river" if wet else "plain",
                )
            )
    edges = pd.DataFrame(pairs, columns=["cell_a", "cell_b", "kind"])
    return cells, edges, gpd.GeoDataFrame({"kind": []}, geometry=[], crs=cells.crs)


def shortest_round(cells: gpd.GeoDataFrame, edges: pd.DataFrame) -> float:
    """Return the metres of the best closed tour of all, along the open edges."""
    graph = nx.Graph()
    graph.add_nodes_from(cells.index)
    middle = cells.geometry.centroid
    for a, b, kind in edges.itertuples(index=False):
        if kind not in POLICY.uncrossable:
            graph.add_edge(a, b, m=middle[a].distance(middle[b]))
    ways = dict(nx.all_pairs_dijkstra_path_length(graph, weight="m"))
    metres = np.array([[ways[a][b] for b in cells.index] for a in cells.index])
    rest = np.array(list(permutations(range(1, len(cells)))), dtype=int)
    tours = np.column_stack([np.zeros(len(rest), dtype=int), rest])
    return float(metres[tours, np.roll(tours, -1, axis=1)].sum(axis=1).min())


@pytest.mark.parametrize("river", [False, True])
def test_rounds_are_within_two_percent_of_the_shortest(river: bool) -> None:
    longer = 0
    for seed in range(12):
        cells, edges, barriers = small_grid(seed, river=river)
        rounds = walk_rounds(cells, make_network(cells, edges, barriers, POLICY), POLICY)
        best = shortest_round(cells, edges) * POLICY.detour_factor
        assert best - 1 <= rounds["round_m"]["g"] <= 1.02 * best + 1, seed
        dry = shortest_round(cells, edges.assign(kind="plain")) * POLICY.detour_factor
        longer += best > dry + 1
    assert bool(longer) == river  # the bridge makes some rounds longer
