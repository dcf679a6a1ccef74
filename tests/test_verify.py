# ruff: noqa: E501 (tables of mutations read better wide)
"""One mutation of a lawful delivery, exactly the named violations (the drawing is in lawful_delivery.py)."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import networkx as nx
import pandas as pd
import pytest
import shapely
from openpyxl import load_workbook

sys.path.insert(0, str(Path(__file__).parent))  # the drawing stands beside the tests

from lawful_delivery import (
    CRS,
    A,
    B,
    E,
    X,
    Y,
    drop,
    edit_layer,
    edit_list,
    edit_members,
    edit_record,
    ground,
    line,
    put,
    write_lawful,
)

import gridder
from gridder.text import has_sentence, sentences
from gridder.verify import say_violation, verify_delivery
from gridder.verify.input import read_count, read_rows
from gridder.verify.papers import remote_addresses
from gridder.verify.places import changed, fingerprint
from gridder.verify.reasons import TRUE_IF, Case, fits

WEST, EAST, SOUTH = f"{A}001", f"{A}002", f"{B}001"
Mutation = Callable[[Path], Any]


@pytest.fixture(scope="module")
def lawful(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_lawful(tmp_path_factory.mktemp("lawful")).parent


@pytest.fixture
def out(lawful: Path, tmp_path: Path) -> Path:
    shutil.copytree(lawful, tmp_path, dirs_exist_ok=True)
    return tmp_path / "out"


def codes(out: Path) -> set[str]:
    found = verify_delivery(out, out.parent / "input.gpkg")
    for violation in found:
        for lang in ("zh", "en"):
            assert say_violation(lang, violation)  # every violation has its sentence and its facts
    return {violation.code.removeprefix("verify.") for violation in found}


def both(*changes: Mutation) -> Mutation:
    return lambda out: [change(out) for change in changes]


def layer(name: str, change: Callable[[Any], Any]) -> Mutation:
    return lambda out: edit_layer(out, name, change)


def members(change: Callable[[Any], Any]) -> Mutation:
    return lambda out: edit_members(out, change)


def listed(change: Callable[[Any], Any]) -> Mutation:
    return lambda out: edit_list(out, change)


def recorded(*path: str, value: Any) -> Mutation:
    def change(tree: dict[str, Any]) -> None:
        for key in path[:-1]:
            tree = tree[key]
        tree[path[-1]] = value

    return lambda out: edit_record(out, change)


def unrecorded(*path: str) -> Mutation:
    def change(tree: dict[str, Any]) -> None:
        for key in path[:-1]:
            tree = tree[key]
        del tree[path[-1]]

    return lambda out: edit_record(out, change)


def shape(name: str, column: str, change: Callable[[Any], Any], *ids: str) -> Mutation:
    drawn = both(*(layer(name, put("geometry", change, **{column: i})) for i in ids))
    return both(drawn, layer("grids", measured)) if name == "grids" else drawn


def remove(name: str) -> Mutation:
    return lambda out: (out / name).unlink()


def write(name: str, text: str) -> Mutation:
    return lambda out: (out / name).write_text(text, "utf-8")


def add_barrier(kind: str, geometry: Any) -> Mutation:
    row = gpd.GeoDataFrame({"kind": [kind], "name": [""]}, geometry=[geometry], crs=CRS)
    return layer("barriers", lambda table: pd.concat([table, row], ignore_index=True))


def sheet(change: Callable[[Any], Any]) -> Mutation:
    def mutate(out: Path) -> None:
        book = load_workbook(out / "staffing.xlsx")
        change(book)
        book.save(out / "staffing.xlsx")

    return mutate


def measured(grids: Any) -> Any:
    """Return the grids with the measures of their polygons."""
    area, length = grids.area, grids.length
    return grids.assign(
        area_m2=area, perimeter_m=length, compactness=4 * 3.141592653589793 * area / length**2
    )


def nudge(at: tuple[float, float], by: float) -> Callable[[Any], Any]:
    """Return a change that moves the one corner at a place of the drawing eastwards."""
    corner = (X + at[0], Y + at[1])

    def move(xy: Any) -> Any:
        xy = xy.copy()
        hit = (abs(xy - corner) < 0.001).all(axis=1)
        assert hit.any()
        xy[hit, 0] += by
        return xy

    return lambda polygon: shapely.transform(polygon, move)


def swap(one: str, other: str) -> Mutation:
    """Let two buildings of different grids change places: sums stay, the ground follows."""
    home = {f"A{n + 1}": WEST if n % 4 < 2 else EAST for n in range(8)}

    def redraw(out: Path) -> None:
        edit_members(out, put("grid_code", home[other], building_id=one))
        edit_members(out, put("grid_code", home[one], building_id=other))
        cells = gpd.read_file(out / "plan.gpkg", layer="cells").dissolve("grid_code").geometry
        edit_layer(
            out, "grids", lambda grids: measured(grids.assign(geometry=grids["grid_code"].map(cells).values))
        )
        edit_layer(out, "changes", lambda changes: changes.iloc[:0])

    return redraw


MUTATIONS: dict[str, tuple[Mutation, set[str]]] = {
    # files and record
    "no list": (remove("assignments.csv"), {"file_missing"}),
    "no plan": (remove("plan.gpkg"), {"file_missing"}),
    "no index": (remove("maps/index.html"), {"file_missing"}),
    "no workbook": (remove("staffing.xlsx"), {"file_missing"}),
    "plan is no database": (write("plan.gpkg", "x"), {"file_unreadable"}),
    "workbook is none": (write("staffing.xlsx", "x"), {"file_unreadable"}),
    "record is no json": (write("plan.json", "{"), {"file_unreadable"}),
    "record of another schema": (recorded("schema", value=2), {"record_schema"}),
    "record without totals": (unrecorded("totals"), {"record_key"}),
    "record without a rule": (unrecorded("policy", "rules", "households_min"), {"record_key"}),
    "record with another rule": (recorded("policy", "rules", "hall_minutes", value=20.0), {"policy_differs"}),
    "column lost": (layer("grids", lambda t: t.drop(columns="compactness")), {"column_missing"}),
    # membership
    "building moved in the list": (listed(put("grid_code", EAST, building_id="A1")),
                                   {"assignment_differs", "grid_sum"}),
    "building moved everywhere": (members(put("grid_code", EAST, building_id="A1")),
                                  {"grid_sum", "grid_not_its_cells", "building_outside_grid", "grid_not_connected"}),
    "building dropped from the layer": (layer("buildings", drop(building_id="A1")), {"assignment_differs"}),
    "cell dropped": (layer("cells", drop(building_id="A1")), {"assignment_differs", "grid_not_its_cells"}),
    "assigned twice": (listed(lambda t: pd.concat([t, t.iloc[:1]])),
                       {"assignment_twice", "grid_sum", "community_sum", "total_differs", "input_count_differs"}),
    "cell twice": (layer("cells", lambda t: pd.concat([t, t.iloc[:1]])), {"assignment_twice", "cells_overlap", "lawful_k"}),
    "in no grid": (members(put("grid_code", "", building_id="A1")),
                   {"assignment_blank", "grid_sum", "grid_not_its_cells"}),
    "in an unknown grid": (members(put("grid_code", f"{A}009", building_id="A1")),
                           {"assignment_no_such_grid", "grid_sum", "grid_not_its_cells"}),
    "in another community's grid": (members(put("grid_code", SOUTH, building_id="A5")),
                                    {"assignment_other_community", "grid_sum", "grid_not_its_cells",
                                     "building_outside_grid", "grid_not_connected"}),
    # sums
    "wrong sum of a grid": (layer("grids", put("households", 401, grid_code=WEST)),
                            {"grid_sum", "workbook_differs"}),
    "wrong number of buildings": (layer("grids", put("buildings", 5, grid_code=WEST)), {"grid_sum"}),
    "wrong sum of a community": (layer("communities", put("households", 801, community_id=A)),
                                 {"community_sum", "workbook_differs"}),
    "wrong number of grids": (layer("communities", put("grids", 3, community_id=A)),
                              {"community_sum"}),
    "wrong total": (recorded("totals", "households", value=1051), {"total_differs"}),
    "wrong quarantine": (recorded("totals", "quarantined_rows", value=0), {"total_differs"}),
    # codes
    "code twice": (layer("grids", put("grid_code", WEST, grid_code=EAST)),
                   {"code_twice", "assignment_no_such_grid", "grid_not_its_cells", "building_outside_grid"}),
    "code of another community": (both(members(put("grid_code", f"{E}002", grid_code=EAST)),
                                       layer("grids", put("grid_code", f"{E}002", grid_code=EAST)),
                                       layer("changes", put("old_grid", f"{E}002", old_grid=EAST)),
                                       sheet(lambda b: b["Grids"].append([f"{E}002", 400]))), {"code_prefix", "verify_staffing.rows"}),
    "code without sequence": (both(members(put("grid_code", f"{A}X2", grid_code=EAST)),
                                   layer("grids", put("grid_code", f"{A}X2", grid_code=EAST)),
                                   sheet(lambda b: b["Grids"].append([f"{A}X2", 400]))), {"code_sequence", "verify_staffing.rows"}),
    "special grid in the ordinary series": (layer("grids", put("status", "special", grid_code=EAST)),
                                            {"code_series", "record_communities", "special_without_site", "lawful_k"}),
    # window and labels
    "outside and unlabelled": (both(layer("grids", put("status", "lawful", grid_code=SOUTH)),
                                    layer("exceptions", lambda t: t.iloc[:0])), {"grid_outside_window"}),
    "exception not listed": (layer("exceptions", lambda t: t.iloc[:0]), {"exception_unlisted"}),
    "exception without reason": (layer("grids", put("reason", "", grid_code=SOUTH)), {"exception_unexplained"}),
    "exception without remedy": (layer("exceptions", put("remedy", None, grid_code=SOUTH)),
                                 {"exception_without_reason"}),
    "false reason": (layer("exceptions", put("code", "community_between_k", grid_code=SOUTH)), {"exception_false"}),
    "false pocket": (layer("exceptions", put("code", "pocket_too_small", grid_code=SOUTH)), {"exception_false"}),
    "unknown reason": (layer("exceptions", put("code", "because", grid_code=SOUTH)), {"exception_code"}),
    "exception of an unknown grid": (layer("exceptions", put("grid_code", f"{B}009", grid_code=SOUTH)),
                                     {"exception_no_such_grid", "exception_unlisted"}),
    "exception with other households": (layer("exceptions", put("households", 251, grid_code=SOUTH)),
                                        {"exception_households"}),
    "needless exception": (layer("grids", put("status", "exception", grid_code=EAST)),
                           {"exception_needless", "exception_unexplained", "exception_unlisted", "community_status"}),
    "unknown status": (layer("grids", put("status", "fine", grid_code=EAST)), {"grid_status"}),
    # communities and figures
    "empty with people": (both(layer("communities", put("status", "empty", community_id=A)),
                               recorded("communities", A, "status", value="empty")),
                          {"community_status", "community_gridded_empty"}),
    "exception hidden in the status": (both(layer("communities", put("status", "optimal", community_id=B)),
                                            recorded("communities", B, "status", value="optimal")),
                                       {"community_status"}),
    "record of another status": (recorded("communities", A, "status", value="feasible"), {"record_communities"}),
    "record without a community": (unrecorded("communities", E), {"record_communities"}),
    "grid worker missing": (layer("communities", put("grid_workers", 1, community_id=A)), {"verify_staffing.figure"}),
    "wrong band of posts": (layer("communities", put("posts_max", 16, community_id=A)), {"verify_staffing.figure"}),
    "posts outside the band": (layer("communities", put("posts", 16, community_id=A)), {"verify_staffing.figure"}),
    "wrong lawful numbers": (layer("communities", put("grids_max", 3, community_id=A)), {"lawful_k"}),
    "lawful numbers where there are none": (layer("communities", put("grids_min", 1, community_id=B)), {"lawful_k"}),
    # ground
    "wrong area": (layer("grids", put("area_m2", 1603.0, grid_code=WEST)), {"grid_measure"}),
    "wrong perimeter": (layer("grids", put("perimeter_m", 162.0, grid_code=WEST)), {"grid_measure"}),
    "wrong compactness": (layer("grids", put("compactness", 0.5, grid_code=WEST)), {"grid_measure"}),
    "gap": (both(shape("grids", "grid_code", nudge((40, 20), 1.0), EAST),
                 shape("cells", "cell_id", nudge((40, 20), 1.0), "A3", "A7")), {"ground_in_no_grid"}),
    "slit": (both(shape("grids", "grid_code", nudge((40, 20), 0.005), EAST),
                  shape("cells", "cell_id", nudge((40, 20), 0.005), "A3", "A7")),
             {"grids_seam", "cells_seam"}),
    "overlap": (both(shape("grids", "grid_code", nudge((40, 20), -1.0), EAST),
                     shape("cells", "cell_id", nudge((40, 20), -1.0), "A3", "A7")),
                {"grids_overlap", "cells_overlap"}),
    "grid is not its cells": (both(shape("grids", "grid_code", nudge((40, 20), 1.0), EAST),
                                   shape("grids", "grid_code", nudge((40, 20), 1.0), WEST)),
                              {"grid_not_its_cells"}),
    "grid outside its community": (both(shape("grids", "grid_code", nudge((80, 20), 1.0), EAST),
                                        shape("cells", "cell_id", nudge((80, 20), 1.0), "A4", "A8")),
                                   {"grid_outside_community"}),
    "grid in two polygons": (shape("grids", "grid_code",
                                   lambda g: shapely.union(ground(0, 0, 20, 40), ground(21, 0, 40, 40)), WEST),
                             {"grid_not_one_polygon"}),
    "bow-tie": (shape("grids", "grid_code",
                      lambda g: shapely.Polygon([(X, Y), (X + 40, Y + 40), (X + 40, Y), (X, Y + 40)]), WEST),
                {"grid_invalid"}),
    "no ground": (shape("grids", "grid_code", lambda g: shapely.Polygon(), WEST), {"grid_without_ground"}),
    "building elsewhere": (layer("buildings", put("geometry", shapely.Point(X + 70, Y + 10), building_id="A1")),
                           {"building_outside_grid", "building_moved"}),
    "grid cut in two": (swap("A2", "A4"), {"grid_not_one_polygon"}),
    "grid hangs on a corner": (swap("A6", "A7"), {"grid_not_one_polygon"}),
    "grid across a river": (add_barrier("river", line((20, -10), (20, 50))), {"grid_across_barrier", "lawful_k"}),
    "grid across water": (add_barrier("river", ground(19, -10, 21, 50)), {"grid_across_barrier", "lawful_k"}),
    "grid across two tracks": (both(add_barrier("railway", line((18, -10), (18, 50))),
                                    add_barrier("railway", line((22, -10), (22, 50)))), {"grid_spans_barrier"}),
    # papers
    "sheet lost": (sheet(lambda b: b.remove(b["Hiring"])), {"sheet_missing"}),
    "workbook differs": (sheet(lambda b: setattr(b["Grids"]["B2"], "value", 399)), {"workbook_differs"}),
    "map lost": (remove(f"maps/{B}.html"), {"map_missing"}),
    "map asks the network": (write(f"maps/{B}.html", "<script src='https://cdn.org/a.js'></script>"),
                             {"map_asks_network"}),
    "change of another building": (layer("changes", put("building_id", "A9", building_id="A2")), {"change_false"}),
    "change into another grid": (layer("changes", put("new_grid", EAST, building_id="A2")), {"change_false"}),
    "change of nothing": (layer("changes", put("old_grid", WEST, building_id="A2")), {"change_false"}),
    # input
    "input changed": (lambda out: (out.parent / "input.gpkg").open("ab").write(b" "), {"input_changed"}),
    "input lost": (recorded("inputs", value=[]), {"record_key"}),
    "other column": (lambda out: edit_record(out, lambda t: t["inputs"][0]["columns"].update(households="人数")), {"input_unreadable"}),
}  # fmt: skip


def test_lawful_delivery_has_no_violation(out: Path) -> None:
    assert verify_delivery(out, out.parent / "input.gpkg") == []
    assert verify_delivery(out) == []


@pytest.mark.parametrize("name", MUTATIONS)
def test_one_mutation_is_named(out: Path, name: str) -> None:
    mutate, expected = MUTATIONS[name]
    mutate(out)
    assert codes(out) == expected


def test_layer_that_is_missing_is_named(out: Path, tmp_path: Path) -> None:
    kept = {n: gpd.read_file(out / "plan.gpkg", layer=n) for n in ("grids", "buildings")}
    (out / "plan.gpkg").unlink()
    for name, table in kept.items():
        table.to_file(out / "plan.gpkg", layer=name)
    assert codes(out) == {"layer_missing"}


def pricked(shape: Any) -> Any:
    """Return a shape with a needle of a millimetre cut into it from the west, 30 cm deep."""
    return shape.difference(shapely.Polygon([(X - 1, Y + 19.998), (X - 1, Y + 20.002), (X + 0.3, Y + 20)]))


LAWFUL_CHANGES: dict[str, Mutation] = {
    "road through a grid": add_barrier("road", line((20, -10), (20, 50))),
    "river with a bridge": both(
        add_barrier("river", line((20, -10), (20, 50))), add_barrier("crossing", shapely.Point(X + 21, Y + 9))
    ),
    "needle of the outline": both(
        shape("grids", "grid_code", pricked, WEST),
        shape("cells", "cell_id", pricked, "A1", "A5"),
        shape("communities", "community_id", pricked, A),
    ),
    "path under two tracks": both(
        add_barrier("railway", line((18, -10), (18, 50))),
        add_barrier("railway", line((22, -10), (22, 50))),
        add_barrier("crossing", line((15, 20), (25, 20))),
    ),
    "river along a boundary": add_barrier("river", line((40, -10), (40, 50))),
    "river that ends inside": add_barrier("river", line((20, 20), (20, 50))),
    "vertex moved by a millimetre": shape("communities", "community_id", nudge((0, 40), 0.001), A),
    "another lawful plan": swap("A2", "A7"),
}


@pytest.mark.parametrize("name", LAWFUL_CHANGES)
def test_lawful_change_is_accepted(out: Path, name: str) -> None:
    LAWFUL_CHANGES[name](out)
    assert codes(out) == set()


def test_bridge_out_of_reach_opens_nothing(out: Path) -> None:
    add_barrier("river", line((20, -10), (20, 50)))(out)
    add_barrier("crossing", shapely.Point(X + 20, Y - 70))(out)
    assert codes(out) == {"grid_across_barrier", "lawful_k"}


def test_bridge_opens_the_nearest_barrier_alone(out: Path) -> None:
    """The bridge at the western river does not open the eastern one, although that is in reach."""
    for x in (20, 60):
        add_barrier("river", line((x, -10), (x, 50)))(out)
    add_barrier("crossing", shapely.Point(X + 20, Y + 10))(out)
    found = verify_delivery(out)
    assert [(v.code, v.ids) for v in found if v.ids == (EAST,)] == [("verify.grid_across_barrier", (EAST,))]


def resize(out: Path, households: dict[str, int]) -> None:
    """Give buildings other households, consistently in every table of the delivery and in the input."""
    for building, n in households.items():
        edit_list(out, put("households", str(n), building_id=building))
        for name in ("buildings", "cells"):
            edit_layer(out, name, put("households", n, building_id=building))


@pytest.mark.parametrize(("a1", "a2", "outside"), [(200, 100, 0), (201, 100, 1), (50, 50, 0), (50, 49, 1)])
def test_window_includes_its_ends(out: Path, a1: int, a2: int, outside: int) -> None:
    resize(out, {"A1": a1, "A2": a2})
    edit_layer(out, "grids", put("households", 200 + a1 + a2, grid_code=WEST))
    found = {v.code for v in verify_delivery(out) if v.code == "verify.grid_outside_window"}
    assert len(found) == outside


def test_part_without_households_may_lie_across_a_river(out: Path) -> None:
    resize(out, {"A1": 0, "A5": 0, "A2": 200, "A6": 200})
    add_barrier("river", line((20, -10), (20, 50)))(out)
    assert "verify.grid_across_barrier" not in {v.code for v in verify_delivery(out)}


def test_pocket_that_a_river_cuts_off_makes_its_reason_true(out: Path) -> None:
    """The river parts 250 into 125 and 125: two pockets below 300, so ``community_too_small`` becomes false."""
    add_barrier("river", line((40, -50), (40, 0)))(out)
    assert codes(out) == {"grid_across_barrier", "exception_false"}
    edit_layer(out, "exceptions", put("code", "pocket_too_small", grid_code=SOUTH))
    assert codes(out) == {"grid_across_barrier"}


LEFT_OUT = {"code": "plan.ground_left_out", "level": "note", "facts": {}, "layer": None}


def list_left_out(out: Path, community: str) -> None:
    edit_record(out, lambda tree: tree["findings"].append({**LEFT_OUT, "ids": [community]}))


def leave_out(out: Path) -> None:
    """Add 20 m of ground north of community A that is in no grid."""
    edit_layer(out, "communities", put("geometry", ground(0, 0, 80, 60), community_id=A))


def test_ground_left_out_must_be_listed(out: Path) -> None:
    leave_out(out)
    assert codes(out) == {"ground_in_no_grid"}
    list_left_out(out, A)
    assert codes(out) == set()


def test_ground_left_out_holds_no_building(out: Path) -> None:
    leave_out(out)
    list_left_out(out, A)
    edit_layer(out, "buildings", put("geometry", ground(5, 38, 15, 50), building_id="A1"))
    assert codes(out) == {"left_out_with_buildings", "building_moved"}


@pytest.mark.parametrize(
    ("width", "expected"), [(0.5, {"grid_not_connected", "exception_false"}), (1.5, set())]
)
def test_neck_is_measured(out: Path, width: float, expected: set[str]) -> None:
    """B1 and B2 are parted by a slit of 2 m, left out, but for a neck of ``width``: one polygon all the same."""
    list_left_out(out, B)
    stops = [(40, -40), (40, -20), (40, -20 + width), (40, 0)]
    west = shapely.Polygon([(X + x, Y + y) for x, y in [(0, -40), *stops, (20, 0), (0, 0)]])
    neck = [
        (42, -40),
        (60, -40),
        (80, -40),
        (80, 0),
        (60, 0),
        (42, 0),
        (42, -20 + width),
        stops[2],
        stops[1],
        (42, -20),
    ]
    east = shapely.Polygon([(X + x, Y + y) for x, y in neck])
    for name, table, column, drawn in (
        ("B1", "cells", "cell_id", west), ("B2", "cells", "cell_id", east),
        (SOUTH, "grids", "grid_code", shapely.union(west, east)),
    ):  # fmt: skip
        shape(table, column, lambda _, drawn=drawn: drawn, name)(out)
    corner = shapely.Point(X + 42, Y)  # where the slit meets community A, its cells have a corner too
    shape("cells", "cell_id", lambda polygon: shapely.snap(polygon, corner, 0.01), "A7")(out)
    shape("grids", "grid_code", lambda polygon: shapely.snap(polygon, corner, 0.01), EAST)(out)
    assert codes(out) == expected


# ── input ──


def with_input(out: Path, change: Callable[[Any], Any]) -> None:
    """Change the input and record its new sum, as a run on the changed file would."""
    import hashlib

    source = out.parent / "input.gpkg"
    table = change(gpd.read_file(source, layer="buildings"))
    source.unlink()
    table.to_file(source, layer="buildings")
    digest = hashlib.sha256(source.read_bytes()).hexdigest()
    edit_record(out, lambda tree: tree["inputs"][0].update(sha256=digest))


INPUTS: dict[str, tuple[Callable[[Any], Any], set[str]]] = {
    "row more": (lambda t: pd.concat([t, t.iloc[[1]].assign(楼栋编号="A99")]), {"input_row_lost"}),
    "row less": (drop(楼栋编号="B2"), {"building_invented"}),
    "row twice": (lambda t: pd.concat([t, t.iloc[[1]]]), {"input_row_twice"}),
    "other count": (put("户数", "99", 楼栋编号="A2"), {"input_count_differs"}),
    "count unknown": (put("户数", "不详", 楼栋编号="A2"), {"input_count_differs"}),
    "id with a zero": (put("楼栋编号", "A02", 楼栋编号="A2"), {"input_row_lost", "building_invented"}),
    "same count in other words": (put("户数", "100户", 楼栋编号="A2"), set()),
}


@pytest.mark.parametrize("name", INPUTS)
def test_input_is_planned_or_quarantined(out: Path, name: str) -> None:
    change, expected = INPUTS[name]
    with_input(out, change)
    if name == "row less":  # the quarantined row moves up by one
        edit_layer(out, "quarantine", put("row", 10, row=11))
    assert codes(out) == expected


def test_count_filled_in_must_be_marked(out: Path) -> None:
    with_input(out, put("户数", None, 楼栋编号="A2"))
    assert codes(out) == {"input_count_differs"}
    edit_layer(out, "buildings", put("estimated", True, building_id="A2"))
    assert codes(out) == set()


def test_count_that_is_stated_may_not_be_replaced(out: Path) -> None:
    edit_layer(out, "buildings", put("count_missing", True, building_id="A2"))
    assert codes(out) == {"input_count_replaced"}


def test_input_elsewhere_is_named(out: Path) -> None:
    (out.parent / "other").mkdir()
    found = verify_delivery(out, out.parent / "other")
    assert [v.code for v in found] == ["verify.input_missing"]


FORMATS = ["csv", "gb18030.csv", "tsv", "xlsx", "parquet", "shp", "geojson", "fgb", "gpkg"]


@pytest.mark.parametrize("kind", FORMATS)
def test_rows_are_read_alike_from_every_format(tmp_path: Path, kind: str) -> None:
    table = pd.DataFrame({"楼号": ["007", "B 2", "丙"], "户数": ["12", " 1,220 户", "不详"]})
    spots = gpd.GeoDataFrame(table, geometry=[shapely.Point(X + n, Y) for n in range(3)], crs=CRS)
    path, encoding = tmp_path / f"rows.{kind}", "GB18030" if kind.startswith("gb") else None
    if kind.endswith("csv"):
        table.to_csv(path, index=False, encoding=encoding or "utf-8-sig")
    elif kind == "tsv":
        table.to_csv(path, index=False, sep="\t")
    elif kind == "xlsx":
        table.to_excel(path, index=False)
    elif kind == "parquet":
        spots.to_parquet(path)
    else:
        spots.to_file(path, **({"encoding": "GB18030"} if kind == "shp" else {}))
    entry = {"columns": {"building_id": "楼号", "households": "户数"}, "encoding": encoding}
    rows = read_rows(path, entry | ({"encoding": "GB18030"} if kind == "shp" else {}))
    assert rows["row"].tolist() == [1, 2, 3]
    stated = dict(zip(rows["id"], rows["count"].fillna(-1)))  # FlatGeobuf keeps an order of its own
    assert stated == {"007": 12, "B 2": 1220, "丙": -1}


@pytest.mark.parametrize(
    ("cell", "count"),
    [
        (5, 5),
        (5.0, 5),
        ("5", 5),
        ("5.0", 5),
        ("５户", 5),
        ("1,220", 1220),
        (-3, -3),
        (0.5, 0.5),
        ("0", 0),
        ("5 dwellings", 5),
    ],
)
def test_count_is_read(cell: Any, count: float) -> None:
    assert read_count(cell) == count


@pytest.mark.parametrize("cell", [None, float("nan"), "", "不详", "12,20", "5栋", "about 5", "1-5"])
def test_what_is_no_count_is_none(cell: Any) -> None:
    assert pd.isna(read_count(cell))


def test_every_part_of_a_shapefile_counts(tmp_path: Path) -> None:
    path = tmp_path / "rows.shp"
    gpd.GeoDataFrame({"n": [1]}, geometry=[shapely.Point(X, Y)], crs=CRS).to_file(path)
    parts = {part.suffix: fingerprint(part) for part in tmp_path.iterdir() if part.suffix != ".shp"}
    entry = {"file": "rows.shp", "sha256": fingerprint(path), "parts": parts}
    assert list(changed([entry], {"rows.shp": path})) == []
    with (tmp_path / "rows.dbf").open("ab") as file:
        file.write(b" ")
    (tmp_path / "rows.prj").unlink()
    assert sorted(changed([entry], {"rows.shp": path})) == ["rows.dbf", "rows.prj"]


def test_files_are_found_where_a_district_yaml_names_them(out: Path) -> None:
    (out.parent / "data").mkdir()
    (out.parent / "input.gpkg").rename(out.parent / "data" / "input.gpkg")
    (out.parent / "district.yaml").write_text("buildings: {file: data/input.gpkg}\n", "utf-8")
    assert verify_delivery(out, out.parent / "district.yaml") == []
    (out.parent / "data" / "input.gpkg").write_bytes(b"x")
    assert [v.code for v in verify_delivery(out, out.parent / "district.yaml")] == ["verify.input_changed"]
    assert verify_delivery(out) == []  # not beside the delivery: nothing to compare with


# ── reasons, one true and one false case each ──


def case(total: int = 400, **facts: Any) -> Case:
    usual: dict[str, Any] = {"pockets": 1, "members": (400,), "graph": nx.Graph(), "held": False}
    return Case(low=300, high=500, total=total, **(usual | facts))


def graph(households: list[int], *edges: tuple[int, int]) -> nx.Graph:
    drawn = nx.Graph(list(edges))
    nx.set_node_attributes(drawn, dict(enumerate(households)), "households")
    return drawn


STAR = ((0, 1), (1, 2))  # the middle cell touches both others
REASONS = [
    ("community_too_small", case(299), case(300)),
    ("community_too_small", case(1), case(299, pockets=2)),
    ("community_between_k", case(501), case(600)),
    ("community_between_k", case(599), case(299)),
    ("pocket_too_small", case(299, pockets=2), case(299)),
    ("pocket_between_k", case(550, pockets=2), case(550)),
    ("building_too_large", case(700, members=(501, 199)), case(700, members=(500, 200))),
    # 100 ─ 450 ─ 100: the middle must take in both ends
    ("articulation", case(graph=graph([100, 450, 100], *STAR)), case(graph=graph([30, 400, 30], *STAR))),
    # 50 ─ 520: of the 520 the middle takes 20–220 or all: 70–270 or 570
    ("articulation", case(graph=graph([0, 50, 520], *STAR)), case(graph=graph([0, 80, 520], *STAR))),
    # 200 with neighbours of 350 only
    ("no_partner", case(graph=graph([350, 200, 350], *STAR)), case(graph=graph([350, 200, 300], *STAR))),
    # 250 ─ 200 ─ 250: the middle can serve one end only
    ("no_partner", case(graph=graph([250, 200, 250], *STAR)), case(graph=graph([250, 150, 350], *STAR))),
    ("lock", case(held=True), case()),
    ("not_found", case(800), case(550)),
]  # fmt: skip


@pytest.mark.parametrize(("code", "true", "false"), REASONS)
def test_reason_is_judged_both_ways(code: str, true: Case, false: Case) -> None:
    assert TRUE_IF[code](true)
    assert not TRUE_IF[code](false)


def test_reason_that_locks_may_explain_is_not_refuted(out: Path) -> None:
    edit_layer(out, "exceptions", put("code", "articulation", grid_code=SOUTH))
    assert codes(out) == {"exception_false"}
    edit_layer(out, "grids", put("previous_code", SOUTH, grid_code=SOUTH))
    assert codes(out) == set()
    edit_record(out, lambda tree: tree["options"].update(edits=[], locks=[]))
    assert codes(out) == {"exception_false"}


def test_every_reason_is_tested() -> None:
    assert {code for code, _, _ in REASONS} == set(TRUE_IF)


def test_totals_that_fit_are_those_a_search_finds() -> None:
    for total in range(1, 1300):
        searched = any(300 * k <= total <= 500 * k for k in range(1, 6))
        assert fits(total, 300, 500) == searched


# ── pages ──


@pytest.mark.parametrize(
    "page",
    [
        "<img src='http://a.org/x.png'>",
        '<link rel="stylesheet" href="//cdn.org/x.css">',
        "<a href=https://a.org>x</a>",
        "<style>@import 'https://a.org/x.css';</style>",
        "<div style='background:url(https://a.org/x.png)'></div>",
        "<script>fetch('https://a.org')</script>",
        "<script>L.tileLayer('https://{s}.tile.org/{z}')</script>",
        "<script>var h = '<img src=\"https://a.org/x.png\">'</script>",
    ],
)
def test_page_that_asks_the_network_is_seen(page: str) -> None:
    assert list(remote_addresses(page))


@pytest.mark.parametrize(
    "page",
    [
        "<svg xmlns='http://www.w3.org/2000/svg'></svg>",
        "<!-- https://a.org --><p>see https://a.org</p>",
        "<script>/* src='https://a.org' */ var ns = 'http://www.w3.org/2000/svg';</script>",
        "<a href='220104001001.html'>x</a><img src='data:image/png;base64,AA//'>",
    ],
)
def test_page_that_carries_everything_is_accepted(page: str) -> None:
    assert not list(remote_addresses(page))


def test_vendored_scripts_are_accepted() -> None:
    """Leaflet writes a link to its own site as text; that asks nothing of the network."""
    scripts = sorted((Path(gridder.__file__).parent / "outputs" / "maps" / "assets").rglob("*.js"))
    assert scripts
    for script in scripts:
        assert list(remote_addresses(f"<script>{script.read_text('utf-8')}</script>")) == [], script.name


# ── sentences ──


def test_every_code_has_a_sentence_and_every_sentence_a_code() -> None:
    import re

    source = "".join(p.read_text("utf-8") for p in Path(gridder.__file__).parent.glob("verify/*.py"))
    named = {key.removeprefix("verify.") for key in sentences("zh") if key.startswith("verify.")}
    expanded = {
        word for word in named for kind in ("grid", "cell", "community", "outline") if word.startswith(kind)
    }
    quoted = set(re.findall(r'"([a-z]+(?:_[a-z]+)+|figure)"', source))
    assert named - expanded - quoted == set()
    blamed = set(re.findall(r'blame\("([a-z_]+)"', source))
    assert all(has_sentence(f"verify.{code}") for code in blamed)
