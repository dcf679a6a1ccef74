"""A prepared district and its solved plans → a Run: codes, polygons, tables, reasons, staffing."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from gridder.boundaries import draw_boundaries, measure_grids, middles
from gridder.changes import assign_previous, list_changes, sum_flows
from gridder.codes import assign_codes, check_long_codes, grid_number
from gridder.prepare import PlanOptions, Prepared, label_cells
from gridder.effort import Effort
from gridder.exceptions import community_neighbours, exceptions_table, explain, look_around
from gridder.partition.answer import Certificate
from gridder.partition.parallel import Solved
from gridder.policy import Policy
from gridder.problems import COST_UNITS_PER_M
from gridder.staffing.staff import staff_district
from gridder.tables import BUILDING_COLUMNS, CHANGE_COLUMNS, GRID_COLUMNS, QUARANTINE_COLUMNS, Run


HELD = 10**6  # weight of an edited or locked cell when codes are kept: more than any overlap in households


@dataclass(frozen=True)
class Past:
    """An older plan as regenerate knows it: its buildings (pieces with grid_code), codes retired before it, and the
    grids that edits and locks hold cells to (code by cell_id, blank elsewhere)."""

    buildings: pd.DataFrame
    retired: tuple[str, ...] = ()
    held: pd.Series = field(default_factory=lambda: pd.Series(dtype=object))


def assemble(
    prepared: Prepared,
    solved: dict[str, Solved],
    policy: Policy,
    effort: Effort,
    options: PlanOptions,
    past: Past | None = None,
) -> Run:
    """Return everything a run made, in the tables of ``tables.Run``."""
    label = label_cells(prepared, solved)
    previous = previous_grid_of(prepared, past)
    codes = code_labels(prepared, label, previous, past, policy)
    grid_of_cell = label.map(lambda name: codes.get(name, ""))
    cells = cells_table(prepared, grid_of_cell)
    buildings = buildings_table(prepared, grid_of_cell)
    grids = grids_table(prepared, cells, label, codes, previous, policy)
    communities = communities_table(prepared, solved, cells, grids)
    rows = explain_exceptions(prepared, solved, communities, codes, policy)
    exceptions = exceptions_table(rows, grids, policy, options.lang)
    grids = grids.assign(**label_grids(grids, exceptions))
    communities["exceptions"] = exceptions["community_id"].value_counts().reindex(communities.index).fillna(0).astype(int)
    known = prepared.district
    run = Run(
        district_id=known.district_id,
        name=known.name,
        crs=known.crs,
        policy=policy,
        lang=options.lang,
        grids=grids,
        buildings=buildings,
        cells=cells,
        communities=communities,
        exceptions=exceptions,
        quarantine=quarantine_table(prepared),
        changes=list_changes(past.buildings, buildings) if past else pd.DataFrame(columns=CHANGE_COLUMNS),
        edges=prepared.edges,
        barriers=known.barriers,
        compounds=known.compounds,
        sites=known.sites,
        halls=known.halls,
        previous_grids=known.previous_grids,
        workforce=known.workforce,
        certificates={c: certificate_record(cert) for c, (_, cert) in sorted(solved.items())},
        staffing={},
        inputs=known.inputs,
        options=resolved_options(prepared, effort, options, past, grids),
        findings=(*prepared.findings, *check_long_codes(communities["grids"], policy)),
    )
    return staff_run(run, known.settings)


def staff_run(run: Run, settings: dict[str, Any]) -> Run:
    """Return a run with its staffing computed (again)."""
    staffing = staff_district(
        grids=run.grids,
        communities=run.communities,
        cells=run.cells,
        edges=run.edges[run.edges["passable"]],
        halls=run.halls,
        workforce=run.workforce,
        policy=run.policy,
        settings=settings,
        lang=run.lang,
    )
    kept = tuple(f for f in run.findings if not f.code.startswith(("staffing.", "scope.")))
    return replace(
        run,
        grids=put_columns(run.grids, staffing.grids),
        communities=put_columns(run.communities, staffing.communities),
        staffing=staffing.sheets,
        findings=(*kept, *staffing.findings),
    )


def put_columns(table: gpd.GeoDataFrame, columns: pd.DataFrame) -> gpd.GeoDataFrame:
    """Return a table with some columns replaced or added."""
    return table.assign(**{name: columns[name].reindex(table.index) for name in columns})


def previous_grid_of(prepared: Prepared, past: Past | None) -> pd.Series:
    """Return the old grid's code of every cell, blank where there was none."""
    atoms = prepared.atoms
    if past is not None:
        whole = past.buildings.drop_duplicates("building_id").set_index("building_id")["grid_code"]
        piece = past.buildings.set_index(["building_id", "unit"])["grid_code"]
        exact = piece.reindex(pd.MultiIndex.from_frame(atoms[["building_id", "unit"]])).to_numpy()
        found = pd.Series(exact, index=atoms.index).fillna(atoms["building_id"].map(whole))
        return found.fillna("").astype(object)
    if prepared.district.previous_grids.empty:
        return pd.Series("", index=atoms.index, dtype=object)
    return assign_previous(atoms, prepared.district.previous_grids)


def code_labels(
    prepared: Prepared, label: pd.Series, previous: pd.Series, past: Past | None, policy: Policy
) -> dict[str, str]:
    """Return the official code of every label."""
    drawn = draw_boundaries(prepared.ground.cells, label)
    centres = middles(drawn)
    centres["special"] = [name.rsplit("/", 1)[1].startswith("s-") for name in centres.index]
    community = pd.Series([name.rsplit("/", 1)[0] for name in centres.index], index=centres.index)
    shared = pd.DataFrame({"label": label, "old_code": previous, "households": prepared.atoms["households"]})
    if past is not None:  # whom an edit or a lock holds to a grid, that grid's code follows, whatever the overlap
        held = past.held.reindex(label.index).fillna("")
        shared = pd.concat([shared, pd.DataFrame({"label": label, "old_code": held, "households": HELD})])
    shared = shared[(shared["label"] != "") & (shared["old_code"] != "")]
    kept = shared.groupby(["label", "old_code"], as_index=False)["households"].sum()
    codes: dict[str, str] = {}
    for community_id, mine in centres.groupby(community):
        before = kept[kept["label"].isin(mine.index)] if past else None
        codes |= assign_codes(str(community_id), mine, policy, kept=before, retired=past.retired if past else ())
    return codes


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
    columns = [*BUILDING_COLUMNS, "compound", "site", "cell_id", "geometry"]
    return table[columns].rename_axis(None)


def grids_table(
    prepared: Prepared,
    cells: gpd.GeoDataFrame,
    label: pd.Series,
    codes: dict[str, str],
    previous: pd.Series,
    policy: Policy,
) -> gpd.GeoDataFrame:
    """Return the grids, without staffing, with every grid outside the window still called lawful."""
    grid_of_cell = cells["grid_code"]
    polygons = draw_boundaries(cells.geometry, grid_of_cell)
    held = cells[grid_of_cell != ""]
    by_grid = held.groupby("grid_code")
    table = pd.DataFrame(index=polygons.index)
    table["grid_code"] = table.index
    table["community_id"] = by_grid["community_id"].first()
    known = prepared.district.communities
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
    prepared: Prepared, solved: dict[str, Solved], cells: gpd.GeoDataFrame, grids: gpd.GeoDataFrame
) -> gpd.GeoDataFrame:
    """Return the communities with their plan's figures; staffing comes later."""
    known = prepared.district.communities
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
    figures = {c: community_figures(cert) for c, (_, cert) in solved.items()}
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


def certificate_record(certificate: Certificate) -> dict[str, Any]:
    """Return a certificate as JSON-able figures in metres."""
    figures = community_figures(certificate)
    low, high = figures.pop("grids_min"), figures.pop("grids_max")
    options = [
        {"k": o.k, "objective_m": o.objective / COST_UNITS_PER_M, "smallest": o.smallest, "largest": o.largest,
         "proven": o.proven}
        for o in certificate.k_options
    ]  # fmt: skip
    argument = {"argument": certificate.argument}
    return figures | {"k": certificate.k, "k_min": low, "k_max": high, "k_options": options} | argument


def explain_exceptions(
    prepared: Prepared,
    solved: dict[str, Solved],
    communities: gpd.GeoDataFrame,
    codes: dict[str, str],
    policy: Policy,
) -> list[dict[str, Any]]:
    """Return code, facts and remedies of every grid outside the window."""
    rows: list[dict[str, Any]] = []
    neighbours = community_neighbours(communities)
    free = prepared.atoms[prepared.given == ""]
    for community_id, (plan, _) in sorted(solved.items()):
        if not plan.exceptions:
            continue
        place = look_around(community_id, communities, free, prepared.edges, neighbours, policy)
        for exception in plan.exceptions:
            members = np.flatnonzero(plan.assignment == exception.grid)
            told = explain(place, exception, members)
            rows.append(told | {"community_id": community_id, "grid_code": codes[f"{community_id}/{exception.grid}"]})
    return rows


def label_grids(grids: gpd.GeoDataFrame, exceptions: gpd.GeoDataFrame) -> dict[str, Any]:
    """Return status, reason and remedy of the grids with the exceptions marked."""
    told = exceptions.set_index("grid_code")
    status = grids["status"].where(~grids.index.isin(told.index), "exception")
    texts = {name: told[name].reindex(grids.index).fillna("").astype(object) for name in ("reason", "remedy")}
    return {"status": status, **texts}


def quarantine_table(prepared: Prepared) -> gpd.GeoDataFrame:
    """Return the rows that could not be planned, as read."""
    bad = prepared.checked.bad
    return bad[[*QUARANTINE_COLUMNS, "geometry"]].reset_index(drop=True)


def resolved_options(
    prepared: Prepared, effort: Effort, options: PlanOptions, past: Past | None, grids: gpd.GeoDataFrame
) -> dict[str, Any]:
    """Return the options as the record keeps them."""
    retired: list[str] = []
    if past:
        old = set(past.buildings["grid_code"]) - {""}
        retired = sorted((old | set(past.retired)) - set(grids.index))
    return options.asked | {
        "grids": options.grids,
        "bad_rows": options.bad_rows,
        "missing": options.missing,
        "lang": options.lang,
        "effective_date": options.effective_date,
        "effort": {"name": effort.name, "seed": effort.seed},
        "households_meaning": prepared.district.settings.get("households_meaning", ""),
        "staffing": prepared.district.settings.get("staffing", {}),
        "retired_codes": retired,
    }
