"""One community as a picture on A4: for reports and for walls, with the strokes of the page's map."""

from __future__ import annotations

import math
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import shapely
from shapely import affinity

from gridder.errors import OutputError
from gridder.outputs.maps import layers, palette
from gridder.outputs.maps.barrier_shapes import draw_kinds
from gridder.outputs.maps.labels import Label, place_labels
from gridder.outputs.maps.marks import find_signs, sign_place
from gridder.outputs.maps.sheet import MAP_PX, Sheet, make_sheet
from gridder.tables import Run
from gridder.text import say

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
MAP_INCHES = 7.0  # what the community fills of it
POINTS_PER_INCH = 72
LABEL_POINTS = ((44.0, 26.0), (26.0, 14.0))  # a grid's number over its households; the number alone
MARGIN_SHARE = 0.04  # of the community's size, around it
# kind of barrier: strokes (colour, width in points, dashes) from below to above
STROKES: dict[str, tuple[tuple[str, float, Any], ...]] = {
    "road": (("#C9CDCB", 3.2, "-"), ("#FFFFFF", 2.4, "-")),
    "arterial": (("#B9BDBA", 5.4, "-"), ("#FFFFFF", 4.4, "-")),
    "wall": (("#4A5965", 1.0, "-"),),
    "river": (("#3B75A1", 5.0, "-"), ("#8FBBDC", 3.6, "-")),
    "railway": (("#FFFFFF", 4.4, "-"), ("#3B3F42", 3.2, "-"), ("#FFFFFF", 1.6, (0, (3.5, 3.5)))),
    "expressway": (("#8A5A00", 4.6, "-"), ("#FAEDCB", 2.2, "-")),
}
UNDER = ("road", "arterial")  # below the buildings; the others stand above the boundaries of grids
BETWEEN = "#DFE2E3"  # ground without buildings between two barriers
AREA_COLOURS = {
    "river": ("#8FBBDC", "#3B75A1"),
    "railway": ("#8A9096", "#3B3F42"),
    "expressway": ("#FAEDCB", "#8A5A00"),
}
WIDE_M, THINNEST = (
    1.5,
    0.3,
)  # streets grow thinner where a pixel of the page is more than this; share at the least
SIGN_POINTS = 9.0  # width of the sign of a crossing


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
    """Raise OutputError where no picture can be drawn: matplotlib or a font with Chinese signs is missing."""
    if find_spec("matplotlib") is None:
        raise OutputError("pictures.no_matplotlib")
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
    """Draw title, map, scale and notes of one community."""
    mine = run.grids[run.grids["community_id"].astype(str) == community_id].sort_index()
    mine = mine.assign(colour=palette.colour_grids(mine, palette.find_neighbours(mine)))
    sheet = make_sheet(run, community_id, mine)
    axes = figure.add_axes((0.03, 0.07, 0.94, 0.82))
    axes.set_aspect("equal")
    axes.set_axis_off()
    x0, y0, x1, y1 = sheet.outline.bounds
    pad = max(x1 - x0, y1 - y0) * MARGIN_SHARE
    axes.set_xlim(x0 - pad, x1 + pad)
    axes.set_ylim(y0 - pad, y1 + pad)
    draw_grids(axes, sheet)
    draw_buildings(axes, sheet)
    inner = layers.inner_boundaries(list(mine.geometry), sheet.outline) if len(mine) else shapely.LineString()
    for colour, width in (("#FFFFFF", 3.4), ("#33424E", 1.6)):
        draw_lines(axes, inner, colour, width, "-", 6)
    draw_barriers(axes, run, sheet)
    draw_lines(axes, sheet.outline.boundary, "#1B2733", 2.6, "-", 8)
    draw_crossings(axes, run, sheet)
    draw_labels(axes, run, sheet)
    draw_words(figure, axes, run, sheet)


def draw_grids(axes: Any, sheet: Sheet) -> None:
    """Draw the grounds of the grids, hatched where special or outside the window."""
    grounds = zip(sheet.grids.geometry, sheet.grids["colour"], sheet.grids["status"], strict=True)
    for shape, colour, status in grounds:
        fill = palette.SPECIAL if status == "special" else palette.GROUNDS[int(colour)]
        draw_area(axes, shape, facecolor=fill, edgecolor="none", zorder=2)
        hatch = {"special": ("///", "#8577AE"), "exception": ("\\\\\\", "#C98A6C")}.get(status)
        if hatch:
            draw_area(
                axes, shape, facecolor="none", edgecolor=hatch[1], linewidth=0, hatch=hatch[0], zorder=3
            )
        if status == "exception":
            inner = shapely.buffer(shape, -2 * sheet.m_per_px, join_style="mitre")
            draw_lines(axes, inner.boundary, "#A63A0A", 2.2, (0, (4, 2)), 9)


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


def draw_barriers(axes: Any, run: Run, sheet: Sheet) -> None:
    """Draw roads under the buildings, rivers, railways and walls over the boundaries of grids, as on the pages."""
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


def draw_crossings(axes: Any, run: Run, sheet: Sheet) -> None:
    """Draw a white disc where bridges, underpasses and gates lead across, its sign along the way.

    Dashed where a road was found to cross (house rule); one that would lie on another is left out.
    """
    from matplotlib.patches import Circle

    m_per_point = sheet.m_per_px * MAP_PX / (MAP_INCHES * POINTS_PER_INCH)
    radius = SIGN_POINTS / 2 * m_per_point
    placed: list[Any] = []
    for _, origin, shape, turn in find_signs(run, sheet):
        middle = sign_place(shape)
        if any(shapely.dwithin(middle, other, 2 * radius) for other in placed):
            continue
        placed.append(middle)
        edge: Any = (0, (2.2, 1.6)) if origin == "crossing_rule" else "-"
        disc = {"facecolor": "white", "edgecolor": "#1B2733", "linewidth": 1.0}
        axes.add_patch(Circle((middle.x, middle.y), radius, linestyle=edge, zorder=10, **disc))
        for side in (-1, 1):
            bank = shapely.LineString([(side * 0.32, -0.55), (side * 0.22, 0), (side * 0.32, 0.55)])
            scaled = affinity.scale(bank, radius, radius, origin=(0, 0))
            turned = affinity.rotate(scaled, -turn, origin=(0, 0))
            draw_lines(axes, affinity.translate(turned, middle.x, middle.y), "#1B2733", 1.0, "-", 11)


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


def draw_labels(axes: Any, run: Run, sheet: Sheet) -> None:
    """Write number and households on every grid, where few buildings stand."""
    from matplotlib.patheffects import withStroke

    x0, y0, x1, y1 = sheet.outline.bounds
    m_per_point = max(x1 - x0, y1 - y0, 1.0) / (MAP_INCHES * POINTS_PER_INCH)
    grids = sheet.grids
    wanted = [
        Label(str(code), shape, LABEL_POINTS, must=True)
        for code, shape in zip(grids.index, grids.geometry, strict=True)
    ]
    spots = place_labels(wanted, list(sheet.buildings.geometry), m_per_px=m_per_point)
    for code, grid in zip(grids.index, grids.drop(columns="geometry").to_dict("records"), strict=True):
        status = grid["status"]
        below = say(run.lang, "pictures.special")
        if status != "special":
            below = say(run.lang, "pictures.households", n=f"{int(grid['households']):,}")
        number = ("▲ " if status == "exception" else "") + layers.text_of(grid["grid_no"])
        spot = spots[str(code)]
        axes.annotate(
            f"{number}\n{below}", (spot.x, spot.y), ha="center", va="center", fontsize=9.5, zorder=12,
            color={"exception": "#A63A0A", "special": "#5A4A8A"}.get(status, "#1B2733"), linespacing=1.15,
            path_effects=[withStroke(linewidth=2.6, foreground="white")],
        )  # fmt: skip


def draw_words(figure: Any, axes: Any, run: Run, sheet: Sheet) -> None:
    """Write title, facts, scale, north and the note on publication."""
    row: Any = run.communities.loc[sheet.community_id]
    name = layers.text_of(row["name"]) or sheet.community_id
    plain = {"parse_math": False, "color": "#1B2733"}
    figure.text(0.03, 0.945, say(run.lang, "pictures.title", community=name), fontsize=17, **plain)
    facts = {
        "households": f"{int(row['households']):,}",
        "grids": len(sheet.grids),
        "low": run.policy.households_min,
        "high": run.policy.households_max,
    }
    figure.text(0.03, 0.912, say(run.lang, "pictures.subtitle", **facts), fontsize=10.5, **plain)
    grey = {"parse_math": False, "color": "#5F6D78", "fontsize": 9}
    figure.text(0.97, 0.03, say(run.lang, "pictures.restricted"), ha="right", **grey)
    figure.text(0.965, 0.93, f"▲\n{say(run.lang, 'pictures.north')}", ha="center", va="center", **grey)
    draw_scale(figure, axes, run.lang)


def draw_scale(figure: Any, axes: Any, lang: str) -> None:
    """Draw a bar of a round number of metres under the map."""
    figure.canvas.draw()
    left, right = axes.get_xlim()
    width_m = (right - left) / axes.get_window_extent().width * figure.bbox.width  # of the whole page
    metres = round_down(width_m / 8)
    share = metres / width_m
    from matplotlib.lines import Line2D

    figure.add_artist(Line2D([0.03, 0.03 + share], [0.035, 0.035], color="#1B2733", linewidth=1.6))
    figure.text(0.03, 0.045, say(lang, "pictures.scale", n=f"{metres:,}"), fontsize=9, color="#1B2733")


def round_down(metres: float) -> int:
    """Return the largest of 1, 2, 5, 10, 20, 50 … that is no more than ``metres``, at least 1."""
    power = 10 ** math.floor(math.log10(max(metres, 1.0)))
    return int(max(step * power for step in (1, 2, 5) if step * power <= max(metres, 1.0)))
