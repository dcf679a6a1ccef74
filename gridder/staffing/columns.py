"""What the columns of the workbook are: how they are shown, whether they add up."""

from __future__ import annotations

KINDS = {
    "money": (
        "pool base performance employer allowances medical leave emergency pay_kept total pay_yuan_year "
        "pay_standard pay_above class_yuan_year police_cost cost_more cost_at_once"
    ),
    "share": "hall_share share_then barrier_share",
    "decimal": "visits_per_day visits_min round_min day_min hall_minutes minutes_then round_min_max unmet_per_1000 objective_m",
    "fine": "compactness weight shortage_per_grid",
    "count": (
        "households buildings units units_unstated grids grids_min grids_max posts_min posts_max posts posts_given unmet "
        "cap_shortage need hall_staff field_staff party_posts grid_workers grid_worker auxiliary_police "
        "shortage other_need other_shortage surplus present apart public_welfare hiring_gap hiring certified "
        "certified_gap training_seats halls far_households round_m area_m2 communities households_kept people "
        "grids_unstaffed grids_for_given grids_for_posts other_posts present_over k smallest largest leaders others "
        "assistant_certified_held certified_held senior_certified_held"
    ),
}
KIND_OF = {column: kind for kind, columns in KINDS.items() for column in columns.split()}

SUMMED = frozenset(
    "communities households buildings units units_unstated grids grid_worker grid_workers auxiliary_police posts_min posts_max "
    "posts posts_given unmet cap_shortage hall_staff field_staff party_posts shortage other_shortage surplus "
    "present apart public_welfare certified_gap training_seats hiring pool base performance employer allowances "
    "total households_kept halls far_households medical leave emergency pay_kept class_yuan_year grids_unstaffed present_over "
    "leaders others cost_at_once assistant_certified_held certified_held senior_certified_held".split()
)
YEAR = "year_"  # columns of the hiring schedule: year_1, year_2 …
# The same for other figures by year: how they are shown; their headers are col_<name> without the number.
YEARS = {YEAR: "count", f"training_{YEAR}": "count", f"cost_{YEAR}": "money", f"spent_{YEAR}": "money"}

# A figure that is not 0 here wants somebody's attention.
ALARMS = {
    "shortage": "bad",
    "unmet": "warn",
    "cap_shortage": "bad",
    "other_shortage": "warn",
    "surplus": "warn",
    "certified_gap": "warn",
}


def year_of(column: str) -> tuple[str, str] | None:
    """Return (name, year) of a column of figures by year: ``cost_year_2`` → ("cost_year", "2"); None of others."""
    stem, _, year = column.rpartition("_")
    return (stem, year) if f"{stem}_" in YEARS and year.isdigit() else None


def kind_of(column: str) -> str | None:
    """Return how a column is shown, None for text and mixed columns."""
    named = year_of(column)
    return YEARS[f"{named[0]}_"] if named else KIND_OF.get(column)


def is_summed(column: str) -> bool:
    """Whether a column has a sum below it."""
    return column in SUMMED or year_of(column) is not None
