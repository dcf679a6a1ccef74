"""Column generation: its moves, prices, cuts and bounds against brute force, definitions and another solver."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np
import pytest
from partition_cases import all_plans, cost_of, grids_connected, random_problem, row
from scipy.optimize import linprog

from gridder.partition.anneal import make_graph, make_rules
from gridder.partition.bounds import Bounds, cost_at_least, least_needed, useful_below
from gridder.partition.bundle import Shares, balance, first_centre, make_rows, prices_near, recentre
from gridder.partition.coarse import coarsen
from gridder.partition.colgen import Spend, make_generation, prove
from gridder.partition.columns import assignment_of, make_columns
from gridder.partition.cuts import VIOLATED, closest, separate
from gridder.partition.exact import FrontierPricer
from gridder.partition.frontier import Priced
from gridder.partition.frontier_steps import Prices
from gridder.partition.listing import list_columns
from gridder.partition.master import make_master, round_prices
from gridder.partition.model import Terms, choose_grids
from gridder.partition.problem import grid_cost, grid_households, households_outside, plan_cost
from gridder.partition.sweep import make_sweep

OPTIONS = [{}, {"load_cost": 2, "move_cost": 3, "previous": np.arange(24) // 7}]


def columns_of(case):
    """All lawful connected sets."""
    graph = make_graph(case)
    found = list_columns(graph, case.households_min, case.households_max, work=10**7, cap=10**5)
    assert found.complete
    return make_columns(graph, make_rules(case), list(found.sets))


def compiled(case):
    return make_graph(case), make_rules(case)


def random_prices(case, seed, triples=6):
    rng = np.random.default_rng(seed)
    n = case.n_atoms
    chosen = np.array([np.sort(rng.choice(n, 3, replace=False)) for _ in range(triples)]).reshape(-1, 3)
    mean = int(case.cut_cost.mean())
    return Prices(8, rng.integers(0, 16 * mean, n), mean * 8, chosen, rng.integers(1, 8 * mean, triples))


def reduced_cost(case, prices, atoms):
    """The reduced cost of a set, word for word."""
    met = [len(set(t) & set(atoms)) >= 2 for t in prices.triples.tolist()]
    paid = sum(int(prices.atom[i]) for i in atoms) + prices.grid
    return prices.scale * grid_cost(case, atoms) - paid + int(prices.charges[met].sum())


@dataclass
class Listed:
    """The exact pricer by looking at every lawful connected set: the oracle."""

    case: object
    place: object = None
    spent: bool = False

    def __post_init__(self):
        self.columns = columns_of(self.case)
        self.place = np.arange(self.case.n_atoms)

    def priced(self, prices, below):
        values = [(reduced_cost(self.case, prices, s), s) for s in self.columns.sets]
        return sorted(v for v in values if v[0] < below)

    def price(self, prices, below):
        found = self.priced(prices, below)
        return Priced(found[0][0] if found else below, [s for _, s in found[:20]])

    def list_all(self, prices, below, cap):
        found = [s for _, s in self.priced(prices, below)]
        return found, len(found) <= cap


# ── the set under hand ──


def plain_value(case, columns, k, cuts=()):
    """The relaxation by HiGHS."""
    cover = np.zeros((case.n_atoms + 1, len(columns)))
    for c, atoms in enumerate(columns.sets):
        cover[list(atoms), c] = 1
    cover[-1] = 1
    rows = [[float(len(set(t) & set(s)) >= 2) for s in columns.sets] for t in cuts]
    limits = {"A_ub": rows, "b_ub": np.ones(len(rows))} if rows else {}
    want = np.r_[np.ones(case.n_atoms), k]
    answer = linprog(columns.cost, A_eq=cover, b_eq=want, **limits)
    return answer.fun if answer.status == 0 else None


def full_master(case, k):
    columns = columns_of(case)
    master = make_master(case.n_atoms, 10**5)
    master.add(columns)
    master.ask(k)
    return master, columns


@pytest.mark.parametrize("seed", range(4))
def test_the_master_is_the_relaxation_and_its_prices_prove_it(seed):
    case = random_problem(seed, 16, low=40, high=160)
    master, columns = full_master(case, 4)
    cuts = [(0, 1, 2), (3, 5, 9), (4, 10, 11)]
    plain = master.solve()
    assert plain.value == pytest.approx(plain_value(case, columns, 4))
    for triple in cuts:
        master.cut(triple)
    relaxed = master.solve()
    assert relaxed.value == pytest.approx(plain_value(case, columns, 4, cuts)) and relaxed.missing < 1e-6
    assert relaxed.value == pytest.approx(relaxed.atom.sum() + 4 * relaxed.grid + relaxed.cut.sum())
    prices = round_prices(relaxed, master.triples(), 1000)
    reduced = [reduced_cost(case, prices, s) for s in columns.sets]
    assert master.reduced(prices).tolist() == reduced and min(reduced) > -30


def test_columns_may_come_after_cuts_and_only_once():
    case = random_problem(1, 16, low=40, high=160)
    columns = columns_of(case)
    half = np.arange(0, len(columns), 2)
    master = make_master(16, 10**5)
    master.ask(4)
    master.cut((0, 1, 2))
    assert master.add(columns.take(half)) == len(half)
    assert master.add(columns) == len(columns) - len(half)
    assert master.solve().value == pytest.approx(plain_value(case, columns, 4, [(0, 1, 2)]))


def test_what_the_columns_cannot_cover_is_said():
    case = row(150, 150, 150, 150)
    master = make_master(4, 1000)
    master.add(make_columns(make_graph(case), make_rules(case), [(0, 1)]))
    master.ask(2)
    relaxed = master.solve()
    assert relaxed.missing == pytest.approx(3) and relaxed.share.tolist() == [1]


@pytest.mark.parametrize("seed", range(3))
def test_prices_near_a_centre_go_to_those_of_the_relaxation(seed):
    """Never above it (all columns are known, so they prove a bound), and up to it as the centre follows."""
    case = random_problem(seed, 16, low=40, high=160)
    master, columns = full_master(case, 4)
    master.cut((0, 1, 2))
    best = plain_value(case, columns, 4, [(0, 1, 2)])
    centre = first_centre(case, int(best) // 2)
    shares = np.zeros(0)
    values = []
    for _ in range(12):
        near = prices_near(master, centre, 4, shares)
        prices = round_prices(near, master.triples(), 1000)
        assert min(reduced_cost(case, prices, s) for s in columns.sets) > -30
        values.append(near.value)
        centre, shares = replace(recentre(master, centre, near), step=2 * centre.step), near.share
    assert max(values) <= best + 0.05 and values[-1] == pytest.approx(best, rel=1e-3)


def test_compiled_and_plain_balance_agree():
    case = random_problem(0, 16, low=40, high=160)
    master, _ = full_master(case, 4)
    rows = make_rows(master, first_centre(case, 400), 4)
    results = []
    for kernel in (balance, balance.py_func):
        shares = Shares(np.zeros(len(rows.cost)), np.zeros(len(rows.want)))
        results.append((kernel(rows, shares, 3, 0.1), shares.price.round(6).tolist()))
    assert results[0] == results[1]


# ── cuts ──


@pytest.mark.parametrize("seed", range(6))
def test_cuts_are_violated_and_no_plan_is_cut_off(seed):
    case = random_problem(seed, 10, low=60, high=200)
    columns = columns_of(case)
    rng = np.random.default_rng(seed)
    share = np.zeros(len(columns))
    some = rng.choice(len(columns), min(8, len(columns)), replace=False)
    share[some] = rng.choice([0.25, 0.5, 0.75], len(some))
    found = separate(columns.sets, share, np.arange(10), most=5, known=set())

    def over(triple):
        return sum(x for x, s in zip(share, columns.sets) if len(set(triple) & set(s)) >= 2) - 1

    assert all(over(t) > VIOLATED for t in found) and len(set(found)) == len(found) <= 5
    worst = max(over(t) for t in combinations(range(10), 3))
    assert (len(found) > 0) == (worst > VIOLATED)
    assert not found or over(found[0]) == pytest.approx(worst)
    for plan in all_plans(case, lawful=True):
        assert all(sum(len(set(t) & s) >= 2 for s in plan) <= 1 for t in found)


def test_atoms_of_a_cut_lie_close_along_the_sweep():
    place = np.array([0, 9, 4, 5, 1, 8])
    spans = {
        (a, b, c): max(place[[a, b, c]]) - min(place[[a, b, c]])
        for a in (0, 1)
        for b in (2, 4)
        for c in (3, 5)
    }
    a, b, c = closest([[0, 1], [2, 4], [3, 5]], place)
    assert max(place[[a, b, c]]) - min(place[[a, b, c]]) == min(spans.values())


# ── bounds ──


@pytest.mark.parametrize("seed", range(4))
def test_no_plan_beats_the_bound_of_any_prices(seed):
    case = random_problem(seed, 9, low=60, high=220)
    prices = random_prices(case, seed, triples=3)
    least = min(reduced_cost(case, prices, s) for s in columns_of(case).sets)
    plans = list(all_plans(case, lawful=True))
    assert plans
    for plan in plans:
        k, cost = len(plan), cost_of(case, plan)
        assert cost >= cost_at_least(prices, least, k)
        assert cost_at_least(prices, least_needed(prices, cost, k), k) >= cost
        assert cost_at_least(prices, least_needed(prices, cost, k) - 1, k) < cost
        below = useful_below(prices, least, cost + 1, k)
        assert all(reduced_cost(case, prices, sorted(s)) < below for s in plan)


def test_bounds_only_grow_and_the_weakest_comes_first():
    bounds = Bounds({3: 0, 4: 0})
    bounds.settle(3, 50)
    bounds.settle(3, 40)
    assert bounds.at == {3: 50, 4: 0} and bounds.open(51) == [4, 3] and bounds.open(50) == [4]


# ── the whole ──


def worst_plan(case, k):
    """A lawful plan of k grids, the dearest, over all columns."""
    columns = columns_of(case)
    dear = replace(columns, cost=columns.cost.max() - columns.cost)
    chosen = choose_grids(case, dear, Terms(k, k)).chosen
    return None if chosen is None else assignment_of(case, [columns.sets[c] for c in chosen])


def run(case, k, ks, pricer, **spend):
    generation = make_generation(
        case, compiled(case), worst_plan(case, k), ks, exact=pricer, spend=Spend(**spend)
    )
    prove(generation, (min(ks), max(ks)))
    return generation


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("oracle", [True, False])
def test_the_optimum_is_found_and_proven_for_every_number_of_grids(seed, oracle):
    options = {"load_cost": 1} if seed % 2 else {}
    case = random_problem(seed, 14, low=40, high=190, **options)
    exact = Listed(case) if oracle else FrontierPricer(case, make_sweep(case), 10**6)
    columns = columns_of(case)
    total = int(case.households.sum())
    best = {}
    for k in range(-(-total // 500), total // 300 + 1):
        answer = choose_grids(case, columns, Terms(k, k))
        if answer.chosen is not None:
            best[k] = int(columns.cost[list(answer.chosen)].sum()) // 2
            generation = run(case, k, [k], exact)
            assert generation.objective == best[k] == generation.bounds.at[k]
    free = run(case, max(best), list(best), exact)
    assert free.objective == min(best.values()) == plan_cost(case, free.best)
    assert all(free.objective <= free.bounds.at[k] <= best[k] for k in best)
    assert not any(households_outside(case, int(h)) for h in grid_households(case, free.best))
    assert grids_connected(case, free.best)


def test_a_number_of_grids_without_a_plan_is_closed_too():
    """Pairs are the only lawful grids, though the total would allow four or five."""
    case = row(*[250] * 6)
    generation = run(case, 3, [3, 4, 5], Listed(case))
    assert set(generation.bounds.at.values()) == {generation.objective} == {20}


def test_without_work_nothing_is_claimed():
    case = random_problem(4, 18, low=30, high=150)
    generation = run(case, 5, [4, 5], Listed(case), exact=0)
    assert set(generation.bounds.at.values()) == {0} and grids_connected(case, generation.best)


@pytest.mark.parametrize("seed", range(4))
def test_a_program_short_of_states_claims_only_what_is_true(seed):
    case = random_problem(seed, 14, low=40, high=190)
    k = round(int(case.households.sum()) / 400)
    best = run(case, k, [k], Listed(case)).objective
    for states in (1, 5, 20):
        short = run(case, k, [k], FrontierPricer(case, make_sweep(case), states))
        assert short.bounds.at[k] <= best <= short.objective


@pytest.mark.parametrize("seed", [1, 5, 9, 11])
def test_cuts_and_listings_each_close_what_the_relaxation_leaves(seed):
    """Five grids whose relaxation is cheaper than the plan: nothing is closed without both, all with either."""
    case = random_problem(seed, 18, low=40, high=170)
    pricer = Listed(case)
    best = run(case, 5, [5], pricer, cuts=0)
    assert best.bounds.at[5] == best.objective and best.done["listings"] and not best.done["cuts"]
    cut = run(case, 5, [5], pricer, listed=0)
    assert cut.bounds.at[5] == cut.objective == best.objective and cut.done["cuts"]
    for listed in (0, 5, 20):
        short = run(case, 5, [5], pricer, listed=listed, cuts=0)
        assert 0 < short.bounds.at[5] <= best.objective <= short.objective
        assert listed or short.bounds.at[5] < best.objective


@pytest.mark.parametrize("seed", [0, 2, 3])
def test_in_coarser_units_the_optimum_is_still_proven(seed):
    window = {"households_min": 300_000, "households_max": 500_000}
    case = random_problem(seed, 12, low=40_000, high=190_000, **window)
    coarse = coarsen(case)
    columns = columns_of(case)
    k = round(int(case.households.sum()) / 400_000)
    answer = choose_grids(case, columns, Terms(k, k))
    generation = run(case, k, [k], FrontierPricer(coarse, make_sweep(coarse), 10**6))
    assert (
        generation.objective == int(columns.cost[list(answer.chosen)].sum()) // 2 == generation.bounds.at[k]
    )


def test_the_same_seed_does_the_same_work():
    case = random_problem(6, 18, low=30, high=150)
    runs = [run(case, 5, [4, 5], Listed(case)) for _ in range(2)]
    assert runs[0].done == runs[1].done and runs[0].best.tolist() == runs[1].best.tolist()
    assert runs[0].master.sets == runs[1].master.sets
