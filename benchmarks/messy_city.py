"""Cities of any size with the mess of real files, for the cells: ``messy_city(n, seed)``.

The lattice of ``gridder.synth`` gives streets, a river and railways, communities and houses; some of the houses become

===================  ===========================================================================================
terraces (20 %)      cut into up to six houses that share walls
overlapping (6 %)    moved over the house before them
courtyards (3 %)     hollow, some with a house inside
duplicates (2 %)     the footprint of the house before them once more
points (2 %)         the middle of the footprint alone
tiny (2 %)           a footprint of less than a square metre
bow-ties (1 %)       two corners exchanged; repaired as ``gridder.check`` repairs them
slivers (1 %)        30 m long and 5 cm wide
===================  ===========================================================================================
"""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import shapely

from gridder.check.repair import repair_shapes
from gridder.synth.city import make_city

KINDS = ("plain", "terrace", "overlap", "courtyard", "duplicate", "point", "tiny", "bow-tie", "sliver")
SHARES = (0.63, 0.20, 0.06, 0.03, 0.02, 0.02, 0.02, 0.01, 0.01)
TERRACE = 6  # houses of a terrace


@dataclass(frozen=True)
class City:
    """Buildings (community_id), outlines of communities by id, barriers (kind); one CRS, metres."""

    buildings: gpd.GeoDataFrame
    outlines: gpd.GeoSeries
    barriers: gpd.GeoDataFrame


def messy_city(n_buildings: int, seed: int = 0) -> City:
    """Return a city of exactly so many buildings, the same for the same arguments."""
    rng = np.random.default_rng(seed)
    layers = make_city(n_buildings, seed)
    buildings = layers["buildings"]
    slabs = np.asarray(buildings.geometry.values)
    community = buildings["community_id"].to_numpy(dtype=object)
    kinds = rng.choice(KINDS, size=len(slabs), p=SHARES)
    shapes, owners = [], []
    for n, (slab, kind) in enumerate(zip(slabs, kinds)):
        made = make_mess(
            slab, str(kind), slabs[n - 1] if n and community[n - 1] == community[n] else slab, rng
        )
        shapes += made
        owners += [community[n]] * len(made)
    repaired = repair_shapes(np.array(shapes[:n_buildings], dtype=object), points=True).shapes
    table = gpd.GeoDataFrame(
        {"community_id": owners[:n_buildings]}, geometry=repaired, crs=buildings.crs,
        index=[f"B{n:06d}" for n in range(n_buildings)],
    )  # fmt: skip
    here = layers["communities"].set_index("community_id").geometry
    return City(table, here[here.index.isin(table["community_id"])], layers["barriers"])


def make_mess(slab: shapely.Polygon, kind: str, before: shapely.Polygon, rng: np.random.Generator) -> list:
    """Return what stands in a slab's place; ``before`` is the slab before it in the same community."""
    corners = shapely.get_coordinates(slab)[:4]
    middle = corners.mean(axis=0)
    if kind == "terrace":
        cuts = np.linspace(0, 1, int(rng.integers(2, TERRACE + 1)) + 1)
        lower, upper = (
            a + cuts[:, None] * (b - a) for a, b in ((corners[0], corners[1]), (corners[3], corners[2]))
        )
        lower, upper = np.round(lower, 3), np.round(upper, 3)
        return [
            shapely.Polygon([lower[i], lower[i + 1], upper[i + 1], upper[i]]) for i in range(len(cuts) - 1)
        ]
    if kind == "overlap":
        return [shapely.Polygon(corners + 0.8 * (shapely.get_coordinates(before)[:4].mean(axis=0) - middle))]
    if kind == "courtyard":
        hole = middle + 0.7 * (corners - middle)
        inside = [shapely.Polygon(middle + 0.2 * (corners - middle))] if rng.random() < 0.3 else []
        return [shapely.Polygon(corners, [hole]), *inside]
    if kind == "sliver":
        return [shapely.Polygon(middle + (corners - middle) / np.ptp(corners, axis=0) * [30, 0.05])]
    one = {
        "plain": slab,
        "duplicate": before,
        "point": shapely.Point(middle),
        "tiny": shapely.Polygon(middle + 0.04 * (corners - middle)),
        "bow-tie": shapely.Polygon(corners[[0, 2, 1, 3]]),
    }
    return [one[kind]]
