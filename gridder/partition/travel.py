"""Travel: what it costs the households of a grid to reach its best centre, the second objective there is.

The centre of a grid is the member that makes the sum of households × distance least (Hess et al. 1965,
doi:10.1287/opre.13.6.998, with a member of the grid for its centre).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gridder.partition.answer import Ints

LARGEST = 2**53  # household-distances stay whole in float64, where the bound is computed


@dataclass(frozen=True)
class Travel:
    """Household-distances from every atom to every candidate centre.

    Parameters
    ----------
    pull
        Households of an atom × their distance to a candidate, summed, ≥ 0, in the caller's unit. Shape (n, m),
        int64. Pairs that no way joins may hold any number: no grid has both.
    seat
        Atom in which each candidate lies: a grid that holds the atom may take the candidate for its centre.
        Shape (m,), int64. Every atom seats at least one.
    """

    pull: Ints
    seat: Ints


def make_travel(households: Ints, distance: Any) -> Travel:
    """Return the travel of atoms with a table of distances, row: from, column: to; each atom seats itself.

    Raises
    ------
    ValueError
        The table is no square of whole numbers ≥ 0 over the atoms, or its sums are too large to stay exact.
    """
    table = np.asarray(distance)
    n = len(households)
    if table.shape != (n, n) or (table < 0).any() or (table != np.round(table)).any():
        raise ValueError("distance must be a square table of whole numbers of at least 0")
    if float(table.max(initial=0)) * float(np.sum(households)) > LARGEST:
        raise ValueError("households × distance too large: use a larger unit of distance")
    pull = np.asarray(households, dtype=np.int64)[:, None] * table.astype(np.int64)
    return Travel(np.ascontiguousarray(pull), np.arange(n, dtype=np.int64))


def merge_travel(travel: Travel | None, place: Ints) -> Travel | None:
    """Return the travel over merged atoms, ``place`` the merged atom of each: exact, candidates stay as they were."""
    if travel is None:
        return None
    pull = np.zeros((int(place.max(initial=-1)) + 1, len(travel.seat)), dtype=np.int64)
    np.add.at(pull, place, travel.pull)
    return Travel(pull, place[travel.seat])


def part_of_travel(travel: Travel | None, atoms: Ints) -> Travel | None:
    """Return the travel of some atoms alone (ascending ids); candidates elsewhere fall away."""
    if travel is None:
        return None
    where = np.full(len(travel.pull), -1, dtype=np.int64)
    where[atoms] = np.arange(len(atoms))
    inside = where[travel.seat] >= 0
    pull = travel.pull[np.ix_(atoms, np.flatnonzero(inside))]
    return Travel(np.ascontiguousarray(pull), where[travel.seat[inside]])


def travel_cost(travel: Travel, members: NDArray[np.bool_]) -> int:
    """Return the household-distance of one grid to its best centre; 0 for no atoms."""
    sums = travel.pull[members][:, members[travel.seat]].sum(axis=0)
    return int(sums.min(initial=np.iinfo(np.int64).max)) if len(sums) else 0


def best_centre(travel: Travel, members: NDArray[np.bool_]) -> int:
    """Return the candidate that makes a grid's household-distance least (ties: the first)."""
    inside = np.flatnonzero(members[travel.seat])
    return int(inside[travel.pull[members][:, inside].sum(axis=0).argmin()])
