"""Which layers of an input may be buildings, communities or barriers: by geometry, content and name."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import geopandas as gpd
import numpy as np
import shapely

from gridder.read.candidates import find_candidates, speaks_of
from gridder.read.column_facts import ColumnFacts, describe_columns, hide_values
from gridder.read.formats import RawLayer
from gridder.read.inventory import Entry

LOOKED_AT = 2000  # buildings looked for in the outlines of a layer that may be communities
HELD_LEAST = 0.5  # communities hold most buildings
BUILDINGS_EACH = 3  # outlines that hold fewer buildings each divide nothing
BUILDING_WORDS = tuple("build bati hous block blocks hdb jzw fw ld 楼 房 建筑 幢 栋".split())
BARRIER_WORDS = {  # a guess to be confirmed by the user; names that are barriers for certain are in barrier_layers
    "railway": ("rail", "railway", "voie_ferree", "tl", "铁路", "轨道"),
    "river": ("water", "river", "cours", "hydro", "sx", "河", "水", "江"),
    "road": ("road", "rue", "route", "street", "highway", "dl", "路", "道", "街"),
}
SHAPES = {"Point": "point", "MultiPoint": "point", "Polygon": "polygon", "MultiPolygon": "polygon"}


@dataclass(frozen=True)
class Shown:
    """One table of an input as shown to its user.

    ``layer`` is gridder's layer it is (or may be) taken for, blank for none; ``guessed`` where nobody said so and its
    name does not; ``held`` the share of the buildings in its outlines, ``kind`` the kind of all its barriers.
    """

    entry: Entry
    table: Any
    shape: str
    columns: list[ColumnFacts]
    layer: str
    guessed: bool = False
    held: float = 0.0
    kind: str = ""


def show(entry: Entry, raw: RawLayer) -> Shown:
    """Return a table read as it is shown: its shape and what its columns hold."""
    shape = "none"
    if raw.has_geometry:
        kinds = raw.frame["geometry"].dropna().geom_type.value_counts().sort_index(kind="stable")
        shape = SHAPES.get(str(kinds.idxmax()), "line") if len(kinds) else "none"
    columns = describe_columns(raw.frame)
    if entry.source.layer == "workforce":
        columns = [hide_values(facts) for facts in columns]
    return Shown(entry, raw.frame, shape, columns, entry.source.layer)


def guess_layers(tables: list[Shown], most: int) -> list[Shown]:
    """Return tables with what those not recognised may be; ``most`` households stand in one building."""
    there = {one.layer for one in tables}
    if "buildings" not in there:
        best = max(
            (one for one in tables if not one.layer), key=lambda one: rank_buildings(one, most), default=None
        )
        if best is not None and rank_buildings(best, most)[0] > 0:
            tables = [replace(one, layer="buildings", guessed=True) if one is best else one for one in tables]
    buildings = next((one for one in tables if one.layer == "buildings"), None)
    if buildings is not None and "communities" not in there:
        tables = guess_communities(tables, buildings)
    return [guess_barriers(one) if not one.layer else one for one in tables]


def rank_buildings(one: Shown, most: int) -> tuple[float, int]:
    """Return how much a table looks like buildings: counts that can be households, its name; then its rows."""
    if one.shape not in ("polygon", "point"):
        return 0.0, 0
    counts = find_candidates("buildings", "households", one.columns, most)
    named = speaks_of(one.entry.name, BUILDING_WORDS)
    return (counts[0].score if counts else 0.0) + 3.0 * named, len(one.table)


def guess_communities(tables: list[Shown], buildings: Shown) -> list[Shown]:
    """Return tables with the layer of outlines that hold most of the buildings, several each, as communities."""
    held = {
        n: share_held(one, buildings)
        for n, one in enumerate(tables)
        if not one.layer
        and one.shape == "polygon"
        and 2 <= len(one.table) <= len(buildings.table) / BUILDINGS_EACH
        and not guess_kind(one.entry.name)
    }
    best = max(held, key=lambda n: held[n], default=None)
    if best is None or held[best] < HELD_LEAST:
        return tables
    found = replace(tables[best], layer="communities", guessed=True, held=held[best])
    return [found if n == best else one for n, one in enumerate(tables)]


def share_held(outlines: Shown, buildings: Shown) -> float:
    """Return the share of (a sample of) the buildings that lie in the outlines of a table."""
    drawn = gpd.GeoSeries(buildings.table["geometry"])
    drawn = gpd.GeoSeries(drawn[drawn.notna() & ~drawn.is_empty])
    shapes = gpd.GeoSeries(drawn.iloc[:: max(1, len(drawn) // LOOKED_AT)])
    if shapes.empty:
        return 0.0
    if shapes.crs is not None and outlines.table.crs is not None:
        shapes = shapes.to_crs(outlines.table.crs)
    places = shapely.point_on_surface(shapely.force_2d(shapes.to_numpy()))
    areas = shapely.make_valid(shapely.force_2d(outlines.table["geometry"].dropna().to_numpy()))
    inside, _ = shapely.STRtree(areas).query(places, predicate="intersects")
    return len(np.unique(inside)) / len(places)


def guess_barriers(one: Shown) -> Shown:
    """Return a table as barriers where it is lines, or waters by its name."""
    kind = guess_kind(one.entry.name)
    if one.shape == "line" or (one.shape == "polygon" and kind == "river"):
        return replace(one, layer="barriers", guessed=True, kind=kind)
    return one


def guess_kind(name: str) -> str:
    """Return the kind of barrier that a word in a layer's name speaks of, blank where none does."""
    return next((kind for kind, words in BARRIER_WORDS.items() if speaks_of(name, words)), "")
