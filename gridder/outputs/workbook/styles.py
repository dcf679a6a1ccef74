"""The formats of the workbook's cells, and how wide a text or a figure is."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from typing import Any

from gridder.colours import BUILDINGS, GROUNDS, NAMES

FONT_POINTS, CLAUSE_POINTS = 11, 8  # of the cells, of the clauses above the headers
LINE_POINTS = 15.0  # height of a line
HEADER_LINES, HEADER_POINTS = 3, 48.0  # headers wrap to so many lines, which need that height
WIDTH_MIN, WIDTH_MAX = 7, 46  # characters; longer texts wrap
WIDTH_PROSE = 90  # the same for a column of sentences, whose rows would grow tall otherwise
MONEY_MIN = 17  # 99,999,999,999.99: a planner may enter a larger wage
PADDING = 3.0  # beside a text; bold figures are wider than plain ones
BOLD = 1.1
MARK_ROOM = 3  # characters beside a figure: mark, blank and a little air
BAD, WARN = "▲", "△"  # beside a figure that is coloured: colour alone says nothing

NUMBERS = {
    "count": "#,##0",
    "decimal": "#,##0.0",
    "fine": "0.00",
    "money": "#,##0.00",
    "share": "0.0%",
}


def make_formats(file: Any) -> dict[str, Any]:
    """Return the cell formats by name; ``bad`` and ``warn`` are those of conditional formats, by kind."""
    cell = {"border": 1, "border_color": "#BFBFBF", "valign": "top"}
    kinds: dict[str, dict[str, Any]] = {
        "text": {**cell, "text_wrap": True, "indent": 1},
        "middle": {**cell, "align": "center"},
        "number": {**cell, "align": "left"},
        **{kind: {**cell, "num_format": pattern} for kind, pattern in NUMBERS.items()},
    }
    sums = {f"{name}_sum": {**kind, "bold": True, "bg_color": "#DDEBF7"} for name, kind in kinds.items()}
    head = {
        **cell,
        "bold": True,
        "bg_color": "#1F4E78",
        "font_color": "#FFFFFF",
        "text_wrap": True,
    }
    link = {"font_color": "#0563C1", "underline": 1}
    alarms = {"bad": (BAD, GROUNDS[NAMES.index("clay")]), "warn": (WARN, GROUNDS[NAMES.index("sand")])}
    marked = {
        f"{name}_{kind}": {"bg_color": colour, "num_format": f'"{mark} "{pattern}'}
        for name, (mark, colour) in alarms.items()
        for kind, pattern in NUMBERS.items()
    }
    others: dict[str, dict[str, Any]] = {
        "title": {"bold": True, "font_size": 14},
        "remark": {"italic": True, "font_color": "#7F3F00"},
        "note": {"text_wrap": True, "valign": "top"},
        "head": {**head, "valign": "vcenter"},
        "link": {**cell, **link, "text_wrap": True},
        "go": link,
        "clause": {**link, "font_size": CLAUSE_POINTS, "align": "center"},
        "input": {
            "border": 2,
            "border_color": BUILDINGS[1],
            "bg_color": "#FFF2CC",
            "num_format": "#,##0.####",
        },
        "fixed": {**cell, "num_format": "#,##0.####"},
        **{name: {"bg_color": colour} for name, (_, colour) in alarms.items()},
    }
    return {name: file.add_format(kind) for name, kind in {**kinds, **sums, **marked, **others}.items()}


def width_of(title: str, values: Iterable[Any], widest: float = WIDTH_MAX) -> float:
    """Return a column width that shows the longest value and the header on a few lines."""
    longest = max((text_width(value) for value in values), default=0)
    word = max((text_width(word) for word in title.split()), default=0) if title.isascii() else 0
    header = max(-(-text_width(title) // HEADER_LINES) + 1, word) * BOLD
    return min(max(longest, header, WIDTH_MIN) + PADDING, widest)


def text_width(value: Any) -> int:
    """Return the width of a value in Latin characters; a Chinese one takes the room of two."""
    if value is None:
        return 0
    return sum(2 if unicodedata.east_asian_width(ch) in "WFA" else 1 for ch in str(value))


def figure_width(value: float, kind: str) -> float:
    """Return the width of a figure of a kind as shown, bold and with its mark."""
    decimals = {"money": 2, "fine": 2, "decimal": 1}.get(kind, 0)
    text = f"{value:.1%}" if kind == "share" else f"{value:,.{decimals}f}"
    return (len(text) + (MARK_ROOM if kind != "money" else 0)) * BOLD
