"""Whole districts drawn by a seed: 2–4 communities in a row, streets of houses, what bars the way, people and money.

::

      0        w        2w       3w        each community 5–8 houses a street, 4–8 streets
    h ┌────────┬────────┬────────┐         barriers: railway or river across, with or without a bridge; roads, walls
      │ A      │ B  ║   │ C      │         a school (special site), towers, shops, unknown counts
      │ ▢ ▢ ▢ ▢│ ▢ ▢║▢ ▢│ ▢ ▢ ▢ ▢│         halls, workforce, cap and wage: given or not
    0 └────────┴────────┴────────┘
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

CRS = "EPSG:4545"  # CGCS2000, a three-degree zone; only that it is metric matters
STEP_X, STEP_Y = 34.0, 40.0  # m from house to house, from street to street
BARRED = ("railway", "river", "expressway")
Rng = np.random.Generator
Layers = dict[str, gpd.GeoDataFrame]


def code_of(rng: Rng, n: int) -> str:
    """Return the code of the n-th community; one in eight is a village."""
    return f"2201990{rng.integers(1, 3):02d}{201 + n if rng.random() < 0.125 else 1 + n:03d}"


def draw_district(seed: int) -> tuple[Layers, pd.DataFrame | None, dict[str, Any]]:
    """Return layers, the workforce or None, and the settings of the staffing."""
    rng = np.random.default_rng([2020, seed])
    n, streets, across = int(rng.integers(2, 5)), int(rng.integers(3, 7)), int(rng.integers(6, 9))
    width, height = across * STEP_X, streets * STEP_Y
    ids = [code_of(rng, k) for k in range(n)]
    outlines = gpd.GeoDataFrame(
        {"community_id": ids, "name": [f"第{k + 1}社区" for k in range(n)],
         "subdistrict": [f"{key[7:9]}街道" for key in ids]},
        geometry=[shapely.box(k * width, 0, (k + 1) * width, height) for k in range(n)], crs=CRS,
    )  # fmt: skip
    layers = {"communities": outlines, "buildings": draw_houses(rng, ids, streets, across)}
    layers |= draw_ground(rng, n, width, height) | draw_halls(rng, ids, width, height)
    people = draw_people(rng, ids) if rng.random() < 0.7 else None
    return layers, people, draw_settings(rng)


def draw_houses(rng: Rng, ids: list[str], streets: int, across: int) -> gpd.GeoDataFrame:
    """Return the houses: mean size by community, a tenth of them shops, some towers, some missing altogether."""
    rows = []
    for k, key in enumerate(ids):
        mean = rng.choice([0, 8, 25, 45, 70, 90])
        for at in np.flatnonzero(rng.random(streets * across) < 0.93):
            x, y = (k * across + at % across) * STEP_X, at // across * STEP_Y
            size = rng.uniform(8, 24, 2).round(1)
            count = 0 if rng.random() < 0.1 else int(rng.poisson(mean))
            if mean and rng.random() < 0.01:
                count = int(rng.integers(480, 800))
            units = str(rng.integers(2, 9)) if count and rng.random() < 0.7 else None
            stated = None if mean and rng.random() < 0.01 else count
            house = shapely.box(x + 4, y + 6, x + 4 + size[0], y + 6 + size[1])
            rows.append((f"B{len(rows):03d}", stated, key, units, house))
    columns = ["building_id", "households", "community_id", "units", "geometry"]
    table = gpd.GeoDataFrame(pd.DataFrame(rows, columns=columns), geometry="geometry", crs=CRS)
    return table.astype({"households": "Int64"})


def draw_ground(rng: Rng, n: int, width: float, height: float) -> Layers:
    """Return layer barriers, and now and then layer sites with a school or layer compounds."""
    rows: list[tuple[str, Any]] = []
    for _ in range(rng.integers(0, 4)):
        kind = str(rng.choice([*BARRED, "arterial", "road", "wall"]))
        line = across_town(rng, n * width, height)
        rows.append((kind, line.buffer(3, cap_style="flat") if kind == "river" else line))
        if rng.random() < 0.5:
            at = line.interpolate(rng.uniform(0.2, 0.8), normalized=True)
            bridge = shapely.LineString([(at.x - 12, at.y - 12), (at.x + 12, at.y + 12)])
            rows.append(("crossing", at if rng.random() < 0.5 else bridge))
    found: Layers = {}
    if rows:
        kinds, shapes = zip(*rows)
        found["barriers"] = gpd.GeoDataFrame({"kind": kinds}, geometry=list(shapes), crs=CRS)
    for name, chance, title in (("sites", 0.3, "实验学校"), ("compounds", 0.4, "松苑小区")):
        if rng.random() < chance:
            x, y = rng.uniform(0, n * width - 100), rng.uniform(0, height - 80)
            area = shapely.box(x, y, x + 95, y + 78)
            found[name] = gpd.GeoDataFrame({"name": [title]}, geometry=[area], crs=CRS)
    return found


def across_town(rng: Rng, width: float, height: float) -> shapely.LineString:
    """Return a line from side to side, between the houses: straight across, along, or with a bend."""
    if rng.random() < 0.4:
        y = STEP_Y * rng.integers(1, height // STEP_Y)
        return shapely.LineString([(-20, y), (width / 2, y + rng.uniform(-4, 4)), (width + 20, y)])
    x = STEP_X * rng.integers(1, width // STEP_X)
    return shapely.LineString([(x, -20), (x + rng.uniform(-3, 3), height / 2), (x, height + 20)])


def draw_halls(rng: Rng, ids: list[str], width: float, height: float) -> Layers:
    """Return layer halls: none, one or two a community; no layer where there are none."""
    rows = []
    for k, key in enumerate(ids):
        for _ in range(rng.integers(0, 3)):
            rows.append(
                (key, shapely.Point(k * width + rng.uniform(5, width - 5), rng.uniform(5, height - 5)))
            )
    if not rows:
        return {}
    keys, spots = zip(*rows)
    return {"halls": gpd.GeoDataFrame({"community_id": keys}, geometry=list(spots), crs=CRS)}


def draw_people(rng: Rng, ids: list[str]) -> pd.DataFrame:
    """Return a table of counts for most communities."""
    rows = []
    for key in ids:
        if rng.random() < 0.85:
            leaders, committee, staff = rng.integers(0, 3), rng.integers(0, 6), rng.integers(0, 16)
            held, apart = rng.integers(0, 4, 3), rng.integers(0, 4, 2)
            rows.append((key, leaders, committee, staff, apart[0], min(staff, apart[1]), *held))
    columns = ("community_id leaders committee staff public_welfare party_posts "
               "assistant_certified certified senior_certified").split()  # fmt: skip
    return pd.DataFrame(rows, columns=columns)


def draw_settings(rng: Rng) -> dict[str, Any]:
    """Return what the county states, each of it or not."""
    offers = {
        "county_cap": [1, 9, 21, 30, 44, 200],
        "reference_wage_yuan_year": [62_000, 61_999.99, 48_123.45, 12_000.01],
        "employer_rate": [0, 0.3, 0.333, 0.387],
        "medical_check_yuan_year": [0, 380.5],
        "paid_leave_yuan_year": [1_000.01],
        "emergency_yuan_year": [200],
    }
    return {key: values[rng.integers(len(values))] for key, values in offers.items() if rng.random() < 0.7}


def write_district(folder: Path, seed: int) -> Path:
    """Write a district with its ``district.yaml`` into a folder; return the path of that."""
    layers, people, settings = draw_district(seed)
    folder.mkdir(parents=True, exist_ok=True)
    for name, layer in layers.items():
        layer.to_file(folder / "base.gpkg", layer=name, driver="GPKG")
    tree: dict[str, Any] = {name: {"file": "base.gpkg", "layer": name} for name in layers}
    tree["district"] = {"id": "220199", "name": "随机区"}
    if people is not None and len(people):
        people.to_csv(folder / "people.csv", index=False)
        settings = settings | {"workforce": "people.csv"}
    if settings:
        tree["staffing"] = settings
    path = folder / "district.yaml"
    path.write_text(json.dumps(tree, ensure_ascii=False, indent=1, default=int), "utf-8")
    return path
