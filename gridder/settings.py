"""What the user says about the input: options of the command line and ``district.yaml``, as sources to read."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from gridder.coordinates import DATUMS, Datum
from gridder.errors import Finding, InputError, UsageError
from gridder.policy import plain
from gridder.tables import LAYERS

COORDS = "coords"
TOP_KEYS = ("district", COORDS, "crs", "encoding", "staffing", "households_meaning", "policy", *LAYERS)
DISTRICT_KEYS = ("id", "name")
SOURCE_KEYS = ("file", "layer", "encoding", "columns", "crs", COORDS, "kind", "kinds")
STAFFING_KEYS = ("county_cap", "reference_wage_yuan_year", "employer_rate", "workforce")


@dataclass(frozen=True)
class ReadOptions:
    """What the command line says about the input.

    Parameters
    ----------
    columns
        Layer → gridder's column → source column.
    layers
        gridder's layer → layer (or file stem) of the source.
    crs
        CRS of layers that state none, anything PROJ understands (``EPSG:4549``).
    coords
        Datum of layers in degrees.
    encoding
        Encoding of shapefiles and CSV files; None tries UTF-8, then GB18030.
    """

    columns: dict[str, dict[str, str]] = field(default_factory=dict)
    layers: dict[str, str] = field(default_factory=dict)
    crs: str | None = None
    coords: Datum | None = None
    encoding: str | None = None


@dataclass(frozen=True)
class Source:
    """One place to read one of gridder's layers from; ``label`` is the file's name for messages and the record."""

    layer: str
    path: Path
    label: str
    source_layer: str | None = None
    columns: dict[str, str] = field(default_factory=dict)
    crs: str | None = None  # stated for this very layer: wins over the file's own word
    coords: Datum | None = None
    encoding: str | None = None
    kind: str | None = None  # one kind for all features (barriers)
    kinds: dict[str, str] = field(default_factory=dict)  # source word → kind (barriers)


@dataclass(frozen=True)
class Layout:
    """Where a district's layers are, what else ``district.yaml`` says, and what was noticed on the way."""

    sources: tuple[Source, ...]
    district_id: str | None = None
    name: str | None = None
    crs: str | None = None
    coords: Datum | None = None
    encoding: str | None = None
    settings: dict[str, Any] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()
    file: Path | None = None  # the district.yaml itself


def parse_columns(text: str) -> dict[str, dict[str, str]]:
    """Return layer → column → source column of ``households=户数,communities.community_id=SQDM``.

    Raises
    ------
    UsageError
        No ``=``, an unknown layer, or a column gridder does not know.
    """
    found: dict[str, dict[str, str]] = {}
    for name, source in split_pairs("--columns", text):
        layer, _, column = name.rpartition(".")
        layer = layer or "buildings"
        if layer not in LAYERS:
            raise UsageError(
                "errors.layer_name_unknown", option="--columns", layer=layer, known=", ".join(LAYERS)
            )
        known = [c.name for c in LAYERS[layer]]
        if column not in known:
            raise UsageError("errors.column_name_unknown", layer=layer, column=column, known=", ".join(known))
        found.setdefault(layer, {})[column] = source
    return found


def parse_layers(texts: list[str] | tuple[str, ...] | str) -> dict[str, str]:
    """Return gridder's layer → source layer of ``communities=iris`` (one text with commas, or several).

    Raises
    ------
    UsageError
        No ``=`` or a layer gridder does not know.
    """
    found: dict[str, str] = {}
    for text in [texts] if isinstance(texts, str) else texts:
        for layer, source in split_pairs("--layer", text):
            if layer not in LAYERS:
                raise UsageError(
                    "errors.layer_name_unknown", option="--layer", layer=layer, known=", ".join(LAYERS)
                )
            found[layer] = source
    return found


def split_pairs(option: str, text: str) -> list[tuple[str, str]]:
    """Return the ``name=value`` pairs of a text separated by commas (Chinese ones too)."""
    pairs = []
    for part in text.replace("，", ",").split(","):
        if not part.strip():
            continue
        name, equals, value = part.partition("=")
        if not equals or not name.strip() or not value.strip():
            raise UsageError("errors.pair_expected", option=option, text=part.strip())
        pairs.append((name.strip(), value.strip()))
    return pairs


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


def blame_keys(label: str, tree: Any) -> list[Finding]:
    """Return a finding for every key of ``district.yaml`` that is unknown, missing or of the wrong kind."""
    found: list[Finding] = []

    def blame(code: str, key: str, line: int, known: tuple[str, ...] = ()) -> None:
        facts = {"file": label, "key": key, "line": line, "known": ", ".join(known)}
        found.append(Finding(f"errors.{code}", "problem", facts))

    def compare(section: Any, known: tuple[str, ...], prefix: str, line: int) -> bool:
        if not isinstance(section, dict):
            blame("yaml_section", prefix.rstrip("."), line)
            return False
        for key in section:
            if key not in known:
                blame("yaml_key_unknown", f"{prefix}{key}", section.lc.key(key)[0] + 1, known)
        datum = section.get(COORDS)
        if COORDS in known and datum is not None and datum not in DATUMS:
            blame("yaml_value", f"{prefix}{COORDS}", section.lc.key(COORDS)[0] + 1, DATUMS)
        return True

    compare(tree, TOP_KEYS, "", 1)
    for key, known in (("district", DISTRICT_KEYS), ("staffing", STAFFING_KEYS)):
        if tree.get(key) is not None:
            compare(tree[key], known, f"{key}.", tree.lc.key(key)[0] + 1)
    for layer in LAYERS:
        if tree.get(layer) is None:
            continue
        line = tree.lc.key(layer)[0] + 1
        for section in tree[layer] if isinstance(tree[layer], list) else [tree[layer]]:
            if not compare(section, SOURCE_KEYS, f"{layer}.", line):
                continue
            if not section.get("file"):
                blame("yaml_key_missing", f"{layer}.file", section.lc.line + 1)
            columns = section.get("columns")
            if columns is not None and compare(
                columns, tuple(c.name for c in LAYERS[layer]), f"{layer}.columns.", line
            ):
                pass
    if tree.get("buildings") is None:
        blame("yaml_key_missing", "buildings.file", 1)
    return found
