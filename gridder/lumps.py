"""Lumps: pieces of ground grow together until they are compact, none around anything else."""

from __future__ import annotations

import heapq
from dataclasses import dataclass, field

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

COMPACT = 0.5  # a lump is compact enough from here (Polsby–Popper; a rectangle four times as long as wide): no fewer


@dataclass
class Lump:
    """Connected open ground and what it touches.

    Parameters
    ----------
    shape
        Polygon of a valid coverage, metres.
    parts
        Numbers of the units it is made of.
    stretch
        Atoms whose nearest ground it is: the stretch of the built edge that it lies before.
    beside
        Atoms whose ground touches that of the stretch near the buildings, and the stretch; None: any.
    touch
        Metres in common with each lump beside it, by number.
    """

    shape: BaseGeometry
    parts: tuple[int, ...]
    stretch: set[int]
    beside: set[int] | None
    touch: dict[int, float] = field(default_factory=dict)

    @property
    def compactness(self) -> float:
        """4π·area/perimeter² (Polsby & Popper 1991), 0…1."""
        return polsby_popper(self.shape.area, self.shape.length)

    def may_join(self, other: Lump) -> bool:
        """Whether both lie before one stretch of the built edge: ground between two villages is parted half-way."""
        return self.beside is None or other.beside is None or not self.beside.isdisjoint(other.stretch)


def polsby_popper(area_m2: float, perimeter_m: float) -> float:
    """Return 4π·area/perimeter²: 1 for a disc, towards 0 for strips; 0 without perimeter."""
    return 4 * np.pi * area_m2 / perimeter_m**2 if perimeter_m > 0 else 0.0


def joined_compactness(one: BaseGeometry, other: BaseGeometry, common_m: float) -> float:
    """Return the compactness of two polygons with so many metres in common, taken together."""
    return polsby_popper(one.area + other.area, one.length + other.length - 2 * common_m)


def join(one: BaseGeometry, other: BaseGeometry) -> BaseGeometry | None:
    """Return the union of two polygons of a coverage; None where they do not touch or go round anything else."""
    union = shapely.coverage_union_all([one, other])
    if count_parts(union) >= count_parts(one) + count_parts(other):
        return None
    return union if count_holes(union) <= count_holes(one) + count_holes(other) else None


def count_parts(shape: BaseGeometry) -> int:
    """Return the number of polygons of a shape."""
    return int(shapely.get_num_geometries(shape))


def count_holes(shape: BaseGeometry) -> int:
    """Return the number of holes in all polygons of a shape."""
    if shape.geom_type == "Polygon":
        return int(shapely.get_num_interior_rings(shape))
    return int(shapely.get_num_interior_rings(shapely.get_parts(shape)).sum())


def grow_lumps(units: list[Lump]) -> list[Lump]:
    """Return the units joined into compact lumps.

    The least compact is next: it joins the neighbour with which it is most compact, if that makes it more compact or
    the two together still are ``COMPACT``; else it stays. No lump goes round other ground.
    """
    lumps: dict[int, Lump] = dict(enumerate(units))
    queue = [(lump.compactness, number) for number, lump in lumps.items()]
    heapq.heapify(queue)
    count = len(units)
    while queue:
        _, number = heapq.heappop(queue)
        if number not in lumps or (pick := best_partner(lumps, number)) is None:
            continue
        other, shape = pick
        lumps[count] = unite(lumps, number, other, shape, count)
        heapq.heappush(queue, (lumps[count].compactness, count))
        count += 1
    return [lumps[number] for number in sorted(lumps)]


def best_partner(lumps: dict[int, Lump], number: int) -> tuple[int, BaseGeometry] | None:
    """Return the neighbour that a lump best joins and the ground of both; None where it should stay as it is."""
    lump = lumps[number]
    offers = [
        (-joined_compactness(lump.shape, lumps[other].shape, common_m), other)
        for other, common_m in lump.touch.items()
        if lump.may_join(lumps[other])
    ]
    for loss, other in sorted(offers):
        if -loss < min(COMPACT, lump.compactness):
            return None
        shape = join(lump.shape, lumps[other].shape)
        if shape is not None:
            return other, shape
    return None


def unite(lumps: dict[int, Lump], a: int, b: int, shape: BaseGeometry, number: int) -> Lump:
    """Return two lumps as one; takes them out of ``lumps`` and tells their neighbours the new number."""
    one, other = lumps.pop(a), lumps.pop(b)
    touch: dict[int, float] = {}
    for lump in (one, other):
        for neighbour, common_m in lump.touch.items():
            if neighbour not in (a, b):
                touch[neighbour] = touch.get(neighbour, 0.0) + common_m
    for neighbour in touch:
        theirs = lumps[neighbour].touch
        theirs[number] = theirs.pop(a, 0.0) + theirs.pop(b, 0.0)
    beside = None if one.beside is None or other.beside is None else one.beside | other.beside
    return Lump(shape, one.parts + other.parts, one.stretch | other.stretch, beside, touch)
