"""How many grids: the arithmetic of the window."""

from __future__ import annotations

from fractions import Fraction

from gridder.partition.problem import Problem


def lawful_k(households: int, households_min: int, households_max: int) -> tuple[int, int] | None:
    """Return (fewest, most) lawful grids of a connected total, or None where no number fits.

    ⌈H/max⌉ … ⌊H/min⌋; a total of 0 needs no grid: (0, 0).
    """
    fewest = -(-households // households_max)
    most = households // households_min
    return (fewest, most) if fewest <= most else None


def departure(households: int, k: int, target: int) -> Fraction:
    """Return by how much the mean of k grids departs from the target, exactly."""
    return abs(Fraction(households, k) - target)


def possible_k(problem: Problem) -> range:
    """Return the lawful numbers of grids of one piece with households, ascending, no more than it has atoms."""
    span = lawful_k(int(problem.households.sum()), problem.households_min, problem.households_max)
    return range(max(span[0], 1), min(span[1], problem.n_atoms) + 1) if span is not None else range(0)


def preferred_k(problem: Problem) -> list[int]:
    """Return the possible numbers of grids of one piece, the one to try first in front (empty: none is).

    ``target`` and ``free``: nearest mean first, ties to the smaller; ``fewest`` and ``most``: from that end.
    A number: nearest to it first.
    """
    ks = possible_k(problem)
    households = int(problem.households.sum())
    if isinstance(problem.grids, int):
        wanted = problem.grids
        return sorted(ks, key=lambda k: (abs(k - wanted), k))
    if problem.grids == "fewest":
        return list(ks)
    if problem.grids == "most":
        return list(ks)[::-1]
    return sorted(ks, key=lambda k: (departure(households, k, problem.target), k))


def spread_k(problem: Problem, totals: list[int], wanted: int) -> list[int]:
    """Return the number of grids of every piece when the whole should have ``wanted``: as near as lawful.

    Starts from the numbers nearest the target and adds or removes one grid where the mean suffers least.
    Pieces without a lawful number count one grid each, pieces without households none.
    """
    spans = [lawful_k(h, problem.households_min, problem.households_max) for h in totals]
    ks = [0 if h == 0 else 1 for h in totals]
    for i, (h, span) in enumerate(zip(totals, spans)):
        if h and span:
            ks[i] = min(range(span[0], span[1] + 1), key=lambda k: (departure(h, k, problem.target), k))
    step = 1 if wanted > sum(ks) else -1
    while sum(ks) != wanted:
        open_ = [i for i, s in enumerate(spans) if s and totals[i] and s[0] <= ks[i] + step <= s[1]]
        if not open_:
            break
        best = min(open_, key=lambda i: (departure(totals[i], ks[i] + step, problem.target), i))
        ks[best] += step
    return ks
