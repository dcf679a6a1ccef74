"""The workbook against the plan and against itself: rows as in the layers, sums, money to the fen, years, rules."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import pandas as pd

from gridder.text import COMMA, LANGS, SEMICOLON, has_sentence, say
from gridder.verify.base import Delivery, Violation, as_text, blame
from gridder.verify.book import Rows, Table, find_table, read_sheets, words
from gridder.verify.figures import EXACT, SHEET_SUM, judge, judge_column, numbers
from gridder.verify.hall_sheet import check_hall_sheet
from gridder.verify.money import check_budget, check_classes, check_options_sheet
from gridder.verify.roster import check_roster
from gridder.verify.staff_sheets import check_staff_sheets, check_sums

KEYS = {
    "Grids": "grid_code", "Communities": "community_id", "Subdistricts": "subdistrict", "Hiring": "community_id",
    "Budget": "community_id", "Exceptions": "grid_code",
}  # fmt: skip


def check_staff_book(delivery: Delivery) -> list[Violation]:
    """Every table of the workbook says what the plan says, adds up, and follows from what stands beside it."""
    sheets = read_sheets(delivery)
    tables = {name: find_table(sheets[name], key) for name, key in KEYS.items() if name in sheets}
    known = {name: table for name, table in tables.items() if table is not None}
    lost = [name for name in tables if name not in known and has_rows(sheets[name])]
    found = [blame("verify_staffing.header", lost)] if lost else []
    if any(not table.rows.index.is_unique for name, table in known.items() if name != "Exceptions"):
        twice = {
            str(key) for table in known.values() for key in table.rows.index[table.rows.index.duplicated()]
        }
        return [*found, blame("verify_staffing.row_twice", twice)]
    found += mirror("Grids", known, delivery.grids.set_index("grid_code"))
    found += mirror("Communities", known, delivery.communities.set_index("community_id"))
    for sheet, table in sorted(known.items()):
        found += check_sums(sheet, table)
    found += check_subdistricts(known) + check_summary(sheets, known)
    found += check_budget(delivery, known) + check_years(known) + check_classes(delivery, sheets)
    found += check_options_sheet(sheets, known) + check_rules(delivery, sheets)
    found += check_staff_sheets(delivery, sheets) + check_hall_sheet(delivery, sheets)
    return found + check_roster(delivery, sheets)


def has_rows(rows: Rows) -> bool:
    """Whether a sheet holds a table at all: a row of more than three filled cells."""
    return any(sum(as_text(cell) != "" for cell in row) > 3 for row in rows)


def mirror(sheet: str, tables: dict[str, Table], layer: pd.DataFrame) -> list[Violation]:
    """Return what a sheet says otherwise than its layer, column by column."""
    if sheet not in tables or not layer.index.is_unique:
        return []
    rows = tables[sheet].rows
    if differing := set(rows.index) - set(layer.index):  # missing ones are reported with the papers
        return [blame("verify_staffing.rows", differing, sheet=sheet)]
    found = []
    for column in rows.columns.intersection(layer.columns).drop(
        "households", errors="ignore"
    ):  # with the papers
        if layer[column].dtype.kind in "iufb":
            found += judge(sheet, column, rows[column].map(flag_or_figure), layer[column])
    return found


def flag_or_figure(cell: Any) -> Any:
    """Return a cell with yes and no as 1 and 0, as the layers hold flags."""
    return 1 if cell in words("staffing.yes") else 0 if cell in words("staffing.no") else cell


def check_subdistricts(tables: dict[str, Table]) -> list[Violation]:
    """Every subdistrict is the sum of its communities, in every column that those have."""
    if "Subdistricts" not in tables or "Communities" not in tables:
        return []
    table, communities = tables["Subdistricts"].rows, tables["Communities"].rows
    if "subdistrict" not in communities:
        return []
    home = communities["subdistrict"].map(as_text)
    if differing := set(table.index) ^ set(home):
        return [blame("verify_staffing.rows", differing, sheet="Subdistricts")]
    found = judge_column("Subdistricts", table, "communities", home.value_counts())
    for column in table.columns.drop(["subdistrict", "communities"], errors="ignore"):
        source = source_of(column, tables)
        if source is not None:
            sums = numbers(source[column]).groupby(home).sum(min_count=1)
            found += judge("Subdistricts", column, table[column], sums, within=SHEET_SUM)
    return found


def source_of(column: str, tables: dict[str, Table]) -> pd.DataFrame | None:
    """Return the rows by community that have a column."""
    for sheet in ("Communities", "Budget", "Hiring"):
        if sheet in tables and column in tables[sheet].rows:
            return tables[sheet].rows
    return None


def check_summary(sheets: dict[str, Rows], tables: dict[str, Table]) -> list[Violation]:
    """Every figure of the summary that a column adds up to is that sum."""
    table = find_table(sheets.get("Summary", []), "item")
    if table is None or "value" not in table.rows:
        return []
    said = {}
    for name in {column for known in tables.values() for column in known.rows.columns}:
        labels = words(f"workbook.item_{name}") if has_sentence(f"workbook.item_{name}") else set()
        for label in labels & set(table.rows.index):
            said[name] = numbers(table.rows["value"])[label]
    true = {}
    for name in sorted(said):
        source = source_of(name, tables)
        true[name] = float("nan") if source is None else numbers(source[name]).sum(min_count=1)
    return [
        violation
        for name, figure in true.items()
        if source_of(name, tables) is not None
        for violation in judge("Summary", name, {name: said[name]}, {name: figure}, within=SHEET_SUM)
    ]


def check_years(tables: dict[str, Table]) -> list[Violation]:
    """Hiring is the gap where people are missing; its years add up to it and differ by one person (B三(一))."""
    if "Hiring" not in tables:
        return []
    rows = tables["Hiring"].rows
    found: list[Violation] = []
    if {"posts_given", "present"} <= set(rows):
        gap = numbers(rows["posts_given"]) - numbers(rows["present"])
        found += judge_column("Hiring", rows, "hiring_gap", gap)
        found += judge_column("Hiring", rows, "hiring", gap.clip(lower=0))
    years = rows[[name for name in rows.columns if name.startswith("year_")]].apply(numbers)
    if years.shape[1] and "hiring" in rows:
        found += judge("Hiring", "year_1 …", years.sum(axis=1, min_count=1), numbers(rows["hiring"]))
        each = years.sum()
        if each.max() - each.min() > 1 + EXACT or not each.is_monotonic_decreasing:
            found.append(blame("verify_staffing.years", years=" + ".join(as_text(n) for n in each)))
    return found


def check_rules(delivery: Delivery, sheets: dict[str, Rows]) -> list[Violation]:
    """The sheet of rules shows every rule recorded, with its value and its clause."""
    table = find_table(sheets.get("Rules", []), "rule")
    if table is None:
        return []
    shown = {
        (str(label), *value_parts(value_text(value)), as_text(clause))
        for label, value, clause in zip(table.rows.index, table.rows["value"], table.rows["clause"])
    }
    sources = delivery.record["policy"].get("sources", {})
    lost = []
    for field, value in delivery.rules.items():
        clause = as_text((sources.get(field) or {}).get("clause"))
        options = [(label, *value_parts(told), clause) for label, told in spoken(field, value)]
        if not shown & set(options):
            lost.append(field)
    return [blame("verify_staffing.rules", lost)] if lost else []


def spoken(field: str, value: Any) -> Iterable[tuple[str, str]]:
    """Yield how a rule and its value are shown in each language."""
    for lang in LANGS:
        key = f"staffing.rule_{field}"
        label = say(lang, key) if has_sentence(key) else field
        if isinstance(value, bool):
            yield label, say(lang, "staffing.yes" if value else "staffing.no")
        elif isinstance(value, dict):
            yield label, SEMICOLON[lang].join(f"{name} {number:g}" for name, number in value.items())
        elif isinstance(value, list):
            yield label, COMMA[lang].join(in_words(lang, part) for part in value)
        else:
            yield label, in_words(lang, value)


def in_words(lang: str, value: Any) -> str:
    """Return a value of a rule as the workbook says it: gridder's own words in the language, others as they are."""
    key = f"workbook.value_{value}"
    return say(lang, key) if isinstance(value, str) and has_sentence(key) else value_text(value)


def value_parts(told: str) -> list[str]:
    """Return a told value in parts, sorted: the record keeps tables in another order."""
    return sorted(re.split("；|; ", told))


def value_text(value: Any) -> str:
    """Return a value of a rule as text: numbers without needless decimals."""
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return f"{value:g}" if number else as_text(value)
