"""The staffing of a delivery computed again: other rules, other inputs, another table of staff; no planning."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from gridder.assemble import put_people, staff_run
from gridder.errors import Finding, InputError, UsageError
from gridder.outputs.record import load_run
from gridder.policy import load_policy
from gridder.read import load_source
from gridder.read.roster_back import read_roster_back
from gridder.read.settings import Layout, ReadOptions, Source, parse_columns, parse_staffing
from gridder.read.staffing_inputs import judge_given, state_inputs
from gridder.tables import Run

# said of the file that was read, not of the persons
OF_FILE = ("roster.is_roster", "roster.columns_unused", "read.header_row", "read.encoding_guessed")


@dataclass(frozen=True)
class Restaffing:
    """What ``gridder staff`` is asked for; what is None or blank stays as it was planned.

    ``staffing`` holds inputs as typed (``county_cap=900``); ``anonymous`` leaves the persons of a roster out;
    ``columns`` says which column of the table of staff is which (``workforce.posts_now=在编``).
    """

    policy: str | None = None
    workforce: Path | None = None
    staffing: tuple[str, ...] = ()
    anonymous: bool = False
    lang: str | None = None
    columns: tuple[str, ...] = ()


def staff_again(directory: Path, asked: Restaffing) -> Run:
    """Return the run of a delivery with its staffing computed again.

    Raises
    ------
    UsageError
        The policy has another window than the plan was made for: that needs planning; or ``staffing`` states an input
        that gridder does not know, or what it cannot be.
    InputError
        The delivery has a roster, and its workbook no longer holds it.
    """
    given = parse_staffing(list(asked.staffing))
    run = load_run(directory)
    if asked.policy:
        rules = load_policy(asked.policy)
        window = (rules.households_min, rules.households_max)
        if window != (run.policy.households_min, run.policy.households_max):
            raise UsageError("errors.staff_window", policy=rules.name, low=window[0], high=window[1])
        run = replace(run, policy=rules)
    if given:
        run = replace(
            run, options=state_inputs(run.options, given), findings=judge_given(run.findings, given)
        )
    run = replace(staff_table(run, directory, asked), lang=asked.lang or run.lang)
    return staff_run(run, run.options)


def staff_table(run: Run, directory: Path, asked: Restaffing) -> Run:
    """Return a run with its people: of the table given, else of the roster kept in the workbook, else as counted."""
    if asked.workforce:
        workforce, told = read_workforce(asked.workforce, asked.columns)
        return put_people(drop_roster(run), workforce, anonymous=asked.anonymous, told=told)
    written = int(run.options.get("roster") or 0)
    if asked.anonymous or not written:
        return replace(
            run, options=run.options | {"roster": 0, "anonymous": left_out(run) or asked.anonymous}
        )
    workforce = read_roster_back(directory)
    told = tuple(finding for finding in run.findings if is_of_file(finding))
    if len(workforce) != written:
        facts = {"before": written, "n": len(workforce)}
        told += (Finding("roster.sheet_rows", "warning", facts, layer="workforce"),)
    return put_people(drop_roster(run), workforce, anonymous=False, told=told)


def left_out(run: Run) -> bool:
    """Whether the persons were left out when the delivery was made."""
    return bool(run.options.get("anonymous"))


def drop_roster(run: Run) -> Run:
    """Return a run without anything said of a roster and of the file that it was read from."""
    kept = tuple(f for f in run.findings if not (f.code.startswith("roster.") or is_of_file(f)))
    return replace(run, findings=kept)


def is_of_file(finding: Finding) -> bool:
    """Whether a finding speaks of the file that a table of staff was read from."""
    return finding.layer == "workforce" and finding.code in OF_FILE


def read_workforce(path: Path, columns: tuple[str, ...] = ()) -> tuple[pd.DataFrame, tuple[Finding, ...]]:
    """Return a table of staff read from a file of its own (CSV or XLSX), and what was noticed."""
    options = ReadOptions(columns=parse_columns(",".join(columns)))
    if not path.is_file():
        raise InputError("errors.no_file", path=str(path))
    source = Source("workforce", path, path.name)
    loaded = load_source(source, Layout(sources=(source,)), options)
    return loaded.frame, tuple(finding for finding in loaded.findings if is_of_file(finding))
