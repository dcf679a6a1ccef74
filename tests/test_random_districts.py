"""What holds of every district, whatever it is: whole ones drawn at random, planned, delivered and read back from the files.

The figures are worked out here once more, by the words of the rules and in whole fen. ``GRIDDER_RANDOM_CASES`` says how
many districts are drawn (6), ``GRIDDER_RANDOM_FIRST`` from which seed (20).
"""

from __future__ import annotations

import json
import os
import sys
from dataclasses import dataclass
from math import floor
from pathlib import Path
from typing import Any

import pandas as pd
import pyogrio
import pytest

sys.path.insert(0, str(Path(__file__).parent))  # the drawings stand beside the tests

from random_district import draw_district, write_district
from test_cli import run

from gridder.errors import Finding
from gridder.text import LANGS, UNSAID, say_finding
from gridder.verify.base import read_delivery
from gridder.verify.book import find_table, read_sheets
from gridder.verify.figures import numbers

FIRST, CASES = (int(os.environ.get(f"GRIDDER_RANDOM_{name}", n)) for name, n in (("FIRST", 20), ("CASES", 3)))
TWICE = range(FIRST, FIRST + CASES, 10)
WORDS = "--effort quick --missing zero --bad-rows quarantine -q".split()
ALLOWANCES = {"assistant_certified": 200, "certified": 300, "senior_certified": 400}  # yuan a month
SHEETS = {
    "Communities": "community_id",
    "Subdistricts": "subdistrict",
    "Hiring": "community_id",
    "Budget": "community_id",
}


@dataclass(frozen=True)
class Delivered:
    """What a delivery says: list, layers, record, tables of the workbook by sheet."""

    homes: pd.DataFrame
    grids: pd.DataFrame
    communities: pd.DataFrame
    quarantine: pd.DataFrame
    record: dict[str, Any]
    sheets: dict[str, Any]

    def figures(self, sheet: str, column: str) -> pd.Series:
        """Return a column of a sheet as numbers by the sheet's id."""
        return numbers(self.sheets[sheet].rows[column])


def read_out(out: Path) -> Delivered:
    """Return what a delivery says."""
    delivery, wrong = read_delivery(out)
    assert delivery is not None and wrong == []
    book = read_sheets(delivery)
    tables = {sheet: find_table(book[sheet], key) for sheet, key in SHEETS.items()}
    layers = {
        name: pyogrio.read_dataframe(out / "plan.gpkg", layer=name) for name in ("grids", "communities")
    }
    communities = layers["communities"].set_index("community_id").sort_index()
    homes = pd.read_csv(
        out / "assignments.csv", encoding="utf-8-sig", dtype={"community_id": str, "grid_code": str}
    )
    return Delivered(homes, layers["grids"], communities, delivery.quarantine, delivery.record, tables)


@pytest.fixture
def plan(tmp_path: Path, without_pages: None):
    """Plan the district of a seed; return the delivery's folder."""

    def deliver(seed: int, name: str = "out") -> Path:
        path = tmp_path / "in" / "district.yaml"
        path = path if path.exists() else write_district(path.parent, seed)
        code, _, trouble = run(
            "plan", path, "--out", tmp_path / name, *WORDS
        )  # exit 1 if its verify refuses it
        assert code in (0, 4), trouble
        return tmp_path / name

    return deliver


@pytest.mark.parametrize("seed", range(FIRST, FIRST + CASES))
def test_what_holds_of_every_district(seed: int, plan: Any) -> None:
    said = read_out(plan(seed))
    layers, people, _ = draw_district(seed)
    check_households(said, layers["buildings"])
    check_posts(said)
    check_cap(said)
    check_money(said, people)
    check_years(said)
    check_sums(said)
    check_words(said)


@pytest.mark.parametrize("seed", TWICE)
def test_the_same_district_gives_the_same_bytes(seed: int, plan: Any) -> None:
    one, two = plan(seed), plan(seed, "again")
    for name in ("assignments.csv", "plan.json"):  # layers and workbook carry the time they were written
        assert (one / name).read_bytes() == (two / name).read_bytes(), name


def test_a_district_has_what_may_go_wrong() -> None:
    """The draw holds barriers with and without a way across, villages, towers, campuses, tight caps, no halls."""
    drawn = [draw_district(seed) for seed in range(60)]
    layers, people, settings = zip(*drawn)
    kinds = [set(one["barriers"]["kind"]) if "barriers" in one else set() for one in layers]
    assert any(kind & {"river", "railway"} and "crossing" not in kind for kind in kinds)
    assert any("crossing" in kind for kind in kinds) and any(not kind for kind in kinds)
    assert any((one["buildings"]["households"] > 500).any() for one in layers)
    assert any(one["buildings"]["households"].isna().any() for one in layers)
    assert any("2" in {key[-3] for key in one["communities"]["community_id"]} for one in layers)
    assert any("sites" in one for one in layers) and any("halls" not in one for one in layers)
    assert any(one is None for one in people) and any(given.get("county_cap", 99) < 20 for given in settings)


def check_households(said: Delivered, houses: pd.DataFrame) -> None:
    """Nobody is lost: houses of the input = planned + set aside; cells = grids = communities = record."""
    stated = int(houses["households"].fillna(0).sum())
    aside = numbers(said.quarantine["households"]).sum()
    assert said.homes["households"].sum() + aside == stated
    assert len(set(said.homes["building_id"])) + len(said.quarantine) == len(houses)
    by_grid = said.homes.groupby("grid_code")["households"].sum()
    grids = said.grids.set_index("grid_code")["households"]
    assert by_grid.drop("", errors="ignore").to_dict() == grids.to_dict()
    by_community = said.homes.groupby("community_id")["households"].sum()
    table = said.communities
    assert by_community.reindex(table.index).fillna(0).tolist() == table["households"].tolist()
    held = grids.groupby(said.grids.set_index("grid_code")["community_id"]).sum()
    assert held.reindex(table.index).fillna(0).tolist() == table["households"].tolist()
    assert said.record["totals"]["households"] == table["households"].sum() == grids.sum()
    assert table["grids"].sum() == len(grids) == said.record["totals"]["grids"]


def check_posts(said: Delivered) -> None:
    """The band by hand; posts ≥ the need of hall and all grids, or the shortage is stated, in the layer and in words."""
    for key, row in said.communities.iterrows():
        homes, grids = int(row["households"]), int(row["grids"])
        assert row["grid_workers"] == row["auxiliary_police"] == grids
        assert bool(row["rural"]) == (key[-3] == "2")
        if homes == 0 and grids == 0:
            assert pd.isna(row["posts"]) and row["shortage"] == 0
            continue
        above = max(0, homes - 3000)
        assert (row["posts_min"], row["posts_max"]) == (10 + above // 500, 15 + above // 300)
        assert row["posts_min"] <= row["posts"] <= row["posts_max"] and row["need"] == grids + 2
        assert row["posts"] >= row["need"] or row["shortage"] == row["need"] - row["posts"] > 0
        assert row["posts"] == row["posts_max"] or row["shortage"] == 0
        assert row["hall_staff"] + row["field_staff"] == row["posts"] and 2 <= row["hall_staff"] <= 3
    told = [f for f in said.record["findings"] if f["code"] == "staffing.shortage"]
    assert sum(int(f["facts"]["people"]) for f in told) == said.communities["shortage"].sum()
    short = set(said.communities.index[said.communities["shortage"] > 0])
    assert {key for f in told for key in f["ids"]} == short


def check_cap(said: Delivered) -> None:
    """Posts given never exceed the cap, and use it up where more is wanted; what is missing is stated."""
    posts, given = numbers(said.communities["posts"]), numbers(said.communities["posts_given"])
    cap = (said.record["options"]["staffing"] or {}).get("county_cap")
    wanted = posts.sum()
    assert given.sum() == (wanted if cap is None else min(cap, wanted))
    assert (given.dropna() <= posts[given.notna()]).all() and given.isna().equals(posts.isna())
    assert numbers(said.communities["unmet"]).sum() == wanted - given.sum()
    lacking = (numbers(said.communities["need"]) - given).clip(lower=0)
    assert numbers(said.communities["cap_shortage"]).fillna(0).tolist() == lacking.fillna(0).tolist()


def check_money(said: Delivered, people: pd.DataFrame | None) -> None:
    """Every line of the budget in whole fen, blank where its input is; the total is what is known."""
    given = numbers(said.communities["posts_given"])
    state = said.record["options"]["staffing"] or {}

    def fen(column: str) -> pd.Series:
        return (said.figures("Budget", column) * 100).round().reindex(given.index)

    def amount(key: str) -> float:
        return round(state[key] * 100) if key in state else float("nan")

    pool = given * amount("reference_wage_yuan_year")
    same(fen("pool"), pool)
    assert ((10 * fen("base") - 7 * pool).abs().dropna() <= 5).all()
    same(fen("base") + fen("performance"), pool)
    rate = state.get("employer_rate", float("nan"))
    assert ((fen("employer") - pool * rate).abs().dropna() <= 0.51).all()
    assert fen("employer").isna().equals((pool * rate).isna())
    for line, key in (("medical", "medical_check"), ("leave", "paid_leave"), ("emergency", "emergency")):
        same(fen(line), given * amount(f"{key}_yuan_year"))
    same(fen("allowances"), allowances(people, given))
    lines = pd.DataFrame(
        {line: fen(line) for line in "pool employer allowances medical leave emergency pay_kept".split()}
    )
    total = lines["pool"] + lines["employer"]
    same(fen("total"), total + lines.drop(columns=["pool", "employer"]).fillna(0).sum(axis=1))


def allowances(people: pd.DataFrame | None, given: pd.Series) -> pd.Series:
    """Return 12 × Σ holders × allowance in fen (B二(四)), blank where no certificates are known or nobody has a post."""
    if people is None:
        return given * float("nan")
    held = people.set_index("community_id").reindex(given.index)
    return sum(held[name] * yuan * 1200 for name, yuan in ALLOWANCES.items()).where(given.notna())


def same(said: pd.Series, true: pd.Series) -> None:
    """The same figures, blank where the others are."""
    pd.testing.assert_series_equal(
        said.astype(float), true.astype(float), check_names=False, rtol=0, atol=0.4
    )


def check_years(said: Delivered) -> None:
    """Three years add up to the people missing; in the district they differ by one person, the first has most."""
    gap = said.figures("Hiring", "posts_given") - said.figures("Hiring", "present")
    same(said.figures("Hiring", "hiring_gap"), gap)
    years = pd.DataFrame({n: said.figures("Hiring", f"year_{n}") for n in (1, 2, 3)})
    same(years.sum(axis=1, min_count=3), gap.clip(lower=0))
    each = years.sum()
    assert each.max() - each.min() <= 1 and each.is_monotonic_decreasing


def check_sums(said: Delivered) -> None:
    """Communities = subdistricts = district, people and money to the fen; blank over nothing known."""
    home = said.communities["subdistrict"]
    for column in said.sheets["Subdistricts"].rows.columns:
        for sheet in ("Communities", "Budget"):
            if column in said.sheets[sheet].rows and column != "subdistrict":
                mine = said.figures(sheet, column)
                sums = mine.groupby(home.reindex(mine.index)).sum(min_count=1)
                same(said.figures("Subdistricts", column) * 100, sums * 100)
                below = said.sheets["Subdistricts"].sums.get(column)
                known = mine.sum(min_count=1)
                assert (
                    pd.isna(known) or below is None or floor(below * 100 + 0.5) == floor(known * 100 + 0.5)
                ), column


def check_words(said: Delivered) -> None:
    """Every finding is said in full in both languages, and every grid outside the window has its reason."""
    for told in said.record["findings"]:
        finding = Finding(**told | {"ids": tuple(told["ids"])})
        assert not [lang for lang in LANGS if UNSAID in say_finding(lang, finding)], told
    assert "NaN" not in json.dumps(said.record) and "inf" not in json.dumps(said.record["findings"])
    grids = said.grids
    outside = ~grids["households"].between(300, 500) & (grids["status"] != "special")
    assert (grids["status"][outside] == "exception").all()
    assert grids.loc[grids["status"] == "exception", ["reason", "remedy"]].astype(bool).all(axis=None)
