"""The command line: parse → one call → print → exit code. No logic here; sentences are in locale/."""

from __future__ import annotations

import os
import sys
import tempfile
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer
import typer.core

from gridder import options as o
from gridder.errors import GridderError

USAGE_ERROR: type[Exception] = typer.BadParameter.__mro__[
    1
]  # of it are all errors of usage; typer names it nowhere
EXIT_OK, EXIT_BUG, EXIT_USAGE, EXIT_EXCEPTIONS, EXIT_VIOLATION, EXIT_INTERRUPTED = 0, 1, 2, 4, 6, 130


class Spoken(typer.core.TyperGroup):
    """A group whose usage errors are said in the language of the user."""

    def main(self, *args: Any, **more: Any) -> Any:
        """Run the command line; a wrong one is explained on stderr and ends with exit code 2."""
        from gridder.usage import lang_of, say_usage

        given = args[0] if args else more.get("args")
        words = sys.argv[1:] if given is None else list(given)
        if not words or not more.get("standalone_mode", True):
            return super().main(*args, **more)
        try:
            sys.exit(super().main(*args, **more | {"standalone_mode": False}) or EXIT_OK)
        except USAGE_ERROR as error:
            print(say_usage(lang_of(words), error), file=sys.stderr)
            sys.exit(EXIT_USAGE)


cli = typer.Typer(
    cls=Spoken,
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Divide urban communities into lawful, contiguous, seamless grids. 社区网格划分与人员配备",
)


def app() -> None:
    """Run the command line."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8", errors="replace")  # type: ignore[union-attr]
    cli(prog_name="gridder")


@contextmanager
def exits(lang: str) -> Iterator[None]:
    """Turn errors into a sentence on stderr and the promised exit code."""
    from gridder.text import say, say_error

    try:
        yield
    except GridderError as error:
        print(say_error(lang, error), file=sys.stderr)
        raise typer.Exit(error.exit_code) from None
    except KeyboardInterrupt:
        print(say(lang, "cli.interrupted"), file=sys.stderr)
        raise typer.Exit(EXIT_INTERRUPTED) from None
    except typer.Exit:
        raise
    except BaseException:
        with tempfile.NamedTemporaryFile(
            "w", prefix="gridder-", suffix=".log", delete=False, encoding="utf-8"
        ) as log:
            traceback.print_exc(file=log)
        traceback.print_exc()
        print(say(lang, "cli.bug", path=log.name), file=sys.stderr)
        raise typer.Exit(EXIT_BUG) from None


def tell(lines: list[str], result: Any, *, as_json: bool) -> None:
    """Print a result to stdout, as lines or as JSON."""
    from gridder.report import strict_json

    text = strict_json(result) if as_json else "\n".join(lines)
    try:
        print(text, flush=True)
    except BrokenPipeError:  # the reader has enough (``| head``): no failure of ours
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


@contextmanager
def showing(lang: str, *, quiet: bool) -> Iterator[Any]:
    """Give a journal that shows progress on stderr: a live bar on a terminal, plain lines otherwise."""
    from gridder.console import live_bar, plain_lines
    from gridder.journal import Journal

    if quiet:
        yield Journal()
    elif sys.stderr.isatty():
        with live_bar(lang) as show:
            yield Journal(show)
    else:
        yield Journal(plain_lines(lang, lambda line: print(line, file=sys.stderr)))


COMMON = (
    "policy grids objective effort seed lang columns layer crs coords encoding bad_rows missing jobs effective_date "
    "staffing anonymous pictures basemap key basemap_coords"
).split()


@cli.command()
def demo(
    out: Annotated[Path, o.option("--out", "where to deliver; default maps/demo")] = Path("maps/demo"),
    effort: o.EffortOpt = o.EffortName.standard,
    lang: o.LangOpt = o.Lang.zh,
    jobs: o.JobsOpt = 2,
    json_: o.JsonOpt = False,
    quiet: o.QuietOpt = False,
) -> None:
    """Make the demo district, plan, draw and verify it. 演示"""
    with exits(lang.value), showing(lang.value, quiet=quiet) as journal:
        from gridder.request import Request
        from gridder.tasks import plan_demo

        request = Request(lang=lang.value, effort=effort.value, jobs=jobs)
        finish(plan_demo(request, out, journal), out, lang.value, as_json=json_)


@cli.command()
def check(
    input: o.InputArg,
    policy: o.PolicyOpt = None,
    lang: o.LangOpt = o.Lang.zh,
    columns: o.ColumnsOpt = None,
    layer: o.LayerOpt = None,
    crs: o.CrsOpt = None,
    coords: o.CoordsOpt = None,
    encoding: o.EncodingOpt = None,
    json_: o.JsonOpt = False,
    quiet: o.QuietOpt = False,
) -> None:
    """Say what is wrong with the data and which communities cannot have a lawful plan. 检查数据"""
    with exits(lang.value), showing(lang.value, quiet=quiet) as journal:
        from gridder.report import inspection_json, inspection_lines
        from gridder.tasks import inspect_input

        found = inspect_input(input, request_of(locals()), journal)
        tell(inspection_lines(found, lang.value), inspection_json(found, lang.value), as_json=json_)
        raise typer.Exit(EXIT_EXCEPTIONS if found.findings or found.impossible else EXIT_OK)


@cli.command()
def plan(
    input: o.InputArg,
    out: o.OutOpt = None,
    policy: o.PolicyOpt = None,
    grids: o.GridsOpt = "target",
    objective: o.ObjectiveOpt = o.ObjectiveName.boundary,
    effort: o.EffortOpt = o.EffortName.standard,
    seed: o.SeedOpt = 0,
    lang: o.LangOpt = o.Lang.zh,
    columns: o.ColumnsOpt = None,
    layer: o.LayerOpt = None,
    crs: o.CrsOpt = None,
    coords: o.CoordsOpt = None,
    encoding: o.EncodingOpt = None,
    bad_rows: o.BadRowsOpt = o.BadRows.stop,
    missing: o.MissingOpt = o.Missing.stop,
    jobs: o.JobsOpt = 1,
    effective_date: o.DateOpt = "",
    staffing: o.StaffingOpt = None,
    anonymous: o.AnonymousOpt = False,
    pictures: o.PicturesOpt = None,
    basemap: o.BasemapOpt = None,
    key: o.KeyOpt = None,
    basemap_coords: o.BasemapCoordsOpt = None,
    overwrite: o.OverwriteOpt = False,
    json_: o.JsonOpt = False,
    quiet: o.QuietOpt = False,
    verbose: o.VerboseOpt = False,
) -> None:
    """Plan every community of one district and deliver grids, staffing and maps. 划分网格"""
    with exits(lang.value), showing(lang.value, quiet=quiet) as journal:
        from gridder.tasks import default_out, plan_input

        place = out or default_out(input)
        run = plan_input(input, request_of(locals()), place, journal, overwrite=overwrite)
        finish(run, place, lang.value, as_json=json_, verbose=verbose)


@cli.command()
def regenerate(
    input: o.InputArg,
    from_: Annotated[
        Path | None, o.option("--from", "the older delivery; without it the layer previous_grids")
    ] = None,
    out: o.OutOpt = None,
    edits: Annotated[list[Path] | None, o.option("--edits", "edits.json of a reviewer 审核意见")] = None,
    policy: o.PolicyOpt = None,
    grids: o.GridsOpt = "target",
    objective: o.ObjectiveOpt = o.ObjectiveName.boundary,
    effort: o.EffortOpt = o.EffortName.standard,
    seed: o.SeedOpt = 0,
    lang: o.LangOpt = o.Lang.zh,
    columns: o.ColumnsOpt = None,
    layer: o.LayerOpt = None,
    crs: o.CrsOpt = None,
    coords: o.CoordsOpt = None,
    encoding: o.EncodingOpt = None,
    bad_rows: o.BadRowsOpt = o.BadRows.stop,
    missing: o.MissingOpt = o.Missing.stop,
    jobs: o.JobsOpt = 1,
    effective_date: o.DateOpt = "",
    staffing: o.StaffingOpt = None,
    anonymous: o.AnonymousOpt = False,
    pictures: o.PicturesOpt = None,
    basemap: o.BasemapOpt = None,
    key: o.KeyOpt = None,
    basemap_coords: o.BasemapCoordsOpt = None,
    overwrite: o.OverwriteOpt = False,
    json_: o.JsonOpt = False,
    quiet: o.QuietOpt = False,
    verbose: o.VerboseOpt = False,
) -> None:
    """Plan again from an older delivery, changing little; apply reviewers' edits. 年度更新"""
    with exits(lang.value), showing(lang.value, quiet=quiet) as journal:
        from gridder.tasks import default_out, regenerate_input

        place = out or default_out(input)
        request = request_of(locals())
        run = regenerate_input(
            input, request, place, journal, old=from_, edits=edits or [], overwrite=overwrite
        )
        finish(run, place, lang.value, as_json=json_, verbose=verbose)


@cli.command()
def batch(
    inputs: Annotated[list[Path], typer.Argument(help="districts, as for plan 多个区")],
    out: Annotated[Path, o.option("--out", "one delivery a district below it")] = Path("maps/batch"),
    policy: o.PolicyOpt = None,
    grids: o.GridsOpt = "target",
    objective: o.ObjectiveOpt = o.ObjectiveName.boundary,
    effort: o.EffortOpt = o.EffortName.standard,
    seed: o.SeedOpt = 0,
    lang: o.LangOpt = o.Lang.zh,
    columns: o.ColumnsOpt = None,
    layer: o.LayerOpt = None,
    crs: o.CrsOpt = None,
    coords: o.CoordsOpt = None,
    encoding: o.EncodingOpt = None,
    bad_rows: o.BadRowsOpt = o.BadRows.stop,
    missing: o.MissingOpt = o.Missing.stop,
    jobs: o.JobsOpt = 1,
    staffing: o.StaffingOpt = None,
    pictures: o.PicturesOpt = None,
    basemap: o.BasemapOpt = None,
    key: o.KeyOpt = None,
    basemap_coords: o.BasemapCoordsOpt = None,
    anonymous: o.AnonymousOpt = False,
    dask: Annotated[str | None, o.option("--dask", "address of a dask scheduler")] = None,
    overwrite: o.OverwriteOpt = False,
    json_: o.JsonOpt = False,
    quiet: o.QuietOpt = False,
) -> None:
    """Plan many districts: resumable, one failure does not stop the rest. 批量处理"""
    with exits(lang.value), showing(lang.value, quiet=quiet) as journal:
        from gridder.report import batch_json, batch_lines
        from gridder.tasks import batch_inputs

        result = batch_inputs(inputs, out, request_of(locals()), journal, dask=dask, overwrite=overwrite)
        tell(batch_lines(result, lang.value), batch_json(result), as_json=json_)
        raise typer.Exit(result.exit_code)


@cli.command()
def verify(
    directory: Annotated[Path, typer.Argument(help="a delivery 成果目录")],
    input: Annotated[Path | None, o.option("--input", "what it was planned from 原始数据")] = None,
    lang: o.LangOpt = o.Lang.zh,
    json_: o.JsonOpt = False,
) -> None:
    """Check a delivery independently; trust nothing that plan computed. 独立复核"""
    with exits(lang.value):
        from gridder.report import violation_json, violation_lines
        from gridder.verify import list_unchecked, verify_delivery

        found, unchecked = verify_delivery(directory, input), list_unchecked(directory, input)
        lines = violation_lines(found, lang.value, unchecked)
        tell(lines, violation_json(found, lang.value, unchecked), as_json=json_)
        raise typer.Exit(EXIT_VIOLATION if found else EXIT_OK)


@cli.command()
def compare(
    old: Annotated[Path, typer.Argument(help="older delivery 旧方案")],
    new: Annotated[Path, typer.Argument(help="newer delivery 新方案")],
    out: Annotated[Path, o.option("--out", "page to write, FILE.html; a sheet FILE.xlsx stands beside it")],
    lang: o.LangOpt = o.Lang.zh,
    basemap: o.BasemapOpt = None,
    key: o.KeyOpt = None,
    basemap_coords: o.BasemapCoordsOpt = None,
    overwrite: o.OverwriteOpt = False,
) -> None:
    """Draw two plans side by side, with every building that changes grid. 新旧对比"""
    with exits(lang.value):
        from gridder.tasks import compare_deliveries
        from gridder.text import say

        drawing = request_of(locals()).drawing()
        compare_deliveries(old, new, out, lang=lang.value, overwrite=overwrite, drawing=drawing)
        print(say(lang.value, "cli.compared", path=out))


@cli.command()
def staff(
    directory: Annotated[Path, typer.Argument(help="a delivery 成果目录")],
    policy: o.PolicyOpt = None,
    workforce: Annotated[
        Path | None, o.option("--workforce", "CSV or XLSX, a row a community or a person 人员表或花名册")
    ] = None,
    columns: o.ColumnsOpt = None,
    staffing: o.StaffingOpt = None,
    anonymous: o.AnonymousOpt = False,
    out: Annotated[Path | None, o.option("--out", "where to deliver; default: the same place")] = None,
    lang: Annotated[o.Lang | None, o.option("--lang", "zh|en; default: as planned")] = None,
    pictures: o.PicturesOpt = None,
    basemap: o.BasemapOpt = None,
    key: o.KeyOpt = None,
    basemap_coords: o.BasemapCoordsOpt = None,
    overwrite: o.OverwriteOpt = False,
) -> None:
    """Compute staffing again under another policy or workforce table; no planning. 重算人员"""
    with exits(lang.value if lang else "zh"), showing(lang.value if lang else "zh", quiet=True) as journal:
        from gridder.report import findings_lines, of_staffing
        from gridder.restaff import Restaffing
        from gridder.tasks import staff_delivery
        from gridder.text import say

        said = lang.value if lang else None
        drawn = request_of(
            {"pictures": pictures, "basemap": basemap, "key": key, "basemap_coords": basemap_coords}
        )
        asked = Restaffing(policy, workforce, tuple(staffing or ()), anonymous, said, tuple(columns or ()))
        run = staff_delivery(directory, journal, asked, drawn, out=out, overwrite=overwrite)
        for line in findings_lines(of_staffing(run.findings), run.lang):
            print(line, file=sys.stderr)
        print(say(run.lang, "cli.staffed", path=(out or directory) / "staffing.xlsx"))


@cli.command("map")
def map_(
    directory: Annotated[Path, typer.Argument(help="a delivery 成果目录")],
    lang: Annotated[o.Lang | None, o.option("--lang", "zh|en; default: as planned")] = None,
    pictures: o.PicturesOpt = None,
    basemap: o.BasemapOpt = None,
    key: o.KeyOpt = None,
    basemap_coords: o.BasemapCoordsOpt = None,
) -> None:
    """Draw the maps of a delivery again. 重绘地图"""
    with exits(lang.value if lang else "zh"):
        from gridder.tasks import draw_again
        from gridder.text import say

        drawing = request_of(locals()).drawing()
        page = draw_again(directory, lang=lang.value if lang else None, drawing=drawing)
        print(say(lang.value if lang else "zh", "cli.mapped", path=page))


@cli.command("policy")
def policy_(
    name: Annotated[str, typer.Argument(help="name or file; default jilin-2020 规则")] = "jilin-2020",
    lang: o.LangOpt = o.Lang.zh,
    json_: o.JsonOpt = False,
    yaml: o.YamlOpt = False,
) -> None:
    """Print the rules in force, each with its source. 显示规则"""
    with exits(lang.value):
        from gridder.policy import load_policy, read_policy_text
        from gridder.report import policy_json, policy_lines

        rules = load_policy(name)
        if yaml:
            print(read_policy_text(name)[1], end="")
            return
        tell(policy_lines(rules, lang.value), policy_json(rules), as_json=json_)


@cli.command()
def synth(
    buildings: Annotated[int, typer.Option("--buildings", help="how many 楼栋数", min=1)],
    out: Annotated[Path, o.option("--out", "GeoPackage to write 输出文件")],
    seed: o.SeedOpt = 0,
    lang: o.LangOpt = o.Lang.zh,
    overwrite: o.OverwriteOpt = False,
) -> None:
    """Make a synthetic city for trials and benchmarks. 生成模拟数据"""
    with exits(lang.value):
        from gridder.tasks import make_synthetic
        from gridder.text import say

        n_buildings, n_communities = make_synthetic(buildings, out, seed=seed, overwrite=overwrite)
        print(say(lang.value, "cli.synthesised", buildings=n_buildings, communities=n_communities, path=out))


def request_of(given: dict[str, Any]) -> Any:
    """Return the request that a command's parameters make."""
    from gridder.request import Request

    plain: dict[str, Any] = {
        name: getattr(given.get(name), "value", given.get(name)) for name in COMMON if name in given
    }
    return Request(**plain)


def finish(run: Any, out: Path, lang: str, *, as_json: bool, verbose: bool = False) -> None:
    """Print what came of a plan; exit 4 where there are labelled exceptions or quarantined rows."""
    from gridder.report import findings_lines, run_json, run_lines

    shown = [f for f in run.findings if verbose or f.level != "note"]
    for line in findings_lines(shown, lang):
        print(line, file=sys.stderr)
    tell(run_lines(run, out, lang), run_json(run, out, lang), as_json=as_json)
    raise typer.Exit(EXIT_EXCEPTIONS if len(run.exceptions) or len(run.quarantine) else EXIT_OK)
