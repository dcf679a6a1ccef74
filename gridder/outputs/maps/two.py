"""Sentences in both languages at once, for pages that carry a switch; and the sentences of exceptions."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup, escape

from gridder import exceptions
from gridder.text import LANGS, say

Both = dict[str, str]


def both(code: str, /, **facts: Any) -> Both:
    """Return a sentence in every language; a fact that is itself a ``Both`` is taken in the same language."""
    return {lang: say(lang, code, **{key: pick(fact, lang) for key, fact in facts.items()}) for lang in LANGS}


def pick(fact: Any, lang: str) -> Any:
    """Return a fact as it stands in a sentence: thousands separated, texts in ``lang``."""
    if isinstance(fact, dict):
        return fact[lang]
    if isinstance(fact, int) and not isinstance(fact, bool):
        return f"{fact:,}"
    return fact


def mark_up(text: Both | str | int) -> Markup:
    """Return a text as HTML, escaped: one span a language, of which the page shows one."""
    if not isinstance(text, dict):
        return escape(pick(text, "zh"))
    if text["zh"] == text["en"]:
        return escape(text["zh"])
    return Markup('<span class="zh" lang="zh-CN">{}</span><span class="en" lang="en">{}</span>').format(
        text["zh"], text["en"]
    )


def two(code: str, /, **facts: Any) -> Markup:
    """Return the sentence ``code`` in both languages as HTML, escaped: what templates call."""
    return mark_up(both(code, **facts))


def attribute(name: str, code: str, /, **facts: Any) -> Markup:
    """Return an attribute (``label``, ``placeholder``) in both languages; the page's script sets it."""
    text = both(code, **facts)
    real = "aria-label" if name == "label" else name
    return Markup('data-{0}-zh="{1}" data-{0}-en="{2}" {3}="{1}"').format(name, text["zh"], text["en"], real)


def say_reason(code: str, facts: dict[str, Any]) -> Both:
    """Return why a grid is an exception, from the code and the facts of ``run.exceptions``."""
    return {lang: exceptions.say_reason(lang, code, facts) for lang in LANGS}


def say_remedy(remedy: dict[str, Any]) -> Both:
    """Return what may be done about it, from one entry of the ``remedies`` of ``run.exceptions``."""
    return {lang: exceptions.say_remedy(lang, remedy) for lang in LANGS}
