"""What the columns of the workbook are: how they are shown, whether they add up, how they are computed."""

from __future__ import annotations

KINDS = {
    "money": "pool base performance employer allowances total pay_yuan_year",
    "share": "hall_share barrier_share",
    "decimal": "visits_per_day round_min day_min hall_minutes round_min_max",
    "fine": "compactness weight",
    "count": (
        "households buildings grids grids_min grids_max posts_min posts_max posts posts_given unmet "
        "cap_shortage need hall_staff field_staff party_posts grid_workers grid_worker auxiliary_police "
        "shortage other_need other_shortage surplus present public_welfare hiring_gap hiring certified "
        "certified_gap training_seats round_m area_m2 communities households_kept people"
    ),
}
KIND_OF = {column: kind for kind, columns in KINDS.items() for column in columns.split()}

SUMMED = frozenset(
    "communities households buildings grids grid_worker grid_workers auxiliary_police posts_min posts_max "
    "posts posts_given unmet cap_shortage hall_staff field_staff party_posts shortage other_shortage surplus "
    "present public_welfare certified_gap training_seats hiring pool base performance employer allowances "
    "total households_kept".split()
)
YEAR = "year_"  # columns of the hiring schedule: year_1, year_2 …

# A figure that is not 0 here wants somebody's attention.
ALARMS = {
    "shortage": "bad",
    "unmet": "warn",
    "cap_shortage": "bad",
    "other_shortage": "warn",
    "surplus": "warn",
    "certified_gap": "warn",
}

# Formulas over the cells of the same row and the inputs wage, rate and share; blank stays blank.
FORMULAS: dict[str, dict[str, str]] = {
    "Budget": {
        "pool": '=IF(OR({wage}="",{posts_given}=""),"",ROUND({posts_given}*{wage},2))',
        "base": '=IF({pool}="","",ROUND({pool}*{share},2))',
        "performance": '=IF({pool}="","",{pool}-{base})',
        "employer": '=IF(OR({pool}="",{rate}=""),"",ROUND({pool}*{rate},2))',
        "total": '=IF(OR({pool}="",{employer}="",{allowances}=""),"",{pool}+{employer}+{allowances})',
    },
    "Hiring": {
        "hiring_gap": '=IF(OR({posts_given}="",{present}=""),"",{posts_given}-{present})',
        "hiring": '=IF({hiring_gap}="","",MAX(0,{hiring_gap}))',
    },
}


def kind_of(column: str) -> str | None:
    """Return how a column is shown, None for text and mixed columns."""
    return "count" if column.startswith(YEAR) else KIND_OF.get(column)


def is_summed(column: str) -> bool:
    """Whether a column has a sum below it."""
    return column in SUMMED or column.startswith(YEAR)
