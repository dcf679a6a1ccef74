"""A roster with retirees, part-time people and public-welfare posts, in a town community and a village: from the files to
the sheets, every figure by hand; then one wrong cell after another that the independent look must name."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyogrio
import pytest

sys.path.insert(0, str(Path(__file__).parent))  # the drawings stand beside the tests

from conftest import write_empty_pages
from openpyxl import load_workbook
from small_district import EAST, WEST, buildings, communities, write_small
from staffed_delivery import cell_of, edit_book
from test_cli import run

import gridder.deliver
from gridder.verify import say_violation, verify_delivery
from gridder.verify.base import read_delivery
from gridder.verify.book import find_table, read_sheets
from gridder.verify.figures import numbers

VILLAGE = "220199001201"
HEADER = (
    "社区编号,姓名,出生年月,入职时间,学历,类别,职务,进入方式,证书,年收入,月收入,"
    "2024考核,2025考核,是否党建岗,是否现任两委,已转入社工岗,可放宽情形"
)
ROWS = f"""
{EAST},甲一,1975-03-02,2012-08-01,大专,正职,书记,选举,社工师,68000,,优秀,合格,否,是,是,
{EAST},甲二,1982-11-09,2016-05-01,本科,两委成员,,选举,助理社工师,,5000,合格,合格,否,是,否,
{EAST},甲三,1990-07-15,2021-07-01,本科,工作人员,,公开招聘,无,55000,,合格,合格,是,否,是,
{EAST},甲四,1979-01-20,2022-03-01,高中,工作人员,,公开招聘,无,54000,,合格,合格,否,否,是,
{EAST},甲五,1958-02-11,2020-01-01,大专,工作人员,,退休返聘,无,20000,,,,否,否,否,
{EAST},甲六,1988-06-30,2023-01-01,大专,工作人员,,非全日制,社工师,18000,,,,否,否,否,
{EAST},甲七,1977-09-09,2019-01-01,高中,工作人员,,公益性岗位,无,24000,,,,否,否,否,
{EAST},甲八,1991-12-01,2022-01-01,本科,工作人员,,其他部门,无,50000,,,,否,否,否,
{VILLAGE},乙一,1980-04-04,2015-01-01,大专,正职,书记,选举,无,60000,,合格,合格,否,是,是,
{VILLAGE},乙二,1992-05-05,2020-09-01,大专,工作人员,,公开招聘,社工师,52000,,合格,合格,否,否,是,
{VILLAGE},乙三,1956-01-01,2021-01-01,高中,工作人员,,返聘,无,15000,,,,否,否,否,
""".strip()
WAGE, RATE = 62_000, 0.3


@pytest.fixture(scope="module")
def delivery(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The small district, its western community a village, an underpass under the railway; planned without pages."""
    folder = tmp_path_factory.mktemp("people")
    named = {name: table.replace({"community_id": {WEST: VILLAGE}}) for name, table in
             (("buildings", buildings()), ("communities", communities()))}  # fmt: skip
    write_small(folder / "base.gpkg", underpass=True, **named)
    (folder / "people.csv").write_text(f"{HEADER}\n{ROWS}\n", "utf-8")
    layers = "".join(
        f"{n}: {{file: base.gpkg, layer: {n}}}\n" for n in ("buildings", "communities", "barriers", "halls")
    )
    staffing = (
        f"staffing: {{reference_wage_yuan_year: {WAGE}, employer_rate: {RATE}, workforce: people.csv}}\n"
    )
    (folder / "district.yaml").write_text(layers + staffing, "utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(gridder.deliver, "write_maps", write_empty_pages)
        code, _, trouble = run(
            "plan", folder / "district.yaml", "--out", folder / "out", "--effort", "quick", "-q"
        )
    assert code == 0, trouble
    yield folder / "out"


def column(out: Path, sheet: str, name: str) -> Any:
    """Return a column of a sheet by community."""
    found, _ = read_delivery(out)
    assert found is not None
    table = find_table(read_sheets(found)[sheet], "community_id")
    assert table is not None
    return table.rows[name]


def test_retirees_and_part_time_people_stand_apart(delivery: Path) -> None:
    """B三(四), B二(一): four and two are present; four and one are shown, not counted; the gap is posts less those present."""
    for name, true in {"present": [4, 2], "apart": [4, 1], "public_welfare": [1, 0]}.items():
        assert numbers(column(delivery, "Communities", name))[[EAST, VILLAGE]].tolist() == true
    gap = numbers(column(delivery, "Hiring", "hiring_gap"))
    assert gap[[EAST, VILLAGE]].tolist() == [posts(23 * 40, 2) - 4, posts(14 * 60, 2) - 2]


def posts(households: int, grids: int) -> int:
    """Return the posts of a community of at most 3,000 households: 10 to 15 by households, at least hall, grids and party."""
    return min(15, max(int(10 + 5 * households / 3000 + 0.5), grids + 2 + 2))


def test_money_does_not_see_who_stands_apart(delivery: Path) -> None:
    """Pool, employer's share, allowances of the two counted holders in the town and the one in the village."""
    given = [posts(23 * 40, 2), posts(14 * 60, 2)]
    pool = numbers(column(delivery, "Budget", "pool"))[[EAST, VILLAGE]]
    assert pool.tolist() == [n * WAGE for n in given]
    assert numbers(column(delivery, "Budget", "employer"))[[EAST, VILLAGE]].tolist() == [
        n * WAGE * RATE for n in given
    ]
    allowances = numbers(column(delivery, "Budget", "allowances"))[[EAST, VILLAGE]]
    assert allowances.tolist() == [12 * (200 + 300), 12 * 300]
    assert numbers(column(delivery, "Certificates", "certified"))[[EAST, VILLAGE]].tolist() == [1, 1]


def test_a_village_is_staffed_and_marked_as_outside_b(delivery: Path) -> None:
    """B二(一) speaks of towns: the village has the same figures, and says so in sheet, layer and words."""
    scope = column(delivery, "Communities", "scope")
    assert scope[EAST] != scope[VILLAGE]
    layer = pyogrio.read_dataframe(delivery / "plan.gpkg", layer="communities").set_index("community_id")
    assert layer["rural"].astype(bool).to_dict() == {EAST: False, VILLAGE: True}
    record = read_delivery(delivery)[0].record
    assert [f["ids"] for f in record["findings"] if f["code"] == "scope.rural"] == [[VILLAGE]]
    assert numbers(column(delivery, "Communities", "posts"))[VILLAGE] == posts(14 * 60, 2)


def test_the_delivery_is_accepted(delivery: Path) -> None:
    assert verify_delivery(delivery, delivery.parent / "district.yaml") == []


WRONG = {  # column, name of the person, what somebody writes over it
    "place": ("甲五", "计入"),
    "check_age": ("甲四", "符合"),
    "check_education": ("甲四", "符合"),
    "check_transfer": ("甲二", "符合"),
    "check_certificate": ("甲二", "计入社工师"),
    "pay_yuan_year": ("甲二", 5000),
    "pay_standard": ("甲三", 1),
    "pay_above": ("甲一", 0.5),
}


@pytest.mark.parametrize("name", WRONG)
def test_one_wrong_cell_of_the_roster_is_named(delivery: Path, tmp_path: Path, name: str) -> None:
    """Sheet, column, row, what stands there and what should; never the name of a person."""
    out = tmp_path / "out"
    shutil.copytree(delivery, out)
    person, value = WRONG[name]

    def change(book: Any) -> None:
        title = cell_of(book, "Roster", name, EAST)
        page = book["Roster"]
        row = next(line[0].row for line in page.iter_rows() if any(cell.value == person for cell in line))
        page.cell(row, title.column).value = value

    edit_book(out, change)
    found = [v for v in verify_delivery(out) if v.facts.get("where") == "Roster" and v.facts["what"] == name]
    assert len(found) == 1 and found[0].ids == (f"people.csv#{1 + [*WHO].index(person)}",), found
    told = say_violation("zh", found[0])
    assert str(value) in told and name in told and person not in told


WHO = [line.split(",")[1] for line in ROWS.splitlines()]


def test_a_person_left_out_is_missed(delivery: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    shutil.copytree(delivery, out)
    book = load_workbook(out / "staffing.xlsx", data_only=True)
    page = book["Roster"]
    page.delete_rows(
        next(line[0].row for line in page.iter_rows() if any(cell.value == "甲三" for cell in line))
    )
    book.save(out / "staffing.xlsx")
    told = {v.facts["what"] for v in verify_delivery(out) if v.facts.get("where") == "Roster"}
    assert {"row", "place (posts_now)"} <= told
