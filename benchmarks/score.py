"""Judge all answers to a folder of instances and say which claims are false.

``python -m benchmarks.score FOLDER ANSWERS [--against OTHER_ANSWERS] [--out FILE]`` takes every instance below FOLDER and
its answer ``ANSWERS/<name>.json``, judges each by itself (see ``benchmarks.judge``), and prints a table by group and
what needs a look. Exit 1 when a claim is false or an answer is missing.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.instances import find_instances
from benchmarks.judge import Instance, Verdict, holds, judge

FOUND = ("optimal", "bounded", "locally_optimal", "feasible")  # statuses that claim a lawful answer
ROUNDING = 1e-6  # relative; bounds and values of instances with lengths that are no whole numbers
HEAD = (
    "group", "instances", "verdict right", "lawful", "optimal", "at best known", "worst value ÷ best", "with bound",
    "worst gap", "seconds, median", "most",
)  # fmt: skip


@dataclass
class Score:
    """One answer judged: what is false of it, what is worth a look, and the figures of the table."""

    instance: Instance
    group: str
    answer: dict[str, Any] | None
    verdict: Verdict | None = None
    false: list[str] = field(default_factory=list)

    @property
    def name(self) -> str:
        """Name of the instance."""
        return str(self.instance["name"])

    @property
    def status(self) -> str:
        """Status the answer claims."""
        return "missing" if self.answer is None else str(self.answer["status"])

    @property
    def value(self) -> float | None:
        """Value of a lawful answer, as judged."""
        return self.verdict.value if self.verdict is not None and self.verdict.lawful else None

    @property
    def over_best(self) -> float | None:
        """Value of a lawful answer over the best known before."""
        best = self.instance.get("best_known")
        return None if self.value is None or not best else self.value / best

    @property
    def gap(self) -> float | None:
        """Part of the value that the answer's own global bound leaves open."""
        if self.answer is None or self.value is None or self.answer.get("bound_kind") != "global":
            return None
        return 1 - self.answer["bound"] / self.value if self.value else 0.0

    @property
    def right(self) -> bool:
        """Whether a lawful answer was given where there is one, and a refusal where there is none."""
        if self.instance["feasible"] is False:
            return self.status == "infeasible" and not self.false
        return self.value is not None and self.status in FOUND and not self.false


def score_answer(instance: Instance, group: str, answer: dict[str, Any] | None) -> Score:
    """Return an answer judged."""
    score = Score(instance, group, answer)
    if answer is None:
        score.false.append("no answer")
        return score
    try:
        score.verdict = judge(instance, answer["assignment"])
    except (ValueError, KeyError, TypeError) as error:
        score.false.append(f"not readable: {error}")
        return score
    score.false += [*false_verdict(score), *false_value(score), *false_bound(score), *false_reasons(score)]
    return score


def false_verdict(score: Score) -> Iterable[str]:
    """Yield what is false of the status."""
    assert score.verdict is not None
    if score.status in FOUND and not score.verdict.lawful:
        yield f"{score.status}, but {score.verdict.faults[0]}"
    if score.status == "infeasible" and score.instance["feasible"] is True:
        yield "infeasible, but a lawful answer is known"
    if score.status == "infeasible" and score.verdict.lawful:
        yield "infeasible beside a lawful assignment"
    if score.verdict.lawful and score.instance["feasible"] is False:
        yield "lawful where the instance says that nothing is: instance in doubt"
    if score.status not in (*FOUND, "infeasible", "not_found"):
        yield f"unknown status {score.status}"


def false_value(score: Score) -> Iterable[str]:
    """Yield what is false of the value."""
    assert score.verdict is not None and score.answer is not None
    claimed, value = score.answer["objective"], score.verdict.value
    if value is not None and claimed is not None and abs(claimed - value) > ROUNDING * max(1, abs(value)):
        yield f"objective {claimed}, but it is {value}"
    best, bound = score.instance.get("best_known"), score.instance.get("bound")
    if score.value is None:
        return
    if score.status == "optimal" and best is not None and score.value > best * (1 + ROUNDING):
        yield f"optimal at {score.value}, but {best} is known"
    if bound is not None and score.value < bound * (1 - ROUNDING):
        yield f"{score.value} is below the instance's bound {bound}: instance in doubt"


def false_bound(score: Score) -> Iterable[str]:
    """Yield what is false of the bound."""
    assert score.answer is not None
    bound, kind = score.answer["bound"], score.answer["bound_kind"]
    if (bound is None) != (kind == "none"):
        yield f"bound {bound} of kind {kind}"
    if score.status == "optimal" and (kind != "global" or bound is None):
        yield "optimal without a global bound"
    if bound is None or score.status not in FOUND:
        return
    if score.status == "optimal" and score.value is not None and score.value > bound * (1 + ROUNDING):
        yield f"optimal, but {score.value} is above its bound {bound}"
    known = [value for value in (score.value, best_of_kind(score, kind)) if value is not None]
    yield from (f"bound {bound}, but {value} is known" for value in known if bound > value * (1 + ROUNDING))


def best_of_kind(score: Score, kind: str) -> float | None:
    """Return the best value known that a bound of this kind speaks of."""
    assert score.answer is not None
    if kind == "global" or score.instance["k"] is not None:
        return score.instance.get("best_known")
    known: float | None = (
        score.instance.get("known_by_k", {}).get(str(score.answer["k"]), {}).get("best_known")
    )
    return known


def false_reasons(score: Score) -> Iterable[str]:
    """Yield what is false of the reasons."""
    assert score.answer is not None
    if score.status != "infeasible":
        return
    reasons, instance = score.answer["reasons"], score.instance
    if not reasons:
        yield "infeasible without a reason"
    true_codes = {reason["code"] for reason in instance.get("reasons") or ()} | {instance.get("reason")}
    for reason in reasons:
        held = holds(instance, reason)
        if held is False or (held is None and reason["code"] not in true_codes):
            yield f"reason {reason['code']} does not hold of {reason['nodes'][:4]}"


def score_all(folder: Path, answers: Path) -> list[Score]:
    """Return every instance below a folder with its answer judged."""
    scores = []
    for path in find_instances([folder]):
        instance = json.loads(path.read_text("utf-8"))
        scores.append(score_answer(instance, group_of(instance, path), read_answer(answers, instance)))
    return sorted(scores, key=lambda s: (s.group, s.name))


def read_answer(answers: Path, instance: Instance) -> dict[str, Any] | None:
    """Return the answer to an instance, None where there is none."""
    path = answers / f"{instance['name']}.json"
    return json.loads(path.read_text("utf-8")) if path.exists() else None


def group_of(instance: Instance, path: Path) -> str:
    """Return the folder of an instance with what sets its kin apart: its size, scenario or objective."""
    if instance["k"] is not None:
        return f"{path.parent.name} {instance['name'].split('_')[0]} {instance['objective']}"
    if path.parent.name == "communities":
        return f"communities {len(instance['nodes']):03}"
    if path.parent.name == "hard":
        return f"hard {instance['name'].split('_')[-1][0]}"
    return path.parent.name


def tabulate(scores: Sequence[Score]) -> str:
    """Return the scores as a markdown table, a row a group and one for all."""
    rows: list[tuple[str, ...]] = [HEAD]
    for group in sorted({s.group for s in scores}):
        rows.append((group, *figures([s for s in scores if s.group == group])))
    rows.append(("all", *figures(scores)))
    lines = ["| " + " | ".join(row) + " |" for row in rows]
    lines.insert(1, "|---" + "|--:" * (len(HEAD) - 1) + "|")
    return "\n".join(lines) + "\n"


def figures(scores: Sequence[Score]) -> tuple[str, ...]:
    """Return the cells of one row."""
    able = [s for s in scores if s.instance["feasible"] is not False]
    over = [s.over_best for s in scores if s.over_best is not None]
    gaps = [s.gap for s in scores if s.gap is not None]
    seconds = [s.answer["seconds"] for s in scores if s.answer is not None]
    return (
        str(len(scores)),
        f"{sum(s.right for s in scores)}/{len(scores)}",
        f"{sum(s.value is not None for s in able)}/{len(able)}",
        f"{sum(s.status == 'optimal' and not s.false for s in able)}/{len(able)}",
        f"{sum(ratio <= 1 + ROUNDING for ratio in over)}/{len(over)}",
        f"{max(over):.4f}" if over else "–",
        f"{len(gaps)}/{len(able)}",
        f"{100 * max(gaps):.1f} %" if gaps else "–",
        f"{statistics.median(seconds):.2f}" if seconds else "–",
        f"{max(seconds):.2f}" if seconds else "–",
    )


def remarks(scores: Sequence[Score]) -> list[str]:
    """Return a line for everything that needs a look, false claims first."""
    lines = [f"FALSE {s.name}: {claim}" for s in scores for claim in s.false]
    lines += [f"not found: {s.name}" for s in scores if s.status == "not_found"]
    for s in scores:
        best = s.instance.get("best_known")
        if s.over_best is not None and s.over_best > 1 + ROUNDING:
            lines.append(f"above best known: {s.name} {s.value} > {best} ({100 * (s.over_best - 1):.2f} %)")
        if s.over_best is not None and s.over_best < 1 - ROUNDING:
            lines.append(f"BETTER than known: {s.name} {s.value} < {best}")
    return lines


def contradict(scores: Sequence[Score], others: Sequence[Score]) -> None:
    """Add what lawful answers of one side prove false on the other: bounds above them, impossibility beside them."""
    for one, other in [*zip(scores, others), *zip(others, scores)]:
        if other.value is None or one.answer is None or other.verdict is None:
            continue
        if one.status == "infeasible" and one.instance["feasible"] is None:
            one.false.append(f"infeasible, but {other.status} at {other.value} elsewhere")
        bound, kind = one.answer["bound"], one.answer["bound_kind"]
        same = kind == "global" or (kind == "fixed_k" and one.answer["k"] == other.verdict.k)
        if bound is not None and one.status in FOUND and same and bound > other.value * (1 + ROUNDING):
            one.false.append(f"bound {bound}, but {other.value} elsewhere")


def compare(scores: Sequence[Score], others: Sequence[Score]) -> list[str]:
    """Return a line for every answer that is worse or better than the other one to the same instance."""
    lines = []
    for new, old in zip(scores, others):
        lines += [f"FALSE elsewhere, {old.name}: {claim}" for claim in old.false if old.answer]
        if rank(new) != rank(old):
            word = "worse" if rank(new) > rank(old) else "better"
            lines.append(f"{word}: {new.name} {old.status} {old.value} → {new.status} {new.value}")
    return sorted(lines, reverse=True)


def rank(score: Score) -> tuple[bool, float, bool]:
    """Return the sort key of an answer: right first, then cheap, then proven."""
    return not score.right, score.value or 0.0, score.status not in ("optimal", "infeasible")


def main(arguments: Sequence[str]) -> int:
    """Judge what the command line names; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.score")
    parser.add_argument("folder", type=Path, help="instances, in any folders below")
    parser.add_argument("answers", type=Path, help="answers, one a name")
    parser.add_argument("--against", type=Path, help="other answers to compare with")
    parser.add_argument("--out", type=Path, help="write the table to a file, too")
    asked = parser.parse_args(arguments)
    scores = score_all(asked.folder, asked.answers)
    others = score_all(asked.folder, asked.against) if asked.against else []
    contradict(scores, others)
    lines = remarks(scores) + compare(scores, others)
    text = tabulate(scores) + "\n" + "".join(f"- {line}\n" for line in lines)
    print(text, end="")
    if asked.out:
        asked.out.write_text(text, encoding="utf-8", newline="\n")
    return 1 if any(s.false for s in scores) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
