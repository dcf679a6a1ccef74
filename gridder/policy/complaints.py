"""What is wrong with a policy file, as findings: each names file, line, key and value, and what is expected."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from typing import Any

from pydantic import ValidationError
from ruamel.yaml.constructor import DuplicateKeyError
from ruamel.yaml.error import YAMLError

from gridder.errors import Finding, PolicyError
from gridder.policy.model import Policy, Source, contradictions

# pydantic's type of complaint → the sentence that says it; any other is policy_value.
VALUE_SENTENCES = {
    "int_type": "errors.policy_not_whole",
    "float_type": "errors.policy_not_number",
    "finite_number": "errors.policy_not_number",
    "bool_type": "errors.policy_not_flag",
    "string_type": "errors.policy_not_text",
    "list_type": "errors.policy_not_list",
    "dict_type": "errors.policy_not_table",
    "literal_error": "errors.policy_not_choice",
    "name_unknown": "policy.name_unknown",
    "greater_than_equal": "errors.policy_too_small",
    "greater_than": "errors.policy_not_above",
    "less_than_equal": "errors.policy_too_large",
}
BOUNDS = ("ge", "gt", "le", "expected")  # where pydantic keeps what would have been right
NEAR = 0.8  # likeness from which on another key may have been meant
NAME_OF_TABLE = "[key]"  # how pydantic marks a complaint about a name, not about its value


def blame(code: str, label: str, key: str, line: int, **facts: Any) -> Finding:
    """Return a finding about a key of a policy file."""
    return Finding(code, "problem", {"file": label, "key": key, "line": line, **facts})


def explain_unknown_key(label: str, key: str, line: int, known: Sequence[str]) -> Finding:
    """Return that a key is none, with the one that may have been meant."""
    near = get_close_matches(key, known, n=1, cutoff=NEAR)
    if near:
        return blame("policy.key_unknown_near", label, key, line, near=near[0])
    return blame("errors.policy_key_unknown", label, key, line)


def explain_yaml(label: str, text: str, error: YAMLError) -> PolicyError:
    """Return what keeps a text from being YAML, with the line and what stands there."""
    mark = getattr(error, "problem_mark", None)
    position = getattr(error, "position", None)
    before = text[:position] if isinstance(position, int) else ""
    line = mark.line + 1 if mark else before.count("\n") + 1
    if isinstance(error, DuplicateKeyError):
        key = text.splitlines()[line - 1].partition(":")[0].strip()
        return PolicyError("policy.key_twice", file=label, line=line, key=key)
    if not text.isprintable() and "\0" in text:
        return PolicyError("policy.no_text", file=label)
    return PolicyError("policy.no_yaml", file=label, line=line)


def explain_contradictions(
    label: str, sources: Mapping[str, Source], values: Mapping[str, Any]
) -> list[Finding]:
    """Return the pairs of rules that cannot be together, with the values and lines of both."""
    found = []
    for one in contradictions(values):
        (first, second), (low, high) = one.keys, one.values
        lines = [sources[key].line for key in one.keys]
        facts = {"other": second, "other_line": lines[1], "value": f"{low:g}", "other_value": f"{high:g}"}
        total = f"{low + high:g}"
        found.append(blame(f"policy.{one.kind}", label, first, lines[0], **facts, total=total))
    return found


def explain_validation(label: str, sources: Mapping[str, Source], error: ValidationError) -> list[Finding]:
    """Return pydantic's complaints about single values as findings with key and line."""
    return [explain_value(label, sources, dict(item)) for item in error.errors() if item["loc"]]


def explain_value(label: str, sources: Mapping[str, Source], item: Mapping[str, Any]) -> Finding:
    """Return one complaint: of a table or list it names the entry, ``class_weights.正职`` or ``uncrossable[2]``."""
    key, *inner = item["loc"]
    name, inner = str(key), [] if NAME_OF_TABLE in inner else inner
    for part in inner:
        name += f"[{part + 1}]" if isinstance(part, int) else f".{part}"
    bounds = item.get("ctx", {})
    bound = next((bounds[word] for word in BOUNDS if word in bounds), "")
    code = VALUE_SENTENCES.get(item["type"], "errors.policy_value")
    if code in ("errors.policy_too_large", "errors.policy_not_number") and is_share(str(key)):
        code = "policy.not_share"
    shown = f"{bound:g}" if isinstance(bound, float) else str(bound).replace("'", "").replace(" or ", " / ")
    facts = {"value": show_value(item["input"]), "kind": item["type"], "bound": shown}
    return blame(code, label, name, sources[str(key)].line, **facts)


def is_share(key: str) -> bool:
    """Whether a rule is a part of a whole: a number that may not be above 1."""
    return any(getattr(bound, "le", None) == 1 for bound in Policy.model_fields[key].metadata)


def show_value(value: Any) -> str:
    """Return a value as it stands in the file: texts in quotes, nothing as ``null``."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    return f'"{value}"' if isinstance(value, str) else str(value)
