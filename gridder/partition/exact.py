"""Exact pricing as the column generation sees it (``Pricer``), and by the frontier program."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np

from gridder.partition.frontier import Frontier, Priced, list_cheaper, price_exactly
from gridder.partition.frontier_steps import Prices
from gridder.partition.problem import Ints

Sets = list[tuple[int, ...]]
FIRST_STEP = 500  # parts of all prices: how much a limit is lowered first
STEPS = 4


class Pricer(Protocol):
    """Finds the least reduced cost of all lawful connected grids, and lists those below a limit."""

    @property
    def place(self) -> Ints:
        """Place of every atom along the pricer's sweep. Shape (n,), int64."""

    @property
    def spent(self) -> bool:
        """Whether its work is done, and it finds nothing any more."""

    def price(self, prices: Prices, below: int) -> Priced:
        """Return the least reduced cost if it is below the limit, else the limit; and grids, best first."""

    def list_all(self, prices: Prices, below: int, cap: int) -> tuple[Sets, bool]:
        """Return (the grids below the limit, whether these are all): no more than ``cap``."""


@dataclass
class FrontierPricer(Frontier):
    """The frontier program with a cap on its states after each step.

    Where these do not suffice and nothing was found either, the limit is lowered until they do: nothing below a lower
    limit is a bound, too.
    """

    @property
    def spent(self) -> bool:
        """Whether its work is done, and it finds nothing any more."""
        return self.work <= 0

    @cached_property
    def place(self) -> Ints:
        """Place of every atom along the sweep. Shape (n,), int64."""
        return np.argsort(self.sweep.order)

    def price(self, prices: Prices, below: int) -> Priced:
        """Return the least reduced cost if it is below the limit, else the limit; and grids, best first."""
        priced = price_exactly(self, prices, below)
        step = int(prices.atom.clip(0).sum()) // FIRST_STEP
        for _ in range(STEPS):
            if priced.known or priced.sets or self.spent:
                break
            below -= step
            step *= 4
            priced = price_exactly(self, prices, below)
        return priced

    def list_all(self, prices: Prices, below: int, cap: int) -> tuple[Sets, bool]:
        """Return (the grids below the limit, whether these are all): no more than ``cap``."""
        return list_cheaper(self, prices, below, cap)
