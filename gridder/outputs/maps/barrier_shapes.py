"""What a sheet shows of barriers: lines merged by kind, areas as one, the ground between two lines apart."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

SIMPLIFY_M = (
    0.3  # of drawn lines and edges: thinner than any stroke, but where a house alone fills the screen
)
STREETS = ("road", "arterial")
STREET_SHARE = 0.8  # ground with so much of its edge along streets is part of the street
BESIDE_M = 1.0  # an edge this near to a street, both simplified, runs along it
TRACK_PX = 9.0  # tracks nearer to a longer one than this are drawn thin: their strokes would cover each other
STRETCH_PX = 16.0  # a shorter stretch of a track does not change its stroke


@dataclass(frozen=True)
class Drawn:
    """Shapes of one kind of barrier, each of them one shape or None: ``areas``, ``lines``, and ``side`` tracks.

    ``between``: ground without buildings that counts as part of the barrier (``made`` between); of a street, only what
    lies between streets.
    """

    areas: BaseGeometry | None
    lines: BaseGeometry | None
    between: BaseGeometry | None = None
    side: BaseGeometry | None = None


def draw_kinds(
    near: pd.DataFrame, kinds: tuple[str, ...], *, m_per_px: float
) -> tuple[dict[str, Drawn], BaseGeometry | None]:
    """Return what is drawn of each kind, and the pale ground: between rails, rivers, or a street and one of them."""
    drawn = {kind: draw_kind(near, kind, m_per_px=m_per_px) for kind in kinds}
    lines = [drawn[kind].lines for kind in STREETS if kind in drawn and drawn[kind].lines is not None]
    streets = shapely.buffer(shapely.union_all(lines), BESIDE_M, quad_segs=2) if lines else shapely.Polygon()
    pale: list[BaseGeometry] = []
    for kind, one in drawn.items():
        rows = near[(near["kind"] == kind) & (near["made"] == "between")]
        strips = parts_of(
            rows["geometry"], 2
        )  # one by one: two beside a railway are not the street between them
        edges = shapely.boundary(strips)
        inside = shapely.length(shapely.intersection(edges, streets)) >= STREET_SHARE * shapely.length(edges)
        mine = inside & (kind in STREETS)
        pale += list(strips[~mine])
        drawn[kind] = replace(one, between=join_areas(strips[mine]))
    return drawn, join_areas(pale)


def draw_kind(near: pd.DataFrame, kind: str, *, m_per_px: float) -> Drawn:
    """Return what is drawn of one kind, but the ground between its lines: a line inside an area of its kind is not drawn again.

    ``near`` as from ``near_barriers``; metres. Closed gaps (``made`` joined) are part of their lines.
    """
    mine = near[near["kind"] == kind]
    shapes, made = mine["geometry"].to_numpy(), mine["made"].to_numpy(dtype=object)
    areas = join_areas(shapes[made != "between"])
    lines = join_lines(parts_of(shapes, 1))
    if areas is not None and lines is not None:
        lines = join_lines(parts_of(shapely.difference([lines], areas), 1))
    side = None
    if kind == "railway" and lines is not None:
        lines, side = part_tracks(lines, m_per_px)
    return Drawn(areas, lines, side=side)


def parts_of(shapes: Any, dimension: int) -> np.ndarray:
    """Return the single parts of shapes that have this dimension: 1 lines, 2 areas."""
    parts = shapely.get_parts(shapely.get_parts(np.asarray(shapes, dtype=object)))
    kept = (shapely.get_dimensions(parts) == dimension) & ~shapely.is_empty(parts)
    return np.asarray(parts[kept], dtype=object)


def join_areas(shapes: Any) -> BaseGeometry | None:
    """Return the areas among shapes as one, simplified; None without any."""
    parts = parts_of(shapes, 2)
    return shapely.simplify(shapely.union_all(parts), SIMPLIFY_M) if len(parts) else None


def join_lines(parts: np.ndarray) -> BaseGeometry | None:
    """Return lines as one, each stretch once and those that continue each other joined; None without any."""
    if len(parts) == 0:
        return None
    whole = shapely.line_merge(shapely.union_all(parts))
    return shapely.normalize(shapely.simplify(whole, SIMPLIFY_M))


def part_tracks(lines: BaseGeometry, m_per_px: float) -> tuple[BaseGeometry | None, BaseGeometry | None]:
    """Return the main tracks, and those that run beside a longer one, as on printed maps of stations."""
    tracks = sorted(shapely.get_parts(lines), key=lambda track: (-track.length, track.wkb))
    main: list[BaseGeometry] = []
    side: list[BaseGeometry] = []
    room: list[BaseGeometry] = []
    for track in tracks:
        beside = [wide for wide in room if wide.intersects(track)]
        free = shapely.difference(track, shapely.union_all(beside)) if beside else track
        kept = [part for part in parts_of([free], 1) if part.length > STRETCH_PX * m_per_px]
        rest = shapely.difference(track, shapely.union_all(kept)) if kept else track
        main += kept
        side += list(parts_of([rest], 1))
        room += [part.buffer(TRACK_PX * m_per_px, cap_style="flat") for part in kept]
    if not main:
        return join_lines(np.array(tracks, dtype=object)), None
    return tuple(join_lines(np.array(some, dtype=object)) for some in (main, side))  # type: ignore[return-value]
