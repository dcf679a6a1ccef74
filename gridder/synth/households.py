"""How many households live in a building: after 161,180 listings of real Chinese buildings."""

from __future__ import annotations

import numpy as np

# Households of a building in four north-eastern cities (Jilin, Harbin, Shenyang, Dalian): share of buildings → count.
# The listings go on to 537 at 99 %; here no building exceeds the window of a grid but where a demo puts it on purpose.
SHARES = (0.0, 0.05, 0.25, 0.5, 0.75, 0.95, 1.0)
COUNTS = (4.0, 8.0, 43.0, 66.0, 105.0, 255.0, 440.0)


def draw_households(rank: np.ndarray) -> np.ndarray:
    """Return households that follow the real distribution, more where ``rank`` is higher. Shape (n,), int64.

    Between the known shares the logarithm is linear; the n buildings take the n evenly spread shares.
    """
    place = np.empty(len(rank))
    place[np.argsort(rank, kind="stable")] = (np.arange(len(rank)) + 0.5) / max(1, len(rank))
    return households_at(place)


def households_at(share: np.ndarray) -> np.ndarray:
    """Return the count below which a share of the buildings lies. Shape (n,), int64."""
    return np.exp(np.interp(share, SHARES, np.log(COUNTS))).round().astype(np.int64)


def scale_to(households: np.ndarray, total: int) -> np.ndarray:
    """Return counts in proportion that add up to ``total`` (largest remainder), none below one where there is room."""
    exact = households * total / households.sum()
    whole = np.maximum(1, np.floor(exact)).astype(np.int64)
    order = np.argsort(-(exact - whole), kind="stable")
    step = 1 if whole.sum() < total else -1
    turn = order if step == 1 else order[::-1]
    for i in np.resize(turn[whole[turn] + step > 0], abs(total - int(whole.sum()))):
        whole[i] += step
    return whole


def units_of(households: int, length_m: float, rng: np.random.Generator) -> str:
    """Return the entrance units as planners write them: a number (``3``), counts (``24,24,18``) or nothing."""
    n = int(np.clip(round(length_m / 16), 1, 5))
    n = min(n, households)
    if rng.random() < 0.12:
        return ""
    if n == 1 or rng.random() < 0.55:
        return str(n)
    weights = np.ones(n)
    weights[-1] = rng.choice([1.0, 1.0, 0.75])
    return ",".join(str(part) for part in scale_to(np.maximum(1, weights * 100), households))


def floors_of(households: int, length_m: float, use: str) -> int:
    """Return storeys that would hold the households of a house."""
    if use != "住宅":
        return 2 if use in ("商业", "配套") else 5
    flats = max(1.0, length_m / 8)  # a flat is 8 m wide
    return int(np.clip(np.ceil(households / flats) + 1, 3, 33))
