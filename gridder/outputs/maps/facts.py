"""What the community page says of a community and its grids: every figure and sentence, in both languages."""

from __future__ import annotations

import json
import re
from typing import Any

import pandas as pd

from gridder.outputs.maps.layers import number_of, records, row_of, text_of
from gridder.outputs.maps.two import Both, both, say_reason, say_remedy
from gridder.policy import Policy
from gridder.tables import Run
from gridder.text import LANGS

SIGNS = {"lawful": "✓", "exception": "▲", "special": "◆"}
NUMERALS = str.maketrans("一二三四五六七八九", "123456789")
FORCE_RANK = {"hard": 0, "soft": 1, "reading": 2, "house": 3, "data": 4}


def clause_tag(policy: Policy, field: str) -> dict[str, Any]:
    """Return the tag of a rule: its clause, whether it is a house rule, its force and its words."""
    source = policy.sources[field]
    house = source.force == "house"
    name = both("maps.house_rule") if house else clause_name(source.clause)
    words = {"zh": source.words, "en": source.words}  # the document's own words, in its own language
    return {"name": name, "house": house, "words": words, "force": both(f"maps.force_{source.force}")}


def clause_name(clause: str) -> Both:
    """Return a clause as each language writes it: A二(三)2 is A 2(3)2 in English."""
    return {
        "zh": clause,
        "en": re.sub(r"^([AB])(\d)", r"\1 \2", clause.translate(NUMERALS).replace("、", ", ")),
    }


def clause_of(policy: Policy, clause: str) -> dict[str, Any] | None:
    """Return the tag of a clause as an exception names it, with the words of the policy's rule."""
    if not clause:
        return None
    fields = [f for f, source in policy.sources.items() if source.clause == clause]
    if fields:
        return clause_tag(policy, min(fields, key=lambda f: FORCE_RANK[policy.sources[f].force]))
    return {
        "name": clause_name(clause),
        "house": False,
        "words": clause_name(clause),
        "force": both("maps.force_hard"),
    }


def tell_community(run: Run, community_id: str) -> dict[str, Any]:
    """Return the facts of the header and the first lines of the panel.

    Every text is a ``Both`` unless it is a name or a code of the data; ``grids`` and ``cases`` are told
    elsewhere.
    """
    row = row_of(run.communities, community_id)
    grids = run.grids[run.grids["community_id"].astype(str) == community_id]
    special = int((grids["status"] == "special").sum())
    out = int((grids["status"] == "exception").sum())
    planned = len(grids) - special
    certificate = run.certificates.get(community_id, {})
    return {
        "id": community_id,
        "name": text_of(row["name"]) or community_id,
        "district": run.name or run.district_id,
        "subdistrict": text_of(row["subdistrict"]),
        "policy": run.policy.name,
        "households": number_of(row["households"]) or 0,
        "buildings": number_of(row["buildings"]) or 0,
        "low": run.policy.households_min,
        "high": run.policy.households_max,
        "workers": number_of(row["grid_workers"]) or 0,
        "police": number_of(row["auxiliary_police"]) or 0,
        "summary": summarise(row, planned, special),
        "verdict": judge(text_of(row["status"]), planned, out),
        "quality": say_quality(text_of(row["status"]), certificate),
        "evidence": list_evidence(certificate),
        "notes": list_notes(run, community_id),
        "fingerprint": text_of(run.options.get("plan_sha256"))[:16],
    }


def summarise(row: pd.Series, planned: int, special: int) -> Both:
    """Return households, buildings and grids in one line."""
    facts = {"households": number_of(row["households"]) or 0, "buildings": number_of(row["buildings"]) or 0}
    if special:
        return both("maps.summary_special", **facts, grids=planned, special=special)
    return both("maps.summary", **facts, grids=planned)


def judge(status: str, planned: int, out: int) -> Both:
    """Return the first sentence of the panel."""
    if status in ("empty", "failed"):
        return both(f"maps.verdict_{status}")
    if planned < 2:
        return both(
            "maps.verdict_special" if not planned else f"maps.verdict_one_{'look' if out else 'lawful'}"
        )
    if not out:
        return both("maps.verdict_lawful", n=planned)
    return both("maps.verdict", n=planned, lawful=planned - out, look=out)


def say_quality(status: str, certificate: dict[str, Any]) -> Both:
    """Return what is proven of the plan, and nothing that is not."""
    return narrow(name_quality(status, certificate), certificate)


def narrow(claim: Both, certificate: dict[str, Any]) -> Both:
    """Return a claim; one for a number of grids holds for that number in each piece: one more here, one less there is not met."""
    pieces = certificate.get("pieces") or 1
    if pieces == 1 or certificate.get("bound_kind") != "fixed_k":
        return claim
    return both("maps.claim_pieces", claim=claim, pieces=pieces)


def name_quality(status: str, certificate: dict[str, Any]) -> Both:
    """Return what is proven of the plan, of all its pieces taken together."""
    gap = certificate.get("gap")
    fixed = certificate.get("bound_kind") == "fixed_k"
    if status == "bounded" or (status == "relaxed" and gap is not None):
        walked = certificate.get("objective") == "distance"
        nearest = "relaxed_walk" if walked else "relaxed_gap"
        code = "maps.quality_" + (nearest if status == "relaxed" else "bounded")
        return both(code + ("_k" if fixed else ""), gap=per_cent(gap), k=certificate.get("k"))
    if status == "optimal" and fixed:
        return both("maps.quality_optimal_k", k=certificate.get("k"))
    return both(f"maps.quality_{status}")


def per_cent(share: float | None) -> str:
    """Return a share as per cent with one digit, rounded up: a proof never promises more than it holds."""
    return "—" if share is None else f"{-(-share * 1000 // 1) / 10:.1f}"


def list_evidence(certificate: dict[str, Any]) -> list[Both]:
    """Return the figures behind the quality: value, bound, what the bound holds for, lawful k."""
    objective = certificate.get("objective_m")
    if objective is None:
        return []
    walked = certificate.get("objective") == "distance"
    name, per = ("walk", 1000) if walked else ("evidence", 1)
    lines = [both(f"maps.{name}_value", value=round(objective / per))]
    bound = certificate.get("bound_m")
    if bound is not None:
        kind = "fixed_k" if certificate.get("bound_kind") == "fixed_k" else "global"
        gap = certificate.get("gap")
        facts = {"value": round(bound / per), "gap": per_cent(gap), "k": certificate.get("k")}
        lines.append(narrow(both(f"maps.{name}_bound_{kind}", **facts), certificate))
    return lines


def list_notes(run: Run, community_id: str) -> list[Both]:
    """Return what a reader must know: what counts as a household, missing counts, another window."""
    notes = []
    meaning = text_of(run.options.get("households_meaning"))
    if meaning:
        notes.append(both("maps.households_meaning", meaning=meaning_of(meaning)))
    mine = run.buildings[run.buildings["community_id"].astype(str) == community_id]
    for flag in ("count_missing", "estimated"):
        n = int(mine[flag].fillna(False).astype(bool).sum())
        if n:
            notes.append(both(f"maps.note_{flag}", n=n))
    if run.policy.departs_from_jilin:
        notes.append(both("maps.note_departs", low=run.policy.households_min, high=run.policy.households_max))
    return notes


def meaning_of(meaning: str) -> Both:
    """Return what a household is, in both languages; words of the planner's own stay as they are."""
    known = {"户籍": "registered", "常住": "resident", "住宅套数": "dwellings"}
    return both(f"maps.meaning_{known[meaning]}") if meaning in known else {"zh": meaning, "en": meaning}


# ── exceptions ──


def tell_cases(run: Run, community_id: str) -> list[dict[str, Any]]:
    """Return the exceptions of a community: grid_code, title, reason, remedies, clause; sorted by grid."""
    rows = run.exceptions[run.exceptions["community_id"].astype(str) == community_id]
    cases = [tell_case(run.policy, row) for row in records(rows)]
    return sorted(cases, key=lambda case: (case["grid_code"], case["code"], case["title"]["zh"]))


def tell_case(policy: Policy, row: dict[str, Any]) -> dict[str, Any]:
    """Return one exception in words."""
    households = number_of(row["households"]) or 0
    code = text_of(row["grid_code"])
    facts = {"no": code[-policy.code_digits :] if code else "—", "households": households}
    low, high = policy.households_min, policy.households_max
    if households < low:
        title = both("maps.case_below", **facts, difference=low - households)
    elif households > high:
        title = both("maps.case_above", **facts, difference=households - high)
    else:
        title = both("maps.case_other", **facts)
    return {
        "grid_code": code,
        "code": text_of(row["code"]),
        "title": title,
        **tell_why(row),
        "clause": clause_of(policy, text_of(row["clause"])),
    }


def tell_why(row: dict[str, Any]) -> dict[str, Any]:
    """Return reason and remedies of an exception in both languages.

    A delivery of an older gridder may lack facts that today's sentences say: then its own words stand in both.
    """
    facts, remedies = (json.loads(text_of(row.get(name)) or "null") for name in ("facts", "remedies"))
    try:
        reason = say_reason(text_of(row["code"]), facts or {})
        return {"reason": reason, "remedies": [say_remedy(remedy) for remedy in remedies or ()]}
    except KeyError:
        own = {name: dict.fromkeys(LANGS, text_of(row[name])) for name in ("reason", "remedy")}
        return {"reason": own["reason"], "remedies": [own["remedy"]]}
