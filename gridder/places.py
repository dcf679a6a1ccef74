"""Where an exception lies: its community in pieces, what divides them, and which communities are next to it."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gridder.policy import Policy
from gridder.segments import ALONG_M, connected_parts, kinds_along, shared_segments


@dataclass(frozen=True)
class Around:
    """The district around its communities.

    Parameters
    ----------
    communities
        Index community_id: name, households.
    neighbours
        Of every community those beside it as (name, households), longest common outline first.
    cells
        Polygon of every cell, a valid coverage.
    community_of
        community_id of every cell. Same index.
    barriers
        Lines and polygons with ``kind``.
    """

    communities: pd.DataFrame
    neighbours: dict[str, list[tuple[str, int]]]
    cells: gpd.GeoSeries
    community_of: pd.Series
    barriers: gpd.GeoDataFrame


def survey(
    communities: gpd.GeoDataFrame, cells: gpd.GeoSeries, atoms: gpd.GeoDataFrame, barriers: gpd.GeoDataFrame
) -> Around:
    """Return what lies around every community; ``communities`` with name, households and outline."""
    table = pd.DataFrame({"name": communities["name"], "households": communities["households"]})
    community_of = atoms["community_id"].reindex(cells.index)
    return Around(table, community_neighbours(communities), cells, community_of, barriers)


@dataclass(frozen=True)
class Place:
    """What the reasons of one community's exceptions look at.

    ``atoms`` of the community without special sites (sorted), the ``piece`` number of each, all edges among them, the
    neighbouring communities with their households (longest common outline first), the cells ``beside_sites``, and what
    lies ``around``.
    """

    community_id: str
    name: str
    atoms: gpd.GeoDataFrame
    piece: np.ndarray
    edges: pd.DataFrame
    neighbours: list[tuple[str, int]]
    policy: Policy
    beside_sites: frozenset[str] = frozenset()
    around: Around | None = None


def look_around(
    community_id: str, atoms: gpd.GeoDataFrame, edges: pd.DataFrame, around: Around, policy: Policy
) -> Place:
    """Return the place of one community; ``atoms`` are those outside special sites."""
    mine = atoms[atoms["community_id"] == community_id].sort_index()
    inside = edges[edges["cell_a"].isin(mine.index) & edges["cell_b"].isin(mine.index)]
    place = pd.Series(np.arange(len(mine)), index=mine.index)
    open_ = inside[inside["passable"]]
    piece = connected_parts(len(mine), place[open_["cell_a"]].to_numpy(), place[open_["cell_b"]].to_numpy())
    name = str(around.communities["name"].get(community_id, "")) or community_id
    one_in = edges[edges["cell_a"].isin(mine.index) != edges["cell_b"].isin(mine.index)]
    beside = frozenset(mine.index.intersection([*one_in["cell_a"], *one_in["cell_b"]]))
    beyond = around.neighbours.get(community_id, [])
    return Place(community_id, name, mine, piece, inside, beyond, policy, beside, around)


def community_neighbours(communities: gpd.GeoDataFrame) -> dict[str, list[tuple[str, int]]]:
    """Return the neighbours of every community as (name, households), longest common outline first."""
    touching = shared_segments(np.asarray(communities.geometry.values))
    table = pd.DataFrame({"a": touching.left, "b": touching.right, "m": touching.length_m})
    both = pd.concat([table, table.rename(columns={"a": "b", "b": "a"})])
    sums = both.groupby(["a", "b"], as_index=False)[["m"]].sum()
    sums = sums.sort_values(["a", "m", "b"], ascending=[True, False, True])
    names, households = communities["name"].to_numpy(), communities["households"].to_numpy()
    found: dict[str, list[tuple[str, int]]] = {}
    for a, b in zip(sums["a"], sums["b"]):
        if households[b] > 0:
            found.setdefault(str(communities.index[a]), []).append((str(names[b]), int(households[b])))
    return found


def neighbours_of_piece(place: Place, piece: int) -> list[tuple[str, int]]:
    """Return the communities beside one piece as (name, households), longest common boundary that can be walked first.

    Boundary along an uncrossable barrier does not count. Where the ground around is not known, the neighbours of the
    whole community.
    """
    around = place.around
    if around is None:
        return place.neighbours
    own = around.cells.loc[place.atoms.index[place.piece == piece]]
    near = around.cells.iloc[around.cells.sindex.query(shapely.box(*own.total_bounds))]
    near = near[around.community_of.loc[near.index] != place.community_id]
    owner = np.concatenate(
        [np.full(len(own), ""), around.community_of.loc[near.index].to_numpy(dtype=object)]
    )
    touching = shared_segments(np.concatenate([np.asarray(own.values), np.asarray(near.values)]))
    kinds = kinds_along(touching, around.barriers, list(place.policy.uncrossable))
    left, right = owner[touching.left], owner[touching.right]
    counts = ((left == "") != (right == "")) & (kinds == "plain")
    beyond = np.where(left == "", right, left)[counts]
    metres = pd.Series(touching.length_m[counts]).groupby(beyond).sum()
    metres = metres[metres >= place.policy.contact_min_m]
    order = sorted(metres.index, key=lambda community: (-metres[community], community))
    table = around.communities
    known = [c for c in order if c in table.index and table.loc[c, "households"] > 0]
    return [(str(table.loc[c, "name"]) or str(c), int(table.loc[c, "households"])) for c in known]


def barred_edges(place: Place, piece: int) -> pd.DataFrame:
    """Return the edges between a pocket and other pieces that cannot be walked, with the other piece as ``beyond``."""
    shut = place.edges[~place.edges["passable"].to_numpy(dtype=bool)]  # few: all edges are looked up for none
    index = place.atoms.index
    a, b = (place.piece[index.get_indexer(pd.Index(shut[end].to_numpy()))] for end in ("cell_a", "cell_b"))
    barred = (a == piece) != (b == piece)
    return shut[barred].assign(beyond=np.where(a == piece, b, a)[barred])


def name_along(place: Place, edges: pd.DataFrame, kind: str) -> str:
    """Return the name of the barriers of a kind that run along most of the boundary of some edges; blank where none has.

    Parameters
    ----------
    edges
        Rows of the place's edges: cell_a, cell_b.
    """
    if place.around is None or edges.empty:
        return ""
    barriers = place.around.barriers
    named = barriers[(barriers["kind"] == kind) & barriers["name"].fillna("").astype(bool)]
    cells = sorted({*edges["cell_a"], *edges["cell_b"]})
    touching = shared_segments(np.asarray(place.around.cells.loc[cells].values))
    wanted = {frozenset(pair) for pair in zip(edges["cell_a"], edges["cell_b"])}
    use = np.array(
        [{cells[a], cells[b]} in wanted for a, b in zip(touching.left, touching.right)], dtype=bool
    )
    at, line = shapely.STRtree(np.asarray(named.geometry.values)).query(
        touching.middles[use], predicate="dwithin", distance=ALONG_M
    )
    metres = pd.Series(touching.length_m[use][at]).groupby(named["name"].to_numpy()[line]).sum()
    return str(metres.sort_index().idxmax()) if len(metres) else ""
