"""The roster of a delivery, read back from the one place that holds it: the sheet Roster of ``staffing.xlsx``."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from gridder.errors import InputError
from gridder.read.counts import parse_text
from gridder.read.raw import reading
from gridder.read.sheets import open_workbook
from gridder.tables import ROSTER
from gridder.text import LANGS, say

BOOK, SHEET = "staffing.xlsx", "Roster"
COLUMNS = (*(column.name for column in ROSTER), "file", "row")
LOOKED_AT = 20  # rows in which the header is looked for: titles and remarks stand above it
HEADER = 4  # the row that holds it in a sheet as gridder writes it, from 1


def read_roster_back(directory: Path) -> pd.DataFrame:
    """Return the roster of a delivery as texts, with ``row`` and ``file``; what somebody changed in Excel is read so.

    Raises
    ------
    InputError
        No workbook, no such sheet, a header that is no longer complete, or a workbook that cannot be opened.
    """
    path = directory / BOOK
    if not path.is_file():
        raise InputError("roster.book_missing", path=directory.name)
    try:
        book = open_workbook(path)
        if SHEET not in book.sheet_names:
            raise InputError("roster.sheet_missing", path=directory.name)
        with reading(path):
            cells = pd.read_excel(book, SHEET, header=None, dtype=object, keep_default_na=False)
    except InputError as error:
        if error.code.startswith("roster."):
            raise
        raise InputError("roster.book_unreadable", path=directory.name) from None
    texts = cells.where(cells.notna() & (cells != ""), None)
    return take_rows(texts, directory.name)


def take_rows(cells: pd.DataFrame, label: str) -> pd.DataFrame:
    """Return the persons below the header of a sheet; a row that somebody added is of this workbook."""
    at, places = find_header(cells, label)
    below = cells.iloc[at + 1 :].reset_index(drop=True)
    table = pd.DataFrame(
        {name: parse_text(below[place]) for name, place in places.items()}, columns=list(COLUMNS)
    )
    table = table[table.notna().any(axis=1)].reset_index(drop=True)
    numbers = pd.to_numeric(table["row"], errors="coerce")
    own = numbers.isna() | table["file"].isna()
    counted = pd.Series(range(1, len(table) + 1), index=table.index)
    table["row"] = numbers.where(~own, counted).astype("int64")
    table["file"] = table["file"].where(~own, BOOK)
    return table.sort_values(["file", "row"], kind="stable").reset_index(drop=True)


def find_header(cells: pd.DataFrame, label: str) -> tuple[int, dict[str, int]]:
    """Return (row of the header, column → place in it), in whichever language it was written."""
    best: tuple[int, dict[str, int]] = (HEADER - 1, {})
    for lang in LANGS:
        titles = {say(lang, f"workbook.col_{name}"): name for name in COLUMNS}
        for at in range(min(LOOKED_AT, len(cells))):
            row = [str(cell).strip() for cell in cells.iloc[at]]
            places = {titles[text]: place for place, text in reversed(list(enumerate(row))) if text in titles}
            if len(places) > len(best[1]):
                best = (at, places)
    lost = [name for name in COLUMNS if name not in best[1]]
    if lost:
        told = ", ".join(say("zh", f"workbook.col_{name}") for name in lost)
        raise InputError("roster.sheet_edited", path=label, row=best[0] + 1, columns=told)
    return best
