"""Cases of outlines: communities that overlap, leave gaps, lie inside one another or hardly hold their buildings."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import shapely
from inputs import CRS
from messy_town import CODES, A, B, Way, at, case, communities, houses, write


@case(
    {"check.outlines_snapped": None},
    "不到 1 米|同一条线",
    "less than a metre|share one line",
)
def outlines_nearly_meet(folder: Path) -> Path:
    """A gap of 40 cm between the two outlines."""
    return write(folder, communities=communities(b=at(200.4, 0, 199.6, 100)))


@case(
    {"check.outlines_overlap": f"{A} {B}"},
    f"500|归 {A}",
    f"500|given to {A}",
)
def outlines_overlap(folder: Path) -> Path:
    """Two outlines that share a strip of 5 m."""
    return write(folder, communities=communities(b=at(195, 0, 205, 100)))


@case(
    {"check.outline_inside": None},
    "完全位于|删去该行",
    "wholly inside|take its row out",
)
def outline_inside_another(folder: Path) -> Path:
    """B drawn inside an A that covers everything."""
    return write(folder, communities=communities(a=at(0, 0, 450, 150)))


@case(
    {"check.outlines_gap": f"{A} {B}", "check.building_in_gap": "b1", "check.bad_outside": "b1"},
    "不属于任何社区|延伸",
    "none of them|extend",
    Way("--bad-rows quarantine", exit=4, planned=750, rows=1, aside=50),
)
def ground_between_outlines(folder: Path) -> Path:
    """A strip of 30 m between the outlines, a building in it."""
    shapes = {"b1": at(205, 20)}
    return write(folder, houses(geometry=shapes), communities=communities(b=at(230, 0, 170, 100)))


@case({"check.outline_hole": A}, "空洞|不划入网格", "Holes|no grid")
def hole_in_an_outline(folder: Path) -> Path:
    """An outline with a hole that no community fills."""
    holed = at(0, 0, 200, 100).difference(at(90, 40, 20, 8))
    return write(folder, communities=communities(a=holed))


@case({"check.outline_parts": B}, "2 部分|单独划分", "several parts (up to 2)|grids of its own")
def outline_in_parts(folder: Path) -> Path:
    """B with an exclave where nobody lives."""
    far = shapely.MultiPolygon([at(200, 0, 200, 100), at(500, 0, 50, 50)])
    return write(folder, communities=communities(b=far))


@case({"check.outline_repeated": B}, "多行|合并", "several rows|joined")
def community_in_two_rows(folder: Path) -> Path:
    """B stated in two rows of one half each."""
    halves = gpd.GeoDataFrame(
        {"community_id": [A, B, B]},
        geometry=[at(0, 0, 200, 100), at(200, 0, 100, 100), at(300, 0, 100, 100)],
        crs=CRS,
    )
    return write(folder, communities=halves)


@case(
    {"check.outline_without_id": None, "check.bad_outside": None},
    "没有编号|第 2 行|补填|--bad-rows",
    "without an id|rows 2|fill in|--bad-rows",
    Way("--bad-rows quarantine", exit=4, planned=400, rows=8, aside=400),
)
def outline_without_id(folder: Path) -> Path:
    """The outline of B has no id."""
    return write(folder, communities=communities(community_id=[A, None]))


@case(
    {"check.outline_missing": B, "check.bad_outside": None},
    "没有可用的边界|补绘|--bad-rows",
    "without a usable outline|draw the outlines|--bad-rows",
    Way("--bad-rows quarantine", exit=4, planned=400, rows=8, aside=400),
)
def outline_without_shape(folder: Path) -> Path:
    """The outline of B is NULL."""
    table = communities()
    table.loc[1, "geometry"] = None
    return write(folder, communities=table)


@case(
    {"check.communities_from_buildings": None},
    "2 个社区",
    "2",
)
def no_outlines(folder: Path) -> Path:
    """No layer of communities; the buildings state theirs."""
    path = folder / "buildings.gpkg"
    houses(community_id=CODES).to_file(path)
    return path


@case(
    {"check.one_community": None},
    "一个社区|800 户",
    "one community|800",
    Way(),
)
def nothing_but_buildings(folder: Path) -> Path:
    """Neither outlines nor ids of communities."""
    path = folder / "buildings.gpkg"
    houses().to_file(path)
    return path


@case({"errors.no_buildings": None}, "没有楼栋|--layer buildings=", "no building|--layer buildings=", exit=3)
def no_rows(folder: Path) -> Path:
    """A layer of buildings without a row."""
    return write(folder, houses().iloc[:0])


@case({"plan.codes_unofficial": "乙 甲"}, "12 位", "12-digit")
def ids_that_are_no_codes(folder: Path) -> Path:
    """Communities with names for ids."""
    return write(folder, communities=communities(community_id=["甲", "乙"]))


@case({"scope.rural": "220199001201"}, "200–399|城市社区", "200–399|urban")
def village_code(folder: Path) -> Path:
    """A community whose code is that of a village."""
    return write(folder, communities=communities(community_id=[A, "220199001201"]))


@case({}, "数据没有问题", "nothing wrong", exit=0)
def outline_far_larger(folder: Path) -> Path:
    """A of 1.5 × 1 km with all its buildings in a corner: the open ground joins the grid."""
    return write(folder, communities=communities(a=at(-1300, -900, 1500, 1000)))


@case(
    {"cells.no_room": None, "cells.without_room": "b2 b3 b4 b5 b6 b7 b8"}, f"{B}|边界", f"{B}|outline", exit=3
)
def outline_too_small(folder: Path) -> Path:
    """B's outline is a shred of a millimetre inside a building that states B."""
    stated = {f"b{n}": B for n in range(1, 9)}
    shapes = {f"b{n}": at(210, 20) for n in range(1, 9)}
    shred = at(217, 25, 0.001, 0.001)
    return write(folder, houses(community_id=stated, geometry=shapes), communities=communities(b=shred))


@case(
    {"check.outlines_gap": f"{A} {B}"},
    "12 处空隙|不属于任何社区",
    "none of them: 12",
)
def many_gaps_between_outlines(folder: Path) -> Path:
    """Twelve gaps of 3 × 5 m along the line between A and B: told once, as a sum."""
    west = at(0, 0, 200, 100)
    for n in range(12):
        west = west.difference(at(197, 2 + 8 * n, 3.0, 5.0))
    return write(folder, communities=communities(a=shapely.orient_polygons(west, exterior_cw=True)))
