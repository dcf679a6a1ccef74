"""Lower bounds from prices, in whole numbers: what any lawful plan costs at least, number of grids by number of grids.

Let every lawful grid have reduced cost ≥ r at whole prices (``Prices``). A plan of k grids covers every atom once and
holds two atoms of a triple at most once, so

    scale · (doubled cost)  =  Σ atom + k · grid − Σ charges met + Σ reduced costs  ≥  Σ atom + k · grid − Σ charges + k · r.

A grid of a plan that costs less than U (doubled) has a reduced cost below scale · U minus the same with k − 1 in place of k
before r: every column a better plan could use.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from gridder.partition.frontier_steps import Prices


def price_sum(prices: Prices, k: int) -> int:
    """Return Σ atom + k · grid − Σ charges."""
    return int(prices.atom.sum()) + k * prices.grid - int(prices.charges.sum())


def cost_at_least(prices: Prices, least: int, k: int) -> int:
    """Return the least objective (not doubled) of a plan of k grids when no grid has a reduced cost below ``least``."""
    return -(-(price_sum(prices, k) + k * least) // (2 * prices.scale))


def unrounded_bound(prices: Prices, least: int, k: int) -> float:
    """Return ``cost_at_least`` before it is rounded up: for comparing prices, not for claims."""
    return (price_sum(prices, k) + k * least) / (2 * prices.scale)


def least_needed(prices: Prices, objective: int, k: int) -> int:
    """Return the reduced cost no grid may fall below so that k grids cost ``objective`` or more."""
    return -((price_sum(prices, k) - (2 * objective - 2) * prices.scale - 1) // k)


def useful_below(prices: Prices, least: int, objective: int, k: int) -> int:
    """Return the reduced cost below which lies every grid of a plan of k grids cheaper than ``objective``.

    Such a plan costs 2 · objective − 2 or less, doubled.
    """
    return (2 * objective - 2) * prices.scale - price_sum(prices, k) - (k - 1) * least + 1


@dataclass
class Bounds:
    """Proven lower bounds of the objective, by number of grids."""

    at: dict[int, int] = field(default_factory=dict)

    def learn(self, prices: Prices, least: int) -> None:
        """Take in what prices prove for every number of grids."""
        for k, known in self.at.items():
            self.at[k] = max(known, cost_at_least(prices, least, k))

    def settle(self, k: int, objective: int) -> None:
        """Take in that no plan of k grids costs less than ``objective``."""
        self.at[k] = max(self.at[k], objective)

    def open(self, objective: int) -> list[int]:
        """Return the numbers of grids that could still cost less, the least bound first."""
        return sorted((k for k, bound in self.at.items() if bound < objective), key=lambda k: (self.at[k], k))
