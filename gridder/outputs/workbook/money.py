"""Inputs a planner may change in Excel, the pay of the three classes, and what the years of hiring cost."""

from __future__ import annotations

from typing import Any

import pandas as pd
from xlsxwriter.utility import xl_range_abs

from gridder.outputs.workbook.book import (
    INPUT_ROWS,
    INPUTS,
    Book,
    input_cells,
    is_missing,
    shown,
    style_of,
    total_row,
    write_cell,
)
from gridder.staffing.columns import YEAR

CLAUSE_OF = {"wage": "B二(四)", "rate": "B二(五)", "cap": "B二(二)", "share": "B二(四)"}


def write_inputs(book: Book, page: Any) -> None:
    """Write the inputs of the budget: cells to change, each with its clause."""
    for at, key in enumerate(("item", "value", "clause")):
        page.write_string(INPUTS - 1, at, book.say(f"col_{key}"), book.formats["head"])
    values = input_values(book)
    for name, row in INPUT_ROWS.items():
        page.write_string(row, 0, book.say(f"input_{name}"), book.formats["text"])
        if values[name] is None:
            page.write_blank(row, 1, None, book.formats["input"])
        else:
            page.write_number(row, 1, values[name], book.formats["input"])
        page.write_string(row, 2, CLAUSE_OF[name], book.formats["text"])


def input_values(book: Book) -> dict[str, float | None]:
    """Return wage, rate, cap and base share; None where not given."""
    table = book.run.staffing.get("inputs", pd.DataFrame(columns=["item", "value"]))
    given = dict(zip(table["item"], table["value"]))
    keys = {"wage": "reference_wage_yuan_year", "rate": "employer_rate", "cap": "county_cap"}
    values = {name: given.get(key, pd.NA) for name, key in keys.items()}
    numbers = {name: None if is_missing(value) else float(value) for name, value in values.items()}
    return {**numbers, "share": book.run.policy.base_pay_share}


def write_classes(book: Book, page: Any) -> None:
    """Write the three classes of pay below the budget; their weighted mean is the reference wage."""
    table = book.run.staffing.get("classes", pd.DataFrame())
    first = total_row(book.tables["Budget"], "Budget") + 2
    for at, column in enumerate(table.columns):
        page.write_string(first, at, book.say(f"col_{column}"), book.formats["head"])
        for i, value in enumerate(table[column]):
            spoken = shown(book, column, value)
            write_cell(page, (first + 1 + i, at), spoken, style_of(book, column, spoken))
    page.write_string(first + 1 + len(table), 0, book.say("classes_note"), book.formats["remark"])


def write_hiring_cost(book: Book, page: Any) -> None:
    """Write what the people hired so far cost in each year: people × wage × (1 + employer's rate)."""
    table = book.tables["Hiring"]
    years = [at for at, column in enumerate(table.columns) if column.startswith(YEAR)]
    if not years:
        return
    sums, row = total_row(table, "Hiring"), total_row(table, "Hiring") + 1
    page.write_string(row, 0, book.say("hiring_cost"), book.formats["text_sum"])
    page.write_string(row + 1, 0, book.say("hiring_note", years=len(years)), book.formats["remark"])
    values = input_values(book)
    wage, rate = values["wage"], values["rate"]
    cells = input_cells()
    hired = 0
    for at in years:
        hired += int(table.iloc[:, at].sum())
        people = xl_range_abs(sums, years[0], sums, at)
        blank = f'OR({cells["wage"]}="",{cells["rate"]}="",COUNT({people})=0)'
        formula = f'=IF({blank},"",SUM({people})*{cells["wage"]}*(1+{cells["rate"]}))'
        unknown = wage is None or rate is None or not table.iloc[:, years].notna().any(axis=None)
        value: Any = "" if unknown else hired * (wage or 0) * (1 + (rate or 0))
        page.write_formula(row, at, formula, book.formats["money_sum"], value)
