"""Other tools that divide a graph or a map into connected parts, each called as its documentation shows.

A tool's ``prepare(instance, k, seed)`` imports it, converts the instance and returns the call to be timed, which returns
assignments. What a tool is not told it cannot keep to: ``Tool.told`` says what of the question it takes. Tools that
want attributes of the areas get the coordinates of the buildings.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.judge import Instance, neighbours, parts

Call = Callable[[], list[Sequence[int]]]
Prepare = Callable[[Instance, int | None, int], Call]
RESTARTS = 200
SLACK_SHARES = (0.25, 0.5, 0.75, 1.0)  # of the room between the mean grid and the maximum, in turn
BURSTS, BURST_LENGTH = 100, 10  # short bursts of a chain of recombinations: 1,000 steps


@dataclass(frozen=True)
class Tool:
    """One way to call one tool.

    Parameters
    ----------
    package
        Name of the distribution, for its version.
    told
        What of the question the call takes: k, minimum, maximum, cost.
    prepare
        See the module.
    any_k
        Whether the tool chooses the number of grids itself.
    """

    package: str
    told: str
    prepare: Prepare
    any_k: bool = False


def households(instance: Instance) -> list[int]:
    """Return the households of every node."""
    return [int(node["households"]) for node in instance["nodes"]]


def preferred_k(instance: Instance) -> int:
    """Return the number of grids nearest to grids of the middle of the window, summed over connected parts."""
    middle = (instance["households_min"] + instance["households_max"]) / 2
    counts, chosen = households(instance), 0
    for part in parts(neighbours(instance), range(len(counts))):
        chosen += max(1, round(sum(counts[i] for i in part) / middle))
    return min(max(chosen, instance["k_min"]), max(instance["k_min"], instance["k_max"]))


def slack(instance: Instance, k: int) -> float:
    """Return by how much of the mean grid the maximum exceeds it, ≥ 0.001."""
    mean = sum(households(instance)) / k
    return max(instance["households_max"] / mean - 1, 0.001)


def both_slack(instance: Instance, k: int) -> float:
    """Return the part of the mean grid by which every grid may miss it on either side, ≥ 0.001."""
    mean = sum(households(instance)) / k
    return max(min(slack(instance, k), 1 - instance["households_min"] / mean), 0.001)


def compressed(instance: Instance) -> tuple[list[int], list[int], list[int]]:
    """Return (first, neighbour, cost) of the graph in compressed rows."""
    rows: list[list[tuple[int, int]]] = [[] for _ in instance["nodes"]]
    for i, j, cost, *_ in instance["edges"]:
        rows[i].append((j, cost))
        rows[j].append((i, cost))
    first = [0]
    for row in rows:
        first.append(first[-1] + len(row))
    return first, [j for row in rows for j, _ in sorted(row)], [c for row in rows for _, c in sorted(row)]


# ── gridder itself ──


def gridder(instance: Instance, k: int | None, seed: int, *, effort: Any) -> Call:
    """Return the call of the partition engine; compiled code is loaded beforehand."""
    from benchmarks.partition import make_problem
    from gridder.effort import Effort
    from gridder.partition.solve import solve
    from gridder.partition.warm import warm

    warm()
    problem = make_problem(instance, "free" if k is None else str(k))
    return lambda: [solve(problem, Effort(effort, seed))[0].assignment.tolist()]


# ── METIS, KaHIP: graph partitioners ──


def metis(instance: Instance, k: int | None, seed: int, *, restarts: int, every_k: bool = False) -> Call:
    """Return the call of METIS k-way, contiguous, once or often, for one number of grids or for every lawful one."""
    import pymetis

    first, neighbour, cost = compressed(instance)
    counts = households(instance)
    wanted = [k or preferred_k(instance)]
    if every_k:
        wanted = list(range(max(instance["k_min"], 2), instance["k_max"] + 1))

    def divide(grids: int, turn: int) -> Sequence[int]:
        room = 1000 * slack(instance, grids) * SLACK_SHARES[(turn + 1) % len(SLACK_SHARES)]
        options = pymetis.Options(contig=1, ufactor=max(1, round(room)), seed=restarts * seed + turn)
        call: dict[str, Any] = {"xadj": first, "adjncy": neighbour, "vweights": counts, "eweights": cost}
        return list(pymetis.part_graph(grids, recursive=False, options=options, **call).vertex_part)

    return lambda: [divide(grids, turn) for grids in wanted for turn in range(restarts)]


def kahip(instance: Instance, k: int | None, seed: int) -> Call:
    """Return the call of KaFFPa, strong."""
    import kahip

    first, neighbour, cost = compressed(instance)
    grids = k or preferred_k(instance)
    graph = (households(instance), first, cost, neighbour)
    return lambda: [kahip.kaffpa(*graph, grids, slack(instance, grids), True, seed, kahip.STRONG)[1]]


# ── GerryChain: trees and chains ──


def gerrychain(instance: Instance, k: int | None, seed: int, *, start: str, bursts: int = 0) -> Call:
    """Return the call of GerryChain: a random plan from trees, improved by short bursts if asked."""
    import networkx as nx
    from gerrychain import Graph, Partition, constraints, proposals, updaters
    from gerrychain.optimization import SingleMetricOptimizer
    from gerrychain.partition import recursive_seed_part, recursive_tree_part

    plain: nx.Graph = nx.Graph()
    for i, count in enumerate(households(instance)):
        plain.add_node(i, households=count)
    plain.add_weighted_edges_from([edge[:3] for edge in instance["edges"]], weight="cost")
    graph = Graph.from_networkx(plain)
    cost = {frozenset(edge[:2]): edge[2] for edge in instance["edges"]}
    grids = k or preferred_k(instance)
    epsilon = both_slack(instance, grids)
    divide = {"tree": recursive_tree_part, "seed": recursive_seed_part}[start]
    target = sum(households(instance)) / grids

    def call() -> list[Sequence[int]]:
        counted = {"households": updaters.Tally("households")}
        plan = Partition.from_random_assignment(
            graph, grids, epsilon, "households", counted, partition_fn=divide, rng=seed
        )
        if bursts:
            recombine = partial(proposals.recom, pop_col="households", pop_target=target, epsilon=epsilon)
            within = constraints.within_percent_of_ideal_population(plan, epsilon, "households")
            search = SingleMetricOptimizer(
                recombine,
                [within],
                plan,
                lambda p: sum(cost[frozenset(e)] for e in p["cut_edges"]),
                False,
                rng=seed,
            )
            for _ in search.short_bursts(BURST_LENGTH, bursts):
                pass
            plan = search.best_part
        return [[int(plan.assignment[i]) for i in range(len(instance["nodes"]))]]

    return call


# ── spopt and pygeoda: regionalisation of areas by their attributes ──


def areas(instance: Instance) -> tuple[Any, Any]:
    """Return (areas with coordinates and households, weights) for spopt."""
    import geopandas
    from libpysal.weights import W

    xy = [(node["x"], node["y"]) for node in instance["nodes"]]
    columns = {"x": [x for x, _ in xy], "y": [y for _, y in xy], "households": households(instance)}
    frame = geopandas.GeoDataFrame(columns, geometry=geopandas.points_from_xy(columns["x"], columns["y"]))
    return frame, W(dict(enumerate(neighbours(instance))), silence_warnings=True)


def spopt(instance: Instance, k: int | None, seed: int, *, method: str) -> Call:
    """Return the call of a method of spopt."""
    import numpy as np
    import spopt.region

    frame, weights = areas(instance)
    grids = k or preferred_k(instance)
    heads = ["x", "y"]
    if method == "maxp":
        np.random.seed(seed)  # noqa: NPY002  the tool draws from the global generator
        model = spopt.region.MaxPHeuristic(frame, weights, heads, "households", instance["households_min"])
    elif method == "azp":
        model = spopt.region.AZP(frame, weights, heads, n_clusters=grids, random_state=seed)
    elif method == "skater":
        model = spopt.region.Skater(frame, weights, heads, n_clusters=grids)
    elif method == "ward":
        model = spopt.region.WardSpatial(frame, weights, heads, n_clusters=grids)
    else:
        values = frame[heads].to_numpy()
        model = spopt.region.RegionKMeansHeuristic(values, grids, weights, seed=seed)

    def call() -> list[Sequence[int]]:
        model.solve()
        return [[int(label) for label in model.labels_]]

    return call


def pygeoda(instance: Instance, k: int | None, seed: int, *, method: str) -> Call:
    """Return the call of a method of pygeoda, on one thread."""
    import pygeoda as geoda

    near = neighbours(instance)
    rows = [f"0 {len(near)} grid id"]
    for i, others in enumerate(near):
        rows += [f"{i + 1} {len(others)}", " ".join(str(j + 1) for j in others)]
    with tempfile.NamedTemporaryFile("w", suffix=".gal", delete=False) as file:
        file.write("\n".join(rows) + "\n")
    weights = geoda.read_gal(file.name, [str(i + 1) for i in range(len(near))])
    Path(file.name).unlink()
    counts = [float(count) for count in households(instance)]
    data = [[float(node[axis]) for node in instance["nodes"]] for axis in ("x", "y")]
    low, grids = float(instance["households_min"]), k or preferred_k(instance)
    seeded = {"random_seed": seed + 1}
    bound = {"bound_variable": counts, "min_bound": low}
    calls: dict[str, Callable[[], dict[str, Any]]] = {
        "maxp_greedy": lambda: geoda.maxp_greedy(weights, data, counts, low, cpu_threads=1, **seeded),
        "maxp_sa": lambda: geoda.maxp_sa(weights, data, counts, low, cpu_threads=1, **seeded),
        "maxp_tabu": lambda: geoda.maxp_tabu(weights, data, counts, low, cpu_threads=1, **seeded),
        "azp_greedy": lambda: geoda.azp_greedy(grids, weights, data, **bound, **seeded),
        "azp_sa": lambda: geoda.azp_sa(grids, weights, data, 0.85, **bound, **seeded),
        "skater": lambda: geoda.skater(grids, weights, data, cpu_threads=1, **bound, **seeded),
        "redcap": lambda: geoda.redcap(
            grids, weights, data, "fullorder-wardlinkage", cpu_threads=1, **bound, **seeded
        ),
    }
    return lambda: [calls[method]()["Clusters"]]


METIS_TOLD, TREE_TOLD = "k, maximum, cost", "k, minimum, maximum"
TOOLS: dict[str, Tool] = {
    "gridder quick": Tool("gridder", "all", partial(gridder, effort="quick"), any_k=True),
    "gridder standard": Tool("gridder", "all", partial(gridder, effort="standard"), any_k=True),
    "METIS": Tool("pymetis", METIS_TOLD, partial(metis, restarts=1)),
    f"METIS × {RESTARTS}": Tool("pymetis", METIS_TOLD, partial(metis, restarts=RESTARTS)),
    f"METIS × {RESTARTS}, every k": Tool(
        "pymetis", METIS_TOLD, partial(metis, restarts=RESTARTS, every_k=True), any_k=True
    ),
    "KaHIP strong": Tool("kahip", METIS_TOLD, kahip),
    "GerryChain tree": Tool("gerrychain", TREE_TOLD, partial(gerrychain, start="tree")),
    "GerryChain seed": Tool("gerrychain", TREE_TOLD, partial(gerrychain, start="seed")),
    "GerryChain short bursts": Tool(
        "gerrychain", f"{TREE_TOLD}, cost", partial(gerrychain, start="tree", bursts=BURSTS)
    ),
    "spopt max-p": Tool("spopt", "minimum", partial(spopt, method="maxp"), any_k=True),
    "spopt AZP": Tool("spopt", "k", partial(spopt, method="azp")),
    "spopt Skater": Tool("spopt", "k", partial(spopt, method="skater")),
    "spopt Ward": Tool("spopt", "k", partial(spopt, method="ward")),
    "spopt region k-means": Tool("spopt", "k", partial(spopt, method="kmeans")),
    "pygeoda max-p greedy": Tool("pygeoda", "minimum", partial(pygeoda, method="maxp_greedy"), any_k=True),
    "pygeoda max-p annealing": Tool("pygeoda", "minimum", partial(pygeoda, method="maxp_sa"), any_k=True),
    "pygeoda max-p tabu": Tool("pygeoda", "minimum", partial(pygeoda, method="maxp_tabu"), any_k=True),
    "pygeoda AZP greedy": Tool("pygeoda", "k, minimum", partial(pygeoda, method="azp_greedy")),
    "pygeoda AZP annealing": Tool("pygeoda", "k, minimum", partial(pygeoda, method="azp_sa")),
    "pygeoda Skater": Tool("pygeoda", "k, minimum", partial(pygeoda, method="skater")),
    "pygeoda REDCAP": Tool("pygeoda", "k, minimum", partial(pygeoda, method="redcap")),
}
