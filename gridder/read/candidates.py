"""Which source column may be meant for one of gridder's: by its name and by what it holds."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from gridder.errors import Finding
from gridder.read.column_facts import ColumnFacts
from gridder.read.counts import fold_text

Shape = Literal["count", "id", "few", "label", "floors"]

CODE_WORDS = tuple("id ident idobj objid gid uid uuid code dm bm bh no num ref 编号 编码 代码".split())
COMMUNITY_WORDS = tuple("sq sqdm sqbm sqid 社区 commun iris quartier subzone neighb ward".split())
MEASURES = (
    "area", "surf", "haut", "height", "gd", "mj", "面积", "高度", "year", "annee", "年", "postal", "zip", "邮编",
    "lon", "lat", "length", "width", "shape", "perim", "周长",
)  # fmt: skip
ROW_KEYS = frozenset(("fid", "ogc_fid", "objectid", "oid", "index"))  # a program's row numbers, nobody's ids
FEW = 0.2  # more distinct values than this share of the rows group nothing
FLOORS_MOST = 200  # more floors than any building has
SHORT = 3  # letters: shorter words stand in too many others (log in catalogue)
UNIQUE_NEARLY = 0.95  # a column called an id may hold a few slips


@dataclass(frozen=True)
class Wanted:
    """How a column of gridder's is recognised elsewhere: words in its name, the shape of its values."""

    shape: Shape
    words: tuple[str, ...]
    not_words: tuple[str, ...] = ()
    by_values: bool = False  # values alone are a reason to propose it


PERSON_WORDS = ("pop", "population", "habitants", "residents", "persons", "rk", "rks", "人口", "人数")
NAME_WORDS = ("nom", "name", "mc", "sqmc", "libelle", "lib", "label", "n", "名称", "名")
FLOOR_WORDS = ("floor", "etage", "storey", "stories", "level", "cs", "层", "楼层")
WANTED: dict[str, dict[str, Wanted]] = {
    "buildings": {
        "households": Wanted(
            "count",
            ("hs", "zhs", "jmhs", "czhs", "hh", "zts", "ts", "hushu", "户", "套", "household", "dwelling", "logement",
             "log", "logt", "logts", "nblog", "menage", "foyer", "apart", "apt", "apts", "flats", "du"),
            (*MEASURES, *FLOOR_WORDS, *CODE_WORDS, *PERSON_WORDS, "户型", "户室", "户主"),
            by_values=True,
        ),
        "population": Wanted("count", PERSON_WORDS, (*MEASURES, *CODE_WORDS)),
        "building_id": Wanted(
            "id",
            (*CODE_WORDS, "ldbh", "jzbh", "bldg", "building", "batiment", "cleabs", "楼号", "幢号", "栋号"),
            MEASURES,
            by_values=True,
        ),
        "community_id": Wanted("few", COMMUNITY_WORDS),
        "floors": Wanted("floors", FLOOR_WORDS, ("area", "surf", "面积")),
        "use": Wanted("few", ("use", "usage", "yt", "用途", "性质", "living", "residential"), MEASURES),
    },
    "communities": {
        "community_id": Wanted("id", (*CODE_WORDS, *COMMUNITY_WORDS, "insee"), MEASURES, by_values=True),
        "name": Wanted("label", NAME_WORDS),
    },
    "barriers": {
        "kind": Wanted(
            "few",
            ("kind", "type", "class", "fclass", "highway", "nature", "lx", "dj", "类", "等级"),
            MEASURES,
        )
    },
    "previous_grids": {"grid_code": Wanted("id", ("wg", "grid", "网格", *CODE_WORDS), MEASURES, by_values=True)},
    "workforce": {"community_id": Wanted("id", (*CODE_WORDS, *COMMUNITY_WORDS), by_values=True)},
}  # fmt: skip


@dataclass(frozen=True)
class Candidate:
    """A source column that may be meant for ``column``; a larger ``score`` is likelier.

    ``reason``: ``values`` (what it holds fits) or ``both`` (its name says so, too).
    """

    column: str
    facts: ColumnFacts
    reason: Literal["values", "both"]
    score: float


def find_candidates(layer: str, column: str, columns: list[ColumnFacts], most: int) -> list[Candidate]:
    """Return the columns that may be meant for one of gridder's, the likeliest first.

    Parameters
    ----------
    most
        A larger count in one building is no count of households (``households_absurd`` of a policy).
    """
    wanted = WANTED.get(layer, {}).get(column)
    if wanted is None:
        return []
    found = [one for facts in columns if (one := weigh(column, wanted, facts, most)) is not None]
    own = [one for one in found if not is_row_key(one.facts.name)]
    return sorted(own or found, key=lambda one: -one.score)


def weigh(column: str, wanted: Wanted, facts: ColumnFacts, most: int) -> Candidate | None:
    """Return a column as a candidate, or None where neither name nor values speak for it."""
    named = speaks_of(facts.name, wanted.words) and not (
        wanted.shape != "id" and speaks_of(facts.name, wanted.not_words)
    )
    against = speaks_of(facts.name, wanted.not_words) and not named
    fit = fits(wanted.shape, facts, most, named=named)
    if not fit or against or not (named or wanted.by_values):
        return None
    if is_row_key(facts.name):
        return Candidate(column, facts, "values", 0.5) if column == "community_id" else None
    a_name = wanted.shape == "id" and speaks_of(facts.name, NAME_WORDS)
    score: float = 4.0 * named + fit + facts.known / max(facts.rows, 1) - 2.0 * a_name
    return Candidate(column, facts, "both" if named else "values", score)


def fits(shape: Shape, facts: ColumnFacts, most: int, *, named: bool) -> float:
    """Return how well values fit a shape: 0 not at all, 1 well, 2 very well."""
    if facts.known == 0:
        return 0.0
    if shape == "count":
        plausible = facts.positive and facts.high <= most
        telling = named or (facts.distinct > 2 and not (facts.is_unique and facts.rows > 2))
        return float(plausible and telling) + float(plausible and facts.high >= 10)
    if shape == "id":
        nearly = named and facts.distinct >= UNIQUE_NEARLY * facts.rows
        return 0.0 if facts.kind not in ("whole", "text") else 2.0 * facts.is_unique or float(nearly)
    if shape == "few":
        return float(
            facts.kind in ("whole", "text", "flag") and 2 <= facts.distinct <= max(2.0, FEW * facts.rows)
        )
    if shape == "floors":
        return float(facts.kind == "whole" and facts.high <= FLOORS_MOST)
    return float(facts.kind == "text")


def is_row_key(name: str) -> bool:
    """Whether a column is called like the row numbers that programs keep."""
    return fold_text(name) in ROW_KEYS


def speaks_of(name: str, words: tuple[str, ...]) -> bool:
    """Whether a name holds one of the words: Chinese and long ones anywhere in it, short ones as a word of it."""
    folded = fold_text(name)
    # NB_LOGTS → nb logts; nbLogements → nb logements; USAGE1 → usage
    split = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)
    tokens = {fold_text(token) for token in re.split(r"[\W_\d]+", split) if token}
    for word in words:
        short = word.isascii() and len(word) <= SHORT
        if word in tokens or (not short and word in folded):
            return True
    return False


def tell_candidates(layer: str, candidates: list[Candidate]) -> list[Finding]:
    """Return one line a candidate, with what speaks for it; the first is the one gridder would take."""
    told = []
    for rank, one in enumerate(candidates):
        facts = {
            "mark": "→" if rank == 0 else "？",
            "name": one.facts.name,
            "column": one.column,
            "rows": one.facts.rows,
            "known": one.facts.known,
            "unknown": one.facts.rows - one.facts.known,
            "distinct": one.facts.distinct,
            "total": round(one.facts.total),
            "low": round(one.facts.low),
            "high": round(one.facts.high),
            "sample": one.facts.sample,
        }
        kind = "count" if one.column == "households" else "other"
        told.append(Finding(f"columns.{kind}_{one.reason}", "note", facts, layer=layer))
    return told
