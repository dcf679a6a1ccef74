"""The engine for people who script: any GeoDataFrame of polygons in, labels on its index out."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import networkx as nx
import numpy as np
import pandas as pd
import shapely

from gridder.partition.answer import Certificate
from gridder.partition.graph import partition_graph
from gridder.partition.problem import Objective
from gridder.walking import walking_metres

CONTACT_MIN_M = 1.0  # of common boundary makes neighbours
DECIMETRES = 10  # the engine counts whole decimetres


def regionalize(
    frame: gpd.GeoDataFrame,
    households: str = "households",
    minimum: int = 300,
    maximum: int = 500,
    *,
    contact_min_m: float = CONTACT_MIN_M,
    objective: Objective = "boundary",
    **options: Any,
) -> tuple[pd.Series, Certificate]:
    """Return a grid for every polygon and what is known about the plan.

    Parameters
    ----------
    frame
        Polygons in a metric CRS; two that share at least ``contact_min_m`` of boundary are neighbours. Gaps and
        overlaps are not repaired: draw cells first where polygons are footprints.
    households
        Column of whole numbers ≥ 0.
    minimum, maximum
        Window of a grid, both ends included.
    objective
        ``boundary``: grids cost the metres between them; ``distance``: the metres from each household to the middle
        polygon of its grid, from centroid to neighbouring centroid.
    options
        As ``gridder.partition_graph``: grids, effort, seed, …

    Returns
    -------
    (labels, certificate)
        Labels 0…k−1 on the frame's index; every grid connected. The objective is in decimetres, or in
        household-decimetres.

    Raises
    ------
    ValueError
        Geometry in degrees, or households that are no whole numbers ≥ 0.
    """
    counts = pd.to_numeric(frame[households])
    if counts.isna().any() or (counts < 0).any() or (counts % 1 != 0).any():
        raise ValueError(f"column {households!r} must hold whole numbers of at least 0")
    if frame.crs is not None and frame.crs.is_geographic:
        raise ValueError("polygons must be in a metric CRS: use to_crs first")
    graph: Any = nx.Graph()
    graph.add_nodes_from((n, {"households": int(count)}) for n, count in enumerate(counts))
    for a, b, metres in shared_boundaries(np.asarray(frame.geometry.values)):
        if metres >= contact_min_m:
            graph.add_edge(a, b, cost=max(1, round(metres * DECIMETRES)))
    if objective == "distance":
        options["distance"] = DECIMETRES * walking_metres(
            centroids_of(frame), np.array(graph.edges).reshape(-1, 2)
        )
    labels, certificate = partition_graph(graph, minimum=minimum, maximum=maximum, **options)
    return pd.Series([labels[n] for n in range(len(frame))], index=frame.index, name="grid"), certificate


def centroids_of(frame: gpd.GeoDataFrame) -> np.ndarray:
    """Return the centroid of every polygon. Shape (n, 2)."""
    return shapely.get_coordinates(shapely.centroid(np.asarray(frame.geometry.values)))


def shared_boundaries(polygons: np.ndarray) -> list[tuple[int, int, float]]:
    """Return (i, j, metres) of every two polygons that touch along a line, i < j."""
    left, right = shapely.STRtree(polygons).query(polygons, predicate="intersects")
    once = left < right
    left, right = left[once], right[once]
    metres = shapely.length(
        shapely.intersection(shapely.boundary(polygons[left]), shapely.boundary(polygons[right]))
    )
    return [(int(a), int(b), float(m)) for a, b, m in sorted(zip(left, right, metres)) if m > 0]
