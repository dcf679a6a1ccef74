"""The legend of the pictures: the same entries, words and strokes as on the pages, of what is on the map alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import shapely

from gridder.outputs.maps import palette
from gridder.outputs.maps.picture_pens import (
    AREA_COLOURS,
    BETWEEN,
    BOUNDARY,
    EXCEPTION,
    EXCEPTION_HATCH,
    OUTLINE,
    draw_area,
    draw_crossing,
    draw_hall,
    draw_lines,
    draw_special,
    draw_strokes,
    hatch,
)
from gridder.outputs.maps.strokes import LEGEND
from gridder.text import say

BOX = (0.815, 0.08, 0.165, 0.80)  # left, below, width, height as shares of the page
WIDTH, ROW = 139.0, 18.0  # points: of the box, of a row
SWATCH = (24.0, 12.0)
TEXT_AT, FONT = 32.0, 8.5


def draw_legend(figure: Any, kinds: set[str], lang: str) -> None:
    """Draw one row an entry of ``strokes.LEGEND`` that is among ``kinds``, at the right of the map."""
    axes = figure.add_axes(BOX)
    axes.set_axis_off()
    height = BOX[3] / BOX[2] * WIDTH * figure.get_figheight() / figure.get_figwidth()
    axes.set_xlim(0, WIDTH)
    axes.set_ylim(-height, 0)
    for n, key in enumerate(key for key in LEGEND if key in kinds and key in DRAWN):
        middle = -(n + 0.5) * ROW
        DRAWN[key](axes, shapely.box(0, middle - SWATCH[1] / 2, SWATCH[0], middle + SWATCH[1] / 2))
        words = {"fontsize": FONT, "color": OUTLINE, "parse_math": False}
        axes.text(TEXT_AT, middle, say(lang, f"maps.layer_{key}"), va="center", wrap=True, **words)


def line_of(box: Any) -> Any:
    """Return a line through the middle of a swatch, from side to side."""
    x0, y0, x1, y1 = shapely.buffer(box, -1.5).bounds  # ends of lines are square
    return shapely.LineString([(x0, (y0 + y1) / 2), (x1, (y0 + y1) / 2)])


def draw_grid_swatch(axes: Any, box: Any) -> None:
    """Draw a ground with the boundary of a grid."""
    draw_area(axes, box, facecolor=palette.GROUNDS[0], edgecolor=BOUNDARY, linewidth=1.6, zorder=2)


def draw_building_swatch(axes: Any, box: Any) -> None:
    """Draw two houses of different grids."""
    x0, y0, x1, y1 = box.bounds
    middle = (x0 + x1) / 2
    for west, east, colour in ((x0 + 1, middle - 1, 0), (middle + 1, x1 - 1, 1)):
        house = shapely.box(west, y0 + 2, east, y1 - 2)
        draw_area(axes, house, facecolor=palette.BUILDINGS[colour], edgecolor="none", zorder=2)


def draw_exception_swatch(axes: Any, box: Any) -> None:
    """Draw a hatched ground with a dashed outline."""
    hatch(axes, box, EXCEPTION_HATCH)
    draw_lines(
        axes, shapely.boundary(shapely.buffer(box, -1, join_style="mitre")), EXCEPTION, 1.8, (0, (4, 2)), 9
    )


def draw_street_swatch(kind: str) -> Callable[[Any, Any], None]:
    """Return what draws a street: white, on a ground that shows it."""

    def draw(axes: Any, box: Any) -> None:
        draw_area(axes, box, facecolor="#E7EAE6", edgecolor="none", zorder=2)
        draw_strokes(axes, line_of(box), kind, 4)

    return draw


def draw_barrier_swatch(kind: str) -> Callable[[Any, Any], None]:
    """Return what draws a barrier: its area where it has one, else its line."""

    def draw(axes: Any, box: Any) -> None:
        if kind == "river":
            fill, edge = AREA_COLOURS[kind]
            draw_area(axes, box, facecolor=fill, edgecolor=edge, linewidth=0.9, zorder=7)
        else:
            draw_strokes(axes, line_of(box), kind, 7)

    return draw


DRAWN: dict[str, Callable[[Any, Any], None]] = {
    "grids": draw_grid_swatch,
    "buildings": draw_building_swatch,
    "compounds": lambda axes, box: draw_lines(axes, shapely.boundary(box), "#7B8790", 0.6, (0, (3, 3)), 4),
    "outline": lambda axes, box: draw_lines(axes, line_of(box), OUTLINE, 2.6, "-", 8),
    **{kind: draw_barrier_swatch(kind) for kind in ("river", "railway", "expressway", "wall")},
    "between": lambda axes, box: draw_area(axes, box, facecolor=BETWEEN, edgecolor="none", zorder=7),
    **{kind: draw_street_swatch(kind) for kind in ("arterial", "road")},
    "crossing": lambda axes, box: draw_crossing(axes, box.centroid, 5.0, 0, found=False),
    "crossing_rule": lambda axes, box: draw_crossing(axes, box.centroid, 5.0, 0, found=True),
    "hall": lambda axes, box: draw_hall(axes, box.centroid, 5.0),
    "hall_proposed": lambda axes, box: draw_hall(axes, box.centroid, 5.0, proposed=True),
    "special": draw_special,
    "exception": draw_exception_swatch,
}
