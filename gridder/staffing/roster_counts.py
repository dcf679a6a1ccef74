"""A roster → counts by community, and the persons apart from them: who is counted, by class, and who is not.

The counts go where those of a table of counts go; the persons go into the workbook alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd

from gridder.errors import Finding
from gridder.policy import Policy
from gridder.read.roster_columns import is_roster
from gridder.staffing.budget import CERTIFICATES, CLASSES
from gridder.staffing.head_counts import settle_counts
from gridder.staffing.persons import APART, COUNTED, SECRETARY, place_persons, read_persons
from gridder.staffing.roster import check_roster
from gridder.staffing.roster_findings import find_in_roster
from gridder.tables import LAYERS, ROSTER

OF_PEOPLE = ("roster.", "inputs.")  # areas of findings about the table of staff and the inputs of the county
WELFARE = "公益"  # in the words of B二(一): counted apart, and a column of their own


@dataclass(frozen=True)
class People:
    """Who works in a district.

    Parameters
    ----------
    counts
        The columns of ``LAYERS["workforce"]``, one row a community.
    roster
        One row a person: the texts of ``ROSTER``, ``row``, ``file``, ``place``, ``place_why``; ``community_id`` as
        found. Empty without a roster.
    findings
        About the roster: rows and numbers, never a name, an age or pay.
    """

    counts: pd.DataFrame
    roster: pd.DataFrame
    findings: tuple[Finding, ...] = ()


def settle_people(
    workforce: pd.DataFrame, communities: pd.DataFrame, policy: Policy, *, reckoning: date | None = None
) -> People:
    """Return the counts by community of a table of staff, of either kind, and the persons of a roster.

    Parameters
    ----------
    workforce
        As read: counts, or a roster's texts (``is_roster``).
    communities
        Indexed by community_id: ``name``.
    reckoning
        Day on which ages are reckoned, None where nobody named one.
    """
    if not is_roster(workforce):
        counts, told = settle_counts(workforce, communities)
        return People(counts, pd.DataFrame(), told)
    texts = workforce[[*(column.name for column in ROSTER), "row", "file"]].reset_index(drop=True)
    facts = read_persons(texts, policy)
    spoken = communities["name"].fillna("").astype(str)
    roster = texts.assign(**place_persons(texts, facts, spoken))
    checks = check_roster(roster, policy, reckoning=reckoning)
    return People(count_persons(roster, facts), roster, find_in_roster(roster, facts, checks, policy))


def count_persons(roster: pd.DataFrame, facts: pd.DataFrame) -> pd.DataFrame:
    """Return the counts of every community with a person, sorted by id; NA where a row leaves them open.

    ``posts_now`` are all persons counted; classes, party-building posts and certificates are NA as soon as one of
    them cannot be told. ``apart`` holds all who are counted apart, ``public_welfare`` those of them by that word.
    """
    rows = []
    placed = roster[roster["place"].isin((COUNTED, APART))]
    for community_id, mine in placed.groupby("community_id", sort=True):
        inside, apart = mine[mine["place"] == COUNTED], mine[mine["place"] == APART]
        welfare = [WELFARE in entry.word for entry in facts["entry"][apart.index]]
        counts = {"community_id": str(community_id), "posts_now": len(inside), "apart": len(apart)}
        known = count_known(facts.loc[inside.index], inside["position"])
        rows.append(counts | {"public_welfare": sum(welfare)} | known)
    columns = [column.name for column in LAYERS["workforce"]]
    table = pd.DataFrame(rows, columns=columns)
    return table.astype(dict.fromkeys(columns[1:], "Int64")).astype({"community_id": object})


def count_known(facts: pd.DataFrame, positions: pd.Series) -> dict[str, Any]:
    """Return classes, party-building posts and certificates of the persons counted in one community."""
    found: dict[str, Any] = {}
    for title, column in CLASSES.items():
        found[column] = pd.NA if facts["pay_class"].isna().any() else int((facts["pay_class"] == title).sum())
    for title, column in CERTIFICATES.items():
        held = facts["certificate"]
        found[column] = pd.NA if held.isna().any() else int((held == title).sum())
    heads = positions.fillna("").str.contains(SECRETARY) | (facts["pay_class"] == "正职")
    party = facts["party_post"].where(~heads, False)  # B二(二): 不含社区党组织书记、副书记
    found["party_posts"] = pd.NA if party.isna().any() else int(party.sum())
    return found


def tell_of_people(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return the findings about tables of staff and what the county states: those that its workbook tells."""
    return tuple(finding for finding in findings if finding.code.startswith(OF_PEOPLE))


def reckoning_of(settings: Mapping[str, Any], effective_date: str) -> date | None:
    """Return the day on which ages are reckoned: ``staffing.roster_date``, else that on which the codes take effect."""
    stated = (settings.get("staffing") or {}).get("roster_date") or effective_date
    return date.fromisoformat(str(stated)) if stated else None
