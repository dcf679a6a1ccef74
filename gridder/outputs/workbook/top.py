"""What stands above every sheet: title, rules in force, links, legend of the colours; and how it is printed."""

from __future__ import annotations

from typing import Any

from gridder.outputs.workbook.book import Book
from gridder.outputs.workbook.styles import BAD, WARN
from gridder.staffing.columns import ALARMS

PAPER_A4 = 9  # the format's number of the paper size
LINKS = 2  # row of the links and the legend, from 0
FEW_COLUMNS = 6  # so many columns are seen without scrolling: the name need not stay in sight
FULL_CHARS = 125.0  # the same at full size
PAGE_CHARS = 215.0  # characters that a landscape page holds across at the smallest print that reads well


def set_up_page(book: Book, page: Any, sheet: str) -> None:
    """Write title, remarks, links and legend of a sheet and set it up for A4 landscape."""
    title = f"{book.run.name} · {book.title(sheet)}"
    page.write_string(0, 0, title, book.formats["title"])
    page.write_string(1, 0, remarks(book), book.formats["remark"])
    write_links(book, page, sheet)
    page.set_paper(PAPER_A4)
    page.set_landscape()
    page.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
    page.set_footer(f"&L{book.run.name} · {book.say('footer')}&C{book.title(sheet)}&R&P / &N")
    header = book.headers[sheet]
    page.repeat_rows(header - 1, header)  # with the clauses of the columns
    page.freeze_panes(header + 1, held(book, sheet))
    if held(book, sheet) > 1:
        page.repeat_columns(0, 1)


def held(book: Book, sheet: str) -> int:
    """Return how many columns stay in sight on the left, and on every printed page."""
    return 2 if len(book.tables[sheet].columns) > FEW_COLUMNS and sheet not in ("Summary", "Rules") else 1


def remarks(book: Book) -> str:
    """Return what every sheet says under its title: rules in force, departures, what households mean."""
    run, policy = book.run, book.run.policy
    lines = [book.say("policy", title=policy.title.get(run.lang, policy.name), name=policy.name)]
    if policy.departs_from_jilin:
        lines.append(book.say("departs", low=policy.households_min, high=policy.households_max))
    if run.options.get("households_meaning"):
        lines.append(book.say("meaning", meaning=run.options["households_meaning"]))
    return "  ".join(lines)


def write_links(book: Book, page: Any, sheet: str) -> None:
    """Write the ways back to Summary and Rules, and what the colours of the sheet mean."""
    others = [other for other in ("Summary", "Charts", "Rules") if other in book.headers and other != sheet]
    for at, other in enumerate(others[:2] if sheet != "Summary" else others):
        page.write_url(LINKS, at, book.link(other, 0), book.formats["go"], f"→ {book.title(other)}")
    empty = book.say("no_rows") if book.tables[sheet].empty else ""
    legend = empty or tell_colours(book, sheet)
    if legend:
        page.write_string(LINKS, 2, legend, book.formats["remark"])


def tell_colours(book: Book, sheet: str) -> str:
    """Return the legend of a sheet's colours in words, blank where nothing on it is coloured."""
    columns = book.tables[sheet].columns
    colours = {ALARMS[column] for column in columns if column in ALARMS}
    words = []
    if "bad" in colours or "status" in columns or "fits_shift" in columns:
        words.append(book.say("legend_bad", mark=BAD))
    if "warn" in colours:
        words.append(book.say("legend_warn", mark=WARN))
    return "  ".join(words)


def fit_pages(page: Any, widths: list[float], repeated: int) -> None:
    """Let a sheet go on over pages side by side, each with the first columns, so that its print stays legible."""
    pages, room = 1, PAGE_CHARS
    for width in widths:
        if width > room:
            pages, room = pages + 1, PAGE_CHARS - (sum(widths[:repeated]) if repeated > 1 else 0)
        room -= width
    if sum(widths) > FULL_CHARS:
        page.fit_to_pages(pages, 0)
