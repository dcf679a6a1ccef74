"""Staffing of a district: posts, walks, hiring and money, as tables and findings."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import pandas as pd

from gridder.errors import Finding
from gridder.policy import Policy
from gridder.staffing.budget import CERTIFICATES, Inputs, cost_communities, count_training, read_inputs
from gridder.staffing.hiring import Cap, allocate_cap, present_staff
from gridder.staffing.network import Network, make_network
from gridder.staffing.patrol import mean_by_households, share_near_hall, walk_rounds, walk_to_halls
from gridder.staffing.posts import Case, Posts, is_rural, lawful_k, staff_posts
from gridder.staffing.remarks import find_remarks
from gridder.staffing.sheets import Content, make_sheets

MINUTES_PER_HOUR = 60
POST_FIGURES = "posts_min posts_max posts hall_staff field_staff party_posts surplus need other_need".split()
WHOLE = "grids_min grids_max posts_given unmet below_minimum cap_shortage hiring_gap".split()


@dataclass(frozen=True)
class Staffing:
    """What a plan means in people.

    Parameters
    ----------
    grids
        Indexed by grid_code: ``grid_worker``, ``auxiliary_police``, ``visits_per_day``, ``round_m``,
        ``round_min``, ``day_min`` (all rounds of a day), ``fits_shift``, ``hall_minutes``, ``tour`` (JSON
        list of cell ids), ``walk`` (the same with every cell passed) and ``route`` (the line walked, WKT).
    communities
        Indexed by community_id: the staffing columns of the contract, then ``posts_given`` (under the county
        cap), ``unmet``, ``cap_shortage`` (need above posts given), ``need``, ``surplus``, ``other_need``,
        ``other_shortage``, ``present``, ``public_welfare``, ``hiring_gap``, ``hall_share``, ``certified``,
        ``certified_gap``, ``training_seats``, ``rural``, ``derivation`` (JSON, for
        ``posts.explain_posts``) and ``k_staffing`` (JSON, one entry a lawful k).
        A community without households and grids has blank posts: the text sizes posts by households.
    sheets
        Tables of the workbook by name: summary, grids, communities, subdistricts, hiring, budget, classes,
        inputs, notes, rules.
    findings
        What somebody should know, sorted by code.
    """

    grids: pd.DataFrame
    communities: pd.DataFrame
    sheets: dict[str, pd.DataFrame]
    findings: tuple[Finding, ...]


@dataclass(frozen=True)
class Plan:
    """A district's plan as staffing sees it: all tables sorted by their index."""

    grids: gpd.GeoDataFrame
    communities: gpd.GeoDataFrame
    cells: gpd.GeoDataFrame
    network: Network
    halls: gpd.GeoDataFrame
    policy: Policy


def staff_district(
    *,
    grids: gpd.GeoDataFrame,
    communities: gpd.GeoDataFrame,
    cells: gpd.GeoDataFrame,
    edges: pd.DataFrame,
    barriers: gpd.GeoDataFrame,
    halls: gpd.GeoDataFrame,
    workforce: pd.DataFrame,
    policy: Policy,
    settings: Mapping[str, Any],
    lang: str,
) -> Staffing:
    """Return the staffing of a planned district.

    Parameters
    ----------
    grids
        Indexed by grid_code: ``community_id``, ``households``, ``buildings``, ``status``.
    communities
        Indexed by community_id: ``name``, ``subdistrict``, ``households``, ``grids``, ``status``; optional
        ``grids_min``, ``grids_max``, ``posts_now``.
    cells
        Indexed by cell_id: ``households``, ``grid_code``, ``community_id``, polygons in metres.
    edges
        Adjacency: ``cell_a``, ``cell_b``, ``kind``.
    barriers
        Lines, polygons and points with ``kind``; footpaths among them make people walk along paths.
    settings
        ``settings['staffing']`` may hold ``county_cap``, ``reference_wage_yuan_year``, ``employer_rate``;
        what is missing leaves its figures blank.
    lang
        Language of the texts in the sheets; the figures do not depend on it.
    """
    network = make_network(cells, edges, barriers, policy, halls.geometry)
    plan = Plan(grids.sort_index(), communities.sort_index(), cells.sort_index(), network, halls, policy)
    inputs = read_inputs(settings)
    minutes = walk_to_halls(plan.cells, halls, network, policy)
    by_grid = staff_grids(plan, minutes)
    people = present_staff(plan.communities.index, workforce, plan.communities.get("posts_now"))
    by_community, cap = staff_communities(plan, people, inputs)
    by_community["round_min_max"] = longest_rounds(plan, by_grid)
    near = share_near_hall(minutes, plan.cells, policy)
    by_community["hall_share"] = near.reindex(by_community.index).round(3)
    costs = cost_communities(by_community.posts_given, people, inputs, policy)
    findings = find_remarks(by_grid, by_community, cap.excess, inputs, policy)
    content = Content(
        grids=put_in(plan.grids, by_grid),
        communities=put_in(plan.communities, by_community),
        costs=costs,
        people=people,
        inputs=inputs,
        findings=findings,
        policy=policy,
        lang=lang,
    )
    return Staffing(by_grid, by_community, make_sheets(content), findings)


def put_in(table: pd.DataFrame, figures: pd.DataFrame) -> pd.DataFrame:
    """Return ``table`` with the columns of ``figures``, which replace its own of the same name."""
    return table.drop(columns=figures.columns, errors="ignore").join(figures)


def staff_grids(plan: Plan, minutes: pd.Series) -> pd.DataFrame:
    """Return people, visits and walks of every grid (A二(三)2, A二(三)4, B二(八))."""
    policy, grids = plan.policy, plan.grids
    table = pd.DataFrame(index=grids.index)
    table["grid_worker"] = policy.grid_workers_per_grid
    table["auxiliary_police"] = policy.auxiliary_police_per_grid
    covered = grids[policy.monthly_cover].astype(float)
    table["visits_per_day"] = (covered / policy.working_days_per_month).round(1)
    rounds = walk_rounds(plan.cells, plan.network, policy).reindex(grids.index)
    table["round_m"], table["round_min"] = rounds.round_m, rounds.round_min
    table["day_min"] = (rounds.round_min * policy.rounds_per_day).round(1)
    shift_min = policy.shift_hours * MINUTES_PER_HOUR
    table["fits_shift"] = (table.day_min <= shift_min).astype("boolean").where(table.day_min.notna())
    to_hall = mean_by_households(minutes, plan.cells)
    table["hall_minutes"] = to_hall.reindex(grids.index).round(1)
    table["tour"], table["walk"], table["route"] = rounds.tour, rounds.walk, rounds.route
    return table


def longest_rounds(plan: Plan, by_grid: pd.DataFrame) -> pd.Series:
    """Return the longest round of each community, in minutes."""
    return by_grid.round_min.groupby(plan.grids.community_id).max().reindex(plan.communities.index)


def staff_communities(plan: Plan, people: pd.DataFrame, inputs: Inputs) -> tuple[pd.DataFrame, Cap]:
    """Return the posts of every community, given the county cap, and what the cap did."""
    policy = plan.policy
    rows = {code: community_posts(plan, people, code, inputs) for code in plan.communities.index}
    table = pd.DataFrame.from_dict(rows, orient="index", columns=[*next(iter(rows.values()), {})])
    table.index.name = plan.communities.index.name
    weighed = table[["posts_min", "posts"]].assign(households=plan.communities.households)
    county_cap = inputs.county_cap if policy.county_cap_applies else None
    cap = allocate_cap(weighed[table.posts.notna()], county_cap)
    table["posts_given"], table["unmet"], table["below_minimum"] = cap.given, cap.unmet, cap.below_minimum
    table["cap_shortage"] = (table.need.astype("Int64") - cap.given).clip(lower=0)
    table["present"], table["public_welfare"] = people.present, people.public_welfare
    table["hiring_gap"] = table.posts_given.astype("Int64") - people.present
    counted = [CERTIFICATES[title] for title in CERTIFICATES if title in policy.certified_counts]
    held = people[counted]
    table["certified"] = held.fillna(0).sum(axis=1).astype("Int64").where(held.notna().any(axis=1))
    missing = (policy.certified_min - table.certified).clip(lower=0)
    table["certified_gap"] = missing.where(table.posts.notna())
    table["training_seats"] = count_training(table.posts_given.astype("Int64"), policy)
    return table.astype(dict.fromkeys([*POST_FIGURES, *WHOLE], "Int64")), cap


def community_posts(plan: Plan, people: pd.DataFrame, code: str, inputs: Inputs) -> dict[str, Any]:
    """Return the figures of one community that follow from its households and grids."""
    policy = plan.policy
    row = dict(plan.communities.loc[code])
    households, grids = int(row["households"]), int(row["grids"])
    counts = {
        "grid_workers": grids * policy.grid_workers_per_grid,
        "auxiliary_police": grids * policy.auxiliary_police_per_grid,
        "rural": is_rural(str(code), policy),
    }
    k_min, k_max = lawful_options(row, households, policy)
    party = people.party_posts[code]
    case = Case(households, grids, 0 if pd.isna(party) else int(party), k_min, k_max)
    posts = staff_posts(case, policy)
    pretend = households == 0 and grids == 0
    return {
        "grids_min": pd.NA if k_min is None else k_min,
        "grids_max": pd.NA if k_max is None else k_max,
        **post_figures(posts, blank=pretend),
        **counts,
        "shortage": 0 if pretend else posts.shortage,
        "other_shortage": 0 if pretend else posts.other_shortage,
        "derivation": None if pretend else to_json(posts.facts()),
        "k_staffing": to_json([] if pretend else price_options(case, inputs, policy)),
    }


def post_figures(posts: Posts, *, blank: bool) -> dict[str, Any]:
    """Return the post columns of one community, all NA when ``blank``."""
    values = (posts.posts_min, posts.posts_max, posts.posts, posts.hall, posts.field, posts.party)
    figures = dict(zip(POST_FIGURES, (*values, posts.surplus, posts.need, posts.other_need)))
    return dict.fromkeys(POST_FIGURES, pd.NA) if blank else figures


def lawful_options(row: dict[str, Any], households: int, policy: Policy) -> tuple[int | None, int | None]:
    """Return the lawful numbers of grids: the plan's own (per connected piece), else by arithmetic."""
    if "grids_min" in row and "grids_max" in row:
        low, high = row["grids_min"], row["grids_max"]
        return (None, None) if pd.isna(low) or pd.isna(high) else (int(low), int(high))
    return lawful_k(households, policy) or (None, None)


def price_options(case: Case, inputs: Inputs, policy: Policy) -> list[dict[str, Any]]:
    """Return people and yearly cost of every lawful number of grids; cost None while wage or rate is."""
    if case.grids_min is None or case.grids_max is None:
        return []
    wage, rate = inputs.reference_wage_yuan_year, inputs.employer_rate
    options = []
    for k in range(case.grids_min, case.grids_max + 1):
        option = Case(case.households, k, case.party_present, case.grids_min, case.grids_max)
        posts = staff_posts(option, policy)
        cost = None if wage is None or rate is None else round(posts.posts * wage * (1 + rate), 2)
        people = {"grid_workers": k * policy.grid_workers_per_grid}
        people["auxiliary_police"] = k * policy.auxiliary_police_per_grid
        figures = {"need": posts.need, "posts": posts.posts, "shortage": posts.shortage}
        options.append({"k": k, **people, **figures, "cost_yuan_year": cost})
    return options


def to_json(value: Any) -> str:
    """Return compact JSON text with sorted keys."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True)
