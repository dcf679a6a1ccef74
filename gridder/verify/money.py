"""Money of the workbook worked out again, to the fen: the budget, the options, the pay of the classes."""

from __future__ import annotations

from math import floor

import pandas as pd

from gridder.verify.base import Delivery, Violation, blame
from gridder.verify.book import Rows, Table, find_table, words
from gridder.verify.figures import HALF_FEN, SHEET_SUM, judge, judge_column, numbers, setting

FEN = 100  # fen in a yuan
HALF_UP = 0.5 + 1e-6  # the millionth absorbs binary fractions such as 0.7
NEEDED = ("pool", "employer")
AMOUNTS = {
    "medical": "medical_check_yuan_year",
    "leave": "paid_leave_yuan_year",
    "emergency": "emergency_yuan_year",
}
LINES = (*NEEDED, "allowances", *AMOUNTS, "pay_kept")


def check_budget(delivery: Delivery, tables: dict[str, Table]) -> list[Violation]:
    """Pool, base, performance and employer's share to the fen; the lines add up to the total (B二(四), B二(五))."""
    rules = delivery.rules
    if "Budget" not in tables or not {"base_pay_share", "performance_pay_share"} <= set(rules):
        return []
    rows = tables["Budget"].rows
    figures = {name: numbers(rows[name]) for name in rows.columns}
    wage, rate = setting(delivery, "reference_wage_yuan_year"), setting(delivery, "employer_rate")
    blank = pd.Series(float("nan"), rows.index)
    found: list[Violation] = []
    if "posts_given" in figures:
        pool = blank if wage is None else (figures["posts_given"] * round(wage * FEN)) / FEN
        found += judge_column("Budget", rows, "pool", pool, within=HALF_FEN)
    if "pool" in figures:
        base = part_of(figures["pool"], rules["base_pay_share"])
        found += judge_column("Budget", rows, "base", base, within=HALF_FEN)
        found += judge_column("Budget", rows, "performance", figures["pool"] - base, within=HALF_FEN)
        employer = blank if rate is None else part_of(figures["pool"], rate)
        found += judge_column("Budget", rows, "employer", employer, within=HALF_FEN)
    if "posts_given" in figures:
        found += check_amounts(delivery, rows)
    communities = delivery.communities.set_index("community_id").sort_index()
    if "total" in figures and rows.index.is_unique and communities.index.is_unique:
        kept = figures["pay_kept"].fillna(0) if "pay_kept" in figures else 0  # of persons: in no layer
        total = (figures["total"] - kept).reindex(communities.index)
        found += judge_column("communities", communities, "cost_yuan_year", total, within=HALF_FEN)
    return found + check_budget_total(rows)


def part_of(yuan: pd.Series, share: float) -> pd.Series:
    """Return a share of an amount, half up to the fen."""
    return (yuan * FEN * share).map(lambda fen: floor(fen + HALF_UP) / FEN, na_action="ignore")


def check_amounts(delivery: Delivery, rows: pd.DataFrame) -> list[Violation]:
    """Lines of so much a person are posts × the amount stated, blank where none is (B二(五), A二(四)2)."""
    found: list[Violation] = []
    for line, name in AMOUNTS.items():
        amount = setting(delivery, name)
        true = numbers(rows["posts_given"]) * (float("nan") if amount is None else round(amount * FEN) / FEN)
        found += judge_column("Budget", rows, line, true, within=HALF_FEN)
    return found


def check_budget_total(rows: pd.DataFrame) -> list[Violation]:
    """The total is the sum of its lines; base and performance are the pool told in two parts.

    It is blank without pay or employer's share; of an older delivery, without any line. Where ``total_without`` names
    the lines that are not known, it is the sum of the others.
    """
    if not {"pool", "employer", "total"} <= set(rows):
        return []
    known = {line: numbers(rows[line]) for line in LINES if line in rows}
    others = [line for line in known if line not in NEEDED]
    if "total_without" in rows:
        known |= {line: known[line].fillna(0) for line in others}
    total = pd.DataFrame(known).sum(axis=1, skipna=False)
    return judge("Budget", "total", rows["total"], total, within=SHEET_SUM)


def check_options_sheet(sheets: dict[str, Rows], tables: dict[str, Table]) -> list[Violation]:
    """The sheet of options has every lawful number of grids; what is chosen costs what the budget says."""
    table = find_table(sheets.get("Options", []), "community_id")
    if table is None or "Communities" not in tables or not {"k", "total"} <= set(table.rows):
        return []
    rows, found = table.rows, []
    k, total = numbers(rows["k"]), numbers(rows["total"])
    lawful = rows["lawful"].isin(words("staffing.yes")) if "lawful" in rows else k.notna()
    offered = k[lawful].groupby(level=0)
    communities = tables["Communities"].rows
    for column, true in (("grids_min", offered.min()), ("grids_max", offered.max())):
        if column in communities:
            found += judge("Options", column, true.reindex(communities.index), communities[column])
    gaps = offered.max() - offered.min() + 1 - offered.nunique()
    found += judge("Options", "k", gaps, gaps * 0)
    if "chosen" in rows and "Budget" in tables:
        own = total[rows["chosen"].isin(words("staffing.yes"))]
        if own.index.has_duplicates:
            return [*found, blame("verify_staffing.row_twice", own.index[own.index.duplicated()])]
        found += judge("Options", "total", own, tables["Budget"].rows["total"], within=HALF_FEN)
        more = total - own.reindex(rows.index)
        if "cost_more" in rows:
            numbered = rows["cost_more"].set_axis(range(len(rows)))
            found += judge(
                "Options", "cost_more", numbered, more.set_axis(range(len(rows))), within=SHEET_SUM
            )
    return found


def check_classes(delivery: Delivery, sheets: dict[str, Rows]) -> list[Violation]:
    """The pay of the three classes has the reference wage as its mean over the people (B二(四))."""
    table = find_table(sheets.get("Budget", []), "pay_class")
    wage = setting(delivery, "reference_wage_yuan_year")
    if table is None or not {"people", "pay_yuan_year"} <= set(table.rows):
        return []
    rows, unweighed = table.rows, False
    if "weight" in rows:
        blank = numbers(rows["weight"]).isna()
        rows, unweighed = rows[~blank], bool((numbers(rows["people"])[blank] > 0).any())
    people, pay = numbers(rows["people"]), numbers(rows["pay_yuan_year"])
    if wage is None or unweighed or people.isna().any() or people.sum() == 0:
        return judge("Budget", "pay_yuan_year", pay, pay * float("nan"))
    mean = {"wage": (people * pay).sum() / people.sum()}
    return judge("Budget", "pay_yuan_year", mean, {"wage": wage}, within=SHEET_SUM)
