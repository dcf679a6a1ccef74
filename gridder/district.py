"""The flow, one call a stage: a district as read → a Run. It writes nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from gridder.assemble import assemble
from gridder.check import Checked, check_district, settle, tell_open
from gridder.effort import Effort, Progress, silent
from gridder.errors import Finding
from gridder.exceptions import explain, look_around, survey
from gridder.partition.answer import GridException
from gridder.partition.diagnose import diagnose
from gridder.policy import Policy
from gridder.prepare import PlanOptions, prepare, prepare_settled, solve_prepared
from gridder.staffing.posts import is_rural
from gridder.staffing.roster_counts import reckoning_of, settle_people
from gridder.tables import District, Run


@dataclass(frozen=True)
class Inspection:
    """What ``check`` found: findings about the data, and why communities cannot have a lawful plan.

    ``impossible`` has one entry a reason: community_id, code, households, facts, remedies. ``next_command`` plans the
    same input read the same way; blank where nobody typed a command.
    """

    findings: tuple[Finding, ...]
    impossible: tuple[dict[str, Any], ...]
    next_command: str = ""


def plan_district(
    district: District,
    policy: Policy,
    effort: Effort,
    options: PlanOptions,
    *,
    progress: Progress = silent,
) -> Run:
    """Return the plan of every community of one district.

    Raises
    ------
    InputError
        Bad rows or unknown counts, and the options say ``stop``.
    """
    prepared = prepare(district, policy, options, progress=progress)
    solved = solve_prepared(prepared, effort, options, progress)
    return assemble(prepared, solved, policy, effort, options)


def inspect_district(
    district: District, policy: Policy, options: PlanOptions, *, progress: Progress = silent
) -> Inspection:
    """Return what is wrong with the data and which communities cannot have a lawful plan; nothing is planned.

    Nothing is decided either: rows that cannot be planned and unknown counts are told as open questions, whatever
    the options. The diagnosis alone leaves such rows out and takes unknown counts as 0, and says so.
    """
    checked = check_district(district, policy)
    settled = settle(checked, bad_rows="quarantine", missing="zero", policy=policy)
    if settled.district.buildings.empty:
        return Inspection(tell_open(checked, policy), ())
    prepared = prepare_settled(settled, policy, options, progress=progress)
    communities = prepared.communities
    sums = settled.district.buildings.groupby("community_id")["households"].sum()
    named = communities.assign(households=sums.reindex(communities.index).fillna(0).astype(int))
    drawn = named.reindex(prepared.ground.outlines.index).set_geometry(prepared.ground.outlines)
    around = survey(drawn, prepared.ground.cells, prepared.atoms, prepared.district.barriers)
    impossible = []
    for community_id, question in prepared.questions.items():
        reasons = diagnose(question.problem)
        if not reasons:
            continue
        inside = prepared.atoms[prepared.atoms["site"] == ""]
        place = look_around(community_id, inside, prepared.edges, around, policy)
        for reason in reasons:
            members = np.array(reason.nodes)
            households = int(question.problem.households[members].sum())
            facts = {**reason.facts, "nodes": list(reason.nodes)}
            told = explain(place, GridException(0, reason.code, households, facts), members)
            impossible.append(told | {"community_id": community_id})
    later = prepared.findings[len(prepared.checked.findings) :]  # of cells, pockets, towers, codes
    rural = tell_rural(list(communities.index), policy)
    people = settle_people(
        district.workforce,
        communities,
        policy,
        reckoning=reckoning_of(district.settings, options.effective_date),
    )
    findings = (*tell_open(checked, policy), *later, *rural, *people.findings, *note_assumed(checked))
    return Inspection(findings, tuple(impossible))


def tell_rural(community_ids: list[str], policy: Policy) -> tuple[Finding, ...]:
    """Return the warning about communities whose codes are those of villages, if there are any."""
    rural = tuple(sorted(one for one in community_ids if is_rural(one, policy)))
    return (Finding("scope.rural", "warning", {"n": len(rural)}, rural, "communities"),) if rural else ()


def note_assumed(checked: Checked) -> tuple[Finding, ...]:
    """Return the note of what the diagnosis took for granted, if anything is open."""
    facts = {"rows": len(checked.bad), "unknown": len(checked.missing_ids)}
    return (Finding("check.judged_as_if", "note", facts, layer="buildings"),) if any(facts.values()) else ()
