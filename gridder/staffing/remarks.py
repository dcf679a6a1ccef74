"""What somebody should know about the staffing: one function a kind of finding, ids sorted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import pandas as pd

from gridder.errors import Finding, Level
from gridder.policy import Policy
from gridder.staffing.budget import CERTIFICATES, CLASSES, FEN, SETTINGS, Inputs, cost_people
from gridder.staffing.county_cap import Cap, cap_to_staff
from gridder.staffing.hiring import cost_hiring
from gridder.staffing.network import M_PER_KM
from gridder.staffing.patrol import shift_minutes


@dataclass(frozen=True)
class Facts:
    """What the remarks are about: figures by grid_code and community_id, the cap, people hired by year, inputs, people
    present by community."""

    grids: pd.DataFrame
    communities: pd.DataFrame
    costs: pd.DataFrame
    cap: Cap
    years: pd.DataFrame
    inputs: Inputs
    policy: Policy
    people: pd.DataFrame


def find_remarks(facts: Facts) -> tuple[Finding, ...]:
    """Return all findings about a district's staffing, sorted by code."""
    found = [
        *remark_posts(facts),
        *remark_surplus(facts),
        *remark_cap(facts),
        *remark_people(facts),
        *remark_hiring(facts),
        *remark_rounds(facts),
        *remark_units(facts),
        *remark_inputs(facts),
        *remark_steps(facts),
    ]
    return tuple(sorted(found, key=lambda finding: (finding.code, str(finding.facts))))


def about(
    code: str, level: Level, rows: pd.DataFrame, **facts: float | str | tuple[str, ...]
) -> Iterator[Finding]:
    """Yield one finding about ``rows``, none when there are none."""
    if len(rows):
        yield Finding(code, level, {"n": len(rows), **facts}, tuple(sorted(map(str, rows.index))))


def where(table: pd.DataFrame, true: pd.Series) -> pd.DataFrame:
    """Return the rows where something is known to be so."""
    return table[true.astype("boolean").fillna(False).astype(bool)]


def total(column: pd.Series) -> int:
    """Return a sum of people as a plain number; unknown ones count nothing."""
    return int(column.fillna(0).sum())


def remark_posts(facts: Facts) -> Iterator[Finding]:
    """Yield shortages and what ends them, empty and rural communities, how many grids were priced without police."""
    table = facts.communities
    short = where(table, table.shortage > 0)
    mend = int(short.grids_for_posts.notna().sum())
    people = total(short.shortage)
    yield from about("staffing.shortage", "problem", short, people=people, mend=mend, rest=len(short) - mend)
    other = where(table, table.other_shortage > 0)
    yield from about("staffing.shortage_other", "note", other, people=total(other.other_shortage))
    yield from about("staffing.empty", "note", table[table.posts.isna()])
    yield from about("scope.rural", "warning", table[table.rural])
    if facts.policy.auxiliary_police_per_grid and len(facts.grids):
        yield Finding("staffing.no_police_wage", "note", {"police": total(facts.grids.auxiliary_police)})


def remark_surplus(facts: Facts) -> Iterator[Finding]:
    """Yield posts given beyond need with what they cost, and where those present already exceed need (B二(二))."""
    table, policy = facts.communities, facts.policy
    if not policy.surplus_flagged:
        return
    above = (table.surplus - table.unmet).clip(lower=0)  # of the posts given: what is unmet is none of it
    rows = where(table, above > 0)
    people = total(above)
    spare = total(pd.concat([above, table.posts_given - table.posts_min], axis=1).min(axis=1).clip(lower=0))
    cost = cost_people(pd.Series([people]), facts.inputs, policy).iloc[0]
    if pd.isna(cost):
        yield from about("staffing.surplus_unpriced", "note", rows, people=people, spare=spare)
    else:
        yuan = round(float(cost) / FEN, 2)
        yield from about("staffing.surplus", "note", rows, people=people, spare=spare, yuan=yuan)
    # Party-building posts are counted whole: who holds them may be among the grid workers, or not.
    beyond = (table.present - table.need - policy.party_posts_min).clip(lower=0)
    crowded = where(table, beyond > 0)
    worst = name_worst(beyond[crowded.index])
    yield from about("staffing.present_over_need", "warning", crowded, people=total(beyond), worst=worst)


def name_worst(figures: pd.Series, form: str = "{:.0f}") -> tuple[str, ...]:
    """Return ``id (figure)`` of every row, the greatest figure first, ties by id."""
    ordered = sorted(((-float(value), str(name)) for name, value in figures.items()))
    return tuple(f"{name} ({form.format(-value)})" for value, name in ordered)


def remark_cap(facts: Facts) -> Iterator[Finding]:
    """Yield what the county cap leaves unmet and how evenly, which grids it leaves without worker, what cap would do."""
    table, cap = facts.communities, facts.inputs.county_cap
    if cap is None or not facts.policy.county_cap_applies:
        return
    posted = table[table.posts.notna()]
    unmet = where(posted, posted.unmet > 0)
    wanted = total(posted.posts)
    yield from about(
        "staffing.cap_exceeded", "warning", unmet, people=total(unmet.unmet), cap=cap, wanted=wanted
    )
    if len(where(unmet, unmet.unmet_per_1000 > 0)):  # a campus alone has posts and no households
        yield share_out(posted)
    short = where(posted, posted.cap_shortage > 0)
    if len(short):
        weighed = posted[["posts_min", "posts", "need"]].assign(households=facts.cap.households)
        yield from about(
            "staffing.cap_shortage", "problem", short, people=total(short.cap_shortage), cap=cap,
            grids=total(short.grids_unstaffed), enough=cap_to_staff(weighed), worst=name_worst(short.cap_shortage),
        )  # fmt: skip
    below = where(posted, posted.below_minimum > 0)
    yield from about(
        "staffing.cap_below_minima", "problem", below, worst=name_worst(below.below_minimum), cap=cap,
        people=facts.cap.excess, minima=total(posted.posts_min),
    )  # fmt: skip


def share_out(posted: pd.DataFrame) -> Finding:
    """Return how evenly the cap leaves posts unmet: greatest and smallest per 1,000 households, and where."""
    rate = posted.unmet_per_1000.dropna()
    high, low = float(rate.max()), float(rate.min())
    at_high, at_low = (tuple(sorted(map(str, rate.index[rate == end]))) for end in (high, low))
    return Finding(
        "staffing.cap_fairness",
        "note",
        {"high": round(high, 2), "at_high": at_high, "low": round(low, 2), "at_low": at_low},
    )


def remark_people(facts: Facts) -> Iterator[Finding]:
    """Yield unknown or surplus present staff, missing party-building posts and certificates."""
    table, policy = facts.communities, facts.policy
    staffed = table[table.posts.notna()]
    yield from about("staffing.present_unknown", "note", staffed[staffed.present.isna()])
    over = where(staffed, staffed.hiring_gap < 0)
    yield from about("staffing.present_surplus", "warning", over, people=-total(over.hiring_gap))
    party = where(staffed, staffed.party_posts < policy.party_posts_min)
    yield from about("staffing.party_short", "warning", party, minimum=policy.party_posts_min)
    certified = where(staffed, staffed.certified_gap > 0)
    people = total(certified.certified_gap)
    yield from about(
        "staffing.certified_short", "note", certified, minimum=policy.certified_min, people=people
    )


def remark_hiring(facts: Facts) -> Iterator[Finding]:
    """Yield how the missing people can be hired: at once if possible, over the years permitted at most (B三(一))."""
    years = facts.years
    rows = where(facts.communities, years.sum(axis=1) > 0)
    people = [total(years[year]) for year in years.columns]
    if not sum(people):
        return
    costs = cost_hiring(years, facts.inputs, facts.policy).sum(min_count=1)
    figures: dict[str, Any] = {
        "people": sum(people),
        "years": len(people),
        "by_year": " + ".join(map(str, people)),
    }
    if pd.isna(costs.cost_at_once):
        yield from about("staffing.hiring_unpriced", "note", rows, **figures)
        return
    spent = round(float(costs[f"spent_year_{years.columns[-1]}"]), 2)
    at_once = round(float(costs.cost_at_once), 2)
    more = round(at_once * len(people) - spent, 2)
    yield from about("staffing.hiring", "note", rows, **figures, at_once=at_once, spent=spent, more=more)


def remark_rounds(facts: Facts) -> Iterator[Finding]:
    """Yield grids whose rounds alone, or whose rounds and visits, exceed the shift; the worst named first (B二(八))."""
    grids, policy = facts.grids, facts.policy
    shift_min = shift_minutes(policy)
    rounds_min = grids.round_min * policy.rounds_per_day
    alone = where(grids, rounds_min > shift_min)
    facts_of: dict[str, Any] = {"minutes": round(shift_min), "rounds": policy.rounds_per_day}
    km = name_worst(alone.round_m * policy.rounds_per_day / M_PER_KM, "{:.1f} km")
    yield from about("staffing.round_too_long", "warning", alone, worst=km, **facts_of)
    day = where(grids, (grids.day_min > shift_min) & ~(rounds_min > shift_min))
    over = name_worst(day.day_min - shift_min, "+{:.0f}")
    visit = f"{policy.visit_minutes:g}"
    yield from about("staffing.day_too_long", "warning", day, worst=over, visit=visit, **facts_of)
    yield from about("staffing.round_no_way", "warning", grids[grids.round_m.isna()])


def remark_units(facts: Facts) -> Iterator[Finding]:
    """Yield grids whose number of entrance units is blank, or without some of their buildings (A二(二)2 楼院门栋长)."""
    grids = facts.grids
    yield from about("staffing.units_unknown", "note", grids[grids.units.isna()])
    partly = grids[grids.units.notna() & (grids.units_unstated > 0)]
    yield from about("staffing.units_partly", "note", partly, buildings=total(partly.units_unstated))


def remark_inputs(facts: Facts) -> Iterator[Finding]:
    """Yield inputs that were not given, lines of the budget that are blank, allowances that break their own rule."""
    inputs, policy = facts.inputs, facts.policy
    for key in SETTINGS:
        if getattr(inputs, key) is None and not (key == "county_cap" and not policy.county_cap_applies):
            yield Finding(f"staffing.no_{key}", "note")
    staffed = facts.communities[facts.communities.posts.notna()].index
    costs = facts.costs.loc[staffed]
    yield from about("staffing.no_certificates", "note", costs[costs.allowances.isna()])
    yield from about("staffing.no_pay_kept", "note", costs[costs.pay_kept.isna()])
    if not policy.certificate_allowance:
        yield Finding("staffing.allowance_not_paid", "note")
        return
    paid = policy.certificate_allowance_yuan_month
    ladder = [paid[title] for title in CERTIFICATES if title in paid]
    floor = policy.certificate_allowance_min_yuan_month
    rising = all(low < high for low, high in pairwise(ladder))
    if ladder and (min(ladder) < floor or not rising):
        steps = ", ".join(f"{step:g}" for step in ladder)
        yield Finding("staffing.allowance_ladder", "problem", {"floor": floor, "steps": steps})


def remark_steps(facts: Facts) -> Iterator[Finding]:
    """Yield classes and certificates that somebody has and the policy says nothing of (B二(四))."""
    policy = facts.policy
    tables = [("no_class_weight", CLASSES, policy.class_weights)]
    if policy.certificate_allowance:
        tables.append(("no_allowance_step", CERTIFICATES, policy.certificate_allowance_yuan_month))
    for code, columns, stated in tables:
        for title, column in columns.items():
            rows = where(facts.people, facts.people[column] > 0)
            if title not in stated and len(rows):
                told = {"name": title, "people": total(rows[column]), "policy": policy.name, "n": len(rows)}
                yield Finding(f"staffing.{code}", "warning", told, tuple(map(str, rows.index)), "workforce")
