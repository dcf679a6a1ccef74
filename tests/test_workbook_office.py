"""staffing.xlsx as LibreOffice sees it: every formula comes to the value beside it, and follows a changed input.

LibreOffice is told to compute every formula anew when it opens the file, with a profile of its own for each test.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from openpyxl import load_workbook
from openpyxl.cell import Cell
from openpyxl.workbook import Workbook
from sample_run import sample_run
from test_workbook import FULL, HELD, staffed_run

from gridder.outputs.workbook import write_workbook
from gridder.tables import Run

SOFFICE = shutil.which("soffice")
pytestmark = pytest.mark.skipif(SOFFICE is None, reason="LibreOffice is not installed")
HALF_FEN = 0.005  # yuan: a figure is the same to the fen
LABELS = {
    "wage": "参照工资（元/年）",
    "rate": "单位缴费比例",
    "medical_each": "免费体检（元/人·年）",
    "certified_each": "社工师补贴（元/月）",
    "share": "基础报酬比例",
}
ALWAYS = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry"><item oor:path="/org.openoffice.Office.Calc/Formula/Load">
<prop oor:name="OOXMLRecalcMode" oor:op="fuse"><value>0</value></prop></item></oor:items>"""  # 0: always
BENEFITS = {"medical_check_yuan_year": 300, "paid_leave_yuan_year": 1_234.5, "emergency_yuan_year": 200.55}
RICH = {
    "staffing": FULL["staffing"] | {"reference_wage_yuan_year": 61_999.97, "employer_rate": 0.3125} | BENEFITS
}


def recalculated(source: Path, folder: Path, *, values: bool = True) -> Workbook:
    """Return a workbook as LibreOffice computes it from its formulas alone."""
    folder.mkdir(parents=True, exist_ok=True)
    registry = folder / "profile" / "user" / "registrymodifications.xcu"
    registry.parent.mkdir(parents=True, exist_ok=True)
    registry.write_text(ALWAYS, encoding="utf-8")
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    command = [SOFFICE, "--headless", profile, "--convert-to", "xlsx", "--outdir", str(folder), str(source)]
    subprocess.run(command, check=True, capture_output=True, timeout=120)  # type: ignore[arg-type]
    return load_workbook(folder / source.name, data_only=values)


def formulas(book: Workbook) -> Iterator[Cell]:
    """Yield every cell that holds a formula."""
    yield from (cell for page in book for row in page.iter_rows() for cell in row if cell.data_type == "f")


def differences(ours: Path, theirs: Workbook) -> tuple[int, list[Any]]:
    """Return how many formulas there are, and those whose value in ``theirs`` is not the one that stands in ours."""
    values, found, n = load_workbook(ours, data_only=True), [], 0
    for cell in formulas(load_workbook(ours)):
        n += 1
        sheet, at = cell.parent.title, cell.coordinate
        mine, other = (None if v == "" else v for v in (values[sheet][at].value, theirs[sheet][at].value))
        numbers = isinstance(mine, (int, float)) and isinstance(other, (int, float))
        if not (abs(mine - other) < HALF_FEN if numbers else mine == other):
            found.append((sheet, at, cell.value, mine, other))
    return n, found


def input_cell(book: Workbook, name: str) -> Cell:
    """Return the cell of an input on Budget by its label."""
    return next(row[1] for row in book["Budget"].iter_rows() if row[0].value == LABELS[name])


@pytest.fixture(scope="module")
def rich() -> Run:
    """Return the sample staffed with every input."""
    return staffed_run(settings=RICH)


@pytest.mark.parametrize("inputs", [True, False], ids=["all inputs", "no inputs"])
def test_formulas_agree_with_their_values(rich: Run, inputs: bool, tmp_path: Path) -> None:
    """LibreOffice computes every formula to the value that we wrote beside it, and none to an error."""
    source = tmp_path / "staffing.xlsx"
    write_workbook(rich if inputs else staffed_run(settings={}), source)
    n, found = differences(source, recalculated(source, tmp_path / "out"))
    assert n > 200
    assert found == []


def test_allowances_not_paid_cost_nothing_where_certificates_are_unknown(tmp_path: Path) -> None:
    """A policy without allowances, a table of one community: 0 for all, in our values and in the formulas."""
    run, source = sample_run(), tmp_path / "staffing.xlsx"
    unpaid = run.policy.model_copy(update={"certificate_allowance": False})
    write_workbook(staffed_run(settings=RICH, workforce=run.workforce.iloc[:1], policy=unpaid), source)
    assert differences(source, recalculated(source, tmp_path / "out"))[1] == []


@pytest.mark.parametrize("paid", [200.0, 0.0])
def test_certificates_known_in_part_leave_the_allowance_blank(paid: float, tmp_path: Path) -> None:
    """Assistants unknown in the first community: its allowance is blank unless assistants are paid none, formulas too."""
    run, source = sample_run(), tmp_path / "staffing.xlsx"
    steps = run.policy.certificate_allowance_yuan_month | {"助理社工师": paid}
    policy = run.policy.model_copy(update={"certificate_allowance_yuan_month": steps})
    unknown = pd.array([None, *[1] * (len(run.workforce) - 1)], dtype="Int64")
    staffed = staffed_run(settings=RICH, held=HELD | {"assistant_certified": unknown}, policy=policy)
    first = staffed.staffing["budget"].set_index("community_id").loc[run.workforce["community_id"].iloc[0]]
    assert pd.isna(first["allowances"]) == bool(paid) == ("证书补贴" in first["total_without"])
    write_workbook(staffed, source)
    assert differences(source, recalculated(source, tmp_path / "out"))[1] == []


def test_a_class_without_weight_leaves_pay_blank(tmp_path: Path) -> None:
    """No weight of the leaders: no class has pay, in our values and in the formulas."""
    run, source = sample_run(), tmp_path / "staffing.xlsx"
    policy = run.policy.model_copy(update={"class_weights": {"两委成员": 1.05, "工作人员": 0.95}})
    write_workbook(staffed_run(settings=RICH, policy=policy), source)
    assert differences(source, recalculated(source, tmp_path / "out"))[1] == []


def test_it_is_computed_anew(rich: Run, tmp_path: Path) -> None:
    """A false value beside a formula is put right: the comparison above does not compare our values with themselves."""
    source, false = tmp_path / "staffing.xlsx", tmp_path / "false.xlsx"
    write_workbook(rich, source)
    unpacked = tmp_path / "unpacked"
    shutil.unpack_archive(source, unpacked, "zip")
    sheet = unpacked / "xl" / "worksheets" / "sheet1.xml"
    text = sheet.read_text("utf-8")
    at = text.index("</f><v>") + len("</f><v>")
    sheet.write_text(text[:at] + "987654" + text[text.index("</v>", at) :], encoding="utf-8")
    false.write_bytes(Path(shutil.make_archive(str(tmp_path / "again"), "zip", unpacked)).read_bytes())
    _, found = differences(false, recalculated(false, tmp_path / "out"))
    assert [row[3] for row in found] == [987654]


CELLS = {"wage": 124_000.55, "rate": 0.28, "medical_each": 450.5, "share": 0.65, "certified_each": 333.3}
SETTINGS = {"reference_wage_yuan_year": 124_000.55, "employer_rate": 0.28, "medical_check_yuan_year": 450.5}
POLICY = {
    "base_pay_share": 0.65,
    "performance_pay_share": 0.35,
    "certificate_allowance_yuan_month": {"助理社工师": 200.0, "社工师": 333.3, "高级社工师": 400.0},
}


def test_changed_inputs_move_what_rests_on_them(rich: Run, tmp_path: Path) -> None:
    """Inputs changed in their yellow cells: every formula comes to what our own code computes for those inputs."""
    source, wanted = tmp_path / "staffing.xlsx", tmp_path / "wanted.xlsx"
    write_workbook(rich, source)
    policy = rich.policy.model_copy(update=POLICY)
    write_workbook(staffed_run(settings={"staffing": RICH["staffing"] | SETTINGS}, policy=policy), wanted)
    assert len(differences(wanted, load_workbook(source, data_only=True))[1]) > 20  # before the change
    book = load_workbook(source)
    for name, value in CELLS.items():
        input_cell(book, name).value = value
    book.save(source)
    n, found = differences(wanted, recalculated(source, tmp_path / "out"))
    assert n > 200
    assert found == []
