"""The sheets that are one table: header with notes, rows, sums as formulas, colours."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import pandas as pd

from gridder.outputs.workbook.book import Book, is_missing, shown, style_of, write_cell
from gridder.outputs.workbook.colours import colour
from gridder.outputs.workbook.formulas import formula_of
from gridder.outputs.workbook.notes import clause_of, header_text, write_header
from gridder.outputs.workbook.styles import (
    CLAUSE_POINTS,
    FONT_POINTS,
    HEADER_POINTS,
    LINE_POINTS,
    MONEY_MIN,
    PADDING,
    WIDTH_MAX,
    WIDTH_PROSE,
    figure_width,
    text_width,
    width_of,
)
from gridder.outputs.workbook.top import fit_pages, held
from gridder.staffing.columns import is_summed, kind_of

PROSE = {
    "derivation": WIDTH_PROSE,
    "remarks": WIDTH_PROSE,
    "proposal": WIDTH_PROSE,
    "words": 48,
    "total_without": 64,
    "used_by": 54,
    "rule": 36,
    "value": 22,
}
FIRST_WIDTH = {"Hiring": 36, "Budget": 44}  # what stands above or below the table fits in its first column
NO_SUMS = ("Options", "Roster")  # rows that exclude each other, or a mixture of persons
CLAUSE_WIDTH = 22  # the clauses of the inputs stand above the subdistricts of Budget
FIRST_MIN = 17  # the title of the sheet and the links begin here


def write_table(book: Book, page: Any, sheet: str) -> None:
    """Write header, rows and sums of one sheet."""
    table, header = book.tables[sheet], book.headers[sheet]
    widths = []
    for at, column in enumerate(table.columns):
        write_header(book, page, sheet, column)
        values = [shown(book, column, value, sheet=sheet) for value in table[column]]
        for i, value in enumerate(values):
            cell = (header + 1 + i, at)
            formula = formula_of(book, sheet, column, cell[0])
            write_cell(page, cell, value, style_of(book, column, value), formula)
        widths.append(column_width(book, sheet, column, values))
        page.set_column(at, at, widths[-1])
        colour(book, page, sheet, column)
    if sheet not in NO_SUMS and any(is_summed(column) for column in table.columns):
        write_sums(book, page, sheet)
    page.set_row(header, HEADER_POINTS)
    for i, row in enumerate(table.itertuples(index=False)):
        page.set_row(header + 1 + i, height_of(zip(row, widths)))
    fit_pages(page, widths, held(book, sheet))
    if len(table):
        page.autofilter(header, 0, header + len(table), len(table.columns) - 1)


def column_width(book: Book, sheet: str, column: str, values: list[Any]) -> float:
    """Return the width of a column: header, values, sum, and what stands above or below."""
    kind = kind_of(column)
    figures = [float(str(value)) for value in values if pd.api.types.is_number(value)]
    if is_summed(column):
        figures.append(sum(figures))
    if kind == "money":
        figures.append(0.0)
    room = max((figure_width(figure, kind or "count") for figure in figures), default=0)
    texts = [value for value in values if not pd.api.types.is_number(value)]
    least = MONEY_MIN if kind == "money" else 0
    if book.at(sheet, column) == 0:
        least = FIRST_WIDTH.get(sheet, FIRST_MIN)
    if sheet == "Budget" and column == "subdistrict":
        least = CLAUSE_WIDTH
    if sheet == "Hiring" and column.startswith("year_"):
        least = MONEY_MIN + 2  # the cost of the year stands below
    clause = text_width(clause_of(book, column)) * CLAUSE_POINTS / FONT_POINTS + 1
    return max(
        clause,
        width_of(header_text(book, column), texts, PROSE.get(column, WIDTH_MAX)),
        room + PADDING,
        least,
    )


def height_of(cells: Iterable[tuple[Any, float]]) -> float:
    """Return the height of a row whose texts wrap in columns of the given widths."""
    lines = [math.ceil(text_width(value) / (width - 3)) for value, width in cells if isinstance(value, str)]
    return LINE_POINTS * max([1, *lines])


def write_sums(book: Book, page: Any, sheet: str) -> None:
    """Write the row of sums; a sum over nothing known is blank."""
    table, row = book.tables[sheet], book.total_row(sheet)
    page.write_string(row, 0, book.say("total"), book.formats["text_sum"])
    for at, column in enumerate(table.columns):
        if is_summed(column):
            rows = book.rows(sheet, column).split("!")[1]
            value = pd.to_numeric(table[column]).sum(min_count=1)
            formula = f'=IF(COUNT({rows})=0,"",SUM({rows}))'
            style = book.formats[f"{kind_of(column) or 'count'}_sum"]
            page.write_formula(row, at, formula, style, "" if is_missing(value) else float(value))
        elif at:
            page.write_blank(row, at, None, book.formats["text_sum"])
