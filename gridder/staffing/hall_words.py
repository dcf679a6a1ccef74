"""What is said about service circles: the sheet Halls, one row a community, and findings."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import pandas as pd

from gridder.errors import Finding, Level
from gridder.policy import Policy
from gridder.text import SPACE, say

COLUMNS = (
    "community_id community subdistrict households halls hall_share hall_minutes far_households share_then "
    "minutes_then proposal"
).split()


def hall_sheet(
    communities: pd.DataFrame, circles: pd.DataFrame, places: pd.DataFrame, policy: Policy, lang: str
) -> pd.DataFrame:
    """Return one row a community: halls, who is near them, and what is proposed in words; unknown is blank.

    Parameters
    ----------
    communities
        Indexed by community_id: ``name``, ``subdistrict``, ``households``.
    circles
        Of ``halls.measure_circles``.
    places
        Of ``halls.suggest_halls``.
    """
    sheet = communities[["name", "subdistrict", "households"]].rename(columns={"name": "community"})
    sheet = pd.DataFrame(sheet).join(circles).reset_index(names="community_id")
    sheet = sheet.rename(columns={"share_now": "hall_share", "mean_minutes_now": "hall_minutes"})
    new = places[places.kind == "new"].drop_duplicates("community_id").set_index("community_id")
    sheet["share_then"] = sheet.community_id.map(new.share_then.astype(float))
    sheet["minutes_then"] = sheet.community_id.map(new.mean_minutes_then.astype(float))
    mine = {str(name): rows for name, rows in places.groupby("community_id")}
    sheet["proposal"] = [
        tell_proposal(row, mine.get(str(row.community_id), places[:0]), policy, lang)
        for row in sheet.itertuples(index=False)
    ]
    return sheet[COLUMNS]


def tell_proposal(row: Any, places: pd.DataFrame, policy: Policy, lang: str) -> str:
    """Return what is proposed for one community of the sheet, in sentences."""
    facts = {"minutes": f"{policy.hall_minutes:g}", "wanted": percent(policy.hall_share_min)}
    if row.households == 0:
        return say(lang, "halls.nobody")
    parts = []
    if row.halls == 0:
        parts.append(say(lang, "halls.unknown"))
    elif row.households_no_way > 0:
        parts.append(say(lang, "halls.without_way", n=row.households_no_way))
    if len(places):
        parts += [tell_plan(rows, kind, lang, facts) for kind, rows in places.groupby("kind", sort=False)]
        if not places.proven.all():
            parts.append(say(lang, "halls.not_proven"))
    elif row.halls and row.hall_share >= policy.hall_share_min:
        parts.append(say(lang, "halls.enough", **facts))
    else:
        parts.append(say(lang, "halls.none_allowed"))
    return SPACE[lang].join(parts)


def tell_plan(rows: pd.DataFrame, kind: object, lang: str, facts: dict[str, str]) -> str:
    """Return one proposal in a sentence: where, and what it reaches."""
    first = rows.iloc[0]
    reached = "" if first.reached else "_short"
    named = [
        say(lang, "halls.place" if name else "halls.place_unnamed", name=name, building=building, near=near)
        for name, building, near in zip(rows.building, rows.building_id, rows.households_near)
    ]
    mean = "" if pd.isna(first.mean_minutes_then) else f"{first.mean_minutes_then:g}"
    then = {"share": percent(first.share_then), "mean": mean, "p": len(rows)}
    listed = ("、" if lang == "zh" else "; ").join(named)
    return say(lang, f"halls.{kind}{reached}", places=listed, **then, **facts)


def percent(share: float) -> str:
    """Return a share as a percentage with one digit where it has one."""
    return f"{round(100 * share, 1):g}"


def remark_halls(circles: pd.DataFrame, places: pd.DataFrame, policy: Policy) -> Iterator[Finding]:
    """Yield communities without a known hall, those with too few households near one, and what helps."""
    facts = {"minutes": f"{policy.hall_minutes:g}", "share": percent(policy.hall_share_min)}
    unknown = set(places.community_id) & set(circles.index[circles.halls == 0])
    far = circles[circles.share_now < policy.hall_share_min]
    yield from about("halls.missing", "note", unknown)
    people = int(far.far_households.sum())
    yield from about("halls.far", "note", far.index, households=people, **facts)
    no_way = circles[(circles.households_no_way > 0).fillna(False)]
    lost = int(no_way.households_no_way.sum())
    yield from about("halls.no_way", "warning", no_way.index, households=lost)
    new = places[(places.kind == "new")]
    short = new[~new.reached.astype(bool)]
    yield from about("halls.short", "note", short.community_id, most=policy.halls_new_max, **facts)
    moved = places[places.kind == "moved"]
    yield from about("halls.move_helps", "note", moved.community_id, **facts)


def about(code: str, level: Level, ids: Iterable[str], **facts: float | str) -> Iterator[Finding]:
    """Yield one finding about communities, none when there are none."""
    named = tuple(sorted(set(map(str, ids))))
    if named:
        yield Finding(code, level, {"n": len(named), **facts}, named, "halls")
