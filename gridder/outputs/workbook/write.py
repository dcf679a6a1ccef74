"""staffing.xlsx: nine sheets; sums are formulas with their values beside them, figures carry their clause."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pandas as pd
import xlsxwriter

from gridder.outputs.workbook.book import Book, make_formats, set_up_page
from gridder.outputs.workbook.money import write_classes, write_hiring_cost, write_inputs
from gridder.outputs.workbook.pages import write_table
from gridder.outputs.workbook.summary import write_summary
from gridder.tables import CHANGE_COLUMNS, EXCEPTION_COLUMNS, Run

SHEETS = "Summary Grids Communities Subdistricts Hiring Budget Exceptions Changes Rules".split()
CREATED = datetime(2020, 4, 30)  # fixed, so that the same plan gives the same bytes: the date of the opinions
FROM_GRIDS = "area_m2 compactness barrier_share previous_code households_kept reason remedy".split()


def write_workbook(run: Run, path: Path) -> None:
    """Write ``staffing.xlsx`` of a run; the same run gives the same bytes.

    Parameters
    ----------
    run
        ``run.staffing`` holds the tables of ``staffing.staff.staff_district``.
    path
        File to write; replaced when it exists.
    """
    file = xlsxwriter.Workbook(str(path), {"strings_to_formulas": False, "strings_to_urls": False})
    file.set_properties({"title": run.name, "created": CREATED})
    book = Book(file, run, make_formats(file), {name: table_of(run, name) for name in SHEETS})
    for name in SHEETS:
        page = file.add_worksheet(name)
        set_up_page(book, page, name)
        if name == "Summary":
            write_summary(book, page)
        else:
            write_table(book, page, name)
        if name == "Hiring":
            write_hiring_cost(book, page)
        if name == "Budget":
            write_inputs(book, page)
            write_classes(book, page)
    file.close()


def table_of(run: Run, name: str) -> pd.DataFrame:
    """Return the table of one sheet with the columns that are shown."""
    if name == "Exceptions":
        return pd.DataFrame(run.exceptions)[EXCEPTION_COLUMNS]
    if name == "Changes":
        return run.changes[CHANGE_COLUMNS]
    table = run.staffing.get(name.lower(), pd.DataFrame())
    if name == "Grids" and len(table):
        shown = [column for column in FROM_GRIDS if column in run.grids.columns]
        return table.join(pd.DataFrame(run.grids)[shown], on="grid_code")
    return table.drop(columns="field", errors="ignore") if name == "Rules" else table
