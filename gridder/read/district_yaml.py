"""``district.yaml``: files, layers, columns and CRS of a district; what is wrong with it is told with its line."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.constructor import DuplicateKeyError
from ruamel.yaml.error import YAMLError

from gridder.addresses import is_address, parse_address
from gridder.errors import Finding, InputError
from gridder.policy import plain
from gridder.read.settings import Layout, Source
from gridder.read.yaml_checks import COORDS, blame_keys, line_of
from gridder.tables import LAYERS

# Which key of a source an error about it speaks of; any other speaks of its file.
KEY_OF = {
    "errors.layer_missing": "layer",
    "errors.table_missing": "layer",
    "errors.encoding_wrong": "encoding",
    "errors.encoding_unknown": "encoding",
    "errors.no_crs": "crs",
    "errors.crs_unknown": "crs",
    "errors.not_degrees": "crs",
    "errors.column_missing": "columns",
    "errors.column_needed": "columns",
    "errors.barrier_kind": "kinds",
}


def load_layout(path: Path) -> Layout:
    """Return the layout a ``district.yaml`` describes; paths in it are relative to it.

    Raises
    ------
    InputError
        Unreadable YAML, unknown keys, values of the wrong kind, files that are not there, missing
        ``buildings.file``: all of them in one go, each with its line.
    """
    label = path.name
    try:
        tree = YAML(typ="rt").load(path.read_text("utf-8-sig"))
    except UnicodeDecodeError:
        raise InputError("errors.yaml_not_utf8", file=label) from None
    except OSError as error:
        raise InputError("errors.file_unreadable", file=label, detail=error.strerror or "") from None
    except YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        code = "errors.yaml_key_twice" if isinstance(error, DuplicateKeyError) else "errors.yaml_unreadable"
        raise InputError(code, file=label, line=mark.line + 1 if mark else 1) from None
    if not isinstance(tree, dict):
        raise InputError("errors.yaml_unreadable", file=label, line=1)
    findings = blame_keys(path, tree)
    problems = tuple(f for f in findings if f.level == "problem")
    if problems:
        raise InputError("errors.yaml_unusable", findings=problems, file=label)
    return replace(build_layout(path, tree), findings=tuple(findings))


def build_layout(path: Path, tree: Any) -> Layout:
    """Return the layout of a checked ``district.yaml``."""
    sources = []
    staffing = plain(tree.get("staffing") or {})
    if staffing.get("roster_date"):
        staffing["roster_date"] = str(
            staffing["roster_date"]
        )  # YAML makes a date of it, the record keeps text
    for layer in LAYERS:
        sections = tree.get(layer) or []
        for section in sections if isinstance(sections, list) else [sections]:
            sources.append(build_source(layer, path, plain(section), lines_of(section)))
    if staffing.get("workforce"):
        line = line_of(tree["staffing"], "workforce")
        sources.append(build_source("workforce", path, {"file": staffing.pop("workforce")}, {"file": line}))
    place = plain(tree.get("district") or {})
    settings: dict[str, Any] = {"staffing": staffing}
    if tree.get("households_meaning"):
        settings["households_meaning"] = str(tree["households_meaning"])
    if tree.get("policy"):
        near = path.parent / str(tree["policy"])
        settings["policy"] = str(near) if near.is_file() else str(tree["policy"])
    return Layout(
        sources=tuple(sources),
        district_id=str(place["id"]) if place.get("id") is not None else None,
        name=str(place["name"]) if place.get("name") is not None else None,
        crs=str(tree["crs"]) if tree.get("crs") else None,
        coords=tree.get(COORDS),
        encoding=tree.get("encoding"),
        settings=settings,
        file=path,
    )


def lines_of(section: Any) -> dict[str, int]:
    """Return key → line of a source's section, of columns too (``columns.households``)."""
    lines = {str(key): line_of(section, key) for key in section}
    columns = section.get("columns") or {}
    return lines | {f"columns.{key}": line_of(columns, key) for key in columns}


def build_source(layer: str, path: Path, section: dict[str, Any], lines: dict[str, int]) -> Source:
    """Return the source of one section; a list makes several."""
    text = str(section["file"])
    address = parse_address(text) if is_address(text) else None
    file = Path(text)
    label = address.label if address else file.name if file.is_absolute() else file.as_posix()
    named = {
        key: str(section[key]) for key in ("layer", "crs", "encoding", "kind") if section.get(key) is not None
    }
    return Source(
        layer=layer,
        path=Path(label) if address else path.parent / file,
        label=label,
        source_layer=named.get("layer"),
        columns={str(k): str(v) for k, v in (section.get("columns") or {}).items()},
        crs=named.get("crs"),
        coords=section.get(COORDS),
        encoding=named.get("encoding"),
        kind=named.get("kind"),
        kinds={str(k): str(v) for k, v in (section.get("kinds") or {}).items()},
        address=address,
        stated_in=path.name,
        lines=lines,
    )


@contextmanager
def pointing(source: Source) -> Iterator[None]:
    """Let an error about a source that a ``district.yaml`` names say in which line it does so."""
    try:
        yield
    except InputError as error:
        if not source.stated_in:
            raise
        key = KEY_OF.get(error.code, "file")
        exact = f"columns.{error.facts['column']}" if error.code == "errors.column_missing" else key
        known = next(one for one in (exact, key, "file") if one in source.lines)
        facts = {"file": source.stated_in, "line": source.lines[known], "key": f"{source.layer}.{known}"}
        where = Finding("errors.yaml_where", "note", facts)
        raise InputError(error.code, (where, *error.findings), **error.facts) from error.__cause__
