"""Lumps: squares that grow together, and what they never do."""

from __future__ import annotations

import pytest
from shapely import box

from gridder.lumps import COMPACT, Lump, grow_lumps, join, polsby_popper


def strips(widths: list[float], depth: float, beside: list[set[int] | None] | None = None) -> list[Lump]:
    """Return strips side by side, |||||, each of its own atom, touching the next along their depth."""
    units, x = [], 0.0
    for number, width in enumerate(widths):
        shape = box(x, 0, x + width, depth)
        near = beside[number] if beside else None
        units.append(Lump(shape, (number,), {number}, near))
        x += width
    for left, right in zip(range(len(widths)), range(1, len(widths))):
        units[left].touch[right] = depth
        units[right].touch[left] = depth
    return units


def parts(lumps: list[Lump]) -> list[tuple[int, ...]]:
    return sorted(tuple(sorted(lump.parts)) for lump in lumps)


def test_a_disc_is_most_compact():
    assert polsby_popper(3.14159, 6.28318) == pytest.approx(1, abs=1e-4)
    assert polsby_popper(10_000, 400) == pytest.approx(0.785, abs=1e-3)
    assert polsby_popper(0, 0) == 0


def test_strips_of_a_field_become_one_lump():
    lumps = grow_lumps(strips([20] * 10, 200))
    assert parts(lumps) == [tuple(range(10))]
    assert lumps[0].shape.equals(box(0, 0, 200, 200)) and lumps[0].stretch == set(range(10))


def test_a_long_ribbon_is_cut_into_compact_lumps():
    """100 strips of 20 × 100 m in a row: none is left thin, none grows longer than it may."""
    lumps = grow_lumps(strips([20] * 100, 100))
    assert 5 <= len(lumps) <= 25
    assert min(lump.compactness for lump in lumps) >= COMPACT


def test_lumps_before_two_villages_do_not_join():
    sides = [{0, 1}, {0, 1}, {2, 3}, {2, 3}]
    assert parts(grow_lumps(strips([50] * 4, 200, sides))) == [(0, 1), (2, 3)]
    assert parts(grow_lumps(strips([50] * 4, 200))) == [(0, 1, 2, 3)]


def test_a_lump_does_not_close_round_other_ground():
    """A ring of two halves around a square stays in halves."""
    ring = box(0, 0, 300, 300).difference(box(100, 100, 200, 200))
    west, east = ring.intersection(box(0, 0, 150, 300)), ring.intersection(box(150, 0, 300, 300))
    units = [Lump(west, (0,), {0}, None, {1: 200.0}), Lump(east, (1,), {1}, None, {0: 200.0})]
    assert join(west, east) is None
    assert parts(grow_lumps(units)) == [(0,), (1,)]


def test_what_does_not_touch_is_not_joined():
    assert join(box(0, 0, 1, 1), box(5, 5, 6, 6)) is None
