"""Training seats: leaders every year, the others in turns (B二(七))."""

from __future__ import annotations

import pandas as pd

from gridder.policy import Policy

YEAR = "training_year_"  # columns of the plan: training_year_1 …


def count_training(posts: pd.Series, policy: Policy) -> pd.Series:
    """Return training seats a year: leaders every year, the others once in the policy's cycle (B二(七))."""
    leaders = posts.clip(upper=policy.leaders_per_community)
    others = posts - leaders
    return (leaders - (-others // policy.training_cycle_years)).astype("Int64")


def plan_training(posts: pd.Series, policy: Policy) -> pd.DataFrame:
    """Return seats by community and year: ``leaders``, ``others``, ``training_year_1`` … of one cycle.

    Leaders have a seat every year, the others one in the cycle. Seats that do not divide evenly are dealt to the years
    in turn through the district, so that its years differ by one seat at most. NA where posts are.

    Parameters
    ----------
    posts
        Posts given by community_id, Int64.
    """
    years = policy.training_cycle_years
    table = pd.DataFrame(index=posts.index)
    table["leaders"] = posts.clip(upper=policy.leaders_per_community)
    table["others"] = posts - table["leaders"]
    rest = (table["others"] % years).fillna(0).astype("int64")
    first = rest.cumsum() - rest  # the year after the one where the last community stopped
    for year in range(years):
        extra = ((year - first) % years < rest).astype("Int64")
        table[f"{YEAR}{year + 1}"] = table["leaders"] + table["others"] // years + extra
    return table.astype("Int64")
