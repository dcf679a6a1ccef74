"""Every figure of staffing.xlsx leads to its rows and its clause: links followed, notes read, widths and XML looked at."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from zipfile import ZipFile

import pandas as pd
import pytest
from openpyxl import load_workbook
from openpyxl.cell import Cell
from openpyxl.utils import get_column_letter, range_boundaries
from openpyxl.workbook import Workbook
from roster_cases import person, placed
from sample_run import sample_run
from test_staff import planned_of
from test_workbook import HELD, staffed_run, written
from test_workbook_office import RICH

from gridder.outputs.workbook import write_workbook
from gridder.outputs.workbook.book import HEADER
from gridder.outputs.workbook.styles import text_width
from gridder.staffing.basis import CLAUSES, COLUMNS_OF, INPUT_CLAUSES, rule_of
from gridder.staffing.columns import YEARS
from gridder.staffing.roster_counts import People
from gridder.staffing.roster_sheet import Asked
from gridder.staffing.sheets import SUMMARY
from gridder.staffing.staff import staff_district
from gridder.tables import Run
from gridder.text import has_sentence, say

# What the input or the plan says in so many words: no figure of ours, so nothing to explain.
PLAIN = set(
    "community_id community subdistrict building_id unit old_grid new_grid code reason remedy clause rule value force "
    "words used_by link pay_class people file row person position entry place remarks item "
    "age birth hired education certificate appraisals party_post committee_member transferred relaxed pay_year "
    "pay_month".split()
)


@pytest.fixture(scope="module", params=["zh", "en"])
def run(request: pytest.FixtureRequest) -> Run:
    """Return the sample staffed with every input, in each language."""
    return staffed_run(request.param, settings=RICH)


@pytest.fixture(scope="module")
def book(run: Run, tmp_path_factory: pytest.TempPathFactory) -> Workbook:
    """Return the workbook of the sample as openpyxl reads it."""
    return written(run, tmp_path_factory.mktemp("book"))


def links(book: Workbook) -> Iterator[tuple[Cell, Cell]]:
    """Yield every cell with a link and the first cell that the link leads to."""
    for page in book:
        for row in page.iter_rows():
            for cell in row:
                if cell.hyperlink:
                    sheet, _, place = cell.hyperlink.location.rpartition("!")
                    left, top, *_ = range_boundaries(place)
                    yield cell, book[sheet.strip("'")].cell(top, left)


def test_every_link_lands_on_something(book: Workbook) -> None:
    """No link leads to an empty cell, and every sheet has a way back to Summary."""
    followed = list(links(book))
    assert len(followed) > 150
    assert [cell.coordinate for cell, target in followed if target.value is None] == []
    back = {cell.parent.title for cell, target in followed if target.parent.title == "Summary"}
    assert back >= set(book.sheetnames) - {"Summary"}


def test_every_figure_of_summary_leads_to_its_rows_and_its_rule(run: Run, book: Workbook) -> None:
    """One click to the column that adds up to the figure, one to the rule whose clause stands beside it."""
    lands = {cell.coordinate: target for cell, target in links(book) if cell.parent.title == "Summary"}
    rules = list(run.staffing["rules"]["field"])
    lang, seen = run.lang, 0
    for row in book["Summary"].iter_rows(min_row=HEADER + 2, max_col=7):
        if not row[6].hyperlink:
            continue
        figure = run.staffing["summary"].iloc[seen]
        seen += 1
        assert row[0].value == say(lang, f"workbook.item_{figure['item']}")
        rule, rows = lands[row[3].coordinate], lands[row[6].coordinate]
        assert rule.parent.title == "Rules"
        assert rule.value == say(lang, f"staffing.rule_{figure.field}")
        assert rule.parent.cell(rule.row, 3).value == row[3].value
        assert rows.parent.title == figure.sheet
        if figure.column:
            assert rows.value == say(lang, f"workbook.col_{figure.column}")
            last = row[6].hyperlink.location.split(":")[1]
            total = book[figure.sheet][last].value
            assert total == row[1].value
    assert seen == len(SUMMARY) and set(rules) >= {field for _, field, _, _ in SUMMARY}


def test_every_computed_column_has_its_clause_and_a_note(run: Run, book: Workbook) -> None:
    """Above each header stands the clause with a link to its rule; the note on the header says how it is computed."""
    lands = {(cell.parent.title, cell.coordinate): target for cell, target in links(book)}
    checked = 0
    for sheet in set(book.sheetnames) & {
        "Grids",
        "Communities",
        "Subdistricts",
        "Hiring",
        "Budget",
        "Options",
    }:
        table = run.staffing[sheet.lower()]
        titles = {cell.value: cell for row in book[sheet].iter_rows(max_row=30) for cell in row if cell.value}
        for column in table.columns:
            stem = next((name for name in YEARS if re.fullmatch(rf"{name}\d+", column)), "")
            year = column.removeprefix(stem) if stem else ""
            key = f"workbook.col_{stem.removesuffix('_') or column}"
            head = titles[say(run.lang, key, year=year) if stem else say(run.lang, key)]
            if column in PLAIN:
                continue
            assert head.comment is not None, column
            field = rule_of(column)
            if field is None:
                continue
            above = head.parent.cell(head.row - 1, head.column)
            target = lands[sheet, above.coordinate]
            label = (
                f"workbook.input_{field}"
                if field in INPUT_CLAUSES and field != "county_cap"
                else f"staffing.rule_{field}"
            )
            assert target.parent.title == "Rules" and target.value == say(run.lang, label)
            clause = target.parent.cell(target.row, 3).value
            assert above.value == clause and clause in head.comment.text
            checked += 1
    assert checked > 80


def test_every_column_is_named_and_explained(run: Run) -> None:
    """A column of any sheet has a header and, unless it is plain, a sentence on how it is computed."""
    sheets = {
        name: t for name, t in run.staffing.items() if name not in ("summary", "inputs", "notes", "rules")
    }
    columns = {column for table in sheets.values() for column in table.columns}
    stems = {re.sub(r"_\d+$", "", c) if c.startswith(tuple(YEARS)) else c for c in columns}
    assert {c for c in stems if not has_sentence(f"workbook.col_{c}")} == set()
    assert {c for c in stems - PLAIN if not has_sentence(f"workbook_how.{c}")} == set()


def test_every_rule_of_a_column_is_a_rule(run: Run) -> None:
    """The basis of a column is a field of the policy, an input of the county, or a clause without a number of its own."""
    assert set(COLUMNS_OF) <= set(run.policy.sources) | set(INPUT_CLAUSES) | set(CLAUSES)


def test_rules_say_where_they_are_used(run: Run, book: Workbook) -> None:
    """The rule of the pay pool names Budget and its column; its link leads to a column that rests on it."""
    rows = {row[0].value: row for row in book["Rules"].iter_rows(min_row=HEADER + 2)}
    wage = rows[say(run.lang, "workbook.input_reference_wage_yuan_year")]
    assert wage[1].value == RICH["staffing"]["reference_wage_yuan_year"]
    assert say(run.lang, "workbook.sheet_budget") in wage[5].value
    assert say(run.lang, "workbook.col_pool") in wage[5].value
    lands = {cell.coordinate: target for cell, target in links(book) if cell.parent.title == "Rules"}
    assert lands[wage[6].coordinate].value == say(run.lang, "workbook.col_pool")


def large(run: Run, factor: int) -> Run:
    """Return a run whose money and households are ``factor`` times as large, for the widths of columns."""
    staffing = {}
    for name, table in run.staffing.items():
        table = table.copy()
        for column in table.select_dtypes("number").columns:
            table[column] = table[column] * factor
        staffing[name] = table
    return replace(run, staffing=staffing)


def test_no_figure_is_wider_than_its_column(run: Run, tmp_path: Path) -> None:
    """Sums of hundreds of millions of yuan have room, so that no program shows ###."""
    path = tmp_path / "large.xlsx"
    write_workbook(large(run, 700), path)
    tight, widest = [], 0.0
    for page in load_workbook(path, data_only=True):
        for row in page.iter_rows():
            for cell in row:
                if isinstance(cell.value, (int, float)) and cell.number_format != "General":
                    decimals = len(re.sub(r"[^0]", "", cell.number_format.partition(".")[2]))
                    shown = f"{cell.value:,.{decimals}f}"
                    width = widths(page)[cell.column]
                    widest = max(widest, cell.value)
                    if len(shown) * (1.1 if cell.font.b else 1) + 1 > width:
                        tight.append((page.title, cell.coordinate, shown, width))
    assert widest > 5e8
    assert tight == []


def widths(page: object) -> dict[int, float]:
    """Return the width of every column of a sheet by its number."""
    found: dict[int, float] = {}
    for part in page.column_dimensions.values():  # type: ignore[attr-defined]
        found |= dict.fromkeys(range(part.min, part.max + 1), part.width)
    return found


def test_headers_fit_in_three_lines(book: Workbook) -> None:
    """A header has room for its text in the lines that its row is high."""
    page = book["Communities"]
    for cell in page[HEADER + 1]:
        assert text_width(cell.value) <= 3 * widths(page)[cell.column], cell.value


def test_the_file_needs_no_repair(run: Run, tmp_path: Path) -> None:
    """Merged ranges do not meet, sheet names are short and plain, no formula uses what Excel does not know."""
    path = tmp_path / "staffing.xlsx"
    write_workbook(run, path)
    book = load_workbook(path)
    for page in book:
        cells = [cell for area in page.merged_cells.ranges for cell in area.cells]
        assert len(cells) == len(set(cells))
        assert re.fullmatch(r"\w{1,31}", page.title)
    with ZipFile(path) as file:
        assert len(file.namelist()) == len(set(file.namelist()))
        texts = [
            file.read(name).decode() for name in file.namelist() if name.startswith("xl/worksheets/sheet")
        ]
    assert all(text.count("<mergeCells") <= 1 for text in texts)
    used = {
        name
        for text in texts
        for f in re.findall(r"<f>(.*?)</f>", text)
        for name in re.findall(r"([A-Z]+)\(", f)
    }
    known = "IF OR AND SUM ROUND COUNT COUNTA COUNTIF COUNTIFS SUMPRODUCT ISNUMBER INDEX MATCH MAX MID N ROWS".split()
    assert used <= set(known)


def test_charts_stand_apart(run: Run, tmp_path: Path) -> None:
    """Four charts with titles on both axes, none over another or over its figures."""
    path = tmp_path / "staffing.xlsx"
    write_workbook(run, path)
    with ZipFile(path) as file:
        charts = [file.read(name).decode() for name in sorted(file.namelist()) if "charts/chart" in name]
        drawings = [file.read(name).decode() for name in file.namelist() if "drawings/drawing" in name]
    assert len(charts) == 4
    assert all(text.count("<c:title>") == 2 for text in charts)
    places = re.findall(
        r"<xdr:from>.*?<xdr:row>(\d+)<.*?<xdr:to><xdr:col>(\d+)<.*?<xdr:row>(\d+)<", drawings[0]
    )
    spans = sorted((int(top), int(bottom)) for top, _, bottom in places)
    assert all(bottom < top for (_, bottom), (top, _) in zip(spans, spans[1:]))
    figures = next(
        cell
        for row in load_workbook(path)["Charts"].iter_rows(min_row=HEADER + 1)
        for cell in row
        if cell.column > 10 and cell.value
    )
    assert all(int(right) < figures.column for _, right, _ in places), get_column_letter(figures.column)


def test_many_communities_stay_legible(run: Run, tmp_path: Path) -> None:
    """Of 300 communities the chart of posts shows those farthest from the posts given, and says so."""
    table = run.staffing["communities"]
    many = pd.concat([table.head(1).assign(community_id=f"{n:012}", present=n % 40) for n in range(300)])
    many_run = replace(run, staffing=run.staffing | {"communities": many.reset_index(drop=True)})
    page = written(many_run, tmp_path)["Charts"]
    told = say(run.lang, "workbook.chart_posts_note", n=24, all=300)
    assert told in [cell.value for row in page.iter_rows() for cell in row]


def test_what_was_without_a_link_leads_to_its_rule(tmp_path: Path) -> None:
    """The number of grids chosen, its objective, pay above the standard and the transfer of the committees."""
    run = sample_run()
    persons = placed(person(pay_class="两委成员", committee_member="是", transferred="否", pay_year="90000"))
    people = People(run.workforce.assign(**HELD), persons)
    sheets = staff_district(planned_of(run), people, RICH, Asked(run.policy, "zh")).sheets
    rich = replace(run, staffing=sheets, roster=persons)
    book = written(rich, tmp_path)
    lands = {(c.parent.title, c.column, c.row): t for c, t in links(book)}
    wanted = {
        ("Options", "chosen"): "households_target",
        ("Options", "objective_m"): "objective",
        ("Roster", "check_transfer"): "transfer",
        ("Roster", "pay_above"): "pay_kept",
    }
    rules = sheets["rules"].set_index("field")["rule"]
    for (sheet, column), field in wanted.items():
        title = say("zh", f"workbook.col_{column}")
        at = next(c for row in book[sheet].iter_rows(max_row=HEADER + 1) for c in row if c.value == title)
        target = lands[sheet, at.column, at.row - 1]
        assert (target.parent.title, target.value) == ("Rules", rules[field])
    assert sheets["rules"].set_index("field").loc["transfer", "clause"] == "B三(一)"
