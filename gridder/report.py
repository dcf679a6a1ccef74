"""What the command line tells: lines and JSON-able results. It prints nothing itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from gridder.errors import Finding
from gridder.policy import Policy, policy_fields
from gridder.text import list_ids, say, say_finding

SIGNS = {"problem": "✕", "warning": "!", "note": "·"}
CHOICE = "check.choice_"  # begins the code of a finding that offers a choice about the one before it


def findings_lines(findings: Sequence[Finding], lang: str) -> list[str]:
    """Return one line a finding, the most pressing first; choices stay behind what they answer."""
    order = {level: n for n, level in enumerate(SIGNS)}
    ranked: list[tuple[int, str]] = []
    for finding in findings:
        choice = finding.code.startswith(CHOICE) and bool(ranked)
        rank = ranked[-1][0] if choice else order[finding.level]
        sign = ("  " if choice else "") + SIGNS[finding.level]
        ranked.append((rank, f"{sign} {say_finding(lang, finding)}"))
    return [line for _, line in sorted(ranked, key=lambda one: one[0])]


def finding_json(finding: Finding, lang: str) -> dict[str, Any]:
    """Return a finding with its sentence."""
    return asdict(finding) | {"ids": list(finding.ids), "text": say_finding(lang, finding)}


def run_lines(run: Any, out: Path, lang: str) -> list[str]:
    """Return what a planner wants to know first of a plan: totals, exceptions with their reasons, what to open."""
    grids, communities = run.grids, run.communities
    facts = {
        "communities": int((communities["grids"] > 0).sum()),
        "grids": len(grids),
        "households": int(run.buildings["households"].sum()),
        "lawful": int((grids["status"] == "lawful").sum()),
        "special": int((grids["status"] == "special").sum()),
        "exceptions": len(run.exceptions),
    }
    lines = [say(lang, "cli.planned", **facts)]
    if run.policy.departs_from_jilin:
        low, high = run.policy.households_min, run.policy.households_max
        lines.append(say(lang, "cli.departs", low=low, high=high))
    for row in run.exceptions.itertuples():
        lines.append(
            say(lang, "cli.exception", grid=row.grid_code, households=row.households, reason=row.reason)
        )
    if len(run.changes):
        moved = run.changes[(run.changes["old_grid"] != "") & (run.changes["new_grid"] != "")]
        counts = {"buildings": moved["building_id"].nunique(), "households": int(moved["households"].sum())}
        lines.append(say(lang, "cli.changed", **counts))
    if len(run.quarantine):
        lines.append(say(lang, "cli.quarantined", n=len(run.quarantine)))
    return [*lines, say(lang, "cli.verified"), say(lang, "cli.open", path=str(out / "maps" / "index.html"))]


def run_json(run: Any, out: Path, lang: str) -> dict[str, Any]:
    """Return the same as plain data."""
    exceptions = run.exceptions.drop(columns=["geometry", "facts", "remedies"], errors="ignore")
    return {
        "out": str(out),
        "open": str(out / "maps" / "index.html"),
        "households": int(run.buildings["households"].sum()),
        "grids": len(run.grids),
        "communities": dict(sorted(run.communities["status"].items())),
        "exceptions": exceptions.to_dict("records"),
        "quarantined": len(run.quarantine),
        "findings": [finding_json(f, lang) for f in run.findings],
    }


def inspection_lines(inspection: Any, lang: str) -> list[str]:
    """Return findings, then the communities that cannot have a lawful plan, each with why and what would mend it."""
    from gridder.exceptions import say_reason, say_remedies

    lines = findings_lines(inspection.findings, lang)
    for told in inspection.impossible:
        lines.append("▲ " + say(lang, "cli.impossible", community=told["community_id"]))
        lines.append("    " + say_reason(lang, told["code"], told["facts"]))
        lines.append("    " + say_remedies(lang, told["remedies"]))
    return lines or [say(lang, "cli.nothing_found")]


def inspection_json(inspection: Any, lang: str) -> dict[str, Any]:
    """Return the same as plain data."""
    findings = [finding_json(f, lang) for f in inspection.findings]
    return {"findings": findings, "impossible": list(inspection.impossible)}


def policy_lines(policy: Policy, lang: str) -> list[str]:
    """Return the rules in force, each with its source."""
    lines = [f"{policy.name}  {policy.title.get(lang, '')}".rstrip()]
    if policy.departs_from_jilin:
        lines.append(say(lang, "cli.departs", low=policy.households_min, high=policy.households_max))
    for field in policy_fields():
        source = policy.sources[field]
        force = say(lang, f"cli.force_{source.force}")
        lines.append(f"{field} = {getattr(policy, field)}  [{source.clause}, {force}]  {source.words}")
    return lines


def policy_json(policy: Policy) -> dict[str, Any]:
    """Return the same as plain data."""
    return {
        "name": policy.name,
        "title": policy.title,
        "departs_from_jilin": policy.departs_from_jilin,
        "rules": {f: {"value": getattr(policy, f), **asdict(policy.sources[f])} for f in policy_fields()},
    }


def violation_lines(violations: Sequence[Any], lang: str) -> list[str]:
    """Return one line a violation; one line of relief when there is none."""
    if not violations:
        return [say(lang, "cli.no_violation")]
    return [
        f"✕ {say(lang, v.code, **v.facts)}" + (f" [{list_ids(lang, v.ids)}]" if v.ids else "")
        for v in violations
    ]


def violation_json(violations: Sequence[Any], lang: str) -> dict[str, Any]:
    """Return the same as plain data."""
    told = [asdict(v) | {"ids": list(v.ids), "text": say(lang, v.code, **v.facts)} for v in violations]
    return {"violations": told}


def batch_lines(result: Any, lang: str) -> list[str]:
    """Return one line a district, then how many are done, were done before, and failed."""
    signs = {"done": "✓", "skipped": "–", "failed": "✕"}
    lines = []
    for d in result.districts:
        note = d.message or say(lang, f"cli.batch_{d.status}")
        lines.append(
            say(lang, "cli.batch_line", sign=signs[d.status], district=d.name, code=d.exit_code, note=note)
        )
    counts = {status: result.count(status) for status in signs}
    return [*lines, say(lang, "cli.batch_total", n=len(result.districts), **counts)]


def batch_json(result: Any) -> dict[str, Any]:
    """Return the same as plain data."""
    return {"exit_code": result.exit_code, "districts": [asdict(d) for d in result.districts]}
