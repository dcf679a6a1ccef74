"""Where p halls stand best: against all sets of p candidates, and against OR-Tools on the radius formulation."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from benchmarks.halls import HEAD, main, radius_optimum
from gridder.staffing import siting
from gridder.staffing.siting import NO_WAY_S, choose_sites

NEAR = 15.0


def in_seconds(minutes: np.ndarray) -> np.ndarray:
    """Return whole seconds, a day where there is no way."""
    return np.where(np.isinf(minutes), NO_WAY_S, np.round(minutes * 60))


def judge(
    minutes: np.ndarray, households: np.ndarray, now: np.ndarray, chosen: tuple[int, ...]
) -> tuple[float, int]:
    """Return household-seconds and households out of reach with a set of candidates."""
    then = np.minimum(now, minutes[:, list(chosen)].min(axis=1))
    seconds = np.minimum(in_seconds(now), in_seconds(minutes[:, list(chosen)]).min(axis=1))
    return float((households * seconds).sum()), int(households[then > NEAR].sum())


def best_of_all(
    minutes: np.ndarray, households: np.ndarray, now: np.ndarray, p: int
) -> tuple[float, int, tuple[int, ...]]:
    """Return the best set of all: fewest seconds, then fewest out of reach, then the first in order."""
    sets = combinations(range(minutes.shape[1]), min(p, minutes.shape[1]))
    return min((*judge(minutes, households, now, chosen), chosen) for chosen in sets)


MINUTES = st.one_of(st.integers(0, 25).map(float), st.just(np.inf))


@settings(max_examples=150, deadline=None)
@given(st.data(), st.integers(1, 7), st.integers(1, 8), st.integers(1, 4))
def test_best_of_all_sets(data: st.DataObject, n: int, m: int, p: int) -> None:
    """Whole minutes, so that many sets are equal; some ways and some halls do not exist: the very same set."""
    minutes = data.draw(arrays(float, (n, m), elements=MINUTES))
    households = data.draw(arrays(np.int64, n, elements=st.integers(0, 5)))
    now = data.draw(arrays(float, n, elements=MINUTES))
    sites = choose_sites(minutes, households, now, p=p, near_minutes=NEAR)
    assert sites.proven
    assert tuple(sites.chosen) == best_of_all(minutes, households, now, p)[2]


@pytest.mark.parametrize("hall", [False, True])
@pytest.mark.parametrize(("n", "p"), [(40, 2), (40, 3), (25, 4)])
def test_best_of_all_sets_on_the_ground(n: int, p: int, hall: bool) -> None:
    """Points in a square of an hour's walk, on two islands or one."""
    for seed in range(6):
        minutes, households, now = scattered(n, seed, hall=hall, islands=seed % 2 == 1)
        sites = choose_sites(minutes, households, now, p=p, near_minutes=NEAR)
        assert sites.proven
        assert tuple(sites.chosen) == best_of_all(minutes, households, now, p)[2]


def scattered(n: int, seed: int, *, hall: bool, islands: bool) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return minutes between random points, their households, minutes to a hall in the corner, inf without one."""
    rng = np.random.default_rng(seed)
    xy = rng.uniform(0, 60, (n, 2))
    minutes = np.hypot(*(xy[:, None] - xy[None]).T)
    now = np.hypot(*xy.T) if hall else np.full(n, np.inf)
    if islands:
        east = xy[:, 0] > 40
        minutes[east[:, None] != east[None]] = np.inf
        now[east] = np.inf
    return minutes, rng.integers(0, 120, n), now


@pytest.mark.parametrize("hall", [False, True])
def test_same_optimum_by_or_tools(hall: bool) -> None:
    """Another model, another solver, the same household-seconds."""
    minutes, households, now = scattered(30, 7, hall=hall, islands=False)
    sites = choose_sites(minutes, households, now, p=2, near_minutes=NEAR)
    seconds, _ = judge(minutes, households, now, tuple(sites.chosen))
    assert seconds == radius_optimum(minutes, households, now, 2)


def test_bound_never_above_the_best() -> None:
    """The prices' bound holds for every set, or a better one would be passed over."""
    for seed in range(20):
        minutes, households, now = scattered(20, seed, hall=seed % 2 == 0, islands=seed % 3 == 0)
        case = siting.make_case(minutes, households, now, NEAR)
        prices = siting.raise_prices(case, siting.exchange(case, siting.greedy(case, 3)), 3)
        gains = np.sort(siting.gain_each(case, prices))[:3].sum()
        least = min(case.cost(list(chosen)) for chosen in combinations(range(20), 3))
        assert (prices <= case.now).all()
        assert households @ prices + gains <= least


def test_hall_that_stays_is_used() -> None:
    """Ten homes at the old hall, one far off: the new hall stands at that one, where it would not without the old."""
    minutes = np.array([[0.0, 20.0]] * 10 + [[20.0, 0.0]])
    households = np.ones(11, dtype=np.int64)
    stays = np.array([0.0] * 10 + [20.0])
    assert choose_sites(minutes, households, stays, p=1, near_minutes=NEAR).chosen == [1]
    assert choose_sites(minutes, households, np.full(11, np.inf), p=1, near_minutes=NEAR).chosen == [0]


def test_equal_sums_more_within_reach() -> None:
    """15 and 15 minutes or 10 and 20: the same sum, the first has both in reach, whichever comes first."""
    both, one = [15.0, 15.0], [10.0, 20.0]
    for order, best in (([both, one], 0), ([one, both], 1)):
        minutes = np.array(order).T
        chosen = choose_sites(minutes, np.array([1, 1]), np.full(2, np.inf), p=1, near_minutes=NEAR).chosen
        assert chosen == [best]


def test_fewer_candidates_than_places_and_none_asked() -> None:
    """All candidates where there are fewer; nothing where none is asked for."""
    minutes, households = np.array([[3.0], [4.0]]), np.array([1, 2])
    assert choose_sites(minutes, households, np.full(2, np.inf), p=3, near_minutes=NEAR).chosen == [0]
    assert choose_sites(minutes, households, np.full(2, np.inf), p=0, near_minutes=NEAR).chosen == []


def test_work_ends_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """A proof cut short: still an answer, not called proven; the same on every run."""
    minutes, households, now = scattered(40, 1, hall=False, islands=True)
    full = choose_sites(minutes, households, now, p=4, near_minutes=NEAR)
    monkeypatch.setattr(siting, "MOST_WORK", 100)
    short = [choose_sites(minutes, households, now, p=4, near_minutes=NEAR) for _ in range(2)]
    assert full.proven and not short[0].proven and short[0] == short[1]
    assert len(short[0].chosen) == 4


def test_benchmark_runs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A row a case; what is proposed is as good as the best of all, and nothing is better than that."""
    out = tmp_path / "halls.md"
    assert main(["--sizes", "30", "--most", "3", "--model", "20", "--out", str(out)]) == 0
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")] for line in out.read_text("utf-8").splitlines()
    ]
    assert rows[0] == list(HEAD) and len(rows) == 2 + 6 + 2
    assert [row[3] for row in rows[2:]] == ["1.00000", "1.00000", ""] * 2 + ["1.00000"] * 2
    assert out.read_text("utf-8") in capsys.readouterr().out
