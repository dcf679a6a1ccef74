"""Posts of every community, under the county cap, with what they leave undone and the options for k."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import Any

import geopandas as gpd
import pandas as pd

from gridder.policy import Policy
from gridder.staffing.budget import CERTIFICATES, Inputs
from gridder.staffing.county_cap import Cap, allocate_cap
from gridder.staffing.network import Network
from gridder.staffing.options import Staffed, options_json, price_options
from gridder.staffing.posts import Case, fewer_grids, is_rural, lawful_k, staff_posts
from gridder.staffing.training import count_training

PER_HOUSEHOLDS = 1000  # unmet need is shown per so many households
# column → field of ``Posts``; blank where a community has no posts at all
POST_FIGURES = {
    "posts_min": "posts_min", "posts_max": "posts_max", "posts": "posts", "hall_staff": "hall", "field_staff": "field",
    "party_posts": "party", "surplus": "surplus", "need": "need", "other_need": "other_need",
    "other_posts": "other_posts", "grids_for_posts": "grids_for_posts",
}  # fmt: skip
WHOLE = (
    "grids_min grids_max posts_given unmet below_minimum cap_shortage grids_unstaffed grids_for_given hiring_gap"
).split()


@dataclass(frozen=True)
class Plan:
    """A district's plan as staffing sees it: all tables sorted by their index."""

    grids: gpd.GeoDataFrame
    communities: gpd.GeoDataFrame
    cells: gpd.GeoDataFrame
    network: Network
    halls: gpd.GeoDataFrame
    policy: Policy


def staff_communities(
    plan: Plan, people: pd.DataFrame, inputs: Inputs, kept: pd.Series | None
) -> tuple[pd.DataFrame, Cap, pd.DataFrame]:
    """Return the posts of every community, given the county cap; what the cap did; the options for k, priced."""
    policy = plan.policy
    cases = {code: make_case(plan, people, code) for code in plan.communities.index}
    rows = {code: community_posts(case, policy) for code, case in cases.items()}
    table = pd.DataFrame.from_dict(rows, orient="index", columns=[*next(iter(rows.values()), {})])
    table.index.name = plan.communities.index.name
    table["rural"] = [is_rural(str(code), policy) for code in table.index]
    weighed = table[["posts_min", "posts"]].assign(households=plan.communities.households)
    county_cap = inputs.county_cap if policy.county_cap_applies else None
    cap = allocate_cap(weighed[table.posts.notna()], county_cap)
    table["posts_given"], table["unmet"], table["below_minimum"] = cap.given, cap.unmet, cap.below_minimum
    table = table.join(staff_given(table, cases, policy))
    homes = plan.communities.households
    table["unmet_per_1000"] = (cap.unmet * PER_HOUSEHOLDS / homes.where(homes > 0)).round(3)
    for column in ("present", "apart", "public_welfare"):
        table[column] = people[column]
    table["hiring_gap"] = table.posts_given.astype("Int64") - people.present
    table["certified"] = count_certified(people, policy)
    missing = (policy.certified_min - table.certified).clip(lower=0)
    table["certified_gap"] = missing.where(table.posts.notna())
    table["training_seats"] = count_training(table.posts_given.astype("Int64"), policy)
    posted = {code: case for code, case in cases.items() if pd.notna(table.posts[code])}
    spare = None if county_cap is None else max(0, county_cap - int(cap.given.sum()))
    staffed = Staffed(posted, cap.given, spare, people, kept)
    options = price_options(staffed, inputs, policy)
    # A layer holds no pay of persons: what is kept stays in the sheets.
    shown = options if kept is None else price_options(replace(staffed, kept=None), inputs, policy)
    table["k_staffing"] = [options_json(shown, code) for code in table.index]
    return table.astype(dict.fromkeys([*POST_FIGURES, *WHOLE], "Int64")), cap, options


def staff_given(table: pd.DataFrame, cases: dict[str, Case], policy: Policy) -> pd.DataFrame:
    """Return what the posts given leave undone: people missing, grids without worker, grids that could be staffed."""
    figures = pd.DataFrame(index=table.index)
    given = table.posts_given.astype("Int64")
    figures["cap_shortage"] = (table.need.astype("Int64") - given).clip(lower=0)
    field = (given - policy.hall_staff).clip(lower=0)
    grids = pd.Series({code: case.grids for code, case in cases.items()}, dtype="Int64")
    per_grid = policy.grid_workers_per_grid
    within = policy.grid_workers_within_posts and per_grid > 0
    staffed = field // per_grid if within else grids
    figures["grids_unstaffed"] = (grids - staffed).clip(lower=0)
    figures["shortage_per_grid"] = (figures.cap_shortage / grids.where(grids > 0)).astype("Float64").round(2)
    figures["grids_for_given"] = [
        fewer_grids(case, int(given[code]), policy) if within and short else pd.NA
        for (code, case), short in zip(cases.items(), (figures.cap_shortage > 0).fillna(False))
    ]
    return figures.astype({"grids_for_given": "Int64"})


def count_certified(people: pd.DataFrame, policy: Policy) -> pd.Series:
    """Return the holders of certificates that count (B二(七)), NA where those of one of them are unknown."""
    held = people[[CERTIFICATES[title] for title in CERTIFICATES if title in policy.certified_counts]]
    return held.sum(axis=1).astype("Int64").where(held.notna().all(axis=1))


def make_case(plan: Plan, people: pd.DataFrame, code: str) -> Case:
    """Return what the posts of one community depend on."""
    row = dict(plan.communities.loc[code])
    households, grids = int(row["households"]), int(row["grids"])
    k_min, k_max = lawful_options(row, households, plan.policy)
    party = people.party_posts[code]
    special = int(((plan.grids.community_id == code) & (plan.grids.status == "special")).sum())
    return Case(households, grids, 0 if pd.isna(party) else int(party), k_min, k_max, special)


def community_posts(case: Case, policy: Policy) -> dict[str, Any]:
    """Return the figures of one community that follow from its households and grids."""
    posts = staff_posts(case, policy)
    pretend = case.households == 0 and case.grids == 0
    return {
        "grids_min": pd.NA if case.grids_min is None else case.grids_min,
        "grids_max": pd.NA if case.grids_max is None else case.grids_max,
        **{column: pd.NA if pretend else getattr(posts, name) for column, name in POST_FIGURES.items()},
        "grid_workers": case.grids * policy.grid_workers_per_grid,
        "auxiliary_police": case.grids * policy.auxiliary_police_per_grid,
        "shortage": 0 if pretend else posts.shortage,
        "other_shortage": 0 if pretend else posts.other_shortage,
        "derivation": None if pretend else to_json(posts.facts()),
    }


def lawful_options(row: dict[str, Any], households: int, policy: Policy) -> tuple[int | None, int | None]:
    """Return the lawful numbers of grids: the plan's own (per connected piece), else by arithmetic."""
    if "grids_min" in row and "grids_max" in row:
        low, high = row["grids_min"], row["grids_max"]
        return (None, None) if pd.isna(low) or pd.isna(high) else (int(low), int(high))
    return lawful_k(households, policy) or (None, None)


def to_json(value: Any) -> str:
    """Return compact JSON text with sorted keys."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True)
