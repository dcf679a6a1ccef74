"""How soon the engine has a plan, one within 1 % of the best, and its best: CPU seconds, compiled code loaded.

``python -m benchmarks.progress INSTANCE… [--effort standard] [--seeds 0 1 2] [--within 0.01] [--out FILE] [--steps FILE]``
solves each instance with each seed and prints a table by group; ``--steps`` keeps every step of every run as JSON.

The engine is watched from outside: each of its functions is wrapped while a run lasts, and every lawful plan that one of
them returns and that is cheaper than all before is noted with its time. The time that watching takes is not counted.
Plans within one annealing run are not seen before it ends, so the figures are a little late, never early.
"""

from __future__ import annotations

import argparse
import functools
import importlib
import json
import pkgutil
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any

import numpy as np

import gridder.partition
from benchmarks.instances import find_instances
from benchmarks.judge import Instance
from benchmarks.partition import EFFORTS, make_problem
from benchmarks.score import group_of
from gridder.effort import Effort
from gridder.partition import solve as solving
from gridder.partition.problem import Problem, components, plan_cost
from gridder.partition.warm import warm

HEAD = ("group", "runs", "lawful", "within {0}", "best of the run", "all", "value ÷ best known, worst")


@dataclass
class Watch:
    """Notes every cheaper lawful plan that a watched function returns.

    Parameters
    ----------
    problem
        The whole problem; smaller ones of as many households are the same one with atoms merged, and are kept by size.
    steps
        (CPU seconds since the start, cost) of each plan cheaper than all before.
    own
        CPU seconds spent watching.
    """

    problem: Problem
    clock: Callable[[], float] = time.process_time
    steps: list[tuple[float, int]] = field(default_factory=list)
    own: float = 0.0
    began: float = 0.0
    forms: dict[int, Problem] = field(default_factory=dict)
    looking: bool = False

    def __post_init__(self) -> None:
        """Begin."""
        self.forms[self.problem.n_atoms] = self.problem
        self.began = self.clock()

    def look(self, given: Sequence[Any], result: Any) -> None:
        """Look at the arguments and the result of one call."""
        if self.looking:  # the look itself calls functions of the engine
            return
        self.looking, entered = True, self.clock()
        now = entered - self.began - self.own
        for value in given:
            if isinstance(value, Problem) and self.is_form(value):
                self.forms.setdefault(value.n_atoms, value)
        for plan in plans_in(result):
            form = self.forms.get(len(plan))
            cost = None if form is None else lawful_cost(form, plan)
            if cost is not None and (not self.steps or cost < self.steps[-1][1]):
                self.steps.append((now, cost))
        self.own += self.clock() - entered
        self.looking = False

    def is_form(self, other: Problem) -> bool:
        """Whether a problem is the whole one, perhaps with atoms merged."""
        return (
            other.n_atoms <= self.problem.n_atoms
            and int(other.households.sum()) == int(self.problem.households.sum())
            and other.households_min == self.problem.households_min
            and other.households_max == self.problem.households_max
        )


def plans_in(result: Any) -> Iterator[Any]:
    """Yield the arrays of a result that may be plans: itself, its field ``assignment``, or those of its parts."""
    if isinstance(result, np.ndarray):
        if result.ndim == 1 and result.dtype == np.int64:
            yield result
    elif isinstance(getattr(result, "assignment", None), np.ndarray):
        yield result.assignment
    elif type(result) is tuple:
        for part in result[:4]:
            yield from plans_in(part)


def lawful_cost(problem: Problem, plan: Any) -> int | None:
    """Return the cost of an array where it is a lawful plan of the problem with labels 0…k−1, else None."""
    k = int(plan.max(initial=-1)) + 1
    if (
        k < 1
        or k > problem.n_atoms
        or plan.min() < 0
        or (isinstance(problem.grids, int) and k != problem.grids)
    ):
        return None
    sums = np.bincount(plan, weights=problem.households, minlength=k)
    if sums.min() < problem.households_min or sums.max() > problem.households_max:
        return None
    inside = plan[problem.edges[:, 0]] == plan[problem.edges[:, 1]]
    if int(components(problem.n_atoms, problem.edges[inside]).max()) + 1 != k:
        return None
    return plan_cost(problem, plan)


@contextmanager
def swapped(make: Callable[[FunctionType], Any]) -> Iterator[None]:
    """Put ``make(function)`` in the place of every function of the engine, in every module, while the block lasts."""
    names = [f"gridder.partition.{m.name}" for m in pkgutil.iter_modules(gridder.partition.__path__)]
    made: dict[FunctionType, Any] = {}
    places: list[tuple[ModuleType, str, FunctionType]] = []
    for module in map(importlib.import_module, names):
        for name, held in vars(module).items():
            if isinstance(held, FunctionType) and held.__module__.startswith("gridder.partition."):
                made.setdefault(held, make(held))
                places.append((module, name, held))
    try:
        for module, name, held in places:
            setattr(module, name, made[held])
        yield
    finally:
        for module, name, held in places:
            setattr(module, name, held)


def wrap(function: FunctionType, watch: Watch) -> Any:
    """Return the function with a look at each call."""

    @functools.wraps(function)
    def call(*given: Any, **named: Any) -> Any:
        result = function(*given, **named)
        watch.look(given, result)
        return result

    return call


@dataclass(frozen=True)
class Progress:
    """One run: its steps (CPU seconds, cost), the seconds of the whole, and the best value known before."""

    group: str
    instance: str
    seed: int
    steps: tuple[tuple[float, float], ...]
    seconds: float
    best_known: float | None

    def until(self, value: float) -> float | None:
        """Return when the run had a plan of this value or better; None: never."""
        return next((at for at, cost in self.steps if cost <= value), None)


def watch_run(instance: Instance, group: str, effort: Effort) -> Progress:
    """Return what a run on one instance came to, and when."""
    problem = make_problem(instance, "free")
    watch = Watch(problem)
    with swapped(lambda function: wrap(function, watch)):
        watch.began = watch.clock()
        plan, _ = solving.solve(problem, effort)
        seconds = watch.clock() - watch.began - watch.own
        watch.look((), plan.assignment)
    return Progress(group, instance["name"], effort.seed, tuple(watch.steps), seconds, instance["best_known"])


def tabulate(runs: Sequence[Progress], within: float) -> str:
    """Return the runs as a markdown table: medians and, in brackets, the most."""
    rows = [tuple(cell.format(f"{100 * within:g} %") for cell in HEAD)]
    for group in dict.fromkeys(run.group for run in runs):
        rows.append((group, *figures([run for run in runs if run.group == group], within)))
    lines = ["| " + " | ".join(row) + " |" for row in rows]
    lines.insert(1, "|---" + "|--:" * (len(HEAD) - 1) + "|")
    return "\n".join(lines) + "\n"


def figures(runs: Sequence[Progress], within: float) -> tuple[str, ...]:
    """Return the cells of one group; without a best value known, the best of the runs on the instance stands for it."""
    best: dict[str, float] = {}
    for run in runs:
        ends = [run.steps[-1][1]] if run.steps else []
        known = [value for value in (best.get(run.instance), run.best_known) if value is not None]
        if run.best_known is None or not known:
            best[run.instance] = min(known + ends, default=float("nan"))
        else:
            best[run.instance] = run.best_known
    ended = [run for run in runs if run.steps]
    over = [run.steps[-1][1] / best[run.instance] for run in ended if best[run.instance]]
    return (
        str(len(runs)),
        spread([run.until(float("inf")) for run in runs]),
        spread([run.until(best[run.instance] * (1 + within)) for run in runs]),
        spread([run.until(run.steps[-1][1]) if run.steps else None for run in runs]),
        spread([run.seconds for run in runs]),
        f"{max(over):.4f}" if over else "–",
    )


def spread(times: Sequence[float | None]) -> str:
    """Return the median and the most of some times, and how often there was none."""
    given = [t for t in times if t is not None]
    if not given:
        return "never"
    never = len(times) - len(given)
    return f"{statistics.median(given):.2f} ({max(given):.2f})" + (f", {never} never" if never else "")


def main(arguments: Sequence[str]) -> int:
    """Watch the runs that the command line asks for; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.progress")
    parser.add_argument("instances", nargs="+", type=Path, help="instances, or folders of them")
    parser.add_argument("--effort", choices=EFFORTS, default="standard")
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--within", type=float, default=0.01, help="part of the best known value")
    parser.add_argument("--out", type=Path, help="write the table to a file, too")
    parser.add_argument("--steps", type=Path, help="keep every step as JSON")
    asked = parser.parse_args(arguments)
    warm()
    runs = []
    for path in find_instances(asked.instances):
        instance = json.loads(path.read_text("utf-8"))
        if instance["feasible"] is False or instance["objective"] != "cut":
            continue
        for seed in asked.seeds:
            runs.append(watch_run(instance, group_of(instance, path), Effort(asked.effort, seed)))
            steps = ", ".join(f"{at:.2f} s {cost}" for at, cost in runs[-1].steps)
            print(
                f"{instance['name']} · {seed} · {steps} · all {runs[-1].seconds:.2f} s",
                file=sys.stderr,
                flush=True,
            )
    table = tabulate(runs, asked.within)
    print(table, end="")
    if asked.out:
        asked.out.write_text(table, encoding="utf-8", newline="\n")
    if asked.steps:
        kept = json.dumps([asdict(run) for run in runs], indent=0)
        asked.steps.write_text(kept + "\n", encoding="utf-8", newline="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
