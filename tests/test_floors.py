"""Imports point down: every module has a floor, and reads only what stands on its own floor or below."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import networkx as nx
import pytest

import gridder

PACKAGE = Path(gridder.__file__).parent
FLOORS: tuple[tuple[str, ...], ...] = (
    ("errors",),
    ("policy", "effort", "tables", "text", "addresses", "colours", "fixed_date"),
    ("read", "coordinates", "check",  # files → gridder's tables; what is wrong with them, mended and settled
     # the ground and who touches whom
     "atoms", "holders", "units", "seeds", "segments", "mending", "barriers", "crossings", "loose_ends", "faces", "landings",
     "homes", "empty_ground", "lumps", "settling", "open_ground", "cells", "gates",
     "openings", "adjacency"),
    ("partition",),
    ("boundaries", "codes", "changes", "staffing", "problems", "walking", "places", "mends", "exceptions", "regions"),
    ("outputs",),
    ("journal", "edits", "prepare", "locked", "plan_tables", "assemble", "district", "deliver", "request",
     "synth"),
    ("regenerate", "restaff"),
    ("batch",),
    ("options", "console", "usage", "report", "tasks", "warm", "cli", "__main__", "__init__"),
)  # fmt: skip
GROUND = {name for floor in FLOORS[:2] for name in floor}
FLOOR_OF = {name: number for number, floor in enumerate(FLOORS) for name in floor}
MAY_VERIFY = {"deliver", "cli"}  # who asks for the independent look
READS_BACK = {("outputs.record", "outputs.geopackage")}  # load_run reads the layers that the GeoPackage wrote
NO_GEOMETRY = {"geopandas", "shapely", "pandas", "folium"}
HEAVY = {"ortools", "folium", "matplotlib", "geopandas"}


def names_of(path: Path, package: Path) -> str:
    """Return the dotted name of a module below the package, ``outputs.record``; a package goes by its folder."""
    parts = path.relative_to(package).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" and len(parts) > 1 else parts)


def modules(package: Path) -> dict[str, ast.Module]:
    """Return every module of a package, parsed, by its dotted name."""
    files = sorted(package.rglob("*.py"))
    return {names_of(path, package): ast.parse(path.read_text("utf-8")) for path in files}


def imported(tree: ast.AST) -> Iterator[str]:
    """Yield what a module imports, anywhere in it; of ``from a import b`` both ``a`` and ``a.b``."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = "." * node.level + (node.module or "")
            yield base
            yield from (f"{base}.{alias.name}" for alias in node.names)


def own_imports(tree: ast.AST, known: set[str]) -> set[str]:
    """Return the modules of gridder that a module imports."""
    inner = {name.removeprefix("gridder.") for name in imported(tree) if name.startswith("gridder.")}
    return {name for name in inner if name in known}


def floor_of(name: str) -> int | None:
    """Return the floor of a module, or that of the package it is in."""
    return FLOOR_OF.get(name, FLOOR_OF.get(name.partition(".")[0]))


def is_verify(name: str) -> bool:
    """Whether a module belongs to verify, which stands beside the house."""
    return name == "verify" or name.startswith("verify.")


def violations(trees: dict[str, ast.Module]) -> list[str]:
    """Return every import that points up, sideways where that is forbidden, or nowhere."""
    found = []
    for name, tree in trees.items():
        if floor_of(name) is None and not is_verify(name):
            found.append(f"{name}: no floor")
            continue
        found += [f"{name}: relative import {i}" for i in imported(tree) if i.startswith(".")]
        for other in sorted(own_imports(tree, set(trees)) - {name}):
            found += [f"{name} → {other}: {why}" for why in wrong(name, other)]
    return found


def wrong(name: str, other: str) -> Iterator[str]:
    """Yield what is wrong with ``name`` importing ``other``."""
    if is_verify(name):
        if not is_verify(other) and other not in GROUND:
            yield "verify imports the ground only"
    elif is_verify(other):
        if name not in MAY_VERIFY:
            yield "verify is imported by deliver and cli only"
    elif (floor_of(other) or 0) > (floor_of(name) or 0):
        yield "points up"
    elif "" not in (output_of(name), output_of(other)) and (name, other) not in READS_BACK:
        yield from ["outputs do not import each other"] * (output_of(name) != output_of(other))


def output_of(name: str) -> str:
    """Return which of the outputs a module belongs to (``maps`` is one), blank for others."""
    return name.split(".")[1] if name.startswith("outputs.") else ""


def cycles(trees: dict[str, ast.Module]) -> list[list[str]]:
    """Return the groups of modules that import each other in a circle."""
    graph = nx.DiGraph((a, b) for a, tree in trees.items() for b in own_imports(tree, set(trees)) if a != b)
    return [sorted(group) for group in nx.strongly_connected_components(graph) if len(group) > 1]


@pytest.fixture(scope="module")
def house() -> dict[str, ast.Module]:
    return modules(PACKAGE)


def test_imports_point_down(house: dict[str, ast.Module]) -> None:
    assert violations(house) == []


def test_no_module_imports_itself_through_others(house: dict[str, ast.Module]) -> None:
    assert cycles(house) == []


def test_the_house_is_all_there(house: dict[str, ast.Module]) -> None:
    assert {"errors", "read", "partition.model", "outputs.record", "district", "cli", "verify"} <= set(house)


@pytest.mark.parametrize("name", [name for name in modules(PACKAGE) if name.startswith("partition")])
def test_partition_sees_no_geometry(house: dict[str, ast.Module], name: str) -> None:
    assert {i.partition(".")[0] for i in imported(house[name])} & NO_GEOMETRY == set()


def test_only_the_command_line_prints(house: dict[str, ast.Module]) -> None:
    printing = {
        name
        for name, tree in house.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print"
    }
    assert printing <= {"cli"}


def test_no_random_no_warnings(house: dict[str, ast.Module]) -> None:
    """One seeded generator is passed down (never ``random``), and warnings are findings (never ``warnings``)."""
    for name, tree in house.items():
        assert {"random", "warnings"} & set(imported(tree)) == set(), name


@pytest.mark.parametrize("command", [[], ["plan"], ["verify"]])
def test_help_imports_nothing_heavy(command: list[str]) -> None:
    call = [sys.executable, "-X", "importtime", "-m", "gridder", *command, "--help"]
    answer = subprocess.run(call, capture_output=True, text=True, encoding="utf-8", timeout=60, check=False)
    assert answer.returncode == 0, answer.stderr[-500:]
    loaded = {line.rpartition("|")[2].strip() for line in answer.stderr.splitlines() if "|" in line}
    assert "typer" in loaded  # the list is what we think it is
    assert {name.partition(".")[0] for name in loaded} & HEAVY == set()


# ── the checks themselves can fail ──


@pytest.mark.parametrize(
    ("name", "source", "expected"),
    [
        ("atoms", "from gridder.cells import draw_cells", []),
        ("atoms", "from gridder.cli import app", ["atoms → cli: points up"]),
        ("atoms", "from gridder import cli", ["atoms → cli: points up"]),
        ("atoms", "import gridder.district", ["atoms → district: points up"]),
        ("atoms", "def f():\n    from gridder import district", ["atoms → district: points up"]),
        ("atoms", "from . import cells", ["atoms: relative import .", "atoms: relative import ..cells"]),
        ("utils", "", ["utils: no floor"]),
        ("partition.model", "from gridder.atoms import make_atoms", []),
        ("read", "from gridder.partition import model", ["read → partition: points up", "read → partition.model: points up"]),
        ("verify", "from gridder.read import read_district", ["verify → read: verify imports the ground only"]),
        ("verify.new", "from gridder.tables import Run", []),
        ("assemble", "from gridder.verify import x", ["assemble → verify: verify is imported by deliver and cli only"]),
        ("outputs.workbook", "import gridder.outputs.record",
         ["outputs.workbook → outputs.record: outputs do not import each other"]),
        ("outputs.maps.index", "from gridder.outputs.maps.two import x", []),
    ],
)  # fmt: skip
def test_each_floor_rule_can_fail(
    house: dict[str, ast.Module], name: str, source: str, expected: list[str]
) -> None:
    found = violations(house | {name: ast.parse(source)})
    assert sorted(set(found) - set(violations(house))) == sorted(expected)


def test_a_circle_is_seen() -> None:
    trees = {"atoms": ast.parse("import gridder.cells"), "cells": ast.parse("import gridder.atoms")}
    assert cycles(trees) == [["atoms", "cells"]]
