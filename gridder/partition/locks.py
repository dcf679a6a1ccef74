"""Locks: atoms that must stay in one grid become one atom, so that no search can part them."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, replace

import numpy as np

from gridder.partition.answer import Reason
from gridder.partition.problem import Ints, Problem, as_ints, components, first_come, group_by_label
from gridder.partition.travel import merge_travel


@dataclass(frozen=True)
class Merged:
    """A problem with one atom a lock, the merged atom of every atom, and locks that could not be kept."""

    problem: Problem
    place: Ints
    reasons: tuple[Reason, ...] = ()

    def atoms_of(self, merged_atom: int) -> list[int]:
        """Return the atoms of a merged atom, ascending."""
        return [int(i) for i in np.flatnonzero(self.place == merged_atom)]

    def lift(self, atoms: Ints, reason: Reason) -> Reason:
        """Return a reason of the piece over some merged atoms with the atoms of the whole problem."""
        nodes = sorted(i for p in reason.nodes for i in self.atoms_of(int(atoms[p])))
        return replace(reason, nodes=tuple(nodes))


def merge_locks(problem: Problem) -> Merged:
    """Return the problem with every lock merged into one atom that is a connected set.

    Atoms of a lock that do not touch are linked over few free atoms, of their own old grids where these do, which then
    belong to the lock.
    Where no link exists the part with most households keeps the lock and a reason ``lock`` names the
    others.
    """
    if not (problem.fixed >= 0).any():
        return Merged(problem, np.arange(problem.n_atoms))
    fixed, reasons = link_locks(problem)
    label = np.where(fixed >= 0, fixed + problem.n_atoms, np.arange(problem.n_atoms))
    place = first_come(label)
    return Merged(merge_atoms(replace(problem, fixed=fixed), place), place, tuple(reasons))


def merge_atoms(problem: Problem, place: Ints) -> Problem:
    """Return the problem over merged atoms; its old grids are those of most households."""
    groups = group_by_label(place)
    households = as_ints([problem.households[g].sum() for g in groups])
    previous = as_ints([leading(problem.previous[g], problem.households[g]) for g in groups])
    fixed = as_ints([problem.fixed[g].max() for g in groups])
    ends = np.sort(place[problem.edges], axis=1)
    apart = ends[:, 0] != ends[:, 1]
    pairs, inverse = np.unique(ends[apart], axis=0, return_inverse=True)
    cost = np.zeros(len(pairs), dtype=np.int64)
    np.add.at(cost, inverse.reshape(-1), problem.cut_cost[apart])
    return replace(
        problem,
        households=households,
        edges=pairs,
        cut_cost=cost,
        previous=previous,
        fixed=fixed,
        travel=merge_travel(problem.travel, place),
    )


def leading(labels: Ints, weights: Ints) -> int:
    """Return the label with most weight, −1 (none) among them (ties: the smallest); without any weight the most
    frequent."""
    weights = weights if weights.any() else np.ones_like(weights)
    return int(np.bincount(labels + 1, weights=weights).argmax()) - 1


def link_locks(problem: Problem) -> tuple[Ints, list[Reason]]:
    """Return labels under which every lock is connected, and a reason for each part that had to be let go.

    First every lock is linked within the old grids of its own atoms: where these hold it together no lock can stand in
    the way of another. What is then apart is linked over any free atoms.
    """
    fixed = problem.fixed.copy()
    labels = [int(label) for label in np.unique(fixed[fixed >= 0])]
    for label in labels:
        held = problem.previous[problem.fixed == label]
        link_parts(problem, fixed, label, np.isin(problem.previous, held[held >= 0]))
    reasons = []
    for label in labels:
        parts = link_parts(problem, fixed, label, np.ones(problem.n_atoms, dtype=bool))
        if len(parts) > 1:
            lost = np.concatenate(parts[1:])
            facts = {"label": label, "households_max": problem.households_max}
            fixed[lost] = -1
            reasons.append(Reason("lock", tuple(sorted(int(i) for i in lost)), facts))
    return fixed, reasons


def link_parts(problem: Problem, fixed: Ints, label: int, open_to: np.ndarray) -> list[Ints]:
    """Return the parts of a lock that no way over free atoms of ``open_to`` links; ``fixed`` gets the ways found."""
    while len(parts := lock_parts(problem, fixed, label)) > 1:
        path = shortest_link(problem, (fixed < 0) & open_to, parts)
        if path is None:
            break
        fixed[path] = label
    return parts


def lock_parts(problem: Problem, fixed: Ints, label: int) -> list[Ints]:
    """Return the connected parts of a lock, most households first."""
    held = (fixed[problem.edges] == label).all(axis=1)
    parts = [
        p for p in group_by_label(components(problem.n_atoms, problem.edges[held])) if fixed[p[0]] == label
    ]
    return sorted(parts, key=lambda p: (-int(problem.households[p].sum()), int(p[0])))


def loosen(problem: Problem) -> Problem:
    """Return the problem in which every lock holds only its connected part of most households.

    It asks less: whatever is impossible or dearer in it is so in the problem itself, however locks are linked.
    """
    fixed = problem.fixed.copy()
    for label in np.unique(fixed[fixed >= 0]):
        for part in lock_parts(problem, fixed, int(label))[1:]:
            fixed[part] = -1
    return replace(problem, fixed=fixed)


def shortest_link(problem: Problem, free: np.ndarray, parts: list[Ints]) -> list[int] | None:
    """Return the free atoms of a shortest way from the first part to any other, or None."""
    first, neighbour, _ = problem.adjacency
    goal = {int(i) for part in parts[1:] for i in part}
    came = {int(i): -1 for i in parts[0]}
    queue = deque(came)
    while queue:
        u = queue.popleft()
        for w in neighbour[first[u] : first[u + 1]].tolist():
            if w in goal:
                path = []
                while free[u]:
                    path.append(u)
                    u = came[u]
                return path
            if w not in came and free[w]:
                came[w] = u
                queue.append(w)
    return None
