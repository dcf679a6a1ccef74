"""Compiled prices near a centre: the proximal form of the master, which degenerate plans do not throw about.

With A the rows (atoms, grids, cuts), b what they ask for, ŷ the centre and t the step of each row, the shares x ≥ 0 that make

    Σ cost·x + ŷ·(b − A x) + ½ Σ t·(b − A x)²

least give prices y = ŷ + t·(b − A x): the proximal bundle step of the Lagrangian dual (Lemaréchal 1978; Briant et al. 2008,
doi:10.1007/s10107-006-0079-z). Solved one share at a time.

State layout
------------
``Rows``   first (c+1,), row (room,): the rows of column c are row[first[c]:first[c+1]], every coefficient 1; cost (c,)
           float; want (r,) float b; centre (r,) float ŷ; step (r,) float t.
``Shares`` x (c,) float; price (r,) float y, kept up with x.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from numba import njit

from gridder.partition.columns import flatten
from gridder.partition.master import Floats, Master, Relaxed, Triple
from gridder.partition.problem import Ints, Problem

SWEEPS = 200
ERROR = 1e-5  # reduced costs of columns in use are this near 0, in parts of the plan's doubled cost


class Rows(NamedTuple):
    """Columns, rows and the centre; see the module's head."""

    first: Ints
    row: Ints
    cost: Floats
    want: Floats
    centre: Floats
    step: Floats


class Shares(NamedTuple):
    """The solution under hand; see the module's head."""

    x: Floats
    price: Floats


@njit(cache=True)
def refresh(rows: Rows, shares: Shares) -> None:
    """Recompute the prices from the shares."""
    shares.price[:] = rows.want
    for c in range(len(shares.x)):
        if shares.x[c] > 0:
            for place in range(rows.first[c], rows.first[c + 1]):
                shares.price[rows.row[place]] -= shares.x[c]
    for r in range(len(rows.want)):
        shares.price[r] = rows.centre[r] + rows.step[r] * shares.price[r]


@njit(cache=True)
def settle_share(rows: Rows, shares: Shares, c: int) -> float:
    """Set one share to its best, the others held; return by how much its reduced cost was wrong."""
    reduced, stiff = rows.cost[c], 0.0
    for place in range(rows.first[c], rows.first[c + 1]):
        reduced -= shares.price[rows.row[place]]
        stiff += rows.step[rows.row[place]]
    x = shares.x[c]
    if reduced >= 0 and x == 0:
        return 0.0
    y = max(0.0, x - reduced / stiff)
    shares.x[c] = y
    for place in range(rows.first[c], rows.first[c + 1]):
        r = rows.row[place]
        shares.price[r] -= rows.step[r] * (y - x)
    return min(abs(reduced), stiff * abs(y - x))


@njit(cache=True)
def balance(rows: Rows, shares: Shares, sweeps: int, error: float) -> int:
    """Settle all shares in turn until none is wrong by more than ``error``; return the sweeps made.

    Between full sweeps those that are not 0 are settled among themselves.
    """
    refresh(rows, shares)
    used = np.empty(len(shares.x), dtype=np.int64)
    for sweep in range(sweeps):
        worst = 0.0
        count = 0
        for c in range(len(shares.x)):
            worst = max(worst, settle_share(rows, shares, c))
            if shares.x[c] > 0:
                used[count] = c
                count += 1
        if worst <= error:
            return sweep + 1
        for _ in range(sweeps):
            wrong = 0.0
            for place in range(count):
                wrong = max(wrong, settle_share(rows, shares, used[place]))
            if wrong <= error / 2:
                break
    return sweeps


@dataclass(frozen=True)
class Centre:
    """Prices to stay near: of atoms (n,), of a grid, of cuts; ``step`` is how far one uncovered atom moves its price.

    ``error`` is how far from 0 the reduced cost of a column in use may stay.
    """

    atom: Floats
    grid: float
    cut: dict[Triple, float]
    step: float
    error: float


def first_centre(problem: Problem, objective: int) -> Centre:
    """Return prices that share a plan's doubled cost among the atoms by their households."""
    n = problem.n_atoms
    share = problem.households / max(int(problem.households.sum()), 1)
    whole = 2 * max(objective, 1)
    return Centre(whole * share, 0.0, {}, whole / n, ERROR * whole)


def prices_near(master: Master, centre: Centre, k: int, x: Floats) -> Relaxed:
    """Return the prices of the proximal step for k grids, the shares found with them; no column is priced below 0.

    ``x`` are shares to start from, of the columns known then.
    """
    rows = make_rows(master, centre, k)
    n_columns = len(master.sets)
    shares = Shares(np.zeros(len(rows.cost)), np.zeros(len(rows.want)))
    shares.x[: len(x)] = x
    balance(rows, shares, SWEEPS, centre.error)
    n = len(centre.atom)
    atom, cut = shares.price[:n].copy(), np.minimum(shares.price[n + 1 :], 0.0)
    columns = slice(0, rows.first[n_columns])
    priced = np.concatenate([atom, [0.0], cut])
    grid = float(
        (rows.cost[:n_columns] - np.add.reduceat(priced[rows.row[columns]], rows.first[:n_columns])).min()
    )
    value = float(atom.sum() + k * grid + cut.sum())
    return Relaxed(value, shares.x[:n_columns].copy(), atom, grid, cut, 0.0)


def make_rows(master: Master, centre: Centre, k: int) -> Rows:
    """Return the columns and, behind them, one more for each cut that takes up what the cut leaves."""
    n, n_cuts, n_columns = len(centre.atom), len(master.cuts), len(master.sets)
    first, atoms = flatten(master.sets)
    column = [np.repeat(np.arange(n_columns), np.diff(first)), np.arange(n_columns)]
    row = [atoms, np.full(n_columns, n)]
    for t, triple in enumerate(master.cuts):
        held = np.array([*master.cut_by[triple], n_columns + t])
        column.append(held)
        row.append(np.full(len(held), n + 1 + t))
    columns, rows = np.concatenate(column), np.concatenate(row)
    order = np.argsort(columns, kind="stable")
    starts = np.zeros(n_columns + n_cuts + 1, dtype=np.int64)
    np.cumsum(np.bincount(columns, minlength=n_columns + n_cuts), out=starts[1:])
    return Rows(
        starts,
        rows[order],
        np.concatenate([np.array(master.cost, dtype=np.float64), np.zeros(n_cuts)]),
        np.concatenate([np.ones(n), [float(k)], np.ones(n_cuts)]),
        np.concatenate([centre.atom, [centre.grid], [centre.cut.get(t, 0.0) for t in master.cuts]]),
        np.concatenate([np.full(n, centre.step), [centre.step * n / k], np.full(n_cuts, centre.step)]),
    )


def recentre(master: Master, centre: Centre, relaxed: Relaxed) -> Centre:
    """Return the centre moved to the prices of a solution."""
    cut = {t: float(y) for t, y in zip(master.cuts, relaxed.cut)}
    return replace(centre, atom=relaxed.atom, grid=relaxed.grid, cut=cut)
