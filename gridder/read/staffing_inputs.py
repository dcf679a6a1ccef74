"""What only the county knows about its staff, from ``district.yaml`` or ``--staffing``: figures that can be, and are usual."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gridder.errors import Finding

STAFFING = "--staffing"  # the option


@dataclass(frozen=True)
class Bounds:
    """What an input can be at all, and what it usually is; both ends included."""

    possible: tuple[float, float]
    usual: tuple[float, float]
    whole: bool = False


BOUNDS: dict[str, Bounds] = {
    "county_cap": Bounds((1, 100_000), (10, 20_000), whole=True),  # posts; more is a number of residents
    # Yuan a year: what is less was stated by the month or in 万元, what is more is a payroll.
    "reference_wage_yuan_year": Bounds((12_000, 1_000_000), (30_000, 300_000)),
    "employer_rate": Bounds((0, 1), (0.1, 0.6)),  # part of the pay: 30 is a percentage
    # Yuan a person and year: what is more was stated for all persons together.
    "medical_check_yuan_year": Bounds((0, 50_000), (0, 5_000)),
    "paid_leave_yuan_year": Bounds((0, 200_000), (0, 30_000)),
    "emergency_yuan_year": Bounds((0, 200_000), (0, 30_000)),
}


def judge_input(key: str, value: Any, where: str, **more: Any) -> Finding | None:
    """Return what is wrong with an input: a problem where it cannot be, a warning where it is unusual, else None.

    Parameters
    ----------
    where
        Where it stands, for the sentence: ``district.yaml:12`` or ``--staffing``.
    more
        Further facts of the finding.
    """
    bounds = BOUNDS[key]
    facts = {"where": where, "key": key, "value": str(value)} | more
    if isinstance(value, bool) or not isinstance(value, (int, float)) or value != value:
        return Finding("inputs.no_number", "problem", facts)
    if bounds.whole and value != int(value):
        return Finding("inputs.not_whole", "problem", facts)
    if outside(value, bounds.possible):
        return Finding(f"inputs.refused_{key}", "problem", facts | shown(bounds.possible))
    if outside(value, bounds.usual):
        return Finding(f"inputs.unusual_{key}", "warning", facts | shown(bounds.usual))
    return None


def outside(value: float, bounds: tuple[float, float]) -> bool:
    """Whether a value lies outside both ends."""
    return not bounds[0] <= value <= bounds[1]


def shown(bounds: tuple[float, float]) -> dict[str, str]:
    """Return both ends as a sentence shows them."""
    return {"low": f"{bounds[0]:,.9g}", "high": f"{bounds[1]:,.9g}"}


def read_number(text: str) -> float | None:
    """Return the number a text says, an int where it is whole, None where it says none (``inf`` is none)."""
    try:
        value = float(text)
    except ValueError:
        return None
    if value - value != 0:  # inf and nan
        return None
    return int(value) if value == int(value) else value


def state_inputs(settings: Mapping[str, Any], given: Mapping[str, float]) -> dict[str, Any]:
    """Return settings whose section ``staffing`` holds what was given on the command line before what it held."""
    return dict(settings) | {"staffing": {**(settings.get("staffing") or {}), **given}}


def judge_given(findings: tuple[Finding, ...], given: Mapping[str, float]) -> tuple[Finding, ...]:
    """Return findings that speak of the inputs as given: what was unusual before and is replaced is dropped."""
    kept = [f for f in findings if not (f.code.startswith("inputs.") and f.facts.get("key") in given)]
    judged = (judge_input(key, given[key], STAFFING) for key in sorted(given))
    return (*kept, *(finding for finding in judged if finding is not None))
