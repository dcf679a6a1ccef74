"""Where p more halls bring all households nearest: the p-median problem, solved and proven on whole numbers.

Every way is capped at the one to the halls that stay, so a household never walks further than now. Greedy choice and
exchange of one place at a time (Teitz and Bart 1968, doi:10.1287/opre.16.5.955) give a first answer. For any prices μ_i ≤ now_i
of a household every p places cost at least

    Σ_i households_i μ_i + Σ_{j chosen} ρ_j,   ρ_j = Σ_i households_i min(0, way_ij − μ_i)

(Cornuéjols, Fisher and Nemhauser 1977, doi:10.1287/mnsc.23.8.789). Subgradient steps raise that bound; then all sets of p
places whose bound does not exceed the best answer are looked at. With few places this is far faster than a mixed-integer
model (radius formulation, Elloumi 2010, doi:10.1007/s10878-008-9149-z), beside which the tests and benchmarks/halls.py hold it.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numba import njit
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

SECONDS_PER_MINUTE = 60
NO_WAY_S = 86_400  # a household without a way counts as a day's walk: longer than any in a community
ROUNDS = 120  # of subgradient steps; later ones raise the bound by little
SHRINK, STALLED, LEAST_STEP = 0.6, 5, 0.001  # of the step, when so many rounds brought no better bound
MOMENTUM = 0.6  # of the last direction is kept
MOST_WORK = 3 * 10**9  # ways looked at in the proof: a few seconds; counted, so the same on every machine


@dataclass(frozen=True)
class Case:
    """Ways to compare, in whole numbers that put seconds first and households out of reach second.

    Parameters
    ----------
    ways
        From candidate j to household place i, at most ``now``. Shape (m, n), int64.
    households
        Shape (n,), int64, ≥ 0.
    now
        To the halls that stay. Shape (n,), int64.
    """

    ways: Ints
    households: Ints
    now: Ints

    def cost(self, chosen: list[int]) -> int:
        """Return the cost of a set of candidates."""
        return int(self.households @ self.shortest(chosen))

    def shortest(self, chosen: list[int]) -> Ints:
        """Return the way to the nearest of the halls that stay and the candidates chosen. Shape (n,)."""
        return np.minimum(self.now, self.ways[chosen].min(axis=0, initial=np.iinfo(np.int64).max))


@dataclass(frozen=True)
class Sites:
    """Candidates chosen, ascending, and whether no other set is better, nor as good and earlier."""

    chosen: list[int]
    proven: bool


def choose_sites(minutes: Floats, households: Ints, now: Floats, *, p: int, near_minutes: float) -> Sites:
    """Return the p candidates with the fewest household-minutes, halls that stay included.

    Ways count in whole seconds, a household without a way as a day. Of equals the set with most households within
    ``near_minutes`` is taken, then the one that comes first in the order of the candidates.

    Parameters
    ----------
    minutes
        On foot from household place i to candidate j; inf where there is no way. Shape (n, m).
    households
        At each place, ≥ 0. Shape (n,).
    now
        Minutes to the nearest hall that stays; inf without one. Shape (n,).
    p
        Candidates to choose; all where there are fewer.
    """
    case = make_case(minutes, households, now, near_minutes)
    p = min(p, minutes.shape[1])
    if p == 0:
        return Sites([], True)
    first = exchange(case, greedy(case, p))
    if p == 1:
        return Sites(first, True)
    return Search(case, p, raise_prices(case, first, p), first).run()


def make_case(minutes: Floats, households: Ints, now: Floats, near_minutes: float) -> Case:
    """Return the ways as whole numbers: seconds × (households + 1), + 1 where a place is out of reach."""
    scale = int(households.sum()) + 1

    def weigh(table: Floats) -> Ints:
        seconds = np.rint(np.minimum(table * SECONDS_PER_MINUTE, NO_WAY_S)).astype(np.int64)
        return seconds * scale + (table > near_minutes)

    stay = weigh(now)
    return Case(np.minimum(weigh(np.ascontiguousarray(minutes.T)), stay), households.astype(np.int64), stay)


@njit(cache=True)
def add_each(ways: Ints, households: Ints, base: Ints) -> Ints:
    """Return the cost with each candidate (m, n) added to ways ``base`` (n,). Shape (m,)."""
    m, n = ways.shape
    costs = np.zeros(m, dtype=np.int64)
    for j in range(m):
        cost = np.int64(0)
        for i in range(n):
            cost += households[i] * min(ways[j, i], base[i])
        costs[j] = cost
    return costs


def greedy(case: Case, p: int) -> list[int]:
    """Return p candidates, each the best addition to those before it; earlier ones first among equals."""
    chosen: list[int] = []
    for _ in range(p):
        costs = add_each(case.ways, case.households, case.shortest(chosen))
        costs[chosen] = np.iinfo(np.int64).max
        chosen.append(int(np.argmin(costs)))
    return chosen


def exchange(case: Case, chosen: list[int]) -> list[int]:
    """Return the candidates after exchanging one at a time as long as that helps, ascending."""
    best, cost = sorted(chosen), case.cost(chosen)
    while True:
        found = best
        for leaving in best:
            rest = [j for j in best if j != leaving]
            costs = add_each(case.ways, case.households, case.shortest(rest))
            coming = int(np.argmin(costs))
            if costs[coming] < cost:
                cost, found = int(costs[coming]), sorted([*rest, coming])
        if found == best:
            return best
        best = found


def raise_prices(case: Case, chosen: list[int], p: int) -> Ints:
    """Return prices of the household places, at most ``now``, whose bound is as high as the steps reach. Shape (n,)."""
    weight = np.maximum(case.households, 1).astype(float)
    value, best, step, stalled = case.cost(chosen), -np.inf, 1.0, 0
    prices = case.shortest(chosen).astype(float)
    kept, direction = np.rint(prices).astype(np.int64), np.zeros(len(prices))
    for _ in range(ROUNDS):
        whole = np.rint(prices).astype(np.int64)
        gains = gain_each(case, whole)
        taken = np.argsort(gains, kind="stable")[:p]
        bound = int(case.households @ whole) + int(gains[taken].sum())
        stalled = 0 if bound > best else stalled + 1
        if bound > best:
            best, kept = bound, whole
        if stalled == STALLED:
            step, stalled, prices = step * SHRINK, 0, kept.astype(float)
        served = (case.ways[taken] < whole).sum(axis=0)
        direction = MOMENTUM * direction + (1 - MOMENTUM) * case.households * (1.0 - served)
        length = float((direction**2 / weight).sum())
        if best >= value or step < LEAST_STEP or length == 0:
            break
        prices = np.minimum(prices + step * (value - bound) / length * direction / weight, case.now)
    return kept


def gain_each(case: Case, prices: Ints) -> Ints:
    """Return ρ of every candidate: what the places for which it is worth the price save with it, ≤ 0. Shape (m,)."""
    return add_each(case.ways, case.households, prices) - int(case.households @ prices)


@dataclass
class Search:
    """All sets of p candidates whose bound does not exceed the best set found.

    Parameters
    ----------
    case, p, prices
        What is asked, and the prices that the bound rests on.
    best
        The best set so far, ascending.
    work
        Ways looked at.
    """

    case: Case
    p: int
    prices: Ints
    best: list[int]
    work: int = 0
    order: Ints = field(init=False)
    gains: Ints = field(init=False)
    ways: Ints = field(init=False)
    value: int = field(init=False)

    def __post_init__(self) -> None:
        """Sort the candidates by what they gain at most."""
        gains = gain_each(self.case, self.prices)
        self.order = np.argsort(gains, kind="stable")
        self.gains, self.ways = gains[self.order], np.ascontiguousarray(self.case.ways[self.order])
        self.value = self.case.cost(self.best)

    def run(self) -> Sites:
        """Return the best of all sets; not proven where the work ended before."""
        self.extend([], self.case.now, int(self.case.households @ self.prices))
        return Sites(self.best, self.work <= MOST_WORK)

    def extend(self, held: list[int], base: Ints, bound: int) -> None:
        """Look at the sets that add later candidates to ``held`` (places in ``order``), which cost ``bound`` or more."""
        first, left = (held[-1] + 1 if held else 0), self.p - len(held)
        if left == 1:
            self.close(held, base, first, bound)
            return
        for j in range(first, len(self.order) - left + 1):
            if self.work > MOST_WORK or bound + int(self.gains[j : j + left].sum()) > self.value:
                return
            self.work += len(base)
            self.extend([*held, j], np.minimum(base, self.ways[j]), bound + int(self.gains[j]))

    def close(self, held: list[int], base: Ints, first: int, bound: int) -> None:
        """Look at the sets with one candidate more than ``held``."""
        last = int(np.searchsorted(self.gains, self.value - bound, side="right"))
        if last <= first:
            return
        self.work += (last - first) * len(base)
        costs = add_each(self.ways[first:last], self.case.households, base)
        least = int(costs.min())
        if least > self.value:
            return
        for j in np.flatnonzero(costs == least):
            found = sorted(self.order[[*held, first + int(j)]].tolist())
            if least < self.value or found < self.best:
                self.value, self.best = least, found
