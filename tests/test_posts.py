"""Posts: the worked table of the rules, the edges of the band, and what a shortage needs to end."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridder.policy import load_policy
from gridder.staffing.posts import (
    Case,
    explain_posts,
    is_rural,
    lawful_k,
    posts_band,
    staff_posts,
    start_posts,
)

POLICY = load_policy()
BESIDE = POLICY.model_copy(update={"grid_workers_within_posts": False})

# households, lawful k, band with completed steps, band with begun steps
WORKED = [
    (299, None, (10, 15), (10, 15)),
    (300, (1, 1), (10, 15), (10, 15)),
    (500, (1, 1), (10, 15), (10, 15)),
    (501, None, (10, 15), (10, 15)),
    (599, None, (10, 15), (10, 15)),
    (600, (2, 2), (10, 15), (10, 15)),
    (2700, (6, 9), (10, 15), (10, 15)),
    (3000, (6, 10), (10, 15), (10, 15)),
    (3001, (7, 10), (10, 15), (11, 16)),
    (3300, (7, 11), (10, 16), (11, 16)),
    (3500, (7, 11), (11, 16), (11, 17)),
    (3996, (8, 13), (11, 18), (12, 19)),
    (6000, (12, 20), (16, 25), (16, 25)),
]


@pytest.mark.parametrize("households, k, floor, ceil", WORKED)
def test_worked_table(
    households: int, k: tuple[int, int] | None, floor: tuple[int, int], ceil: tuple[int, int]
) -> None:
    """Lawful k and both rounding conventions, line by line."""
    assert lawful_k(households, POLICY) == k
    assert posts_band(households, POLICY, rounding="floor") == floor
    assert posts_band(households, POLICY, rounding="ceil") == ceil
    assert posts_band(households, POLICY) == floor


def test_band_follows_the_policy_convention() -> None:
    """The default convention is the policy's own."""
    assert posts_band(3001, POLICY.model_copy(update={"step_rounding": "ceil"})) == (11, 16)


def test_no_lawful_k_without_households() -> None:
    """Nobody lives there: no number of grids is lawful."""
    assert lawful_k(0, POLICY) is None


@pytest.mark.parametrize(
    "households, start", [(0, 10), (299, 10), (300, 11), (1500, 13), (3000, 15), (9000, 15)]
)
def test_start_is_linear_and_rounds_half_up(households: int, start: int) -> None:
    """300 and 1,500 are exact halves: 10.5 and 12.5 go up."""
    assert start_posts(households, POLICY) == start


def test_posts_by_households() -> None:
    """1,500 households, 4 grids: 4 + 2 in the hall + 2 for party building are fewer than 13."""
    posts = staff_posts(Case(1500, 4, grids_min=3, grids_max=5), POLICY)
    assert (posts.posts, posts.hall, posts.field, posts.party) == (13, 2, 11, 2)
    assert (posts.need, posts.shortage, posts.surplus) == (6, 0, 5)


def test_posts_by_need() -> None:
    """3,300 households, 11 grids: 11 + 2 + 2 = 15 are the households' 15 too; with 12 grids need leads."""
    assert staff_posts(Case(3300, 11), POLICY).posts == 15
    led = staff_posts(Case(3300, 12), POLICY)
    assert (led.posts, led.wanted, led.surplus) == (16, 16, 0)


def test_shortage_and_what_ends_it() -> None:
    """2,700 households in 14 grids need 16 of at most 15; 13 grids, or 16 posts, would do."""
    posts = staff_posts(Case(2700, 14, grids_min=6, grids_max=14), POLICY)
    assert (posts.posts, posts.need, posts.shortage) == (15, 16, 1)
    assert (posts.grids_for_posts, posts.posts_for_grids) == (13, 16)
    assert posts.field < posts.grids


def test_shortage_that_no_k_ends() -> None:
    """6,000 households in pieces that need at least 24 grids: 25 posts staff 23."""
    posts = staff_posts(Case(6000, 26, grids_min=24, grids_max=30), POLICY)
    assert posts.shortage == 3 and posts.grids_for_posts is None


def test_both_readings() -> None:
    """Beside the posts, grid workers need no post: hall and one in the field."""
    within, beside = staff_posts(Case(2700, 14), POLICY), staff_posts(Case(2700, 14), BESIDE)
    assert (within.shortage, within.other_need, within.other_shortage) == (1, 3, 0)
    assert (beside.shortage, beside.other_need, beside.other_shortage) == (0, 16, 1)


@given(st.integers(0, 12_000), st.integers(0, 50), st.integers(0, 3))
def test_each_reading_is_the_other_one_of_the_other(households: int, grids: int, party: int) -> None:
    """Need, posts and shortage under the other reading are those of a policy that reads so."""
    within, beside = (staff_posts(Case(households, grids, party), rules) for rules in (POLICY, BESIDE))
    for one, other in ((within, beside), (beside, within)):
        figures = (one.other_need, one.other_posts, one.other_shortage)
        assert figures == (other.need, other.posts, other.shortage)


def test_special_grids_need_people_but_are_no_lawful_number() -> None:
    """13 grids of which one is special: 15 posts staff 13, so 12 lawful ones; of at least 13 none would do."""
    short = staff_posts(Case(2700, 14, grids_min=12, grids_max=13, special=1), POLICY)
    assert (short.shortage, short.grids_for_posts) == (1, 13)
    assert staff_posts(Case(2700, 15, grids_min=13, grids_max=14, special=1), POLICY).grids_for_posts is None


def test_party_posts_already_there_need_no_more() -> None:
    """One party-building worker among them: one more is wanted, not two."""
    assert staff_posts(Case(3000, 13, 0), POLICY).wanted == 17
    assert staff_posts(Case(3000, 13, 1), POLICY).wanted == 16
    assert staff_posts(Case(3000, 13, 0), POLICY).party == 0
    assert staff_posts(Case(3000, 12, 0), POLICY).party == 1


@given(st.integers(0, 20_000), st.integers(0, 80), st.integers(0, 5))
def test_posts_never_below_need_without_a_shortage(households: int, grids: int, party: int) -> None:
    """Inside the band; hall + field = posts; field covers the grids or a shortage says how many miss."""
    posts = staff_posts(Case(households, grids, party), POLICY)
    assert posts.posts_min <= posts.posts <= posts.posts_max
    assert posts.hall + posts.field == posts.posts
    assert posts.shortage == max(0, grids - posts.field)
    assert not (posts.shortage and posts.surplus)


@given(st.integers(0, 20_000))
def test_begun_steps_are_at_most_one_more(households: int) -> None:
    """The two conventions differ by one post at either end, and only above the base."""
    floor, ceil = (posts_band(households, POLICY, rounding=how) for how in ("floor", "ceil"))
    assert all(0 <= b - a <= 1 for a, b in zip(floor, ceil))
    assert floor == ceil or households > POLICY.posts_base_households


@pytest.mark.parametrize(
    "code, rural",
    [
        ("220102001199", False),
        ("220102001200", True),
        ("220102001399", True),
        ("220102001400", False),
        ("200", False),
    ],
)
def test_village_codes(code: str, rural: bool) -> None:
    """Twelve digits that end in 200–399 are a village committee's."""
    assert is_rural(code, POLICY) is rural


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_derivation_says_its_numbers(lang: str) -> None:
    """Band, need, posts, shortage and both ways out stand in the sentence."""
    said = explain_posts(lang, staff_posts(Case(2700, 14, grids_min=6, grids_max=14), POLICY).facts())
    for number in ("2700", "10", "15", "14", "16", "13"):
        assert number in said
    assert "{" not in said
    beside = explain_posts(lang, staff_posts(Case(100, 1), BESIDE).facts())
    assert beside != said and "{" not in beside
