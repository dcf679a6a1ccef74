"""Findings (to report) and errors (to stop). Both carry a code and facts; the sentences are in locale/."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

Level = Literal["note", "warning", "problem"]


@dataclass(frozen=True)
class Finding:
    """One thing a planner should know about the data or the plan.

    Parameters
    ----------
    code
        Key of the sentence in ``locale/<lang>/``, for example ``check.count_missing``.
    level
        ``note`` (repaired or inferred), ``warning`` (planned all the same) or ``problem`` (somebody must decide).
    facts
        Placeholders of the sentence: plain numbers and strings, or several strings.
    ids
        Ids of the rows concerned, sorted, as text.
    layer
        Input layer concerned, or None.
    """

    code: str
    level: Level
    facts: dict[str, Any] = field(default_factory=dict)
    ids: tuple[str, ...] = ()
    layer: str | None = None


class GridderError(Exception):
    """A run that cannot go on: a code, facts for its sentence, and the exit code of the command line."""

    exit_code = 3

    def __init__(self, code: str, findings: tuple[Finding, ...] = (), **facts: Any) -> None:
        super().__init__(code, facts)
        self.code = code
        self.facts = facts
        self.findings = findings


class UsageError(GridderError):
    """The command was called the wrong way: call it again, corrected."""

    exit_code = 2


class InputError(GridderError):
    """The input cannot be used: mend the file, or name its columns, layers or CRS."""

    exit_code = 3


class PolicyError(GridderError):
    """The policy file cannot be used: mend the key named."""

    exit_code = 3


class OutputError(GridderError):
    """The output cannot be written: free the place or choose another."""

    exit_code = 3


class RejectedError(GridderError):
    """A delivery was refused by gridder's own verify: a bug; the delivery is kept aside."""

    exit_code = 1
