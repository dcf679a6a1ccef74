"""What every grid asks of its people: entrance units, visits, rounds, and whether a day holds them (A二(二)2, B二(八))."""

from __future__ import annotations

import pandas as pd

from gridder.staffing.community_posts import Plan
from gridder.staffing.patrol import mean_by_households, shift_minutes, walk_rounds


def staff_grids(plan: Plan, minutes: pd.Series) -> pd.DataFrame:
    """Return people, visits and walks of every grid (A二(三)2, A二(三)4, B二(八))."""
    policy, grids = plan.policy, plan.grids
    table = pd.DataFrame(index=grids.index)
    table["units"] = add_units(plan.cells, "grid_code").reindex(grids.index)
    table["units_unstated"] = count_unstated(plan.cells).reindex(grids.index, fill_value=0)
    table["grid_worker"] = policy.grid_workers_per_grid
    table["auxiliary_police"] = policy.auxiliary_police_per_grid
    covered = grids[policy.monthly_cover].astype(float)
    table["visits_per_day"] = (covered / policy.working_days_per_month).round(1)
    rounds = walk_rounds(plan.cells, plan.network, policy).reindex(grids.index)
    table["round_m"], table["round_min"] = rounds.round_m, rounds.round_min
    table["visits_min"] = (table.visits_per_day * policy.visit_minutes).round(1)
    table["day_min"] = (rounds.round_min * policy.rounds_per_day + table.visits_min).round(1)
    table["fits_shift"] = (
        (table.day_min <= shift_minutes(policy)).astype("boolean").where(table.day_min.notna())
    )
    to_hall = mean_by_households(minutes, plan.cells)
    table["hall_minutes"] = to_hall.reindex(grids.index).round(1)
    table["tour"], table["walk"], table["route"] = rounds.tour, rounds.walk, rounds.route
    return table


def add_units(cells: pd.DataFrame, by: str) -> pd.Series:
    """Return the entrance units that the buildings of each grid or community state (A二(二)2), NA where none does."""
    units = units_of(cells)
    return units.groupby(cells[by]).sum(min_count=1).astype("Int64")


def count_unstated(cells: pd.DataFrame) -> pd.Series:
    """Return the buildings of each grid with households and without a number of entrance units."""
    silent = units_of(cells).isna() & (cells.households > 0)
    return silent.groupby(cells.grid_code).sum().astype("int64")


def units_of(cells: pd.DataFrame) -> pd.Series:
    """Return the entrance units by cell, all NA where the plan is from before they were counted."""
    units = cells["units"] if "units" in cells else pd.Series(pd.NA, index=cells.index)
    return pd.to_numeric(units).astype("Int64")


def longest_rounds(plan: Plan, by_grid: pd.DataFrame) -> pd.Series:
    """Return the longest round of each community, in minutes."""
    return by_grid.round_min.groupby(plan.grids.community_id).max().reindex(plan.communities.index)
