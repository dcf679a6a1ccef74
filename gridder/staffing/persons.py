"""A roster judged row by row: what its texts say, where each person stands, who is counted and who apart.

A roster is a table of texts (``tables.ROSTER``, ``row``, ``file``) with one row a person. Every person is in one of
three places: ``counted`` among the posts, ``apart`` (B二(一), B三(四)), or ``unplaced``: of no known community, or in
the table a second time.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import pandas as pd

from gridder.policy import Policy
from gridder.read.counts import fold_text, is_unknown
from gridder.read.person_cells import (
    MONTHS,
    OTHER_ENTRIES,
    Span,
    mentioned,
    parse_age,
    parse_appraisals,
    parse_certificate,
    parse_class,
    parse_date,
    parse_education,
    parse_flag,
    parse_grade,
    parse_pay,
)

COUNTED, APART, UNPLACED = "counted", "apart", "unplaced"
PLACES = (COUNTED, APART, UNPLACED)
SECRETARY = "书记"  # of them and their deputies B二(二) says that they are no party-building posts
ID_TYPED = re.compile(r"^'|\.0+$")  # what Excel's text mark and a number's decimals leave around an id
NONE_WORDS = frozenset(("无", "none"))
WAYS = ("entry", "pay_class", "position")  # the columns that may say that a person is counted apart
FLAGS = ("party_post", "committee_member", "transferred")


@dataclass(frozen=True)
class Entry:
    """How a person came: ``open`` recruitment, ``apart`` (by the word of the policy), ``other``; None unknown."""

    way: str | None
    word: str = ""


def read_persons(roster: pd.DataFrame, policy: Policy) -> pd.DataFrame:
    """Return what the texts of a roster say, one row a person on the same index.

    Returns
    -------
    DataFrame
        ``age`` (completed years, as stated), ``pay_yuan_year`` and booleans are NA, ``birth`` and ``hired`` (Span),
        ``pay_class``, ``certificate`` (blank: none), ``entry`` (Entry), ``educated`` and ``grades`` (list of year or
        None and whether the appraisal failed) None where nothing is said or it cannot be read.
    """
    accepted = policy.education_accepted
    facts = pd.DataFrame(index=roster.index)
    facts["age"] = read_texts(roster["age"], parse_age).astype("Int64")
    for name in ("birth", "hired"):
        facts[name] = read_texts(roster[name], parse_date)
    facts["educated"] = read_texts(roster["education"], lambda text: parse_education(text, accepted))
    facts["pay_class"] = read_texts(roster["pay_class"], parse_class)
    facts["certificate"] = read_texts(roster["certificate"], parse_certificate, none_is_word=True)
    for name in FLAGS:
        facts[name] = read_texts(roster[name], parse_flag, none_is_word=True).astype("boolean")
    year = read_texts(roster["pay_year"], lambda text: parse_pay(text, MONTHS)).astype("Float64")
    month = read_texts(roster["pay_month"], lambda text: parse_pay(text, 1)).astype("Float64")
    facts["pay_yuan_year"] = year.fillna(month)
    grades = [
        [(when, parse_grade(words)) for when, words in parse_appraisals(text)] or None
        for text in known_texts(roster["appraisals"])
    ]
    entries = [read_entry(words, policy) for words in zip(*(roster[c] for c in WAYS))]
    facts["grades"] = pd.Series(grades, index=roster.index, dtype=object)
    facts["entry"] = pd.Series(entries, index=roster.index, dtype=object)
    return facts


def known_texts(texts: pd.Series) -> list[str | None]:
    """Return texts, None where nothing is said (``不详``, blank)."""
    return [None if pd.isna(text) or is_unknown(str(text)) else str(text) for text in texts]


def read_texts(texts: pd.Series, parse: Callable[[str], Any], *, none_is_word: bool = False) -> pd.Series:
    """Return what ``parse`` makes of every text, None where nothing is said.

    ``none_is_word``: 无 says that there is none, and is read; elsewhere it says that nothing is known.
    """
    said = [
        str(text) if none_is_word and not pd.isna(text) and fold_text(str(text)) in NONE_WORDS else known
        for text, known in zip(texts, known_texts(texts))
    ]
    return pd.Series(
        [None if text is None else parse(text) for text in said], index=texts.index, dtype=object
    )


def read_entry(words: Iterable[str | None], policy: Policy) -> Entry:
    """Return how a person came, by the words on the way of entry, the class and the position.

    Whom the policy counts apart is so by any of them; open recruitment is said by the way of entry alone.
    """
    said = list(words)
    for text in said:
        word = mentioned(text, policy.counted_apart)
        if word:
            return Entry(APART, word)
    if mentioned(said[0], OTHER_ENTRIES):
        return Entry("other", str(said[0]))
    if mentioned(said[0], policy.recruitment_checked):
        return Entry("open", str(said[0]))
    return Entry(None)


def place_persons(roster: pd.DataFrame, facts: pd.DataFrame, communities: pd.Series) -> pd.DataFrame:
    """Return where every person stands: ``community_id`` (as read where unknown), ``place`` and ``place_why``.

    Parameters
    ----------
    communities
        Names by community_id.

    Returns
    -------
    DataFrame on the same index; ``place_why`` is blank, ``no_community`` or ``repeated``.
    """
    found = find_communities(roster, communities)
    repeated = find_repeated(roster, facts, found)
    apart = pd.Series([entry.way == APART for entry in facts["entry"]], index=roster.index)
    why = pd.Series("", index=roster.index, dtype=object)
    why[found.isna()] = "no_community"
    why[repeated] = "repeated"
    place = pd.Series(COUNTED, index=roster.index, dtype=object).where(~apart, APART)
    place = place.where(why == "", UNPLACED)
    ids = found.where(found.notna(), roster["community_id"])
    return pd.DataFrame({"community_id": ids, "place": place, "place_why": why})


def find_communities(roster: pd.DataFrame, communities: pd.Series) -> pd.Series:
    """Return the community_id of every person, None where id and name are of no community or of several."""
    names = pd.Series([fold_text(str(name)) for name in communities], index=communities.index.astype(str))
    alone = names[~names.duplicated(keep=False) & (names != "")]
    by_name = dict(zip(alone, alone.index))
    ids = set(names.index)

    def find(text: Any) -> str | None:
        if pd.isna(text):
            return None
        plain = ID_TYPED.sub("", str(text).strip())
        return plain if plain in ids else by_name.get(fold_text(str(text)))

    rows = zip(roster["community_id"], roster["community"])
    return pd.Series([find(one) or find(other) for one, other in rows], index=roster.index, dtype=object)


def find_repeated(roster: pd.DataFrame, facts: pd.DataFrame, communities: pd.Series) -> pd.Series:
    """Return whether a person stands in an earlier row: the same name and day of birth, wherever, or the same name
    and birth or age in the same community."""
    seen: set[tuple[Any, ...]] = set()
    repeated = []
    for name, birth, age, community in zip(roster["person"], facts["birth"], facts["age"], communities):
        key = identify(name, birth, age, community)
        repeated.append(key is not None and key in seen)
        if key is not None:
            seen.add(key)
    return pd.Series(repeated, index=roster.index, dtype=bool)


def identify(name: Any, birth: Span | None, age: Any, community: Any) -> tuple[Any, ...] | None:
    """Return what tells a person from others as far as the row says, None where it does not."""
    if pd.isna(name) or is_unknown(str(name)):
        return None
    who = fold_text(str(name))
    if birth is not None:
        return (who, birth) if birth.is_day else (who, birth, community)
    return None if pd.isna(age) or community is None else (who, int(age), community)
