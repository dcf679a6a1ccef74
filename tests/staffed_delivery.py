"""The sample district staffed and written as a delivery, without pages: what the checks of staffing start from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
from openpyxl import load_workbook
from sample_run import A, B, sample_run

from gridder.assemble import staff_run
from gridder.outputs.geopackage import write_geopackage
from gridder.outputs.record import write_record
from gridder.outputs.workbook import write_workbook
from gridder.text import sentences

SETTINGS = {"county_cap": 22, "reference_wage_yuan_year": 62_000, "employer_rate": 0.3}
OPTIONS = {"bad_rows": "stop", "missing": "stop", "effort": {"name": "standard", "seed": 0}}
WORKFORCE = pd.DataFrame({
    "community_id": [A, B], "leaders": [1, 1], "committee": [3, 2], "staff": [4, 2], "public_welfare": [2, 0],
    "assistant_certified": [1, 0], "certified": [1, 3], "senior_certified": [0, 0],
})  # fmt: skip


def staffed_run(*, settings: dict[str, Any] | None = None, lang: str = "zh", **changes: Any) -> Any:
    """Return the sample with its staffing worked out; tables, options or the policy replaced by ``changes``."""
    given = SETTINGS if settings is None else settings
    run = sample_run(lang)
    run = replace(run, workforce=WORKFORCE, options=run.options | OPTIONS | {"staffing": given, "lang": lang})
    run = replace(run, **changes)
    homes = run.buildings.assign(
        cell_id=run.buildings.index, geometry=run.cells.geometry.reindex(run.buildings.index)
    )
    run = replace(
        run, buildings=homes
    )  # one walks from the middle of the cells: no ways between them are known
    run = replace(run, edges=run.edges.assign(passable=~run.edges.kind.isin(run.policy.uncrossable)))
    return staff_run(run, {"staffing": given})


def write_staffed(folder: Path, **changes: Any) -> Path:
    """Write layers, record and workbook of the staffed sample; return the folder."""
    run = staffed_run(**changes)
    folder.mkdir(parents=True, exist_ok=True)
    write_geopackage(run, folder / "plan.gpkg")
    write_record(run, folder)
    write_workbook(run, folder / "staffing.xlsx")
    columns = ["building_id", "unit", "grid_code", "community_id", "households"]
    run.buildings[columns].to_csv(folder / "assignments.csv", index=False, encoding="utf-8-sig")
    return folder


def edit_book(out: Path, change: Callable[[Any], None]) -> None:
    """Change the workbook as somebody would who types figures over its formulas."""
    book = load_workbook(out / "staffing.xlsx", data_only=True)
    change(book)
    book.save(out / "staffing.xlsx")


def cell_of(book: Any, sheet: str, column: str, row: str) -> Any:
    """Return the cell of a column (by gridder's name) in the first row where a cell says ``row``."""
    page = book[sheet]
    titles = {sentences(lang)[f"workbook.col_{column}"].replace("{year}", "1") for lang in ("zh", "en")}
    at = next(cell.column for line in page.iter_rows() for cell in line if cell.value in titles)
    line = next(line for line in page.iter_rows() if any(cell.value == row for cell in line[:2]))
    return page.cell(line[0].row, at)


def add(sheet: str, column: str, row: str, by: Any) -> Callable[[Path], None]:
    """Return a change that adds ``by`` to one figure of the workbook, or writes it there where it is text."""

    def change(book: Any) -> None:
        cell = cell_of(book, sheet, column, row)
        cell.value = by if isinstance(by, str) or cell.value in (None, "") else cell.value + by

    return lambda out: edit_book(out, change)
