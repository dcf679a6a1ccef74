"""How much work each effort spends on one connected piece: counts, never seconds."""

from __future__ import annotations

from dataclasses import dataclass, replace

from gridder.effort import Effort

REGION_COLUMNS, REGION_STATES, REGION_MOVES = 1_000, 3_000, 60
REGION_ATOMS, REGION_CHOOSING = 250, 0.5


@dataclass(frozen=True)
class Work:
    """Work limits of one connected piece.

    Parameters
    ----------
    listing, columns
        Branches and sets at which listing all lawful grids gives up.
    steps, least_steps
        Annealing steps an atom of a long run, and of any long run at least.
    short_steps, restarts
        Annealing steps an atom of a short run, and how many are made for the chosen number of grids, each from a
        start of its own: many short runs and one long run find more than a few long ones.
    all_steps
        Steps of the short runs together at most; the first run is always made.
    option_steps, option_all
        Annealing steps an atom, and at most, for each number of grids that is only compared.
    repairs, repair_steps
        Rounds of re-solving around grids outside the window, and annealing steps an atom in all of them.
    regions
        Regions re-solved by annealing, for each grid of the piece.
    region_proofs, region_work
        Regions solved exactly, in all, and work of the frontier program in each.
    pair_work
        Branches in dividing a pair of neighbouring grids anew.
    pool
        Columns kept for the model.
    choosing
        Deterministic time of CP-SAT on the pool.
    proof_atoms, proof_frontier, proof_states, proof_work
        No proof is tried with more atoms, or where Σ 2^width of the frontier is more; states of the frontier program
        after each step; its work in all (``frontier.Frontier``).
    option_work
        The same for all other numbers of grids together.
    proof_moves
        Moves an atom in making the frontier narrow.
    peeled_atoms
        Best efforts for more atoms are not searched for the fewest grids outside (``piece.large_effort``).
    """

    listing: int
    columns: int
    steps: int
    least_steps: int
    short_steps: int
    restarts: int
    all_steps: int
    option_steps: int
    option_all: int
    repairs: int
    repair_steps: int
    regions: int
    region_proofs: int
    region_work: float
    pair_work: int
    pool: int
    choosing: float
    proof_atoms: int
    proof_frontier: float
    proof_states: int
    proof_work: float
    option_work: float
    proof_moves: int
    peeled_atoms: int

    def of_region(self) -> Work:
        """Return the limits for a region of a large piece: little at once, for there are many."""
        return replace(
            self,
            columns=min(self.columns, REGION_COLUMNS),
            pool=min(self.pool, REGION_COLUMNS),
            choosing=min(self.choosing, REGION_CHOOSING),
            proof_atoms=min(self.proof_atoms, REGION_ATOMS),
            proof_states=min(self.proof_states, REGION_STATES),
            proof_work=self.region_work,
            proof_moves=min(self.proof_moves, REGION_MOVES),
        )


WORK = {
    "quick": Work(
        listing=40_000,
        columns=2_000,
        steps=30,
        least_steps=6_000,
        short_steps=15,
        restarts=2,
        all_steps=100_000,
        option_steps=10,
        option_all=20_000,
        repairs=30,
        repair_steps=100,
        regions=0,
        region_proofs=0,
        region_work=0,
        pair_work=20_000,
        pool=1_000,
        choosing=0.5,
        proof_atoms=0,
        proof_frontier=0,
        proof_states=0,
        proof_work=0,
        option_work=0,
        proof_moves=0,
        peeled_atoms=1_000,
    ),
    "standard": Work(
        listing=400_000,
        columns=8_000,
        steps=75,
        least_steps=15_000,
        short_steps=20,
        restarts=10,
        all_steps=240_000,
        option_steps=20,
        option_all=60_000,
        repairs=100,
        repair_steps=300,
        regions=3,
        region_proofs=40,
        region_work=3e8,
        pair_work=200_000,
        pool=3_000,
        choosing=2.0,
        proof_atoms=800,
        proof_frontier=2.0**28,
        proof_states=8_000,
        proof_work=8e9,
        option_work=1e8,
        proof_moves=600,
        peeled_atoms=2_000,
    ),
    "prove": Work(
        listing=4_000_000,
        columns=40_000,
        steps=300,
        least_steps=100_000,
        short_steps=30,
        restarts=30,
        all_steps=4_000_000,
        option_steps=50,
        option_all=400_000,
        repairs=300,
        repair_steps=1_000,
        regions=6,
        region_proofs=3_000,
        region_work=3e9,
        pair_work=5_000_000,
        pool=10_000,
        choosing=20.0,
        proof_atoms=2_000,
        proof_frontier=2.0**31,
        proof_states=30_000,
        proof_work=1e12,
        option_work=4e9,
        proof_moves=600,
        peeled_atoms=10_000,
    ),
}


def work_of(effort: Effort) -> Work:
    """Return the work limits of an effort."""
    return WORK[effort.name]
