"""Titles above the header of a sheet or CSV: which row is the header, what is said of it, what is refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from inputs import street
from openpyxl import Workbook

from gridder.errors import InputError
from gridder.read import read_district
from gridder.read.header_rows import find_header, known_names, name_columns, number_repeats
from gridder.read.sheets import read_sheet
from gridder.restaff import read_workforce
from gridder.text import LANGS, say_error, say_finding
from gridder.verify.raw_tables import read_table

TITLE = "松苑区社区工作者花名册"
ROSTER = ("社区编号", "姓名", "年龄（周岁）", "学历", "类别", "进入方式", "证书")
PEOPLE = [
    ["A", "甲", 41, "本科", "正职", "选举", "社工师"],
    ["B", "乙", 38, "大专", "工作人员", "公开招聘", "无"],
]
COUNTS = ("社区名称", "社区编号", "现有人数")
KNOWN = known_names("workforce")


def sheet(path: Path, *rows: list[Any], merged: tuple[str, ...] = ()) -> Path:
    """Write a workbook with one sheet, some of its cells merged."""
    book = Workbook()
    page = book.active
    assert page is not None
    for row in rows:
        page.append(row)
    for area in merged:
        page.merge_cells(area)
    book.save(path)
    return path


def text(
    path: Path, *rows: list[Any], encoding: str = "utf-8", mark: str = ",", ragged: bool = False
) -> Path:
    """Write a CSV; ``ragged``: without commas behind the last text of a row, as typed by hand."""
    lines = [mark.join("" if cell is None else str(cell) for cell in row) for row in rows]
    lines = [line.rstrip(mark) for line in lines] if ragged else lines
    path.write_bytes(("\n".join(lines) + "\n").encode(encoding))
    return path


def wide(title: str) -> list[Any]:
    """Return a row of a title over seven merged cells."""
    return [title, *[None] * 6]


def header_note(findings: Any) -> Any:
    """Return the note of the header, None where there is none, said once in both languages."""
    note = next((f for f in findings if f.code == "read.header_row"), None)
    if note:
        assert all(str(note.facts["row"]) in say_finding(lang, note) for lang in LANGS)
    return note


@pytest.mark.parametrize("title", [0, 1, 2, 3])
@pytest.mark.parametrize("how", ["xlsx", "gbk", "utf-8-sig", "ragged", "semicolon", "tab"])
def test_titles_above_a_roster(tmp_path: Path, how: str, title: int) -> None:
    """The same persons, numbered from the header on, however many titles stand above it."""
    above = [wide(TITLE), wide("填表单位：松苑区民政局（盖章）"), wide("")][:title]
    rows = [*above, list(ROSTER), *PEOPLE]
    if how == "xlsx":
        path = sheet(tmp_path / "p.xlsx", *rows, merged=tuple(f"A{n}:G{n}" for n in range(1, title + 1)))
    else:
        marks = {"semicolon": ";", "tab": "\t"}
        encoding = how if how in ("gbk", "utf-8-sig") else "utf-8"
        path = text(
            tmp_path / "p.csv", *rows, encoding=encoding, mark=marks.get(how, ","), ragged=how == "ragged"
        )
    frame, findings = read_workforce(path)
    assert list(frame["person"]) == ["甲", "乙"] and list(frame["age"]) == ["41", "38"]
    assert list(frame["pay_class"]) == ["正职", "工作人员"] and list(frame["row"]) == [1, 2]
    note = header_note(findings)
    if not title:
        assert note is None
        return
    assert (note.level, note.layer) == ("note", "workforce")
    assert (note.facts["row"], note.facts["above"]) == (title + 1, title)
    assert "姓名" in note.facts["names"] and TITLE not in say_finding("zh", note)


def test_a_title_above_a_table_of_counts_and_names_that_are_stated(tmp_path: Path) -> None:
    """Columns that only the user knows make a header, too."""
    path = text(tmp_path / "c.csv", [TITLE, "", ""], [*COUNTS], ["东社区", "A", 7])
    frame, findings = read_workforce(path)
    assert list(frame["posts_now"]) == [7] and header_note(findings).facts["row"] == 2
    path = text(tmp_path / "d.csv", ["二〇二四年", "", ""], ["甲栏", "乙栏", ""], ["A", 7, ""])
    frame, findings = read_workforce(path, ("workforce.community_id=甲栏,workforce.posts_now=乙栏",))
    assert list(frame["community_id"]) == ["A"] and list(frame["posts_now"]) == [7]


def test_cells_are_those_of_a_sheet_without_title(tmp_path: Path) -> None:
    """Numbers, texts, dates, yes and no, blanks: a title changes none of them, and no name of a column."""
    rows = [
        ["a", "a", None, 2023, "社区"],
        ["007", 7, 7.5, True, None],
        [None, pd.Timestamp("2024-05-03"), "", 0, "x"],
    ]
    plain, _ = read_sheet(sheet(tmp_path / "a.xlsx", *rows), None, KNOWN)
    titled, header = read_sheet(sheet(tmp_path / "b.xlsx", wide(TITLE)[:5], *rows), None, KNOWN)
    as_pandas = pd.read_excel(tmp_path / "a.xlsx", dtype=object, keep_default_na=False)
    assert header is not None and header.row == 2
    assert list(plain.columns) == list(titled.columns) == [str(name) for name in as_pandas.columns]
    for mine, theirs in zip(plain.to_numpy().ravel(), as_pandas.to_numpy().ravel()):
        assert (mine is None and theirs in ("", None)) or (type(mine) is type(theirs) and mine == theirs)
    pd.testing.assert_frame_equal(plain, titled)


def test_a_title_without_header_is_refused_and_the_row_named(tmp_path: Path) -> None:
    """Rows of numbers below a title: nothing says what they are."""
    path = text(tmp_path / "t.csv", [TITLE, "", ""], ["A", 7, 1], ["B", 8, 2])
    with pytest.raises(InputError) as caught:
        read_workforce(path)
    assert caught.value.code == "read.header_lost"
    for lang in LANGS:
        line = say_error(lang, caught.value)
        assert "t.csv" in line and TITLE in line and "--columns workforce." in line


def test_a_header_in_two_rows_is_refused_and_both_named(tmp_path: Path) -> None:
    """基本情况 over 年龄 and 学历, 社区编号 and 姓名 over both rows."""
    path = sheet(
        tmp_path / "two.xlsx",
        [TITLE, *[None] * 4],
        ["社区编号", "姓名", "基本情况", None, "证书"],
        [None, None, "年龄", "学历", None],
        ["A", "甲", 41, "本科", "社工师"],
        merged=("A1:E1", "A2:A3", "B2:B3", "C2:D2", "E2:E3"),
    )
    with pytest.raises(InputError) as caught:
        read_workforce(path)
    assert caught.value.code == "read.header_split"
    assert (caught.value.facts["row"], caught.value.facts["next"]) == (2, 3)
    for lang in LANGS:
        line = say_error(lang, caught.value)
        assert all(word in line for word in ("two.xlsx", "姓名", "年龄"))


@pytest.mark.parametrize(
    ("rows", "row"),
    [
        ([["社区", "姓名"], ["松苑", "甲"]], 1),
        # words of a row of data are names of columns elsewhere
        ([["单位", "姓名", "等级", "持证"], ["松苑", "甲", "正职", "社工师"]], 1),
        ([["单位", "名字", "等级", "持证"], ["松苑", "甲", "正职", "社工师"]], 1),
        # a line of a form above the header
        ([["社区：", "松苑"], ["社区编号", "姓名", "年龄"], ["A", "甲", "41"]], 2),
        (
            [["单位", "松苑", "日期", "2024", "填表", "丙"], ["社区编号", "姓名", "年龄"], ["A", "甲", "41"]],
            2,
        ),
        # the title in every cell that it spanned; the header again on the next page
        ([[TITLE] * 3, ["社区编号", "姓名", "年龄"], ["A", "甲", "41"], ["社区编号", "姓名", "年龄"]], 2),
        # nothing is known: the first row that can be a header
        ([[TITLE], ["甲栏", "乙栏", "丙栏"], ["1", "2", "3"]], 2),
        ([["", "甲栏"], ["1", "2"]], 1),
        ([[""], ["社区编号", "姓名"]], 2),
        ([["社区编号"]], 1),
    ],
)
def test_which_row_is_the_header(rows: list[list[str]], row: int) -> None:
    """Cases as they come; none is in doubt."""
    header = find_header(rows, KNOWN)
    assert (header.row, header.doubt, list(header.cells)) == (row, "", rows[row - 1])


def test_buildings_with_a_title_and_the_independent_reader(tmp_path: Path) -> None:
    """Any layer's table may have a title, and what verify reads by itself are the same rows."""
    homes = street()
    centres = homes.geometry.centroid.to_crs(4326) if homes.crs.is_projected else homes.geometry.centroid
    counts = range(10, 10 + len(homes))
    rows = [
        [name, count, f"{point.x:.7f}", f"{point.y:.7f}"]
        for name, count, point in zip(homes["building_id"], counts, centres)
    ]
    path = text(tmp_path / "b.csv", ["楼栋户数表"], ["楼栋编号", "户数", "经度", "纬度"], *rows)
    district = read_district(path)
    assert list(district.buildings["households"]) == list(counts)
    (entry,) = district.inputs
    assert entry["header_row"] == 2 and header_note(district.findings).layer == "buildings"
    again = read_table(path, None, entry["encoding"], set(), entry["header_row"] - 1)
    assert list(again["户数"].astype(int)) == list(counts)
    plain = text(tmp_path / "plain.csv", ["楼栋编号", "户数", "经度", "纬度"], *rows)
    assert "header_row" not in read_district(plain).inputs[0]


@given(st.lists(st.sampled_from(["", "a", "a.1", "a.2", "b"]), max_size=8))
def test_names_of_columns_are_each_their_own(names: list[str]) -> None:
    """Whatever is repeated; a name that stands alone stays as it is."""
    for found in (number_repeats(names), name_columns(names)):
        assert len(set(found)) == len(found) == len(names)
    firsts = {name: names.index(name) for name in names}
    assert all(number_repeats(names)[at] == name for name, at in firsts.items() if "." not in name)


@pytest.mark.parametrize(
    "names", [("longitude", "latitude"), ("long", "lat"), ("经度", "纬度"), ("几何", "名称")]
)
def test_columns_that_place_a_row_make_a_header(names: tuple[str, str]) -> None:
    """Every name by which a row is placed on the map is one by which a header is known."""
    rows: list[list[Any]] = [["甲区", "乙区", "丙区"], [*names, "说明甲"], [1, 2, 3]]
    assert find_header(rows, known_names("barriers")).row == 2
