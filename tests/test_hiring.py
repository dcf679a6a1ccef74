"""The county cap against a plain greedy, present staff, and the years of hiring."""

from __future__ import annotations

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from gridder.policy import load_policy
from gridder.staffing.hiring import allocate_cap, present_staff, schedule_hiring, split_evenly

POLICY = load_policy()


def district(*rows: tuple[int, int, int]) -> pd.DataFrame:
    """Return communities A, B, C … of (fewest posts, recommended posts, households)."""
    index = pd.Index([chr(65 + i) for i in range(len(rows))], name="community_id")
    return pd.DataFrame(list(rows), columns=["posts_min", "posts", "households"], index=index)


def test_without_a_cap_all_is_given() -> None:
    """No cap, or a cap that is not reached."""
    posts = district((10, 14, 2000), (10, 12, 1000))
    for cap in (None, 26, 99):
        result = allocate_cap(posts, cap)
        assert list(result.given) == [14, 12] and result.excess == 0 and not result.unmet.any()


def test_cap_goes_where_most_are_missing() -> None:
    """Minima 10 + 10, two left: A misses 4 of 2,000 (2 a thousand), B 3 of 1,000 (3): B, then a tie: A."""
    result = allocate_cap(district((10, 14, 2000), (10, 13, 1000)), 22)
    assert list(result.given) == [11, 11]
    assert list(result.unmet) == [3, 2]
    assert not result.below_minimum.any()


def test_cap_below_the_minima() -> None:
    """17 posts for minima of 20: three are missing, and where is said."""
    result = allocate_cap(district((10, 14, 2000), (10, 13, 1000)), 17)
    assert result.excess == 3
    assert int(result.given.sum()) == 17 and int(result.below_minimum.sum()) == 3
    assert result.below_minimum["A"] > result.below_minimum["B"]


@given(
    st.lists(st.tuples(st.integers(10, 16), st.integers(0, 9), st.integers(1, 6000)), min_size=1, max_size=6),
    st.integers(0, 120),
)
def test_cap_is_kept(rows: list[tuple[int, int, int]], cap: int) -> None:
    """Never above cap or recommendation; nothing left over while somebody misses a post; minima first."""
    posts = district(*[(low, low + more, households) for low, more, households in rows])
    result = allocate_cap(posts, cap)
    assert int(result.given.sum()) == min(cap, int(posts.posts.sum()))
    assert (result.given <= posts.posts).all() and (result.given >= 0).all()
    if result.excess == 0:
        assert (result.given >= posts.posts_min).all()
    else:
        assert (result.given <= posts.posts_min).all()
        assert int(result.below_minimum.sum()) == result.excess


def test_cap_does_not_depend_on_row_order() -> None:
    """Reversed rows, same posts."""
    posts = district((10, 14, 2000), (10, 14, 2000), (10, 14, 2000))
    given = allocate_cap(posts, 34).given
    pd.testing.assert_series_equal(given, allocate_cap(posts.iloc[::-1], 34).given)
    assert list(given) == [12, 11, 11]


def test_present_staff_by_class_or_count() -> None:
    """Classes win over a bare count; the communities' own count fills in; public-welfare posts stay apart."""
    ids = pd.Index(["A", "B", "C", "D"], name="community_id")
    table = {"community_id": ["A", "B"], "leaders": [1, None], "committee": [4, None], "staff": [6, None]}
    workforce = pd.DataFrame({**table, "posts_now": [99, 9], "public_welfare": [3, 0]})
    people = present_staff(ids, workforce, pd.Series([1, 2, 7, None], index=ids))
    assert people.present.tolist()[:3] == [11, 9, 7]
    assert pd.isna(people.present["D"])
    assert people.public_welfare["A"] == 3


def test_present_staff_without_a_table() -> None:
    """An empty workforce table: nothing is known, nothing is guessed."""
    ids = pd.Index(["A"], name="community_id")
    assert present_staff(ids, pd.DataFrame(), None).present.isna().all()


def test_hiring_takes_the_largest_gap_per_grid_first() -> None:
    """A misses 4 for 2 grids, B 3 for 6: the first year's three are A's; seven people in 3 + 2 + 2."""
    gaps = pd.Series({"B": 3, "A": 4, "C": pd.NA, "D": -2}, dtype="Int64")
    plan = schedule_hiring(gaps, pd.Series({"A": 2, "B": 6, "C": 1, "D": 1}), POLICY)
    assert plan.loc["A"].tolist()[0] == 3
    assert plan.sum().tolist() == [3, 2, 2]
    assert plan.sum(axis=1).to_dict() == {"A": 4, "B": 3, "C": 0, "D": 0}


@given(st.integers(0, 500), st.integers(1, 6))
def test_years_are_even(total: int, parts: int) -> None:
    """Whole people, all of them, one apart at most, the larger first."""
    years = split_evenly(total, parts)
    assert sum(years) == total and len(years) == parts
    assert years == sorted(years, reverse=True) and years[0] - years[-1] <= 1
