"""Checks that the reasons given for exceptions are true, recomputed from delivered tables and polygons."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import networkx as nx
import numpy as np
import pandas as pd

from gridder.verify.base import Delivery, Violation, as_count, as_text, blame, counts
from gridder.verify.contact import Contacts

DIVIDE_STEPS = 200_000  # cells looked at before a search for a lawful division gives up: a second or so


@dataclass(frozen=True)
class Case:
    """What the reason of one exception is judged by.

    Parameters
    ----------
    low, high
        The window.
    total
        Households of the pocket the grid lies in.
    pockets
        Number of peopled pockets of its community, ≥ 1.
    members
        Households of the grid's own cells.
    graph
        Cells of the pocket (node attribute ``households``), joined where one may walk.
    grid
        The grid's own cells in ``graph``.
    held
        Whether edits and locks of reviewers may bind cells of this community. Which cells, a delivery does not
        say, so that a reason can then be confirmed and not refuted.
    """

    low: int
    high: int
    total: int
    pockets: int
    members: tuple[int, ...]
    graph: nx.Graph
    held: bool
    grid: frozenset[int] = frozenset()


def fits(total: int, low: int, high: int) -> bool:
    """Whether some number of grids can hold exactly this many households; none can hold nobody."""
    return total == 0 or -(-total // high) <= total // low


def is_too_small(case: Case) -> bool:
    """Whether the pocket holds fewer households than one grid must."""
    return 0 <= case.total < case.low


def is_between(case: Case) -> bool:
    """Whether the pocket would do for one grid and fits no number of grids."""
    return case.total >= case.low and not fits(case.total, case.low, case.high)


def holds_too_large(case: Case) -> bool:
    """Whether one building (or entrance unit) of the grid alone exceeds the maximum, or leaves too little beside it.

    A grid beside such a building is excused when what the building leaves of the pocket could not be divided.
    """
    if max(case.members, default=0) > case.high:
        return True
    people = nx.get_node_attributes(case.graph, "households")
    rest = case.graph.subgraph(n for n in case.graph if people[n] <= case.high)
    if len(rest) == len(case.graph):
        return False
    left = (part for part in nx.connected_components(rest) if case.grid & part)
    return any(not can_divide(case, frozenset(part), [DIVIDE_STEPS]) for part in left)


def has_articulation(case: Case) -> bool:
    """Whether some cell, with what it must take in of the parts that hang on it alone, fits no grid.

    Of a hanging part any number of households may join the cell's grid whose rest fits a number of grids.
    """
    people = nx.get_node_attributes(case.graph, "households")
    for node in nx.articulation_points(case.graph):
        rest = case.graph.subgraph(set(case.graph) - {node})
        sums = {people[node]}
        for part in nx.connected_components(rest.subgraph(hanging(case.graph, rest, node))):
            takes = can_take(sum(people[n] for n in part), case)
            sums = {own + taken for own in sums for taken in takes if own + taken <= case.high}
        if not any(case.low <= total for total in sums):
            return True
    return False


def hanging(graph: nx.Graph, rest: nx.Graph, node: int) -> set[int]:
    """Return the cells of the parts of ``rest`` that touch ``node``."""
    return set().union(*(nx.node_connected_component(rest, m) for m in graph[node]))


def can_take(total: int, case: Case) -> list[int]:
    """Return how many of a hanging part's households may join another grid, at most its maximum."""
    takes = (x for x in range(min(total, case.high) + 1) if fits(total - x, case.low, case.high))
    return list(takes)


def has_no_partner(case: Case) -> bool:
    """Whether some cell finds no partners for a lawful grid.

    So it is where a cell below the minimum exceeds the maximum with any one neighbour; else the pocket is searched for
    a lawful division, and only one that is found refutes the reason.
    """
    people = nx.get_node_attributes(case.graph, "households")
    alone = any(
        0 < people[n] < case.low and all(people[n] + people[m] > case.high for m in case.graph[n])
        for n in case.graph
    )
    return alone or not can_divide(case, frozenset(case.graph), [DIVIDE_STEPS])


def can_divide(case: Case, free: frozenset[int], steps: list[int]) -> bool:
    """Whether a division of the free cells into lawful connected grids was found within the steps left.

    Grids are tried around the peopled cell with fewest free neighbours; ground without households joins any grid.
    """
    people = case.graph.nodes
    peopled = [n for n in free if people[n]["households"] > 0]
    if not peopled:
        return True
    if steps[0] <= 0:
        return False
    seed = min(peopled, key=lambda n: (len(free.intersection(case.graph[n])), n))
    return any(can_divide(case, free - grid, steps) for grid in lawful_grids(case, seed, free, steps))


def lawful_grids(case: Case, seed: int, free: frozenset[int], steps: list[int]) -> Iterator[frozenset[int]]:
    """Yield the connected sets of free cells around a seed that hold a lawful number, each once, while steps last.

    A step is a cell looked at: sets of many cells cost more of them.
    """
    waiting = [(frozenset([seed]), frozenset[int]())]
    while waiting and steps[0] > 0:
        grid, barred = waiting.pop()
        steps[0] -= len(grid)
        total = sum(case.graph.nodes[n]["households"] for n in grid)
        if case.low <= total <= case.high:
            yield grid
        fringe = sorted({m for n in grid for m in case.graph[n]} & free - grid - barred)
        for number, cell in enumerate(fringe):
            if total + case.graph.nodes[cell]["households"] <= case.high:
                waiting.append((grid | {cell}, barred | frozenset(fringe[:number])))


TRUE_IF: dict[str, Callable[[Case], bool]] = {
    "community_too_small": lambda case: case.pockets == 1 and is_too_small(case),
    "community_between_k": lambda case: case.pockets == 1 and is_between(case),
    "pocket_too_small": lambda case: case.pockets > 1 and is_too_small(case),
    "pocket_between_k": lambda case: case.pockets > 1 and is_between(case),
    "building_too_large": holds_too_large,
    "articulation": has_articulation,
    "no_partner": has_no_partner,
    "lock": lambda case: case.held,
    "not_found": lambda case: fits(case.total, case.low, case.high),
}


def check_exceptions(delivery: Delivery, contacts: Contacts, pocket: np.ndarray) -> list[Violation]:
    """Every exception names a grid that exists, says why and what would mend it, and the reason is true."""
    table, found = delivery.exceptions, []
    known = set(delivery.grids["grid_code"])
    unknown = table[(table["grid_code"] != "") & ~table["grid_code"].isin(known)]
    silent = table[(table["reason"].map(as_text) == "") | (table["remedy"].map(as_text) == "")]
    strange = table[~table["code"].isin(TRUE_IF)]
    for code, rows in (
        ("exception_no_such_grid", unknown["grid_code"]),
        ("exception_without_reason", silent["grid_code"]),
        ("exception_code", strange["code"]),
    ):
        if len(rows):
            found.append(blame(code, rows))
    size = dict(zip(delivery.grids["grid_code"], counts(delivery.grids["households"])))
    judged = table[table["grid_code"].isin(known) & table["code"].isin(TRUE_IF)]
    for grid, said in zip(judged["grid_code"], judged["households"]):
        if as_count(said) != size[grid]:
            found.append(blame("exception_households", [grid], said=as_text(said), true=int(size[grid])))
    for code, grid, case in cases(delivery, judged, contacts, pocket):
        if not TRUE_IF[code](case) and not case.held:
            found.append(blame("exception_false", [grid], code=code, total=case.total, pockets=case.pockets))
    return found


def cases(
    delivery: Delivery, judged: pd.DataFrame, contacts: Contacts, pocket: np.ndarray
) -> Iterator[tuple[str, str, Case]]:
    """Yield code, grid and what to judge it by, one for each exception."""
    if judged.empty:
        return
    cells, rules = delivery.cells, delivery.rules
    households = counts(cells["households"]).to_numpy()
    grid_of, community_of = cells["grid_code"].to_numpy(), cells["community_id"].to_numpy()
    order = np.argsort(
        households, kind="stable"
    )  # of a grid the cell with most households says where it lives
    home = dict(zip(grid_of[order], pocket[order]))
    special = set(delivery.grids.loc[delivery.grids["status"] == "special", "grid_code"])
    for code, grid in zip(judged["code"], judged["grid_code"]):
        if grid not in home:
            continue
        mine = np.flatnonzero(pocket == home[grid])
        same = (community_of == community_of[mine[0]]) & ~np.isin(grid_of, list(special))
        peopled = {p for p in np.unique(pocket[same]) if households[pocket == p].sum() > 0}
        yield (
            code,
            grid,
            Case(
                low=rules["households_min"],
                high=rules["households_max"],
                total=int(households[mine].sum()),
                pockets=max(1, len(peopled)),
                members=tuple(int(h) for h in households[grid_of == grid]),
                graph=walk_graph(mine, households, contacts),
                grid=frozenset(np.flatnonzero(grid_of == grid).tolist()),
                held=is_held(delivery, str(community_of[mine[0]])),
            ),
        )


def is_held(delivery: Delivery, community: str) -> bool:
    """Whether the grids of a community come from older ones, and the record does not rule out edits and locks."""
    mine = delivery.grids[delivery.grids["community_id"] == community]
    older = bool((mine["previous_code"].map(as_text) != "").any())
    said = [delivery.options[key] for key in ("edits", "locks") if key in delivery.options]
    return any(said) if len(said) == 2 else older


def check_lawful_k(delivery: Delivery, pocket: np.ndarray) -> list[Violation]:
    """The lawful numbers of grids are those of all pockets together; unknown where one pocket has none."""
    cells, grids, rules = delivery.cells, delivery.grids, delivery.rules
    special = cells["grid_code"].isin(grids.loc[grids["status"] == "special", "grid_code"])
    table = cells[["community_id"]].assign(households=counts(cells["households"]), pocket=pocket)[~special]
    sums = table.groupby(["community_id", "pocket"])["households"].sum()
    found = []
    for community, low, high in zip(
        *(delivery.communities[c] for c in ("community_id", "grids_min", "grids_max"))
    ):
        mine = sums[sums.index.get_level_values(0) == community]
        total = [int(n) for n in mine if n > 0]
        lawful = bool(total) and all(fits(n, rules["households_min"], rules["households_max"]) for n in total)
        least = sum(-(-n // rules["households_max"]) for n in total) if lawful else None
        most = sum(n // rules["households_min"] for n in total) if lawful else None
        if (as_count(low) or None, as_count(high) or None) != (least, most):
            said = f"{as_text(low)}–{as_text(high)}"
            true = f"{least}–{most}" if lawful else "–"
            found.append(blame("lawful_k", [community], said=said, true=true))
    return found


def walk_graph(mine: np.ndarray, households: np.ndarray, contacts: Contacts) -> nx.Graph:
    """Return the cells of one pocket as a graph of where one may walk."""
    graph: nx.Graph = nx.Graph()
    graph.add_nodes_from((int(c), {"households": int(households[c])}) for c in mine)
    inside = np.isin(contacts.left, mine) & np.isin(contacts.right, mine) & contacts.open
    graph.add_edges_from(zip(contacts.left[inside].tolist(), contacts.right[inside].tolist()))
    return graph
