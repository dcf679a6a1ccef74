"""Many districts: one failure stays alone, finished ones are passed over, killed processes are survived."""

from __future__ import annotations

import json
import os
import signal
import sys
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest
import shapely

from gridder import batch
from gridder.batch import BatchResult, run_batch
from gridder.batch import run as batch_run
from gridder.batch import tasks as batch_tasks
from gridder.batch.run import Children, run_task
from gridder.batch.tasks import DistrictResult, Task, make_tasks, options_of, task_names
from gridder.errors import InputError
from gridder.request import Request
from gridder.text import say

QUICK = Request(effort="quick", bad_rows="quarantine")


def write_district(path: Path, households: list[int]) -> Path:
    """Write a row of buildings, 30 m apart, of one community::

    ▢ 100   ▢ 100   ▢ 100   ▢ 100      → one grid of 400
    """
    shapes = [
        shapely.box(500_000 + 30 * n, 4_860_000, 500_020 + 30 * n, 4_860_020) for n in range(len(households))
    ]
    table = {"building_id": [f"B{n}" for n in range(len(households))], "households": households}
    gpd.GeoDataFrame(table, geometry=shapes, crs="EPSG:4549").to_file(path, layer="buildings")
    return path


@pytest.fixture(scope="module")
def planned(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Path], BatchResult]:
    """Three districts, planned once: lawful, too small (an exception), and broken."""
    folder = tmp_path_factory.mktemp("batch")
    (folder / "broken.gpkg").write_text("not a database", "utf-8")
    inputs = [
        write_district(folder / "lawful.gpkg", [100] * 4),
        folder / "broken.gpkg",
        write_district(folder / "small.gpkg", [100] * 2),
    ]
    return folder, inputs, run_batch(inputs, folder / "out", QUICK, jobs=2)


def district(batch: BatchResult, name: str) -> DistrictResult:
    return next(d for d in batch.districts if d.name == name)


def test_one_failure_does_not_stop_the_rest(planned: Any) -> None:
    folder, _, result = planned
    assert [(d.name, d.status, d.exit_code) for d in result.districts] == [
        ("lawful", "done", 0), ("broken", "failed", 3), ("small", "done", 4),
    ]  # fmt: skip
    assert result.exit_code == 7
    assert (folder / "out" / "lawful" / "plan.json").is_file()
    assert not (folder / "out" / "broken").exists()
    assert (district(result, "lawful").households, district(result, "lawful").grids) == (400, 1)
    assert district(result, "small").exceptions == 1


def test_failure_says_why(planned: Any) -> None:
    folder, _, result = planned
    broken = district(result, "broken")
    assert "broken.gpkg" in broken.message
    assert broken.message.splitlines()[-1] in (folder / "out" / broken.log).read_text("utf-8")


def test_summary_is_written(planned: Any) -> None:
    folder, _, _ = planned
    summary = json.loads((folder / "out" / "batch.json").read_text("utf-8"))
    assert [d["status"] for d in summary["districts"]] == ["done", "failed", "done"]
    assert str(folder) not in json.dumps([d for d in summary["districts"] if d["status"] == "done"])


def test_finished_districts_are_passed_over(planned: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    folder, inputs, _ = planned
    ran: list[str] = []

    def note(task: Task, children: Any = None) -> DistrictResult:
        ran.append(task.name)
        return batch_tasks.failed(task, 3, "x")

    monkeypatch.setattr(batch_run, "run_task", note)
    again = run_batch(inputs, folder / "out", QUICK)
    assert ran == ["broken"]
    assert [(d.name, d.status, d.exit_code) for d in again.districts] == [
        ("lawful", "skipped", 0), ("broken", "failed", 3), ("small", "skipped", 4),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "other",
    [
        Request(effort="standard", bad_rows="quarantine"),
        Request(effort="quick", bad_rows="quarantine", seed=1),
        Request(effort="quick", bad_rows="stop"),
        Request(effort="quick", bad_rows="quarantine", missing="zero"),
        Request(effort="quick", bad_rows="quarantine", grids="fewest"),
        Request(effort="quick", bad_rows="quarantine", lang="en"),
        Request(effort="quick", bad_rows="quarantine", policy="changchun-2020"),
        Request(effort="quick", bad_rows="quarantine", columns=["households=households"]),
        Request(effort="quick", bad_rows="quarantine", coords="wgs84"),
        Request(effort="quick", bad_rows="quarantine", effective_date="2026-01-01"),
    ],
)
def test_another_question_is_planned_again(planned: Any, other: Request) -> None:
    folder, inputs, _ = planned
    task = make_tasks(inputs[:1], folder / "out", QUICK)[0]
    assert batch_tasks.done_before(task, QUICK) is not None
    assert batch_tasks.done_before(task, other) is None


def test_jobs_are_no_other_question(planned: Any) -> None:
    folder, inputs, _ = planned
    task = make_tasks(inputs[:1], folder / "out", QUICK)[0]
    many = Request(effort="quick", bad_rows="quarantine", jobs=8)
    assert batch_tasks.done_before(task, many) is not None


def test_changed_data_are_planned_again(planned: Any, tmp_path: Path) -> None:
    folder, _, _ = planned
    source = write_district(tmp_path / "lawful.gpkg", [100, 100, 100, 101])
    task = make_tasks([source], folder / "out", QUICK)[0]
    assert batch_tasks.done_before(task, QUICK) is None


def test_delivery_of_another_question_is_not_overwritten(planned: Any, tmp_path: Path) -> None:
    folder, _, _ = planned
    source = write_district(tmp_path / "lawful.gpkg", [100, 100, 100, 101])
    before = (folder / "out" / "lawful" / "plan.json").read_bytes()
    result = run_batch([source], folder / "out", QUICK)
    assert (result.districts[0].status, result.districts[0].exit_code) == ("failed", 2)
    assert (folder / "out" / "lawful" / "plan.json").read_bytes() == before


def test_torn_record_is_no_delivery(tmp_path: Path) -> None:
    for text in ("", "{", "[]", "{}"):
        (tmp_path / "plan.json").write_text(text, "utf-8")
        assert batch_tasks.read_record(tmp_path) is None
    assert batch_tasks.read_record(tmp_path / "nowhere") is None


# ── processes that die ──


def fake(monkeypatch: pytest.MonkeyPatch, script: Path, text: str) -> None:
    """Let ``python -m gridder`` be a script."""
    script.write_text(text, "utf-8")
    real = Children.run
    monkeypatch.setattr(
        Children, "run", lambda self, command, environment: real(self, [command[0], str(script), *command[3:]], environment)
    )  # fmt: skip


def task_in(folder: Path) -> Task:
    return Task("one", str(folder / "one.gpkg"), str(folder / "out" / "one"), ("plan",), "en")


@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
def test_killed_process_gets_one_more_chance(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake(
        monkeypatch,
        tmp_path / "killed.py",
        f"""
import os, pathlib
seen = pathlib.Path({str(tmp_path / "seen")!r})
partial = pathlib.Path({str(tmp_path / "out" / ".one.7.partial")!r})
if not seen.exists():
    seen.touch()
    partial.mkdir(parents=True)
    os.kill(os.getpid(), {signal.SIGKILL})
raise SystemExit(3)
""",
    )
    result = run_task(task_in(tmp_path))
    assert (result.status, result.exit_code) == ("failed", 3)
    assert not (tmp_path / "out" / ".one.7.partial").exists()


@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
def test_process_that_keeps_dying_fails_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake(monkeypatch, tmp_path / "killed.py", "import os\nos.kill(os.getpid(), 9)")
    result = run_task(task_in(tmp_path))
    assert (result.status, result.exit_code) == ("failed", -9)
    assert result.message == say("en", "batch.killed", signal="SIGKILL", attempts=2)
    assert (tmp_path / "out" / result.log).read_text("utf-8").count("exit -9") == 2


def test_process_that_says_why_is_not_run_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake(
        monkeypatch, tmp_path / "says.py", "import sys\nprint('no such layer', file=sys.stderr)\nsys.exit(3)"
    )
    result = run_task(task_in(tmp_path))
    assert (result.exit_code, result.message) == (3, "no such layer")
    assert (tmp_path / "out" / result.log).read_text("utf-8").count("exit 3") == 1


def test_the_password_of_a_database_is_in_no_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever lists processes reads their commands; an environment only its owner reads."""
    show = "import os, sys\nprint(sys.argv, os.environ.get('PGPASSWORD') == 's3cret/@', file=sys.stderr)\nsys.exit(3)"
    fake(monkeypatch, tmp_path / "shows.py", show)
    [task] = make_tasks([Path("postgresql://u:s3cret%2F%40@h:5/town")], tmp_path / "out", Request())
    result = run_task(task)
    assert "s3cret" not in repr(task) + result.message and "postgresql://u@h:5/town" in result.message
    assert result.message.endswith("True") and result.name == "town"


def test_success_without_delivery_is_a_failure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake(monkeypatch, tmp_path / "ends.py", "")
    result = run_task(task_in(tmp_path))
    assert (result.status, result.message) == ("failed", say("en", "batch.no_delivery"))
    assert BatchResult((result,)).exit_code == 7


def test_interrupt_ends_the_processes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever stops listening to the results stops what is running."""
    fake(
        monkeypatch,
        tmp_path / "sleeps.py",
        "import sys, time\nif sys.argv[1] == 'slow':\n    time.sleep(600)",
    )
    tasks = [Task(name, name, str(tmp_path / "out" / name), (name,)) for name in ("fast", "slow", "never")]
    results = batch_run.run_here(tasks, jobs=2)
    assert next(results).name in ("fast", "never")
    results.close()  # returns at once: the sleeping process was ended


# ── names, words, sums ──


def test_names_are_those_of_the_inputs() -> None:
    paths = [
        Path("/a/x.gpkg"),
        Path("/b/x.gpkg"),
        Path("/c/y.shp"),
        Path("/d/z/district.yaml"),
        Path("/e/logs.gpkg"),
    ]
    names = task_names(paths)
    assert names[2:4] == ["y", "z"]
    assert len(set(names)) == 5
    assert all(name.startswith("x-") for name in names[:2])
    assert names[4] != "logs"


def test_the_same_input_is_planned_once(tmp_path: Path) -> None:
    assert len(make_tasks([tmp_path / "a.gpkg", tmp_path / "." / "a.gpkg"], tmp_path, Request())) == 1


def test_options_reach_the_command(tmp_path: Path) -> None:
    policy = tmp_path / "own.yaml"
    policy.touch()
    words = options_of(
        Request(
            policy=str(policy), grids="7", columns=["a=b", "c=d"], layer=["communities=iris"], crs="EPSG:2154"
        )
    )
    pairs = list(zip(words[::2], words[1::2]))
    assert ("--policy", str(policy)) in pairs
    assert ("--grids", "7") in pairs
    assert [value for name, value in pairs if name == "--columns"] == ["a=b", "c=d"]
    assert ("--layer", "communities=iris") in pairs
    assert "--coords" not in words


def test_every_field_of_a_request_reaches_the_command() -> None:
    full = Request(
        policy="p", grids="free", effort="prove", seed=3, lang="en", columns=["a=b"], layer=["c=d"], crs="e", coords="bd09",
        encoding="f", bad_rows="quarantine", missing="zero", jobs=5, effective_date="2026-01-01",
        staffing=["county_cap=220"], anonymous=True, pictures="svg", basemap="tianditu", key="g", basemap_coords="gcj02",
    )  # fmt: skip
    words = options_of(full)
    for name, value in vars(full).items():
        shown = f"--{name}" if value is True else value[0] if isinstance(value, list) else value
        assert str(shown) in words
    assert "--anonymous" not in options_of(Request())


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        ([("done", 0), ("skipped", 0)], 0),
        ([("done", 0), ("skipped", 4)], 4),
        ([("done", 4), ("failed", 3)], 7),
        ([("failed", 1), ("done", 0)], 7),
        ([("failed", -9)], 7),
        ([], 0),
    ],
)
def test_failures_come_before_exceptions(found: list[tuple[str, int]], expected: int) -> None:
    rows = tuple(DistrictResult(str(n), "x", status, code) for n, (status, code) in enumerate(found))
    assert BatchResult(rows).exit_code == expected


# ── a cluster ──


def test_dask_that_is_not_installed_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(InputError) as caught:
        run_batch([tmp_path / "a.gpkg"], tmp_path / "out", QUICK, dask="tcp://127.0.0.1:1")
    assert caught.value.code == "batch.dask_missing"
    assert caught.value.exit_code == 3


def test_dask_gives_the_same_delivery(planned: Any, tmp_path: Path) -> None:
    distributed = pytest.importorskip("distributed", reason="the extra “cluster” is not installed")
    folder, inputs, _ = planned
    with distributed.LocalCluster(
        n_workers=1, threads_per_worker=1, processes=False, dashboard_address=None
    ) as cluster:
        result = run_batch(inputs[:2], tmp_path / "out", QUICK, dask=cluster.scheduler_address)
    assert [(d.name, d.status) for d in result.districts] == [("lawful", "done"), ("broken", "failed")]
    for name in ("plan.json", "assignments.csv"):
        assert (tmp_path / "out" / "lawful" / name).read_bytes() == (
            folder / "out" / "lawful" / name
        ).read_bytes()


def test_progress_counts_districts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake(monkeypatch, tmp_path / "ends.py", "")
    events: list[tuple[int, int]] = []
    inputs = [tmp_path / "a.gpkg", tmp_path / "b.gpkg"]
    batch.run_batch(inputs, tmp_path / "out", QUICK, progress=lambda e: events.append((e.done, e.total)))
    assert events == [(1, 2), (2, 2)]
