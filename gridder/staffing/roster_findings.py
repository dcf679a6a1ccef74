"""What somebody should know about a roster: rows and numbers, never a name, an age or pay."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from gridder.errors import Finding, Level
from gridder.policy import Policy
from gridder.read.counts import fold_text, is_unknown
from gridder.read.person_cells import parse_appraisals, parse_grade
from gridder.staffing.persons import APART, COUNTED, FLAGS, UNPLACED, known_texts
from gridder.staffing.roster import FAIL, RELAXED, clause_of
from gridder.tables import ROSTER, name_rows

LEVEL_OF: dict[str, Level] = {"hard": "problem", "soft": "warning"}
READ = ("age", "birth", "hired", "education", "pay_class", "certificate", "pay", "appraisals", *FLAGS)
UNSAID = ("pay_class", "entry", "certificate", "party_post")  # blanks that leave figures open
WANTED = (  # what the checks and counts need: one of the columns is enough
    ("age", "birth"), ("education",), ("pay_class",), ("entry",), ("certificate",), ("pay_year", "pay_month"),
    ("appraisals",), ("party_post",), ("transferred",),
)  # fmt: skip
TOLD = ("age", "education", "appraisal", "transfer")  # the checks that somebody passes or fails
SHOWN_AS = {column.name: column.known_as[0] for column in ROSTER}


def find_in_roster(
    roster: pd.DataFrame, facts: pd.DataFrame, checks: pd.DataFrame, policy: Policy
) -> tuple[Finding, ...]:
    """Return all findings about a roster, each with the rows concerned.

    Parameters
    ----------
    facts
        As ``persons.read_persons`` gives them.
    checks
        As ``roster.check_roster`` gives them.
    """
    rows = pd.Series(name_rows(single_file(roster)), index=roster.index, dtype=object)
    return (
        *tell_places(roster, rows),
        *tell_unreadable(roster, facts, rows),
        *tell_unsaid(roster, rows),
        *tell_same_names(roster, rows),
        *tell_checks(checks, rows, policy),
    )


def single_file(roster: pd.DataFrame) -> pd.DataFrame:
    """Return a table of staff whose rows say their file only where there are several."""
    several = "file" in roster.columns and roster["file"].nunique() > 1
    return roster if several else roster.assign(file=None)


def files_of(roster: pd.DataFrame) -> str:
    """Return the names of a roster's files."""
    return ", ".join(sorted(map(str, set(roster["file"]))))


def about(code: str, level: Level, rows: pd.Series, **facts: float | str) -> Iterator[Finding]:
    """Yield one finding about some rows, none where there are none."""
    if len(rows):
        yield Finding(f"roster.{code}", level, {"n": len(rows), **facts}, tuple(rows), "workforce")


def tell_places(roster: pd.DataFrame, rows: pd.Series) -> Iterator[Finding]:
    """Yield how many persons are counted, apart and not placed, which add up to the rows; then who is not placed."""
    numbers = {place: int((roster["place"] == place).sum()) for place in (COUNTED, APART, UNPLACED)}
    facts = {"file": files_of(roster), "n": len(roster), **numbers}
    yield Finding("roster.places", "note", facts, layer="workforce")
    file = files_of(roster)
    yield from about("no_community", "problem", rows[roster["place_why"] == "no_community"], file=file)
    yield from about("repeated", "problem", rows[roster["place_why"] == "repeated"], file=file)


def tell_unreadable(roster: pd.DataFrame, facts: pd.DataFrame, rows: pd.Series) -> Iterator[Finding]:
    """Yield the rows whose text in a column cannot be read, a finding a column."""
    file = files_of(roster)
    for name in READ:
        yield from about(f"unreadable_{name}", "warning", rows[is_unreadable(name, roster, facts)], file=file)
    said = pd.Series([text is not None for text in known_texts(roster["entry"])], index=roster.index)
    odd = said & pd.Series([entry.way is None for entry in facts["entry"]], index=roster.index)
    yield from about("unreadable_entry", "warning", rows[odd], file=file)


def is_unreadable(name: str, roster: pd.DataFrame, facts: pd.DataFrame) -> pd.Series:
    """Return whether each row says something in a column that is not understood."""
    if name == "pay":
        lost = facts["pay_yuan_year"].isna()
        return lost & (is_said(roster["pay_year"]) | is_said(roster["pay_month"]))
    if name == "appraisals":
        return pd.Series([has_odd_grade(text) for text in roster["appraisals"]], index=roster.index)
    return is_said(roster[name]) & facts[{"education": "educated"}.get(name, name)].isna()


def is_said(texts: pd.Series) -> pd.Series:
    """Return whether each text says anything."""
    return pd.Series([text is not None for text in known_texts(texts)], index=texts.index)


def has_odd_grade(text: str | None) -> bool:
    """Whether one of the appraisals in a text is none of the grades known."""
    return any(
        not is_unknown(words) and parse_grade(words) is None for _, words in parse_appraisals(text) if words
    )


def tell_unsaid(roster: pd.DataFrame, rows: pd.Series) -> Iterator[Finding]:
    """Yield the columns that are wanting, and the rows of persons counted that are blank where others are not."""
    file = files_of(roster)
    blank = {name: roster[name].isna() | (roster[name].astype(str).str.strip() == "") for name in SHOWN_AS}
    filled = {name for name in SHOWN_AS if not blank[name].all()}
    wanting = [names for names in WANTED if not filled & set(names)]
    if wanting and len(roster):
        told = ", ".join(" / ".join(f"{SHOWN_AS[name]} ({name})" for name in names) for names in wanting)
        yield Finding("roster.columns_wanting", "note", {"file": file, "columns": told}, layer="workforce")
    counted = roster["place"] == COUNTED
    for name in UNSAID:
        if name in filled:
            yield from about(f"blank_{name}", "warning", rows[counted & blank[name]], file=file)


def tell_same_names(roster: pd.DataFrame, rows: pd.Series) -> Iterator[Finding]:
    """Yield the persons of one name in one community whom nothing else tells apart or makes the same."""
    named = is_said(roster["person"]) & (roster["place"] != UNPLACED)
    names = pd.Series([fold_text(str(name)) for name in roster["person"]], index=roster.index)
    keys = pd.DataFrame({"name": names, "community": roster["community_id"]})[named]
    same = keys.duplicated(keep=False)
    yield from about("same_name", "warning", rows[keys.index[same]], file=files_of(roster))


def tell_checks(checks: pd.DataFrame, rows: pd.Series, policy: Policy) -> Iterator[Finding]:
    """Yield who does not meet a check, who may all the same, and whom it could not be asked of for want of data."""
    facts = {
        "age": {"limit": policy.age_max},
        "appraisal": {"running": policy.appraisal_failed_running, "total": policy.appraisal_failed_total},
    }
    for check in TOLD:
        clause, force = clause_of(check, policy)
        more: dict[str, float | str] = {"clause": clause, **facts.get(check, {})}
        failed = (checks[check] == FAIL).fillna(False).astype(bool)
        yield from about(f"fail_{check}", LEVEL_OF.get(force, "note"), rows[failed], **more)
        yield from about(f"open_{check}", "note", rows[checks[check].isna()], clause=clause)
    relaxed = (checks["age"] == RELAXED).fillna(False).astype(bool)
    clause, _ = clause_of("age", policy)
    yield from about("relaxed_age", "note", rows[relaxed], clause=clause, limit=policy.age_max)
