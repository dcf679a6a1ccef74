"""Other tools side by side with gridder: every call in a fresh process, on one thread, with the same limit.

``python -m benchmarks.peers INSTANCE… [--tools NAME…] [--seeds 0 1] [--limit 60] [--out DIR]`` runs each tool on each
instance with each seed, judges what comes back (see ``benchmarks.judge``), asks gridder for the number of grids that
each lawful answer has, and writes ``DIR/peers.md`` and ``DIR/peers.json``. With ``--again peers.json`` gridder alone runs,
beside what an earlier run tells of the others. The tools are the extra ``peers``.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from benchmarks.apart import Job, Outcome, Run, run_apart
from benchmarks.instances import find_instances
from benchmarks.judge import Instance, judge
from benchmarks.peer_tools import TOOLS
from benchmarks.score import group_of

REFERENCE = "gridder standard"
INSTALL = "pip install 'gridder[peers]'  (or, in a checkout: pip install -e '.[peers]')"
HEAD = (
    "tool", "version", "lawful", "CPU s, median (most)", "MB", "k", "smallest–largest", "cost, median",
    "÷ gridder, same k", "÷ gridder, free k",
)  # fmt: skip


@dataclass(frozen=True)
class Record:
    """One run judged; of several answers the cheapest lawful one, else the first.

    Parameters
    ----------
    k_asked
        Number of grids the tool was told; None: its own choice, or the one of grids nearest the middle of the window.
    tried, tried_lawful
        Answers it gave (restarts), and how many of them are lawful.
    """

    group: str
    instance: str
    tool: str
    seed: int
    k_asked: int | None
    outcome: Outcome
    seconds: float | None
    peak_mb: float | None
    tried: int
    tried_lawful: int
    lawful: bool
    k: int | None
    smallest: int | None
    largest: int | None
    cost: float | None
    note: str


def record_of(run: Run, instance: Instance, group: str) -> Record:
    """Return a run judged."""
    verdicts = [judge(instance, answer) for answer in run.answers]
    lawful = [v for v in verdicts if v.lawful and v.value is not None]
    shown = min(lawful, key=lambda v: v.value or 0) if lawful else next(iter(verdicts), None)
    job = run.job
    facts = (
        job.tool,
        job.seed,
        job.k,
        run.outcome,
        run.seconds,
        run.peak_mb,
        len(verdicts),
        len(lawful),
        bool(lawful),
    )
    if shown is None:
        return Record(group, instance["name"], *facts, None, None, None, None, run.note)
    note = shown.faults[0] if shown.faults else run.note
    return Record(
        group, instance["name"], *facts, shown.k, shown.smallest, shown.largest, shown.value if lawful else None, note
    )  # fmt: skip


def run_tools(
    path: Path, tools: Sequence[str], seeds: Sequence[int], limit_s: int, earlier: Sequence[Record] = ()
) -> list[Record]:
    """Return the records of one instance; who ran out of time is not asked again with another seed.

    Records of an earlier run stand for what they tell of.
    """
    instance = json.loads(path.read_text("utf-8"))
    group = group_of(instance, path)
    records: list[Record] = []
    told = {(r.tool, r.seed): r for r in earlier if r.instance == instance["name"] and not own(r.tool)}
    for tool in tools:
        late = False
        for seed in seeds:
            if (tool, seed) in told:
                records.append(told[tool, seed])
                continue
            job = Job(tool, str(path), instance["k"], seed, limit_s)
            run = Run(job, "over time", note="not asked again") if late else run_apart(job)
            late = late or run.outcome == "over time"
            records.append(record_of(run, instance, group))
            tell(records[-1])
    for k in sorted({r.k for r in records if r.lawful and r.k is not None and not own(r.tool)}):
        records.append(record_of(run_apart(Job(REFERENCE, str(path), k, seeds[0], limit_s)), instance, group))
        tell(records[-1])
    return records


def tell(record: Record) -> None:
    """Show a record on stderr as it comes."""
    spent = "" if record.seconds is None else f"{record.seconds:.2f} s"
    shown = f"k {record.k} cost {record.cost}" if record.lawful else record.note[:70]
    print(
        f"{record.instance} · {record.tool} · {record.seed} · {record.outcome} {spent} {shown}",
        file=sys.stderr, flush=True,
    )  # fmt: skip


def own(tool: str) -> bool:
    """Whether a tool is gridder itself."""
    return TOOLS[tool].package == "gridder"


def references(records: Iterable[Record]) -> dict[tuple[str, int | None], float]:
    """Return gridder's cost by (instance, k asked), k None where it chose."""
    found: dict[tuple[str, int | None], float] = {}
    for r in records:
        if r.tool == REFERENCE and r.cost is not None:
            found.setdefault((r.instance, r.k_asked), r.cost)
    return found


def tabulate(records: Sequence[Record]) -> str:
    """Return a markdown table for each group of instances."""
    known = references(records)
    tables = []
    for group in dict.fromkeys(r.group for r in records):
        inside = [r for r in records if r.group == group]
        names = dict.fromkeys(r.instance for r in inside)
        rows: list[tuple[str, ...]] = [HEAD]
        for tool in dict.fromkeys(r.tool for r in inside):
            rows.append((tool, version_of(tool), *figures([r for r in inside if r.tool == tool], known)))
        lines = ["| " + " | ".join(row) + " |" for row in rows]
        lines.insert(1, "|---|---" + "|--:" * (len(HEAD) - 2) + "|")
        tables.append(f"### {group}: {', '.join(names)}\n\n" + "\n".join(lines) + "\n")
    return "\n".join(tables)


def figures(records: Sequence[Record], known: dict[tuple[str, int | None], float]) -> tuple[str, ...]:
    """Return the cells of one tool in one group; gridder's runs for the number of grids of others are left out."""
    free = [r for r in records if not (own(r.tool) and r.k_asked is not None)] or list(records)
    done = [r for r in free if r.outcome == "answered"]
    costs = [r.cost for r in free if r.cost is not None]
    seconds = [r.seconds for r in done if r.seconds is not None]
    ended = sorted({r.outcome for r in free} - {"answered"})
    return (
        f"{sum(r.lawful for r in free)}/{len(free)}" + (f" ({', '.join(ended)})" if ended else ""),
        f"{short(statistics.median(seconds))} ({short(max(seconds))})" if seconds else "–",
        f"{max(r.peak_mb or 0 for r in done):.0f}" if done else "–",
        span([r.k for r in done]),
        f"{min(r.smallest or 0 for r in done)}–{max(r.largest or 0 for r in done)}" if done else "–",
        f"{statistics.median(costs):,.0f}" if costs else "–",
        ratios(
            [
                (r.cost, known.get((r.instance, r.k), known.get((r.instance, None)) if own(r.tool) else None))
                for r in free
            ]
        ),
        ratios([(r.cost, known.get((r.instance, None))) for r in free]),
    )


def short(seconds: float) -> str:
    """Return seconds with two or three decimals, as they need them."""
    return f"{seconds:.2f}" if seconds >= 0.1 else f"{seconds:.3f}"


def span(numbers: Sequence[int | None]) -> str:
    """Return the least and the most of some numbers."""
    given = sorted({n for n in numbers if n is not None})
    return "–" if not given else str(given[0]) if len(given) == 1 else f"{given[0]}–{given[-1]}"


def ratios(pairs: Sequence[tuple[float | None, float | None]]) -> str:
    """Return the median and, in brackets, the least of cost ÷ reference."""
    found = [cost / other for cost, other in pairs if cost is not None and other]
    return f"{statistics.median(found):.3f} ({min(found):.3f})" if found else "–"


def version_of(tool: str) -> str:
    """Return the version of the distribution behind a tool."""
    try:
        return version(TOOLS[tool].package)
    except PackageNotFoundError:
        return "–"


def cheaper(records: Sequence[Record]) -> list[str]:
    """Return a line for every lawful answer of another tool that costs less than gridder's with as many grids."""
    known, lines = references(records), []
    for r in records:
        reference = known.get((r.instance, r.k))
        if not own(r.tool) and r.cost is not None and reference is not None and r.cost < reference:
            lines.append(f"{r.tool} is cheaper on {r.instance}, k {r.k}: {r.cost} < {reference}")
    return lines


def present(tools: Iterable[str]) -> list[str]:
    """Return the tools that are installed; say on stderr which are not."""
    asked = list(tools)
    absent = sorted({TOOLS[tool].package for tool in asked if version_of(tool) == "–"})
    if absent:
        print(f"not installed: {', '.join(absent)}. {INSTALL}", file=sys.stderr)
    return [tool for tool in asked if TOOLS[tool].package not in absent]


def read_records(path: Path) -> list[Record]:
    """Return the records of an earlier run."""
    return [Record(**fields) for fields in json.loads(path.read_text("utf-8"))]


def main(arguments: Sequence[str]) -> int:
    """Run what the command line asks for; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.peers")
    parser.add_argument("instances", nargs="+", type=Path, help="instances, or folders of them")
    parser.add_argument("--tools", nargs="+", choices=tuple(TOOLS), default=list(TOOLS), metavar="NAME")
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1])
    parser.add_argument("--limit", type=int, default=60, help="CPU seconds of a call")
    parser.add_argument("--again", type=Path, help="peers.json whose records of other tools are taken over")
    parser.add_argument("--out", type=Path, required=True, help="folder of peers.md and peers.json")
    asked = parser.parse_args(arguments)
    tools = present(dict.fromkeys([REFERENCE, *asked.tools]))
    if all(own(tool) for tool in tools) and not all(own(tool) for tool in asked.tools):
        return 2
    earlier = read_records(asked.again) if asked.again else []
    asked.out.mkdir(parents=True, exist_ok=True)
    records: list[Record] = []
    for path in find_instances(asked.instances):
        records += run_tools(path.resolve(), tools, asked.seeds, asked.limit, earlier)
        content = json.dumps([asdict(r) for r in records], ensure_ascii=False, indent=0)
        (asked.out / "peers.json").write_text(content + "\n", "utf-8", newline="\n")
        (asked.out / "peers.md").write_text(tabulate(records), "utf-8", newline="\n")
    print(tabulate(records), end="")
    print("".join(f"- {line}\n" for line in cheaper(records)), end="")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
