"""Panes, strokes and swatches of the community map: the legend shows the stroke the map uses."""

from __future__ import annotations

from typing import Any

# bottom to top; every layer has a pane, so that switching layers never changes what lies above what
PANES = (
    ("outside", 402), ("halo", 404), ("ground", 410), ("hatch", 412), ("roads", 414), ("compounds", 416),
    ("buildings", 418), ("boundaries", 420), ("barriers", 430), ("outline", 440), ("exceptions", 442),
    ("chosen", 444), ("optional", 450), ("marks", 470), ("labels", 480),
)  # fmt: skip


def line(color: str, weight: float, **more: Any) -> dict[str, Any]:
    """Return the style of a line."""
    return {"color": color, "weight": weight, "opacity": 1, "fill": False, "lineCap": "butt"} | more


def area(fill: str, color: str, weight: float) -> dict[str, Any]:
    """Return the style of an area with an edge."""
    return {"fill": True, "fillColor": fill, "fillOpacity": 1, "color": color, "weight": weight, "opacity": 1}


# layer: pane, style, shown at first
STYLES: dict[str, tuple[str, str | dict[str, Any], bool]] = {
    "road_outside": ("outside", line("#E3E5E2", 4), True),
    "arterial_outside": ("outside", line("#E3E5E2", 8), True),
    "halo": ("halo", line("#5B6B78", 9, opacity=0.22, lineJoin="round"), True),
    "blank": ("halo", area("#FFFFFF", "#FFFFFF", 0), True),
    "ground": ("ground", "gridder.style.ground", True),
    "special": ("hatch", "gridder.style.hatch", True),
    "exception": ("hatch", "gridder.style.hatch", True),
    "road_case": ("roads", line("#C9CDCB", 5), True),
    "road": ("roads", line("#FFFFFF", 4), True),
    "arterial_case": ("roads", line("#B9BDBA", 9), True),
    "arterial": ("roads", line("#FFFFFF", 7.4), True),
    "compounds": ("compounds", line("#7B8790", 0.9, dashArray="2 2.6"), True),
    "buildings": ("buildings", "gridder.style.building", True),
    "boundary_case": ("boundaries", line("#FFFFFF", 4.6, lineJoin="round"), True),
    "boundary": ("boundaries", line("#33424E", 2, lineJoin="round"), True),
    "wall": ("barriers", line("#4A5965", 1.4), True),
    "wall_ticks": ("barriers", line("#4A5965", 5, dashArray="1.4 12.6"), True),
    "river_area": ("barriers", area("#8FBBDC", "#3B75A1", 1.2), True),
    "river_case": ("barriers", line("#3B75A1", 7.4), True),
    "river": ("barriers", line("#8FBBDC", 5), True),
    "railway_area": ("barriers", area("#8A9096", "#3B3F42", 1.2), True),
    "railway_case": ("barriers", line("#FFFFFF", 7), True),
    "railway": ("barriers", line("#3B3F42", 5), True),
    "railway_dash": ("barriers", line("#FFFFFF", 2.6, dashArray="9 9"), True),
    "expressway_area": ("barriers", area("#FAEDCB", "#8A5A00", 2), True),
    "expressway_case": ("barriers", line("#8A5A00", 7), True),
    "expressway": ("barriers", line("#FAEDCB", 3), True),
    "outline": ("outline", line("#1B2733", 3.2, lineJoin="round"), True),
    "exception_line": ("exceptions", line("#A63A0A", 3, dashArray="10 5"), True),
    "tour": ("optional", line("#12487A", 1.6, dashArray="4 2"), False),
    "previous": ("optional", line("#7B3F00", 2, dashArray="1 4", lineCap="round"), False),
}  # fmt: skip

# kind of barrier: layers of its lines, bottom to top; and of its areas
LINES: dict[str, tuple[str, ...]] = {
    "road": ("road_outside", "road_case", "road"),
    "arterial": ("arterial_outside", "arterial_case", "arterial"),
    "wall": ("wall", "wall_ticks"),
    "river": ("river_case", "river"),
    "railway": ("railway_case", "railway", "railway_dash"),
    "expressway": ("expressway_case", "expressway"),
}
AREAS = {"river": ("river_area",), "railway": ("railway_area",), "expressway": ("expressway_area",)}


def rail(paint: str) -> str:
    """Return a swatch of a line over the middle of 24 × 16."""
    return f'<path d="M0 8H24" fill="none" {paint}/>'


HOUSE = '<rect x="4" y="0" width="16" height="16" rx="2" fill="#12487A"/><path d="M7 8l5-4 5 4M8.5 7.5V12.5h7V7.5M11 12.5V10h2v2.5" fill="none" stroke="#fff" stroke-width="1.3"/>'
BRIDGE = '<circle cx="12" cy="8" r="7" fill="#fff" stroke="#1B2733" stroke-width="1.5"/><path d="M8 5.5q4 1.600 8 0M8 10.5q4-1.600 8 0M8.5 8h7" fill="none" stroke="#1B2733" stroke-width="1.3"/>'

# the legend in its order: entry → drawing in a box of 24 × 16
SWATCHES = {
    "grids": '<rect x="1" y="1" width="22" height="14" fill="#C6DFF6" stroke="#33424E" stroke-width="2"/>',
    "buildings": '<rect x="2" y="4" width="9" height="8" fill="#4179A6"/><rect x="13" y="4" width="9" height="8" fill="#8C6D2A"/>',
    "compounds": '<rect x=".5" y="1" width="23" height="14" fill="#fff" stroke="#7B8790" stroke-dasharray="2 2"/>',
    "outline": rail('stroke="#1B2733" stroke-width="3.2"'),
    "river": '<path d="M0 4H24V12H0z" fill="#8FBBDC"/><path d="M0 4H24M0 12H24" stroke="#3B75A1" stroke-width="1.2"/>',
    "railway": rail('stroke="#3B3F42" stroke-width="5"')
    + rail('stroke="#fff" stroke-width="2.6" stroke-dasharray="5 5" stroke-dashoffset="-3"'),
    "expressway": rail('stroke="#8A5A00" stroke-width="7"') + rail('stroke="#FAEDCB" stroke-width="3"'),
    "arterial": rail('stroke="#B9BDBA" stroke-width="9"') + rail('stroke="#fff" stroke-width="7.4"'),
    "road": rail('stroke="#C9CDCB" stroke-width="5"') + rail('stroke="#fff" stroke-width="3.6"'),
    "wall": rail('stroke="#4A5965" stroke-width="1.4"')
    + rail('stroke="#4A5965" stroke-width="5" stroke-dasharray="1.400 8" stroke-dashoffset="-3"'),
    "crossing": BRIDGE,
    "hall": HOUSE,
    "special": '<rect x="1" y="1" width="22" height="14" fill="#F1EFF6"/><rect x="1" y="1" width="22" height="14" fill="url(#hatch-special)" stroke="#33424E"/>',
    "exception": '<rect x="1.5" y="1.5" width="21" height="13" fill="url(#hatch-exception)" stroke="#A63A0A" stroke-width="2.5" stroke-dasharray="6 3"/>',
    "tour": rail('stroke="#12487A" stroke-width="1.6" stroke-dasharray="4 2"'),
    "previous": rail('stroke="#7B3F00" stroke-width="2" stroke-dasharray="1 4" stroke-linecap="round"'),
}
