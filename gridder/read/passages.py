"""How a feature gets past what it meets: on a bridge, in a tunnel, or at the surface, as its attributes say."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd

from gridder.read.classes import fold_class
from gridder.read.counts import parse_numbers, parse_text
from gridder.tables import fold

BRIDGE, TUNNEL, SURFACE = "bridge", "tunnel", "surface"
PASSAGES = (BRIDGE, TUNNEL)

# A column that says yes or no, or which kind of bridge or tunnel: OpenStreetMap wiki, Key:bridge and Key:tunnel;
# Geofabrik (T, F). OpenStreetMap's ``layer`` is not looked at: it orders ways that cross, and says nothing of the ground.
YES_COLUMNS: dict[str, str] = dict.fromkeys(
    "bridge is_bridge isbridge 桥 桥梁 是否桥梁 是否为桥 桥梁名称 高架 是否高架".split(), BRIDGE
) | dict.fromkeys("tunnel is_tunnel istunnel 隧道 是否隧道 隧道名称 地道 是否地下".split(), TUNNEL)
NO_WORDS = frozenset(
    fold_class(word)
    for word in (
        "no|false|f|n|0|none|null|否|无|非|不是|-|—|/|construction|proposed|abandoned|removed|"
        "building_passage|avalanche_protector|地面"  # through a house, under a roof: at the surface
    ).split("|")
)
# A column with a height: above 0 over the ground, below 0 under it (BD TOPO, position par rapport au sol; a ford,
# "Gué ou radier", is at the surface)
LEVEL_COLUMNS = ("pos_sol", "position_par_rapport_au_sol", "position_p")
# A column with a word for the form: BD TOPO 2 FRANCHISST; 敷设方式 of Chinese rail
FORM_COLUMNS = tuple("franchisst 桥隧 桥隧类型 桥隧标志 结构 结构类型 结构形式 敷设方式 道路形态".split())
FORMS = (
    (TUNNEL, re.compile("隧|地道|地下|涵|tunnel|underground|culvert|underpass")),
    (BRIDGE, re.compile("桥|高架|立交|bridge|pont|viaduc|overground|elevated|aqueduct")),
    (SURFACE, re.compile("地面|平面|路基|surface|ground|sansobjet")),
)
# The end of a name, brackets aside: 解放大桥, 南湖隧道(北向南), 亚泰大街高架桥. A street called after a bridge (虹桥路) is none.
NAME_FORMS = (
    (TUNNEL, re.compile(r"(隧道|地道|地下通道|地下道|下穿道)$")),
    (BRIDGE, re.compile(r"(桥|高架|高架路|高架快速路)$")),
)
BRACKETS = re.compile(r"[(（\[【].*?[)）\]】]")
# whose names may say it: no river is a bridge
NAMED_KINDS = ("railway", "expressway", "arterial", "road", "path")

PASSAGE_COLUMNS = frozenset((*YES_COLUMNS, *LEVEL_COLUMNS, *FORM_COLUMNS))


def find_passages(table: pd.DataFrame) -> np.ndarray:
    """Return ``bridge``, ``tunnel``, ``surface`` (the data say neither) or None (they say nothing) of each row.

    Parameters
    ----------
    table
        The source's own columns; those of ``PASSAGE_COLUMNS`` are looked at. Where several speak, a tunnel goes
        before a bridge, and either before the surface.
    """
    said = np.full(len(table), None, dtype=object)
    opinions = [read_passage(fold(str(name)), table[name]) for name in table.columns if name != "geometry"]
    for wanted in (SURFACE, BRIDGE, TUNNEL):
        for opinion in opinions:
            if opinion is not None:
                said[opinion == wanted] = wanted
    return said


def read_passage(name: str, cells: pd.Series) -> np.ndarray | None:
    """Return what one column says of each row; None of a column that says nothing of bridges and tunnels."""
    if name in YES_COLUMNS:
        texts = [fold_class(text) if text else None for text in parse_text(cells)]
        answers = [None if t is None else SURFACE if t in NO_WORDS else YES_COLUMNS[name] for t in texts]
        return np.array(answers, dtype=object)
    if name in LEVEL_COLUMNS:
        levels = parse_numbers(cells).to_numpy()
        found = np.full(len(cells), None, dtype=object)
        found[levels < 0], found[levels == 0], found[levels > 0] = TUNNEL, SURFACE, BRIDGE
        return found
    if name in (*FORM_COLUMNS, "passage"):
        return np.array(
            [match_form(fold_class(text or ""), FORMS) for text in parse_text(cells)], dtype=object
        )
    return None


def match_form(text: str, forms: tuple[tuple[str, re.Pattern[str]], ...]) -> str | None:
    """Return the first form whose words stand in a text."""
    return next((form for form, words in forms if words.search(text)), None) if text else None


def passages_named(names: pd.Series, kinds: np.ndarray) -> np.ndarray:
    """Return ``bridge`` or ``tunnel`` where the name of a way says so, else None."""
    pairs = zip(names, kinds, strict=True)
    found = [
        match_form(BRACKETS.sub("", n).strip(), NAME_FORMS) if n and k in NAMED_KINDS else None
        for n, k in pairs
    ]
    return np.array(found, dtype=object)
