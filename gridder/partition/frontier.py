"""The frontier program: the cheapest lawful connected grid at given prices of the atoms, exactly, and all cheaper ones.

A dynamic program along a sweep of the atoms (``sweep``): a state says which frontier atoms are in the grid and which of
them hang together so far, with the least price for each number of households (the frontier method of Knuth 2011, TAOCP
4A 7.1.4, on prices instead of counts). A part that leaves the frontier completes the grid or dies. What cannot end below
the limit is dropped by bounds of the same program with connectivity forgotten and households priced.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from gridder.partition.frontier_kernels import (
    MOST_TRIPLES,
    Brood,
    Layer,
    Links,
    Small,
    Step,
    breed,
    step_bound,
)
from gridder.partition.frontier_values import endings, link_up, merge, retrace, spans, trim
from gridder.partition.problem import Ints, Problem
from gridder.partition.sweep import Sweep

GRIDS_KEPT = 300  # complete grids returned by one pricing
LARGEST_PRICE = 1 << 28  # sums of prices must stay below; values are int32
UNKNOWN = -(1 << 60)


@dataclass(frozen=True)
class Prices:
    """Prices of the master, whole numbers.

    A grid's reduced cost is scale · grid_cost − Σ atom − grid + Σ charges of the triples of which it holds two atoms.

    Parameters
    ----------
    scale
        Units of price in one unit of ``grid_cost``.
    atom
        What each atom pays for being covered. Shape (n,), int64.
    grid
        What a grid pays for being one more.
    triples
        Atoms of each cut. Shape (t, 3), int64.
    charges
        Charge of each cut, ≥ 0. Shape (t,), int64.
    """

    scale: int
    atom: Ints
    grid: int
    triples: Ints
    charges: Ints


class Priced(NamedTuple):
    """Least reduced cost of all lawful grids (or a lower bound of it), whether it is attained, grids found."""

    least: int
    exact: bool
    sets: list[tuple[int, ...]]


@dataclass
class Program:
    """The program run forward: steps, layers of states (one more), links between them, complete grids by step."""

    steps: list[Step]
    layers: list[Layer]
    links: list[Links]
    ends: list[Ints]


def price_exactly(problem: Problem, sweep: Sweep, prices: Prices, *, below: int, states: int) -> Priced:
    """Return the least reduced cost of all lawful connected grids if it is below ``below``, else ``below``.

    With it the cheapest grid and other cheap ones, best first. ``exact`` False: more than ``states`` states would have
    been needed, and nothing is known (``least`` = UNKNOWN).
    """
    least = below
    found: dict[tuple[int, ...], int] = {}
    for variant in move_variants(problem, prices):
        program = run_program(problem, sweep, variant, below, states)
        if program is None:
            return Priced(UNKNOWN, False, [])
        ends = np.concatenate([np.column_stack([e, np.full(len(e), t)]) for t, e in enumerate(program.ends)])
        order = np.lexsort((ends[:, 1], ends[:, 4], ends[:, 0]))[:GRIDS_KEPT]
        for end, atoms in zip(ends[order], trace(program, sweep, ends[order], below, every=False)):
            least = min(least, int(end[0]))
            found[atoms] = min(int(end[0]), found.get(atoms, below))
    return Priced(least, True, sorted(found, key=lambda atoms: (found[atoms], atoms)))


def list_cheaper(
    problem: Problem, sweep: Sweep, prices: Prices, *, below: int, states: int, cap: int
) -> tuple[list[tuple[int, ...]], bool]:
    """Return (all lawful connected grids of reduced cost < ``below``, whether these are all).

    They are not all where more than ``states`` states or more than ``cap`` grids would have been needed. Where cuts
    had to be left out of the program (``MOST_TRIPLES``) or households move, dearer grids may be among them.
    """
    found: set[tuple[int, ...]] = set()
    for variant in move_variants(problem, prices):
        program = run_program(problem, sweep, variant, below, states)
        if program is None:
            return [], False
        ends = np.concatenate([np.column_stack([e, np.full(len(e), t)]) for t, e in enumerate(program.ends)])
        if len(ends) > cap:
            return [], False
        traced = trace(program, sweep, ends, below, every=True, cap=cap)
        if len(traced) > cap:
            return [], False
        found.update(traced)
    return sorted(found), True


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
    return [Prices(prices.scale, atom, prices.grid, prices.triples, prices.charges) for atom in paid]


def run_program(problem: Problem, sweep: Sweep, prices: Prices, below: int, states: int) -> Program | None:
    """Run all steps for grids of reduced cost < ``below``; None where more than ``states`` states would be kept."""
    own = own_prices(problem, prices)
    window = ints([problem.households_min, problem.households_max, below])
    steps = make_steps(problem, sweep, prices, below - int(own[problem.households_min :].min()))
    rate = mean_price(problem, prices)
    bounds = all_bounds(steps)
    program = Program(steps, [first_layer()], [], [])
    kept = 0
    for t, step in enumerate(steps):
        layer = program.layers[-1]
        brood = make_brood(len(layer.mask))
        if not breed(step, layer, bounds[t + 1], brood, make_slots(len(layer.mask))):
            return None
        program.ends.append(endings(step, layer, brood, window, own))
        span = spans(step, layer, brood, problem.households_max)
        value = merge(step, layer, brood, span)
        program.layers.append(trim(step, brood, span, value, bounds[t + 1], rate))
        program.links.append(link_up(brood, len(layer.mask), len(program.layers[-1].mask)))
        kept += len(program.layers[-1].mask)
        if kept > states:
            return None
    return program


def mean_price(problem: Problem, prices: Prices) -> int:
    """Return what a household pays on average: at this rate the bounds are nearly best, and a second rate gains little."""
    return round(int(prices.atom.clip(0).sum()) / max(int(problem.households.sum()), 1))


def own_prices(problem: Problem, prices: Prices) -> Ints:
    """Return what a grid of 0 … households_max households costs besides its atoms and edges, less what it pays."""
    sizes = np.arange(problem.households_max + 1)
    return 2 * prices.scale * problem.load_cost * np.abs(sizes - problem.target) - prices.grid


def make_steps(problem: Problem, sweep: Sweep, prices: Prices, limit: int) -> list[Step]:
    """Return the steps of the sweep at these prices, for grids whose atoms and edges come below ``limit``."""
    first, neighbour, cost = problem.adjacency
    place = np.argsort(sweep.order)
    last = [int(place[[u, *neighbour[first[u] : first[u + 1]]]].max()) for u in range(problem.n_atoms)]
    counters = triple_counters(prices, place)
    rate = mean_price(problem, prices)
    frontier: list[int] = []
    steps = []
    for t, v in enumerate(sweep.order.tolist()):
        around = [e for e in range(first[v], first[v + 1]) if place[neighbour[e]] < t]
        beside = [frontier.index(int(neighbour[e])) for e in around]
        with_v = [*frontier, v]
        keep = [j for j, u in enumerate(with_v) if last[u] > t]
        retire = [j for j, u in enumerate(with_v) if last[u] <= t]
        edges = [prices.scale * cost[e] for e in around]
        households, lock = int(problem.households[v]), int(problem.fixed[v] >= 0)
        facts = [len(frontier), households, -int(prices.atom[v]), lock, limit]
        facts += [rate * households, rate * problem.households_max]
        steps.append(Step(ints(beside), ints(edges), ints(keep), ints(retire), counters[t], ints(facts)))
        frontier = [with_v[j] for j in keep]
    return steps


def ints(values: list) -> Ints:
    """Return a list as int64, an empty one too."""
    return np.array(values, dtype=np.int64)


def triple_counters(prices: Prices, place: Ints) -> list[Ints]:
    """Return the rows of ``Step.counters`` for every step; a triple beyond those a key has room for is left out.

    Leaving out a charge only lowers reduced costs: bounds stay bounds.
    """
    rows: list[list[list[int]]] = [[] for _ in place]
    free_from = [0] * MOST_TRIPLES
    opened = sorted((sorted(int(place[i]) for i in atoms), c) for c, atoms in enumerate(prices.triples))
    for places, c in opened:
        slot = next((b for b in range(MOST_TRIPLES) if free_from[b] <= places[0]), None)
        if slot is None:
            continue
        free_from[slot] = places[2] + 1
        for t in range(places[0], places[2] + 1):
            before = -1 if t == places[0] else 1 + 2 * slot
            after = -1 if t == places[2] else 1 + 2 * slot
            left = sum(p > t for p in places)
            rows[t].append([before, after, int(t in places), left, int(prices.charges[c])])
    return [np.array(r, dtype=np.int64).reshape(-1, 5) for r in rows]


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
    return Layer(np.zeros((1, 3), dtype=np.uint64), zero, zero, ints([0, 1]), value, zero)


def make_brood(parents: int) -> Brood:
    """Return room for all that a step can make of so many states."""
    size = 2 * parents + 1
    key = np.empty((size, 3), dtype=np.uint64)
    return Brood(key, *(np.empty(n, dtype=np.int64) for n in (size, size, size, 1)))


def make_slots(parents: int) -> Ints:
    """Return an empty hash table for the children of so many states."""
    return np.zeros(1 << max(6, (4 * parents).bit_length()), dtype=np.int64)


def trace(
    program: Program, sweep: Sweep, ends: Ints, below: int, *, every: bool, cap: int = 1 << 30
) -> list[tuple[int, ...]]:
    """Return the atoms of complete grids (rows of ``Program.ends`` with the step they ended at), in their order.

    ``every``: all ways that lead to them below ``below``, in any order; more than ``cap`` empty ones once they are more.
    """
    carried = np.empty((0, 3), dtype=np.int64)
    origins, begun = [], []
    for t in range(len(program.steps) - 1, -1, -1):
        rows = np.flatnonzero(ends[:, 4] == t)
        begun.append(rows)
        fresh = [start_path(program, ends[row]) for row in rows]
        paths = np.concatenate([carried, ints(fresh).reshape(-1, 3)])
        if len(paths) > cap:
            return [()] * len(paths)
        if t == 0:
            break
        step, layer, links = program.steps[t - 1], program.layers[t - 1], program.links[t - 1]
        carried, origin = retrace(step, layer, links, paths, below, every)
        origins.append(origin)
    return read_paths(sweep, ends, origins[::-1], begun[::-1], every)


def start_path(program: Program, end: Ints) -> tuple[int, int, int]:
    """Return the path of a complete grid at the layer before its last step: state, households, price still to come."""
    price, state, taken, households, t = (int(x) for x in end)
    layer, before = program.layers[t], households - taken * int(program.steps[t].facts[1])
    return state, before, price - int(layer.value[layer.start[state] + before - layer.low[state]])


def read_paths(
    sweep: Sweep, ends: Ints, origins: list[Ints], begun: list[Ints], every: bool
) -> list[tuple[int, ...]]:
    """Return the atoms along the traced paths: ``origins`` and ``begun`` (rows of ends) by layer, first layer first."""
    n_carried = [len(o) for o in origins] + [0]
    now = np.arange(n_carried[0] + len(begun[0]))
    taken = np.zeros((len(now), len(sweep.order)), dtype=bool)
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
    order = np.arange(len(now)) if every else np.argsort(row_of, kind="stable")
    return [tuple(sorted(sweep.order[: len(begun)][taken[i, : len(begun)]].tolist())) for i in order]
