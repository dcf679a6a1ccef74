"""Shapes made usable: broken rings, Z values, orientation, mixed parts; every repair is told."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from gridder.errors import Finding

POINT, LINE, RING, POLYGON, MULTIPOINT, MULTILINE, MULTIPOLYGON, COLLECTION = range(8)
AREA_KEPT = 0.01  # a repair that changes the area by more than this share is told as a warning

Shapes = NDArray[np.object_]
Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Repaired:
    """Shapes after repair: valid polygons, multipolygons or points in two dimensions; None if hopeless.

    ``empty`` marks rows that came without a shape, ``unusable`` those whose shape is no area and no point;
    ``done`` says what was done to which rows: key of the sentence → mask.
    """

    shapes: Shapes
    empty: Mask
    unusable: Mask
    done: dict[str, Mask]


def repair_shapes(shapes: Shapes, *, points: bool = False) -> Repaired:
    """Return shapes repaired; ``points`` says whether a point is a shape too (a building may be one)."""
    shapes = np.asarray(shapes, dtype=object)
    empty = shapely.is_missing(shapes) | shapely.is_empty(shapes)
    given = shapes.copy()
    given[empty] = None
    given[~np.isfinite(shapely.bounds(given)).all(axis=1)] = None
    flat = shapely.force_2d(given)
    broken = ~shapely.is_valid(flat) & ~shapely.is_missing(flat)
    mended = flat.copy()
    mended[broken] = shapely.make_valid(flat[broken], method="structure", keep_collapsed=False)
    mended = keep_areas(mended, points)
    kept = ~shapely.is_missing(mended)
    turned = shapely.orient_polygons(mended)
    area_before, area_after = np.abs(shapely.area(flat)), shapely.area(mended)
    changed = (
        broken & kept & (np.abs(area_after - area_before) > AREA_KEPT * np.maximum(area_after, area_before))
    )
    mixed = kept & (shapely.get_type_id(flat) == COLLECTION)
    done = {
        "repaired_z": kept & shapely.has_z(given),
        "repaired_rings": broken & kept & ~changed,
        "repaired_rings_area": changed,
        "repaired_orientation": kept & ~broken & against_the_rest(flat),
        "repaired_mixed": mixed,
    }
    return Repaired(turned, empty, ~empty & ~kept, done)


def against_the_rest(shapes: Shapes) -> Mask:
    """Whether each shape runs the wrong way round; nobody does where all of a layer do: that is a habit of formats.

    (Shapefiles write outer rings clockwise.)
    """
    turned = is_turned(shapes)
    areal = np.isin(shapely.get_type_id(shapes), (POLYGON, MULTIPOLYGON))
    habit = areal.sum() > 1 and turned[areal].all()
    return np.zeros_like(turned) if habit else turned


def keep_areas(shapes: Shapes, points: bool) -> Shapes:
    """Return the polygonal part of every shape (or its point, where points count), else None."""
    kept = shapes.copy()
    kinds = shapely.get_type_id(kept)
    singles = (kinds == MULTIPOLYGON) & (shapely.get_num_geometries(kept) == 1)
    kept[singles] = shapely.get_geometry(kept[singles], 0)
    for at in np.flatnonzero(kinds == COLLECTION):
        parts = shapely.get_parts(kept[at])
        areas = parts[np.isin(shapely.get_type_id(parts), (POLYGON, MULTIPOLYGON))]
        spots = parts[np.isin(shapely.get_type_id(parts), (POINT, MULTIPOINT))]
        kept[at] = shapely.union_all(areas) if len(areas) else spots[0] if len(spots) else None
    if points:
        many = shapely.get_type_id(kept) == MULTIPOINT
        kept[many] = shapely.centroid(kept[many])
    kinds = shapely.get_type_id(kept)
    usable = np.isin(kinds, (POLYGON, MULTIPOLYGON)) & (shapely.area(kept) > 0)
    if points:
        usable |= kinds == POINT
    kept[~usable | shapely.is_empty(kept)] = None
    return kept


def is_turned(shapes: Shapes) -> Mask:
    """Whether a polygon's outer ring runs clockwise (as in shapefiles; the opposite of everybody else)."""
    turned = np.zeros(len(shapes), dtype=bool)
    polygons = np.isin(shapely.get_type_id(shapes), (POLYGON, MULTIPOLYGON))
    parts, owner = shapely.get_parts(shapes[polygons], return_index=True)
    clockwise = ~shapely.is_ccw(shapely.get_exterior_ring(parts))
    turned[np.flatnonzero(polygons)[owner[clockwise]]] = True
    return turned


def tell_repairs(layer: str, ids: NDArray[np.object_], done: dict[str, Mask]) -> list[Finding]:
    """Return one finding a kind of repair, with the ids it was done to."""
    found = []
    for code, mask in done.items():
        if mask.any():
            level = "warning" if code == "repaired_rings_area" else "note"
            facts = {"n": int(mask.sum()), "layer": layer}
            found.append(Finding(f"check.{code}", level, facts, sorted_ids(ids[mask]), layer))  # type: ignore[arg-type]
    return found


def sorted_ids(ids: NDArray[np.object_]) -> tuple[str, ...]:
    """Return ids as sorted text, without repetition and without blanks."""
    return tuple(sorted({str(one) for one in ids if one is not None}))
