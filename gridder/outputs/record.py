"""plan.json and assignments.csv: what was planned, from what, by which rules. And back again: ``load_run``."""

from __future__ import annotations

import csv
import hashlib
import json
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from pyogrio.errors import DataLayerError, DataSourceError

import gridder
from gridder.errors import Finding, InputError
from gridder.outputs.geopackage import CONTEXT, read_geopackage
from gridder.policy import DEFAULT_POLICY, Policy, Source, load_policy, policy_fields, policy_names
from gridder.tables import ASSIGNMENT_COLUMNS, Run

SCHEMA = 1
LAYERS = (
    "grids",
    "buildings",
    "cells",
    "communities",
    "exceptions",
    "quarantine",
    "edges",
)  # every delivery has them
VERSIONS = ("geopandas", "shapely", "numpy", "scipy", "ortools", "numba", "networkx", "folium")


def build_record(run: Run) -> dict[str, Any]:
    """Return what ``plan.json`` holds: no absolute path, no time, nothing that depends on where or when it ran."""
    return {
        "schema": SCHEMA,
        "gridder": gridder.__version__,
        "district": {"id": run.district_id, "name": run.name},
        "inputs": list(run.inputs),
        "options": run.options,
        "policy": policy_record(run.policy),
        "effort": run.options.get("effort", {}),
        "versions": {name: version(name) for name in VERSIONS},
        "totals": totals(run),
        "communities": {
            community_id: run.certificates.get(community_id, {})
            | {"exceptions": exceptions_of(run, community_id)}
            for community_id in sorted(run.communities.index)
        },
        "findings": [asdict(finding) | {"ids": list(finding.ids)} for finding in run.findings],
    }


def policy_record(policy: Policy) -> dict[str, Any]:
    """Return a policy with every value and its source, so that a delivery can be read without the file."""
    return {
        "name": policy.name,
        "title": policy.title,
        "sha256": policy.sha256,
        "rules": {name: getattr(policy, name) for name in policy_fields()},
        "sources": {name: asdict(policy.sources[name]) for name in policy_fields()},
    }


def totals(run: Run) -> dict[str, int]:
    """Return the sums a reader checks first."""
    return {
        "households": int(run.buildings["households"].sum()),
        "buildings": int(run.buildings["building_id"].nunique()),
        "grids": len(run.grids),
        "communities": len(run.communities),
        "quarantined_rows": len(run.quarantine),
        "quarantined_households": whole_sum(run.quarantine["households"]),
    }


def whole_sum(counts: pd.Series) -> int:
    """Return the sum of counts that can be households: whole numbers ≥ 0; −5 and 2.5 are none."""
    numbers = pd.to_numeric(counts, errors="coerce").dropna().astype(float)
    return int(numbers[(numbers >= 0) & (numbers % 1 == 0)].sum())


def exceptions_of(run: Run, community_id: str) -> list[dict[str, Any]]:
    """Return the exceptions of one community with the facts of their sentences."""
    mine = run.exceptions[run.exceptions["community_id"] == community_id]
    return [
        {
            "grid_code": row["grid_code"],
            "code": row["code"],
            "households": int(row["households"]),
            "facts": json.loads(row["facts"]),
            "remedies": json.loads(row["remedies"]),
            "clause": row["clause"],
        }
        for row in mine.to_dict("records")
    ]


def write_record(run: Run, directory: Path) -> None:
    """Write plan.json (UTF-8, sorted keys, strict JSON) and assignments.csv (UTF-8 with BOM: Excel opens it)."""
    record = plain(build_record(run))
    text = json.dumps(record, ensure_ascii=False, indent=1, sort_keys=True, allow_nan=False)
    (directory / "plan.json").write_text(text + "\n", encoding="utf-8", newline="\n")
    rows = run.buildings.sort_values(["building_id", "unit"], kind="stable")
    with (directory / "assignments.csv").open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, lineterminator="\r\n")
        writer.writerow(ASSIGNMENT_COLUMNS)
        writer.writerows(rows[ASSIGNMENT_COLUMNS].itertuples(index=False, name=None))


def plain(value: Any) -> Any:
    """Return a value as JSON has it: numpy numbers as Python's own, what is not known (NaN, NA) as null."""
    if isinstance(value, dict):
        return {key: plain(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(inner) for inner in value]
    if isinstance(value, np.generic):
        value = value.item()
    return None if value is pd.NA or value is pd.NaT or value != value else value


def plan_sha256(directory: Path) -> str:
    """Return the fingerprint of a delivery: the sha256 of its plan.json."""
    return hashlib.sha256((directory / "plan.json").read_bytes()).hexdigest()


def restore_policy(record: dict[str, Any]) -> Policy:
    """Return the policy that ``plan.json`` keeps: name, title, sha256, rules and sources.

    A record of an earlier gridder lacks rules that came later: they are those of the policy of its name that comes
    with gridder, else of the default. Rules that are no more are passed over.
    """
    now = load_policy(record["name"] if record["name"] in policy_names() else DEFAULT_POLICY)
    known = policy_fields()
    rules = {name: getattr(now, name) for name in known} | {
        name: value for name, value in record["rules"].items() if name in known
    }
    sources = dict(now.sources) | {
        name: Source(**source) for name, source in record["sources"].items() if name in known
    }
    return Policy(
        name=record["name"], title=record["title"], sha256=record["sha256"], sources=sources, **rules
    )


def load_run(directory: Path) -> Run:
    """Return the run that a delivery holds (its workbook sheets are not read back: ``staffing`` is empty).

    Raises
    ------
    InputError
        ``directory`` is no delivery of gridder, or a file of it is damaged.
    """
    record, layers = read_files(directory)
    empty = pd.DataFrame()
    return Run(
        district_id=record["district"]["id"],
        name=record["district"]["name"],
        crs=layers["grids"].crs,
        policy=restore_policy(record["policy"]),
        lang=record["options"].get("lang", "zh"),
        grids=index_by(layers["grids"], "grid_code"),
        buildings=index_by(layers["buildings"], "cell_id"),
        cells=index_by(layers["cells"], "cell_id"),
        communities=index_by(layers["communities"], "community_id"),
        exceptions=layers["exceptions"],
        quarantine=layers["quarantine"],
        changes=layers.get("changes", empty),
        edges=layers["edges"],
        workforce=layers.get("workforce", empty),
        certificates={
            c: {k: v for k, v in cert.items() if k != "exceptions"}
            for c, cert in record["communities"].items()
        },
        staffing={},
        inputs=tuple(record["inputs"]),
        options=record["options"],
        findings=tuple(Finding(**f | {"ids": tuple(f["ids"])}) for f in record["findings"]),
        proposed_halls=layers.get("proposed_halls", gpd.GeoDataFrame()),
        **{name: layers[name] for name in CONTEXT},
    )


def read_files(directory: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return what ``plan.json`` says and the layers of ``plan.gpkg``; InputError names what is missing or damaged."""
    plan, base = directory / "plan.json", directory / "plan.gpkg"
    if not plan.is_file() or not base.is_file():
        raise InputError("errors.no_delivery", path=directory.name)
    try:
        record = json.loads(plan.read_text("utf-8"))
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        raise InputError("errors.delivery_unreadable", file=str(plan), why=str(error)) from None
    if not isinstance(record, dict) or record.get("schema") != SCHEMA:
        raise InputError("errors.delivery_schema", file=str(plan), schema=SCHEMA)
    try:
        layers = read_geopackage(base)
    except (DataSourceError, DataLayerError) as error:
        raise InputError("errors.delivery_unreadable", file=str(base), why=str(error)) from None
    if lost := sorted({*LAYERS, *CONTEXT} - set(layers)):
        raise InputError("errors.delivery_layers", file=str(base), layers=", ".join(lost))
    return record, dict(layers)


def index_by(frame: gpd.GeoDataFrame, column: str) -> gpd.GeoDataFrame:
    """Return a frame sorted and indexed by a column of text that stays a column too."""
    return frame.set_index(column, drop=False).rename_axis(None).sort_index()
