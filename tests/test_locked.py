"""Locked grids: what they change in certificates, numbers of grids and reasons.

Community C, six cells of 200 in a row; a railway without crossing between c3 and c4; c5 is a special site:

    c0 ─ c1 ─ c2 ─ c3 ║ c4 ─ c5(site)        community D: d0 alone, 350
"""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from gridder.exceptions import Place
from gridder.locked import (
    certify_with_locks,
    lawful_range,
    lock_exceptions,
    locked_grids,
    piece_totals,
    with_locks,
)
from gridder.partition.answer import Certificate, GridException, KOption
from gridder.policy import load_policy

POLICY = load_policy()
NAMES = ["c0", "c1", "c2", "c3", "c4", "c5", "d0"]


def prepared(**locks: str) -> SimpleNamespace:
    """The drawing, with some cells locked: ``prepared(c0="001")``."""
    atoms = pd.DataFrame(
        {
            "community_id": list("CCCCCCD"),
            "households": [200] * 5 + [0, 350],
            "site": [""] * 5 + ["校园", ""],
        },
        NAMES,
    )
    rows = [
        ("c0", "c1", True),
        ("c1", "c2", True),
        ("c2", "c3", True),
        ("c3", "c4", False),
        ("c4", "c5", True),
    ]
    edges = pd.DataFrame(rows, columns=["cell_a", "cell_b", "passable"])
    given = pd.Series({name: "l-" + locks[name] if name in locks else "" for name in NAMES}, dtype=object)
    given["c5"] = "s-校园"
    return SimpleNamespace(atoms=atoms, edges=edges, given=given)


def certificate(status: str = "optimal", k: int = 2) -> Certificate:
    options = (KOption(k, 100, 300, 400, True),)
    return Certificate(status, 100, 100, "global", 0.0, k, k, k, options)


def certify(place: SimpleNamespace, **rest: Certificate) -> dict[str, Certificate]:
    return certify_with_locks(
        place, {c: (None, cert) for c, cert in rest.items()}, locked_grids(place), POLICY
    )


def test_locked_grids_are_summed_and_sites_are_none():
    table = locked_grids(prepared(c0="001", c1="001", c4="002"))
    assert table.to_dict("records") == [
        {"label": "C/l-001", "community_id": "C", "households": 400},
        {"label": "C/l-002", "community_id": "C", "households": 200},
    ]


def test_without_locks_nothing_changes():
    assert locked_grids(prepared()).empty and certify(prepared(), C=certificate()) == {"C": certificate()}


def test_a_community_with_locks_counts_them_and_claims_no_bound():
    told = certify(prepared(c0="001", c1="001"), C=certificate(), D=certificate(k=1))
    assert told["D"] == certificate(k=1)
    mine = told["C"]
    assert (mine.status, mine.objective, mine.bound, mine.gap, mine.bound_kind) == (
        "feasible",
        100,
        None,
        None,
        "none",
    )
    assert mine.k == 3 and mine.k_options == (KOption(3, 100, 300, 400, False),)


@pytest.mark.parametrize(
    ("locks", "status", "expected"),
    [
        ({"c0": "001", "c1": "001"}, "optimal", "feasible"),
        ({"c0": "001", "c1": "001"}, "not_found", "relaxed"),
        ({"c0": "001", "c1": "001"}, "relaxed", "relaxed"),
        ({"c0": "001"}, "optimal", "relaxed"),  # the locked grid has 200
    ],
)
def test_a_lock_outside_the_window_or_an_unlawful_rest_relaxes(locks, status, expected):
    assert certify(prepared(**locks), C=certificate(status))["C"].status == expected


def test_a_community_that_is_locked_altogether():
    told = certify(prepared(d0="001"))["D"]
    assert (told.k, told.objective, told.status, told.k_min, told.k_max) == (1, 0, "feasible", 1, 1)


def test_options_know_the_smallest_and_largest_locked_grid():
    option = certify(prepared(c0="001", c1="002", c2="002", c3="002"), C=certificate())["C"].k_options[0]
    assert (option.k, option.smallest, option.largest) == (4, 200, 600)


def test_pieces_end_at_what_cannot_be_passed():
    """800 west of the railway: 2 grids; 200 east of it: none; the site has none of them."""
    place = prepared(c0="001")
    assert sorted(piece_totals(place, "C")) == [200, 800] and piece_totals(place, "D") == [350]
    assert lawful_range(place, "C", POLICY) == (None, None) and lawful_range(place, "D", POLICY) == (1, 1)


def test_exceptions_are_the_locked_grids_outside_the_window():
    table = locked_grids(prepared(c0="001", c1="002", c2="002", c4="003", d0="001"))
    found = [(c, label, e.code, e.households) for c, label, e in lock_exceptions(table, POLICY)]
    assert found == [("C", "C/l-001", "lock", 200), ("C", "C/l-003", "lock", 200)]


@pytest.mark.parametrize(
    ("members", "households", "expected"),
    [
        ([0, 1], 200, "lock"),  # the rest beside the locked grid
        ([2, 3], 200, "lock"),  # the locked grid itself
        ([4], 120, "component_too_small"),  # a whole piece: its own total
        ([4], 575, "component_between_k"),
        ([4], 900, "lock"),  # a whole piece that two or three grids could share
    ],
)
def test_the_reason_is_true_beside_locks(members, households, expected):
    atoms = prepared().atoms.iloc[:5]
    place = Place("C", "", atoms, np.array([0, 0, 0, 0, 1]), prepared().edges, [], POLICY)
    label = pd.Series(["C/0", "C/0", "C/l-001", "C/l-001", "C/l-002"], atoms.index)
    exception = GridException(0, "no_partner", households)
    assert with_locks(place, exception, np.array(members), label).code == expected


def test_a_piece_without_locks_keeps_its_reason():
    atoms = prepared().atoms.iloc[:5]
    place = Place("C", "", atoms, np.array([0, 0, 0, 0, 1]), prepared().edges, [], POLICY)
    label = pd.Series(["C/l-001"] * 4 + ["C/0"], atoms.index)
    exception = GridException(0, "component_too_small", 200)
    assert with_locks(place, exception, np.array([4]), label) == exception
