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
    steps, least_steps, restarts
        Annealing steps an atom, steps of a run at least, and runs, for the chosen number of grids.
    all_steps
        Steps of these runs together at most; the first run is always made.
    option_steps, option_all
        Annealing steps an atom, and at most, for each number of grids that is only compared.
    repairs, repair_steps
        Rounds of re-solving around grids outside the window, and annealing steps an atom in all of them.
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
    least_steps: int
    restarts: int
    all_steps: int
    option_steps: int
    option_all: int
    repairs: int
    repair_steps: int
    regions: int
    pool: int
    choosing: float


WORK = {
    "quick": Work(40_000, 2_000, 60, 3_000, 1, 200_000, 20, 20_000, 30, 100, 0, 1_000, 0.5),
    "standard": Work(400_000, 8_000, 150, 30_000, 3, 600_000, 40, 60_000, 100, 300, 2, 3_000, 2.0),
    "prove": Work(4_000_000, 40_000, 400, 100_000, 5, 4_000_000, 100, 400_000, 300, 1_000, 6, 10_000, 20.0),
}


def work_of(effort: Effort) -> Work:
    """Return the work limits of an effort."""
    return WORK[effort.name]
