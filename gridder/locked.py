"""Locked grids beside the engine's plan: what they change in certificates and exceptions."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from gridder.exceptions import Place, lawful_k
from gridder.partition.answer import Certificate, GridException, KOption
from gridder.partition.parallel import Solved
from gridder.policy import Policy
from gridder.prepare import Prepared
from gridder.segments import connected_parts

LOCK = "l-"  # names of given grids that are locked begin with this; special sites with another letter


def locked_grids(prepared: Prepared) -> pd.DataFrame:
    """Return the locked grids: label (community/l-code), community_id, households."""
    atoms = prepared.atoms[prepared.given.str.startswith(LOCK)]
    label = atoms["community_id"].astype(str) + "/" + prepared.given[atoms.index]
    table = pd.DataFrame(
        {"label": label, "community_id": atoms["community_id"], "households": atoms["households"]}
    )
    return table.groupby(["label", "community_id"], as_index=False)[["households"]].sum()


def certify_with_locks(
    prepared: Prepared, solved: dict[str, Solved], locked: pd.DataFrame, policy: Policy
) -> dict[str, Certificate]:
    """Return the certificate of every community, those with locked grids speaking of all their grids.

    What was proven of the rest is not proven of the whole, so a community with locks claims no bound.
    """
    certificates = {c: certificate for c, (_, certificate) in solved.items()}
    for community_id, mine in locked.groupby("community_id"):
        outside = (mine["households"] < policy.households_min) | (mine["households"] > policy.households_max)
        low, high = lawful_range(prepared, str(community_id), policy)
        rest = certificates.get(str(community_id))
        relaxed = bool(outside.any()) or (rest is not None and rest.status in ("relaxed", "not_found"))
        n = len(mine)
        options = tuple(replace(o, k=o.k + n, proven=False) for o in rest.k_options) if rest else ()
        certificates[str(community_id)] = Certificate(
            status="relaxed" if relaxed else "feasible",
            objective=rest.objective if rest else 0,
            bound=None,
            bound_kind="none",
            gap=None,
            k=n + (rest.k if rest else 0),
            k_min=low,
            k_max=high,
            k_options=widen(options, mine["households"]),
            argument="locked grids are given; the rest was searched",
        )
    return certificates


def widen(options: tuple[KOption, ...], households: pd.Series) -> tuple[KOption, ...]:
    """Return options whose smallest and largest grid count the locked ones."""
    low, high = int(households.min()), int(households.max())
    return tuple(replace(o, smallest=min(o.smallest, low), largest=max(o.largest, high)) for o in options)


def piece_totals(prepared: Prepared, community_id: str) -> list[int]:
    """Return the households of every connected, inhabited piece of a community outside special sites."""
    atoms = prepared.atoms
    mine = atoms[(atoms["community_id"] == community_id) & (atoms["site"] == "")]
    place = pd.Series(np.arange(len(mine)), index=mine.index)
    edges = prepared.edges[prepared.edges["passable"]]
    edges = edges[edges["cell_a"].isin(mine.index) & edges["cell_b"].isin(mine.index)]
    part = connected_parts(len(mine), place[edges["cell_a"]].to_numpy(), place[edges["cell_b"]].to_numpy())
    totals = np.bincount(part, mine["households"].to_numpy())
    return [int(total) for total in totals if total > 0]


def lawful_range(prepared: Prepared, community_id: str, policy: Policy) -> tuple[int | None, int | None]:
    """Return the least and greatest lawful number of grids of a community as if nothing were locked."""
    ranges = [lawful_k(total, policy) for total in piece_totals(prepared, community_id)]
    if any(low > high for low, high in ranges):
        return None, None
    return sum(low for low, _ in ranges), sum(high for _, high in ranges)


def lock_exceptions(locked: pd.DataFrame, policy: Policy) -> list[tuple[str, str, GridException]]:
    """Return (community_id, label, exception) of every locked grid outside the window."""
    outside = locked[
        (locked["households"] < policy.households_min) | (locked["households"] > policy.households_max)
    ]
    return [
        (str(row["community_id"]), str(row["label"]), GridException(0, "lock", int(row["households"])))
        for row in outside.to_dict("records")
    ]


def with_locks(
    place: Place, exception: GridException, members: np.ndarray, label: pd.Series
) -> GridException:
    """Return an exception with the code that is true of the community as it stands with its locked grids.

    What is left beside a locked grid fails because of the lock, whatever its total; a locked grid that is a whole
    piece fails because of its own total, unless that could be divided: then, too, because of the lock.
    """
    mine = place.piece == place.piece[members[0]]
    grids = label.reindex(place.atoms.index[mine])
    if not grids.str.contains(f"/{LOCK}", regex=False).any():
        return exception
    least, greatest = lawful_k(exception.households, place.policy)
    if len(members) < mine.sum() or least <= greatest:
        return replace(exception, code="lock")
    too_small = exception.households < place.policy.households_min
    return replace(exception, code="component_too_small" if too_small else "component_between_k")
