# ruff: noqa: E501 (tables of mutations read better wide)
"""Staffing that the independent look must accept, and one wrong figure after another that it must name."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))  # the drawings stand beside the tests

from lawful_delivery import edit_layer, edit_record, put
from sample_run import A, B, C
from staffed_delivery import SETTINGS, add, cell_of, edit_book, write_staffed

from gridder.text import LANGS, sentences
from gridder.verify import say_violation
from gridder.verify.base import Violation, read_delivery
from gridder.verify.posts import deal_out
from gridder.verify.staff_book import check_staff_book
from gridder.verify.staffing import check_staffing

Mutation = Callable[[Path], Any]
FIRST = A + "001"


@pytest.fixture(scope="module")
def staffed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_staffed(tmp_path_factory.mktemp("staffed") / "out")


@pytest.fixture
def out(staffed: Path, tmp_path: Path) -> Path:
    shutil.copytree(staffed, tmp_path / "out")
    return tmp_path / "out"


def look(out: Path) -> list[Violation]:
    """Return what is wrong with the people of a delivery; every violation can be said."""
    delivery, _ = read_delivery(out)
    assert delivery is not None
    found = [*check_staffing(delivery), *check_staff_book(delivery)]
    assert all("{" not in say_violation(lang, violation) for lang in LANGS for violation in found)
    return found


def named(found: list[Violation]) -> set[str]:
    """Return where and what is wrong, as ``grids.round_min`` or the code where no column is meant."""
    return {
        f"{v.facts['where']}.{v.facts['what']}" if "where" in v.facts else v.code.rpartition(".")[2]
        for v in found
    }


def layer(name: str, column: str, value: Any, **where: str) -> Mutation:
    return lambda out: edit_layer(out, name, put(column, value, **where))


def more(name: str, column: str, key: str, by: float = 1) -> Mutation:
    """Return a change that adds to one figure of a layer."""
    of = {"grids": "grid_code", "communities": "community_id"}[name]
    return layer(name, column, lambda old: old + by, **{of: key})


def test_a_staffed_delivery_is_accepted(staffed: Path) -> None:
    assert look(staffed) == []


@pytest.mark.parametrize(
    "changes",
    [
        {"lang": "en", "settings": {}},
        {"settings": {"county_cap": 9}},
        {
            "settings": SETTINGS
            | {"county_cap": 1000, "reference_wage_yuan_year": 61_999.99, "employer_rate": 0.333}
        },
    ],
    ids=["English and nothing stated", "a cap below the minima", "a large cap and odd fen"],
)
def test_other_inputs_are_accepted(changes: dict[str, Any], tmp_path: Path) -> None:
    assert look(write_staffed(tmp_path / "out", **changes)) == []


@pytest.mark.parametrize(
    "rules",
    [
        {"step_rounding": "ceil", "monthly_cover": "buildings", "hiring_years": 5, "grid_workers_per_grid": 2},
        {"grid_workers_within_posts": False, "base_pay_share": 0.61, "performance_pay_share": 0.39, "posts_base_households": 500},
        {"county_cap_applies": False, "certificate_allowance": False, "training_cycle_years": 3,
         "walking_speed_kmh": 3.6, "detour_factor": 1.1, "rounds_per_day": 3},
    ],
    ids=str,
)  # fmt: skip
def test_other_rules_are_accepted(rules: dict[str, Any], tmp_path: Path) -> None:
    from sample_run import sample_run

    policy = sample_run().policy.model_copy(update=rules)
    assert look(write_staffed(tmp_path / "out", policy=policy)) == []


COMMUNITY = "communities"
LAYERS: dict[str, tuple[Mutation, set[str]]] = {
    "two workers in a grid": (more("grids", "grid_worker", FIRST), {"grids.grid_worker", "communities.grid_workers"}),
    "no officer in a grid": (more("grids", "auxiliary_police", FIRST, -1), {"grids.auxiliary_police", "communities.auxiliary_police"}),
    "a grid worker too few": (more(COMMUNITY, "grid_workers", A, -1), {"communities.grid_workers"}),
    "visits": (more("grids", "visits_per_day", FIRST, 0.3), {"grids.visits_per_day"}),
    "minutes of a round": (more("grids", "round_min", FIRST, 0.2), {"grids.round_min", "grids.day_min"}),
    "metres of a round": (more("grids", "round_m", FIRST, 90), {"grids.round_min"}),
    "minutes of a day": (more("grids", "day_min", FIRST, 0.5), {"grids.day_min"}),
    "a day that does not fit": (layer("grids", "fits_shift", False, grid_code=FIRST), {"grids.fits_shift"}),
    "longest round": (more(COMMUNITY, "round_min_max", A, 1), {"communities.round_min_max"}),
    "walk to the hall too short": (more("grids", "hall_minutes", FIRST, -2), {"grids.hall_minutes"}),
    "walk to the hall too long": (more("grids", "hall_minutes", B + "001", 60), {"grids.hall_minutes"}),
    "walk to the hall not told": (layer("grids", "hall_minutes", None, grid_code=B + "001"), {"grids.hall_minutes"}),
    "share near the hall": (layer(COMMUNITY, "hall_share", 0.5, community_id=B), {"communities.hall_share"}),
    "share without a hall": (layer(COMMUNITY, "hall_share", 1.0, community_id=C), {"communities.hall_share"}),
    "band": (more(COMMUNITY, "posts_max", A), {"communities.posts_max"}),
    "posts outside the band": (layer(COMMUNITY, "posts", 30, community_id=A),
                               {"communities.posts", "communities.unmet", "communities.unmet_per_1000", "communities.posts_given"}),
    "hall and field": (more(COMMUNITY, "field_staff", A), {"communities.field_staff"}),
    "four in the hall": (layer(COMMUNITY, "hall_staff", 4, community_id=A), {"communities.hall_staff"}),
    "shortage invented": (more(COMMUNITY, "shortage", A), {"communities.shortage"}),
    "shortage of the other reading": (more(COMMUNITY, "other_shortage", A), {"communities.other_shortage"}),
    "need": (more(COMMUNITY, "need", A), {"communities.need"}),
    "surplus": (more(COMMUNITY, "surplus", A), {"communities.surplus"}),
    "posts without people": (layer(COMMUNITY, "posts", 10, community_id=C),
                             {"communities.posts"}),
    "above the cap": (more(COMMUNITY, "posts_given", A, 2),
                      {"cap", "communities.posts_given", "communities.unmet", "communities.unmet_per_1000",
                       "communities.hiring_gap", "communities.training_seats"}),
    "cap dealt out otherwise": (lambda out: [more(COMMUNITY, "posts_given", A, 1)(out), more(COMMUNITY, "posts_given", B, -1)(out)],
                                {"communities.posts_given", "communities.unmet", "communities.unmet_per_1000",
                                 "communities.hiring_gap", "communities.training_seats"}),
    "cost a year": (more(COMMUNITY, "cost_yuan_year", A), {"communities.cost_yuan_year"}),
    "gap of people": (more(COMMUNITY, "hiring_gap", A), {"communities.hiring_gap"}),
    "certificates missing": (more(COMMUNITY, "certified_gap", A), {"communities.certified_gap"}),
    "training seats": (more(COMMUNITY, "training_seats", A), {"communities.training_seats"}),
    "village": (layer(COMMUNITY, "rural", True, community_id=A), {"communities.rural"}),
    "an option too few": (layer(COMMUNITY, "k_staffing", "[]", community_id=A), {"options"}),
    "an option with too few people": (
        layer(COMMUNITY, "k_staffing", lambda text: text.replace('"grid_workers": 5', '"grid_workers": 4'), community_id=A), {"options"},
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", LAYERS)
def test_one_wrong_figure_of_a_layer_is_named(out: Path, name: str) -> None:
    """The workbook still has the right figure, so that it differs from the layer, too."""
    mutate, expected = LAYERS[name]
    mutate(out)
    in_layer = {what for what in named(look(out)) if what[0].islower()}
    may_lack = {"communities.unmet_per_1000", "grids.visits_min"}  # columns that not every delivery has
    assert in_layer | may_lack == expected | may_lack


def remove_row(sheet: str, row: str) -> Mutation:
    def change(book: Any) -> None:
        page = book[sheet]
        page.delete_rows(next(line[0].row for line in page.iter_rows() if line[0].value == row))

    return lambda out: edit_book(out, change)


def retitle(sheet: str, column: str) -> Mutation:
    """Return a change that gives a header another name."""

    def change(book: Any) -> None:
        titles = {sentences(lang)[f"workbook.col_{column}"] for lang in LANGS}
        for line in book[sheet].iter_rows():
            for cell in line:
                cell.value = "?" if cell.value in titles else cell.value

    return lambda out: edit_book(out, change)


HOUSE = "临河街道"
BOOK: dict[str, tuple[Mutation, set[str]]] = {
    "a figure of a grid": (add("Grids", "round_m", FIRST, 1), {"Grids.round_m"}),
    "a day that fits": (add("Grids", "fits_shift", FIRST, "否"), {"Grids.fits_shift"}),
    "a figure of a community": (add("Communities", "need", A, 1), {"Communities.need"}),
    "a figure that is summed": (add("Communities", "posts", A, 1), {"Communities.posts", "Subdistricts.posts", "Summary.posts"}),
    "a sum": (add("Communities", "posts", "合计", 1), {"Communities.posts"}),
    "a sum of grids": (add("Grids", "grid_worker", "合计", 1), {"Grids.grid_worker"}),
    "a subdistrict": (add("Subdistricts", "field_staff", HOUSE, 1), {"Subdistricts.field_staff"}),
    "communities of a subdistrict": (add("Subdistricts", "communities", HOUSE, 1), {"Subdistricts.communities"}),
    "another subdistrict": (add("Communities", "subdistrict", A, "别处"), {"rows"}),
    "the summary": (add("Summary", "value", "核定岗位合计", 1), {"Summary.posts_given"}),
    "the pool by a fen": (add("Budget", "pool", A, 0.01), {"Budget.pool"}),
    "the base by a fen": (add("Budget", "base", A, 0.01), {"Budget.base"}),
    "the employer's share by a fen": (add("Budget", "employer", B, 0.01), {"Budget.employer"}),
    "a total": (add("Budget", "total", A, 1), {"Budget.total", "Subdistricts.total", "Summary.total"}),
    "an allowance": (add("Budget", "allowances", A, 100), {"Budget.allowances", "Budget.total", "Subdistricts.allowances"}),
    "pay of a class": (add("Budget", "pay_yuan_year", "社区正职", 1), {"Budget.pay_yuan_year"}),
    "a year of hiring": (add("Hiring", "hiring", A, 1), {"Hiring.hiring", "Hiring.year_1 …", "Summary.hiring"}),
    "a grid that is not planned": (add("Grids", "grid_code", FIRST, A + "777"), {"rows"}),
    "holders of a certificate": (add("Certificates", "certified_held", A, 1), {"Certificates.certified_held"}),
    "holders that count": (add("Certificates", "certified", A, 1), {"Certificates.certified"}),
    "holders missing": (add("Certificates", "certified_gap", B, 1), {"Certificates.certified_gap"}),
    "an allowance of holders": (add("Certificates", "allowances", A, 2400), {"Certificates.allowances"}),
    "a sum of holders": (add("Certificates", "assistant_certified_held", "合计", 1), {"Certificates.assistant_certified_held"}),
    "no row of certificates": (remove_row("Certificates", B),
                               {"Certificates.community_id", "Certificates.certified_held", "Certificates.allowances"}),
    "leaders trained": (add("Training", "leaders", A, 1), {"Training.leaders"}),
    "others trained": (add("Training", "others", B, 1), {"Training.others"}),
    "a seat more": (add("Training", "training_year", A, 1), {"Training.training_year_1"}),
    "a seat in another year": (lambda out: [add("Training", "training_year", A, 1)(out), add("Training", "training_year", B, -1)(out)],
                               {"Training.training_year_1"}),
    "halls": (add("Halls", "halls", B, 1), {"Halls.halls"}),
    "households near the hall": (add("Halls", "hall_share", B, -0.01), {"Halls.hall_share", "Halls.far_households"}),
    "households far from the hall": (add("Halls", "far_households", B, 1), {"Halls.far_households"}),
    "the mean walk": (add("Halls", "hall_minutes", B, 30), {"Halls.hall_minutes"}),
    "households of the hall": (add("Halls", "households", B, 1), {"Halls.households"}),
    "the walk that a new hall would give": (add("Halls", "minutes_then", A, 1), {"Halls.minutes_then"}),
    "the share that a new hall would give": (add("Halls", "share_then", A, -0.01), {"Halls.share_then"}),
    "a rule's value": (add("Rules", "value", "网格户数下限", 1), {"rules"}),
    "a rule's clause": (add("Rules", "clause", "网格户数下限", "A二(三)9"), {"rules"}),
    "a rule": (remove_row("Rules", "网格户数下限"), {"rules"}),
    "a header": (retitle("Budget", "community_id"), {"header"}),
}  # fmt: skip


@pytest.mark.parametrize("name", BOOK)
def test_one_wrong_cell_of_the_workbook_is_named(out: Path, name: str) -> None:
    """What is said beside is wrong as well: where a sum no longer fits, and the option chosen."""
    mutate, expected = BOOK[name]
    mutate(out)
    found = named(look(out))
    assert expected <= found
    beside = {"Options.total", "Options.cost_more", "Budget.pool", "Budget.base", "Budget.employer", "Subdistricts.pool",
              "Subdistricts.base", "Subdistricts.employer", "Summary.pool", "Hiring.hiring",
              "Grids.grid_workers", "Budget.performance", "Budget.total", "communities.cost_yuan_year"}  # fmt: skip
    assert found - expected <= beside


def test_years_that_are_uneven_are_named(out: Path) -> None:
    def swap(book: Any) -> None:
        head = cell_of(book, "Hiring", "hiring", A)
        page = head.parent
        cells = [page.cell(head.row, head.column + n) for n in (1, 2)]
        cells[0].value, cells[1].value = cells[0].value + 2, cells[1].value - 2

    edit_book(out, swap)
    assert {"years", "Hiring.year_1"} <= named(look(out))


@pytest.mark.parametrize("sheet", ["Options", "Halls", "Roster", "Certificates", "Training"])
def test_a_sheet_that_older_deliveries_lack_is_not_missed(out: Path, sheet: str) -> None:
    edit_book(out, lambda book: book.remove(book[sheet]) if sheet in book.sheetnames else None)
    assert look(out) == []


def test_a_rule_that_was_not_yet_made_is_not_judged_by(out: Path) -> None:
    edit_record(out, lambda tree: tree["policy"]["rules"].pop("walking_speed_kmh"))
    more("grids", "round_min", FIRST, 5)(out)
    assert "grids.round_min" not in named(look(out))
    more("grids", "visits_per_day", FIRST, 5)(out)
    assert "grids.visits_per_day" in named(look(out))


def test_posts_are_dealt_out_as_by_hand() -> None:
    """Two communities of 1,000 and 3,000 households, minima 10: a cap of 23 leaves three posts above them.

    Unmet per household: X (15 − 10) / 1000 and Y (15 − 10) / 3000. X is served until 2 / 1000 meets 5 / 3000.
    """
    import pandas as pd

    table = pd.DataFrame(
        {"posts": [15, 15], "posts_min": [10, 10], "households": [1000, 3000]}, index=["X", "Y"]
    )
    assert deal_out(table, 23).to_dict() == {"X": 13, "Y": 10}
    assert deal_out(table, 24).to_dict() == {"X": 14, "Y": 10}
    assert deal_out(table, 25).to_dict() == {"X": 14, "Y": 11}
    assert deal_out(table, None).to_dict() == {"X": 15, "Y": 15}
    assert deal_out(table, 5).sum() == 5
