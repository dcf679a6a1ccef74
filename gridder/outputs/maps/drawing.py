"""How a delivery is drawn, besides its pages: what a command line asks for that no plan depends on."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from gridder.outputs.maps.basemap import Basemap, find_basemap
from gridder.outputs.maps.pictures import check_pictures

FILE = "drawing.json"  # beside the pages, where there is more than pages
WORDS = ("pictures", "basemap", "key", "basemap_coords")  # options of a command line
OF_BASEMAP = ("key", "basemap_coords")  # belong to the basemap that they were stated with
NONE = "none"  # typed: without, whatever was drawn before


@dataclass(frozen=True)
class Drawing:
    """Pictures beside the pages (``png``, ``svg`` or none), a basemap under their maps, and the words that asked for both."""

    pictures: str | None = None
    basemap: Basemap | None = None
    words: dict[str, str] = field(default_factory=dict)


PLAIN = Drawing()


def settle_words(asked: Mapping[str, Any], kept: Mapping[str, Any] | None = None) -> dict[str, str]:
    """Return the options of drawing: those asked for, else those that a delivery was drawn with.

    A basemap that is asked for leaves the kept key and coordinates behind. ``none`` takes away what was kept.
    """
    own = {name: str(asked[name]) for name in WORDS if asked.get(name)}
    left = OF_BASEMAP if "basemap" in own else ()
    found = {name: str(word) for name, word in (kept or {}).items() if name not in left} | own
    found = {name: word for name, word in found.items() if word != NONE}
    return found if "basemap" in found else {k: v for k, v in found.items() if k not in OF_BASEMAP}


def make_drawing(words: Mapping[str, str]) -> Drawing:
    """Return the drawing that options ask for.

    Raises
    ------
    GridderError
        A basemap that is none, or pictures that cannot be drawn here.
    """
    if words.get("pictures"):
        check_pictures()
    key, datum = words.get("key"), words.get("basemap_coords")
    basemap = find_basemap(words.get("basemap"), key=key, datum=datum)
    return Drawing(words.get("pictures"), basemap, dict(words))


def keep_words(folder: Path, drawing: Drawing) -> None:
    """Write what asked for pictures and basemap beside the pages; nothing where there are pages alone."""
    target = folder / FILE
    target.unlink(missing_ok=True)
    if drawing.words:
        text = json.dumps(drawing.words, ensure_ascii=False, indent=1, sort_keys=True)
        target.write_text(text + "\n", encoding="utf-8", newline="\n")


def read_words(folder: Path) -> dict[str, str]:
    """Return what asked for the pictures and the basemap of the pages in a folder; nothing where they have neither."""
    target = folder / FILE
    told = json.loads(target.read_text("utf-8")) if target.is_file() else {}
    return {name: str(told[name]) for name in WORDS if told.get(name)}
