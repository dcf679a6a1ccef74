"""Cases of counts: what stands in the column of households, and where else counts may stand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
from messy_town import CODES, B, Way, at, case, communities, houses, write

ALL_B = {f"b{n}": None for n in range(1, 9)}


@case(
    {"check.missing_counts": "a1 a2 b8", "check.choice_zero": None, "check.choice_estimate": None},
    "3 栋楼|18.8%|--missing zero|--missing estimate|650",
    "household count is not known: 3 (18.8 %|--missing zero|--missing estimate|650",
    Way("--missing zero", planned=650, codes=("check.count_zeroed",)),
    Way("--missing estimate", planned=654, codes=("check.count_estimated",), delivered=True),
)
def null_counts(folder: Path) -> Path:
    """NULL, beside the number 0: two are unknown of use, one a shop."""
    use = {"a1": "住宅", "b8": "商铺"}
    return write(folder, houses(households={"a1": None, "a2": None, "b8": None, "a3": 0, "a4": 100}, use=use))


@case(
    {"check.missing_counts": "a1 a2 a3 a4"},
    "4 栋楼|--missing",
    "4 (25.0 %)|--missing",
    Way("--missing zero", planned=600, exit=4),
)
def unknown_words(folder: Path) -> Path:
    """Words for unknown, and an empty cell; the text 0 is zero."""
    words = {"a1": "不详", "a2": "暂无资料", "a3": "暂无数据", "a4": "", "b1": "0", "b2": "100"}
    return write(folder, houses(households={name: str(count) for name, count in texts(words).items()}))


def texts(changed: dict[str, str]) -> dict[str, str]:
    """Return all counts as text, some changed."""
    return {**{f"{side}{n}": "50" for side in "ab" for n in range(1, 9)}, **changed}


@case(
    {"check.count_read_from_text": "a1 a2 a3 a4 a5"},
    "158户→158|请核对",
    "158户→158|Look",
)
def counts_with_units(folder: Path) -> Path:
    """A unit, blanks, full-width digits, a decimal point."""
    words = {"a1": "158户", "a2": " 60", "a3": "18 户", "a4": "１２", "a5": "12.0"}
    return write(folder, houses(households=texts(words)))


@case(
    {"check.count_read_from_text": "b1"},
    "1,220→1220",
    "1,220→1220",
)
def thousands_separated(folder: Path) -> Path:
    """A comma between thousands."""
    return write(folder, houses(households=texts({"b1": "1,220"})))


@case({"check.missing_counts": "b8"}, "1 栋楼", "not known: 1")
def whole_floats(folder: Path) -> Path:
    """A column of floats because one cell is NULL: 50.0 is 50."""
    counts = pd.Series([50.0] * 15 + [np.nan], dtype="float64")
    return write(folder, houses().assign(households=counts))


@case(
    {"check.bad_count_fraction": "a1 a2", "check.choice_quarantine": None},
    "0.0476|2.5|--bad-rows quarantine",
    "0.0476|2.5|--bad-rows quarantine",
    Way("--bad-rows quarantine", exit=4, planned=700, rows=2, delivered=True),
)
def fractions(folder: Path) -> Path:
    """Counts shared out by area."""
    return write(folder, houses(households={"a1": 0.0476, "a2": 2.5}))


@case(
    {"check.bad_count_absurd": "a1"},
    "2008042|5000|--bad-rows quarantine",
    "2008042|5000|--bad-rows quarantine",
    Way("--bad-rows quarantine", exit=4, planned=750, rows=1, aside=2_008_042, delivered=True),
)
def absurd_count(folder: Path) -> Path:
    """A district's total in one cell."""
    return write(folder, houses(households={"a1": 2_008_042}))


@case(
    {"check.bad_count_negative": "b3"},
    "-5|--bad-rows quarantine",
    "-5|--bad-rows quarantine",
    Way("--bad-rows quarantine", exit=4, planned=750, rows=1),
)
def negative_count(folder: Path) -> Path:
    """A count below zero."""
    return write(folder, houses(households={"b3": -5}))


@case(
    {"check.bad_count_text": "b3"},
    "约五十|--bad-rows quarantine",
    "约五十|--bad-rows quarantine",
    Way("--bad-rows quarantine", exit=4, planned=750, rows=1),
)
def words_for_counts(folder: Path) -> Path:
    """A text that is no number and no word for unknown."""
    return write(folder, houses(households=texts({"b3": "约五十"})))


@case(
    {"check.above_maximum": "a1"},
    "a1|500|单元|units",
    "a1|500|units|entrance",
)
def tower(folder: Path) -> Path:
    """One building above the maximum, its units not known: planned whole, one labelled exception."""
    return write(folder, houses(households={"a1": 610}))


@case(
    {"plan.tower_cut": "a1"},
    "600 户|3 个单元",
    "600 households|entrance units (3)",
    Way(planned=1350, delivered=True),
)
def tower_with_units(folder: Path) -> Path:
    """The same with three entrance units: cut along them, no exception."""
    return write(folder, houses(households={"a1": 600}, units={"a1": "200,200,200"}))


@case(
    {"cells.units_unread": "a1"},
    "3梯6户|96,96,104",
    "3梯6户|96,96,104",
)
def units_unreadable(folder: Path) -> Path:
    """Units in words that say no number of units."""
    return write(folder, houses(households={"a1": 610}, units={"a1": "3梯6户"}))


@case(
    {"check.non_residential": "a1"},
    "a1|50 户",
    "a1|households: 50",
)
def shop_with_households(folder: Path) -> Path:
    """A shop in which people live by its count."""
    return write(folder, houses(use={"a1": "商业", "a2": "住宅"}))


@case(
    {"check.communities_empty": B},
    "没有住户|不划分网格",
    "without households|no grid",
)
def empty_community(folder: Path) -> Path:
    """A community where every count is zero."""
    return write(folder, houses(households=dict.fromkeys(ALL_B, 0)))


@case(
    {"check.no_households": None},
    "--columns households=",
    "--columns households=",
    Way(planned=0),
)
def nobody_lives_here(folder: Path) -> Path:
    """Every count is zero: the wrong column?"""
    return write(folder, houses().assign(households=0))


@case(
    {},
    "社区 220199001002|不足 300 户|合片",
    "community 220199001002|fewer than 300|Join with",
)
def community_below_minimum(folder: Path) -> Path:
    """A community of 80 households."""
    return write(folder, houses(households=dict.fromkeys(ALL_B, 10)))


@case(
    {"counts.groups_shared": "L1"},
    "1 组|3 行|150 户|estimated",
    "one count|rows: 3|households: 150|estimated",
    Way("--columns count_group=lot"),
    options="--columns count_group=lot",
)
def counts_on_lots(folder: Path) -> Path:
    """Three houses of one lot, whose count stands on the first."""
    lots = {"b1": "L1", "b2": "L1", "b3": "L1"}
    return write(folder, houses(households={"b1": 150, "b2": None, "b3": None}, lot=lots))


@case(
    {"counts.compounds_shared": None},
    "1 个小区|400 户|8 栋|estimated",
    "Compounds|buildings: 8|households: 400|estimated",
)
def counts_on_compounds(folder: Path) -> Path:
    """No count on the buildings of B; its compound states 400."""
    compound = communities().iloc[[1]][["geometry"]].assign(name="东苑小区", households=400)
    return write(folder, houses(households=ALL_B), compounds=compound)


@case(
    {"counts.bad_compound_empty": "空苑"},
    "空苑|120 户|--bad-rows quarantine",
    "空苑|households: 120|--bad-rows quarantine",
    Way("--bad-rows quarantine", exit=4, rows=1, aside=120, delivered=True),
)
def compound_without_buildings(folder: Path) -> Path:
    """A compound that states households, its buildings not drawn."""
    compound = communities(b=at(380, 80, 10, 10)).iloc[[1]][["geometry"]].assign(name="空苑", households=120)
    return write(folder, compounds=compound)


@case(
    {"counts.compounds_short": "东苑"},
    "400/100|为准",
    "400 / 100|kept",
)
def compound_states_less(folder: Path) -> Path:
    """A compound of 400 households that states 100."""
    compound = communities().iloc[[1]][["geometry"]].assign(name="东苑", households=100)
    return write(folder, compounds=compound)


@case(
    {"counts.from_population": None},
    "2.3|1840 人|800 户|estimated",
    "2.3|persons: 1840|households: 800|estimated",
)
def persons_not_households(folder: Path) -> Path:
    """Persons in place of households."""
    return write(folder, houses().drop(columns="households").assign(population=115))


@case(
    {"errors.column_needed": None},
    "households|--columns households=|住宅合计",
    "households|--columns households=|住宅合计",
    Way("--columns households=住宅合计"),
    exit=3,
)
def count_column_unrecognised(folder: Path) -> Path:
    """The counts stand in a column whose name says nothing to gridder."""
    varied = {f"a{n}": 41 + 2 * n for n in range(1, 9)}
    return write(folder, houses(households=varied).rename(columns={"households": "住宅合计"}))


@case(
    {"check.missing_counts": "a1"},
    "1 个点",
    "median",
    Way("--missing estimate", planned=800, codes=("check.count_estimated",)),
)
def point_without_count(folder: Path) -> Path:
    """A point whose count is unknown is guessed by the median of its like."""
    return write(folder, houses(households={"a1": None}).assign(geometry=lambda f: f.geometry.centroid))


@case(
    {"check.bad_community_missing": "a1"},
    "未填社区|--bad-rows quarantine",
    "state no community|--bad-rows quarantine",
)
def community_not_stated(folder: Path) -> Path:
    """No outlines; all buildings but one state their community."""
    stated = CODES | {"a1": None}
    path = folder / "buildings.geojson"
    houses(community_id=stated).to_file(path, driver="GeoJSON")
    return path
