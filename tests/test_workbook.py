"""staffing.xlsx: its sheets, formulas that agree with their values, texts that are never formulas."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from openpyxl import load_workbook
from openpyxl.workbook import Workbook
from sample_run import FORMULA, A, B, sample_run
from test_staff import planned_of

from gridder.outputs.workbook import write_workbook
from gridder.outputs.workbook.book import HEADER
from gridder.policy import load_policy, policy_fields
from gridder.staffing.roster_counts import People
from gridder.staffing.roster_sheet import Asked
from gridder.staffing.staff import staff_district
from gridder.tables import Run
from gridder.text import sentences

SHEETS = "Summary Grids Communities Subdistricts Hiring Budget Exceptions Changes Rules".split()
MORE = {
    "HiringCost",
    "Options",
    "Certificates",
    "Training",
    "Halls",
    "Roster",
    "Charts",
}  # between Changes and Rules
FULL = {"staffing": {"county_cap": 22, "reference_wage_yuan_year": 62_000, "employer_rate": 0.3}}


HELD: dict[str, Any] = {"assistant_certified": 1, "certified": 1, "senior_certified": 0}


def staffed_run(
    lang: str = "zh", settings: dict[str, Any] | None = None, held: dict[str, Any] = HELD, **changes: Any
) -> Run:
    """Return the sample with its staffing; ``changes`` replace parts of the run first, ``held`` its certificates."""
    run = replace(sample_run(lang), **changes)
    people = People(run.workforce.assign(**held), pd.DataFrame())
    inputs = FULL if settings is None else settings
    staffing = staff_district(planned_of(run), people, inputs, Asked(run.policy, lang))
    return replace(run, staffing=staffing.sheets)


def written(run: Run, folder: Path, *, values: bool = True) -> Workbook:
    """Return the workbook of a run as openpyxl reads it."""
    path = folder / "staffing.xlsx"
    write_workbook(run, path)
    return load_workbook(path, data_only=values)


def texts(book: Workbook, sheet: str) -> list[str]:
    """Return all texts of a sheet."""
    return [str(cell.value) for row in book[sheet].iter_rows() for cell in row if cell.value is not None]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_sheets_and_headers(lang: str, tmp_path: Path) -> None:
    """Nine sheets by name, others between Changes and Rules; headers in the run's language, frozen, A4 landscape."""
    book = written(staffed_run(lang), tmp_path)
    assert [name for name in book.sheetnames if name in SHEETS] == SHEETS
    others = book.sheetnames[len(SHEETS) - 1 : -1]
    assert "Charts" in others and set(others) <= MORE
    assert ("网格编码" if lang == "zh" else "Grid code") in texts(book, "Grids")
    for page in book:
        assert page.freeze_panes is not None and page.print_title_rows is not None
        assert page.page_setup.orientation == "landscape" and page.page_setup.paperSize == 9


def test_rows_carry_the_plan(tmp_path: Path) -> None:
    """Every grid and community has its row, with its households; the exception is there with its clause."""
    run = staffed_run()
    book = written(run, tmp_path)
    for sheet, table in (("Grids", run.grids), ("Communities", run.communities)):
        rows = {row[0]: row for row in book[sheet].iter_rows(values_only=True)}
        for code, households in table.households.items():
            assert households in rows[code]
    assert A + "005" in texts(book, "Exceptions") and "A二(三)2" in texts(book, "Exceptions")
    assert len(list(book["Changes"].iter_rows())) >= 2 + len(run.changes)


def test_every_rule_with_its_clause(tmp_path: Path) -> None:
    """Rules lists all fields of the policy with clause, force and words, each with a name of its own."""
    policy = load_policy()
    rows = list(written(staffed_run(), tmp_path)["Rules"].iter_rows(min_row=HEADER + 2, values_only=True))
    named = rows[: len(policy_fields())]
    assert [row[2] for row in named] == [policy.sources[field].clause for field in policy_fields()]
    assert all(row[3] and row[4] for row in named)
    assert len({row[0] for row in named}) == len(named)
    assert sum(row[1] == "不计算" for row in rows) == 5


def test_every_policy_field_has_a_name() -> None:
    """The sheet Rules names every field in both languages."""
    for lang in ("zh", "en"):
        missing = [f for f in policy_fields() if f"staffing.rule_{f}" not in sentences(lang)]
        assert missing == []


def test_summary_links_and_clauses(tmp_path: Path) -> None:
    """Each figure has a clause and a link to the sheet that its rows stand on."""
    page = written(staffed_run(), tmp_path)["Summary"]
    rows = [row for row in page.iter_rows(min_row=HEADER + 2, max_col=7) if row[6].hyperlink]
    assert len(rows) == 23
    for row in rows:
        assert row[3].value
        assert row[6].hyperlink.location.split("!")[0].strip("'") in SHEETS


def test_text_is_never_a_formula(tmp_path: Path) -> None:
    """Names that begin with = + - @ stay text."""
    run = sample_run()
    communities = run.communities
    for code, name in ((A, FORMULA), (B, "@SUM(1)|cmd")):
        communities.loc[code, "name"] = name
    communities["subdistrict"] = "-1+1"
    book = written(staffed_run(communities=communities), tmp_path, values=False)
    cells = [cell for page in book for row in page.iter_rows() for cell in row]
    hostile = [cell for cell in cells if cell.value in (FORMULA, "@SUM(1)|cmd", "-1+1")]
    assert len(hostile) >= 10
    assert all(cell.data_type == "s" for cell in hostile)


def test_same_run_same_bytes(tmp_path: Path) -> None:
    """Written twice, the same bytes."""
    run = staffed_run()
    write_workbook(run, tmp_path / "a.xlsx")
    write_workbook(run, tmp_path / "b.xlsx")
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()


def test_departure_and_meaning_of_households(tmp_path: Path) -> None:
    """A policy outside 300–500 says so on every sheet, and so does the meaning of households."""
    run = staffed_run(policy=load_policy("changchun-2020"), options={"households_meaning": "住宅套数"})
    book = written(run, tmp_path)
    for sheet in SHEETS:
        line = book[sheet]["A2"].value
        assert "吉林 A二(三)2" in line and "400" in line and "住宅套数" in line
    plain = written(staffed_run(), tmp_path)
    assert "不一致" not in plain["Grids"]["A2"].value


def test_unknown_figures_are_blank(tmp_path: Path) -> None:
    """No wage: the budget is blank, not zero, and the reason stands on Summary."""
    book = written(staffed_run(settings={}), tmp_path)
    rows = {row[0]: row for row in book["Budget"].iter_rows(values_only=True)}
    assert rows[A][4] in (None, "")
    assert any("参照工资" in text for text in texts(book, "Summary"))


def test_run_without_staffing_is_still_a_workbook(tmp_path: Path) -> None:
    """All sheets are there when the staffing has no tables."""
    assert written(replace(sample_run(), staffing={}), tmp_path).sheetnames == SHEETS


def test_both_languages_hold_the_same_sentences() -> None:
    """Same keys in the two languages, for the areas of staffing and workbook."""
    areas = ("staffing.", "workbook.", "scope.")
    zh, en = ({key for key in sentences(lang) if key.startswith(areas)} for lang in ("zh", "en"))
    assert zh == en


def test_sums_stand_below_their_rows(tmp_path: Path) -> None:
    """The last row of Communities adds up what stands above it."""
    run = staffed_run()
    page = written(run, tmp_path)["Communities"]
    header = [cell.value for cell in page[HEADER + 1]]
    last = [cell.value for cell in page[HEADER + 2 + len(run.communities)]]
    table = run.staffing["communities"]
    assert last[header.index("户数")] == run.communities.households.sum()
    assert last[header.index("建议岗位")] == pd.to_numeric(table.posts).sum()
