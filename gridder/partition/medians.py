"""A lower bound on plans by travel: grids need not be connected, and atoms may be shared between centres.

Hess's model (Hess et al. 1965, doi:10.1287/opre.13.6.998) is a p-median problem with windows. Its cover rows
are priced out with one multiplier an atom (Fisher 1981, doi:10.1287/mnsc.27.1.1); what is left falls apart into
one small knapsack a candidate centre, whose fractions are allowed here. Any multipliers give a bound.

    bound(λ) = Σ_i λ_i + Σ of the k least v_c,   v_c = min Σ_i (pull_ic − λ_i) x_ic + load · |s − target|
    with s = Σ_i households_i x_ic in the window, 0 ≤ x ≤ 1, x = 1 for the atom in which c lies

``v_c`` is taken from its dual over the price of a household, which never makes it too large.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from gridder.partition.answer import Ints
from gridder.partition.problem import Problem, first_come, group_by_label, plan_cost
from gridder.partition.travel import best_centre

Floats = NDArray[np.float64]
FIRST_STEP = 1.0
SHRINK = 0.7  # of the step when ``STALLED`` rounds brought no better bound
STALLED = 6
LEAST_STEP = 0.002
MOMENTUM = 0.7  # of the last direction is kept
LEAST_REACH = 0.0005  # of the plan's cost: steps do not vanish next to it
SAFE = 1e-9  # share of the bound given away for rounding in float64


class Market(NamedTuple):
    """A problem in arrays: pull (m, n) by centre, seat (m,), households (n,), rules (4,) low, high, target, load."""

    pull: Floats
    seat: Ints
    households: Floats
    rules: Floats


@dataclass(frozen=True)
class Medians:
    """A bound on the objective of every plan with k_min…k_max grids, and what no better plan uses.

    Parameters
    ----------
    bound
        Lower bound in the caller's unit, a whole number, at most the value of the plan it was compared with.
    cost
        What a plan costs at least in which atom i belongs to centre c. Shape (n, m), float64, inf: impossible.
    """

    bound: int
    cost: Floats


@njit(cache=True)
def ratio_at(worth: Floats, households: Floats, seat: int, order: Ints, at: int) -> float:
    """Return the worth of a household of the atom at a place of the order; infinite past those that play a part."""
    if at >= len(order) or order[at] == seat or households[order[at]] == 0:
        return np.inf
    return worth[order[at]] / households[order[at]]


@njit(cache=True)
def household_price(worth: Floats, market: Market, seat: int, order: Ints, taken: Floats) -> float:
    """Return the price of a household at which the dual of one knapsack is largest; fill ``taken`` (n,) in 0…1.

    ``worth`` (n,) is pull − λ, ``order`` (n,) the atoms by worth a household, those that play no part last. As the
    price rises, atoms join one by one and the size that is wanted falls from the maximum over the target to the
    minimum; where the two meet no other price is better.
    """
    low, high, target, load = market.rules
    middle = min(max(target, low), high)
    households = market.households
    for i in range(len(worth)):
        taken[i] = 1.0 if i == seat or (households[i] == 0 and worth[i] < 0) else 0.0
    size, wanted, stage, at = households[seat], high, 0, 0
    price = min(-load, ratio_at(worth, households, seat, order, 0))
    while size < wanted:
        coming = ratio_at(worth, households, seat, order, at)
        if stage == 0 and -load <= coming:
            price, wanted, stage = -load, middle, 1
        elif stage == 1 and load <= coming:
            price, wanted, stage = load, low, 2
        elif coming == np.inf:
            break
        else:
            i = order[at]
            price = coming
            taken[i] = min(1.0, (wanted - size) / households[i])
            size += households[i]
            at += 1
    return price


@njit(cache=True)
def value_at(worth: Floats, market: Market, seat: int, price: float) -> float:
    """Return the dual value of one centre's knapsack at a price of a household: never above ``v_c``."""
    low, high, target, load = market.rules
    middle = min(max(target, low), high)
    total = worth[seat] - price * market.households[seat]
    for i in range(len(worth)):
        gain = worth[i] - price * market.households[i]
        if gain < 0 and i != seat:
            total += gain
    ends = min(price * low + load * abs(low - target), price * high + load * abs(high - target))
    return total + min(ends, price * middle + load * abs(middle - target))


@njit(cache=True)
def value_centres(market: Market, worth: Floats, alive: Ints, order: Ints, book: Floats) -> None:
    """Write [value, price, share taken of every atom] of the centres alive into ``book`` (m, 2 + n).

    ``worth`` and ``order`` (alive, n) as ``household_price`` wants them, for each centre alive.
    """
    for place in range(len(alive)):
        c = alive[place]
        price = household_price(worth[place], market, market.seat[c], order[place], book[c, 2:])
        book[c, 0] = value_at(worth[place], market, market.seat[c], price)
        book[c, 1] = price


def choose_least(values: Floats, low: int, high: int) -> Ints:
    """Return the places of the ``low`` least values, and of further negative ones up to ``high`` in all."""
    order = np.argsort(values, kind="stable")
    count = max(low, min(high, int((values < 0).sum())))
    return order[:count]


def make_market(piece: Problem) -> Market:
    """Return a problem with travel in arrays."""
    assert piece.travel is not None
    rules = (piece.households_min, piece.households_max, piece.target, piece.load_cost)
    pull = np.ascontiguousarray(piece.travel.pull.T, dtype=np.float64)
    return Market(
        pull, piece.travel.seat, piece.households.astype(np.float64), np.array(rules, dtype=np.float64)
    )


@dataclass
class Auction:
    """The state of the multipliers' search.

    Parameters
    ----------
    market, span, value
        The problem, the numbers of grids allowed, the cost of a known plan.
    multipliers, alive
        Of the atoms, shape (n,); the centres a better plan may have, ascending.
    book
        Of every centre: value, price of a household, share it takes of every atom. Shape (m, 2 + n).
    cost
        What a plan with atom i at centre c costs at least, as far as shown. Shape (m, n).
    """

    market: Market
    span: tuple[int, int]
    value: float
    multipliers: Floats
    alive: Ints
    book: Floats
    cost: Floats

    def evaluate(self) -> tuple[float, Ints]:
        """Return the bound at the multipliers and the centres it takes."""
        market, alive = self.market, self.alive
        worth = market.pull[alive] - self.multipliers
        ratio = np.where(market.households > 0, worth / np.maximum(market.households, 1), np.inf)
        ratio[np.arange(len(alive)), market.seat[alive]] = np.inf
        value_centres(market, worth, alive, np.argsort(ratio, axis=1), self.book)
        chosen = alive[choose_least(self.book[alive, 0], *self.span)]
        return float(self.multipliers.sum() + self.book[chosen, 0].sum()), chosen

    def exclude(self) -> None:
        """Raise ``cost`` by what the multipliers show and drop the centres no better plan can have."""
        self.evaluate()
        forced = self.multipliers.sum() + with_each(self.book[self.alive, 0], *self.span)
        for c, least in zip(self.alive, forced):
            gain = self.market.pull[c] - self.multipliers - self.book[c, 1] * self.market.households
            np.maximum(gain, 0, out=gain)
            gain[self.market.seat[c]] = 0
            np.maximum(self.cost[c], least + gain, out=self.cost[c])
        left = self.alive[forced <= self.value - 1 + SAFE * self.value]
        self.cost[np.setdiff1d(self.alive, left)] = np.inf
        self.alive = left


def with_each(values: Floats, low: int, high: int) -> Floats:
    """Return the least sum of ``low`` to ``high`` values with each in turn among them. Shape as values."""
    sums = np.empty(len(values))
    for place in range(len(values)):
        others = np.delete(values, place)
        sums[place] = values[place] + others[choose_least(others, low - 1, high - 1)].sum()
    return sums


def open_auction(piece: Problem, assignment: Ints, span: tuple[int, int]) -> Auction:
    """Return the search at its start: each atom pays what the second nearest centre of the plan would cost it."""
    market = make_market(piece)
    m, n = market.pull.shape
    groups = group_by_label(first_come(assignment))
    assert piece.travel is not None
    centres = [best_centre(piece.travel, np.isin(np.arange(n), atoms)) for atoms in groups]
    ways = np.sort(market.pull[centres], axis=0)
    start = ways[min(1, len(centres) - 1)].copy()
    cost = np.full((m, n), -np.inf)
    value = float(plan_cost(piece, assignment))
    return Auction(market, span, value, start, np.arange(m), np.zeros((m, n + 2)), cost)


def bound_by_medians(piece: Problem, assignment: Ints, span: tuple[int, int], *, work: int) -> Medians:
    """Return a bound on every plan with a number of grids in ``span``, as good as the work allows.

    ``work`` counts pairs of a centre and an atom that are looked at, a round at least.
    ``assignment`` is a lawful plan to compare with: what no better plan can have is left out. Neither
    connectedness nor moves are counted, so the bound holds whatever they add.
    """
    auction = open_auction(piece, assignment, span)
    best, peak = -np.inf, auction.multipliers
    share, stalled, direction = FIRST_STEP, 0, np.zeros(piece.n_atoms)
    while work > 0:
        work -= len(auction.alive) * piece.n_atoms
        bound, chosen = auction.evaluate()
        stalled += 1
        if bound > best:
            best, peak, stalled = bound, auction.multipliers, 0
        if stalled > STALLED:
            share, stalled, auction.multipliers = share * SHRINK, 0, peak
            auction.exclude()
            if share < LEAST_STEP or len(auction.alive) < max(span[0], 1):
                break
            bound, chosen = auction.evaluate()
        direction = 1.0 - auction.book[chosen, 2:].sum(axis=0) + MOMENTUM * direction
        reach = max(auction.value - bound, LEAST_REACH * auction.value)
        auction.multipliers = (
            auction.multipliers + share * reach / max(direction @ direction, 1e-9) * direction
        )
    auction.multipliers = peak
    auction.exclude()
    closed = len(auction.alive) < max(span[0], 1)
    whole = auction.value if closed else min(auction.value, np.ceil(best - SAFE * abs(best)))
    return Medians(int(max(whole, 0)), auction.cost.T)
