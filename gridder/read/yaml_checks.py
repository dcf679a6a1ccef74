"""What is wrong with a ``district.yaml``: every key that is unknown, missing or of the wrong kind, with its line."""

from __future__ import annotations

import codecs
from datetime import date
from pathlib import Path
from typing import Any

from gridder.addresses import is_address, parse_address
from gridder.coordinates import DATUMS, find_crs
from gridder.errors import Finding
from gridder.read.staffing_inputs import BOUNDS, judge_input
from gridder.tables import LAYERS

COORDS = "coords"
TOP_KEYS = ("district", COORDS, "crs", "encoding", "staffing", "households_meaning", "policy", *LAYERS)
DISTRICT_KEYS = ("id", "name")
SOURCE_KEYS = ("file", "layer", "encoding", "columns", "crs", COORDS, "kind", "kinds")
STAFFING_KEYS = (*BOUNDS, "workforce", "roster_date")
SECTIONS = ("district", "staffing", "columns", "kinds")  # keys that hold keys
TEXTS = ("columns.", "kinds.")  # sections whose keys and values are words of the data


class Blame:
    """Collects what is wrong with a ``district.yaml``, each with key and line."""

    def __init__(self, path: Path) -> None:
        self.label = path.name
        self.folder = path.parent
        self.found: list[Finding] = []

    def add(self, code: str, key: str, line: int, known: tuple[str, ...] = (), **more: Any) -> None:
        """Add one complaint."""
        facts = {"file": self.label, "key": key, "line": line, "known": ", ".join(known)} | more
        self.found.append(Finding(f"errors.{code}", "problem", facts))

    def compare(self, section: Any, known: tuple[str, ...] | None, prefix: str, line: int) -> bool:
        """Complain of a section that is none, has unknown keys or values of the wrong kind; whether it is one.

        ``known`` None: any key will do.
        """
        if not isinstance(section, dict):
            self.add("yaml_section", prefix.rstrip("."), line)
            return False
        for key, value in section.items():
            at = line_of(section, key)
            if known is not None and key not in known:
                self.add("yaml_key_unknown", f"{prefix}{key}", at, known)
            elif prefix.endswith(TEXTS):
                self.check_value("", value, f"{prefix}{key}", at)
            elif key not in SECTIONS and (prefix or key not in LAYERS):
                self.check_value(str(key), value, f"{prefix}{key}", at)
        return True

    def check_value(self, key: str, value: Any, name: str, line: int) -> None:
        """Complain of a value of the wrong kind: lists and sections for texts, words for numbers, no such datum."""
        shown = str(value)
        if key in BOUNDS:
            self.check_input(key, value, name, line)
        elif isinstance(value, (dict, list, bool)):
            self.add("yaml_text", name, line, value=shown)
        elif key == COORDS and value is not None and value not in DATUMS:
            self.add("yaml_value", name, line, DATUMS)
        elif key == "crs" and value is not None and find_crs(shown) is None:
            self.add("yaml_crs", name, line, value=shown)
        elif key == "roster_date" and value is not None and not is_date(shown):
            self.add("yaml_value", name, line, ("YYYY-MM-DD",))
        elif key == "encoding" and value is not None and not is_encoding(shown):
            self.add("yaml_encoding", name, line, value=shown)
        elif key in ("file", "workforce") and value:
            self.check_file(shown, name, line)

    def check_input(self, key: str, value: Any, name: str, line: int) -> None:
        """Complain of an input of the staffing that is no number or cannot be; warn of one that is unusual."""
        number = isinstance(value, (int, float)) and not isinstance(value, bool) and value >= 0
        if value is not None and not number:
            self.add("yaml_number", name, line, value=str(value))
        elif value is not None:
            judged = judge_input(key, value, f"{self.label}:{line}", file=self.label, line=line, name=name)
            self.found += [judged] if judged else []

    def check_file(self, text: str, name: str, line: int) -> None:
        """Complain of a file that is not there, or an address of a database that is none."""
        if is_address(text):
            address = parse_address(text)
            if address is None or address.name is None:
                self.add("yaml_address", name, line)
        elif not (self.folder / text).exists():
            self.add(
                "yaml_file_missing", name, line, value=Path(text).name if Path(text).is_absolute() else text
            )


def is_encoding(name: str) -> bool:
    """Whether there is an encoding of this name that makes text of bytes."""
    try:
        return codecs.lookup(name)._is_text_encoding  # base64 and the like make bytes of bytes
    except LookupError:
        return False


def is_date(text: str) -> bool:
    """Whether a text is a date written YYYY-MM-DD."""
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def line_of(section: Any, key: Any) -> int:
    """Return the line of a key of a section, or of an entry of a list, 1-based."""
    marks = section.lc
    place = marks.item(key) if isinstance(section, list) else marks.key(key)
    return int(place[0]) + 1


def blame_keys(path: Path, tree: Any) -> list[Finding]:
    """Return a finding for every key of ``district.yaml`` that is unknown, missing or of the wrong kind.

    Inputs of the staffing that are only unusual are warnings, all else are problems.
    """
    blame = Blame(path)
    blame.compare(tree, TOP_KEYS, "", 1)
    for key, known in (("district", DISTRICT_KEYS), ("staffing", STAFFING_KEYS)):
        if tree.get(key) is not None:
            blame.compare(tree[key], known, f"{key}.", line_of(tree, key))
    for layer in LAYERS:
        sections = tree.get(layer)
        if isinstance(sections, list):
            for at, section in enumerate(sections):
                blame_source(blame, layer, section, line_of(sections, at))
        elif sections is not None:
            blame_source(blame, layer, sections, line_of(tree, layer))
    if not tree.get("buildings"):
        blame.add(
            "yaml_key_missing", "buildings.file", line_of(tree, "buildings") if "buildings" in tree else 1
        )
    return blame.found


def blame_source(blame: Blame, layer: str, section: Any, line: int) -> None:
    """Complain of what is wrong with the section of one layer."""
    if not blame.compare(section, SOURCE_KEYS, f"{layer}.", line):
        return
    if not section.get("file") and section != {}:
        blame.add("yaml_key_missing", f"{layer}.file", section.lc.line + 1)
    for key, known in (("columns", tuple(column.name for column in LAYERS[layer])), ("kinds", None)):
        part = section.get(key)
        if part is None:
            continue
        if blame.compare(part, known, f"{layer}.{key}.", line_of(section, key)):
            for name, value in part.items():
                if value is None:
                    blame.add("yaml_text", f"{layer}.{key}.{name}", line_of(part, name), value="")
