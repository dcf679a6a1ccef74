"""Tables of staff with a row a community, judged row by row: what is counted where, and what is told of the rest."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from gridder.errors import Finding, Level
from gridder.staffing.budget import CERTIFICATES, CLASSES
from gridder.staffing.persons import find_communities
from gridder.staffing.roster_findings import files_of, single_file
from gridder.tables import LAYERS, name_rows

NAMES = tuple(column.name for column in LAYERS["workforce"])


def settle_counts(
    workforce: pd.DataFrame, communities: pd.DataFrame
) -> tuple[pd.DataFrame, tuple[Finding, ...]]:
    """Return the rows that count, with the ids of their communities, and what should be known of all rows.

    Parameters
    ----------
    workforce
        Columns of ``LAYERS["workforce"]``; as read from a file also ``row``, ``file`` and ``unread``. A community is
        said by its id or, where only one has it, its name.
    communities
        Indexed by community_id: ``name``.
    """
    spoken = communities["name"].fillna("").astype(str)
    said = workforce["community_id"]
    found = find_communities(pd.DataFrame({"community_id": said, "community": said}), spoken)
    names = [name for name in NAMES if name in workforce.columns]
    counts = workforce[names].assign(community_id=found)[found.notna()].reset_index(drop=True)
    return counts, (*tell_rows(workforce, found), *tell_sums(workforce, counts))


def tell_rows(workforce: pd.DataFrame, found: pd.Series) -> Iterator[Finding]:
    """Yield the rows of no community of the district, and those with cells that are no number of people."""
    if "row" not in workforce.columns:
        return
    rows = pd.Series(name_rows(single_file(workforce)), index=workforce.index, dtype=object)
    lost = found.isna()
    texts = tuple(str(text) if pd.notna(text) else "—" for text in workforce["community_id"][lost])
    yield from about("unplaced", "problem", workforce, tuple(rows[lost]), said=texts)
    if "unread" in workforce.columns:
        odd = workforce["unread"].map(bool) & ~lost
        texts = tuple(text for cell in workforce["unread"][odd] for text in cell)
        yield from about("unread", "problem", workforce, tuple(rows[odd]), said=texts)


def tell_sums(workforce: pd.DataFrame, counts: pd.DataFrame) -> Iterator[Finding]:
    """Yield the communities with several rows, with some of the classes only, and whose classes are another sum."""
    often = counts["community_id"][counts["community_id"].duplicated()]
    yield from about("repeated", "warning", workforce, tuple(sorted(set(often))))
    yield from tell_certificates(workforce, counts)
    if not {*CLASSES.values(), "posts_now"} <= set(counts.columns):
        return
    sums = counts.set_index("community_id")[[*CLASSES.values(), "posts_now"]].astype("Int64")
    sums = sums.groupby(level=0).sum(min_count=1)
    classes, stated = sums[list(CLASSES.values())], sums["posts_now"]
    partly = classes.notna().any(axis=1) & classes.isna().any(axis=1) & stated.isna()
    yield from about("partly", "warning", workforce, tuple(sums.index[partly]))
    differ = (classes.sum(axis=1, skipna=False) != stated).fillna(False)
    yield from about("differ", "warning", workforce, tuple(sums.index[differ.astype(bool)]))


def tell_certificates(workforce: pd.DataFrame, counts: pd.DataFrame) -> Iterator[Finding]:
    """Yield the communities that state the holders of some certificates only: those of the others are unknown, not 0."""
    if not set(CERTIFICATES.values()) <= set(counts.columns):
        return
    held = counts.set_index("community_id")[list(CERTIFICATES.values())].astype("Int64")
    known = held.groupby(level=0).sum(min_count=1).notna()
    partly = known[known.any(axis=1) & ~known.all(axis=1)]
    lacking = tuple(title for title, column in CERTIFICATES.items() if not partly[column].all())
    yield from about("certificates", "warning", workforce, tuple(partly.index), lacking=lacking)


def about(
    code: str, level: Level, workforce: pd.DataFrame, ids: tuple[str, ...], **facts: tuple[str, ...]
) -> Iterator[Finding]:
    """Yield one finding about rows or communities, none where there are none."""
    if ids:
        files = files_of(workforce) if "file" in workforce.columns else "workforce"
        more = {"file": files, "n": len(ids), **facts}
        yield Finding(f"roster.counts_{code}", level, more, ids, "workforce")
