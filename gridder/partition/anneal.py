"""Annealing on one connected piece with a given number of grids: the Python side of the compiled walk."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gridder.partition.kernels import Graph, Rules, State, grow, tally
from gridder.partition.problem import Ints, Problem, none_each
from gridder.partition.resplit import LIFTS_PER_OCTAVE
from gridder.partition.travel_moves import tally_travel
from gridder.partition.walk import Best, Met, Pool, Schedule, walk

KEY_MAX = 2**62
NO_VALUE = 2**62
BOUNDARY_OF_ROOT = 2.4  # edges around a compact grid of s atoms, over √s: a planar graph of degree about 5.5
LEAST_BOUNDARY = 15  # edges; grids of few large atoms need more weight than their boundary alone would give
LIGHT_GRID = 70  # atoms
HEAT = (4.5, 0.5)  # mean edge costs, first and last
TRAVEL_HEAT = (2.0, 0.2)  # steps
TRAVEL_WEIGHT = 300.0  # steps of a household
TRAVEL_RESPLITS = 0.3
LAST_WEIGHT = 300.0  # edges for the least households of a grid: one edge a household at 300


@dataclass(frozen=True)
class Trial:
    """An assignment met by the search: cost in the caller's unit, misfit 0 when every grid is lawful."""

    assignment: Ints
    cost: int
    misfit: int

    @property
    def rank(self) -> tuple[int, int]:
        """Sort key: lawful first, then cheap."""
        return self.misfit, self.cost


def make_graph(problem: Problem) -> Graph:
    """Return the problem in compressed rows; ``problem.fixed`` must name each label once (see ``locks``)."""
    first, neighbour, cost = problem.adjacency
    source = np.repeat(np.arange(problem.n_atoms), np.diff(first))
    keys = np.random.default_rng(0).integers(1, KEY_MAX, problem.n_atoms)
    lock = (problem.fixed >= 0).astype(np.int64)
    previous = problem.previous
    if problem.move_cost == 0:
        previous = none_each(problem.n_atoms)
    else:
        known = np.unique(previous[previous >= 0])
        previous = np.where(previous >= 0, np.searchsorted(known, previous), -1)
    pull, seat = np.zeros((0, 0), dtype=np.int64), none_each(0)
    if problem.travel is not None:
        pull, seat = problem.travel.pull, problem.travel.seat
        cost = np.full(len(cost), round(travel_of_step(problem)))
    lift = lift_of(cost)
    return Graph(first, neighbour, cost, source, lift, problem.households, lock, previous, keys, pull, seat)


def lift_of(cost: Ints) -> Ints:
    """Return the place of each cost on a log scale, for ``resplit.heavy_first``."""
    return np.round(LIFTS_PER_OCTAVE * np.log2(cost + 1.0)).astype(np.int64)


def make_rules(problem: Problem, *, outside: int = 0) -> Rules:
    """Return what a grid costs; ``outside`` is the flat charge, in households, for leaving the window."""
    return Rules(
        problem.households_min,
        problem.households_max,
        problem.target,
        problem.load_cost,
        problem.move_cost,
        outside,
    )


def make_state(graph: Graph, k: int, rng: np.random.Generator) -> State:
    """Return an empty state for k grids."""
    n = len(graph.households)
    n_old = int(graph.previous.max(initial=-1)) + 1

    def zeros(*shape: int) -> Ints:
        return np.zeros(shape, dtype=np.int64)

    sums = (zeros(k), zeros(k), zeros(k), zeros(k), zeros(k, max(n_old, 1)))
    scratch = (zeros(n + 1), zeros(n), zeros(len(graph.neighbour) // 2, 4))
    travel = (zeros(k, len(graph.seat)), zeros(k))
    return State(zeros(n), *sums, zeros(2), *scratch, rng.integers(1, KEY_MAX, 1), *travel)


def travel_of_step(problem: Problem) -> float:
    """Return the mean household-distance of an atom to its neighbours' seats: what one move changes, about."""
    travel = problem.travel
    assert travel is not None
    seat = np.zeros(problem.n_atoms, dtype=np.int64)
    seat[travel.seat] = np.arange(len(travel.seat))
    a, b = problem.edges.T
    ways = np.concatenate([travel.pull[a, seat[b]], travel.pull[b, seat[a]]])
    return max(1.0, float(ways.mean()) if len(ways) else 1.0)


def make_pool(n_atoms: int, columns: int, room: int) -> Pool:
    """Return an empty pool for so many columns and so many atoms in all of them."""
    slots = 1 << max(4, (4 * columns).bit_length())
    sizes = (slots, columns, columns + 1, max(room, n_atoms), 1)
    return Pool(*(np.zeros(size, dtype=np.int64) for size in sizes))


def pool_sets(pool: Pool) -> list[tuple[int, ...]]:
    """Return the sets of a pool as ascending tuples."""
    count = int(pool.held[0])
    return [tuple(sorted(pool.atoms[pool.first[c] : pool.first[c + 1]].tolist())) for c in range(count)]


def make_schedule(problem: Problem, k: int, steps: int) -> Schedule:
    """Return the usual schedule in the scale of the problem's own costs.

    Heat from 4.5 to 0.5 mean edge costs: measured at 150–600 atoms. A household outside
    the window weighs so much that it never pays to let a grid starve, at first a little over the boundary of a
    grid over its least households, at last a whole edge, so that the end is lawful where it can be.
    """
    if problem.travel is not None:
        return travel_schedule(problem, k, steps)
    paid = problem.cut_cost[problem.cut_cost > 0]
    mean = float(paid.mean()) if len(paid) else 1.0
    boundary = BOUNDARY_OF_ROOT * np.sqrt(problem.n_atoms / k)
    unit = mean / problem.households_min
    first = max(LEAST_BOUNDARY, 1.2 * boundary) * unit
    resplits = 0.4 * min(1.0, LIGHT_GRID * k / problem.n_atoms)  # their cost grows with the atoms of a grid
    return Schedule(steps, HEAT[0] * mean, HEAT[1] * mean, first, LAST_WEIGHT * unit, resplits, 0.5)


def travel_schedule(problem: Problem, k: int, steps: int) -> Schedule:
    """Return the usual schedule where grids cost the way to their centre, in the scale of one step of an atom.

    A household outside the window weighs at first as much as a step of its own, at last as many as no grid is wide.
    """
    step = travel_of_step(problem)
    weight = step / max(float(problem.households.mean()), 1e-9)
    resplits = TRAVEL_RESPLITS * min(1.0, LIGHT_GRID * k / problem.n_atoms)
    heat = TRAVEL_HEAT
    return Schedule(steps, heat[0] * step, heat[1] * step, weight, TRAVEL_WEIGHT * weight, resplits, 0.5)


def anneal(
    graph: Graph,
    rules: Rules,
    schedule: Schedule,
    pool: Pool,
    *,
    k: int,
    rng: np.random.Generator,
    start: Ints | None = None,
) -> Trial:
    """Return the best assignment of one annealing run with k grids, from ``start`` or from grown grids."""
    state = make_state(graph, k, rng)
    if start is None:
        grow(graph, state, k)
    else:
        state.grid[:] = start
    tally(graph, state, rules)
    if len(graph.seat):
        tally_travel(graph, state, rules)
    best = Best(state.grid.copy(), np.full(2, NO_VALUE, dtype=np.int64))
    walk(graph, state, rules, schedule, Met(best, pool))
    return Trial(best.grid.copy(), int(best.value[0]), int(best.value[1]))


def reheat(schedule: Schedule, heat: float) -> Schedule:
    """Return a schedule that starts at a share of the usual heat, a misfit weighing half its last weight."""
    return schedule._replace(
        heat_first=schedule.heat_first * heat, weight_first=schedule.weight_last / 2, collect_from=0.0
    )
