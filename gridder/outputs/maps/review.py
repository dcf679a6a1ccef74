"""What the community page needs to check a reviewer's changes: the plan's own adjacency, compactly, and the rules."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from gridder.outputs.maps.earlier import mark_earlier
from gridder.outputs.maps.facts import clause_tag
from gridder.outputs.maps.layers import draw_ground, text_of, to_degrees
from gridder.outputs.maps.packed import pack_shapes
from gridder.outputs.maps.sheet import Sheet
from gridder.tables import Run
from gridder.text import LANGS, sentences

SCRIPTS = (
    "review_model.js",
    "review_check.js",
    "review_file.js",
    "review_history.js",
    "review_store.js",
    "review_map.js",
    "review_ground.js",
    "review_hand.js",
    "review_grids.js",
    "review_sign.js",
    "review.js",
)
AREA = "review."  # sentences of this area are those the scripts say
RULES = {  # line of the check → rule whose clause it names
    "households": "households_min",
    "contiguity": "contact_min_m",
    "barrier": "uncrossable",
    "compound": "cost_compound_cut",
}


def tell_review(run: Run, sheet: Sheet, file: str) -> dict[str, Any]:
    """Return the data of the review scripts; buildings are named by their place in ``sheet.buildings``.

    ``near`` holds one list a building: how much further on stand the neighbours that may share its grid (each pair
    once); ``crossings`` the pairs among them that only a bridge, underpass or gate joins; ``barred`` the pairs that an
    uncrossable barrier parts, by its kind: pairs one after another. ``compound`` is a place in ``compounds`` or −1.
    ``cells`` are the outlines of the buildings' cells, packed, so that grids follow what is moved; ``earlier`` the grids
    of which a reviewer of the older plan said something.
    ``file`` is the name of the page: what a reviewer hands on is named after it.
    """
    pairs = pair_up(run.edges, [str(i) for i in sheet.buildings.index])
    open_pairs = pairs[pairs["passable"]]
    barred = pairs[~pairs["passable"] & pairs["kind"].isin(run.policy.uncrossable)]
    compounds, compound = list_compounds(sheet)
    return {
        "community": sheet.community_id,
        "file": file,
        "plan": text_of(run.options.get("plan_sha256")),
        "low": run.policy.households_min,
        "high": run.policy.households_max,
        "near": step_lists(open_pairs, len(sheet.buildings)),
        "crossings": flatten(open_pairs[open_pairs["kind"] == "crossing"]),
        "barred": {str(kind): flatten(rows) for kind, rows in barred.groupby("kind", sort=True)},
        "compounds": compounds,
        "compound": compound,
        "clauses": {line: clause_tag(run.policy, rule) for line, rule in RULES.items()},
        "cells": pack_cells(run, sheet),
        "earlier": mark_earlier(run, sheet),
    }


def pack_cells(run: Run, sheet: Sheet) -> str:
    """Return the ground of every building as one packed text (``pack_shapes``); a cell not known is no area."""
    ground = run.cells.geometry.reindex(sheet.buildings.index)
    if ground.isna().all():
        return ""
    known = ground[ground.notna()]
    plain = pd.Series(draw_ground(known), index=known.index, dtype=object).reindex(ground.index)
    return pack_shapes(to_degrees([None if shape is np.nan else shape for shape in plain], run.crs))


def tell_words() -> dict[str, dict[str, str]]:
    """Return every sentence of the area ``review`` in both languages, by its full key."""
    keys = sorted(key for key in sentences(LANGS[0]) if key.startswith(AREA))
    return {key: {lang: sentences(lang)[key] for lang in LANGS} for key in keys}


def pair_up(edges: pd.DataFrame, cells: list[str]) -> pd.DataFrame:
    """Return a < b (places in ``cells``), kind, passable of the edges between these cells; sorted."""
    place = pd.Series(range(len(cells)), index=cells, dtype="int64")
    mine = edges[edges["cell_a"].isin(place.index) & edges["cell_b"].isin(place.index)]
    ends = np.sort(
        np.column_stack([place[mine["cell_a"]].to_numpy(), place[mine["cell_b"]].to_numpy()]), axis=1
    )
    table = pd.DataFrame({"a": ends[:, 0], "b": ends[:, 1]})
    table["kind"], table["passable"] = mine["kind"].to_numpy(), mine["passable"].to_numpy(dtype=bool)
    return table.sort_values(["a", "b"], ignore_index=True)


def step_lists(pairs: pd.DataFrame, n: int) -> list[list[int]]:
    """Return for each of n buildings b − a of its pairs (a, b)."""
    lists: list[list[int]] = [[] for _ in range(n)]
    for a, b in zip(pairs["a"].tolist(), pairs["b"].tolist(), strict=True):
        lists[a].append(b - a)
    return lists


def flatten(pairs: pd.DataFrame) -> list[int]:
    """Return a, b, a, b … of pairs."""
    flat: list[int] = pairs[["a", "b"]].to_numpy().ravel().tolist()
    return flat


def list_compounds(sheet: Sheet) -> tuple[list[str], list[int]]:
    """Return the names of compounds, sorted, and the compound of each building."""
    if "compound" not in sheet.buildings:
        return [], [-1] * len(sheet.buildings)
    named = [text_of(name) for name in sheet.buildings["compound"]]
    names = sorted(set(named) - {""})
    place = {name: n for n, name in enumerate(names)} | {"": -1}
    return names, [place[name] for name in named]
