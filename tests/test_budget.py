"""Money in whole fen: pools add up to the fen, and a missing input leaves a blank."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridder.policy import load_policy
from gridder.staffing.budget import (
    LINES,
    Inputs,
    certificate_table,
    cost_communities,
    pay_classes,
    read_inputs,
    share_of,
)
from gridder.staffing.community_posts import count_certified

POLICY = load_policy()
COLUMNS = "leaders committee staff assistant_certified certified senior_certified".split()


def people(*rows: tuple[int | None, ...]) -> pd.DataFrame:
    """Return communities A, B … with the columns above."""
    index = [chr(65 + i) for i in range(len(rows))]
    return pd.DataFrame(list(rows), columns=COLUMNS, index=index).astype("Int64")


FULL = Inputs(None, 62_000.0, 0.3, 800.0, 1_234.56, 0.01)


def test_budget_by_hand() -> None:
    """Ten posts at 62,000; 70/30; 30 %; one assistant, two workers, one senior: 12 × (200 + 600 + 400)."""
    staff = people((1, 3, 6, 1, 2, 1))
    kept = pd.Series({"A": 3_000.5, "Z": 1.0})
    costs = cost_communities(pd.Series({"A": 10}), staff, FULL, POLICY, kept).loc["A"]
    assert costs.to_dict() == {
        "pool": 620_000.0,
        "base": 434_000.0,
        "performance": 186_000.0,
        "employer": 186_000.0,
        "allowances": 14_400.0,
        "medical": 8_000.0,
        "leave": 12_345.6,
        "emergency": 0.1,
        "pay_kept": 3_000.5,
        "total": 843_746.2,
        "total_without": "",
    }


def test_a_total_names_what_it_is_without() -> None:
    """Certificates and pay kept are unknown: the rest is added up, and they are named."""
    costs = cost_communities(pd.Series({"A": 10}), people((None,) * 6), FULL, POLICY).loc["A"]
    assert costs.total == 620_000 + 186_000 + 8_000 + 12_345.6 + 0.1
    assert costs.total_without == "allowances pay_kept"
    assert pd.isna(costs.allowances) and pd.isna(costs.pay_kept)


def test_certificates_known_in_part_are_no_sum() -> None:
    """Seniors unknown in A, assistants in B: what is not stated is not 0, and the total says that it is without it."""
    staff = people((1, 3, 6, 1, 2, None), (1, 3, 6, None, 2, 1), (1, 3, 6, 0, 0, 0))
    costs = cost_communities(pd.Series({"A": 10, "B": 10, "C": 10}), staff, FULL, POLICY)
    assert costs.allowances.isna().tolist() == [True, True, False] and costs.allowances["C"] == 0
    assert costs.total_without.tolist() == ["allowances pay_kept", "allowances pay_kept", "pay_kept"]
    # those that B二(七) counts are known in B, whose assistants it does not count
    assert count_certified(staff, POLICY).tolist() == [pd.NA, 3, 0]
    unpaid = POLICY.model_copy(
        update={"certificate_allowance_yuan_month": {"社工师": 300.0, "高级社工师": 400.0}}
    )
    assert cost_communities(pd.Series({"B": 10}), staff, FULL, unpaid).allowances["B"] == 12 * (2 * 300 + 400)


def test_missing_inputs_leave_blanks() -> None:
    """No wage: no pay. No rate: no employer's share. No certificates known: no allowances. Never a guess."""
    posts, unknown = pd.Series({"A": 10}), people((None,) * 6)
    no_wage = cost_communities(posts, unknown, Inputs(), POLICY)
    assert no_wage.isna().all(axis=None)
    no_rate = cost_communities(posts, unknown, Inputs(None, 62_000.0, None), POLICY).loc["A"]
    assert no_rate.pool == 620_000 and pd.isna(no_rate.employer)
    assert pd.isna(no_rate.total) and pd.isna(no_rate.total_without)


@pytest.mark.parametrize(
    ("line", "key"),
    [
        ("medical", "medical_check_yuan_year"),
        ("leave", "paid_leave_yuan_year"),
        ("emergency", "emergency_yuan_year"),
    ],
)
def test_each_amount_a_person_is_its_own_line(line: str, key: str) -> None:
    """Without its input the line is blank and named; with it, posts × amount; an amount of 0 is 0."""
    posts, staff = pd.Series({"A": 10}), people((1,) * 6)
    without = cost_communities(posts, staff, replace(FULL, **{key: None}), POLICY).loc["A"]
    assert pd.isna(without[line]) and line in without.total_without.split()
    given_zero = cost_communities(posts, staff, replace(FULL, **{key: 0.0}), POLICY).loc["A"]
    assert given_zero[line] == 0 and line not in given_zero.total_without.split()
    more = cost_communities(posts, staff, replace(FULL, **{key: 7.25}), POLICY).loc["A"]
    assert more[line] == 72.5 and more.total == pytest.approx(without.total + 72.5, abs=0.001)


def test_pay_that_a_policy_does_not_keep_is_no_line_left_out() -> None:
    """Where pay above the standard is not kept it costs 0, roster or not."""
    policy = POLICY.model_copy(update={"pay_kept": False})
    costs = cost_communities(pd.Series({"A": 10}), people((1,) * 6), FULL, policy).loc["A"]
    assert costs.pay_kept == 0 and costs.total_without == ""


def test_no_posts_no_pool() -> None:
    """A community without posts has a blank budget."""
    posts = pd.Series({"A": pd.NA}, dtype="Int64")
    assert pd.isna(cost_communities(posts, people((1,) * 6), Inputs(None, 1.0, 0.1), POLICY).pool["A"])


def test_allowance_that_is_not_paid() -> None:
    """A county that pays no allowance has a zero there, not a blank."""
    policy = POLICY.model_copy(update={"certificate_allowance": False})
    costs = cost_communities(pd.Series({"A": 1}), people((None,) * 6), Inputs(None, 1.0, 0.0), policy)
    assert costs.allowances["A"] == 0


AMOUNT = st.one_of(st.none(), st.integers(0, 500_000).map(lambda fen: fen / 100))


@settings(deadline=None)  # a loaded machine is no error
@given(
    st.lists(st.integers(1, 60), min_size=1, max_size=8),
    st.integers(1, 20_000_000),
    st.floats(0, 1),
    st.tuples(AMOUNT, AMOUNT, AMOUNT),
)
def test_pools_add_up_to_the_fen(
    posts: list[int], wage_fen: int, rate: float, amounts: tuple[float | None, ...]
) -> None:
    """Base and performance pay are the pool, the lines are the total, community by community and in sum."""
    index = [f"{i}" for i in range(len(posts))]
    staff = pd.DataFrame(pd.NA, index=index, columns=COLUMNS, dtype="Int64")
    inputs = Inputs(None, wage_fen / 100, rate, *amounts)
    costs = cost_communities(pd.Series(posts, index=index), staff, inputs, POLICY)
    fen = (costs[[*LINES, "total"]].fillna(0).astype(float) * 100).round().astype("int64")
    assert (fen["base"] + fen.performance == fen.pool).all()
    assert int(fen.pool.sum()) == wage_fen * sum(posts)
    assert ((fen["base"] - fen.pool * POLICY.base_pay_share).abs() <= 0.51).all()
    assert ((fen.employer - fen.pool * rate).abs() <= 0.51).all()
    assert (fen[list(LINES)].drop(columns=["base", "performance"]).sum(axis=1) == fen.total).all()
    left_out = {line for line, amount in zip(("medical", "leave", "emergency"), amounts) if amount is None}
    assert all(set(text.split()) == left_out | {"allowances", "pay_kept"} for text in costs.total_without)


def test_shares_round_half_up() -> None:
    """Half a fen goes up; binary fractions do not pull it down."""
    assert share_of(pd.Series([15, 5, 3], dtype="Int64"), 0.7).tolist() == [11, 4, 2]


def test_classes_have_the_wage_as_their_mean() -> None:
    """Two leaders, six of the committee, twelve others: the mean of twenty is the wage."""
    table = pay_classes(people((1, 3, 6, 0, 0, 0), (1, 3, 6, 0, 0, 0)), Inputs(None, 60_000.0), POLICY)
    assert table.people.tolist() == [2, 6, 12]
    mean = (table.people * table.pay_yuan_year).sum() / 20
    assert mean == pytest.approx(60_000, abs=0.01)
    assert table.class_yuan_year.sum() == pytest.approx(20 * 60_000, abs=0.2)
    assert table.pay_yuan_year.is_monotonic_decreasing
    assert pay_classes(people((None,) * 6), Inputs(None, 60_000.0), POLICY).pay_yuan_year.isna().all()


def test_certificates_by_community() -> None:
    """Two workers and a senior count as three; the assistant stands apart; unknown stays blank."""
    staff = people((1, 3, 6, 1, 2, 1), (None,) * 6)
    communities = pd.DataFrame({"certified": [3, pd.NA], "certified_gap": [0, pd.NA]}, index=["A", "B"])
    table = certificate_table(communities, staff, POLICY)
    first = table.loc["A"]
    assert (first.assistant_certified_held, first.certified_held, first.senior_certified_held) == (1, 2, 1)
    assert (first.certified, first.certified_gap, first.allowances) == (3, 0, 14_400)
    assert table.loc["B", "assistant_certified_held":].isna().all()


def test_inputs_are_numbers_or_nothing() -> None:
    """Text, negative numbers and truth values count as not given."""
    given_inputs = {"county_cap": 900, "reference_wage_yuan_year": "62000", "employer_rate": -1}
    assert read_inputs({"staffing": given_inputs}) == Inputs(900, None, None)
    assert read_inputs({}) == Inputs() == read_inputs({"staffing": {"county_cap": True}})
