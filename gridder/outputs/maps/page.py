"""The pages of one community: its map with what a reviewer checks, and one sheet a grid for its worker."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from typing import Any

import folium
import geopandas as gpd

from gridder.outputs.maps import folium_page, marks, review, sheets
from gridder.outputs.maps.basemap import Basemap
from gridder.outputs.maps.chart import draw_chart
from gridder.outputs.maps.earlier import tell_earlier
from gridder.outputs.maps.facts import clause_tag, tell_cases, tell_community
from gridder.outputs.maps.layers import bounds_of, records, row_of, text_of
from gridder.outputs.maps.palette import (
    BUILDINGS,
    EMPTY_BUILDING,
    GROUNDS,
    SPECIAL,
    colour_grids,
    find_neighbours,
)
from gridder.outputs.maps.rows import (
    bar_top,
    is_lawful_k,
    range_ends,
    say_lawful_k,
    tell_grids,
    tell_options,
    tell_staffing,
)
from gridder.outputs.maps.sheet import Sheet, make_sheet
from gridder.outputs.maps.two import both
from gridder.tables import Run
from gridder.text import LANGS, sentences

UNSAFE = re.compile(r"[^0-9A-Za-z_\-\u4e00-\u9fff]")
RESERVED = ("index", "compare")  # pages of the district
SCRIPTS = (
    "community.js",
    "community_labels.js",
    "community_search.js",
    *review.SCRIPTS,
    "community_panes.js",  # last: the map is shown
)
WORDS = (  # sentences the script says
    "found_none",
    "found_n",
    "found_more",
    "households",
    "m",
    "km",
    "zoom_in",
    "zoom_out",
    "zoom_all",
    "special_grid",
    "kind_grid",
    "kind_compound",
    "kind_building",
    "shown_grid",
    "members",
    "members_more",
    "member_missing",
    "member_estimated",
    "unit",
    "colon",
    *marks.SAID,
    "filter_all",
    "filter_look",
)


def page_names(ids: Iterable[str]) -> dict[str, str]:
    """Return the file name (without ``.html``) of every community's page, by its id.

    Signs outside ``[0-9A-Za-z_-]`` and CJK become ``_``; where two names would coincide, also as capitals
    or with a page of the district or of grid workers, each gets a short hash of its id.
    """
    wanted = {str(i): UNSAFE.sub("_", str(i)) or "_" for i in ids}
    taken = [name.casefold() for name in wanted.values()]
    files = [*taken, *(f"{name}-grids" for name in taken), *RESERVED]
    return {
        i: name
        if files.count(name.casefold()) == 1
        else f"{name}_{hashlib.sha256(i.encode()).hexdigest()[:8]}"
        for i, name in sorted(wanted.items())
    }


def draw_community(run: Run, community_id: str, *, basemap: Basemap | None = None) -> str:
    """Return the page of one community as one HTML file that needs no network.

    Parameters
    ----------
    run
        The run. Its language is shown first; the page carries both.
    community_id
        A community of ``run.communities``.
    basemap
        Tiles to show under the map; the run's layers are then those of ``basemap.place_on``.

    Returns
    -------
    str
        The file. The same run gives the same text.
    """
    grids = grids_of(run, community_id)
    sheet = make_sheet(run, community_id, grids)
    cases = tell_cases(run, community_id)
    view = tell_view(run, sheet, cases)
    drawn, legend = draw_chart(run, sheet)
    name = page_names(run.communities.index)[community_id]
    body = folium_page.fill_template(
        "community.html",
        view=view | {"legend": legend},
        lang=run.lang,
        map_div=folium_page.map_div(drawn),
        sheets_page=f"{name}-grids.html",
    )
    page = folium_page.Page(
        title=dict(both("maps.title", community=view["name"])),
        body_html=body,
        lang=run.lang,
        css=("community.css", "review.css", "print.css"),
        js=SCRIPTS,
        basemap=basemap,
        data=tell_script(run, sheet) | {"review": review.tell_review(run, sheet, name)},
    )
    return folium_page.render([drawn], page)


def grids_of(run: Run, community_id: str) -> gpd.GeoDataFrame:
    """Return the grids of a community, sorted, with their ``colour``."""
    grids = run.grids[run.grids["community_id"].astype(str) == community_id].sort_index()
    return grids.assign(colour=colour_grids(grids, find_neighbours(grids)))


def tell_view(run: Run, sheet: Sheet, cases: list[dict[str, Any]]) -> dict[str, Any]:
    """Return everything the templates say."""
    community_id = sheet.community_id
    row = row_of(run.communities, community_id)
    certificate = run.certificates.get(community_id, {})
    options = tell_options(run.policy, certificate, row)
    rows = tell_grids(run, sheet.grids, cases, sheet.sites)
    shown = {str(code) for code in sheet.grids.index}
    largest = [r["households"] or 0 for r in rows]
    return tell_community(run, community_id) | {
        "rows": rows,
        "to_see": sum(row["look"] for row in rows),
        "cases": [case for case in cases if case["grid_code"] not in shown],
        "all_cases": cases,
        "measure": "walk" if certificate.get("objective") == "distance" else "boundary",
        "top": bar_top(run.policy, largest),
        "ends": range_ends(run.policy, options),
        "staffing": tell_staffing(run.policy, row),
        "options": options,
        "earlier": tell_earlier(run, sheet),
        "lawful_k": say_lawful_k(certificate, empty=text_of(row["status"]) == "empty"),
        "target_clause": clause_tag(run.policy, "households_target") if is_lawful_k(certificate) else None,
    }


def tell_script(run: Run, sheet: Sheet) -> dict[str, Any]:
    """Return the data of the page's script: grids, buildings, labels and the sentences it says."""
    return {
        "palette": {"ground": GROUNDS, "building": BUILDINGS, "zero": EMPTY_BUILDING, "special": SPECIAL},
        "words": {key: {lang: sentences(lang)[f"maps.{key}"] for lang in LANGS} for key in WORDS}
        | review.tell_words(),
        "bounds": bounds_of(sheet.outline, run.crs),
        "grids": [
            {
                "code": str(code),
                "no": text_of(grid["grid_no"]),
                "status": text_of(grid["status"]),
                "households": int(grid["households"]),
                "site": sheet.sites[g],
            }
            for g, (code, grid) in enumerate(zip(sheet.grids.index, records(sheet.grids), strict=True))
        ],
        "buildings": marks.list_buildings(sheet),
        "compounds": marks.list_compounds(run, sheet),
        "labels": marks.list_labels(run, sheet),
        "marks": marks.list_marks(run, sheet),
    }


def draw_worker_sheets(run: Run, community_id: str) -> str:
    """Return ``<community>-grids.html``: one A4 page a grid: buildings, units, households, the round."""
    view = tell_community(run, community_id)
    grids = grids_of(run, community_id)
    name = page_names(run.communities.index)[community_id]
    body = folium_page.fill_template(
        "worker_sheets.html",
        view=view,
        lang=run.lang,
        back=f"{name}.html",
        sheets=sheets.tell_sheets(run, grids),
    )
    page = folium_page.Page(
        title=dict(both("maps.sheets_title", community=view["name"])),
        body_html=body,
        lang=run.lang,
        css=("sheets.css",),
    )
    no_maps: list[folium.Map] = []
    return folium_page.render(no_maps, page)
