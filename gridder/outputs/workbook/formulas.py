"""Templates of ``staffing.formulas`` and sums by subdistrict as formulas of cells."""

from __future__ import annotations

import re

from xlsxwriter.utility import xl_range, xl_rowcol_to_cell

from gridder.outputs.workbook.book import Book
from gridder.staffing.budget import OPTIONAL
from gridder.staffing.formulas import template_of
from gridder.text import COMMA, say

NAME = re.compile(r"\[([^\]]+)\]")
WITHOUT = "total_without"  # names the lines of the budget that the total lacks


def formula_of(book: Book, sheet: str, column: str, row: int) -> str | None:
    """Return the formula of a cell, None where the cell is a figure of the plan."""
    if sheet == "Subdistricts":
        return None if column == "subdistrict" else subdistrict_formula(book, column, row)
    if column == WITHOUT:
        return lacking(book, sheet, row)
    template = template_of(sheet, column, len(book.years("Hiring")))
    return None if template is None else fill(book, sheet, row, template)


def fill(book: Book, sheet: str, row: int, template: str) -> str | None:
    """Return a template with its names replaced by cells; None where one of them is nowhere."""
    places = {name: place(book, sheet, row, name) for name in NAME.findall(template)}
    if None in places.values():
        return None
    return NAME.sub(lambda hit: str(places[hit[1]]), template)


def place(book: Book, sheet: str, row: int, name: str) -> str | None:
    """Return the cell or range of cells that a name in a template stands for."""
    if name in book.inputs:
        return book.inputs[name]
    other, _, columns = name.rpartition("!")
    first, _, last = columns.partition(":")
    if not all(book.has(other or sheet, column) for column in (first, last or first)):
        return None
    if other:
        return same_community(book, sheet, row, other, (first, last or first))
    ends = [book.at(sheet, column) for column in (first, last or first)]
    return xl_range(row, ends[0], row, ends[1]) if last else xl_rowcol_to_cell(row, ends[0])


def same_community(book: Book, sheet: str, row: int, other: str, ends: tuple[str, str]) -> str | None:
    """Return the cells of another sheet in the row of the same community: found by its code, so rows may be sorted."""
    if not book.has(sheet, "community_id") or not book.has(other, "community_id"):
        return None
    mine = xl_rowcol_to_cell(row, book.at(sheet, "community_id"), False, True)
    found = f"MATCH({mine},{book.rows(other, 'community_id')},0)"
    return f"INDEX({book.rows(other, *ends)},{found},{0 if ends[0] != ends[1] else 1})"


def lacking(book: Book, sheet: str, row: int) -> str | None:
    """Return the formula that names the lines of the budget that are blank beside a total."""
    between = COMMA[book.run.lang]
    lines = [line for line in OPTIONAL if book.has(sheet, line)]
    cells = {line: xl_rowcol_to_cell(row, book.at(sheet, line)) for line in lines}
    words = {line: say(book.run.lang, f"staffing.line_{line}") for line in lines}
    named = "&".join(f'IF({cells[line]}="","{between}{words[line]}","")' for line in lines)
    total = xl_rowcol_to_cell(row, book.at(sheet, "total"))
    return f'=IF({total}="","",MID({named},{len(between) + 1},200))' if lines else None


def subdistrict_formula(book: Book, column: str, row: int) -> str | None:
    """Return the sum of a column of Communities or Budget over the subdistrict in the first column."""
    key = xl_rowcol_to_cell(row, book.at("Subdistricts", "subdistrict"), False, True)
    mine = f"--({book.rows('Communities', 'subdistrict')}={key})"
    if column == "communities":
        return f"=SUMPRODUCT({mine})"
    source = next((sheet for sheet in ("Communities", "Budget") if book.has(sheet, column)), None)
    if source is None:
        return None
    rows = book.rows(source, column)
    return f'=IF(SUMPRODUCT({mine},--ISNUMBER({rows}))=0,"",SUMPRODUCT({mine},{rows}))'
