"""A small problem that needs every kernel: solved once at set-up, so that no run waits for compiling."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from gridder.effort import Effort
from gridder.partition.anneal import make_graph
from gridder.partition.answer import Certificate, Plan
from gridder.partition.problem import Problem
from gridder.partition.remainder import leaves_lawful_rests
from gridder.partition.solve import solve
from gridder.partition.travel import make_travel


def lattice(width: int, height: int, households: int) -> Problem:
    """Return a problem of equal atoms on a lattice, window 300–500, for trying and warming up."""
    place = np.arange(width * height).reshape(height, width)
    across = np.column_stack([place[:, :-1].ravel(), place[:, 1:].ravel()])
    down = np.column_stack([place[:-1].ravel(), place[1:].ravel()])
    edges = np.concatenate([across, down])
    counts = np.full(width * height, households)
    return Problem(counts, edges, np.full(len(edges), 10), 300, 500)


def warm() -> tuple[Plan, Certificate]:
    """Return the answer to a small problem that, posed by boundary and by travel, needs every kernel.

    The compiled code is kept on disk.
    """
    case = lattice(8, 8, 25)
    place = np.arange(64)
    steps = np.abs(place[:, None] // 8 - place // 8) + np.abs(place[:, None] % 8 - place % 8)
    solve(replace(case, travel=make_travel(case.households, steps)), Effort("quick"))
    leaves_lawful_rests(make_graph(case), case.households_min, case.households_max, [(0,)])
    return solve(case, Effort("standard"))
