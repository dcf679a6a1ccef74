"""Small problems and a brute-force oracle for the tests of the partition engine."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cache

import networkx as nx
import numpy as np

from gridder.partition.problem import Problem, grid_cost, households_outside
from gridder.partition.travel import make_travel


def row(*households: int, costs: tuple[int, ...] = (), **options: object) -> Problem:
    """Atoms in a row, each joined to the next: ``a — b — c``."""
    n = len(households)
    edges = [(i, i + 1) for i in range(n - 1)]
    return problem(households, edges, costs or (10,) * (n - 1), **options)


def problem(households: object, edges: object, costs: object, **options: object) -> Problem:
    """A problem with the window 300–500 unless said otherwise."""
    window = {"households_min": 300, "households_max": 500, **options}
    return Problem(np.array(households), np.array(edges).reshape(-1, 2), np.array(costs), **window)


def random_problem(seed: int, n: int, low: int = 40, high: int = 260, **options: object) -> Problem:
    """A random planar piece: points, their Delaunay edges thinned, households and costs drawn."""
    from scipy.spatial import Delaunay

    rng = np.random.default_rng(seed)
    points = rng.random((n, 2))
    pairs = {
        tuple(sorted((int(t[a]), int(t[b]))))
        for t in Delaunay(points).simplices
        for a, b in ((0, 1), (1, 2), (0, 2))
    }
    graph = nx.Graph(sorted(pairs))
    for edge in sorted(pairs):
        if rng.random() < 0.25:
            graph.remove_edge(*edge)
            if not nx.is_connected(graph):
                graph.add_edge(*edge)
    edges = sorted(tuple(sorted(e)) for e in graph.edges)
    return problem(rng.integers(low, high, n), edges, rng.integers(1, 60, len(edges)), **options)


def with_travel(seed: int, n: int, **options: object) -> Problem:
    """A random planar piece with hops as distances."""
    case = random_problem(seed, n, **options)
    graph = graph_of(case)
    hops = np.zeros((n, n), dtype=np.int64)
    for i, found in nx.all_pairs_shortest_path_length(graph):
        for j, steps in found.items():
            hops[i, j] = steps
    return replace(case, travel=make_travel(case.households, hops))


def graph_of(case: Problem) -> nx.Graph:
    """The problem as a networkx graph."""
    graph = nx.Graph()
    graph.add_nodes_from(range(case.n_atoms))
    graph.add_edges_from(case.edges.tolist())
    return graph


def all_plans(case: Problem, *, lawful: bool) -> Iterator[tuple[frozenset[int], ...]]:
    """Every way to cover the atoms with disjoint connected sets, by brute force; only lawful ones if asked."""
    graph = graph_of(case)

    @cache
    def fits(atoms: frozenset[int]) -> bool:
        if lawful and households_outside(case, int(case.households[list(atoms)].sum())):
            return False
        return nx.is_connected(graph.subgraph(atoms))

    def extend(left: frozenset[int]) -> Iterator[tuple[frozenset[int], ...]]:
        if not left:
            yield ()
            return
        first, *rest = sorted(left)
        for mask in range(1 << len(rest)):
            atoms = frozenset([first] + [a for bit, a in enumerate(rest) if mask >> bit & 1])
            if fits(atoms):
                for others in extend(left - atoms):
                    yield (atoms, *others)

    yield from extend(frozenset(range(case.n_atoms)))


def cost_of(case: Problem, plan: tuple[frozenset[int], ...]) -> int:
    """The objective of a plan of the oracle."""
    return sum(grid_cost(case, atoms) for atoms in plan) // 2


def nearness_of(case: Problem, plan: tuple[frozenset[int], ...]) -> tuple[int, int, int, int]:
    """Grids outside, households outside, grids, cost."""
    outside = [households_outside(case, int(case.households[list(atoms)].sum())) for atoms in plan]
    return sum(o > 0 for o in outside), sum(outside), len(plan), cost_of(case, plan)


def grids_connected(case: Problem, assignment: np.ndarray) -> bool:
    """Whether every grid of an assignment is connected, by networkx."""
    graph = graph_of(case)
    return all(
        nx.is_connected(graph.subgraph(np.flatnonzero(assignment == g))) for g in np.unique(assignment)
    )
