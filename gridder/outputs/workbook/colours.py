"""Cells that want somebody's attention: a colour, and a mark or a word, since colour alone says nothing."""

from __future__ import annotations

from typing import Any

from gridder.outputs.workbook.book import Book
from gridder.staffing.columns import ALARMS, kind_of
from gridder.text import say

BAD_STATUS = ("exception", "relaxed", "failed")


def colour(book: Book, page: Any, sheet: str, column: str) -> None:
    """Colour shortages, exceptions, rounds too long for the shift in one column."""
    first, at = book.first(sheet), book.at(sheet, column)
    area = (first, at, book.total_row(sheet) - 1, at)
    if column in ALARMS:
        style = book.formats[f"{ALARMS[column]}_{kind_of(column) or 'count'}"]
        page.conditional_format(*area, {"type": "cell", "criteria": ">", "value": 0, "format": style})
    if column == "hiring_gap":
        style = book.formats["warn_count"]
        page.conditional_format(*area, {"type": "cell", "criteria": "<", "value": 0, "format": style})
    words = {
        "fits_shift": [say(book.run.lang, "staffing.no")],
        "status": [book.say(f"status_{status}") for status in BAD_STATUS],
    }
    for word in words.get(column, []):
        rule = {"type": "cell", "criteria": "==", "value": f'"{word}"', "format": book.formats["bad"]}
        page.conditional_format(*area, rule)
