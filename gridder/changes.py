"""What became of an older plan: who changes grid, and which old grid lives on in which new one.

Every function takes the ``buildings`` tables of two plans (building_id, unit, households, grid_code) and
leaves them as they are. Blank ``grid_code`` means: in no grid.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gridder.tables import CHANGE_COLUMNS

Kind = Literal["kept", "changed", "split", "merged", "new", "retired"]
KINDS: tuple[Kind, ...] = ("kept", "changed", "split", "merged", "new", "retired")
PAIR_COLUMNS = (*CHANGE_COLUMNS, "in_old", "in_new")
FLOW_COLUMNS = ("old_grid", "new_grid", "pieces", "households")
MATCH_COLUMNS = (
    "old_grid",
    "old_households",
    "new_grids",
    "new_households",
    "households_kept",
    "share",
    "kind",
)


@dataclass(frozen=True)
class Summary:
    """The four figures of a comparison, with what they are made of.

    ``staying`` and ``moved`` are households of the new plan whose building was in the old plan too;
    ``added`` and ``removed`` are those of new and of vanished buildings. staying + moved + added = all
    households of the new plan. ``buildings_moved`` counts buildings, not entrance units. ``kinds`` counts old
    (and new) grids by what became of them.
    """

    staying: int
    moved: int
    added: int
    removed: int
    buildings_moved: int
    grids_old: int
    grids_new: int
    outside_old: int
    outside_new: int
    kinds: dict[str, int]

    @property
    def share_staying(self) -> float | None:
        """Share of the households known to both plans that stay in their grid, 0–1; None without any."""
        both = self.staying + self.moved
        return self.staying / both if both else None


def pair_pieces(old_buildings: pd.DataFrame, new_buildings: pd.DataFrame) -> pd.DataFrame:
    """Return every piece of both plans in one row: its old and its new grid, and whether each plan has it.

    A building planned whole in one plan and by entrance units in the other is compared all the same: a piece
    whose unit the other plan does not know takes the grid that holds most of the building's households there.
    Households are those of the new plan, or of the old one where the building vanished.
    Sorted by building and unit.
    """
    old, new = tidy_pieces(old_buildings), tidy_pieces(new_buildings)
    pairs = new.merge(old, on=["building_id", "unit"], how="outer", suffixes=("_new", "_old"), indicator=True)
    of_new, of_old = pairs["_merge"] == "right_only", pairs["_merge"] == "left_only"
    elsewhere = of_old & pairs["building_id"].isin(old["building_id"])
    renumbered = set(pairs.loc[elsewhere, "building_id"])
    absorbed = of_new & pairs["building_id"].isin(renumbered)
    main = main_grid(old)
    pairs.loc[elsewhere, "grid_code_old"] = pairs.loc[elsewhere, "building_id"].map(main)
    households = pairs["households_new"].fillna(pairs["households_old"]).astype("int64")
    pairs = pairs.assign(
        old_grid=pairs["grid_code_old"].fillna(""),
        new_grid=pairs["grid_code_new"].fillna(""),
        households=households,
        in_old=~of_old | elsewhere,
        in_new=~of_new,
    )[~absorbed]
    return pairs.sort_values(["building_id", "unit"], kind="stable")[list(PAIR_COLUMNS)].reset_index(
        drop=True
    )


def tidy_pieces(buildings: pd.DataFrame) -> pd.DataFrame:
    """Return building_id, unit, households, grid_code as plain text and numbers, sorted, one row a piece."""
    plain = pd.DataFrame(
        {
            "building_id": tidy_text(buildings["building_id"]),
            "unit": tidy_text(buildings["unit"]) if "unit" in buildings.columns else "",
            "households": pd.to_numeric(buildings["households"]).fillna(0).astype("int64").to_numpy(),
            "grid_code": tidy_text(buildings["grid_code"]),
        }
    )
    plain = plain.sort_values(["building_id", "unit", "grid_code"], kind="stable")
    return plain.drop_duplicates(["building_id", "unit"])


def tidy_text(values: pd.Series) -> Any:
    """Return a column as an array of str; missing values become blank."""
    return values.astype("object").where(values.notna(), "").map(str).to_numpy(dtype=object)


def main_grid(pieces: pd.DataFrame) -> dict[str, str]:
    """Return the grid that holds most of each building's households; ties to the smaller code."""
    held = pieces.groupby(["building_id", "grid_code"], as_index=False).agg(held=("households", "sum"))
    held = held.sort_values(["building_id", "held", "grid_code"], ascending=[True, False, True])
    first = held.drop_duplicates("building_id")
    return dict(zip(first["building_id"], first["grid_code"], strict=True))


def list_changes(old_buildings: pd.DataFrame, new_buildings: pd.DataFrame) -> pd.DataFrame:
    """Return the pieces whose grid differs between two plans, in the columns of layer ``changes``.

    New buildings have a blank ``old_grid``, vanished ones a blank ``new_grid``. Sorted by building and unit.

    Examples
    --------
    >>> old = pd.DataFrame({"building_id": ["a", "b"], "households": [5, 7], "grid_code": ["1", "1"]})
    >>> list_changes(old, old.assign(grid_code=["1", "2"])).values.tolist()
    [['b', '', '1', '2', 7]]
    """
    pairs = pair_pieces(old_buildings, new_buildings)
    differs = (pairs["old_grid"] != pairs["new_grid"]) | (pairs["in_old"] != pairs["in_new"])
    return pairs.loc[differs, list(CHANGE_COLUMNS)].reset_index(drop=True)


def sum_flows(old_buildings: pd.DataFrame, new_buildings: pd.DataFrame) -> pd.DataFrame:
    """Return pieces and households that go from each old grid to each new one.

    Blank ``old_grid``: buildings the old plan had in no grid or not at all; blank ``new_grid`` likewise.
    """
    pairs = pair_pieces(old_buildings, new_buildings)
    flows = pairs.groupby(["old_grid", "new_grid"], as_index=False).agg(
        pieces=("building_id", "size"), households=("households", "sum")
    )
    return flows[list(FLOW_COLUMNS)]


def match_grids(old_buildings: pd.DataFrame, new_buildings: pd.DataFrame) -> pd.DataFrame:
    """Return the history of every grid code, by households shared: one row an old grid, then new ones.

    Every new grid has one *origin*: the old grid of the same code, if most of that went into it; else the old
    grid that gave it most households (then most pieces, then the same code, then the smaller code).
    An old grid is

    - ``kept``: one new grid comes from it, with the same code and exactly the same pieces;
    - ``changed``: one new grid comes from it;
    - ``split``: several come from it;
    - ``merged``: none does, its households joined grids of another origin;
    - ``retired``: none of its buildings is in a grid of the new plan.

    ``new`` rows (blank ``old_grid``) are grids made of buildings that were in no old grid. ``new_grids`` and
    ``new_households`` are tuples, the continuing code first; ``households_kept`` are those that the first of
    them takes over, ``share`` that figure over all households of the old grid's buildings, counted alike: those of the new
    plan, of vanished buildings those of the old one (None without households).
    """
    flows = sum_flows(old_buildings, new_buildings)
    between = flows[(flows["old_grid"] != "") & (flows["new_grid"] != "")]
    size_old, size_new = grid_sizes(old_buildings), grid_sizes(new_buildings)
    heirs = find_heirs(between)
    rows = [match_one(code, size_old[code], between, heirs.get(code, []), flows) for code in sorted(size_old)]
    known = {code for listed in heirs.values() for code in listed}
    for code in sorted(set(size_new) - known):
        rows.append(("", 0, (code,), 0, None, "new"))
    frame = pd.DataFrame(
        rows, columns=["old_grid", "old_households", "new_grids", "households_kept", "share", "kind"]
    )
    sizes = [tuple(size_new[code] for code in codes) for codes in frame["new_grids"]]
    return frame.assign(new_households=pd.Series(sizes, dtype=object))[list(MATCH_COLUMNS)]


def grid_sizes(buildings: pd.DataFrame) -> dict[str, int]:
    """Return households by grid code, without the buildings in no grid."""
    pieces = tidy_pieces(buildings)
    sizes = pieces[pieces["grid_code"] != ""].groupby("grid_code")["households"].sum()
    return {str(code): int(n) for code, n in sizes.items()}


def rank_flows(flows: pd.DataFrame) -> pd.DataFrame:
    """Return flows, strongest first: most households, most pieces, same code, smaller codes."""
    other = flows["old_grid"] != flows["new_grid"]
    return flows.assign(other=other).sort_values(
        ["households", "pieces", "other", "old_grid", "new_grid"], ascending=[False, False, True, True, True]
    )


def find_heirs(between: pd.DataFrame) -> dict[str, list[str]]:
    """Return old grid → the new grids whose origin it is: the same code first, then the larger share."""
    ranked = rank_flows(between)
    origin = dict(zip(*first_of(ranked, "new_grid", "old_grid"), strict=True))
    target = dict(zip(*first_of(ranked, "old_grid", "new_grid"), strict=True))
    origin |= {new: new for old, new in target.items() if old == new}
    heirs: dict[str, list[str]] = {}
    for new, old in origin.items():
        heirs.setdefault(old, []).append(new)
    return {old: sorted(listed, key=lambda code: code != old) for old, listed in heirs.items()}


def first_of(ranked: pd.DataFrame, of: str, what: str) -> tuple[list[str], list[str]]:
    """Return each value of one column with the value of the other in its first row, in the order of the rows."""
    first = ranked.drop_duplicates(of)
    return list(first[of]), list(first[what])


def match_one(
    code: str, size: int, between: pd.DataFrame, heirs: list[str], flows: pd.DataFrame
) -> tuple[str, int, tuple[str, ...], int, float | None, Kind]:
    """Return the row of one old grid: code, households, new grids, households kept, share, kind."""
    sent = rank_flows(between[between["old_grid"] == code])
    if sent.empty:
        return code, size, (), 0, 0.0 if size else None, "retired"
    targets = tuple(heirs) or (str(sent["new_grid"].iloc[0]),)
    kept = int(sent.loc[sent["new_grid"] == targets[0], "households"].sum())
    whole = int(
        flows.loc[flows["old_grid"] == code, "households"].sum()
    )  # as counted today: a share is at most 1
    touching = flows[(flows["old_grid"] == code) | (flows["new_grid"] == code)]
    kind: Kind = "changed"
    if not heirs:
        kind = "merged"
    elif len(heirs) > 1:
        kind = "split"
    elif len(touching) == 1 and heirs == [code]:
        kind = "kept"
    return code, size, targets, kept, kept / whole if whole else None, kind


def find_outside(codes: set[str], grids: pd.DataFrame) -> list[str]:
    """Return those of ``codes`` that lie outside the window (status ``exception`` in ``grids``), sorted."""
    outside = grids.loc[grids["status"] == "exception", "grid_code"]
    return sorted(codes.intersection(map(str, outside)))


def summarise(
    old_buildings: pd.DataFrame,
    new_buildings: pd.DataFrame,
    *,
    old_grids: pd.DataFrame,
    new_grids: pd.DataFrame,
) -> Summary:
    """Return the four figures of a comparison; ``grids`` give the status of each code (grid_code, status)."""
    pairs = pair_pieces(old_buildings, new_buildings)
    history = match_grids(old_buildings, new_buildings)
    return summarise_pairs(pairs, history, old_grids=old_grids, new_grids=new_grids)


def summarise_pairs(
    pairs: pd.DataFrame, history: pd.DataFrame, *, old_grids: pd.DataFrame, new_grids: pd.DataFrame
) -> Summary:
    """Return the four figures from rows of ``pair_pieces`` and of ``match_grids``: of all or of one place."""
    both = pairs[pairs["in_old"] & pairs["in_new"]]
    moved = both[both["old_grid"] != both["new_grid"]]
    kinds = history["kind"].value_counts()
    old_codes, new_codes = set(pairs["old_grid"]) - {""}, set(pairs["new_grid"]) - {""}
    return Summary(
        staying=int(both["households"].sum() - moved["households"].sum()),
        moved=int(moved["households"].sum()),
        added=int(pairs.loc[~pairs["in_old"], "households"].sum()),
        removed=int(pairs.loc[~pairs["in_new"], "households"].sum()),
        buildings_moved=int(moved["building_id"].nunique()),
        grids_old=len(old_codes),
        grids_new=len(new_codes),
        outside_old=len(find_outside(old_codes, old_grids)),
        outside_new=len(find_outside(new_codes, new_grids)),
        kinds={kind: int(kinds.get(kind, 0)) for kind in KINDS},
    )


def assign_previous(pieces: gpd.GeoDataFrame, previous_grids: gpd.GeoDataFrame) -> pd.Series:
    """Return the previous grid of each piece, blank where there is none, on the index of ``pieces``.

    A polygon belongs to the grid that covers most of its area, a point to the grid it lies in; ties go to the
    smaller code. Several rows of ``previous_grids`` with one ``grid_code`` count as one grid. Broken rings
    are mended first.
    """
    empty = pd.Series("", index=pieces.index, name="grid_code", dtype=object)
    if previous_grids.empty or pieces.empty:
        return empty
    grids = previous_grids
    if pieces.crs is not None and grids.crs is not None:
        grids = grids.to_crs(pieces.crs)
    shapes = shapely.make_valid(pieces.geometry.to_numpy())
    areas = shapely.make_valid(grids.geometry.to_numpy())
    piece, grid = shapely.STRtree(areas).query(shapes, predicate="intersects")
    solid = shapely.area(shapes)[piece] > 0
    shared = np.where(solid, shapely.area(shapely.intersection(shapes[piece], areas[grid])), 1.0)
    codes = tidy_text(grids["grid_code"])
    hits = pd.DataFrame({"piece": piece, "code": codes[grid], "shared": shared})
    sums = hits[hits["shared"] > 0].groupby(["piece", "code"], as_index=False).agg(shared=("shared", "sum"))
    best = sums.sort_values(["piece", "shared", "code"], ascending=[True, False, True]).drop_duplicates(
        "piece"
    )
    found = empty.to_numpy(dtype=object).copy()
    found[best["piece"].to_numpy()] = best["code"].to_numpy()
    return pd.Series(found, index=pieces.index, name="grid_code", dtype=object)
