"""Compounds and what stands in them: rows of houses that look south, towers, shops along the street, public buildings."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache

import numpy as np

import gridder.synth.plan as plan
from gridder.synth.lattice import Block, list_blocks
from gridder.synth.streets import axis_of

# ground kept free on each side of a street axis or an inner wall
STREET_M, ARTERIAL_M, WALL_M = 11.0, 20.0, 4.0
SHOPS_M = 15.0  # depth of the strip of shops along the southern street
SHOP_SHARE = 0.88  # of the places along a street
EMPTY_SLOTS = 0.14  # share of places for houses that stay gardens


@dataclass(frozen=True)
class Part:
    """A block or half of one: what stands there (letter of ``USE_OF_BLOCK``), its community, its free ground."""

    block: Block
    half: int
    use: str
    letter: str
    west: float
    south: float
    east: float
    north: float


@dataclass(frozen=True)
class House:
    """A building on the lattice: middle, footprint relative to it, what it is, and the size its households follow."""

    part: Part
    u: float
    v: float
    ring: np.ndarray
    use: str
    rank: float = 0.0  # 0 small … 1 large; 0 and no home where nobody lives
    length_m: float = 0.0


@dataclass(frozen=True)
class Pattern:
    """How houses stand: metres between rows, depth and lengths of a house, gap beside it, and how large it ranks."""

    pitch_m: float
    depth_m: float
    length_m: tuple[float, float]
    gap_m: float
    rank: float
    wings: float  # share of L-shaped houses


PATTERNS = {
    "w": Pattern(28.5, 11.6, (34.0, 66.0), 11.0, 0.36, 0.16),
    "s": Pattern(39.0, 13.6, (34.0, 54.0), 15.0, 0.60, 0.0),
    "t": Pattern(49.0, 23.0, (24.0, 29.0), 23.0, 0.80, 0.0),
}


@cache
def list_parts() -> tuple[Part, ...]:
    """Return all parts of blocks with their free ground, row by row from the north."""
    return tuple(part for block in list_blocks() for part in parts_of(block))


def parts_of(block: Block) -> Iterator[Part]:
    """Yield the one or two parts of a block."""
    uses = plan.USE_OF_BLOCK[block.row][block.column]
    letters = plan.COMMUNITY_OF_BLOCK[block.row][block.column]
    free = {edge: free_m(block, edge) for edge in ("west", "south", "east", "north")}
    whole = Part(
        block, 0, uses[0], letters[0], block.west + free["west"], block.south + free["south"],
        block.east - free["east"], block.north - free["north"],
    )  # fmt: skip
    if len(uses) == 1:
        yield whole
        return
    yield replace(whole, east=block.middle_u - WALL_M)
    yield replace(whole, half=1, use=uses[1], letter=letters[-1], west=block.middle_u + WALL_M)


def free_m(block: Block, edge: str) -> float:
    """Return how much ground is kept free at one edge of a block."""
    at = getattr(block, edge)
    return ARTERIAL_M if any(abs(at - axis_of(street)) < 1 for street in plan.ARTERIALS) else STREET_M


def list_houses() -> list[House]:
    """Return every building of the demo, part by part."""
    houses: list[House] = []
    for part in list_parts():
        rng = np.random.default_rng([plan.SEED, part.block.row, part.block.column, part.half])
        houses += fill_part(part, rng)
    return houses


def fill_part(part: Part, rng: np.random.Generator) -> list[House]:
    """Return the buildings of one part."""
    if part.use in PUBLIC:
        return list(place_public(part))
    shops = list(line_shops(part, rng))
    yard = leave_yard(part)
    if part.use == "m":
        half = (yard.south + yard.north) / 2
        slots = lay_rows(replace(yard, north=half - 8), PATTERNS["s"], rng)
        slots += lay_rows(replace(yard, south=half + 8), PATTERNS["t"], rng)
    else:
        slots = lay_rows(yard, PATTERNS[part.use], rng)
    order = rng.permutation(len(slots))
    n_empty = round(len(slots) * EMPTY_SLOTS)
    service = [serve(slots[i], rng) for i in order[: min(n_empty, 1 + int(rng.random() < 0.6))]]
    kept = [slots[i] for i in sorted(order[n_empty:])]
    return [replace(house, part=part) for house in kept + service + shops]


def leave_yard(part: Part) -> Part:
    """Return the ground that shops leave to the compound."""
    yard = replace(part, south=part.south + SHOPS_M)
    if not has_side_shops(part):
        return yard
    return (
        replace(yard, west=part.west + SHOPS_M) if part.half == 0 else replace(yard, east=part.east - SHOPS_M)
    )


def lay_rows(yard: Part, pattern: Pattern, rng: np.random.Generator) -> list[House]:
    """Return houses in parallel rows, north row first, each row filled and spread over the yard's width."""
    depth = yard.north - yard.south
    n_rows = max(1, int((depth - pattern.depth_m) // pattern.pitch_m) + 1)
    step = (depth - pattern.depth_m) / max(1, n_rows - 1)
    houses = []
    for r in range(n_rows):
        v = yard.north - pattern.depth_m / 2 - r * step
        for u, length in fill_row(yard.west, yard.east, pattern, rng):
            wing = rng.random() < pattern.wings and r < n_rows - 1
            ring = draw_ring(length, pattern, wing=wing, side=1 if rng.random() < 0.5 else -1)
            rank = pattern.rank + 0.006 * (length - sum(pattern.length_m) / 2) + 0.16 * rng.standard_normal()
            houses.append(House(yard, u, v, ring, "住宅", rank, length))
    return houses


def fill_row(
    west: float, east: float, pattern: Pattern, rng: np.random.Generator
) -> list[tuple[float, float]]:
    """Return middle and length of the houses of one row."""
    lengths: list[float] = []
    used = 0.0
    while True:
        length = float(np.round(rng.uniform(*pattern.length_m) / 3.3) * 3.3)  # whole bays of 3.3 m
        if used + length > east - west:
            break
        lengths.append(length)
        used += length + pattern.gap_m
    spare = (east - west) - sum(lengths)
    gap = min(spare / max(1, len(lengths) - 1), 2.2 * pattern.gap_m) if len(lengths) > 1 else 0.0
    u = west + (spare - gap * (len(lengths) - 1)) * rng.uniform(0.3, 0.7)
    row = []
    for length in lengths:
        row.append((u + length / 2, length))
        u += length + gap
    return row


def draw_ring(length: float, pattern: Pattern, *, wing: bool, side: int) -> np.ndarray:
    """Return a footprint around its middle: a slab, an L with a wing to the south, or a tower with its stair core."""
    a, b = length / 2, pattern.depth_m / 2
    if wing:
        ring = [(-a, -b - 8.5), (-a + 11, -b - 8.5), (-a + 11, -b), (a, -b), (a, b), (-a, b)]
    elif pattern.depth_m > length / 2:
        ring = [(-a, -b), (-3, -b), (-3, -b + 3), (3, -b + 3), (3, -b), (a, -b), (a, b - 4), (5, b - 4), (5, b),
                (-5, b), (-5, b - 4), (-a, b - 4)]  # fmt: skip
    else:
        ring = [(-a, -b), (a, -b), (a, b), (-a, b)]
    return np.array(ring) * np.array([side, 1.0])


def serve(slot: House, rng: np.random.Generator) -> House:
    """Return a small public building in the place of a house."""
    length = min(slot.length_m, float(rng.choice([9.0, 15.0, 21.0, 26.0])))
    a, b = length / 2, 4.0 if length < 12 else 5.5
    return House(slot.part, slot.u, slot.v, np.array([(-a, -b), (a, -b), (a, b), (-a, b)]), "配套")


def line_shops(part: Part, rng: np.random.Generator) -> Iterator[House]:
    """Yield shops along the southern street of a part, and along its outer side where the yard leaves room."""
    for start, length in row_of_shops(part.west, part.east, rng):
        yield stand_shop(part, start + length / 2, part.south + 5.5, (length, rng.uniform(8.5, 11)))
    if has_side_shops(part):
        side = part.west + 5.0 if part.half == 0 else part.east - 5.0
        for start, length in row_of_shops(part.south + SHOPS_M, part.north, rng):
            yield stand_shop(part, side, start + length / 2, (rng.uniform(8, 9.6), length))


def has_side_shops(part: Part) -> bool:
    """Whether shops line the outer side of a part: of every other block."""
    return (part.block.row + part.block.column) % 2 == 0


def row_of_shops(start: float, end: float, rng: np.random.Generator) -> Iterator[tuple[float, float]]:
    """Yield where shops begin along a street, and their lengths."""
    at = start + rng.uniform(0, 5)
    while True:
        length = rng.uniform(12, 27)
        if at + length > end:
            return
        if rng.random() < SHOP_SHARE:
            yield at, length
        at += length + rng.uniform(3, 11)


def stand_shop(part: Part, u: float, v: float, size: tuple[float, float]) -> House:
    """Return a shop."""
    a, b = size[0] / 2, size[1] / 2
    return House(part, u, v, np.array([(-a, -b), (a, -b), (a, b), (-a, b)]), "商业", length_m=max(size))


# west, south, width, depth as shares of the part's ground
PUBLIC = {
    "k": ("教育", ((0.12, 0.62, 0.62, 0.09), (0.12, 0.36, 0.16, 0.24), (0.80, 0.62, 0.14, 0.18), (0.55, 0.86, 0.3, 0.08))),
    "h": ("医疗", ((0.1, 0.12, 0.72, 0.14), (0.2, 0.42, 0.58, 0.12), (0.12, 0.68, 0.26, 0.16), (0.56, 0.70, 0.32, 0.14))),
    "p": ("公园", ((0.45, 0.44, 0.05, 0.07), (0.78, 0.74, 0.06, 0.04))),
}  # fmt: skip


def place_public(part: Part) -> Iterator[House]:
    """Yield the buildings of a school, a hospital or a park."""
    use, rooms = PUBLIC[part.use]
    wide, deep = part.east - part.west, part.north - part.south
    for west, south, width, depth in rooms:
        a, b = width * wide / 2, depth * deep / 2
        ring = np.array([(-a, -b), (a, -b), (a, b), (-a, b)])
        yield House(part, part.west + west * wide + a, part.south + south * deep + b, ring, use)
