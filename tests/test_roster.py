"""Rosters: each check at its edges, who counts and who does not, and sums that always come out."""

from __future__ import annotations

from datetime import date
from itertools import product
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridder.errors import InputError
from gridder.policy import load_policy
from gridder.read import load_source, read_district
from gridder.read.person_cells import parse_appraisals, parse_certificate, parse_date, parse_pay
from gridder.read.roster_columns import is_roster
from gridder.read.settings import Layout, ReadOptions, Source, parse_columns
from gridder.restaff import read_workforce
from gridder.staffing.budget import Inputs, pay_classes
from gridder.staffing.present import present_staff
from gridder.staffing.roster import CHECKS, check_roster
from gridder.staffing.roster_counts import People, reckoning_of, settle_people
from gridder.staffing.roster_pay import kept_pay
from gridder.staffing.roster_sheet import SHEET, Asked, roster_sheet, roster_table
from gridder.tables import LAYERS
from gridder.text import say_error, say_finding
from tests.roster_cases import NAMES, POLICY, person, placed, roster, write_csv
from tests.small_district import EAST, write_small

DAY = date(2026, 3, 1)
COMMUNITIES = pd.DataFrame({"name": NAMES})


def answer(
    check: str, *, reckoning: date | None = None, classes: pd.DataFrame | None = None, **said: str | None
):
    """Return (result or None, key of the reason) of one check of one person."""
    row = check_roster(placed(person(**said)), POLICY, reckoning=reckoning, classes=classes).iloc[0]
    return (None if pd.isna(row[check]) else row[check]), row[f"{check}_why"]


def settle(*rows, policy=POLICY, reckoning=None) -> People:
    return settle_people(roster(*rows), COMMUNITIES, policy, reckoning=reckoning)


def codes(people: People) -> dict[str, tuple[str, ...]]:
    """Return code → rows of the findings."""
    return {finding.code.removeprefix("roster."): finding.ids for finding in people.findings}


# ── age: 40 itself passes, only for open recruitment, relaxed for the named groups ──


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({"age": "40"}, ("pass", "")),
        ({"age": "40周岁"}, ("pass", "")),
        ({"age": "41"}, ("fail", "too_old")),
        ({"age": "41", "relaxed": "退伍军人"}, ("relaxed", "relaxed")),
        ({"age": "41", "relaxed": "现有社区工作者"}, ("relaxed", "relaxed")),
        ({"age": "41", "certificate": "社工师"}, ("relaxed", "relaxed")),
        ({"age": "41", "certificate": "助理社工师"}, ("fail", "too_old")),
        ({"age": "41", "relaxed": "助理社工师"}, ("fail", "too_old")),
        ({"age": "41", "relaxed": "党员"}, ("fail", "too_old")),
        ({"age": "59", "entry": "选举"}, ("not_applicable", "not_recruited")),
        ({"age": "59", "entry": "转任（原公开招聘）"}, ("not_applicable", "not_recruited")),
        ({"age": "65", "entry": "退休返聘"}, ("not_applicable", "apart")),
        ({"age": "30", "entry": None}, (None, "no_entry")),
        ({"age": "30", "entry": "朋友介绍"}, (None, "entry_unknown")),
        ({"age": "30", "entry": "非公开招聘"}, (None, "entry_unknown")),
        ({"age": None}, (None, "no_age")),
        ({"age": "不详"}, (None, "no_age")),
        ({"age": "三十八"}, (None, "age_unreadable")),
        ({"age": "150"}, (None, "age_unreadable")),
        ({"age": None, "birth": "1985-03-01"}, (None, "no_reckoning")),
    ],
)
def test_age(said, expected):
    assert answer("age", **said) == expected


@pytest.mark.parametrize(
    ("birth", "expected"),
    [
        ("1985-03-02", ("pass", "")),  # 40 until the day before the 41st birthday
        ("1985-03-01", ("fail", "too_old")),  # 41 on the day
        ("1985.03", (None, "age_inexact")),  # born on the 1st or later
        ("1985.04", ("pass", "")),
        ("1985.02", ("fail", "too_old")),
        ("1985", (None, "age_inexact")),
        ("1984", ("fail", "too_old")),
        ("1985.1", (None, "age_inexact")),  # January, or October of a table that lost its nought
        ("1984.1", ("fail", "too_old")),
    ],
)
def test_age_is_reckoned_on_the_day_named(birth, expected):
    assert answer("age", age=None, birth=birth, reckoning=DAY) == expected


def test_the_age_at_recruitment_counts_where_it_is_known():
    assert answer("age", age="47", birth="1979-05-01", hired="2015-07", reckoning=DAY) == ("pass", "")
    assert answer("age", age="47", birth="1979-05-01", hired="2021-07-01") == ("fail", "too_old")
    assert answer("age", age="47", birth="1979-05-01", hired=None) == ("fail", "too_old")


# ── education: never relaxed ──


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({"education": "大专"}, ("pass", "")),
        ({"education": "大学本科"}, ("pass", "")),
        ({"education": "函授大专"}, ("pass", "")),
        ({"education": "Bachelor"}, ("pass", "")),
        ({"education": "中专"}, ("fail", "low_education")),
        ({"education": "高中"}, ("fail", "low_education")),
        ({"education": "高中", "relaxed": "退伍军人"}, ("fail", "low_education")),
        ({"education": "高中", "entry": "选举"}, ("not_applicable", "not_recruited")),
        ({"education": "本科在读"}, (None, "education_unclear")),
        ({"education": "大专以下"}, (None, "education_unclear")),
        ({"education": "其他"}, (None, "education_unclear")),
        ({"education": None}, (None, "no_education")),
    ],
)
def test_education(said, expected):
    assert answer("education", **said) == expected


# ── appraisal: two years running or three in all ──


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("合格,不合格,合格", ("pass", "")),
        ("合格,不合格,不合格", ("fail", "appraisal_failed")),
        ("不合格,合格,不合格,合格,不合格", ("fail", "appraisal_failed")),
        ("2021 不合格；2023 不合格", (None, "appraisal_unknown")),  # 2022 would decide it
        ("2021 不合格；2022 —；2023 合格", (None, "appraisal_unknown")),
        ("2021 合格；2022 —；2023 合格", ("pass", "")),  # one year cannot make two running
        ("2021 不合格；2022 不定等次；2023 不合格", ("pass", "")),
        ("2019 不合格；2020 不合格；2021 —", ("fail", "appraisal_failed")),
        ("基本合格", ("pass", "")),
        (None, (None, "no_appraisal")),
        ("不详", (None, "no_appraisal")),
    ],
)
def test_appraisal(text, expected):
    assert answer("appraisal", appraisals=text) == expected


@pytest.mark.parametrize("years", list(product(("合格", "不合格", "—"), repeat=4)))
def test_an_open_year_decides_only_where_it_could(years):
    """Every way to fill the unknown years is tried: all fail, none fails, or it is open."""
    ways = product(*[("合格", "不合格") if year == "—" else (year,) for year in years])
    verdicts = {fails([grade == "不合格" for grade in way]) for way in ways}
    expected = None if len(verdicts) > 1 else "fail" if verdicts == {True} else "pass"
    text = "；".join(f"{2020 + at} {grade}" for at, grade in enumerate(years))
    assert answer("appraisal", appraisals=text)[0] == expected


def fails(years: list[bool]) -> bool:
    """Return whether two years running or three in all failed, by looking at every pair of neighbours."""
    return any(a and b for a, b in zip(years, years[1:])) or sum(years) >= 3


# ── transfer, certificate ──


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({"committee_member": "是", "transferred": "是"}, ("pass", "")),
        ({"committee_member": "是", "transferred": "否"}, ("fail", "not_transferred")),
        ({"committee_member": "是"}, (None, "no_transfer")),
        ({"committee_member": "否", "pay_class": "正职"}, ("not_applicable", "no_member")),
        ({"pay_class": "两委成员", "transferred": "否"}, ("fail", "not_transferred")),
        ({"pay_class": "工作人员"}, ("not_applicable", "no_member")),
        ({"pay_class": None}, (None, "no_committee")),
        ({"entry": "退休返聘", "pay_class": "正职"}, ("not_applicable", "apart")),
    ],
)
def test_transfer(said, expected):
    assert answer("transfer", **said) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("社会工作师", "counts"),
        ("高级社工师", "counts"),
        ("助理社工师", "shown"),
        ("助理社工师、社工师", "counts"),
        ("无", "none"),
        (None, None),
        ("驾驶证", None),
    ],
)
def test_certificate(text, expected):
    assert answer("certificate", certificate=text)[0] == expected


def test_every_check_cites_its_clause_and_force():
    row = check_roster(placed(person()), POLICY).iloc[0]
    cited = {check: (row[f"{check}_clause"], row[f"{check}_force"]) for check in CHECKS}
    assert cited == {
        "age": ("B二(三)", "soft"),
        "education": ("B二(三)", "soft"),
        "appraisal": ("B二(十)", "hard"),
        "transfer": ("B三(一)", "hard"),
        "certificate": ("B二(七)", "soft"),
        "pay": ("B二(四)", "hard"),
    }


# ── pay ──

CLASSES = pd.DataFrame(
    {"pay_class": ["正职", "两委成员", "工作人员"], "pay_yuan_year": [70_000.0, 60_000.0, None]}
)


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({"pay_class": "正职", "pay_year": "70000"}, ("pass", "")),
        ({"pay_class": "正职", "pay_year": "70000.01"}, ("kept", "pay_kept")),
        ({"pay_class": "正职", "pay_month": "6000"}, ("kept", "pay_kept")),
        ({"pay_class": "正职", "pay_year": "6.2万元"}, ("pass", "")),
        ({"pay_class": "正职", "pay_year": "6.2"}, (None, "pay_unreadable")),
        ({"pay_class": "正职"}, (None, "no_pay")),
        ({"pay_class": None, "pay_year": "70000"}, (None, "no_class")),
        ({"pay_class": "工作人员", "pay_year": "70000"}, (None, "no_standard")),
        ({"entry": "非全日制", "pay_year": "90000"}, ("not_applicable", "apart")),
    ],
)
def test_pay(said, expected):
    assert answer("pay", classes=CLASSES, **said) == expected


def test_kept_pay_is_a_sum_by_person():
    """A: 5,000 above, and 9,000 below, which takes nothing away. B: one pay is unknown. C has nobody counted."""
    rows = [
        person(pay_class="正职", pay_year="75000"),
        person(pay_class="两委成员", pay_year="51000"),
        person(pay_class="正职", pay_year="99000", entry="退休返聘"),
        person(community_id="B", pay_class="正职", pay_year="75000"),
        person(community_id="B", pay_class="正职"),
        person(community_id="C", pay_class="正职", pay_year="99000", entry="非全日制"),
    ]
    kept = kept_pay(placed(*rows), CLASSES, POLICY)
    assert kept["A"] == 5000 and pd.isna(kept["B"]) and list(kept.index) == ["A", "B"]
    none = kept_pay(placed(*rows), CLASSES, POLICY.model_copy(update={"pay_kept": False}))
    assert none.isna().all()
    assert kept_pay(pd.DataFrame(), CLASSES, POLICY).empty


# ── who counts ──


def test_counts_by_community():
    people = settle(
        person(pay_class="正职", position="书记兼主任", party_post="是", certificate="社工师"),
        person(pay_class="两委成员", position="副书记", party_post="是"),
        person(party_post="是", certificate="助理社工师"),
        person(entry="公益岗"),
        person(pay_class="公益性岗位人员", entry=None),
        person(entry="退休返聘", party_post="是", certificate="社工师"),
        person(community_id=None, community="西社区", certificate="高级社会工作师"),
    )
    counts = people.counts.set_index("community_id")
    assert list(people.counts.columns) == [column.name for column in LAYERS["workforce"]]
    assert counts.loc["A"].to_dict() == {
        "posts_now": 3, "leaders": 1, "committee": 1, "staff": 1, "party_posts": 1, "public_welfare": 2, "apart": 3,
        "assistant_certified": 1, "certified": 1, "senior_certified": 0,
    }  # fmt: skip
    assert counts.loc["B", "posts_now"] == 1 and counts.loc["B", "senior_certified"] == 1
    assert people.roster["community_id"].tolist() == ["A"] * 6 + ["B"]


def test_a_blank_leaves_its_figures_open_and_the_total_stands():
    people = settle(person(), person(pay_class=None, certificate=None, party_post="也许"))
    counts = people.counts.iloc[0]
    assert counts["posts_now"] == 2
    assert counts[["leaders", "committee", "staff", "certified", "party_posts"]].isna().all()
    found = codes(people)
    assert found["blank_pay_class"] == found["blank_certificate"] == found["unreadable_party_post"] == ("#2",)
    present = present_staff(pd.Index(["A"]), people.counts, None)
    assert present.loc["A", "present"] == 2


def test_persons_not_placed_are_told_by_row():
    people = settle(
        person(person="王秀英", birth="1980-01-02"),
        person(community_id="Z"),
        person(community_id=None, community="同名社区"),
        person(community_id="B", person="王 秀英", birth="1980.01.02"),
        person(person="李强", age="33"),
        person(person="李强", age="33"),
        person(community_id="B", person="李强", age="33"),
        person(community_id="B", person="李强", age="34"),
    )
    assert codes(people)["no_community"] == ("#2", "#3")
    assert codes(people)["repeated"] == ("#4", "#6")
    assert codes(people)["same_name"] == ("#7", "#8")
    assert people.roster["place"].value_counts().to_dict() == {"counted": 4, "unplaced": 4}
    assert people.counts["posts_now"].tolist() == [2, 2]


def test_findings_count_the_failures():
    found = codes(
        settle(
            person(age="41"),
            person(education="高中"),
            person(appraisals="不合格,不合格"),
            person(pay_class="正职", transferred="否"),
            person(age="45", relaxed="复员军人"),
            person(age="8", appraisals="不合格,及格"),
        )
    )
    assert (found["fail_age"], found["fail_education"]) == (("#1",), ("#2",))
    assert (found["fail_appraisal"], found["fail_transfer"]) == (("#3",), ("#4",))
    assert (found["relaxed_age"], found["open_age"], found["unreadable_age"]) == (("#5",), ("#6",), ("#6",))
    assert found["unreadable_appraisals"] == found["open_appraisal"] == ("#6",)


def test_another_policy_counts_others_apart():
    policy = POLICY.model_copy(update={"counted_apart": ["选举"], "age_max": 29})
    people = settle(person(entry="退休返聘"), person(entry="选举"), person(), policy=policy)
    assert people.roster["place"].tolist() == ["counted", "apart", "counted"]
    assert codes(people)["fail_age"] == ("#3",)


SAID = st.fixed_dictionaries(
    {
        "community_id": st.sampled_from(["A", "B", "C", "东社区", "Z", None]),
        "community": st.sampled_from(["西社区", "同名社区", None]),
        "person": st.sampled_from(["张三", "李 四", "李四", None]),
        "age": st.sampled_from(["30", "41", "三十", None]),
        "birth": st.sampled_from(["1985-03-02", "1985.03", "1985", "去年", None]),
        "pay_class": st.sampled_from(["正职", "两委成员", "工作人员", "公益岗", "顾问", None]),
        "entry": st.sampled_from(["公开招聘", "选举", "退休返聘", "公益性岗位", "托人", None]),
        "certificate": st.sampled_from(["无", "社工师", "助理社工师", "驾照", None]),
        "party_post": st.sampled_from(["是", "否", "?", None]),
        "pay_year": st.sampled_from(["50000", "90000", "6", None]),
    }
)


@settings(max_examples=60, deadline=None)
@given(rows=st.lists(SAID, min_size=1, max_size=12))
def test_everybody_is_counted_apart_or_not_placed(rows):
    """Counted + apart + not placed = rows; the counts are those of the rows; unknown is never 0; no argument changes."""
    table = roster(*[person(**row) for row in rows])
    before = table.copy()
    people = settle_people(table, COMMUNITIES, POLICY, reckoning=DAY)
    pd.testing.assert_frame_equal(table, before)
    places = people.roster["place"].value_counts()
    assert places.sum() == len(rows) == len(people.roster)
    assert people.counts["posts_now"].sum() == places.get("counted", 0)
    assert people.counts["apart"].sum() == places.get("apart", 0)
    assert (people.counts["public_welfare"] <= people.counts["apart"]).all()
    by_class = people.counts[["leaders", "committee", "staff"]]
    whole = by_class.notna().all(axis=1)
    assert (by_class.isna().any(axis=1) == ~whole).all()
    assert (by_class[whole].sum(axis=1) == people.counts["posts_now"][whole]).all()
    told = next(finding for finding in people.findings if finding.code == "roster.places").facts
    assert told["counted"] + told["apart"] + told["unplaced"] == told["n"] == len(rows)
    checks = check_roster(people.roster, POLICY, classes=CLASSES, reckoning=DAY)
    for check in CHECKS:
        blank = checks[check].isna()
        assert (checks[f"{check}_why"][blank] != "").all()  # nothing is left open without a reason


# ── cells ──


def test_dates_and_amounts():
    assert parse_date("1984年5月3日") == parse_date("19840503") == parse_date("1984-05-03 00:00:00")
    assert parse_date("1984.05") == parse_date("198405") and not parse_date("1984.05").is_day
    assert [parse_date(text) for text in ("84.5", "1984-13", "1984-02-30", "30803", "五月")] == [None] * 5
    assert parse_pay("62,000元", 12) == parse_pay("6.2万", 12) == 62_000
    assert parse_pay("5000元/月", 1) == 60_000 and parse_pay("5000元/月", 12) is None
    assert [parse_pay(text, 12) for text in ("-1", "0", "6.2", "约6万", "")] == [None] * 5
    assert parse_certificate("未取得") == "" and parse_certificate("律师") is None
    assert parse_appraisals("2021 合格；2023 合格") == [(2021, "合格"), (2022, ""), (2023, "合格")]


# ── the sheet ──


def test_the_sheet_says_why_and_by_which_clause():
    table = placed(person(age="41"), person(age=None, education=None), person(community_id="Z"))
    checks = check_roster(table, POLICY, classes=CLASSES)
    for lang, word in (("zh", "不符合"), ("en", "does not meet it")):
        sheet = roster_sheet(table, checks, NAMES, lang)
        assert list(sheet.columns) == list(SHEET) and len(sheet) == 3
        assert sheet["check_age"].tolist()[0] == word and sheet["check_age"].isna().tolist() == [
            False,
            True,
            False,
        ]
        assert "B二(三)" in sheet["remarks"][0] and "41" in sheet["remarks"][0]
        assert sheet["remarks"][1].count("B二(三)") == 2
        assert sheet["community"].fillna("").tolist() == ["东社区", "东社区", ""]
    assert roster_table(pd.DataFrame(), CLASSES, COMMUNITIES, Asked(POLICY, "zh")).empty
    told = roster_table(table, CLASSES, COMMUNITIES, Asked(POLICY, "zh", DAY))
    pd.testing.assert_frame_equal(told, roster_sheet(table, checks, NAMES, "zh"))


def test_classes_of_a_roster_are_paid_about_the_wage():
    """Standards come from the roster's own classes, and lie about the reference wage."""
    people = settle(*[person(pay_class=c) for c in ("正职", "两委成员", "工作人员", "工作人员")])
    staff = present_staff(pd.Index(["A"]), people.counts, None)
    classes = pay_classes(staff, Inputs(reference_wage_yuan_year=62_000.0), load_policy("jilin-2020"))
    mean = (classes["people"] * classes["pay_yuan_year"]).sum() / classes["people"].sum()
    assert abs(mean - 62_000) < 0.01
    assert kept_pay(people.roster, classes, POLICY).isna().all()  # no pay is given


# ── reading: which kind of table it is ──


def read(path, header, *rows) -> pd.DataFrame:
    return read_workforce(write_csv(path / "人员.csv", header, *rows))[0]


@pytest.mark.parametrize(
    ("header", "persons"),
    [
        ("社区编号,姓名,年龄", True),
        ("社区编号,姓名", True),
        ("社区,类别,证书", True),
        ("community_id,name,birth_date", True),
        ("社区编号,进入方式,党建岗", True),
        ("社区编号,现有人数,姓名", False),  # of whom to ask
        ("社区编号,类别,正职", False),
        ("社区编号,名称,党建岗,公益性岗位", False),
        ("社区编号,name,党建岗", False),
        ("社区编号,备注", False),
    ],
)
def test_columns_say_which_kind_of_table_it_is(tmp_path, header, persons):
    assert is_roster(read(tmp_path, header, ",".join(["1"] * len(header.split(","))))) == persons


@pytest.mark.parametrize(
    "header", ["社区编号,年龄,现有人数", "社区编号,姓名,学历,社工师", "社区编号,进入方式,正职"]
)
def test_a_table_of_both_kinds_is_refused(tmp_path, header):
    with pytest.raises(InputError) as caught:
        read(tmp_path, header, "A,1,2")
    assert caught.value.code == "roster.mixed_columns"
    assert "人员.csv" in say_error("zh", caught.value) and header.split(",")[-1] in say_error(
        "en", caught.value
    )


def test_a_roster_needs_a_community(tmp_path):
    with pytest.raises(InputError) as caught:
        read(tmp_path, "姓名,年龄", "张三,30")
    assert caught.value.code == "errors.column_needed"


def test_columns_of_years_units_and_other_names(tmp_path):
    table = read(
        tmp_path,
        "所在社区,姓名,2023年度考核结果,考核2022,年收入（万元）,身份证号,文化程度",
        "东社区,张三,不合格,,6.2,220102198501010011,大专",
        "东社区,李四,合格,合格,不详,220102198501010012,高中",
    )
    assert table["appraisals"].tolist() == ["2022 —；2023 不合格", "2022 合格；2023 合格"]
    assert table["pay_year"].tolist() == ["6.2万元", "不详"] and table["community"].tolist() == ["东社区"] * 2
    assert table["row"].tolist() == [1, 2] and set(table["file"]) == {"人员.csv"}
    assert not table.astype(str).apply(lambda column: column.str.contains("2201021985")).any(axis=None)


def test_what_is_said_of_the_reading(tmp_path):
    told = read_workforce(write_csv(tmp_path / "r.csv", "社区编号,姓名,电话", "A,张三,138"))[1]
    assert {finding.code for finding in told} == {"roster.is_roster", "roster.columns_unused"}
    assert "电话" in say_finding("zh", told[1]) and "138" not in say_finding("zh", told[1])


def test_stated_columns_make_a_roster(tmp_path):
    path = write_csv(tmp_path / "workforce.csv", "SQ,XM,NL", "A,张三,41")
    columns = parse_columns("workforce.community_id=SQ,workforce.person=XM,workforce.age=NL")
    source = Source("workforce", path, path.name)
    frame = load_source(source, Layout(sources=(source,)), ReadOptions(columns=columns)).frame
    assert is_roster(frame) and frame["age"].tolist() == ["41"]


def test_two_tables_of_both_kinds_are_refused(tmp_path):
    write_small(tmp_path / "base.gpkg")
    write_csv(tmp_path / "a.csv", "社区编号,姓名,年龄", f"{EAST},张三,30")
    write_csv(tmp_path / "b.csv", "社区编号,现有人数", f"{EAST},9")
    text = "buildings: {file: base.gpkg, layer: buildings}\nworkforce: [{file: a.csv}, {file: b.csv}]\n"
    (tmp_path / "district.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_district(tmp_path)
    assert caught.value.code == "roster.mixed_files"


def test_an_error_about_columns_shows_no_value_of_staff(tmp_path):
    """What the tables of an input hold is told when a column is missing; of staff only the columns' names are."""
    write_small(tmp_path / "buildings.gpkg")
    write_csv(tmp_path / "workforce.csv", "单位,姓名,年龄,月收入", "东社区,欧阳踏雪,43,7654321")
    with pytest.raises(InputError) as caught:
        read_district(tmp_path)
    for lang in ("zh", "en"):
        told = say_error(lang, caught.value)
        assert "姓名" in told and "欧阳踏雪" not in told and "7654321" not in told


def test_the_sample_of_the_documents_is_read_whole():
    """docs/roster-sample.csv: one kind of every answer, no text that is not understood."""
    workforce, told = read_workforce(Path(__file__).parent.parent / "docs" / "roster-sample.csv")
    names = pd.DataFrame({"name": ["一", "二"]}, index=["220104001001", "220104001002"])
    people = settle_people(workforce, names, POLICY)
    assert people.counts["posts_now"].tolist() == [4, 1] and people.counts["apart"].tolist() == [1, 1]
    found = codes(people)
    assert (
        not [code for code in found if code.startswith(("unreadable", "blank", "columns"))] and len(told) == 1
    )
    assert (found["fail_education"], found["relaxed_age"]) == (("#4",), ("#4",))
    assert (found["fail_appraisal"], found["fail_transfer"]) == (("#3",), ("#2",))


@pytest.mark.parametrize("day", ["2026-03-01", "'2026-03-01'"])
def test_the_day_of_reckoning_may_stand_in_the_settings(tmp_path, day):
    write_small(tmp_path / "base.gpkg")
    text = f"buildings: {{file: base.gpkg, layer: buildings}}\nstaffing: {{roster_date: {day}}}\n"
    (tmp_path / "district.yaml").write_text(text, encoding="utf-8")
    settings = read_district(tmp_path).settings
    assert reckoning_of(settings, "2020-01-01") == DAY and settings["staffing"]["roster_date"] == "2026-03-01"
    assert reckoning_of({}, "2020-01-01") == date(2020, 1, 1) and reckoning_of({}, "") is None
    (tmp_path / "district.yaml").write_text(text.replace(day, "1. March"), encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_district(tmp_path)
    assert caught.value.findings[0].code == "errors.yaml_value"
