"""The sheets that are one table: header, rows, sums as formulas, colours."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import pandas as pd
from xlsxwriter.utility import xl_rowcol_to_cell

from gridder.outputs.workbook.book import (
    HEADER_POINTS,
    LINE_POINTS,
    PAGE_CHARS,
    WIDTH_MAX,
    WIDTH_PROSE,
    Book,
    header_row,
    input_cells,
    is_missing,
    shown,
    style_of,
    text_width,
    total_row,
    width_of,
    write_cell,
)
from gridder.staffing.columns import ALARMS, FORMULAS, YEAR, is_summed, kind_of
from gridder.text import say

PROSE = ("derivation", "words")
LABEL_WIDTH = {"Hiring": 36, "Budget": 28}  # first column: what stands above or below the table fits in it
YEARS_WIDTH = 18  # the cost of a year of hiring stands below the people hired


def write_table(book: Book, page: Any, name: str) -> None:
    """Write header, rows and sums of one sheet."""
    table, header = book.tables[name], header_row(name)
    widths = []
    for at, column in enumerate(table.columns):
        title = header_text(book, column)
        page.write_string(header, at, title, book.formats["head"])
        values = [shown(book, column, value) for value in table[column]]
        for i, value in enumerate(values):
            style, formula = style_of(book, column, value), formula_of(book, name, column, i)
            write_cell(page, (header + 1 + i, at), value, style, formula)
        widths.append(column_width(book, name, column, [title, *values]))
        page.set_column(at, at, widths[-1])
        colour(book, page, name, column)
    if any(is_summed(column) for column in table.columns):
        write_sums(book, page, name)
    page.set_row(header, HEADER_POINTS)
    for i, row in enumerate(table.itertuples(index=False)):
        page.set_row(header + 1 + i, height_of(zip(row, widths)))
    # A wide sheet goes on over pages side by side, each with the first columns: no tiny print.
    page.fit_to_pages(max(1, round(sum(widths) / PAGE_CHARS)), 0)
    if len(table):
        page.autofilter(header, 0, header + len(table), len(table.columns) - 1)


def column_width(book: Book, name: str, column: str, texts: list[Any]) -> float:
    """Return the width of a column: its header (first of ``texts``), its values, its sum, what stands below."""
    title, *values = texts
    if is_summed(column):
        total = pd.to_numeric(book.tables[name][column]).sum()
        values.append(float(total) if kind_of(column) == "money" else total)
    width = width_of(title, values, WIDTH_PROSE if column in PROSE else WIDTH_MAX)
    below = YEARS_WIDTH if column.startswith(YEAR) else 0
    return max(width, below, LABEL_WIDTH.get(name, 0) if column == "community_id" else 0)


def height_of(cells: Iterable[tuple[Any, float]]) -> float:
    """Return the height of a row whose texts wrap in columns of the given widths."""
    lines = [math.ceil(text_width(value) / (width - 2)) for value, width in cells if isinstance(value, str)]
    return LINE_POINTS * max([1, *lines])


def header_text(book: Book, column: str) -> str:
    """Return the header of a column; years of hiring are numbered."""
    if column.startswith(YEAR):
        return book.say("col_year", year=column.removeprefix(YEAR))
    return book.say(f"col_{column}")


def formula_of(book: Book, name: str, column: str, i: int) -> str | None:
    """Return the formula of a cell, None where the cell is a figure of the plan."""
    columns = list(book.tables[name].columns)
    row = header_row(name) + 1 + i
    if name == "Subdistricts" and column != "subdistrict":
        return subdistrict_formula(
            book, column, xl_rowcol_to_cell(row, columns.index("subdistrict"), False, True)
        )
    if column not in FORMULAS.get(name, {}):
        return None
    cells = {other: xl_rowcol_to_cell(row, columns.index(other)) for other in columns}
    return FORMULAS[name][column].format(**cells, **input_cells())


def subdistrict_formula(book: Book, column: str, key: str) -> str:
    """Return the sum of a column of Communities or Budget over the subdistrict in cell ``key``."""
    source = "Communities" if column in book.tables["Communities"].columns else "Budget"
    mine = f"--({book.rows('Communities', 'subdistrict')}={key})"
    if column == "communities":
        return f"=SUMPRODUCT({mine})"
    rows = book.rows(source, column)
    return f'=IF(SUMPRODUCT({mine},--ISNUMBER({rows}))=0,"",SUMPRODUCT({mine},{rows}))'


def write_sums(book: Book, page: Any, name: str) -> None:
    """Write the row of sums; a sum over nothing known is blank."""
    table = book.tables[name]
    row = total_row(table, name)
    page.write_string(row, 0, book.say("total"), book.formats["text_sum"])
    for at, column in enumerate(table.columns):
        if is_summed(column):
            rows = book.rows(name, column).split("!")[1]
            value = pd.to_numeric(table[column]).sum(min_count=1)
            formula = f'=IF(COUNT({rows})=0,"",SUM({rows}))'
            style = book.formats[f"{kind_of(column) or 'count'}_sum"]
            page.write_formula(row, at, formula, style, "" if is_missing(value) else float(value))
        elif at:
            page.write_blank(row, at, None, book.formats["text_sum"])


def colour(book: Book, page: Any, name: str, column: str) -> None:
    """Colour what wants attention: shortages, exceptions, rounds too long for the shift."""
    table, first = book.tables[name], header_row(name) + 1
    at = list(table.columns).index(column)
    area = (first, at, first + max(len(table), 1) - 1, at)
    if column in ALARMS:
        rule: dict[str, Any] = {
            "type": "cell",
            "criteria": ">",
            "value": 0,
            "format": book.formats[ALARMS[column]],
        }
        page.conditional_format(*area, rule)
    if column == "hiring_gap":
        page.conditional_format(
            *area, {"type": "cell", "criteria": "<", "value": 0, "format": book.formats["warn"]}
        )
    words = {"fits_shift": [say(book.run.lang, "staffing.no")]}
    words["status"] = [book.say(f"status_{status}") for status in ("exception", "relaxed", "failed")]
    for word in words.get(column, []):
        alarm = {"type": "cell", "criteria": "==", "value": f'"{word}"', "format": book.formats["bad"]}
        page.conditional_format(*area, alarm)
    if name == "Exceptions" and len(table):
        page.conditional_format(*area, {"type": "no_blanks", "format": book.formats["bad"]})
