"""The delivered tables of a plan before staffing: cells, buildings, grids, communities, quarantine."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from gridder.boundaries import draw_boundaries, measure_grids
from gridder.changes import sum_flows
from gridder.codes import grid_number
from gridder.partition.answer import Certificate
from gridder.prepare import Prepared
from gridder.problems import COST_UNITS_PER_M
from gridder.tables import BUILDING_COLUMNS, GRID_COLUMNS, QUARANTINE_COLUMNS


def cells_table(prepared: Prepared, grid_of_cell: pd.Series) -> gpd.GeoDataFrame:
    """Return the delivered cells."""
    atoms = prepared.atoms
    table = atoms[["building_id", "unit", "households", "community_id"]].assign(
        cell_id=atoms.index, grid_code=grid_of_cell
    )
    cells = gpd.GeoDataFrame(table, geometry=prepared.ground.cells.reindex(atoms.index), crs=atoms.crs)
    return cells.rename_axis(None)


def buildings_table(prepared: Prepared, grid_of_cell: pd.Series) -> gpd.GeoDataFrame:
    """Return one row a piece that was planned, geometry as repaired."""
    atoms = prepared.atoms
    marks = prepared.district.buildings[["count_missing", "estimated"]]
    table = atoms.assign(cell_id=atoms.index, grid_code=grid_of_cell)
    for mark in marks:
        table[mark] = atoms["building_id"].map(marks[mark]).astype(bool)
    columns = [*BUILDING_COLUMNS, "units", "compound", "site", "cell_id", "geometry"]
    return table[columns].rename_axis(None)


def grids_table(
    prepared: Prepared,
    cells: gpd.GeoDataFrame,
    codes: dict[str, str],
    previous: pd.Series,
) -> gpd.GeoDataFrame:
    """Return the grids, without staffing, with every grid outside the window still called lawful."""
    grid_of_cell = cells["grid_code"]
    polygons = draw_boundaries(cells.geometry, grid_of_cell)
    held = cells[grid_of_cell != ""]
    by_grid = held.groupby("grid_code")
    table = pd.DataFrame(index=polygons.index)
    table["grid_code"] = table.index
    table["community_id"] = by_grid["community_id"].first()
    known = prepared.communities
    for source, name in (("name", "community"), ("subdistrict", "subdistrict")):
        table[name] = table["community_id"].map(known[source]).fillna("").astype(object)
    table["grid_no"] = [grid_number(c, i) for c, i in zip(table.index, table["community_id"])]
    table["households"] = by_grid["households"].sum().astype(int)
    table["buildings"] = by_grid["building_id"].nunique().astype(int)
    special = {code for name, code in codes.items() if "/s-" in name}
    table["status"] = ["special" if code in special else "lawful" for code in table.index]
    site = prepared.atoms["site"]
    table["site"] = site.groupby(grid_of_cell).first().reindex(table.index).fillna("")
    table["reason"] = table["remedy"] = ""
    table = table.join(measure_grids(polygons, prepared.edges, grid_of_cell))
    table = table.join(past_of_grids(cells, previous))
    for missing in (c for c in GRID_COLUMNS if c not in table):
        table[missing] = np.nan
    return gpd.GeoDataFrame(table, geometry=polygons, crs=cells.crs)


def past_of_grids(cells: gpd.GeoDataFrame, previous: pd.Series) -> pd.DataFrame:
    """Return the old grid with most households of each new grid (previous_code) and how many (households_kept)."""
    pieces = cells.assign(unit=cells.index)
    old = pd.DataFrame(pieces[["building_id", "unit", "households"]]).assign(grid_code=previous)
    flows = sum_flows(old[old["grid_code"] != ""], pd.DataFrame(pieces.drop(columns="geometry")))
    flows = flows[(flows["old_grid"] != "") & (flows["new_grid"] != "")]
    best = flows.sort_values(["households", "old_grid"], ascending=[False, True]).drop_duplicates("new_grid")
    table = pd.DataFrame(index=pd.Index(sorted(set(cells["grid_code"]) - {""}), dtype=object))
    table["previous_code"] = best.set_index("new_grid")["old_grid"].reindex(table.index).fillna("")
    table["households_kept"] = best.set_index("new_grid")["households"].reindex(table.index).astype("Int64")
    return table


def communities_table(
    prepared: Prepared, certificates: dict[str, Certificate], cells: gpd.GeoDataFrame, grids: gpd.GeoDataFrame
) -> gpd.GeoDataFrame:
    """Return the communities with their plan's figures; staffing comes later."""
    known = prepared.communities
    outlines = prepared.ground.outlines
    table = pd.DataFrame({"community_id": outlines.index}, index=outlines.index).rename_axis(None)
    for name in ("name", "subdistrict_id", "subdistrict", "posts_now"):
        if name in known:
            table[name] = known[name].reindex(table.index)
    for name in ("name", "subdistrict"):
        table[name] = table[name].fillna("").astype(object) if name in table else ""
    by_community = cells.groupby("community_id")
    table["households"] = by_community["households"].sum().reindex(table.index).fillna(0).astype(int)
    table["buildings"] = by_community["building_id"].nunique().reindex(table.index).fillna(0).astype(int)
    table["grids"] = grids["community_id"].value_counts().reindex(table.index).fillna(0).astype(int)
    figures = {c: community_figures(cert) for c, cert in certificates.items()}
    for name in ("grids_min", "grids_max", "status", "objective_m", "bound_m", "gap", "bound_kind"):
        table[name] = [figures.get(c, {}).get(name) for c in table.index]
    unplanned = table["status"].isna()
    table.loc[unplanned, "status"] = np.where(table.loc[unplanned, "grids"] > 0, "optimal", "empty")
    table["grids_min"] = table["grids_min"].astype("Int64")
    table["grids_max"] = table["grids_max"].astype("Int64")
    for name in ("objective_m", "bound_m", "gap"):
        table[name] = table[name].astype(float)
    table["bound_kind"] = table["bound_kind"].fillna("none")
    return gpd.GeoDataFrame(table, geometry=outlines, crs=cells.crs)


def community_figures(certificate: Certificate) -> dict[str, Any]:
    """Return the certificate's figures in metres, under the names of the table."""
    status = "relaxed" if certificate.status == "not_found" else certificate.status
    bound = certificate.bound
    return {
        "grids_min": certificate.k_min,
        "grids_max": certificate.k_max,
        "status": status,
        "objective_m": certificate.objective / COST_UNITS_PER_M,
        "bound_m": None if bound is None else bound / COST_UNITS_PER_M,
        "gap": certificate.gap,
        "bound_kind": certificate.bound_kind,
    }


def quarantine_table(prepared: Prepared) -> gpd.GeoDataFrame:
    """Return the rows that could not be planned, as read."""
    bad = prepared.checked.bad
    return bad[[*QUARANTINE_COLUMNS, "geometry"]].reset_index(drop=True)
