"""Sentences in Chinese and English: ``say(lang, "check.count_missing", n=163)``.

``locale/<lang>/<file>.yaml`` holds the keys ``<file>.<key>``; both languages hold the same keys and placeholders.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any, Literal

from ruamel.yaml import YAML

from gridder.errors import Finding, GridderError

Lang = Literal["zh", "en"]
LANGS: tuple[Lang, ...] = ("zh", "en")
# What stands between words of a list, between its clauses, and between sentences.
COMMA = {"zh": "、", "en": ", "}
SEMICOLON = {"zh": "；", "en": "; "}
SPACE = {"zh": "", "en": " "}
IDS_SHOWN = 8  # more ids than this make a sentence unreadable; the full list is in the delivery
UNSAID = "……"  # stands for a fact that an older delivery did not keep
IDS_LENGTH = 120  # letters: of long ids (36 letters of a UUID) fewer are shown, at least two


@cache
def sentences(lang: str) -> dict[str, str]:
    """Return every sentence of one language by its full key."""
    reader = YAML(typ="safe")
    found: dict[str, str] = {}
    folder = resources.files("gridder") / "locale" / lang
    for file in sorted(folder.iterdir(), key=lambda f: f.name):
        if file.name.endswith(".yaml"):
            for key, sentence in (reader.load(file.read_text("utf-8")) or {}).items():
                found[f"{file.name[:-5]}.{key}"] = sentence
    return found


def say(lang: str, code: str, /, **facts: Any) -> str:
    """Return the sentence ``code`` in ``lang`` with its facts filled in, several names as a list of that language.

    Raises
    ------
    KeyError
        Unknown code or missing fact: a bug, not a planner's mistake.
    """
    return sentences(lang)[code].format(**facts | listed(lang, facts))


class Unsaid(dict[str, Any]):
    """Facts of a sentence; what is not among them is said as ``UNSAID``, whatever its format."""

    def __missing__(self, name: str) -> Unsaid:
        return self

    def __format__(self, spec: str) -> str:
        return UNSAID


def say_known(lang: str, code: str, facts: Mapping[str, Any]) -> str:
    """Return the sentence ``code`` as far as its facts go: a delivery of an older gridder may hold fewer of them.

    A sentence that is no more is told by its code and facts.
    """
    told = Unsaid(facts) | listed(lang, facts)
    if code not in sentences(lang):
        shown = COMMA[lang].join(f"{name} = {told[name]}" for name in sorted(facts))
        return say(lang, "common.no_sentence", code=code, facts=shown or UNSAID)
    return sentences(lang)[code].format_map(Unsaid(told))


def listed(lang: str, facts: Mapping[str, Any]) -> dict[str, str]:
    """Return the facts that are several names, each as one list."""
    several = {name: fact for name, fact in facts.items() if isinstance(fact, (list, tuple))}
    return {name: list_ids(lang, tuple(map(str, fact))) for name, fact in several.items()}


def has_sentence(code: str) -> bool:
    """Whether ``code`` has a sentence (the languages hold the same keys)."""
    return code in sentences("zh")


def list_ids(lang: str, ids: tuple[str, ...]) -> str:
    """Return ids as a readable list, cut after a few with the number left out."""
    n = min(len(ids), IDS_SHOWN)
    while n > 2 and sum(map(len, ids[:n])) > IDS_LENGTH:
        n -= 1
    shown = COMMA[lang].join(ids[:n])
    more = len(ids) - n
    return shown if more <= 0 else shown + say(lang, "common.and_more", n=more)


def say_finding(lang: str, finding: Finding) -> str:
    """Return a finding as one line: what, then the ids concerned; kinds of barriers (``over``: with numbers) in words.

    One that an older gridder delivered is told as far as its facts go.
    """
    kind, over = finding.facts.get("barrier"), finding.facts.get("over", {})
    words = {} if kind is None else {"barrier": say(lang, f"plan.barrier_{kind or 'none'}")}
    if over:
        words["over"] = list_ids(
            lang, tuple(f"{say(lang, f'plan.barrier_{one}')} {n}" for one, n in over.items())
        )
    line = say_known(lang, finding.code, finding.facts | words)
    return f"{line} [{list_ids(lang, finding.ids)}]" if finding.ids else line


def say_error(lang: str, error: GridderError) -> str:
    """Return an error as text: the sentence, then one line a finding."""
    lines = [say(lang, error.code, **error.facts)]
    lines += ["  - " + say_finding(lang, finding) for finding in error.findings]
    return "\n".join(lines)


def typed(word: str) -> str:
    """Return a word as it is typed: in quotes where a shell would take it apart."""
    plain = all(ch.isalnum() or ch in "_-./\\:=,+@" for ch in word)
    return word if plain and word else f'"{word}"'
