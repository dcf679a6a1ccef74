"""Staffing of a district: posts, walks, hiring and money, as tables and findings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import geopandas as gpd
import pandas as pd

from gridder.errors import Finding
from gridder.staffing.budget import cost_communities, pay_classes, read_inputs
from gridder.staffing.community_posts import Plan, staff_communities
from gridder.staffing.grid_days import add_units, longest_rounds, staff_grids
from gridder.staffing.hall_words import remark_halls
from gridder.staffing.halls import Circle, measure_circles, suggest_halls
from gridder.staffing.hiring import plan_hiring
from gridder.staffing.network import make_network
from gridder.staffing.patrol import share_near_hall, walk_to_halls
from gridder.staffing.present import present_staff
from gridder.staffing.remarks import Facts, find_remarks
from gridder.staffing.roster_counts import People
from gridder.staffing.roster_pay import kept_pay
from gridder.staffing.roster_sheet import Asked
from gridder.staffing.sheets import Content, make_sheets


@dataclass(frozen=True)
class Staffing:
    """What a plan means in people.

    Parameters
    ----------
    grids
        Indexed by grid_code: ``units`` (entrance units that its buildings state, NA where none does),
        ``units_unstated`` (lived-in buildings that state none), ``grid_worker``, ``auxiliary_police``,
        ``visits_per_day``, ``visits_min`` (they take, by the policy's ``visit_minutes``, a house rule), ``round_m``,
        ``round_min``, ``day_min`` (rounds and visits of a day), ``fits_shift`` (of ``day_min``), ``hall_minutes``,
        ``tour`` (JSON list of cell ids), ``walk`` (the same with every cell passed) and ``route`` (the line walked,
        WKT).
    communities
        Indexed by community_id: the staffing columns of ``tables.COMMUNITY_COLUMNS``, then ``posts_given`` (under the
        county cap), ``unmet``, ``unmet_per_1000`` (households), ``cap_shortage`` (need above posts given),
        ``shortage_per_grid`` (the same by grid), ``grids_unstaffed`` (grids for whose workers the posts given leave
        none), ``units``, ``grids_for_posts`` and ``grids_for_given`` (most lawful grids that end the shortage, with
        the posts recommended and given; NA without a shortage or where none does), ``need``, ``surplus``,
        ``other_need``, ``other_posts``, ``other_shortage``, ``present``, ``apart``, ``public_welfare``,
        ``hiring_gap``, ``hall_share``, ``certified``, ``certified_gap``, ``training_seats``, ``rural``,
        ``derivation`` (JSON, for ``posts.explain_posts``), ``k_staffing`` (JSON, one entry a lawful k),
        ``cost_yuan_year`` (of the posts given; NA without the inputs; without pay that is kept) and ``cost_without``
        (lines that it lacks, with blanks between).
        A community without households and grids has blank posts: the text sizes posts by households.
    sheets
        Tables of the workbook by name, as ``sheets.make_sheets`` lists them.
    findings
        What somebody should know, sorted by code.
    places
        Of ``halls.suggest_halls``.
    """

    grids: pd.DataFrame
    communities: pd.DataFrame
    sheets: dict[str, pd.DataFrame]
    findings: tuple[Finding, ...]
    places: pd.DataFrame


@dataclass(frozen=True)
class Planned:
    """A district as it was planned, all tables in metres.

    Parameters
    ----------
    grids
        Indexed by grid_code: ``community_id``, ``households``, ``buildings``, ``status``.
    communities
        Indexed by community_id: ``name``, ``subdistrict``, ``households``, ``grids``, ``status``; optional
        ``grids_min``, ``grids_max``, ``posts_now``.
    cells
        Indexed by cell_id: ``households``, ``grid_code``, ``community_id``, polygons in metres; optional ``units``
        (entrance units, NA where none are stated) and ``home`` (its building).
    edges
        Adjacency: ``cell_a``, ``cell_b``, ``kind``.
    barriers
        Lines, polygons and points with ``kind``; footpaths among them make people walk along paths.
    halls
        Points with ``community_id``.
    names
        Names of the buildings by cell_id; None where they have none.
    certificates
        ``Run.certificates``: what the plan found for each number of grids.
    """

    grids: gpd.GeoDataFrame
    communities: gpd.GeoDataFrame
    cells: gpd.GeoDataFrame
    edges: pd.DataFrame
    barriers: gpd.GeoDataFrame
    halls: gpd.GeoDataFrame
    names: pd.Series | None = None
    certificates: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


def staff_district(planned: Planned, who: People, settings: Mapping[str, Any], asked: Asked) -> Staffing:
    """Return the staffing of a planned district.

    Parameters
    ----------
    who
        As ``roster_counts.settle_people`` gives it. The persons go into the sheet ``roster`` and, as pay that is kept,
        into sums of the sheets alone; what was found about them stands among the notes of the workbook.
    settings
        ``settings['staffing']`` may hold what ``budget.SETTINGS`` names; what is missing leaves its figures blank.
    asked
        The rules, the language of the texts in the sheets (the figures do not depend on it), and the day on which ages
        are reckoned.
    """
    policy, roster, halls = asked.policy, who.roster, planned.halls
    network = make_network(planned.cells, planned.edges, planned.barriers, policy, halls.geometry)
    grids, communities = planned.grids.sort_index(), planned.communities.sort_index()
    plan = Plan(grids, communities, planned.cells.sort_index(), network, halls, policy)
    inputs = read_inputs(settings)
    minutes = walk_to_halls(plan.cells, halls, network, policy)
    by_grid = staff_grids(plan, minutes)
    people = present_staff(plan.communities.index, who.counts, plan.communities.get("posts_now"))
    kept = kept_pay(roster, pay_classes(people, inputs, policy), policy) if len(roster) else None
    by_community, cap, options = staff_communities(plan, people, inputs, kept)
    by_community["round_min_max"] = longest_rounds(plan, by_grid)
    by_community["units"] = add_units(plan.cells, "community_id").reindex(by_community.index)
    near = share_near_hall(minutes, plan.cells, policy)
    by_community["hall_share"] = near.reindex(by_community.index).round(3)
    costs = cost_communities(by_community.posts_given, people, inputs, policy, kept)
    # A layer holds no pay of persons: what is kept stays in the sheets.
    shown = costs if kept is None else cost_communities(by_community.posts_given, people, inputs, policy)
    shown = shown.reindex(by_community.index)
    by_community["cost_yuan_year"] = shown["total"].astype("Float64")
    by_community["cost_without"] = shown["total_without"].fillna("").astype(object)
    years = plan_hiring(by_community.assign(grids=plan.communities.grids), policy)
    circle = draw_circle(plan, minutes, planned.names)
    circles, places = measure_circles(circle), suggest_halls(circle)
    remarks = find_remarks(Facts(by_grid, by_community, costs, cap, years, inputs, policy, people))
    findings = (*remark_halls(circles, places, policy), *remarks)
    content = Content(
        grids=put_in(plan.grids, by_grid),
        communities=put_in(plan.communities, by_community),
        costs=costs,
        years=years,
        circles=circles,
        places=places,
        options=options,
        certificates=planned.certificates,
        people=people,
        inputs=inputs,
        notes=(*findings, *who.findings),
        asked=asked,
        roster=roster,
    )
    return Staffing(by_grid, by_community, make_sheets(content), findings, places)


def put_in(table: pd.DataFrame, figures: pd.DataFrame) -> pd.DataFrame:
    """Return ``table`` with the columns of ``figures``, which replace its own of the same name."""
    return table.drop(columns=figures.columns, errors="ignore").join(figures)


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
