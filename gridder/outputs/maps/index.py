"""The page of a whole district: which communities are lawful, and which need a look."""

from __future__ import annotations

import json
from typing import Any

import geopandas as gpd
import pandas as pd
import shapely

from gridder.outputs.maps import folium_page, layers, two
from gridder.outputs.maps.basemap import Basemap
from gridder.outputs.maps.facts import clause_name, meaning_of
from gridder.outputs.maps.labels import place_name
from gridder.outputs.maps.layers import number_of, text_of
from gridder.outputs.maps.strokes import Stroke
from gridder.tables import Run
from gridder.text import LANGS, say_finding, sentences

SIMPLIFY_SHARE = 1 / 2000  # of the district's longer side: under half a pixel of the map at first sight
NOWHERE = [0.0, 0.0]  # a district without any ground has an empty map
PANES = (("ground", 410), ("hatch", 415), ("lines", 420), ("outline", 430), ("chosen", 440), ("labels", 450))
LEVELS = ("problem", "warning", "note")
WHOLE_COLUMNS = {
    "households": "households",
    "grids": "grids",
    "lawful_min": "grids_min",
    "lawful_max": "grids_max",
    "posts_min": "posts_min",
    "posts_max": "posts_max",
    "posts": "posts",
    "present": "present",
    "workers": "grid_workers",
    "police": "auxiliary_police",
    "exceptions": "exceptions",
}


def draw_index(run: Run, page_of: dict[str, str], *, basemap: Basemap | None = None) -> str:
    """Return the district page as one HTML file that needs no network.

    Parameters
    ----------
    run
        The run, with its communities, grids and findings.
    page_of
        File of the page of each community, by community_id, relative to this page. A community without one is
        listed without a link.
    basemap
        Tiles to show under the map; the run's layers are then those of ``basemap.place_on``.

    Returns
    -------
    str
        The file. The same run gives the same text.
    """
    rows = list_communities(run, page_of)
    data = {
        "rows": rows,
        "facts": list_facts(run),
        "findings": list_findings(run),
        "labels": place_labels(run.communities),
        "words": page_words(),
    }
    chart = draw_map(run)
    body = folium_page.fill_template(
        "index.html",
        map_div=folium_page.map_div(chart),
        facts=data["facts"],
    )
    title = two.both("index.page_title", district=run.name or run.district_id)
    page = folium_page.Page(
        title=title,
        body_html=body,
        lang=run.lang,
        css=("index.css",),
        js=("index.js", "index_totals.js", "index_table.js", "index_map.js"),
        data=data,
        basemap=basemap,
    )
    return folium_page.render([chart], page)


def page_words() -> dict[str, dict[str, str]]:
    """Return the sentences that the page's script fills in, by their short key, in both languages."""
    keys = [key for key in sorted(sentences("zh")) if key.startswith("index.")]
    return {key.removeprefix("index."): {lang: sentences(lang)[key] for lang in LANGS} for key in keys}


# ── figures ──


def list_communities(run: Run, page_of: dict[str, str]) -> list[dict[str, Any]]:
    """Return one row a community, in the order of its id."""
    rows = []
    table = run.communities.sort_index(kind="stable")
    for community_id, row in zip(table.index, table.to_dict("records"), strict=True):
        rows.append(
            {
                "id": str(community_id),
                "name": text_of(row.get("name")) or str(community_id),
                "subdistrict": text_of(row.get("subdistrict")),
                "status": text_of(row.get("status")),
                "page": page_of.get(str(community_id)),
                "gap": to_hire(row.get("hiring_gap")),
                "round_min": number_of(row.get("round_min_max"), 1),
                "distance": number_of(row.get("gap"), 6),
                "fixed_k": text_of(row.get("bound_kind")) == "fixed_k",
                "cost": cost_of(row),
                "cost_without": text_of(row.get("cost_without")).split(),
                "unpriced": why_unpriced(row),
            }
            | {key: number_of(row.get(column)) for key, column in WHOLE_COLUMNS.items()}
        )
    return rows


def to_hire(gap: Any) -> int | float | None:
    """Return the people to hire: posts given less present staff; a surplus hires nobody, unknown stays unknown."""
    people = number_of(gap)
    return None if people is None else max(0, people)


def cost_of(row: dict[Any, Any]) -> float | None:
    """Return what the posts of a community cost a year, yuan; None where unknown.

    Deliveries from before this was a column have it for the lawful numbers of grids.
    """
    if "cost_yuan_year" in row:
        return number_of(row["cost_yuan_year"])
    options = json.loads(text_of(row.get("k_staffing")) or "[]")
    mine = [option.get("cost_yuan_year") for option in options if option["k"] == number_of(row.get("grids"))]
    return mine[0] if mine else None


def why_unpriced(row: dict[Any, Any]) -> str | None:
    """Return why a community with grids has no cost: ``no_posts``, ``no_lawful``; None where it has one."""
    if cost_of(row) is not None or text_of(row.get("status")) == "empty":
        return None
    return "no_posts" if number_of(row.get("posts_given", row.get("posts"))) is None else "no_lawful"


def count_ungiven(communities: pd.DataFrame) -> int:
    """Return the advised posts that the county's cap leaves ungiven."""
    unmet = communities.get("unmet")
    return 0 if unmet is None else int(pd.to_numeric(unmet).fillna(0).sum())


def list_facts(run: Run) -> dict[str, Any]:
    """Return what the header says of the whole district; sums over communities are the script's."""
    status = run.grids["status"].value_counts()
    window = run.policy
    meaning = text_of(run.options.get("households_meaning"))
    return {
        "district": run.name or run.district_id,
        "district_id": run.district_id,
        "policy": window.name,
        "low": window.households_min,
        "high": window.households_max,
        "clause": clause_name(window.clause("households_min")),
        "departs": window.departs_from_jilin,
        "gap_clause": clause_name(window.clause("hiring_years")),
        "years": window.hiring_years,
        "meaning": meaning_of(meaning) if meaning else None,
        "cap": number_of(county_cap(run.options)),
        "ungiven": count_ungiven(run.communities),
        "grids": {kind: int(status.get(kind, 0)) for kind in ("lawful", "exception", "special")},
        "quarantine": count_quarantine(run.quarantine),
    }


def count_quarantine(quarantine: pd.DataFrame) -> dict[str, int]:
    """Return rows set aside, their households, and how many have no count that can be one (whole, ≥ 0)."""
    counts = pd.to_numeric(quarantine["households"]).dropna().astype(float)
    whole = counts[(counts >= 0) & (counts % 1 == 0)]
    return {
        "rows": len(quarantine),
        "households": int(whole.sum()),
        "unknown": len(quarantine) - len(whole),
    }


def county_cap(options: dict[str, Any]) -> Any:
    """Return the county's cap on posts, if the input states one."""
    staffing = options.get("staffing")
    return staffing.get("county_cap") if isinstance(staffing, dict) else options.get("county_cap")


def list_findings(run: Run) -> list[dict[str, Any]]:
    """Return the findings as sentences, what must be decided first, the rest in the order of the run."""
    ranked = sorted(run.findings, key=lambda finding: LEVELS.index(finding.level))
    return [
        {"level": finding.level, "text": {lang: say_finding(lang, finding) for lang in LANGS}}
        for finding in ranked
    ]


# ── the map ──


def draw_map(run: Run) -> Any:
    """Return the map: grounds of the communities, lines of the subdistricts, the outline of the district."""
    grounds = simplify(run.communities)
    centre = layers.point_of(shapely.box(*grounds.total_bounds), grounds.crs) if len(grounds) else NOWHERE
    chart = folium_page.new_map("district", (centre[0], centre[1]))
    for name, z_index in PANES:
        folium_page.add_pane(chart, name, z_index)
    order = {str(community): i for i, community in enumerate(run.communities.sort_index(kind="stable").index)}
    places = [{"i": order[str(community)], "s": "exception"} for community in grounds.index]
    shapes = layers.make_features(grounds.geometry, grounds.crs, places)
    folium_page.add_shapes(chart, "grounds", shapes, STROKES["ground"])
    troubled = find_troubled(run.communities)
    hatched = [feature for feature in shapes if feature["properties"]["i"] in troubled]
    folium_page.add_shapes(chart, "hatches", hatched, STROKES["hatch"])
    inner = layers.make_features(subdistrict_lines(grounds), grounds.crs)
    folium_page.add_shapes(chart, "subdistricts", inner, STROKES["subdistrict"])
    outer = layers.make_features(district_outline(grounds), grounds.crs)
    folium_page.add_shapes(chart, "outline", outer, STROKES["outline"])
    return chart


def find_troubled(communities: pd.DataFrame) -> set[int]:
    """Return the places, in the order of ids, of the communities with exceptions: these are hatched."""
    table = communities.sort_index(kind="stable")
    exceptions = pd.to_numeric(table["exceptions"]).fillna(0).to_numpy() > 0
    planned = (table["status"] != "failed").to_numpy()
    troubled = (exceptions | (table["status"] == "relaxed").to_numpy()) & planned
    return {i for i, one in enumerate(troubled) if one}


STROKES = {
    "ground": Stroke("ground", {"color": "#ffffff", "weight": 2, "fillColor": "#EBF4F0", "fillOpacity": 1}),
    "hatch": Stroke("hatch", "gridder.style.hatch"),
    "subdistrict": Stroke("lines", {"color": "#33424E", "weight": 2, "fill": False}),
    "outline": Stroke("outline", {"color": "#1B2733", "weight": 3.2, "fill": False}),
}


def simplify(communities: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the communities that have ground, with fewer vertices, neighbours still sharing their lines."""
    shown = communities[~(communities.geometry.isna() | communities.geometry.is_empty)].sort_index(
        kind="stable"
    )
    if shown.empty:
        return shown
    left, low, right, high = shown.total_bounds
    tolerance_m = max(right - left, high - low) * SIMPLIFY_SHARE
    shapes = shapely.coverage_simplify(shown.geometry.to_numpy(), tolerance_m)
    return shown.set_geometry(gpd.GeoSeries(shapes, index=shown.index, crs=shown.crs))


def subdistrict_lines(grounds: gpd.GeoDataFrame) -> list[Any]:
    """Return the boundary of every subdistrict, in the order of their names."""
    names = grounds["subdistrict"].map(text_of).to_numpy()
    shapes = grounds.geometry.to_numpy()
    return [shapely.boundary(shapely.union_all(shapes[names == name])) for name in sorted(set(names))]


def district_outline(grounds: gpd.GeoDataFrame) -> list[Any]:
    """Return the outline of the district as one line, or nothing."""
    return [shapely.boundary(shapely.union_all(grounds.geometry.to_numpy()))] if len(grounds) else []


def place_labels(communities: gpd.GeoDataFrame) -> list[list[float] | None]:
    """Return [latitude, longitude, room in metres] of each community's label, None without ground."""
    table = communities.sort_index(kind="stable")
    return [
        None if shape is None or shape.is_empty else place_name(shape, table.crs) for shape in table.geometry
    ]
