"""Rosters for tests: ``person(…)`` is one row, ``roster(…)`` a table of them as it is read from a file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd

from gridder.policy import Policy, load_policy
from gridder.staffing.persons import place_persons, read_persons
from gridder.tables import ROSTER

POLICY = load_policy("jilin-2020")
NAMES = pd.Series({"A": "东社区", "B": "西社区", "C": "同名社区", "D": "同名社区"})


def person(**said: Any) -> dict[str, Any]:
    """Return one row: a worker of 东社区, recruited openly, 30 years old, unless said otherwise."""
    row: dict[str, Any] = {column.name: None for column in ROSTER}
    usual = {
        "community_id": "A",
        "age": "30",
        "education": "本科",
        "pay_class": "工作人员",
        "entry": "公开招聘",
    }
    usual |= {"certificate": "无", "party_post": "否", "appraisals": "2022 合格；2023 合格"}
    return {**row, **usual, **said}


def roster(*rows: dict[str, Any]) -> pd.DataFrame:
    """Return a table of rows, as it is read; a person without a name is called by the row."""
    table = pd.DataFrame(list(rows), columns=[column.name for column in ROSTER], dtype=object)
    names = [f"某{number}" for number in range(1, len(rows) + 1)]
    table["person"] = table["person"].where(table["person"].notna(), names)
    return table.assign(row=range(1, len(rows) + 1), file="roster.csv")


def placed(*rows: dict[str, Any], policy: Policy = POLICY) -> pd.DataFrame:
    """Return the same with everybody's place."""
    table = roster(*rows)
    return table.assign(**place_persons(table, read_persons(table, policy), NAMES))


def write_csv(path: Path, header: str, *rows: str) -> Path:
    """Write a table as Excel saves it for China: commas, UTF-8."""
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return path
