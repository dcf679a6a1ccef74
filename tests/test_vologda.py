"""A city that a river and railways divide: grids held against the raw rivers, rails and streets, not against our graph."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely
from test_cli import run

SOURCE = Path(__file__).parents[2] / "shared" / "data" / "vologda.gpkg"
pytestmark = [
    pytest.mark.cities,
    pytest.mark.skipif(not SOURCE.is_file(), reason="the real cities are not beside this checkout"),
]
METRIC = "EPSG:32637"
WINDOW = (549_300, 6_562_900, 552_300, 6_566_300)  # metres: the old town, the river's bends, the main station
LAYERS = ("buildings", "roads", "railways", "water")
WIDTH_M = 0.05  # half the width given to a line, so that it cuts what it runs through


def cut_window() -> dict[str, gpd.GeoDataFrame]:
    """Return what lies in the window as it is published."""
    tables = {name: gpd.read_file(SOURCE, layer=name) for name in LAYERS}
    window = shapely.box(*WINDOW)
    return {name: table[table.to_crs(METRIC).intersects(window)] for name, table in tables.items()}


def raw_layers() -> dict[str, gpd.GeoDataFrame]:
    """Return the same in metres."""
    return {name: table.to_crs(METRIC) for name, table in cut_window().items()}


def plan_window(folder: Path) -> None:
    """Plan the window."""
    for name, table in cut_window().items():
        table.to_file(folder / "window.gpkg", layer=name)
    code, _, trouble = run(
        "plan", folder / "window.gpkg", "--columns", "population=population,floors=number_of_floors",
        "--out", folder / "out", "--effort", "quick", "--jobs", 1, "-q",
    )  # fmt: skip
    assert code == 4, trouble  # buildings above 500 without entrance units


def banks_of(grid: object, raw: dict[str, gpd.GeoDataFrame]) -> np.ndarray:
    """Return the parts of a grid between water and rails."""
    solid = np.concatenate([raw[name].geometry.values for name in ("railways", "water")])
    solid = shapely.force_2d(shapely.make_valid(np.asarray(solid)))
    wide = shapely.buffer(solid[shapely.intersects(solid, grid)], WIDTH_M)
    return shapely.get_parts(shapely.difference(grid, shapely.union_all(wide)))


def joined_by_streets(banks: np.ndarray, roads: np.ndarray) -> list[set[int]]:
    """Return the groups of parts that a street leads between, directly or from part to part."""
    groups = [{n} for n in range(len(banks))]
    for road in roads:
        met = {n for n in range(len(banks)) if shapely.distance(banks[n], road) < 5}
        if len(met) > 1:
            touched = [g for g in groups if g & met]
            groups = [g for g in groups if not g & met] + [set().union(*touched)]
    return groups


def test_no_grid_spans_water_or_rail_but_where_a_street_leads_across(vologda):
    raw = raw_layers()
    grids = gpd.read_file(vologda / "plan.gpkg", layer="grids").set_index("grid_code")
    homes = gpd.read_file(vologda / "plan.gpkg", layer="buildings")
    homes = homes[homes["households"] > 0]
    divided = 0
    roads = np.asarray(shapely.line_merge(shapely.union_all(raw["roads"].geometry.values)).geoms)
    for code, grid in grids.geometry.items():
        banks = banks_of(grid, raw)
        if len(banks) == 1:
            continue
        spots = homes.geometry[homes["grid_code"] == code].representative_point()
        stands = {int(np.argmin(shapely.distance(banks, spot))) for spot in spots}
        near = roads[shapely.dwithin(roads, grid, 60)]
        divided += len(stands) > 1
        assert any(stands <= group for group in joined_by_streets(banks, near)), code
    assert divided, "no grid on two banks: nothing was tested"
    assert len(grids) > 50
    total = gpd.read_file(SOURCE, layer="buildings", ignore_geometry=True)
    assert homes["households"].sum() < total["population"].sum() / 2.3
