"""The law of staffing, clause by clause, through the real sheets: from the tables of a district to its workbook."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))  # the drawings stand beside the tests

from sample_run import A, B, sample_run
from staffed_delivery import WORKFORCE, write_staffed

from gridder.verify.base import read_delivery
from gridder.verify.book import find_table, read_sheets
from gridder.verify.figures import numbers

TABLE = {  # households: posts by completed steps, posts by steps begun (the worked table of the rules)
    299: ((10, 15), (10, 15)), 300: ((10, 15), (10, 15)), 550: ((10, 15), (10, 15)), 600: ((10, 15), (10, 15)),
    2700: ((10, 15), (10, 15)), 3000: ((10, 15), (10, 15)), 3001: ((10, 15), (11, 16)), 3300: ((10, 16), (11, 16)),
    3500: ((11, 16), (11, 17)), 3996: ((11, 18), (12, 19)), 6000: ((16, 25), (16, 25)),
}  # fmt: skip


def communities_sheet(folder: Path, **changes: object):
    out = write_staffed(folder, **changes)
    delivery, _ = read_delivery(out)
    assert delivery is not None
    table = find_table(read_sheets(delivery)["Communities"], "community_id")
    assert table is not None
    return table.rows


@pytest.mark.parametrize("rounding", ["floor", "ceil"])
@pytest.mark.parametrize("households", TABLE)
def test_the_worked_table_stands_on_the_sheet(households: int, rounding: str, tmp_path: Path) -> None:
    run = sample_run()
    communities = run.communities.copy()
    communities.loc[A, "households"] = households
    policy = run.policy.model_copy(update={"step_rounding": rounding})
    row = communities_sheet(tmp_path / "out", communities=communities, policy=policy).loc[A]
    assert (row["posts_min"], row["posts_max"]) == TABLE[households][rounding == "ceil"]


def test_public_welfare_posts_are_apart(tmp_path: Path) -> None:
    """B二(一): ten more public-welfare posts change neither present staff nor gap."""
    few = communities_sheet(tmp_path / "few")
    many = communities_sheet(tmp_path / "many", workforce=WORKFORCE.assign(public_welfare=[12, 10]))
    assert numbers(many["public_welfare"])[[A, B]].tolist() == [12, 10]
    for column in ("present", "hiring_gap", "posts", "posts_given"):
        assert numbers(few[column]).equals(numbers(many[column]))


def test_special_grids_count_for_workers_and_police(tmp_path: Path) -> None:
    """A has five ordinary grids and a special one: six workers and officers, lawful numbers without it."""
    row = communities_sheet(tmp_path / "out").loc[A]
    assert (row["grids"], row["grid_workers"], row["auxiliary_police"], row["grids_max"]) == (6, 6, 6, 6)
