"""The sheet Summary: each figure with its clause and links to its rows and its rule; then what should be known."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd
from xlsxwriter.utility import xl_range

from gridder.outputs.workbook.book import HEADER, Book, is_missing
from gridder.outputs.workbook.styles import HEADER_POINTS, LINE_POINTS, text_width
from gridder.staffing.columns import kind_of
from gridder.text import say

COLUMNS = {"item": 34, "value": 20, "known": 14, "clause": 22, "force": 12, "words": 62, "link": 18}  # widths
LINE_CHARS = sum(COLUMNS.values())  # what one line across the sheet holds
PADDED = 12  # characters of a line that wrapping between words leaves empty
# Figures that count rows instead of adding up a column: item → column whose rows are counted.
COUNTED = {"communities": "community_id", "rounds_too_long": "fits_shift"}


def write_summary(book: Book, page: Any, sheet: str) -> None:
    """Write the figures of the district and the remarks on its staffing."""
    for at, (column, width) in enumerate(COLUMNS.items()):
        page.write_string(HEADER, at, book.say(f"col_{column}"), book.formats["head"])
        page.set_column(at, at, width)
    page.set_row(HEADER, HEADER_POINTS)
    table = book.tables[sheet]
    for i, row in enumerate(table.itertuples(index=False)):
        write_figure(book, page, HEADER + 1 + i, row)
    page.fit_to_pages(1, 0)
    first = HEADER + len(table) + 2
    page.write_string(first, 0, book.say("notes"), book.formats["title"])
    notes = book.run.staffing.get("notes", pd.DataFrame(columns=["text"]))
    lines = [*notes["text"], *[book.say(f"reading_{n}") for n in range(1, 1 + int(book.say("readings")))]]
    for i, line in enumerate(lines):
        area = (first + 1 + i, 0, first + 1 + i, len(COLUMNS) - 1)
        page.merge_range(*area, "", book.formats["note"])
        page.write_string(first + 1 + i, 0, line, book.formats["note"])
        page.set_row(first + 1 + i, LINE_POINTS * math.ceil(text_width(line) / (LINE_CHARS - PADDED)))


def write_figure(book: Book, page: Any, row: int, figure: Any) -> None:
    """Write one figure: what it is, value, how many rows know it, clause, force, words, link to its rows."""
    source = book.run.policy.sources[figure.field]
    style = book.formats[kind_of(figure.column) or "count"]
    value = "" if is_missing(figure.value) else float(figure.value)
    page.write_string(row, 0, book.say(f"item_{figure.item}"), book.formats["text"])
    page.write_formula(row, 1, value_formula(book, figure), style, value)
    page.write_formula(row, 2, known_formula(book, figure), book.formats["middle"], known_value(book, figure))
    target = book.rule_link(figure.field)
    if target:
        page.write_url(row, 3, target, book.formats["link"], source.clause)
    else:
        page.write_string(row, 3, source.clause, book.formats["text"])
    page.write_string(row, 4, say(book.run.lang, f"staffing.force_{source.force}"), book.formats["text"])
    page.write_string(row, 5, source.words, book.formats["text"])
    page.write_url(row, 6, rows_link(book, figure), book.formats["link"], book.title(figure.sheet))


def rows_link(book: Book, figure: Any) -> str:
    """Return the link that selects the rows of a figure, from their header to the sum."""
    sheet, at = figure.sheet, book.at(figure.sheet, counted(figure))
    return f"internal:'{sheet}'!{xl_range(book.headers[sheet], at, book.total_row(sheet), at)}"


def counted(figure: Any) -> str:
    """Return the column that a figure adds up or counts."""
    return figure.column or COUNTED[figure.item]


def value_formula(book: Book, figure: Any) -> str:
    """Return the formula of a figure: the sum on its sheet, or a count of rows."""
    if figure.column:
        return f"={book.total(figure.sheet, figure.column)}"
    rows = book.rows(figure.sheet, counted(figure))
    if figure.item == "rounds_too_long":
        return f'=COUNTIF({rows},"{say(book.run.lang, "staffing.no")}")'
    return f"=COUNTA({rows})"


def known_formula(book: Book, figure: Any) -> str:
    """Return the formula of "rows with a figure / rows"."""
    rows = book.rows(figure.sheet, counted(figure))
    count = "COUNT" if figure.column else "COUNTA"
    return f'={count}({rows})&" / "&{len(book.tables[figure.sheet])}'


def known_value(book: Book, figure: Any) -> str:
    """Return "rows with a figure / rows"."""
    rows = book.tables[figure.sheet][counted(figure)]
    return f"{int(rows.notna().sum())} / {len(rows)}"
