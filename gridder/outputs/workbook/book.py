"""An open workbook: its tables, where their rows and columns stand, and how one cell is written."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from types import SimpleNamespace
from typing import Any

import pandas as pd
from xlsxwriter.utility import xl_range_abs, xl_rowcol_to_cell

from gridder.staffing.basis import split_number
from gridder.staffing.columns import YEAR, kind_of
from gridder.tables import Run
from gridder.text import has_sentence, say

HEADER = 4  # row of the header, from 0: title, remarks, links and the clauses of the columns stand above
SPOKEN = ("status", "code", "pay_class")  # gridder's own words: said in the run's language
AS_SAID = ("Roster",)  # sheets of the data's own words, which are read back


@dataclass(frozen=True)
class Book:
    """An open workbook.

    Parameters
    ----------
    tables
        Every sheet's table by the sheet's name, in the order of the sheets.
    headers
        Row of the header by sheet, from 0.
    inputs
        Cell of every input on Budget by its name in formulas, with its sheet.
    """

    file: Any
    run: Run
    formats: dict[str, Any]
    tables: dict[str, pd.DataFrame]
    headers: dict[str, int]
    inputs: dict[str, str]

    def say(self, key: str, **facts: Any) -> str:
        """Return a sentence of the workbook."""
        return say(self.run.lang, f"workbook.{key}", **facts)

    def title(self, sheet: str) -> str:
        """Return the name of a sheet in the run's language."""
        return self.say(f"sheet_{sheet.lower()}")

    def has(self, sheet: str, column: str) -> bool:
        """Whether a sheet has a column."""
        return sheet in self.tables and column in self.tables[sheet].columns

    @cached_property
    def rules(self) -> dict[str, Any]:
        """The rows of Rules by their field, the first of each."""
        rows = self.run.staffing.get("rules", pd.DataFrame()).to_dict("records")
        return {row["field"]: SimpleNamespace(**row) for row in reversed(rows)}

    def at(self, sheet: str, column: str) -> int:
        """Return where a column stands, from 0."""
        return list(self.tables[sheet].columns).index(column)

    def years(self, sheet: str) -> list[str]:
        """Return the columns of the people hired by year."""
        return [column for column in self.tables[sheet].columns if split_number(column)[0] == YEAR]

    def first(self, sheet: str) -> int:
        """Return the first row below the header, from 0."""
        return self.headers[sheet] + 1

    def total_row(self, sheet: str) -> int:
        """Return the row of sums: below the last row, of which there is at least an empty one."""
        return self.first(sheet) + max(len(self.tables[sheet]), 1)

    def rows(self, sheet: str, column: str, last: str = "") -> str:
        """Return the absolute range of a column's rows (up to column ``last``), with its sheet."""
        first, last_at = self.first(sheet), self.at(sheet, last or column)
        below = self.total_row(sheet) - 1
        return f"{sheet}!{xl_range_abs(first, self.at(sheet, column), below, last_at)}"

    def total(self, sheet: str, column: str) -> str:
        """Return the cell of a column's sum, with its sheet."""
        return f"{sheet}!{xl_rowcol_to_cell(self.total_row(sheet), self.at(sheet, column), True, True)}"

    def link(self, sheet: str, row: int, column: int = 0) -> str:
        """Return the address of a cell as a link within the workbook."""
        return f"internal:'{sheet}'!{xl_rowcol_to_cell(row, column)}"

    def rule_link(self, field: str) -> str | None:
        """Return the link to a rule's row on Rules, None where it has none."""
        fields = list(self.run.staffing.get("rules", pd.DataFrame(columns=["field"]))["field"])
        return self.link("Rules", self.first("Rules") + fields.index(field)) if field in fields else None


def is_missing(value: Any) -> bool:
    """Whether a value is unknown: None, NA or NaN."""
    return value is None or value is pd.NA or (isinstance(value, float) and value != value)


def shown(book: Book, column: str, value: Any, *, sheet: str = "") -> Any:
    """Return a value as it is shown: None for unknown, gridder's own words in the run's language."""
    if is_missing(value):
        return None
    if pd.api.types.is_bool(value):
        return say(book.run.lang, "staffing.yes" if value else "staffing.no")
    spoken = f"workbook.{column}_{value}"
    ours = column in SPOKEN and sheet not in AS_SAID and has_sentence(spoken)
    return say(book.run.lang, spoken) if ours else value


def style_of(book: Book, column: str, value: Any) -> Any:
    """Return the format of a cell, by its column, else by its value."""
    number = pd.api.types.is_number(value)
    kind = kind_of(column) if number or value is None else None
    return book.formats[kind or ("number" if number else "text")]


def write_cell(page: Any, cell: tuple[int, int], value: Any, style: Any, formula: str | None = None) -> None:
    """Write one cell: a formula with its value, a number, or text that is never taken for a formula."""
    number: bool = pd.api.types.is_number(value)
    if formula is not None:
        page.write_formula(*cell, formula, style, "" if value is None else float(value) if number else value)
    elif value is None:
        page.write_blank(*cell, None, style)
    elif number:
        page.write_number(*cell, float(value), style)
    else:
        page.write_string(*cell, str(value), style)
