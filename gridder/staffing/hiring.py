"""The county cap over the communities, and the years in which missing people are hired (B二(二), B三(一))."""

from __future__ import annotations

import heapq
from dataclasses import dataclass

import pandas as pd

from gridder.policy import Policy
from gridder.staffing.budget import FEN, NEEDED, PER_PERSON, Inputs, cost_posts

# unmet need is compared per so many households, as RULES says it; cancels out of the order
PER_HOUSEHOLDS = 1000


@dataclass(frozen=True)
class Cap:
    """Posts given under the county cap (B二(二) 总量控制).

    Parameters
    ----------
    given
        Posts given to each community, never above what was recommended; their sum never exceeds the cap.
    unmet
        Recommended minus given, ≥ 0.
    below_minimum
        Posts by which a community stays below its own minimum: 0 unless the minima alone exceed the cap.
    excess
        Posts by which the sum of the minima exceeds the cap, ≥ 0.
    households
        Households by which unmet need was weighed.
    """

    given: pd.Series
    unmet: pd.Series
    below_minimum: pd.Series
    excess: int
    households: pd.Series


def allocate_cap(posts: pd.DataFrame, cap: int | None) -> Cap:
    """Return the posts given to each community: minima first, then by unmet need per 1,000 households.

    One post at a time to the community with the greatest unmet need u / H (u posts missing, H households), ties by
    community_id. No other way to share out the same posts above the minima

    - has a smaller greatest u / H: whoever got a post had at least the final greatest u / H before it, so that going
      below that value takes a post more for one community and spares none of the others';
    - has a smaller Σ u (u + 1) / 2H, the burden when the i-th missing post of a community weighs i / H: that cost is
      separable and convex, and the rule always takes the largest saving left (Gross 1956; Ibaraki and Katoh 1988,
      *Resource Allocation Problems*, greedy algorithm).

    A larger cap takes no post from anybody: the posts given under cap + 1 are those under cap and one more.

    Parameters
    ----------
    posts
        Indexed by community_id: ``posts_min``, ``posts`` (recommended), ``households``; whole numbers.
    cap
        Most posts of the county; None gives what is recommended.
    """
    table = posts.sort_index()
    wanted, minima = table.posts.astype("int64"), table.posts_min.astype("int64")
    if cap is None or int(wanted.sum()) <= cap:
        given = wanted.copy()
    else:
        given = pd.Series(0, index=table.index)
        given = give_one_by_one(given, minima, table.households, cap)
        given = give_one_by_one(given, wanted, table.households, cap)
    excess = 0 if cap is None else max(0, int(minima.sum()) - cap)
    return Cap(given, wanted - given, (minima - given).clip(lower=0), excess, table.households)


def give_one_by_one(given: pd.Series, target: pd.Series, households: pd.Series, cap: int) -> pd.Series:
    """Return ``given`` raised towards ``target`` post by post, greatest unmet need first, ties by id."""
    weight = dict(zip(given.index, households.clip(lower=1).astype("int64")))
    missing = dict(zip(given.index, (target - given).clip(lower=0).astype("int64")))
    shares = dict.fromkeys(given.index, 0)

    def entry(community: str) -> tuple[float, str]:
        return -int(missing[community]) * PER_HOUSEHOLDS / int(weight[community]), community

    queue = [entry(c) for c in given.index if missing[c] > 0]
    heapq.heapify(queue)
    left = cap - int(given.sum())
    while queue and left > 0:
        _, community = heapq.heappop(queue)
        shares[community] += 1
        missing[community] -= 1
        left -= 1
        if missing[community] > 0:
            heapq.heappush(queue, entry(community))
    return given + pd.Series(shares, index=given.index, dtype="int64")


def cap_to_staff(posts: pd.DataFrame) -> int:
    """Return the smallest cap under which every community is given what its grids and hall need, as far as its band goes.

    Parameters
    ----------
    posts
        As for ``allocate_cap``, and ``need``.
    """
    table = posts.sort_index()
    enough = table[["need", "posts"]].astype("int64").min(axis=1)
    low, high = int(enough.sum()) - 1, int(table.posts.astype("int64").sum())
    while high - low > 1:  # a larger cap takes no post from anybody: halve what is left
        middle = (low + high) // 2
        if (allocate_cap(table, middle).given >= enough).all():
            high = middle
        else:
            low = middle
    return high


def present_staff(
    community_ids: pd.Index, workforce: pd.DataFrame, posts_now: pd.Series | None
) -> pd.DataFrame:
    """Return the people present in each community by class, NA where nothing is known.

    ``present`` is the sum of the three classes where all are given, else ``posts_now`` of the workforce
    table, else of the communities. Public-welfare posts are never among them (B二(一)) but apart.
    """
    columns = "leaders committee staff posts_now party_posts public_welfare apart assistant_certified certified".split()
    columns.append("senior_certified")
    table = pd.DataFrame(index=community_ids, columns=columns, dtype="Int64")
    if len(workforce) and "community_id" in workforce.columns:
        keyed = workforce.assign(community_id=workforce.community_id.astype(str))
        given = [c for c in columns if c in workforce.columns]
        numbers = keyed[given].apply(pd.to_numeric, errors="coerce").astype("Int64")
        sums = numbers.groupby(keyed.community_id).sum(min_count=1)
        table[given] = sums.reindex(community_ids)
    if posts_now is not None:
        table["posts_now"] = table.posts_now.fillna(pd.to_numeric(posts_now, errors="coerce").astype("Int64"))
    by_class = table[["leaders", "committee", "staff"]]
    classes = by_class.sum(axis=1).astype("Int64").where(by_class.notna().all(axis=1))
    table["present"] = classes.fillna(table.posts_now)
    return table


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


def cost_people(people: pd.Series, inputs: Inputs, policy: Policy) -> pd.Series:
    """Return the yearly cost of people in fen, NA without pool or employer's share."""
    lines = cost_posts(people, inputs, policy)
    needed = lines[list(NEEDED)].sum(axis=1, skipna=False)
    return (needed + lines[list(PER_PERSON)].fillna(0).sum(axis=1)).astype("Int64")


def split_evenly(total: int, parts: int) -> list[int]:
    """Return ``total`` in ``parts`` whole numbers that differ by one at most, the larger first."""
    each, over = divmod(total, parts)
    return [each + (part < over) for part in range(parts)]
