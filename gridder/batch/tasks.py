"""Districts of a batch as tasks: names, commands, and whether a delivery already answers the question."""

from __future__ import annotations

import hashlib
import json
import os
from collections import Counter
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import gridder
from gridder.addresses import is_address, label_of, shown_input
from gridder.errors import GridderError
from gridder.read.opened import identify
from gridder.read.shapefile import hash_file
from gridder.read.sources import find_layout
from gridder.request import Request, name_of_input

EXIT_OK, EXIT_EXCEPTIONS = 0, 4
LOGS = "logs"  # folder of the logs below the batch's folder; no district has this name


@dataclass(frozen=True)
class Task:
    """One district to plan: its input, the name and place of its delivery, and the command that makes it.

    The command names a database without its password: whoever lists processes reads it.
    """

    name: str
    input: str = field(repr=False)
    out: str
    command: tuple[str, ...]
    lang: str = "zh"


@dataclass(frozen=True)
class DistrictResult:
    """What came of one district.

    Parameters
    ----------
    name
        Name of its delivery below the batch's folder.
    input
        File name of its input.
    status
        ``done``, ``skipped`` (done before, for the same question) or ``failed``.
    exit_code
        As ``gridder plan`` promises; for skipped ones that of the run that made the delivery; below 0 killed.
    message
        Of a failed district: what it said, in words. Blank otherwise.
    log
        File below the batch's folder with all it printed, blank when it did not run.
    """

    name: str
    input: str
    status: str
    exit_code: int
    households: int | None = None
    grids: int | None = None
    exceptions: int | None = None
    quarantined_rows: int | None = None
    message: str = ""
    log: str = ""


def make_tasks(
    inputs: list[Path], out: Path, request: Request, *, spare_jobs: int = 1, overwrite: bool = False
) -> list[Task]:
    """Return one task an input (the same input given twice is one), named by its input."""
    paths = list(dict.fromkeys(path if is_address(path) else Path(os.path.abspath(path)) for path in inputs))
    words = options_of(replace(request, jobs=spare_jobs)) + (["--overwrite"] if overwrite else [])
    tasks = []
    for path, name in zip(paths, task_names(paths)):
        place = Path(os.path.abspath(out)) / name
        command = ("plan", shown_input(path), "--out", str(place), "-q", *words)
        tasks.append(Task(name, str(path), str(place), command, request.lang))
    return tasks


def task_names(paths: list[Path]) -> list[str]:
    """Return the names of the deliveries; inputs of one name get a short hash of their path."""
    plain = [name_of_input(path) for path in paths]
    often = Counter(plain)
    return [
        f"{name}-{hashlib.sha256(path.as_posix().encode()).hexdigest()[:6]}"
        if often[name] > 1 or name == LOGS
        else name
        for name, path in zip(plain, paths)
    ]


def options_of(request: Request) -> list[str]:
    """Return the request as words of the command line."""
    policy = request.policy
    if policy and Path(policy).is_file():
        policy = os.path.abspath(policy)  # a worker elsewhere may stand in another folder
    words = {
        "--policy": policy, "--grids": request.grids,
        "--objective": request.objective, "--effort": request.effort, "--seed": request.seed,
        "--lang": request.lang, "--crs": request.crs, "--coords": request.coords,
        "--encoding": request.encoding,
        "--bad-rows": request.bad_rows, "--missing": request.missing, "--jobs": request.jobs,
        "--effective-date": request.effective_date,
        "--pictures": request.pictures, "--basemap": request.basemap, "--key": request.key,
        "--basemap-coords": request.basemap_coords,
    }  # fmt: skip
    listed = [(name, value) for name, value in words.items() if value not in (None, "")]
    listed += [("--columns", value) for value in request.columns or []]
    listed += [("--layer", value) for value in request.layer or []]
    listed += [("--staffing", value) for value in request.staffing or []]
    words_given = [word for name, value in listed for word in (name, str(value))]
    return words_given + (["--anonymous"] if request.anonymous else [])


def done_before(task: Task, request: Request) -> DistrictResult | None:
    """Return the result of a task whose delivery is there and answers the same question, else None."""
    record = read_record(Path(task.out))
    if record is None or question_of(record) != question_now(Path(task.input), request):
        return None
    return summarise(task, record, "skipped", exit_code_of(record))


def read_record(place: Path) -> dict[str, Any] | None:
    """Return the ``plan.json`` of a delivery; None where there is none that can be read."""
    try:
        record = json.loads((place / "plan.json").read_text("utf-8"))
    except (OSError, UnicodeDecodeError, json.JSONDecodeError):
        return None
    return record if isinstance(record, dict) and isinstance(record.get("totals"), dict) else None


INPUT_KEYS = ("file", "sha256", "parts", "layer", "source_layer", "member")
OPTION_KEYS = (
    "columns", "layers", "crs", "coords", "encoding",
    "grids", "objective", "bad_rows", "missing", "lang", "effective_date", "effort", "staffing_given",
    "anonymous",
)  # fmt: skip


def question_of(record: dict[str, Any]) -> dict[str, Any]:
    """Return what a delivery answers: data, options, rules and version."""
    inputs = [{key: entry.get(key) for key in INPUT_KEYS} for entry in record.get("inputs", [])]
    return {
        "inputs": sorted(inputs, key=lambda entry: json.dumps(entry, sort_keys=True)),
        "options": {key: record.get("options", {}).get(key) for key in OPTION_KEYS},
        "policy": record.get("policy", {}).get("sha256"),
        "gridder": record.get("gridder"),
    }


def question_now(path: Path, request: Request) -> dict[str, Any] | None:
    """Return what is asked now in the same words; None where the input or the policy cannot be used."""
    try:
        layout = find_layout(path, request.read_options())
        policy = request.policy_of(layout.settings)
        options = request.plan_options()
        inputs = [identify(source) for source in layout.sources]
        if layout.file is not None:
            inputs.append({"file": layout.file.name, "sha256": hash_file(layout.file)})
    except (GridderError, OSError):
        return None  # planning it says what is wrong
    words = {key: getattr(options, key, None) for key in OPTION_KEYS} | options.asked
    words["effort"] = {"name": request.effort, "seed": request.seed}
    asked = {"inputs": inputs, "options": words, "policy": {"sha256": policy.sha256}}
    return question_of(json.loads(json.dumps(asked | {"gridder": gridder.__version__})))


def exit_code_of(record: dict[str, Any]) -> int:
    """Return the exit code of the run that made a delivery."""
    labelled = sum(len(community.get("exceptions", ())) for community in record["communities"].values())
    return EXIT_EXCEPTIONS if labelled or record["totals"]["quarantined_rows"] else EXIT_OK


def summarise(task: Task, record: dict[str, Any], status: str, code: int, log: str = "") -> DistrictResult:
    """Return the result of a district that has its delivery."""
    return DistrictResult(
        name=task.name,
        input=label_of(task.input),
        status=status,
        exit_code=code,
        households=record["totals"]["households"],
        grids=record["totals"]["grids"],
        exceptions=sum(len(community.get("exceptions", ())) for community in record["communities"].values()),
        quarantined_rows=record["totals"]["quarantined_rows"],
        log=log,
    )


def failed(task: Task, code: int, message: str, log: str = "") -> DistrictResult:
    """Return the result of a district without a delivery."""
    return DistrictResult(task.name, label_of(task.input), "failed", code, message=message, log=log)
