"""The table of grids, the strip of staffing and the options for k, as the page's templates take them."""

from __future__ import annotations

import json
from typing import Any

import geopandas as gpd
import pandas as pd

from gridder.outputs.maps.facts import SIGNS, clause_tag
from gridder.outputs.maps.layers import number_of, records, text_of
from gridder.outputs.maps.two import Both, both
from gridder.policy import Policy
from gridder.staffing.posts import explain_posts
from gridder.tables import Run
from gridder.text import LANGS

BAR_TOP = 1.2  # a household bar ends this far above the window
OPTIONS_MAX = 6  # rows of the table of k
NONE: Both = {"zh": "—", "en": "—"}


def tell_grids(
    run: Run, grids: gpd.GeoDataFrame, cases: list[dict[str, Any]], sites: list[str]
) -> list[dict[str, Any]]:
    """Return one row a grid: what needs a look first, special grids last, else by number.

    ``grids`` carries a column ``colour``; ``g`` of a row is the grid's place in ``grids``; ``sites`` holds
    the name of the special site of each grid, or an empty text.
    """
    rows = []
    for g, (code, grid) in enumerate(zip(grids.index, records(grids), strict=True)):
        mine = [case for case in cases if case["grid_code"] == str(code)]
        rows.append(tell_grid(run.policy, grid, mine) | {"g": g, "code": str(code), "site": sites[g]})
    return sorted(rows, key=lambda row: (not row["look"], row["status"] == "special", row["code"]))


def tell_grid(policy: Policy, grid: dict[str, Any], cases: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the figures of one grid."""
    status = text_of(grid["status"])
    households = number_of(grid["households"]) or 0
    walk = tell_round(grid)
    people = {
        "worker": number_of(grid["grid_worker"]) or 0,
        "police": number_of(grid["auxiliary_police"]) or 0,
    }
    counts = {"buildings": number_of(grid["buildings"]) or 0, **people}
    return {
        "no": text_of(grid["grid_no"]),
        "status": status,
        "look": status == "exception",
        "colour": int(grid["colour"]),
        "households": None if status == "special" and not households else households,
        **counts,
        "round": walk,
        "sign": SIGNS[status],
        "word": status_word(policy, status, households),
        "brief": both("maps.row_brief", **counts, round=walk)
        if walk != NONE
        else both("maps.row_brief_short", **counts),
        "cases": cases,
        "details": list_details(grid),
    }


def status_word(policy: Policy, status: str, households: int) -> Both:
    """Return the status of a grid in a word or two."""
    if status != "exception":
        return both(f"maps.status_{status}")
    if households < policy.households_min:
        return both("maps.status_below")
    if households > policy.households_max:
        return both("maps.status_above")
    return both("maps.status_look")


def tell_round(grid: dict[str, Any]) -> Both:
    """Return length and minutes of one round."""
    metres, minutes = number_of(grid["round_m"]), number_of(grid["round_min"])
    if metres is None or minutes is None:
        return NONE
    return both("maps.round", km=f"{metres / 1000:.1f}", minutes=minutes)


def list_details(grid: dict[str, Any]) -> list[dict[str, Both]]:
    """Return what unfolds under a row: names and values, unknown ones left out."""
    found: list[tuple[str, Both]] = []
    area, share = number_of(grid["area_m2"]), number_of(grid["barrier_share"], 3)
    if area is not None:
        found.append(("area", both("maps.value_area", hectares=f"{area / 10_000:.1f}")))
    if share is not None:
        found.append(("barrier_share", both("maps.value_share", share=round(100 * share))))
    compactness = number_of(grid["compactness"], 2)
    if compactness is not None:
        found.append(("compactness", {"zh": f"{compactness:.2f}", "en": f"{compactness:.2f}"}))
    visits, hall = number_of(grid["visits_per_day"], 1), number_of(grid["hall_minutes"])
    if visits is not None:
        found.append(("visits", both("maps.value_visits", n=f"{visits:.1f}")))
    if hall is not None:
        found.append(("hall_minutes", both("maps.value_minutes", n=hall)))
    previous = text_of(grid["previous_code"])
    if previous:
        kept = number_of(grid["households_kept"]) or 0
        found.append(("previous", both("maps.value_previous", code=previous, kept=kept)))
    return [{"name": both(f"maps.detail_{key}"), "value": value} for key, value in found]


# ── staffing ──


def tell_staffing(policy: Policy, row: pd.Series) -> dict[str, Any]:
    """Return the strip of staffing: band, present and advised on one scale, figures with their clauses."""
    low, high, posts = (number_of(row[key]) for key in ("posts_min", "posts_max", "posts"))
    present = number_of(row.get("present"))
    known = None not in (low, high, posts)
    facts = {"low": low, "high": high, "posts": posts}
    return facts | {
        "present": present,
        "sentence": both("maps.posts", **facts) if known else both("maps.posts_unknown"),
        "clause": clause_tag(policy, "posts_base_min"),
        "scale": scale_posts(low, high, posts, present) if known else None,
        "basis": both("maps.posts_basis"),
        "basis_clause": {**clause_tag(policy, "hall_staff"), "words": explain(row)},
        "figures": list_figures(policy, row),
    }


def explain(row: pd.Series) -> Both:
    """Return how the number of posts came about, as far as the run says."""
    derivation = text_of(row.get("derivation"))
    if not derivation:
        return both("maps.posts_basis_words")
    return {lang: explain_posts(lang, json.loads(derivation)) for lang in LANGS}


def scale_posts(low: int, high: int, posts: int, present: int | None) -> dict[str, Any]:
    """Return places in per cent on a scale that holds band, advice and present staff, with a margin."""
    marks = [low, high, posts] + ([present] if present is not None else [])
    start, end = min(marks) - 2, max(marks) + 2

    def place(n: int) -> float:
        return round(100 * (n - start) / (end - start), 2)

    right = present is not None and present > posts
    return {
        "low": place(low),
        "high": place(high),
        "width": round(place(high) - place(low), 2),
        "advised": place(posts),
        "advised_side": "" if present is None else ("to-left" if right else "to-right"),
        "present": None if present is None else place(present),
        "present_side": "to-right" if right else "to-left",
    }


def list_figures(policy: Policy, row: pd.Series) -> list[dict[str, Any]]:
    """Return hall, field, workers, party posts, what is to be hired; each with its clause."""
    grids = number_of(row["grid_workers"]) or 0
    hall, field = number_of(row["hall_staff"]), number_of(row["field_staff"])
    shortage = number_of(row["shortage"]) or 0
    gap = number_of(row.get("hiring_gap"))
    found = []
    if not grids and field is None:
        return []
    if hall is not None:
        found.append(("hall", both("maps.people", n=hall), "hall_staff_min", ""))
    if field is not None:
        enough = "enough" if field >= grids else "short"
        found.append(("field", both(f"maps.field_{enough}", n=field, grids=grids), "hall_staff_max", enough))
    pair = {"workers": grids, "police": number_of(row["auxiliary_police"]) or 0}
    found.append(("workers", both("maps.value_workers", **pair), "grid_workers_per_grid", ""))
    if number_of(row["party_posts"]) is not None:
        found.append(("party", both("maps.at_least", n=number_of(row["party_posts"])), "party_posts_min", ""))
    if shortage:
        found.append(("shortage", both("maps.people", n=shortage), "hall_staff_max", "short"))
    if gap is not None:
        found.append(("hire", say_hiring(policy, gap), "hiring_years", ""))
    return [
        {
            "name": both(f"maps.figure_{key}"),
            "value": value,
            "clause": clause_tag(policy, field),
            "state": state,
        }
        for key, value, field, state in found
    ]


def say_hiring(policy: Policy, gap: int) -> Both:
    """Return how many to hire and over how many years at most."""
    if gap < 0:
        return both("maps.hire_surplus", n=-gap)
    return both("maps.hire", n=gap, years=policy.hiring_years) if gap else both("maps.hire_none")


# ── options for k ──


def tell_options(policy: Policy, certificate: dict[str, Any], row: pd.Series) -> list[dict[str, Any]]:
    """Return at most ``OPTIONS_MAX`` rows of k around the one chosen, ascending."""
    k = certificate.get("k") or 0
    costs = {o["k"]: o.get("cost_yuan_year") for o in json.loads(text_of(row.get("k_staffing")) or "[]")}
    known = sorted(certificate.get("k_options") or [], key=lambda o: (abs(o["k"] - k), o["k"]))[:OPTIONS_MAX]
    options = sorted(known, key=lambda o: int(o["k"]))
    unit = "household_km" if certificate.get("objective") == "distance" else "km"
    return [tell_option(policy, o, costs.get(o["k"]), unit) | {"chosen": o["k"] == k} for o in options]


def tell_option(policy: Policy, option: dict[str, Any], cost: float | None, unit: str) -> dict[str, Any]:
    """Return one row of k."""
    smallest: Any = option.get("smallest")
    largest: Any = option.get("largest")
    objective = option.get("objective_m")
    pair = f"{option['k'] * policy.grid_workers_per_grid}＋{option['k'] * policy.auxiliary_police_per_grid}"
    known = None not in (smallest, largest)
    proof = "proven" if option.get("proven") else "unproven" if objective is not None else "unsolved"
    return {
        "k": option["k"],
        "smallest": smallest if known else None,
        "largest": largest if known else None,
        "out": known and (smallest < policy.households_min or largest > policy.households_max),
        "boundary": NONE if objective is None else both(f"maps.{unit}", n=f"{objective / 1000:.1f}"),
        "people": {"zh": pair, "en": pair},
        "cost": NONE if cost is None else both("maps.money", n=money(cost)),
        "priced": cost is not None,
        "proof": both(f"maps.option_{proof}"),
    }


def money(yuan: float) -> Both:
    """Return a sum in tens of thousands (zh) and thousands (en)."""
    return {"zh": f"{yuan / 10_000:,.1f}", "en": f"{yuan / 1_000:,.0f}"}


def say_lawful_k(certificate: dict[str, Any], *, empty: bool) -> Both:
    """Return the lawful numbers of grids, and that pieces cut off by barriers are counted apart."""
    low, high, pieces = certificate.get("k_min"), certificate.get("k_max"), certificate.get("pieces") or 1
    if empty:
        return both("maps.k_empty")
    if low is None or high is None:
        return both("maps.k_none")
    span, k = str(low) if low == high else f"{low}–{high}", certificate.get("k")
    if not is_lawful_k(certificate):
        return both("maps.k_outside", span=span, k=k)
    code = "maps.k_lawful" + ("_pieces" if pieces > 1 else "")
    return both(code, span=span, pieces=pieces)


def is_lawful_k(certificate: dict[str, Any]) -> bool:
    """Return whether the plan's number of grids is one of the lawful ones."""
    low, high, k = (certificate.get(key) for key in ("k_min", "k_max", "k"))
    if low is None or high is None or k is None:
        return False
    return bool(low <= k <= high)


def range_ends(policy: Policy, options: list[dict[str, Any]]) -> tuple[int, int]:
    """Return both ends of the scale of grid sizes: a quarter beyond the window, or what an option needs."""
    pad = (policy.households_max - policy.households_min) // 4
    sizes = [n for o in options for n in (o["smallest"], o["largest"]) if n is not None]
    return min([policy.households_min - pad, *sizes]), max([policy.households_max + pad, *sizes])


def bar_top(policy: Policy, largest: list[int]) -> int:
    """Return the households at the end of a bar: a fifth above the window, or the largest grid."""
    return max(round(policy.households_max * BAR_TOP), *largest, 0)
