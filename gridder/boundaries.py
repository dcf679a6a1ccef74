"""Grids as polygons: the union of their cells, and how they look."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gridder.cells import union_by


def draw_boundaries(cells: gpd.GeoSeries, grid_of_cell: pd.Series) -> gpd.GeoSeries:
    """Return one geometry a grid: the union of its cells, vertices as in the cells, so grids are a valid coverage.

    Parameters
    ----------
    cells
        Valid coverage indexed by cell_id.
    grid_of_cell
        Label of the grid of each cell on the same index; blank for cells in no grid.
    """
    labels = grid_of_cell.reindex(cells.index).to_numpy(dtype=object)
    held = labels != ""
    drawn = union_by(cells.values[held], labels[held].astype(str))
    return gpd.GeoSeries({name: drawn[name] for name in sorted(drawn)}, crs=cells.crs)


def measure_grids(polygons: gpd.GeoSeries, edges: pd.DataFrame, grid_of_cell: pd.Series) -> pd.DataFrame:
    """Return area_m2, perimeter_m, compactness and barrier_share of each grid, on the polygons' index.

    ``compactness`` is that of Polsby & Popper (1991): 4π·area/perimeter². ``barrier_share`` is the part of the grid's
    inner boundary (towards other grids of its community) that runs along roads, water, railways or walls, 0…1; blank
    where a grid has no inner boundary.
    """
    area, perimeter = polygons.area, polygons.length
    table = pd.DataFrame({"area_m2": area.round(1), "perimeter_m": perimeter.round(1)})
    table["compactness"] = (4 * np.pi * area / perimeter**2).round(4)
    a, b = edges["cell_a"].map(grid_of_cell), edges["cell_b"].map(grid_of_cell)
    inner = edges[((a != b) & (a != "") & (b != "")).to_numpy()]
    sides = pd.concat([
        pd.DataFrame({"grid": side[inner.index], "m": inner["boundary_m"], "barrier": inner["barrier_m"]})
        for side in (a, b)
    ])  # fmt: skip
    sums = sides.groupby("grid")[["m", "barrier"]].sum().reindex(polygons.index)
    table["barrier_share"] = (sums["barrier"] / sums["m"]).round(4)
    return table


def middles(polygons: gpd.GeoSeries) -> pd.DataFrame:
    """Return x and y of each grid's centroid in metres, on the polygons' index."""
    points = shapely.get_coordinates(shapely.centroid(polygons.values))
    return pd.DataFrame(points, columns=["x", "y"], index=polygons.index)
