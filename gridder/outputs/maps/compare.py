"""The page of two plans: both maps with one view, what became of each code, and who changes grid."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import folium
import geopandas as gpd
import numpy as np
import shapely

from gridder.outputs.maps import chart, folium_page, layers, marks, palette, two
from gridder.outputs.maps.basemap import Basemap, place_on
from gridder.outputs.maps.compare_data import list_buildings, list_grids, pack_pieces
from gridder.outputs.maps.compare_facts import (
    WHOLE,
    Pair,
    summarise_scope,
    tell_figures,
    tell_verdict,
)
from gridder.outputs.maps.compare_history import tell_history
from gridder.outputs.maps.compare_sheet import write_compare_sheet
from gridder.outputs.maps.facts import clause_name, meaning_of
from gridder.outputs.maps.labels import place_name
from gridder.outputs.maps.layers import text_of
from gridder.outputs.maps.sheet import Sheet
from gridder.outputs.maps.strokes import LEGEND, PANES, STYLES
from gridder.tables import Run
from gridder.text import LANGS, sentences

__all__ = ["draw_compare", "write_compare_sheet"]

INSET_SHARE = 1 / 45  # of a grid's size: the outline of an exception runs this far inside its boundary


def draw_compare(old: Run, new: Run, *, basemap: Basemap | None = None) -> str:
    """Return the comparison of two plans of one district as one HTML file that needs no network.

    Parameters
    ----------
    old, new
        The plans. Geometry is drawn in the CRS of ``new``; the page's first language is that of ``new``.
    basemap
        Tiles to show under both maps; the plans are then drawn in its coordinates.

    Returns
    -------
    str
        The file. The same plans give the same text.
    """
    pair = Pair(bring_to(place_on(old, basemap), new.crs), place_on(new, basemap))
    before = pair.old.grids.sort_index().pipe(colour_old)
    after = colour_new(pair.new.grids.sort_index(), before)
    charts = [draw_side("old", pair.old, before), draw_side("new", pair.new, after)]
    body = folium_page.fill_template(
        "compare.html",
        maps=[folium_page.map_div(side) for side in charts],
        facts=list_facts(pair),
        lang=new.lang,
    )
    page = folium_page.Page(
        title=two.both("compare.page_title", district=new.name or new.district_id),
        body_html=body,
        lang=new.lang,
        css=("compare.css",),
        js=("compare.js", "compare_maps.js", "compare_tables.js", "compare_view.js"),
        data=tell_script(pair, before, after),
        basemap=basemap,
    )
    return folium_page.render(charts, page)


def bring_to(run: Run, crs: Any) -> Run:
    """Return a run with the layers that are drawn in another CRS."""
    if run.crs == crs:
        return run
    drawn = {
        name: getattr(run, name).to_crs(crs)
        for name in ("grids", "buildings", "communities", "barriers", "halls")
    }
    if len(run.proposed_halls):
        drawn["proposed_halls"] = run.proposed_halls.to_crs(crs)
    return replace(run, crs=crs, **drawn)


# ── colours ──


def colour_old(grids: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the grids with the colours of their own pages."""
    home = grids["community_id"].astype(str)
    parts = [grids[home == community] for community in sorted(set(home))]
    colours = {
        code: int(colour)
        for mine in parts
        for code, colour in palette.colour_grids(mine, palette.find_neighbours(mine)).items()
    }
    return grids.assign(colour=[colours[code] for code in grids.index])


def colour_new(grids: gpd.GeoDataFrame, before: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the new grids in the colours their codes had, unless a neighbour has that one."""
    edges = palette.find_neighbours(grids)
    near: dict[str, set[str]] = {str(code): set() for code in grids.index}
    home = dict(zip(map(str, grids.index), grids["community_id"].astype(str), strict=True))
    for a, b in zip(edges["grid_a"], edges["grid_b"], strict=True):
        if home[a] == home[b]:  # between communities runs a boundary of its own
            near[a].add(b)
            near[b].add(a)
    had = {str(code): int(c) for code, c in before["colour"].items()}
    colour: dict[str, int] = {}
    for code in sorted(near, key=lambda code: (code not in had, code)):
        taken = palette.around(code, near, colour)
        keep = code in had and had[code] not in taken
        colour[code] = had[code] if keep else palette.choose_colour(taken, colour)
    colour = palette.part_neighbours(near, colour)
    return grids.assign(colour=[colour[str(code)] for code in grids.index])


# ── maps ──


def draw_side(side: str, run: Run, grids: gpd.GeoDataFrame) -> folium.Map:
    """Return the map of one plan without its buildings: the script draws those from one list."""
    outlines = run.communities.sort_index().geometry
    shapes = [shape for shape in outlines if shape is not None and not shape.is_empty]
    outline = shapely.union_all(shapes)
    (south, west), (north, east) = layers.bounds_of(outline, run.crs)
    drawn = folium_page.new_map(side, ((south + north) / 2, (west + east) / 2))
    for name, z_index in PANES:
        folium_page.add_pane(drawn, name, z_index)
    for name, features in side_layers(run, grids, outline, shapes):
        if features:
            folium_page.add_shapes(drawn, f"{side}_{name}", features, STYLES[name])
    return drawn


def side_layers(
    run: Run, grids: gpd.GeoDataFrame, outline: Any, communities: list[Any]
) -> list[tuple[str, list[dict[str, Any]]]]:
    """Return (layer, features) of one plan in drawing order."""
    crs = run.crs
    facts = [
        {"g": g, "c": int(colour), "s": str(status)}
        for g, (colour, status) in enumerate(zip(grids["colour"], grids["status"], strict=True))
    ]
    ground = layers.make_features(grids.geometry, crs, facts)
    hatched = {
        kind: [shape for shape in ground if shape["properties"]["s"] == kind]
        for kind in ("special", "exception")
    }
    edge = layers.make_features([outline], crs)
    lines = (
        layers.make_features([layers.inner_boundaries(grids.geometry, outline)], crs)
        if len(grids) > 1
        else []
    )
    sheet = whole_sheet(run, grids, outline)
    return [
        ("halo", edge),
        ("blank", edge),
        ("ground", ground),
        *hatched.items(),
        ("boundary_case", lines),
        ("boundary", lines),
        *((name, features) for _, name, features in chart.barrier_layers(run, sheet)),
        ("outline", layers.make_features(communities, crs)),
        ("exception_line", inset_lines(grids, crs)),
    ]


def whole_sheet(run: Run, grids: gpd.GeoDataFrame, outline: Any) -> Sheet:
    """Return the sheet of a whole district."""
    return Sheet(WHOLE, outline, grids, run.buildings, [], [], 1.0)


def list_signs(run: Run) -> list[dict[str, Any]]:
    """Return the crossings and halls of one plan."""
    shapes = [
        shape for shape in run.communities.sort_index().geometry if shape is not None and not shape.is_empty
    ]
    return marks.list_marks(run, whole_sheet(run, run.grids, shapely.union_all(shapes)))


def inset_lines(grids: gpd.GeoDataFrame, crs: Any) -> list[dict[str, Any]]:
    """Return the outlines of exceptions, just inside their boundaries."""
    chosen = grids[grids["status"] == "exception"].geometry.to_numpy()
    inner = shapely.buffer(chosen, -np.sqrt(shapely.area(chosen)) * INSET_SHARE, join_style="mitre")
    shapes = np.where(shapely.is_empty(inner), chosen, inner)
    return layers.make_features([shapely.boundary(shape) for shape in shapes], crs)


# ── facts ──


def list_facts(pair: Pair) -> dict[str, Any]:
    """Return what the header says."""
    old, new = pair.old, pair.new
    meaning = text_of(new.options.get("households_meaning"))
    return {
        "district": new.name or new.district_id,
        "low": new.policy.households_min,
        "high": new.policy.households_max,
        "clause": clause_name(new.policy.clause("households_min")),
        "signs": list_sign_kinds(pair),
        "departs": new.policy.departs_from_jilin,
        "meaning": meaning_of(meaning) if meaning else None,
        "policies": [old.policy.name, new.policy.name] if old.policy.sha256 != new.policy.sha256 else [],
    }


def list_sign_kinds(pair: Pair) -> list[str]:
    """Return the kinds of signs on either map, in the order of the legend."""
    kinds = {mark["kind"] for run in (pair.old, pair.new) for mark in list_signs(run)}
    return [key for key in LEGEND if key in kinds]


def tell_script(pair: Pair, before: gpd.GeoDataFrame, after: gpd.GeoDataFrame) -> dict[str, Any]:
    """Return the data of the page's script."""
    keys = [key for key in sorted(sentences("zh")) if key.startswith("compare.")]
    keys += [f"maps.{key}" for key in (*marks.SAID, "colon")]
    buildings = list_buildings(pair, before, after)
    policy = pair.new.policy
    history = tell_history(pair)
    largest = [row["old_households"] for row in history]
    return {
        "palette": {
            "ground": palette.GROUNDS,
            "building": palette.BUILDINGS,
            "zero": palette.EMPTY_BUILDING,
            "special": palette.SPECIAL,
        },
        "words": {key.split(".")[1]: {lang: sentences(lang)[key] for lang in LANGS} for key in keys},
        "window": [policy.households_min, policy.households_max],
        "top": max([policy.households_max * 1.2, *largest]),
        "names": pair.names,
        "scopes": list_scopes(pair),
        "history": history,
        "grids": {"old": list_grids(pair, pair.old, before), "new": list_grids(pair, pair.new, after)},
        "buildings": buildings,
        "pieces": pack_pieces(pair),
        "marks": {"old": list_signs(pair.old), "new": list_signs(pair.new)},
    }


def list_scopes(pair: Pair) -> list[dict[str, Any]]:
    """Return the whole district, then its communities: figures, verdict and bounds of each."""
    rows = []
    lived = set(pair.pieces["community"])
    for scope in [WHOLE, *(community for community in pair.names if community in lived)]:
        facts = summarise_scope(pair, scope)
        rows.append(
            {
                "id": scope,
                "name": pair.names.get(scope, ""),
                "moved": facts.moved,
                "grids": [facts.grids_old, facts.grids_new],
                "outside": [facts.outside_old, facts.outside_new],
                "verdict": tell_verdict(facts),
                "figures": tell_figures(pair, scope, facts),
                **place_scope(pair, scope),
            }
        )
    return rows


def place_scope(pair: Pair, scope: str) -> dict[str, Any]:
    """Return the bounds of a community in both plans, or of the whole district, and where its name has most room."""
    shapes = []
    for run in (pair.old, pair.new):
        table = run.communities
        rows = table if scope == WHOLE else table[table.index.map(str) == scope]
        shapes += [shape for shape in rows.geometry if shape is not None and not shape.is_empty]
    box = shapely.box(*shapely.total_bounds(np.array(shapes, dtype=object)))
    inside = shapes[-1] if scope != WHOLE else box
    return {"bounds": layers.bounds_of(box, pair.new.crs), "at": place_name(inside, pair.new.crs)}
