"""What the command line tells: lines and JSON-able results. It prints nothing itself."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from gridder.errors import Finding
from gridder.policy import Policy, policy_fields
from gridder.text import list_ids, say, say_finding

SIGNS = {"problem": "✕", "warning": "!", "note": "·"}
REASONS_TOLD = 3  # reasons of one kind told in full for one community; a hundred of them nobody reads
OF_STAFFING = ("staffing.", "roster.", "inputs.", "halls.", "scope.")
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


def of_staffing(findings: Sequence[Finding]) -> list[Finding]:
    """Return what concerns people, posts and halls, without notes."""
    return [f for f in findings if f.code.startswith(OF_STAFFING) and f.level != "note"]


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
    """Return findings, then the communities that cannot have a lawful plan, then how many of what and what to do next.

    The community with most households in question comes first; of many reasons of one kind the worst are told in full
    and the others named.
    """
    if not inspection.findings and not inspection.impossible:
        return [say(lang, "cli.nothing_found"), *next_lines(inspection, lang)]
    lines = findings_lines(inspection.findings, lang)
    by_community: dict[str, list[dict[str, Any]]] = {}
    for told in inspection.impossible:
        by_community.setdefault(str(told["community_id"]), []).append(told)
    for community, reasons in sorted(by_community.items(), key=lambda one: -households_of(one[1])):
        lines.append("▲ " + say(lang, "cli.impossible", community=community, n=len(reasons)))
        for code in sorted({told["code"] for told in reasons}):
            lines += reason_lines([told for told in reasons if told["code"] == code], lang)
    counts = {f"{level}s": sum(f.level == level for f in inspection.findings) for level in SIGNS}
    lines.append(say(lang, "cli.checked", impossible=len(by_community), **counts))
    return [*lines, *next_lines(inspection, lang)]


def next_lines(inspection: Any, lang: str) -> list[str]:
    """Return the command that plans what was checked, if it is known."""
    if not inspection.next_command:
        return []
    open_questions = any(finding.level == "problem" for finding in inspection.findings)
    code = "cli.next_decide" if open_questions else "cli.next_plan"
    return [say(lang, code, command=inspection.next_command)]


def households_of(reasons: Sequence[dict[str, Any]]) -> int:
    """Return the households in question."""
    return sum(int(told["households"]) for told in reasons)


def reason_lines(reasons: Sequence[dict[str, Any]], lang: str) -> list[str]:
    """Return reasons of one kind in one community: those farthest from the window with remedies, the others named."""
    from gridder.exceptions import say_reason, say_remedies

    ranked = sorted(reasons, key=lambda told: -max(told["facts"]["over"], told["facts"]["short"]))
    lines = []
    for told in ranked[:REASONS_TOLD]:
        lines.append("    " + say_reason(lang, told["code"], told["facts"]))
        lines.append("      " + say_remedies(lang, told["remedies"]))
    rest = ranked[REASONS_TOLD:]
    if rest:
        names = tuple(f"{told['facts']['building']} ({told['households']:,})" for told in rest)
        lines.append("    " + say(lang, "cli.impossible_more", n=len(rest), names=list_ids(lang, names)))
    return lines


def inspection_json(inspection: Any, lang: str) -> dict[str, Any]:
    """Return the same as plain data."""
    findings = [finding_json(f, lang) for f in inspection.findings]
    return {
        "findings": findings,
        "impossible": list(inspection.impossible),
        "next_command": inspection.next_command,
    }


def strict_json(result: Any) -> str:
    """Return a result as JSON that every reader takes: no NaN, no Infinity (null stands there), no numpy."""
    return json.dumps(plain(result), ensure_ascii=False, indent=1, sort_keys=True, allow_nan=False)


def plain(value: Any) -> Any:
    """Return a value as JSON can hold it."""
    if isinstance(value, dict):
        return {str(key): plain(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(inner) for inner in value]
    if value is None or isinstance(value, (bool, str)):
        return value
    item = getattr(value, "item", None)
    number = item() if callable(item) else value
    if isinstance(number, (bool, int, str)):
        return number
    if isinstance(number, float):
        return number if math.isfinite(number) else None
    return None if str(number) in ("<NA>", "NaT") else str(number)


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


def violation_lines(violations: Sequence[Any], lang: str, unchecked: Sequence[Any] = ()) -> list[str]:
    """Return one line a violation, or one of relief when there is none; then what was not looked at."""
    lines = [f"✕ {told_violation(v, lang)}" for v in violations] or [say(lang, "cli.no_violation")]
    return lines + [f"– {told_violation(v, lang)}" for v in unchecked]


def told_violation(violation: Any, lang: str) -> str:
    """Return the sentence of a violation with the ids concerned."""
    listed = f" [{list_ids(lang, violation.ids)}]" if violation.ids else ""
    return say(lang, violation.code, **violation.facts) + listed


def violation_json(violations: Sequence[Any], lang: str, unchecked: Sequence[Any] = ()) -> dict[str, Any]:
    """Return the same as plain data."""
    told, untold = (
        [asdict(v) | {"ids": list(v.ids), "text": say(lang, v.code, **v.facts)} for v in some]
        for some in (violations, unchecked)
    )
    return {"violations": told, "unchecked": untold}


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
