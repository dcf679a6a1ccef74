"""``district.yaml``: files, layers, columns and CRS of a district; unknown keys are refused, with line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from gridder.coordinates import DATUMS
from gridder.errors import Finding, InputError
from gridder.policy import plain
from gridder.read.settings import Layout, Source
from gridder.tables import LAYERS

COORDS = "coords"
TOP_KEYS = ("district", COORDS, "crs", "encoding", "staffing", "households_meaning", "policy", *LAYERS)
DISTRICT_KEYS = ("id", "name")
SOURCE_KEYS = ("file", "layer", "encoding", "columns", "crs", COORDS, "kind", "kinds")
STAFFING_KEYS = ("county_cap", "reference_wage_yuan_year", "employer_rate", "workforce")


def load_layout(path: Path) -> Layout:
    """Return the layout a ``district.yaml`` describes; paths in it are relative to it.

    Raises
    ------
    InputError
        Unreadable YAML, unknown keys, missing ``buildings.file``: all of them in one go, each with its line.
    """
    label = path.name
    try:
        tree = YAML(typ="rt").load(path.read_text("utf-8-sig"))
    except UnicodeDecodeError:
        raise InputError("errors.yaml_not_utf8", file=label) from None
    except YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise InputError("errors.yaml_unreadable", file=label, line=mark.line + 1 if mark else 1) from None
    if not isinstance(tree, dict):
        raise InputError("errors.yaml_unreadable", file=label, line=1)
    findings = blame_keys(label, tree)
    if findings:
        raise InputError("errors.yaml_unusable", findings=tuple(findings), file=label)
    return build_layout(path, tree)


def build_layout(path: Path, tree: Any) -> Layout:
    """Return the layout of a checked ``district.yaml``."""
    sources = []
    staffing = plain(tree.get("staffing") or {})
    for layer in LAYERS:
        sections = tree.get(layer) or []
        for section in sections if isinstance(sections, list) else [sections]:
            sources.append(build_source(layer, path.parent, plain(section)))
    if staffing.get("workforce"):
        sources.append(build_source("workforce", path.parent, {"file": staffing.pop("workforce")}))
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


def build_source(layer: str, folder: Path, section: dict[str, Any]) -> Source:
    """Return the source of one section; a list makes several."""
    file = Path(section["file"])
    return Source(
        layer=layer,
        path=folder / file,
        label=file.name if file.is_absolute() else file.as_posix(),
        source_layer=section.get("layer"),
        columns={str(k): str(v) for k, v in (section.get("columns") or {}).items()},
        crs=str(section["crs"]) if section.get("crs") else None,
        coords=section.get(COORDS),
        encoding=section.get("encoding"),
        kind=section.get("kind"),
        kinds={str(k): str(v) for k, v in (section.get("kinds") or {}).items()},
    )


class Blame:
    """Collects what is wrong with a ``district.yaml``, each with key and line."""

    def __init__(self, label: str) -> None:
        self.label = label
        self.found: list[Finding] = []

    def add(self, code: str, key: str, line: int, known: tuple[str, ...] = ()) -> None:
        """Add one complaint."""
        facts = {"file": self.label, "key": key, "line": line, "known": ", ".join(known)}
        self.found.append(Finding(f"errors.{code}", "problem", facts))

    def compare(self, section: Any, known: tuple[str, ...], prefix: str, line: int) -> bool:
        """Complain of a section that is none, or has unknown keys; whether it can be looked into."""
        if not isinstance(section, dict):
            self.add("yaml_section", prefix.rstrip("."), line)
            return False
        for key in section:
            if key not in known:
                self.add("yaml_key_unknown", f"{prefix}{key}", line_of(section, key), known)
        datum = section.get(COORDS) if COORDS in known else None
        if datum is not None and datum not in DATUMS:
            self.add("yaml_value", f"{prefix}{COORDS}", line_of(section, COORDS), DATUMS)
        return True


def line_of(section: Any, key: Any) -> int:
    """Return the line of a key, 1-based."""
    return int(section.lc.key(key)[0]) + 1


def blame_keys(label: str, tree: Any) -> list[Finding]:
    """Return a finding for every key of ``district.yaml`` that is unknown, missing or of the wrong kind."""
    blame = Blame(label)
    blame.compare(tree, TOP_KEYS, "", 1)
    for key, known in (("district", DISTRICT_KEYS), ("staffing", STAFFING_KEYS)):
        if tree.get(key) is not None:
            blame.compare(tree[key], known, f"{key}.", line_of(tree, key))
    for layer in LAYERS:
        sections = tree.get(layer)
        for section in sections if isinstance(sections, list) else [sections]:
            if section is not None:
                blame_source(blame, layer, section, line_of(tree, layer))
    if tree.get("buildings") is None:
        blame.add("yaml_key_missing", "buildings.file", 1)
    return blame.found


def blame_source(blame: Blame, layer: str, section: Any, line: int) -> None:
    """Complain of what is wrong with the section of one layer."""
    if not blame.compare(section, SOURCE_KEYS, f"{layer}.", line):
        return
    if not section.get("file"):
        blame.add("yaml_key_missing", f"{layer}.file", section.lc.line + 1)
    names = tuple(column.name for column in LAYERS[layer])
    for key, known in (("columns", names), ("kinds", None)):
        part = section.get(key)
        if part is None:
            continue
        if known is None and not isinstance(part, dict):
            blame.add("yaml_section", f"{layer}.{key}", line_of(section, key))
        elif known is not None:
            blame.compare(part, known, f"{layer}.{key}.", line_of(section, key))
