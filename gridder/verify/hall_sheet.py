"""The sheet Halls against the layers: halls counted, households beyond reach, the mean walk, what is proposed (A二(九))."""

from __future__ import annotations

import numpy as np
import pandas as pd

from gridder.verify.base import Delivery, Violation, as_text, counts, optional_layer
from gridder.verify.book import Rows, find_table
from gridder.verify.figures import ROUNDED, judge_column, judge_range, numbers
from gridder.verify.halls import SHARE, blanks, bounds
from gridder.verify.staff_sheets import check_sums, rows_differ

RULES = {"walking_speed_kmh", "detour_factor", "hall_minutes"}


def check_hall_sheet(delivery: Delivery, sheets: dict[str, Rows]) -> list[Violation]:
    """Halls are those of the layer; who is far follows from the share and the ground; proposals from their places.

    Where people walk is known here between bounds alone (see ``halls.check_hall``); so is the mean walk. The words of a
    proposal, and that no other place is better, are not worked out again.
    """
    table = find_table(sheets.get("Halls", []), "community_id")
    if table is None or "far_households" not in table.rows or not set(delivery.rules) >= RULES:
        return []
    rows = table.rows
    layer = delivery.communities.set_index("community_id").reindex(rows.index)
    homes = counts(layer["households"]).set_axis(rows.index)
    found = rows_differ("Halls", delivery, rows) + judge_column("Halls", rows, "households", homes)
    halls = optional_layer(delivery, "halls")
    home = halls["community_id"].map(as_text) if "community_id" in halls else pd.Series(dtype=object)
    given = home.value_counts().reindex(rows.index).fillna(0)
    found += judge_column("Halls", rows, "halls", given)
    if "hall_share" in layer:
        found += judge_column("Halls", rows, "hall_share", layer["hall_share"], within=SHARE)
    found += check_far(rows, homes, (given > 0) & (homes > 0)) + check_walk(delivery, rows)
    return found + check_proposals(delivery, rows) + check_sums("Halls", table)


def check_far(rows: pd.DataFrame, homes: pd.Series, known: pd.Series) -> list[Violation]:
    """Those beyond reach are the households that the share leaves, to its third decimal; blank without hall or people."""
    if not {"far_households", "hall_share"} <= set(rows):
        return []
    said, share = numbers(rows["far_households"]), numbers(rows["hall_share"])
    found = judge_column("Halls", rows, "far_households", said.where(known, np.nan))
    left = homes * (1 - share)
    return found + judge_range("Halls", "far_households", said, left - homes * SHARE, left + homes * SHARE)


def check_walk(delivery: Delivery, rows: pd.DataFrame) -> list[Violation]:
    """The mean walk to the hall lies between the shortest and the longest that the ground allows."""
    if "hall_minutes" not in rows:
        return []
    low, high = bounds(delivery)
    home, held = delivery.cells["community_id"], numbers(delivery.cells["households"])
    total = held.groupby(home).sum()
    lived = low.where(held > 0)
    least = (low * held).groupby(home).sum(min_count=1) / total.where(total > 0)
    most = (high.where(held > 0) * held).groupby(home).sum(min_count=1) / total.where(total > 0)
    least = least.where(np.isfinite(most), lived.groupby(home).min())  # who has no way does not count
    said = numbers(rows["hall_minutes"])
    least, most = least.reindex(rows.index), most.reindex(rows.index)
    found = judge_range("Halls", "hall_minutes", said, least - ROUNDED, most + ROUNDED)
    return found + blanks("Halls", "hall_minutes", said, least, most)


def check_proposals(delivery: Delivery, rows: pd.DataFrame) -> list[Violation]:
    """What a proposal would reach stands where new places are proposed, as with these, and nowhere else.

    Nothing is asked where no layer holds places: an older delivery told them on the sheet alone.
    """
    places = optional_layer(delivery, "proposed_halls")
    if "kind" not in places:
        return []
    new = places[places["kind"] == "new"]
    first = new.set_axis(new["community_id"].map(as_text))
    first = first[~first.index.duplicated()].reindex(rows.index)
    found = judge_column("Halls", rows, "share_then", first["share_then"], within=SHARE)
    return found + judge_column("Halls", rows, "minutes_then", first["mean_minutes_then"], within=ROUNDED)
