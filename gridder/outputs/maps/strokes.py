"""Panes and strokes of the community map, and the order of its legend."""

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
    "road_outside": ("outside", line("#E3E5E2", 5), True),
    "arterial_outside": ("outside", line("#E3E5E2", 9), True),
    "halo": ("halo", line("#5B6B78", 9, opacity=0.22, lineJoin="round"), True),
    "blank": ("halo", area("#FFFFFF", "#FFFFFF", 0), True),
    "ground": ("ground", "gridder.style.ground", True),
    "special": ("hatch", "gridder.style.hatch", True),
    "exception": ("hatch", "gridder.style.hatch", True),
    "road_case": ("roads", line("#C9CDCB", 6), True),
    "road": ("roads", line("#FFFFFF", 5), True),
    "road_between": ("roads", area("#FFFFFF", "#FFFFFF", 0), True),
    "arterial_case": ("roads", line("#B9BDBA", 11), True),
    "arterial": ("roads", line("#FFFFFF", 9), True),
    "arterial_between": ("roads", area("#FFFFFF", "#FFFFFF", 0), True),
    "compounds": ("compounds", line("#7B8790", 0.9, dashArray="2 2.6"), True),
    "buildings": ("buildings", "gridder.style.building", True),
    "boundary_case": ("boundaries", line("#FFFFFF", 4.6, lineJoin="round"), True),
    "boundary": ("boundaries", line("#33424E", 2, lineJoin="round"), True),
    "between": ("barriers", area("#DFE2E3", "#DFE2E3", 0) | {"fillOpacity": 0.8}, True),
    "wall": ("barriers", line("#4A5965", 1.4), True),
    "wall_ticks": ("barriers", line("#4A5965", 5, dashArray="1.4 12.6"), True),
    "river_area": ("barriers", area("#8FBBDC", "#3B75A1", 1.2), True),
    "river_case": ("barriers", line("#3B75A1", 7.4), True),
    "river": ("barriers", line("#8FBBDC", 5), True),
    "railway_area": ("barriers", area("#8A9096", "#3B3F42", 1.2), True),
    "railway_side": ("barriers", line("#5B6267", 1.6), True),
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
AREAS = {"river": "river_area", "railway": "railway_area", "expressway": "expressway_area"}
STRIPS = {
    "road": "road_between",
    "arterial": "arterial_between",
}  # between two carriageways: part of the street


# entries of the legend in their order; drawn by templates/swatches.html
LEGEND = (
    "grids",
    "buildings",
    "compounds",
    "outline",
    "river",
    "railway",
    "expressway",
    "between",
    "arterial",
    "road",
    "wall",
    "crossing",
    "crossing_rule",
    "hall",
    "special",
    "exception",
    "tour",
    "previous",
)
