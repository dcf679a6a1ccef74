"""Layers → one GeoPackage, the same bytes for the same layers."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyogrio
import shapely

from gridder.fixed_date import fixed_date


def write_layers(layers: Mapping[str, pd.DataFrame], path: Path) -> None:
    """Write tables and layers to one GeoPackage, replacing the file.

    Parameters
    ----------
    layers
        Name → GeoDataFrame, or DataFrame for a table without geometry.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    with fixed_date():
        for name, table in layers.items():
            kind = {"geometry_type": None}
            if isinstance(table, gpd.GeoDataFrame):
                table, kind = orient(table), {}
            pyogrio.write_dataframe(
                table.reset_index(drop=True), path, layer=name, driver="GPKG", append=path.exists(),
                dataset_options={"VERSION": "1.2"}, **kind,
            )  # fmt: skip


def orient(table: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return a layer whose outer rings run counter-clockwise, as OGC wants them."""
    return table.set_geometry(shapely.orient_polygons(table.geometry.values), crs=table.crs)
