"""The engine for people who script: any networkx graph in, labels on its nodes out."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import replace
from typing import Any

import numpy as np

from gridder.effort import Effort, EffortName
from gridder.partition.answer import Certificate
from gridder.partition.problem import GridsRule, Problem
from gridder.partition.solve import solve
from gridder.partition.travel import make_travel
from gridder.policy import load_policy


def partition_graph(
    graph: Any,
    *,
    households: str = "households",
    cost: str = "cost",
    minimum: int | None = None,
    maximum: int | None = None,
    grids: GridsRule | int = "target",
    effort: EffortName = "standard",
    seed: int = 0,
    **options: Any,
) -> tuple[dict[Hashable, int], Certificate]:
    """Return the grid 0…k−1 of every node and what is known about the plan.

    Parameters
    ----------
    graph
        networkx graph; grids are connected in it.
    households, cost
        Names of the node attribute (≥ 0, needed) and the edge attribute (≥ 0, 1 where absent); both are rounded to
        whole numbers.
    minimum, maximum
        Window of a grid, both ends included; None takes the default policy's.
    grids
        ``target``, ``fewest``, ``most``, ``free`` or the number of grids.
    options
        Further fields of ``Problem``: households_target, load_cost, move_cost, previous and fixed (in graph order);
        and ``distance``: grids then cost the households' way to the member nearest to them all instead of their
        boundary. A square table in graph order, or the name of the edge attribute with each edge's length, along
        which shortest ways are measured; rounded to whole numbers.

    Examples
    --------
    >>> import networkx as nx
    >>> path = nx.path_graph(4)
    >>> nx.set_node_attributes(path, 200, "households")
    >>> labels, certificate = partition_graph(path, minimum=300, maximum=500)
    >>> labels, certificate.status
    ({0: 0, 1: 0, 2: 1, 3: 1}, 'optimal')
    """
    policy = load_policy()
    window = {
        "households_min": policy.households_min if minimum is None else minimum,
        "households_max": policy.households_max if maximum is None else maximum,
    }
    if minimum is None and maximum is None:
        window["households_target"] = policy.households_target
    distance = options.pop("distance", None)
    problem = Problem.from_graph(graph, households=households, cost=cost, grids=grids, **(window | options))
    if distance is not None:
        table = distances_along(graph, distance) if isinstance(distance, str) else np.round(distance)
        problem = replace(problem, travel=make_travel(problem.households, table))
    plan, certificate = solve(problem, Effort(effort, seed))
    return {node: int(g) for node, g in zip(graph.nodes, plan.assignment)}, certificate


def distances_along(graph: Any, length: str) -> np.ndarray:
    """Return the lengths of the shortest ways between all nodes in graph order, 0 where there is none. Shape (n, n)."""
    import networkx as nx

    place = {node: i for i, node in enumerate(graph.nodes)}
    table = np.zeros((len(place), len(place)))
    for node, ways in nx.all_pairs_dijkstra_path_length(graph, weight=length):
        for other, way in ways.items():
            table[place[node], place[other]] = way
    return np.round(table)
