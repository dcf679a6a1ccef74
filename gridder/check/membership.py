"""Which community a building belongs to: the one stated if it touches that, else where most of it is."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from gridder.check.repair import Shapes, sorted_ids
from gridder.errors import Finding


@dataclass(frozen=True)
class Membership:
    """Community of each building (None: outside every one), and what there is to tell about it."""

    community_id: pd.Series
    findings: tuple[Finding, ...]


def find_members(buildings: gpd.GeoDataFrame, communities: gpd.GeoDataFrame) -> Membership:
    """Return the community of each building by its stated id and by the outlines (sorted by community_id).

    Buildings without a shape get None.
    """
    outlines = communities.geometry.to_numpy()
    shapes = buildings.geometry.to_numpy()
    names = communities["community_id"].to_numpy(dtype=object)
    shares = measure_shares(shapes, outlines)
    position = {name: at for at, name in enumerate(names)}
    stated = [position.get(one) for one in buildings["community_id"]]
    most = [pick_most(share) for share in shares]
    chosen = [s if s is not None and s in share else m for s, share, m in zip(stated, shares, most)]
    found = pd.Series([None if c is None else names[c] for c in chosen], index=buildings.index, dtype=object)

    ids = buildings["building_id"].to_numpy(dtype=object)
    given = buildings["community_id"].notna().to_numpy()
    inside = np.array([bool(share) for share in shares], dtype=bool)
    known = np.array([s is not None for s in stated], dtype=bool)
    differs = np.array([s != m for s, m in zip(stated, most)], dtype=bool)
    kept = np.array([s is not None and s == c for s, c in zip(stated, chosen)], dtype=bool)
    crossing = np.array([sum(area > 0 for area in share.values()) > 1 for share in shares], dtype=bool)
    told = (
        tell("check.community_unknown", "warning", ids, given & inside & ~known),
        tell("check.community_kept", "note", ids, inside & known & differs & kept),
        tell("check.community_elsewhere", "warning", ids, inside & known & ~kept),
        tell("check.crosses_line", "note", ids, crossing),
    )
    return Membership(found, tuple(f for f in told if f is not None))


def tell(code: str, level: str, ids: NDArray[np.object_], mask: NDArray[np.bool_]) -> Finding | None:
    """Return a finding about the buildings of a mask, or None when there are none."""
    if not mask.any():
        return None
    return Finding(code, level, {"n": int(mask.sum())}, sorted_ids(ids[mask]), "buildings")  # type: ignore[arg-type]


def measure_shares(shapes: Shapes, outlines: Shapes) -> list[dict[int, float]]:
    """Return, for each building, outline → m² of it inside (0 where it only touches, and for points)."""
    shares: list[dict[int, float]] = [{} for _ in shapes]
    if not len(outlines):
        return shares
    tree = shapely.STRtree(outlines)
    building, outline = tree.query(shapes, predicate="intersects")
    order = np.lexsort((outline, building))
    building, outline = building[order], outline[order]
    alone = np.bincount(building, minlength=len(shapes))[building] == 1
    areas = shapely.area(shapes[building])
    areas[~alone] = shapely.area(shapely.intersection(shapes[building[~alone]], outlines[outline[~alone]]))
    for b, o, area in zip(building.tolist(), outline.tolist(), areas.tolist()):
        shares[b][o] = area
    return shares


def pick_most(share: dict[int, float]) -> int | None:
    """Return the outline with most of a building; the earlier one of two equal to the square millimetre."""
    return min(share, key=lambda at: (-round(share[at], 6), at)) if share else None
