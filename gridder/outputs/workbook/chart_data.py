"""What the charts show: small tables whose figures are formulas over the other sheets, so that charts follow inputs."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from xlsxwriter.utility import xl_rowcol_to_cell

from gridder.outputs.workbook.book import Book, is_missing
from gridder.outputs.workbook.notes import header_text

BINS_INSIDE, BINS_OUTSIDE = 10, 8  # bins of the window, and at most so many on each side of it
COMMUNITIES_MAX, SUBDISTRICTS_MAX = 24, 16  # more make a chart illegible
TEN_THOUSAND = 10_000  # yuan: 万元


@dataclass(frozen=True)
class Data:
    """One chart's table: labels, then columns of (formula, value); ``facts`` fill the sentence below the chart."""

    name: str
    labels: list[Any]
    columns: dict[str, list[tuple[str, Any]]]
    kind: str = "count"
    facts: dict[str, Any] = field(default_factory=dict)


def cell(book: Book, sheet: str, column: str, row: int) -> str:
    """Return a cell with its sheet; ``row`` counts from 0 below the header."""
    return f"{sheet}!{xl_rowcol_to_cell(book.first(sheet) + row, book.at(sheet, column), True, True)}"


def number(value: Any) -> float | str:
    """Return a value as a chart holds it, blank for unknown."""
    return "" if is_missing(value) else float(value)


def count_sizes(book: Book) -> Data | None:
    """Return how many grids have how many households: bins inside and outside the window, special grids apart."""
    if (
        not all(book.has("Grids", column) for column in ("households", "status"))
        or book.tables["Grids"].empty
    ):
        return None
    policy, grids = book.run.policy, book.tables["Grids"]
    low, high = policy.households_min, policy.households_max
    width = max(1, round((high - low) / BINS_INSIDE))
    mine = grids[grids.status != "special"].households.astype(float)
    special = book.say("status_special")
    rows, status = book.rows("Grids", "households"), book.rows("Grids", "status")
    apart = f'{status},"<>{special}"'
    below = [edge for n in range(BINS_OUTSIDE, 0, -1) if (edge := low - n * width) >= 0]
    edges = [*below, *range(low, high + 1, width), *[high + 1 + n * width for n in range(BINS_OUTSIDE + 1)]]
    labels: list[Any] = []
    counts: dict[str, list[tuple[str, Any]]] = {"middle": [], "inside": [], "outside": []}
    for i, (start, end) in enumerate(pair_up(edges, high)):
        first, last = i == 0, end == edges[-1]
        tests = [] if first else [f'{rows},">={start}"']
        tests += [] if last else [f'{rows},"<{end}"']
        formula = f"=COUNTIFS({','.join([*tests, apart])})"
        value = int(((mine >= (0 if first else start)) & ((mine < end) | last)).sum())
        inside = low <= start <= high
        labels.append(f"≥{start}" if last else f"<{end}" if first else f"{start}–{end - 1}")
        counts["middle"].append((f"={(start + end) / 2}", (start + end) / 2))
        counts["inside"].append((formula, value) if inside else ("=0", 0))
        counts["outside"].append(("=0", 0) if inside else (formula, value))
    facts = {"low": low, "high": high, "n": len(mine), "special": len(grids) - len(mine)}
    return Data("sizes", labels, counts, facts=facts)


def pair_up(edges: list[int], high: int) -> list[tuple[int, int]]:
    """Return the bins as (first, one past the last) whole number; the window's last bin holds its upper end."""
    steps = [edge for edge in edges if edge != high]
    return list(zip(steps, steps[1:]))


def compare_posts(book: Book) -> Data | None:
    """Return band, recommended, given and present posts of the communities, those with the largest gap where many."""
    needed = "community households posts_min posts_max posts posts_given present".split()
    if not all(book.has("Communities", column) for column in needed):
        return None
    table = book.tables["Communities"].reset_index(drop=True)
    table = table[table.posts.notna()]
    if table.empty:
        return None
    gap = (table.posts_given.astype("Float64") - table.present.astype("Float64")).abs().fillna(-1)
    order = table.assign(gap=gap).sort_values(["gap", "households"], ascending=False, kind="stable")
    places = [int(i) for i in sorted(order.index[:COMMUNITIES_MAX].to_numpy())]
    chosen = table.loc[places]
    rows: list[Any] = list(chosen.itertuples(index=False))
    columns: dict[str, list[tuple[str, Any]]] = {"posts_min": [], "band": []}
    columns |= {"posts": [], "posts_given": [], "present": []}
    for i, row in zip(places, rows):
        low, high = (cell(book, "Communities", c, i) for c in ("posts_min", "posts_max"))
        columns["posts_min"].append((f"={low}", float(row.posts_min)))
        columns["band"].append((f"={high}-{low}", float(row.posts_max - row.posts_min)))
        for name in ("posts", "posts_given", "present"):
            at = cell(book, "Communities", name, i)
            value = getattr(row, name)
            columns[name].append((f'=IF({at}="","",{at})', number(value)))
    facts = {"n": len(chosen), "all": len(table)}
    return Data("posts", list(chosen.community.fillna(chosen.community_id)), columns, facts=facts)


def hiring_costs(book: Book) -> Data | None:
    """Return people hired and what those hired so far cost, by year."""
    if "HiringCost" not in book.tables:
        return None
    labels, people, costs = [], [], []
    for column in book.years("Hiring"):
        source = f"cost_{column}"
        if not book.has("HiringCost", source):
            return None
        labels.append(header_text(book, column))
        people.append(
            (f"={book.total('Hiring', column)}", number(book.tables["Hiring"][column].sum(min_count=1)))
        )
        below = book.total_row("Hiring") + 1  # the cost of the year stands under the people hired
        paid = f"Hiring!{xl_rowcol_to_cell(below, book.at('Hiring', column), True, True)}"
        total = number(book.tables["HiringCost"][source].sum(min_count=1))
        costs.append((f'=IF({paid}="","",{paid}/{TEN_THOUSAND})', scaled(total)))
    return Data("hiring", labels, {"people_hired": people, "cost": costs}, kind="decimal") if labels else None


def budget_parts(book: Book) -> Data | None:
    """Return the budget of the subdistricts in parts, the largest where there are many."""
    parts = "base performance employer pool total".split()
    if not all(book.has("Subdistricts", column) for column in parts):
        return None
    table = book.tables["Subdistricts"].reset_index(drop=True)
    if table.empty:
        return None
    order = table.assign(size=table.households).sort_values("size", ascending=False, kind="stable")
    places = [int(i) for i in sorted(order.index[:SUBDISTRICTS_MAX].to_numpy())]
    chosen = table.loc[places]
    rows: list[Any] = list(chosen.itertuples(index=False))
    columns: dict[str, list[tuple[str, Any]]] = {name: [] for name in (*parts[:3], "other_lines")}
    for i, row in zip(places, rows):
        at = {name: cell(book, "Subdistricts", name, i) for name in parts}
        for name in parts[:3]:
            value = number(getattr(row, name))
            columns[name].append((f'=IF({at[name]}="","",{at[name]}/{TEN_THOUSAND})', scaled(value)))
        rest = number(row.total - row.pool - row.employer)
        formula = f'=IF({at["total"]}="","",({at["total"]}-{at["pool"]}-{at["employer"]})/{TEN_THOUSAND})'
        columns["other_lines"].append((formula, scaled(rest)))
    facts = {"n": len(chosen), "all": len(table)}
    return Data("budget", list(chosen.subdistrict), columns, kind="decimal", facts=facts)


def scaled(value: float | str) -> float | str:
    """Return yuan as 10,000 yuan, blank for unknown."""
    return value / TEN_THOUSAND if isinstance(value, float) else value


def chart_tables(book: Book) -> list[Data]:
    """Return the tables of the charts that the workbook has figures for, in their order."""
    found = (count_sizes(book), compare_posts(book), hiring_costs(book), budget_parts(book))
    return [data for data in found if data is not None]
