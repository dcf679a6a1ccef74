"""Questions about grids put to CP-SAT: is there a lawful connected grid cheaper than a limit, is there a cheaper plan.

Costs are those of an instance at given prices; connectivity is by separators, added as they are violated.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from benchmarks.judge import Instance, neighbours, parts

Grid = frozenset[int]
ROUNDS = 400  # of separators


@dataclass(frozen=True)
class Prices:
    """Whole numbers: the reduced cost of a grid is scale × its boundary − Σ atom − grid + Σ charges of cuts it meets.

    A grid meets a cut when it holds two or more of its three nodes; a plan has at most one such grid.
    """

    scale: int
    atom: tuple[int, ...]
    grid: int
    cuts: tuple[tuple[tuple[int, int, int], int], ...]

    def constant(self, k: int) -> int:
        """Return what scale × 2 × cost of a plan of k grids is above the reduced costs of its grids, at least."""
        return sum(self.atom) + k * self.grid - sum(charge for _, charge in self.cuts)


def boundary(instance: Instance, grid: Grid) -> int:
    """Return the cost of the edges that leave a grid."""
    return sum(cost for i, j, cost, *_ in instance["edges"] if (i in grid) != (j in grid))


def reduced_cost(instance: Instance, prices: Prices, grid: Grid) -> int:
    """Return the reduced cost of a grid."""
    charged = sum(charge for nodes, charge in prices.cuts if len(grid.intersection(nodes)) > 1)
    return prices.scale * boundary(instance, grid) - sum(prices.atom[i] for i in grid) - prices.grid + charged


def find_cheaper(
    instance: Instance, prices: Prices, below: int, listed: frozenset[Grid], limit_s: float
) -> tuple[str, Grid | None]:
    """Return (``none`` | ``found`` | ``open``, a lawful connected grid of reduced cost < ``below`` not listed)."""
    from ortools.sat.python import cp_model

    near = neighbours(instance)
    model = cp_model.CpModel()
    x = [model.new_bool_var(f"x{i}") for i in range(len(near))]
    size = sum(node["households"] * x[i] for i, node in enumerate(instance["nodes"]))
    model.add_linear_constraint(size, instance["households_min"], instance["households_max"])
    terms = [-price * x[i] for i, price in enumerate(prices.atom)]
    for i, j, cost, *_ in instance["edges"]:
        cut = model.new_bool_var("")
        model.add(cut >= x[i] - x[j])
        model.add(cut >= x[j] - x[i])
        terms.append(prices.scale * cost * cut)
    for (a, b, c), charge in prices.cuts:
        met = model.new_bool_var("")
        for one, other in ((a, b), (a, c), (b, c)):
            model.add(met >= x[one] + x[other] - 1)
        terms.append(charge * met)
    reduced = sum(terms) - prices.grid
    model.add(reduced <= below - 1)
    model.minimize(reduced)
    for grid in listed:
        model.add_bool_or([x[i].negated() if i in grid else x[i] for i in range(len(near))])
    return separate_until_done(model, x, near, limit_s)


def separate_until_done(
    model: Any, x: list[Any], near: list[list[int]], limit_s: float
) -> tuple[str, Grid | None]:
    """Solve, cut off disconnected sets, solve again; as ``find_cheaper``."""
    from ortools.sat.python import cp_model

    ends = time.process_time() + limit_s
    for _ in range(ROUNDS):
        solver = cp_model.CpSolver()
        solver.parameters.num_workers = 1
        solver.parameters.linearization_level = 2
        solver.parameters.max_time_in_seconds = max(1.0, ends - time.process_time())
        status = solver.solve(model)
        if status == cp_model.INFEASIBLE:
            return "none", None
        if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE) or time.process_time() > ends:
            return "open", None
        chosen = frozenset(i for i, var in enumerate(x) if solver.boolean_value(var))
        pieces = parts(near, chosen)
        if len(pieces) == 1:
            return "found", chosen
        for piece in pieces:
            add_separators(model, x, near, piece, chosen)
    return "open", None


def add_separators(model: Any, x: list[Any], near: list[list[int]], piece: list[int], chosen: Grid) -> None:
    """Say that a node of the piece and one outside hang together only through the nodes around the piece."""
    inside = set(piece)
    rim = {j for i in piece for j in near[i]} - inside
    for other in parts(near, chosen - inside):
        reached = {other[0]}  # what the other part reaches without crossing the rim, and the rim it meets
        queue = [other[0]]
        met: set[int] = set()
        for i in queue:
            for j in near[i]:
                if j in rim:
                    met.add(j)
                elif j not in reached:
                    reached.add(j)
                    queue.append(j)
        first, last = x[piece[0]], x[other[0]]
        model.add_bool_or([first.negated(), last.negated(), *(x[j] for j in sorted(met))])


def cover_exists(
    instance: Instance, grids: Sequence[Grid], k: int, value: int, limit_s: float
) -> bool | None:
    """Return whether k of the grids cover every node once at a cost below ``value``; None: not decided."""
    from ortools.sat.python import cp_model

    model = cp_model.CpModel()
    chosen = [model.new_bool_var("") for _ in grids]
    for i in range(len(instance["nodes"])):
        model.add_exactly_one(var for var, grid in zip(chosen, grids) if i in grid)
    model.add(sum(chosen) == k)
    model.add(sum(boundary(instance, grid) * var for var, grid in zip(chosen, grids)) <= 2 * value - 2)
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.max_time_in_seconds = limit_s
    status = solver.solve(model)
    if status == cp_model.INFEASIBLE:
        return False
    return True if status in (cp_model.OPTIMAL, cp_model.FEASIBLE) else None
