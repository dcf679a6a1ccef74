"""Money in whole fen: pools add up to the fen, and a missing input leaves a blank."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridder.policy import load_policy
from gridder.staffing.budget import (
    Inputs,
    cost_communities,
    count_training,
    pay_classes,
    read_inputs,
    share_of,
)

POLICY = load_policy()
COLUMNS = "leaders committee staff assistant_certified certified senior_certified".split()


def people(*rows: tuple[int | None, ...]) -> pd.DataFrame:
    """Return communities A, B … with the columns above."""
    index = [chr(65 + i) for i in range(len(rows))]
    return pd.DataFrame(list(rows), columns=COLUMNS, index=index).astype("Int64")


def test_budget_by_hand() -> None:
    """Ten posts at 62,000; 70/30; 30 %; one assistant, two workers, one senior: 12 × (200 + 600 + 400)."""
    staff = people((1, 3, 6, 1, 2, 1))
    costs = cost_communities(pd.Series({"A": 10}), staff, Inputs(None, 62_000.0, 0.3), POLICY).loc["A"]
    assert costs.to_dict() == {
        "pool": 620_000.0,
        "base": 434_000.0,
        "performance": 186_000.0,
        "employer": 186_000.0,
        "allowances": 14_400.0,
        "total": 820_400.0,
    }


def test_missing_inputs_leave_blanks() -> None:
    """No wage: no pay. No rate: no employer's share. No certificates known: no allowances. Never a guess."""
    posts, unknown = pd.Series({"A": 10}), people((None,) * 6)
    no_wage = cost_communities(posts, unknown, Inputs(), POLICY)
    assert no_wage.isna().all(axis=None)
    no_rate = cost_communities(posts, unknown, Inputs(None, 62_000.0, None), POLICY).loc["A"]
    assert no_rate.pool == 620_000 and pd.isna(no_rate.employer) and pd.isna(no_rate.total)


def test_no_posts_no_pool() -> None:
    """A community without posts has a blank budget."""
    posts = pd.Series({"A": pd.NA}, dtype="Int64")
    assert pd.isna(cost_communities(posts, people((1,) * 6), Inputs(None, 1.0, 0.1), POLICY).pool["A"])


def test_allowance_that_is_not_paid() -> None:
    """A county that pays no allowance has a zero there, not a blank."""
    policy = POLICY.model_copy(update={"certificate_allowance": False})
    costs = cost_communities(pd.Series({"A": 1}), people((None,) * 6), Inputs(None, 1.0, 0.0), policy)
    assert costs.allowances["A"] == 0


@given(st.lists(st.integers(1, 60), min_size=1, max_size=8), st.integers(1, 20_000_000))
def test_pools_add_up_to_the_fen(posts: list[int], wage_fen: int) -> None:
    """Base and performance pay are the pool, community by community and in sum."""
    index = [f"{i}" for i in range(len(posts))]
    staff = pd.DataFrame(pd.NA, index=index, columns=COLUMNS, dtype="Int64")
    inputs = Inputs(None, wage_fen / 100, 0.3)
    costs = cost_communities(pd.Series(posts, index=index), staff, inputs, POLICY)
    fen = (costs[["pool", "base", "performance"]].astype(float) * 100).round().astype("int64")
    assert (fen["base"] + fen.performance == fen.pool).all()
    assert int(fen.pool.sum()) == wage_fen * sum(posts)
    assert ((fen["base"] - fen.pool * POLICY.base_pay_share).abs() <= 0.51).all()


def test_shares_round_half_up() -> None:
    """Half a fen goes up; binary fractions do not pull it down."""
    assert share_of(pd.Series([15, 5, 3], dtype="Int64"), 0.7).tolist() == [11, 4, 2]


def test_classes_have_the_wage_as_their_mean() -> None:
    """Two leaders, six of the committee, twelve others: the mean of twenty is the wage."""
    table = pay_classes(people((1, 3, 6, 0, 0, 0), (1, 3, 6, 0, 0, 0)), Inputs(None, 60_000.0), POLICY)
    assert table.people.tolist() == [2, 6, 12]
    mean = (table.people * table.pay_yuan_year).sum() / 20
    assert mean == pytest.approx(60_000, abs=0.01)
    assert table.pay_yuan_year.is_monotonic_decreasing
    assert pay_classes(people((None,) * 6), Inputs(None, 60_000.0), POLICY).pay_yuan_year.isna().all()


@pytest.mark.parametrize("posts, seats", [(0, 0), (1, 1), (10, 6), (11, 6), (15, 8)])
def test_training_seats(posts: int, seats: int) -> None:
    """The leader every year, the others every second one, rounded up."""
    assert count_training(pd.Series([posts], dtype="Int64"), POLICY).tolist() == [seats]


def test_inputs_are_numbers_or_nothing() -> None:
    """Text, negative numbers and truth values count as not given."""
    given_inputs = {"county_cap": 900, "reference_wage_yuan_year": "62000", "employer_rate": -1}
    assert read_inputs({"staffing": given_inputs}) == Inputs(900, None, None)
    assert read_inputs({}) == Inputs() == read_inputs({"staffing": {"county_cap": True}})
