"""The options for k: people, money line by line, what the cap leaves, what the plan found."""

from __future__ import annotations

import json

import pandas as pd
import pytest

from gridder.policy import load_policy
from gridder.staffing.budget import Inputs
from gridder.staffing.options import Staffed, options_json, options_table, price_options
from gridder.staffing.posts import Case

POLICY = load_policy()
INPUTS = Inputs(None, 60_000.0, 0.3, 100.0, 0.0, 0.0)
PEOPLE = pd.DataFrame(
    {"assistant_certified": [1, 0], "certified": [0, 0], "senior_certified": [0, 0]}, index=["A", "B"]
).astype("Int64")
# A: 3,600 households in 11 grids, two of them special, 8 to 12 lawful; B: 550, no number lawful, one grid.
CASES = {"A": Case(3600, 11, 0, 8, 12, 2), "B": Case(550, 1)}


def priced(
    spare: int | None = None, given: tuple[int, int] = (16, 11), inputs: Inputs = INPUTS
) -> pd.DataFrame:
    """Return the options of A and B."""
    district = Staffed(
        CASES, pd.Series(given, index=["A", "B"]), spare, PEOPLE, pd.Series({"A": 50.0, "B": 0.0})
    )
    return price_options(district, inputs, POLICY)


def test_every_lawful_k_and_the_plan_s_own() -> None:
    """Special grids are not counted in k but have their people; B's one grid of 550 is shown as not lawful."""
    table = priced()
    assert table[["community_id", "k"]].to_numpy().tolist() == [["A", k] for k in range(8, 13)] + [["B", 1]]
    assert table.grids.tolist() == [10, 11, 12, 13, 14, 1]
    assert table.grid_workers.tolist() == table.auxiliary_police.tolist() == table.grids.tolist()
    assert table.k[table.chosen].tolist() == [9, 1] and table.lawful.tolist() == [True] * 5 + [False]
    assert table.police_cost.isna().all()


def test_the_money_of_each_k() -> None:
    """Posts × (60,000 × 1.3 + 100) + 2,400 for the assistant + 50 kept; the difference is to the chosen one."""
    mine = priced().query("community_id == 'A'").set_index("k")
    assert mine.posts.tolist() == [
        16,
        16,
        16,
        17,
        17,
    ]  # band 11 to 17; 13 grids, hall and party building need 17
    assert (mine.total == mine.posts_given * 78_100 + 2_450).all()
    assert mine.cost_more.tolist() == [0, 0, 0, 78_100, 78_100]
    assert (mine.total_without == "").all()
    assert mine.shortage.tolist() == [0] * 5 and mine.need.tolist() == [12, 13, 14, 15, 16]


@pytest.mark.parametrize(
    ("spare", "given"), [(0, [14, 14, 14, 14, 14]), (1, [15] * 5), (2, [16] * 5), (9, [16, 16, 16, 17, 17])]
)
def test_the_cap_bounds_every_option(spare: int, given: list[int]) -> None:
    """Given 14 and some posts of the cap spare: no option has more, and what it lacks is its shortage under the cap."""
    mine = priced(spare, (14, 11)).query("community_id == 'A'")
    assert mine.posts_given.tolist() == given
    assert (mine.cap_shortage == (mine.need - mine.posts_given).clip(lower=0)).all()


def test_without_wage_nothing_is_priced() -> None:
    """People stay, money is blank."""
    table = priced(inputs=Inputs())
    assert table[["pool", "total", "cost_more"]].isna().all(axis=None) and table.posts.notna().all()


def test_the_layer_holds_the_lawful_ones() -> None:
    """As JSON, by k; none for B."""
    table = priced()
    told = json.loads(options_json(table, "A"))
    assert [one["k"] for one in told] == [8, 9, 10, 11, 12]
    assert told[3]["cost_more_yuan_year"] == 78_100 and told[3]["grids"] == 13
    assert json.loads(options_json(table, "B")) == []


def test_the_sheet_says_what_the_plan_found() -> None:
    """Objective and sizes of the k that were tried; blank where none was."""
    communities = pd.DataFrame({"name": ["甲", "乙"], "subdistrict": "街"}, index=["A", "B"])
    tried = {"k": 9, "objective_m": 812.5, "smallest": 350, "largest": 420, "proven": True}
    table = options_table(priced(), communities, {"A": {"k_options": [tried]}}).set_index(
        ["community_id", "k"]
    )
    assert table.loc[("A", 9), ["objective_m", "smallest", "largest", "proven"]].tolist() == [
        812.5,
        350,
        420,
        True,
    ]
    assert table.loc[("A", 10), "objective_m":].isna().all() and len(table) == 6
    bare = options_table(priced(), communities, {})
    assert bare.objective_m.isna().all() and bare.community.tolist() == ["甲"] * 5 + ["乙"]
