"""The sheets of the workbook as plain tables: figures first, texts in the planner's language."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from gridder.errors import Finding
from gridder.policy import Policy, policy_fields
from gridder.staffing.basis import CLAUSES
from gridder.staffing.budget import FEN_DIGITS, LINES, SETTINGS, Inputs, certificate_table, pay_classes
from gridder.staffing.hall_words import hall_sheet
from gridder.staffing.hiring import cost_hiring
from gridder.staffing.options import options_table
from gridder.staffing.posts import explain_posts
from gridder.staffing.roster_sheet import Asked, roster_table
from gridder.staffing.training import plan_training
from gridder.text import COMMA, SEMICOLON, has_sentence, say, say_finding

GRIDS = (
    "grid_code community_id community subdistrict households buildings units units_unstated status grid_worker auxiliary_police "
    "visits_per_day visits_min round_m round_min day_min fits_shift hall_minutes"
).split()
COMMUNITIES = (
    "community_id community subdistrict scope status households units grids grids_min grids_max posts_min "
    "posts_max posts posts_given unmet unmet_per_1000 cap_shortage shortage_per_grid grids_unstaffed "
    "grids_for_given need hall_staff field_staff party_posts grid_workers auxiliary_police shortage "
    "grids_for_posts surplus other_need other_posts other_shortage present apart public_welfare hiring_gap "
    "certified certified_gap training_seats hall_share round_min_max derivation"
).split()
SUBDISTRICT_SUMS = (
    "households units grids grid_workers auxiliary_police posts_min posts_max posts posts_given unmet "
    "cap_shortage hall_staff field_staff party_posts shortage surplus present apart public_welfare "
    "grids_unstaffed training_seats"
).split() + [*LINES, "total"]
BUDGET = ["community_id", "community", "subdistrict", "posts_given", *LINES, "total", "total_without"]

# Rows of the sheet Summary: item, policy field whose clause it rests on, sheet and column that it adds up.
SUMMARY = (
    ("communities", "households_min", "Communities", ""),
    ("households", "households_min", "Communities", "households"),
    ("grids", "households_min", "Communities", "grids"),
    ("grid_workers", "grid_workers_per_grid", "Communities", "grid_workers"),
    ("auxiliary_police", "auxiliary_police_per_grid", "Communities", "auxiliary_police"),
    ("posts_min", "posts_base_min", "Communities", "posts_min"),
    ("posts_max", "posts_base_max", "Communities", "posts_max"),
    ("posts", "posts_base_households", "Communities", "posts"),
    ("posts_given", "county_cap_applies", "Communities", "posts_given"),
    ("hall_staff", "hall_staff_min", "Communities", "hall_staff"),
    ("field_staff", "hall_staff_min", "Communities", "field_staff"),
    ("party_posts", "party_posts_min", "Communities", "party_posts"),
    ("shortage", "hall_staff_max", "Communities", "shortage"),
    ("other_shortage", "grid_workers_within_posts", "Communities", "other_shortage"),
    ("surplus", "surplus_flagged", "Communities", "surplus"),
    ("present", "hiring_years", "Communities", "present"),
    ("hiring", "hiring_years", "Hiring", "hiring"),
    ("training_seats", "training_cycle_years", "Communities", "training_seats"),
    ("certified_gap", "certified_min", "Communities", "certified_gap"),
    ("rounds_too_long", "rounds_per_day", "Grids", ""),
    ("pool", "base_pay_share", "Budget", "pool"),
    ("performance", "performance_pay_share", "Budget", "performance"),
    ("total", "base_pay_share", "Budget", "total"),
)


# Clauses without a link to grids or posts: named, not computed.
NOT_COMPUTED = (
    ("organisations", "A二(五)2", "soft"),
    ("platform", "A二(六)1", "soft"),
    ("first_secretary", "A二(一)2", "hard"),
    ("appraisal", "B二(九)", "hard"),
    ("agreements", "B二(五)", "hard"),
)


@dataclass(frozen=True)
class Content:
    """Everything the sheets are made of, indexed by grid_code or community_id."""

    grids: pd.DataFrame
    communities: pd.DataFrame
    costs: pd.DataFrame
    years: pd.DataFrame
    circles: pd.DataFrame
    places: pd.DataFrame
    options: pd.DataFrame
    certificates: Mapping[str, Mapping[str, Any]]
    people: pd.DataFrame
    inputs: Inputs
    notes: tuple[Finding, ...]
    asked: Asked
    roster: pd.DataFrame

    @property
    def policy(self) -> Policy:
        """The rules in force."""
        return self.asked.policy

    @property
    def lang(self) -> str:
        """The language of the texts."""
        return self.asked.lang


def make_sheets(content: Content) -> dict[str, pd.DataFrame]:
    """Return the tables of the workbook by name; figures that cannot be computed are NA."""
    content = name_subdistricts(content)
    communities = community_sheet(content)
    years = content.years
    budget = communities.merge(
        name_lines(content.costs, content.lang).reset_index(names="community_id"), on="community_id"
    )
    options = options_table(content.options, content.communities, content.certificates)
    seats = plan_training(content.communities.posts_given.astype("Int64"), content.policy)
    classes = pay_classes(content.people, content.inputs, content.policy)
    sheets = {
        "grids": grid_sheet(content),
        "communities": communities,
        "subdistricts": subdistrict_sheet(budget),
        "hiring": hiring_sheet(content, years),
        "hiring_cost": put_names(content, cost_hiring(years, content.inputs, content.policy)),
        "budget": budget[BUDGET],
        "options": name_lines(options, content.lang),
        "certificates": put_names(
            content, certificate_table(content.communities, content.people, content.policy)
        ),
        "training": put_names(content, seats),
        "halls": hall_sheet(
            content.communities, content.circles, content.places, content.policy, content.lang
        ),
        "classes": classes,
        "roster": roster_table(
            content.roster,
            classes,
            content.communities,
            content.asked,
        ),
        "inputs": input_sheet(content.inputs),
        "notes": pd.DataFrame({"text": [say_finding(content.lang, f) for f in content.notes]}),
        "rules": rule_sheet(content.policy, content.lang),
    }
    return {"summary": summary_sheet(sheets), **sheets}


def name_subdistricts(content: Content) -> Content:
    """Return the content with a word where a community has no subdistrict, so that sums can find it."""
    missing = say(content.lang, "staffing.no_subdistrict")
    names = content.communities.subdistrict.astype(object)
    names = names.where(names.notna() & (names != ""), missing)
    return replace(content, communities=content.communities.assign(subdistrict=names))


def grid_sheet(content: Content) -> pd.DataFrame:
    """Return one row a grid, sorted by code."""
    names = content.communities[["name", "subdistrict"]].rename(columns={"name": "community"})
    grids = pd.DataFrame(content.grids.drop(columns=["community", "subdistrict"], errors="ignore"))
    grids = grids.drop(columns=["grid_code"], errors="ignore").reset_index(names="grid_code")
    return grids.merge(names, left_on="community_id", right_index=True, how="left")[GRIDS]


def community_sheet(content: Content) -> pd.DataFrame:
    """Return one row a community with the derivation of its posts in words."""
    lang = content.lang
    table = pd.DataFrame(content.communities.drop(columns=["community_id"], errors="ignore"))
    table = table.reset_index(names="community_id").rename(columns={"name": "community"})
    scope = {True: say(lang, "staffing.scope_rural"), False: say(lang, "staffing.scope_urban")}
    table["scope"] = table.rural.map(scope)
    table["derivation"] = [tell(lang, text) for text in table.derivation]
    return table[COMMUNITIES]


def tell(lang: str, facts: str | None) -> str:
    """Return the derivation of a community's posts in words, or why there is none."""
    return (
        explain_posts(lang, json.loads(facts)) if isinstance(facts, str) else say(lang, "staffing.no_posts")
    )


def subdistrict_sheet(communities: pd.DataFrame) -> pd.DataFrame:
    """Return the sums by subdistrict; a sum over nothing known is NA, money is whole fen."""
    named = communities.assign(communities=1).groupby("subdistrict", sort=True)
    sums = named[["communities", *SUBDISTRICT_SUMS]].sum(min_count=1)
    return sums.round(FEN_DIGITS).reset_index()


def name_lines(table: pd.DataFrame, lang: str) -> pd.DataFrame:
    """Return a table whose column ``total_without`` names the lines in words."""
    words = [
        COMMA[lang].join(say(lang, f"staffing.line_{line}") for line in lines.split())
        if isinstance(lines, str)
        else pd.NA
        for lines in table.total_without
    ]
    return table.assign(total_without=pd.Series(words, index=table.index, dtype=object))


def put_names(content: Content, figures: pd.DataFrame) -> pd.DataFrame:
    """Return figures by community with its id and names before them."""
    table = content.communities
    names = {"community_id": table.index, "community": table.name, "subdistrict": table.subdistrict}
    return pd.DataFrame(names).join(figures).reset_index(drop=True)


def hiring_sheet(content: Content, years: pd.DataFrame) -> pd.DataFrame:
    """Return posts given, present staff, gap, people above the posts, and those hired in each year."""
    table = content.communities
    figures = table[["posts_given", "present", "hiring_gap"]].astype("Int64")
    figures = figures.assign(present_over=(-figures.hiring_gap).clip(lower=0))
    figures = figures.assign(hiring=figures.hiring_gap.clip(lower=0))
    return put_names(content, figures.join(years.rename(columns="year_{}".format)))


def input_sheet(inputs: Inputs) -> pd.DataFrame:
    """Return what the county states, NA where it was not given."""
    values = [getattr(inputs, key) for key in SETTINGS]
    return pd.DataFrame({"item": SETTINGS, "value": pd.array(values, dtype="Float64")})


def summary_sheet(sheets: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Return the district's figures, each with its policy field and the sheet and column it adds up."""
    rows: list[tuple[Any, ...]] = []
    for item, field, sheet, column in SUMMARY:
        table = sheets[sheet.lower()]
        if column:
            value = table[column].sum(min_count=1)
        else:
            value = len(table) if item == "communities" else int((~table.fits_shift).fillna(False).sum())
        rows.append((item, value, field, sheet, column))
    return pd.DataFrame(rows, columns=["item", "value", "field", "sheet", "column"])


def rule_sheet(policy: Policy, lang: str) -> pd.DataFrame:
    """Return every rule with its value, clause, force and words; then clauses without a number of their own: those that
    a figure rests on, and those that nothing is computed for."""
    rows = []
    for field in policy_fields():
        source = policy.sources[field]
        label = say(lang, f"staffing.rule_{field}") if has_sentence(f"staffing.rule_{field}") else field
        force = say(lang, f"staffing.force_{source.force}")
        value = say_value(lang, getattr(policy, field))
        rows.append((label, value, source.clause, force, source.words, field))
    for key, (clause, force) in CLAUSES.items():
        label, words = say(lang, f"staffing.rule_{key}"), say(lang, f"staffing.words_{key}")
        counted = say(lang, "staffing.counted")
        rows.append((label, counted, clause, say(lang, f"staffing.force_{force}"), words, key))
    none = say(lang, "staffing.not_computed")
    for key, clause, force in NOT_COMPUTED:
        label, why = say(lang, f"staffing.none_{key}"), say(lang, "staffing.none_why")
        rows.append((label, none, clause, say(lang, f"staffing.force_{force}"), why, ""))
    return pd.DataFrame(rows, columns=["rule", "value", "clause", "force", "words", "field"])


def say_value(lang: str, value: Any) -> Any:
    """Return a policy value as a number or readable text."""
    if isinstance(value, bool):
        return say(lang, "staffing.yes" if value else "staffing.no")
    if isinstance(value, dict):  # by figures: a record keeps no order of its own
        rising = sorted(value.items(), key=lambda item: (item[1], item[0]))
        return SEMICOLON[lang].join(f"{k} {v:g}" for k, v in rising)
    if isinstance(value, list):
        return COMMA[lang].join(str(say_value(lang, part)) for part in value)
    word = f"workbook.value_{value}"
    return say(lang, word) if isinstance(value, str) and has_sentence(word) else value
