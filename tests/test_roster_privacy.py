"""Names, ages and pay of a roster stand in staffing.xlsx alone, and with --anonymous nowhere.

The small district is planned with a roster whose words occur nowhere else; then every file of the delivery and all
that is printed is searched for them, archives and databases opened.
"""

from __future__ import annotations

import base64
import gzip
import json
import re
import shutil
import zipfile
import zlib
from pathlib import Path

import pandas as pd
import pyogrio
import pytest
from openpyxl import load_workbook
from typer.testing import CliRunner

from gridder.cli import cli
from gridder.errors import InputError
from gridder.outputs.record import load_run
from gridder.read.roster_back import read_roster_back
from gridder.restaff import Restaffing, staff_again
from gridder.verify import verify_delivery
from tests.roster_cases import write_csv
from tests.small_district import EAST, WEST, write_small

HEADER = "社区编号,姓名,年龄,出生年月,学历,类别,进入方式,证书,年收入,2022考核,2023考核,是否党建岗,已转入社工岗,可放宽情形"
ROWS = (
    f"{EAST},欧阳踏雪,57,1968-07-13,博士后出站,正职,选举,社工师,7391846,优秀,合格,否,是,",
    f"{EAST},司徒寻梅,58,1967-06-11,本科,工作人员,公开招聘,无,7391847,不合格,不合格,是,,退伍于昆仑哨所",
    f"{EAST},Quetzalcóatl Ωmega,三十又八,,中专,工作人员,公开招聘,无,7391848,合格,合格,否,,",
    f"{WEST},尉迟听涛,59,1966-02-17,大专,工作人员,退休返聘,无,7391849,,,否,,",
    ",澹台问月,26,1999-11-23,本科,工作人员,公开招聘,无,7391850,合格,合格,否,,",
)
SECRETS = (
    "欧阳踏雪", "司徒寻梅", "Quetzalcóatl", "尉迟听涛", "澹台问月",
    "7391846", "7391847", "7391848", "7391849", "7391850", "1968-07-13", "1967-06-11", "1966-02-17", "1999-11-23",
    "三十又八", "博士后出站", "昆仑哨所",
)  # fmt: skip
STAFFING = "reference_wage_yuan_year=62000,employer_rate=0.3"


def call(*words: object) -> tuple[int, str]:
    """Return (exit code, all that was printed) of a command."""
    answer = CliRunner().invoke(cli, [str(word) for word in words])
    return answer.exit_code, answer.stdout + answer.stderr


@pytest.fixture(scope="module")
def source(tmp_path_factory) -> Path:
    """The small district with a roster beside it."""
    folder = tmp_path_factory.mktemp("input") / "东风区"
    folder.mkdir()
    write_small(folder / "base.gpkg")
    write_csv(folder / "花名册.csv", HEADER, *ROWS)
    layers = "".join(
        f"{name}: {{file: base.gpkg, layer: {name}}}\n" for name in ("communities", "barriers", "halls")
    )
    text = f"buildings: {{file: base.gpkg, layer: buildings}}\n{layers}workforce: {{file: 花名册.csv}}\n"
    (folder / "district.yaml").write_text(text, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def planned(source, tmp_path_factory) -> tuple[Path, str]:
    """A delivery with the roster, and what planning printed."""
    out = tmp_path_factory.mktemp("out") / "plan"
    code, told = call("plan", source, "--out", out, "--effort", "quick", "--staffing", STAFFING,
                      "--effective-date", "2026-01-01", "-v")  # fmt: skip
    assert code == 4, told
    return out, told


@pytest.fixture(scope="module")
def anonymous(source, tmp_path_factory) -> tuple[Path, str]:
    """The same without the persons."""
    out = tmp_path_factory.mktemp("out") / "plan"
    code, told = call("plan", source, "--out", out, "--effort", "quick", "--staffing", STAFFING,
                      "--effective-date", "2026-01-01", "-v", "--anonymous", "--json")  # fmt: skip
    assert code == 4, told
    return out, told


def texts_of(path: Path) -> str:
    """Return everything a file says: as it is, unzipped, and what is packed in base64 in a page."""
    data = path.read_bytes()
    said = [data.decode("utf-8", "replace"), data.decode("utf-16-le", "replace")]
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as book:
            said += [book.read(name).decode("utf-8", "replace") for name in book.namelist()]
    for packed in re.findall(rb"[A-Za-z0-9+/=]{200,}", data):
        said.append(unpack(packed))
    if path.suffix == ".gpkg":
        for name, _ in pyogrio.list_layers(path):
            said.append(pyogrio.read_dataframe(path, layer=name).to_csv())
    return "\n".join(said)


def unpack(packed: bytes) -> str:
    """Return what is packed in base64, deflated or not."""
    try:
        data = base64.b64decode(packed + b"=" * (-len(packed) % 4))
    except ValueError:
        return ""
    for open_up in (gzip.decompress, zlib.decompress, lambda inner: zlib.decompress(inner, -15)):
        try:
            return open_up(data).decode("utf-8", "replace")
        except (OSError, EOFError, zlib.error):
            continue
    return data.decode("utf-8", "replace")


def said_in(text: str) -> list[str]:
    """Return the secrets that a text tells, also where its letters are escaped as in JSON."""
    escaped = {secret: json.dumps(secret)[1:-1] for secret in SECRETS}
    return [secret for secret, other in escaped.items() if secret in text or other in text]


def leaks(folder: Path, *, but: tuple[str, ...] = ()) -> dict[str, list[str]]:
    """Return file → secrets told in it, of all files of a delivery but some."""
    files = [path for path in sorted(folder.rglob("*")) if path.is_file() and path.name not in but]
    assert len(files) > 5 - len(but)
    found = {str(path.relative_to(folder)): said_in(texts_of(path)) for path in files}
    return {name: told for name, told in found.items() if told}


def sheet_rows(folder: Path) -> list[list[object]]:
    """Return the rows of the sheet Roster below its header, without blank ones."""
    rows = list(load_workbook(folder / "staffing.xlsx")["Roster"].iter_rows(values_only=True))
    at = next(n for n, row in enumerate(rows) if "姓名" in row or "Name" in row)
    return [list(row) for row in rows[at + 1 :] if any(row)]


def test_only_the_workbook_tells(planned):
    out, told = planned
    assert leaks(out, but=("staffing.xlsx",)) == {} and said_in(told) == []
    assert set(said_in(texts_of(out / "staffing.xlsx"))) == set(SECRETS)  # the search finds what is there


def test_the_search_finds_a_secret_anywhere(planned, tmp_path):
    """Put into a table of the GeoPackage, a page, the record: each is found."""
    folder = tmp_path / "d"
    shutil.copytree(planned[0], folder)
    table = pd.DataFrame({"community_id": [EAST], "note": [SECRETS[0]]})
    pyogrio.write_dataframe(table, folder / "plan.gpkg", layer="more", driver="GPKG", append=True)
    page = next((folder / "maps").glob("*.html"))
    packed = base64.b64encode(
        gzip.compress(f"{SECRETS[1]}{page.name * 99}{list(range(999))}".encode())
    ).decode()
    page.write_text(f"<script>{packed}</script>", encoding="utf-8")
    (folder / "plan.json").write_text(json.dumps({"x": SECRETS[2]}), encoding="utf-8")
    assert set(leaks(folder, but=("staffing.xlsx",))) == {"plan.gpkg", f"maps/{page.name}", "plan.json"}


def test_anonymous_tells_nowhere_and_keeps_the_counts(planned, anonymous):
    out, told = anonymous
    assert leaks(out) == {} and said_in(told) == []
    assert "Roster" not in load_workbook(out / "staffing.xlsx").sheetnames
    with_names, without = load_run(planned[0]), load_run(out)
    pd.testing.assert_frame_equal(with_names.workforce, without.workforce)
    assert (with_names.options["anonymous"], with_names.options["roster"]) == (False, 5)
    assert (without.options["anonymous"], without.options["roster"]) == (True, 0)
    assert without.workforce["posts_now"].tolist() == [3, 0] and without.workforce["apart"].tolist() == [0, 1]


def test_both_pass_the_independent_look(planned, anonymous, source):
    for out, _ in (planned, anonymous):
        assert verify_delivery(out, source) == []


def test_what_check_prints_tells_nobody(source):
    code, told = call("check", source)
    assert code == 4 and said_in(told) == [] and "花名册" in told and "#5" in told


def test_staffing_again_keeps_the_roster(planned, tmp_path):
    """Without a table the roster comes from the sheet: the same persons, the same findings, the same checks."""
    out, again, english = planned[0], tmp_path / "again", tmp_path / "english"
    assert call("staff", out, "--out", again)[0] == 0
    assert sheet_rows(again) == sheet_rows(out)
    assert load_run(again).findings == load_run(out).findings
    written = (again / "staffing.xlsx").read_bytes()
    assert call("staff", again)[0] == 0 and (again / "staffing.xlsx").read_bytes() == written
    assert leaks(again, but=("staffing.xlsx",)) == {}
    assert call("staff", again, "--out", english, "--lang", "en")[0] == 0
    assert call("staff", english, "--lang", "zh")[0] == 0  # and back, from the English sheet
    assert sheet_rows(english) == sheet_rows(out) and verify_delivery(english, None) == []


def test_staffing_again_without_the_persons(planned, tmp_path):
    out = tmp_path / "out"
    code, told = call("staff", planned[0], "--out", out, "--anonymous")
    assert code == 0 and leaks(out) == {} and said_in(told) == []
    assert load_run(out).workforce.equals(load_run(planned[0]).workforce)
    run = staff_again(out, Restaffing())  # nothing to read back: counts
    assert run.options["anonymous"] is True and run.workforce["posts_now"].sum() == 3


def test_planning_again_keeps_the_roster(planned, source, tmp_path):
    out = tmp_path / "out"
    code, told = call("regenerate", source, "--from", planned[0], "--out", out, "--effort", "quick")
    assert code == 4 and said_in(told) == [] and leaks(out, but=("staffing.xlsx",)) == {}
    assert len(sheet_rows(out)) == 5
    code, told = call(
        "regenerate",
        source,
        "--from",
        planned[0],
        "--out",
        tmp_path / "b",
        "--effort",
        "quick",
        "--anonymous",
    )
    assert code == 4 and leaks(tmp_path / "b") == {}


def test_another_table_takes_the_place_of_the_roster(planned, tmp_path):
    counts = write_csv(tmp_path / "人数.csv", "社区编号,现有人数", f"{EAST},9", f"{WEST},8")
    run = staff_again(planned[0], Restaffing(workforce=counts))
    assert run.roster.empty and run.options["roster"] == 0 and run.staffing["roster"].empty
    assert not [finding for finding in run.findings if finding.code.startswith("roster.")]
    persons = write_csv(tmp_path / "新花名册.csv", HEADER, *ROWS[:2])
    out = tmp_path / "out"
    assert call("staff", planned[0], "--workforce", persons, "--out", out)[0] == 0
    assert len(sheet_rows(out)) == 2 and leaks(out, but=("staffing.xlsx",)) == {}


def edit(folder: Path, change) -> None:
    """Let somebody change the workbook of a delivery in Excel."""
    book = load_workbook(folder / "staffing.xlsx")
    change(book)
    book.save(folder / "staffing.xlsx")


def header_cell(sheet, title):
    """Return the cell of a header."""
    return next(cell for row in sheet.iter_rows() for cell in row if cell.value == title)


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        (lambda d: (d / "staffing.xlsx").unlink(), "roster.book_missing"),
        (lambda d: (d / "staffing.xlsx").write_bytes(b"PK no workbook"), "roster.book_unreadable"),
        (lambda d: edit(d, lambda book: book.remove(book["Roster"])), "roster.sheet_missing"),
        (lambda d: edit(d, lambda book: book["Roster"].delete_rows(1, 9)), "roster.sheet_edited"),
        (
            lambda d: edit(d, lambda book: setattr(header_cell(book["Roster"], "出生年月"), "value", "生日")),
            "roster.sheet_edited",
        ),
    ],
)
def test_a_workbook_without_its_roster_is_said(planned, tmp_path, spoil, code):
    folder = tmp_path / "d"
    shutil.copytree(planned[0], folder)
    spoil(folder)
    with pytest.raises(InputError) as caught:
        read_roster_back(folder)
    assert caught.value.code == code
    exit_code, told = call("staff", folder)
    assert exit_code == 3 and "--workforce" in told and "--anonymous" in told and "Traceback" not in told
    assert said_in(told) == [] and staff_again(folder, Restaffing(anonymous=True)).roster.empty


def test_what_somebody_mends_in_the_sheet_is_read(planned, tmp_path):
    """An age is put right, a person gets a community, one row is deleted and one written below."""
    folder = tmp_path / "d"
    shutil.copytree(planned[0], folder)

    def mend(book) -> None:
        sheet = book["Roster"]
        column = {cell.value: cell.column for cell in sheet[header_cell(sheet, "姓名").row]}
        row = {sheet.cell(r, column["姓名"]).value: r for r in range(1, sheet.max_row + 1)}
        sheet.cell(row["Quetzalcóatl Ωmega"], column["年龄"]).value = 38
        sheet.cell(row["澹台问月"], column["社区代码"]).value = WEST
        added = sheet.max_row + 1
        for title, value in (
            ("社区代码", WEST),
            ("姓名", "新来的"),
            ("类别", "工作人员"),
            ("进入方式", "公开招聘"),
        ):
            sheet.cell(added, column[title]).value = value
        sheet.delete_rows(row["尉迟听涛"])

    edit(folder, mend)
    run = staff_again(folder, Restaffing())
    assert run.workforce.set_index("community_id")["posts_now"].to_dict() == {EAST: 3, WEST: 2}
    codes = {finding.code for finding in run.findings}
    assert not codes & {"roster.no_community", "roster.unreadable_age"} and run.options["roster"] == 5
    assert set(run.roster["file"]) == {"花名册.csv", "staffing.xlsx"}
    edit(folder, lambda book: book["Roster"].delete_rows(book["Roster"].max_row))
    told = {finding.code: finding.facts for finding in staff_again(folder, Restaffing()).findings}
    assert told["roster.sheet_rows"] == {"before": 5, "n": 4}
