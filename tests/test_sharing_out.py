"""Who is next where people are shared out one by one."""

from __future__ import annotations

from fractions import Fraction

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from gridder.staffing.sharing_out import take_turns


@given(st.lists(st.tuples(st.integers(-2, 9), st.integers(0, 6)), min_size=1, max_size=5))
def test_every_turn_goes_to_whoever_lacks_most(people: list[tuple[int, int]]) -> None:
    """Against exact fractions looked through afresh at every turn; ties by id; a weight of 0 counts as 1."""
    ids = [f"C{n}" for n in range(len(people))]
    left = {key: missing for key, (missing, _) in zip(ids, people)}
    weight = {key: max(1, weighed) for key, (_, weighed) in zip(ids, people)}
    order = []
    while any(n > 0 for n in left.values()):
        order.append(min(ids, key=lambda key: (-Fraction(max(0, left[key]), weight[key]), key)))
        left[order[-1]] -= 1
    missing, weighed = (pd.Series(column, index=ids) for column in zip(*people))
    assert list(take_turns(missing, weighed)) == order
