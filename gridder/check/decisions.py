"""A checked district and the decisions about its rows and counts: what is open, what was decided."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Literal

import geopandas as gpd
import pandas as pd
import shapely

import gridder.check.defects as defects
from gridder.check.estimates import estimate_counts, tell_cut
from gridder.check.repair import POINT
from gridder.errors import Finding, InputError
from gridder.policy import Policy
from gridder.read.counts import is_residential
from gridder.tables import District

# Findings that say why many rows are bad at once: told with them.
MISPLACED = (
    "datum.communities_shifted",
    "datum.apart",
    "datum.apart_mends",
    "datum.off_area",
    "datum.off_area_mends",
)
DECISIONS = ("check.count_missing", *defects.BAD_REASONS)  # findings that a decision of settle answers


@dataclass(frozen=True)
class Checked:
    """A district that can be planned once the decisions are made.

    Parameters
    ----------
    district
        Repaired; ``buildings`` sorted by id, each with its ``community_id``, without the bad rows;
        ``communities`` sorted by id, outlines one valid coverage on a 1 mm grid (None where the input has
        none).
    bad
        Rows that cannot be planned: building_id, households (as read; NA when no number), layer, row, reason
        (key of a sentence), households_text, geometry.
    missing_ids
        Buildings whose count is unknown, sorted.
    findings
        Everything to tell, that of reading first.
    """

    district: District
    bad: gpd.GeoDataFrame
    missing_ids: tuple[str, ...]
    findings: tuple[Finding, ...]


def settle(
    checked: Checked,
    *,
    bad_rows: Literal["stop", "quarantine"],
    missing: Literal["stop", "zero", "estimate"],
    policy: Policy,
) -> Checked:
    """Return the district decided: ``households`` int64, ``count_missing`` and ``estimated`` bool.

    Planned and quarantined households add up to the input's.

    Raises
    ------
    InputError
        There are bad rows or unknown counts and the decision about them is ``stop``: all are listed.
    """
    undecided = []
    if bad_rows == "stop" and len(checked.bad):
        undecided += [finding for finding in checked.findings if finding.code in defects.BAD_REASONS]
    if missing == "stop" and checked.missing_ids:
        undecided += offer_choices(checked, policy)
    if undecided:
        code = "errors.bad_rows" if bad_rows == "stop" and len(checked.bad) else "errors.counts_missing"
        facts = {"n": len(checked.bad) if code == "errors.bad_rows" else len(checked.missing_ids)}
        causes = [finding for finding in checked.findings if finding.code in MISPLACED]
        raise InputError(code, findings=(*causes, *undecided), **facts)
    buildings = checked.district.buildings
    unknown = buildings["households"].isna()
    filled = (
        estimate_counts(buildings, policy) if missing == "estimate" else pd.Series(0, index=buildings.index)
    )
    settled = buildings.assign(
        households=buildings["households"].fillna(filled.astype("Int64")).astype("int64"),
        count_missing=unknown & (missing == "zero"),
        estimated=(unknown & (missing == "estimate")) | buildings["filled_from"].notna(),
    )
    findings = tell_decisions(checked, settled)
    if missing == "estimate":
        findings += tuple(tell_cut(buildings, unknown, policy))
    return replace(checked, district=replace(checked.district, buildings=settled), findings=findings)


def tell_decisions(checked: Checked, settled: gpd.GeoDataFrame) -> tuple[Finding, ...]:
    """Return the findings with what was open replaced by what was decided."""
    findings = [f for f in checked.findings if f.code not in DECISIONS]
    for finding in checked.findings:
        if finding.code in defects.BAD_REASONS:
            findings.append(replace(finding, level="warning"))
    if len(checked.bad):
        facts = {"n": len(checked.bad), "households": defects.sum_whole(checked.bad["households"])}
        findings.append(Finding("check.quarantined", "warning", facts, layer="buildings"))
    zero = settled[settled["count_missing"]]
    guess = settled[settled["estimated"] & settled["filled_from"].isna()]
    findings += defects.about("check.count_zeroed", "warning", zero)
    findings += defects.about(
        "check.count_estimated", "warning", guess, households=int(guess["households"].sum())
    )
    assert checked.district.communities is not None, "check_district gives every district its communities"
    findings += defects.find_empty_communities(settled, checked.district.communities)
    findings += defects.find_no_households(settled)
    return tuple(findings)


def tell_open(checked: Checked, policy: Policy) -> tuple[Finding, ...]:
    """Return the findings of a district about which nothing is decided: unknown counts with their choices.

    A community is called empty only where no count inside it is unknown.
    """
    findings = offer_quarantine(checked)
    if checked.missing_ids:
        findings += offer_choices(checked, policy)
    buildings = checked.district.buildings
    possible = buildings.assign(households=buildings["households"].fillna(1))
    assert checked.district.communities is not None, "check_district gives every district its communities"
    findings += defects.find_empty_communities(possible, checked.district.communities)
    findings += defects.find_no_households(possible)
    return tuple(findings)


def offer_quarantine(checked: Checked) -> list[Finding]:
    """Return the findings without unknown counts, the choice about bad rows behind the last of these."""
    findings = [f for f in checked.findings if f.code != "check.count_missing"]
    last = max((at for at, f in enumerate(findings) if f.code in defects.BAD_REASONS), default=None)
    if last is not None:
        facts = {"n": len(checked.bad), "households": defects.sum_whole(checked.bad["households"])}
        findings.insert(last + 1, Finding("check.choice_quarantine", "note", facts))
    return findings


def offer_choices(checked: Checked, policy: Policy) -> list[Finding]:
    """Return how many counts are unknown, of which use, and what each choice would do."""
    buildings = checked.district.buildings
    rows = buildings[buildings["households"].isna()]
    uses = [is_residential(use) for use in rows["use"]]
    guess = estimate_counts(buildings, policy)[rows.index]
    known = int(buildings["households"].sum())
    facts = {
        "n": len(rows),
        "share": round(100.0 * len(rows) / len(buildings), 1),
        "residential": sum(use is True for use in uses),
        "other": sum(use is False for use in uses),
        "unknown": sum(use is None for use in uses),
    }
    choices: dict[str, Any] = {
        "known": known,
        "n": len(rows),
        "guess": int(guess.sum()),
        "total": known + int(guess.sum()),
    }
    points = shapely.get_type_id(rows.geometry.to_numpy()) == POINT
    choices |= {
        "no_floors": int((rows["floors"].isna() & ~points).sum()),
        "points": int(points.sum()),
        "area": policy.floor_area_per_household_m2,
        "maximum": policy.households_max,
    }
    return [
        Finding("check.missing_counts", "problem", facts, checked.missing_ids, "buildings"),
        Finding("check.choice_zero", "note", {"n": len(rows), "known": known}),
        Finding("check.choice_estimate", "note", choices),
        Finding("check.choice_stop", "note"),
    ]
