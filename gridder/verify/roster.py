"""The sheet Roster judged again from what its rows say, where their words leave no doubt (B二(三), B二(四), B二(七), B三)."""

from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd

from gridder.verify.base import Delivery, Violation, as_text, blame, optional_layer
from gridder.verify.book import Rows, find_table, words
from gridder.verify.figures import HALF_FEN, MONTHS, judge, judge_column, judge_words, numbers

SCHOOLED_LESS = ("小学", "初中", "高中", "中专")  # plainly below 大专
LEAST_YUAN = 1000  # less is no year's pay, and no statement
WORKING_AGE = 16  # years; a younger one at recruitment is a slip of the pen
RULES = {
    "age_max",
    "education_accepted",
    "recruitment_checked",
    "counted_apart",
    "certified_counts",
    "pay_kept",
}
CLASSES = ("正职", "两委成员", "工作人员")
TITLES = ("助理社工师", "社工师", "高级社工师")
Row = dict[str, str]


def check_roster(delivery: Delivery, sheets: dict[str, Rows]) -> list[Violation]:
    """Every person's place, checks and pay follow from the row; communities count those that stand in them.

    Rows are named by file and number, never by a name. Texts that would have to be understood are not judged here.
    """
    table = find_table(sheets.get("Roster", []), "row")
    if table is None or "check_age" not in table.rows or not set(delivery.rules) >= RULES:
        return []
    rows = table.rows.set_axis(
        [f"{as_text(f)}#{as_text(n)}" for f, n in zip(table.rows["file"], table.rows["row"])]
    )
    stated = delivery.options.get("roster")
    found = [] if stated in (None, len(rows)) else judge("Roster", "row", {"": len(rows)}, {"": stated})
    if rows.empty:  # persons were left out
        return found
    if not rows.index.is_unique:
        return [*found, blame("verify_staffing.row_twice", rows.index[rows.index.duplicated()])]
    cells = rows.map(lambda cell: as_text(cell).strip()).to_dict("index")
    texts = {str(key): {str(column): cell for column, cell in row.items()} for key, row in cells.items()}
    for column, answer in ANSWERS.items():
        true = {key: answer(row, delivery.rules) for key, row in texts.items()}
        told = {key: spoken(column, results) for key, results in true.items() if results}
        found += judge_words("Roster", column, rows[column], told)
    return found + check_counts(delivery, rows) + check_pay(delivery, rows, sheets)


def spoken(column: str, results: tuple[str, ...]) -> set[str]:
    """Return how results, or places, are said in either language."""
    area = "place" if column == "place" else "result"
    return {word for result in results for word in words(f"roster.{area}_{result}")}


def is_counted(row: Row) -> bool:
    """Whether the sheet counts a person among the posts."""
    return row["place"] in words("roster.place_counted")


def is_recruited(row: Row, rules: dict[str, Any]) -> bool:
    """Whether a person counted came by open recruitment, in so many words."""
    return is_counted(row) and row["entry"] in rules["recruitment_checked"]


def place_of(row: Row, rules: dict[str, Any]) -> tuple[str, ...]:
    """Return where a person may stand: apart by the word of the rules, else counted; or in no known community."""
    if row["entry"] in rules["counted_apart"]:
        return ("apart", "unplaced")
    plain = row["entry"] in rules["recruitment_checked"] and not row["position"]
    return ("counted", "unplaced") if plain else ()


def age_of(row: Row, rules: dict[str, Any]) -> tuple[str, ...]:
    """Return whether the age at recruitment is within the limit, where both days are known."""
    if row["entry"] in rules["counted_apart"]:
        return ("not_applicable",)
    birth, hired = day_of(row["birth"]), day_of(row["hired"])
    if not is_recruited(row, rules) or birth is None or hired is None:
        return ()
    years = hired.year - birth.year - ((hired.month, hired.day) < (birth.month, birth.day))
    if years <= rules["age_max"]:
        return ("pass",) if years >= WORKING_AGE else ()
    return ("relaxed", "fail") if row["relaxed"] or row["certificate"] not in ("", "无") else ("fail",)


def day_of(text: str) -> date | None:
    """Return the day a cell states as year-month-day, None for anything else."""
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return None


def education_of(row: Row, rules: dict[str, Any]) -> tuple[str, ...]:
    """Return whether the education suffices, where it is one of the words of the rules or plainly less."""
    if not is_recruited(row, rules):
        return ()
    if row["education"] in SCHOOLED_LESS:
        return ("fail",)
    return ("pass",) if row["education"] in rules["education_accepted"] else ()


def transfer_of(row: Row, rules: dict[str, Any]) -> tuple[str, ...]:
    """Return whether a sitting member of the committees holds a post (B三(一))."""
    if row["place"] in words("roster.place_unplaced") or row["committee_member"] not in ("是", "否"):
        return ()
    if row["committee_member"] == "否":
        return ("not_applicable",)
    return {"是": ("pass",), "否": ("fail",)}.get(row["transferred"], ())


def certificate_of(row: Row, rules: dict[str, Any]) -> tuple[str, ...]:
    """Return whether a certificate counts (B二(七))."""
    if not is_counted(row):
        return ("not_applicable",)
    if row["certificate"] in TITLES:
        return ("counts" if row["certificate"] in rules["certified_counts"] else "shown",)
    return ("none",) if row["certificate"] == "无" else ()


ANSWERS = {
    "place": place_of,
    "check_age": age_of,
    "check_education": education_of,
    "check_transfer": transfer_of,
    "check_certificate": certificate_of,
}


def check_counts(delivery: Delivery, rows: pd.DataFrame) -> list[Violation]:
    """Every community counts, and holds apart, as many as stand on the sheet."""
    people = optional_layer(delivery, "workforce")
    if "community_id" not in people:
        return []
    people = people.set_axis(people["community_id"].map(as_text))
    found: list[Violation] = []
    for place, column in (("counted", "posts_now"), ("apart", "apart")):
        standing = rows["place"].isin(words(f"roster.place_{place}"))
        there = rows.loc[standing, "community_id"].map(as_text).value_counts()
        found += judge("Roster", f"place ({column})", there.reindex(people.index).fillna(0), people[column])
    return found


def check_pay(delivery: Delivery, rows: pd.DataFrame, sheets: dict[str, Rows]) -> list[Violation]:
    """Pay is the year's, else twelve months'; what lies above the standard of the class is kept (B二(四))."""
    year, month = numbers(rows["pay_year"]), numbers(rows["pay_month"]) * MONTHS
    pay = year.where(year >= LEAST_YUAN).fillna(month.where(month >= LEAST_YUAN))
    plain = pay.notna()
    found = judge("Roster", "pay_yuan_year", rows.loc[plain, "pay_yuan_year"], pay[plain], within=HALF_FEN)
    classes = find_table(sheets.get("Budget", []), "pay_class")
    if classes is None or "pay_yuan_year" not in classes.rows:
        return found
    paid = numbers(classes.rows["pay_yuan_year"])
    named = {title: words(f"workbook.pay_class_{title}") | {title} for title in CLASSES}
    standard = pd.Series({t: paid[paid.index.isin(said)].max() for t, said in named.items()}, dtype="float64")
    counted = rows["place"].isin(words("roster.place_counted")) & rows["pay_class"].isin(standard.index)
    asked = numbers(rows.loc[counted, "pay_class"].map(standard))
    found += judge_column("Roster", rows[counted], "pay_standard", asked, within=HALF_FEN)
    if not delivery.rules["pay_kept"]:
        return found
    above = (numbers(rows["pay_yuan_year"])[counted] - asked).clip(lower=0)
    return found + judge_column("Roster", rows[counted], "pay_above", above, within=2 * HALF_FEN)
