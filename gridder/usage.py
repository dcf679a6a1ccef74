"""What was wrong with a command line, in the language of whoever typed it."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from typing import Any

from gridder.text import LANGS, Lang, say

ENGLISH = re.compile(r"en([_.@-]|$)", re.IGNORECASE)  # LANG=en_US.UTF-8
VARIABLES = ("LC_ALL", "LC_MESSAGES", "LANG")  # the order in which POSIX reads them


def lang_of(words: Sequence[str]) -> Lang:
    """Return the language of a command line: ``--lang``, else the environment's where it is English, else Chinese."""
    for word, after in zip(words, [*words[1:], ""]):
        stated = (
            word.removeprefix("--lang=") if word.startswith("--lang=") else after if word == "--lang" else ""
        )
        for lang in LANGS:
            if stated == lang:
                return lang
    stated = next((os.environ[name] for name in VARIABLES if os.environ.get(name)), "")
    return "en" if ENGLISH.match(stated) else "zh"


def say_usage(lang: str, error: Any) -> str:
    """Return two lines: what was wrong with the command, and where its options are listed.

    ``error`` is what typer raises; its own words, which are English, are kept only where they are of no known kind.
    """
    code, facts = explain_usage(error)
    context = getattr(error, "ctx", None)
    command = context.command_path if context is not None else "gridder"
    return say(lang, f"usage.{code}", **facts) + "\n" + say(lang, "usage.help", command=command)


def explain_usage(error: Any) -> tuple[str, dict[str, Any]]:
    """Return (code, facts) of what typer raised."""
    message = str(getattr(error, "message", "") or "")
    name = name_of(error)
    quoted = re.findall(r"'([^']*)'", message)
    bound = re.search(r"(greater|less) than or equal to (\S+)", message)
    kind = type(error).__name__
    if kind == "MissingParameter":
        return "missing", {"name": name}
    if kind == "NoSuchOption":
        near = ", ".join(sorted(getattr(error, "possibilities", None) or ()))
        return ("no_option_near" if near else "no_option"), {"name": name, "near": near}
    if kind == "BadOptionUsage":
        return ("needs_value" if "requires" in message else "takes_none"), {"name": name}
    if kind == "BadParameter" and "not one of" in message and len(quoted) > 1:
        return "no_choice", {"name": name, "value": quoted[0], "known": ", ".join(quoted[1:])}
    if kind == "BadParameter" and bound:
        code = "too_small" if bound.group(1) == "greater" else "too_large"
        return code, {"name": name, "bound": bound.group(2)}
    if kind == "BadParameter" and "integer" in message:
        return "no_integer", {"name": name}
    if message.startswith("No such command") and quoted:
        return "no_command", {"name": quoted[0], "near": ", ".join(quoted[1:]) or "gridder --help"}
    if "unexpected extra argument" in message:
        return "too_many", {"words": message.partition("(")[2].partition("(")[2].rstrip(")") or message}
    return "other", {"message": message}


def name_of(error: Any) -> str:
    """Return the option or argument an error is about, as it is typed."""
    param = getattr(error, "param", None)
    if param is None:
        return str(getattr(error, "option_name", ""))
    return str(param.opts[0]) if str(param.opts[0]).startswith("-") else str(param.name).upper()
