"""Which row of a sheet or CSV is its header: titles and remarks may stand above it.

The header is the row with most column names that gridder knows or the user stated. Nothing is judged while reading: what
is doubtful is kept with the table and refused where the table is used.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

from gridder.read.counts import cell_text
from gridder.tables import LAYERS, ROSTER, fold

LOOKED_AT = 20  # rows in which the header is looked for
NAMES_SHOWN = 6  # names of the header that a message shows
TITLE_SHOWN = 40  # characters of a title that a message shows
TITLED = 3  # columns from which on a first row with a single text is a title, not a header
BRACKET = re.compile(r"[(（]([^()（）]*)[)）]$")
NUMBER = re.compile(r"[+-]?[\d.,]+%?")
LON_NAMES = ("lon", "lng", "long", "longitude", "经度")  # columns that hold the place of a row
LAT_NAMES = ("lat", "latitude", "纬度")
WKT_NAMES = ("wkt", "ewkt", "geometry", "geom", "the_geom", "wkt_geom", "wkb_geometry", "几何")
EMPTY_NAME = "Unnamed: {}"  # what a column without a name is called, by its place from 0

Row = Sequence[Any]


@dataclass(frozen=True)
class Header:
    """The header of a table.

    Parameters
    ----------
    row
        Where it stands, from 1, blank rows counted.
    cells
        What stands in it.
    doubt
        Blank; ``lost`` where the first row is a title and no row below it can be the header, ``split`` where two rows
        share the names; ``below`` are the cells of the second.
    """

    row: int
    cells: tuple[str, ...]
    doubt: str = ""
    below: tuple[str, ...] = ()

    def shown(self) -> str:
        """The first names of the header for a message."""
        names = [text for text in self.cells if text]
        more = "…" if len(names) > NAMES_SHOWN else ""
        return ", ".join(names[:NAMES_SHOWN]) + more


def bare(name: str) -> str:
    """Return a column name for comparing, without what stands in brackets behind it: ``年收入（元）`` is ``年收入``."""
    return fold(BRACKET.sub("", name.strip()))


def known_names(layer: str, stated: Collection[str] = ()) -> frozenset[str]:
    """Return the names that columns of a layer may have, for comparing; blank for a layer: those of all layers."""
    columns = [column for name in LAYERS for column in LAYERS[name] if layer in ("", name)]
    columns += ROSTER if layer in ("", "workforce") else ()
    names = [word for column in columns for word in (column.name, *column.known_as)]
    return frozenset(bare(name) for name in (*names, *LON_NAMES, *LAT_NAMES, *WKT_NAMES, *stated))


def find_header(rows: Sequence[Row], known: frozenset[str]) -> Header:
    """Return the header among the rows of a table, of which there is at least one."""
    looked = [tuple((cell_text(cell) or "").strip() for cell in row) for row in rows[:LOOKED_AT]]
    at = place_of_names(looked, known)
    if at is None:
        return header_by_shape(looked)
    for upper in (at - 1, at):
        if 0 <= upper < len(looked) - 1 and is_split(looked[upper], looked[upper + 1], known):
            return Header(upper + 1, looked[upper], "split", looked[upper + 1])
    return Header(at + 1, looked[at])


def place_of_names(rows: Sequence[tuple[str, ...]], known: frozenset[str]) -> int | None:
    """Return the place of the row with most known names, the first of several, None where no row has one.

    Below the first row only a row counts that is fuller than all above it, or mostly such names: a row of data may
    hold a word that is a column's name elsewhere (类别 ``工作人员``).
    """
    best, most, fullest = None, 0, 0
    for at, row in enumerate(rows):
        names = sum(bare(text) in known for text in set(row) if text)
        full = width(row)
        if names > most and (at == 0 or full > fullest or 2 * names > full):
            best, most = at, names
        fullest = max(fullest, full)
    return best


def header_by_shape(rows: Sequence[tuple[str, ...]]) -> Header:
    """Return the header where no name is known: the first row, or the first below a title that has several texts only."""
    if width(rows[0]) > 1:
        return Header(1, rows[0])
    for at, row in enumerate(rows):
        if width(row) > 1 and not any(NUMBER.fullmatch(text) for text in row):
            return Header(at + 1, row)
    lost = max(width(row) for row in rows) >= TITLED
    return Header(1, rows[0], "lost" if lost else "")


def width(row: tuple[str, ...]) -> int:
    """Return how many different texts a row holds: a title may be repeated in every cell it once spanned."""
    return len(set(row) - {""})


def is_split(upper: tuple[str, ...], lower: tuple[str, ...], known: frozenset[str]) -> bool:
    """Whether each of two rows has known names where the other is blank: a header with merged cells in two rows."""
    pairs = list(zip_longest(upper, lower, fillvalue=""))
    above = any(bare(top) in known and not under for top, under in pairs)
    below = any(bare(under) in known and not top for top, under in pairs)
    return above and below and not any(NUMBER.fullmatch(text) for text in lower)


def name_columns(cells: Sequence[str], *, empty: str = EMPTY_NAME) -> list[str]:
    """Return the names of columns, each once: blank ones by their place, repeated ones numbered."""
    return number_repeats([text or empty.format(at) for at, text in enumerate(cells)])


def number_repeats(names: list[str]) -> list[str]:
    """Return column names with a number behind those that stood there before: ``name``, ``name.1``."""
    seen: dict[str, int] = {}
    found: list[str] = []
    for name in names:
        times = seen.get(name, 0)
        while times and f"{name}.{times}" in seen:
            times += 1
        seen[name] = times + 1
        found.append(f"{name}.{times}" if times else name)
        seen.setdefault(found[-1], 1)
    return found
