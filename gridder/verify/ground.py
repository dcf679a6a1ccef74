"""Checks over the polygons of a delivery: in one piece, no gap, no overlap, in their community, connected."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gridder.verify.base import (
    AREA_M2,
    AREA_SHARE,
    LENGTH_M,
    OVERLAP_M2,
    RATIO,
    REACH_M,
    ROOM_M,
    SEAM_M,
    SLIT_M2,
    Delivery,
    Violation,
    area_tolerance_m2,
    as_text,
    blame,
    counts,
)
from gridder.verify.contact import Contacts, label, parts, peopled_parts

LEFT_OUT = "left_out"  # findings of the record about ground in no grid end like this


def check_shapes(delivery: Delivery) -> list[Violation]:
    """Every grid, cell and outline has ground; every grid and cell is one valid polygon."""
    found = []
    for kind in ("grid", "cell"):
        table = getattr(delivery, f"{kind}s")
        shapes, ids = (
            np.asarray(table.geometry.values),
            table[f"{'grid_code' if kind == 'grid' else 'cell_id'}"],
        )
        absent = shapely.is_missing(shapes) | shapely.is_empty(shapes)
        whole = (shapely.get_num_geometries(shapes) == 1) & (shapely.get_dimensions(shapes) == 2)
        for code, wrong in (
            ("without_ground", absent),
            ("not_one_polygon", ~absent & ~whole),
            ("invalid", ~absent & ~shapely.is_valid(shapes)),
        ):
            if wrong.any():
                found.append(blame(f"{kind}_{code}", ids[wrong]))
    outlines = delivery.communities.geometry
    wrong = outlines.isna() | outlines.is_empty | ~outlines.is_valid
    if wrong.any():
        found.append(blame("outline_invalid", delivery.communities.loc[wrong, "community_id"]))
    return found


def check_seams(delivery: Delivery) -> list[Violation]:
    """Grids of the whole district neither overlap nor leave slits, and neither do the cells."""
    ground = np.asarray(delivery.communities.geometry.values)
    return [
        *torn("grid", delivery.grids, "grid_code", ground),
        *torn("cell", delivery.cells, "cell_id", ground),
        *torn("outline", delivery.communities, "community_id", ground[:0]),
    ]


def torn(kind: str, table: gpd.GeoDataFrame, column: str, ground: np.ndarray) -> list[Violation]:
    """Return what is wrong along the seams of one layer: overlaps, boundaries that differ, slits in the ``ground``."""
    shapes, owner = shapely.get_parts(np.asarray(table.geometry.values), return_index=True)
    if len(shapes) == 0 or shapely.coverage_is_valid(shapes, gap_width=SEAM_M if len(ground) else 0.0):
        return []
    ids = table[column].to_numpy()
    left, right = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    left, right = left[owner[left] < owner[right]], right[owner[left] < owner[right]]
    over = shapely.area(shapely.intersection(shapes[left], shapes[right])) > OVERLAP_M2
    if over.any():
        return [blame(f"{kind}s_overlap", ids[owner[np.concatenate([left[over], right[over]])]])]
    wrong = ~shapely.is_empty(shapely.coverage_invalid_edges(shapes))
    if len(ground) and not wrong.any():
        wrong = has_slit(shapes, ground)
    return [blame(f"{kind}s_seam", ids[owner[wrong]])] if wrong.any() else []


def has_slit(shapes: np.ndarray, ground: np.ndarray) -> np.ndarray:
    """Return which shapes of a valid coverage have a slit of the ground beside them; a needle of the outline is none."""
    edges = shapely.coverage_invalid_edges(shapes, gap_width=SEAM_M)
    found = ~shapely.is_empty(edges)
    tree, whole = shapely.STRtree(shapes), shapely.STRtree(ground)
    for at in np.flatnonzero(found):
        beside = shapely.buffer(edges[at], SEAM_M)
        bare = shapely.difference(beside, shapely.union_all(shapes[tree.query(beside)]))
        inside = shapely.intersection(bare, shapely.union_all(ground[whole.query(beside)]))
        found[at] = inside.area > SLIT_M2
    return found


def check_cover(delivery: Delivery) -> list[Violation]:
    """Every grid lies in its community and the grids cover it, but for ground listed as left out."""
    found = []
    listed = left_out(delivery)
    grids = delivery.grids
    for community, outline in zip(delivery.communities["community_id"], delivery.communities.geometry):
        mine = grids[grids["community_id"] == community]
        if mine.empty:
            continue
        slack = area_tolerance_m2(outline.area)
        outside = shapely.area(shapely.difference(np.asarray(mine.geometry.values), outline)) > slack
        if outside.any():
            found.append(blame("grid_outside_community", mine.loc[outside, "grid_code"], community=community))
        loose = delivery.cells[
            (delivery.cells["community_id"] == community) & (delivery.cells["grid_code"] == "")
        ]
        taken = np.concatenate([mine.geometry.values, loose.geometry.values])
        bare = shapely.difference(outline, shapely.union_all(taken))
        if bare.area > slack:
            found += judge_bare(delivery, community, bare, listed=community in listed)
    return found


def judge_bare(delivery: Delivery, community: str, bare: Any, *, listed: bool) -> list[Violation]:
    """Return what is wrong with ground in no grid: not listed, or with a building on it."""
    if not listed:
        return [blame("ground_in_no_grid", [community], area_m2=round(bare.area))]
    pieces = [piece for piece in shapely.get_parts(bare) if piece.area > area_tolerance_m2(0.0)]
    mine = delivery.buildings[delivery.buildings["community_id"] == community]
    spots = mine.geometry.representative_point()
    held = spots.within(shapely.union_all(pieces)) if pieces else pd.Series(False, mine.index)
    return [blame("left_out_with_buildings", mine.loc[held, "building_id"])] if held.any() else []


def left_out(delivery: Delivery) -> set[str]:
    """Return the communities of which the record says that some ground is in no grid."""
    found: set[str] = set()
    for finding in delivery.record["findings"]:
        if str(finding.get("code", "")).endswith(LEFT_OUT):
            found |= {as_text(i) for i in finding.get("ids", ())}
            found.add(as_text(finding.get("facts", {}).get("community")))
    return found


def whole_buildings(pieces: gpd.GeoDataFrame) -> np.ndarray:
    """Return for every piece the footprint of its whole building: a unit may lie beyond the line, its building not."""
    whole = pieces.dissolve("building_id").geometry if pieces["building_id"].duplicated().any() else None
    if whole is None:
        return np.asarray(pieces.geometry.values)
    return np.asarray(whole.reindex(pieces["building_id"]).values)


def check_grid_ground(delivery: Delivery) -> list[Violation]:
    """A grid is the union of its cells, and every building stands in its grid."""
    found = []
    ground = {
        code: shapely.union_all(np.asarray(mine.geometry.values))
        for code, mine in delivery.cells.groupby("grid_code")
    }
    grids = dict(zip(delivery.grids["grid_code"], delivery.grids.geometry))
    unlike = [
        code
        for code, shape in grids.items()
        if code in ground and shape.symmetric_difference(ground[code]).area > area_tolerance_m2(shape.area)
    ]
    if unlike:
        found.append(blame("grid_not_its_cells", unlike))
    held = delivery.buildings[
        delivery.buildings["grid_code"].isin(grids) & delivery.buildings.geometry.notna()
    ]
    home = np.asarray([grids[code] for code in held["grid_code"]], dtype=object)
    shapes = whole_buildings(held)
    away = shapely.distance(shapes, home) > REACH_M + crowding_m(shapes)
    if away.any():
        found.append(blame("building_outside_grid", held.loc[away, "building_id"]))
    return found


def crowding_m(shapes: np.ndarray) -> np.ndarray:
    """Return how much farther each building may stand from its ground: points listed at one place cannot all have it.

    n of them need a disc, in a corner a quarter of one, of n·ROOM_M². Shape (n,), metres.
    """
    room = np.zeros(len(shapes))
    points = np.flatnonzero(shapely.get_dimensions(shapes) == 0)
    tree = shapely.STRtree(shapes[points])
    mine, _ = tree.query(shapes[points], predicate="dwithin", distance=REACH_M)
    others = np.bincount(mine, minlength=len(points)) - 1
    room[points] = np.where(others > 0, 2 * ROOM_M * np.sqrt((others + 1) / np.pi), 0.0)
    return room


def check_measures(delivery: Delivery) -> list[Violation]:
    """Area, perimeter and compactness of a grid are those of its polygon; a special grid lies on a site."""
    grids = delivery.grids
    area, length = grids.area, grids.length
    compactness = 4 * np.pi * area / length**2
    wrong = (grids["area_m2"] - area).abs() > AREA_M2 + AREA_SHARE * area
    wrong |= (grids["perimeter_m"] - length).abs() > LENGTH_M
    wrong |= (grids["compactness"] - compactness).abs() > RATIO
    sites = shapely.union_all(np.asarray(delivery.sites.geometry.values))
    apart = (grids["status"] == "special") & (grids.intersection(sites).area <= AREA_M2)
    checks = (("grid_measure", wrong), ("special_without_site", apart))
    return [blame(code, grids.loc[rows, "grid_code"]) for code, rows in checks if rows.any()]


def check_connected(delivery: Delivery, contacts: Contacts) -> list[Violation]:
    """All households of a grid are on one connected piece; ground without any may lie across a barrier."""
    cells = delivery.cells
    code = label(cells["grid_code"])
    households = counts(cells["households"]).to_numpy()
    touching = parts(len(cells), *contacts.within(code, walking=False))
    walkable = parts(len(cells), *contacts.within(code, walking=True))
    split = peopled_parts(code, touching, households) > 1
    cut = (peopled_parts(code, walkable, households) > 1) & ~split
    names = pd.Series(cells["grid_code"].to_numpy()).groupby(code).first()
    found = []
    for kind, wrong in (("grid_not_connected", split), ("grid_across_barrier", cut)):
        codes = sorted(set(names[wrong]) - {""})
        if codes:
            found.append(blame(kind, codes, contact_m=delivery.rules["contact_min_m"]))
    return found


def check_loose(delivery: Delivery, contacts: Contacts) -> list[Violation]:
    """A building without a grid in a community with grids has no household and touches none of these."""
    cells, grids = delivery.cells, delivery.grids
    ordinary = set(grids.loc[grids["status"] != "special", "grid_code"])
    held = cells["grid_code"].isin(ordinary).to_numpy()
    loose = (cells["grid_code"] == "").to_numpy() & cells["community_id"].isin(
        grids["community_id"]
    ).to_numpy()
    lived_in = loose & (counts(cells["households"]).to_numpy() > 0)
    touched = np.zeros(len(cells), dtype=bool)
    for one, other in ((contacts.left, contacts.right), (contacts.right, contacts.left)):
        touched[one[loose[one] & held[other]]] = True
    wrong = lived_in | touched
    return [blame("assignment_blank", cells.loc[wrong, "building_id"])] if wrong.any() else []
