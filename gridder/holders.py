"""Which area (a compound, a special site) holds a building: the one with more than half of its footprint."""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray

NOWHERE = -1  # position of the area of a building in none


def find_holders(footprints: NDArray[np.object_], areas: NDArray[np.object_]) -> NDArray[np.int64]:
    """Return the position of the area that holds more than half of each footprint, ``NOWHERE`` where none does.

    A point is held by the area it lies in; of areas that overlap, the first that holds it counts. Shape (footprints,).
    """
    holders = np.full(len(footprints), NOWHERE, dtype=np.int64)
    inside, at = shapely.STRtree(areas).query(footprints, predicate="intersects")
    shared = shapely.area(shapely.intersection(footprints[inside], areas[at]))
    whole = shapely.area(footprints[inside])
    held = (whole == 0) | (shared > whole / 2)
    order = np.lexsort((-at[held], inside[held]))
    holders[inside[held][order]] = at[held][order]  # the last one written is the first area
    return holders
