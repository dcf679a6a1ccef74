"""Entrance units counted again: of the rows of the input, and of the buildings of every grid (A二(二)2 楼院门栋长)."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

import pandas as pd

from gridder.verify.base import Delivery, Violation, counts
from gridder.verify.figures import judge, judge_column, numbers

NUMBER = re.compile(r"\d+(?:\.0+)?")
LIST = re.compile(r"\d+(?:[,、;/+|]\d+)+")
BETWEEN = re.compile(r"[,、;/+|]")


def check_units(delivery: Delivery, grids: Any, communities: Any) -> list[Violation]:
    """A piece cut along its units counts one; grids and communities have the sums of what is stated, blank over none."""
    if "units" not in delivery.buildings:
        return []
    rows, units = delivery.buildings, numbers(delivery.buildings["units"])
    pieces = units.set_axis(rows["building_id"] + "#" + rows["unit"])[(rows["unit"] != "").to_numpy()]
    pieces = pieces[~pieces.index.duplicated()]
    found = judge("buildings", "units", pieces, pd.Series(1.0, pieces.index))
    for where, table, key in (("grids", grids, "grid_code"), ("communities", communities, "community_id")):
        sums = units.groupby(rows[key]).sum(min_count=1)
        found += judge_column(where, table, "units", sums.reindex(table.index))
    silent = (units.isna() & (counts(rows["households"]) > 0)).groupby(rows["grid_code"]).sum()
    return found + judge_column("grids", grids, "units_unstated", silent.reindex(grids.index))


def check_stated_units(delivery: Delivery, rows: pd.DataFrame) -> list[Violation]:
    """Every building planned whole has the units that its row of the input states, where the text leaves no doubt.

    ``rows`` are those planned: ``id`` and ``units`` (text, blank where none is stated).
    """
    if "units" not in delivery.buildings:
        return []
    whole = delivery.buildings[delivery.buildings["unit"] == ""].drop_duplicates("building_id")
    whole = whole.set_index("building_id")
    true = rows.drop_duplicates("id").set_index("id")["units"].map(stated_units).reindex(whole.index)
    homes, sure = counts(whole["households"]), true.notna()
    none = (true == 0) | ((true > homes) & (homes > 0))  # more units than households are no statement
    return judge("buildings", "units", numbers(whole["units"])[sure], true[sure].mask(none[sure]))


def stated_units(text: str) -> float:
    """Return how many units a cell states, 0 where none are, NaN where its words would have to be understood."""
    bare = "".join(unicodedata.normalize("NFKC", text).split())
    if NUMBER.fullmatch(bare):
        return float(bare)
    return float(len(BETWEEN.split(bare))) if LIST.fullmatch(bare) else float("nan") if bare else 0.0
