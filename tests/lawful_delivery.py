# ruff: noqa: E501 (tables and drawings read better wide)
"""A small lawful delivery, written with geopandas alone: what verify must accept, and mutations start from.

::

    y  40 ┌────┬────┬────┬────┬─────┐
          │ A1 │ A2 │ A3 │ A4 │     │    A: 8 buildings of 100, grids 001 (west) and 002 (east), 20 m cells
       20 ├────┼────┼────┼────┤     │
          │ A5 │ A6 │ A7 │ A8 │  E  │    E: nobody lives there, no grid
        0 ├────┴────┼────┴────┤     │
          │   B1    │   B2    │     │    B: 2 buildings of 125, too small for a lawful grid: one exception
      -40 └─────────┴─────────┴─────┘
      x   0         40        80   120
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pyogrio
import shapely
from openpyxl import Workbook

from gridder.policy import load_policy, policy_fields

A, B, E = "220104001001", "220104001002", "220104001003"
CRS = "EPSG:4549"
X, Y = 500_000.0, 4_860_000.0  # somewhere in a metric zone
SHEETS = [
    "Summary",
    "Grids",
    "Communities",
    "Subdistricts",
    "Hiring",
    "Budget",
    "Exceptions",
    "Changes",
    "Rules",
]
PAGE = (
    "<!DOCTYPE html><!-- Leaflet, see https://leafletjs.com --><svg xmlns='http://www.w3.org/2000/svg'></svg>"
    "<script>/* licence: https://x.org */ var a = '<a href=\"https://leafletjs.com\">L</a>';</script>"
)


def ground(left: float, bottom: float, right: float, top: float) -> shapely.Polygon:
    """Return a rectangle with a corner every 20 m, so that neighbours have the same ones."""
    return shapely.segmentize(shapely.box(X + left, Y + bottom, X + right, Y + top), 20.0)


def pieces() -> gpd.GeoDataFrame:
    """Return one row a building with its ground."""
    rows = []
    for n in range(8):
        column, row = n % 4, n // 4
        left, bottom = 20 * column, 20 - 20 * row
        cell = ground(left, bottom, left + 20, bottom + 20)
        rows.append((f"A{n + 1}", 100, A, f"{A}00{1 if column < 2 else 2}", cell))
    for n in range(2):
        rows.append((f"B{n + 1}", 125, B, f"{B}001", ground(40 * n, -40, 40 * n + 40, 0)))
    table = gpd.GeoDataFrame(
        rows, columns=["building_id", "households", "community_id", "grid_code", "geometry"], crs=CRS
    )
    return table.assign(unit="", cell_id=table["building_id"])


def layers() -> dict[str, gpd.GeoDataFrame]:
    """Return the layers of ``plan.gpkg`` by name."""
    members = pieces()
    footprints = members.geometry.centroid.buffer(5, quad_segs=1)
    return {
        "grids": grid_layer(members),
        "buildings": members.drop(columns="cell_id").assign(
            name="", count_missing=False, estimated=False, geometry=footprints
        ),
        "cells": members,
        "communities": community_layer(),
        "exceptions": gpd.GeoDataFrame(
            [
                (
                    B,
                    f"{B}001",
                    "community_too_small",
                    250,
                    "户数不足",
                    "并入相邻社区",
                    "A二(三)2",
                    ground(0, -40, 80, 0),
                )
            ],
            columns=[
                "community_id",
                "grid_code",
                "code",
                "households",
                "reason",
                "remedy",
                "clause",
                "geometry",
            ],
            crs=CRS,
        ),
        "quarantine": gpd.GeoDataFrame(
            [("A1", 30, "buildings", 11, "编号重复", shapely.Point(X, Y))],
            columns=["building_id", "households", "layer", "row", "reason", "geometry"],
            crs=CRS,
        ),
        "barriers": gpd.GeoDataFrame(
            {"kind": ["road"], "name": [""]}, geometry=[line((0, 0), (80, 0))], crs=CRS
        ),
        "sites": gpd.GeoDataFrame({"name": ["校园"]}, geometry=[ground(80, -40, 120, 0)], crs=CRS),
    }


def line(*points: tuple[float, float]) -> shapely.LineString:
    """Return a line through points of the drawing."""
    return shapely.LineString([(X + x, Y + y) for x, y in points])


def grid_layer(members: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the grids of the drawing."""
    grids = members.dissolve(
        "grid_code", aggfunc={"households": "sum", "building_id": "count", "community_id": "first"}
    )
    grids = grids.reset_index().rename(columns={"building_id": "buildings"})
    outside = grids["community_id"] == B
    return grids.assign(
        community=grids["community_id"], subdistrict="街道", grid_no=1, area_m2=grids.area, perimeter_m=grids.length,
        status=outside.map({True: "exception", False: "lawful"}), reason=outside.map({True: "户数不足", False: ""}),
        remedy=outside.map({True: "并入相邻社区", False: ""}), compactness=4 * 3.141592653589793 * grids.area / grids.length**2, barrier_share=0.0, grid_worker=1,
        auxiliary_police=1, visits_per_day=outside.map({True: 11.5, False: 18.4}), round_m=200.0, round_min=2.5, hall_minutes=None,
        previous_code="",
        households_kept=0,
    )  # fmt: skip


def community_layer() -> gpd.GeoDataFrame:
    """Return the communities of the drawing."""
    table = gpd.GeoDataFrame(
        {"community_id": [A, B, E], "households": [800, 250, 0], "buildings": [8, 2, 0], "grids": [2, 1, 0],
         "status": ["optimal", "relaxed", "empty"]},
        geometry=[ground(0, 0, 80, 40), ground(0, -40, 80, 0), ground(80, -40, 120, 40)], crs=CRS,
    )  # fmt: skip
    return table.assign(
        name="社区", subdistrict="街道", grids_min=[2, None, None], grids_max=[2, None, None], objective_m=40.0, bound_m=40.0, gap=0.0,
        bound_kind="global", posts_min=[10, 10, None], posts_max=[15, 15, None], posts=[11, 10, None], hall_staff=[2, 2, None],
        field_staff=[9, 8, None], party_posts=[2, 2, None], grid_workers=table["grids"], auxiliary_police=table["grids"], shortage=0, round_min_max=[2.5, 2.5, None],
        exceptions=[0, 1, 0],
    )  # fmt: skip


def write_lawful(folder: Path) -> Path:
    """Write input and delivery into ``folder`` and return the delivery."""
    source = folder / "input.gpkg"
    rows = pieces()
    raw = pd.DataFrame(
        {"楼栋编号": [*rows["building_id"], "A1"], "户数": [*rows["households"].map(str), "30 户"]}
    )
    raw.loc[0, "户数"] = " 100 户"
    spots = [*rows.geometry.centroid, rows.geometry.centroid[0]]
    gpd.GeoDataFrame(raw, geometry=spots, crs=CRS).to_file(source, layer="buildings")
    out = folder / "out"
    (out / "maps").mkdir(parents=True)
    for name, table in layers().items():
        pyogrio.write_dataframe(table, out / "plan.gpkg", layer=name)
    changes = pd.DataFrame([("A2", "", f"{A}002", f"{A}001", 100)], columns=CHANGES)
    pyogrio.write_dataframe(changes, out / "plan.gpkg", layer="changes")
    members = rows[["building_id", "unit", "grid_code", "community_id", "households"]]
    members.to_csv(out / "assignments.csv", index=False, encoding="utf-8-sig")
    (out / "plan.json").write_text(json.dumps(record(source), ensure_ascii=False), "utf-8")
    write_workbook(out / "staffing.xlsx")
    for page in ("index", A, B):
        (out / "maps" / f"{page}.html").write_text(PAGE, "utf-8")
    (out / "run.log").write_text("done\n", "utf-8")
    return out


CHANGES = ["building_id", "unit", "old_grid", "new_grid", "households"]


def record(source: Path) -> dict[str, Any]:
    """Return what ``plan.json`` says."""
    policy = load_policy()
    digest = hashlib.sha256(source.read_bytes()).hexdigest()
    columns = {"building_id": "楼栋编号", "households": "户数"}
    status = {A: ("optimal", 2), B: ("relaxed", 1), E: ("empty", 0)}
    return {
        "schema": 1,
        "gridder": "0.1.0",
        "district": {"id": "220104", "name": "朝阳区"},
        "inputs": [{"file": source.name, "sha256": digest, "layer": "buildings", "rows": 11, "columns": columns,
                    "crs": CRS, "coords": None}],
        "options": {"columns": {"buildings": columns}, "layers": {}, "bad_rows": "quarantine", "missing": "stop"},
        "policy": {
            "name": policy.name,
            "sha256": policy.sha256,
            "rules": {field: getattr(policy, field) for field in policy_fields()},
        },
        "effort": {"name": "standard", "seed": 0},
        "versions": {},
        "totals": {"households": 1050, "buildings": 10, "grids": 3, "communities": 3, "quarantined_households": 30,
                   "quarantined_rows": 1},
        "communities": {key: {"status": word, "k": k} for key, (word, k) in status.items()},
        "findings": [],
    }  # fmt: skip


HEADERS = {"Grids": "网格编码", "Communities": "社区代码"}


def write_workbook(path: Path) -> None:
    """Write the sheets of ``staffing.xlsx`` with the ids and households that the plan has."""
    book = Workbook()
    book.remove(book.active)
    for name in SHEETS:
        book.create_sheet(name).append([HEADERS.get(name, "编号"), "户数"])
    for code, households in ((f"{A}001", 400), (f"{A}002", 400), (f"{B}001", 250)):
        book["Grids"].append([code, households])
    for key, households in ((A, 800), (B, 250), (E, 0)):
        book["Communities"].append([key, households])
    book.save(path)


# ── mutations ──


def edit_layer(out: Path, layer: str, change: Callable[[Any], Any]) -> None:
    """Write a layer back as ``change`` makes it."""
    table = pyogrio.read_dataframe(out / "plan.gpkg", layer=layer)
    pyogrio.write_dataframe(change(table), out / "plan.gpkg", layer=layer)


def edit_list(out: Path, change: Callable[[pd.DataFrame], pd.DataFrame]) -> None:
    """Write ``assignments.csv`` back as ``change`` makes it."""
    table = pd.read_csv(out / "assignments.csv", dtype=str, keep_default_na=False, encoding="utf-8-sig")
    change(table).to_csv(out / "assignments.csv", index=False, encoding="utf-8-sig")


def edit_members(out: Path, change: Callable[[pd.DataFrame], pd.DataFrame]) -> None:
    """Change the list, the buildings and the cells alike."""
    edit_list(out, change)
    edit_layer(out, "buildings", change)
    edit_layer(out, "cells", change)


def edit_record(out: Path, change: Callable[[dict[str, Any]], None]) -> None:
    """Write ``plan.json`` back after ``change``."""
    tree = json.loads((out / "plan.json").read_text("utf-8"))
    change(tree)
    (out / "plan.json").write_text(json.dumps(tree, ensure_ascii=False), "utf-8")


def put(column: str, value: Any, **where: Any) -> Callable[[Any], Any]:
    """Return a change that sets ``column`` in the rows where all of ``where`` holds."""

    def change(table: Any) -> Any:
        table = table.copy()
        chosen = pd.Series(True, table.index)
        for name, wanted in where.items():
            chosen &= table[name] == wanted
        assert chosen.any(), where
        for at in table.index[chosen]:
            table.at[at, column] = value(table.at[at, column]) if callable(value) else value
        return table

    return change


def drop(**where: Any) -> Callable[[Any], Any]:
    """Return a change that leaves out the rows where all of ``where`` holds."""

    def change(table: Any) -> Any:
        chosen = pd.Series(True, table.index)
        for name, wanted in where.items():
            chosen &= table[name] == wanted
        assert chosen.any(), where
        return table[~chosen]

    return change
