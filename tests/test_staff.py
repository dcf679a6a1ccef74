"""Staffing of the sample district: tables, sums, blanks and findings."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pandas as pd
import pytest
from roster_cases import person, placed
from sample_run import A, B, C, sample_run

from gridder.errors import Finding
from gridder.staffing.columns import KIND_OF
from gridder.staffing.roster_counts import People, tell_of_people
from gridder.staffing.roster_sheet import Asked
from gridder.staffing.staff import Planned, Staffing, staff_district
from gridder.tables import Run
from gridder.text import say_finding

SETTINGS = {"staffing": {"county_cap": 22, "reference_wage_yuan_year": 62_000, "employer_rate": 0.3}}
WORKFORCE = pd.DataFrame(
    {
        "community_id": [A, B],
        "leaders": [1, 1],
        "committee": [3, 2],
        "staff": [4, 2],
        "public_welfare": [2, 0],
        "assistant_certified": [1, 0],
        "certified": [1, 3],
        "senior_certified": [0, 0],
    }
)


def staff(lang: str = "zh", settings: dict[str, Any] | None = None, **changes: Any) -> Staffing:
    """Return the staffing of the sample with some inputs changed: tables of the plan, ``workforce``, ``policy``."""
    run = sample_run(lang)
    people = People(changes.pop("workforce", WORKFORCE), pd.DataFrame())
    asked = Asked(changes.pop("policy", run.policy), lang)
    return staff_district(
        replace(planned_of(run), **changes), people, SETTINGS if settings is None else settings, asked
    )


def planned_of(run: Run) -> Planned:
    """Return what the staffing of a run rests on."""
    return Planned(run.grids, run.communities, run.cells, run.edges, run.barriers, run.halls)


@pytest.fixture(scope="module")
def staffing() -> Staffing:
    """Return the staffing of the sample as it is."""
    return staff()


def codes(staffing: Staffing) -> set[str]:
    """Return the codes of the findings."""
    return {finding.code for finding in staffing.findings}


def test_grids(staffing: Staffing) -> None:
    """One worker and one officer a grid; visits, rounds twice a day, the tour holds the grid's own cells."""
    grids, cells = staffing.grids, sample_run().cells
    assert (grids.grid_worker == 1).all() and (grids.auxiliary_police == 1).all()
    first = grids.loc[A + "001"]
    assert first.visits_per_day == pytest.approx(404 / 21.75, abs=0.05)
    assert first.visits_min == pytest.approx(10 * first.visits_per_day)
    assert first.day_min == pytest.approx(2 * first.round_min + first.visits_min)
    assert bool(first.fits_shift)
    for code, tour in grids.tour.dropna().items():
        assert sorted(json.loads(tour)) == sorted(cells.index[cells.grid_code == code])


def test_pocket_cut_by_the_river_has_no_round() -> None:
    """The pocket 005 lies on both banks without a bridge, nor is there a way in the next community: blank, and said."""
    run = sample_run()
    own = run.cells.index[run.cells.community_id == A]
    cut = staff(edges=run.edges[run.edges.cell_a.isin(own)])
    assert pd.isna(cut.grids.round_m[A + "005"]) and pd.isna(cut.grids.fits_shift[A + "005"])
    found = next(f for f in cut.findings if f.code == "staffing.round_no_way")
    assert A + "005" in found.ids


def test_pocket_is_walked_round_the_end_of_the_river(staffing: Staffing) -> None:
    """Where the river ends in the next community, the round goes round there."""
    assert staffing.grids.round_m[A + "005"] > 2 * 400
    assert "staffing.round_no_way" not in codes(staffing)


def test_round_too_long_is_said() -> None:
    """A shift of six minutes: every grid with a round is named."""
    policy = sample_run().policy.model_copy(update={"shift_hours": 0.1})
    short = staff(policy=policy)
    found = next(f for f in short.findings if f.code == "staffing.round_too_long")
    assert found.ids == tuple(sorted(short.grids.index[short.grids.day_min > 6]))
    assert len(found.ids) >= 6


def test_communities(staffing: Staffing) -> None:
    """Posts of A: 1,858 households, 6 grids with the special one; need 8, by households 13."""
    first = staffing.communities.loc[A]
    assert (first.posts_min, first.posts_max, first.posts) == (10, 15, 13)
    assert (first.hall_staff, first.field_staff, first.party_posts, first.shortage) == (2, 11, 2, 0)
    assert (first.grid_workers, first.auxiliary_police) == (6, 6)
    assert first.present == 8 and first.public_welfare == 2
    assert first.hiring_gap == first.posts_given - 8
    assert first.round_min_max == staffing.grids.round_min[: A + "901"].max()
    assert first.certified == 1 and first.certified_gap == 2
    assert json.loads(first.derivation)["posts"] == 13
    assert [option["k"] for option in json.loads(first.k_staffing)] == [4, 5, 6]


def test_options_are_priced(staffing: Staffing) -> None:
    """Every k of A has the eleven posts that the cap leaves; the special grid has its worker too; no wage, no price."""
    options = json.loads(staffing.communities.k_staffing[A])
    price = 11 * 62_000 * 1.3 + 12 * (200 + 300)  # one assistant, one worker
    assert {option["cost_yuan_year"] for option in options} == {price}
    assert {option["cost_more_yuan_year"] for option in options} == {0}
    assert [(option["k"], option["grids"], option["grid_workers"]) for option in options] == [
        (4, 5, 5),
        (5, 6, 6),
        (6, 7, 7),
    ]
    unpriced = json.loads(staff(settings={}).communities.k_staffing[A])
    assert all(option["cost_yuan_year"] is None for option in unpriced)


def test_the_chosen_option_is_the_budget(staffing: Staffing) -> None:
    """One row a community is the plan's, and costs what the budget says, line by line."""
    options = staffing.sheets["options"]
    chosen = options[options.chosen].set_index("community_id")
    budget = staffing.sheets["budget"].set_index("community_id").loc[chosen.index]
    assert list(chosen.index) == [A, B]
    for line in ("pool", "employer", "allowances", "total", "posts_given"):
        assert chosen[line].equals(budget[line].astype(chosen[line].dtype)), line
    assert options.police_cost.isna().all() and "staffing.no_police_wage" in codes(staffing)


def test_empty_community_gets_no_posts(staffing: Staffing) -> None:
    """Nobody lives in C: its posts are blank, its people are 0, and it is named."""
    empty = staffing.communities.loc[C]
    assert pd.isna(empty.posts) and pd.isna(empty.posts_min) and pd.isna(empty.posts_given)
    assert empty.grid_workers == 0 and empty.shortage == 0
    found = next(f for f in staffing.findings if f.code == "staffing.empty")
    assert found.ids == (C,)


def test_cap_is_kept_and_said(staffing: Staffing) -> None:
    """24 posts recommended, 22 given; where they miss is said; below the minima even more so."""
    assert int(staffing.communities.posts.sum()) == 24 and int(staffing.communities.posts_given.sum()) == 22
    assert "staffing.cap_exceeded" in codes(staffing)
    assert "staffing.cap_below_minima" not in codes(staffing)
    tight = staff(settings={"staffing": {"county_cap": 9}})
    assert int(tight.communities.posts_given.sum()) == 9
    assert {"staffing.cap_below_minima", "staffing.cap_shortage"} <= codes(tight)


def test_missing_inputs_are_said_and_blank() -> None:
    """Without wage, rate and cap: three notes, a blank budget, posts given as recommended."""
    bare = staff(settings={})
    for key in ("county_cap", "reference_wage_yuan_year", "employer_rate"):
        assert f"staffing.no_{key}" in codes(bare)
    assert bare.sheets["budget"][["pool", "total"]].isna().all(axis=None)
    assert bare.communities.posts_given.equals(bare.communities.posts)


def test_shortage_is_found() -> None:
    """A with 15 grids needs 17 posts; its band ends at 15."""
    communities = sample_run().communities
    communities.loc[A, "grids"] = 15
    short = staff(communities=communities)
    assert short.communities.shortage[A] == 2
    found = next(f for f in short.findings if f.code == "staffing.shortage")
    assert found.ids == (A,) and found.facts["people"] == 2


def test_village_is_marked() -> None:
    """A code that ends 201 is outside B: planned, staffed, marked."""
    run = sample_run()
    village = A[:-3] + "201"
    table = {"community_id": {A: village}}
    communities = run.communities.rename(index={A: village})
    marked = staff(communities=communities, grids=run.grids.replace(table), cells=run.cells.replace(table))
    assert marked.communities.rural.to_dict() == {B: False, C: False, village: True}
    assert "scope.rural" in codes(marked)


def test_subdistricts_and_summary_add_up(staffing: Staffing) -> None:
    """Communities = subdistricts = summary, in every column that is summed."""
    sheets = staffing.sheets
    summary = sheets["summary"].set_index("item")["value"]
    for column in ("households", "grids", "posts", "posts_given", "hall_staff", "field_staff", "present"):
        total = sheets["communities"][column].sum()
        assert total == sheets["subdistricts"][column].sum() == summary[column]
    assert summary["pool"] == sheets["subdistricts"].pool.sum() == 22 * 62_000
    assert summary["communities"] == 3


def test_no_subdistrict_has_a_name() -> None:
    """Communities without a subdistrict are summed in a row of their own."""
    communities = sample_run().communities
    communities.loc[B, "subdistrict"] = None
    table = staff("en", communities=communities).sheets["subdistricts"]
    assert table.subdistrict.tolist() == ["(no subdistrict)", "临河街道"]
    assert table.households.tolist() == [752, 1858]


def test_rows_may_come_in_any_order(staffing: Staffing) -> None:
    """Shuffled inputs, same tables and findings."""
    run = sample_run()
    again = staff(
        grids=run.grids.iloc[::-1],
        communities=run.communities.iloc[::-1],
        cells=run.cells.iloc[::-1],
        edges=run.edges.iloc[::-1],
        workforce=WORKFORCE.iloc[::-1],
    )
    assert again.findings == staffing.findings
    for name, sheet in staffing.sheets.items():
        pd.testing.assert_frame_equal(sheet, again.sheets[name])


def test_inputs_are_not_changed() -> None:
    """No argument is mutated."""
    run, before = sample_run(), sample_run()
    staff(grids=run.grids, communities=run.communities, cells=run.cells, edges=run.edges)
    for name in ("grids", "communities", "cells", "edges"):
        pd.testing.assert_frame_equal(pd.DataFrame(getattr(run, name)), pd.DataFrame(getattr(before, name)))


def test_district_without_grids_or_halls(staffing: Staffing) -> None:
    """Only the empty community: no row, no crash."""
    run = sample_run()
    bare = staff(
        grids=run.grids.iloc[:0],
        communities=run.communities.loc[[C]],
        cells=run.cells[run.cells.community_id == C],
        edges=run.edges.iloc[:0],
        halls=run.halls.iloc[:0],
        workforce=pd.DataFrame(),
    )
    assert len(bare.grids) == 0 and "staffing.empty" in codes(bare)
    assert list(bare.sheets) == list(staffing.sheets)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_findings_can_be_said(lang: str) -> None:
    """Every finding has its sentence with its facts."""
    found = [*staff(lang).findings, *staff(lang, settings={}).findings]
    lines = [say_finding(lang, finding) for finding in found]
    assert len(lines) > 6 and not any("{" in line.split("[")[0] for line in lines)


def test_every_figure_column_is_known(staffing: Staffing) -> None:
    """Numeric columns of the sheets have a way to be shown."""
    for name in ("grids", "communities", "subdistricts", "budget"):
        table = staffing.sheets[name]
        for column in table.columns:
            numeric = pd.api.types.is_numeric_dtype(table[column])
            assert column in KIND_OF or not numeric or column == "fits_shift", (name, column)


def test_a_layer_holds_no_pay_of_persons() -> None:
    """A leader far above the standard: the budget has what is kept, the community's cost in the layer is without it."""
    run = sample_run()
    persons = placed(person(pay_class="正职", pay_year="300000")).assign(community_id=A)
    asked = Asked(run.policy, "zh")
    kept, without = (
        staff_district(planned_of(run), People(WORKFORCE, roster), SETTINGS, asked)
        for roster in (persons, pd.DataFrame())
    )
    assert kept.sheets["budget"].set_index("community_id").pay_kept[A] > 200_000
    assert kept.communities.cost_yuan_year[A] == without.communities.cost_yuan_year[A] > 0
    assert "pay_kept" in kept.communities.cost_without[A].split()


def test_what_was_found_about_the_people_stands_among_the_notes() -> None:
    """Findings of a roster are told in the workbook as those of the staffing are, and are not said twice elsewhere."""
    run = sample_run()
    told = (Finding("roster.repeated", "problem", {"n": 1, "file": "人员.csv"}, ("#3",), "workforce"),)
    people = People(WORKFORCE, pd.DataFrame(), told)
    staffing = staff_district(planned_of(run), people, SETTINGS, Asked(run.policy, "zh"))
    assert say_finding("zh", told[0]) in list(staffing.sheets["notes"]["text"])
    assert told[0] not in staffing.findings
    unusual = Finding("inputs.unusual_county_cap", "warning", {})
    assert tell_of_people((*told, unusual, *staffing.findings)) == (*told, unusual)
