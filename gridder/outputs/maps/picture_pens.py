"""The pens of the pictures: strokes and fills as on the pages, areas with their holes, signs of crossings and halls."""

from __future__ import annotations

from typing import Any

import shapely
from shapely import affinity

from gridder.outputs.maps import palette

# kind of barrier: strokes (colour, width in points, dashes) from below to above
STROKES: dict[str, tuple[tuple[str, float, Any], ...]] = {
    "road": (("#C9CDCB", 3.2, "-"), ("#FFFFFF", 2.4, "-")),
    "arterial": (("#B9BDBA", 5.4, "-"), ("#FFFFFF", 4.4, "-")),
    "wall": (("#4A5965", 1.0, "-"),),
    "river": (("#3B75A1", 5.0, "-"), ("#8FBBDC", 3.6, "-")),
    "railway": (("#FFFFFF", 4.4, "-"), ("#3B3F42", 3.2, "-"), ("#FFFFFF", 1.6, (0, (3.5, 3.5)))),
    "expressway": (("#8A5A00", 4.6, "-"), ("#FAEDCB", 2.2, "-")),
}
BETWEEN = "#DFE2E3"  # ground without buildings between two barriers
AREA_COLOURS = {
    "river": ("#8FBBDC", "#3B75A1"),
    "railway": ("#8A9096", "#3B3F42"),
    "expressway": ("#FAEDCB", "#8A5A00"),
}
SPECIAL_HATCH, EXCEPTION_HATCH = ("///", "#8577AE"), ("\\\\\\", "#C98A6C")
EXCEPTION, OUTLINE, BOUNDARY = "#A63A0A", "#1B2733", "#33424E"
HALL = "#12487A"
SIGN_POINTS = 9.0  # width of the sign of a crossing or of the hall


def draw_strokes(axes: Any, shape: Any, kind: str, zorder: float) -> None:
    """Draw a line, if there is one, in the strokes of its kind."""
    for colour, width, dashes in STROKES[kind]:
        draw_lines(axes, shape, colour, width, dashes, zorder)


def draw_area(axes: Any, shape: Any, **style: Any) -> None:
    """Draw polygons with their holes; nothing without any."""
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path as Outline

    for part in shapely.get_parts(shape):
        if part.geom_type != "Polygon" or part.is_empty:
            continue
        rings = [part.exterior, *part.interiors]
        paths = [Outline(shapely.get_coordinates(ring), closed=True) for ring in rings]
        axes.add_patch(PathPatch(Outline.make_compound_path(*paths), **style))


def draw_lines(axes: Any, shape: Any, colour: str, width: float, dashes: Any, zorder: float) -> None:
    """Draw every line of a shape."""
    for part in shapely.get_parts(shape):
        if part.geom_type not in ("LineString", "LinearRing"):
            continue
        points = shapely.get_coordinates(part)
        style = {"color": colour, "linewidth": width, "linestyle": dashes, "zorder": zorder}
        axes.plot(points[:, 0], points[:, 1], solid_joinstyle="round", **style)


def draw_special(axes: Any, shape: Any) -> None:
    """Fill the ground of a special grid."""
    draw_area(axes, shape, facecolor=palette.SPECIAL, edgecolor="none", zorder=2)
    hatch(axes, shape, SPECIAL_HATCH)


def hatch(axes: Any, shape: Any, kind: tuple[str, str]) -> None:
    """Hatch a ground."""
    draw_area(axes, shape, facecolor="none", edgecolor=kind[1], linewidth=0, hatch=kind[0], zorder=3)


def draw_crossing(axes: Any, at: Any, radius: float, turn: float, *, found: bool) -> None:
    """Draw a white disc with two banks along the way; dashed where a road was ``found`` to cross (house rule)."""
    from matplotlib.patches import Circle

    edge: Any = (0, (2.2, 1.6)) if found else "-"
    disc = {"facecolor": "white", "edgecolor": OUTLINE, "linewidth": 1.0}
    axes.add_patch(Circle((at.x, at.y), radius, linestyle=edge, zorder=10, **disc))
    for side in (-1, 1):
        bank = shapely.LineString([(side * 0.32, -0.55), (side * 0.22, 0), (side * 0.32, 0.55)])
        scaled = affinity.scale(bank, radius, radius, origin=(0, 0))
        turned = affinity.rotate(scaled, -turn, origin=(0, 0))
        draw_lines(axes, affinity.translate(turned, at.x, at.y), OUTLINE, 1.0, "-", 11)


def draw_hall(axes: Any, at: Any, radius: float, *, proposed: bool = False) -> None:
    """Draw the sign of a community hall: a house on a square; outlined and dashed where it is ``proposed``."""
    square = shapely.box(at.x - radius, at.y - radius, at.x + radius, at.y + radius)
    face, edge = ("white", HALL) if proposed else (HALL, "white")
    dashes: Any = (0, (2.2, 1.2)) if proposed else "-"
    draw_area(axes, square, facecolor=face, edgecolor=edge, linewidth=0.9, linestyle=dashes, zorder=10)
    house = [
        (-0.55, -0.05),
        (0, 0.5),
        (0.55, -0.05),
        (0.4, -0.05),
        (0.4, -0.55),
        (-0.4, -0.55),
        (-0.4, -0.05),
    ]
    drawn = shapely.Polygon([(at.x + radius * x, at.y + radius * y) for x, y in house])
    draw_area(axes, drawn, facecolor=edge, edgecolor="none", zorder=11)
