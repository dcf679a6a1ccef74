"""Cities of any size: the same layers as the demo on a plain lattice, made with whole arrays at once.

A community is a field of 2 × 2 blocks between arterials; a block has lots in four columns and three rows. Rivers and
railways run along borders of communities, so every community is one piece.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gridder.synth.households import households_at, scale_to
from gridder.synth.plan import CRS, DISTRICT_ID, ORIGIN_M

FIELD_M = (440.0, 360.0)  # a community, west to east and south to north
PER_FIELD, LOTS, COLUMNS, ROWS = 46, 48, 4, 3  # buildings wanted and possible in a field; lots of a block
RIVER_EVERY, RAIL_EVERY = 6, 8  # rows and columns of communities
FREE_M = {"arterial": 20.0, "road": 12.0, "river": 48.0, "railway": 26.0}  # ground kept free on each side
RIVER_WIDTH_M = 50.0
BEND_M, WAVE_M = 24.0, 500.0
HOMES, HOMES_BESIDE_SCHOOL = 0.75, 0.9  # share of residential buildings
SITE_EVERY, CODES = 10, 999  # a school every so many communities; numbers that three digits hold
LEAST, MOST, MANY = 2000, 4000, 15  # households of a community that has at least so many homes


@dataclass(frozen=True)
class Fields:
    """Communities on the lattice: column and row of each, their ids; how many columns there are. Shapes (c,)."""

    column: np.ndarray
    row: np.ndarray
    ids: np.ndarray
    width: int


def make_city(n_buildings: int, seed: int) -> dict[str, Any]:
    """Return the layers of a synthetic city, the same for the same arguments.

    Parameters
    ----------
    n_buildings
        Exactly so many buildings, ≥ 1; 200,000 take some seconds.
    seed
        Of everything that is drawn by lot.

    Returns
    -------
    dict
        Layer of ``tables.LAYERS`` → GeoDataFrame in CGCS2000 metres, or DataFrame (workforce). Communities of 2,000 to 4,000
        households, but in a city of fewer than some dozen buildings.
    """
    rng = np.random.default_rng(seed)
    fields = lay_fields(-(-n_buildings // PER_FIELD))
    buildings = build(fields, n_buildings, rng)
    households = buildings.groupby("community_id")["households"].sum().reindex(fields.ids).to_numpy()
    outlines = draw_quads(fields.column, fields.row, (0, 4), (0, 4))
    return {
        "buildings": buildings,
        "communities": name_communities(fields, outlines),
        "barriers": draw_barriers(fields),
        "compounds": draw_compounds(fields),
        "sites": draw_schools(fields),
        "previous_grids": draw_old_grids(fields),
        "halls": layer({"community_id": fields.ids}, shapely.points(middle(fields))),
        "workforce": staff_communities(fields, households, rng),
    }


def layer(columns: dict[str, Any], geometry: Any) -> gpd.GeoDataFrame:
    """Return columns and geometries as a layer."""
    return gpd.GeoDataFrame(columns, geometry=geometry, crs=CRS)


def lay_fields(n: int) -> Fields:
    """Return n communities on a nearly square lattice, with official codes."""
    width = int(np.ceil(np.sqrt(n)))
    number = np.arange(n)
    each = max(8, -(-n // CODES))  # communities of a subdistrict
    ids = [f"{DISTRICT_ID}{i // each + 1:03d}{i % each + 1:03d}" for i in range(n)]
    return Fields(number % width, number // width, np.array(ids, dtype=object), width)


def bend(u: np.ndarray, v: np.ndarray) -> np.ndarray:
    """Return map coordinates, to the millimetre, of lattice metres. Shape (…, 2)."""
    x = u + BEND_M * np.sin(v / WAVE_M) + ORIGIN_M[0]
    y = v + BEND_M * np.sin(u / WAVE_M) + ORIGIN_M[1]
    return np.round(np.stack([x, y], axis=-1), 3)


def quarter(column: np.ndarray, row: np.ndarray, across: int, up: int) -> np.ndarray:
    """Return the map point so many quarters of a field to the east and north of its corner. Shape (c, 2)."""
    return bend((column + across / 4) * FIELD_M[0], (row + up / 4) * FIELD_M[1])


def draw_quads(
    column: np.ndarray, row: np.ndarray, across: tuple[int, int], up: tuple[int, int]
) -> np.ndarray:
    """Return, for every field, the polygon between quarters, with a vertex at every quarter of its sides."""
    (west, east), (south, north) = across, up
    ring = [(a, south) for a in range(west, east)] + [(east, b) for b in range(south, north)]
    ring += [(a, north) for a in range(east, west, -1)] + [(west, b) for b in range(north, south, -1)]
    points = np.stack([quarter(column, row, a, b) for a, b in [*ring, ring[0]]], axis=1)
    return np.asarray(shapely.polygons(points))


def axis_kind(number: np.ndarray, every: int, kind: str) -> np.ndarray:
    """Return what runs along axes between fields: ``kind`` along every so many-th, else an arterial."""
    number = np.asarray(number)
    return np.where((number > 0) & (number % every == 0), kind, "arterial")


def free_m(kinds: np.ndarray) -> np.ndarray:
    """Return how much ground is kept free beside an axis of each kind."""
    return pd.Series(kinds).map(FREE_M).to_numpy(dtype=float)


def build(fields: Fields, n_buildings: int, rng: np.random.Generator) -> gpd.GeoDataFrame:
    """Return layer buildings: every field gets its share of them, on lots drawn at random."""
    n = len(fields.ids)
    wanted = n_buildings // n + (np.arange(n) < n_buildings % n)
    place = np.argsort(np.argsort(rng.random((n, LOTS)), axis=1), axis=1)
    field, lot = np.nonzero(place < wanted[:, None])
    block = lot // (COLUMNS * ROWS)
    school = has_school(fields)[field]
    homes = (rng.random(len(field)) < np.where(school, HOMES_BESIDE_SCHOOL, HOMES)) & ~(school & (block == 0))
    households = settle(draw_by_lot(homes, field, rng), field, n)
    units = np.where(households > 0, 1 + (households > 30) + (households > 80), 0)
    shapes = draw_footprints(fields, field, lot, homes, rng)
    return layer({
        "building_id": [f"B{i:06d}" for i in range(1, len(field) + 1)],
        "households": households.astype(np.int64),
        "community_id": fields.ids[field],
        "units": pd.Series(units).astype(str).where(units > 0, None),
        "compound": pd.Series(compound_names(fields.ids[field], block)).where(households > 0, None),
        "use": np.where(homes, "住宅", "商业"),
    }, shapes)  # fmt: skip


def draw_by_lot(homes: np.ndarray, field: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return households: in each community its homes take evenly spread shares of the real distribution, by lot."""
    households = np.zeros(len(homes), dtype=np.int64)
    mine = np.flatnonzero(homes)
    order = mine[np.lexsort((rng.random(len(mine)), field[mine]))]
    count = np.bincount(field[order], minlength=int(field.max()) + 1)
    place = np.arange(len(order)) - (np.cumsum(count) - count)[field[order]]
    households[order] = households_at((place + 0.5) / count[field[order]])
    return households


def settle(households: np.ndarray, field: np.ndarray, n: int) -> np.ndarray:
    """Return households such that every community with many homes has 2,000 to 4,000 of them."""
    households = households.copy()
    total = np.bincount(field, households, minlength=n)
    homes = np.bincount(field, households > 0, minlength=n)
    for i in np.flatnonzero(((total < LEAST) | (total > MOST)) & (homes >= MANY)):
        mine = np.flatnonzero((field == i) & (households > 0))
        households[mine] = scale_to(households[mine], LEAST if total[i] < LEAST else MOST)
    return households


def draw_footprints(
    fields: Fields, field: np.ndarray, lot: np.ndarray, homes: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    """Return the footprints of buildings on their lots, turned to the street."""
    block, spot = lot // (COLUMNS * ROWS), lot % (COLUMNS * ROWS)
    west, south, wide, deep = block_ground(fields, field, block)
    u = west + wide * (spot % COLUMNS + 0.5) / COLUMNS
    v = south + deep * (spot // COLUMNS + 0.5) / ROWS
    half_u = wide / COLUMNS / 2 * rng.uniform(0.5, 0.8, len(lot)) * np.where(homes, 1.0, 0.6)
    half_v = rng.uniform(5.5, 8.5, len(lot))
    corners = np.array([(-1, -1), (1, -1), (1, 1), (-1, 1), (-1, -1)], dtype=float)
    offset = corners[None] * np.stack([half_u, half_v], axis=-1)[:, None]
    turn = np.arctan(BEND_M / WAVE_M * np.cos(u / WAVE_M))
    c, s = np.cos(turn)[:, None], np.sin(turn)[:, None]
    turned = np.stack(
        [offset[..., 0] * c - offset[..., 1] * s, offset[..., 0] * s + offset[..., 1] * c], axis=-1
    )
    return np.asarray(shapely.polygons(np.round(turned + bend(u, v)[:, None], 3)))


def block_ground(
    fields: Fields, field: np.ndarray, block: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return west and south edge, width and depth of the free ground of blocks, lattice metres."""
    column, row = fields.column[field], fields.row[field]
    right, upper = block % 2, block // 2
    road = FREE_M["road"]
    left = np.where(right == 0, free_m(axis_kind(column, RAIL_EVERY, "railway")), road)
    other = np.where(right == 1, free_m(axis_kind(column + 1, RAIL_EVERY, "railway")), road)
    below = np.where(upper == 0, free_m(axis_kind(row, RIVER_EVERY, "river")), road)
    above = np.where(upper == 1, free_m(axis_kind(row + 1, RIVER_EVERY, "river")), road)
    west = (column + right / 2) * FIELD_M[0] + left
    south = (row + upper / 2) * FIELD_M[1] + below
    return west, south, FIELD_M[0] / 2 - left - other, FIELD_M[1] / 2 - below - above


def compound_names(ids: np.ndarray, block: np.ndarray) -> list[str]:
    """Return the names of the compounds of blocks."""
    return [f"{number}小区{letter + 1}" for number, letter in zip(ids, block)]


def draw_compounds(fields: Fields) -> gpd.GeoDataFrame:
    """Return layer compounds: one a block, without the schools."""
    n = len(fields.ids)
    field, block = np.repeat(np.arange(n), 4), np.tile(np.arange(4), n)
    keep = ~(has_school(fields)[field] & (block == 0))
    field, block = field[keep], block[keep]
    return layer({"name": compound_names(fields.ids[field], block)}, draw_grounds(fields, field, block))


def draw_grounds(fields: Fields, field: np.ndarray, block: np.ndarray) -> np.ndarray:
    """Return the free ground of blocks as polygons."""
    west, south, wide, deep = block_ground(fields, field, block)
    corners = [bend(west + a * wide, south + b * deep) for a, b in ((0, 0), (1, 0), (1, 1), (0, 1), (0, 0))]
    return np.asarray(shapely.polygons(np.stack(corners, axis=1)))


def has_school(fields: Fields) -> np.ndarray:
    """Whether the south-western block of each community is a school."""
    return np.arange(len(fields.ids)) % SITE_EVERY == SITE_EVERY // 2


def draw_schools(fields: Fields) -> gpd.GeoDataFrame:
    """Return layer sites."""
    field = np.flatnonzero(has_school(fields))
    return layer(
        {"name": [f"第{i + 1}中学" for i in range(len(field))]}, draw_grounds(fields, field, field * 0)
    )


def name_communities(fields: Fields, outlines: np.ndarray) -> gpd.GeoDataFrame:
    """Return layer communities."""
    town = [number[:9] for number in fields.ids]
    return layer({
        "community_id": fields.ids, "name": [f"第{i + 1}社区" for i in range(len(fields.ids))],
        "subdistrict_id": town, "subdistrict": [f"第{int(t[6:])}街道" for t in town],
    }, outlines)  # fmt: skip


def draw_barriers(fields: Fields) -> gpd.GeoDataFrame:
    """Return layer barriers: arterials and roads, a railway and a river along every so many-th border."""
    width, height = fields.width, int(fields.row.max()) + 1
    rows: list[tuple[str, Any]] = []
    for half in range(2 * width + 1):
        kind = str(axis_kind(np.array(half // 2), RAIL_EVERY, "railway")) if half % 2 == 0 else "road"
        rows.append((kind, shapely.LineString(axis_points(half * 2, height * 4, along_u=False))))
    for half in range(2 * height + 1):
        kind = str(axis_kind(np.array(half // 2), RIVER_EVERY, "river")) if half % 2 == 0 else "road"
        line = shapely.LineString(axis_points(half * 2, width * 4, along_u=True))
        rows.append(
            (kind, shapely.buffer(line, RIVER_WIDTH_M / 2, cap_style="flat") if kind == "river" else line)
        )
    rows.sort(key=lambda item: item[0])
    return layer({"kind": [kind for kind, _ in rows]}, [shape for _, shape in rows])


def axis_points(fixed: int, n_quarters: int, *, along_u: bool) -> np.ndarray:
    """Return the map points of an axis, one a quarter of a field: the vertices of the outlines beside it."""
    steps = np.arange(n_quarters + 1) / 4
    still = np.full(len(steps), fixed / 4)
    u, v = (steps, still) if along_u else (still, steps)
    return bend(u * FIELD_M[0], v * FIELD_M[1])


def draw_old_grids(fields: Fields) -> gpd.GeoDataFrame:
    """Return layer previous_grids: eight a community, half a block each."""
    codes, shapes = [], []
    for n, (a, b) in enumerate((a, b) for b in (0, 2) for a in range(4)):
        codes.append([f"{number}{n + 1:03d}" for number in fields.ids])
        shapes.append(draw_quads(fields.column, fields.row, (a, a + 1), (b, b + 2)))
    frame = layer({"grid_code": np.concatenate(codes)}, np.concatenate(shapes))
    return frame.sort_values("grid_code", ignore_index=True)


def middle(fields: Fields) -> np.ndarray:
    """Return a map point near the middle of every community, off the street. Shape (c, 2)."""
    return bend((fields.column + 0.53) * FIELD_M[0], (fields.row + 0.54) * FIELD_M[1])


def staff_communities(fields: Fields, households: np.ndarray, rng: np.random.Generator) -> pd.DataFrame:
    """Return table workforce."""
    n = len(fields.ids)
    now = np.clip(8 + households // 700 + rng.integers(-2, 3, n), 5, None).astype(np.int64)
    committee = np.full(n, 4)
    return pd.DataFrame({
        "community_id": fields.ids, "posts_now": now, "leaders": 1, "committee": committee,
        "staff": now - committee - 1, "party_posts": rng.integers(0, 3, n), "public_welfare": rng.integers(0, 3, n),
        "assistant_certified": rng.integers(0, 3, n), "certified": rng.integers(0, 4, n),
        "senior_certified": rng.integers(0, 2, n),
    })  # fmt: skip
