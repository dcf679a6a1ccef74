"""Walking distance between the cells of a community, for plans whose grids shall be short to walk."""

from __future__ import annotations

from dataclasses import replace

import geopandas as gpd
import numpy as np
import shapely

from gridder.errors import InputError
from gridder.partition.travel import make_travel
from gridder.problems import COST_UNITS_PER_M, Question

LARGEST_WALK = 4000  # cells of a community; a table of all pairs takes 8 bytes each, 128 MB at this size
MIN_STEP_M = 1e-6  # a length of 0 would be no edge to the sparse graph


def add_walking(questions: dict[str, Question], atoms: gpd.GeoDataFrame) -> dict[str, Question]:
    """Return the same questions with the way to the centre as what a grid costs, in household-decimetres.

    Raises
    ------
    InputError
        A community has more cells than a table of all distances is made for.
    """
    asked = {}
    for community_id, question in questions.items():
        n = question.problem.n_atoms
        if n > LARGEST_WALK:
            raise InputError("errors.distance_too_large", community=community_id, n=n, most=LARGEST_WALK)
        shapes = np.asarray(atoms.loc[question.cells].geometry.values)
        points = shapely.get_coordinates(shapely.centroid(shapes))
        walks = walking_metres(points, question.problem.edges)
        travel = make_travel(question.problem.households, COST_UNITS_PER_M * walks)
        asked[community_id] = replace(question, problem=replace(question.problem, travel=travel))
    return asked


def walking_metres(points: np.ndarray, edges: np.ndarray) -> np.ndarray:
    """Return the shortest way between any two points from neighbour to neighbour.

    Parameters
    ----------
    points
        Middle of each cell's building, metres. Shape (n, 2).
    edges
        Neighbours that one may pass between. Shape (m, 2).

    Returns
    -------
    ndarray
        Whole metres, 0 where there is no way. Shape (n, n), int64. Never across a barrier that cannot be crossed,
        for no such pair is among ``edges``.
    """
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import dijkstra

    n = len(points)
    length = np.maximum(np.linalg.norm(points[edges[:, 0]] - points[edges[:, 1]], axis=1), MIN_STEP_M)
    graph = coo_array((length, (edges[:, 0], edges[:, 1])), shape=(n, n)).tocsr()
    ways = dijkstra(graph, directed=False)
    return np.round(np.where(np.isfinite(ways), ways, 0)).astype(np.int64)
