"""Panes and strokes of the community map, and the order of its legend."""

from __future__ import annotations

from typing import Any, NamedTuple

# bottom to top; every layer has a pane, so that switching layers never changes what lies above what
PANES = (
    ("outside", 402), ("halo", 404), ("ground", 410), ("hatch", 412), ("roads", 414), ("compounds", 416),
    ("buildings", 418), ("boundaries", 420), ("barriers", 430), ("outline", 440), ("exceptions", 442),
    ("chosen", 444), ("optional", 450), ("marks", 470), ("labels", 480),
)  # fmt: skip


class Stroke(NamedTuple):
    """How a layer is drawn: its pane, a Leaflet style or the function of ``shared.js`` that gives one; shown at first."""

    pane: str
    style: str | dict[str, Any]
    shown: bool = True


def line(color: str, weight: float, **more: Any) -> dict[str, Any]:
    """Return the style of a line."""
    return {"color": color, "weight": weight, "opacity": 1, "fill": False, "lineCap": "butt"} | more


def area(fill: str, color: str, weight: float) -> dict[str, Any]:
    """Return the style of an area with an edge."""
    return {"fill": True, "fillColor": fill, "fillOpacity": 1, "color": color, "weight": weight, "opacity": 1}


STYLES: dict[str, Stroke] = {
    "road_outside": Stroke("outside", line("#E3E5E2", 5)),
    "arterial_outside": Stroke("outside", line("#E3E5E2", 9)),
    "halo": Stroke("halo", line("#5B6B78", 9, opacity=0.22, lineJoin="round")),
    "blank": Stroke("halo", area("#FFFFFF", "#FFFFFF", 0)),
    "ground": Stroke("ground", "gridder.style.ground"),
    "special": Stroke("hatch", "gridder.style.hatch"),
    "exception": Stroke("hatch", "gridder.style.hatch"),
    "road_case": Stroke("roads", line("#C9CDCB", 6)),
    "road": Stroke("roads", line("#FFFFFF", 5)),
    "road_between": Stroke("roads", area("#FFFFFF", "#FFFFFF", 0)),
    "arterial_case": Stroke("roads", line("#B9BDBA", 11)),
    "arterial": Stroke("roads", line("#FFFFFF", 9)),
    "arterial_between": Stroke("roads", area("#FFFFFF", "#FFFFFF", 0)),
    "compounds": Stroke("compounds", line("#7B8790", 0.9, dashArray="2 2.6")),
    "buildings": Stroke("buildings", "gridder.style.building"),
    "boundary_case": Stroke("boundaries", line("#FFFFFF", 4.6, lineJoin="round")),
    "boundary": Stroke("boundaries", line("#33424E", 2, lineJoin="round")),
    "between": Stroke("barriers", area("#DFE2E3", "#DFE2E3", 0) | {"fillOpacity": 0.8}),
    "wall": Stroke("barriers", line("#4A5965", 1.4)),
    "wall_ticks": Stroke("barriers", line("#4A5965", 5, dashArray="1.4 12.6")),
    "river_area": Stroke("barriers", area("#8FBBDC", "#3B75A1", 1.2)),
    "river_case": Stroke("barriers", line("#3B75A1", 7.4)),
    "river": Stroke("barriers", line("#8FBBDC", 5)),
    "railway_area": Stroke("barriers", area("#8A9096", "#3B3F42", 1.2)),
    "railway_side": Stroke("barriers", line("#5B6267", 1.6)),
    "railway_case": Stroke("barriers", line("#FFFFFF", 7)),
    "railway": Stroke("barriers", line("#3B3F42", 5)),
    "railway_dash": Stroke("barriers", line("#FFFFFF", 2.6, dashArray="9 9")),
    "expressway_area": Stroke("barriers", area("#FAEDCB", "#8A5A00", 2)),
    "expressway_case": Stroke("barriers", line("#8A5A00", 7)),
    "expressway": Stroke("barriers", line("#FAEDCB", 3)),
    "outline": Stroke("outline", line("#1B2733", 3.2, lineJoin="round")),
    "exception_line": Stroke("exceptions", line("#A63A0A", 3, dashArray="10 5")),
    "tour": Stroke("optional", line("#12487A", 1.6, dashArray="4 2"), shown=False),
    "previous": Stroke("optional", line("#7B3F00", 2, dashArray="1 4", lineCap="round"), shown=False),
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
    "hall_proposed",
    "special",
    "exception",
    "tour",
    "previous",
)
