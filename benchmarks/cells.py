"""Cells beside other tools: ``python -m benchmarks.cells [--buildings 500 5000 50000] [--limit 900] [--out FILE]``.

Every tool gets the same messy city (``benchmarks.messy_city``: footprints repaired, communities, barriers) and draws one
cell a building, in a process of its own, on one thread, within a limit of CPU seconds. The answer is judged by shapely
alone. momepy (Fleischmann 2019, doi:10.21105/joss.01807) is the extra ``tessellation``; its enclosures are the faces
between outlines and barriers, as in gridder.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import geopandas as gpd
import numpy as np
import shapely

from benchmarks.apart import ONE_THREAD, WALL_FACTOR, WALL_MORE_S, peak_mb
from benchmarks.messy_city import City, messy_city
from gridder.adjacency import build_edges
from gridder.cells import draw_cells
from gridder.policy import load_policy

HEAD = (
    "buildings", "tool", "version", "CPU s", "ms a building", "MB", "valid coverage", "cells in pieces",
    "buildings without a cell", "ground without a cell, m²", "ground drawn twice, m²",
)  # fmt: skip
INSTALL = "pip install 'gridder[tessellation]'"
FIRST_ROWS = 200  # of the same kind of city, drawn before the clock starts: compiled code is loaded


def gridder_cells(city: City) -> gpd.GeoSeries:
    """Return gridder's cells."""
    return draw_cells(city.buildings, city.outlines, city.barriers, load_policy()).cells


def gridder_edges(city: City) -> gpd.GeoSeries:
    """Return gridder's cells; who touches whom, over how many metres and along what is found, too."""
    policy = load_policy()
    cells = draw_cells(city.buildings, city.outlines, city.barriers, policy).cells
    build_edges(cells, city.buildings.assign(compound=""), city.barriers, policy)
    return cells


def momepy_enclosed(city: City) -> gpd.GeoSeries:
    """Return momepy's enclosed tessellation: shared out within the faces between outlines and barriers."""
    import momepy

    lines = [shapely.boundary(city.outlines.values), edges_of(city.barriers)]
    noded = shapely.unary_union(np.concatenate(lines))
    faces = shapely.get_parts(shapely.polygonize([noded]))
    inside = shapely.intersects(shapely.union_all(city.outlines.values), shapely.point_on_surface(faces))
    enclosures = gpd.GeoDataFrame(geometry=faces[inside], crs=city.buildings.crs)
    drawn = momepy.enclosed_tessellation(city.buildings.geometry, enclosures, n_jobs=1)
    drawn = drawn[drawn.index.isin(city.buildings.index)]  # faces without buildings have negative numbers
    return drawn.geometry


def momepy_morphological(city: City) -> gpd.GeoSeries:
    """Return momepy's morphological tessellation, clipped to the ground of the communities."""
    import momepy

    limit = shapely.union_all(city.outlines.values)
    return momepy.morphological_tessellation(city.buildings.geometry, clip=limit).geometry


def edges_of(barriers: gpd.GeoDataFrame) -> np.ndarray:
    """Return barriers as lines, areas by their edge."""
    shapes = np.asarray(barriers.geometry.values)
    return np.where(shapely.get_dimensions(shapes) == 2, shapely.boundary(shapes), shapes)


TOOLS: dict[str, tuple[str, Callable[[City], gpd.GeoSeries]]] = {
    "gridder, cells": ("gridder", gridder_cells),
    "gridder, cells and neighbours": ("gridder", gridder_edges),
    "momepy, enclosed": ("momepy", momepy_enclosed),
    "momepy, morphological": ("momepy", momepy_morphological),
}


def judge(city: City, cells: gpd.GeoSeries) -> dict[str, object]:
    """Return what shapely says of cells, one or several rows a building; a building's rows are one cell."""
    shapes = cells.to_numpy()
    whole = cells.groupby(level=0).agg(shapely.union_all)
    ground = shapely.area(shapely.union_all(city.outlines.values))
    together = shapely.union_all(shapes)
    return {
        "valid": bool(shapely.coverage_is_valid(shapes)),
        "in_pieces": int(sum(shape.geom_type != "Polygon" for shape in whole)),
        "lost": len(set(city.buildings.index) - set(cells.index[~shapely.is_empty(shapes)])),
        "gap_m2": float(ground - shapely.area(together)),
        "twice_m2": float(shapely.area(shapes).sum() - shapely.area(together)),
    }


def run_here(tool: str, n_buildings: int, limit_s: int, seed: int) -> dict[str, object]:
    """Return what came of one tool on one city; the process may end within."""
    draw = TOOLS[tool][1]
    try:
        draw(messy_city(FIRST_ROWS, seed))
    except ImportError:
        return {"outcome": f"absent: {INSTALL}"}
    city = messy_city(n_buildings, seed)
    began = time.process_time()
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (int(began) + limit_s + 1, hard))
    try:
        cells = draw(city)
    except Exception as error:  # the tools raise what they like
        return {"outcome": f"{type(error).__name__}: {error}"[:120]}
    seconds = time.process_time() - began
    resource.setrlimit(resource.RLIMIT_CPU, (hard, hard))
    return {"outcome": "answered", "seconds": seconds, "mb": peak_mb(), **judge(city, cells)}


def run_apart(tool: str, n_buildings: int, limit_s: int, seed: int) -> dict[str, object]:
    """Return what came of one tool on one city in a fresh process."""
    call = [sys.executable, "-m", "benchmarks.cells", "--one", tool, "--buildings", str(n_buildings)]
    call += ["--limit", str(limit_s), "--seed", str(seed)]
    wall = WALL_FACTOR * limit_s + WALL_MORE_S
    try:
        done = subprocess.run(
            call, capture_output=True, text=True, timeout=wall, env=os.environ | ONE_THREAD, check=False
        )
    except subprocess.TimeoutExpired:
        return {"outcome": "over time"}
    if done.returncode in (-24, 128 + 24):  # SIGXCPU
        return {"outcome": "over time"}
    if done.returncode:
        return {"outcome": f"crashed: {done.stderr.strip()[-100:]}"}
    return json.loads(done.stdout.splitlines()[-1])


def row(n_buildings: int, tool: str, told: dict[str, object]) -> list[str]:
    """Return one row of the table."""
    try:
        number = version(TOOLS[tool][0])
    except PackageNotFoundError:
        number = "–"
    first = [f"{n_buildings:,}", tool, number]
    if told["outcome"] != "answered":
        return [*first, str(told["outcome"]), *["–"] * (len(HEAD) - 4)]
    seconds, gap, twice = (float(str(told[key])) for key in ("seconds", "gap_m2", "twice_m2"))
    return [
        *first, f"{seconds:.2f}", f"{1000 * seconds / n_buildings:.2f}", f"{float(str(told['mb'])):.0f}",
        "yes" if told["valid"] else "**no**", f"{told['in_pieces']:,}", f"{told['lost']:,}",
        f"{abs(gap):,.1f}", f"{abs(twice):,.1f}",
    ]  # fmt: skip


def table(rows: list[list[str]]) -> str:
    """Return rows as a table in Markdown."""
    lines = [list(HEAD), ["--:", "---", "---", *["--:"] * (len(HEAD) - 3)], *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"


def main(arguments: Sequence[str]) -> int:
    """Run what was asked for; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.cells")
    parser.add_argument("--buildings", nargs="+", type=int, default=[500, 5_000, 50_000])
    parser.add_argument("--limit", type=int, default=900, help="CPU seconds a run")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--one", choices=list(TOOLS), help=argparse.SUPPRESS)
    parser.add_argument("--out", type=Path, default=Path("build/benchmarks/cells.md"))
    asked = parser.parse_args(arguments)
    if asked.one:
        print(json.dumps(run_here(asked.one, asked.buildings[0], asked.limit, asked.seed)))
        return 0
    rows = []
    for n_buildings in asked.buildings:
        for tool in TOOLS:
            rows.append(row(n_buildings, tool, run_apart(tool, n_buildings, asked.limit, asked.seed)))
            print(" | ".join(rows[-1]), file=sys.stderr, flush=True)
    asked.out.parent.mkdir(parents=True, exist_ok=True)
    asked.out.write_text(table(rows), encoding="utf-8", newline="\n")
    print(table(rows))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
