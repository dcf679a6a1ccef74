"""What the opinions ask of each person of a roster: age, education, appraisal, certificate, transfer, pay.

A check answers ``pass``, ``fail``, ``relaxed`` or ``not_applicable``; NA where its data are missing, with the reason
beside it. Nothing is guessed and no clock is read: an age on a day needs a date of reckoning.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from itertools import groupby
from typing import Any

import pandas as pd

from gridder.policy import Policy
from gridder.read.counts import is_unknown
from gridder.read.person_cells import Span, mentioned, parse_certificate, years_between
from gridder.staffing.basis import CLAUSES
from gridder.staffing.budget import CERTIFICATES, FEN_DIGITS
from gridder.staffing.persons import APART, COUNTED, read_persons
from gridder.staffing.roster_pay import standards_of, weigh_pay

PASS, FAIL, RELAXED, NOT_APPLICABLE = "pass", "fail", "relaxed", "not_applicable"
COUNTS, SHOWN, NONE = "counts", "shown", "none"  # a certificate: as B二(七) asks, apart from those, none

# check → the policy field it rests on; that of the transfer has none: B三(一) leaves nothing to choose.
CHECKS = {
    "age": "age_max",
    "education": "education_accepted",
    "appraisal": "appraisal_failed_running",
    "transfer": "",
    "certificate": "certified_min",
    "pay": "pay_kept",
}


@dataclass(frozen=True)
class Answer:
    """What one check says of one person: a result or None, the key of its reason and the facts of that sentence."""

    result: str | None
    why: str = ""
    facts: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Person:
    """One row of a roster, read and placed, as the checks see it."""

    texts: Mapping[str, Any]
    facts: Mapping[str, Any]
    place: str
    place_why: str

    def says(self, column: str) -> bool:
        """Whether the row says anything in a column; ``不详`` says nothing."""
        return not pd.isna(self.texts[column]) and not is_unknown(str(self.texts[column]))


def clause_of(check: str, policy: Policy) -> tuple[str, str]:
    """Return (clause, force) of a check."""
    if not CHECKS[check]:
        return CLAUSES["transfer"]
    source = policy.sources[CHECKS[check]]
    return source.clause, source.force


def check_roster(
    roster: pd.DataFrame,
    policy: Policy,
    *,
    classes: pd.DataFrame | None = None,
    reckoning: date | None = None,
) -> pd.DataFrame:
    """Return the checks of every person of a roster, on its index.

    Parameters
    ----------
    roster
        As ``roster_counts.settle_people`` gives it: texts, ``place``, ``place_why``.
    classes
        ``pay_class`` and ``pay_yuan_year``: the standard of each class, NA or no row where unknown.
    reckoning
        Day on which ages are reckoned where the day of recruitment is not given; None leaves them open.

    Returns
    -------
    DataFrame
        For each of ``CHECKS``: ``<check>`` (result or NA), ``<check>_why`` (key of the reason, blank where it
        passes), ``<check>_facts`` (dict), ``<check>_clause`` and ``<check>_force``. Then ``pay_yuan_year``,
        ``pay_standard`` and ``pay_kept`` in yuan a year, NA where unknown or not applicable.
    """
    facts = read_persons(roster, policy)
    people = [
        Person(texts, said, str(texts["place"]), str(texts["place_why"]))
        for texts, said in zip(rows_of(roster), rows_of(facts))
    ]
    standards = standards_of(classes)
    answers = {
        "age": [check_age(one, policy, reckoning) for one in people],
        "education": [check_education(one) for one in people],
        "appraisal": [check_appraisal(one, policy) for one in people],
        "transfer": [check_transfer(one) for one in people],
        "certificate": [check_certificate(one, policy) for one in people],
        "pay": [check_pay(one, policy, standards) for one in people],
    }
    table = pd.DataFrame(index=roster.index)
    for check, given in answers.items():
        table[check] = pd.Series([one.result for one in given], index=table.index, dtype="string")
        table[f"{check}_why"] = [one.why for one in given]
        table[f"{check}_facts"] = pd.Series([one.facts for one in given], index=table.index, dtype=object)
        table[f"{check}_clause"], table[f"{check}_force"] = clause_of(check, policy)
    return table.join(weigh_pay(roster, facts, standards, policy))


def rows_of(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows of a table, each as a dict by column."""
    return [dict(zip(map(str, table.columns), row)) for row in table.itertuples(index=False, name=None)]


def recruited(person: Person) -> Answer | None:
    """Return why age and education are not asked of a person, or not known to be; None where they are (B二(三))."""
    if person.place_why == "repeated":
        return Answer(NOT_APPLICABLE, "repeated")
    way = person.facts["entry"].way
    if way == "open":
        return None
    if way == APART:
        return Answer(NOT_APPLICABLE, APART)
    if way == "other":
        return Answer(NOT_APPLICABLE, "not_recruited")
    return Answer(None, "entry_unknown" if person.says("entry") else "no_entry")


def check_age(person: Person, policy: Policy, reckoning: date | None) -> Answer:
    """Return whether a person openly recruited is not above the age (B二(三)): the limit itself passes.

    The age at recruitment counts where it is known; who is within the limit today was so then. Groups named by the
    policy may be above it.
    """
    excused = recruited(person)
    if excused:
        return excused
    span = reckon_age(person, reckoning)
    if isinstance(span, str):
        return Answer(None, span)
    low, high = span
    facts = {"low": low, "high": high, "limit": policy.age_max}
    if high <= policy.age_max:
        return Answer(PASS)
    group = find_group(person, policy)
    if group:
        return Answer(RELAXED, "relaxed", facts | {"group": group})
    return Answer(FAIL, "too_old", facts) if low > policy.age_max else Answer(None, "age_inexact", facts)


def reckon_age(person: Person, reckoning: date | None) -> tuple[int, int] | str:
    """Return the least and greatest age in completed years: at recruitment, else on the day of reckoning, else as
    stated; or the key of the reason why there is none."""
    birth, hired, stated = person.facts["birth"], person.facts["hired"], person.facts["age"]
    day = hired or (Span(reckoning, reckoning) if reckoning else None)
    if birth is not None and day is not None:
        return years_between(birth.last, day.first), years_between(birth.first, day.last)
    if not pd.isna(stated):
        return int(stated), int(stated)
    if birth is not None:
        return "no_reckoning"
    return "age_unreadable" if person.says("age") or person.says("birth") else "no_age"


def find_group(person: Person, policy: Policy) -> str | None:
    """Return the group by which a person may be above the age, by the row or by the certificate held.

    An assistant's title is none of them, though it holds the word of the higher one.
    """
    groups = [group for group in policy.age_relaxed_for if group not in CERTIFICATES]
    named = mentioned(person.texts["relaxed"], groups) if person.says("relaxed") else None
    titles = [person.facts["certificate"], parse_certificate(str(person.texts["relaxed"]))]
    held = [title for title in titles if title in policy.certified_counts]
    by_title = next((group for group in policy.age_relaxed_for if group in CERTIFICATES and held), None)
    return named or by_title


def check_education(person: Person) -> Answer:
    """Return whether the education of a person openly recruited suffices (B二(三)); it is never relaxed."""
    excused = recruited(person)
    if excused:
        return excused
    enough = person.facts["educated"]
    if enough is None:
        return Answer(None, "education_unclear" if person.says("education") else "no_education")
    return Answer(PASS) if enough else Answer(FAIL, "low_education")


def check_appraisal(person: Person, policy: Policy) -> Answer:
    """Return whether appraisals failed in years running, or in all, as often as B二(十) names.

    A year of which nothing is known might have failed: it leaves the check open where that would decide it.
    """
    if person.place_why == "repeated" or person.facts["entry"].way == APART:
        return Answer(NOT_APPLICABLE, person.place_why or APART)
    grades = person.facts["grades"]
    if grades is None:
        return Answer(None, "no_appraisal")
    sure = [failed is True for _, failed in grades]
    worst = [failed is not False for _, failed in grades]
    facts = {"running": longest_run(sure), "total": sum(sure)}
    if has_failed(sure, policy):
        return Answer(FAIL, "appraisal_failed", facts)
    if has_failed(worst, policy):
        return Answer(None, "appraisal_unknown", {"n": sum(failed is None for _, failed in grades)})
    return Answer(PASS)


def has_failed(years: list[bool], policy: Policy) -> bool:
    """Whether failures are as many as the rule names, in years running or in all."""
    running, total = policy.appraisal_failed_running, policy.appraisal_failed_total
    return longest_run(years) >= running or sum(years) >= total


def longest_run(years: list[bool]) -> int:
    """Return the most failures in years running."""
    return max((len(list(run)) for failed, run in groupby(years) if failed), default=0)


def check_transfer(person: Person) -> Answer:
    """Return whether a sitting member of the two committees holds a post (B三(一)), which was due in September 2020."""
    if person.place_why == "repeated":
        return Answer(NOT_APPLICABLE, "repeated")
    member, title = person.facts["committee_member"], person.facts["pay_class"]
    if pd.isna(member) and person.facts["entry"].way == APART:
        return Answer(NOT_APPLICABLE, APART)
    if pd.isna(member) and title is None:
        return Answer(None, "no_committee")
    if not (title in ("正职", "两委成员") if pd.isna(member) else member):
        return Answer(NOT_APPLICABLE, "no_member")
    done = person.facts["transferred"]
    if pd.isna(done):
        return Answer(None, "no_transfer")
    return Answer(PASS) if done else Answer(FAIL, "not_transferred")


def check_certificate(person: Person, policy: Policy) -> Answer:
    """Return whether a certificate counts among those of a community (B二(七)), is shown apart, or there is none."""
    if person.place != COUNTED:
        return Answer(NOT_APPLICABLE, person.place_why or APART)
    held = person.facts["certificate"]
    if held is None:
        return Answer(None, "certificate_unreadable" if person.says("certificate") else "no_certificate")
    return Answer((COUNTS if held in policy.certified_counts else SHOWN) if held else NONE)


def check_pay(person: Person, policy: Policy, standards: Mapping[str, float]) -> Answer:
    """Return whether pay lies above the standard of the class, and is kept (B二(四)): ``kept`` or ``pass``."""
    if person.place != COUNTED:
        return Answer(NOT_APPLICABLE, person.place_why or APART)
    pay, title = person.facts["pay_yuan_year"], person.facts["pay_class"]
    if pd.isna(pay):
        return Answer(
            None, "pay_unreadable" if person.says("pay_year") or person.says("pay_month") else "no_pay"
        )
    if title is None:
        return Answer(None, "no_class")
    if title not in standards:
        return Answer(None, "no_standard")
    above = round(float(pay) - standards[title], FEN_DIGITS)
    if above <= 0:
        return Answer(PASS)
    facts = {"above": above}
    return Answer("kept", "pay_kept", facts) if policy.pay_kept else Answer("above", "pay_above", facts)
