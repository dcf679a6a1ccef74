"""Proofs confirmed by CP-SAT: against brute force, and with something wrong in them."""

from __future__ import annotations

import json
from itertools import combinations

import numpy as np
import pytest

from benchmarks import confirm as confirming
from benchmarks.confirm import Confirmer, Proof, main, proofs_of, room
from benchmarks.instances import TOWERS, make_instance
from benchmarks.judge import households_of, neighbours, parts
from benchmarks.questions import Prices, boundary, cover_exists, find_cheaper, reduced_cost
from gridder.effort import Effort

FREE = Prices(1, (0,) * 10, 0, ())


@pytest.fixture(scope="module")
def instance() -> dict:
    return make_instance(TOWERS, 10, 3)[0]


@pytest.fixture(scope="module")
def lawful(instance) -> frozenset[frozenset[int]]:
    """Every lawful connected grid."""
    near = neighbours(instance)
    sets = (frozenset(c) for size in range(1, 8) for c in combinations(range(10), size))
    return frozenset(s for s in sets if 300 <= households_of(instance, s) <= 500 and len(parts(near, s)) == 1)


@pytest.fixture(scope="module")
def best(instance, lawful) -> int:
    """The least cost of a lawful plan, by trying all."""

    def least(left: frozenset[int]) -> float:
        if not left:
            return 0
        tops = (g for g in lawful if min(left) in g and g <= left)
        return min((boundary(instance, g) + least(left - g) for g in tops), default=float("inf"))

    return int(least(frozenset(range(10)))) // 2


def confirm(instance: dict, value: int, proofs: list[Proof]) -> list[str]:
    """What stays open of a claim."""
    return Confirmer(instance, value, 20).confirm(proofs)


def some_prices(seed: int) -> Prices:
    rng = np.random.default_rng(seed)
    cuts = ((0, 1, 2), int(rng.integers(0, 40))), ((3, 6, 9), int(rng.integers(0, 40)))
    return Prices(3, tuple(rng.integers(-50, 400, 10).tolist()), int(rng.integers(-60, 60)), cuts)


@pytest.mark.parametrize("seed", range(4))
def test_a_list_is_complete_or_what_is_missing_is_found(instance, lawful, seed):
    prices = some_prices(seed)
    costs = sorted(reduced_cost(instance, prices, grid) for grid in lawful)
    below = costs[len(costs) // 2]
    listed = frozenset(g for g in lawful if reduced_cost(instance, prices, g) < below)
    assert find_cheaper(instance, prices, below, listed, 20) == ("none", None)
    for missing in sorted(listed, key=sorted)[:3]:
        assert find_cheaper(instance, prices, below, listed - {missing}, 20) == ("found", missing)


def test_no_time_leaves_it_open(instance):
    assert find_cheaper(instance, FREE, 10**6, frozenset(), -5.0) == ("open", None)


def test_reduced_costs_of_a_plan_add_up(instance, lawful):
    """What the whole argument rests on: equality, but for cuts that no grid of the plan meets."""
    prices = some_prices(7)
    grids = sorted(lawful, key=sorted)
    plans = [c for c in combinations(grids, 3) if sum(map(len, c)) == 10 and len(frozenset().union(*c)) == 10]
    plans += [
        c for c in combinations(grids[:60], 4) if sum(map(len, c)) == 10 and len(frozenset().union(*c)) == 10
    ]
    assert plans
    for plan in plans:
        whole = prices.scale * sum(boundary(instance, g) for g in plan) - prices.constant(len(plan))
        unmet = sum(c for nodes, c in prices.cuts if not any(len(g.intersection(nodes)) > 1 for g in plan))
        assert sum(reduced_cost(instance, prices, g) for g in plan) + unmet == whole


def test_an_optimum_is_confirmed_and_nothing_above_it(instance, lawful, best):
    everything = Proof(FREE, 10**6, lawful)
    assert confirm(instance, best, [everything]) == []
    assert any("a cheaper plan exists" in told for told in confirm(instance, best + 1, [everything]))
    some = Proof(FREE, 10**6, frozenset(sorted(lawful, key=sorted)[1:]))
    assert any("missing from the list" in told for told in confirm(instance, best, [some]))
    assert any("kept no proof" in told for told in confirm(instance, best, []))


def test_only_grids_that_a_cheaper_plan_could_use_must_be_listed(instance, lawful, best):
    least = min(boundary(instance, grid) for grid in lawful)
    k_max = instance["k_max"]
    below = 2 * best - 2 - (instance["k_min"] - 1) * least + 1
    short = Proof(FREE, below, frozenset(g for g in lawful if boundary(instance, g) < below))
    assert room(instance, short, best, k_max)[0] == least
    assert confirm(instance, best, [short]) == []
    bound = Proof(
        FREE, least
    )  # no list, only that no grid is cheaper: closes the largest numbers of grids at most
    told = confirm(instance, best, [bound])
    assert [t for t in told if "kept no proof" not in t] == []
    assert confirm(instance, k_max * least // 2, [bound])[-1:] != [f"{k_max} grids: the engine kept no proof"]


def test_covers_are_decided(instance, lawful, best):
    grids = sorted(lawful, key=sorted)
    ks = range(instance["k_min"], instance["k_max"] + 1)
    assert not any(cover_exists(instance, grids, k, best, 20) for k in ks)
    assert any(cover_exists(instance, grids, k, best + 1, 20) for k in ks)


def test_what_lies_beyond_needs_not_be_listed(instance, lawful, best):
    """Of all lawful grids only those a cheaper plan could use are asked for."""
    least = min(boundary(instance, grid) for grid in lawful)
    most = 2 * best - 2 - (instance["k_min"] - 1) * least
    useful = frozenset(g for g in lawful if boundary(instance, g) <= most)
    assert confirm(instance, best, [Proof(FREE, 10**6, useful)]) == []


def test_the_command_tells_what_is_confirmed(monkeypatch, instance, lawful, best, tmp_path, capsys):
    path, out = tmp_path / "case.json", tmp_path / "table.md"
    path.write_text(json.dumps(instance), "utf-8")
    everything, nothing = Proof(FREE, 10**6, lawful), Proof(FREE, 10**6)
    answer = {"status": "optimal", "objective": best, "seconds": 0.5}
    monkeypatch.setattr(confirming, "warm", lambda: None)
    for status, proof, code, told in [
        ("optimal", everything, 0, "confirmed"),
        ("optimal", nothing, 1, "missing from the list"),
        ("feasible", nothing, 0, "no optimum claimed"),
    ]:
        monkeypatch.setattr(
            confirming, "proofs_of", lambda *_, s=status, p=proof: (answer | {"status": s}, [p])
        )
        assert main([str(path), "--out", str(out)]) == code
        assert told in capsys.readouterr().out and told in out.read_text("utf-8").splitlines()[2]
    assert main([str(path), "--most", "9"]) == 0 and capsys.readouterr().out == ""


def test_a_proof_of_the_engine_is_kept_and_confirmed(instance, best):
    answer, proofs = proofs_of(instance, Effort("prove"))
    assert (answer["status"], answer["objective"]) == ("optimal", best)
    assert proofs and confirm(instance, best, proofs) == []
