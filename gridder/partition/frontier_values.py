"""Compiled values of the frontier program: merged over links, cut to what is of use, traced back to grids.

State layouts: see ``frontier_kernels``. ``paths`` (i, 3): grids being traced back, each [state, households up to this
layer, price of what comes after it]. All int64.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from gridder.partition.frontier_kernels import ENDED, NO_VALUE, Brood, Layer, Links, Small, Step
from gridder.partition.problem import Ints

Spans = tuple[Ints, Ints]
Merged = tuple[Ints, Ints, Small]  # spans with their values
Leg = tuple[Step, Layer, Links]  # a step, the layer before it, the links to the one after
NEVER = 1 << 50


@njit(cache=True)
def spans(step: Step, layer: Layer, brood: Brood, most: int) -> Spans:
    """Return (lowest households, first place of the values) of the new states; the latter has one more."""
    n = brood.fresh[0]
    low, high = np.full(n, most + 1, dtype=np.int64), np.full(n, -1, dtype=np.int64)
    for link in range(2 * len(layer.mask)):
        child = brood.child[link]
        if child >= 0:
            s, added = link >> 1, (link & 1) * step.facts[1]
            length = layer.start[s + 1] - layer.start[s]
            low[child] = min(low[child], layer.low[s] + added)
            high[child] = max(high[child], min(layer.low[s] + added + length - 1, most))
    start = np.zeros(n + 1, dtype=np.int64)
    for c in range(n):
        start[c + 1] = start[c] + max(high[c] - low[c] + 1, 0)
    return low, start


@njit(cache=True)
def merge(step: Step, layer: Layer, brood: Brood, span: Spans) -> Small:
    """Return the values of the new states: for each number of households the least over the links."""
    low, start = span
    value = np.full(start[-1], NO_VALUE, dtype=np.int32)
    for link in range(2 * len(layer.mask)):
        child = brood.child[link]
        if child < 0:
            continue
        s = link >> 1
        added, delta = (link & 1) * step.facts[1], np.int32(brood.delta[link])
        to = start[child] + layer.low[s] + added - low[child]
        length = min(layer.start[s + 1] - layer.start[s], start[child + 1] - to)
        source = layer.value[layer.start[s] : layer.start[s] + length]
        target = value[to : to + length]
        for p in range(length):
            target[p] = min(target[p], source[p] + delta)
    return value


@njit(cache=True)
def blank(row: Small, limit: int, rate: int) -> tuple[int, int]:
    """Blank the values that are of no use; return first and last place left (0, −1: none).

    A value is of use below ``limit`` − rate · its place: the more households, the less may have been paid.
    """
    first, last = 0, -1
    for p in range(len(row)):
        if row[p] >= limit - rate * p or row[p] >= NO_VALUE:
            row[p] = NO_VALUE
        else:
            if last < 0:
                first = p
            last = p
    return first, last


@njit(cache=True)
def trim(step: Step, brood: Brood, merged: Merged, bound: Small, rate: int) -> Layer:
    """Return the layer of the new states that are of use, without useless values at their ends.

    ``brood.mask`` becomes the new number of each state, −1 of those dropped.
    """
    low, start, value = merged
    n = brood.fresh[0]
    ends = np.empty((n, 2), dtype=np.int64)
    kept, room = 0, 0
    for c in range(n):
        limit = step.facts[4] + step.facts[6] - bound[brood.mask[c]] - rate * low[c]
        ends[c] = blank(value[start[c] : start[c + 1]], limit, rate)
        if ends[c, 1] >= 0:
            kept += 1
            room += ends[c, 1] - ends[c, 0] + 1
    key, mask = np.empty((kept, 3), dtype=np.uint64), np.empty(kept, dtype=np.int64)
    new_low, new_start = np.empty(kept, dtype=np.int64), np.zeros(kept + 1, dtype=np.int64)
    new_value, least = np.empty(room, dtype=np.int32), np.full(kept, NEVER, dtype=np.int64)
    s = 0
    for c in range(n):
        if ends[c, 1] < 0:
            brood.mask[c] = -1
            continue
        key[s], mask[s], new_low[s] = brood.key[c], brood.mask[c], low[c] + ends[c, 0]
        row = value[start[c] + ends[c, 0] : start[c] + ends[c, 1] + 1]
        new_start[s + 1] = new_start[s] + len(row)
        new_value[new_start[s] : new_start[s + 1]] = row
        for p in range(len(row)):
            least[s] = min(least[s], row[p] + rate * (new_low[s] + p))
        brood.mask[c] = s
        s += 1
    return Layer(key, mask, new_low, new_start, new_value, least)


@njit(cache=True)
def thin(layer: Layer, brood: Brood, bound: Small, most: int) -> Layer:
    """Return the layer of its ``most`` most promising states: those from which the cheapest grids may come."""
    score = layer.least + bound[layer.mask]
    kept = np.sort(np.argsort(score, kind="mergesort")[:most])
    number = np.full(len(layer.mask), -1, dtype=np.int64)
    length = layer.start[1:] - layer.start[:-1]
    start = np.zeros(most + 1, dtype=np.int64)
    for s in range(most):
        number[kept[s]] = s
        start[s + 1] = start[s] + length[kept[s]]
    value = np.empty(start[most], dtype=np.int32)
    for s in range(most):
        value[start[s] : start[s + 1]] = layer.value[layer.start[kept[s]] : layer.start[kept[s] + 1]]
    for c in range(brood.fresh[0]):
        if brood.mask[c] >= 0:
            brood.mask[c] = number[brood.mask[c]]
    return Layer(layer.key[kept], layer.mask[kept], layer.low[kept], start, value, layer.least[kept])


@njit(cache=True)
def link_up(brood: Brood, n_parents: int, n_states: int) -> Links:
    """Return the links of the states that ``trim`` kept."""
    begin = np.zeros(n_states + 1, dtype=np.int64)
    for link in range(2 * n_parents):
        if brood.child[link] >= 0 and brood.mask[brood.child[link]] >= 0:
            begin[brood.mask[brood.child[link]] + 1] += 1
    for s in range(n_states):
        begin[s + 1] += begin[s]
    spot, total = begin[:-1].copy(), begin[n_states]
    parent, delta = np.empty(total, dtype=np.int64), np.empty(total, dtype=np.int64)
    taken = np.empty(total, dtype=np.int64)
    for link in range(2 * n_parents):
        if brood.child[link] >= 0 and brood.mask[brood.child[link]] >= 0:
            s = brood.mask[brood.child[link]]
            parent[spot[s]], delta[spot[s]], taken[spot[s]] = link >> 1, brood.delta[link], link & 1
            spot[s] += 1
    return Links(begin, parent, delta, taken)


@njit(cache=True)
def endings(step: Step, layer: Layer, brood: Brood, window: Ints, own: Ints) -> Ints:
    """Return the grids that are complete with this step: (price, state before, v taken, households) each.

    ``window`` = [households_min, households_max, price they must stay below]; ``own`` (households_max + 1,): price of a
    grid of so many households besides atoms and edges.
    """
    found = np.empty((16, 4), dtype=np.int64)
    n = 0
    for link in range(2 * len(layer.mask)):
        if brood.child[link] != ENDED:
            continue
        s, added = link >> 1, (link & 1) * step.facts[1]
        for place in range(layer.start[s], layer.start[s + 1]):
            total = layer.low[s] + place - layer.start[s] + added
            if layer.value[place] >= NO_VALUE or total < window[0] or total > window[1]:
                continue
            price = layer.value[place] + brood.delta[link] + own[total]
            if price < window[2]:
                if n == len(found):
                    found = np.concatenate((found, np.empty_like(found)))
                found[n] = price, s, link & 1, total
                n += 1
    return found[:n]


@njit(cache=True)
def value_at(layer: Layer, s: int, households: int) -> int:
    """Return the least price of a state with so many households; NEVER where there is none."""
    place = layer.start[s] + households - layer.low[s]
    if place < layer.start[s] or place >= layer.start[s + 1] or layer.value[place] >= NO_VALUE:
        return NEVER
    return int(layer.value[place])


@njit(cache=True)
def retrace(leg: Leg, paths: Ints, below: int, every: bool) -> tuple[Ints, Ints]:
    """Return (paths, origin) one layer back, before the step of the leg; origin (i, 2): [path it continues, v taken].

    ``every``: along all links that lead to a grid below ``below``; else along the cheapest link alone.
    """
    step, layer, links = leg
    back, origin = (
        np.empty((len(paths) + 16, 3), dtype=np.int64),
        np.empty((len(paths) + 16, 2), dtype=np.int64),
    )
    n = 0
    for i in range(len(paths)):
        best = np.int64(below)
        opened = n
        for link in range(links.begin[paths[i, 0]], links.begin[paths[i, 0] + 1]):
            taken, s = links.taken[link], links.parent[link]
            households = paths[i, 1] - taken * step.facts[1]
            rest = paths[i, 2] + links.delta[link]
            price = value_at(layer, s, households) + rest
            if price >= best:
                continue
            if not every:
                best = price
                n = opened
            if n == len(back):
                back = np.concatenate((back, np.empty_like(back)))
                origin = np.concatenate((origin, np.empty_like(origin)))
            back[n], origin[n] = (s, households, rest), (i, taken)
            n += 1
    return back[:n], origin[:n]
