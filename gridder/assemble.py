"""A prepared district and its solved plans → a Run: codes, polygons, tables, reasons, staffing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gridder.boundaries import draw_boundaries, middles
from gridder.changes import assign_previous, list_changes
from gridder.codes import assign_codes, check_long_codes
from gridder.effort import Effort
from gridder.errors import Finding
from gridder.exceptions import exceptions_table, explain, look_around, survey
from gridder.locked import certify_with_locks, lock_exceptions, locked_grids, piece_totals, with_locks
from gridder.partition.answer import Certificate
from gridder.partition.parallel import Solved
from gridder.plan_tables import (
    buildings_table,
    cells_table,
    communities_table,
    community_figures,
    grids_table,
    quarantine_table,
)
from gridder.policy import Policy
from gridder.prepare import PlanOptions, Prepared, label_cells
from gridder.problems import COST_UNITS_PER_M
from gridder.staffing.roster_counts import People, reckoning_of, settle_people, tell_of_people
from gridder.staffing.roster_sheet import Asked
from gridder.staffing.staff import Planned, staff_district
from gridder.tables import CHANGE_COLUMNS, Run

HELD = 10**6  # weight of an edited or locked cell when codes are kept: more than any overlap in households


@dataclass(frozen=True)
class Past:
    """An older plan as regenerate knows it: its buildings (pieces with grid_code), codes retired before it, the
    reviewers' edits, locks and reviews, and the grids that these hold cells to (code by cell_id, blank elsewhere)."""

    buildings: pd.DataFrame
    retired: tuple[str, ...] = ()
    held: pd.Series = field(default_factory=lambda: pd.Series(dtype=object))
    edits: tuple[dict[str, str], ...] = ()
    locks: tuple[str, ...] = ()
    reviews: tuple[dict[str, Any], ...] = ()


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
    grids = grids_table(prepared, cells, codes, previous)
    locked = locked_grids(prepared)
    certificates = certify_with_locks(prepared, solved, locked, policy)
    communities = communities_table(prepared, certificates, cells, grids)
    rows = explain_exceptions(prepared, solved, communities, codes, policy, locked)
    exceptions = exceptions_table(rows, grids, policy, options.lang)
    grids = put_columns(grids, label_grids(grids, exceptions))
    communities["exceptions"] = (
        exceptions["community_id"].value_counts().reindex(communities.index).fillna(0).astype(int)
    )
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
        workforce=pd.DataFrame(),
        certificates=record_certificates(prepared, certificates, options.objective),
        staffing={},
        inputs=known.inputs,
        options=resolved_options(prepared, effort, options, past, grids),
        findings=(
            *prepared.findings,
            *check_long_codes(communities["grids"], policy),
            *tell_other_k(certificates, options),
        ),
    )
    return staff_run(put_people(run, known.workforce, anonymous=options.anonymous), known.settings)


def record_certificates(
    prepared: Prepared, certificates: Mapping[str, Certificate], objective: str
) -> dict[str, dict[str, Any]]:
    """Return ``Run.certificates``: what was found and proven for each community, sorted by id."""
    return {
        community: certificate_record(found, piece_totals(prepared, community)) | {"objective": objective}
        for community, found in sorted(certificates.items())
    }


def staff_run(run: Run, settings: dict[str, Any]) -> Run:
    """Return a run with its staffing computed (again)."""
    planned = Planned(
        grids=run.grids,
        communities=run.communities,
        cells=run.cells.assign(units=run.buildings.get("units"), home=run.buildings.geometry),
        edges=run.edges[run.edges["passable"]],
        barriers=run.barriers,
        halls=run.halls,
        names=run.buildings["name"],
        certificates=run.certificates,
    )
    people = People(run.workforce, run.roster, tell_of_people(run.findings))
    staffing = staff_district(planned, people, settings, Asked(run.policy, run.lang, reckoning_day(run)))
    kept = tuple(f for f in run.findings if not f.code.startswith(("staffing.", "scope.", "halls.")))
    return replace(
        run,
        grids=put_columns(run.grids, staffing.grids),
        communities=put_columns(run.communities, staffing.communities),
        staffing=staffing.sheets,
        proposed_halls=place_halls(staffing.places, run.buildings),
        findings=(*kept, *staffing.findings),
    )


def place_halls(places: pd.DataFrame, buildings: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the places of proposed halls as points in their buildings, in the order of ``places``."""
    pieces = buildings.sort_values(["building_id", "unit"], kind="stable").drop_duplicates("building_id")
    where = pieces.set_index("building_id").geometry.reindex(places["building_id"])
    points = shapely.point_on_surface(np.asarray(where))
    return gpd.GeoDataFrame(places.reset_index(drop=True), geometry=points, crs=buildings.crs)


def reckoning_day(run: Run) -> date | None:
    """Return the day on which the ages of a run's people are reckoned, None where nobody named one."""
    return reckoning_of(run.options, str(run.options.get("effective_date") or ""))


def put_people(run: Run, workforce: pd.DataFrame, *, anonymous: bool, told: tuple[Finding, ...] = ()) -> Run:
    """Return a run with the people of a table of staff: counts by community, and the persons of a roster.

    ``anonymous`` leaves the persons out and keeps the counts; ``told`` are findings of the reading.
    """
    people = settle_people(workforce, run.communities, run.policy, reckoning=reckoning_day(run))
    roster = people.roster.iloc[:0] if anonymous else people.roster
    return replace(
        run,
        workforce=people.counts,
        roster=roster,
        options=run.options | {"anonymous": anonymous, "roster": len(roster)},
        findings=(*run.findings, *told, *people.findings),
    )


def put_columns(table: gpd.GeoDataFrame, columns: pd.DataFrame) -> gpd.GeoDataFrame:
    """Return a table with some columns replaced or added."""
    return table.assign(**{str(name): columns[name].reindex(table.index) for name in columns})


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
    if past is not None:
        # whom an edit or a lock holds to a grid, that grid's code follows, whatever the overlap
        held = past.held.reindex(label.index).fillna("")
        shared = pd.concat([shared, pd.DataFrame({"label": label, "old_code": held, "households": HELD})])
    shared = shared[(shared["label"] != "") & (shared["old_code"] != "")]
    kept = shared.groupby(["label", "old_code"], as_index=False)["households"].sum()
    codes: dict[str, str] = {}
    for community_id, mine in centres.groupby(community):
        before = kept[kept["label"].isin(mine.index)] if past else None
        codes |= assign_codes(
            str(community_id), mine, policy, kept=before, retired=past.retired if past else ()
        )
    return codes


def certificate_record(certificate: Certificate, totals: list[int]) -> dict[str, Any]:
    """Return a certificate as JSON-able figures in metres; ``totals`` are the households of the pieces."""
    figures = community_figures(certificate)
    low, high = figures.pop("grids_min"), figures.pop("grids_max")
    options = [
        {"k": o.k, "objective_m": o.objective / COST_UNITS_PER_M, "smallest": o.smallest, "largest": o.largest,
         "proven": o.proven}
        for o in certificate.k_options
    ]  # fmt: skip
    argument = {"argument": certificate.argument, "pieces": len(totals)}
    return figures | {"k": certificate.k, "k_min": low, "k_max": high, "k_options": options} | argument


def tell_other_k(certificates: dict[str, Certificate], options: PlanOptions) -> list[Finding]:
    """Return a warning for every community where the number of grids asked for is not lawful, so another was taken."""
    if not isinstance(options.grids, int):
        return []
    return [
        Finding(
            "plan.k_not_lawful",
            "warning",
            {"community": c, "asked": options.grids, "low": cert.k_min, "high": cert.k_max, "k": cert.k},
            (c,),
            "communities",
        )
        for c, cert in sorted(certificates.items())
        if cert.k != options.grids and cert.k_min is not None
    ]


def explain_exceptions(
    prepared: Prepared,
    solved: dict[str, Solved],
    communities: gpd.GeoDataFrame,
    codes: dict[str, str],
    policy: Policy,
    locked: pd.DataFrame,
) -> list[dict[str, Any]]:
    """Return code, facts and remedies of every grid outside the window."""
    found = [
        (community_id, f"{community_id}/{exception.grid}", exception)
        for community_id, (plan, _) in solved.items()
        for exception in plan.exceptions
    ]
    found += lock_exceptions(locked, policy)
    label = label_cells(prepared, solved)
    around = survey(communities, prepared.ground.cells, prepared.atoms, prepared.district.barriers)
    inside = prepared.atoms[prepared.atoms["site"] == ""]
    rows: list[dict[str, Any]] = []
    for community_id, name, exception in sorted(found, key=lambda item: item[:2]):
        place = look_around(community_id, inside, prepared.edges, around, policy)
        members = np.flatnonzero(label.reindex(place.atoms.index) == name)
        told = explain(place, with_locks(place, exception, members, label), members)
        rows.append(told | {"community_id": community_id, "grid_code": codes[name]})
    return rows


def label_grids(grids: gpd.GeoDataFrame, exceptions: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return status, reason and remedy of the grids with the exceptions marked."""
    told = exceptions.set_index("grid_code")[["reason", "remedy"]]
    table = pd.DataFrame(told).reindex(grids.index).fillna("").astype(object)
    return table.assign(status=grids["status"].where(~grids.index.isin(told.index), "exception"))


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
        "objective": options.objective,
        "bad_rows": options.bad_rows,
        "missing": options.missing,
        "lang": options.lang,
        "effective_date": options.effective_date,
        "effort": {"name": effort.name, "seed": effort.seed},
        "households_meaning": prepared.district.settings.get("households_meaning", ""),
        "staffing": prepared.district.settings.get("staffing", {}),
        "retired_codes": retired,
        "edits": list(past.edits) if past else [],
        "locks": list(past.locks) if past else [],
        "reviews": list(past.reviews) if past else [],
    }
