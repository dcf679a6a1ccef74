"""Column generation: its moves, prices, cuts and bounds against brute force, definitions and another solver."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import combinations

import networkx as nx
import numpy as np
import pytest
from partition_cases import all_plans, cost_of, graph_of, grids_connected, random_problem, row
from scipy.optimize import linprog

from gridder.partition import hunt, quarry
from gridder.partition.anneal import make_graph, make_pool, make_rules, pool_sets
from gridder.partition.bounds import Bounds, cost_at_least, least_needed, useful_below
from gridder.partition.bundle import Shares, balance, first_centre, make_rows, prices_near, recentre
from gridder.partition.colgen import Spend, make_generation, prove
from gridder.partition.columns import assignment_of, make_columns
from gridder.partition.cuts import VIOLATED, closest, separate
from gridder.partition.exact import FrontierPricer
from gridder.partition.frontier import Priced
from gridder.partition.frontier_steps import Prices
from gridder.partition.listing import list_columns
from gridder.partition.master import make_master, round_prices
from gridder.partition.model import Terms, choose_grids
from gridder.partition.pricing import Hunter, flatten, make_bill, make_clumps
from gridder.partition.problem import grid_cost, grid_households, households_outside, plan_cost
from gridder.partition.sweep import make_sweep

OPTIONS = [{}, {"load_cost": 2, "move_cost": 3, "previous": np.arange(24) // 7}]


def columns_of(case):
    """All lawful connected sets."""
    graph = make_graph(case)
    found = list_columns(graph, case.households_min, case.households_max, work=10**7, cap=10**5)
    assert found.complete
    return make_columns(graph, make_rules(case), list(found.sets))


def hunter_of(case, seed=0):
    return Hunter(case, make_graph(case), make_rules(case), np.random.default_rng(seed))


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

    def __post_init__(self):
        self.columns = columns_of(self.case)
        self.place = np.arange(self.case.n_atoms)

    def priced(self, prices, below):
        values = [(reduced_cost(self.case, prices, s), s) for s in self.columns.sets]
        return sorted(v for v in values if v[0] < below)

    def price(self, prices, below):
        found = self.priced(prices, below)
        return Priced(found[0][0] if found else below, True, [s for _, s in found[:20]])

    def list_all(self, prices, below, cap):
        found = [s for _, s in self.priced(prices, below)]
        return found, len(found) <= cap


# ── the set under hand ──


@pytest.mark.parametrize("options", OPTIONS)
def test_turning_atoms_keeps_the_reduced_cost(options):
    """Every sum is by definition, whatever is turned; ``weigh`` foretells what turning does."""
    case = random_problem(3, 24, **options)
    graph, rules, prices = make_graph(case), make_rules(case), random_prices(case, 3)
    bill, held = make_bill(prices, 24), hunter_of(case).make_quarry(6)
    quarry.clear(rules, bill, held)
    rng = np.random.default_rng(0)
    for _ in range(60):
        u = int(rng.integers(24))
        part = np.array([v for v in {u, *rng.integers(0, 24, 4)} if held.inside[v] == held.inside[u]])
        gain = quarry.weigh(graph, rules, bill, held, part)
        before = held.sums[quarry.VALUE]
        quarry.turn_all(graph, rules, bill, held, part)
        atoms = np.flatnonzero(held.inside).tolist()
        assert sorted(held.members[: held.sums[quarry.ATOMS]].tolist()) == atoms
        assert held.sums[quarry.VALUE] == before + gain == reduced_cost(case, prices, atoms)
        assert held.sums[quarry.SIZE] == case.households[atoms].sum()


@pytest.mark.parametrize("seed", range(3))
def test_a_set_holds_together_as_networkx_says(seed):
    case = random_problem(seed, 24)
    graph, rules, bill = make_graph(case), make_rules(case), make_bill(random_prices(case, 0), 24)
    held, whole = hunter_of(case).make_quarry(6), graph_of(case)
    rng = np.random.default_rng(seed)
    seen = set()
    for _ in range(80):
        size = int(rng.integers(2, 14))
        atoms = list(nx.bfs_tree(whole, int(rng.integers(24))))[:size]
        gone = rng.permutation(atoms)[: int(rng.integers(1, 4))]
        quarry.clear(rules, bill, held)
        quarry.turn_all(graph, rules, bill, held, np.array(atoms))
        quarry.turn_all(graph, rules, bill, held, gone)
        left = set(atoms) - set(gone.tolist())
        truth = bool(left) and nx.is_connected(whole.subgraph(left))
        assert quarry.holds_together(graph, held, gone) == truth
        seen.add(truth)
    assert seen == {True, False}


def test_compiled_and_plain_hunts_find_the_same():
    case = random_problem(5, 14)
    prices = random_prices(case, 5, triples=3)
    starts = flatten(columns_of(case).sets[:2])
    results = []
    for plain in (False, True):
        held = hunter_of(case).make_quarry(3)
        found = hunt.Bag(make_pool(14, 50, 700), np.zeros(50, dtype=np.int64))
        run = hunt.Chase(150, 400.0, 40.0, 10.0, 100.0, 10**6)
        way = (run, found, make_clumps(case, np.random.default_rng(1)), *starts)
        kernel = hunt.hunt.py_func if plain else hunt.hunt
        kernel(make_graph(case), make_rules(case), make_bill(prices, 14), held, way)
        results.append((pool_sets(found.pool), found.value.tolist(), held.rng.tolist()))
    assert results[0] == results[1] and results[0][0]


@pytest.mark.parametrize("options", [*OPTIONS, {"fixed": np.where(np.arange(24) % 5, -1, np.arange(24))}])
def test_the_hunter_brings_lawful_connected_sets_of_negative_reduced_cost(options):
    case = random_problem(7, 24, low=20, high=90, **options)
    hunter, prices = hunter_of(case), random_prices(case, 7)
    every = columns_of(case)
    least = min(reduced_cost(case, prices, s) for s in every.sets)
    prices = replace(prices, grid=prices.grid + least + 2000)
    found = hunter.price(prices, list(every.sets[:20]), steps=400, take=30)
    assert 0 < len(found) <= 30
    for atoms in found.sets:
        assert atoms in set(every.sets) and reduced_cost(case, prices, atoms) < 0
    assert min(reduced_cost(case, prices, s) for s in found.sets) == -2000


def test_clumps_are_connected_and_cover_every_atom():
    case = random_problem(2, 24, low=10, high=60)
    clumps = make_clumps(case, np.random.default_rng(0))
    for label, order, first in zip(clumps.label, clumps.order, clumps.first):
        parts = [order[first[c] : first[c + 1]].tolist() for c in range(label.max() + 1)]
        assert sorted(i for part in parts for i in part) == list(range(24))
        assert all(nx.is_connected(graph_of(case).subgraph(part)) for part in parts)
        assert all(label[i] == c for c, part in enumerate(parts) for i in part)
    assert grids_connected(case, clumps.label[2]) and clumps.label[2].max() < clumps.label[0].max()


# ── the master ──


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
    master.limit(k, k)
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
    master.limit(4, 4)
    master.cut((0, 1, 2))
    assert master.add(columns.take(half)) == len(half)
    assert master.add(columns) == len(columns) - len(half)
    assert master.solve().value == pytest.approx(plain_value(case, columns, 4, [(0, 1, 2)]))


def test_what_the_columns_cannot_cover_is_said():
    case = row(150, 150, 150, 150)
    master = make_master(4, 1000)
    master.add(make_columns(make_graph(case), make_rules(case), [(0, 1)]))
    master.limit(2, 2)
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
        hunter_of(case), worst_plan(case, k), ks, exact=pricer, spend=Spend(steps=10, runs=20, **spend)
    )
    prove(generation)
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


def test_without_the_exact_pricer_nothing_is_claimed():
    case = random_problem(4, 18, low=30, high=150)
    for exact, spend in ((None, {}), (Listed(case), {"exact": 0})):
        generation = run(case, 5, [4, 5], exact, **spend)
        assert set(generation.bounds.at.values()) == {0} and grids_connected(case, generation.best)


def test_the_same_seed_does_the_same_work():
    case = random_problem(6, 18, low=30, high=150)
    runs = [run(case, 5, [4, 5], Listed(case)) for _ in range(2)]
    assert runs[0].done == runs[1].done and runs[0].best.tolist() == runs[1].best.tolist()
    assert runs[0].master.sets == runs[1].master.sets
