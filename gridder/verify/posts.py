"""Posts of a community and the county cap, worked out again from the words of the rules (B二(二), B二(八))."""

from __future__ import annotations

from fractions import Fraction
from math import ceil, floor
from typing import Any

import numpy as np
import pandas as pd

from gridder.verify.base import as_count
from gridder.verify.figures import numbers

POSTS = (
    "posts_min posts_max posts hall_staff field_staff party_posts need other_need shortage other_shortage surplus"
).split()


def posts_band(households: int, rules: dict[str, Any]) -> tuple[int, int]:
    """Return the band of posts of a community (B二(二))."""
    over = max(0, households - rules["posts_base_households"])
    whole = floor if rules["step_rounding"] == "floor" else ceil
    low = rules["posts_base_min"] + whole(over / rules["posts_step_min_households"])
    return low, rules["posts_base_max"] + whole(over / rules["posts_step_max_households"])


def closest(row: pd.Series, said: pd.Series, rules: dict[str, Any]) -> dict[str, float]:
    """Return the lawful figures nearest to what is said.

    How many party-building workers a community has already stands in no layer: every number is tried.
    """
    households, grids = as_count(row["households"]) or 0, as_count(row["grids"]) or 0
    tries = [
        post_figures(households, grids, missing, rules) for missing in range(rules["party_posts_min"] + 1)
    ]
    if "party_posts" in said.index and said["party_posts"] >= rules["party_posts_min"]:
        tries[0]["party_posts"] = float(said["party_posts"])  # more of them already than the rules ask for
    return min(tries, key=lambda true: sum(said[name] != true[name] for name in said.index))


def post_figures(households: int, grids: int, missing: int, rules: dict[str, Any]) -> dict[str, float]:
    """Return the posts of a community where ``missing`` party-building posts are not yet among them."""
    low, high = posts_band(households, rules)
    base, bottom = rules["posts_base_households"], rules["posts_base_min"]
    rise = Fraction((rules["posts_base_max"] - bottom) * min(households, base), base)
    steps = max(0, households - base) // rules["posts_step_min_households"]
    within = grids * rules["grid_workers_per_grid"] + rules["hall_staff"]
    beside = rules["hall_staff"] + rules["field_staff_min"]
    need, other = (within, beside) if rules["grid_workers_within_posts"] else (beside, within)
    wanted = max(bottom + floor(rise + Fraction(1, 2)) + steps, need + missing)
    posts = sorted((low, wanted, high))[1]
    hall = min(rules["hall_staff"], posts)
    return {
        "posts_min": low, "posts_max": high, "posts": posts, "hall_staff": hall, "field_staff": posts - hall,
        "party_posts": rules["party_posts_min"] - missing + min(missing, max(0, posts - need)),
        "need": need, "other_need": other, "shortage": max(0, need - posts), "other_shortage": max(0, other - high),
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


def is_priced_right(option: dict[str, Any], households: int, rules: dict[str, Any]) -> bool:
    """Whether an option has the people, posts and need of its number of grids."""
    grids = option["k"]
    tries = [post_figures(households, grids, m, rules) for m in range(rules["party_posts_min"] + 1)]
    people = {
        "grid_workers": grids * rules["grid_workers_per_grid"],
        "auxiliary_police": grids * rules["auxiliary_police_per_grid"],
    }
    return any(
        all(
            option.get(name, true) == true
            for name, true in (people | {n: t[n] for n in ("need", "posts", "shortage")}).items()
        )
        for t in tries
    )
