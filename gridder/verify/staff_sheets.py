"""The sheets Certificates and Training worked out again from the people delivered and the rules recorded (B二(四), B二(七))."""

from __future__ import annotations

import pandas as pd

from gridder.verify.base import Delivery, Violation, as_text, optional_layer
from gridder.verify.book import Rows, Table, find_table
from gridder.verify.figures import HALF_FEN, MONTHS, SHEET_SUM, judge, judge_column, numbers

HOLDERS = {"助理社工师": "assistant_certified", "社工师": "certified", "高级社工师": "senior_certified"}
CERTIFIED = {"certified_counts", "certified_min", "certificate_allowance", "certificate_allowance_yuan_month"}
TRAINED = {"leaders_per_community", "training_cycle_years"}


def check_staff_sheets(delivery: Delivery, sheets: dict[str, Rows]) -> list[Violation]:
    """Who holds certificates, what is paid for them, and who is trained in which year."""
    found: list[Violation] = []
    for sheet, column, needed, check in (
        ("Certificates", "assistant_certified_held", CERTIFIED, check_certificates),
        ("Training", "training_year_1", TRAINED, check_training),
    ):
        table = find_table(sheets.get(sheet, []), "community_id")
        if table is not None and column in table.rows and needed <= set(delivery.rules):
            found += check(delivery, table)
    return found


def people_of(delivery: Delivery, keys: pd.Index) -> pd.DataFrame:
    """Return the holders of each certificate that layer ``workforce`` counts, blank where it does not say."""
    people = optional_layer(delivery, "workforce")
    if "community_id" not in people:
        return pd.DataFrame(float("nan"), keys, list(HOLDERS.values()))
    table = people.set_axis(people["community_id"].map(as_text))
    table = table[~table.index.duplicated()].reindex(keys)
    return pd.DataFrame(
        {column: numbers(table[column]) if column in table else float("nan") for column in HOLDERS.values()},
        keys,
    )


def check_certificates(delivery: Delivery, table: Table) -> list[Violation]:
    """Holders are those of the people; those that count, what is missing of them, and 12 months of the allowance."""
    rows, rules = table.rows, delivery.rules
    held = people_of(delivery, rows.index)
    found = rows_differ("Certificates", delivery, rows)
    for column in held:
        found += judge_column("Certificates", rows, f"{column}_held", held[column])
    counted = held[[HOLDERS[title] for title in HOLDERS if title in rules["certified_counts"]]]
    certified = counted.sum(axis=1, skipna=False)
    found += judge_column("Certificates", rows, "certified", certified)
    posts = numbers(delivery.communities.set_index("community_id")["posts"]).reindex(rows.index)
    gap = (rules["certified_min"] - certified).clip(lower=0).where(posts.notna())
    found += judge_column("Certificates", rows, "certified_gap", gap)
    if not rules["certificate_allowance"]:
        yearly = pd.Series(0.0, rows.index)
    else:
        paid = rules["certificate_allowance_yuan_month"]
        parts = pd.DataFrame(
            {c: held[c] * MONTHS * float(paid.get(title, 0)) for title, c in HOLDERS.items()}
        )
        yearly = parts.sum(axis=1, min_count=1)
    found += judge_column("Certificates", rows, "allowances", yearly, within=HALF_FEN)
    return found + check_sums("Certificates", table)


def check_training(delivery: Delivery, table: Table) -> list[Violation]:
    """Leaders every year, the others once in the cycle; what does not divide goes on where the last community stopped."""
    rows, rules = table.rows, delivery.rules
    cycle = int(rules["training_cycle_years"])
    given = numbers(delivery.communities.set_index("community_id")["posts_given"]).reindex(rows.index)
    leaders = given.clip(upper=rules["leaders_per_community"])
    found = rows_differ("Training", delivery, rows)
    found += judge_column("Training", rows, "leaders", leaders)
    found += judge_column("Training", rows, "others", given - leaders)
    even = leaders + (given - leaders) // cycle
    seats = {year: even.copy() for year in range(cycle)}
    turn = 0
    for key in rows.index[given.notna()]:
        for _ in range(int((given[key] - leaders[key]) % cycle)):
            seats[turn % cycle][key] += 1
            turn += 1
    for year, true in seats.items():
        found += judge_column("Training", rows, f"training_year_{year + 1}", true)
    return found + check_sums("Training", table)


def rows_differ(sheet: str, delivery: Delivery, rows: pd.DataFrame) -> list[Violation]:
    """Every community stands on the sheet once."""
    once = pd.Series(1.0, delivery.communities["community_id"].unique())
    said = rows.index.value_counts().reindex(once.index.union(rows.index)).fillna(0)
    return judge(sheet, "community_id", said, once.reindex(said.index).fillna(0))


def check_sums(sheet: str, table: Table) -> list[Violation]:
    """Every sum below is that of its rows, blank over nothing known."""
    sums = table.sums.dropna()
    return [
        violation
        for name in sums.index
        for violation in judge(
            sheet, name, sums[[name]], {name: numbers(table.rows[name]).sum(min_count=1)}, within=SHEET_SUM
        )
    ]
