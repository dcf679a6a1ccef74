"""Who changes grid, and which old grid lives on in which new one."""

from __future__ import annotations

from collections import defaultdict

import geopandas as gpd
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import Point, Polygon, box

from gridder import changes
from gridder.tables import CHANGE_COLUMNS


def plan(text: str) -> pd.DataFrame:
    """Return a buildings table from ``building[/unit]:households>grid`` words."""
    rows = []
    for word in text.split():
        name, rest = word.split(":")
        households, grid = rest.split(">")
        building, _, unit = name.partition("/")
        rows.append((building, unit or None, int(households), grid or None, "C1"))
    return pd.DataFrame(rows, columns=["building_id", "unit", "households", "grid_code", "community_id"])


def rows(frame: pd.DataFrame) -> list[tuple]:
    return [tuple(row) for row in frame.itertuples(index=False)]


# ── list_changes ──


def test_only_pieces_whose_grid_differs_are_listed():
    """a stays; b moves from 1 to 2; c is new; d vanished."""
    old, new = plan("a:5>1 b:7>1 d:3>2"), plan("a:5>1 b:8>2 c:4>2")
    found = changes.list_changes(old, new)
    assert list(found.columns) == CHANGE_COLUMNS
    assert rows(found) == [("b", "", "1", "2", 8), ("c", "", "", "2", 4), ("d", "", "2", "", 3)]


def test_same_plan_has_no_changes_whatever_the_row_order():
    old = plan("a:5>1 t/1:90>1 t/2:90>2")
    assert changes.list_changes(old, old.iloc[::-1]).empty


def test_arguments_are_left_alone():
    old, new = plan("a:5>1 b:7>1"), plan("b:7>2 a:5>1")
    before = old.copy(), new.copy()
    changes.match_grids(old, new)
    changes.list_changes(old, new)
    pd.testing.assert_frame_equal(old, before[0])
    pd.testing.assert_frame_equal(new, before[1])


def test_building_cut_into_units_is_compared_with_the_whole_it_was():
    """t was one piece in grid 1; unit 2 now goes to grid 2: one change, nothing vanished, nothing new."""
    old, new = plan("t:600>1"), plan("t/1:300>1 t/2:300>2")
    assert rows(changes.list_changes(old, new)) == [("t", "2", "1", "2", 300)]


def test_units_joined_again_take_the_grid_that_held_most():
    """Units 1 (100) and 2 (300) were in grids 1 and 2; the whole stands in 2: no change."""
    old, new = plan("t/1:100>1 t/2:300>2"), plan("t:400>2")
    assert changes.list_changes(old, new).empty


def test_unit_that_vanished_is_listed_while_its_building_stands():
    old, new = plan("t/1:100>1 t/2:300>2"), plan("t/1:100>1")
    assert rows(changes.list_changes(old, new)) == [("t", "2", "2", "", 300)]


def test_building_without_a_grid_in_both_plans_is_no_change_but_a_new_one_is():
    old, new = plan("a:5>"), plan("a:5> b:6>")
    assert rows(changes.list_changes(old, new)) == [("b", "", "", "", 6)]


# ── match_grids ──


def kinds(old: str, new: str) -> dict[str, str]:
    found = changes.match_grids(plan(old), plan(new))
    return {row.old_grid or row.new_grids[0]: row.kind for row in found.itertuples()}


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        pytest.param("a:5>1 b:5>2", "a:5>1 b:5>2", {"1": "kept", "2": "kept"}, id="nothing"),
        pytest.param(
            "a:5>1 b:5>1 c:5>2", "a:5>1 b:5>2 c:5>2", {"1": "changed", "2": "changed"}, id="one moves"
        ),
        pytest.param("a:5>1 b:4>1", "a:5>1 b:4>2", {"1": "split"}, id="split"),
        pytest.param("a:5>1 b:4>2", "a:5>1 b:4>1", {"1": "changed", "2": "merged"}, id="merged"),
        pytest.param("a:5>1", "b:5>2", {"1": "retired", "2": "new"}, id="all gone, all new"),
        pytest.param("a:5>1", "a:5>1 b:5>2", {"1": "kept", "2": "new"}, id="new buildings"),
        pytest.param("a:5>1", "a:5>1 b:5>1", {"1": "changed"}, id="new building in an old grid"),
        pytest.param("a:5>1", "a:5>9", {"1": "changed"}, id="another code"),
        pytest.param("a:0>901", "a:0>901", {"901": "kept"}, id="special grid without households"),
    ],
)
def test_kind(old, new, expected):
    assert kinds(old, new) == expected


def test_history_of_a_grid_that_was_too_large():
    """Grid 6 of 708 splits into 6 (380) and 12 (328); 54 % stay under the old code."""
    old = plan("a:380>6 b:328>6 c:400>7")
    new = plan("a:380>6 b:328>12 c:400>7")
    first = changes.match_grids(old, new).iloc[0]
    assert (first.new_grids, first.new_households) == (("6", "12"), (380, 328))
    assert first.households_kept == 380
    assert round(first.share, 2) == 0.54
    assert first.kind == "split"


def test_the_old_code_stands_first_even_when_it_keeps_the_smaller_part():
    first = changes.match_grids(plan("a:300>6 b:400>6"), plan("a:300>6 b:400>12")).iloc[0]
    assert first.new_grids == ("6", "12")
    assert first.households_kept == 300


def test_equal_shares_go_to_the_same_code():
    """New grid 2 gets 5 households from 1 and 5 from 2: its origin is 2."""
    assert kinds("a:5>1 b:5>2", "a:5>2 b:5>2") == {"1": "merged", "2": "changed"}


def test_a_code_that_keeps_most_of_its_grid_goes_on_though_another_grid_brought_more():
    """New grid 1: 233 of old 1 (most of it) and 237 of old 2. Old 1 goes on as 1; old 2 is merged."""
    old, new = "a:233>1 b:95>1 c:237>2 d:90>2 e:300>3", "a:233>1 b:95>3 c:237>1 d:90>3 e:300>3"
    history = changes.match_grids(plan(old), plan(new)).set_index("old_grid")
    assert dict(history["kind"]) == {"1": "changed", "2": "merged", "3": "changed"}
    assert history.loc["1", "new_grids"][0] == "1"
    assert history.loc["2", "households_kept"] == 237


# ── summarise ──


def grids(**status: str) -> pd.DataFrame:
    return pd.DataFrame({"grid_code": [code[1:] for code in status], "status": list(status.values())})


def test_summary_adds_up():
    old = plan("a:5>1 b:7>1 c:9>2 gone:2>2")
    new = plan("a:5>1 b:7>2 c:9>2 fresh:4>3")
    got = changes.summarise(
        old,
        new,
        old_grids=grids(g1="exception", g2="lawful"),
        new_grids=grids(g1="lawful", g2="special", g3="exception"),
    )
    assert (got.staying, got.moved, got.added, got.removed) == (14, 7, 4, 2)
    assert got.staying + got.moved + got.added == int(new["households"].sum())
    assert (got.buildings_moved, got.grids_old, got.grids_new) == (1, 2, 3)
    assert (got.outside_old, got.outside_new) == (1, 1)
    assert got.share_staying == pytest.approx(14 / 21)


def test_two_units_of_one_building_are_one_building_moved():
    old, new = plan("t/1:9>1 t/2:9>1 a:9>1"), plan("t/1:9>2 t/2:9>2 a:9>1")
    got = changes.summarise(old, new, old_grids=grids(g1="lawful"), new_grids=grids(g1="lawful", g2="lawful"))
    assert (got.buildings_moved, got.moved) == (1, 18)


def test_nothing_in_common_has_no_share():
    none = grids(g1="lawful")
    assert (
        changes.summarise(plan("a:5>1"), plan("b:5>1"), old_grids=none, new_grids=none).share_staying is None
    )


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 12), st.integers(0, 60), st.integers(0, 4), st.integers(0, 4)),
        max_size=14,
        unique_by=lambda row: row[0],
    )
)
def test_flows_and_changes_agree_with_counting_by_hand(drawn):
    """Oracle: a dictionary filled by hand. Grid 0 stands for: not in this plan."""
    old = plan(" ".join(f"b{b}:{h}>{o}" for b, h, o, _ in drawn if o))
    new = plan(" ".join(f"b{b}:{h}>{n}" for b, h, _, n in drawn if n))
    by_hand: dict = defaultdict(int)
    for _, households, before, after in drawn:
        if before or after:
            by_hand[str(before or ""), str(after or "")] += households
    flows = changes.sum_flows(old, new)
    assert {(f.old_grid, f.new_grid): f.households for f in flows.itertuples()} == dict(by_hand)
    moved = changes.list_changes(old, new)
    assert set(moved["building_id"]) == {f"b{b}" for b, _, o, n in drawn if o != n}
    history = changes.match_grids(old, new)
    named = [code for codes in history.loc[history["kind"] != "merged", "new_grids"] for code in codes]
    assert sorted(named) == sorted({str(n) for *_, n in drawn if n})  # every new grid has exactly one origin
    assert (history["households_kept"] <= history["old_households"]).all()


# ── assign_previous ──


def frame(*shapes, **columns) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(columns, geometry=list(shapes), crs="EPSG:4549")


TWO = frame(box(0, 0, 10, 10), box(10, 0, 20, 10), grid_code=["001", "002"])


def test_building_takes_the_grid_under_most_of_it():
    """One across the line at x = 10 (2 m left, 4 m right), one outside, one touching from outside."""
    pieces = frame(box(8, 1, 14, 3), box(40, 0, 44, 4), box(20, 0, 24, 4)).set_axis(["a", "b", "c"])
    assert changes.assign_previous(pieces, TWO).to_dict() == {"a": "002", "b": "", "c": ""}


def test_point_takes_the_grid_it_lies_in_and_the_smaller_code_on_the_line():
    points = frame(Point(3, 3), Point(10, 5), Point(90, 5))
    assert list(changes.assign_previous(points, TWO)) == ["001", "001", ""]


def test_parts_of_one_grid_count_together():
    """Grid 001 lies on both sides of 002: 2 m + 2 m against 3 m."""
    parts = frame(box(0, 0, 2, 5), box(2, 0, 5, 5), box(5, 0, 7, 5), grid_code=["001", "002", "001"])
    assert list(changes.assign_previous(frame(box(0, 1, 7, 2)), parts)) == ["001"]


def test_grids_in_degrees_and_with_a_crossed_ring():
    bow = Polygon([(0, 0), (10, 10), (10, 0), (0, 10)])
    crossed = frame(bow, grid_code=["001"])
    assert list(changes.assign_previous(frame(box(1, 4.5, 2, 5.5)), crossed)) == ["001"]
    origin = frame(box(500000, 4800000, 500500, 4800500), grid_code=["7"])
    degrees = origin.to_crs("EPSG:4490")
    assert list(changes.assign_previous(frame(box(500100, 4800100, 500120, 4800120)), degrees)) == ["7"]


def test_no_previous_grids_leaves_all_blank():
    assert list(changes.assign_previous(frame(Point(1, 1)), TWO.iloc[:0])) == [""]


def test_a_share_counts_both_sides_alike():
    """The grid grew from 10 to 20 households and gave 5 away: 15 of 20 stay, not 15 of 10."""
    old, new = plan("a:8>1 b:2>1 c:9>2"), plan("a:15>1 b:5>2 c:9>2")
    first = changes.match_grids(old, new).iloc[0]
    assert (first.old_grid, first.old_households, first.households_kept) == ("1", 10, 15)
    assert first.share == pytest.approx(15 / 20)
