"""The 15-minute service circle (A二(九)): who lives near a hall, and where another would stand."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gridder.policy import Policy
from gridder.staffing.network import Network, walk_minutes
from gridder.staffing.siting import Floats, Ints, Sites, choose_sites

MOST_WAYS = 2_000_000  # from candidates to homes in one table: 16 MB, and some seconds on foot; 1,400 buildings in full
WAYS_AT_ONCE = 100_000  # measured in one go: each is a line while walls are looked for, some 300 bytes
SHARE_DIGITS, MINUTE_DIGITS = 3, 1
PLACE_COLUMNS = (
    "community_id community kind no building_id building households_near share_now share_then mean_minutes_now "
    "mean_minutes_then reached proven"
).split()


@dataclass(frozen=True)
class Circle:
    """What service circles are measured on.

    Parameters
    ----------
    communities
        Indexed by community_id: ``name``.
    cells
        Indexed by cell_id: ``building_id``, ``households``, ``community_id``, ``grid_code``.
    minutes
        On foot to the nearest hall of the community, by cell_id: NaN without a hall, inf without a way.
    halls
        ``community_id`` of every hall.
    names
        Name of a building by cell_id; blank where it has none.
    special
        Codes of special grids: their buildings are not the community's to use.
    """

    communities: pd.DataFrame
    cells: gpd.GeoDataFrame
    minutes: pd.Series
    halls: pd.DataFrame
    names: pd.Series
    special: frozenset[str]
    network: Network
    policy: Policy


@dataclass(frozen=True)
class Town:
    """One community: its homes and the buildings that could hold a hall, as nodes of the walking network.

    Parameters
    ----------
    homes, households, now
        Cells where people live, their households, minutes to the nearest hall (inf without one or without a way). (n,)
    candidates, cells
        One cell a building, in the order of building_id: node and cell_id. Shape (m,).
    """

    homes: Ints
    households: Ints
    now: Floats
    candidates: Ints
    cells: NDArray[np.object_]
    network: Network
    policy: Policy

    def share_near(self, minutes: Floats) -> float:
        """Return the share of households within the policy's minutes."""
        near = self.households[minutes <= self.policy.hall_minutes].sum()
        return round(float(near / self.households.sum()), SHARE_DIGITS)


@dataclass(frozen=True)
class Ways:
    """Minutes on foot from candidates, by place in ``Town.candidates`` (m,), to the homes, (m, n); inf: no way."""

    candidates: Ints
    minutes: Floats


def measure_circles(circle: Circle) -> pd.DataFrame:
    """Return how near the halls are, indexed by community_id.

    Returns
    -------
    DataFrame
        ``halls`` (number), ``share_now`` (of households within the policy's minutes), ``mean_minutes_now`` (over
        households with a way), ``far_households``, ``households_no_way``. Blank where there is no hall or nobody lives.
    """
    cells, minutes = circle.cells, circle.minutes
    households = cells.households.astype(np.int64)
    by = cells.community_id
    reached = households.where(np.isfinite(minutes), 0)
    parts = {
        "total": households,
        "near": households.where(minutes <= circle.policy.hall_minutes, 0),
        "reached": reached,
        "walked": (minutes.where(np.isfinite(minutes), 0.0) * reached),
    }
    sums = pd.DataFrame(parts).groupby(by).sum().reindex(circle.communities.index, fill_value=0)
    table = pd.DataFrame(index=circle.communities.index)
    given = circle.halls["community_id"] if "community_id" in circle.halls else pd.Series(dtype=object)
    table["halls"] = given.astype(str).value_counts().reindex(table.index, fill_value=0).astype(np.int64)
    known = (table.halls > 0) & (sums.total > 0)
    table["share_now"] = (sums.near / sums.total.where(known)).round(SHARE_DIGITS)
    mean = sums.walked / sums.reached.where(sums.reached > 0)
    table["mean_minutes_now"] = mean.round(MINUTE_DIGITS).where(known)
    table["far_households"] = (sums.total - sums.near).astype("Int64").where(known)
    table["households_no_way"] = (sums.total - sums.reached).astype("Int64").where(known)
    return table


def suggest_halls(circle: Circle) -> pd.DataFrame:
    """Return where new halls would stand in every community that has none or too few households near one (A二(九), SOFT).

    Existing halls stay and the fewest new ones are added with which the p-median answer (least household-minutes)
    reaches the policy's share, at most ``halls_new_max``; where that many do not reach it, they are proposed all the same.
    Where a community has one hall and moving it reaches the share, that is a second proposal.

    Returns
    -------
    DataFrame
        One row a place, by community, kind (new, moved) and no (most households near first): ``PLACE_COLUMNS``. ``proven``:
        no other places in the community's buildings give fewer household-minutes. ``reached``: the share is.
    """
    table, policy = measure_circles(circle), circle.policy
    wanting = table[(table.halls == 0) | (table.share_now < policy.hall_share_min)]
    rows: list[dict[str, Any]] = []
    cells = pd.DataFrame(circle.cells).drop(columns="geometry")
    parts = {
        str(name): mine for name, mine in cells.groupby("community_id", sort=True) if mine.households.any()
    }
    for community in sorted(set(parts) & set(map(str, wanting.index))):
        town = make_town(circle, parts[community])
        ways = measure_candidates(town)
        plans = [("new", add_halls(town, ways))]
        if table.halls[community] == 1:
            plans.append(("moved", move_hall(town, ways)))
        facts = {"community_id": community, "community": circle.communities.name[community]}
        for column in ("share_now", "mean_minutes_now"):
            facts[column] = table[column][community]
        rows += [
            facts | {"kind": kind} | row for kind, plan in plans for row in list_places(circle, town, plan)
        ]
    return pd.DataFrame(rows, columns=PLACE_COLUMNS)


def make_town(circle: Circle, mine: pd.DataFrame) -> Town:
    """Return homes and candidates of one community's cells: all buildings, those of special grids only without others."""
    own = mine[~mine.grid_code.isin(circle.special)]
    doors = (own if len(own) else mine).rename_axis("cell").reset_index()
    doors = doors.sort_values(["building_id", "cell"]).drop_duplicates("building_id")
    homes = mine[mine.households > 0].sort_index()
    place = circle.network.places
    return Town(
        place[homes.index].to_numpy(),
        homes.households.to_numpy(dtype=np.int64),
        circle.minutes[homes.index].fillna(np.inf).to_numpy(dtype=float),
        place[doors.cell].to_numpy(),
        doors.cell.to_numpy(dtype=object),
        circle.network,
        circle.policy,
    )


@dataclass(frozen=True)
class Answer:
    """Places in ``Town.candidates`` for new halls, minutes from each to the homes (p, n), and to the nearest hall then."""

    chosen: Ints
    minutes: Floats
    then: Floats
    share: float
    proven: bool


def add_halls(town: Town, ways: Ways) -> Answer | None:
    """Return the fewest new halls that reach the share, else as many as the policy allows; None if it allows none."""
    answer = None
    for p in range(1, town.policy.halls_new_max + 1):
        answer = site_halls(town, ways, town.now, p)
        if answer.share >= town.policy.hall_share_min or p >= len(town.candidates):
            break
    return answer


def move_hall(town: Town, ways: Ways) -> Answer | None:
    """Return the best place for the only hall, None where it does not reach the share."""
    answer = site_halls(town, ways, np.full(len(town.homes), np.inf), 1)
    return answer if answer.share >= town.policy.hall_share_min else None


def measure_candidates(town: Town) -> Ways:
    """Return the ways from the candidates to begin with: all, or as many as the table may hold."""
    most = max(1, MOST_WAYS // len(town.homes))
    return measure_ways(town, spread_out(town.network.xy[town.candidates], most))


def measure_ways(town: Town, candidates: Ints) -> Ways:
    """Return the ways on foot from candidates, by place, to the homes."""
    at_once = max(1, WAYS_AT_ONCE // len(town.homes))
    starts = town.candidates[candidates]
    parts = [
        walk_minutes(town.network, starts[i : i + at_once], town.homes, town.policy)
        for i in range(0, len(starts), at_once)
    ]
    return Ways(candidates, np.concatenate(parts))


def spread_out(xy: Floats, most: int) -> Ints:
    """Return all points, or so many of them that are far from each other: each the farthest from those before; sorted."""
    if len(xy) <= most:
        return np.arange(len(xy))
    chosen = [0]
    gap = np.hypot(*(xy - xy[0]).T)
    while len(chosen) < most:
        chosen.append(int(np.argmax(gap)))
        gap = np.minimum(gap, np.hypot(*(xy - xy[chosen[-1]]).T))
    return np.unique(chosen)


def site_halls(town: Town, ways: Ways, now: Floats, p: int) -> Answer:
    """Return the best p of the candidates, then of those chosen and all buildings nearer to them than to other candidates."""
    sites = choose(town, ways, now, p)
    complete = len(ways.candidates) == len(town.candidates)
    if not complete:
        ways = measure_ways(town, look_around(town, ways.candidates, ways.candidates[sites.chosen]))
        sites = choose(town, ways, now, p)
    then = np.minimum(now, ways.minutes[sites.chosen].min(axis=0))
    chosen = ways.candidates[sites.chosen]
    return Answer(chosen, ways.minutes[sites.chosen], then, town.share_near(then), complete and sites.proven)


def choose(town: Town, ways: Ways, now: Floats, p: int) -> Sites:
    """Return the best p of the candidates, by row of the ways."""
    return choose_sites(ways.minutes.T, town.households, now, p=p, near_minutes=town.policy.hall_minutes)


def look_around(town: Town, known: Ints, chosen: Ints) -> Ints:
    """Return the candidates that of the known ones are nearest, in a straight line, to one chosen; sorted."""
    from scipy.spatial import KDTree

    xy = town.network.xy[town.candidates]
    nearest = known[KDTree(xy[known]).query(xy)[1]]
    return np.union1d(chosen, np.flatnonzero(np.isin(nearest, chosen)))


def list_places(circle: Circle, town: Town, answer: Answer | None) -> Iterator[dict[str, Any]]:
    """Yield the places of one answer, most households near first."""
    if answer is None:
        return
    near = (answer.minutes <= town.policy.hall_minutes) @ town.households
    walked = np.isfinite(answer.then)
    mean = np.average(answer.then[walked], weights=town.households[walked]) if walked.any() else np.nan
    for no, k in enumerate(np.argsort(-near, kind="stable"), start=1):
        cell = town.cells[answer.chosen[k]]
        yield {
            "no": no,
            "building_id": circle.cells.building_id[cell],
            "building": circle.names.get(cell, ""),
            "households_near": int(near[k]),
            "share_then": answer.share,
            "mean_minutes_then": round(float(mean), MINUTE_DIGITS),
            "reached": answer.share >= town.policy.hall_share_min,
            "proven": answer.proven,
        }
