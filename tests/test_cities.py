"""Real cities, where they are at hand: seamless ground, not a household lost, every exception forced."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from test_cli import run

from gridder.policy import load_policy
from gridder.prepare import PlanOptions, prepare
from gridder.read import read_district
from gridder.request import Request

SHARED = Path(__file__).parents[2] / "shared" / "data"
pytestmark = [
    pytest.mark.cities,
    pytest.mark.skipif(not SHARED.is_dir(), reason="the real cities are not beside this checkout"),
]
FORCED = {
    "community_too_small", "community_between_k", "building_too_large", "pocket_too_small", "pocket_between_k", "no_partner",
}  # fmt: skip
CITIES = {
    "paris11_west": (
        "households=dwellings,building_id=batiment_c,communities.community_id=code_iris", "communities=iris", 43_908,
    ),
    "nantes": (
        "households=NB_LOGTS,building_id=ID,floors=NB_ETAGES,use=USAGE1,communities.community_id=idobj,communities.name=nom",
        "communities=quartiers", 39_108,
    ),
    "singapore_east": (
        "households=total_dwelling_units,building_id=blk_no_street,communities.community_id=SUBZONE_N",
        "buildings=hdb_blocks,communities=subzones", 408_513,
    ),
}  # fmt: skip


@pytest.mark.parametrize("city", CITIES)
def test_the_ground_of_a_city_is_seamless_and_no_household_is_lost(city):
    columns, layers, households = CITIES[city]
    request = Request(columns=[columns], layer=[layers], missing="zero")
    district = read_district(SHARED / f"{city}.gpkg", request.read_options())
    prepared = prepare(district, load_policy(), PlanOptions(missing="zero"))
    cells = prepared.ground.cells
    assert prepared.atoms["households"].sum() == households
    assert len(cells) == len(prepared.atoms) and set(cells.geom_type) == {"Polygon"}
    assert shapely.coverage_is_valid(cells.values)
    drawn = prepared.ground.outlines.area.sum()
    assert cells.area.sum() + prepared.ground.left_out.area.sum() == pytest.approx(drawn, abs=1)


def plan_paris(folder: Path) -> None:
    """Plan the west of Paris 11."""
    columns, layers, _ = CITIES["paris11_west"]
    words = [
        "--columns",
        columns,
        "--layer",
        layers,
        "--missing",
        "zero",
        "--effort",
        "quick",
        "--jobs",
        2,
        "-q",
    ]
    assert run("plan", SHARED / "paris11_west.gpkg", "--out", folder / "out", *words)[0] == 4


def test_paris_is_planned_with_one_forced_exception(paris):
    grids = gpd.read_file(paris / "plan.gpkg", layer="grids")
    told = gpd.read_file(paris / "plan.gpkg", layer="exceptions")
    assert set(told["code"]) <= FORCED and len(told) == 1
    lawful = grids[~grids["grid_code"].isin(told["grid_code"])]
    assert lawful["households"].between(300, 500).all()
    assert shapely.coverage_is_valid(grids.geometry.values) and set(grids.geom_type) == {"Polygon"}
    rows = pd.read_csv(paris / "assignments.csv", encoding="utf-8-sig")
    assert rows["households"].sum() == CITIES["paris11_west"][2]
    assert run("verify", paris, "--input", SHARED / "paris11_west.gpkg")[0] == 0


def test_unknown_counts_stop_and_say_what_each_choice_would_do():
    columns, layers, _ = CITIES["paris11_west"]
    code, _, trouble = run(
        "plan", SHARED / "paris11_west.gpkg", "--columns", columns, "--layer", layers, "--lang", "en"
    )
    assert (
        code == 3
        and "163" in trouble
        and "--missing" in trouble
        and "zero" in trouble
        and "estimate" in trouble
    )
