"""Posts of a community and the county cap, worked out again from the words of the rules (B二(二), B二(八))."""

from __future__ import annotations

from fractions import Fraction
from math import ceil, floor
from typing import Any

import numpy as np
import pandas as pd

from gridder.verify.base import Delivery, as_text, optional_layer
from gridder.verify.figures import numbers

POSTS = (
    "posts_min posts_max posts hall_staff field_staff party_posts need other_need "
    "other_posts shortage other_shortage surplus"
).split()


def posts_band(households: int, rules: dict[str, Any]) -> tuple[int, int]:
    """Return the band of posts of a community (B二(二))."""
    over = max(0, households - rules["posts_base_households"])
    whole = floor if rules["step_rounding"] == "floor" else ceil
    low = rules["posts_base_min"] + whole(over / rules["posts_step_min_households"])
    return low, rules["posts_base_max"] + whole(over / rules["posts_step_max_households"])


def party_present(delivery: Delivery, communities: pd.Index) -> pd.Series:
    """Return the party-building posts that each community has already, 0 where none are stated."""
    people = optional_layer(delivery, "workforce")
    if not {"community_id", "party_posts"} <= set(people.columns):
        return pd.Series(0, communities)
    stated = numbers(people["party_posts"]).groupby(people["community_id"].map(as_text)).sum()
    return stated.reindex(communities).fillna(0).astype("int64")


def post_figures(households: int, grids: int, party: int, rules: dict[str, Any]) -> dict[str, int]:
    """Return the posts of a community that has so many party-building posts already."""
    missing = max(0, rules["party_posts_min"] - party)
    low, high = posts_band(households, rules)
    base, bottom = rules["posts_base_households"], rules["posts_base_min"]
    rise = Fraction((rules["posts_base_max"] - bottom) * min(households, base), base)
    steps = max(0, households - base) // rules["posts_step_min_households"]
    within = grids * rules["grid_workers_per_grid"] + rules["hall_staff"]
    beside = rules["hall_staff"] + rules["field_staff_min"]
    need, other = (within, beside) if rules["grid_workers_within_posts"] else (beside, within)
    by_households = bottom + floor(rise + Fraction(1, 2)) + steps
    posts, other_posts = (sorted((low, max(by_households, n + missing), high))[1] for n in (need, other))
    hall = min(rules["hall_staff"], posts)
    return {
        "posts_min": low, "posts_max": high, "posts": posts, "hall_staff": hall, "field_staff": posts - hall,
        "party_posts": party + min(missing, max(0, posts - need)),
        "need": need, "other_need": other, "other_posts": other_posts,
        "shortage": max(0, need - posts), "other_shortage": max(0, other - other_posts),
        "surplus": max(0, posts - need - missing),
    }  # fmt: skip


def deal_out(table: pd.DataFrame, cap: float | None) -> pd.Series:
    """Return the posts given: one at a time to the greatest unmet need per household, ties by id, minima first."""
    wanted, minima = (numbers(table[name]).to_numpy() for name in ("posts", "posts_min"))
    if cap is None or wanted.sum() <= cap:
        return pd.Series(wanted, table.index)
    people = np.maximum(numbers(table["households"]).to_numpy(), 1)
    given = np.zeros(len(table))
    for target in (minima, wanted):
        while given.sum() < floor(cap) and (given < target).any():
            given[np.argmax((target - given) / people)] += 1
    return pd.Series(given, table.index)


def is_peopled_right(option: dict[str, Any], households: int, party: int, rules: dict[str, Any]) -> bool:
    """Whether an option for the number of grids has the people, need and posts of that number."""
    grids = option.get("grids", option["k"])
    figures = post_figures(households, grids, party, rules)
    true = {name: figures[name] for name in ("need", "posts", "shortage")}
    true["grid_workers"] = grids * rules["grid_workers_per_grid"]
    true["auxiliary_police"] = grids * rules["auxiliary_police_per_grid"]
    return all(option.get(name, figure) == figure for name, figure in true.items())
