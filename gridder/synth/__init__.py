"""Synthetic districts: the demo that ships with gridder, and cities of any size for trials."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

import gridder.synth.plan as plan
from gridder.synth.city import make_city
from gridder.synth.grids import draw_previous_grids
from gridder.synth.homes import PUBLIC, House, Part, list_houses, list_parts
from gridder.synth.households import draw_households, floors_of, scale_to, units_of
from gridder.synth.lattice import GRID_M, bend_line, bend_shape, place_footprints
from gridder.synth.streets import barrier, draw_outlines, list_barriers
from gridder.synth.write import write_layers

__all__ = ["make_city", "make_demo", "write_demo", "write_layers"]

FENCE_M = 3.5  # a compound reaches so far beyond its houses' ground


def make_demo() -> dict[str, Any]:
    """Return the layers of the demo district: always the same ones.

    Returns
    -------
    dict
        Layer of ``tables.LAYERS`` → GeoDataFrame in CGCS2000 metres, or DataFrame (workforce).
    """
    buildings = make_buildings()
    outlines = draw_outlines()
    communities = make_communities(outlines)
    return {
        "buildings": buildings.drop(columns="letter"),
        "communities": communities.drop(columns="letter"),
        "barriers": layer(list_barriers() + list_walls()),
        "compounds": make_areas(lambda part: part.use not in PUBLIC),
        "sites": make_areas(lambda part: part.use in plan.SITES),
        "previous_grids": draw_previous_grids(communities, buildings),
        "halls": make_halls(communities, buildings),
        "workforce": make_workforce(communities, buildings),
    }


def write_demo(path: Path) -> None:
    """Write the demo district as a GeoPackage, byte for byte the same every time."""
    write_layers(make_demo(), path)


def write_demo_folder(folder: Path) -> Path:
    """Write the demo district with its ``district.yaml``; return the path of that, the input to plan."""
    layers = make_demo()
    write_layers(layers, folder / "district.gpkg")
    lines = [f'district: {{id: "{plan.DISTRICT_ID}", name: {plan.DISTRICT_NAME}}}']
    lines += [f"{name}: {{file: district.gpkg, layer: {name}}}" for name in layers]
    lines += [f"staffing: {{{', '.join(f'{key}: {value}' for key, value in plan.STAFFING.items())}}}"]
    lines += [f"households_meaning: {plan.HOUSEHOLDS_MEANING}"]
    path = folder / "district.yaml"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\n")
    return path


def layer(rows: list[dict[str, Any]]) -> gpd.GeoDataFrame:
    """Return rows with ``geometry`` as a layer in the demo's CRS."""
    return gpd.GeoDataFrame(rows, geometry="geometry", crs=plan.CRS)


def id_of(letter: str) -> str:
    """Return the 12-digit code of a community."""
    place = plan.PLACES[letter]
    return f"{plan.SUBDISTRICTS[place.subdistrict]}{place.number:03d}"


def make_communities(outlines: dict[str, Any]) -> gpd.GeoDataFrame:
    """Return layer communities, by code, with a helper column ``letter``."""
    rows = []
    for letter, place in plan.PLACES.items():
        rows.append({
            "community_id": id_of(letter), "name": place.name,
            "subdistrict_id": plan.SUBDISTRICTS[place.subdistrict], "subdistrict": place.subdistrict,
            "letter": letter, "geometry": outlines[letter],
        })  # fmt: skip
    return layer(sorted(rows, key=lambda row: row["community_id"]))


def list_walls() -> list[dict[str, Any]]:
    """Return the walls between two compounds of one block, from street to street."""
    rows = []
    for part in list_parts():
        if part.half == 1:
            b = part.block
            rows.append(barrier("wall", "", bend_line((b.middle_u, b.south), (b.middle_u, b.north))))
    return rows


@cache
def name_parts() -> dict[Part, str]:
    """Return the name of the compound or site on each part; blank in the park."""
    names = iter(plan.COMPOUND_NAMES)
    return {
        part: next(names) if part.use not in PUBLIC else plan.SITES.get(part.use, "") for part in list_parts()
    }


def make_areas(wanted: Any) -> gpd.GeoDataFrame:
    """Return name and ground of the parts that are wanted: layer compounds or sites."""
    rows = []
    for part in list_parts():
        if wanted(part):
            box = shapely.box(
                *(part.west - FENCE_M, part.south - FENCE_M), *(part.east + FENCE_M, part.north + FENCE_M)
            )
            rows.append({"name": name_parts()[part], "geometry": bend_shape(box)})
    return layer(rows)


def make_buildings() -> gpd.GeoDataFrame:
    """Return layer buildings with a helper column ``letter``, numbered block by block."""
    houses = list_houses()
    households = settle_households(houses)
    shapes = place_footprints([h.ring for h in houses], np.array([(h.u, h.v) for h in houses]))
    rng = np.random.default_rng([plan.SEED, 1])
    names = name_buildings(houses)
    rows = []
    for n, (house, count, shape, name) in enumerate(zip(houses, households, shapes, names), start=1):
        units = units_of(int(count), house.length_m, rng) if count else ""
        home = house.part.use not in PUBLIC and house.use != "商业"
        rows.append({
            "building_id": f"B{n:04d}", "name": name, "households": int(count),
            "community_id": id_of(house.part.letter), "units": units or None,
            "floors": floors_of(int(count), house.length_m, house.use),
            "compound": name_parts()[house.part] if home else None, "use": house.use,
            "letter": house.part.letter, "geometry": shape,
        })  # fmt: skip
    return raise_towers(layer(rows))


def settle_households(houses: list[House]) -> np.ndarray:
    """Return households of every building: the real distribution, and exact totals where the demo promises them."""
    households = np.zeros(len(houses), dtype=np.int64)
    homes = np.array([h.use == "住宅" for h in houses])
    households[homes] = draw_households(np.array([h.rank for h in houses])[homes])
    letters = np.array([h.part.letter for h in houses])
    pocket = homes & np.array([is_pocket(h.part) for h in houses])
    households[pocket] = scale_to(households[pocket], plan.POCKET_HOUSEHOLDS)
    for letter, place in plan.PLACES.items():
        mine = homes & (letters == letter)
        if place.households:
            households[mine] = scale_to(households[mine], place.households)
    return households


def is_pocket(part: Part) -> bool:
    """Whether a part is the one beyond the railway of a community that lies on this side."""
    return len(plan.COMMUNITY_OF_BLOCK[part.block.row][part.block.column]) == 2 and part.half == 0


def raise_towers(buildings: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return buildings in which one house of some communities is a tower of a promised size."""
    buildings = buildings.copy()
    for letter, (households, units) in plan.TOWERS.items():
        mine = buildings[(buildings["letter"] == letter) & (buildings["households"] > 0)]
        tallest = mine["households"].idxmax()
        buildings.loc[tallest, ["households", "units", "floors"]] = [households, units or None, 33]
    return buildings


def name_buildings(houses: list[House]) -> list[str]:
    """Return a name for every building: houses by compound and number, the rest by what they are."""
    counts: dict[Any, int] = {}
    names = []
    for n, house in enumerate(houses):
        compound = name_parts()[house.part]
        counts[compound, house.use] = number = counts.get((compound, house.use), 0) + 1
        if house.use == "住宅":
            names.append(f"{compound}{number}号楼")
        elif house.use == "商业":
            names.append(f"{compound}{plan.SHOP_NAMES[n % len(plan.SHOP_NAMES)]}")
        elif house.use == "配套":
            names.append(f"{compound}{plan.SERVICE_NAMES[n % len(plan.SERVICE_NAMES)]}")
        else:
            names.append(f"{compound or '柳河公园'}{number}号建筑")
    return names


def make_halls(communities: gpd.GeoDataFrame, buildings: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return layer halls: each in the building without homes that is nearest to the middle of its community."""
    rows = []
    keys = ("community_id", "name", "letter")
    for community_id, name, letter, outline in zip(
        *(communities[k] for k in keys), communities.geometry.values
    ):
        mine = buildings[(buildings["letter"] == letter) & (buildings["households"] == 0)].geometry.values
        best = mine[int(np.argmin(shapely.distance(mine, outline.centroid)))]
        spot = shapely.set_precision(best.centroid, GRID_M)
        rows.append({"community_id": community_id, "name": f"{name}党群服务中心", "geometry": spot})
    return layer(rows)


def make_workforce(communities: gpd.GeoDataFrame, buildings: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return table workforce: who works in each community today, most of them somewhat short of hands."""
    rng = np.random.default_rng([plan.SEED, 2])
    total = buildings.groupby("letter")["households"].sum()
    rows = []
    for community_id, letter in zip(communities["community_id"], communities["letter"]):
        wanted = 4 if total[letter] == 0 else 11 + max(0, int(total[letter]) - 3000) // 400
        committee, now = (2, 4) if wanted == 4 else (5, max(7, wanted - int(rng.integers(0, 5))))
        certified = int(rng.integers(0, 4))
        rows.append({
            "community_id": community_id, "posts_now": now, "leaders": 1, "committee": committee,
            "staff": now - committee - 1, "party_posts": int(rng.integers(0, 3)),
            "public_welfare": int(rng.integers(0, 3)), "assistant_certified": int(rng.integers(0, 3)),
            "certified": certified, "senior_certified": int(certified == 3),
        })  # fmt: skip
    return pd.DataFrame(rows)
