"""The years of hiring: even, largest gap per grid first, and what they cost."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridder.policy import load_policy
from gridder.staffing.budget import Inputs
from gridder.staffing.hiring import cost_hiring, plan_hiring, schedule_hiring, split_evenly

POLICY = load_policy()


def test_hiring_takes_the_largest_gap_per_grid_first() -> None:
    """A misses 4 for 2 grids, B 3 for 6: the first year's three are A's; seven people in 3 + 2 + 2."""
    gaps = pd.Series({"B": 3, "A": 4, "C": pd.NA, "D": -2}, dtype="Int64")
    plan = schedule_hiring(gaps, pd.Series({"A": 2, "B": 6, "C": 1, "D": 1}), POLICY)
    assert plan.loc["A"].tolist()[0] == 3
    assert plan.sum().tolist() == [3, 2, 2]
    assert plan.sum(axis=1).to_dict() == {"A": 4, "B": 3, "C": 0, "D": 0}


@settings(deadline=None)
@given(st.integers(0, 500), st.integers(1, 6))
def test_years_are_even(total: int, parts: int) -> None:
    """Whole people, all of them, one apart at most, the larger first."""
    years = split_evenly(total, parts)
    assert sum(years) == total and len(years) == parts
    assert years == sorted(years, reverse=True) and years[0] - years[-1] <= 1


@settings(deadline=None)
@given(
    st.lists(st.one_of(st.none(), st.integers(-5, 40)), min_size=1, max_size=8),
    st.integers(1, 4),
    st.integers(1, 9),
)
def test_the_schedule_adds_up_to_the_gap(gaps: list[int | None], years: int, grids: int) -> None:
    """Each row sums to its gap, a surplus hires nobody, unknown stays unknown, the years are even."""
    policy = POLICY.model_copy(update={"hiring_years": years})
    index = [f"{i}" for i in range(len(gaps))]
    table = pd.DataFrame({"hiring_gap": pd.array(gaps, dtype="Int64"), "grids": grids}, index=index)
    plan = plan_hiring(table, policy)
    known = table.hiring_gap.notna()
    assert (plan[known].sum(axis=1) == table.hiring_gap[known].clip(lower=0)).all()
    assert plan[~known].isna().all(axis=None) and plan.shape[1] == years
    sums = plan.sum()
    assert int(sums.max() - sums.min()) <= 1 and list(sums) == sorted(sums, reverse=True)


def test_cost_of_hiring_by_hand() -> None:
    """Two people, then one more, at 60,000 × 1.3 + 100: 156,200, 234,300; at once 234,300 every year."""
    years = pd.DataFrame({1: [2, None], 2: [1, None]}, index=["A", "B"]).astype("Int64")
    costs = cost_hiring(years, Inputs(None, 60_000.0, 0.3, 100.0), POLICY)
    assert costs.loc["A"].to_dict() == {
        "cost_at_once": 234_300.0,
        "cost_year_1": 156_200.0,
        "cost_year_2": 234_300.0,
        "spent_year_1": 156_200.0,
        "spent_year_2": 390_500.0,
    }
    assert costs.loc["B"].isna().all()


@pytest.mark.parametrize("inputs", [Inputs(None, 60_000.0), Inputs(None, None, 0.3), Inputs()])
def test_cost_of_hiring_needs_wage_and_rate(inputs: Inputs) -> None:
    """Without one of them nothing is priced."""
    years = pd.DataFrame({1: [2]}, index=["A"]).astype("Int64")
    assert cost_hiring(years, inputs, POLICY).isna().all(axis=None)
