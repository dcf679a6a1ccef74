"""Hess's model for plans by travel: atoms are given to centres, and grids in pieces are cut off as they appear.

Sets
    i ∈ I          atoms
    c ∈ C          candidate centres; s(c) the atom in which c lies
    A ⊆ I × C      pairs that a better plan than the one known may have (``medians``)
Variables
    x(i,c)         1 when atom i belongs to centre c, (i,c) ∈ A; x(s(c),c) = 1 says that c is chosen
    d(c)           households by which the grid of c departs from the target, where that has a price
Lines
    (1) Every atom belongs to exactly one centre.
    (2) An atom belongs to chosen centres only.
    (3) A chosen centre has households in the window.
    (4) Between k⁻ and k⁺ centres are chosen.
    (5) No centre has two locked atoms.
    (6) d(c) is at least what the households of c are above or below the target.
    (7) x(i,c) ≤ Σ x(j,c) over the atoms j ∈ S that part i from c, for the sets S met so far
        (Validi, Buchanan & Lykhovyd 2022, doi:10.1287/opre.2021.2141).
    (8) Σ pull(i,c) · x(i,c) + load · Σ d(c) is least.

Without all of (7) the model is a relaxation: what it proves holds, and a solution whose grids are connected is a plan.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gridder.partition.answer import Ints
from gridder.partition.problem import Problem, components, first_come, none_each, plan_cost
from gridder.partition.solver import make_solver

Pair = tuple[int, int]
MOST_PAIRS = 20_000  # more are beyond what the model can say anything about within the work there is
SHARES = (0.3, 0.5, 0.7, 1.0)  # of the way from the bound to the plan that is looked at, and of the work left
LEAST_SPENT = 0.001  # of work a round costs at least, so that rounds end


@dataclass(frozen=True)
class Settled:
    """What the model says: a better plan or None, a lower bound on all plans, whether nothing is left open; work spent."""

    assignment: Ints | None
    bound: int
    proven: bool
    spent: float = 0.0


@dataclass
class Offer:
    """What the model may use: number of grids, pairs by centre, and the parting sets met so far.

    ``atoms_of`` has, for every centre with pairs, its atoms ascending; ``cuts`` (atom, centre, parting atoms).
    """

    span: tuple[int, int]
    atoms_of: dict[int, Ints]
    cuts: list[tuple[int, int, Ints]] = field(default_factory=list)


@dataclass(frozen=True)
class Variables:
    """The variables of the model: ``belongs`` by (atom, centre), ``departs`` by centre, empty where it has no price."""

    belongs: dict[Pair, Any]
    departs: dict[int, Any]


def settle_centres(
    piece: Problem, assignment: Ints, cost: NDArray[np.float64], span: tuple[int, int], *, work: float
) -> Settled:
    """Return the best plan by travel with a number of grids in ``span``, as far as the work allows.

    ``assignment`` is a lawful plan, ``cost`` what ``medians`` shows of every pair. ``work`` is deterministic time
    of CP-SAT. Moves have no place in the model: it is for problems in which they are free. Asks first for plans
    little above the bound, where few pairs are left; a no raises the bound, and more is allowed the next time.
    """
    assert piece.travel is not None and not piece.move_cost
    best, value = None, plan_cost(piece, assignment)
    bound = int(np.ceil(min(value, cost.min(axis=1).max())))
    for share in SHARES:
        limit = value if share == 1 else bound + 1 + int(share * (value - bound))
        if bound >= value or work <= 0:
            break
        found = search_below(piece, cost, (*span, min(limit, value)), work=share * work)
        work -= found.spent
        bound = max(bound, found.bound)
        if found.assignment is not None:
            best, value = found.assignment, plan_cost(piece, found.assignment)
    return Settled(best, min(bound, value), bound >= value)


def search_below(
    piece: Problem, cost: NDArray[np.float64], limits: tuple[int, int, int], *, work: float
) -> Settled:
    """Return the best plan that costs less than the last of ``limits``, with a number of grids between the others.

    Its bound holds for all plans; ``proven`` says that no plan below the limit is left out.
    """
    low, high, value = limits
    allowed = cost <= value - 1
    if allowed.sum() > MOST_PAIRS:
        return Settled(None, 0, False)
    offer = make_offer(piece, allowed, (low, high))
    best, bound, spent = None, 0, 0.0
    while spent < work:
        answer = solve_offer(piece, offer, value, work - spent)
        spent += max(answer.spent, LEAST_SPENT)
        bound = max(bound, min(answer.bound, value))
        if answer.owner is None:
            return Settled(best, bound, answer.settled, spent)
        torn = parting_sets(piece, offer, answer.owner)
        offer.cuts.extend(torn)
        if not torn:
            best = first_come(answer.owner)
            value = plan_cost(piece, best)
            bound = min(bound, value)
            if answer.settled:
                return Settled(best, value, True, spent)
    return Settled(best, bound, bound == value, spent)


@dataclass(frozen=True)
class Owners:
    """What one run of the model says: centre of every atom or None, bound, whether it finished, time it took."""

    owner: Ints | None
    bound: int
    settled: bool
    spent: float


def make_offer(piece: Problem, allowed: NDArray[np.bool_], span: tuple[int, int]) -> Offer:
    """Return the pairs allowed that a way over allowed atoms joins to the centre, with a parting set each.

    Every atom not beside its centre needs one of its own neighbours there: the sets that are met most often.
    """
    assert piece.travel is not None
    first, neighbour, _ = piece.adjacency
    offer = Offer(span, {})
    for c in np.flatnonzero(allowed[piece.travel.seat, np.arange(allowed.shape[1])]):
        seat = int(piece.travel.seat[c])
        atoms = joined_to(piece, seat, allowed[:, c])
        offer.atoms_of[int(c)] = atoms
        for i in atoms.tolist():
            beside = neighbour[first[i] : first[i + 1]]
            if i != seat and seat not in beside.tolist():
                offer.cuts.append((i, int(c), beside))
    return offer


def joined_to(piece: Problem, seat: int, members: NDArray[np.bool_]) -> Ints:
    """Return the members that a way over members joins to ``seat``, ascending."""
    inside = members[piece.edges].all(axis=1)
    labels = components(piece.n_atoms, piece.edges[inside])
    return np.flatnonzero(members & (labels == labels[seat]))


def parting_sets(piece: Problem, offer: Offer, owner: Ints) -> list[tuple[int, int, Ints]]:
    """Return, for every atom cut off from its centre, the atoms through which any way to the centre must go."""
    assert piece.travel is not None
    found: list[tuple[int, int, Ints]] = []
    for c in np.unique(owner):
        seat = int(piece.travel.seat[c])
        members = owner == c
        apart = members.copy()
        apart[joined_to(piece, seat, members)] = False
        if not apart.any():
            continue
        inside = apart[piece.edges].all(axis=1)
        labels = np.where(apart, components(piece.n_atoms, piece.edges[inside]), -1)
        for label in np.unique(labels[apart]):
            part = labels == label
            gate = gates(piece, seat, part)
            found.extend((int(i), int(c), gate) for i in np.flatnonzero(part))
    return found


def gates(piece: Problem, seat: int, part: NDArray[np.bool_]) -> Ints:
    """Return the atoms beside a part that ``seat`` reaches without passing another of them."""
    ends = piece.edges
    beside = np.zeros(piece.n_atoms, dtype=bool)
    beside[ends[part[ends[:, 0]] & ~part[ends[:, 1]], 1]] = True
    beside[ends[part[ends[:, 1]] & ~part[ends[:, 0]], 0]] = True
    open_ = ~beside & ~part
    open_[seat] = True
    reached = np.zeros(piece.n_atoms, dtype=bool)
    reached[joined_to(piece, seat, open_)] = True
    touched = np.zeros(piece.n_atoms, dtype=bool)
    touched[ends[reached[ends[:, 0]], 1]] = True
    touched[ends[reached[ends[:, 1]], 0]] = True
    return np.flatnonzero(beside & (touched | reached))


def build_model(piece: Problem, offer: Offer, value: int) -> tuple[Any, Variables]:
    """Return the CP-SAT model over the pairs offered, for plans cheaper than ``value``, and its variables."""
    from ortools.sat.python import cp_model

    model = cp_model.CpModel()
    belongs = {
        (int(i), c): model.new_bool_var(f"x{i}_{c}") for c, atoms in offer.atoms_of.items() for i in atoms
    }
    most = int(piece.households.sum())
    departs = {c: model.new_int_var(0, most, f"d{c}") for c in offer.atoms_of} if piece.load_cost else {}
    v = Variables(belongs, departs)
    add_cover(model, v, piece)
    add_grids(model, v, piece, offer)
    add_departures(model, v, piece, offer)
    add_connection(model, v, offer)
    add_least(model, v, piece, value)
    return model, v


def add_cover(model: Any, v: Variables, piece: Problem) -> None:
    """(1) Every atom belongs to exactly one centre."""
    held: list[list[Any]] = [[] for _ in range(piece.n_atoms)]
    for (i, _), x in v.belongs.items():
        held[i].append(x)
    for choices in held:
        model.add_exactly_one(choices)


def add_grids(model: Any, v: Variables, piece: Problem, offer: Offer) -> None:
    """(2) … of chosen centres, (3) in the window, (4) k⁻ to k⁺ of them, (5) with one locked atom at most."""
    assert piece.travel is not None
    chosen = []
    for c, atoms in offer.atoms_of.items():
        y = v.belongs[int(piece.travel.seat[c]), c]
        chosen.append(y)
        for i in atoms:
            model.add_implication(v.belongs[int(i), c], y)
        size = sum(int(piece.households[i]) * v.belongs[int(i), c] for i in atoms)
        model.add(size >= piece.households_min * y)
        model.add(size <= piece.households_max * y)
        locked = [v.belongs[int(i), c] for i in atoms if piece.fixed[i] >= 0]
        if len(locked) > 1:
            model.add_at_most_one(locked)
    model.add_linear_constraint(sum(chosen), *offer.span)


def add_departures(model: Any, v: Variables, piece: Problem, offer: Offer) -> None:
    """(6) d(c) is at least what the households of c are above or below the target."""
    assert piece.travel is not None
    for c, departs in v.departs.items():
        atoms = offer.atoms_of[c]
        size = sum(int(piece.households[i]) * v.belongs[int(i), c] for i in atoms)
        wanted = piece.target * v.belongs[int(piece.travel.seat[c]), c]
        model.add(departs >= size - wanted)
        model.add(departs >= wanted - size)


def add_connection(model: Any, v: Variables, offer: Offer) -> None:
    """(7) An atom belongs to a centre only if one of the atoms that part it from there does."""
    for i, c, gate in offer.cuts:
        through = [v.belongs[int(j), c] for j in gate if (int(j), c) in v.belongs]
        model.add_bool_or([*through, ~v.belongs[i, c]])


def add_least(model: Any, v: Variables, piece: Problem, value: int) -> None:
    """(8) Travel and departures cost least, and less than the plan known."""
    assert piece.travel is not None
    travel = sum(int(piece.travel.pull[pair]) * x for pair, x in v.belongs.items())
    total = travel + piece.load_cost * sum(v.departs.values())
    model.add(total <= value - 1)
    model.minimize(total)


def solve_offer(piece: Problem, offer: Offer, value: int, work: float) -> Owners:
    """Return what CP-SAT says of the pairs offered within the work: one worker, fixed seed."""
    from ortools.sat.python import cp_model

    if len({int(i) for atoms in offer.atoms_of.values() for i in atoms}) < piece.n_atoms:
        return Owners(None, value, True, 0.0)
    model, v = build_model(piece, offer, value)
    solver = make_solver(work, linear=2)
    status = solver.solve(model)
    spent = float(solver.response_proto.deterministic_time)
    if status == cp_model.INFEASIBLE:
        return Owners(None, value, True, spent)
    bound = int(np.ceil(round(solver.best_objective_bound, 6)))
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return Owners(None, max(bound, 0), False, spent)
    owner = none_each(piece.n_atoms)
    for (i, c), x in v.belongs.items():
        if solver.boolean_value(x):
            owner[i] = c
    return Owners(owner, bound, status == cp_model.OPTIMAL, spent)
