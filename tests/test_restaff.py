"""Staffing a delivery again with nothing changed: the same bytes, from the first time on."""

from __future__ import annotations

from pathlib import Path

import pytest
from openpyxl import load_workbook
from roster_cases import write_csv
from small_district import EAST, WEST, buildings, write_small
from test_cli import run

TABLES = ("assignments.csv", "plan.json", "staffing.xlsx")
HEADER = "社区编号,姓名,年龄,学历,类别,进入方式,证书,年收入"
ROSTER = (f"{EAST},甲,41,本科,正职,选举,社工师,70000", f"{WEST},乙,38,大专,工作人员,公开招聘,无,60000")
COUNTS = (
    "社区编号,正职,两委成员,工作人员,公益性岗位,助理社工师,社工师,高级社工师",
    f"{EAST},1,2,4,3,1,1,0",
    f"{WEST},1,,2,,,,",
)
WEIGHTS = "class_weights: {value: {正职: 1.2, 两委成员: 1.05, 工作人员: 0.95}"
OTHER_POLICY = {WEIGHTS: "class_weights: {value: {工作人员: 1.0, 正职: 1.2, 两委成员: 1.0}"}
CASES: dict[str, tuple[tuple[str, ...], dict[str, str]]] = {
    "persons": ((HEADER, *ROSTER), {}),
    "counts, and a policy in another order": (COUNTS, OTHER_POLICY),
}


@pytest.mark.parametrize("name", CASES)
def test_staffing_again_changes_no_byte(without_pages: None, tmp_path: Path, name: str) -> None:
    """Also where a policy writes its tables in an order that the record does not keep."""
    people, changes = CASES[name]
    text = (Path(__file__).parents[1] / "gridder" / "policies" / "jilin-2020.yaml").read_text("utf-8")
    for old, new in changes.items():
        assert old in text
        text = text.replace(old, new)
    policy = tmp_path / "policy.yaml"
    policy.write_text(text, encoding="utf-8")
    folder = tmp_path / "in"
    folder.mkdir()
    homes = buildings()
    homes["units"] = ["2" if n % 3 else None for n in range(len(homes))]
    write_small(folder / "base.gpkg", buildings=homes)
    write_csv(folder / "people.csv", *people)
    layers = "".join(
        f"{layer}: {{file: base.gpkg, layer: {layer}}}\n" for layer in ("communities", "barriers", "halls")
    )
    (folder / "district.yaml").write_text(
        f"buildings: {{file: base.gpkg, layer: buildings}}\n{layers}workforce: {{file: people.csv}}\n",
        encoding="utf-8",
    )
    out, again = tmp_path / "out", tmp_path / "again"
    money = "county_cap=21,reference_wage_yuan_year=62000,employer_rate=0.3"
    words = ["--effort", "quick", "--policy", policy, "--staffing", money, "--effective-date", "2026-01-01"]
    assert run("plan", folder, "--out", out, *words)[0] == 4
    assert run("staff", out, "--out", again)[0] == 0
    assert {file for file in TABLES if (out / file).read_bytes() != (again / file).read_bytes()} == set()
    if people[0] == HEADER:
        summary = load_workbook(again / "staffing.xlsx")["Summary"]
        said = [str(cell.value) for row in summary.iter_rows() for cell in row if cell.value]
        assert (
            sum("people.csv：共 2 人" in text for text in said) == 1
        )  # a roster's findings are among the notes, once
    assert run("staff", again, "--staffing", "county_cap=20")[0] == 0  # what is changed shows
    assert {file for file in TABLES if (out / file).read_bytes() != (again / file).read_bytes()} == set(
        TABLES[1:]
    )
