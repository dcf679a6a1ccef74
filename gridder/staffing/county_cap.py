"""The county cap over the communities: which posts are given, and which cap would be enough (B二(二) 总量控制)."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import islice

import pandas as pd

from gridder.staffing.sharing_out import take_turns


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
    turns = take_turns(target - given, households)
    shares = Counter(islice(turns, max(0, cap - int(given.sum()))))
    return given + pd.Series([shares[key] for key in given.index], index=given.index, dtype="int64")


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
