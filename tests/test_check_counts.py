"""Counts on groups, compounds or persons reach the buildings to the household, marked, told in figures."""

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from inputs import CRS, EAST, NORTH, block, blocks, house, street, write

from gridder.check import check_district, settle
from gridder.check.population import round_together
from gridder.check.sharing import share_groups, weigh
from gridder.errors import InputError
from gridder.policy import load_policy
from gridder.read import ReadOptions, parse_columns, read_district
from gridder.text import LANGS, say_finding

POLICY = load_policy()


def check(folder, buildings, columns=None, **others):
    path = write(folder, buildings=buildings, **({"communities": blocks()} | others))
    options = ReadOptions(columns=parse_columns(columns)) if columns else ReadOptions()
    return check_district(read_district(path, options), POLICY)


def codes(checked):
    return [f.code.rpartition(".")[2] for f in checked.findings]


def facts(checked, code):
    (finding,) = [f for f in checked.findings if f.code.endswith("." + code)]
    assert all(say_finding(lang, finding) for lang in LANGS)
    return finding.facts | {"ids": finding.ids}


def decide(checked, bad_rows="stop", missing="stop"):
    return settle(checked, bad_rows=bad_rows, missing=missing, policy=POLICY)


def compounds(**columns):
    table = {"name": ["甲园", "乙园"], "households": [30, 50]} | columns
    return gpd.GeoDataFrame(table, geometry=[block(0), block(60)], crs=CRS)


# ── groups ──


def test_a_groups_count_given_once_is_shared_by_footprint_and_floors(tmp_path):
    frame = street(households=[90, None, None, 7], count_group=["g", "g", "g", None], floors=[6, 2, 1, 1])
    checked = check(tmp_path, frame)
    assert checked.district.buildings["households"].tolist() == [60, 20, 10, 7]
    assert facts(checked, "groups_shared") == {"n": 1, "rows": 3, "households": 90, "ids": ("g",)}
    settled = decide(checked).district.buildings
    assert settled["estimated"].tolist() == [True, True, True, False] and not settled["count_missing"].any()


def test_a_groups_count_repeated_on_each_row_is_one_count(tmp_path):
    frame = street(households=["100户", "100", "100", "20"], count_group=["g", "g", "g", "h"])
    checked = check(tmp_path, frame)
    assert checked.district.buildings["households"].tolist() == [34, 33, 33, 20] and not checked.missing_ids
    assert "groups_across" in codes(checked)  # b3 lies in the other community


def test_different_counts_inside_a_group_are_the_buildings_own(tmp_path):
    frame = street(households=[10, 20, 5, 5], count_group=["g", "g", "h", "h"], community_id=None)
    checked = check(tmp_path, frame)
    assert checked.district.buildings["households"].tolist() == [10, 20, 3, 2]
    assert facts(checked, "groups_differ")["ids"] == ("g",)


def test_where_most_groups_differ_nothing_is_shared(tmp_path):
    """Two neighbours with one household each, among groups whose rows differ, are no group of one household."""
    frame = pd.concat([street(), street()], ignore_index=True)
    frame["building_id"] = [f"b{i}" for i in range(8)]
    frame["households"], frame["count_group"] = [1, 1, 4, 9, 3, 8, 0, None], list("ggffkkzz")
    checked = check(tmp_path, frame)
    assert checked.district.buildings["households"].tolist() == [1, 1, 4, 9, 3, 8, 0, pd.NA]
    assert facts(checked, "groups_own")["differ"] == 2 and "groups_shared" not in codes(checked)


def test_a_row_without_shape_leaves_its_groups_count_to_the_others(tmp_path):
    frame = street(households=[90, None, 90, 4], count_group=["g", "g", "g", "g4"])
    frame.loc[2, "geometry"] = None
    settled = decide(check(tmp_path, frame), "quarantine")
    assert settled.district.buildings["households"].tolist() == [45, 45, 4]
    assert settled.bad["households"].isna().all()


def test_a_group_without_any_plannable_row_is_set_aside_once(tmp_path):
    frame = street(households=[90, 90, None, 4], count_group=["g", "g", "g", None])
    frame.loc[:2, "geometry"] = None
    settled = decide(check(tmp_path, frame), "quarantine")
    assert settled.bad["households"].sum() == 90 and settled.district.buildings["households"].sum() == 4


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from(["a", "b", "c", None]), st.booleans(), st.booleans(), st.floats(0.5, 40)),
        min_size=1,
        max_size=12,
    ),
    st.dictionaries(st.sampled_from("abc"), st.integers(0, 900), min_size=3),
)
def test_sharing_conserves_the_households_of_every_group(rows, totals):
    frame = gpd.GeoDataFrame(
        {
            "building_id": [f"{i:02d}" for i in range(len(rows))],
            "row": range(len(rows)),
            "count_group": pd.Series([g for g, *_ in rows], dtype=object),
            "community_id": "A",
            "floors": np.nan,
            "households": pd.array(
                [totals[g] if g and told else None for g, told, *_ in rows], dtype="Int64"
            ),
            "households_text": pd.Series([None] * len(rows), dtype=object),
            "filled_from": pd.Series([None] * len(rows), dtype=object),
        },
        geometry=[shapely.box(0, 0, side, 10) for *_, side in rows],
        crs=CRS,
    )
    plannable = pd.Series([fine for _, _, fine, _ in rows])
    filled = share_groups(frame, plannable).buildings
    for group, total in totals.items():
        mine, before = filled[filled["count_group"] == group], frame[frame["count_group"] == group]
        expected = (
            total if before["households"].notna().any() and len(mine) > 1 else before["households"].sum()
        )
        if total == 0 or len(mine) > 1 or len(before):
            assert mine["households"].sum() == expected
        assert (mine["households"].dropna() >= 0).all()


def test_unknown_footprints_and_floors_weigh_like_the_middle_of_the_others():
    shapes = [house(0), house(0, side=20), shapely.Point(0, 0)]
    frame = gpd.GeoDataFrame({"floors": [2.0, np.nan, 4.0]}, geometry=shapes, crs=CRS)
    assert weigh(frame).tolist() == [100 * 2, 400 * 3, 250 * 4]
    points = gpd.GeoDataFrame({"floors": [np.nan] * 2}, geometry=[shapely.Point(0, 0)] * 2, crs=CRS)
    assert weigh(points).tolist() == [1, 1]


# ── compounds ──


def test_compounds_may_state_all_the_counts(tmp_path):
    checked = check(tmp_path, street(households=None, floors=[2, 1, 1, 1]), compounds=compounds())
    assert checked.district.buildings["households"].tolist() == [20, 10, 25, 25] and not checked.missing_ids
    assert facts(checked, "compounds_shared")["households"] == 80
    assert decide(checked).district.buildings["estimated"].all()


def test_only_the_rest_is_shared_and_only_to_homes(tmp_path):
    frame = street(households=[12, None, None, None], use=["住宅", "住宅", "商业", "住宅"])
    settled = decide(check(tmp_path, frame, compounds=compounds())).district.buildings
    assert settled["households"].tolist() == [12, 18, 0, 50]
    assert settled["estimated"].tolist() == [False, True, True, True]


def test_a_building_that_names_its_compound_counts_there(tmp_path):
    frame = street(households=[None, 10, None, 5], compound=["乙园", None, "没有这个园", "甲园"])
    checked = check(tmp_path, frame, compounds=compounds())
    assert checked.district.buildings["households"].tolist() == [25, 10, 25, 5]
    assert facts(checked, "compounds_over") == {
        "n": 1, "known": 15, "stated": 30, "figures": "甲园 15/30", "ids": ("甲园",),
    }  # fmt: skip


def test_a_compound_that_states_less_than_its_buildings_hold_gives_nothing(tmp_path):
    checked = check(tmp_path, street(households=[31, None, 50, None]), compounds=compounds())
    assert facts(checked, "compounds_short")["figures"] == "甲园 31/30"
    assert checked.missing_ids == ("b2",) and checked.district.buildings["households"].iloc[3] == 0


def test_households_of_a_compound_without_buildings_are_set_aside_not_lost(tmp_path):
    frame = street(households=[1, 2, 3, 4])
    frame.geometry = [house(x) for x in (5, 20, 35, 48)]
    checked = check(tmp_path, frame, compounds=compounds())
    assert facts(checked, "bad_compound_empty") | {"values": ""} == {
        "n": 1, "households": 50, "values": "", "absurd": 5000, "ids": ("乙园",),
    }  # fmt: skip
    with pytest.raises(InputError):
        decide(checked)
    settled = decide(checked, "quarantine")
    assert settled.bad[["layer", "row", "households"]].values.tolist() == [["compounds", 2, 50]]
    assert settled.district.buildings["households"].sum() + settled.bad["households"].sum() == 60


def test_what_a_compound_states_may_be_unknown_or_odd(tmp_path):
    checked = check(tmp_path, street(), compounds=compounds(households=["不详", "-5"]))
    assert facts(checked, "compounds_unread")["values"] == "-5" and checked.missing_ids == ("b3",)


# ── persons ──


def test_persons_become_households_to_the_household_a_community(tmp_path):
    frame = street(households=None, population=["230", "１人", "约百", "11.5 人"])
    checked = check(tmp_path, frame)
    assert facts(checked, "bad_population")["ids"] == ("b3",)
    assert checked.district.buildings["households"].tolist() == [99, 1, 5]  # 231/2.3 = 100.4; 11.5/2.3 = 5
    assert facts(checked, "from_population")["households"] == 105
    assert decide(checked, "quarantine").district.buildings["estimated"].all()


def test_unknown_persons_are_unknown_households(tmp_path):
    frame = street(households=["不详", None, None, None], 常住人口=[23, None, 0, -4])
    checked = check(tmp_path, frame)
    assert checked.missing_ids == ("b2",) and checked.bad["building_id"].tolist() == ["b4"]
    assert decide(checked, "quarantine", "zero").district.buildings["estimated"].tolist() == [
        True,
        False,
        True,
    ]


def test_persons_are_not_read_where_households_are_given(tmp_path):
    checked = check(tmp_path, street(households=[1, None, 2, 3], population=[99, 99, 99, 99]))
    assert checked.district.buildings["households"].tolist() == [1, pd.NA, 2, 3] and checked.bad.empty


def test_persons_of_a_row_set_aside_are_set_aside(tmp_path):
    frame = street(households=None, population=[230, 46, 23, 0])
    frame.loc[1, "geometry"] = None
    settled = decide(check(tmp_path, frame), "quarantine")
    assert (
        settled.bad["households"].tolist() == [20] and settled.district.buildings["households"].sum() == 110
    )


@settings(max_examples=100, deadline=None)
@given(st.lists(st.floats(0, 300), max_size=30))
def test_rounding_together_keeps_the_total_and_everybody(quotas):
    found = round_together(np.array(quotas))
    total = int(np.floor(sum(quotas) + 0.5))
    lived = sum(q > 0 for q in quotas)
    assert abs(found.sum() - total) <= (0 if abs(sum(quotas) % 1 - 0.5) > 1e-6 else 1)
    assert (found[np.array(quotas) == 0] == 0).all() and (found >= 0).all()
    if total >= lived and any(q > 1 for q in quotas):
        assert (found[np.array(quotas) > 0] >= 1).all()


def test_no_count_anywhere_is_refused(tmp_path):
    with pytest.raises(InputError) as caught:
        check(tmp_path, street(households=None), compounds=compounds(households=None)[["name", "geometry"]])
    assert caught.value.code == "errors.column_needed"


# ── estimates ──


def test_a_point_is_guessed_by_its_like_in_the_community(tmp_path):
    """A home in A like the homes of A; an unsaid use like anybody in its community; a shop holds nobody."""
    spots = [shapely.Point(EAST + x, NORTH + 9) for x in (4, 8, 12, 64, 68, 72)]
    points = gpd.GeoDataFrame(
        {
            "building_id": [f"p{i}" for i in range(6)],
            "households": pd.array([None, 40, 60, 7, None, None], dtype="Int64"),
            "use": ["住宅", "住宅", "住宅", "住宅", None, "商业"],
        },
        geometry=spots,
        crs=CRS,
    )
    settled = decide(check(tmp_path, points), missing="estimate").district.buildings
    assert settled["households"].tolist() == [50, 40, 60, 7, 7, 0]
    assert settled["estimated"].tolist() == [True, False, False, False, True, True]
    nothing = points.assign(households=pd.array([None] * 6, dtype="Int64"))
    (tmp_path / "b").mkdir()
    settled = decide(check(tmp_path / "b", nothing), missing="estimate").district.buildings
    assert settled["households"].tolist() == [1, 1, 1, 1, 1, 0]


def test_a_guess_breaks_no_rule_and_persons_guess_better_than_walls(tmp_path):
    frame = street(households=[None, None, 3, None], floors=[900, 9, 1, None], population=[None, 46, 3, 0])
    settled = decide(check(tmp_path, frame), missing="estimate")
    assert settled.district.buildings["households"].tolist() == [500, 20, 3, 0]
    assert facts(settled, "estimate_cut") == {"n": 1, "maximum": 500, "largest": 1000, "ids": ("b1",)}


def test_nobody_is_guessed_into_a_sliver(tmp_path):
    frame = street(households=[None, 1, 1, 1])
    frame.loc[0, "geometry"] = house(5, side=2)
    assert decide(check(tmp_path, frame), missing="estimate").district.buildings["households"].iloc[0] == 0


# ── real cities ──

CITIES = Path(__file__).parents[2] / "shared" / "data"
AT_HAND = pytest.mark.skipif(not CITIES.is_dir(), reason="the shared real cities are not here")


@pytest.mark.cities
@AT_HAND
def test_vologda_has_persons_and_no_households():
    options = ReadOptions(columns=parse_columns("floors=number_of_floors,use=is_living"))
    checked = check_district(read_district(CITIES / "vologda.gpkg", options), POLICY)
    told = facts(checked, "from_population")
    assert (told["n"], told["persons"], told["households"]) == (1418, 356_810, 155_135)
    assert decide(checked).district.buildings["households"].sum() == 155_135


@pytest.mark.cities
@AT_HAND
def test_the_groups_of_paris_hold_counts_of_their_buildings():
    columns = (
        "households=dwellings,building_id=batiment_c,count_group=group_id,communities.community_id=code_iris"
    )
    options = ReadOptions(columns=parse_columns(columns), layers={"communities": "iris"})
    checked = check_district(read_district(CITIES / "paris11_west.gpkg", options), POLICY)
    told = facts(checked, "groups_own")
    assert (told["n"], told["differ"]) == (376, 335) and len(checked.missing_ids) == 163
    assert checked.district.buildings["households"].sum() == 43_908
