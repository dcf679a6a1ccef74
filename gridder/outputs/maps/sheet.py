"""What is on the map of one community."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import shapely
from shapely.geometry.base import BaseGeometry

from gridder.outputs.maps.layers import text_of
from gridder.tables import Run

MAP_PX = 640.0  # width and height that a community fills on a common screen: labels are placed for it


WHOLE = ""  # in place of a community: the sheet of a whole district


@dataclass(frozen=True)
class Sheet:
    """What is on the map of one community.

    ``grids`` sorted, with ``colour``; ``buildings`` sorted, with ``g`` (place of its grid, −1 without);
    ``sites``: name of the special site of each grid, or blank; ``m_per_px`` at first sight.
    """

    community_id: str
    outline: BaseGeometry
    grids: gpd.GeoDataFrame
    buildings: gpd.GeoDataFrame
    sites: list[str]
    compounds: list[tuple[str, BaseGeometry]]
    m_per_px: float


def make_sheet(run: Run, community_id: str, grids: gpd.GeoDataFrame) -> Sheet:
    """Return the sheet of one community."""
    outline = run.communities.geometry.loc[community_id]
    buildings = run.buildings[run.buildings["community_id"].astype(str) == community_id].sort_index()
    place = {str(code): g for g, code in enumerate(grids.index)}
    x0, y0, x1, y1 = outline.bounds
    return Sheet(
        community_id=community_id,
        outline=outline,
        grids=grids,
        buildings=buildings.assign(g=[place.get(text_of(code), -1) for code in buildings["grid_code"]]),
        sites=name_sites(run.sites, grids),
        compounds=find_compounds(run.compounds, outline),
        m_per_px=max(x1 - x0, y1 - y0, 1.0) / MAP_PX,
    )


def name_sites(sites: gpd.GeoDataFrame, grids: gpd.GeoDataFrame) -> list[str]:
    """Return the name of the site under each special grid: the one that covers most of it."""
    names = []
    for status, ground in zip(grids["status"], grids.geometry, strict=True):
        best = (0.0, "")
        if status == "special" and len(sites):
            shares = shapely.area(shapely.intersection(shapely.make_valid(sites.geometry.to_numpy()), ground))
            best = max(zip(shares.tolist(), map(text_of, sites["name"]), strict=True))
        names.append(best[1] if best[0] > 0 else "")
    return names


def find_compounds(compounds: gpd.GeoDataFrame, outline: BaseGeometry) -> list[tuple[str, BaseGeometry]]:
    """Return name and shape of the compounds inside an outline, sorted by name."""
    if compounds.empty:
        return []
    found = []
    for name, shape in zip(compounds["name"], compounds.geometry, strict=True):
        if shape is None or not shape.intersects(outline):
            continue
        part = shapely.intersection(shapely.make_valid(shape), outline)
        if part.area > 0:
            found.append((text_of(name), part))
    return sorted(found, key=lambda item: (item[0], item[1].wkt))
