"""Training seats: leaders every year, everybody once in the cycle, even years in the district."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridder.policy import load_policy
from gridder.staffing.training import count_training, plan_training

POLICY = load_policy()


@pytest.mark.parametrize("posts, seats", [(0, 0), (1, 1), (10, 6), (11, 6), (15, 8)])
def test_training_seats(posts: int, seats: int) -> None:
    """The leader every year, the others every second one, rounded up."""
    assert count_training(pd.Series([posts], dtype="Int64"), POLICY).tolist() == [seats]


def test_two_communities_take_turns() -> None:
    """Nine others each: A has five in the first year, B five in the second; no posts, no seats."""
    table = plan_training(pd.Series({"A": 10, "B": 10, "C": pd.NA}, dtype="Int64"), POLICY)
    assert table.loc["A"].tolist() == [1, 9, 6, 5]
    assert table.loc["B"].tolist() == [1, 9, 5, 6]
    assert table.loc["C"].isna().all()


@settings(deadline=None)  # a loaded machine is no error
@given(
    st.lists(st.one_of(st.none(), st.integers(0, 30)), min_size=1, max_size=9),
    st.integers(1, 4),
    st.integers(0, 2),
)
def test_everybody_is_trained_and_years_are_even(posts: list[int | None], cycle: int, leaders: int) -> None:
    """In one cycle the others have one seat each, leaders one a year; years differ by one; none above the seats."""
    policy = POLICY.model_copy(update={"training_cycle_years": cycle, "leaders_per_community": leaders})
    given_posts = pd.Series(posts, dtype="Int64")
    table = plan_training(given_posts, policy)
    years = table.filter(like="training_year_")
    assert years.shape[1] == cycle
    known = table[given_posts.notna()]
    expected = known.leaders * cycle + known.others
    assert (years[given_posts.notna()].sum(axis=1) == expected).all()
    assert int(years.sum().max() - years.sum().min()) <= 1
    seats = count_training(given_posts, policy)
    assert (years.le(seats, axis=0) | given_posts.isna().to_numpy()[:, None]).all(axis=None)
