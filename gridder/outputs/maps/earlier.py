"""What reviewers said of the older plan: kept in the record, shown beside the grids of the new one."""

from __future__ import annotations

from typing import Any

from gridder.outputs.maps.sheet import Sheet
from gridder.outputs.maps.two import Both, both
from gridder.tables import Run

WEIGHT = ("reject", "", "accept")  # of several reviewers, the one that wants most stands in the row
CLOCK = 16  # letters of 2026-11-20T14:03:00+08:00 that say day and time


def reviews_of(run: Run, community_id: str) -> list[dict[str, Any]]:
    """Return the reviews of one community that the run's record keeps."""
    kept = run.options.get("reviews") or []
    return [review for review in kept if review["community_id"] == community_id]


def mark_earlier(run: Run, sheet: Sheet) -> dict[int, str]:
    """Return what was said of grids, by their place: reject, accept, or blank for a comment alone."""
    found: dict[str, str] = {}
    for review in reviews_of(run, sheet.community_id):
        for told in review["comments"]:
            said = found.get(told["grid_code"], told["verdict"])
            found[told["grid_code"]] = min(said, told["verdict"], key=WEIGHT.index)
    return {g: found[str(code)] for g, code in enumerate(sheet.grids.index) if str(code) in found}


def tell_earlier(run: Run, sheet: Sheet) -> dict[str, Any]:
    """Return the last review as templates show it: ``whole`` (of the community), ``grids`` by code, ``gone``.

    ``gone`` holds what was said of grids that are no more. Names and comments stand as they were written.
    """
    shown = {str(code) for code in sheet.grids.index}
    same = same_grids(run)
    told: dict[str, list[dict[str, Any]]] = {}
    for review in reviews_of(run, sheet.community_id):
        for comment in review["comments"]:
            told.setdefault(comment["grid_code"], []).append(tell_comment(comment, who(review), same))
    return {
        "whole": [tell_whole(review) for review in reviews_of(run, sheet.community_id)],
        "grids": {code: notes for code, notes in told.items() if code in shown},
        "gone": [
            note | {"head": both("edits.grid_gone", code=code)}
            for code, notes in sorted(told.items())
            if code not in shown
            for note in notes
        ],
    }


def same_grids(run: Run) -> set[str]:
    """Return the grids that were sent back and whose buildings are as before, as the run found them."""
    return {code for f in run.findings if f.code == "edits.sent_back_same" for code in f.ids}


def who(review: dict[str, Any]) -> Both:
    """Return who signed a review, and when."""
    nobody = both("edits.page_nobody")
    name = {lang: review["reviewer"] or text for lang, text in nobody.items()}
    when = review["signed_at"][:CLOCK].replace("T", " ")
    return both("edits.page_who", reviewer=name, when=when) if when else name


def tell_comment(comment: dict[str, str], signed: Both, same: set[str]) -> dict[str, Any]:
    """Return head, text and remark of what was said of one grid."""
    unchanged = comment["verdict"] == "reject" and comment["grid_code"] in same
    return {
        "verdict": comment["verdict"],
        "head": both(f"edits.grid_{comment['verdict'] or 'comment'}", who=signed),
        "text": comment["text"],
        "remark": both("edits.grid_same") if unchanged else None,
    }


def tell_whole(review: dict[str, Any]) -> Both:
    """Return one sentence on what a reviewer handed back for the community."""
    comments = review["comments"]
    return both(
        f"edits.page_{review['verdict'] or 'none'}",
        who=who(review),
        moves=len(review["edits"]),
        locks=len(review["locks"]),
        back=sum(1 for told in comments if told["verdict"] == "reject"),
        comments=sum(1 for told in comments if told["text"]),
    )
