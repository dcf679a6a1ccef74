"""Tables of staff with a row a community: every row counts or is told of, and nothing unknown becomes a number."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from roster_cases import NAMES, POLICY, write_csv

from gridder.read.counts import parse_heads
from gridder.restaff import read_workforce
from gridder.staffing.present import present_staff
from gridder.staffing.roster_counts import People, settle_people
from gridder.text import say_finding

HEADER = "社区名称,社区编号,现有人数,正职,两委成员,工作人员"


def settle(tmp_path: Path, *rows: str, header: str = HEADER) -> People:
    """Return what is made of a table of staff in a district of the communities A and B, and two of one name."""
    workforce, _ = read_workforce(write_csv(tmp_path / "人员.csv", header, *rows))
    return settle_people(workforce, pd.DataFrame({"name": NAMES}), POLICY)


def told(people: People) -> dict[str, tuple[str, ...]]:
    """Return the ids of each finding by its code, said once in both languages."""
    for finding in people.findings:
        assert "人员.csv" in say_finding("zh", finding) and "人员.csv" in say_finding("en", finding)
    return {finding.code.removeprefix("roster.counts_"): finding.ids for finding in people.findings}


@pytest.mark.parametrize(
    ("cell", "number", "text"),
    [("12", 12, None), ("12人", 12, None), (7, 7, None), (7.0, 7, None), ("0", 0, None), ("不详", None, None),
     (None, None, None), ("-3", None, "-3"), (-3, None, "-3"), ("3.5", None, "3.5"), ("约十", None, "约十")],
)  # fmt: skip
def test_numbers_of_people(cell: object, number: int | None, text: str | None) -> None:
    """Units are read; what is no number of people keeps its text, what says nothing has none."""
    assert parse_heads(cell) == (number, text)


def test_rows_of_no_community_are_told_and_count_nowhere(tmp_path: Path) -> None:
    """A total, an id in scientific notation and a name that two communities have."""
    people = settle(
        tmp_path, "东社区,A,5,,,", ",2.20199E+11,6,,,", "合计,合计,11,,,", ",同名社区,3,,,", ",,,,,"
    )
    assert people.counts["posts_now"].sum() == 5
    assert told(people) == {"unplaced": ("#2", "#3", "#4")}


def test_communities_by_id_as_excel_leaves_it_or_by_name(tmp_path: Path) -> None:
    """A text mark, decimals, blanks; without a column of ids the names."""
    by_id = settle(tmp_path, "'A,1", " B ,2", "A.0,3", header="社区编号,现有人数").counts
    assert dict(by_id.groupby("community_id")["posts_now"].sum()) == {"A": 4, "B": 2}
    by_name = settle(tmp_path, "西社区,8", header="社区名称,现有人数")
    assert list(by_name.counts["community_id"]) == ["B"] and not by_name.findings


def test_what_is_no_number_is_told_and_leaves_figures_blank(tmp_path: Path) -> None:
    """A negative count and a word: unknown, never 0 and never below it."""
    people = settle(tmp_path, "东社区,A,-3,,,", "西社区,B,约十,,,")
    assert told(people) == {"unread": ("#1", "#2")}
    assert "现有人数=-3" in say_finding("zh", people.findings[0])
    assert present_staff(pd.Index(["A", "B"]), people.counts, None).present.isna().all()


def test_some_classes_are_no_present_staff(tmp_path: Path) -> None:
    """A states leaders only, B leaders and all: A stays blank and is told, B's contradiction too."""
    people = settle(tmp_path, "东社区,A,,1,,", "西社区,B,9,1,2,3")
    assert told(people) == {"partly": ("A",), "differ": ("B",)}
    present = present_staff(pd.Index(["A", "B"]), people.counts, None).present
    assert pd.isna(present["A"]) and present["B"] == 6


def test_several_rows_of_a_community_are_added_and_told(tmp_path: Path) -> None:
    """Two rows of A."""
    people = settle(tmp_path, "东社区,A,3,,,", "东社区,A,4,,,")
    assert told(people) == {"repeated": ("A",)}
    assert present_staff(pd.Index(["A"]), people.counts, None).present["A"] == 7


def test_some_certificates_are_told_and_the_others_not_0(tmp_path: Path) -> None:
    """A states one of three, B all, and of C and D nothing is said: only A is told, and which certificates it lacks."""
    header = "社区编号,助理社工师,社工师,高级社工师"
    people = settle(tmp_path, "A,,2,", "B,0,1,0", "C,,,", header=header)
    assert told(people) == {"certificates": ("A",)}
    assert "助理社工师、高级社工师" in say_finding("zh", people.findings[0])
    assert people.counts.set_index("community_id").loc["A", "senior_certified"] is pd.NA
