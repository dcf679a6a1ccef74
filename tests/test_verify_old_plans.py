"""Deliveries from before the ways between cells were drawn: the independent look knows no stop in their cells."""

from __future__ import annotations

from types import SimpleNamespace

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from gridder.verify import halls


@pytest.mark.parametrize(("columns", "sure"), [({}, False), ({"way": ["LINESTRING (1 1, 2 2)"]}, True)])
def test_stops_are_known_where_ways_are_drawn(
    columns: dict[str, list[str]], sure: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One cell of 100 m with its building in a corner: with ways one stops in the building, else anywhere."""
    edges = pd.DataFrame({"cell_a": ["a"], "cell_b": ["b"], **columns})
    monkeypatch.setattr(halls, "optional_layer", lambda delivery, name: edges)
    ids = {"cell_id": ["a"]}
    delivery = SimpleNamespace(
        cells=gpd.GeoDataFrame(ids, geometry=[shapely.box(0, 0, 100, 100)]),
        buildings=gpd.GeoDataFrame(ids, geometry=[shapely.box(10, 10, 20, 20)]),
    )
    spots, known = halls.walked_from(delivery)  # type: ignore[arg-type]
    assert list(known) == [sure]
    assert (spots[0].x, spots[0].y) == ((15, 15) if sure else (50, 50))
