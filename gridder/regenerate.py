"""New data and an old plan → a plan that changes little: old codes live on, edits and locks are hard."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from gridder.assemble import Past, assemble, previous_grid_of
from gridder.changes import assign_previous
from gridder.edits import Edits, tell_edits
from gridder.effort import Effort, Progress, silent
from gridder.errors import Finding, InputError
from gridder.policy import Policy
from gridder.prepare import PlanOptions, Prepared, pose_wishes, prepare, solve_prepared
from gridder.problems import Wishes
from gridder.segments import connected_parts
from gridder.tables import District, Run


def regenerate_district(
    district: District,
    policy: Policy,
    effort: Effort,
    options: PlanOptions,
    *,
    old: Run | None = None,
    edits: Edits | None = None,
    progress: Progress = silent,
) -> Run:
    """Return a plan of new data that keeps as much of the old plan as the rules allow.

    Parameters
    ----------
    old
        The older delivery; None takes the layer ``previous_grids`` of the input.
    edits
        Moves and locks, both hard: a moved building is in its grid, a locked grid keeps its buildings and takes none
        but new ones that touch nothing else. Comments and verdicts are kept in ``options["reviews"]``.

    Raises
    ------
    InputError
        No old plan at all; edits that name a building or grid that the data or the old plan do not know; edits and
        locks that no plan of connected grids can keep.
    """
    prepared = prepare(district, policy, options, progress=progress)
    past = past_from(prepared, old)
    previous = previous_grid_of(prepared, past)
    edits = edits or Edits()
    refuse_unknown(prepared, previous, edits)
    wishes = make_wishes(prepared, previous, edits)
    refuse_torn(prepared, wishes, edits)
    held = wishes.fixed.where(wishes.locked == "", wishes.locked)
    prepared = pose_wishes(prepared, policy, options, wishes)
    solved = solve_prepared(prepared, effort, options, progress)
    past = replace(past, held=held, edits=edits.moves, locks=edits.locks, reviews=edits.reviews)
    run = assemble(prepared, solved, policy, effort, options, past)
    refuse_unkept(run, edits)
    return replace(run, findings=(*run.findings, *tell_edits(edits, past.buildings, run.buildings)))


def past_from(prepared: Prepared, old: Run | None) -> Past:
    """Return the old plan: a delivery's, or the one drawn as previous grids."""
    if old is not None:
        return Past(
            pd.DataFrame(old.buildings.drop(columns="geometry")), tuple(old.options.get("retired_codes", ()))
        )
    drawn = prepared.district.previous_grids
    if drawn.empty:
        raise InputError("errors.no_old_plan")
    atoms = prepared.atoms
    codes = assign_previous(atoms, drawn)
    return Past(
        pd.DataFrame(atoms[["building_id", "unit", "households", "community_id"]]).assign(grid_code=codes)
    )


def refuse_unknown(prepared: Prepared, previous: pd.Series, edits: Edits) -> None:
    """Raise InputError for edits and locks of buildings or grids that are not there, all in one go."""
    buildings, grids = set(prepared.atoms["building_id"]), set(previous) - {""}
    lost = sorted({m["building_id"] for m in edits.moves} - buildings)
    community_of = dict(zip(previous, prepared.atoms["community_id"]))
    home = dict(zip(prepared.atoms["building_id"], prepared.atoms["community_id"]))
    across = sorted(
        m["building_id"]
        for m in edits.moves
        if m["building_id"] in home
        and community_of.get(m["to_grid"], home[m["building_id"]]) != home[m["building_id"]]
    )
    unknown = sorted(({m["to_grid"] for m in edits.moves} | set(edits.locks)) - grids)
    units = set(zip(prepared.atoms["building_id"], prepared.atoms["unit"], strict=True))
    parts = sorted(
        f"{m['building_id']}#{m['unit']}"
        for m in edits.moves
        if m["unit"] and m["building_id"] in buildings and (m["building_id"], m["unit"]) not in units
    )
    findings = []
    if parts:
        findings.append(Finding("plan.edit_unit_unknown", "problem", {"n": len(parts)}, tuple(parts)))
    if lost:
        findings.append(Finding("plan.edit_building_unknown", "problem", {"n": len(lost)}, tuple(lost)))
    if across:
        findings.append(Finding("plan.edit_across_communities", "problem", {"n": len(across)}, tuple(across)))
    if unknown:
        findings.append(Finding("plan.edit_grid_unknown", "problem", {"n": len(unknown)}, tuple(unknown)))
    special = moves_of_sites(prepared, previous, edits)
    if special:
        findings.append(Finding("plan.edit_special", "problem", {"n": len(special)}, tuple(special)))
    if findings:
        raise InputError("errors.edits_unusable", findings=tuple(findings), files=", ".join(edits.files))


def moves_of_sites(prepared: Prepared, previous: pd.Series, edits: Edits) -> list[str]:
    """Return the buildings that edits move out of a special site, or into the grid of one; sorted."""
    atoms = prepared.atoms
    on_site = atoms["site"] != ""
    buildings, grids = set(atoms.loc[on_site, "building_id"]), set(previous[on_site]) - {""}
    # a move to where a building is moves nothing
    here = set(zip(atoms.loc[on_site, "building_id"], previous[on_site]))
    return sorted(
        m["building_id"]
        for m in edits.moves
        if (m["building_id"] in buildings or m["to_grid"] in grids)
        and (m["building_id"], m["to_grid"]) not in here
    )


def refuse_torn(prepared: Prepared, wishes: Wishes, edits: Edits) -> None:
    """Raise InputError for locked grids that would not be one connected piece, moves done."""
    torn = []
    for code in edits.locks:
        cells = wishes.locked.index[wishes.locked == code]
        place = pd.Series(range(len(cells)), index=cells)
        edges = prepared.edges[prepared.edges["passable"]]
        edges = edges[edges["cell_a"].isin(cells) & edges["cell_b"].isin(cells)]
        parts = connected_parts(
            len(cells), place[edges["cell_a"]].to_numpy(), place[edges["cell_b"]].to_numpy()
        )
        if len(set(parts)) > 1:
            torn.append(code)
    if torn:
        finding = Finding("plan.lock_torn", "problem", {"n": len(torn)}, tuple(torn))
        raise InputError("errors.edits_unusable", findings=(finding,), files=", ".join(edits.files))


def refuse_unkept(run: Run, edits: Edits) -> None:
    """Raise InputError for moves that the plan could not keep: the grid would not be connected."""
    table = run.buildings
    lost = []
    for move in edits.moves:
        mine = table[table["building_id"] == move["building_id"]]
        mine = mine[mine["unit"] == move["unit"]] if move["unit"] else mine
        if set(mine["grid_code"]) != {move["to_grid"]}:
            lost.append(f"{move['building_id']} → {move['to_grid']}")
    if lost:
        finding = Finding("plan.edit_not_kept", "problem", {"n": len(lost)}, tuple(lost))
        raise InputError("errors.edits_unusable", findings=(finding,), files=", ".join(edits.files))


def make_wishes(prepared: Prepared, previous: pd.Series, edits: Edits) -> Wishes:
    """Return what the old plan and the edits ask of the new one.

    A moved building is held to its grid together with the grid's largest building that stays; a locked grid is given
    as it was, with moves into and out of it done.
    """
    atoms = prepared.atoms
    wanted = previous.copy()
    moved = pd.Series("", index=atoms.index, dtype=object)
    for move in edits.moves:
        mine = atoms["building_id"] == move["building_id"]
        if move["unit"]:
            mine &= atoms["unit"] == move["unit"]
        moved[mine] = wanted[mine] = move["to_grid"]
    fixed = moved.copy()
    for code in sorted(set(moved) - {""}):
        stays = atoms[(previous == code) & (moved == "")]
        if len(stays):
            fixed[stays.sort_values("households", ascending=False, kind="stable").index[0]] = code
    locked = lock_cells(prepared, wanted, edits.locks)
    return Wishes(wanted, fixed.where(locked == "", ""), locked)


def lock_cells(prepared: Prepared, wanted: pd.Series, locks: tuple[str, ...]) -> pd.Series:
    """Return the locked grid of each cell: its old members, and new buildings whose only neighbours are members."""
    locked = wanted.where(wanted.isin(locks), "").astype(object)
    if not locks:
        return locked
    edges = prepared.edges[prepared.edges["passable"]]
    both = pd.concat([edges[["cell_a", "cell_b"]].set_axis(["cell", "other"], axis=1),
                      edges[["cell_b", "cell_a"]].set_axis(["cell", "other"], axis=1)])  # fmt: skip
    new = both[both["cell"].map(wanted) == ""].assign(grid=lambda t: t["other"].map(locked))
    only = new.groupby("cell")["grid"].agg(lambda grids: grids.iloc[0] if grids.nunique() == 1 else "")
    return locked.where(~locked.index.isin(only.index), only.reindex(locked.index).fillna("")).astype(object)
