"""The exact pricer as the column generation sees it, and the one that runs the frontier program."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np

from gridder.partition.frontier import Priced, list_cheaper, price_exactly
from gridder.partition.frontier_steps import Prices
from gridder.partition.problem import Ints, Problem
from gridder.partition.sweep import Sweep

Sets = list[tuple[int, ...]]


class Exact(Protocol):
    """Finds the least reduced cost of all lawful connected grids, and lists those below a limit."""

    @property
    def place(self) -> Ints:
        """Place of every atom along the pricer's sweep. Shape (n,), int64."""

    def price(self, prices: Prices, below: int) -> Priced:
        """Return the least reduced cost if it is below the limit, else the limit; and grids, best first."""

    def list_all(self, prices: Prices, below: int, cap: int) -> tuple[Sets, bool]:
        """Return (the grids below the limit, whether these are all): no more than ``cap``."""


@dataclass(frozen=True)
class FrontierPricer:
    """The frontier program with a cap on its states."""

    problem: Problem
    sweep: Sweep
    states: int

    @cached_property
    def place(self) -> Ints:
        """Place of every atom along the sweep. Shape (n,), int64."""
        return np.argsort(self.sweep.order)

    def price(self, prices: Prices, below: int) -> Priced:
        """Return the least reduced cost if it is below the limit, else the limit; and grids, best first."""
        return price_exactly(self.problem, self.sweep, prices, below=below, states=self.states)

    def list_all(self, prices: Prices, below: int, cap: int) -> tuple[Sets, bool]:
        """Return (the grids below the limit, whether these are all): no more than ``cap``."""
        return list_cheaper(self.problem, self.sweep, prices, below=below, states=self.states, cap=cap)
