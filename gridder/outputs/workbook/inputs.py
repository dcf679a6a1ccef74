"""Inputs a planner may change on Budget, the pay of the three classes, and what the years of hiring cost."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd
from xlsxwriter.utility import xl_range_abs, xl_rowcol_to_cell

from gridder.outputs.workbook.book import HEADER, Book, is_missing, shown, style_of, write_cell
from gridder.outputs.workbook.notes import header_text, rule_row
from gridder.outputs.workbook.styles import LINE_POINTS
from gridder.staffing.budget import CERTIFICATES
from gridder.staffing.formulas import INPUTS
from gridder.tables import Run

CAP = "county_cap"  # shown among the inputs, but nothing on the sheets follows it: posts are given by the program
FIRST = HEADER + 1  # first row of the inputs
VALUE = 1  # column of their values
COLUMNS = ("item", "value", "clause", "force", "follows")


@dataclass(frozen=True)
class Line:
    """One input: its name in formulas (blank where none uses it), setting or field, rule it rests on, value."""

    name: str
    key: str
    rule: str
    value: float | None


def input_lines(run: Run) -> list[Line]:
    """Return the inputs in the order of their rows."""
    table = run.staffing.get("inputs", pd.DataFrame(columns=["item", "value"]))
    given = {key: None if is_missing(v) else float(v) for key, v in zip(table["item"], table["value"])}
    lines = [Line("", CAP, "county_cap_applies", given.get(CAP))]
    for name, key in INPUTS.items():
        if key in CERTIFICATES:
            paid = run.policy.certificate_allowance
            amount = run.policy.certificate_allowance_yuan_month.get(key, 0.0) if paid else 0.0
            lines.append(Line(name, key, "certificate_allowance_yuan_month", amount))
        elif key == "base_pay_share":
            lines.append(Line(name, key, key, run.policy.base_pay_share))
        else:
            lines.append(Line(name, key, key, given.get(key)))
    return lines


def input_cells(run: Run) -> dict[str, str]:
    """Return the cells of the inputs by their names in formulas, with their sheet."""
    return {
        line.name: f"Budget!{xl_rowcol_to_cell(FIRST + i, VALUE, True, True)}"
        for i, line in enumerate(input_lines(run))
        if line.name
    }


def budget_header(run: Run) -> int:
    """Return the row of the header of Budget, below the inputs."""
    return FIRST + len(input_lines(run)) + 3


def write_inputs(book: Book, page: Any, sheet: str) -> None:
    """Write the inputs of the budget: cells to change, each with its clause and what follows it."""
    del sheet
    for at, key in enumerate(COLUMNS):
        page.write_string(HEADER, at, book.say(f"col_{key}"), book.formats["head"])
    for i, line in enumerate(input_lines(book.run)):
        row = FIRST + i
        style = book.formats["input" if line.name else "fixed"]
        page.write_string(row, 0, book.say(f"input_{key_of(line)}"), book.formats["text"])
        write_cell(page, (row, VALUE), line.value, style)
        write_source(book, page, row, line)
        page.write_string(row, 4, book.say(f"follows_{key_of(line)}"), book.formats["remark"])


def key_of(line: Line) -> str:
    """Return the name of an input in the sentences."""
    return CERTIFICATES.get(line.key, line.key)


def write_source(book: Book, page: Any, row: int, line: Line) -> None:
    """Write clause (a link to its row on Rules) and force of an input."""
    found, target = rule_row(book, line.rule), book.rule_link(line.rule)
    clause = "" if found is None else str(found.clause)
    if target:
        page.write_url(row, 2, target, book.formats["link"], clause)
    page.write_string(row, 3, "" if found is None else str(found.force), book.formats["text"])


def write_classes(book: Book, page: Any, sheet: str) -> None:
    """Write the three classes of pay below the budget; their weighted mean is the reference wage."""
    table = book.run.staffing.get("classes", pd.DataFrame())
    header = book.total_row(sheet) + 2
    if table.empty:
        return
    columns = list(table.columns)
    ranges = {
        column: xl_range_abs(header + 1, at, header + len(table), at) for at, column in enumerate(columns)
    }
    for at, column in enumerate(columns):
        page.write_string(header, at, header_text(book, column), book.formats["head"])
        for i, value in enumerate(table[column]):
            row, told = header + 1 + i, shown(book, column, value)
            cells = {other: xl_rowcol_to_cell(row, columns.index(other)) for other in columns}
            style = book.formats["input"] if column == "weight" else style_of(book, column, told)
            write_cell(page, (row, at), told, style, class_formula(book, column, cells, ranges))
    page.set_row(header, 2 * LINE_POINTS)
    page.write_string(header + 1 + len(table), 0, book.say("classes_note"), book.formats["remark"])


def class_formula(book: Book, column: str, cells: dict[str, str], ranges: dict[str, str]) -> str | None:
    """Return the formula of a class's pay: wage × weight / mean weight, blank while anything is unknown."""
    wage = book.inputs["wage"]
    if column == "class_yuan_year":
        return f'=IF({cells["pay_yuan_year"]}="","",ROUND({cells["people"]}*{cells["pay_yuan_year"]},2))'
    if column != "pay_yuan_year":
        return None
    people, weight = ranges["people"], ranges["weight"]
    own = cells["weight"]
    unweighed = f'SUMPRODUCT(--({weight}=""),--({people}>0))>0'
    known = f'OR({wage}="",{own}="",COUNT({people})<ROWS({people}),SUM({people})=0,{unweighed})'
    mean = f"SUMPRODUCT({weight},{people})/SUM({people})"
    return f'=IF({known},"",ROUND({wage}*{own}/({mean}),2))'


def write_hiring_cost(book: Book, page: Any, sheet: str) -> None:
    """Write what the people hired so far cost in each year, below the people hired."""
    columns = book.years(sheet)
    if not columns:
        return
    row = book.total_row(sheet) + 1
    page.write_string(row, 0, book.say("hiring_cost"), book.formats["text_sum"])
    page.write_string(row + 1, 0, book.say("hiring_note", years=len(columns)), book.formats["remark"])
    for column in columns:
        cost = f"cost_{column}"
        if book.has("HiringCost", cost):
            rows = book.rows("HiringCost", cost)
            formula = f'=IF(COUNT({rows})=0,"",SUM({rows}))'
            value = book.tables["HiringCost"][cost].sum(min_count=1)
            style = book.formats["money_sum"]
            write_cell(
                page, (row, book.at(sheet, column)), None if is_missing(value) else value, style, formula
            )
