"""Grids as polygons: a valid coverage of their cells; compactness and share of barriers by hand."""

from __future__ import annotations

import math

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from ground import CRS
from shapely import box

from gridder.boundaries import draw_boundaries, measure_grids, middles

# Cells of 20 m:   row 1  c1 d1 e1     grid 002 = c1 d1, grid 001 = c0 d0, ground without homes in no grid = e0 e1
#                  row 0  c0 d0 e0
CELLS = gpd.GeoSeries(
    {f"{'cde'[x]}{y}": box(20 * x, 20 * y, 20 * x + 20, 20 * y + 20) for x in range(3) for y in range(2)},
    crs=CRS,
)
GRID_OF = pd.Series({"c0": "001", "d0": "001", "c1": "002", "d1": "002", "e0": "", "e1": ""})


def edges(*rows: tuple[str, str, float, float]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["cell_a", "cell_b", "boundary_m", "barrier_m"])


def test_grids_are_a_coverage_of_their_cells():
    drawn = draw_boundaries(CELLS, GRID_OF)
    assert list(drawn.index) == ["001", "002"] and drawn.crs == CRS
    assert shapely.coverage_is_valid(drawn.values) and drawn.area.tolist() == [800, 800]
    assert drawn.union_all().equals(box(0, 0, 40, 40))


def test_grids_do_not_depend_on_the_order_of_cells():
    shuffled = draw_boundaries(CELLS.iloc[::-1], GRID_OF.sample(frac=1, random_state=0))
    assert shuffled.geom_equals(draw_boundaries(CELLS, GRID_OF)).all()


def test_a_grid_keeps_its_hole():
    ring = [box(x, y, x + 1, y + 1) for x in range(3) for y in range(3)]
    cells = gpd.GeoSeries(ring, index=[f"{n}" for n in range(9)], crs=CRS)
    drawn = draw_boundaries(cells, pd.Series("001", cells.index).where(cells.index != "4", "002"))
    assert drawn["001"].area == 8 and len(drawn["001"].interiors) == 1


@pytest.mark.parametrize(("shape", "value"), [(box(0, 0, 7, 7), math.pi / 4), (box(0, 0, 30, 10), 0.589)])
def test_compactness_of_squares_and_slabs(shape, value):
    """4π·area/perimeter²: a square has π/4, three squares in a row 4π·300/80² = 0.589."""
    table = measure_grids(gpd.GeoSeries({"001": shape}, crs=CRS), edges(), pd.Series(dtype=object))
    assert table["compactness"]["001"] == pytest.approx(value, abs=1e-4)
    assert pd.isna(table["barrier_share"]["001"])  # alone: there is nothing to share


def test_barrier_share_is_of_the_boundary_between_grids():
    """001 and 002 meet along 20 m of road and 20 m of nothing; sides within a grid and towards no grid do not count."""
    table = measure_grids(
        draw_boundaries(CELLS, GRID_OF),
        edges(("c0", "c1", 20, 20), ("d0", "d1", 20, 0), ("c0", "d0", 20, 20), ("d1", "e1", 20, 20)),
        GRID_OF,
    )
    assert table["barrier_share"].to_dict() == {"001": 0.5, "002": 0.5}
    assert table[["area_m2", "perimeter_m"]].to_numpy().tolist() == [[800, 120], [800, 120]]


def test_middles_are_centroids():
    assert middles(draw_boundaries(CELLS, GRID_OF)).to_numpy().tolist() == [[20, 10], [20, 30]]
