"""The workbook as a planner reads it: every table found by its headers, in whichever language they are."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Any
from zipfile import BadZipFile

import pandas as pd

from gridder.text import LANGS, say, sentences
from gridder.verify.base import Delivery, as_text

Rows = list[tuple[Any, ...]]


@dataclass(frozen=True)
class Table:
    """One table of a sheet: its rows by gridder's column names, and the row of sums below, blank where none."""

    rows: pd.DataFrame
    sums: pd.Series


def read_sheets(delivery: Delivery) -> dict[str, Rows]:
    """Return every sheet of the workbook as rows of values; nothing where there is no readable workbook."""
    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    path = delivery.directory / "staffing.xlsx"
    if not path.is_file():
        return {}
    try:
        book = load_workbook(path, read_only=True, data_only=True)
    except (BadZipFile, InvalidFileException, KeyError):
        return {}  # reported with the papers
    sheets = {page.title: list(page.iter_rows(values_only=True)) for page in book.worksheets}
    book.close()
    return sheets


@cache
def header_names() -> dict[str, tuple[str, ...]]:
    """Return the columns that a header may stand for, by its text in either language."""
    found: dict[str, tuple[str, ...]] = {}
    for lang in LANGS:
        for key, text in sentences(lang).items():
            if key.startswith("workbook.col_"):
                found[text] = (*found.get(text, ()), key.removeprefix("workbook.col_"))
    return found


@cache
def year_headers() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """Return what headers of figures by year look like, with the name of the column before the year."""
    found = []
    for lang in LANGS:
        for key, text in sentences(lang).items():
            if key.startswith("workbook.col_") and "{year}" in text:
                before, after = text.split("{year}")
                pattern = re.compile(re.escape(before) + r"(\d+)" + re.escape(after))
                found.append((key.removeprefix("workbook.col_"), pattern))
    return tuple(found)


def names_of(cell: Any) -> tuple[str, ...]:
    """Return the columns that a header cell may stand for."""
    text = as_text(cell).strip()
    for name, pattern in year_headers():
        if hit := pattern.fullmatch(text):
            return (f"{name}_{hit[1]}",)
    return header_names().get(text, ())


def words(key: str) -> set[str]:
    """Return a sentence in every language."""
    return {say(lang, key) for lang in LANGS}


def find_table(rows: Rows, key: str) -> Table | None:
    """Return the table whose header has the column ``key``: its rows down to the sums or the first blank id.

    None where no row has such a header.
    """
    for at, row in enumerate(rows):
        places: dict[str, int] = {}
        for column, cell in enumerate(row):
            for name in names_of(cell):
                places.setdefault(name, column)
        if key in places and len(places) > 1:
            return take_rows(rows[at + 1 :], places, places[key])
    return None


def take_rows(below: Rows, places: dict[str, int], id_at: int) -> Table:
    """Return the rows under a header, indexed by their id, and the sums where a row of sums ends them."""
    total = words("workbook.total")
    taken, sums = [], pd.Series(dtype="float64")
    for row in below:
        label = as_text(row[id_at]) if id_at < len(row) else ""
        if label in total or as_text(row[0]) in total:
            figures = {name: row[column] for name, column in places.items() if column != 0}
            sums = pd.to_numeric(pd.Series(figures, dtype=object), errors="coerce").astype("float64")
            break
        if not label:
            break
        taken.append((label, *(row[column] if column < len(row) else None for column in places.values())))
    table = pd.DataFrame(taken, columns=["#", *places]).set_index("#")
    return Table(table, sums)
