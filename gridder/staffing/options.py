"""Every number of grids a community could have, with its people and its yearly cost (RULES: show the options)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from gridder.policy import Policy
from gridder.staffing.budget import LINES, Inputs, cost_communities
from gridder.staffing.posts import Case, staff_posts

PEOPLE = "grid_workers auxiliary_police need posts posts_given shortage cap_shortage".split()
PLANNED = "objective_m smallest largest proven".split()  # what a plan's certificate knows of an option
OPTIONS = [
    *"community_id community subdistrict k chosen lawful grids".split(), *PEOPLE, *LINES,
    *"total total_without police_cost cost_more".split(), *PLANNED,
]  # fmt: skip


@dataclass(frozen=True)
class Staffed:
    """What pricing needs to know of a district.

    Parameters
    ----------
    cases
        By community_id, as planned; communities without posts left out.
    given
        Posts given by community_id, under the county cap.
    spare
        Posts of the county cap that nobody was given; None without a cap.
    people
        Holders of certificates, indexed by community_id.
    kept
        Pay that is kept, yuan a year by community_id; None where no roster is known.
    """

    cases: Mapping[str, Case]
    given: pd.Series
    spare: int | None
    people: pd.DataFrame
    kept: pd.Series | None = None


def price_options(district: Staffed, inputs: Inputs, policy: Policy) -> pd.DataFrame:
    """Return one row a community and number of grids ``k``: people, every line of the budget, what it costs more.

    All lawful k, and the plan's own where that is not lawful (``lawful`` False). ``grids`` = k and the special grids.
    ``posts`` is what is recommended for k; ``posts_given`` what the county cap leaves of it while the other communities
    keep theirs: the money is for those, so that the row ``chosen`` is the community's budget. ``cost_more`` is the total
    less that of the chosen row. ``police_cost`` is blank: no input states what an auxiliary police officer costs.
    Sorted by community_id and k.
    """
    rows = [
        option_row(code, case, k, district, policy)
        for code, case in sorted(district.cases.items())
        for k in numbers_of_grids(case)
    ]
    table = pd.DataFrame(rows, columns=["community_id", "k", "chosen", "lawful", "grids", *PEOPLE])
    table = table.astype(dict.fromkeys(["chosen", "lawful"], bool))
    homes = table["community_id"]
    staff = district.people.reindex(homes).set_axis(table.index)
    kept = None if district.kept is None else district.kept.reindex(homes).set_axis(table.index)
    costs = cost_communities(table["posts_given"].astype("Int64"), staff, inputs, policy, kept)
    table = table.join(costs)
    table["police_cost"] = pd.Series(pd.NA, index=table.index, dtype="Float64")
    own = table[table["chosen"]].set_index("community_id")["total"]
    table["cost_more"] = (table["total"] - own.reindex(homes).set_axis(table.index)).round(2)
    return table


def numbers_of_grids(case: Case) -> list[int]:
    """Return the lawful numbers of grids and the plan's own, special grids not counted, rising."""
    return sorted({*lawful_numbers(case), case.grids - case.special})


def lawful_numbers(case: Case) -> range:
    """Return the lawful numbers of grids, special grids not counted; empty where no number is lawful."""
    if case.grids_min is None or case.grids_max is None:
        return range(0)
    return range(case.grids_min, case.grids_max + 1)


def option_row(code: str, case: Case, k: int, district: Staffed, policy: Policy) -> tuple[Any, ...]:
    """Return the people of one community with ``k`` grids."""
    grids = k + case.special
    posts = staff_posts(replace(case, grids=grids), policy)
    spare = district.spare
    most = posts.posts if spare is None else int(district.given[code]) + spare
    given = min(posts.posts, most)
    workers, police = grids * policy.grid_workers_per_grid, grids * policy.auxiliary_police_per_grid
    return (
        code, k, grids == case.grids, k in lawful_numbers(case), grids,
        workers, police, posts.need, posts.posts, given, posts.shortage, max(0, posts.need - given),
    )  # fmt: skip


def options_json(options: pd.DataFrame, community_id: str) -> str:
    """Return the lawful options of a community as JSON text for the layer ``communities`` (``k_staffing``)."""
    mine = options[(options["community_id"] == community_id) & options["lawful"]]
    figures = ["k", "grids", *PEOPLE]
    rows = [
        {name: int(row[name]) for name in figures}
        | {
            "cost_yuan_year": number_or_none(row["total"]),
            "cost_more_yuan_year": number_or_none(row["cost_more"]),
            "cost_without": row["total_without"] if isinstance(row["total_without"], str) else None,
        }
        for row in mine.to_dict("records")
    ]
    return json.dumps(rows, ensure_ascii=False, sort_keys=True)


def number_or_none(value: Any) -> float | None:
    """Return a number as JSON has it, None for NA."""
    return None if pd.isna(value) else float(value)


def options_table(
    options: pd.DataFrame, communities: pd.DataFrame, certificates: Mapping[str, Mapping[str, Any]]
) -> pd.DataFrame:
    """Return the options with names and, where the plan tried them, what it found: objective, sizes, proof.

    Parameters
    ----------
    communities
        Indexed by community_id: ``name``, ``subdistrict``.
    certificates
        By community_id: ``k_options``, a list of ``k``, ``objective_m``, ``smallest``, ``largest``, ``proven``.
    """
    tried = pd.DataFrame(
        [
            {"community_id": code, "k": option["k"]} | {name: option.get(name) for name in PLANNED}
            for code, certificate in sorted(certificates.items())
            for option in certificate.get("k_options") or []
        ],
        columns=["community_id", "k", *PLANNED],
    )
    tried = tried.astype({"community_id": object, "k": "int64", "objective_m": "Float64"})
    names = communities[["name", "subdistrict"]].rename(columns={"name": "community"})
    table = options.merge(names, left_on="community_id", right_index=True, how="left")
    table = table.merge(tried, on=["community_id", "k"], how="left")[OPTIONS]
    whole = dict.fromkeys(["smallest", "largest"], "Int64")
    flags = dict.fromkeys(["chosen", "lawful", "proven"], "boolean")
    return table.astype(whole | flags)
