"""Confirm a proven optimum by another route: what the proof rests on is asked of CP-SAT, for the instance as it stands.

``python -m benchmarks.confirm INSTANCE… [--limit 60]`` solves each instance with effort ``prove``, keeps the prices at
which the engine bounded or listed lawful grids, and proves anew that no lawful plan is cheaper:

1. For prices of the atoms, of a grid and of cuts, the reduced costs of the grids of a plan add up to its cost less a
   number that the prices alone give. So a cheaper plan of k grids has no grid dearer than what is left beside k − 1
   cheapest ones.
2. CP-SAT proves that every lawful connected grid below that limit is among those listed (nodes in or out; connectivity
   by separators, added as they are violated).
3. CP-SAT proves that no choice of those listed covers every node once at less than the claimed cost.

Nothing of the engine but the prices and the list goes in, and wrong ones can only make the confirmation fail.
"""

from __future__ import annotations

import argparse
import functools
import json
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import FunctionType
from typing import Any

import numpy as np

from benchmarks.instances import find_instances
from benchmarks.judge import Instance, neighbours, parts
from benchmarks.partition import answer_instance
from benchmarks.progress import swapped
from gridder.effort import Effort
from gridder.partition.locks import Merged
from gridder.partition.problem import Problem
from gridder.partition.warm import warm

Grid = frozenset[int]
ROUNDS = 400  # of separators
STATES = {
    "none": "confirmed",
    "found": "a grid is missing from the list",
    "open": "CP-SAT did not decide whether the list is complete",
}


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


@dataclass(frozen=True)
class Proof:
    """What the engine proved with: at these prices every lawful grid of reduced cost < ``below`` is among those listed."""

    prices: Prices
    below: int
    listed: frozenset[Grid] = frozenset()


def boundary(instance: Instance, grid: Grid) -> int:
    """Return the cost of the edges that leave a grid."""
    return sum(cost for i, j, cost, *_ in instance["edges"] if (i in grid) != (j in grid))


def reduced_cost(instance: Instance, prices: Prices, grid: Grid) -> int:
    """Return the reduced cost of a grid."""
    charged = sum(charge for nodes, charge in prices.cuts if len(grid.intersection(nodes)) > 1)
    return prices.scale * boundary(instance, grid) - sum(prices.atom[i] for i in grid) - prices.grid + charged


def room(instance: Instance, proof: Proof, value: int, k: int) -> tuple[int, int]:
    """Return (least reduced cost of a grid, most a grid of a plan of k grids cheaper than ``value`` may have)."""
    least = min((reduced_cost(instance, proof.prices, grid) for grid in proof.listed), default=proof.below)
    least = min(least, proof.below)
    together = proof.prices.scale * (2 * value - 2) - proof.prices.constant(k)
    return least, together - (k - 1) * least


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


def proofs_of(instance: Instance, effort: Effort) -> tuple[dict[str, Any], list[Proof]]:
    """Return the engine's answer and what it proved with; nothing is merged beforehand, so nodes are the instance's."""
    proofs: list[Proof] = []

    def make(function: FunctionType) -> Any:
        if function.__name__ == "shrink":
            return lambda part: Merged(part, np.arange(part.n_atoms))
        if function.__name__ not in ("price_exactly", "list_cheaper"):
            return function

        @functools.wraps(function)
        def call(problem: Problem, sweep: Any, prices: Any, **limits: Any) -> Any:
            result = function(problem, sweep, prices, **limits)
            if problem.n_atoms == len(instance["nodes"]):
                proofs.extend(proof_in(prices, result, limits["below"]))
            return result

        return call

    with swapped(make):
        answer = answer_instance(instance, "free", effort)
    return answer, proofs


def proof_in(prices: Any, result: Any, below: int) -> list[Proof]:
    """Return what one call of the engine's exact pricer proved, none where it gave up."""
    cuts = tuple((tuple(t), c) for t, c in zip(prices.triples.tolist(), prices.charges.tolist()))
    kept = Prices(int(prices.scale), tuple(prices.atom.tolist()), int(prices.grid), cuts)
    if hasattr(result, "least"):
        return [Proof(kept, min(int(result.least), below))] if result.exact else []
    sets, complete = result
    return [Proof(kept, below, frozenset(frozenset(grid) for grid in sets))] if complete else []


def confirm(instance: Instance, value: int, proofs: list[Proof], limit_s: float) -> list[str]:
    """Return what stays open of the claim that no lawful plan costs less than ``value``; empty: confirmed."""
    complete: dict[int, str] = {}
    left = []
    for k in [instance["k"]] if instance["k"] else range(instance["k_min"], instance["k_max"] + 1):
        told = "the engine kept no proof"
        for number in reversed(range(len(proofs))):
            proof = proofs[number]
            least, most = room(instance, proof, value, k)
            if least <= most >= proof.below:
                continue  # a cheaper plan could use grids that were not listed
            if number not in complete:
                complete[number] = find_cheaper(instance, proof.prices, proof.below, proof.listed, limit_s)[0]
            told = STATES[complete[number]]
            if complete[number] != "none":
                continue
            covered = least <= most and cover_exists(
                instance, sorted(proof.listed, key=sorted), k, value, limit_s
            )
            if covered is False:
                break
            told = "a cheaper plan exists" if covered else "CP-SAT did not decide the cover"
        else:
            left.append(f"{k} grids: {told}")
    return left


def main(arguments: Sequence[str]) -> int:
    """Confirm what the command line names; return the exit code: 1 where a claim is refuted or stays open."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.confirm")
    parser.add_argument("instances", nargs="+", type=Path, help="instances, or folders of them")
    parser.add_argument("--limit", type=float, default=60.0, help="CPU seconds of one question to CP-SAT")
    asked = parser.parse_args(arguments)
    warm()
    open_claims = 0
    for path in find_instances(asked.instances):
        instance = json.loads(path.read_text("utf-8"))
        parted = len(parts(neighbours(instance), range(len(instance["nodes"])))) > 1
        if instance["objective"] != "cut" or instance["feasible"] is False or parted:
            continue
        answer, proofs = proofs_of(instance, Effort("prove"))
        began = time.process_time()
        claimed = answer["status"] == "optimal"
        left = confirm(instance, answer["objective"], proofs, asked.limit) if claimed else [answer["status"]]
        open_claims += claimed and bool(left)
        told = "confirmed" if not left else "; ".join(left)
        print(
            f"{instance['name']}: {answer['objective']}, {told} ({time.process_time() - began:.1f} s)",
            flush=True,
        )
    return 1 if open_claims else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
