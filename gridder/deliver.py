"""Write a delivery aside, verify it, rename it into place: there is never half of one."""

from __future__ import annotations

import errno
import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from pyogrio.errors import DataSourceError, FeatureError
from xlsxwriter.exceptions import FileCreateError

from gridder.addresses import is_address
from gridder.effort import Event, Progress, silent
from gridder.errors import Finding, GridderError, InputError, OutputError, RejectedError, UsageError
from gridder.journal import Journal
from gridder.outputs.geopackage import write_geopackage
from gridder.outputs.maps.drawing import PLAIN, Drawing, keep_words
from gridder.outputs.record import load_run, plan_sha256, write_record
from gridder.outputs.workbook import write_workbook
from gridder.tables import Run
from gridder.verify import verify_delivery
from gridder.verify.base import Violation

# What the libraries raise where a disk is full or a place cannot be written to.
WHY_UNWRITABLE = {
    errno.ENOSPC: "_full", errno.EDQUOT: "_full", errno.EACCES: "_denied", errno.EPERM: "_denied",
    errno.EROFS: "_read_only", errno.ENOTDIR: "_no_folder", errno.EEXIST: "_no_folder", errno.ENOENT: "_no_folder",
    errno.ENAMETOOLONG: "_long_name",
}  # fmt: skip
UNWRITABLE = (OSError, sqlite3.OperationalError, DataSourceError, FeatureError, FileCreateError)


def refuse_existing(out: Path, *, overwrite: bool) -> None:
    """Raise UsageError when ``out`` is there and must not be replaced; only a delivery is ever replaced."""
    try:
        if not out.exists():
            return
    except OSError as error:  # a name that is too long, a place one may not look into
        raise unwritable(out, error) from error
    if not overwrite:
        raise UsageError("errors.out_exists", path=str(out))
    if not is_delivery(out) and (out.is_file() or any(out.iterdir())):
        raise UsageError("errors.out_no_delivery", path=str(out))


def is_delivery(path: Path) -> bool:
    """Whether a folder holds a delivery of gridder."""
    return (path / "plan.json").is_file() and (path / "plan.gpkg").is_file()


def deliver(
    run: Run,
    out: Path,
    *,
    source: Path | None = None,
    overwrite: bool = False,
    progress: Progress = silent,
    drawing: Drawing = PLAIN,
) -> None:
    """Write everything a run delivers to ``out``, verified.

    Raises
    ------
    UsageError
        ``out`` exists and ``overwrite`` is not set.
    OutputError
        ``out`` cannot be written.
    InputError
        The input is no longer what was read: nothing to verify the delivery against; kept as ``<out>.rejected``.
    RejectedError
        The delivery did not pass its own verify: kept likewise.
    """
    refuse_existing(out, overwrite=overwrite)
    out = Path(os.path.abspath(out))  # ``.`` has no name to write beside
    with writing_aside(out) as aside:
        progress(Event("write", 0, 1, out.name))
        write_all(run, aside, progress, drawing)
        progress(Event("verify", 0, 1, out.name))
        violations = verify_delivery(aside, source)
        if violations:
            rejected = out.with_name(out.name + ".rejected")
            shutil.rmtree(rejected, ignore_errors=True)
            aside.rename(rejected)
            raise refusal(violations, rejected)
        log = progress.text() if isinstance(progress, Journal) else ""
        (aside / "run.log").write_text(log, encoding="utf-8")
        put_in_place(aside, out)


def refusal(violations: list[Violation], rejected: Path) -> GridderError:
    """Return the error about a delivery that was refused: a bug, unless all that is wrong is an input that changed."""
    found = tuple(Finding(v.code, "problem", dict(v.facts), tuple(v.ids)) for v in violations)
    if all(input_is_gone(v) for v in violations):
        return InputError("errors.input_changed", findings=found, path=str(rejected))
    return RejectedError("errors.rejected", findings=found, path=str(rejected))


def input_is_gone(violation: Violation) -> bool:
    """Whether a violation says that the input, a live database for one, is no longer what was read."""
    if violation.code == "verify.input_unreadable":  # a file that was read and has not changed: a bug
        return is_address(violation.facts["file"])
    return violation.code in ("verify.input_changed", "verify.input_missing")


def write_all(run: Run, folder: Path, progress: Progress = silent, drawing: Drawing = PLAIN) -> None:
    """Write every file of a delivery into an empty folder."""
    write_geopackage(run, folder / "plan.gpkg")
    write_record(run, folder)
    write_workbook(run, folder / "staffing.xlsx")
    write_maps(load_run(folder), folder / "maps", plan_sha256(folder), progress, drawing)
    log = progress.text() if isinstance(progress, Journal) else ""
    (folder / "run.log").write_text(log, encoding="utf-8")


def write_maps(
    run: Run, folder: Path, fingerprint: str, progress: Progress = silent, drawing: Drawing = PLAIN
) -> None:
    """Draw every page from what the delivery holds, so that ``gridder map`` draws the same bytes later."""
    from gridder.outputs.maps.basemap import place_on
    from gridder.outputs.maps.index import draw_index
    from gridder.outputs.maps.page import draw_community, draw_worker_sheets, page_names
    from gridder.outputs.maps.pictures import draw_picture

    run = replace(run, options=run.options | {"plan_sha256": fingerprint})
    folder.mkdir(exist_ok=True)
    names = page_names(sorted(run.communities.index))
    placed, basemap = place_on(run, drawing.basemap), drawing.basemap
    for done, (community_id, name) in enumerate(sorted(names.items())):
        progress(Event("maps", done, len(names), name))
        write_page(folder / f"{name}.html", draw_community(placed, community_id, basemap=basemap))
        if int(run.communities["grids"][community_id]) > 0:
            write_page(folder / f"{name}-grids.html", draw_worker_sheets(run, community_id))
        if drawing.pictures and run.communities.geometry[community_id] is not None:
            draw_picture(run, community_id, folder / f"{name}.{drawing.pictures}")
    keep_words(folder, drawing)
    pages = {community_id: f"{name}.html" for community_id, name in names.items()}
    write_page(folder / "index.html", draw_index(placed, pages, basemap=basemap))


def write_page(path: Path, html: str) -> None:
    """Write one page as UTF-8 with unix line ends."""
    path.write_text(html, encoding="utf-8", newline="\n")


@contextmanager
def writing_aside(out: Path) -> Iterator[Path]:
    """Give a fresh folder beside ``out``; it is gone afterwards, whatever happens."""
    aside = out.with_name(f".{out.name}.{os.getpid()}.partial")
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        shutil.rmtree(aside, ignore_errors=True)
        aside.mkdir()
        yield aside
    except UNWRITABLE as error:
        raise unwritable(out, error) from error
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def unwritable(out: Path, error: Exception) -> OutputError:
    """Return the error that says why a place cannot be written to, in words of ours where the reason is known."""
    known = WHY_UNWRITABLE.get(getattr(error, "errno", None) or 0, "")
    told = str(error).lower()
    if not known and ("disk is full" in told or "no space" in told):  # SQLite and GDAL give words, no number
        known = "_full"
    if not known and "readonly" in told:
        known = "_read_only"
    why = getattr(error, "strerror", None) or str(error)
    return OutputError(f"errors.out_unwritable{known}", path=str(out), why=why)


def put_in_place(aside: Path, out: Path) -> None:
    """Rename the finished folder to ``out``; an older delivery stands until that moment."""
    old = out.with_name(f".{out.name}.{os.getpid()}.old")
    if out.exists():
        out.rename(old)
    try:
        aside.rename(out)
    except OSError:
        if old.exists():
            old.rename(out)
        raise
    shutil.rmtree(old, ignore_errors=True)
