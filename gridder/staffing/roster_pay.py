"""Pay of a roster against the standard of each class: what lies above it is kept (B二(四) 现高于此标准的保持不降)."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from gridder.policy import Policy
from gridder.staffing.budget import FEN_DIGITS
from gridder.staffing.persons import COUNTED, read_persons


def standards_of(classes: pd.DataFrame | None) -> dict[str, float]:
    """Return the standard of pay of every class that has one, in yuan a year."""
    if classes is None or "pay_yuan_year" not in classes:
        return {}
    known = classes[classes["pay_yuan_year"].notna()]
    return {str(title): float(pay) for title, pay in zip(known["pay_class"], known["pay_yuan_year"])}


def weigh_pay(
    roster: pd.DataFrame, facts: pd.DataFrame, standards: Mapping[str, float], policy: Policy
) -> pd.DataFrame:
    """Return pay, its standard and what is kept above it, of persons counted; NA where one of them is unknown."""
    pay = facts["pay_yuan_year"].astype("Float64")
    counted = (roster["place"] == COUNTED).to_numpy(bool)
    standard = facts["pay_class"].map(standards).astype("Float64").where(counted)
    kept = (pay - standard).clip(lower=0).round(FEN_DIGITS)
    if not policy.pay_kept:
        kept = pd.Series(pd.NA, index=roster.index, dtype="Float64")
    return pd.DataFrame({"pay_yuan_year": pay, "pay_standard": standard, "pay_kept": kept})


def kept_pay(roster: pd.DataFrame, classes: pd.DataFrame, policy: Policy) -> pd.Series:
    """Return by community what lies above the standards and is kept (B二(四)): yuan a year, Float64.

    NA for a community where pay, class or standard of any person counted is unknown, and for all where the policy
    keeps nothing; communities without persons counted are not there.
    """
    if roster.empty:
        return pd.Series([], index=pd.Index([], dtype=object), dtype="Float64")
    counted = (roster["place"] == COUNTED).to_numpy(bool)
    pay = weigh_pay(roster, read_persons(roster, policy), standards_of(classes), policy)
    sums = (
        pay["pay_kept"][counted]
        .groupby(roster["community_id"][counted])
        .agg(lambda one: one.sum(skipna=False))
    )
    return sums.astype("Float64").round(FEN_DIGITS).sort_index().rename_axis(None)
