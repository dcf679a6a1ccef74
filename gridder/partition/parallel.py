"""Many problems in several processes. The plans do not depend on how many."""

from __future__ import annotations

import multiprocessing
import zlib
from concurrent.futures import Future, ProcessPoolExecutor, as_completed

import numpy as np

from gridder.effort import Effort, Event, Progress, silent
from gridder.partition.answer import Certificate, Plan
from gridder.partition.problem import Problem

Solved = tuple[Plan, Certificate]


def effort_for(effort: Effort, name: str) -> Effort:
    """Return the effort with a seed of its own for one named problem: the same in whichever process it runs."""
    state = np.random.SeedSequence([effort.seed, zlib.crc32(name.encode())]).generate_state(1)
    return Effort(effort.name, int(state[0]))


def solve_named(name: str, problem: Problem, effort: Effort) -> Solved:
    """Solve one named problem."""
    from gridder.partition.solve import solve

    return solve(problem, effort_for(effort, name))


def solve_all(
    problems: dict[str, Problem], effort: Effort, *, jobs: int = 1, progress: Progress = silent
) -> dict[str, Solved]:
    """Return the plan and certificate of every problem by name, largest problems first to end together."""
    order = sorted(problems, key=lambda name: (-len(problems[name].households), name))
    solved: dict[str, Solved] = {}
    progress(Event("partition", 0, len(order)))
    if jobs <= 1 or len(order) <= 1:
        for name in order:
            solved[name] = solve_named(name, problems[name], effort)
            progress(Event("partition", len(solved), len(order), name))
        return solved
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(max_workers=min(jobs, len(order)), mp_context=context) as pool:
        waiting: dict[Future[Solved], str] = {}
        for name in order:
            waiting[pool.submit(solve_named, name, problems[name], effort)] = name
        try:
            for future in as_completed(waiting):
                solved[waiting[future]] = future.result()
                progress(Event("partition", len(solved), len(order), waiting[future]))
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    return {name: solved[name] for name in order}
