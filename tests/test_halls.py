"""Service circles: who is near a hall, where new ones would stand, what is said about it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely import Point, box

from gridder.policy import load_policy
from gridder.staffing import halls
from gridder.staffing.hall_words import hall_sheet, remark_halls
from gridder.staffing.halls import Circle, measure_circles, suggest_halls
from gridder.staffing.network import make_network
from gridder.staffing.patrol import walk_to_halls
from gridder.text import say_finding

POLICY = load_policy()
STEP_M = 100  # of the lattice: 100 m × 1.3 at 4.8 km/h are 1.625 minutes
MINUTES = 1.625
COLUMNS = ["cell_a", "cell_b", "kind", "passable"]


def street(
    households: list[int],
    hall_at: list[float] | None,
    river_after: int | None = None,
    *,
    rows: int = 1,
    special: tuple[int, ...] = (),
    **rules: Any,
) -> Circle:
    """Return buildings every 100 m along a street (``rows`` such streets), halls at multiples of 100 m, perhaps a river.

    b000  b001  b002 ║ b003        ║ river after the third, without a bridge
    """
    policy = POLICY.model_copy(update=rules)
    n = len(households)
    names = [f"c{i:03d}" for i in range(n * rows)]
    boxes = [
        box(STEP_M * i, STEP_M * r, STEP_M * (i + 1), STEP_M * (r + 1)) for r in range(rows) for i in range(n)
    ]
    cells = gpd.GeoDataFrame(
        {
            "building_id": [f"b{i:03d}" for i in range(n * rows)],
            "households": households * rows,
            "community_id": "K",
            "grid_code": ["K901" if i in special else "K001" for i in range(n * rows)],
        },
        geometry=boxes,
        index=names,
        crs="EPSG:4551",
    )
    along = [
        (names[r * n + i], names[r * n + i + 1], i + 1 != river_after)
        for r in range(rows)
        for i in range(n - 1)
    ]
    across = [(names[r * n + i], names[(r + 1) * n + i], True) for r in range(rows - 1) for i in range(n)]
    edges = pd.DataFrame(
        [(a, b, "plain" if way else "river", way) for a, b, way in [*along, *across]], columns=COLUMNS
    )
    x = None if river_after is None else STEP_M * river_after
    banks = [] if x is None else [box(x - 5, -5000, x + 5, 5000)]
    barriers = gpd.GeoDataFrame({"kind": ["river"] * len(banks)}, geometry=banks, crs="EPSG:4551")
    spots = [Point(STEP_M * (at + 0.5), STEP_M / 2) for at in hall_at or []]
    places = gpd.GeoDataFrame({"community_id": ["K"] * len(spots)}, geometry=spots, crs="EPSG:4551")
    network = make_network(cells, edges, barriers, policy, places.geometry)
    communities = pd.DataFrame(
        {"name": ["江沿"], "subdistrict": [""], "households": [sum(households) * rows]}, index=["K"]
    )
    minutes = walk_to_halls(cells, places, network, policy)
    buildings = pd.Series([f"{i}号楼" for i in range(n * rows)], index=names)
    return Circle(communities, cells, minutes, places, buildings, frozenset({"K901"}), network, policy)


def told(circle: Circle, lang: str) -> tuple[str, list[str]]:
    """Return the proposal on the sheet and the findings, in words."""
    circles, places = measure_circles(circle), suggest_halls(circle)
    sheet = hall_sheet(circle.communities, circles, places, circle.policy, lang)
    found = remark_halls(circles, places, circle.policy)
    return sheet.proposal[0], [say_finding(lang, finding) for finding in found]


def codes(circle: Circle) -> set[str]:
    """Return the codes of the findings."""
    found = remark_halls(measure_circles(circle), suggest_halls(circle), circle.policy)
    return {finding.code for finding in found}


def test_near_enough_nothing_is_proposed() -> None:
    """Ten buildings, the hall in the sixth: all within 8.1 minutes."""
    circle = street([10] * 10, [5])
    row = measure_circles(circle).loc["K"]
    assert (row.halls, row.share_now, row.far_households, row.households_no_way) == (1, 1.0, 0, 0)
    assert row.mean_minutes_now == pytest.approx(2.5 * MINUTES, abs=0.05)
    assert suggest_halls(circle).empty and codes(circle) == set()
    assert "不建议新增" in told(circle, "zh")[0]


def test_hall_at_the_end_of_a_long_street() -> None:
    """Thirty buildings, the hall in the first reaches 10 of them (14.6 minutes); the second stands in the 21st: b020.

    From b000 and b020 everybody's way is shortest: 20 is the middle of what is nearer to the new one (10 … 29).
    """
    circle = street([10] * 30, [0])
    now = measure_circles(circle).loc["K"]
    assert (now.share_now, now.far_households) == (0.333, 200)
    places = suggest_halls(circle)
    by_force = [sum(min(i, abs(i - j)) for i in range(30)) for j in range(30)]
    best = int(np.argmin(by_force))
    new = places[places.kind == "new"]
    assert new.building_id.tolist() == [f"b{best:03d}"] and new.proven.all() and new.reached.all()
    near = [min(i, abs(i - best)) * MINUTES <= 15 for i in range(30)]
    assert new.share_then[0] == round(np.mean(near), 3)
    assert new.mean_minutes_then[0] == pytest.approx(by_force[best] / 30 * MINUTES, abs=0.05)
    assert new.households_near[0] == 10 * sum(abs(i - best) * MINUTES <= 15 for i in range(30))
    assert new.building[0] == f"{best}号楼"


def test_moving_the_only_hall_reaches_the_share() -> None:
    """Nineteen buildings, the hall in the first: moved to the middle it reaches all, and so does one more."""
    circle = street([10] * 19, [0])
    places = suggest_halls(circle)
    moved = places[places.kind == "moved"]
    assert moved.building_id.tolist() == ["b009"] and moved.share_then.iloc[0] == 1.0
    assert "halls.move_helps" in codes(circle)
    sentence, _ = told(circle, "zh")
    assert "建议新增 1 处" in sentence and "迁至 9号楼（b009" in sentence
    assert suggest_halls(street([10] * 19, [0, 0.1])).kind.unique().tolist() == ["new"]


def test_fewest_that_reach_the_share() -> None:
    """Sixty buildings and a hall at one end: one more reaches too few, two more do; where two do not, it is said."""
    circle = street([10] * 45, [0], hall_share_min=0.9)
    new = suggest_halls(circle).query("kind == 'new'")
    assert new.no.tolist() == [1, 2] and new.reached.all()
    one = suggest_halls(replace(circle, policy=circle.policy.model_copy(update={"halls_new_max": 1})))
    assert len(one) == 1 and not one.reached.any() and one.share_then[0] < 0.9 <= new.share_then.iloc[0]
    long_street = street([10] * 90, [0])
    short = suggest_halls(long_street)
    assert len(short) == 2 and not short.reached.any()
    assert "halls.short" in codes(long_street)
    assert "仍只有" in told(long_street, "zh")[0] and "still only" in told(long_street, "en")[0]


def test_places_are_numbered_by_households_near() -> None:
    """Forty single homes, then thirty buildings of ten: the far end serves more, so it is number 1."""
    new = suggest_halls(street([1] * 40 + [10] * 30, [0])).query("kind == 'new'")
    assert new.building_id.tolist() == ["b061", "b046"] and new.no.tolist() == [1, 2]
    assert new.households_near.iloc[0] > new.households_near.iloc[1]


def test_rule_may_allow_no_new_hall() -> None:
    """``halls_new_max: 0``: nothing new is proposed, and that is said; moving is."""
    circle = street([10] * 30, [0], halls_new_max=0)
    assert suggest_halls(circle).empty
    assert "halls_new_max" in told(circle, "zh")[0] and "halls.far" in codes(circle)
    assert suggest_halls(street([10] * 19, [0], halls_new_max=0)).kind.tolist() == ["moved"]


def test_no_hall_in_the_input() -> None:
    """Share, mean and households far are blank, not 0; a best place is proposed all the same."""
    circle = street([10] * 5, None)
    row = measure_circles(circle).loc["K"]
    assert row.halls == 0
    assert row[["share_now", "mean_minutes_now", "far_households", "households_no_way"]].isna().all()
    places = suggest_halls(circle)
    assert places.building_id.tolist() == ["b002"] and places.kind.tolist() == ["new"]
    assert np.isnan(places.share_now[0]) and places.share_then[0] == 1.0
    assert codes(circle) == {"halls.missing"}
    assert told(circle, "zh")[0].startswith("数据中没有本社区的大厅位置")
    without_column = replace(circle, halls=pd.DataFrame())
    assert measure_circles(without_column).equals(measure_circles(circle))


def test_nobody_beyond_the_river_is_lost() -> None:
    """Hall on the left bank, 40 households on the right, no bridge: they count as out of reach, and get the new hall.

    b000 (hall) … b005 ║ b006 … b009
    """
    circle = street([10] * 10, [0], river_after=6)
    row = measure_circles(circle).loc["K"]
    assert (row.share_now, row.far_households, row.households_no_way) == (0.6, 40, 40)
    assert row.mean_minutes_now == pytest.approx(2.5 * MINUTES, abs=0.05)
    new = suggest_halls(circle).query("kind == 'new'")
    assert new.building_id[0] in ("b007", "b008") and new.building_id[0] == "b007"
    assert new.share_then[0] == 1.0
    assert {"halls.far", "halls.no_way"} <= codes(circle)
    assert "40 户没有通往大厅" in told(circle, "zh")[0]


def test_special_grids_hold_no_hall_and_ties_go_by_id() -> None:
    """Five buildings: the middle one belongs to a campus, so the next best with the smaller id; all campus: still one."""
    assert suggest_halls(street([10] * 5, None, special=(2,))).building_id.tolist() == ["b001"]
    campus = street([10] * 5, None, special=(0, 1, 2, 3, 4))
    assert suggest_halls(campus).building_id.tolist() == ["b002"]


def test_nobody_lives_there() -> None:
    """A community without households: blank figures, nothing proposed, nothing found."""
    circle = street([0] * 4, [0])
    assert np.isnan(measure_circles(circle).share_now["K"]) and suggest_halls(circle).empty
    assert codes(circle) == set() and told(circle, "zh")[0] == "本社区无住户。"


def test_sheet_has_the_present_and_the_proposed() -> None:
    """One row a community; the same figures in both languages."""
    circle = street([10] * 30, [0])
    circles, places = measure_circles(circle), suggest_halls(circle)
    tables = [hall_sheet(circle.communities, circles, places, circle.policy, lang) for lang in ("zh", "en")]
    assert tables[0].drop(columns="proposal").equals(tables[1].drop(columns="proposal"))
    row = tables[0].iloc[0]
    assert (row.community_id, row.community, row.households, row.halls) == ("K", "江沿", 300, 1)
    assert (row.hall_share, row.far_households) == (0.333, 200) and row.share_then == places.share_then[0]
    assert row.minutes_then == places.mean_minutes_then[0]


def test_thinned_candidates_lose_little(monkeypatch: pytest.MonkeyPatch) -> None:
    """A table for 30 of 300 buildings: not called proven, at most 1 % more household-minutes than with all."""
    circle = street([10] * 30, [0], rows=10)
    full = suggest_halls(circle).query("kind == 'new'")
    monkeypatch.setattr(halls, "MOST_WAYS", 30 * 300)
    monkeypatch.setattr(halls, "WAYS_AT_ONCE", 1000)
    thin = suggest_halls(circle).query("kind == 'new'")
    assert full.proven.all() and not thin.proven.any() and len(thin) == len(full)
    assert thin.mean_minutes_then.iloc[0] <= 1.01 * full.mean_minutes_then.iloc[0] + 0.05
    assert "未证明为最优" in told(circle, "zh")[0]
