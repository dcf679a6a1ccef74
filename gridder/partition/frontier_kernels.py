"""Compiled steps of the frontier program: bounds that forget connectivity, and states that do not.

A step takes one atom v into the grid (1) or leaves it out (0), then retires the frontier atoms that have no neighbour
left to come. Places on the frontier are counted from 0 in the order of coming; during a step place w, one past the
frontier, is v itself.

State layout
------------
``Step``   ``beside``, ``cost`` (d,): places of v's neighbours that have come and the cost of the edges to them; ``keep``,
           ``retire``: places that stay and that go; ``counters`` (c, 5): one row an open triple: [bit of its counter
           before, −1 when v opens it; bit after, −1 when v closes it; 1 when v belongs to it; its atoms still to come;
           charge]; ``facts`` (7,): [w, households of v, price of taking v, lock of v, limit: prices from which nothing is
           of use, rate · households of v, rate · households_max]. All int64.
``Layer``  the states after a step. ``key`` (s, 3) uint64: two words of labels, four bits a frontier atom, 16 atoms a
           word: 0 out, 1… the part of the grid it belongs to in the order met; a word with bit 0 for a locked atom taken
           and two bits an open triple. ``mask`` (s,) bit j: frontier atom j is in. ``value`` holds for state s and
           households low[s], low[s] + 1, … the least price so far at start[s]…start[s + 1] − 1, NO_VALUE where there is
           none. ``least`` (s,): least value + rate · households.
``bound``  (2^width,) int32: least price of all atoms to come by which frontier atoms are in, parts not joined, households
           priced at ``rate``. With values it bounds every grid that can still come of a state: value + bound − rate ·
           (households_max − households so far); that is less than the price only by what the grid ends short of
           households_max, and by what keeping it in one part costs.
``Brood``  what a step makes before values are merged: ``key``, ``mask`` of new states; ``child``, ``delta`` (2s,): link
           2q + x leads from state q, v taken (x = 1) or left (0), to that new state, or is DEAD or ENDED, and adds this
           price; ``fresh`` (1,) how many new states.
``Links``  how the states of a layer came about: state s by the links begin[s]…begin[s + 1] − 1, each a ``parent`` state
           before the step, the price ``delta`` added, and ``taken``.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from gridder.partition.problem import Ints

LABEL_BITS = 4
A_WORD = 16  # labels in a word
MOST_LABELS = 15
MOST_TRIPLES = 31  # open at once
NO_VALUE = 1 << 29
JOINED = 16  # label of v's part until labels are numbered anew
DEAD, ENDED = -1, -2
Keys = NDArray[np.uint64]
Small = NDArray[np.int32]


class Step(NamedTuple):
    """What one atom does; see the module's head."""

    beside: Ints
    cost: Ints
    keep: Ints
    retire: Ints
    counters: Ints
    facts: Ints


class Layer(NamedTuple):
    """States after a step; see the module's head."""

    key: Keys
    mask: Ints
    low: Ints
    start: Ints
    value: Small
    least: Ints


class Brood(NamedTuple):
    """New states before values are merged; see the module's head."""

    key: Keys
    mask: Ints
    child: Ints
    delta: Ints
    fresh: Ints


class Links(NamedTuple):
    """How states came about; see the module's head."""

    begin: Ints
    parent: Ints
    delta: Ints
    taken: Ints


@njit(cache=True)
def step_bound(step: Step, after: Small, before: Small) -> None:
    """Fill the bounds before a step from those after it: v is taken or left, whichever is cheaper."""
    w, price = step.facts[0], step.facts[2] + step.facts[5]
    alone = price + step.cost.sum()  # v taken, no neighbour with it
    gone = step.retire[step.retire < w][::-1]
    bit = 1 << (len(step.keep) - 1) if len(step.keep) and step.keep[-1] == w else 0
    for mask in range(1 << w):
        left = 0
        for d in range(len(step.beside)):
            left += ((mask >> step.beside[d]) & 1) * step.cost[d]
        to = mask
        for place in gone:
            to = (to & ((1 << place) - 1)) | (to >> (place + 1) << place)
        before[mask] = min(left + after[to], alone - left + after[to | bit])


@njit(cache=True)
def unpack(key: Keys, s: int, labels: Ints, w: int) -> None:
    """Write the labels of a state's frontier atoms."""
    for j in range(w):
        labels[j] = (key[s, j // A_WORD] >> np.uint64(LABEL_BITS * (j % A_WORD))) & np.uint64(MOST_LABELS)


@njit(cache=True)
def take(step: Step, labels: Ints, now: Ints) -> int:
    """Write the labels once v is taken, in ``now`` (parts it touches become one); return the price of its edges."""
    w = step.facts[0]
    touched, price = 0, step.facts[2]
    for d in range(len(step.beside)):
        label = labels[step.beside[d]]
        if label == 0:
            price += step.cost[d]
        touched |= 1 << label
    for j in range(w):
        now[j] = JOINED if labels[j] > 0 and (touched >> labels[j]) & 1 else labels[j]
    now[w] = JOINED
    return price


@njit(cache=True)
def leave(step: Step, labels: Ints, now: Ints) -> int:
    """Write the labels once v is left out, in ``now``; return the price of its edges."""
    w = step.facts[0]
    price = 0
    for d in range(len(step.beside)):
        if labels[step.beside[d]] > 0:
            price += step.cost[d]
    now[:w] = labels[:w]
    now[w] = 0
    return price


@njit(cache=True)
def closing(step: Step, now: Ints) -> int:
    """Return DEAD when a part is cut off from the frontier while others are open, ENDED when the grid is complete, else 0."""
    seen, gone = 0, 0
    for j in step.keep:
        seen |= 1 << now[j]
    for j in step.retire:
        gone |= 1 << now[j]
    gone &= ~(seen | 1)
    if gone == 0:
        return 0
    return ENDED if seen & ~1 == 0 and gone & (gone - 1) == 0 else DEAD


@njit(cache=True)
def count_triples(step: Step, word: np.uint64, taken: int, price: Ints) -> np.uint64:
    """Return the last word of the key after the step; charges that fall due are added to ``price`` (1,).

    A counter that can change nothing any more is 2, whatever it was: 2 atoms taken, or too few to come.
    """
    out = word & np.uint64(1)
    for c in range(len(step.counters)):
        before, after, holds, left, charge = step.counters[c]
        count = 0 if before < 0 else int(np.int64((word >> np.uint64(before)) & np.uint64(3)))
        if holds and taken and count < 2:
            count += 1
            if count == 2:
                price[0] += charge
        if count + left < 2:
            count = 2
        if after >= 0:
            out |= np.uint64(count) << np.uint64(after)
    return out


@njit(cache=True)
def pack(step: Step, now: Ints, number: Ints, key: Keys, s: int) -> int:
    """Write the labels that stay, numbered anew, into key[s]; return the mask, or −1 when there are too many parts."""
    key[s, 0] = np.uint64(0)
    key[s, 1] = np.uint64(0)
    number[:] = 0
    parts, mask = 0, 0
    for j in range(len(step.keep)):
        label = now[step.keep[j]]
        if label == 0:
            continue
        if number[label] == 0:
            parts += 1
            if parts > MOST_LABELS:
                return -1
            number[label] = parts
        key[s, j // A_WORD] |= np.uint64(number[label]) << np.uint64(LABEL_BITS * (j % A_WORD))
        mask |= 1 << j
    return mask


@njit(cache=True)
def place_of(key: Keys, s: int, slots: Ints) -> int:
    """Return the slot of key[s]: the one that holds an equal key, or the free one it belongs in."""
    spread = np.uint64(0x9E3779B97F4A7C15)
    h = (
        (key[s, 0] * spread)
        ^ (key[s, 1] + spread) * np.uint64(0xC2B2AE3D27D4EB4F)
        ^ (key[s, 2] * spread >> np.uint64(7))
    )
    h ^= h >> np.uint64(29)
    slot = int(np.int64(h & np.uint64(len(slots) - 1)))
    while slots[slot] > 0:
        t = slots[slot] - 1
        if key[t, 0] == key[s, 0] and key[t, 1] == key[s, 1] and key[t, 2] == key[s, 2]:
            return slot
        slot = (slot + 1) & (len(slots) - 1)
    return slot


@njit(cache=True)
def breed(step: Step, layer: Layer, bound: Small, brood: Brood, slots: Ints) -> bool:
    """Make the states after a step; return False when one had too many parts for its key and was left out."""
    w, lock, limit = step.facts[0], step.facts[3], step.facts[4]
    labels, now = np.zeros(w + 1, dtype=np.int64), np.zeros(w + 1, dtype=np.int64)
    number, price = np.zeros(JOINED + 1, dtype=np.int64), np.zeros(1, dtype=np.int64)
    fresh, whole = 0, True
    for s in range(len(layer.mask)):
        unpack(layer.key, s, labels, w)
        for taken in range(2):
            link = 2 * s + taken
            brood.child[link] = DEAD
            word = layer.key[s, 2]
            if taken and lock:
                if word & np.uint64(1):
                    continue
                word |= np.uint64(1)
            price[0] = take(step, labels, now) if taken else leave(step, labels, now)
            word = count_triples(step, word, taken, price)
            brood.delta[link] = price[0]
            end = closing(step, now)
            if end != 0:
                brood.child[link] = end
                continue
            mask = pack(step, now, number, brood.key, fresh)
            if mask < 0:
                whole = False
                continue
            paid = price[0] + taken * step.facts[5] - step.facts[6]
            if layer.least[s] + paid + bound[mask] >= limit:
                continue
            brood.key[fresh, 2] = word
            slot = place_of(brood.key, fresh, slots)
            if slots[slot] == 0:
                brood.mask[fresh] = mask
                fresh += 1
                slots[slot] = fresh
            brood.child[link] = slots[slot] - 1
    brood.fresh[0] = fresh
    return whole
