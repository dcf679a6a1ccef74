"""Make graph instances for the benchmarks: communities, towers, tight windows, and two kinds without an answer.

``python -m benchmarks.instances --out DIR [--seeds 1 2 3] [--sizes 50 100 …]`` writes ``DIR/<folder>/<name>.json`` and,
where a lawful answer is planted, ``DIR/witness/<folder>/<name>.json``. The format is in README.md. The same arguments
give the same files.

Buildings are points in a square, their ground the Voronoi cells; streets cut the square into blocks, arterials into
quarters. Households are dealt out so that a planted plan is lawful, which proves that there is one.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.judge import Instance, households_of, neighbours, parts

Floats = NDArray[np.float64]
SPACING_M = 30.0  # between buildings: the square grows with their number
LEAST_SHARED_M = 1.0  # a shorter boundary is no edge
FACTORS = {"plain": 1.0, "street": 0.4, "arterial": 0.1}  # cost of a metre of boundary
STREET_EVERY, ARTERIAL_EVERY = 4.5, 9.0  # spacings from one to the next
DEFINITION = (
    "minimise the summed cost of the edges whose ends lie in different grids; cost = shared boundary in metres × 1 "
    "inside a block (plain), × 0.4 across a street, × 0.1 across an arterial, rounded, at least 1; connected grids, "
    "households_min <= households <= households_max, number of grids free"
)


@dataclass(frozen=True)
class Kind:
    """How the households of an instance are dealt out.

    Parameters
    ----------
    folder, prefix
        Where its files stand and how their names begin.
    atoms_a_grid
        Buildings of a planted grid on average.
    window
        households_min, households_max.
    planted
        Least and most households of a planted grid.
    spread
        Of the logarithm of the buildings' households within a planted grid.
    """

    folder: str
    prefix: str
    atoms_a_grid: float
    window: tuple[int, int]
    planted: tuple[int, int]
    spread: float


COMMUNITY = Kind("communities", "blocks", 30.0, (300, 500), (330, 470), 1.0)
TOWERS = Kind("towers", "towers", 2.6, (300, 500), (300, 500), 0.6)
TIGHT = Kind("tight", "tight", 12.0, (390, 410), (390, 410), 0.8)
SIZES = {"communities": (50, 100, 150, 200, 300, 400, 600), "towers": (30, 60, 100), "tight": (60, 120)}
HOPELESS = 100  # buildings of the instances that have no lawful answer


def make_instance(kind: Kind, n: int, seed: int) -> tuple[Instance, list[int]]:
    """Return an instance of n buildings with a lawful answer, and that answer."""
    rng = np.random.default_rng([seed, n, len(kind.prefix)])
    side = SPACING_M * float(np.sqrt(n))
    points = rng.random((n, 2)) * side
    edges = [list(edge) for edge in draw_edges(points, side, rng)]
    instance: Instance = {
        "name": f"{kind.prefix}_{n:03}_s{seed}",
        "source": "benchmarks/instances.py",
        "licence": "synthetic, MIT",
        "objective": "cut",
        "objective_definition": DEFINITION,
        "k": None,
        "households_min": kind.window[0],
        "households_max": kind.window[1],
        "nodes": [
            {"id": i, "households": 0, "x": round(float(x), 3), "y": round(float(y), 3)}
            for i, (x, y) in enumerate(points)
        ],
        "edges": edges,
    }
    planted = plant_grids(neighbours(instance), max(2, round(n / kind.atoms_a_grid)), rng)
    for node, count in zip(instance["nodes"], deal_households(planted, kind, rng)):
        node["households"] = count
    return instance | facts(instance, True, []), planted


def draw_edges(points: Floats, side: float, rng: np.random.Generator) -> list[tuple[int, int, int, str]]:
    """Return (i, j, cost, kind) of the buildings whose ground meets, ascending; all are connected."""
    from scipy.spatial import Voronoi

    mirrored = [points, *(mirror(points, axis, at) for axis in (0, 1) for at in (0.0, side))]
    voronoi = Voronoi(np.concatenate(mirrored))  # mirror images close the cells along the sides of the square
    streets = [lines(side, STREET_EVERY * SPACING_M, rng) for _ in range(2)]
    arterials = [lines(side, ARTERIAL_EVERY * SPACING_M, rng) for _ in range(2)]
    found = []
    for pair, corners in zip(voronoi.ridge_points.tolist(), voronoi.ridge_vertices):
        i, j = sorted(pair)
        if j >= len(points) or min(corners) < 0:
            continue
        shared = float(np.linalg.norm(np.subtract(*voronoi.vertices[corners])))
        if shared >= LEAST_SHARED_M:
            kind = road_between(points[i], points[j], streets, arterials)
            found.append((i, j, max(1, round(shared * FACTORS[kind])), kind))
    return sorted(found)


def mirror(points: Floats, axis: int, at: float) -> Floats:
    """Return the points mirrored at a side of the square."""
    turned = points.copy()
    turned[:, axis] = 2 * at - turned[:, axis]
    return turned


def lines(side: float, spacing: float, rng: np.random.Generator) -> Floats:
    """Return where parallel roads run, about every ``spacing`` metres."""
    places = np.arange(spacing, side - spacing / 3, spacing)
    return places + rng.normal(0.0, spacing / 8, len(places))


def road_between(a: Floats, b: Floats, streets: Sequence[Floats], arterials: Sequence[Floats]) -> str:
    """Return the kind of boundary between two buildings: the largest road that runs between them."""
    for kind, roads in (("arterial", arterials), ("street", streets)):
        if any(
            np.searchsorted(roads[axis], a[axis]) != np.searchsorted(roads[axis], b[axis]) for axis in (0, 1)
        ):
            return kind
    return "plain"


def plant_grids(near: list[list[int]], k: int, rng: np.random.Generator) -> list[int]:
    """Return a connected grid for every node: k grids grown from random nodes, the smallest that can grow first."""
    grid = [-1] * len(near)
    for g, start in enumerate(rng.choice(len(near), k, replace=False).tolist()):
        grid[start] = g
    while -1 in grid:
        sizes = [grid.count(g) for g in range(k)]
        rims = {
            g: {j for i, own in enumerate(grid) if own == g for j in near[i] if grid[j] < 0} for g in range(k)
        }
        g = min((g for g in range(k) if rims[g]), key=lambda g: (sizes[g], g))
        grid[int(rng.choice(sorted(rims[g])))] = g
    return grid


def deal_households(planted: list[int], kind: Kind, rng: np.random.Generator) -> list[int]:
    """Return the households of every building; those of a planted grid add up to a lawful number."""
    counts = [0] * len(planted)
    for g in range(max(planted) + 1):
        members = [i for i, own in enumerate(planted) if own == g]
        total = int(rng.integers(kind.planted[0], kind.planted[1] + 1))
        weights = np.exp(rng.normal(0.0, kind.spread, len(members)))
        ends = np.round(np.cumsum(weights) / weights.sum() * total).astype(int).tolist()
        for i, first, last in zip(members, [0, *ends], ends):
            counts[i] = last - first
    return counts


def facts(instance: Instance, feasible: bool, reasons: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the fields that say what is known of an instance."""
    near = neighbours(instance)
    totals = [households_of(instance, part) for part in parts(near, range(len(near)))]
    return {
        "k_min": sum(-(-total // instance["households_max"]) for total in totals),
        "k_max": sum(total // instance["households_min"] for total in totals),
        "best_known": None,
        "bound": None,
        "proven": False,
        "feasible": feasible,
        "reason": reasons[0]["code"] if reasons else None,
        "reasons": reasons,
        "note": "a lawful answer was planted, see witness" if feasible else "made to have no lawful answer",
    }


def add_large_building(instance: Instance, seed: int) -> Instance:
    """Return a copy in which one building alone exceeds the window."""
    nodes = [dict(node) for node in instance["nodes"]]
    place = int(np.random.default_rng(seed).integers(len(nodes)))
    nodes[place]["households"] = instance["households_max"] + 120
    reason = {"code": "building_too_large", "text": f"node {place} alone exceeds households_max"}
    changed = instance | {"name": f"large_building_s{seed}", "nodes": nodes}
    return changed | facts(changed, False, [reason])


def cut_off_pocket(instance: Instance, planted: list[int], seed: int) -> Instance:
    """Return a copy in which the first planted grid is cut off and holds too many for one grid, too few for two."""
    nodes = [dict(node) for node in instance["nodes"]]
    pocket = [i for i, grid in enumerate(planted) if grid == planted[0]]
    wanted = (instance["households_max"] + 2 * instance["households_min"]) // 2
    held = sum(nodes[i]["households"] for i in pocket[1:])
    nodes[pocket[0]]["households"] = max(wanted - held, 0)
    edges = [
        edge
        for edge in instance["edges"]
        if planted[edge[0]] == planted[edge[1]] or planted[0] not in (planted[edge[0]], planted[edge[1]])
    ]
    reason = {"code": "component_between_k", "text": f"a part of {wanted} households fits no number of grids"}
    changed = instance | {"name": f"pocket_s{seed}", "nodes": nodes, "edges": edges}
    return changed | facts(changed, False, [reason])


def write_instances(folder: Path, sizes: dict[str, Sequence[int]], seeds: Sequence[int]) -> list[Path]:
    """Write every instance and its planted answer; return the paths of the instances."""
    written = []
    for kind in (COMMUNITY, TOWERS, TIGHT):
        for n in sizes[kind.folder]:
            for seed in seeds:
                instance, planted = make_instance(kind, n, seed)
                written.append(write(folder / kind.folder, instance))
                write(folder / "witness" / kind.folder, {"name": instance["name"], "assignment": planted})
    for seed in seeds:
        instance, planted = make_instance(COMMUNITY, HOPELESS, seed)
        written.append(write(folder / "hopeless", add_large_building(instance, seed)))
        written.append(write(folder / "hopeless", cut_off_pocket(instance, planted, seed)))
    return written


def write(folder: Path, content: dict[str, Any]) -> Path:
    """Write one file by the name it holds."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{content['name']}.json"
    path.write_text(json.dumps(content, ensure_ascii=False) + "\n", "utf-8", newline="\n")
    return path


def find_instances(places: Sequence[Path]) -> list[Path]:
    """Return the instance files named, and those in the folders named, without answers and witnesses."""
    found = []
    for place in places:
        inside = sorted(place.rglob("*.json")) if place.is_dir() else [place]
        found += [p for p in inside if not place.is_dir() or is_instance(p)]
    return found


def is_instance(path: Path) -> bool:
    """Whether a file of a folder is an instance: it has nodes and edges."""
    content = json.loads(path.read_text("utf-8"))
    return isinstance(content, dict) and {"nodes", "edges", "households_min"} <= content.keys()


def main(arguments: Sequence[str]) -> int:
    """Write the instances the command line asks for; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.instances")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument("--sizes", type=int, nargs="+", help="of the communities")
    asked = parser.parse_args(arguments)
    sizes: dict[str, Sequence[int]] = dict(SIZES)
    if asked.sizes:
        sizes["communities"] = asked.sizes
    written = write_instances(asked.out, sizes, asked.seeds)
    print(f"{len(written)} instances in {asked.out}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
