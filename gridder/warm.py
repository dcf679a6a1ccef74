"""Compile everything that is compiled once, so that no run waits for it: ``python -m gridder.warm`` at set-up."""

from __future__ import annotations

import numpy as np

from gridder.partition.warm import warm
from gridder.staffing.tours import find_tour

PLACES = 12  # of a round, enough that every move is tried


def warm_all() -> None:
    """Run the partition engine and the rounds on small cases; the compiled code is kept on disk."""
    warm()
    place = np.arange(PLACES)
    find_tour(np.abs(place[:, None] - place) * 100)


if __name__ == "__main__":
    warm_all()
