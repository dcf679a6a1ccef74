"""Run one tool on one instance in a process of its own: one thread, a limit of CPU seconds, its own peak of memory.

Only the call counts: imports, conversion of the instance and loading of compiled code come before it. What the tool
prints goes to stderr. The child is ``python -m benchmarks.apart``: a job as JSON on stdin, a run as JSON on stdout.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from benchmarks.peer_tools import TOOLS

Outcome = Literal["answered", "over time", "crashed", "error", "absent"]
ONE_THREAD = dict.fromkeys(
    (
        "OMP_NUM_THREADS",
        "OPENBLAS_NUM_THREADS",
        "MKL_NUM_THREADS",
        "NUMBA_NUM_THREADS",
        "NUMEXPR_NUM_THREADS",
    ),
    "1",
)
# A call that waits rather than computes ends too, and so does one on a machine that others use.
WALL_FACTOR, WALL_MORE_S = 6, 120
BYTES_A_UNIT = 1 if sys.platform == "darwin" else 1024  # of ru_maxrss


@dataclass(frozen=True)
class Job:
    """What to run: a tool by name, the path of an instance, the number of grids (None: free), seed, CPU seconds."""

    tool: str
    instance: str
    k: int | None
    seed: int
    limit_s: int


@dataclass(frozen=True)
class Run:
    """What came of a job.

    Parameters
    ----------
    outcome
        ``answered``; or why there is no answer: ``absent`` where the tool is not installed.
    seconds
        CPU seconds of the call, all threads together.
    peak_mb
        Largest memory of the process, megabytes.
    answers
        One assignment; of restarts, all of them.
    note
        What the tool said where it failed.
    """

    job: Job
    outcome: Outcome
    seconds: float | None = None
    peak_mb: float | None = None
    answers: tuple[tuple[int, ...], ...] = ()
    note: str = ""


def run_apart(job: Job) -> Run:
    """Return what came of a job in a fresh process."""
    call = [sys.executable, "-m", "benchmarks.apart"]
    wall = WALL_FACTOR * job.limit_s + WALL_MORE_S
    try:
        done = subprocess.run(
            call, input=json.dumps(asdict(job)), capture_output=True, text=True, timeout=wall,
            env=os.environ | ONE_THREAD, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return Run(job, "over time")
    if done.returncode in (-24, 128 + 24):  # SIGXCPU
        return Run(job, "over time")
    if done.returncode:
        return Run(job, "crashed", note=f"exit {done.returncode}: {done.stderr.strip()[-200:]}")
    told = json.loads(done.stdout)
    answers = tuple(tuple(answer) for answer in told.pop("answers"))
    return Run(job, answers=answers, **told)


def run_here(job: Job) -> dict[str, Any]:
    """Return the fields of the run but its job; the process may end within."""
    instance = json.loads(Path(job.instance).read_text("utf-8"))
    try:
        call = TOOLS[job.tool].prepare(instance, job.k, job.seed)
    except ImportError as error:
        return {"outcome": "absent", "note": str(error), "answers": []}
    began = time.process_time()
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (int(began) + job.limit_s + 1, hard))
    try:
        answers = call()
    except Exception as error:  # the tools raise what they like
        return {"outcome": "error", "note": f"{type(error).__name__}: {error}"[:200], "answers": []}
    seconds = time.process_time() - began
    plain = [[int(label) for label in answer] for answer in answers]
    return {"outcome": "answered", "seconds": seconds, "peak_mb": peak_mb(), "answers": plain}


def peak_mb() -> float:
    """Return the largest memory of this process; what it inherited from its parent does not count on Linux."""
    status = Path("/proc/self/status")
    if status.exists():
        line = next((s for s in status.read_text().splitlines() if s.startswith("VmHWM")), None)
        if line is not None:
            return int(line.split()[1]) / 1000
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * BYTES_A_UNIT / 1e6


def main() -> int:
    """Do the job on stdin; return the exit code."""
    own = os.dup(1)
    os.dup2(2, 1)  # C++ libraries print to stdout
    told = run_here(Job(**json.load(sys.stdin)))
    with os.fdopen(own, "w") as out:
        json.dump(told, out)
    return 0


if __name__ == "__main__":
    sys.exit(main())
