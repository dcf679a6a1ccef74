"""Atoms and edges of a district → one partition problem a community."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd

from gridder.errors import Finding
from gridder.partition.problem import GridsRule, Problem
from gridder.policy import Policy
from gridder.segments import connected_parts

COST_UNITS_PER_M = 10  # the engine counts whole decimetres


@dataclass(frozen=True)
class Question:
    """The problem of one community and the cells its atoms stand for (same order, text). ``pieces`` of each cell."""

    problem: Problem
    cells: np.ndarray


@dataclass(frozen=True)
class Wishes:
    """What an older plan and its reviewers ask of a new one, by cell_id.

    ``previous`` is the old grid's code of each cell; ``fixed`` the code of the grid that an edit holds a cell to (equal
    ones stay together, different ones apart); ``locked`` that of the grid the cell is locked in, blank elsewhere.
    """

    previous: pd.Series
    fixed: pd.Series
    locked: pd.Series


def join_empty_pockets(atoms: gpd.GeoDataFrame, edges: pd.DataFrame) -> tuple[pd.DataFrame, list[Finding]]:
    """Return edges in which ground that nobody lives on is joined across a barrier to its longest neighbour.

    A part of a community cut off by a barrier and without a single household (a shed behind the railway) can be no
    grid; it goes with the ground beyond the barrier, and a finding says so.
    """
    edges = edges.copy()
    place = pd.Series(np.arange(len(atoms)), index=atoms.index)
    a, b = place[edges["cell_a"]].to_numpy(), place[edges["cell_b"]].to_numpy()
    findings: list[Finding] = []
    while True:
        usable = edges["passable"].to_numpy() & same_site(atoms, a, b)
        part = connected_parts(len(atoms), a[usable], b[usable])
        households = np.bincount(part, atoms["households"].to_numpy())
        apart = ~edges["passable"].to_numpy() & same_site(atoms, a, b) & (part[a] != part[b])
        offer = np.flatnonzero(apart & ((households[part[a]] == 0) != (households[part[b]] == 0)))
        if not len(offer):
            return edges, findings
        best = offer[np.argmax(edges["boundary_m"].to_numpy()[offer])]
        empty = part[a[best]] if households[part[a[best]]] == 0 else part[b[best]]
        edges.loc[best, "passable"] = True
        ids = tuple(sorted(atoms["building_id"].to_numpy()[part == empty]))
        facts = {"barrier": str(edges["kind"].iloc[best]), "n": len(ids)}
        findings.append(Finding("plan.pocket_without_households", "note", facts, ids, "buildings"))


def same_site(atoms: gpd.GeoDataFrame, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Whether both ends of each edge are in the same special site, or in none."""
    site = atoms["site"].to_numpy(dtype=object)
    return np.asarray(site[a] == site[b], dtype=bool)


def ask(
    atoms: gpd.GeoDataFrame,
    edges: pd.DataFrame,
    policy: Policy,
    grids: GridsRule | int,
    wishes: Wishes | None = None,
) -> dict[str, Question]:
    """Return the problem of every community that has households among ``atoms`` (those in no given grid).

    Atoms of a problem are sorted by cell_id. Costs are whole decimetres, at least one.
    """
    questions = {}
    inside_of = edges_by_community(atoms, edges)
    for community_id, mine in atoms.sort_index().groupby("community_id", sort=True):
        if mine["households"].sum() == 0:
            continue
        place = pd.Series(np.arange(len(mine)), index=mine.index)
        inside = inside_of.get(community_id, edges.iloc[:0])
        ends = np.column_stack([place[inside["cell_a"]], place[inside["cell_b"]]])
        cost = np.maximum(1, np.round(inside["cost"].to_numpy() * COST_UNITS_PER_M)).astype(np.int64)
        problem = Problem(
            households=mine["households"].to_numpy(dtype=np.int64),
            edges=np.sort(ends, axis=1),
            cut_cost=cost,
            households_min=policy.households_min,
            households_max=policy.households_max,
            households_target=policy.households_target,
            grids=old_number(wishes, mine.index) if wishes and grids == "target" else grids,
            load_cost=round(policy.cost_load_deviation * COST_UNITS_PER_M),
            move_cost=round(policy.cost_household_moved * COST_UNITS_PER_M) if wishes else 0,
            previous=numbers(wishes.previous, mine.index) if wishes else None,  # type: ignore[arg-type]
            fixed=numbers(wishes.fixed, mine.index) if wishes else None,  # type: ignore[arg-type]
        )
        questions[str(community_id)] = Question(problem, mine.index.to_numpy())
    return questions


def edges_by_community(atoms: gpd.GeoDataFrame, edges: pd.DataFrame) -> dict[object, pd.DataFrame]:
    """Return the passable edges between atoms of each community, in the order given."""
    community = atoms["community_id"]
    left, right = edges["cell_a"].map(community), edges["cell_b"].map(community)
    inside = edges["passable"] & left.notna() & (left == right).fillna(False).astype(bool)
    return dict(iter(edges[inside].groupby(left[inside], sort=False)))


def old_number(wishes: Wishes, index: pd.Index) -> GridsRule | int:
    """Return the number of grids there were: a plan that changes little keeps it while it is lawful."""
    old = wishes.previous.reindex(index).fillna("")
    return old[old != ""].nunique() or "target"


def numbers(labels: pd.Series, index: pd.Index) -> np.ndarray:
    """Return labels as numbers 0, 1, … on an index; −1 where blank or absent."""
    mine = labels.reindex(index).fillna("").astype(str)
    codes = {label: n for n, label in enumerate(sorted(set(mine) - {""}))}
    return mine.map(lambda label: codes.get(label, -1)).to_numpy(dtype=np.int64)


def special_grids(atoms: gpd.GeoDataFrame, edges: pd.DataFrame) -> pd.Series:
    """Return a name for the grid of every cell of a special site, blank for others.

    One grid (专属网格) a connected part of a site in a community: ``s-0``, ``s-1``, …
    """
    names = pd.Series("", index=atoms.index, dtype=object)
    inside = atoms[atoms["site"] != ""].sort_index()
    if inside.empty:
        return names
    place = pd.Series(np.arange(len(inside)), index=inside.index)
    joined = edges[
        edges["passable"] & edges["cell_a"].isin(inside.index) & edges["cell_b"].isin(inside.index)
    ]
    a, b = place[joined["cell_a"]].to_numpy(), place[joined["cell_b"]].to_numpy()
    keep = same_site(inside, a, b)
    part = connected_parts(len(inside), a[keep], b[keep])
    return (
        pd.Series([f"s-{p}" for p in part], index=inside.index).reindex(names.index).fillna("").astype(object)
    )
