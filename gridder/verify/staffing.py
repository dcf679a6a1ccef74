"""Staffing worked out again from the layers and the rules recorded: people, posts, the cap, minutes, the hall."""

from __future__ import annotations

import json
from collections.abc import Callable
from math import ceil
from typing import Any

import numpy as np
import pandas as pd

from gridder.verify.base import Delivery, Violation, as_count, as_text, blame, counts
from gridder.verify.entrances import check_units
from gridder.verify.figures import (
    MINUTES_PER_HOUR,
    ROUNDED,
    judge,
    judge_column,
    numbers,
    per_minute,
    setting,
)
from gridder.verify.halls import check_hall
from gridder.verify.posts import POSTS, deal_out, is_peopled_right, party_present, post_figures

GRIDS, COMMUNITIES = "grids", "communities"


def check_staffing(delivery: Delivery) -> list[Violation]:
    """Every figure about people in the layers follows from households, grids and the rules recorded.

    A check is left out where the delivery is from before its rule was made.
    """
    grids = delivery.grids.set_index("grid_code").sort_index()
    communities = delivery.communities.set_index("community_id").sort_index()
    if not (grids.index.is_unique and communities.index.is_unique):
        return []  # the id that stands twice is reported by itself
    known = set(delivery.rules)
    found: list[Violation] = []
    for needed, check in CHECKS:
        if set(needed.split()) <= known:
            found += check(delivery, grids, communities)
    return found


def check_people(delivery: Delivery, grids: Any, communities: Any) -> list[Violation]:
    """One worker and one officer a grid, or as many as the rules say; communities have their sums (A二(三)2, 4)."""
    rules, found = delivery.rules, []
    for column, total, rule in (
        ("grid_worker", "grid_workers", "grid_workers_per_grid"),
        ("auxiliary_police", "auxiliary_police", "auxiliary_police_per_grid"),
    ):
        found += judge_column(GRIDS, grids, column, pd.Series(rules[rule], grids.index))
        sums = numbers(grids[column]).groupby(grids["community_id"]).sum()
        found += judge_column(COMMUNITIES, communities, total, sums.reindex(communities.index).fillna(0))
    return found


def check_visits(delivery: Delivery, grids: Any, communities: Any) -> list[Violation]:
    """Visits a working day cover the grid once a month (B二(八) 月全覆盖)."""
    rules = delivery.rules
    true = numbers(grids[rules["monthly_cover"]]) / rules["working_days_per_month"]
    return judge_column(GRIDS, grids, "visits_per_day", true, within=ROUNDED)


def check_minutes(delivery: Delivery, grids: Any, communities: Any) -> list[Violation]:
    """Minutes are metres over the walking speed, a day has its rounds, a community its longest one."""
    rules = delivery.rules
    minutes = numbers(grids["round_m"]) / per_minute(rules)
    found = judge_column(GRIDS, grids, "round_min", minutes, within=ROUNDED)
    said = numbers(grids["round_min"])
    day = said * rules["rounds_per_day"]
    if "visits_min" in grids:  # a day is rounds and visits
        visits = numbers(grids["visits_per_day"]) * rules.get("visit_minutes", 0)
        found += judge_column(GRIDS, grids, "visits_min", visits, within=ROUNDED)
        day += numbers(grids["visits_min"])
    found += judge_column(GRIDS, grids, "day_min", day, within=ROUNDED)
    if {"day_min", "fits_shift"} <= set(grids) and "shift_hours" in rules:
        said_day = numbers(grids["day_min"])
        fits = (said_day <= rules["shift_hours"] * MINUTES_PER_HOUR).where(said_day.notna())
        found += judge(GRIDS, "fits_shift", grids["fits_shift"], fits)
    longest = said.groupby(grids["community_id"]).max().reindex(communities.index)
    return found + judge_column(COMMUNITIES, communities, "round_min_max", longest, within=ROUNDED)


def check_post_figures(delivery: Delivery, grids: Any, communities: Any) -> list[Violation]:
    """Posts, hall, field, need, shortage and surplus follow from households and grids (B二(二), B二(八))."""
    staffed, party = posted(communities), party_present(delivery, communities.index)
    people, held = counts(communities["households"]), counts(communities["grids"])
    said = pd.DataFrame({name: numbers(communities[name]) for name in POSTS if name in communities})
    true = said.copy()
    for key in communities.index:
        households, n = int(people[key]), int(held[key])
        figures = post_figures(households, n, int(party[key]), delivery.rules) if staffed[key] else {}
        for name in said.columns:
            blank = 0.0 if name in ("shortage", "other_shortage") else np.nan
            true.loc[key, name] = figures.get(name, blank)
    return [v for name in said.columns for v in judge(COMMUNITIES, name, said[name], true[name])]


def posted(communities: pd.DataFrame) -> pd.Series:
    """Whether a community has posts at all: somebody lives there, or it has grids."""
    return (numbers(communities["households"]) > 0) | (numbers(communities["grids"]) > 0)


def check_cap(delivery: Delivery, grids: Any, communities: Any) -> list[Violation]:
    """Posts given keep to the county cap and are dealt out by need, minima first (B二(二) 总量控制)."""
    if "posts_given" not in communities:
        return []
    table = communities[posted(communities)]
    said = numbers(communities["posts_given"])
    cap = setting(delivery, "county_cap") if delivery.rules["county_cap_applies"] else None
    found = []
    if cap is not None and said.sum() > cap:
        facts = {"said": int(said.sum()), "cap": int(cap)}
        found.append(blame("verify_staffing.cap", communities.index[said > 0], **facts))
    given = deal_out(table, cap)
    found += judge(COMMUNITIES, "posts_given", said, given)
    unmet = numbers(communities["posts"]) - said
    found += judge_column(COMMUNITIES, communities, "unmet", unmet)
    rate = unmet * 1000 / numbers(communities["households"]).replace(0.0, np.nan)
    found += judge_column(COMMUNITIES, communities, "unmet_per_1000", rate, within=0.001)
    low = (numbers(communities["posts_min"]) - said).clip(lower=0)
    found += judge_column(COMMUNITIES, communities, "below_minimum", low)
    if "need" in communities:
        short = (numbers(communities["need"]) - said).clip(lower=0)
        found += judge_column(COMMUNITIES, communities, "cap_shortage", short)
    return found


def check_hiring(delivery: Delivery, grids: Any, communities: Any) -> list[Violation]:
    """The gap is posts less people, certificates and seats follow from them (B三(一), B二(七))."""
    rules, found = delivery.rules, []
    if "posts_given" not in communities:
        return []
    given = numbers(communities["posts_given"])
    if "present" in communities:
        gap = given - numbers(communities["present"])
        found += judge_column(COMMUNITIES, communities, "hiring_gap", gap)
    if "certified" in communities:
        missing = (rules["certified_min"] - numbers(communities["certified"])).clip(lower=0)
        missing = missing.where(posted(communities))
        found += judge_column(COMMUNITIES, communities, "certified_gap", missing)
    leaders = given.clip(upper=rules["leaders_per_community"])
    seats = leaders + ((given - leaders) / rules["training_cycle_years"]).map(ceil, na_action="ignore")
    return found + judge_column(COMMUNITIES, communities, "training_seats", seats)


def check_scope(delivery: Delivery, grids: Any, communities: Any) -> list[Violation]:
    """Villages by their code, and no others, are marked as outside B (B二(一))."""
    low, high = delivery.rules["code_rural_first"], delivery.rules["code_rural_last"]
    village = [
        len(key) == 12 and key.isascii() and key.isdecimal() and low <= int(key[-3:]) <= high
        for key in communities.index
    ]
    return judge_column(COMMUNITIES, communities, "rural", pd.Series(village, communities.index))


def check_options(delivery: Delivery, grids: Any, communities: Any) -> list[Violation]:
    """Every lawful number of grids is offered, no other, with its people and need (house rule: show the options)."""
    if "k_staffing" not in communities:
        return []
    special = grids.loc[grids["status"] == "special", "community_id"].value_counts()
    facts = communities.assign(
        special=special.reindex(communities.index).fillna(0), party=party_present(delivery, communities.index)
    )
    wrong = [key for key, row in facts.iterrows() if not offers_lawful(row, delivery.rules)]
    return [blame("verify_staffing.options", wrong)] if wrong else []


def offers_lawful(row: pd.Series, rules: dict[str, Any]) -> bool:
    """Whether the options of a community are its lawful numbers of grids, each with its people."""
    low, high = as_count(row["grids_min"]), as_count(row["grids_max"])
    lawful = [] if low is None or high is None else list(range(low, high + 1))
    try:
        options = json.loads(as_text(row["k_staffing"]) or "[]")
    except json.JSONDecodeError:
        return False
    if [option.get("k") for option in options] != lawful:
        return False
    special, households = int(row["special"]), as_count(row["households"]) or 0
    if any(option.get("grids", option["k"] + special) != option["k"] + special for option in options):
        return False
    return all(is_peopled_right(option, households, int(row["party"]), rules) for option in options)


BAND = (
    "posts_base_households posts_base_min posts_base_max posts_step_min_households posts_step_max_households"
)
POST_RULES = (
    f"{BAND} step_rounding hall_staff field_staff_min party_posts_min grid_workers_within_posts "
    "grid_workers_per_grid"
)
CHECKS: tuple[tuple[str, Callable[[Delivery, Any, Any], list[Violation]]], ...] = (
    ("grid_workers_per_grid auxiliary_police_per_grid", check_people),
    ("monthly_cover working_days_per_month", check_visits),
    ("walking_speed_kmh rounds_per_day", check_minutes),
    (POST_RULES, check_post_figures),
    ("county_cap_applies", check_cap),
    ("", check_units),
    ("certified_min leaders_per_community training_cycle_years", check_hiring),
    ("code_rural_first code_rural_last", check_scope),
    ("walking_speed_kmh detour_factor hall_minutes path_reach_m", check_hall),
    (f"{POST_RULES} auxiliary_police_per_grid", check_options),
)
