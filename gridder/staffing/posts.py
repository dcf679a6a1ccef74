"""Posts of one community: the band, a number inside it, hall and field, shortage (B二(二), B二(八))."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from typing import Any, Literal

from gridder.policy import Policy
from gridder.text import SPACE, say

Rounding = Literal["floor", "ceil"]
Reading = Literal["within", "beside"]  # are the grid workers among the posts, or beside them?


@dataclass(frozen=True)
class Case:
    """What the posts of a community depend on.

    Parameters
    ----------
    households
        All households of the community, special sites included, ≥ 0.
    grids
        All grids of the community, special ones included, ≥ 0.
    party_present
        Party-building workers already among the hall and grid workers, ≥ 0.
    grids_min, grids_max
        Lawful numbers of grids; None where no number is lawful.
    special
        Special grids among ``grids``: they need people too, but lawful numbers do not count them.
    """

    households: int
    grids: int
    party_present: int = 0
    grids_min: int | None = None
    grids_max: int | None = None
    special: int = 0


@dataclass(frozen=True)
class Posts:
    """Posts of a community and every number they came from, so that any language can say how.

    ``posts`` always lies in ``posts_min``–``posts_max``; ``shortage`` = people that grids and hall need
    beyond ``posts``; ``surplus`` = posts beyond need and party-building posts (B二(二) 防止人浮于事).
    ``grids_for_posts`` is the largest number of grids, special ones included, that is lawful and ends a shortage, if
    any; ``posts_for_grids`` the posts that would. ``other_need``, ``other_posts`` and ``other_shortage`` are need, posts
    and shortage under the other reading of whether grid workers are among the posts.
    """

    households: int
    grids: int
    rounding: Rounding
    posts_min: int
    posts_max: int
    other_min: int  # the band under the other rounding convention
    other_max: int
    start: int  # inside the base band, by households
    steps: int  # completed steps above the base households
    reading: Reading
    need: int  # hall and grid workers
    other_need: int  # the same under the other reading
    other_posts: int
    other_shortage: int
    party_missing: int
    wanted: int  # the larger of start + steps and need + party_missing, before the band
    posts: int
    hall: int
    field: int
    party: int
    shortage: int
    surplus: int
    grids_for_posts: int | None
    posts_for_grids: int

    def facts(self) -> dict[str, Any]:
        """Return all numbers as a plain dict, for JSON and for sentences."""
        return asdict(self)


def count_steps(households: int, step: int, base: int, rounding: Rounding) -> int:
    """Return the steps of ``step`` households above ``base``: completed (``floor``) or begun (``ceil``)."""
    above = max(0, households - base)
    return above // step if rounding == "floor" else -(-above // step)


def posts_band(households: int, policy: Policy, *, rounding: Rounding | None = None) -> tuple[int, int]:
    """Return (fewest, most) posts of a community (B二(二)), both inclusive.

    Parameters
    ----------
    rounding
        Convention for steps above the base households; None takes the policy's.
    """
    how = rounding or policy.step_rounding
    base = policy.posts_base_households
    low = policy.posts_base_min + count_steps(households, policy.posts_step_min_households, base, how)
    high = policy.posts_base_max + count_steps(households, policy.posts_step_max_households, base, how)
    return low, max(low, high)


def lawful_k(households: int, policy: Policy) -> tuple[int, int] | None:
    """Return (fewest, most) lawful grids of one connected piece, or None where none is (A二(三)2)."""
    low, high = -(-households // policy.households_max), households // policy.households_min
    return (low, high) if 1 <= low <= high else None


def start_posts(households: int, policy: Policy) -> int:
    """Return the house rule's number in the base band: linear up to its households, half up."""
    base = policy.posts_base_households
    rise = (policy.posts_base_max - policy.posts_base_min) * min(households, base)
    return policy.posts_base_min + (2 * rise + base) // (2 * base)


def count_need(grids: int, policy: Policy, reading: Reading) -> int:
    """Return the posts that hall and grids need: with the grid workers among the posts, or beside them."""
    if reading == "within":
        return grids * policy.grid_workers_per_grid + policy.hall_staff
    return policy.hall_staff + policy.field_staff_min


def policy_reading(policy: Policy) -> Reading:
    """Return the policy's reading of whether grid workers are among the posts."""
    return "within" if policy.grid_workers_within_posts else "beside"


def staff_posts(case: Case, policy: Policy) -> Posts:
    """Return the posts of one community with their derivation."""
    reading = policy_reading(policy)
    other_reading: Reading = "beside" if reading == "within" else "within"
    other: Rounding = "ceil" if policy.step_rounding == "floor" else "floor"
    low, high = posts_band(case.households, policy)
    other_low, other_high = posts_band(case.households, policy, rounding=other)
    need = count_need(case.grids, policy, reading)
    other_need = count_need(case.grids, policy, other_reading)
    party_missing = max(0, policy.party_posts_min - case.party_present)
    start = start_posts(case.households, policy)
    steps = count_steps(
        case.households, policy.posts_step_min_households, policy.posts_base_households, "floor"
    )
    by_households = start + steps
    wanted = max(by_households, need + party_missing)
    posts = min(max(wanted, low), high)
    other_posts = min(max(by_households, other_need + party_missing, low), high)
    hall = min(policy.hall_staff, posts)
    return Posts(
        households=case.households,
        grids=case.grids,
        rounding=policy.step_rounding,
        posts_min=low,
        posts_max=high,
        other_min=other_low,
        other_max=other_high,
        start=start,
        steps=steps,
        reading=reading,
        need=need,
        other_need=other_need,
        other_posts=other_posts,
        other_shortage=max(0, other_need - other_posts),
        party_missing=party_missing,
        wanted=wanted,
        posts=posts,
        hall=hall,
        field=posts - hall,
        party=case.party_present + min(party_missing, max(0, posts - need)),
        shortage=max(0, need - posts),
        surplus=max(0, posts - need - party_missing),
        grids_for_posts=fewer_grids(case, high, policy) if need > high else None,
        posts_for_grids=need,
    )


def fewer_grids(case: Case, posts: int, policy: Policy) -> int | None:
    """Return the most grids, special ones included, that are lawful and that ``posts`` can staff, or None.

    None when even the fewest lawful grids need more posts, or no number is lawful.
    """
    per_grid = policy.grid_workers_per_grid
    if case.grids_min is None or per_grid == 0:
        return None
    staffed = min((posts - policy.hall_staff) // per_grid, case.grids)
    return staffed if staffed - case.special >= case.grids_min else None


def is_rural(community_id: str, policy: Policy) -> bool:
    """Whether a 12-digit code is a village committee's: outside B, which speaks of urban communities."""
    if not re.fullmatch(r"[0-9]{12}", community_id):
        return False
    return policy.code_rural_first <= int(community_id[-3:]) <= policy.code_rural_last


def explain_posts(lang: str, facts: dict[str, Any]) -> str:
    """Return how the number of posts came about, in one or two sentences.

    Parameters
    ----------
    facts
        ``Posts.facts()``, or the JSON of the column ``derivation`` of the communities.
    """
    low, high, wanted = facts["posts_min"], facts["posts_max"], facts["wanted"]
    by_need = facts["need"] + facts["party_missing"] > facts["start"] + facts["steps"]
    clamped = "capped" if wanted > high else "raised" if wanted < low else "inside"
    parts = [
        say(lang, "staffing.posts_band", **facts),
        say(lang, f"staffing.posts_need_{facts['reading']}", **facts),
        say(lang, "staffing.posts_by_need" if by_need else "staffing.posts_by_households", **facts),
        say(lang, f"staffing.posts_{clamped}", **facts),
    ]
    if facts["shortage"]:
        parts.append(say(lang, "staffing.posts_shortage", **facts))
        ends = "staffing.shortage_ends" if facts["grids_for_posts"] else "staffing.shortage_ends_posts"
        parts.append(say(lang, ends, **facts))
    return SPACE[lang].join(parts)
