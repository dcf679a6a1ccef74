"""Rounds on foot: ``python -m benchmarks.tours [--cases 5] [--seconds 30] [--grids 1000] [--largest 2000] [--out FILE]``.

Tours of up to nine places are held against the best of all (dynamic programming over sets of places: Held and Karp 1962,
doi:10.1137/0110015), tours of 100 against the best that OR-Tools' guided local search finds in so many seconds, and rounds
of whole grids, from cells and neighbours to metres, are timed. CPU seconds, one thread; compiled code is loaded before.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import dijkstra

from gridder.policy import load_policy
from gridder.staffing.network import make_network
from gridder.staffing.patrol import walk_rounds
from gridder.staffing.tours import find_tour, tour_length

Ints = NDArray[np.int64]
HEAD = ("tours", "how many", "beside", "mean", "longest", "CPU s a tour")
SPACING_M = 30  # between buildings
SMALL, SMALL_CASES = (4, 5, 6, 7, 8, 9), 200  # places; cases of each
LARGE = 100
GRID_SHAPES = ((5, 5), (5, 6), (5, 7), (6, 7), (6, 8), (7, 8), (6, 10))  # 25 to 60 buildings


def scattered(n: int, seed: int) -> Ints:
    """Return straight distances between random points, centimetres."""
    points = np.random.default_rng(seed).uniform(0, SPACING_M * n**0.5, (n, 2))
    gaps = points[:, None] - points[None]
    return np.rint(100 * np.hypot(gaps[..., 0], gaps[..., 1])).astype(np.int64)


def through_streets(n: int, seed: int) -> Ints:
    """Return distances along neighbours of a lattice of which a fifth is shut off, between n of its cells, centimetres."""
    rng = np.random.default_rng(seed)
    side = 2 + int(np.ceil((2 * n) ** 0.5))
    points = SPACING_M * (np.indices((side, side)).reshape(2, -1).T + rng.uniform(-0.3, 0.3, (side**2, 2)))
    place = np.arange(side**2).reshape(side, side)
    pairs = np.concatenate(
        [np.c_[place[:, :-1].ravel(), place[:, 1:].ravel()], np.c_[place[:-1].ravel(), place[1:].ravel()]]
    )
    pairs = pairs[rng.random(len(pairs)) < 0.8]
    steps = np.rint(100 * np.hypot(*(points[pairs[:, 0]] - points[pairs[:, 1]]).T))
    ways = dijkstra(coo_array((steps, pairs.T), shape=(side**2,) * 2).tocsr(), directed=False)
    reached = np.isfinite(ways)
    joined = np.flatnonzero(reached[np.argmax(reached.sum(axis=1))])
    chosen = np.sort(rng.choice(joined, n, replace=False))
    return ways[np.ix_(chosen, chosen)].astype(np.int64)


def best_length(metres: Ints) -> int:
    """Return the length of the best closed tour of all, by dynamic programming over sets of places."""
    n = len(metres) - 1
    reach = {(1 << j, j): int(metres[0, j + 1]) for j in range(n)}
    for held in range(1, 1 << n):
        for j in (j for j in range(n) if held >> j & 1 and held != 1 << j):
            less = held ^ 1 << j
            ways = (reach[less, i] + int(metres[i + 1, j + 1]) for i in range(n) if less >> i & 1)
            reach[held, j] = min(ways)
    return min(reach[(1 << n) - 1, j] + int(metres[j + 1, 0]) for j in range(n))


def guided_length(metres: Ints, seconds: int) -> int:
    """Return the length of the best tour that OR-Tools' guided local search finds in so many seconds."""
    from ortools.constraint_solver import pywrapcp, routing_enums_pb2

    manager = pywrapcp.RoutingIndexManager(len(metres), 1, 0)
    model = pywrapcp.RoutingModel(manager)
    model.SetArcCostEvaluatorOfAllVehicles(model.RegisterTransitMatrix(metres.tolist()))
    search = pywrapcp.DefaultRoutingSearchParameters()
    search.first_solution_strategy = routing_enums_pb2.FirstSolutionStrategy.CHRISTOFIDES
    search.local_search_metaheuristic = routing_enums_pb2.LocalSearchMetaheuristic.GUIDED_LOCAL_SEARCH
    search.time_limit.seconds = seconds
    return int(model.SolveWithParameters(search).ObjectiveValue())


def compare(name: str, beside: str, cases: list[Ints], best: Callable[[Ints], int]) -> list[str]:
    """Return one line of the table: lengths of our tours as parts of the best."""
    began = time.process_time()
    ours = [tour_length(metres, find_tour(metres)) for metres in cases]
    spent = time.process_time() - began
    parts = [mine / best(metres) for mine, metres in zip(ours, cases, strict=True)]
    figures = (f"{np.mean(parts):.4f}", f"{max(parts):.4f}", f"{spent / len(cases):.3f}")
    return [name, f"{len(cases):,}", beside, *figures]


def lattice(shapes: list[tuple[int, int]]) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """Return cells and neighbours of grids that each are a lattice of uneven cells, in a row."""
    rng = np.random.default_rng(0)
    cells, edges, first, left = [], [], 0, 0.0
    for number, (rows, columns) in enumerate(shapes):
        xs = left + SPACING_M * np.cumsum(np.r_[0, rng.uniform(0.5, 1.5, columns)])
        ys = SPACING_M * np.cumsum(np.r_[0, rng.uniform(0.5, 1.5, rows)])
        cells += [
            (f"g{number:04d}", shapely.box(xs[x], ys[y], xs[x + 1], ys[y + 1]))
            for y in range(rows)
            for x in range(columns)
        ]
        place = first + np.arange(rows * columns).reshape(rows, columns)
        edges += [
            np.c_[place[:, :-1].ravel(), place[:, 1:].ravel()],
            np.c_[place[:-1].ravel(), place[1:].ravel()],
        ]
        first, left = first + rows * columns, xs[-1]
    table = pd.DataFrame(cells, columns=["grid_code", "geometry"])
    table.index = pd.Index([f"c{i:06d}" for i in range(len(table))], name="cell_id")
    pairs = np.concatenate(edges)
    names = table.index.to_numpy()
    neighbours = pd.DataFrame({"cell_a": names[pairs[:, 0]], "cell_b": names[pairs[:, 1]], "kind": "plain"})
    return gpd.GeoDataFrame(table.assign(community_id="K", households=8), crs="EPSG:4551"), neighbours


def footpaths(cells: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return a path round every cell."""
    rings = shapely.get_parts(shapely.boundary(cells.geometry.to_numpy()))
    return gpd.GeoDataFrame({"kind": ["path"] * len(rings)}, geometry=rings, crs=cells.crs)


def rounds(name: str, shapes: list[tuple[int, int]], *, along_paths: bool = False) -> list[str]:
    """Return one line of the table: the seconds of rounds from cells and neighbours (and paths) to metres."""
    cells, edges = lattice(shapes)
    paths = footpaths(cells if along_paths else cells.iloc[:0])
    began = time.process_time()
    policy = load_policy()
    walk_rounds(cells, make_network(cells, edges, paths, policy), policy)
    spent = time.process_time() - began
    return [name, f"{len(shapes):,}", f"all: {spent:.1f} s", "", "", f"{spent / len(shapes):.3f}"]


def table(rows: list[list[str]]) -> str:
    """Return rows as a table in Markdown."""
    lines = [list(HEAD), ["---", "--:", "---", "--:", "--:", "--:"], *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"


def measure(asked: argparse.Namespace) -> list[list[str]]:
    """Return the rows of the table."""
    find_tour(scattered(5, 0))
    found = []
    for name, draw in (("points", scattered), ("streets", through_streets)):
        small = [draw(n, seed) for n in SMALL for seed in range(SMALL_CASES)]
        found.append(compare(f"4–9 places, {name}", "best of all", small, best_length))
        large = [draw(LARGE, seed) for seed in range(asked.cases)]
        beside = f"OR-Tools, {asked.seconds} s"
        found.append(
            compare(
                f"{LARGE} places, {name}", beside, large, lambda metres: guided_length(metres, asked.seconds)
            )
        )
    shapes = [GRID_SHAPES[n % len(GRID_SHAPES)] for n in range(asked.grids)]
    found.append(rounds("rounds of grids of 25–60", shapes))
    found.append(rounds("the same along footpaths", shapes, along_paths=True))
    side = int(asked.largest**0.5)
    return [
        *found,
        rounds(f"round of a grid of {side * (asked.largest // side):,}", [(side, asked.largest // side)]),
    ]


def main(arguments: Sequence[str]) -> int:
    """Run what was asked for; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.tours")
    parser.add_argument("--cases", type=int, default=5, help="tours of 100 places of each sort")
    parser.add_argument("--seconds", type=int, default=30, help="of OR-Tools' guided local search, each")
    parser.add_argument("--grids", type=int, default=1000)
    parser.add_argument("--largest", type=int, default=2000, help="buildings of the largest grid")
    parser.add_argument("--out", type=Path, default=Path("build/benchmarks/tours.md"))
    asked = parser.parse_args(arguments)
    told = table(measure(asked))
    asked.out.parent.mkdir(parents=True, exist_ok=True)
    asked.out.write_text(told, encoding="utf-8", newline="\n")
    print(told)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
