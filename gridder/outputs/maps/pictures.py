"""One community as a picture on A4: for reports and for walls, with the strokes of the page's map."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any

import shapely

from gridder.errors import OutputError
from gridder.outputs.maps import layers, palette
from gridder.outputs.maps.barrier_shapes import draw_kinds
from gridder.outputs.maps.marks import find_proposals, find_signs, sign_place
from gridder.outputs.maps.picture_legend import draw_legend
from gridder.outputs.maps.picture_pens import (
    AREA_COLOURS,
    BETWEEN,
    BOUNDARY,
    EXCEPTION,
    EXCEPTION_HATCH,
    OUTLINE,
    SIGN_POINTS,
    STROKES,
    draw_area,
    draw_crossing,
    draw_hall,
    draw_lines,
    draw_special,
    draw_strokes,
    hatch,
)
from gridder.outputs.maps.picture_text import draw_labels, draw_words
from gridder.outputs.maps.sheet import Sheet, make_sheet
from gridder.tables import Run

FONTS = (
    "Noto Sans CJK SC",
    "Noto Sans SC",
    "Source Han Sans SC",
    "Source Han Sans CN",
    "Microsoft YaHei",
    "PingFang SC",
    "SimHei",
    "WenQuanYi Zen Hei",
    "Noto Sans CJK JP",  # the collection of all regions goes by this name in some systems
)
SUFFIXES = (".png", ".svg", ".pdf")
PAGE_INCHES = (11.69, 8.27)  # A4 landscape
MAP_BOX = (
    0.03,
    0.08,
    0.77,
    0.80,
)  # left, below, width, height as shares of the page; the legend stands at its right
POINTS_PER_INCH = 72
MARGIN_SHARE = 0.04  # of the community's size, around it
UNDER = ("road", "arterial")  # below the buildings; the others stand above the boundaries of grids
WIDE_M, THINNEST = (
    1.5,
    0.3,
)  # streets grow thinner where a pixel of the page is more than this; share at the least


def draw_picture(run: Run, community_id: str, path: str | Path) -> None:
    """Write one community as PNG (200 dots an inch), SVG or PDF, by the suffix of ``path``.

    The same run gives the same bytes with the same matplotlib and font.

    Raises
    ------
    OutputError
        matplotlib or a font with Chinese signs is missing, or the suffix is none of these.
    """
    target = Path(path)
    if target.suffix.lower() not in SUFFIXES:
        raise OutputError("pictures.wrong_suffix", name=target.name)
    check_pictures()
    import matplotlib
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    settings: Any = {
        "font.family": find_font(),
        "svg.hashsalt": community_id,
        "svg.fonttype": "path",
        "hatch.linewidth": 0.7,
    }
    with matplotlib.rc_context(settings):
        figure = Figure(figsize=PAGE_INCHES, facecolor="white")
        FigureCanvasAgg(figure)
        draw_sheet(figure, run, community_id)
        stamp = {".png": {"Software": None}, ".svg": {"Date": None}, ".pdf": {"CreationDate": None}}
        figure.savefig(target, dpi=200, metadata=stamp[target.suffix.lower()])


def check_pictures() -> None:
    """Raise OutputError where no picture can be drawn: matplotlib is missing or broken, or no font has Chinese signs."""
    try:
        import_module("matplotlib.figure")
    except ImportError as error:
        raise OutputError("pictures.no_matplotlib") from error
    find_font()


def find_font() -> str:
    """Return the first installed font of ``FONTS``."""
    from matplotlib import font_manager

    installed = {font.name for font in font_manager.fontManager.ttflist}
    for name in FONTS:
        if name in installed:
            return name
    raise OutputError("pictures.no_font")


def draw_sheet(figure: Any, run: Run, community_id: str) -> None:
    """Draw title, map, legend, scale and notes of one community."""
    mine = run.grids[run.grids["community_id"].astype(str) == community_id].sort_index()
    mine = mine.assign(colour=palette.colour_grids(mine, palette.find_neighbours(mine)))
    sheet = make_sheet(run, community_id, mine)
    axes = figure.add_axes(MAP_BOX)
    axes.set_aspect("equal")
    axes.set_axis_off()
    x0, y0, x1, y1 = sheet.outline.bounds
    pad = max(x1 - x0, y1 - y0) * MARGIN_SHARE
    axes.set_xlim(x0 - pad, x1 + pad)
    axes.set_ylim(y0 - pad, y1 + pad)
    draw_grids(axes, sheet)
    for _, compound in sheet.compounds:
        draw_lines(axes, shapely.boundary(compound), "#7B8790", 0.6, (0, (3, 3)), 4.5)
    draw_buildings(axes, sheet)
    inner = layers.inner_boundaries(list(mine.geometry), sheet.outline) if len(mine) else shapely.LineString()
    for colour, width in (("#FFFFFF", 3.4), (BOUNDARY, 1.6)):
        draw_lines(axes, inner, colour, width, "-", 6)
    kinds = draw_barriers(axes, run, sheet)
    draw_lines(axes, sheet.outline.boundary, OUTLINE, 2.6, "-", 8)
    signs, taken = draw_signs(axes, run, sheet)
    unnamed = draw_labels(axes, run, sheet, taken, m_per_point=points_to_metres(sheet))
    draw_legend(figure, kinds | signs | kinds_of(sheet), run.lang)
    draw_words(figure, axes, run, sheet, unnamed)


def kinds_of(sheet: Sheet) -> set[str]:
    """Return the entries of the legend that grids, buildings and compounds have on a sheet."""
    found = (
        {"outline"}
        | ({"grids"} if len(sheet.grids) else set())
        | ({"buildings"} if len(sheet.buildings) else set())
    )
    return (
        found
        | ({"compounds"} if sheet.compounds else set())
        | ({"special", "exception"} & set(sheet.grids["status"]))
    )


def points_to_metres(sheet: Sheet) -> float:
    """Return how many metres a point of the page is."""
    x0, y0, x1, y1 = sheet.outline.bounds
    pad = 2 * max(x1 - x0, y1 - y0) * MARGIN_SHARE
    room = [share * side * POINTS_PER_INCH for share, side in zip(MAP_BOX[2:], PAGE_INCHES, strict=True)]
    return max((x1 - x0 + pad) / room[0], (y1 - y0 + pad) / room[1], 1e-6)


def draw_grids(axes: Any, sheet: Sheet) -> None:
    """Draw the grounds of the grids, hatched where special or outside the window."""
    grounds = zip(sheet.grids.geometry, sheet.grids["colour"], sheet.grids["status"], strict=True)
    for shape, colour, status in grounds:
        if status == "special":
            draw_special(axes, shape)
            continue
        draw_area(axes, shape, facecolor=palette.GROUNDS[int(colour)], edgecolor="none", zorder=2)
        if status == "exception":
            hatch(axes, shape, EXCEPTION_HATCH)
            inner = shapely.buffer(shape, -2 * sheet.m_per_px, join_style="mitre")
            draw_lines(axes, inner.boundary, EXCEPTION, 2.2, (0, (4, 2)), 9)


def draw_buildings(axes: Any, sheet: Sheet) -> None:
    """Draw the buildings in the colour of their grids, grey without households."""
    colours, status = list(sheet.grids["colour"]), list(sheet.grids["status"])
    table = sheet.buildings
    for shape, grid, households in zip(table.geometry, table["g"], table["households"], strict=True):
        fill = palette.EMPTY_BUILDING
        if grid >= 0 and households:
            lilac = palette.BUILDINGS[palette.NAMES.index("lilac")]
            fill = lilac if status[grid] == "special" else palette.BUILDINGS[int(colours[grid])]
        if shape.geom_type == "Point":
            axes.plot([shapely.get_x(shape)], [shapely.get_y(shape)], "o", color=fill, markersize=4, zorder=5)
        else:
            draw_area(axes, shape, facecolor=fill, edgecolor="white", linewidth=0.4, zorder=5)


def draw_barriers(axes: Any, run: Run, sheet: Sheet) -> set[str]:
    """Draw roads under the buildings, rivers, railways and walls over the boundaries of grids; return what was drawn."""
    near = layers.near_barriers(run.barriers, sheet.outline, share=MARGIN_SHARE)
    drawn, pale = draw_kinds(near, tuple(STROKES), m_per_px=sheet.m_per_px)
    ground = shapely.intersection(pale, sheet.outline) if pale is not None else None
    draw_area(axes, ground, facecolor=BETWEEN, edgecolor="none", alpha=0.8, zorder=7)
    thin = max(THINNEST, min(1.0, WIDE_M / sheet.m_per_px))
    for kind in UNDER:
        one = drawn[kind]
        draw_lines(axes, one.lines, "#E3E5E2", STROKES[kind][0][1] * thin, "-", 1)
        inside = shapely.intersection(one.lines, sheet.outline) if one.lines is not None else None
        (colour, width, dashes), (white, inner, _) = STROKES[kind]
        draw_lines(axes, inside, colour, inner * thin + width - inner, dashes, 4)
        draw_lines(axes, inside, white, inner * thin, dashes, 4)
        strip = shapely.intersection(one.between, sheet.outline) if one.between is not None else None
        draw_area(axes, strip, facecolor="white", edgecolor="none", zorder=4)
    for kind in (kind for kind in STROKES if kind not in UNDER):
        one = drawn[kind]
        fill, edge = AREA_COLOURS.get(kind, ("none", "none"))
        draw_area(axes, one.areas, facecolor=fill, edgecolor=edge, linewidth=0.9, zorder=7.1)
        draw_lines(axes, one.side, "#5B6267", 0.9, "-", 7.1)
        draw_strokes(axes, one.lines, kind, 7.2)
    shown = {kind for kind, one in drawn.items() if one.lines is not None or one.areas is not None}
    return shown | ({"between"} if ground is not None and not ground.is_empty else set())


def draw_signs(axes: Any, run: Run, sheet: Sheet) -> tuple[set[str], tuple[Any, ...]]:
    """Draw the halls, then where bridges, underpasses and gates lead across; return the kinds drawn and their room.

    A crossing that would lie on another sign is left out.
    """
    radius = SIGN_POINTS / 2 * points_to_metres(sheet)
    placed: list[Any] = []
    shown: set[str] = set()
    for hall in run.halls.geometry[run.halls["community_id"].astype(str) == sheet.community_id]:
        placed.append(hall.representative_point())
        draw_hall(axes, placed[-1], radius)
        shown.add("hall")
    for row in find_proposals(run, sheet):
        placed.append(row["geometry"])
        draw_hall(axes, placed[-1], radius, proposed=True)
        shown.add("hall_proposed")
    for _, origin, shape, turn in find_signs(run, sheet):
        middle = sign_place(shape)
        if any(shapely.dwithin(middle, other, 2 * radius) for other in placed):
            continue
        placed.append(middle)
        draw_crossing(axes, middle, radius, turn, found=origin == "crossing_rule")
        shown.add("crossing_rule" if origin == "crossing_rule" else "crossing")
    return shown, tuple(point.buffer(radius, quad_segs=2) for point in placed)
