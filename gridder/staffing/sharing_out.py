"""Who is next where people are shared out one by one: whoever lacks most for its weight."""

from __future__ import annotations

import heapq
from collections.abc import Iterator

import pandas as pd


def take_turns(missing: pd.Series, weight: pd.Series) -> Iterator[str]:
    """Yield the ids in the order in which they get one each, until none lacks any.

    The next is always the one with the greatest missing / weight, ties by id.

    Parameters
    ----------
    missing
        People that each id lacks; who lacks none or fewer has no turn.
    weight
        What they are compared by, on the same index; below 1 counts as 1.
    """
    left = {str(key): int(n) for key, n in missing.items() if n > 0}
    weights = {str(key): max(1, int(n)) for key, n in weight.items()}
    queue = [(-n / weights[key], key) for key, n in left.items()]
    heapq.heapify(queue)
    while queue:
        _, key = heapq.heappop(queue)
        yield key
        left[key] -= 1
        if left[key]:
            heapq.heappush(queue, (-left[key] / weights[key], key))
