"""Put measured tables into benchmarks/README.md: ``python -m benchmarks.readme [MEASURED]``.

``MEASURED`` (build/benchmarks) is where ``make bench-engine`` and ``make bench-peers`` leave their tables. A section of
the page between ``<!-- name -->`` and ``<!-- end of name -->`` is written anew from the files named here; files that are
not there leave their section as it is.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

PAGE = Path(__file__).parent / "README.md"
SECTIONS: dict[str, tuple[tuple[str, str], ...]] = {
    "engine": (("quick", "quick.md"), ("standard", "standard.md"), ("prove", "prove.md")),
    "confirmed": (("", "confirmed.md"),),
    "progress": (("", "progress.md"),),
    "peers": (("", "peers/peers.md"),),
    "cells": (("", "cells.md"),),
    "tours": (("", "tours.md"),),
    "pages": (("", "pages.md"),),
    "halls": (("", "halls.md"),),
}


def fill(text: str, measured: Path) -> str:
    """Return the text of the page with its sections from the tables measured."""
    for name, files in SECTIONS.items():
        found = [(head, measured / file) for head, file in files if (measured / file).exists()]
        before, begin, rest = text.partition(f"<!-- {name} -->\n")
        _, end, after = rest.partition(f"<!-- end of {name} -->")
        if found and end:
            body = "\n".join(section(head, path.read_text("utf-8")) for head, path in found)
            text = f"{before}{begin}\n{body}\n{end}{after}"
    return text


def section(head: str, table: str) -> str:
    """Return one table under its head; lines of a list after it stay with it."""
    return (f"`{head}`:\n\n" if head else "") + table.strip() + "\n"


def main(arguments: Sequence[str]) -> int:
    """Write the page anew; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.readme")
    parser.add_argument("measured", nargs="?", type=Path, default=Path("build/benchmarks"))
    asked = parser.parse_args(arguments)
    PAGE.write_text(fill(PAGE.read_text("utf-8"), asked.measured), encoding="utf-8", newline="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
