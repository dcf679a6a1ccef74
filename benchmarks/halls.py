"""Places for new halls: ``python -m benchmarks.halls [--sizes 100 400 1000 3500] [--most 3] [--model 100] [--out FILE]``.

Random buildings, 30 m apart on average, straight ways with the policy's detour factor; without a hall, and with one in a
corner that stays. What ``staffing.halls`` proposes is held against all single buildings and all pairs looked at in turn (from
three on only the bound proves), and a small case against CP-SAT on the radius formulation (Elloumi 2010,
doi:10.1007/s10878-008-9149-z). CPU seconds, one thread; compiled code is loaded before.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from scipy.sparse import csr_array

from gridder.policy import load_policy
from gridder.staffing.halls import Answer, Town, measure_candidates, measure_ways, site_halls
from gridder.staffing.network import Network
from gridder.staffing.siting import NO_WAY_S, add_each, make_case

Floats = NDArray[np.float64]
HEAD = (
    "buildings",
    "hall that stays",
    "new",
    "household-minutes ÷ best",
    "best of",
    "proven",
    "CPU s",
    "of best",
)
SPACING_M, MOST_HOUSEHOLDS = 30, 120  # between buildings; of a building


def make_town(n: int, *, hall: bool, seed: int = 1) -> Town:
    """Return n buildings at random places, and how far the hall in their corner is, if there is one."""
    rng = np.random.default_rng(seed)
    xy = np.r_[rng.uniform(0, SPACING_M * n**0.5, (n, 2)), [[0.0, 0.0]]]
    names = np.array([f"b{i:05d}" for i in range(n)], dtype=object)
    places, halls = pd.Series(np.arange(n), index=names), np.array([n])
    policy = load_policy()
    network = Network(places, halls, xy, n + 1, csr_array((n + 1, n + 1)), {}, shapely.STRtree([]), False)
    here = np.arange(n)
    homes = Town(here, rng.integers(1, MOST_HOUSEHOLDS, n), np.full(n, np.inf), halls, names, network, policy)
    now = measure_ways(homes, np.array([0])).minutes[0] if hall else homes.now
    return Town(here, homes.households, now, here, names, network, policy)


def best_of_all(minutes: Floats, town: Town, p: int) -> int:
    """Return the least household-seconds of all single candidates or, with p = 2, all pairs; minutes (m, n)."""
    case = make_case(minutes.T, town.households, town.now, town.policy.hall_minutes)
    bases = [case.now] if p == 1 else [np.minimum(case.now, way) for way in case.ways]
    least = min(
        int(add_each(case.ways[j * (p - 1) :], case.households, base).min()) for j, base in enumerate(bases)
    )
    return least // (int(town.households.sum()) + 1)


def household_seconds(town: Town, then: Floats) -> int:
    """Return the whole seconds of all households to the nearest hall."""
    return int(town.households @ whole_seconds(then))


def whole_seconds(minutes: Floats) -> NDArray[np.int64]:
    """Return whole seconds, a day where there is no way."""
    return np.rint(np.minimum(minutes * 60, NO_WAY_S)).astype(np.int64)


def radius_optimum(minutes: Floats, households: NDArray[np.int64], now: Floats, p: int) -> int:
    """Return the least household-seconds by CP-SAT: a place pays for every radius without a hall in it.

    Parameters
    ----------
    minutes
        From place i to candidate j, inf without a way. Shape (n, m).
    """
    from ortools.sat.python import cp_model

    model = cp_model.CpModel()
    chosen = [model.new_bool_var(f"y{j}") for j in range(minutes.shape[1])]
    model.add(sum(chosen) == p)
    costs: list[Any] = []
    for row, stay, weight in zip(whole_seconds(minutes), whole_seconds(now), households):
        radii = np.unique(np.minimum(row, stay))
        costs.append(int(weight * radii[0]))
        before: list[Any] = []
        for near, far in zip(radii, radii[1:]):
            outside = model.new_bool_var("")
            model.add_bool_or(
                [outside, *(~b for b in before), *(chosen[j] for j in np.flatnonzero(row == near))]
            )
            costs.append(int(weight * (far - near)) * outside)
            before = [outside]
    model.minimize(sum(costs))
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    if solver.solve(model) != cp_model.OPTIMAL:
        raise RuntimeError("CP-SAT did not end with the optimum")
    return round(solver.objective_value)


def timed(work: Callable[[], Any]) -> tuple[Any, str]:
    """Return what some work gives and its CPU seconds."""
    began = time.process_time()
    found = work()
    return found, f"{time.process_time() - began:.2f}"


def propose(town: Town, p: int) -> Answer:
    """Return what is proposed, walks measured anew."""
    return site_halls(town, measure_candidates(town), town.now, p)


def row_of(town: Town, p: int, *, model: bool = False) -> list[str]:
    """Return one line of the table."""
    answer, spent = timed(lambda: propose(town, p))
    ours = household_seconds(town, answer.then)
    kept = "yes" if np.isfinite(town.now).all() else "no"
    head = [f"{len(town.homes):,}", kept, str(p)]
    if p > 2 and not model:
        return [*head, "", "", "yes" if answer.proven else "no", spent, ""]
    minutes = measure_ways(town, np.arange(len(town.candidates))).minutes
    if model:
        name = "CP-SAT"
        best, needed = timed(lambda: radius_optimum(minutes.T, town.households, town.now, p))
    else:
        name = "all buildings" if p == 1 else "all pairs"
        best, needed = timed(lambda: best_of_all(minutes, town, p))
    return [*head, f"{ours / best:.5f}", name, "yes" if answer.proven else "no", spent, needed]


def table(rows: list[list[str]]) -> str:
    """Return rows as a table in Markdown."""
    lines = [list(HEAD), ["--:", "---", "--:", "--:", "---", "---", "--:", "--:"], *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"


def main(arguments: Sequence[str]) -> int:
    """Run what was asked for; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.halls")
    parser.add_argument("--sizes", type=int, nargs="+", default=[100, 400, 1000, 3500], help="buildings")
    parser.add_argument("--most", type=int, default=3, help="new halls")
    parser.add_argument("--model", type=int, default=100, help="buildings of the case for CP-SAT; 0: none")
    parser.add_argument("--out", type=Path, default=Path("build/benchmarks/halls.md"))
    asked = parser.parse_args(arguments)
    propose(make_town(10, hall=False), 2)
    rows = [
        row_of(make_town(n, hall=hall), p)
        for n in asked.sizes
        for hall in (False, True)
        for p in range(1, asked.most + 1)
    ]
    if asked.model:
        rows += [row_of(make_town(asked.model, hall=hall), 2, model=True) for hall in (False, True)]
    told = table(rows)
    asked.out.parent.mkdir(parents=True, exist_ok=True)
    asked.out.write_text(told, encoding="utf-8", newline="\n")
    print(told)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
