"""Why a problem has no lawful plan: exact necessary conditions, each with its atoms."""

from __future__ import annotations

import numpy as np

from gridder.partition.anneal import make_graph
from gridder.partition.answer import Reason
from gridder.partition.counts import lawful_k
from gridder.partition.listing import list_columns
from gridder.partition.locks import merge_locks
from gridder.partition.problem import Ints, Problem, components, subproblem

Span = tuple[int, int]
AROUND_WORK = 2_000  # branches in which a first lawful grid around an atom turns up, or there is none
LISTED_ATOMS = 600  # pieces with more are left to the search: it meets every atom


def diagnose(problem: Problem) -> tuple[Reason, ...]:
    """Return every reason found why no lawful plan exists; empty says nothing.

    Each reason alone is a proof. ``nodes`` are atoms of ``problem``. Pieces without households are passed
    over.
    """
    reasons: list[Reason] = []
    merged = merge_locks(problem)
    for piece in merged.problem.pieces:
        part = subproblem(merged.problem, piece)
        reasons += [merged.lift(piece, reason) for reason in diagnose_piece(part)]
    return tuple(reasons) + merged.reasons


def diagnose_piece(piece: Problem) -> list[Reason]:
    """Return the reasons of one connected piece whose locks are one atom each."""
    if not piece.households.any():
        return []
    found = totals(piece)
    if found:  # one total explains the whole piece; of what else fails, only what no total would mend is told
        return found + too_large(piece) + without_partner(piece)
    found = too_large(piece) + without_partner(piece)
    found += without_grid(piece, {i for reason in found for i in reason.nodes})
    return found + articulations(piece) + crowded_locks(piece)


def too_large(piece: Problem) -> list[Reason]:
    """Return the atoms that alone exceed the window."""
    found = []
    for i in np.flatnonzero(piece.households > piece.households_max):
        code = "lock" if piece.fixed[i] >= 0 else "building_too_large"
        found.append(Reason(code, (int(i),), {"households": int(piece.households[i]), **window(piece)}))
    return found


def totals(piece: Problem) -> list[Reason]:
    """Return why the total fits no number of grids, if so."""
    total = int(piece.households.sum())
    if lawful_k(total, piece.households_min, piece.households_max):
        return []
    code = "component_too_small" if total < piece.households_min else "component_between_k"
    k = total // piece.households_max
    facts = {"households": total, "k_below": k, "k_above": k + 1, **window(piece)}
    return [Reason(code, tuple(range(piece.n_atoms)), facts)]


def without_partner(piece: Problem) -> list[Reason]:
    """Return the atoms below the window that exceed it with any one of their neighbours."""
    first, neighbour, _ = piece.adjacency
    found = []
    for i in np.flatnonzero((piece.households > 0) & (piece.households < piece.households_min)):
        beside = neighbour[first[i] : first[i + 1]]
        least = int(piece.households[beside].min()) if len(beside) else 0
        if len(beside) and piece.households[i] + least > piece.households_max:
            facts = {
                "households": int(piece.households[i]),
                "neighbours": len(beside),
                "least_neighbour": least,
            }
            found.append(Reason("no_partner", (int(i),), {**facts, **window(piece)}))
    return found


def without_grid(piece: Problem, named: set[int]) -> list[Reason]:
    """Return the atoms beside those named that no lawful grid holds: all that may hold them was tried."""
    if piece.n_atoms > LISTED_ATOMS:
        return []
    graph = make_graph(piece)
    low, high = piece.households_min, piece.households_max
    found = []
    for i in np.flatnonzero((piece.households > 0) & (piece.households <= high)):
        if i not in named and list_columns(graph, low, high, work=AROUND_WORK, cap=0, only=int(i)).complete:
            facts = {"households": int(piece.households[i]), "atoms": 1, **window(piece)}
            found.append(Reason("no_partner", (int(i),), facts))
    return found


def crowded_locks(piece: Problem) -> list[Reason]:
    """Return the locks of a piece when there are more of them than it can have grids."""
    locked = np.flatnonzero(piece.fixed >= 0)
    span = lawful_k(int(piece.households.sum()), piece.households_min, piece.households_max)
    if span is None or len(locked) <= span[1]:
        return []
    return [
        Reason(
            "lock", tuple(int(i) for i in locked), {"locks": len(locked), "k_max": span[1], **window(piece)}
        )
    ]


def articulations(piece: Problem) -> list[Reason]:
    """Return the atoms that are the only link to parts which neither stand alone nor fit into the atom's
    grid.

    Of every hanging part of H households some x join the atom's grid: all of it, or x such that the rest
    fits a number of grids. No choice of x brings the atom's grid into the window: no lawful plan.
    """
    found = []
    for i, parts in hanging_parts(piece).items():
        own = int(piece.households[i])
        if own > piece.households_max:
            continue
        sums: list[Span] = [(own, own)]
        for total in parts:
            sums = add_spans(sums, joining(piece, total), piece.households_max)
        if not any(high >= piece.households_min for _, high in sums):
            facts = {"households": own, "parts": parts, "parts_text": " + ".join(map(str, parts))}
            found.append(Reason("articulation", (i,), {**facts, **window(piece)}))
    return found


def hanging_parts(piece: Problem) -> dict[int, list[int]]:
    """Return, for every articulation atom, the households of the parts it holds together, ascending."""
    import networkx as nx

    graph: nx.Graph = nx.Graph()
    graph.add_nodes_from(range(piece.n_atoms))
    graph.add_edges_from(piece.edges.tolist())
    found = {}
    for i in sorted(nx.articulation_points(graph)):
        kept = (piece.edges != i).all(axis=1)
        labels: Ints = components(piece.n_atoms, piece.edges[kept])
        sums = np.bincount(labels, weights=piece.households).astype(np.int64)
        found[int(i)] = sorted(int(s) for part, s in enumerate(sums) if part != labels[i])
    return found


def joining(piece: Problem, total: int) -> list[Span]:
    """Return the spans of households of a part of ``total`` that may join another grid."""
    spans = [(total, total)]
    for k in range(total // piece.households_min + 1):
        low, high = total - k * piece.households_max, total - k * piece.households_min
        if high >= 0:
            spans.append((max(low, 0), high))
    return merge_spans(spans)


def add_spans(some: list[Span], others: list[Span], most: int) -> list[Span]:
    """Return the spans of all sums a + b up to ``most``."""
    sums = [(a + c, min(b + d, most)) for a, b in some for c, d in others if a + c <= most]
    return merge_spans(sums)


def merge_spans(spans: list[Span]) -> list[Span]:
    """Return the same whole numbers as few ascending spans."""
    merged: list[Span] = []
    for low, high in sorted(spans):
        if merged and low <= merged[-1][1] + 1:
            merged[-1] = merged[-1][0], max(high, merged[-1][1])
        else:
            merged.append((low, high))
    return merged


def window(piece: Problem) -> dict[str, int]:
    """Return the window as facts."""
    return {"households_min": piece.households_min, "households_max": piece.households_max}
