"""The county cap against a plain greedy and against every other way to share it out."""

from __future__ import annotations

import math
from fractions import Fraction
from itertools import product

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st
from ortools.sat.python import cp_model

from gridder.staffing.county_cap import allocate_cap, cap_to_staff


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


@settings(deadline=None)
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


# ── the rule is optimal ──

SIZES = [240, 300, 400, 600, 720, 1200, 1800, 3600]  # divide one small number: costs are whole


def burden(missing: list[int], households: list[int]) -> Fraction:
    """Return Σ u (u + 1) / 2H: the i-th missing post of a community weighs i / H."""
    return sum((Fraction(u * (u + 1), 2 * h) for u, h in zip(missing, households)), Fraction(0))


def worst(missing: list[int], households: list[int]) -> Fraction:
    """Return the greatest u / H."""
    return max(Fraction(u, h) for u, h in zip(missing, households))


def solve_exactly(rows: list[tuple[int, int, int]], cap: int, goal: str) -> Fraction:
    """Return the least burden, or the least greatest u / H, of all lawful ways to share out the cap, by CP-SAT."""
    scale = math.lcm(*(h for _, _, h in rows))
    model = cp_model.CpModel()
    given, costs, rates = [], [], []
    for low, high, households in rows:
        posts = model.new_int_var(low, high, "")
        lacks = [
            model.new_bool_var("") for _ in range(high - low)
        ]  # lacks[i]: at least i + 1 posts are missing
        for one, after in zip(lacks, lacks[1:]):
            model.add_implication(after, one)
        model.add(posts + sum(lacks) == high)
        given.append(posts)
        costs += [(i + 1) * (scale // households) * lack for i, lack in enumerate(lacks)]
        rates.append(sum(lacks) * (scale // households))
    model.add(sum(given) <= cap)
    if goal == "burden":
        model.minimize(sum(costs))
    else:
        top = model.new_int_var(0, scale * 99, "")
        for rate in rates:
            model.add(top >= rate)
        model.minimize(top)
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    assert solver.solve(model) == cp_model.OPTIMAL
    return Fraction(round(solver.objective_value), scale)


@settings(deadline=None, max_examples=40)
@given(
    st.lists(
        st.tuples(st.integers(0, 12), st.integers(0, 6), st.sampled_from(SIZES)), min_size=1, max_size=6
    ),
    st.integers(0, 36),
)
def test_no_other_way_to_share_out_the_cap_is_better(rows: list[tuple[int, int, int]], spare: int) -> None:
    """Burden and greatest unmet need per household are the optimum's, which CP-SAT proves."""
    cases = [(low, low + more, households) for low, more, households in rows]
    cap = sum(low for low, _, _ in cases) + spare
    result = allocate_cap(district(*cases), cap)
    missing, households = result.unmet.tolist(), [h for _, _, h in cases]
    assert burden(missing, households) == solve_exactly(cases, cap, "burden")
    assert worst(missing, households) == solve_exactly(cases, cap, "worst")


def test_another_rule_would_not_pass() -> None:
    """Posts by size alone, or to the smallest first, are worse than the optimum: the check above can fail."""
    cases = [(10, 14, 2400), (10, 13, 600)]
    best = solve_exactly(cases, 23, "burden"), solve_exactly(cases, 23, "worst")
    ways = [[14 - a, 13 - b] for a, b in product(range(10, 15), range(10, 14)) if a + b == 23]
    costs = {(burden(way, [2400, 600]), worst(way, [2400, 600])) for way in ways}
    assert best in costs and len(costs) > 1 and best == min(costs)
    assert list(allocate_cap(district(*cases), 23).unmet) == [3, 1]


@settings(deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 9), st.integers(0, 6), st.integers(1, 5000)), min_size=1, max_size=6),
    st.integers(0, 90),
)
def test_a_larger_cap_takes_from_nobody(rows: list[tuple[int, int, int]], cap: int) -> None:
    """One post more: one community has one more, the others what they had."""
    posts = district(*[(low, low + more, households) for low, more, households in rows])
    step = allocate_cap(posts, cap + 1).given - allocate_cap(posts, cap).given
    assert sorted(step)[:-1] == [0] * (len(step) - 1) and max(step) in (0, 1)


@settings(deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 9), st.integers(0, 6), st.integers(1, 5000), st.integers(0, 18)),
        min_size=1,
        max_size=5,
    )
)
def test_cap_that_staffs_all_is_the_smallest(rows: list[tuple[int, int, int, int]]) -> None:
    """Tried one by one from nothing: the first cap under which nobody is given less than need and band allow."""
    posts = district(*[(low, low + more, households) for low, more, households, _ in rows])
    posts["need"] = [need for *_, need in rows]
    enough = posts[["need", "posts"]].min(axis=1)
    tried = (cap for cap in range(200) if (allocate_cap(posts, cap).given >= enough).all())
    assert cap_to_staff(posts) == next(tried)


def test_cap_does_not_depend_on_row_order() -> None:
    """Reversed rows, same posts."""
    posts = district((10, 14, 2000), (10, 14, 2000), (10, 14, 2000))
    given = allocate_cap(posts, 34).given
    pd.testing.assert_series_equal(given, allocate_cap(posts.iloc[::-1], 34).given)
    assert list(given) == [12, 11, 11]
