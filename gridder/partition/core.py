"""Why lawful grids cannot cover a piece: smallest sets of atoms that cannot all be in lawful grids at once.

A proof needs the lawful grids around the atoms it speaks of and no others: columns are *complete for* an atom
when every lawful grid that holds it is among them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from gridder.partition.answer import Reason
from gridder.partition.columns import Columns
from gridder.partition.diagnose import window
from gridder.partition.problem import Problem
from gridder.partition.solver import make_solver

MOST_CORES = 12  # reasons found one after the other in one piece
Refuted = Callable[[Sequence[int]], bool]


def stranded(piece: Problem, core: Sequence[int]) -> Reason:
    """Return the reason of atoms that cannot all be in lawful grids at once."""
    facts = {"households": int(piece.households[list(core)].sum()), "atoms": len(core), **window(piece)}
    return Reason("no_partner", tuple(sorted(core)), facts)


def find_cores(columns: Columns, atoms: Sequence[int], work: float) -> list[list[int]]:
    """Return disjoint smallest sets of atoms, each of which no disjoint columns cover; none when all can be covered.

    The columns must be complete for ``atoms``. Each set found is left uncovered and the rest is asked again, so
    that causes apart are all found.
    """
    number = [0] * (1 + max((i for held in columns.sets for i in held), default=0))
    for held in columns.sets:
        for i in held:
            number[i] += 1
    left = sorted(atoms, key=lambda i: (number[i] if i < len(number) else 0, i))
    cores: list[list[int]] = []
    while left and len(cores) < MOST_CORES:
        core = smallest_core(columns, left, work)
        if not core:
            break
        cores.append(core)
        left = [i for i in left if i not in core]
    return cores


def smallest_core(columns: Columns, atoms: Sequence[int], work: float) -> list[int]:
    """Return atoms that no disjoint columns cover together, none of which can be left out; empty: not proven.

    ``atoms`` in the order of suspicion: the shortest beginning that cannot be covered is found first, so that most
    questions are small.
    """

    def refuted(chosen: Sequence[int]) -> bool:
        return cannot_cover(columns, chosen, work)

    size = 1
    while not refuted(atoms[:size]):
        if size >= len(atoms):
            return []
        size *= 2
    return sorted(least_conflict(refuted, [], list(atoms[:size]), False))


def least_conflict(refuted: Refuted, kept: list[int], atoms: list[int], known: bool) -> list[int]:
    """Return a smallest part of ``atoms`` refuted together with ``kept`` (QuickXplain, Junker 2004, AAAI)."""
    if known and refuted(kept):
        return []
    if len(atoms) == 1:
        return atoms
    first, second = atoms[: len(atoms) // 2], atoms[len(atoms) // 2 :]
    late = least_conflict(refuted, kept + first, second, bool(first))
    early = least_conflict(refuted, kept + late, first, bool(late))
    return early + late


def cannot_cover(columns: Columns, atoms: Sequence[int], work: float) -> bool:
    """Whether it is proven that no disjoint columns cover these atoms (others may stay uncovered)."""
    from ortools.sat.python import cp_model

    model = cp_model.CpModel()
    wanted = set(atoms)
    used = [c for c, held in enumerate(columns.sets) if not wanted.isdisjoint(held)]
    chosen = {c: model.new_bool_var("") for c in used}
    holding: dict[int, list[int]] = {}
    for c in used:
        for i in columns.sets[c]:
            holding.setdefault(i, []).append(c)
    if wanted - set(holding):
        return True
    for i, held in sorted(holding.items()):
        (model.add_exactly_one if i in wanted else model.add_at_most_one)(chosen[c] for c in held)
    solver = make_solver(work)
    return bool(solver.solve(model) == cp_model.INFEASIBLE)
