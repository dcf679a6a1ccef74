"""Run the partition engine alone on graph instances.

``python -m benchmarks.partition INSTANCE.json… [--effort …] [--grids …] [--seed N] --out DIR`` writes one answer an
instance, ``DIR/<name>.json``; a folder stands for all instances below it. The formats are in README.md. Exit 0 when
every instance has its answer file.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.instances import find_instances
from benchmarks.objectives import bound_of, instance_value, travel_of_instance
from gridder.effort import Effort
from gridder.partition.answer import Certificate, Plan, Reason
from gridder.partition.problem import Problem
from gridder.partition.solve import solve
from gridder.partition.warm import warm
from gridder.text import say

EFFORTS = ("quick", "standard", "prove")
RULES = ("target", "fewest", "most", "free")


def read_instance(path: Path) -> dict[str, Any]:
    """Return an instance as read."""
    instance: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return instance


def make_problem(instance: dict[str, Any], grids: str) -> Problem:
    """Return the problem of an instance; ``free`` means its own number of grids where it has one."""
    edges = sorted((i, j, cost) for i, j, cost, _ in instance["edges"])
    wanted: Any = int(grids) if grids.isdigit() else grids
    if grids == "free" and instance["k"] is not None:
        wanted = int(instance["k"])
    households = np.array([node["households"] for node in instance["nodes"]], dtype=np.int64)
    return Problem(
        households,
        np.array([(i, j) for i, j, _ in edges], dtype=np.int64).reshape(-1, 2),
        np.array([cost for _, _, cost in edges], dtype=np.int64),
        instance["households_min"],
        instance["households_max"],
        grids=wanted,
        travel=travel_of_instance(instance, households),
    )


def answer_instance(instance: dict[str, Any], grids: str, effort: Effort) -> dict[str, Any]:
    """Return the answer to an instance, as written to its file."""
    began = time.process_time()
    plan, certificate = solve(make_problem(instance, grids), effort)
    seconds = time.process_time() - began
    bound, kind = claimed_bound(instance, certificate)
    value = instance_value(instance, plan.assignment)
    return {
        "name": instance["name"],
        "status": claimed_status(instance, plan, certificate, bound == value and kind == "global"),
        "objective": value,
        "bound": bound,
        "bound_kind": kind,
        "k": len(plan.households),
        "seconds": round(seconds, 3),
        "assignment": plan.assignment.tolist(),
        "reasons": [tell(reason) for reason in certificate.reasons],
    }


def claimed_bound(instance: dict[str, Any], certificate: Certificate) -> tuple[float | None, str]:
    """Return the bound in the instance's own objective, and whether it holds whatever the number of grids."""
    if certificate.bound is None:
        return None, "none"
    whole = certificate.bound_kind == "global" or certificate.k == instance["k"]
    return bound_of(instance, certificate.bound), "global" if whole else "fixed_k"


def claimed_status(instance: dict[str, Any], plan: Plan, certificate: Certificate, met: bool) -> str:
    """Return the verdict: infeasible only with a proof, optimal only when a global bound meets the value."""
    if certificate.status == "relaxed":
        return "infeasible"
    asked = instance["k"]
    if certificate.status == "not_found" or (asked is not None and asked != len(plan.households)):
        return "not_found"
    if met:
        return "optimal"
    return "bounded" if certificate.bound is not None else certificate.status


def tell(reason: Reason) -> dict[str, Any]:
    """Return a reason as code, nodes and an English sentence."""
    facts = {"n": len(reason.nodes), "nodes": ", ".join(map(str, reason.nodes[:8])), **reason.facts}
    text = say("en", f"partition.{reason.code}", **facts)
    return {"code": reason.code, "nodes": list(reason.nodes), "text": text}


def main(arguments: list[str]) -> int:
    """Answer every instance named on the command line; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.partition")
    parser.add_argument("instances", nargs="+", type=Path)
    parser.add_argument("--effort", choices=EFFORTS, default="standard")
    parser.add_argument("--grids", default="free", help="target, fewest, most, free or a number")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, required=True)
    asked = parser.parse_args(arguments)
    if asked.grids not in RULES and not asked.grids.isdigit():
        parser.error(f"--grids: {asked.grids}")
    asked.out.mkdir(parents=True, exist_ok=True)
    warm()
    for path in find_instances(asked.instances):
        answer = answer_instance(read_instance(path), asked.grids, Effort(asked.effort, asked.seed))
        (asked.out / f"{answer['name']}.json").write_text(json.dumps(answer) + "\n", "utf-8")
        shown = {key: answer[key] for key in ("name", "status", "objective", "bound", "k", "seconds")}
        print(json.dumps(shown), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
