"""Checks over the tables of a delivery: who is in which grid, sums, codes, the window, figures."""

from __future__ import annotations

from typing import Any

import pandas as pd

from gridder.tables import COMMUNITY_STATUS, GRID_STATUS
from gridder.verify.base import Delivery, Violation, as_count, as_text, blame, counts

PIECE = ["building_id", "unit"]
MEMBER = [*PIECE, "grid_code", "community_id", "households"]


def check_membership(delivery: Delivery) -> list[Violation]:
    """Every piece stands once in list, buildings and cells, and says the same in all three."""
    found = []
    listed = member_rows(delivery.assignments)
    for name in ("assignments", "buildings", "cells"):
        table = getattr(delivery, name)
        twice = table[table.duplicated(PIECE)]
        if len(twice):
            found.append(blame("assignment_twice", twice["building_id"], layer=name))
        if name != "assignments":
            differing = listed ^ member_rows(table)
            if differing and not len(twice):
                found.append(blame("assignment_differs", {row[0] for row in differing}, layer=name))
    return found


def member_rows(table: pd.DataFrame) -> set[tuple[Any, ...]]:
    """Return one tuple a piece: building, unit, grid, community, households."""
    plain = table.assign(households=counts(table["households"]))
    return set(plain[MEMBER].itertuples(index=False, name=None))


def check_places(delivery: Delivery) -> list[Violation]:
    """Every piece is in a grid of its own community; nobody lives in a community without grids."""
    table, found = delivery.assignments, []
    home = dict(zip(delivery.grids["grid_code"], delivery.grids["community_id"]))
    gridded = set(home.values())
    blank = table["grid_code"] == ""
    unknown = table[~blank & ~table["grid_code"].isin(home)]
    abroad = table[table["grid_code"].isin(home) & (table["grid_code"].map(home) != table["community_id"])]
    homeless = table[~table["community_id"].isin(delivery.communities["community_id"])]
    bare = table[blank & ~table["community_id"].isin(gridded) & (table["households"] > 0)]
    for code, rows in (
        ("assignment_no_such_grid", unknown),
        ("assignment_other_community", abroad),
        ("assignment_no_such_community", homeless),
        ("assignment_households_left", bare),
    ):
        if len(rows):
            found.append(blame(code, rows["building_id"]))
    idle = set(home) - set(table["grid_code"])
    if idle:
        found.append(blame("grid_empty", idle))
    return found


def check_sums(delivery: Delivery) -> list[Violation]:
    """Counts of grids, communities and the record are the sums of their members."""
    table = delivery.assignments
    found = compare_sums("grid", delivery.grids.set_index("grid_code"), sums_by(table, "grid_code"))
    sums = sums_by(table, "community_id")
    sums["grids"] = delivery.grids.groupby("community_id").size()
    found += compare_sums("community", delivery.communities.set_index("community_id"), sums)
    totals = delivery.record["totals"]
    truth = {
        "households": int(table["households"].sum()),
        "buildings": int(table["building_id"].nunique()),
        "grids": len(delivery.grids),
        "communities": len(delivery.communities),
        "quarantined_rows": len(delivery.quarantine),
        "quarantined_households": sum_possible(delivery.quarantine["households"]),
    }
    for name, value in truth.items():
        if totals[name] != value:
            found.append(blame("total_differs", what=name, said=as_text(totals[name]), true=value))
    return found


def sum_possible(counts: pd.Series) -> int:
    """Return the sum of the counts that can be households: negative ones and fractions are none."""
    known = pd.to_numeric(counts).dropna().astype(float)
    return int(known[(known >= 0) & (known == known.round())].sum())


def sums_by(table: pd.DataFrame, key: str) -> pd.DataFrame:
    """Return households and number of buildings by ``key``."""
    parts = table[table[key] != ""].groupby(key)
    return pd.DataFrame(
        {"households": parts["households"].sum(), "buildings": parts["building_id"].nunique()}
    )


def compare_sums(kind: str, said: pd.DataFrame, sums: pd.DataFrame) -> list[Violation]:
    """Return one violation a figure of ``said`` that is not the sum of its members."""
    found: list[Violation] = []
    if not said.index.is_unique:
        return found  # the code that stands twice is reported by itself
    for name in sums.columns:
        for key, value in said[name].items():
            true = int(sums[name].get(key, 0)) if not pd.isna(sums[name].get(key, 0)) else 0
            if as_count(value) != true:
                facts = {"what": name, "said": as_text(value), "true": true}
                found.append(blame(f"{kind}_sum", [key], **facts))
    return found


def check_codes(delivery: Delivery) -> list[Violation]:
    """Grid codes are unique, begin with their community and go on with a number of their series."""
    grids, rules = delivery.grids, delivery.rules
    found = []
    for name, table, column in (
        ("code_twice", grids, "grid_code"),
        ("community_twice", delivery.communities, "community_id"),
    ):
        twice = table.loc[table.duplicated(column), column]
        if len(twice):
            found.append(blame(name, twice))
    foreign, broken, series = [], [], []
    for code, community, status in zip(grids["grid_code"], grids["community_id"], grids["status"]):
        sequence = code.removeprefix(community).removeprefix("-")
        if not code.startswith(community):
            foreign.append(code)
        elif not sequence.isdecimal() or len(sequence) < rules["code_digits"] or int(sequence) == 0:
            broken.append(code)
        elif (status == "special") != (int(sequence) >= special_first(rules, len(sequence))):
            series.append(code)
    for name, codes in (("code_prefix", foreign), ("code_sequence", broken), ("code_series", series)):
        if codes:
            found.append(blame(name, codes))
    return found


def special_first(rules: dict[str, Any], digits: int) -> int:
    """Return the first sequence number of special grids: 901, or 9001 where a community needs four digits."""
    return rules["code_special_first"] if digits == rules["code_digits"] else 9 * 10 ** (digits - 1) + 1


def check_window(delivery: Delivery) -> list[Violation]:
    """Every grid is inside the window, or special, or an exception with reason, remedy and its own row."""
    grids, rules = delivery.grids, delivery.rules
    size = counts(grids["households"])
    inside = size.between(rules["households_min"], rules["households_max"])
    listed = set(delivery.exceptions["grid_code"])
    exception = grids["status"] == "exception"
    told = grids["reason"].map(as_text).ne("") & grids["remedy"].map(as_text).ne("")
    unlisted = exception & ~grids["grid_code"].isin(listed)
    checks = (
        ("grid_status", ~grids["status"].isin(GRID_STATUS)),
        ("grid_outside_window", ~inside & (grids["status"] == "lawful")),
        ("exception_needless", inside & exception),
        ("exception_unexplained", exception & ~told),
        ("exception_unlisted", unlisted),
        ("exception_of_lawful", ~exception & grids["grid_code"].isin(listed)),
    )
    return [blame(code, grids.loc[rows, "grid_code"]) for code, rows in checks if rows.any()]


def check_communities(delivery: Delivery) -> list[Violation]:
    """Communities have a known status, ``empty`` where nobody lives, and the record agrees with the layer."""
    table, record = delivery.communities, delivery.record["communities"]
    found = []
    empty = counts(table["households"]) == 0
    relaxed = table["community_id"].isin(
        delivery.grids.loc[delivery.grids["status"] == "exception", "community_id"]
    )
    checks = (
        ("community_status", ~table["status"].isin(COMMUNITY_STATUS)),
        ("community_status", (table["status"] == "empty") & ~empty),
        ("community_status", relaxed & ~table["status"].isin(("relaxed", "failed"))),
        ("community_gridded_empty", (table["status"] == "empty") & (counts(table["grids"]) > 0)),
        ("community_without_grids", ~empty & (counts(table["grids"]) == 0)),
    )
    for code, rows in checks:
        if rows.any():
            found.append(blame(code, table.loc[rows, "community_id"]))
    ordinary = delivery.grids[delivery.grids["status"] != "special"].groupby("community_id").size()
    differing = set(record) ^ set(table["community_id"])
    for key, status in zip(table["community_id"], table["status"]):
        entry = record.get(key) or {}
        if entry.get("status", status) != status or (entry.get("k") or 0) != ordinary.get(key, 0):
            differing.add(key)
    if differing:
        found.append(blame("record_communities", differing))
    return found
