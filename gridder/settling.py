"""Which cell takes which lump of open ground: the one with which it is most compact, and round which nothing lies."""

from __future__ import annotations

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from gridder.lumps import join, joined_compactness

Touching = list[tuple[int, int, float]]  # a lump, an atom or lump that it touches, metres


class Offers:
    """Which atoms touch which lumps still to be settled, over how many metres, with and without a way across."""

    def __init__(self, stretches: list[set[int]]) -> None:
        n_lumps = len(stretches)
        self.stretches = stretches  # the atoms that each lump is for, if they touch it; none: for any
        self.waiting = set(range(n_lumps))
        self.metres: dict[bool, list[dict[int, float]]]  # barred → lump → atom → metres
        self.metres = {barred: [{} for _ in range(n_lumps)] for barred in (False, True)}
        self.between: list[list[tuple[bool, int, float]]] = [
            [] for _ in range(n_lumps)
        ]  # barred, lump, metres

    def add_atoms(self, touching: Touching, *, barred: bool) -> None:
        """Note which lumps touch which atoms, along an uncrossable barrier or not."""
        for number, atom, length_m in touching:
            self.metres[barred][number][atom] = length_m

    def add_lumps(self, touching: Touching, *, barred: bool) -> None:
        """Note which lumps touch which lumps; every pair both ways."""
        for number, other, length_m in touching:
            self.between[number].append((barred, other, length_m))

    def atoms(self) -> list[int]:
        """Return all atoms that touch a lump."""
        return sorted({atom for tables in self.metres.values() for table in tables for atom in table})

    def next_lump(self) -> tuple[int, dict[int, float]] | None:
        """Return the waiting lump that touches some atom most, and whom it may go to; across barriers at the last."""
        for barred in (False, True):
            table = self.metres[barred]
            ready = [(-max(table[n].values()), n) for n in self.waiting if table[n]]
            if ready:
                number = min(ready)[1]
                own = {atom: m for atom, m in table[number].items() if atom in self.stretches[number]}
                return number, own or table[number]
        return None

    def settle(self, number: int, atom: int) -> None:
        """Take a lump off the list; what touches it touches the atom now."""
        self.waiting.remove(number)
        for barred, other, length_m in self.between[number]:
            table = self.metres[barred][other]
            table[atom] = table.get(atom, 0.0) + length_m


def settle_lumps(shapes: list[BaseGeometry], cells: dict[int, BaseGeometry], offers: Offers) -> np.ndarray:
    """Return the atom that takes each lump, −1 where none touches it. Shape (lumps,).

    Lumps that touch an atom most go first; those that touch only other lumps wait for them. An atom behind an
    uncrossable barrier takes what no other reaches.

    Parameters
    ----------
    shapes
        Ground of each lump.
    cells
        Ground of every atom of ``offers`` so far; with the lumps a valid coverage.
    """
    cells = dict(cells)
    takers = np.full(len(shapes), -1)
    while (ready := offers.next_lump()) is not None:
        number, metres = ready
        atom, cell = best_taker(shapes[number], metres, cells)
        takers[number], cells[atom] = atom, cell
        offers.settle(number, atom)
    return takers


def best_taker(
    lump: BaseGeometry, metres: dict[int, float], cells: dict[int, BaseGeometry]
) -> tuple[int, BaseGeometry]:
    """Return the atom that a lump goes to, and its cell then: the most compact that goes round nothing else."""
    ranked = sorted((-joined_compactness(cells[atom], lump, metres[atom]), atom) for atom in metres)
    for _, atom in ranked:
        shape = join(cells[atom], lump)
        if shape is not None:
            return atom, shape
    atom = min(metres, key=lambda atom: (-metres[atom], atom))
    return atom, shapely.coverage_union_all([cells[atom], lump])
