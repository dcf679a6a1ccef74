"""Any small district, however odd, is planned so that the independent look finds nothing wrong with it."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
from shapely import LineString, box

from gridder.deliver import deliver
from gridder.district import inspect_district, plan_district
from gridder.effort import Effort
from gridder.policy import load_policy
from gridder.prepare import PlanOptions
from gridder.read import read_district

CRS = "EPSG:4551"
X, Y = 500_000.0, 4_850_000.0
SIZES = {
    "small": lambda rng: rng.integers(0, 80),
    "middling": lambda rng: rng.integers(0, 220),
    "towers": lambda rng: rng.choice([0, 40, 282, 150, 456, 330, 520, 700]),
}
LINES = ["river", "railway", "expressway", "road", "wall", "arterial"]
TOWERS_BESIDE_TOO_LITTLE = (
    16,
    25,
    50,
)  # what a building above the maximum leaves beside it cannot be divided


def odd_district(seed: int, path: Path) -> Path:
    """Write 4–40 houses in two communities, with up to three barriers, crossings and sometimes a site."""
    rng = np.random.default_rng(seed)
    n, columns = int(rng.integers(4, 40)), int(rng.integers(2, 9))
    size = SIZES[str(rng.choice(list(SIZES)))]
    rows = []
    for i in range(n):
        x, y = X + 60 * (i % columns) + rng.uniform(0, 20), Y + 60 * (i // columns) + rng.uniform(0, 20)
        units = "" if rng.random() < 0.5 else str(rng.integers(1, 5))
        rows.append(
            (f"b{i}", int(size(rng)), units, box(x, y, x + rng.uniform(5, 35), y + rng.uniform(5, 30)))
        )
    width, height = 60 * columns + 20, 60 * ((n - 1) // columns + 1) + 20
    split = X + width * rng.uniform(0.3, 0.7)
    outlines = [box(X - 10, Y - 10, split, Y + height), box(split, Y - 10, X + width, Y + height)]
    names = {"community_id": ["220199001001", "220199001002"], "name": ["甲", "乙"]}
    layers = {
        "buildings": gpd.GeoDataFrame(
            rows, columns=["building_id", "households", "units", "geometry"], crs=CRS
        ),
        "communities": gpd.GeoDataFrame(names, geometry=outlines, crs=CRS),
    }
    lines = odd_barriers(rng, width, height)
    if lines:
        shapes = [shape for _, shape in lines]
        layers["barriers"] = gpd.GeoDataFrame({"kind": [k for k, _ in lines]}, geometry=shapes, crs=CRS)
    if rng.random() < 0.25:
        x, y = X + 0.2 * width, Y + 0.2 * height
        layers["sites"] = gpd.GeoDataFrame({"name": ["学校"]}, geometry=[box(x, y, x + 70, y + 70)], crs=CRS)
    for name, layer in layers.items():
        layer.to_file(path, layer=name, driver="GPKG")
    return path


def odd_barriers(rng: np.random.Generator, width: float, height: float) -> list[tuple[str, object]]:
    """Return lines across the ground or anywhere, rivers also as areas, some with a crossing."""
    found: list[tuple[str, object]] = []
    for _ in range(rng.integers(0, 4)):
        x, y = X + rng.uniform(0, width, 3), Y + rng.uniform(0, height, 3)
        straight = [[(X - 30, y[0]), (X + width + 30, y[1])], [(x[0], Y - 30), (x[1], Y + height + 30)]]
        path = straight[rng.integers(2)] if rng.random() < 0.6 else list(zip(x, y))
        kind, line = str(rng.choice(LINES)), LineString(path)
        found.append((kind, line.buffer(8) if kind == "river" and rng.random() < 0.5 else line))
        if rng.random() < 0.4:
            found.append(("crossing", line.interpolate(rng.uniform(0.2, 0.8), normalized=True)))
    return found


@pytest.mark.parametrize("seed", range(1000, 1015))
def test_any_district_is_delivered_and_verified(seed, tmp_path, without_pages):
    source = odd_district(seed, tmp_path / "odd.gpkg")
    district, policy = read_district(source), load_policy()
    run = plan_district(district, policy, Effort("quick", 0), PlanOptions())
    deliver(run, tmp_path / "out", source=source)
    assert run.buildings["households"].sum() == district.buildings["households"].sum()
    outside = ~run.grids["households"].between(policy.households_min, policy.households_max)
    assert set(run.grids.index[outside & (run.grids["status"] != "special")]) == set(
        run.exceptions["grid_code"]
    )


@pytest.mark.parametrize("seed", range(1000, 1006))
def test_what_check_calls_impossible_the_plan_has_an_exception_for(seed, tmp_path):
    district, policy = read_district(odd_district(seed, tmp_path / "odd.gpkg")), load_policy()
    named = {told["community_id"] for told in inspect_district(district, policy, PlanOptions()).impossible}
    run = plan_district(district, policy, Effort("quick", 0), PlanOptions())
    assert named <= set(run.exceptions["community_id"])
