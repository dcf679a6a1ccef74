"""Staffing of a district: posts, walks, hiring and money, as tables and findings."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import geopandas as gpd
import pandas as pd

from gridder.errors import Finding
from gridder.policy import Policy
from gridder.staffing.budget import CERTIFICATES, Inputs, cost_communities, pay_classes, read_inputs
from gridder.staffing.hall_words import remark_halls
from gridder.staffing.halls import Circle, measure_circles, suggest_halls
from gridder.staffing.hiring import Cap, allocate_cap, plan_hiring, present_staff
from gridder.staffing.network import Network, make_network
from gridder.staffing.options import Staffed, options_json, price_options
from gridder.staffing.patrol import mean_by_households, share_near_hall, walk_rounds, walk_to_halls
from gridder.staffing.posts import Case, Posts, fewer_grids, is_rural, lawful_k, staff_posts
from gridder.staffing.remarks import Facts, find_remarks
from gridder.staffing.roster_pay import kept_pay
from gridder.staffing.sheets import Content, make_sheets
from gridder.staffing.training import count_training

MINUTES_PER_HOUR = 60
PER_HOUSEHOLDS = 1000  # unmet need is shown per so many households, as RULES compares it
POST_FIGURES = (
    "posts_min posts_max posts hall_staff field_staff party_posts surplus need other_need other_posts "
    "grids_for_posts"
).split()
WHOLE = (
    "grids_min grids_max posts_given unmet below_minimum cap_shortage grids_unstaffed grids_for_given hiring_gap"
).split()


@dataclass(frozen=True)
class Staffing:
    """What a plan means in people.

    Parameters
    ----------
    grids
        Indexed by grid_code: ``grid_worker``, ``auxiliary_police``, ``visits_per_day``, ``visits_min`` (they take,
        by the policy's ``visit_minutes``, a house rule), ``round_m``, ``round_min``, ``day_min`` (rounds and visits
        of a day), ``fits_shift`` (of ``day_min``), ``hall_minutes``, ``tour`` (JSON
        list of cell ids), ``walk`` (the same with every cell passed) and ``route`` (the line walked, WKT).
    communities
        Indexed by community_id: the staffing columns of the contract, then ``posts_given`` (under the county
        cap), ``unmet``, ``unmet_per_1000`` (households), ``cap_shortage`` (need above posts given),
        ``shortage_per_grid`` (the same by grid), ``grids_unstaffed`` (grids for whose workers the posts given leave
        none), ``grids_for_posts`` and ``grids_for_given`` (most lawful grids that end the shortage, with the posts
        recommended and given; NA without a shortage or where none does), ``need``, ``surplus``, ``other_need``,
        ``other_posts``, ``other_shortage``, ``present``, ``apart``, ``public_welfare``, ``hiring_gap``, ``hall_share``,
        ``certified``, ``certified_gap``, ``training_seats``, ``rural``, ``derivation`` (JSON, for
        ``posts.explain_posts``) and ``k_staffing`` (JSON, one entry a lawful k).
        A community without households and grids has blank posts: the text sizes posts by households.
    sheets
        Tables of the workbook by name, as ``sheets.make_sheets`` lists them.
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
    certificates: Mapping[str, Mapping[str, Any]] | None = None,
    roster: pd.DataFrame | None = None,
    reckoning: date | None = None,
    names: pd.Series | None = None,
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
        ``settings['staffing']`` may hold what ``budget.SETTINGS`` names; what is missing leaves its figures blank.
    lang
        Language of the texts in the sheets; the figures do not depend on it.
    certificates
        ``Run.certificates``: what the plan found for each number of grids.
    roster
        Persons as ``roster_counts.settle_people`` gives them; None or empty where none are known. They go into the
        sheet ``roster`` and, as pay that is kept, into sums of the sheets alone.
    reckoning
        Day on which their ages are reckoned.
    names
        Names of the buildings by cell_id; None where they have none.
    """
    network = make_network(cells, edges, barriers, policy, halls.geometry)
    plan = Plan(grids.sort_index(), communities.sort_index(), cells.sort_index(), network, halls, policy)
    inputs = read_inputs(settings)
    minutes = walk_to_halls(plan.cells, halls, network, policy)
    by_grid = staff_grids(plan, minutes)
    people = present_staff(plan.communities.index, workforce, plan.communities.get("posts_now"))
    roster = pd.DataFrame() if roster is None else roster
    kept = kept_pay(roster, pay_classes(people, inputs, policy), policy) if len(roster) else None
    by_community, cap, options = staff_communities(plan, people, inputs, kept)
    by_community["round_min_max"] = longest_rounds(plan, by_grid)
    near = share_near_hall(minutes, plan.cells, policy)
    by_community["hall_share"] = near.reindex(by_community.index).round(3)
    costs = cost_communities(by_community.posts_given, people, inputs, policy, kept)
    years = plan_hiring(by_community.assign(grids=plan.communities.grids), policy)
    circle = draw_circle(plan, minutes, names)
    circles, places = measure_circles(circle), suggest_halls(circle)
    remarks = find_remarks(Facts(by_grid, by_community, costs, cap, years, inputs, policy))
    findings = (*remark_halls(circles, places, policy), *remarks)
    content = Content(
        grids=put_in(plan.grids, by_grid),
        communities=put_in(plan.communities, by_community),
        costs=costs,
        years=years,
        circles=circles,
        places=places,
        options=options,
        certificates=certificates or {},
        people=people,
        inputs=inputs,
        findings=findings,
        policy=policy,
        lang=lang,
        roster=roster,
        reckoning=reckoning,
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
    table["visits_min"] = (table.visits_per_day * policy.visit_minutes).round(1)
    table["day_min"] = (rounds.round_min * policy.rounds_per_day + table.visits_min).round(1)
    shift_min = policy.shift_hours * MINUTES_PER_HOUR
    table["fits_shift"] = (table.day_min <= shift_min).astype("boolean").where(table.day_min.notna())
    to_hall = mean_by_households(minutes, plan.cells)
    table["hall_minutes"] = to_hall.reindex(grids.index).round(1)
    table["tour"], table["walk"], table["route"] = rounds.tour, rounds.walk, rounds.route
    return table


def draw_circle(plan: Plan, minutes: pd.Series, names: pd.Series | None) -> Circle:
    """Return what the service circles of a plan are measured on."""
    return Circle(
        communities=plan.communities,
        cells=plan.cells,
        minutes=minutes,
        halls=plan.halls,
        names=pd.Series(dtype=object) if names is None else names,
        special=frozenset(plan.grids.index[plan.grids.status == "special"]),
        network=plan.network,
        policy=plan.policy,
    )


def longest_rounds(plan: Plan, by_grid: pd.DataFrame) -> pd.Series:
    """Return the longest round of each community, in minutes."""
    return by_grid.round_min.groupby(plan.grids.community_id).max().reindex(plan.communities.index)


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
    table["unmet_per_1000"] = (cap.unmet * PER_HOUSEHOLDS / plan.communities.households).round(3)
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
    """Return the holders of certificates that count (B二(七)), NA where none are known."""
    held = people[[CERTIFICATES[title] for title in CERTIFICATES if title in policy.certified_counts]]
    return held.fillna(0).sum(axis=1).astype("Int64").where(held.notna().any(axis=1))


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
        **post_figures(posts, blank=pretend),
        "grid_workers": case.grids * policy.grid_workers_per_grid,
        "auxiliary_police": case.grids * policy.auxiliary_police_per_grid,
        "shortage": 0 if pretend else posts.shortage,
        "other_shortage": 0 if pretend else posts.other_shortage,
        "derivation": None if pretend else to_json(posts.facts()),
    }


def post_figures(posts: Posts, *, blank: bool) -> dict[str, Any]:
    """Return the post columns of one community, all NA when ``blank``."""
    values = (posts.posts_min, posts.posts_max, posts.posts, posts.hall, posts.field, posts.party)
    others = (posts.other_need, posts.other_posts, posts.grids_for_posts)
    figures = dict(zip(POST_FIGURES, (*values, posts.surplus, posts.need, *others)))
    return dict.fromkeys(POST_FIGURES, pd.NA) if blank else figures


def lawful_options(row: dict[str, Any], households: int, policy: Policy) -> tuple[int | None, int | None]:
    """Return the lawful numbers of grids: the plan's own (per connected piece), else by arithmetic."""
    if "grids_min" in row and "grids_max" in row:
        low, high = row["grids_min"], row["grids_max"]
        return (None, None) if pd.isna(low) or pd.isna(high) else (int(low), int(high))
    return lawful_k(households, policy) or (None, None)


def to_json(value: Any) -> str:
    """Return compact JSON text with sorted keys."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True)
