"""The frontier program: the cheapest lawful connected grid at given prices of the atoms, exactly, and all cheaper ones.

A dynamic program along a sweep of the atoms (``sweep``): a state says which frontier atoms are in the grid and which of
them hang together so far, with the least price for each number of households (the frontier method of Knuth 2011, TAOCP
4A 7.1.4, on prices instead of counts). A part that leaves the frontier completes the grid or dies. What cannot end below
the limit is dropped by bounds of the same program with connectivity forgotten and households priced.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from gridder.partition.frontier_kernels import (
    Brood,
    Layer,
    Links,
    Small,
    Step,
    breed,
    step_bound,
)
from gridder.partition.frontier_steps import Prices, in_range, make_steps, mean_price, own_prices
from gridder.partition.frontier_values import endings, link_up, merge, retrace, spans, thin, trim
from gridder.partition.problem import Ints, Problem, as_ints
from gridder.partition.sweep import Sweep

GRIDS_KEPT = 300  # complete grids returned by one pricing
UNKNOWN = -(1 << 60)
MOST_VALUES = 500_000_000  # kept of all steps: 2 GB
A_STATE, A_VALUE = 100, 2  # work in looking at a state, a value: about as long as at so many masks


class Priced(NamedTuple):
    """Least reduced cost of all lawful grids if it is below the limit, else the limit, or UNKNOWN; grids found, best first."""

    least: int
    sets: list[tuple[int, ...]]

    @property
    def known(self) -> bool:
        """Whether no grid has a reduced cost below ``least``."""
        return self.least != UNKNOWN


@dataclass
class Frontier:
    """A problem, its sweep, the states kept after each step at most, and the work left: masks, states, values looked at.

    ``work`` goes down with every run of the program; what is below 0 runs no more.
    """

    problem: Problem
    sweep: Sweep
    states: int
    work: float = np.inf


@dataclass
class Program:
    """The program run forward for grids cheaper than ``below``: steps, layers of states (one more), links, grids by step.

    ``order`` is that of the sweep. ``whole``: no state was left out for want of room.
    """

    order: Ints
    below: int
    steps: list[Step]
    layers: list[Layer]
    links: list[Links]
    ends: list[Ints]
    whole: bool = True


def price_exactly(frontier: Frontier, prices: Prices, below: int) -> Priced:
    """Return the least reduced cost of all lawful connected grids if it is below ``below``, else ``below``.

    With it the cheapest grid and other cheap ones, best first. Where after some step there were
    more states than are kept the least is UNKNOWN, but grids below the limit may still be found.
    """
    least, whole = below, True
    found: dict[tuple[int, ...], int] = {}
    for variant in move_variants(frontier.problem, prices):
        program = run_program(frontier, variant, below)
        whole = whole and program.whole
        ends = all_ends(program)
        order = np.lexsort((ends[:, 1], ends[:, 4], ends[:, 0]))[:GRIDS_KEPT]
        for end, atoms in zip(ends[order], trace(program, ends[order], every=False)):
            least = min(least, int(end[0]))
            found[atoms] = min(int(end[0]), found.get(atoms, below))
    return Priced(least if whole else UNKNOWN, sorted(found, key=lambda atoms: (found[atoms], atoms)))


def list_cheaper(
    frontier: Frontier, prices: Prices, below: int, cap: int
) -> tuple[list[tuple[int, ...]], bool]:
    """Return (all lawful connected grids of reduced cost < ``below``, whether these are all).

    They are not all where more states after a step than are kept, or more than ``cap`` grids, would have been needed.
    Where cuts had to be left out of the program (``MOST_TRIPLES``) or households move, dearer grids may be among them.
    """
    found: set[tuple[int, ...]] = set()
    for variant in move_variants(frontier.problem, prices):
        program = run_program(frontier, variant, below)
        if not program.whole:
            return [], False
        ends = all_ends(program)
        if len(ends) > cap:
            return [], False
        traced = trace(program, ends, every=True, cap=cap)
        if len(traced) > cap:
            return [], False
        found.update(traced)
    return sorted(found), True


def all_ends(program: Program) -> Ints:
    """Return the complete grids of all steps, each with the step it ended at: rows of five."""
    rows = [np.column_stack([ends, np.full(len(ends), t)]) for t, ends in enumerate(program.ends)]
    return np.concatenate([np.empty((0, 5), dtype=np.int64), *rows])


def move_variants(problem: Problem, prices: Prices) -> list[Prices]:
    """Return the prices; where moving households costs, one for each old grid a new grid may come from.

    A grid pays for the households that do not come from its leading old grid: the least over the old grids of a
    charge on atoms.
    """
    if not problem.move_cost or not (problem.previous >= 0).any():
        return [prices]
    charge = 2 * prices.scale * problem.move_cost * np.where(problem.previous >= 0, problem.households, 0)
    leads = np.unique(problem.previous[problem.previous >= 0])
    paid = [prices.atom - np.where(problem.previous == lead, 0, charge) for lead in leads]
    return [replace(prices, atom=atom) for atom in paid]


def run_program(frontier: Frontier, prices: Prices, below: int) -> Program:
    """Run all steps for grids of reduced cost < ``below``; none where the work is spent or prices are too large."""
    problem, sweep = frontier.problem, frontier.sweep
    own = own_prices(problem, prices)
    window = as_ints([problem.households_min, problem.households_max, below])
    steps = make_steps(problem, sweep, prices, below - int(own[problem.households_min :].min()))
    rate = mean_price(problem, prices)
    able = frontier.work > 0 and in_range(problem, prices, below)
    program = Program(sweep.order, below, steps, [first_layer()], [], [], whole=able)
    if not program.whole:
        return program
    bounds = all_bounds(steps)
    frontier.work -= sweep.states
    room = MOST_VALUES // problem.n_atoms
    for t, step in enumerate(steps):
        layer = program.layers[-1]
        brood = make_brood(len(layer.mask))
        if not breed(step, layer, bounds[t + 1], brood, make_slots(len(layer.mask))):
            program.whole = False
        program.ends.append(endings(step, layer, brood, window, own))
        span = spans(step, layer, brood, problem.households_max)
        value = merge(step, layer, brood, span)
        after = trim(step, brood, (*span, value), bounds[t + 1], rate)
        frontier.work -= A_STATE * len(brood.mask) + A_VALUE * len(value)
        most = min(frontier.states, room * len(after.mask) // max(len(after.value), 1))
        if len(after.mask) > most:
            after = thin(after, brood, bounds[t + 1], most)
            program.whole = False
        program.layers.append(after)
        program.links.append(link_up(brood, len(layer.mask), len(after.mask)))
    return program


def all_bounds(steps: list[Step]) -> list[Small]:
    """Return the bounds before each step and after the last, one a mask of the frontier."""
    bounds = [np.zeros(1, dtype=np.int32)]
    for step in reversed(steps):
        before = np.empty(1 << int(step.facts[0]), dtype=np.int32)
        step_bound(step, bounds[-1], before)
        bounds.append(before)
    return bounds[::-1]


def first_layer() -> Layer:
    """Return the one state before the first step: nothing taken."""
    zero = np.zeros(1, dtype=np.int64)
    value = np.zeros(1, dtype=np.int32)
    return Layer(np.zeros((1, 3), dtype=np.uint64), zero, zero, as_ints([0, 1]), value, zero)


def make_brood(parents: int) -> Brood:
    """Return room for all that a step can make of so many states."""
    size = 2 * parents + 1
    key = np.empty((size, 3), dtype=np.uint64)
    return Brood(key, *(np.empty(n, dtype=np.int64) for n in (size, size, size, 1)))


def make_slots(parents: int) -> Ints:
    """Return an empty hash table for the children of so many states."""
    return np.zeros(1 << max(6, (4 * parents).bit_length()), dtype=np.int64)


def trace(program: Program, ends: Ints, *, every: bool, cap: int = 1 << 30) -> list[tuple[int, ...]]:
    """Return the atoms of complete grids (rows of ``Program.ends`` with the step they ended at), in their order.

    ``every``: all ways that lead to them below the limit, in any order; more than ``cap`` empty ones once they are more.
    """
    if not len(ends):
        return []
    carried = np.empty((0, 3), dtype=np.int64)
    origins, begun = [], []
    for t in range(len(program.steps) - 1, -1, -1):
        rows = np.flatnonzero(ends[:, 4] == t)
        begun.append(rows)
        fresh = [start_path(program, ends[row]) for row in rows]
        paths = np.concatenate([carried, as_ints(fresh).reshape(-1, 3)])
        if len(paths) > cap:
            return [()] * len(paths)
        if t == 0:
            break
        leg = program.steps[t - 1], program.layers[t - 1], program.links[t - 1]
        carried, origin = retrace(leg, paths, program.below, every)
        origins.append(origin)
    return read_paths(program.order, ends, origins[::-1], begun[::-1], every)


def start_path(program: Program, end: Ints) -> tuple[int, int, int]:
    """Return the path of a complete grid at the layer before its last step: state, households, price still to come."""
    price, state, taken, households, t = (int(x) for x in end)
    layer, before = program.layers[t], households - taken * int(program.steps[t].facts[1])
    return state, before, price - int(layer.value[layer.start[state] + before - layer.low[state]])


def read_paths(
    order: Ints, ends: Ints, origins: list[Ints], begun: list[Ints], every: bool
) -> list[tuple[int, ...]]:
    """Return the atoms along the traced paths: ``origins`` and ``begun`` (rows of ends) by layer, first layer first."""
    n_carried = [len(o) for o in origins] + [0]
    now = np.arange(n_carried[0] + len(begun[0]))
    taken = np.zeros((len(now), len(order)), dtype=bool)
    row_of, alive = np.full(len(now), -1), np.arange(len(now))
    for t in range(len(begun)):
        spot = now[alive] - n_carried[t]
        ended = alive[spot >= 0]
        row_of[ended] = begun[t][spot[spot >= 0]]
        taken[ended, t] = ends[row_of[ended], 2] == 1
        alive = alive[spot < 0]
        if not len(alive):
            break
        origin = origins[t][now[alive]]
        taken[alive, t] = origin[:, 1] == 1
        now[alive] = origin[:, 0]
    ranked = np.arange(len(now)) if every else np.argsort(row_of, kind="stable")
    return [tuple(sorted(order[: len(begun)][taken[i, : len(begun)]].tolist())) for i in ranked]
