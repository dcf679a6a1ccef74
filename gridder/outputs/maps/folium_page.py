"""The base of every page: a folium map and our own HTML in one file that asks nothing of the network.

Three things folium leaves to its user are settled here. Its scripts and styles come from the network: our
copy of Leaflet is written into the page instead, assets we have no use for are left out, and a link nobody
vendored is an error. Branca names elements at random: every element gets its name from us. And branca
renders the text of its elements once more as a template: names of houses never pass through it, they stand
in the page's own data (JSON) and its own, escaping, Jinja templates.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import Any

import folium
import jinja2
from branca.element import CssLink, Element, Figure, JavascriptLink
from folium.map import CustomPane
from folium.template import Template

from gridder.outputs.maps.basemap import Basemap
from gridder.outputs.maps.packed import pack_columns, pack_shapes
from gridder.outputs.maps.strokes import Stroke
from gridder.outputs.maps.two import attribute, mark_up, two

# what folium asks for by name → our copy; Leaflet 1.9.4 stands in for the 1.9.3 that folium 0.20 names
VENDORED = {"leaflet": "leaflet/leaflet.js", "leaflet_css": "leaflet/leaflet.css"}
LICENCE = "leaflet/LICENSE"  # travels with every copy, as it asks
# what folium adds to every map and these pages do not use: popups of bootstrap, icon fonts, jQuery
UNUSED = (
    "jquery",
    "bootstrap",
    "awesome_markers",
    "bootstrap_css",
    "glyphicons_css",
    "awesome_markers_font_css",
    "awesome_markers_css",
    "awesome_rotate_css",
)
SHARED_CSS = ("tokens.css", "page.css")
SHARED_JS = ("shared.js", "shared_shapes.js", "shared_map.js", "shared_paper.js")


@dataclass(frozen=True)
class Page:
    """What a page holds besides its maps.

    Parameters
    ----------
    title
        Title of the document, both languages; any text.
    body_html
        The body, rendered with ``fill_template`` (which escapes); holds ``map_div(map)`` for each map.
    lang
        The language shown first, ``zh`` or ``en``.
    css, js
        Assets of this page besides the shared ones, by file name.
    data
        JSON-able facts for the page's script: ``gridder.data`` there.
    basemap
        Tiles under the maps, if any.
    """

    title: dict[str, str]
    body_html: str
    lang: str
    css: tuple[str, ...] = ()
    js: tuple[str, ...] = ()
    data: dict[str, Any] = field(default_factory=dict)
    basemap: Basemap | None = None


@cache
def read_asset(name: str) -> str:
    """Return the text of a file under ``assets/``."""
    return (resources.files("gridder.outputs.maps") / "assets" / name).read_text("utf-8")


@cache
def environment() -> jinja2.Environment:
    """Return the environment of our own templates: it escapes everything and knows no undefined name."""
    found = jinja2.Environment(
        loader=jinja2.PackageLoader("gridder.outputs.maps", "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    found.globals |= {"two": two, "attribute": attribute, "mark_up": mark_up}
    return found


def fill_template(name: str, **values: Any) -> str:
    """Return a template of ``templates/`` filled in; every value is escaped."""
    return environment().get_template(name).render(**values)


def dump_json(value: Any) -> str:
    """Return JSON that can stand inside a script element: no ``<``, ``>``, ``&``, no separators of lines."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    for sign in "<>&\u2028\u2029":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return text


# ── folium elements with names of ours ──


def name_element(element: Element, name: str) -> Any:
    """Return the element with a name of ours instead of a random one (in JavaScript: ``<kind>_<name>``)."""
    element._id = name
    return element


def new_map(name: str, centre: tuple[float, float], **options: Any) -> folium.Map:
    """Return an empty map without tiles (``map_<name>`` in JavaScript), drawn on canvas.

    ``centre`` is (latitude, longitude) in degrees; the page's script fits the map to its bounds.
    """
    settings = {
        "zoom_snap": 0,
        "zoom_delta": 0.5,
        "max_zoom": 21,
        "min_zoom": 8,
        "zoom_animation": False,
    } | options
    chart = folium.Map(
        location=list(centre), tiles=None, zoom_start=15, zoom_control=False, prefer_canvas=True, **settings
    )
    return name_element(chart, name)


def add_pane(chart: folium.Map, name: str, z_index: int) -> None:
    """Add a pane that lets the pointer through: pages find what lies under it themselves."""
    pane = name_element(CustomPane(name, z_index=z_index, pointer_events=False), name)
    pane.add_to(chart)


class Shapes(folium.map.Layer):
    """A layer whose shapes stand packed in the page's data, under ``like`` if another layer has them too.

    The page's script shows it once the map has its view (``gridder.fit``): shapes are placed once.
    """

    _template = Template(
        """
        {% macro script(this, kwargs) %}
        var {{ this.get_name() }} = gridder.shapes("{{ this.like }}", {{ this.options }});
        {% endmacro %}
        """
    )

    def __init__(self, name: str, stroke: Stroke, *, like: str, packed: dict[str, Any]) -> None:
        super().__init__(show=False)
        self._name = "geo_json"
        self._id = name
        self.stroke = stroke
        self.like = like
        self.packed = packed

    @property
    def options(self) -> str:
        """What ``gridder.shapes`` is told besides the name."""
        pane, style, shown = self.stroke
        code = style if isinstance(style, str) else dump_json(style)
        chart: Any = self._parent
        return f'{{map: {chart.get_name()}, shown: {dump_json(shown)}, pane: "{pane}", style: {code}}}'


def add_shapes(
    chart: Any, name: str, features: list[dict[str, Any]], stroke: Stroke, *, like: str | None = None
) -> None:
    """Add features as the layer ``geo_json_<name>``.

    Parameters
    ----------
    features
        As ``layers.make_features`` returns them: shapes in degrees, and properties of numbers and codes.
    like
        A layer added before that has the same features: they stand in the page once.
    """
    packed = {}
    if like is None:
        shapes = pack_shapes(feature["geometry"] for feature in features)
        packed = {"shapes": shapes, "facts": pack_columns([feature["properties"] for feature in features])}
    Shapes(name, stroke, like=like or name, packed=packed).add_to(chart)


def map_div(chart: folium.Map) -> str:
    """Return the element that a map fills, for a page's template (mark it ``|safe`` there)."""
    return f'<div class="folium-map" id="{chart.get_name()}"></div>'


# ── the page ──


def render(maps: Iterable[folium.Map], page: Page) -> str:
    """Return one HTML file: the maps, the page's own body, styles, scripts and data; no link leaves it.

    Raises
    ------
    ValueError
        An element of the maps asks for a file that is neither vendored nor known to be unused.
    """
    assets: dict[str, str] = {}
    scripts = []
    shapes: dict[str, Any] = {}
    for chart in maps:
        layers = [child for child in chart._children.values() if isinstance(child, Shapes)]
        shapes |= {layer.like: layer.packed for layer in layers if layer.packed}
        figure: Any = chart.get_root()
        for child in figure._children.values():
            child.render()
        assets |= find_assets(figure)
        scripts.append(tidy(figure.script.render()))
    files = sorted(assets.values())
    data = page.data | {"shapes": shapes} | ({"basemap": page.basemap.facts()} if page.basemap else {})
    css = [strip_urls(read_asset(name)) for name in files if name.endswith(".css")]
    js = [read_asset(name) for name in files if name.endswith(".js")]
    return fill_template(
        "page.html",
        page=page,
        vendored_css="\n".join(css),
        licence=read_asset(LICENCE) if files else "",
        vendored_js="\n".join(strip_source_map(text) for text in js),
        css="\n".join(read_asset(name) for name in (*SHARED_CSS, *page.css)),
        shared_js="\n".join(read_asset(name) for name in SHARED_JS),
        js="\n".join(read_asset(name) for name in page.js),
        map_js="\n".join(scripts),
        data=dump_json(data),
    )


def find_assets(figure: Figure) -> dict[str, str]:
    """Return name → file of the vendored assets that a rendered figure links to."""
    found = {}
    for name, element in figure.header._children.items():
        if not isinstance(element, (JavascriptLink, CssLink)) or name in UNUSED:
            continue
        if name not in VENDORED:
            raise ValueError(f"{name}: {element.url} has no vendored copy")
        found[name] = VENDORED[name]
    return found


def strip_urls(css: str) -> str:
    """Return a style sheet without the pictures it links to (Leaflet's markers and layers: not used here)."""
    bare = re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)  # comments name addresses too
    return re.sub(r"url\((?!#|data:)[^)]*\)", "none", bare)


def strip_source_map(js: str) -> str:
    """Return a script without the link to its source map, which a browser's tools would ask for."""
    return re.sub(r"//# sourceMappingURL=\S+", "", js)


def tidy(script: str) -> str:
    """Return folium's script without the blanks its templates leave."""
    lines = (line.strip() for line in script.splitlines())
    return "\n".join(line for line in lines if line)
