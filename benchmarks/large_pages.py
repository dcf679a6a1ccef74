"""What the pages are measured on: one community of thousands of buildings, and a district of hundreds of communities.

Both are planned by gridder, quickly, on the lattice of ``gridder.synth``; what a lattice has too little of is added:
houses have names and twelve corners (a shallow and a deep notch), outlines of communities a bend every ten metres.
"""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely.affinity import translate

from gridder.journal import Journal
from gridder.outputs.record import load_run
from gridder.request import Request
from gridder.synth import make_city, write_layers
from gridder.tables import Run
from gridder.tasks import plan_input

HOUSEHOLDS = 4.0  # a building, on average: a community of old and low houses
NOTCHES = (
    (0.2, 0.35, 0.25),
    (0.6, 0.8, 0.5),
)  # from, to along the longer wall; depth as a share of the shorter
SEED_CITY = 920  # buildings of the city that is laid out again and again: 20 communities
BEND_M, WAVE_M, STEP_M = 6.0, 37.0, 10.0  # of outlines


def plan_community(n_buildings: int) -> Run:
    """Return the plan of one community of so many buildings."""
    city = make_city(n_buildings, seed=0)
    outlines = city["communities"]
    one = outlines["community_id"].iloc[0]
    share = HOUSEHOLDS * n_buildings / city["buildings"]["households"].sum()
    buildings = city["buildings"].assign(
        community_id=one,
        households=(city["buildings"]["households"] * share).round().astype(int),
        name=[f"{name or '临街'}{i % 60 + 1}号楼" for i, name in enumerate(city["buildings"]["compound"])],
        geometry=[notch(shape) for shape in city["buildings"].geometry],
    )
    whole = outlines.iloc[[0]].assign(geometry=[shapely.union_all(outlines.geometry.to_numpy())])
    hall = city["halls"].iloc[[0]].assign(community_id=one)
    layers = city | {"buildings": buildings, "communities": whole, "halls": hall}
    return plan({name: table for name, table in layers.items() if name != "workforce"})


def plan_district(n_communities: int) -> Run:
    """Return the plan of a district of so many communities: a planned city of twenty, laid out side by side."""
    run = plan(make_city(SEED_CITY, seed=0))
    own = run.communities
    x0, y0, x1, y1 = own.total_bounds
    copies = -(-n_communities // len(own))
    across = int(np.ceil(np.sqrt(copies)))
    tables = [
        move(own, copy, (copy % across) * (x1 - x0), (copy // across) * (y1 - y0)) for copy in range(copies)
    ]
    communities = gpd.GeoDataFrame(pd.concat(tables).iloc[:n_communities], crs=run.crs)
    return replace(run, communities=communities.set_geometry(bend(communities.geometry)))


def plan(layers: dict[str, Any]) -> Run:
    """Return what a quick plan of some layers delivers."""
    with tempfile.TemporaryDirectory(prefix="gridder-") as folder:
        source, out = Path(folder) / "district.gpkg", Path(folder) / "out"
        write_layers(layers, source)
        plan_input(source, Request(effort="quick"), out, Journal(), overwrite=False)
        return load_run(out)


def notch(shape: Any) -> Any:
    """Return a house with two notches in one of its longer walls."""
    a, b, c, d = shapely.get_coordinates(shape)[:4]
    if np.hypot(*(b - a)) < np.hypot(*(c - b)):
        a, b, c, d = b, c, d, a
    along, across = b - a, d - a
    ring = [a]
    for begin, end, depth in NOTCHES:
        corners = ((begin, 0.0), (begin, depth), (end, depth), (end, 0.0))
        ring += [a + u * along + v * across for u, v in corners]
    return shapely.Polygon([*ring, b, c, d])


def move(table: gpd.GeoDataFrame, copy: int, dx: float, dy: float) -> gpd.GeoDataFrame:
    """Return the communities elsewhere, under ids and names of their own."""
    ids = [f"{community}-{copy:02d}" for community in table.index]
    names = [f"{name}{copy + 1}" for name in table["name"]]
    moved = table.assign(
        community_id=ids, name=names, geometry=[translate(s, dx, dy) for s in table.geometry]
    )
    return moved.set_index("community_id", drop=False)


def bend(shapes: gpd.GeoSeries) -> gpd.GeoSeries:
    """Return outlines bent the same way on both sides of every boundary, with a point every few metres."""
    dense = shapely.segmentize(shapes.to_numpy(), STEP_M)

    def wave(points: np.ndarray) -> np.ndarray:
        return points + BEND_M * np.sin(points[:, ::-1] / WAVE_M) * np.sin(points / (3 * WAVE_M))

    return gpd.GeoSeries(shapely.transform(dense, wave), index=shapes.index, crs=shapes.crs)
