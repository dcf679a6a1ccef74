"""Tables of staff: one row a community, or one row a person (a roster). Which it is, and a roster's columns."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pandas as pd

from gridder.errors import Finding, InputError
from gridder.read.counts import fold_text, parse_heads, parse_text
from gridder.read.header_rows import BRACKET, bare
from gridder.read.raw import RawLayer
from gridder.read.settings import Source
from gridder.tables import LAYERS, ROSTER

# A column of the first kind makes a table a roster, one of the second a table of counts; the others do neither.
OF_PERSONS = ("person", "age", "birth", "education", "pay_class", "entry")
OF_COUNTS = (
    "posts_now",
    "leaders",
    "committee",
    "staff",
    "assistant_certified",
    "certified",
    "senior_certified",
)
# These decide only where nothing is counted: a table of counts may name a contact or the class of a community.
WEAK_NAMES = ("姓名", "人员姓名", "full_name", "person", "类别", "来源", "class", "category")
YEAR_OF_APPRAISAL = re.compile(
    r"(?:年度)?考核(?:结果|等次|情况)?[_-]?(?P<a>20\d\d)年?度?|(?P<b>20\d\d)年?度?(?:年度)?考核(?:结果|等次|情况)?"
    r"|appraisal[_-]?(?P<c>20\d\d)|(?P<d>20\d\d)[_-]?appraisal"
)
KNOWN = tuple(column.name for column in ROSTER)
PAY = ("pay_year", "pay_month")
BARE_NUMBER = re.compile(r"[\d.,]+")
NOTHING = "—"  # stands for a year of which nothing is said


def is_roster(workforce: pd.DataFrame) -> bool:
    """Whether a table of staff has one row a person."""
    return "person" in workforce.columns


def recognise_persons(names: list[str], stated: dict[str, str]) -> dict[str, str]:
    """Return the roster's column → source column; those stated win, what stands in brackets does not matter."""
    folded = {bare(name): name for name in reversed(names)}
    found: dict[str, str] = {}
    for column in ROSTER:
        hits = [bare(word) for word in (column.name, *column.known_as) if bare(word) in folded]
        if hits:
            found[column.name] = folded[hits[0]]
    return {**found, **{name: source for name, source in stated.items() if name in KNOWN}}


def names_persons(columns: dict[str, str]) -> bool:
    """Whether resolved columns are those of a roster."""
    return bool(set(OF_PERSONS) & set(columns))


def has_persons(source: Source, names: list[str], counts: dict[str, str], stated: dict[str, str]) -> bool:
    """Whether a table of staff is a roster.

    Parameters
    ----------
    counts
        Columns recognised as those of a table of counts: gridder's column → source column.
    stated
        Columns that the user named.

    Raises
    ------
    InputError
        It has columns of both kinds.
    """
    persons = recognise_persons(names, stated)
    said = {persons[column] for column in OF_PERSONS if column in persons}
    said -= {name for name in said if bare(name) == "name" and name not in stated.values()}
    strong = {name for name in said if bare(name) not in WEAK_NAMES or name in stated.values()}
    of_counts = {counts[column] for column in OF_COUNTS if column in counts} - said
    if strong and of_counts:
        raise InputError(
            "roster.mixed_columns",
            file=source.label,
            persons=", ".join(sorted(strong)),
            counts=", ".join(sorted(of_counts)),
        )
    counted = set(counts.values()) - set(persons.values())
    return bool(strong) or bool(said and not counted)


def years_of_appraisal(names: list[str]) -> dict[int, str]:
    """Return year → source column of the columns that hold one year's appraisal each (``2023考核``)."""
    found: dict[int, str] = {}
    for name in names:
        match = YEAR_OF_APPRAISAL.fullmatch(bare(name))
        if match:
            found.setdefault(int(next(year for year in match.groups() if year)), name)
    return dict(sorted(found.items()))


def resolve_persons(source: Source, names: list[str], stated: dict[str, str]) -> dict[str, str]:
    """Return the columns of a roster for the record: gridder's column → source column, years of appraisal too.

    Raises
    ------
    InputError
        No column says the community.
    """
    found = recognise_persons(names, stated)
    if "community_id" not in found and "community" not in found:
        where: dict[str, Any] = {"file": source.label, "layer": "workforce", "columns": ", ".join(names)}
        raise InputError(
            "errors.column_needed", column="community_id", option="workforce.community_id", **where
        )
    years = {f"appraisal_{year}": name for year, name in years_of_appraisal(names).items()}
    return {column: found[column] for column in KNOWN if column in found} | years


def take_persons(source: Source, raw: RawLayer, columns: dict[str, str]) -> pd.DataFrame:
    """Return a roster as texts, one row a person, its file and row.

    Nothing is judged here: a text that cannot be read stays as it is. Columns that are not recognised are left out.
    """
    n = len(raw.frame)
    empty = pd.Series([None] * n, dtype=object)
    frame = pd.DataFrame(index=pd.RangeIndex(n))
    for name in KNOWN:
        frame[name] = parse_text(raw.frame[columns[name]]) if name in columns else empty
        if name in PAY:
            frame[name] = in_yuan(frame[name], columns.get(name, ""))
    years = {int(name[-4:]): columns[name] for name in columns if name.startswith("appraisal_")}
    if years:
        frame["appraisals"] = join_years(raw.frame, years)
    frame["row"], frame["file"] = np.arange(1, n + 1, dtype="int64"), source.label
    return frame


def take_heads(source: Source, raw: RawLayer, columns: dict[str, str]) -> pd.DataFrame:
    """Return a table with a row a community: numbers of people, NA where blank or no such number, its file and row.

    ``unread`` names the cells of a row that say something else, as ``source column=text``, in order; rows that say
    nothing at all are left out.
    """
    n = len(raw.frame)
    frame = pd.DataFrame(index=pd.RangeIndex(n))
    unread: list[list[str]] = [[] for _ in range(n)]
    for column in LAYERS["workforce"]:
        name = columns.get(column.name)
        cells = list(raw.frame[name].astype(object)) if name else [None] * n
        if column.dtype == "text":
            frame[column.name] = parse_text(pd.Series(cells, dtype=object))
            continue
        heads = [parse_heads(cell) for cell in cells]
        frame[column.name] = pd.Series([number for number, _ in heads], dtype="Int64")
        for said, (_, text) in zip(unread, heads):
            said += [f"{name}={text}"] if text else []
    frame["unread"] = pd.Series([tuple(said) for said in unread], dtype=object)
    frame["row"], frame["file"] = np.arange(1, n + 1, dtype="int64"), source.label
    blank = frame[[column.name for column in LAYERS["workforce"]]].isna().all(axis=1)
    return frame[~blank | frame["unread"].map(bool)].reset_index(drop=True)


def tell_persons(source: Source, raw: RawLayer, columns: dict[str, str]) -> list[Finding]:
    """Return the note that a table is a roster, by which columns, and the note of columns that are not used."""
    seen = ", ".join(columns[column] for column in OF_PERSONS if column in columns)
    facts = {"file": source.label, "n": len(raw.frame), "columns": seen}
    told = [Finding("roster.is_roster", "note", facts, layer="workforce")]
    unused = [str(name) for name in raw.frame.columns if str(name) not in {*columns.values(), "geometry"}]
    if unused:
        facts = {"file": source.label, "columns": ", ".join(unused)}
        told.append(Finding("roster.columns_unused", "note", facts, layer="workforce"))
    return told


def in_yuan(texts: pd.Series, header: str) -> pd.Series:
    """Return amounts whose header says that they are in 万元 as texts that say so themselves."""
    unit = BRACKET.search(header.strip())
    if unit is None or not fold_text(unit.group(1)).startswith("万"):
        return texts
    said = [f"{text}万元" if text and BARE_NUMBER.fullmatch(text) else text for text in texts]
    return pd.Series(said, index=texts.index, dtype=object)


def join_years(table: Any, years: dict[int, str]) -> pd.Series:
    """Return the appraisals of all years as one text a person: ``2022 合格；2023 不合格``."""
    columns = {year: parse_text(table[name]) for year, name in years.items()}
    rows = [
        "；".join(f"{year} {(text or NOTHING).strip()}" for year, text in zip(columns, texts))
        for texts in zip(*columns.values())
    ]
    return pd.Series(rows, dtype=object)
