"""The question put to the partition engine and the shape of its answers: numbers only, no geometry.

``grid_cost`` is the one place that says what a grid costs; the search, the model and the certificate all
use it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from gridder.partition.answer import BoundKind, Ints, Status
from gridder.partition.travel import Travel, part_of_travel, travel_cost

GridsRule = Literal["target", "fewest", "most", "free"]
Objective = Literal["boundary", "distance"]
__all__ = [
    "BoundKind",
    "GridsRule",
    "Ints",
    "Objective",
    "Problem",
    "Status",
    "components",
    "first_come",
    "grid_cost",
    "grid_households",
    "group_by_label",
    "households_outside",
    "is_lawful",
    "plan_cost",
    "subproblem",
]


def as_ints(values: Any) -> Ints:
    """Return values as a new int64 array."""
    return np.array(values, dtype=np.int64)


def none_each(n: int) -> Ints:
    """Return ``n`` times −1: no old grid, no lock."""
    return np.full(n, -1, dtype=np.int64)


@dataclass(frozen=True)
class Problem:
    """Atoms with households, joined by edges that cost when a grid boundary runs along them.

    Parameters
    ----------
    households
        Households of every atom, ≥ 0. Shape (n,), int64.
    edges
        Neighbouring atoms, i < j, each pair once. Shape (m, 2), int64.
    cut_cost
        Cost of each edge when its ends lie in different grids, ≥ 0, in the caller's unit. Shape (m,), int64.
    households_min, households_max
        Window of a lawful grid, both ends included.
    households_target
        Households of the grid one would like best; the middle of the window where it is None.
    grids
        ``target``: the lawful k of each connected piece whose mean is nearest the target (ties: the smaller
        k); ``fewest``, ``most``; ``free``: whichever lawful k costs least; or the total number of grids.
    load_cost
        Cost of each household by which a grid departs from the target.
    previous
        Old grid of every atom, −1 where there is none. Shape (n,), int64.
    move_cost
        Cost of each household with an old grid that lies outside the largest old overlap of its new grid.
    fixed
        Label of every locked atom, −1 elsewhere: equal labels stay in one grid, different ones in different
        grids.
    travel
        Distances to candidate centres. None: a grid costs its boundary. Else it costs the household-distance
        to its best centre instead, and ``cut_cost`` counts for nothing.
    """

    households: Ints
    edges: Ints
    cut_cost: Ints
    households_min: int
    households_max: int
    households_target: int | None = None
    grids: GridsRule | int = "target"
    load_cost: int = 0
    previous: Ints = None  # type: ignore[assignment]
    move_cost: int = 0
    fixed: Ints = None  # type: ignore[assignment]
    travel: Travel | None = None

    def __post_init__(self) -> None:
        """Bring every array to int64 of the right shape and refuse what is no problem of this kind."""
        put = object.__setattr__
        put(self, "households", as_ints(self.households).reshape(-1))
        put(self, "edges", as_ints(self.edges).reshape(-1, 2))
        put(self, "cut_cost", as_ints(self.cut_cost).reshape(-1))
        for name in ("previous", "fixed"):
            given = getattr(self, name)
            put(self, name, none_each(self.n_atoms) if given is None else as_ints(given).reshape(-1))
        if self.households_target is None:
            put(self, "households_target", (self.households_min + self.households_max) // 2)
        check_problem(self)

    @classmethod
    def from_graph(
        cls, graph: Any, *, households: str = "households", cost: str = "cost", **options: Any
    ) -> Problem:
        """Return the problem of a networkx graph; its nodes, in graph order, are the atoms 0…n−1.

        Households and costs are rounded to whole numbers here and nowhere else: scale the costs beforehand
        (metres to decimetres) when whole units are too coarse.
        """
        place = {node: i for i, node in enumerate(graph.nodes)}
        pairs: dict[tuple[int, int], int] = {}
        for u, v, facts in graph.edges(data=True):
            if u != v:
                pair = min(place[u], place[v]), max(place[u], place[v])
                pairs[pair] = pairs.get(pair, 0) + round(facts.get(cost, 1))
        order = sorted(pairs)
        counts = [round(facts[households]) for _, facts in graph.nodes(data=True)]
        return cls(as_ints(counts), as_ints(order), as_ints([pairs[p] for p in order]), **options)

    @property
    def n_atoms(self) -> int:
        """Number of atoms."""
        return len(self.households)

    @property
    def target(self) -> int:
        """Households of the grid one would like best."""
        return int(self.households_target or 0)

    @cached_property
    def adjacency(self) -> tuple[Ints, Ints, Ints]:
        """Neighbours in compressed rows: first (n+1,), neighbour (2m,) ascending, cost (2m,)."""
        ends = np.concatenate([self.edges, self.edges[:, ::-1]])
        cost = np.concatenate([self.cut_cost, self.cut_cost])
        order = np.lexsort((ends[:, 1], ends[:, 0]))
        first = np.zeros(self.n_atoms + 1, dtype=np.int64)
        np.cumsum(np.bincount(ends[:, 0], minlength=self.n_atoms), out=first[1:])
        return first, np.ascontiguousarray(ends[order, 1]), cost[order]

    @cached_property
    def pieces(self) -> tuple[Ints, ...]:
        """Connected pieces, each the ascending ids of its atoms, in the order of their first atom."""
        return group_by_label(components(self.n_atoms, self.edges))


def check_problem(problem: Problem) -> None:
    """Raise ValueError where arrays do not fit together: a bug of the caller, not of the data."""
    n, edges = problem.n_atoms, problem.edges
    if len(problem.cut_cost) != len(edges) or len(problem.previous) != n or len(problem.fixed) != n:
        raise ValueError("arrays of different length")
    if (problem.households < 0).any() or (problem.cut_cost < 0).any():
        raise ValueError("negative households or cost")
    if len(edges) and (edges.min() < 0 or edges.max() >= n or (edges[:, 0] >= edges[:, 1]).any()):
        raise ValueError("edges must join i < j, both atoms")
    if len(np.unique(edges, axis=0)) != len(edges):
        raise ValueError("an edge is given twice")
    if not 0 < problem.households_min <= problem.households_max:
        raise ValueError("window")
    travel = problem.travel
    if travel is not None and (len(travel.pull) != n or len(np.unique(travel.seat)) != n):
        raise ValueError("travel of other atoms")


def components(n: int, edges: Ints) -> Ints:
    """Return the component of every atom, numbered by first atom. Shape (n,), int64."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    matrix = coo_array((np.ones(len(edges), dtype=np.int8), (edges[:, 0], edges[:, 1])), shape=(n, n))
    return first_come(connected_components(matrix, directed=False)[1])


def first_come(labels: Any) -> Ints:
    """Return labels renumbered 0, 1, … in the order in which they first appear."""
    _, first, inverse = np.unique(labels, return_index=True, return_inverse=True)
    rank = np.empty(len(first), dtype=np.int64)
    rank[np.argsort(first, kind="stable")] = np.arange(len(first))
    return rank[inverse.reshape(-1)]


def group_by_label(labels: Ints) -> tuple[Ints, ...]:
    """Return the ascending ids of each label 0, 1, …"""
    if not len(labels):
        return ()
    order = np.argsort(labels, kind="stable")
    return tuple(np.split(order, np.cumsum(np.bincount(labels))[:-1]))


def subproblem(problem: Problem, atoms: Ints) -> Problem:
    """Return the problem of some atoms alone (ascending ids); edges that leave them are not counted."""
    place = none_each(problem.n_atoms)
    place[atoms] = np.arange(len(atoms))
    ends = place[problem.edges]
    inside = (ends >= 0).all(axis=1)
    return replace(
        problem,
        households=problem.households[atoms],
        edges=ends[inside],
        cut_cost=problem.cut_cost[inside],
        previous=problem.previous[atoms],
        fixed=problem.fixed[atoms],
        travel=part_of_travel(problem.travel, atoms),
    )


def households_outside(problem: Problem, households: int) -> int:
    """Return by how many households a grid misses the window; 0 when it is lawful."""
    return max(problem.households_min - households, households - problem.households_max, 0)


def is_lawful(problem: Problem, atoms: Iterable[int]) -> bool:
    """Whether a set of atoms has a lawful number of households and joins no two locks."""
    held = list(atoms)
    locks = np.unique(problem.fixed[held])
    return (locks >= 0).sum() < 2 and households_outside(problem, int(problem.households[held].sum())) == 0


def grid_cost(problem: Problem, atoms: Iterable[int]) -> int:
    """Return *twice* what one grid adds to the objective, a whole number.

    Its whole boundary inside the problem (each cut edge belongs to two grids, half to each), or twice the
    household-distance to its best centre where ``problem.travel`` says so, plus twice its load and move costs:
    the objective of a plan is exactly half the sum over its grids.
    """
    members = np.zeros(problem.n_atoms, dtype=bool)
    members[np.asarray(list(atoms), dtype=np.int64)] = True
    load = problem.load_cost * abs(int(problem.households[members].sum()) - problem.target)
    own = 2 * (load + problem.move_cost * households_moved(problem, members))
    if problem.travel is not None:
        return own + 2 * travel_cost(problem.travel, members)
    sides = members[problem.edges]
    return own + int(problem.cut_cost[sides[:, 0] != sides[:, 1]].sum())


def households_moved(problem: Problem, members: NDArray[np.bool_]) -> int:
    """Return the households of a grid whose old grid is not the one most of its households come from."""
    old = members & (problem.previous >= 0)
    if not problem.move_cost or not old.any():
        return 0
    shares = np.bincount(problem.previous[old], weights=problem.households[old])
    return int(shares.sum() - shares.max())


def plan_cost(problem: Problem, assignment: Ints) -> int:
    """Return the objective of an assignment: cut edges or travel, + load + moves."""
    doubled = sum(grid_cost(problem, atoms) for atoms in group_by_label(first_come(assignment)))
    return doubled // 2


def grid_households(problem: Problem, assignment: Ints) -> Ints:
    """Return the households of every grid. Shape (k,), int64."""
    sums = np.zeros(int(assignment.max(initial=-1)) + 1, dtype=np.int64)
    np.add.at(sums, assignment, problem.households)
    return sums


def beside(piece: Problem, atoms: Ints) -> int:
    """Return the atom with the dearest boundary to some atoms, the first of several; none of theirs."""
    inner = np.zeros(piece.n_atoms, dtype=bool)
    inner[atoms] = True
    left, right = piece.edges[:, 0], piece.edges[:, 1]
    cost = np.zeros(piece.n_atoms, dtype=np.int64)
    for one, other in ((left, right), (right, left)):
        use = inner[one] & ~inner[other]
        np.add.at(cost, other[use], piece.cut_cost[use] + 1)
    return int(np.argmax(cost))
