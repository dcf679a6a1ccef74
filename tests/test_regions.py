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


def test_the_objective_may_be_the_walk_to_the_middle_of_the_grid():
    """A strip of eight squares, 100 households each: two grids of four, nobody farther than two squares."""
    frame = lattice(8, 1)
    labels, certificate = gridder.regionalize(frame, households="户数", objective="distance", minimum=350)
    assert labels.groupby(labels).size().tolist() == [4, 4]
    assert certificate.status == "optimal"
    assert certificate.objective == 2 * 100 * (50 + 50 + 100) * 10  # household-decimetres


def test_a_graph_may_bring_its_own_distances():
    """Cutting a — b is cheap and b — c dear; with distances it is the other way about."""
    import networkx as nx

    path = nx.path_graph(4)
    nx.set_node_attributes(path, 150, "households")
    nx.set_edge_attributes(path, {(0, 1): 9, (1, 2): 1, (2, 3): 9}, "cost")
    nx.set_edge_attributes(path, {(0, 1): 1, (1, 2): 7, (2, 3): 2}, "length")
    window = {"minimum": 150, "maximum": 450, "grids": 2}
    _, by_cut = gridder.partition_graph(path, **window)
    labels, by_way = gridder.partition_graph(path, distance="length", **window)
    table = [[0, 1, 8, 10], [1, 0, 7, 9], [8, 7, 0, 2], [10, 9, 2, 0]]
    assert by_cut.objective == 1 and labels == {0: 0, 1: 0, 2: 1, 3: 1}
    assert by_way.objective == 150 * (1 + 2) and by_way.status == "optimal"
    assert gridder.partition_graph(path, distance=table, **window) == (labels, by_way)
    with pytest.raises(ValueError, match="distance"):
        gridder.partition_graph(path, distance=table[:3], **window)
