"""Pay in whole fen (0.01 yuan): the pool, its 70/30 split, allowances, employer's share (B二(四), B二(五)).

An input that is missing leaves its figures blank; nothing is guessed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from gridder.policy import Policy

FEN = 100  # fen in a yuan
MONTHS = 12
ROUND_UP = 0.5 + 1e-6  # half up; the millionth absorbs binary fractions such as 0.7
CERTIFICATES = {"助理社工师": "assistant_certified", "社工师": "certified", "高级社工师": "senior_certified"}
CLASSES = {"正职": "leaders", "两委成员": "committee", "工作人员": "staff"}
SETTINGS = ("county_cap", "reference_wage_yuan_year", "employer_rate")


@dataclass(frozen=True)
class Inputs:
    """What a county states and no document fixes; None where it was not given."""

    county_cap: int | None = None
    reference_wage_yuan_year: float | None = None
    employer_rate: float | None = None

    @property
    def wage_fen(self) -> int | None:
        """Reference wage in fen a year."""
        wage = self.reference_wage_yuan_year
        return None if wage is None else round(wage * FEN)


def read_inputs(settings: Mapping[str, Any]) -> Inputs:
    """Return the inputs of ``settings["staffing"]``; what is no number of 0 or more counts as not given."""
    given = settings.get("staffing") or {}
    cap, wage, rate = (as_number(given.get(key)) for key in SETTINGS)
    return Inputs(None if cap is None else int(cap), wage, rate)


def as_number(value: Any) -> float | None:
    """Return a number ≥ 0 or None."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    return float(value) if value >= 0 else None


def share_of(fen: pd.Series, share: float) -> pd.Series:
    """Return a share of whole fen, rounded half up to whole fen; NA stays NA."""
    parts = (fen.astype("Float64") * share + ROUND_UP).to_numpy(dtype=float, na_value=float("nan"))
    return pd.Series(np.floor(parts), index=fen.index).astype("Int64")


def cost_communities(posts: pd.Series, staff: pd.DataFrame, inputs: Inputs, policy: Policy) -> pd.DataFrame:
    """Return the yearly cost of every community in yuan: a column a line, NA where an input is missing.

    ``pool`` = posts × reference wage; ``base`` + ``performance`` = ``pool`` to the fen; ``employer`` = pool ×
    rate; ``allowances`` = 12 months × certificates × allowance; ``total`` only where every line is known.
    """
    lines = pd.DataFrame(index=posts.index)
    wage, rate = inputs.wage_fen, inputs.employer_rate
    blank = pd.Series(pd.NA, index=posts.index, dtype="Int64")
    lines["pool"] = blank if wage is None else posts.astype("Int64") * wage
    lines["base"] = share_of(lines["pool"], policy.base_pay_share)
    lines["performance"] = lines["pool"] - lines["base"]
    lines["employer"] = blank if rate is None else share_of(lines["pool"], rate)
    lines["allowances"] = certificate_allowances(staff, policy)
    lines["total"] = lines["pool"] + lines["employer"] + lines["allowances"]
    return lines.astype("Float64") / FEN


def certificate_allowances(staff: pd.DataFrame, policy: Policy) -> pd.Series:
    """Return yearly certificate allowances in fen; NA where no certificates are known, 0 when not paid."""
    if not policy.certificate_allowance:
        return pd.Series(0, index=staff.index, dtype="Int64")
    held = staff[list(CERTIFICATES.values())]
    total = pd.Series(0, index=staff.index, dtype="Int64")
    for title, column in CERTIFICATES.items():
        month_fen = round(policy.certificate_allowance_yuan_month.get(title, 0.0) * FEN)
        total = total + held[column].fillna(0) * (MONTHS * month_fen)
    return total.where(held.notna().any(axis=1))


def pay_classes(staff: pd.DataFrame, inputs: Inputs, policy: Policy) -> pd.DataFrame:
    """Return the three classes: weight, people, pay in yuan a year, whose weighted mean is the wage.

    Pay is blank unless the wage and the people of all three classes are known.
    """
    people = {title: staff[column].sum(min_count=1) for title, column in CLASSES.items()}
    weights = {title: policy.class_weights.get(title, 1.0) for title in CLASSES}
    known = inputs.reference_wage_yuan_year is not None and not any(pd.isna(n) for n in people.values())
    heads = sum(int(n) for n in people.values()) if known else 0
    mean = sum(int(people[t]) * weights[t] for t in CLASSES) / heads if heads else None
    wage = inputs.reference_wage_yuan_year or 0.0
    rows = [
        (title, weights[title], people[title], round(wage * weights[title] / mean, 2) if mean else pd.NA)
        for title in CLASSES
    ]
    table = pd.DataFrame(rows, columns=["pay_class", "weight", "people", "pay_yuan_year"])
    return table.astype({"people": "Int64", "pay_yuan_year": "Float64"})


def count_training(posts: pd.Series, policy: Policy) -> pd.Series:
    """Return training seats a year: leaders every year, the others once in the policy's cycle (B二(七))."""
    leaders = posts.clip(upper=policy.leaders_per_community)
    others = posts - leaders
    return (leaders - (-others // policy.training_cycle_years)).astype("Int64")
