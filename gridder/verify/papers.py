"""Checks of the papers around a plan: workbook, maps that need no network, changes, the rules recorded."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from zipfile import BadZipFile

from gridder.policy import load_policy, policy_fields, policy_names
from gridder.verify.base import Delivery, Violation, as_count, as_text, blame, counts

SHEETS = (
    "Summary",
    "Grids",
    "Communities",
    "Subdistricts",
    "Hiring",
    "Budget",
    "Exceptions",
    "Changes",
    "Rules",
)
RULES = (  # the rules that verify judges by; a delivery of an older version may lack others
    "households_min", "households_max", "contact_min_m", "uncrossable", "crossing_reach_m", "code_digits",
    "code_special_first", "grid_workers_per_grid", "auxiliary_police_per_grid", "posts_base_households",
    "posts_base_min", "posts_base_max", "posts_step_min_households", "posts_step_max_households", "step_rounding",
)  # fmt: skip
UNSAFE = re.compile(r"[^0-9A-Za-z_\-\u3400-\u9fff]")  # characters that no page is named by

COMMENT = re.compile(r"<!--.*?-->|/\*.*?\*/", re.S)
PROGRAM = re.compile(r"(<(script|style)\b[^>]*>)(.*?)</\2>", re.S | re.I)
REMOTE = r"""\s*["'`]?\s*(?:https?:)?//"""
IN_MARKUP = re.compile(rf"""\b(?:src|href|action|poster|srcset|data)\s*={REMOTE}|\burl\({REMOTE}""", re.I)
LOADING = "img|script|link|iframe|frame|source|track|video|audio|embed|object|image|use"  # tags that fetch
IN_PROGRAM = re.compile(
    rf"""\burl\({REMOTE}|@import{REMOTE}|\b(?:fetch|tileLayer|importScripts|import|WebSocket|EventSource)\({REMOTE}"""
    rf"""|\.open\(\s*["']\w+["']\s*,{REMOTE}|\.src\s*={REMOTE}|<(?:{LOADING})\b[^<>]*?\b(?:src|href|data)\s*={REMOTE}""",
    re.I,
)


def check_policy(delivery: Delivery) -> list[Violation]:
    """The rules recorded are complete, and those of the shipped policy where that is what is named."""
    named, rules = delivery.record["policy"], delivery.rules
    if named["name"] not in policy_names():
        return []
    shipped = load_policy(named["name"])
    if shipped.sha256 != named["sha256"]:
        return []  # an earlier version, or the planner's own of the same name: its values are recorded
    differing = [field for field in policy_fields() if rules.get(field) != getattr(shipped, field)]
    return [blame("policy_differs", differing, policy=named["name"])] if differing else []


def missing_rules(record: dict[str, Any]) -> list[Violation]:
    """Return what is missing among the recorded rules; without them nothing else can be judged."""
    rules = record["policy"]["rules"]
    missing = [field for field in RULES if not isinstance(rules, dict) or field not in rules]
    return [blame("record_key", [f"policy.rules.{field}" for field in missing])] if missing else []


def check_maps(delivery: Delivery) -> list[Violation]:
    """Every community with grids has its page, and no page asks the network for anything."""
    pages = sorted((delivery.directory / "maps").rglob("*.html"))
    names = [page.stem for page in pages]
    lost = []
    for community in sorted(set(delivery.grids["community_id"])):
        safe = UNSAFE.sub("_", community)
        if not any(name == safe or name.startswith((f"{safe}_", f"{safe}-")) for name in names):
            lost.append(community)
    found = [blame("map_missing", lost)] if lost else []
    for page in pages:
        for address in remote_addresses(page.read_text("utf-8", errors="replace")):
            found.append(blame("map_asks_network", page=page.name, address=address))
            break
    return found


def remote_addresses(page: str) -> Iterator[str]:
    """Yield what a page would fetch from elsewhere; name spaces, licence comments and texts do not count."""
    plain = COMMENT.sub(" ", page)
    for opening, _, body in PROGRAM.findall(plain):
        yield from (excerpt(body, hit) for hit in IN_PROGRAM.finditer(body))
        yield from (excerpt(opening, hit) for hit in IN_MARKUP.finditer(opening))
    markup = PROGRAM.sub(" ", plain)
    yield from (excerpt(markup, hit) for hit in IN_MARKUP.finditer(markup))


def excerpt(text: str, hit: re.Match[str]) -> str:
    """Return the words around a hit, short enough for one line."""
    return " ".join(text[max(hit.start(), hit.end() - 40) : hit.end() + 40].split())


def check_workbook(delivery: Delivery) -> list[Violation]:
    """The workbook has its sheets, and its grids and communities carry the households of the plan."""
    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    path = delivery.directory / "staffing.xlsx"
    if not path.is_file():
        return []
    try:
        book = load_workbook(path, read_only=True, data_only=True)
    except (BadZipFile, InvalidFileException, KeyError) as error:
        return [blame("file_unreadable", file=path.name, why=str(error))]
    lost = [name for name in SHEETS if name not in book.sheetnames]
    found = [blame("sheet_missing", lost)] if lost else []
    for sheet, table, column in (
        ("Grids", delivery.grids, "grid_code"),
        ("Communities", delivery.communities, "community_id"),
    ):
        if sheet in book.sheetnames:
            rows = [[as_text(cell) for cell in row] for row in book[sheet].iter_rows(values_only=True)]
            wrong = wrong_rows(rows, dict(zip(table[column], counts(table["households"]))))
            if wrong:
                found.append(blame("workbook_differs", wrong, sheet=sheet))
    book.close()
    return found


def wrong_rows(rows: list[list[str]], households: dict[str, int]) -> list[str]:
    """Return the ids whose row is missing or does not carry their households."""
    by_id: dict[str, set[str]] = {}
    for row in rows:
        for cell in row:
            if cell in households:
                by_id.setdefault(cell, set()).update(row)
                break
    return [key for key, n in households.items() if str(n) not in by_id.get(key, ())]


def check_changes(delivery: Delivery) -> list[Violation]:
    """Every change names a piece, the grid it is in now, another one before, and its households."""
    table = delivery.assignments
    now = {
        (b, u): (g, h)
        for b, u, g, h in zip(table["building_id"], table["unit"], table["grid_code"], table["households"])
    }
    wrong = []
    columns = ["building_id", "unit", "old_grid", "new_grid", "households"]
    for building, unit, old, new, households in delivery.changes[columns].itertuples(index=False):
        grid, true = now.get((building, unit), ("", None))
        gone = (building, unit) not in now
        if (gone and new) or (not gone and (new != grid or as_count(households) != true)) or old == new:
            wrong.append(building)
    return [blame("change_false", wrong)] if wrong else []
