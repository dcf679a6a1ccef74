"""Households in coarser units, for windows too wide to keep a value for each number: a relaxation, so bounds stay bounds.

The frontier program keeps one value a state for every number of households up to households_max. Where these are persons
by the hundred thousand, atoms are counted in units instead, rounded, and the window is widened by what rounding can do to
a lawful grid: every lawful grid of the problem is lawful in the coarse one; the others are told apart by ``is_lawful``.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from gridder.partition.problem import Ints, Problem

MOST_UNITS = 4_000  # values a state may keep


def coarsen(problem: Problem) -> Problem | None:
    """Return the problem in coarser units, itself where it is fine enough, None where a cost counts households.

    Households count in the price of load and of moving: rounded, they would no longer bound it.
    """
    if problem.households_max <= MOST_UNITS:
        return problem
    if problem.load_cost or (problem.move_cost and (problem.previous >= 0).any()):
        return None
    unit = -(-problem.households_max // MOST_UNITS)
    units = (problem.households + unit // 2) // unit
    over, under = rounding(problem, problem.households - unit * units)
    low = max(1, -(-(problem.households_min - over) // unit))
    high = (problem.households_max + under) // unit
    return replace(problem, households=units, households_min=low, households_max=high, households_target=None)


def rounding(problem: Problem, rest: Ints) -> tuple[int, int]:
    """Return by how much the true households of a lawful grid may exceed its units, and fall short of them, at most.

    A lawful grid has no more atoms than the smallest that together stay within households_max.
    """
    most = int((np.cumsum(np.sort(problem.households)) <= problem.households_max).sum())
    over = np.sort(rest.clip(0))[::-1][:most].sum()
    under = np.sort((-rest).clip(0))[::-1][:most].sum()
    return int(over), int(under)
