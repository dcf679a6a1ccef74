"""Cases of barriers: drawn twice, not joined, without classes, with bridges that only an attribute tells."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import shapely
from inputs import CRS
from messy_town import Way, at, barriers, case, houses, line, spot, write

RAIL = line((100, -20), (100, 120))  # through A, between a2 and a3


def road(**attributes: Any) -> gpd.GeoDataFrame:
    """Return a road across A from west to east."""
    columns = {name: [value] for name, value in attributes.items()} or {"name": ["人民路"]}
    return gpd.GeoDataFrame(columns, geometry=[line((-20, 50), (220, 50))], crs=CRS)


@case({}, "铁路|人行通道|不足 300 户", "railway|foot crossing|fewer than 300")
def railway_without_crossing(folder: Path) -> Path:
    """A railway cuts A into two halves of 200: named with the nearest place for a crossing."""
    return write(folder, barriers=barriers(("railway", RAIL)))


@case({}, "数据没有问题", "nothing wrong", exit=0)
def railway_with_underpass(folder: Path) -> Path:
    """The same with a stated crossing."""
    return write(folder, barriers=barriers(("railway", RAIL), ("crossing", spot(100, 50))))


@case(
    {"crossings.found": None},
    "1 处|铁路 1|请逐处核对",
    "barrier: 1|railway 1|Look at each",
)
def road_line_over_a_railway(folder: Path) -> Path:
    """A road line that meets the railway is a crossing where nothing else is said."""
    return write(folder, barriers=barriers(("railway", RAIL), ("road", road().geometry[0])))


@case(
    {"crossings.closed": None},
    "快速路 1|通道",
    "expressway 1|crossing",
)
def road_line_over_an_expressway(folder: Path) -> Path:
    """An expressway is crossed only where it is said."""
    return write(folder, barriers=barriers(("expressway", RAIL), ("road", road().geometry[0])))


@case(
    {"crossings.found": None, "roads.taken": None},
    "桥上 1 个|标明桥梁、隧道的 1",
    "1 on bridges|bridge or tunnel 1",
)
def bridge_by_attribute(folder: Path) -> Path:
    """The road over the expressway is a bridge by its attribute."""
    motorway = gpd.GeoDataFrame({"fclass": ["motorway"], "bridge": ["F"]}, geometry=[RAIL], crs=CRS)
    over = road(fclass="residential", bridge="T")
    rows = pd.concat([motorway, over], ignore_index=True)
    return write(folder, roads=rows)


@case(
    {"roads.below_ground": None},
    "地面以下|铁路 1",
    "below the surface|1 railway",
)
def tunnel_by_attribute(folder: Path) -> Path:
    """A railway in a tunnel bars nobody."""
    rail = gpd.GeoDataFrame({"railway": ["rail"], "tunnel": ["yes"]}, geometry=[RAIL], crs=CRS)
    return write(folder, railways=rail)


@case(
    {"roads.layers_taken": None, "roads.taken": None},
    "motorway (1) → expressway|district.yaml",
    "motorway (1) → expressway|district.yaml",
)
def ordinary_road_layer(folder: Path) -> Path:
    """Roads with OpenStreetMap's classes, no layer called barriers."""
    lines = [line((0, 45), (200, 45)), line((300, 0), (300, 100))]
    roads = gpd.GeoDataFrame({"fclass": ["residential", "motorway"]}, geometry=lines, crs=CRS)
    return write(folder, roads=roads)


@case(
    {"roads.taken_by_name": None},
    "铁路|kind",
    "railway|kind",
)
def lines_without_attributes(folder: Path) -> Path:
    """A layer of railways that says nothing but where they are."""
    rails = gpd.GeoDataFrame(geometry=[RAIL], crs=CRS)
    return write(folder, railways=rails)


@case(
    {"read.kinds_ignored": None},
    "篱笆墙|kinds",
    "篱笆墙|kinds",
)
def kind_unknown(folder: Path) -> Path:
    """A kind of barrier that gridder does not know."""
    return write(folder, barriers=barriers(("篱笆墙", line((0, 45), (200, 45)))))


@case({}, "数据没有问题", "nothing wrong", exit=0)
def dual_carriageways(folder: Path) -> Path:
    """One avenue as two lines: the boundary runs along it, nobody is cut off."""
    ways = [("arterial", line((-20, 44), (420, 44))), ("arterial", line((-20, 56), (420, 56)))]
    return write(folder, barriers=barriers(*ways))


@case(
    {"barriers.ends_joined": None},
    "线头|通道",
    "Loose ends|joined to it: 1|crossing",
)
def line_ends_not_joined(folder: Path) -> Path:
    """A railway in two lines that miss each other by two metres."""
    halves = [("railway", line((100, -20), (100, 49))), ("railway", line((100, 51), (100, 120)))]
    return write(folder, barriers=barriers(*halves))


@case({}, "河流|人行通道", "river|foot crossing", Way(exit=4))
def river_as_an_area(folder: Path) -> Path:
    """A river drawn as a polygon cuts A."""
    return write(folder, barriers=barriers(("river", at(95, -20, 10, 140))))


@case(
    {"check.repaired_rings": None, "check.rows_without_shape": "2"},
    "barriers|没有可用图形",
    "barriers|without a usable shape",
)
def barriers_broken_and_empty(folder: Path) -> Path:
    """A river whose ring crosses itself, and a row without a shape."""
    (x, y), (r, t) = at(95, -20, 10, 140).bounds[:2], at(95, -20, 10, 140).bounds[2:]
    tie = shapely.Polygon([(x, y), (r, y), (x, t), (r, t)])
    return write(folder, barriers=barriers(("river", tie), ("road", None)))


@case(
    {"crossings.opens_nothing": None},
    "未起作用|核对其位置",
    "open nothing: 1|Check where they lie",
)
def crossing_far_from_its_barrier(folder: Path) -> Path:
    """A crossing 90 m from the railway."""
    return write(folder, barriers=barriers(("railway", RAIL), ("crossing", spot(10, 50))))


@case(
    {"crossings.lead_nowhere": None},
    "有 1 处止于|补全道路线|通道",
    "road|crossing",
)
def road_that_ends_between_barriers(folder: Path) -> Path:
    """A road over the railway that ends before the expressway beside it."""
    lines = [line((90, -20), (90, 120)), line((112, -20), (112, 120)), line((-20, 50), (101, 50))]
    return write(folder, barriers=barriers(*zip(("railway", "expressway", "road"), lines)))


@case(
    {"plan.pocket_without_households": "a4 a8"},
    "被铁路隔开",
    "cut off by the railway",
)
def shops_behind_a_railway(folder: Path) -> Path:
    """A railway cuts off two buildings without households, which cannot be a grid."""
    shops = houses(households={"a4": 0, "a8": 0})
    return write(folder, shops, barriers=barriers(("railway", line((160, -20), (160, 120)))))
