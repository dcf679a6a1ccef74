"""What the columns of the workbook rest on: the rule of each, so that every figure leads to its clause."""

from __future__ import annotations

from gridder.staffing.columns import year_of

# rule (a field of the policy, or an input of the county) → the columns that are computed with it
COLUMNS_OF = {
    "households_min": "households grids grids_min smallest lawful k households_kept",
    "households_max": "grids_max largest",
    "households_target": "chosen",
    "objective": "objective_m",
    "grid_workers_per_grid": "grid_worker grid_workers",
    "auxiliary_police_per_grid": "auxiliary_police police_cost",
    "posts_base_min": "posts_min",
    "posts_base_max": "posts_max",
    "posts_base_households": "posts derivation",
    "county_cap_applies": "posts_given unmet unmet_per_1000 cap_shortage grids_for_given",
    "grid_workers_within_posts": "need other_need other_posts other_shortage",
    "hall_staff_min": "hall_staff",
    "hall_staff_max": "field_staff shortage shortage_per_grid grids_unstaffed grids_for_posts",
    "party_posts_min": "party_posts",
    "surplus_flagged": "surplus present_over",
    "hiring_years": "present hiring_gap hiring year_ cost_year_ spent_year_ cost_at_once",
    "certified_min": "certified certified_gap assistant_certified_held certified_held senior_certified_held",
    "training_cycle_years": "training_seats training_year_ leaders others",
    "monthly_cover": "visits_per_day",
    "visit_minutes": "visits_min",
    "units": "units units_unstated",
    "detour_factor": "round_m",
    "walking_speed_kmh": "round_min round_min_max",
    "rounds_per_day": "day_min",
    "shift_hours": "fits_shift",
    "hall_minutes": "hall_minutes minutes_then far_households",
    "hall_share_min": "hall_share share_then",
    "halls_new_max": "proposal",
    "code_rural_first": "scope",
    "code_digits": "grid_code",
    "base_pay_share": "base",
    "performance_pay_share": "performance",
    "class_weights": "weight",
    "certificate_allowance_min_yuan_month": "allowances",
    "pay_kept": "pay_kept pay_standard pay_above check_pay",
    "age_max": "check_age",
    "education_accepted": "check_education",
    "appraisal_failed_running": "check_appraisal",
    "transfer": "check_transfer",
    "reference_wage_yuan_year": "pool total total_without cost_more pay_yuan_year class_yuan_year",
    "employer_rate": "employer",
    "medical_check_yuan_year": "medical",
    "paid_leave_yuan_year": "leave",
    "emergency_yuan_year": "emergency",
}
RULE_OF = {column: rule for rule, columns in COLUMNS_OF.items() for column in columns.split()}
RULE_OF |= {"check_certificate": "certified_min", "public_welfare": "counted_apart", "apart": "counted_apart"}

# Clauses that a figure rests on without a number of their own: clause and force; their words are sentences
# ``staffing.rule_<name>`` (what is asked) and ``staffing.words_<name>`` (as printed).
CLAUSES = {
    "units": ("A二(二)2", "soft"),
    "transfer": ("B三(一)", "hard"),
    "objective": ("内部规则", "house"),
}
# Inputs of the county: clause and force of what they are for; their words are sentences ``workbook.quote_<input>``.
INPUT_CLAUSES = {
    "county_cap": ("B二(二)", "hard"),
    "reference_wage_yuan_year": ("B二(四)", "hard"),
    "employer_rate": ("B二(五)、A二(四)2", "hard"),
    "medical_check_yuan_year": ("B二(五)、A二(四)2", "hard"),
    "paid_leave_yuan_year": ("B二(五)、A二(四)2", "hard"),
    "emergency_yuan_year": ("B二(五)、A二(四)2", "hard"),
}


def split_number(column: str) -> tuple[str, str]:
    """Return a column of a year as (its name, the year): ``year_2`` is (``year_``, ``2``); others have no year."""
    named = year_of(column)
    return (f"{named[0]}_", named[1]) if named else (column, "")


def rule_of(column: str) -> str | None:
    """Return the rule that a column rests on, None where it rests on none."""
    return RULE_OF.get(split_number(column)[0])
