"""The sheet beside a comparison: figures, history of the codes and every building that changes grid."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from gridder.changes import list_changes
from gridder.outputs.maps.compare_facts import WHOLE, Pair, community_of, summarise_scope
from gridder.outputs.maps.compare_history import tell_history
from gridder.outputs.maps.layers import text_of
from gridder.tables import Run
from gridder.text import say

WIDTHS = {"note": 56, "name": 24, "building": 18, "code": 20}  # in characters of Excel's normal font


def write_compare_sheet(old: Run, new: Run, path: str | Path) -> None:
    """Write the comparison as an Excel workbook in the language of the new plan.

    Text is written as text: a name that begins with ``=`` is no formula. The same plans give the same bytes.
    """
    import datetime

    import xlsxwriter

    pair, lang = Pair(old, new), new.lang
    book = xlsxwriter.Workbook(str(path), {"strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"title": say(lang, "compare.title"), "created": datetime.datetime(2020, 1, 1)})
    formats = {
        "head": book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "vcenter"}),
        "number": book.add_format({"num_format": "#,##0"}),
        "share": book.add_format({"num_format": "0.0%"}),
        "text": book.add_format({"num_format": "@"}),
    }
    figures = [[say(lang, f"compare.sheet_{key}"), *values] for key, values in list_figures(pair)]
    write_table(book, formats, say(lang, "compare.sheet_figures"), figure_head(lang), figures)
    history = [history_row(pair, row, lang) for row in tell_history(pair)]
    write_table(book, formats, say(lang, "compare.sheet_history"), history_head(lang), history)
    write_table(book, formats, say(lang, "compare.sheet_moved"), moved_head(lang), moved_rows(pair))
    book.close()


def write_table(
    book: Any,
    formats: dict[str, Any],
    title: str,
    head: list[tuple[str, int, str]],
    rows: Iterable[list[Any]],
) -> None:
    """Write one sheet: ``head`` gives title, width and format of each column; None leaves a cell empty."""
    sheet = book.add_worksheet(title)
    sheet.freeze_panes(1, 1)
    for column, (name, width, _) in enumerate(head):
        sheet.set_column(column, column, width)
        sheet.write_string(0, column, name, formats["head"])
    n = 0
    for n, row in enumerate(rows, start=1):
        for column, value in enumerate(row):
            if isinstance(value, str):
                sheet.write_string(n, column, value, formats["text"])
            elif value is not None:
                kind = head[column][2] if head[column][2] in ("number", "share") else "number"
                sheet.write_number(n, column, value, formats["share" if isinstance(value, float) else kind])
    sheet.autofilter(0, 0, max(n, 1), len(head) - 1)


def figure_head(lang: str) -> list[tuple[str, int, str]]:
    """Return the columns of the summary."""
    titles = [say(lang, f"compare.sheet_{key}") for key in ("figure", "old", "new")]
    return [(titles[0], 34, "text"), (titles[1], 16, "number"), (titles[2], 16, "number")]


def list_figures(pair: Pair) -> list[tuple[str, list[Any]]]:
    """Return the figures of the whole district: key of the sentence, value of the old and of the new plan."""
    facts = summarise_scope(pair, WHOLE)
    windows = [f"{run.policy.households_min}–{run.policy.households_max}" for run in (pair.old, pair.new)]
    return [
        (
            "households",
            [facts.staying + facts.moved + facts.removed, facts.staying + facts.moved + facts.added],
        ),
        ("grids", [facts.grids_old, facts.grids_new]),
        ("outside", [facts.outside_old, facts.outside_new]),
        ("window", windows),
        ("staying", [None, facts.staying]),
        ("share", [None, facts.share_staying]),
        ("moved_households", [None, facts.moved]),
        ("moved_buildings", [None, facts.buildings_moved]),
        ("added", [None, facts.added]),
        ("removed", [facts.removed, None]),
    ]


def history_head(lang: str) -> list[tuple[str, int, str]]:
    """Return the columns of the history of codes."""
    found = [(say(lang, "compare.sheet_community"), WIDTHS["name"], "text")]
    for key, width, form in (
        ("old", WIDTHS["code"], "text"),
        ("old_households", 10, "number"),
        ("new", WIDTHS["code"], "text"),
        ("new_households", 12, "text"),
        ("kept", 10, "number"),
        ("share", 10, "share"),
        ("kind", 10, "text"),
        ("note", WIDTHS["note"], "text"),
    ):
        found.append((say(lang, f"compare.col_{key}"), width, form))
    return found


def history_row(pair: Pair, row: dict[str, Any], lang: str) -> list[Any]:
    """Return one row of the history of codes, codes in full."""
    comma = say(lang, "compare.list_joiner")
    sizes = row["new_households"]
    return [
        pair.names.get(row["community"], row["community"]),
        row["old"],
        row["old_households"] if row["old"] else None,
        comma.join(row["new"]),
        sizes[0] if len(sizes) == 1 else comma.join(str(n) for n in sizes),
        row["kept"] if row["old"] else None,
        row["share"],
        say(lang, f"compare.kind_{row['kind']}"),
        row["note"][lang],
    ]


def moved_head(lang: str) -> list[tuple[str, int, str]]:
    """Return the columns of the list of moved buildings."""
    words = {
        key: say(lang, f"compare.sheet_{key}")
        for key in ("community", "building", "unit", "name", "households")
    }
    return [
        (words["community"], WIDTHS["name"], "text"),
        (words["building"], WIDTHS["building"], "text"),
        (words["unit"], 8, "text"),
        (words["name"], WIDTHS["name"], "text"),
        (say(lang, "compare.col_old"), WIDTHS["code"], "text"),
        (say(lang, "compare.col_new"), WIDTHS["code"], "text"),
        (words["households"], 10, "number"),
    ]


def moved_rows(pair: Pair) -> list[list[Any]]:
    """Return every piece whose grid differs, new and vanished ones too, by community and building."""
    home = community_of(pair.old.buildings) | community_of(pair.new.buildings)
    names = name_buildings(pair.old) | name_buildings(pair.new)
    rows = []
    for change in list_changes(pair.old.buildings, pair.new.buildings).to_dict("records"):
        community = home[change["building_id"]]
        where = pair.names.get(community, community)
        name = names.get(change["building_id"], "")
        grids = [change["old_grid"], change["new_grid"]]
        rows.append([where, change["building_id"], change["unit"], name, *grids, int(change["households"])])
    return sorted(rows, key=lambda row: row[0])


def name_buildings(run: Run) -> dict[str, str]:
    """Return building → its name."""
    ids, names = run.buildings["building_id"], run.buildings["name"]
    return {str(i): text_of(name) for i, name in zip(ids, names, strict=True)}
