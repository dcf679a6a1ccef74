"""Branches of a graph that hang at one node: depth-first search, the parts too light to stand alone."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Tour:
    """A depth-first search: blocks in the order met, and of each place in it the place above, the lowest place
    its branch touches, and the size of its branch."""

    order: list[int]
    above: list[int]
    low: list[int]
    size: list[int]

    def sums(self, values: list[int]) -> list[int]:
        """Return the sum over every branch of values given by block."""
        total = [values[i] for i in self.order]
        for p in range(len(total) - 1, 0, -1):
            total[self.above[p]] += total[p]
        return total

    def hangs(self, p: int) -> bool:
        """Whether the branch from place p touches nothing above but the place it grew from."""
        return p > 0 and self.low[p] >= self.above[p]


def walk_depth_first(beside: dict[int, list[int]], root: int) -> Tour:
    """Return the depth-first search from a root (Tarjan 1972, doi:10.1137/0201010), without recursion."""
    place, order, above, low = {root: 0}, [root], [-1], [0]
    stack = [(0, iter(beside[root]))]
    while stack:
        p, others = stack[-1]
        for j in others:
            if j not in place:
                place[j] = len(order)
                order.append(j)
                above.append(p)
                low.append(p)
                stack.append((place[j], iter(beside[j])))
                break
            low[p] = min(low[p], place[j])
        else:
            stack.pop()
            if p:
                low[above[p]] = min(low[above[p]], low[p])
    size = [1] * len(order)
    for p in range(len(order) - 1, 0, -1):
        size[above[p]] += size[p]
    return Tour(order, above, low, size)


def light_branches(tour: Tour, weight: list[int], least: int) -> list[list[int]]:
    """Return every outermost hanging branch of fewer households than ``least``, with the block it hangs at."""
    groups, p = [], 1
    while p < len(tour.order):
        if tour.hangs(p) and weight[p] < least:
            groups.append([tour.order[tour.above[p]], *tour.order[p : p + tour.size[p]]])
            p += tour.size[p]
        else:
            p += 1
    return groups


def light_remainder(tour: Tour, weight: list[int], own: list[int], least: int) -> list[list[int]]:
    """Return the largest light part that holds the root and hangs at some block, with that block."""
    rest = [weight[0] - own[i] for i in tour.order]  # what is left without the block and its hanging branches
    for p in range(1, len(tour.order)):
        if tour.hangs(p):
            rest[tour.above[p]] -= weight[p]
    light = [p for p in range(1, len(tour.order)) if rest[p] < least]
    if not light:
        return []
    a = max(light, key=lambda p: (rest[p], -p))
    kept = set(tour.order)
    for p in range(a + 1, a + tour.size[a]):
        if tour.above[p] == a and tour.hangs(p):
            kept -= set(tour.order[p : p + tour.size[p]])
    return [sorted(kept)]
