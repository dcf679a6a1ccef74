"""One building perhaps drawn or listed more than once: ids on several rows, labels in footprints, slivers beside them."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gridder.check.defects import TINY_M2, about
from gridder.check.repair import POINT
from gridder.errors import Finding

TOUCH_M = 0.01  # drawn to the centimetre: what is nearer touches


def find_doubles(buildings: gpd.GeoDataFrame, plannable: pd.Series) -> list[Finding]:
    """Return the findings about rows that may be one building twice; ``plannable`` says which rows are planned."""
    return [
        *find_repeated_ids(buildings),
        *find_labels(buildings),
        *find_slivers(buildings[plannable]),
    ]


def find_repeated_ids(buildings: gpd.GeoDataFrame) -> list[Finding]:
    """Ids on several rows: the same row again, pieces of one building with one count, or different buildings.

    Only the first row is planned; what the others are decides what to do about them.
    """
    named = buildings[buildings["building_id"].notna()]
    rows = named[named["building_id"].duplicated(keep=False)]
    shapes = pd.Series(shapely.to_wkb(shapely.normalize(rows.geometry.to_numpy())), rows.index, dtype=object)
    one_count = rows.groupby("building_id")["households"].transform("nunique") <= 1
    one_shape = shapes.groupby(rows["building_id"]).transform("nunique") <= 1
    later = rows["building_id"].duplicated()
    return [
        *tell_with_households("check.id_again", rows[later & one_count & one_shape]),
        *tell_with_households("check.id_in_pieces", rows[later & one_count & ~one_shape]),
        *tell_with_households("check.id_of_others", rows[later & ~one_count]),
    ]


def tell_with_households(code: str, rows: pd.DataFrame) -> list[Finding]:
    """Return a warning about rows with the households they state."""
    counts = rows["households"].dropna()
    return about(code, "warning", rows, households=int(counts[counts > 0].sum()))


def find_labels(buildings: gpd.GeoDataFrame) -> list[Finding]:
    """Points inside a footprint with the same id or the same number of households: labels, counted twice."""
    shapes = buildings.geometry.to_numpy()
    is_point = shapely.get_type_id(shapes) == POINT
    points, areas = np.flatnonzero(is_point), np.flatnonzero(~is_point & ~shapely.is_missing(shapes))
    if not len(points) or not len(areas):
        return []
    inner, outer = shapely.STRtree(shapes[areas]).query(shapes[points], predicate="intersects")
    label, home = points[inner], areas[outer]
    counts = buildings["households"].astype("Float64").to_numpy(float, na_value=np.nan)
    ids = buildings["building_id"].to_numpy(dtype=object)
    named = np.array([i is not None for i in ids[label]], dtype=bool)
    same = ((counts[label] == counts[home]) & (counts[label] > 0)) | (named & (ids[label] == ids[home]))
    return tell_with_households("check.labels", buildings.iloc[np.unique(label[same])])


def find_slivers(buildings: gpd.GeoDataFrame) -> list[Finding]:
    """Footprints too small to be a building, without households, that touch a larger one: left over from drawing."""
    shapes = buildings.geometry.to_numpy()
    areas = shapely.area(shapes)
    empty = ~(buildings["households"] > 0).fillna(False).to_numpy(bool)
    tiny = np.flatnonzero((areas > 0) & (areas < TINY_M2) & empty)
    if not len(tiny):
        return []
    sliver, other = shapely.STRtree(shapes).query(shapes[tiny], predicate="dwithin", distance=TOUCH_M)
    touching = np.unique(sliver[areas[other] >= TINY_M2])
    rows = buildings.iloc[tiny[touching]]
    return about("check.slivers", "note", rows, area=TINY_M2, unknown=int(rows["households"].isna().sum()))
