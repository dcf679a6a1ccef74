"""Any frame of polygons: labels on its index, connected, in the window."""

from __future__ import annotations

import geopandas as gpd
import pytest
from ground import CRS
from shapely import box

import gridder


def lattice(columns: int, rows: int, households: int = 100) -> gpd.GeoDataFrame:
    """Return squares of 50 m in rows, named r0c0 …"""
    names = [f"r{r}c{c}" for r in range(rows) for c in range(columns)]
    shapes = [box(50 * c, 50 * r, 50 * c + 50, 50 * r + 50) for r in range(rows) for c in range(columns)]
    return gpd.GeoDataFrame({"户数": households}, index=names, geometry=shapes, crs=CRS)


def test_labels_stand_on_the_index_and_every_grid_is_connected_and_lawful():
    frame = lattice(4, 4)
    labels, certificate = gridder.regionalize(frame, households="户数", minimum=300, maximum=500)
    assert list(labels.index) == list(frame.index) and certificate.k == labels.nunique() == 4
    for _, members in frame.groupby(labels):
        assert members["户数"].sum() == 400 and members.union_all().geom_type == "Polygon"
    assert certificate.objective == 2000 + 2000  # two straight cuts of 200 m, in decimetres


def test_corner_contact_is_no_contact():
    frame = lattice(2, 2, households=300).iloc[[0, 3]]
    labels, _ = gridder.regionalize(frame, households="户数")
    assert labels.nunique() == 2


@pytest.mark.parametrize("counts", [[1.5, 2, 3, 4], [-1, 2, 3, 4], [None, 2, 3, 4]])
def test_counts_that_are_none_are_refused(counts):
    with pytest.raises(ValueError, match="whole numbers"):
        gridder.regionalize(lattice(2, 2).assign(户数=counts), households="户数")


def test_degrees_are_refused():
    with pytest.raises(ValueError, match="metric"):
        gridder.regionalize(lattice(2, 2).set_crs("EPSG:4326", allow_override=True), households="户数")
