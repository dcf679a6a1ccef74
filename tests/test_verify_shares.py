"""verify counts what was shared out again, from the raw input: by group, by compound, by persons."""

from dataclasses import replace

import geopandas as gpd
import pytest
import small_district
from shapely import box
from test_cli import run

from gridder.verify.base import read_delivery
from gridder.verify.input import check_input


def deliver(folder, table, *words, **layers):
    source = small_district.write_small(folder / "small.gpkg", buildings=table, **layers)
    code, _, trouble = run(
        "plan", source, "--out", folder / "out", "--effort", "quick", "--lang", "en", *words
    )
    assert code in (0, 4), trouble
    delivery, missing = read_delivery(folder / "out")
    assert not missing and run("verify", folder / "out", "--input", source)[0] == 0
    return delivery, source


def blamed(delivery, source, moved):
    """Return the codes after some buildings hold more or fewer households than delivered."""
    table = delivery.assignments.copy()
    table["households"] += table["building_id"].map(moved).fillna(0).astype(int)
    return [v.code for v in check_input(replace(delivery, assignments=table), source)]


def with_compounds(table):
    """East and West as one compound each, and a third where nobody has drawn a building."""
    frame = gpd.GeoDataFrame(
        {"name": ["东苑", "西苑", "空苑"], "households": [920, "840户", 33]},
        geometry=[box(0, 0, 300, 240), box(300, 0, 600, 240), box(700, 0, 800, 100)],
        crs=small_district.CRS,
    )
    return table.drop(columns="households"), frame.assign(households=frame["households"].astype(str))


def test_counts_of_compounds(tmp_path):
    table, compounds = with_compounds(small_district.buildings())
    delivery, source = deliver(tmp_path, table, "--bad-rows", "quarantine", compounds=compounds)
    assert delivery.assignments["households"].sum() == 1760
    assert delivery.quarantine[["layer", "row", "households"]].values.tolist() == [["compounds", 3, 33]]
    assert delivery.buildings["estimated"].astype(bool).all()
    assert blamed(delivery, source, {}) == []
    assert blamed(delivery, source, {"E01": 1, "W01": -1}) == ["verify.input_compound_total"]
    silent = replace(delivery, quarantine=delivery.quarantine.iloc[:0])
    assert [v.code for v in check_input(silent, source)] == ["verify.input_compound_lost"]


def test_counts_of_groups(tmp_path):
    table = small_district.buildings().assign(
        户数组=lambda t: t["name"].str[:2] + (t.index // 12).astype(str)
    )
    table["households"] = table["households"].where(~table["building_id"].str.startswith("E"), 240)
    delivery, source = deliver(tmp_path, table[table["building_id"].str.startswith("E")])
    assert (
        delivery.assignments["households"].sum()
        == 240 * table[table["building_id"].str.startswith("E")]["户数组"].nunique()
    )
    assert blamed(delivery, source, {}) == [] and blamed(delivery, source, {"E00": 1}) == [
        "verify.input_group_total"
    ]


@pytest.mark.parametrize("unit", ["", " 人"])
def test_persons(tmp_path, unit):
    table = small_district.buildings()
    persons = (table["households"] * 2.3).round(1).astype(str) + unit
    delivery, source = deliver(tmp_path, table.drop(columns="households").assign(人口数=persons))
    assert delivery.assignments["households"].sum() == table["households"].sum()
    assert blamed(delivery, source, {"E00": 1, "E01": -1}) == []
    assert blamed(delivery, source, {"E00": 1, "W00": -1}) == ["verify.input_persons"]


def test_shares_too_large_to_be_planned_are_set_aside_and_add_up(tmp_path):
    """A compound with 99,999 households, a group with 20,000 for two houses: absurd for any building."""
    table = small_district.buildings()
    table["households"] = table["households"].astype("Int64")
    table["户数组"] = None
    table.loc[table["building_id"].isin(["E00", "E01"]), ["households", "户数组"]] = [20_000, "g"]
    table.loc[table["building_id"] == "W00", "households"] = None
    small = small_district.buildings().set_index("building_id").geometry["W00"].buffer(2)
    compounds = gpd.GeoDataFrame(
        {"name": ["a", "b"], "households": [99_999, 70]},
        geometry=[small, small_district.buildings().geometry[2].buffer(1)],
        crs=small_district.CRS,
    )
    table.loc[2, ["households", "户数组"]] = None
    delivery, source = deliver(tmp_path, table, "--bad-rows", "quarantine", compounds=compounds)
    assert set(delivery.quarantine["building_id"]) >= {"E00"}
    assert blamed(delivery, source, {}) == []


def test_a_compound_whose_only_building_has_a_bad_count_is_set_aside(tmp_path):
    table = small_district.buildings()
    table["households"] = table["households"].astype(str).where(table["building_id"] != "E00", "约30")
    shape = table.set_index("building_id").geometry["E00"].buffer(2)
    compounds = gpd.GeoDataFrame(
        {"name": ["a"], "households": [31]}, geometry=[shape], crs=small_district.CRS
    )
    delivery, source = deliver(tmp_path, table, "--bad-rows", "quarantine", compounds=compounds)
    assert delivery.quarantine["households"].sum() == 31 and len(delivery.quarantine) == 2
    assert blamed(delivery, source, {}) == []
