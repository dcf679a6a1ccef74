"""Codes of grids: order, series of special grids, old codes that live on, retired ones that do not return."""

from __future__ import annotations

import pandas as pd
import pytest

from gridder.codes import assign_codes, check_codes, grid_number
from gridder.policy import load_policy

POLICY = load_policy()
ID = "220199001001"


def grids(*rows):
    """Return grids by label from (x, y, special)."""
    return pd.DataFrame(rows, columns=["x", "y", "special"], index=[f"g{n}" for n in range(len(rows))])


def test_numbers_run_by_x_then_from_north_to_south():
    table = grids((100.2, 0, False), (50, 0, False), (100.4, 9, False), (0, 0, True))
    codes = assign_codes(ID, table, POLICY)
    assert codes == {"g1": ID + "001", "g2": ID + "002", "g0": ID + "003", "g3": ID + "901"}


def test_other_ids_take_a_dash():
    codes = assign_codes("BEDOK", grids((0, 0, False)), POLICY)
    assert codes == {"g0": "BEDOK-001"} and grid_number("BEDOK-001", "BEDOK") == "001"


def test_an_old_code_goes_to_the_largest_overlap_and_a_retired_one_never_returns():
    kept = pd.DataFrame(
        [("g0", ID + "002", 300), ("g1", ID + "002", 90), ("g1", ID + "001", 80)],
        columns=["label", "old_code", "households"],
    )
    table = grids((0, 0, False), (50, 0, False), (90, 0, False))
    codes = assign_codes(ID, table, POLICY, kept=kept, retired=[ID + "003"])
    assert codes == {"g0": ID + "002", "g1": ID + "001", "g2": ID + "004"}


def test_a_code_of_another_community_is_not_kept():
    kept = pd.DataFrame([("g0", "220199001002001", 300)], columns=["label", "old_code", "households"])
    assert assign_codes(ID, grids((0, 0, False)), POLICY, kept=kept) == {"g0": ID + "001"}


def test_more_than_nine_hundred_grids_take_four_digits():
    table = grids(*[(n, 0, False) for n in range(901)], (5000, 0, True))
    codes = assign_codes(ID, table, POLICY)
    assert codes["g0"] == ID + "0001" and codes["g901"] == ID + "9001" and len(set(codes.values())) == 902


@pytest.mark.parametrize(
    ("ids", "codes"),
    [
        ([ID], []),
        (["220199001250"], []),
        (["220199001500"], ["plan.codes_outside"]),
        (["8"], ["plan.codes_unofficial"]),
    ],
)
def test_odd_ids_are_warned_of(ids, codes):
    assert [f.code for f in check_codes(ids)] == codes
