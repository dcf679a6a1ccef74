"""CP-SAT as every model here runs it: one worker, a fixed seed, work instead of seconds."""

from __future__ import annotations

from typing import Any


def make_solver(work: float, *, linear: int = 1) -> Any:
    """Return a solver that stops after ``work`` (deterministic time): the same model gives the same answer.

    ``linear`` is how much of the model its linear relaxation holds; 1 is CP-SAT's own default.
    """
    from ortools.sat.python import cp_model

    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = 0
    solver.parameters.linearization_level = linear
    solver.parameters.max_deterministic_time = work
    return solver
