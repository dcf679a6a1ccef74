"""Policy files: found by name or path, read as YAML, every key with its value, source and line."""

from __future__ import annotations

import hashlib
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from gridder.errors import Finding, PolicyError
from gridder.policy.complaints import (
    blame,
    explain_contradictions,
    explain_unknown_key,
    explain_validation,
    explain_yaml,
)
from gridder.policy.model import FORCES, Policy, Source, policy_fields

DEFAULT_POLICY = "jilin-2020"
TOP_KEYS = ("name", "title", "note", "rules")
ENTRY_KEYS = frozenset(("value", "force", "source", "words"))


def policy_names() -> list[str]:
    """Return the names of the policies that come with gridder, sorted."""
    folder = resources.files("gridder") / "policies"
    return sorted(f.name[:-5] for f in folder.iterdir() if f.name.endswith(".yaml"))


def read_policy_text(name_or_file: str) -> tuple[str, str]:
    """Return (label for messages, text) of a policy by name or path.

    Raises
    ------
    PolicyError
        No such policy or file, a folder, or a file that is no UTF-8 text.
    """
    if name_or_file in policy_names():
        file = resources.files("gridder") / "policies" / f"{name_or_file}.yaml"
        return file.name, file.read_text("utf-8")
    path = Path(name_or_file)
    if path.is_dir():
        raise PolicyError("policy.folder", name=name_or_file)
    if not path.is_file():
        raise PolicyError("errors.policy_unknown", name=name_or_file, known=", ".join(policy_names()))
    data = path.read_bytes()
    try:
        return path.name, data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise PolicyError("policy.not_utf8", file=path.name, encoding=guess_encoding(data)) from None


def guess_encoding(data: bytes) -> str:
    """Return how a text that is not UTF-8 may be encoded; a question mark where neither UTF-16 nor GB18030 fits."""
    if data.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        return "UTF-16"
    try:
        data.decode("gb18030")
    except UnicodeDecodeError:
        return "?"
    return "GBK/GB18030"


@cache
def load_policy(name_or_file: str = DEFAULT_POLICY) -> Policy:
    """Return a policy by the name of a shipped one or the path of a YAML file.

    Raises
    ------
    PolicyError
        Unknown name, unreadable YAML, or any unknown or missing key, wrong type, value without a source,
        values that contradict each other: all of them in one go, each with file, key, line and value.
    """
    label, text = read_policy_text(name_or_file)
    tree = read_tree(label, text)
    values, sources, findings = split_rules(label, tree)
    if findings:
        raise PolicyError("errors.policy_unusable", findings=tuple(findings), file=label)
    try:
        return Policy(
            name=str(tree.get("name", Path(label).stem)),
            title={str(k): str(v) for k, v in dict(tree.get("title") or {}).items()},
            sources=sources,
            sha256=hashlib.sha256(text.encode()).hexdigest(),
            **values,
        )
    except ValidationError as error:
        single = explain_validation(label, sources, error)
        blamed = {finding.facts["key"] for finding in single}
        told = explain_contradictions(label, sources, values)
        both = [one for one in told if not blamed & {one.facts["key"], one.facts["other"]}]
        raise PolicyError("errors.policy_unusable", findings=(*single, *both), file=label) from None


def read_tree(label: str, text: str) -> Any:
    """Return the keys of a policy file with their lines.

    Raises
    ------
    PolicyError
        It is no YAML, says a key twice, or has no rules.
    """
    try:
        tree = YAML(typ="rt").load(text)
    except YAMLError as error:
        raise explain_yaml(label, text, error) from None
    if not isinstance(tree, dict) or not isinstance(tree.get("rules"), dict):
        raise PolicyError("policy.no_rules", file=label)
    return tree


def split_rules(label: str, tree: Any) -> tuple[dict[str, Any], dict[str, Source], list[Finding]]:
    """Return (values, sources, findings) of the ``rules`` of a policy file."""
    values: dict[str, Any] = {}
    sources: dict[str, Source] = {}
    rules, known = tree["rules"], policy_fields()
    findings = [
        explain_unknown_key(label, str(key), tree.lc.key(key)[0] + 1, TOP_KEYS)
        for key in tree
        if key not in TOP_KEYS
    ]
    for key, entry in rules.items():
        line = rules.lc.key(key)[0] + 1
        if key not in known:
            findings.append(explain_unknown_key(label, str(key), line, known))
        elif not isinstance(entry, dict) or set(entry) - ENTRY_KEYS:
            findings.append(blame("errors.policy_entry", label, key, line))
        elif "value" not in entry or not entry.get("source") or entry.get("force") not in FORCES:
            findings.append(blame("errors.policy_no_source", label, key, line))
        else:
            values[key] = plain(entry["value"])
            words = str(entry.get("words") or "")
            sources[key] = Source(str(entry["source"]), entry["force"], words, line)
    seen = set(map(str, rules))
    findings += [blame("errors.policy_key_missing", label, key, 1) for key in known if key not in seen]
    return values, sources, findings


def plain(value: Any) -> Any:
    """Return a YAML value as plain Python (ruamel's round-trip types carry comments)."""
    if isinstance(value, bool):
        return bool(value)
    if isinstance(value, dict):
        return {str(k): plain(v) for k, v in value.items()}
    if isinstance(value, list):
        return [plain(v) for v in value]
    for kind in (int, float, str):
        if isinstance(value, kind):
            return kind(value)
    return value
