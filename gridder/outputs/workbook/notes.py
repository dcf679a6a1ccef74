"""Headers: above each the clause that its column rests on, with a link to its rule; a note says how it is computed."""

from __future__ import annotations

from typing import Any

from gridder.outputs.workbook.book import Book
from gridder.outputs.workbook.styles import text_width
from gridder.staffing.basis import rule_of, split_number
from gridder.text import has_sentence, say

NOTE_CHARS = 42  # characters of a line of a note
NOTE_LINE, NOTE_WIDTH = 19, 320  # pixels: height of a line, width of the note


def header_text(book: Book, column: str) -> str:
    """Return the header of a column; those of years are numbered."""
    stem, year = split_number(column)
    return book.say(f"col_{stem.removesuffix('_')}", year=year) if year else book.say(f"col_{column}")


def write_header(book: Book, page: Any, sheet: str, column: str) -> None:
    """Write the header of a column with its note, and above it the clause with the link to its row on Rules."""
    row, at, title = book.headers[sheet], book.at(sheet, column), header_text(book, column)
    field = rule_of(column)
    target = book.rule_link(field) if field else None
    if target and sheet != "Rules":
        page.write_url(row - 1, at, target, book.formats["clause"], clause_of(book, column))
    page.write_string(row, at, title, book.formats["head"])
    note = note_of(book, sheet, column)
    if note:
        lines = sum(-(-max(text_width(line), 1) // NOTE_CHARS) for line in note.split("\n"))
        size = {"width": NOTE_WIDTH, "height": NOTE_LINE * (lines + 1)}
        page.write_comment(row, at, note, {"author": "gridder", **size})


def note_of(book: Book, sheet: str, column: str) -> str:
    """Return how a column is computed, then its clause and force; blank for what is no figure of ours."""
    lines = []
    stem = split_number(column)[0].removesuffix("_")
    if sheet == "Subdistricts" and column != "subdistrict":
        lines.append(book.say("note_sum"))
    if has_sentence(f"workbook_how.{stem}"):
        lines.append(say(book.run.lang, f"workbook_how.{stem}"))
    found = rule_row(book, rule_of(column))
    if found is not None:
        lines.append(book.say("note_rule", rule=found.rule, clause=found.clause, force=found.force))
    return "\n".join(lines)


def clause_of(book: Book, column: str) -> str:
    """Return the clause that a column rests on, blank where it rests on none."""
    found = rule_row(book, rule_of(column))
    return "" if found is None else str(found.clause)


def rule_row(book: Book, field: str | None) -> Any:
    """Return the row of a rule as it stands on Rules, None where there is none."""
    return book.rules.get(field) if field else None
