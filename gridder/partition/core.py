"""Why no choice of the listed grids covers a piece: a smallest set of atoms that cannot all be in lawful grids."""

from __future__ import annotations

from gridder.partition.answer import Reason
from gridder.partition.columns import Columns
from gridder.partition.diagnose import window
from gridder.partition.problem import Problem


def stranded(piece: Problem, core: list[int]) -> Reason:
    """Return the reason of atoms that cannot all be in lawful grids at once."""
    facts = {"households": int(piece.households[core].sum()), "atoms": len(core), **window(piece)}
    return Reason("no_partner", tuple(core), facts)


def smallest_core(piece: Problem, columns: Columns, work: float) -> list[int]:
    """Return atoms that no disjoint lawful grids cover together, none of which can be left out (deletion)."""
    core = list(range(piece.n_atoms))
    for i in range(piece.n_atoms):
        rest = [j for j in core if j != i]
        if rest and cannot_cover(columns, rest, work):
            core = rest
    return core


def cannot_cover(columns: Columns, atoms: list[int], work: float) -> bool:
    """Whether it is proven that no disjoint columns cover these atoms (others may stay uncovered)."""
    from ortools.sat.python import cp_model

    model = cp_model.CpModel()
    wanted = set(atoms)
    used = [c for c, held in enumerate(columns.sets) if wanted.intersection(held)]
    chosen = {c: model.new_bool_var("") for c in used}
    holding: dict[int, list[int]] = {}
    for c in used:
        for i in columns.sets[c]:
            holding.setdefault(i, []).append(c)
    for i, held in sorted(holding.items()):
        (model.add_exactly_one if i in wanted else model.add_at_most_one)(chosen[c] for c in held)
    if wanted - set(holding):
        return True
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.max_deterministic_time = work
    return bool(solver.solve(model) == cp_model.INFEASIBLE)
