"""A year later: little changes, codes live on, edits and locks are hard."""

from __future__ import annotations

import json
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from shapely import box
from small_district import CRS, EAST, buildings, write_small
from test_cli import run

from gridder.outputs.record import plan_sha256


@pytest.fixture(scope="module")
def last_year(tmp_path_factory) -> Path:
    """Last year's delivery of the small district, all of it lawful."""
    folder = tmp_path_factory.mktemp("years")
    out = folder / "2025"
    assert (
        run("plan", write_small(folder / "a.gpkg", underpass=True), "--out", out, "--effort", "quick", "-q")[
            0
        ]
        == 0
    )
    return out


def grid_of(out: Path) -> dict[str, str]:
    """Return building → grid of a delivery."""
    rows = pd.read_csv(out / "assignments.csv", dtype=str, encoding="utf-8-sig")
    return dict(zip(rows["building_id"], rows["grid_code"]))


def write_edits(path: Path, delivery: Path, *, edits=(), locks=(), sha=None) -> Path:
    """Write an edits.json as the review page does."""
    moves = [{"building_id": b, "unit": None, "to_grid": g, "reason": ""} for b, g in edits]
    tree = {
        "schema": 1, "plan_sha256": sha or plan_sha256(delivery), "reviewer": "王", "signed_at": "", "verdict": "accept",
        "community_id": EAST, "edits": moves, "locks": list(locks), "comments": [],
    }  # fmt: skip
    path.write_text(json.dumps(tree, ensure_ascii=False), "utf-8")
    return path


def neighbour_pair(out: Path) -> tuple[str, str]:
    """Return a building with households whose cell touches another grid, and that grid."""
    cells = gpd.read_file(out / "plan.gpkg", layer="cells")
    mine = cells[(cells["community_id"] == EAST) & (cells["households"] > 0)].reset_index(drop=True)
    for a in mine.itertuples():
        for b in mine[mine["grid_code"] != a.grid_code].itertuples():
            if a.geometry.intersection(b.geometry).length > 5:
                return a.building_id, b.grid_code
    raise AssertionError("the plan has one grid only")


def test_the_same_data_give_the_same_grids_and_codes(last_year, tmp_path):
    code, *_ = run(
        "regenerate", last_year.parent / "a.gpkg", "--from", last_year, "--out", tmp_path / "o", "-q"
    )
    assert code == 0 and grid_of(tmp_path / "o") == grid_of(last_year)
    assert len(gpd.read_file(tmp_path / "o" / "plan.gpkg", layer="changes")) == 0


def test_new_buildings_join_and_codes_live_on(last_year, tmp_path):
    more = buildings()
    new = more[more["building_id"] == "E00"].assign(building_id="E99", households=8)
    new = new.set_geometry(new.translate(0, -16))
    path = write_small(
        tmp_path / "b.gpkg", underpass=True, buildings=pd.concat([more, new], ignore_index=True)
    )
    assert run("regenerate", path, "--from", last_year, "--out", tmp_path / "o", "-q")[0] == 0
    before, after = grid_of(last_year), grid_of(tmp_path / "o")
    assert set(after.values()) == set(before.values())
    assert sum(before[b] != after[b] for b in before) <= 2


def test_an_edit_is_hard_and_keeps_the_code_of_its_grid(last_year, tmp_path):
    building, grid = neighbour_pair(last_year)
    edits = write_edits(tmp_path / "edits.json", last_year, edits=[(building, grid)])
    source = last_year.parent / "a.gpkg"
    code, _, trouble = run(
        "regenerate", source, "--from", last_year, "--edits", edits, "--out", tmp_path / "o", "-q"
    )
    assert code in (0, 4), trouble
    assert grid_of(tmp_path / "o")[building] == grid
    changes = gpd.read_file(tmp_path / "o" / "plan.gpkg", layer="changes")
    assert building in set(changes["building_id"])


def test_a_review_is_kept_and_the_log_says_what_became_of_it(last_year, tmp_path):
    """One grid sent back with a move into it, one without: both stand in the record, in the log and on the page."""
    building, grid = neighbour_pair(last_year)
    before = grid_of(last_year)
    other = next(code for b, code in sorted(before.items()) if code not in (grid, before[building]))
    path = write_edits(tmp_path / "edits.json", last_year, edits=[(building, grid)])
    comments = [
        {"grid_code": grid, "text": "太散", "verdict": "reject"},
        {"grid_code": other, "text": "", "verdict": "reject"},
    ]
    path.write_text(json.dumps(json.loads(path.read_text("utf-8")) | {"comments": comments}), "utf-8")
    source, out = last_year.parent / "a.gpkg", tmp_path / "o"
    code, _, trouble = run("regenerate", source, "--from", last_year, "--edits", path, "--out", out, "-q")
    assert code in (0, 4), trouble
    record = json.loads((out / "plan.json").read_text("utf-8"))
    assert [review["comments"] for review in record["options"]["reviews"]] == [comments]
    told = {finding["code"]: finding["ids"] for finding in record["findings"]}
    assert told["edits.moved"] == [f"{building} → {grid}"] and grid in told["edits.sent_back_changed"]
    log = (out / "run.log").read_text("utf-8")
    assert "移动已全部执行：1 项" in log and "审核批注 1 条" in log
    after = grid_of(out)
    same = {b for b in before if before[b] == other} == {b for b in after if after[b] == other}
    assert (other in told.get("edits.sent_back_same", [])) == same == ("退回本身不改方案" in trouble)
    name = next(p for p in (out / "maps").glob("*.html") if "上次退回（王" in p.read_text("utf-8"))
    assert name.stem == EAST


def test_a_locked_grid_keeps_exactly_its_buildings(last_year, tmp_path):
    building, _ = neighbour_pair(last_year)
    lock = grid_of(last_year)[building]
    fewer = buildings()
    fewer.loc[fewer["building_id"] == "E23", "households"] = 20
    path = write_small(tmp_path / "b.gpkg", underpass=True, buildings=fewer)
    edits = write_edits(tmp_path / "edits.json", last_year, locks=[lock])
    code, _, trouble = run(
        "regenerate", path, "--from", last_year, "--edits", edits, "--out", tmp_path / "o", "-q"
    )
    assert code in (0, 4), trouble
    before, after = grid_of(last_year), grid_of(tmp_path / "o")
    assert {b for b in after if after[b] == lock} == {b for b in before if before[b] == lock}


def test_edits_of_another_plan_are_refused_with_both_fingerprints(last_year, tmp_path):
    edits = write_edits(tmp_path / "edits.json", last_year, sha="f" * 64)
    source = last_year.parent / "a.gpkg"
    code, _, trouble = run(
        "regenerate", source, "--from", last_year, "--edits", edits, "--out", tmp_path / "o"
    )
    assert code == 3 and "ffffffffffff" in trouble and plan_sha256(last_year)[:12] in trouble
    assert not (tmp_path / "o").exists()


@pytest.mark.parametrize(("building", "grid"), [("E98", None), ("E00", "220199001001777")])
def test_edits_of_unknown_buildings_and_grids_are_named(building, grid, last_year, tmp_path):
    grid = grid or grid_of(last_year)["E00"]
    edits = write_edits(tmp_path / "edits.json", last_year, edits=[(building, grid)])
    source = last_year.parent / "a.gpkg"
    code, _, trouble = run(
        "regenerate", source, "--from", last_year, "--edits", edits, "--out", tmp_path / "o"
    )
    assert code == 3 and (building if building == "E98" else grid) in trouble


def test_a_unit_that_is_not_there_is_named(last_year, tmp_path):
    edits = write_edits(tmp_path / "edits.json", last_year, edits=[("E00", grid_of(last_year)["E00"])])
    tree = json.loads(edits.read_text("utf-8"))
    tree["edits"][0]["unit"] = "7"
    edits.write_text(json.dumps(tree), "utf-8")
    source = last_year.parent / "a.gpkg"
    code, _, trouble = run(
        "regenerate", source, "--from", last_year, "--edits", edits, "--out", tmp_path / "o"
    )
    assert code == 3 and "E00#7" in trouble and "单元不在数据中" in trouble


def test_previous_grids_of_the_input_serve_as_the_old_plan(last_year, tmp_path):
    old = gpd.read_file(last_year / "plan.gpkg", layer="grids")[["grid_code", "geometry"]]
    path = write_small(tmp_path / "b.gpkg", underpass=True, previous_grids=old.to_crs(CRS))
    assert run("regenerate", path, "--out", tmp_path / "o", "-q")[0] == 0
    assert grid_of(tmp_path / "o") == grid_of(last_year)


def test_without_any_old_plan_the_way_out_is_told(last_year, tmp_path):
    code, _, trouble = run("regenerate", last_year.parent / "a.gpkg", "--out", tmp_path / "o")
    assert code == 3 and "--from" in trouble


def test_compare_writes_a_page_and_a_sheet(last_year, tmp_path):
    page = tmp_path / "对比.html"
    assert run("compare", last_year, last_year, "--out", page)[0] == 0
    assert page.stat().st_size > 10_000 and (tmp_path / "对比.xlsx").exists()
    assert run("compare", last_year, last_year, "--out", page)[0] == 2


def test_a_grown_community_keeps_its_number_of_grids_while_that_is_lawful(last_year, tmp_path):
    """920 households in two grids grow to 976: still two, although three have a mean nearer 400."""
    more = buildings()
    grown = more["building_id"].isin([f"E{n:02d}" for n in range(6, 20)])
    more.loc[grown, "households"] += 4
    path = write_small(tmp_path / "b.gpkg", underpass=True, buildings=more)
    assert run("regenerate", path, "--from", last_year, "--out", tmp_path / "o", "-q")[0] == 0
    before, after = grid_of(last_year), grid_of(tmp_path / "o")
    assert set(after.values()) == set(before.values())


def test_an_edit_across_communities_is_refused(last_year, tmp_path):
    other = next(g for b, g in grid_of(last_year).items() if b.startswith("W"))
    edits = write_edits(tmp_path / "edits.json", last_year, edits=[("E00", other)])
    source = last_year.parent / "a.gpkg"
    code, _, trouble = run(
        "regenerate", source, "--from", last_year, "--edits", edits, "--out", tmp_path / "o"
    )
    assert code == 3 and "E00" in trouble


def test_an_edit_of_a_special_grid_is_refused(tmp_path):
    """W05 stands on a site of its own: nothing moves in or out, but naming the grid it is in changes nothing."""
    site = gpd.GeoDataFrame({"name": ["西苑学校"]}, geometry=[box(555, 10, 598, 50)], crs=CRS)
    source = write_small(tmp_path / "a.gpkg", underpass=True, sites=site)
    old = tmp_path / "old"
    assert run("plan", source, "--out", old, "--effort", "quick", "-q")[0] in (0, 4)
    before = grid_of(old)
    special, usual = before["W05"], before["W04"]
    assert special.endswith("901") and usual != special
    for building, grid, code in (("W04", special, 3), ("W05", usual, 3), ("W05", special, (0, 4))):
        edits = write_edits(tmp_path / "edits.json", old, edits=[(building, grid)])
        words = ("--edits", edits, "--out", tmp_path / f"{building}{grid}", "--effort", "quick", "-q")
        done, _, trouble = run("regenerate", source, "--from", old, *words)
        assert done in (code if isinstance(code, tuple) else (code,)), trouble
        assert done != 3 or (building in trouble and "sites" in trouble)


def test_what_a_lock_leaves_over_is_blamed_on_the_lock(last_year, tmp_path):
    """Two buildings leave a locked grid, and what remains beside it is too little for a grid of its own."""
    before = grid_of(last_year)
    building, grid = neighbour_pair(last_year)
    lock = before[building]
    edits = write_edits(tmp_path / "edits.json", last_year, edits=[(building, grid)], locks=[lock, grid])
    fewer = buildings()
    fewer.loc[fewer["building_id"].map(before) == grid, "households"] = 10
    path = write_small(tmp_path / "b.gpkg", underpass=True, buildings=fewer)
    code, _, trouble = run(
        "regenerate", path, "--from", last_year, "--edits", edits, "--out", tmp_path / "o", "-q"
    )
    assert code == 4, trouble
    told = gpd.read_file(tmp_path / "o" / "plan.gpkg", layer="exceptions")
    assert set(told["code"]) == {"lock"}


def far_pair(out: Path) -> tuple[str, str]:
    """Return a building and a grid of its community that its cell does not touch, nor a neighbour's."""
    cells = gpd.read_file(out / "plan.gpkg", layer="cells")
    mine = cells[cells["community_id"] == EAST].reset_index(drop=True)
    grids = mine.dissolve("grid_code").geometry
    away = {
        (b, g): grids[g].distance(shape)
        for b, shape in zip(mine["building_id"], mine.geometry)
        for g in grids.index
    }
    return max(away, key=lambda pair: away[pair])


def test_a_move_that_tears_a_locked_grid_is_refused(last_year, tmp_path):
    building, grid = far_pair(last_year)
    edits = write_edits(tmp_path / "edits.json", last_year, edits=[(building, grid)], locks=[grid])
    source = last_year.parent / "a.gpkg"
    code, _, trouble = run(
        "regenerate", source, "--from", last_year, "--edits", edits, "--out", tmp_path / "o"
    )
    assert code == 3 and grid in trouble and not (tmp_path / "o").exists()


def test_a_move_is_kept_or_refused_never_dropped(last_year, tmp_path):
    """The corner building of one grid is sent to the other: lawful with a bridge of buildings, or refused."""
    building, grid = far_pair(last_year)
    edits = write_edits(tmp_path / "edits.json", last_year, edits=[(building, grid)])
    source = last_year.parent / "a.gpkg"
    code, _, trouble = run(
        "regenerate", source, "--from", last_year, "--edits", edits, "--out", tmp_path / "o", "-q"
    )
    if code == 3:
        assert building in trouble and not (tmp_path / "o").exists()
    else:
        assert code in (0, 4) and grid_of(tmp_path / "o")[building] == grid
