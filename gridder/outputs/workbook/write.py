"""staffing.xlsx: its sheets in their order; sums are formulas with their values beside them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd
import xlsxwriter

from gridder.outputs.workbook.book import HEADER, Book
from gridder.outputs.workbook.charts import write_charts
from gridder.outputs.workbook.inputs import (
    budget_header,
    input_cells,
    write_classes,
    write_hiring_cost,
    write_inputs,
)
from gridder.outputs.workbook.pages import write_table
from gridder.outputs.workbook.rules import rule_table, told_uses, with_inputs, write_uses
from gridder.outputs.workbook.styles import make_formats
from gridder.outputs.workbook.summary import write_summary
from gridder.outputs.workbook.top import set_up_page
from gridder.tables import CHANGE_COLUMNS, EXCEPTION_COLUMNS, Run

CREATED = datetime(2020, 4, 30)  # fixed, so that the same plan gives the same bytes: the date of the opinions
FROM_GRIDS = "area_m2 compactness barrier_share previous_code households_kept reason remedy".split()
Writer = Callable[[Book, Any, str], None]


@dataclass(frozen=True)
class Sheet:
    """One sheet: its name, where its table comes from and what is written on it.

    Parameters
    ----------
    table
        Name in ``run.staffing``, or a function of the run. A sheet that is not ``always`` there is left out when it has
        no table or no row.
    parts
        What is written, in this order: the table, what stands above or below it.
    header
        Row of the header as a function of the run, from 0; what stands above has its place before it.
    """

    name: str
    table: str | Callable[[Run], pd.DataFrame]
    always: bool = False
    parts: tuple[Writer, ...] = (write_table,)
    header: Callable[[Run], int] = lambda _: HEADER


def grid_rows(run: Run) -> pd.DataFrame:
    """Return the grids as staffed, with their shape and what the plan says of them."""
    table = run.staffing.get("grids", pd.DataFrame())
    shown = [c for c in FROM_GRIDS if c in run.grids.columns]
    return table.join(pd.DataFrame(run.grids)[shown], on="grid_code") if len(table) else table


SHEETS = (
    Sheet("Summary", "summary", True, (write_summary,)),
    Sheet("Grids", grid_rows, True),
    Sheet("Communities", "communities", True),
    Sheet("Subdistricts", "subdistricts", True),
    Sheet("Hiring", "hiring", True, (write_table, write_hiring_cost)),
    Sheet("Budget", "budget", True, (write_table, write_inputs, write_classes), budget_header),
    Sheet("Exceptions", lambda run: pd.DataFrame(run.exceptions)[EXCEPTION_COLUMNS], True),
    Sheet("Changes", lambda run: run.changes[CHANGE_COLUMNS], True),
    Sheet("HiringCost", "hiring_cost"),
    Sheet("Options", "options"),
    Sheet("Certificates", "certificates"),
    Sheet("Training", "training"),
    Sheet("Halls", "halls"),
    Sheet("Roster", "roster"),
    Sheet("Charts", "summary", parts=(write_charts,)),
    Sheet("Rules", rule_table, True, (write_table, write_uses)),
)


def write_workbook(run: Run, path: Path) -> None:
    """Write ``staffing.xlsx`` of a run; the same run gives the same bytes.

    Parameters
    ----------
    run
        ``run.staffing`` holds the tables of ``staffing.staff.staff_district``.
    path
        File to write; replaced when it exists.
    """
    run = with_inputs(run)
    tables = {sheet.name: table_of(run, sheet) for sheet in SHEETS}
    sheets = [sheet for sheet in SHEETS if sheet.always or len(tables[sheet.name])]
    file = xlsxwriter.Workbook(str(path), {"strings_to_formulas": False, "strings_to_urls": False})
    file.set_properties({"title": run.name, "created": CREATED})
    headers = {sheet.name: sheet.header(run) for sheet in sheets}
    kept = {sheet.name: tables[sheet.name] for sheet in sheets}
    book = told_uses(Book(file, run, make_formats(file), kept, headers, input_cells(run)))
    for sheet in sheets:
        page = file.add_worksheet(sheet.name)
        set_up_page(book, page, sheet.name)
        for write in sheet.parts:
            write(book, page, sheet.name)
    file.close()


def table_of(run: Run, sheet: Sheet) -> pd.DataFrame:
    """Return the table of a sheet, empty where the staffing has none."""
    return run.staffing.get(sheet.table, pd.DataFrame()) if isinstance(sheet.table, str) else sheet.table(run)
