"""Who is present in each community: by class, else by number, else unknown."""

from __future__ import annotations

import pandas as pd

from gridder.staffing.present import present_staff


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
