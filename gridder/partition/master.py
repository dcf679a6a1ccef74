"""The master: the linear relaxation of the model over the columns known so far, and the prices it sets.

Least Σ cost·x over x ≥ 0 with every atom covered once, k grids, and for every cut at most one grid that
holds two or more of its three atoms (subset-row cuts: Jepsen, Petersen, Spoorendonk & Pisinger 2008,
doi:10.1287/opre.1070.0449). Solved by GLOP, which goes on from its last basis. An atom may stay uncovered, or a grid be
too many or too few, at a penalty: so there is a solution whatever the columns are, and prices stay within bounds.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from gridder.partition.columns import Columns, flatten
from gridder.partition.frontier_steps import Prices
from gridder.partition.problem import Ints

Floats = NDArray[np.float64]
SMALL = 1e-7  # what GLOP leaves of a variable that is 0
Triple = tuple[int, int, int]


class Relaxed(NamedTuple):
    """A solution of the master: value, share of each column (c,), prices of atoms (n,), of a grid, of the cuts (t,) ≤ 0.

    ``missing`` is what stays uncovered and the grids too many or too few: 0 when the columns suffice.
    """

    value: float
    share: Floats
    atom: Floats
    grid: float
    cut: Floats
    missing: float


@dataclass
class Master:
    """The linear program, its columns and its cuts."""

    lp: Any
    options: Any
    atoms: list[Any]
    count: Any
    slack: list[Any]
    cuts: dict[Triple, Any]
    cuts_of: dict[int, list[Triple]]
    sets: list[tuple[int, ...]]
    cost: list[int]
    known: dict[tuple[int, ...], int]
    shares: list[Any]
    cut_by: dict[Triple, list[int]]

    def add(self, columns: Columns) -> int:
        """Add the columns that are new; return how many."""
        before = len(self.sets)
        for atoms, cost in zip(columns.sets, columns.cost.tolist()):
            if atoms not in self.known:
                self.known[atoms] = len(self.sets)
                self.sets.append(atoms)
                self.cost.append(cost)
                self.shares.append(self.make_share(atoms, cost))
        return len(self.sets) - before

    def make_share(self, atoms: tuple[int, ...], cost: int) -> Any:
        """Return the variable of a new column."""
        share = self.lp.NumVar(0, self.lp.infinity(), "")
        self.lp.Objective().SetCoefficient(share, float(cost))
        self.count.SetCoefficient(share, 1)
        met: dict[Triple, int] = defaultdict(int)
        for i in atoms:
            self.atoms[i].SetCoefficient(share, 1)
            for triple in self.cuts_of.get(i, ()):
                met[triple] += 1
        for triple, held in met.items():
            if held >= 2:
                self.cuts[triple].SetCoefficient(share, 1)
                self.cut_by[triple].append(len(self.shares))
        return share

    def cut(self, triple: Triple) -> None:
        """Add a cut: at most one grid holds two or more of these atoms."""
        row = self.lp.RowConstraint(-self.lp.infinity(), 1, "")
        three = set(triple)
        self.cut_by[triple] = [c for c, atoms in enumerate(self.sets) if len(three.intersection(atoms)) >= 2]
        for c in self.cut_by[triple]:
            row.SetCoefficient(self.shares[c], 1)
        self.cuts[triple] = row
        for i in triple:
            self.cuts_of[i].append(triple)

    def ask(self, k: int) -> None:
        """Ask for k grids."""
        self.count.SetBounds(k, k)

    def solve(self) -> Relaxed:
        """Return the solution over the columns and cuts so far."""
        status = self.lp.Solve(self.options)
        if status != self.lp.OPTIMAL:
            raise RuntimeError(f"GLOP ended with status {status}")
        share = np.array([x.solution_value() for x in self.shares])
        share[share < SMALL] = 0.0
        return Relaxed(
            self.lp.Objective().Value(),
            share,
            np.array([row.dual_value() for row in self.atoms]),
            self.count.dual_value(),
            np.array([row.dual_value() for row in self.cuts.values()]),
            sum(x.solution_value() for x in self.slack),
        )

    def reduced(self, prices: Prices) -> Ints:
        """Return the reduced cost of every column at whole prices. Shape (c,), int64."""
        first, atoms = flatten(self.sets)
        cost = prices.scale * np.array(self.cost, dtype=np.int64)
        reduced = cost - np.add.reduceat(prices.atom[atoms], first[:-1]) - prices.grid
        for triple, charge in zip(prices.triples.tolist(), prices.charges.tolist()):
            reduced[self.cut_by[triple[0], triple[1], triple[2]]] += charge
        return reduced

    def triples(self) -> Ints:
        """Return the atoms of the cuts, in the order of ``Relaxed.cut``. Shape (t, 3), int64."""
        return np.array(list(self.cuts), dtype=np.int64).reshape(-1, 3)


def make_master(n_atoms: int, penalty: int) -> Master:
    """Return a master without columns; ``penalty`` is the (doubled) cost of what stays uncovered or uncounted."""
    from ortools.linear_solver import pywraplp

    lp = pywraplp.Solver.CreateSolver("GLOP")
    options = pywraplp.MPSolverParameters()
    options.SetIntegerParam(options.PRESOLVE, options.PRESOLVE_OFF)  # with it every solve starts afresh
    rows = [lp.RowConstraint(1, 1, "") for _ in range(n_atoms)]
    count = lp.RowConstraint(1, n_atoms, "")
    slack = [make_slack(lp, row, 1, penalty) for row in rows]
    slack += [make_slack(lp, count, sign, penalty) for sign in (1, -1)]
    return Master(lp, options, rows, count, slack, {}, defaultdict(list), [], [], {}, [], {})


def make_slack(lp: Any, row: Any, sign: int, penalty: int) -> Any:
    """Return a variable that fills a row (sign 1) or drains it (−1) at a penalty."""
    slack = lp.NumVar(0, lp.infinity(), "")
    row.SetCoefficient(slack, sign)
    lp.Objective().SetCoefficient(slack, float(penalty))
    return slack


def round_prices(relaxed: Relaxed, triples: Ints, scale: int) -> Prices:
    """Return the prices as whole numbers; cuts that cost nothing are left out."""
    charges = np.maximum(np.round(-scale * relaxed.cut), 0).astype(np.int64)
    used = charges > 0
    atom = np.round(scale * relaxed.atom).astype(np.int64)
    return Prices(scale, atom, round(scale * relaxed.grid), triples[used], charges[used])
