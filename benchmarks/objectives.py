"""The objectives of the instances, as their definitions word them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import networkx as nx
import numpy as np

from gridder.partition.travel import Travel, make_travel

SQUARE_MILE = 1000  # the engine counts whole thousandths of a household × square mile
Distance = Callable[[int, int], float]


def instance_value(instance: dict[str, Any], assignment: Any) -> float:
    """Return the value of an assignment in the instance's own objective."""
    labels = np.asarray(assignment).tolist()
    if instance["objective"] == "cut":
        return sum(cost for i, j, cost, _ in instance["edges"] if labels[i] != labels[j])
    households = [node["households"] for node in instance["nodes"]]
    distance, power = distance_of(instance)
    groups = [[i for i, label in enumerate(labels) if label == g] for g in sorted(set(labels))]
    return sum(centre_value(group, households, distance, power) for group in groups)


def distance_of(instance: dict[str, Any]) -> tuple[Distance, int]:
    """Return (distance, power) of an instance that adds up distances to the centre of each grid."""
    if instance["objective"] == "moment_of_inertia":
        miles = instance["distance_miles"]
        return (lambda c, i: miles[c][i]), 2
    graph = nx.Graph([(i, j) for i, j, _, _ in instance["edges"]])
    graph.add_nodes_from(range(len(instance["nodes"])))
    hops = dict(nx.all_pairs_shortest_path_length(graph))
    return (lambda c, i: hops[c][i]), 1


def travel_of_instance(instance: dict[str, Any], households: Any) -> Travel | None:
    """Return the travel the engine shall make least, None where cut edges cost."""
    if instance["objective"] == "cut":
        return None
    distance, power = distance_of(instance)
    n = len(households)
    table = np.array([[distance(c, i) ** power for c in range(n)] for i in range(n)], dtype=float)
    return make_travel(households, np.round(table * (SQUARE_MILE if power == 2 else 1)))


def bound_of(instance: dict[str, Any], bound: int) -> float:
    """Return the engine's bound in the instance's own unit, less what rounding may have added."""
    if instance["objective"] != "moment_of_inertia":
        return bound
    total = sum(node["households"] for node in instance["nodes"])
    return (bound - total / 2) / SQUARE_MILE


def centre_value(group: list[int], households: list[int], distance: Distance, power: int) -> float:
    """Return the least Σ households × distance**power to a member of the group."""
    return min(sum(households[i] * distance(c, i) ** power for i in group) for c in group)
