"""One layer in several files: no row number, no id and no file is mistaken for another's."""

from __future__ import annotations

import pandas as pd
import pytest
from inputs import house, street

from gridder.check import check_district
from gridder.policy import load_policy
from gridder.read import read_district
from gridder.tables import name_rows


@pytest.fixture
def halves(tmp_path):
    """East and west of the street in a file each; ``b2`` is in both, row 2 of the west has no id and a count below 0."""
    street().iloc[:2].to_file(tmp_path / "east.gpkg", layer="a")
    west = street(building_id=["b2", None, "b3", "b4"], households=[7, -5, 8, 9])
    west.assign(geometry=[house(x) for x in (205, 235, 265, 295)]).to_file(tmp_path / "west.gpkg", layer="a")
    (tmp_path / "district.yaml").write_text(
        "buildings:\n  - {file: east.gpkg}\n  - {file: west.gpkg, layer: a}\n"
    )
    return tmp_path


def test_rows_are_named_with_their_file(halves):
    buildings = read_district(halves).buildings
    assert name_rows(buildings) == [
        "east.gpkg#1", "east.gpkg#2", "west.gpkg:a#1", "west.gpkg:a#2", "west.gpkg:a#3", "west.gpkg:a#4",
    ]  # fmt: skip
    assert buildings["row"].tolist() == [1, 2, 1, 2, 3, 4]


def test_the_same_id_in_two_files_and_bad_rows_are_found_where_they_are(halves):
    checked = check_district(read_district(halves), load_policy())
    bad = (
        checked.bad[["building_id", "row", "file"]]
        .astype(object)
        .where(checked.bad.notna(), None)
        .values.tolist()
    )
    assert bad == [["b2", 1, "west.gpkg:a"], [None, 2, "west.gpkg:a"]]
    assert "west.gpkg:a#2" in [name for finding in checked.findings for name in finding.ids]


def test_one_file_needs_no_name(tmp_path):
    street().to_file(tmp_path / "buildings.gpkg")
    buildings = read_district(tmp_path / "buildings.gpkg").buildings
    assert buildings["file"].isna().all() and name_rows(buildings)[:2] == ["#1", "#2"]


def test_a_delivery_of_several_files_is_verified_row_by_row(halves, tmp_path):
    from gridder.journal import Journal
    from gridder.request import Request
    from gridder.tasks import plan_input
    from gridder.verify import verify_delivery

    request = Request(missing="zero", bad_rows="quarantine")
    run = plan_input(halves, request, tmp_path / "out", Journal(), overwrite=False)
    assert run.quarantine["file"].tolist() == ["west.gpkg:a"] * 2
    assert verify_delivery(tmp_path / "out", halves) == []
    assert int(pd.to_numeric(run.quarantine["households"]).sum()) == 2
