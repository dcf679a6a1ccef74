"""Confirm a proven optimum by another route: what the proof rests on is asked of CP-SAT, for the instance as it stands.

``python -m benchmarks.confirm INSTANCE… [--most 150] [--limit 60] [--out FILE]`` solves each
instance with effort ``prove``, keeps the prices at which the engine bounded or listed lawful grids, and proves anew that
no lawful plan is cheaper:

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
from dataclasses import dataclass, field
from pathlib import Path
from types import FunctionType
from typing import Any

import numpy as np

from benchmarks.instances import find_instances
from benchmarks.judge import Instance, neighbours, parts
from benchmarks.partition import answer_instance
from benchmarks.progress import swapped
from benchmarks.questions import Grid, Prices, cover_exists, find_cheaper, reduced_cost
from gridder.effort import Effort
from gridder.partition.locks import Merged
from gridder.partition.problem import Problem
from gridder.partition.warm import warm

NO_LIMIT = 10**12  # above every cost
CLOSED, NOT_CLAIMED = "confirmed", "no optimum claimed"
HEAD = ("instance", "nodes", "value", "gridder, CPU s", "CP-SAT, CPU s", "result")
STATES = {
    "none": CLOSED,
    "found": "a grid is missing from the list",
    "open": "CP-SAT did not decide whether the list is complete",
}
COVERED = {False: CLOSED, True: "a cheaper plan exists", None: "CP-SAT did not decide the cover"}


@dataclass(frozen=True)
class Proof:
    """What the engine proved with: at these prices every lawful grid of reduced cost < ``below`` is among those listed."""

    prices: Prices
    below: int
    listed: frozenset[Grid] = frozenset()


def room(instance: Instance, proof: Proof, value: int, k: int) -> tuple[int, int]:
    """Return (least reduced cost of a grid, most a grid of a plan of k grids cheaper than ``value`` may have)."""
    least = min((reduced_cost(instance, proof.prices, grid) for grid in proof.listed), default=proof.below)
    least = min(least, proof.below)
    together = proof.prices.scale * (2 * value - 2) - proof.prices.constant(k)
    return least, together - (k - 1) * least


def proofs_of(instance: Instance, effort: Effort) -> tuple[dict[str, Any], list[Proof]]:
    """Return the engine's answer and what it proved with; nothing is merged beforehand, so nodes are the instance's."""
    proofs: list[Proof] = []

    def make(function: FunctionType) -> Any:
        if function.__name__ == "shrink":
            return lambda part: Merged(part, np.arange(part.n_atoms))
        if function.__name__ == "list_columns":
            return functools.partial(note_listing, function, proofs, len(instance["nodes"]))
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


def note_listing(function: FunctionType, proofs: list[Proof], n: int, *given: Any, **limits: Any) -> Any:
    """Return the engine's listing of all lawful grids, and keep it where it is one of the whole instance."""
    listing = function(*given, **limits)
    if listing.complete and len(given[0].households) == n and limits.get("only", -1) < 0:
        free = Prices(1, (0,) * n, 0, ())
        proofs.append(Proof(free, NO_LIMIT, frozenset(frozenset(grid) for grid in listing.sets)))
    return listing


def proof_in(prices: Any, result: Any, below: int) -> list[Proof]:
    """Return what one call of the engine's exact pricer proved, none where it gave up."""
    cuts = tuple((tuple(t), c) for t, c in zip(prices.triples.tolist(), prices.charges.tolist()))
    kept = Prices(int(prices.scale), tuple(prices.atom.tolist()), int(prices.grid), cuts)
    if hasattr(result, "least"):
        return [Proof(kept, min(int(result.least), below))] if result.known else []
    sets, complete = result
    return [Proof(kept, below, frozenset(frozenset(grid) for grid in sets))] if complete else []


@dataclass
class Confirmer:
    """Asks CP-SAT what a claim rests on: that no lawful plan of the instance costs less than ``value``.

    ``asked`` keeps, by prices and list, the limit up to which completeness was asked, and what came of it.
    """

    instance: Instance
    value: int
    limit_s: float
    asked: dict[int, tuple[int, str]] = field(default_factory=dict)

    def confirm(self, proofs: list[Proof]) -> list[str]:
        """Return what stays open, number of grids by number of grids; empty: confirmed."""
        left = []
        k_asked = self.instance["k"]
        for k in [k_asked] if k_asked else range(self.instance["k_min"], self.instance["k_max"] + 1):
            told = "the engine kept no proof"
            for proof in reversed(proofs):
                told = self.settle(proof, k) or told
                if told == CLOSED:
                    break
            else:
                left.append(f"{k} grids: {told}")
        return left

    def settle(self, proof: Proof, k: int) -> str:
        """Return what becomes of one proof for k grids; empty where it does not speak of them."""
        least, most = room(self.instance, proof, self.value, k)
        if least <= most >= proof.below:
            return ""  # a cheaper plan could use grids that were not listed
        needed = most + 1 if least <= most else least
        known, state = self.asked.get(id(proof), (needed - 1, ""))
        if needed > known or (state != "none" and needed < known):
            state = find_cheaper(self.instance, proof.prices, needed, proof.listed, self.limit_s)[0]
            self.asked[id(proof)] = (needed, state)
        if state != "none" or least > most:
            return STATES[state]
        useful = [g for g in proof.listed if reduced_cost(self.instance, proof.prices, g) <= most]
        covered = cover_exists(self.instance, sorted(useful, key=sorted), k, self.value, self.limit_s)
        return COVERED[covered]


def main(arguments: Sequence[str]) -> int:
    """Confirm what the command line names; return the exit code: 1 where a claim is refuted or stays open."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.confirm")
    parser.add_argument("instances", nargs="+", type=Path, help="instances, or folders of them")
    parser.add_argument("--most", type=int, default=150, help="leave out larger instances")
    parser.add_argument("--limit", type=float, default=60.0, help="CPU seconds of one question to CP-SAT")
    parser.add_argument("--out", type=Path, help="write the table to a file, too")
    asked = parser.parse_args(arguments)
    warm()
    rows = [HEAD, ("---", *["--:"] * 4, "---")]
    for path in find_instances(asked.instances):
        instance = json.loads(path.read_text("utf-8"))
        if in_reach(instance, asked.most):
            rows.append(confirm_one(instance, asked.limit))
            print(" · ".join(rows[-1]), flush=True)
    if asked.out:
        table = "".join(f"| {' | '.join(row)} |\n" for row in rows)
        asked.out.write_text(table, encoding="utf-8", newline="\n")
    return 0 if all(row[-1] in (CLOSED, NOT_CLAIMED) for row in rows[2:]) else 1


def in_reach(instance: Instance, most: int) -> bool:
    """Whether an instance is one that can be asked: of one part, not too large, with cut edges as its cost."""
    whole = len(parts(neighbours(instance), range(len(instance["nodes"])))) == 1
    small = len(instance["nodes"]) <= most
    return whole and small and instance["objective"] == "cut" and instance["feasible"] is not False


def confirm_one(instance: Instance, limit_s: float) -> tuple[str, ...]:
    """Return the row of one instance: solved with effort ``prove``, and asked anew where that claims an optimum."""
    answer, proofs = proofs_of(instance, Effort("prove"))
    began = time.process_time()
    told = NOT_CLAIMED
    if answer["status"] == "optimal":
        left = Confirmer(instance, answer["objective"], limit_s).confirm(proofs)
        told = "; ".join(left) or CLOSED
    spent = time.process_time() - began
    seconds = (f"{answer['seconds']:.1f}", f"{spent:.1f}")
    return (instance["name"], str(len(instance["nodes"])), str(answer["objective"]), *seconds, told)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
