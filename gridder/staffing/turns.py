"""Compiled moves on a closed tour: stretches turned round, until none shortens it; tried again after small shocks.

Every kernel is also plain Python: ``kernel.py_func`` is the same source uncompiled, and tests run both.

State layout
------------
``Places`` metres (n, n) distances, symmetric; near (n, m) the nearest other places of each, nearest first.
``Tour``   order (n,) places in walking order; at (n,) where each place stands in it; queue (n,) places to look
           at, a ring; waits (n,) 1 for those in it; log (r, 2) the turns made: first position and length;
           counts (3,): turns in the log, head of the queue, places in it. All int64.

Every change is a series of turns, and a turn undoes itself: a shock that does not pay is taken back by its log.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from gridder.partition.kernels import draw

Ints = NDArray[np.int64]
LONGEST_MOVED = 3  # places that or-opt moves together (Or 1976)
TURNS_A_MOVE = 3  # at most
LONGEST_SWAPPED = 50  # places of a stretch that a shock moves: what lies near is mended soon


class Places(NamedTuple):
    """What is walked between; see the module's head."""

    metres: Ints
    near: Ints


class Tour(NamedTuple):
    """A tour and what is being done to it; see the module's head."""

    order: Ints
    at: Ints
    queue: Ints
    waits: Ints
    log: Ints
    counts: Ints


@njit(cache=True)
def place_after(tour: Tour, a: int, step: int) -> int:
    """Return the place that many steps after (or, below 0, before) place a."""
    n = len(tour.order)
    return tour.order[(tour.at[a] + step + n) % n]


@njit(cache=True)
def swap_ends(tour: Tour, first: int, length: int) -> None:
    """Turn round so many positions from the first on."""
    n = len(tour.order)
    i, j = first, (first + length - 1) % n
    for _ in range(length // 2):
        a, b = tour.order[i], tour.order[j]
        tour.order[i], tour.at[b] = b, i
        tour.order[j], tour.at[a] = a, j
        i = i + 1 if i + 1 < n else 0
        j = j - 1 if j > 0 else n - 1


@njit(cache=True)
def note_turn(tour: Tour, first: int, length: int) -> None:
    """Turn round so many positions from the first on, and note it in the log."""
    swap_ends(tour, first, length)
    tour.log[tour.counts[0], 0] = first
    tour.log[tour.counts[0], 1] = length
    tour.counts[0] += 1


@njit(cache=True)
def turn(tour: Tour, a: int, b: int) -> bool:
    """Turn round the stretch from place a on to place b, or all the rest: the same ring. Return whether the rest."""
    n = len(tour.order)
    i, j = tour.at[a], tour.at[b]
    length = (j - i + n) % n + 1
    rest = 2 * length > n
    if rest:
        note_turn(tour, (j + 1) % n, n - length)
    else:
        note_turn(tour, i, length)
    return rest


@njit(cache=True)
def look_at(tour: Tour, a: int) -> None:
    """Put a place in the queue, once."""
    if tour.waits[a] == 0:
        tour.waits[a] = 1
        tour.queue[(tour.counts[1] + tour.counts[2]) % len(tour.order)] = a
        tour.counts[2] += 1


@njit(cache=True)
def next_to_look_at(tour: Tour) -> int:
    """Take the place that has waited longest out of the queue."""
    a = tour.queue[tour.counts[1]]
    tour.counts[1] = (tour.counts[1] + 1) % len(tour.order)
    tour.counts[2] -= 1
    tour.waits[a] = 0
    return a


@njit(cache=True)
def reverse_stretch(places: Places, tour: Tour, a: int, step: int) -> int:
    """Make the first 2-opt move found that brings place a beside a near one; return its gain (Croes 1958).

    The step from a to its neighbour b (after it: step 1, before: −1) and that from d to e give way to a–d and b–e.
    """
    b = place_after(tour, a, step)
    for d in places.near[a]:
        saved = places.metres[a, b] - places.metres[a, d]
        if saved <= 0:
            return 0
        e = place_after(tour, d, step)
        gain = saved + places.metres[d, e] - places.metres[b, e]
        if gain > 0:
            if step == 1:
                turn(tour, b, d)
            else:
                turn(tour, a, e)
            for x in (a, b, d, e):
                look_at(tour, x)
            return gain
    return 0


@njit(cache=True)
def move_stretch(tour: Tour, ends: tuple[int, int], gap: tuple[int, int], straight: bool) -> None:
    """Move the stretch between two ends (in walking order) into the gap between two places, turned or straight.

    With M for what lies between the stretch S and the gap, S M becomes M S turned: both together are turned, M back.
    """
    s, t = ends
    after = place_after(tour, t, 1)
    mirrored = turn(tour, s, gap[0])
    other = turn(tour, after, gap[0]) if mirrored else turn(tour, gap[0], after)
    mirrored = mirrored != other
    if straight and s != t:
        if mirrored:
            turn(tour, s, t)
        else:
            turn(tour, t, s)


@njit(cache=True)
def shift_stretch(places: Places, tour: Tour, a: int, step: int, size: int) -> int:
    """Make the first or-opt move found that brings place a, with the next ones, beside a near one; return its gain.

    The stretch a … x of so many places against the step (for step 1: a is its last) goes between d and e.
    """
    n, metres = len(tour.order), places.metres
    x = place_after(tour, a, -step * (size - 1))
    p, q = place_after(tour, x, -step), place_after(tour, a, step)
    saved = metres[p, x] + metres[a, q] - metres[p, q]
    for d in places.near[a]:
        left = saved - metres[a, d]
        if left <= 0:
            return 0
        if (tour.at[a] - tour.at[d]) * step % n < size:
            continue  # d is of the stretch
        for side in (1, -1):
            e = place_after(tour, d, side)
            if (tour.at[a] - tour.at[e]) * step % n < size:
                continue  # d is beside the stretch: e would be of it
            gain = left + metres[d, e] - metres[x, e]
            if gain > 0:
                ends, gap = ((x, a) if step == 1 else (a, x)), ((d, e) if side == 1 else (e, d))
                move_stretch(tour, ends, gap, side != step)
                for y in (a, x, p, q, d, e):
                    look_at(tour, y)
                return gain
    return 0


@njit(cache=True)
def improve_at(places: Places, tour: Tour, a: int) -> int:
    """Make one move that brings place a beside a near one and shortens the tour; return by how much, 0 for none."""
    for step in (1, -1):
        gain = reverse_stretch(places, tour, a, step)
        if gain > 0:
            return gain
    for size in range(1, min(LONGEST_MOVED, len(tour.order) - 2) + 1):
        for step in (1, -1):
            gain = shift_stretch(places, tour, a, step, size)
            if gain > 0:
                return gain
    return 0


@njit(cache=True)
def descend(places: Places, tour: Tour) -> int:
    """Make moves at the places in the queue until none is left, or the log full; return by how much it shortens."""
    gained = 0
    while tour.counts[2] > 0:
        a = next_to_look_at(tour)
        if tour.counts[0] + TURNS_A_MOVE <= len(tour.log):
            gain = improve_at(places, tour, a)
            if gain > 0:
                gained += gain
                look_at(tour, a)
    return gained


@njit(cache=True)
def shock(places: Places, tour: Tour, rng: Ints) -> int:
    """Swap two short stretches that follow each other, at random; return by how much it lengthens.

    The double bridge, kept short (Johnson and McGeoch 1997; Applegate, Cook and Rohe 2003,
    doi:10.1287/ijoc.15.1.82.15157).
    """
    n, metres = len(tour.order), places.metres
    longest = min(LONGEST_SWAPPED, (n - 2) // 2)
    first = draw(rng, n)
    one, two = 1 + draw(rng, longest), 1 + draw(rng, longest)
    a, b = tour.order[(first + n - 1) % n], tour.order[first]
    c, d = tour.order[(first + one - 1) % n], tour.order[(first + one) % n]
    e, f = tour.order[(first + one + two - 1) % n], tour.order[(first + one + two) % n]
    note_turn(tour, first, one + two)
    note_turn(tour, first, two)
    note_turn(tour, (first + two) % n, one)
    for x in (a, b, c, d, e, f):
        look_at(tour, x)
    return metres[a, d] + metres[e, b] + metres[c, f] - metres[a, b] - metres[c, d] - metres[e, f]


@njit(cache=True)
def shorten(places: Places, tour: Tour, rng: Ints, shocks: int) -> int:
    """Shorten a tour of at least four places by moves, then by so many shocks; return by how much."""
    gained = 0
    while True:
        for a in tour.order:
            look_at(tour, a)
        gain = descend(places, tour)
        tour.counts[0] = 0
        if gain == 0:
            break
        gained += gain
    for _ in range(shocks):
        gain = -shock(places, tour, rng)
        gain += descend(places, tour)
        if gain < 0:
            for t in range(tour.counts[0] - 1, -1, -1):
                swap_ends(tour, tour.log[t, 0], tour.log[t, 1])
        else:
            gained += gain
        tour.counts[0] = 0
    return gained
