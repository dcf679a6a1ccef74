"""Official codes: the 12 digits of a community and a running number (as in DB11/T 2157-2023)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pandas as pd

from gridder.errors import Finding
from gridder.policy import Policy

COMMUNITY_DIGITS = 12  # 6 county + 3 subdistrict + 3 community: 统计用区划代码
URBAN = range(1, 200)  # community part of a residents' committee (居委会)
RURAL = range(200, 400)  # of a villagers' committee (村委会)


def assign_codes(
    community_id: str,
    grids: pd.DataFrame,
    policy: Policy,
    *,
    kept: pd.DataFrame | None = None,
    retired: Iterable[str] = (),
) -> dict[str, str]:
    """Return the code of every grid of one community.

    Parameters
    ----------
    grids
        Indexed by label: x, y (centroid, metres), special (bool). New codes follow x (whole metres, ascending), then
        y (descending); special grids have a series of their own.
    kept
        Households shared with old grids: label, old_code, households. Each new grid keeps the code of the old grid
        with which it shares most households; each old code is kept at most once.
    retired
        Codes never to be used again.

    Returns
    -------
    dict
        Label → code, unique.
    """
    codes = keep_codes(grids, kept, community_id)
    used = {*codes.values(), *retired, *(kept["old_code"] if kept is not None else ())}
    order = grids.assign(x=grids["x"].round().astype(int), y=-grids["y"]).sort_values(
        ["x", "y"], kind="stable"
    )
    digits = policy.code_digits
    if len(grids) >= policy.code_special_first:
        digits += 1
    special_first = (policy.code_special_first - 1) * 10 ** (digits - policy.code_digits) + 1
    for special, number in ((False, 1), (True, special_first)):
        for label in order.index[order["special"] == special]:
            if label in codes:
                continue
            while code_of(community_id, number, digits) in used:
                number += 1
            codes[label] = code_of(community_id, number, digits)
            used.add(codes[label])
    return codes


def keep_codes(grids: pd.DataFrame, kept: pd.DataFrame | None, community_id: str) -> dict[str, str]:
    """Return label → old code by largest overlap, each label and each code once."""
    codes: dict[str, str] = {}
    if kept is None or kept.empty:
        return codes
    ranked = kept.sort_values(["households", "old_code", "label"], ascending=[False, True, True])
    taken: set[str] = set()
    row: Any
    for row in ranked.itertuples():
        mine = str(row.old_code).startswith(community_id)
        if mine and row.label in grids.index and row.label not in codes and row.old_code not in taken:
            codes[row.label] = str(row.old_code)
            taken.add(str(row.old_code))
    return codes


def code_of(community_id: str, number: int, digits: int) -> str:
    """Return a grid's code: id and number without a dash for official ids, with one for others."""
    dash = "" if is_official(community_id) else "-"
    return f"{community_id}{dash}{number:0{digits}d}"


def is_official(community_id: str) -> bool:
    """Whether an id is a 12-digit code of the statistical divisions."""
    return len(community_id) == COMMUNITY_DIGITS and community_id.isascii() and community_id.isdigit()


def grid_number(code: str, community_id: str) -> str:
    """Return the running number of a grid's code as text, for labels."""
    return code[len(community_id) :].lstrip("-") if code.startswith(community_id) else code


def check_long_codes(grids: pd.Series, policy: Policy) -> list[Finding]:
    """Return a warning for communities with so many grids that codes take one digit more (counts by community_id)."""
    many = grids[grids >= policy.code_special_first]
    facts = {"n": len(many), "digits": policy.code_digits + 1}
    ids = tuple(sorted(many.index))
    return [Finding("plan.codes_long", "warning", facts, ids, "communities")] if len(many) else []


def check_codes(community_ids: list[str]) -> list[Finding]:
    """Return a warning for ids that are no official code of an urban or rural committee."""
    odd = [c for c in community_ids if not is_official(c)]
    outside = [c for c in community_ids if is_official(c) and int(c[9:]) not in (*URBAN, *RURAL)]
    findings = []
    if odd:
        findings.append(
            Finding("plan.codes_unofficial", "warning", {"n": len(odd)}, tuple(sorted(odd)), "communities")
        )
    if outside:
        facts = {"n": len(outside)}
        findings.append(
            Finding("plan.codes_outside", "warning", facts, tuple(sorted(outside)), "communities")
        )
    return findings
