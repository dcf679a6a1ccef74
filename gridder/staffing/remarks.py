"""What somebody should know about the staffing: one function a kind of finding, ids sorted."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import pandas as pd

from gridder.errors import Finding, Level
from gridder.policy import Policy
from gridder.staffing.budget import SETTINGS, Inputs

MINUTES_PER_HOUR = 60


def find_remarks(
    by_grid: pd.DataFrame, by_community: pd.DataFrame, excess: int, inputs: Inputs, policy: Policy
) -> tuple[Finding, ...]:
    """Return all findings about a district's staffing, sorted by code.

    Parameters
    ----------
    excess
        Posts by which the communities' minima exceed the county cap.
    """
    found = [
        *remark_posts(by_community, policy),
        *remark_cap(by_community, excess, inputs),
        *remark_people(by_community, policy),
        *remark_walks(by_grid, by_community, policy),
        *remark_inputs(inputs, policy),
    ]
    return tuple(sorted(found, key=lambda finding: (finding.code, str(finding.facts))))


def about(code: str, level: Level, rows: pd.DataFrame, **facts: float | str) -> Iterator[Finding]:
    """Yield one finding about ``rows``, none when there are none."""
    if len(rows):
        yield Finding(code, level, {"n": len(rows), **facts}, tuple(sorted(map(str, rows.index))))


def remark_posts(table: pd.DataFrame, policy: Policy) -> Iterator[Finding]:
    """Yield shortages, surpluses, missing party-building posts, empty and rural communities."""
    short = table[table.shortage > 0]
    yield from about("staffing.shortage", "problem", short, people=int(short.shortage.sum()))
    other = table[table.other_shortage > 0]
    yield from about("staffing.shortage_other", "note", other, people=int(other.other_shortage.sum()))
    surplus = table[(table.surplus > 0).fillna(False)]
    if policy.surplus_flagged:
        yield from about("staffing.surplus", "note", surplus, people=int(surplus.surplus.sum()))
    yield from about("staffing.empty", "note", table[table.posts.isna()])
    yield from about("scope.rural", "warning", table[table.rural])


def remark_cap(table: pd.DataFrame, excess: int, inputs: Inputs) -> Iterator[Finding]:
    """Yield what the county cap leaves unmet, and by how much the minima alone exceed it."""
    if inputs.county_cap is None:
        return
    unmet = table[(table.unmet > 0).fillna(False)]
    facts = {"cap": inputs.county_cap, "wanted": int(table.posts.sum())}
    yield from about("staffing.cap_exceeded", "warning", unmet, people=int(unmet.unmet.sum()), **facts)
    short = table[(table.cap_shortage > 0).fillna(False)]
    yield from about("staffing.cap_shortage", "problem", short, people=int(short.cap_shortage.sum()))
    below = table[(table.below_minimum > 0).fillna(False)]
    yield from about("staffing.cap_below_minima", "problem", below, cap=inputs.county_cap, people=excess)


def remark_people(table: pd.DataFrame, policy: Policy) -> Iterator[Finding]:
    """Yield unknown or surplus present staff, missing party-building posts and certificates."""
    staffed = table[table.posts.notna()]
    yield from about("staffing.present_unknown", "note", staffed[staffed.present.isna()])
    over = staffed[(staffed.hiring_gap < 0).fillna(False)]
    yield from about("staffing.present_surplus", "warning", over, people=-int(over.hiring_gap.sum()))
    party = staffed[(staffed.party_posts < policy.party_posts_min).fillna(False)]
    yield from about("staffing.party_short", "warning", party, minimum=policy.party_posts_min)
    certified = staffed[(staffed.certified_gap > 0).fillna(False)]
    people = int(certified.certified_gap.sum())
    yield from about(
        "staffing.certified_short", "note", certified, minimum=policy.certified_min, people=people
    )


def remark_walks(by_grid: pd.DataFrame, table: pd.DataFrame, policy: Policy) -> Iterator[Finding]:
    """Yield rounds too long for the shift or without a way, communities far from a hall or without."""
    too_long = by_grid[(~by_grid.fits_shift).fillna(False).astype(bool)]
    shift_min = round(policy.shift_hours * MINUTES_PER_HOUR)
    yield from about(
        "staffing.round_too_long", "warning", too_long, minutes=shift_min, rounds=policy.rounds_per_day
    )
    yield from about("staffing.round_no_way", "warning", by_grid[by_grid.round_m.isna()])
    staffed = table[table.posts.notna()]
    yield from about("staffing.no_hall", "note", staffed[staffed.hall_share.isna()])
    far = staffed[staffed.hall_share < policy.hall_share_min]
    share = round(100 * policy.hall_share_min)
    yield from about("staffing.hall_far", "note", far, share=share, minutes=round(policy.hall_minutes))


def remark_inputs(inputs: Inputs, policy: Policy) -> Iterator[Finding]:
    """Yield inputs that were not given, and allowances that break their own rule."""
    for key in SETTINGS:
        if getattr(inputs, key) is None:
            yield Finding(f"staffing.no_{key}", "note")
    ladder = list(policy.certificate_allowance_yuan_month.values())
    floor = policy.certificate_allowance_min_yuan_month
    rising = all(low < high for low, high in pairwise(ladder))
    if policy.certificate_allowance and ladder and (min(ladder) < floor or not rising):
        yield Finding("staffing.allowance_ladder", "warning", {"floor": floor})
