"""Cases of shapes: buildings and outlines drawn badly, twice, in pieces, or not at all."""

from __future__ import annotations

from pathlib import Path

import shapely
from messy_town import A, B, Way, at, case, communities, footprint, houses, spot, write

ASIDE = "--bad-rows quarantine"


def parts(*shapes: shapely.Polygon) -> shapely.MultiPolygon:
    """Return one shape of several parts."""
    return shapely.MultiPolygon(list(shapes))


def bow_tie(name: str) -> shapely.Polygon:
    """Return a footprint whose ring crosses itself."""
    (x, y), (r, t) = shapely.bounds(footprint(name)).reshape(2, 2)
    return shapely.Polygon([(x, y), (r, t), (r, y), (x, t)])


@case(
    {"check.repaired_rings_area": "a1"},
    "buildings|1 个|核对",
    "buildings|1 %|draw anew",
)
def bow_tie_building(folder: Path) -> Path:
    """A footprint whose ring crosses itself."""
    return write(folder, houses(geometry={"a1": bow_tie("a1")}))


@case({"check.repaired_rings": A}, "communities|修复", "communities|repaired")
def self_touching_outline(folder: Path) -> Path:
    """An outline whose ring touches itself."""
    x, y = (int(v) for v in at(0, 0).bounds[:2])
    ring = [(0, 0), (200, 0), (200, 100), (100, 100), (90, 90), (110, 90), (100, 100), (0, 100)]
    return write(folder, communities=communities(a=shapely.Polygon([(x + a, y + b) for a, b in ring])))


@case({"check.repaired_z": "a1 b8"}, "高程|2 个", "heights|2")
def heights(folder: Path) -> Path:
    """Footprints with Z values."""
    return write(folder, houses(geometry={n: shapely.force_3d(footprint(n), 9.0) for n in ("a1", "b8")}))


@case({"check.repaired_orientation": "a1"}, "方向|位置未变", "other way round|without moving")
def wrong_orientation(folder: Path) -> Path:
    """One ring that runs the other way round."""
    return write(folder, houses(geometry={"a1": footprint("a1").reverse()}))


@case(
    {"check.repaired_mixed": "a1"},
    "面、线、点|只保留面",
    "areas, lines and points|kept",
)
def mixed_geometry(folder: Path) -> Path:
    """A footprint with a line and a point in one feature."""
    mixed = shapely.GeometryCollection([footprint("a1"), spot(24, 26), footprint("a1").exterior])
    return write(folder, houses(geometry={"a1": mixed}))


@case(
    {"check.bad_no_geometry": "a1 a2"},
    "没有图形|100 户|--bad-rows quarantine",
    "without a shape|households: 100|--bad-rows quarantine",
    Way(ASIDE, exit=4, planned=700, rows=2, aside=100, delivered=True),
)
def no_geometry(folder: Path) -> Path:
    """A NULL geometry and an empty one."""
    return write(folder, houses(geometry={"a1": None, "a2": shapely.Polygon()}))


@case(
    {"check.bad_geometry": "a1"},
    "不是面或点|50 户|--bad-rows quarantine",
    "neither an area nor a point|households: 50|--bad-rows quarantine",
    Way(ASIDE, exit=4, planned=750, rows=1, aside=50),
)
def a_line_for_a_building(folder: Path) -> Path:
    """An open line among footprints."""
    return write(folder, houses(geometry={"a1": shapely.LineString(footprint("a1").exterior.coords[:3])}))


@case(
    {"check.bad_geometry": "a1"},
    "不是面或点|--bad-rows quarantine",
    "neither an area nor a point|--bad-rows quarantine",
    Way(ASIDE, exit=4, planned=750, rows=1, aside=50, delivered=True),
)
def two_point_ring(folder: Path) -> Path:
    """A ring of two points, at which shapely raises."""
    path = folder / "buildings.csv"
    shapes = houses().geometry.to_wkt().tolist()
    (x, y), (r, t) = shapely.bounds(footprint("a1")).reshape(2, 2)
    shapes[0] = f"POLYGON (({x} {y}, {r} {t}))"
    table = houses(community_id=dict.fromkeys(houses()["building_id"], A)).drop(columns="geometry")
    table.assign(wkt=[f"SRID=4549;{one}" for one in shapes]).to_csv(path, index=False)
    return path


@case(
    {"check.bad_id_repeated": "a1", "check.id_again": "a1"},
    "完全重复|50 户|删去|--bad-rows quarantine",
    "repeat an earlier row|households: 50|Delete|--bad-rows quarantine",
    Way(ASIDE, exit=4, rows=1, aside=50),
)
def same_row_twice(folder: Path) -> Path:
    """A row copied."""
    rows = houses()
    return write(folder, rows.iloc[[*range(16), 0]])


@case(
    {"check.bad_id_repeated": "a1", "check.id_of_others": "a1"},
    "户数不同|各给一个编号",
    "another count|id of its own",
    Way(ASIDE, exit=4, rows=1, aside=30),
)
def same_id_on_two_buildings(folder: Path) -> Path:
    """Another building under an id that is taken."""
    extra = {"x": "a1"}
    return write(folder, houses(building_id=extra, households={"x": 30}, geometry={"x": at(90, 82)}))


@case(
    {"check.bad_id_repeated": "a1", "check.id_in_pieces": "a1"},
    "同一栋楼的几个部分|count_group",
    "pieces of one building|count_group",
    Way(ASIDE, exit=4, rows=1, delivered=True),
)
def one_id_in_pieces(folder: Path) -> Path:
    """A building drawn as two rows with one id, the count on the first."""
    return write(folder, houses(building_id={"x": "a1"}, geometry={"x": at(33, 20, 5, 12)}))


@case(
    {"check.bad_id_missing": "#16"},
    "没有编号|50 户|补填|--bad-rows quarantine",
    "without an id|households: 50|--bad-rows quarantine",
    Way(ASIDE, exit=4, planned=750, rows=1, aside=50),
)
def id_missing(folder: Path) -> Path:
    """One row without an id."""
    return write(folder, houses(building_id={"b8": None}))


@case(
    {"check.same_shape": "a1 x"},
    "轮廓完全相同|重复录入|删去",
    "same footprint|twice|delete",
)
def same_footprint_twice(folder: Path) -> Path:
    """One footprint under two ids."""
    return write(
        folder, houses(building_id={"x": "x"}, households={"x": 10}, geometry={"x": footprint("a1")})
    )


@case(
    {"check.labels": "x", "check.points_among_polygons": "x"},
    "标注点|重复计算|删去",
    "labels|twice|delete",
)
def label_points(folder: Path) -> Path:
    """A label point inside a footprint, with the same count."""
    shape = footprint("a1").centroid
    return write(folder, houses(building_id={"x": "x"}, households={"x": 50}, geometry={"x": shape}))


@case({"check.multi_part": "a1"}, "几个部分|仍各作为一栋", "several footprints|one building")
def building_in_two_parts(folder: Path) -> Path:
    """A building of two footprints five metres apart."""
    return write(folder, houses(geometry={"a1": parts(footprint("a1"), at(37, 20, 8, 12))}))


@case(
    {"check.parts_far": "a1"},
    "100 米|count_group",
    "100 m|count_group",
)
def parts_far_apart(folder: Path) -> Path:
    """A building whose parts lie 130 m from each other."""
    return write(folder, houses(geometry={"a1": parts(footprint("a1"), at(160, 40, 8, 12))}))


@case(
    {"check.many_parts": "a1"},
    "60 个|整个小区|count_group",
    "up to 60|estate|count_group",
    Way(delivered=True),
)
def estate_in_one_feature(folder: Path) -> Path:
    """One MultiPolygon of 60 footprints."""
    shapes = parts(*(at(10 + 4 * (n % 20), 35 + 4 * (n // 20), 2, 2) for n in range(60)))
    return write(folder, houses(geometry={"a1": shapes}))


@case({}, "数据没有问题", "nothing wrong", exit=0)
def terraces(folder: Path) -> Path:
    """Houses wall to wall: nothing is wrong with that."""
    row = {f"a{n}": at(20 + 15 * n, 20) for n in range(1, 9)}
    return write(folder, houses(geometry=row))


@case(
    {"check.slivers": "x"},
    "绘图残留|无住户",
    "drawing|without households",
)
def slivers(folder: Path) -> Path:
    """A strip of 0.2 × 12 m without households on a wall."""
    return write(folder, houses(building_id={"x": "x"}, households={"x": 0}, geometry={"x": at(32, 20, 0.2)}))


@case({"check.tiny": "a1"}, "5 平方米|请核对", "5 m²|look")
def tiny_footprint(folder: Path) -> Path:
    """Fifty households on two square metres."""
    return write(folder, houses(geometry={"a1": at(24, 26, 2, 1)}))


@case({"check.overlap": "a1 a2"}, "60.0 平方米|请核对", "60.0 m²|look")
def overlapping_footprints(folder: Path) -> Path:
    """Two footprints that share 60 m²."""
    return write(folder, houses(geometry={"a2": at(27, 20)}))


@case({"check.same_point": "a1 a2"}, "同一个点|请核对", "same point|look", Way())
def several_at_one_point(folder: Path) -> Path:
    """Two buildings at exactly one point."""
    points = houses().assign(geometry=lambda f: f.geometry.centroid)
    points.loc[1, "geometry"] = points.geometry[0]
    return write(folder, points)


@case({}, "数据没有问题", "nothing wrong", exit=0)
def points_for_polygons(folder: Path) -> Path:
    """Every building a point: ground is shared out to the nearest."""
    return write(folder, houses().assign(geometry=lambda f: f.geometry.centroid))


@case({}, "数据没有问题", "nothing wrong", exit=0)
def courtyards(folder: Path) -> Path:
    """A building around a courtyard in which another stands."""
    ring = shapely.Polygon(at(10, 10, 60, 40).exterior, [at(15, 15, 50, 30).exterior.reverse()])
    return write(folder, houses(geometry={"a1": ring, "a2": at(30, 25)}))


@case({"check.crosses_line": "a8"}, "跨社区边界|面积", "cross a community line|area")
def building_across_a_line(folder: Path) -> Path:
    """A building two thirds of which stand in A."""
    return write(folder, houses(geometry={"a8": at(190, 70)}))


@case(
    {"check.bad_outside": "a1 b1"},
    "任何社区|100 户|请更正|--bad-rows quarantine",
    "outside every community|households: 100|Correct|--bad-rows quarantine",
    Way(ASIDE, exit=4, planned=700, rows=2, aside=100, delivered=True),
)
def outside_every_community(folder: Path) -> Path:
    """One building 40 m outside, one 2,000 km."""
    return write(folder, houses(geometry={"a1": at(-60, 20), "b1": at(0, -2_000_000)}))


@case(
    {"check.community_elsewhere": "a1"},
    "所填社区不相接|请更正",
    "placed by the outlines|Correct",
)
def community_stated_elsewhere(folder: Path) -> Path:
    """A building that states B and stands in A, far from B."""
    return write(folder, houses(community_id={"a1": B}))


@case(
    {"check.community_unknown": "a1"},
    "没有边界|补绘",
    "without an outline|add its outline",
)
def community_stated_unknown(folder: Path) -> Path:
    """A building that states a community of which there is no outline."""
    return write(folder, houses(community_id={"a1": "220199001009"}))
