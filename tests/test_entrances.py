"""Entrance units of grids (A二(二)2 楼院门栋长): from the data on buildings to layers and sheets, and counted again."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
from lawful_delivery import edit_layer, put
from small_district import EAST, WEST, buildings, write_small
from test_routes import deliver_plain

from gridder.verify.base import Violation, read_delivery
from gridder.verify.book import find_table, read_sheets
from gridder.verify.entrances import stated_units
from gridder.verify.figures import numbers
from gridder.verify.input import check_input
from gridder.verify.staffing import check_staffing


def stated() -> gpd.GeoDataFrame:
    """Return the houses: in the east most state their units, one is a tower cut into three; in the west none does."""
    table = buildings().assign(units=None)
    texts = {
        "E00": "3",
        "E01": "三个单元",
        "E02": "20,20",
        "E03": "不详",
        "E04": "0",
        "E05": "2",
        "E06": "200,210,210",
    }
    table["units"] = table["building_id"].map(texts)
    table.loc[table["building_id"] == "E06", "households"] = 620
    return table


@pytest.fixture(scope="module")
def planned(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("units")
    source = write_small(folder / "in.gpkg", underpass=True, buildings=stated())
    return source, deliver_plain(source, folder / "out")


def read(out: Path, layer: str) -> gpd.GeoDataFrame:
    return gpd.read_file(out / "plan.gpkg", layer=layer)


def test_grids_have_the_units_that_their_buildings_state(planned: tuple[Path, Path]) -> None:
    """Three, three, two, two of a shop, a tower in three pieces: thirteen, wherever the grids are drawn."""
    _, out = planned
    homes = read(out, "buildings").set_index("cell_id")
    pieces = {"E06#1": 1, "E06#2": 1, "E06#3": 1}
    assert homes["units"].dropna().astype(int).to_dict() == {"E00": 3, "E01": 3, "E02": 2, "E05": 2} | pieces
    grids = read(out, "grids").set_index("grid_code")
    for code, row in grids.iterrows():
        mine = homes[homes["grid_code"] == code]
        known = mine["units"].dropna()
        assert (row["units"] == known.sum()) if len(known) else pd.isna(row["units"])
        assert row["units_unstated"] == (mine["units"].isna() & (mine["households"] > 0)).sum()
    totals = read(out, "communities").set_index("community_id")["units"]
    assert totals[EAST] == 13 and pd.isna(totals[WEST])


def test_units_stand_on_the_sheets_with_their_sums_and_reasons(planned: tuple[Path, Path]) -> None:
    _, out = planned
    delivery, _ = read_delivery(out)
    assert delivery is not None
    sheets = read_sheets(delivery)
    grids, communities = (
        find_table(sheets["Grids"], "grid_code"),
        find_table(sheets["Communities"], "community_id"),
    )
    subdistricts = find_table(sheets["Subdistricts"], "subdistrict")
    assert grids is not None and communities is not None and subdistricts is not None
    assert grids.sums["units"] == communities.sums["units"] == numbers(subdistricts.rows["units"]).sum() == 13
    assert grids.rows.loc[grids.rows.index.str.startswith(WEST), "units"].isna().all()
    told = {f["code"]: f for f in delivery.record["findings"]}
    west = sorted(code for code in grids.rows.index if code.startswith(WEST))
    assert set(west) <= set(told["staffing.units_unknown"]["ids"])
    assert any(row[2] == "A二(二)2" for row in sheets["Rules"])


def look(source: Path, out: Path) -> set[str]:
    """Return which units the independent look finds wrong, by layer."""
    delivery, _ = read_delivery(out)
    assert delivery is not None
    found: list[Violation] = [*check_staffing(delivery), *check_input(delivery, source)]
    return {f"{v.facts.get('where')}.{v.facts.get('what')}" for v in found}


def layer(name: str, column: str, value: Any, **where: str) -> Callable[[Path], None]:
    return lambda out: edit_layer(out, name, put(column, value, **where))


FIRST = EAST + "001"
WRONG = {
    "as it is": (lambda out: None, set()),
    "a grid": (layer("grids", "units", lambda n: n + 1, grid_code=FIRST), {"grids.units"}),
    "a grid of which nothing is known": (layer("grids", "units", 0, grid_code=WEST + "001"), {"grids.units"}),
    "houses that state none": (layer("grids", "units_unstated", 0, grid_code=WEST + "001"), {"grids.units_unstated"}),
    "a community": (layer("communities", "units", 12, community_id=EAST), {"communities.units"}),
    "a house": (layer("buildings", "units", 4, building_id="E00"), {"buildings.units", "grids.units", "communities.units"}),
    "a house that states none": (
        layer("buildings", "units", 1, building_id="W00"),
        {"buildings.units", "grids.units", "grids.units_unstated", "communities.units"},
    ),
    "a piece": (layer("buildings", "units", 3, cell_id="E06#2"), {"buildings.units", "grids.units", "communities.units"}),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_one_wrong_number_of_units_is_named(planned: tuple[Path, Path], tmp_path: Path, name: str) -> None:
    change, expected = WRONG[name]
    out = Path(shutil.copytree(planned[1], tmp_path / "out"))
    change(out)
    assert look(planned[0], out) == expected


@pytest.mark.parametrize(
    ("text", "number"),
    [("3", 3), ("３", 3), ("96,96、104", 3), ("3.0", 3), ("", 0), ("0", 0), ("三个单元", None)],
)
def test_units_read_again(text: str, number: int | None) -> None:
    assert stated_units(text) == number or (number is None and stated_units(text) != stated_units(text))
