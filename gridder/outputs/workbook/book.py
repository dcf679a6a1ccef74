"""An open workbook: its formats, its tables, where each column stands, and how one cell is written."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import pandas as pd
from xlsxwriter.utility import xl_range_abs, xl_rowcol_to_cell

from gridder.staffing.columns import kind_of
from gridder.tables import Run
from gridder.text import has_sentence, say

WIDTH_MIN, WIDTH_MAX = 7, 46  # characters; longer texts wrap
WIDTH_PROSE = 110  # the same for a column of sentences, whose rows would grow tall otherwise
LINE_POINTS = 15.0  # height of a line
HEADER_LINES, HEADER_POINTS = 3, 48.0  # headers wrap to so many lines, which need that height
PAGE_CHARS = 200  # characters that a landscape page holds across in legible print
PAPER_A4 = 9  # the format's number of the paper size
HEADER = 3  # row of the header, from 0: title, remarks and an empty row stand above
HEADER_BUDGET = 9  # the same on Budget, below the inputs
INPUTS = 4  # first row of the inputs on Budget
INPUT_ROWS = {"wage": INPUTS, "rate": INPUTS + 1, "cap": INPUTS + 2, "share": INPUTS + 3}
SPOKEN = ("status", "code", "pay_class")  # gridder's own words: said in the run's language


@dataclass(frozen=True)
class Book:
    """An open workbook, its formats, its tables and where each column stands."""

    file: Any
    run: Run
    formats: dict[str, Any]
    tables: dict[str, pd.DataFrame]

    def say(self, key: str, **facts: Any) -> str:
        """Return a sentence of the workbook."""
        return say(self.run.lang, f"workbook.{key}", **facts)

    def rows(self, sheet: str, column: str) -> str:
        """Return the absolute range of a column's rows, with its sheet."""
        table, first = self.tables[sheet], header_row(sheet) + 1
        at = list(table.columns).index(column)
        return f"{sheet}!{xl_range_abs(first, at, first + max(len(table), 1) - 1, at)}"

    def total(self, sheet: str, column: str) -> str:
        """Return the cell of a column's sum, with its sheet."""
        at = list(self.tables[sheet].columns).index(column)
        return f"{sheet}!{xl_rowcol_to_cell(total_row(self.tables[sheet], sheet), at, True, True)}"


def header_row(sheet: str) -> int:
    """Return the row of a sheet's header, from 0."""
    return HEADER_BUDGET if sheet == "Budget" else HEADER


def total_row(table: pd.DataFrame, sheet: str) -> int:
    """Return the row of a sheet's sums: below the last row, of which there is at least an empty one."""
    return header_row(sheet) + 1 + max(len(table), 1)


def input_cells() -> dict[str, str]:
    """Return the cells of the inputs on Budget by name."""
    return {name: f"Budget!{xl_rowcol_to_cell(row, 1, True, True)}" for name, row in INPUT_ROWS.items()}


def make_formats(file: Any) -> dict[str, Any]:
    """Return the cell formats by name."""
    cell = {"border": 1, "border_color": "#BFBFBF", "valign": "top"}
    kinds: dict[str, dict[str, Any]] = {
        "text": {**cell, "text_wrap": True},
        "count": {**cell, "num_format": "#,##0"},
        "decimal": {**cell, "num_format": "#,##0.0"},
        "fine": {**cell, "num_format": "0.00"},
        "number": {**cell, "align": "left"},
        "money": {**cell, "num_format": "#,##0.00"},
        "share": {**cell, "num_format": "0.0%"},
    }
    sums = {f"{name}_sum": {**kind, "bold": True, "bg_color": "#DDEBF7"} for name, kind in kinds.items()}
    head = {"bold": True, "bg_color": "#1F4E78", "font_color": "#FFFFFF", "text_wrap": True}
    others: dict[str, dict[str, Any]] = {
        "title": {"bold": True, "font_size": 14},
        "remark": {"italic": True, "font_color": "#7F3F00"},
        "note": {"text_wrap": True, "valign": "top"},
        "head": {**cell, **head, "valign": "vcenter"},
        "link": {**cell, "font_color": "#0563C1", "underline": 1},
        "input": {**cell, "bg_color": "#FFF2CC", "num_format": "#,##0.####"},
        "bad": {"bg_color": "#F8CBAD"},
        "warn": {"bg_color": "#FFEB9C"},
    }
    return {name: file.add_format(kind) for name, kind in {**kinds, **sums, **others}.items()}


def remarks(book: Book) -> str:
    """Return what every sheet says under its title: rules in force, departures, what households mean."""
    run, policy = book.run, book.run.policy
    lines = [book.say("policy", title=policy.title.get(run.lang, policy.name), name=policy.name)]
    if policy.departs_from_jilin:
        lines.append(book.say("departs", low=policy.households_min, high=policy.households_max))
    if run.options.get("households_meaning"):
        lines.append(book.say("meaning", meaning=run.options["households_meaning"]))
    return "  ".join(lines)


def set_up_page(book: Book, page: Any, name: str) -> None:
    """Write title and remarks of a sheet and set it up for A4 landscape."""
    title = f"{book.run.name} · {book.say(f'sheet_{name.lower()}')}"
    page.write_string(0, 0, title, book.formats["title"])
    page.write_string(1, 0, remarks(book), book.formats["remark"])
    page.set_paper(PAPER_A4)
    page.set_landscape()
    page.fit_to_pages(1, 0)
    page.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
    page.set_footer(f"&L{book.say('footer')}&C&A&R&P / &N")
    page.repeat_rows(header_row(name))
    page.repeat_columns(0, 1)
    page.freeze_panes(header_row(name) + 1, 2 if len(book.tables[name].columns) > 6 else 1)


def is_missing(value: Any) -> bool:
    """Whether a value is unknown: None, NA or NaN."""
    return value is None or value is pd.NA or (isinstance(value, float) and value != value)


def shown(book: Book, column: str, value: Any) -> Any:
    """Return a value as it is shown: None for unknown, words in the run's language."""
    if is_missing(value):
        return None
    if pd.api.types.is_bool(value):
        return say(book.run.lang, "staffing.yes" if value else "staffing.no")
    spoken = f"workbook.{column}_{value}"
    return say(book.run.lang, spoken) if column in SPOKEN and has_sentence(spoken) else value


def style_of(book: Book, column: str, value: Any) -> Any:
    """Return the format of a cell, by its column, else by its value."""
    return book.formats[kind_of(column) or ("number" if pd.api.types.is_number(value) else "text")]


def write_cell(page: Any, cell: tuple[int, int], value: Any, style: Any, formula: str | None = None) -> None:
    """Write one cell: a formula with its value, a number, or text that is never taken for a formula."""
    number: bool = pd.api.types.is_number(value)
    if formula is not None:
        page.write_formula(*cell, formula, style, "" if value is None else float(value))
    elif value is None:
        page.write_blank(*cell, None, style)
    elif number:
        page.write_number(*cell, float(value), style)
    else:
        page.write_string(*cell, str(value), style)


def width_of(title: str, values: Iterable[Any], widest: int = WIDTH_MAX) -> float:
    """Return a column width that shows the longest value and the header on a few lines."""
    longest = max((text_width(value) for value in values), default=0)
    header = -(-text_width(title) // HEADER_LINES) + 1
    return min(max(longest, header, WIDTH_MIN) + 2, widest)


def text_width(value: Any) -> int:
    """Return the width of a value in Latin characters; a Chinese one takes the room of two."""
    text = "" if value is None else f"{value:,.2f}" if isinstance(value, float) else str(value)
    return sum(2 if unicodedata.east_asian_width(ch) in "WF" else 1 for ch in text)
