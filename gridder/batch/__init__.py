"""Many districts: each planned by a process of its own, finished ones passed over, no failure stops the rest.

A district is planned by the command ``gridder plan``, so a crash, a kill or an exhausted memory ends that
process alone, and what it would have delivered was written aside. Whether a delivery is already there and
answers the same question is read from its ``plan.json``; the batch keeps no state that could be out of date.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from gridder.batch.run import run_here, run_on_dask
from gridder.batch.tasks import EXIT_OK, LOGS, DistrictResult, Task, done_before, make_tasks
from gridder.effort import Event, Progress, silent
from gridder.request import Request

EXIT_FAILED = 7


@dataclass(frozen=True)
class BatchResult:
    """What came of all districts, in the order they were given."""

    districts: tuple[DistrictResult, ...]

    @property
    def exit_code(self) -> int:
        """7 when a district failed, else 4 when one has labelled exceptions or quarantined rows, else 0."""
        if any(d.status == "failed" for d in self.districts):
            return EXIT_FAILED
        return max((d.exit_code for d in self.districts), default=EXIT_OK)

    def count(self, status: str) -> int:
        """Return how many districts have a status."""
        return sum(d.status == status for d in self.districts)


def run_batch(
    inputs: list[Path],
    out: Path,
    request: Request,
    *,
    jobs: int = 1,
    progress: Progress = silent,
    dask: str | None = None,
    overwrite: bool = False,
) -> BatchResult:
    """Plan many districts into ``out/<name>``; return what came of each and write it to ``out/batch.json``.

    Parameters
    ----------
    inputs
        As ``gridder plan`` takes them.
    jobs
        Districts planned at a time on this machine; the plans do not depend on it.
    dask
        Address of a dask scheduler whose workers see the same files; None plans on this machine.
    overwrite
        Whether deliveries that answer another question (other data, options, rules) are replaced; without
        it such a district fails, as with ``gridder plan``.

    Raises
    ------
    InputError
        ``dask`` is asked for and not installed, or its scheduler cannot be reached.
    """
    tasks = make_tasks(
        inputs, out, request, spare_jobs=max(1, jobs // max(1, len(inputs))), overwrite=overwrite
    )
    (out / LOGS).mkdir(parents=True, exist_ok=True)
    results = {task.name: skipped for task in tasks if (skipped := done_before(task, request))}
    waiting = [task for task in tasks if task.name not in results]
    for result in run_on_dask(waiting, dask) if dask else run_here(waiting, jobs):
        results[result.name] = result
        progress(Event("batch", len(results), len(tasks), result.name))
        write_summary(BatchResult(in_order(tasks, results)), out)
    batch = BatchResult(in_order(tasks, results))
    write_summary(batch, out)
    return batch


def in_order(tasks: list[Task], results: dict[str, DistrictResult]) -> tuple[DistrictResult, ...]:
    """Return the results there are, in the order of the tasks."""
    return tuple(results[task.name] for task in tasks if task.name in results)


def write_summary(batch: BatchResult, out: Path) -> None:
    """Write ``batch.json``, whole or not at all."""
    rows = [asdict(district) for district in batch.districts]
    text = json.dumps({"schema": 1, "districts": rows}, ensure_ascii=False, indent=1, sort_keys=True)
    aside = out / ".batch.json.partial"
    aside.write_text(text + "\n", encoding="utf-8", newline="\n")
    aside.replace(out / "batch.json")
