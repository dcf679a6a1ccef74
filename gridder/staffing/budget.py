"""Money in whole fen (0.01 yuan): the pool and its 70/30 split, employer's share, allowances, amounts a person, pay
that is kept (B二(四), B二(五), A二(四)2).

An input that is missing leaves its line blank; nothing is guessed, and a total says what it is without.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from gridder.policy import Policy

FEN = 100  # fen in a yuan
FEN_DIGITS = 2  # decimals of a yuan
MONTHS = 12
ROUND_UP = 0.5 + 1e-6  # half up; the millionth absorbs binary fractions such as 0.7
CERTIFICATES = {"助理社工师": "assistant_certified", "社工师": "certified", "高级社工师": "senior_certified"}
CLASSES = {"正职": "leaders", "两委成员": "committee", "工作人员": "staff"}
# Lines for every person of the posts, each with the input it rests on.
PER_PERSON = {
    "medical": "medical_check_yuan_year",
    "leave": "paid_leave_yuan_year",
    "emergency": "emergency_yuan_year",
}
SPLIT = ("base", "performance")  # parts of the pool
NEEDED = ("pool", "employer")  # without these there is no total
OPTIONAL = ("allowances", *PER_PERSON, "pay_kept")  # a total without one of them names it
LINES = ("pool", *SPLIT, "employer", *OPTIONAL)
SETTINGS = ("county_cap", "reference_wage_yuan_year", "employer_rate", *PER_PERSON.values())


@dataclass(frozen=True)
class Inputs:
    """What a county states and no document fixes; None where it was not given. Amounts are yuan a person and year."""

    county_cap: int | None = None
    reference_wage_yuan_year: float | None = None
    employer_rate: float | None = None
    medical_check_yuan_year: float | None = None
    paid_leave_yuan_year: float | None = None
    emergency_yuan_year: float | None = None

    @property
    def wage_fen(self) -> int | None:
        """Reference wage in fen a year."""
        wage = self.reference_wage_yuan_year
        return None if wage is None else round(wage * FEN)


def read_inputs(settings: Mapping[str, Any]) -> Inputs:
    """Return the inputs of ``settings["staffing"]``; what is no number of 0 or more counts as not given."""
    given = settings.get("staffing") or {}
    figures = {key: as_number(given.get(key)) for key in SETTINGS}
    cap = figures.pop("county_cap")
    return Inputs(None if cap is None else int(cap), **figures)


def as_number(value: Any) -> float | None:
    """Return a number ≥ 0 or None."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    return float(value) if value >= 0 else None


def share_of(fen: pd.Series, share: float) -> pd.Series:
    """Return a share of whole fen, rounded half up to whole fen; NA stays NA."""
    parts = (fen.astype("Float64") * share + ROUND_UP).to_numpy(dtype=float, na_value=float("nan"))
    return pd.Series(np.floor(parts), index=fen.index).astype("Int64")


def cost_communities(
    posts: pd.Series, staff: pd.DataFrame, inputs: Inputs, policy: Policy, kept: pd.Series | None = None
) -> pd.DataFrame:
    """Return the yearly cost of every community in yuan: a column a line, NA where an input is missing.

    ``pool`` = posts × reference wage; ``base`` + ``performance`` = ``pool`` to the fen; ``employer`` = pool × rate;
    ``allowances`` = 12 months × certificates × allowance; ``medical``, ``leave``, ``emergency`` = posts × amount;
    ``pay_kept`` as given. ``total`` is the sum of the lines known, NA without pool or employer; ``total_without``
    holds the lines that it lacks, with blanks between, NA where there is no total.

    Parameters
    ----------
    posts
        Posts by community_id (or by any index that ``staff`` and ``kept`` share), NA where there are none.
    staff
        Holders of certificates: ``assistant_certified``, ``certified``, ``senior_certified``.
    kept
        Pay above the standard that is kept (B二(四) 保持不降), yuan a year; NA or not there where unknown.
    """
    lines = cost_posts(posts, inputs, policy)
    lines["allowances"] = certificate_allowances(staff, policy)
    lines["pay_kept"] = kept_fen(kept, posts.index, policy)
    lines = lines[list(LINES)]
    lines = lines.where(posts.notna(), axis=0)
    total = lines[list(NEEDED)].sum(axis=1, skipna=False)
    lines["total"] = (total + lines[list(OPTIONAL)].fillna(0).sum(axis=1)).astype("Int64")
    missing = lines[list(OPTIONAL)].isna()
    costs = lines.astype("Float64") / FEN
    without = [" ".join(line for line in OPTIONAL if row[line]) for row in missing.to_dict("records")]
    costs["total_without"] = pd.Series(without, index=posts.index, dtype=object).where(costs.total.notna())
    return costs


def cost_posts(posts: pd.Series, inputs: Inputs, policy: Policy) -> pd.DataFrame:
    """Return what posts cost a year whoever holds them, in fen: pay, its split, employer's share, amounts a person."""
    people = posts.astype("Int64")
    blank = pd.Series(pd.NA, index=posts.index, dtype="Int64")
    wage, rate = inputs.wage_fen, inputs.employer_rate
    lines = pd.DataFrame(index=posts.index)
    lines["pool"] = blank if wage is None else people * wage
    lines["base"] = share_of(lines["pool"], policy.base_pay_share)
    lines["performance"] = lines["pool"] - lines["base"]
    lines["employer"] = blank if rate is None else share_of(lines["pool"], rate)
    for line, key in PER_PERSON.items():
        amount = getattr(inputs, key)
        lines[line] = blank if amount is None else people * round(amount * FEN)
    return lines


def cost_people(people: pd.Series, inputs: Inputs, policy: Policy) -> pd.Series:
    """Return the yearly cost of people in fen, NA without pool or employer's share."""
    lines = cost_posts(people, inputs, policy)
    needed = lines[list(NEEDED)].sum(axis=1, skipna=False)
    return (needed + lines[list(PER_PERSON)].fillna(0).sum(axis=1)).astype("Int64")


def kept_fen(kept: pd.Series | None, index: pd.Index, policy: Policy) -> pd.Series:
    """Return the pay that is kept in fen: 0 where the policy keeps none, NA where it is not known."""
    if not policy.pay_kept:
        return pd.Series(0, index=index, dtype="Int64")
    if kept is None:
        return pd.Series(pd.NA, index=index, dtype="Int64")
    return (kept.reindex(index).astype("Float64") * FEN).round().astype("Int64")


def certificate_allowances(staff: pd.DataFrame, policy: Policy) -> pd.Series:
    """Return yearly certificate allowances in fen; NA where holders of one that is paid for are unknown, 0 when not paid.

    What is known of the others is no sum: like every line of the budget it is known whole, or blank and named.
    """
    total = pd.Series(0, index=staff.index, dtype="Int64")
    if not policy.certificate_allowance:
        return total
    for title, column in CERTIFICATES.items():
        month_fen = round(policy.certificate_allowance_yuan_month.get(title, 0.0) * FEN)
        if month_fen:
            total = total + staff[column].astype("Int64") * (MONTHS * month_fen)
    return total


def pay_classes(staff: pd.DataFrame, inputs: Inputs, policy: Policy) -> pd.DataFrame:
    """Return the three classes: weight, people, pay of one in yuan a year, and of all (``class_yuan_year``).

    The weighted mean of the pay is the wage. Blank unless the wage, the people of all three classes and the weights of
    those that have people are known.
    """
    people = {title: staff[column].sum(min_count=1) for title, column in CLASSES.items()}
    weights = policy.class_weights
    known = inputs.reference_wage_yuan_year is not None and not any(pd.isna(n) for n in people.values())
    known = known and all(title in weights for title in CLASSES if people[title])
    heads = sum(int(n) for n in people.values()) if known else 0
    mean = sum(int(people[t]) * weights.get(t, 0.0) for t in CLASSES) / heads if heads else None
    wage = inputs.reference_wage_yuan_year or 0.0
    rows = [
        (
            title,
            weights.get(title, pd.NA),
            people[title],
            round(wage * weights[title] / mean, 2) if mean and title in weights else pd.NA,
        )
        for title in CLASSES
    ]
    table = pd.DataFrame(rows, columns=["pay_class", "weight", "people", "pay_yuan_year"])
    table = table.astype({"weight": "Float64", "people": "Int64", "pay_yuan_year": "Float64"})
    return table.assign(class_yuan_year=(table.people * table.pay_yuan_year).round(2))


def certificate_table(communities: pd.DataFrame, staff: pd.DataFrame, policy: Policy) -> pd.DataFrame:
    """Return by community: holders of each certificate, those that count, the gap, the yearly allowance.

    Parameters
    ----------
    communities
        Indexed by community_id: ``certified`` (those that count), ``certified_gap``.
    """
    held = staff[list(CERTIFICATES.values())].reindex(communities.index).add_suffix("_held")
    table = held.join(communities[["certified", "certified_gap"]]).astype("Int64")
    allowances = certificate_allowances(staff, policy).reindex(communities.index)
    return table.assign(allowances=allowances.astype("Float64") / FEN)
