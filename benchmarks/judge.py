"""What an assignment is worth, by the instance alone: nothing of gridder and no graph library is used here.

``judge(instance, labels)`` says whether every grid is connected and inside the window, whether their number is the
one asked for, and the value in the instance's own objective. ``holds(instance, reason)`` says whether a reason for
there being no lawful answer is true of the instance, as far as it can be read off the numbers.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

Instance = dict[str, Any]


@dataclass(frozen=True)
class Verdict:
    """What holds of an assignment.

    Parameters
    ----------
    faults
        One sentence for each thing that is wrong; none: the assignment is lawful.
    k, smallest, largest
        Number of grids, and the households of the smallest and largest.
    value
        In the instance's own objective; None where a grid in pieces leaves a distance without a meaning.
    """

    faults: tuple[str, ...]
    k: int
    smallest: int
    largest: int
    value: float | None

    @property
    def lawful(self) -> bool:
        """Whether nothing is wrong."""
        return not self.faults


def judge(instance: Instance, labels: Sequence[Any]) -> Verdict:
    """Return what holds of an assignment, one label a node.

    Raises
    ------
    ValueError
        Where the labels do not fit the nodes.
    """
    if len(labels) != len(instance["nodes"]):
        raise ValueError(f"{len(labels)} labels for {len(instance['nodes'])} nodes")
    grids = group(labels)
    sizes = [households_of(instance, grid) for grid in grids]
    near = neighbours(instance)
    broken = [len(parts(near, grid)) > 1 for grid in grids]
    faults = [f"grid {labels[g[0]]}: in pieces" for g, apart in zip(grids, broken) if apart]
    low, high = instance["households_min"], instance["households_max"]
    for grid, size in zip(grids, sizes):
        if not low <= size <= high:
            faults.append(f"grid {labels[grid[0]]}: {size} households, outside {low}-{high}")
    if instance["k"] is not None and instance["k"] != len(grids):
        faults.append(f"{len(grids)} grids, asked for {instance['k']}")
    known = instance["objective"] == "cut" or not any(broken)
    value = value_of(instance, labels, grids, near) if known else None
    return Verdict(tuple(faults), len(grids), min(sizes), max(sizes), value)


def group(labels: Sequence[Any]) -> list[list[int]]:
    """Return the nodes of each grid, ascending, grids in the order of their first node."""
    grids: dict[Any, list[int]] = {}
    for i, label in enumerate(labels):
        grids.setdefault(label, []).append(i)
    return list(grids.values())


def households_of(instance: Instance, nodes: Iterable[int]) -> int:
    """Return the households of some nodes together."""
    return sum(instance["nodes"][i]["households"] for i in nodes)


def neighbours(instance: Instance) -> list[list[int]]:
    """Return the neighbours of every node."""
    near: list[list[int]] = [[] for _ in instance["nodes"]]
    for i, j, *_ in instance["edges"]:
        near[i].append(j)
        near[j].append(i)
    return near


def parts(near: Sequence[Sequence[int]], nodes: Iterable[int]) -> list[list[int]]:
    """Return the connected parts of some nodes."""
    left = set(nodes)
    found = []
    while left:
        start = min(left)
        left.remove(start)
        part = [start]
        for i in part:
            reached = [j for j in near[i] if j in left]
            left.difference_update(reached)
            part.extend(dict.fromkeys(reached))
        found.append(sorted(part))
    return found


def value_of(
    instance: Instance, labels: Sequence[Any], grids: list[list[int]], near: Sequence[Sequence[int]]
) -> float:
    """Return the value of an assignment in the instance's own objective."""
    if instance["objective"] == "cut":
        return sum(cost for i, j, cost, *_ in instance["edges"] if labels[i] != labels[j])
    if instance["objective"] == "hop_distance":
        return sum(least_sum(instance, grid, lambda c: hops_from(near, c), 1) for grid in grids)
    if instance["objective"] == "moment_of_inertia":
        miles = instance["distance_miles"]
        return sum(least_sum(instance, grid, lambda c: miles[c], 2) for grid in grids)
    raise ValueError(f"objective {instance['objective']}")


def least_sum(instance: Instance, grid: list[int], distances: Any, power: int) -> float:
    """Return the least Σ households × distance**power from a member of the grid to all of it."""
    sums = []
    for centre in grid:
        far = distances(centre)
        sums.append(sum(instance["nodes"][i]["households"] * far[i] ** power for i in grid))
    return min(sums)


def hops_from(near: Sequence[Sequence[int]], start: int) -> list[int]:
    """Return the hops from one node to every other in the whole graph; −1 where there is no way."""
    hops = [-1] * len(near)
    hops[start] = 0
    queue = deque([start])
    while queue:
        i = queue.popleft()
        for j in near[i]:
            if hops[j] < 0:
                hops[j] = hops[i] + 1
                queue.append(j)
    return hops


def holds(instance: Instance, reason: dict[str, Any]) -> bool | None:
    """Return whether a reason is true of the instance at the nodes it names; None where that takes a proof."""
    check = CHECKS.get(reason["code"])
    nodes = reason["nodes"]
    if check is None or not nodes:
        return None
    return check(instance, neighbours(instance), nodes)


def too_large(instance: Instance, near: list[list[int]], nodes: list[int]) -> bool:
    """Whether every node named is alone above the maximum."""
    return all(households_of(instance, [i]) > instance["households_max"] for i in nodes)


def whole_parts(near: list[list[int]], nodes: list[int]) -> list[list[int]]:
    """Return the connected parts of the instance that hold the nodes."""
    return [part for part in parts(near, range(len(near))) if set(part) & set(nodes)]


def too_small(instance: Instance, near: list[list[int]], nodes: list[int]) -> bool:
    """Whether every connected part that holds a node named is below the minimum."""
    return all(households_of(instance, p) < instance["households_min"] for p in whole_parts(near, nodes))


def between(instance: Instance, near: list[list[int]], nodes: list[int]) -> bool:
    """Whether every connected part that holds a node named fits no number of grids."""
    low, high = instance["households_min"], instance["households_max"]
    return all(
        -(-total // high) > total // low
        for total in (households_of(instance, p) for p in whole_parts(near, nodes))
    )


def without_partner(instance: Instance, near: list[list[int]], nodes: list[int]) -> bool | None:
    """Whether a node named is below the minimum and above the maximum with any one of its neighbours.

    None where there is no such node: that the nodes cannot all be covered at once may still be true.
    """
    low, high = instance["households_min"], instance["households_max"]
    alone = (
        households_of(instance, [i]) < low and all(households_of(instance, [i, j]) > high for j in near[i])
        for i in nodes
    )
    return True if any(alone) else None


CHECKS = {
    "building_too_large": too_large,
    "component_too_small": too_small,
    "component_between_k": between,
    "no_partner": without_partner,
}
