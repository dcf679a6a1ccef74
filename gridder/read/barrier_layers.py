"""Layers that are barriers by their name: roads, 铁路, waterways, gis_osm_roads_free_1, TRONCON_DE_ROUTE, LRDL …"""

from __future__ import annotations

import re

from gridder.errors import Finding
from gridder.tables import fold

# the kind of a feature in a layer so called, where its attributes say nothing better
NAMES: tuple[tuple[str, str], ...] = (
    ("road", "road roads street streets highway highways 道路 道路线 道路中心线 道路网 路网 城市道路 公路 街道网"),
    ("road", "troncon_de_route troncon_route lrdl"),  # BD TOPO; 国家基础地理信息数据库, layers by four letters
    ("railway", "rail rails railway railways railroad railroads 铁路 铁路线 铁道 轨道 轨道交通线"),
    ("railway", "troncon_de_voie_ferree troncon_voie_ferree lrrl"),
    ("river", "water waters waterway waterways river rivers canal canals lake lakes hydrography"),
    ("river", "水系 水系线 水系面 水域 水面 水体 河流 河流线 河流面 河道 河湖 湖泊"),
    ("river", "surface_hydrographique cours_d_eau plan_d_eau hyda hydl"),
    ("wall", "wall walls fence fences 围墙 围栏"),
)  # fmt: skip
BY_NAME = {fold(name): kind for kind, names in NAMES for name in names.split()}
DRESS = re.compile(
    r"^(gis_)?osm_|_free_\d+$|_a_free_\d+$|_(lines?|polygons?|areas?)$"
)  # Geofabrik, exports by geometry


def kind_by_name(layer: str) -> str | None:
    """Return the kind of barrier that a layer or file holds by its name, None where the name says nothing."""
    bare = DRESS.sub("", DRESS.sub("", fold(layer)))
    return BY_NAME.get(fold(layer)) or BY_NAME.get(bare)


def named_barriers(names: list[str], found: dict[str, str]) -> list[str]:
    """Return the layers among ``names`` that are barriers by their names, where no layer of barriers was ``found``."""
    if "barriers" in found:
        return []
    return [name for name in names if name not in found.values() and kind_by_name(name)]


def tell_named(file: str, names: list[str]) -> list[Finding]:
    """Return the note that layers were taken as barriers by their names, if any were."""
    if not names:
        return []
    listed = ", ".join(f"{name} ({kind_by_name(name)})" for name in names)
    return [Finding("roads.layers_taken", "note", {"file": file, "layers": listed}, layer="barriers")]
