"""What is written on the pictures: labels that never cover each other, title, facts, scale and notes."""

from __future__ import annotations

import math
from typing import Any

from gridder.outputs.maps import layers
from gridder.outputs.maps.labels import Label, fit_labels
from gridder.outputs.maps.marks import larger_part
from gridder.outputs.maps.picture_pens import EXCEPTION, OUTLINE
from gridder.outputs.maps.sheet import Sheet
from gridder.tables import Run
from gridder.text import say

# a grid's number over its households, the number alone, the same small; and the size of the number in points
LABEL_POINTS = ((46.0, 28.0), (27.0, 14.0), (16.0, 8.5))
TITLE_FONT, TITLE_LEAST = 17.0, 9.0  # points
TITLE_ROOM = 0.9  # of the page's width
LABEL_FONT = (11.0, 9.5, 6.0)
NAME_POINTS, NAME_FONT = 8.0, 7.5  # width of one sign of a compound's name; its size


def draw_labels(axes: Any, run: Run, sheet: Sheet, taken: tuple[Any, ...], *, m_per_point: float) -> int:
    """Write number and households on every grid, the number alone where there is less room; then names of compounds.

    Returns how many grids found no room for their number: labels never cover each other, but those of exceptions, which
    are always written. ``taken``: the signs on the map.
    """
    status = list(sheet.grids["status"])
    order = sorted(range(len(status)), key=lambda g: (status[g] != "exception", status[g] == "special", g))
    wanted = [
        Label(f"grid {g}", sheet.grids.geometry.iloc[g], LABEL_POINTS, must=status[g] == "exception")
        for g in order
    ]
    grounds = list(sheet.grids.geometry)
    wanted += [
        Label(
            f"compound {n}", larger_part(shape, grounds), ((NAME_POINTS * len(name) + 2, 10.0),), inside=True
        )
        for n, (name, shape) in enumerate(sheet.compounds)
        if name
    ]
    solid = list(layers.draw_buildings(sheet.buildings))
    spots = fit_labels(wanted, solid, m_per_px=m_per_point, taken=taken)
    for key, (spot, size) in spots.items():
        kind, place = key.split()
        if kind == "grid":
            write_grid(axes, run.lang, layers.records(sheet.grids)[int(place)], spot, size)
        else:
            write(axes, sheet.compounds[int(place)][0], spot, fontsize=NAME_FONT, color="#4A5965")
    return len(status) - sum(key.startswith("grid") for key in spots)


def write_grid(axes: Any, lang: str, grid: dict[str, Any], spot: Any, size: int) -> None:
    """Write number and, in the largest size, households of one grid."""
    number = ("▲" if grid["status"] == "exception" else "") + layers.text_of(grid["grid_no"])
    style = {
        "color": {"exception": EXCEPTION, "special": "#5A4A8A"}.get(grid["status"], OUTLINE),
        "zorder": 12.5,
    }
    if size > 0:
        write(axes, number, spot, fontsize=LABEL_FONT[size], fontweight="bold", **style)
        return
    special = grid["status"] == "special" and not grid["households"]
    below = say(
        lang, "pictures.special" if special else "pictures.households", n=f"{int(grid['households']):,}"
    )
    write(axes, number, spot, fontsize=LABEL_FONT[0], fontweight="bold", va="bottom", **style)
    write(axes, below, spot, fontsize=8.5, va="top", **style)


def write(axes: Any, text: str, spot: Any, **style: Any) -> None:
    """Write a text on the map, with a white rim; signs of the data are no formulas."""
    from matplotlib.patheffects import withStroke

    place = {"ha": "center", "va": "center", "zorder": 12, "parse_math": False}
    rim = [withStroke(linewidth=2.6, foreground="white")]
    axes.text(spot.x, spot.y, text, path_effects=rim, **place | style)


def draw_words(figure: Any, axes: Any, run: Run, sheet: Sheet, unnamed: int) -> None:
    """Write title, facts, scale, north and the notes."""
    row: Any = run.communities.loc[sheet.community_id]
    name = layers.text_of(row["name"]) or sheet.community_id
    plain = {"parse_math": False, "color": OUTLINE}
    write_title(figure, say(run.lang, "pictures.title", community=name), plain)
    facts = {
        "households": f"{int(row['households']):,}",
        "grids": len(sheet.grids),
        "low": run.policy.households_min,
        "high": run.policy.households_max,
    }
    figure.text(0.03, 0.912, say(run.lang, "pictures.subtitle", **facts), fontsize=10.5, **plain)
    grey = {"parse_math": False, "color": "#5F6D78", "fontsize": 9}
    notes = [say(run.lang, "pictures.unnamed", n=unnamed)] if unnamed else []
    figure.text(0.97, 0.03, "\n".join([*notes, say(run.lang, "pictures.restricted")]), ha="right", **grey)
    figure.text(0.965, 0.93, f"▲\n{say(run.lang, 'pictures.north')}", ha="center", va="center", **grey)
    draw_scale(figure, axes, run.lang)


def write_title(figure: Any, title: str, style: dict[str, Any]) -> None:
    """Write the title in one line, smaller where the name is long, else in as many lines as it needs."""
    drawn = figure.text(0.03, 0.945, title, fontsize=TITLE_FONT, **style)
    wide = drawn.get_window_extent(figure.canvas.get_renderer()).width / figure.bbox.width
    if wide <= TITLE_ROOM:
        return
    size = max(TITLE_LEAST, TITLE_FONT * TITLE_ROOM / wide)
    lines = math.ceil(wide * size / TITLE_FONT / TITLE_ROOM)
    step = math.ceil(len(title) / lines)
    drawn.set_text("\n".join(title[i : i + step] for i in range(0, len(title), step)))
    drawn.set_fontsize(size)


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
