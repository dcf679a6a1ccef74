"""What reviewers hand back (edits.json): moves, locks, comments and verdicts; and what became of each of them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from gridder.errors import Finding, InputError

SCHEMA = 1
VERDICTS = ("accept", "reject")
LISTS = ("edits", "locks", "comments")
OPEN = ("sent_back_same", "refused")  # what a planner still has to see to


@dataclass(frozen=True)
class Edits:
    """What reviewers decided: moves (building_id, unit or blank, to_grid), locked grids, the plan they saw.

    ``reviews`` holds each file as it is kept in the new delivery (``review_of``): nothing of it is lost.
    """

    moves: tuple[dict[str, str], ...] = ()
    locks: tuple[str, ...] = ()
    plan_sha256: str = ""
    files: tuple[str, ...] = ()
    reviews: tuple[dict[str, Any], ...] = ()


def read_edits(paths: list[Path]) -> Edits:
    """Return the edits of one or several files of one plan.

    Raises
    ------
    InputError
        Not JSON, another schema, a missing key, files of different plans, or one building sent to two grids.
    """
    moves: dict[tuple[str, str], dict[str, str]] = {}
    grids: dict[str, dict[str, str]] = {}  # building_id → unit, blank for the whole → grid
    plans: dict[str, str] = {}
    reviews = []
    for path in paths:
        tree = read_edits_file(path)
        plans[str(tree["plan_sha256"])] = path.name
        reviews.append(review_of(tree))
        for move in reviews[-1]["edits"]:
            key = move["building_id"], move["unit"]
            said = grids.setdefault(key[0], {})
            about_it = [grid for unit, grid in said.items() if unit in ("", key[1]) or not key[1]]
            if any(grid != move["to_grid"] for grid in about_it):
                raise InputError("errors.edits_conflict", file=path.name, building=key[0])
            said[key[1]] = move["to_grid"]
            moves[key] = {name: move[name] for name in ("building_id", "unit", "to_grid")}
    if len(plans) > 1:
        raise InputError("errors.edits_two_plans", files=", ".join(sorted(plans.values())))
    return Edits(
        moves=tuple(moves[key] for key in sorted(moves)),
        locks=tuple(sorted({code for review in reviews for code in review["locks"]})),
        plan_sha256=next(iter(plans), ""),
        files=tuple(path.name for path in paths),
        reviews=tuple(sorted(reviews, key=lambda review: json.dumps(review, sort_keys=True))),
    )


def read_edits_file(path: Path) -> dict[str, Any]:
    """Return the content of one edits file of the schema that is promised."""
    if not path.is_file():
        raise InputError("errors.no_file", path=str(path))
    try:
        tree = json.loads(path.read_text("utf-8-sig"))
    except (
        json.JSONDecodeError,
        UnicodeDecodeError,
        RecursionError,
    ) as error:  # the last: brackets without end
        raise InputError("errors.edits_unreadable", file=path.name, why=str(error)) from None
    if not isinstance(tree, dict) or tree.get("schema") != SCHEMA or "plan_sha256" not in tree:
        raise InputError("errors.edits_schema", file=path.name, schema=SCHEMA)
    for name in LISTS:
        if not isinstance(tree.get(name, []), list):
            raise InputError("errors.edits_list", file=path.name, key=name)
    refuse_incomplete(path, "edits", tree, ("building_id", "to_grid"))
    refuse_incomplete(path, "comments", tree, ("grid_code",))
    return tree


def refuse_incomplete(path: Path, key: str, tree: dict[str, Any], needed: tuple[str, ...]) -> None:
    """Raise InputError for the first entry of a list that lacks what it cannot do without."""
    for number, entry in enumerate(tree.get(key, []), start=1):
        if not isinstance(entry, dict) or not all(entry.get(name) for name in needed):
            raise InputError(
                "errors.edits_entry", file=path.name, key=key, number=number, needed=", ".join(needed)
            )


def review_of(tree: dict[str, Any]) -> dict[str, Any]:
    """Return one file as ``plan.json`` keeps it (``options.reviews``): its texts, blank where it says nothing."""
    return {
        "plan_sha256": text(tree["plan_sha256"]),
        "community_id": text(tree.get("community_id")),
        "reviewer": text(tree.get("reviewer")),
        "signed_at": text(tree.get("signed_at")),
        "verdict": verdict_of(tree),
        "edits": [
            {name: text(move.get(name)) for name in ("building_id", "unit", "to_grid", "reason")}
            for move in tree.get("edits", [])
        ],
        "locks": [text(code) for code in tree.get("locks", [])],
        "comments": [
            {
                "grid_code": text(told["grid_code"]),
                "text": text(told.get("text")),
                "verdict": verdict_of(told),
            }
            for told in tree.get("comments", [])
        ],
    }


def text(value: Any) -> str:
    """Return a value of JSON as text that can be written; null is blank, half a sign (a lone surrogate) is "?"."""
    return "" if value is None else str(value).encode("utf-8", "replace").decode("utf-8")


def verdict_of(tree: dict[str, Any]) -> str:
    """Return accept, reject, or blank for whatever else may stand there."""
    return str(tree["verdict"]) if tree.get("verdict") in VERDICTS else ""


# ── what became of it ──


def tell_edits(edits: Edits, old: pd.DataFrame, new: pd.DataFrame) -> tuple[Finding, ...]:
    """Return what was done with everything the reviewers handed back.

    Parameters
    ----------
    old, new
        The buildings before and after: building_id, unit, grid_code.
    """
    comments = [comment for review in edits.reviews for comment in review["comments"]]
    back = sorted({comment["grid_code"] for comment in comments if comment["verdict"] == "reject"})
    changed = [code for code in back if members(old, code) != members(new, code)]
    told: dict[str, list[str]] = {
        "moved": [f"{move['building_id']} → {move['to_grid']}" for move in edits.moves],
        "locked": list(edits.locks),
        "commented": sorted({comment["grid_code"] for comment in comments if comment["text"]}),
        "accepted": sorted({comment["grid_code"] for comment in comments if comment["verdict"] == "accept"}),
        "sent_back_changed": changed,
        "sent_back_same": [code for code in back if code not in changed],
        "refused": sorted({r["community_id"] for r in edits.reviews if r["verdict"] == "reject"}),
    }
    facts = {"comments": sum(1 for comment in comments if comment["text"])}
    return tuple(
        Finding(
            f"edits.{key}",
            "warning" if key in OPEN else "note",
            {"n": len(ids)} | (facts if key == "commented" else {}),
            tuple(ids),
        )
        for key, ids in told.items()
        if ids
    )


def members(buildings: pd.DataFrame, code: str) -> set[tuple[str, str]]:
    """Return building and unit of everything in a grid."""
    mine = buildings[buildings["grid_code"] == code]
    return set(zip(mine["building_id"], mine["unit"], strict=True))
