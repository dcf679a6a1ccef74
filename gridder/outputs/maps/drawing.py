"""How a delivery is drawn, besides its pages: what a command line asks for that no plan depends on."""

from __future__ import annotations

from dataclasses import dataclass

from gridder.outputs.maps.basemap import Basemap


@dataclass(frozen=True)
class Drawing:
    """Pictures beside the pages (``png``, ``svg`` or none), and a basemap under their maps."""

    pictures: str | None = None
    basemap: Basemap | None = None


PLAIN = Drawing()
