"""Time the whole flow, read … verify, on synthetic cities and on the demo.

``python -m benchmarks.flow [--buildings 1000 5000] [--effort quick|standard] [--seed N] [--jobs N] [--out FILE]`` prints
one markdown table and, with ``--out``, writes it to a file as well. Each district is planned in a fresh process, so that
the peak of memory is its own.
"""

from __future__ import annotations

import argparse
import multiprocessing
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from gridder.effort import Event
from gridder.journal import Journal
from gridder.request import Request
from gridder.synth import make_city, write_demo_folder, write_layers
from gridder.tasks import plan_input

# Columns of the table ← the stages of progress that they add up. ``tables`` is what follows the last community:
# codes, polygons, staffing.
COLUMNS = {
    "read": ("read",), "check, cells": ("check", "cells"), "adjacency": ("adjacency",), "partition": ("partition",),
    "tables": ("tables",), "write": ("write",), "maps": ("maps",), "verify": ("verify",),
}  # fmt: skip
HEAD = ("district", "buildings", "households", "grids", *COLUMNS, "all", "MB", "MB a worker")
BYTES_A_UNIT = 1 if sys.platform == "darwin" else 1024  # of ru_maxrss


@dataclass
class Stopwatch:
    """A Progress that adds up the seconds between the first events of the stages."""

    clock: Callable[[], float] = time.perf_counter
    seconds: dict[str, float] = field(default_factory=dict)
    stage: str = ""
    since: float = 0.0

    def __call__(self, event: Event) -> None:
        """Take one event of progress; the last community ends ``partition``."""
        if event.stage != self.stage:
            self.turn(event.stage)
        if event.stage == "partition" and event.done == event.total:
            self.turn("tables")

    def turn(self, stage: str) -> None:
        """End the stage that runs and begin another."""
        now = self.clock()
        if self.stage:
            self.seconds[self.stage] = self.seconds.get(self.stage, 0.0) + now - self.since
        self.stage, self.since = stage, now


@dataclass(frozen=True)
class Measured:
    """One row of the table: what was planned, seconds by stage, peak memory of the main process and of a worker."""

    name: str
    buildings: int
    households: int
    grids: int
    seconds: dict[str, float]
    main_mb: float
    worker_mb: float


def measure(path: Path, name: str, request: Request) -> Measured:
    """Plan one input, deliver it to a folder that is thrown away, and return what it took."""
    watch = Stopwatch()
    with tempfile.TemporaryDirectory(prefix="gridder-") as folder:
        run = plan_input(path, request, Path(folder) / "out", Journal(show=watch), overwrite=False)
        watch.turn("")
    households, buildings = (
        int(run.buildings["households"].sum()),
        int(run.buildings["building_id"].nunique()),
    )
    peaks = [resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    main_mb, worker_mb = (peak * BYTES_A_UNIT / 1e6 for peak in peaks)
    return Measured(name, buildings, households, len(run.grids), watch.seconds, main_mb, worker_mb)


def measure_apart(path: Path, name: str, request: Request) -> Measured:
    """Return the same, measured in a process of its own."""
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(max_workers=1, mp_context=context) as pool:
        return pool.submit(measure, path, name, request).result()


def measure_all(sizes: Sequence[int], request: Request) -> list[Measured]:
    """Return a row for the demo, then one for each synthetic city, in the order asked for."""
    rows = []
    with tempfile.TemporaryDirectory(prefix="gridder-") as folder:
        rows.append(measure_apart(write_demo_folder(Path(folder)), "demo", request))
        for n in sizes:
            path = Path(folder) / f"city-{n}.gpkg"
            write_layers(make_city(n, request.seed), path)
            rows.append(measure_apart(path, f"city {n:,}", request))
    return rows


def tabulate(rows: Sequence[Measured]) -> str:
    """Return the rows as a markdown table: seconds to a tenth, memory to the megabyte."""
    lines = ["| " + " | ".join(HEAD) + " |", "|---" + "|--:" * (len(HEAD) - 1) + "|"]
    for row in rows:
        spent = [sum(row.seconds.get(stage, 0.0) for stage in stages) for stages in COLUMNS.values()]
        cells = [row.name, f"{row.buildings:,}", f"{row.households:,}", f"{row.grids:,}"]
        cells += [f"{s:.1f}" for s in (*spent, sum(row.seconds.values()))]
        cells += [f"{row.main_mb:.0f}", f"{row.worker_mb:.0f}"]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def main(arguments: Sequence[str]) -> int:
    """Measure what the command line asks for; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.flow")
    parser.add_argument("--buildings", type=int, nargs="*", default=[1000, 5000], help="sizes of the cities")
    parser.add_argument("--effort", choices=("quick", "standard"), default="quick")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--out", type=Path, help="write the table to a file, too")
    asked = parser.parse_args(arguments)
    request = Request(effort=asked.effort, seed=asked.seed, jobs=asked.jobs, lang="en")
    table = tabulate(measure_all(asked.buildings, request))
    print(table, end="")
    if asked.out:
        asked.out.write_text(table, encoding="utf-8", newline="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
