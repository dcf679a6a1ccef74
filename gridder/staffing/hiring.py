"""The years in which missing people are hired, and what they cost (B三(一))."""

from __future__ import annotations

import heapq

import pandas as pd

from gridder.policy import Policy
from gridder.staffing.budget import FEN, Inputs, cost_people


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
    weight = grids.reindex(left.index).fillna(0).astype("int64").clip(lower=1)
    years = range(1, policy.hiring_years + 1)
    plan = pd.DataFrame(0, index=left.index, columns=list(years))
    queue = [(-int(left[c]) / int(weight[c]), c) for c in left.index if left[c] > 0]
    heapq.heapify(queue)
    for year, people in zip(years, split_evenly(int(left.sum()), policy.hiring_years)):
        for _ in range(people):
            _, community = heapq.heappop(queue)
            plan.loc[community, year] += 1
            left[community] -= 1
            if left[community] > 0:
                heapq.heappush(queue, (-int(left[community]) / int(weight[community]), community))
    return plan


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
