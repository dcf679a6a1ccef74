"""The sheet Roster: one row a person, what the roster says, what the checks say, and why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd

from gridder.policy import Policy
from gridder.read.counts import DECIMAL
from gridder.staffing.roster import CHECKS, NOT_APPLICABLE, PASS, check_roster, rows_of
from gridder.text import SEMICOLON, say

SAID = (  # as the roster has it, in the order of the sheet
    "age birth hired education certificate appraisals party_post committee_member transferred relaxed pay_year pay_month"
).split()
NUMBERS = ("age", "pay_year", "pay_month")  # texts that are plain numbers stand as numbers
# column → column of the checks
MONEY = {"pay_yuan_year": "pay_yuan_year", "pay_standard": "pay_standard", "pay_above": "pay_kept"}
QUIET = (PASS, NOT_APPLICABLE, "counts", "none", "shown")  # results that speak for themselves
SHEET = (
    *"community_id community file row person pay_class position entry place".split(),
    *(f"check_{check}" for check in CHECKS),
    *MONEY,
    "remarks",
    *SAID,
)


def roster_sheet(
    roster: pd.DataFrame, checks: pd.DataFrame, communities: pd.Series, lang: str
) -> pd.DataFrame:
    """Return the sheet of a roster, sorted by community, file and row.

    What the roster said stands in it as it was, so that it can be read back; ``remarks`` gives every check that is
    not simply met, with its reason, clause and force.

    Parameters
    ----------
    checks
        As ``roster.check_roster`` gives them.
    communities
        Names by community_id.
    """
    table = roster.copy()
    names = table["community_id"].map(communities.to_dict())
    table["community"] = names.where(names.notna() & (names != ""), table["community"])
    table["place"] = [say(lang, f"roster.place_{place}") for place in roster["place"]]
    for check in CHECKS:
        table[f"check_{check}"] = [
            None if pd.isna(result) else say(lang, f"roster.result_{result}") for result in checks[check]
        ]
    for column, source in MONEY.items():
        table[column] = checks[source]
    for column in NUMBERS:
        table[column] = [as_number(text) for text in roster[column]]
    table["remarks"] = [remark(why, row, lang) for why, row in zip(roster["place_why"], rows_of(checks))]
    order = table["community_id"].fillna("").astype(str)
    table = table.assign(order=order).sort_values(["order", "file", "row"], kind="stable")
    return table[list(SHEET)].reset_index(drop=True)


@dataclass(frozen=True)
class Asked:
    """By which rules a roster is checked, in which language it is said, on which day ages are reckoned."""

    policy: Policy
    lang: str
    reckoning: date | None = None


def roster_table(
    roster: pd.DataFrame, classes: pd.DataFrame, communities: pd.DataFrame, asked: Asked
) -> pd.DataFrame:
    """Return the sheet Roster of a district, empty without persons.

    Parameters
    ----------
    classes
        The standard of each class, as ``budget.pay_classes`` gives it.
    communities
        Indexed by community_id: ``name``.
    """
    if roster.empty:
        return pd.DataFrame(columns=list(SHEET))
    checks = check_roster(roster, asked.policy, classes=classes, reckoning=asked.reckoning)
    return roster_sheet(roster, checks, communities["name"], asked.lang)


def as_number(text: Any) -> Any:
    """Return a text that is a plain number as that number, so that the same text comes of it again."""
    if pd.isna(text) or not DECIMAL.fullmatch(str(text)):
        return text
    number = float(text)
    whole = int(number) if number.is_integer() else number
    return whole if str(whole) == str(text) else text


def remark(place_why: str, row: dict[str, Any], lang: str) -> str | None:
    """Return the checks of one person that are open, failed or relaxed, each with its reason, clause and force."""
    told = [say(lang, f"roster.why_{place_why}")] if place_why else []
    for check in CHECKS:
        result, why = row[check], row[f"{check}_why"]
        if not why or (not pd.isna(result) and result in QUIET):
            continue
        facts = {
            "check": say(lang, f"roster.check_{check}"),
            "why": say(lang, f"roster.why_{why}", **row[f"{check}_facts"]),
            "clause": row[f"{check}_clause"],
            "force": say(lang, f"staffing.force_{row[f'{check}_force']}"),
        }
        told.append(say(lang, "roster.remark", **facts))
    return SEMICOLON[lang].join(told) or None
