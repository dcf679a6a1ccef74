"""Which atoms are neighbours, over how many metres, and what runs along their common boundary."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd

from gridder.gates import Passages, find_ways
from gridder.openings import match_crossings
from gridder.policy import Policy
from gridder.segments import Segments, kinds_along, shared_segments

EDGE_COLUMNS = ["cell_a", "cell_b", "boundary_m", "barrier_m", "kind", "cost", "passable", "way_m", "way"]


def build_edges(
    cells: gpd.GeoSeries, atoms: gpd.GeoDataFrame, barriers: gpd.GeoDataFrame, policy: Policy
) -> pd.DataFrame:
    """Return one row for every two cells of one community that have a boundary in common.

    Parameters
    ----------
    cells
        Valid coverage, one polygon an atom.
    atoms
        Same index: community_id, compound.
    barriers
        Lines and polygons with ``kind``, and crossing points.

    Returns
    -------
    DataFrame
        cell_a < cell_b; ``boundary_m`` common boundary (float64, metres, > 0); ``barrier_m`` the part of it along any
        barrier, road or wall; ``kind`` what runs along most of the part that can be walked across, the barrier's kind
        where none can, ``crossing`` where only a crossing lets people pass; ``cost`` metres × the policy's factor of
        what runs along (float64): what a grid boundary here costs; ``passable`` whether the two may be in one grid: at
        least ``contact_min_m`` that is no uncrossable barrier, or a crossing; ``way`` how one walks from the building of
        the one to that of the other (WKT, ``way_m`` metres), blank where there is no dry way. Sorted.
    """
    segments = shared_segments(np.asarray(cells.values))
    community = atoms["community_id"].reindex(cells.index).to_numpy(dtype=object)
    same = community[segments.left] == community[segments.right]
    segments = Segments(segments.left[same], segments.right[same], segments.ends[same])
    # most severe first: a street along a railway does not open the railway
    kinds = kinds_along(segments, barriers, [*policy.uncrossable, "wall", "arterial", "road"])
    table = pd.DataFrame({
        "a": segments.left, "b": segments.right, "kind": kinds.astype(str), "length_m": segments.length_m,
    })  # fmt: skip
    barred = table["kind"].isin(policy.uncrossable)
    table["cost"] = table["length_m"] * cost_factors(table["kind"], policy)
    table["walk_m"] = table["length_m"].where(~barred, 0.0)
    table["barrier_m"] = table["length_m"].where(table["kind"] != "plain", 0.0)
    edges = table.groupby(["a", "b"], as_index=False)[["length_m", "walk_m", "barrier_m", "cost"]].sum()
    edges["kind"] = main_kind(table, edges, policy)
    edges["passable"] = edges["walk_m"] >= policy.contact_min_m
    closed = barred.to_numpy() & ~edges.set_index(["a", "b"])["passable"].reindex(
        pd.MultiIndex.from_frame(table[["a", "b"]])
    ).to_numpy(dtype=bool)
    shapes = np.asarray(cells.values)
    edges = open_crossings(edges, Segments(*take(segments, closed)), shapes, barriers, policy)
    edges = add_ways(edges, segments, ~barred.to_numpy(), (cells, atoms, barriers), policy)
    compound = atoms["compound"].reindex(cells.index).to_numpy(dtype=object)
    whole = (compound[edges["a"]] == compound[edges["b"]]) & (compound[edges["a"]] != "")
    edges.loc[whole, "cost"] *= policy.cost_compound_cut
    names = cells.index.to_numpy()
    edges["cell_a"], edges["cell_b"] = names[edges["a"]], names[edges["b"]]
    edges = edges.rename(columns={"length_m": "boundary_m"})
    return edges.sort_values(["cell_a", "cell_b"], ignore_index=True)[EDGE_COLUMNS]


def add_ways(
    edges: pd.DataFrame,
    segments: Segments,
    dry: np.ndarray,
    tables: tuple[gpd.GeoSeries, gpd.GeoDataFrame, gpd.GeoDataFrame],
    policy: Policy,
) -> pd.DataFrame:
    """Return the edges with the way on foot between two cells that may be in one grid; ``dry`` segments can be passed."""
    cells, atoms, barriers = tables
    pairs = pd.MultiIndex.from_frame(edges[["a", "b"]])
    row = pairs.get_indexer(pd.MultiIndex.from_arrays([segments.left, segments.right]))
    passable, bridged = edges["passable"].to_numpy(), (edges["kind"] == "crossing").to_numpy()
    closed = Segments(*take(segments, bridged[row]))
    which, passed = match_crossings(closed, np.asarray(cells.values), barriers, policy)
    passages = Passages(
        open=Segments(*take(segments, dry & (passable & ~bridged)[row])),
        closed=closed,
        crossings=np.asarray(barriers.geometry[barriers["kind"] == "crossing"].values),
        which=which,
        passed=passed,
        solid=np.asarray(barriers.geometry[barriers["kind"].isin(policy.uncrossable)].values),
    )
    buildings = np.asarray(atoms.geometry.reindex(cells.index).values)
    ways = find_ways(np.asarray(cells.values), buildings, passages).reindex(pairs)
    return edges.assign(way_m=ways["way_m"].to_numpy(), way=ways["way"].to_numpy())


def take(segments: Segments, keep: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the arrays of some of the segments."""
    return segments.left[keep], segments.right[keep], segments.ends[keep]


def cost_factors(kinds: pd.Series, policy: Policy) -> pd.Series:
    """Return the price of a metre of grid boundary along each kind."""
    factor = {"plain": policy.cost_plain, "road": policy.cost_road, "arterial": policy.cost_arterial}
    factor |= {"wall": policy.cost_wall} | dict.fromkeys(policy.uncrossable, policy.cost_uncrossable)
    return kinds.map(factor).astype(float)


def main_kind(table: pd.DataFrame, edges: pd.DataFrame, policy: Policy) -> pd.Series:
    """Return the kind of most of the walkable boundary of each pair, of most of all of it where none is walkable."""
    sums = table.groupby(["a", "b", "kind"], as_index=False)[["length_m", "walk_m"]].sum()
    sums = sums.sort_values(["walk_m", "length_m", "kind"], ascending=[False, False, True])
    first = sums.drop_duplicates(["a", "b"]).set_index(["a", "b"])["kind"]
    walkable = edges["walk_m"] >= policy.contact_min_m
    longest = sums.sort_values(["length_m", "kind"], ascending=[False, True]).drop_duplicates(["a", "b"])
    barred = longest.set_index(["a", "b"])["kind"]
    pairs = pd.MultiIndex.from_frame(edges[["a", "b"]])
    kind = first.reindex(pairs).to_numpy()
    return pd.Series(np.where(walkable, kind, barred.reindex(pairs).to_numpy()), index=edges.index)


def open_crossings(
    edges: pd.DataFrame, closed: Segments, cells: np.ndarray, barriers: gpd.GeoDataFrame, policy: Policy
) -> pd.DataFrame:
    """Return the edges with the pairs of cells passable that a crossing joins across a barrier.

    ``closed`` are the segments between cells with no other way across: neighbours on one bank of a river may part in
    the water too, and a bridge there is not theirs.
    """
    edges = edges.copy()
    _, passed = match_crossings(closed, cells, barriers, policy)
    row_of = {pair: row for row, pair in enumerate(zip(edges["a"], edges["b"]))}
    for segment in np.unique(passed):
        row = row_of[int(closed.left[segment]), int(closed.right[segment])]
        if not edges["passable"].iloc[row] and edges["length_m"].iloc[row] >= policy.contact_min_m:
            edges.loc[row, "kind"] = "crossing"
            edges.loc[row, "passable"] = True
    return edges
