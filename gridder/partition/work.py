"""How much work each effort spends on one connected piece: counts, never seconds."""

from __future__ import annotations

from dataclasses import dataclass

from gridder.effort import Effort


@dataclass(frozen=True)
class Work:
    """Work limits of one connected piece.

    Parameters
    ----------
    listing, columns
        Branches and sets at which listing all lawful grids gives up.
    steps, restarts
        Annealing steps an atom, and runs, for the chosen number of grids.
    option_steps
        Annealing steps an atom for each number of grids that is only compared.
    repairs
        Rounds of re-solving around grids outside the window.
    regions
        Regions re-solved, for each grid of the piece.
    pool
        Columns kept for the model.
    choosing
        Deterministic time of CP-SAT on the pool.
    """

    listing: int
    columns: int
    steps: int
    restarts: int
    option_steps: int
    repairs: int
    regions: int
    pool: int
    choosing: float


WORK = {
    "quick": Work(40_000, 2_000, 60, 1, 20, 30, 0, 1_000, 0.5),
    "standard": Work(400_000, 8_000, 150, 2, 40, 100, 2, 3_000, 2.0),
    "prove": Work(4_000_000, 40_000, 400, 4, 100, 300, 6, 10_000, 20.0),
}


def work_of(effort: Effort) -> Work:
    """Return the work limits of an effort."""
    return WORK[effort.name]
