"""The years in which missing people are hired, and what they cost (B三(一))."""

from __future__ import annotations

from collections import Counter
from itertools import islice

import pandas as pd

from gridder.policy import Policy
from gridder.staffing.budget import FEN, Inputs, cost_people
from gridder.staffing.sharing_out import take_turns


def schedule_hiring(gaps: pd.Series, grids: pd.Series, policy: Policy) -> pd.DataFrame:
    """Return the people hired by community and year: equal years, largest gap per grid first (B三(一)).

    Parameters
    ----------
    gaps
        Posts minus present staff by community_id; NA (unknown) and negative gaps hire nobody.
    grids
        Grids by community_id.

    Returns
    -------
    DataFrame indexed by community_id, columns 1 … ``hiring_years``; each row sums to its gap, the years
    differ by one person at most, earlier years the larger.
    """
    gaps = gaps.sort_index()
    left = gaps.fillna(0).clip(lower=0).astype("int64")
    turns = take_turns(left, grids.reindex(left.index).fillna(0))
    hired = [Counter(islice(turns, people)) for people in split_evenly(int(left.sum()), policy.hiring_years)]
    years = {year: [each[key] for key in left.index] for year, each in enumerate(hired, start=1)}
    return pd.DataFrame(years, index=left.index, dtype="int64")


def plan_hiring(communities: pd.DataFrame, policy: Policy) -> pd.DataFrame:
    """Return the people hired by community and year (columns 1, 2 …), NA where the gap is not known.

    Parameters
    ----------
    communities
        Indexed by community_id: ``hiring_gap`` (posts given less present staff), ``grids``.
    """
    years = schedule_hiring(communities.hiring_gap, communities.grids, policy).reindex(communities.index)
    return years.astype("Int64").where(communities.hiring_gap.notna(), axis=0)


def cost_hiring(years: pd.DataFrame, inputs: Inputs, policy: Policy) -> pd.DataFrame:
    """Return what the people hired so far cost in each year, in yuan: pay, employer's share and amounts a person.

    Parameters
    ----------
    years
        People hired by community and year, columns 1, 2 …, NA where the gap is not known.

    Returns
    -------
    DataFrame on the same index: ``cost_at_once`` (a year, were all hired in the first), ``cost_year_1`` … (of that
    year) and ``spent_year_1`` … (up to its end); NA where wage or rate is not given. Amounts a person that were not
    given are left out, as in the budget's total.
    """
    so_far = years.astype("Int64").cumsum(axis=1)
    costs = {year: cost_people(so_far[year], inputs, policy) for year in years.columns}
    table = pd.DataFrame({"cost_at_once": costs[years.columns[-1]]}, index=years.index)
    for year, cost in costs.items():
        table[f"cost_year_{year}"] = cost
    for year in costs:
        table[f"spent_year_{year}"] = sum(cost for earlier, cost in costs.items() if earlier <= year)
    return table.astype("Float64") / FEN


def split_evenly(total: int, parts: int) -> list[int]:
    """Return ``total`` in ``parts`` whole numbers that differ by one at most, the larger first."""
    each, over = divmod(total, parts)
    return [each + (part < over) for part in range(parts)]
