"""The history of grid codes in words: what each old grid became, what it gave and what it took in."""

from __future__ import annotations

from typing import Any

import pandas as pd

from gridder.outputs.maps.compare_facts import Pair, join
from gridder.outputs.maps.two import Both, both
from gridder.policy import Policy
from gridder.tables import Run
from gridder.text import LANGS, say

KIND_RANK = {"split": 0, "merged": 1, "retired": 2, "new": 3, "changed": 4, "kept": 5}


def tell_history(pair: Pair) -> list[dict[str, Any]]:
    """Return the rows of the history, what needs a look first."""
    flows = group_flows(pair.pieces)
    rows = [tell_row(pair, row, flows) for row in records(pair.history)]
    rows.sort(
        key=lambda r: (
            not r["new_out"],
            not r["old_out"],
            KIND_RANK[r["kind"]],
            r["kept"] - r["old_households"],
            r["old"],
            r["new"],
        )
    )
    return rows


Flows = dict[str, list[tuple[str, str, int, int]]]


def group_flows(pieces: pd.DataFrame) -> Flows:
    """Return code → flows out of or into it: old grid, new grid, buildings, households; the largest first."""
    counted = pieces.groupby(["old_grid", "new_grid"], as_index=False).agg(
        buildings=("building_id", "nunique"), households=("households", "sum")
    )
    counted = counted.sort_values(
        ["households", "buildings", "old_grid", "new_grid"], ascending=[False, False, True, True]
    )
    found: Flows = {}
    for flow in counted.to_dict("records"):
        record = (flow["old_grid"], flow["new_grid"], flow["buildings"], flow["households"])
        for code in sorted({record[0], record[1]} - {""}):
            found.setdefault(code, []).append(record)
    return found


def records(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows of a table as dictionaries."""
    return [{str(key): value for key, value in row.items()} for row in table.to_dict("records")]


def tell_row(pair: Pair, row: dict[str, Any], flows: Flows) -> dict[str, Any]:
    """Return one row of the history for the page and the sheet."""
    old, news, community = row["old_grid"], row["new_grids"], row["community"]
    old_out = bool(old) and is_outside(pair.old, old)
    new_out = any(is_outside(pair.new, code) for code in news)
    return {
        "community": community,
        "old": old,
        "old_no": pair.call(old, community) if old else "",
        "old_households": int(row["old_households"]),
        "old_out": old_out,
        "new": list(news),
        "new_no": [pair.call(code, community) for code in news],
        "new_households": [int(n) for n in row["new_households"]],
        "new_out": new_out,
        "kept": int(row["households_kept"]),
        "share": None if pd.isna(row["share"]) else round(float(row["share"]), 4),
        "kind": row["kind"],
        "look": row["kind"] != "kept" or old_out or new_out,
        "note": tell_note(pair, row, flows),
    }


def is_whole(row: dict[str, Any]) -> bool:
    """Whether all households of an old grid went into the first of its new ones."""
    return bool(pd.isna(row["share"]) or row["share"] >= 1)


def is_outside(run: Run, code: str) -> bool:
    """Whether a grid of a plan lies outside its window."""
    return code in run.grids.index and bool(run.grids["status"].loc[code] == "exception")


def tell_note(pair: Pair, row: dict[str, Any], flows: Flows) -> Both:
    """Return what happened to one grid, in words."""
    old, news, community, kind = row["old_grid"], row["new_grids"], row["community"], row["kind"]
    if kind == "new":
        return join([both("compare.note_new"), *tell_bounds(pair.new, news[0], "now_")])
    parts = tell_bounds(pair.old, old, "")
    names = [pair.call(code, community) for code in news]
    if kind == "retired":
        parts.append(both("compare.note_retired"))
    elif kind == "merged":
        parts += [both("compare.note_merged", codes=list_names(names))] if is_whole(row) else []
    elif news[0] != old:
        parts.append(both("compare.note_renamed", old=pair.call(old, community), new=names[0]))
    if kind == "split":
        parts.append(both("compare.note_split", codes=list_names(names[1:])))
    if kind != "retired":
        parts += tell_flows(pair, row, flows)
    was_out, now = (
        bool(tell_bounds(pair.old, old, "")),
        tell_bounds(pair.new, news[0], "now_") if news else [],
    )
    if kind == "kept":
        return join([*parts, both("compare.note_still")]) if was_out else join(parts)
    parts += now if now else [both("compare.note_solved")] if was_out and news else []
    return join(parts)


def list_names(names: list[str]) -> Both:
    """Return names as a list in each language."""
    return {lang: say(lang, "compare.list_joiner").join(names) for lang in LANGS}


def tell_bounds(run: Run, code: str, when: str) -> list[Both]:
    """Return by how much an exception lies outside the window of its plan; nothing for other grids."""
    if not is_outside(run, code):
        return []
    policy: Policy = run.policy
    n = int(run.grids["households"].loc[code])
    over = n > policy.households_max
    by = n - policy.households_max if over else policy.households_min - n
    return [both(f"compare.note_{when}{'over' if over else 'under'}", households=n, by=max(by, 0))]


def tell_flows(pair: Pair, row: dict[str, Any], flows: Flows) -> list[Both]:
    """Return what a grid gave to grids that are not its own continuation, and what it took in."""
    old, news, community = row["old_grid"], row["new_grids"], row["community"]
    told = () if row["kind"] == "merged" and not is_whole(row) else news
    parts: list[Both] = []
    for _, to, buildings, households in (f for f in flows.get(old, []) if f[0] == old):
        facts = {"pieces": buildings, "households": households}
        if not to:
            parts.append(both("compare.note_sent_nowhere", **facts))
        elif to not in told:
            parts.append(both("compare.note_sent", to=pair.call(to, community), **facts))
    heir = news[0]
    taken = (
        [f for f in flows.get(heir, []) if f[1] == heir and f[0] != old] if row["kind"] != "merged" else []
    )
    if taken:
        n, households = sum(f[2] for f in taken), sum(f[3] for f in taken)
        parts.append(both("compare.note_received", pieces=n, households=households))
    return parts
