"""The sheet Rules: every rule with its clause, the inputs of the county, and which columns use each."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pandas as pd

from gridder.outputs.workbook.book import Book
from gridder.outputs.workbook.notes import header_text
from gridder.staffing.basis import INPUT_CLAUSES, rule_of
from gridder.tables import Run
from gridder.text import COMMA, SEMICOLON, say

Uses = dict[str, dict[str, list[str]]]


def with_inputs(run: Run) -> Run:
    """Return the run with the inputs of the county among its rules: each with clause, force and words."""
    rules = run.staffing.get("rules")
    if rules is None or set(INPUT_CLAUSES) <= set(rules["field"]):
        return run
    table = run.staffing.get("inputs", pd.DataFrame(columns=["item", "value"]))
    given = dict(zip(table["item"], table["value"]))
    rows = []
    for key, (clause, force) in INPUT_CLAUSES.items():
        value = given.get(key, pd.NA)
        told: Any = say(run.lang, "workbook.not_given") if pd.isna(value) else float(value)
        words = say(run.lang, f"workbook.quote_{key}")
        name, said = say(run.lang, f"workbook.input_{key}"), say(run.lang, f"staffing.force_{force}")
        rows.append((name, told, clause, said, words, key))
    inputs = pd.DataFrame(rows, columns=rules.columns)
    computed = rules["field"] != ""
    table = pd.concat([rules[computed], inputs, rules[~computed]], ignore_index=True)
    return replace(run, staffing=run.staffing | {"rules": table})


def find_uses(tables: dict[str, pd.DataFrame], run: Run) -> Uses:
    """Return the columns that use each rule: rule → sheet → columns, in the order of the sheets."""
    uses: Uses = {}
    for sheet, table in tables.items():
        for column in [] if sheet in ("Summary", "Rules") else table.columns:
            if field := rule_of(column):
                uses.setdefault(field, {}).setdefault(sheet, []).append(column)
    summary = run.staffing.get("summary", pd.DataFrame(columns=["field", "item"]))
    for field, item in zip(summary["field"], summary["item"]):
        uses.setdefault(field, {}).setdefault("Summary", []).append(item)
    return uses


def rule_table(run: Run) -> pd.DataFrame:
    """Return the table of the sheet; the columns that use each rule are written with their links."""
    rules = run.staffing.get("rules", pd.DataFrame())
    return (
        rules.drop(columns="field", errors="ignore").assign(used_by=None, link=None) if len(rules) else rules
    )


def tell_uses(book: Book, uses: dict[str, list[str]]) -> str:
    """Return the sheets and columns that use a rule in words."""
    lang, colon = book.run.lang, "：" if book.run.lang == "zh" else ": "
    told = []
    for sheet, columns in uses.items():
        summary = sheet == "Summary"
        names = [book.say(f"item_{c}") if summary else header_text(book, c) for c in columns]
        told.append(f"{book.title(sheet)}{colon}{COMMA[lang].join(names)}")
    return SEMICOLON[lang].join(told)


def write_uses(book: Book, page: Any, sheet: str) -> None:
    """Write beside each rule a link to the first of the columns that use it."""
    if not book.has(sheet, "link"):
        return
    uses = find_uses(book.tables, book.run)
    for i, field in enumerate(book.run.staffing["rules"]["field"]):
        found = first_use(book, uses.get(field, {}))
        if found:
            target, words = found
            page.write_url(book.first(sheet) + i, book.at(sheet, "link"), target, book.formats["link"], words)


def first_use(book: Book, uses: dict[str, list[str]]) -> tuple[str, str] | None:
    """Return (link, words) to the header of the first column that uses a rule, None where none does."""
    for sheet, columns in uses.items():
        if sheet != "Summary":
            target = book.link(sheet, book.headers[sheet], book.at(sheet, columns[0]))
            return target, f"→ {book.title(sheet)}"
    return (book.link("Summary", book.headers["Summary"]), f"→ {book.title('Summary')}") if uses else None


def told_uses(book: Book) -> Book:
    """Return the book with the uses of every rule in words on Rules, so that rows are as tall as their text."""
    if not book.has("Rules", "used_by"):
        return book
    uses = find_uses(book.tables, book.run)
    told = [tell_uses(book, uses.get(field, {})) or None for field in book.run.staffing["rules"]["field"]]
    rules = book.tables["Rules"].assign(used_by=pd.Series(told, dtype=object))
    return replace(book, tables=book.tables | {"Rules": rules})
