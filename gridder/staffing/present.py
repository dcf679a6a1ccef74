"""The people present in each community, as the county counts them."""

from __future__ import annotations

import pandas as pd

from gridder.tables import LAYERS

COUNTS = tuple(column.name for column in LAYERS["workforce"] if column.dtype == "count")


def present_staff(
    community_ids: pd.Index, workforce: pd.DataFrame, posts_now: pd.Series | None
) -> pd.DataFrame:
    """Return the people in each community: ``COUNTS`` and ``present``, NA where nothing is known.

    ``present`` is the sum of the three classes where all are given, else ``posts_now`` of the workforce
    table, else of the communities. Public-welfare posts are never among them (B二(一)) but apart.
    """
    table = pd.DataFrame(index=community_ids, columns=list(COUNTS), dtype="Int64")
    if len(workforce) and "community_id" in workforce.columns:
        keyed = workforce.assign(community_id=workforce.community_id.astype(str))
        given = [c for c in COUNTS if c in workforce.columns]
        numbers = keyed[given].apply(pd.to_numeric, errors="coerce").astype("Int64")
        sums = numbers.groupby(keyed.community_id).sum(min_count=1)
        table[given] = sums.reindex(community_ids)
    if posts_now is not None:
        table["posts_now"] = table.posts_now.fillna(pd.to_numeric(posts_now, errors="coerce").astype("Int64"))
    by_class = table[["leaders", "committee", "staff"]]
    classes = by_class.sum(axis=1).astype("Int64").where(by_class.notna().all(axis=1))
    table["present"] = classes.fillna(table.posts_now)
    return table
