"""Tasks of a batch run by processes of their own, on this machine or on the workers of a dask cluster."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path
from typing import Any

import gridder
from gridder.addresses import is_address, label_of, parse_address
from gridder.batch.tasks import (
    EXIT_EXCEPTIONS,
    EXIT_OK,
    LOGS,
    DistrictResult,
    Task,
    failed,
    read_record,
    summarise,
)
from gridder.errors import InputError
from gridder.text import say

# a process that was killed from outside gets one more chance, one that says why it stops does not
ATTEMPTS = 2
MESSAGE_LINES = 12  # of what a failed district said, the last lines; all of it is in its log
STOP = signal.SIGINT if os.name == "posix" else signal.SIGTERM  # an interrupt leaves nothing half-written


class Children:
    """The processes now running, so that an interrupt can end them all."""

    def __init__(self) -> None:
        self.alive: set[subprocess.Popen[str]] = set()
        self.stopped = False

    def run(self, command: list[str], environment: dict[str, str]) -> tuple[int, str, str]:
        """Run a command to its end; return its exit code (negative: killed by that signal) and outputs."""
        child = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=environment,
            encoding="utf-8",
            errors="replace",
        )
        self.alive.add(child)
        try:
            if self.stopped:
                child.send_signal(STOP)
            told, said = child.communicate()
        finally:
            self.alive.discard(child)
        return child.returncode, told, said

    def stop(self) -> None:
        """End what is running; nothing is started any more."""
        self.stopped = True
        for child in list(self.alive):
            child.send_signal(STOP)


def run_here(tasks: list[Task], jobs: int) -> Iterator[DistrictResult]:
    """Yield the results of tasks run on this machine, ``jobs`` at a time, as they come."""
    children = Children()
    with ThreadPoolExecutor(max_workers=max(1, jobs)) as pool:
        futures = [pool.submit(run_task, task, children) for task in tasks]
        try:
            for future in as_completed(futures):
                yield future.result()
        finally:  # an interrupt, or nobody listens any more
            for future in futures:
                future.cancel()
            children.stop()


def run_task(task: Task, children: Children | None = None) -> DistrictResult:
    """Plan one district in a process of its own; return what came of it, whatever happens to that process."""
    children = children or Children()
    environment = environment_of(task)
    command = [sys.executable, "-m", "gridder", *task.command]
    texts = []
    for _ in range(ATTEMPTS):
        code, told, said = children.run(command, environment)
        words = [label_of(word) if is_address(word) else word for word in task.command]  # no user in a log
        texts.append(f"$ gridder {' '.join(words)}\n{told}{said}\nexit {code}\n")
        if code >= 0 or children.stopped:
            break
        sweep(Path(task.out))
    log = Path(task.out).parent / LOGS / f"{task.name}.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    log.write_text("\n".join(texts), encoding="utf-8", newline="\n")
    return judge(task, code, said, f"{LOGS}/{log.name}")


def environment_of(task: Task) -> dict[str, str]:
    """Return the environment of a district's process: this gridder, UTF-8, and the password of its database."""
    package = str(Path(gridder.__file__).parent.parent)
    path = os.pathsep.join([package, *filter(None, [os.environ.get("PYTHONPATH")])])
    address = parse_address(task.input) if is_address(task.input) else None
    secret = {"PGPASSWORD": address.password} if address and address.password else {}
    return os.environ | {"PYTHONPATH": path, "PYTHONIOENCODING": "utf-8"} | secret


def sweep(out: Path) -> None:
    """Remove what a killed process was writing aside; nobody else works on this district."""
    for partial in sorted(out.parent.glob(f".{out.name}.*.partial")):
        shutil.rmtree(partial, ignore_errors=True)


def judge(task: Task, code: int, said: str, log: str) -> DistrictResult:
    """Return the result of a process that has ended."""
    record = read_record(Path(task.out)) if code in (EXIT_OK, EXIT_EXCEPTIONS) else None
    if record is not None:
        return summarise(task, record, "done", code, log)
    message = "\n".join(said.strip().splitlines()[-MESSAGE_LINES:])
    if code < 0:
        message = say(task.lang, "batch.killed", signal=signal_name(-code), attempts=ATTEMPTS)
    elif code in (EXIT_OK, EXIT_EXCEPTIONS):
        message = say(task.lang, "batch.no_delivery")
    return failed(task, code, message, log)


def signal_name(number: int) -> str:
    """Return the name of a signal, or its number where it has none here."""
    return signal.Signals(number).name if number in {s.value for s in signal.Signals} else str(number)


def run_on_dask(tasks: list[Task], address: str) -> Iterator[DistrictResult]:
    """Yield the results of tasks run by the workers of a dask cluster, as they come.

    A worker that dies takes its district with it to another worker; one that keeps dying fails alone.
    """
    client, as_they_come = connect(address)
    with client:
        futures = {client.submit(run_task, task, pure=False, retries=ATTEMPTS - 1): task for task in tasks}
        for future in as_they_come(futures, raise_errors=False):
            if future.status == "finished":
                yield future.result()
            else:
                message = say(futures[future].lang, "batch.worker_lost", why=str(future.exception()))
                yield failed(futures[future], 1, message)


def connect(address: str) -> tuple[Any, Callable[..., Any]]:
    """Return a client of a dask scheduler and the way to wait for its futures."""
    try:
        from distributed import Client, as_completed
    except ImportError:
        raise InputError("batch.dask_missing") from None
    try:
        return Client(address), as_completed
    except (OSError, ValueError) as error:
        raise InputError("batch.dask_unreachable", address=address, why=str(error)) from None
