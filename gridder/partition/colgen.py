"""Column generation: prices from the columns known, columns from the exact pricer, until the plan is proven.

For each number of grids in turn. Prices stay near the best known (``bundle``), because those of the plain relaxation jump
about: it has few columns that are not 0 among very many rows. Every exact pricing brings the columns that were missed, and
a lower bound that holds for every number of grids. Where bound and relaxation have met, what is still open is settled by
listing every column that a better plan could use, and where these are too many cuts raise the bound. The exact cover of
``model`` over the columns finds better plans on the way and makes the last step of the proof.

Where households were made coarser (``coarse``) columns are those of the coarse problem, plans those of the problem asked.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace

import numpy as np

from gridder.partition.bounds import Bounds, least_needed, unrounded_bound, useful_below
from gridder.partition.bundle import Centre, first_centre, prices_near, recentre
from gridder.partition.columns import Columns, assignment_of, make_columns, sets_of
from gridder.partition.cuts import separate
from gridder.partition.exact import Pricer
from gridder.partition.frontier import UNKNOWN
from gridder.partition.frontier_steps import Prices, in_range
from gridder.partition.kernels import Graph, Rules
from gridder.partition.master import Floats, Master, Relaxed, make_master, round_prices
from gridder.partition.model import Terms, choose_grids
from gridder.partition.problem import Ints, Problem, is_lawful, plan_cost

Compiled = tuple[Graph, Rules]
WHOLE = 1 - 1e-6
GROWTH = 4.0  # of the step, when the bound has grown
LONGEST = 300.0  # first steps
MET = 0.0005  # of the objective: so near the relaxation a bound is as good as it gets
NO_LIMIT = 1 << 62
RETRY = 0.7  # a listing is tried again at a limit this much lower
SMALLEST = 8  # part of a gap that is still worth a listing
LISTINGS = 12  # of all useful columns, at most
CUTS_A_ROUND = 8
STALLS = 3  # exact pricings without a new column or a better bound
MOST_PRICE = 1 << 26  # scaled prices and costs stay below: the frontier program adds them up in 32 bits
COARSER = 8  # times, where prices turn out too large all the same
FINEST = 1 << 12  # units of price in one unit of cost at most


@dataclass(frozen=True)
class Spend:
    """Work of one column generation.

    Parameters
    ----------
    exact, cuts
        Exact pricings and cuts in all.
    listed
        Columns a listing may bring for the exact cover.
    choosing
        Deterministic time of CP-SAT for each exact cover.
    """

    exact: int = 1_000
    cuts: int = 120
    listed: int = 5_000
    choosing: float = 4.0


@dataclass
class Generation:
    """One connected piece under proof: the master, the best plan, the bounds, the work done so far.

    ``best`` is the cheapest lawful plan known, ``objective`` its cost; ``done`` counts columns, exact pricings, exact
    covers, cuts and listings.
    """

    problem: Problem
    compiled: Compiled
    master: Master
    exact: Pricer
    spend: Spend
    best: Ints
    objective: int
    bounds: Bounds
    scale: int
    centre: Centre
    first_step: float
    shares: Floats = field(default_factory=lambda: np.zeros(0))
    least: int = 0
    covered: int = 0
    too_long: dict[int, int] = field(default_factory=dict)
    done: Counter[str] = field(default_factory=Counter)

    # ── plans ──

    def start(self, plan: Ints) -> None:
        """Take a lawful plan as the best one known, whatever was known of other numbers of grids."""
        self.best, self.objective = plan, plan_cost(self.problem, plan)
        self.add(make_columns(*self.compiled, sets_of(plan)))

    def offer(self, sets: list[tuple[int, ...]]) -> None:
        """Take a plan, given by its grids, where it is lawful and cheaper than the best."""
        if not all(is_lawful(self.problem, atoms) for atoms in sets):
            return
        assignment = assignment_of(self.problem, sets)
        objective = plan_cost(self.problem, assignment)
        if objective < self.objective:
            self.best, self.objective = assignment, objective

    def choose(self, sets: list[tuple[int, ...]], k: int) -> bool:
        """Offer the best plan of k grids out of some columns; return whether CP-SAT has proven that it is."""
        columns = make_columns(*self.compiled, [atoms for atoms in sets if is_lawful(self.problem, atoms)])
        answer = choose_grids(self.problem, columns, Terms(k, k), work=self.spend.choosing)
        self.done["covers"] += 1
        if answer.chosen is not None:
            self.offer([columns.sets[c] for c in answer.chosen])
        return answer.proven

    # ── prices ──

    def propose(self, k: int) -> Relaxed:
        """Return prices near the centre."""
        relaxed = prices_near(self.master, self.centre, k, self.shares)
        self.shares = relaxed.share
        return relaxed

    def rounded(self, relaxed: Relaxed) -> Prices:
        """Return prices as whole numbers, coarser ones where the frontier program could not add them up."""
        scale = self.scale
        prices = round_prices(relaxed, self.master.triples(), scale)
        while scale > 1 and not in_range(self.problem, prices, 0):
            scale = -(-scale // COARSER)
            prices = round_prices(relaxed, self.master.triples(), scale)
        return prices

    def add(self, columns: Columns) -> int:
        """Add columns to the master; return how many are new."""
        added = self.master.add(columns)
        self.done["columns"] += added
        return added

    # ── proofs ──

    def is_open(self, k: int) -> bool:
        """Whether a plan of k grids could still be cheaper than the best."""
        return self.bounds.at[k] < self.objective

    def close(self, k: int) -> bool:
        """Raise the bound for k grids to the best plan's cost, or find a better plan; return whether it was reached."""
        self.centre = replace(self.centre, step=self.first_step)
        best, stalls = -np.inf, 0
        proof: tuple[Prices, int] | None = None  # the prices that bound most, and their least reduced cost
        while self.is_open(k) and self.done["exact"] < self.spend.exact and not self.exact.spent:
            relaxed = self.propose(k)
            prices = self.rounded(relaxed)
            fresh, value = self.price(prices, k)
            stalls = 0 if fresh or value > best + MET * self.objective else stalls + 1
            if self.least != UNKNOWN and (proof is None or value > unrounded_bound(*proof, k)):
                proof = prices, self.least
            if value > best:
                best = value
                self.centre = recentre(self.master, self.centre, relaxed)
            if not fresh:
                step = min(GROWTH * self.centre.step, LONGEST * self.first_step)
                self.centre = replace(self.centre, step=step)
            plain = self.relax(k)
            met = plain.value / 2 - best < MET * self.objective
            if self.is_open(k) and (stalls >= STALLS or met):
                settled = proof is not None and self.settle(*proof, k)
                if settled or not self.cut(plain):
                    break
                stalls = 0
        return not self.is_open(k)

    def price(self, prices: Prices, k: int) -> tuple[int, float]:
        """Learn the bound of some prices; return (how many columns came with it, the bound as far as grids were seen)."""
        self.done["exact"] += 1
        below = min(0, least_needed(prices, self.objective, k))
        priced = self.exact.price(prices, below)
        self.least = priced.least
        self.bounds.learn(prices, priced.least)
        fresh = self.add(make_columns(*self.compiled, priced.sets))
        seen = priced.least if priced.known else int(self.master.reduced(prices).min())
        return fresh, unrounded_bound(prices, seen, k)

    def relax(self, k: int) -> Relaxed:
        """Return the plain relaxation over the columns known; where it is a plan, that is offered."""
        self.master.ask(k)
        relaxed = self.master.solve()
        used = np.flatnonzero(relaxed.share > 0)
        if relaxed.missing < 1 - WHOLE and (relaxed.share[used] > WHOLE).all():
            self.offer([self.master.sets[c] for c in used])
        return relaxed

    def settle(self, prices: Prices, least: int, k: int) -> bool:
        """List every column that a better plan of k grids could use and choose among them; return whether that settled k.

        ``prices`` are those of the best bound, ``least`` its reduced cost. Where the columns are too many, those of plans
        better by more: they give such a plan, or prove that there is none.
        """
        if len(self.master.sets) > self.covered:
            self.choose(self.master.sets, k)
            self.covered = len(self.master.sets)
        target, floor = self.objective, self.bounds.at[k]
        while self.is_open(k) and least != UNKNOWN and self.done["listings"] < LISTINGS:
            below = useful_below(prices, least, target, k)
            if below <= RETRY * self.too_long.get(k, NO_LIMIT):
                self.done["listings"] += 1
                sets, complete = self.exact.list_all(prices, below, self.spend.listed)
                if complete and self.choose(sets, k):
                    self.bounds.settle(k, min(target, self.objective))
                    break
                self.too_long[k] = below
            target -= (target - floor + 1) // 2
            if target - floor < (self.objective - floor) / SMALLEST:
                break
        return not self.is_open(k)

    def cut(self, relaxed: Relaxed) -> bool:
        """Add the most violated cuts; return whether there were any."""
        known = set(self.master.cuts)
        most = min(CUTS_A_ROUND, self.spend.cuts - len(known))
        found = (
            separate(self.master.sets, relaxed.share, self.exact.place, most=most, known=known)
            if most > 0
            else []
        )
        for triple in found:
            self.master.cut(triple)
        self.done["cuts"] += len(found)
        return bool(found)


def prove(generation: Generation, span: tuple[int, int]) -> None:
    """Raise the bounds of k⁻ … k⁺ grids (``span``) to the cost of the best plan, the plan's own number first."""
    tried: set[int] = set()
    k = int(generation.best.max()) + 1
    while True:
        asked = [j for j in generation.bounds.open(generation.objective) if span[0] <= j <= span[1]]
        left = [j for j in asked if j not in tried]
        if not left:
            return
        k = k if k in left else left[0]
        generation.close(k)
        tried.add(k)


def make_generation(
    problem: Problem, compiled: Compiled, best: Ints, ks: list[int], *, exact: Pricer, spend: Spend
) -> Generation:
    """Return a column generation that starts from a lawful plan and is to prove these numbers of grids.

    ``exact`` prices the grids of ``problem``, or of the same in coarser units.
    """
    objective = plan_cost(problem, best)
    master = make_master(problem.n_atoms, 2 * max(objective, 1))
    master.add(make_columns(*compiled, sets_of(best)))
    bounds = Bounds(dict.fromkeys(ks, 0))
    scale = scale_of(problem, objective)
    centre = first_centre(problem, objective)
    return Generation(
        problem, compiled, master, exact, spend, best, objective, bounds, scale, centre, centre.step
    )


def scale_of(problem: Problem, objective: int) -> int:
    """Return the units of price in one unit of cost: as fine as 32 bits allow."""
    most = 2 * max(objective, 1) + int(problem.cut_cost.sum())
    return max(1, min(FINEST, MOST_PRICE // most))
