"""One function a command: read, plan, deliver. What ``cli`` calls and what a script may call instead."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

from gridder.addresses import label_of, shown_input
from gridder.deliver import deliver, is_delivery, refuse_existing, write_maps, write_page, writing_aside
from gridder.district import Inspection, inspect_district, plan_district
from gridder.edits import read_edits
from gridder.effort import Event
from gridder.errors import InputError, UsageError
from gridder.journal import Journal
from gridder.outputs.maps.drawing import PLAIN, Drawing, keep_words, make_drawing, read_words
from gridder.outputs.record import load_run, plan_sha256
from gridder.policy import load_policy
from gridder.read import read_district
from gridder.regenerate import regenerate_district
from gridder.request import Request, name_of_input
from gridder.restaff import Restaffing, staff_again
from gridder.tables import Run
from gridder.text import say_finding, typed


def default_out(input_path: Path) -> Path:
    """Return where a delivery goes when nobody says: maps/<name of the input>."""
    return Path("maps") / name_of_input(input_path)


def inspect_input(input_path: Path, request: Request, journal: Journal) -> Inspection:
    """Return what ``check`` finds in an input."""
    journal(Event("read", 0, 1, label_of(input_path)))
    district = read_district(input_path, request.read_options())
    policy = request.policy_of(district.settings)
    found = inspect_district(district, policy, request.plan_options(), progress=journal)
    return replace(
        found, next_command=" ".join(["gridder plan", typed(shown_input(input_path)), *request.words()])
    )


def plan_input(input_path: Path, request: Request, out: Path, journal: Journal, *, overwrite: bool) -> Run:
    """Read, plan and deliver one district; return the run.

    Raises
    ------
    GridderError
        With the exit code that the command line promises.
    """
    options, drawing = request.plan_options(), request.drawing()
    refuse_existing(out, overwrite=overwrite)
    if request.policy:
        load_policy(request.policy)  # a wrong policy is refused before a long reading
    journal(Event("read", 0, 1, label_of(input_path)))
    district = request.state_inputs(read_district(input_path, request.read_options()))
    policy = request.policy_of(district.settings)
    run = plan_district(district, policy, request.effort_of(), options, progress=journal)
    deliver(run, out, source=input_path, overwrite=overwrite, progress=journal, drawing=drawing)
    return run


def plan_demo(request: Request, out: Path, journal: Journal) -> Run:
    """Make, plan and deliver the demo district; its own earlier delivery is replaced."""
    from gridder.synth import write_demo_folder

    with tempfile.TemporaryDirectory(prefix="gridder-") as folder:
        path = write_demo_folder(Path(folder))
        return plan_input(path, request, out, journal, overwrite=is_delivery(out))


def regenerate_input(
    input_path: Path,
    request: Request,
    out: Path,
    journal: Journal,
    *,
    old: Path | None,
    edits: list[Path],
    overwrite: bool,
) -> Run:
    """Read new data and an old plan, plan again changing little, deliver.

    Raises
    ------
    InputError
        Edits made for another plan than ``old`` (both fingerprints are told), among others.
    """
    options, drawing = request.plan_options(), request.drawing()
    refuse_existing(out, overwrite=overwrite)
    before = load_run(old) if old else None
    wanted = read_edits(edits) if edits else None
    if wanted and old and wanted.plan_sha256 and wanted.plan_sha256 != plan_sha256(old):
        raise InputError("errors.edits_other_plan", edits=wanted.plan_sha256[:12], plan=plan_sha256(old)[:12])
    journal(Event("read", 0, 1, label_of(input_path)))
    district = request.state_inputs(read_district(input_path, request.read_options()))
    policy = request.policy_of(district.settings)
    effort = request.effort_of()
    run = regenerate_district(district, policy, effort, options, old=before, edits=wanted, progress=journal)
    for finding in run.findings:
        if finding.code.startswith("edits."):
            journal.note(say_finding(run.lang, finding))
    deliver(run, out, source=input_path, overwrite=overwrite, progress=journal, drawing=drawing)
    return run


def compare_deliveries(
    old: Path, new: Path, out: Path, *, lang: str, overwrite: bool, drawing: Drawing = PLAIN
) -> None:
    """Write the compare page and, beside it, the sheet of all changes.

    Raises
    ------
    UsageError
        ``out`` is no name of a page, or page or sheet exist and may not be replaced.
    """
    from gridder.outputs.maps.compare import draw_compare, write_compare_sheet

    if out.suffix.lower() != ".html":
        raise UsageError("errors.out_html", path=str(out))
    sheet = out.with_suffix(".xlsx")
    for path in (out, sheet):
        if path.exists() and not overwrite:
            raise UsageError("errors.out_exists", path=str(path))
    before, after = replace(load_run(old), lang=lang), replace(load_run(new), lang=lang)
    with writing_aside(out) as aside:
        write_page(aside / out.name, draw_compare(before, after, basemap=drawing.basemap))
        write_compare_sheet(before, after, aside / sheet.name)
        for path in (out, sheet):
            (aside / path.name).replace(path)


def staff_delivery(
    directory: Path, journal: Journal, asked: Restaffing, drawn: Request, *, out: Path | None, overwrite: bool
) -> Run:
    """Compute the staffing of a delivery again and deliver it, drawn as it was where ``drawn`` asks nothing else.

    Raises
    ------
    GridderError
        As ``restaff.staff_again`` and ``drawing.make_drawing`` say.
    """
    place = out or directory
    refuse_existing(place, overwrite=overwrite or out is None)
    run = staff_again(directory, asked)
    drawing = make_drawing(drawn.drawn(read_words(directory / "maps")))
    deliver(run, place, overwrite=True, progress=journal, drawing=drawing)
    return run


def draw_again(directory: Path, *, lang: str | None, drawing: Drawing = PLAIN) -> Path:
    """Draw the maps of a delivery again, in place; return the page to open."""
    run = load_run(directory)
    with writing_aside(directory / "maps") as aside:
        write_maps(
            replace(run, lang=lang or run.lang), aside / "maps", plan_sha256(directory), drawing=drawing
        )
        keep_words(directory / "maps", PLAIN)
        for page in sorted((aside / "maps").iterdir()):
            page.replace(directory / "maps" / page.name)
    return directory / "maps" / "index.html"


def make_synthetic(buildings: int, out: Path, *, seed: int, overwrite: bool) -> tuple[int, int]:
    """Write a synthetic city; return how many buildings and communities it has."""
    from gridder.synth import make_city, write_layers

    if out.exists() and not overwrite:
        raise UsageError("errors.out_exists", path=str(out))
    layers: dict[str, Any] = make_city(buildings, seed)
    with writing_aside(out) as aside:
        write_layers(layers, aside / out.name)
        (aside / out.name).replace(out)
    return len(layers["buildings"]), len(layers["communities"])


def batch_inputs(
    inputs: list[Path], out: Path, request: Request, journal: Journal, *, dask: str | None, overwrite: bool
) -> Any:
    """Plan many districts, each on its own."""
    from gridder.batch import run_batch

    request.plan_options()  # a wrong word is refused once, not district by district
    return run_batch(
        inputs, out, request, jobs=request.jobs, progress=journal, dask=dask, overwrite=overwrite
    )
