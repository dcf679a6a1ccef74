"""Random small districts that rivers, railways and expressways divide, with ways over them, as messy as real layers.

Everything comes from a seed; the same seed is the same district.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import shapely
import shapely.affinity
import shapely.ops
from shapely import LineString, MultiLineString, Point, Polygon, box

CRS = "EPSG:4551"
X, Y = 500_000.0, 4_850_000.0
UNCROSSABLE = ("river", "railway", "expressway")
Row = tuple[str, str | None, str, object]  # kind, passage, name, shape
COLUMNS = ["kind", "passage", "name", "geometry"]


@dataclass(frozen=True)
class Frame:
    """Dice, and the ground: width and height in metres."""

    rng: np.random.Generator
    width: float
    height: float

    def spot(self) -> np.ndarray:
        """Return any point of the ground."""
        return np.array([X + self.rng.uniform(0, self.width), Y + self.rng.uniform(0, self.height)])

    def across(self, wiggle_m: float, steps: int = 6) -> LineString:
        """Return a line from one side of the ground to the other and beyond, wavering."""
        along = np.linspace(-0.08, 1.08, steps)
        lean = self.rng.uniform(0.15, 0.85) + self.rng.uniform(-0.3, 0.3) * (along - 0.5)
        if self.rng.random() < 0.5:
            points = np.column_stack([X + along * self.width, Y + lean * self.height])
        else:
            points = np.column_stack([X + lean * self.width, Y + along * self.height])
        return LineString(points + self.rng.uniform(-wiggle_m, wiggle_m, points.shape))

    def kind(self) -> str:
        """Return a kind that nobody walks across."""
        return str(self.rng.choice(UNCROSSABLE))


def beside(line: LineString, away_m: float) -> LineString:
    """Return a line parallel to another, in the same direction; the line itself where there is none."""
    moved = line.offset_curve(away_m, join_style="mitre")
    parts = [p for p in shapely.get_parts(moved) if not p.is_empty]
    return max(parts, key=lambda p: p.length) if parts else line


def river(frame: Frame) -> list[Row]:
    """A river as a line, as an area with islands, or as both, with a brook now and then."""
    rng = frame.rng
    line = frame.across(25)
    water = line.buffer(rng.uniform(3, 18), cap_style="flat")
    for _ in range(rng.integers(0, 3)):
        spot = line.interpolate(rng.uniform(0.2, 0.8), normalized=True)
        water = water.union(spot.buffer(rng.uniform(15, 40))).difference(spot.buffer(rng.uniform(3, 30)))
    form = rng.integers(3)
    rows: list[Row] = [("river", None, "清河", line)] if form != 1 else []
    rows += [("river", None, "", water)] if form != 0 else []
    if rng.random() < 0.3:
        rows.append(("river", None, "", LineString([line.interpolate(0.5, normalized=True), frame.spot()])))
    return rows


def railway(frame: Frame) -> list[Row]:
    """One to six parallel tracks that join at their ends and fan out into sidings."""
    rng, line = frame.rng, frame.across(10)
    rows: list[Row] = [("railway", None, "", line)]
    for n in range(1, rng.integers(1, 6)):
        side = beside(line, 5.0 * ((n + 1) // 2) * (-1) ** n)
        a, b = np.sort(rng.uniform(0.1, 0.9, 2))
        if b - a < 0.15:
            rows.append(("railway", None, "", side))
            continue
        part = shapely.ops.substring(side, a, b, normalized=True)
        ends = [line.interpolate(line.project(Point(p)) + d) for p, d in zip(sides(part), (-25, 25))]
        if rng.random() < 0.3:  # a siding ends loose
            ends[1] = Point(part.coords[-1])
        rows.append(("railway", None, "", LineString([ends[0], *part.coords, ends[1]])))
    return rows


def sides(line: LineString) -> list[tuple[float, ...]]:
    """Return the two ends of a line."""
    return [line.coords[0], line.coords[-1]]


def carriageways(frame: Frame) -> list[Row]:
    """Two carriageways of an expressway or a big street, perhaps tied by links."""
    rng, line = frame.rng, frame.across(15)
    kind = str(rng.choice(["expressway", "arterial"]))
    other = beside(line, rng.uniform(4, 25))
    raised = "bridge" if rng.random() < 0.15 else None
    rows: list[Row] = [(kind, raised, "快速路", line), (kind, raised, "快速路", other)]
    if rng.random() < 0.4:
        a, b = line.interpolate(0.4, normalized=True), other.interpolate(0.5, normalized=True)
        rows.append((kind, None, "", LineString([a, b])))
    return rows


def dangling(frame: Frame) -> list[Row]:
    """A line that ends somewhere in the ground, at one end or both."""
    line, rng = frame.across(30), frame.rng
    a, b = np.sort(rng.uniform(-0.3, 1.3, 2).clip(0, 1))
    part = shapely.ops.substring(line, a, b, normalized=True)
    return [(frame.kind(), None, "", part)] if part.length > 1 else []


def almost(frame: Frame) -> list[Row]:
    """A line in two, a few metres apart, or one that nearly reaches another."""
    rng, line, kind = frame.rng, frame.across(20), frame.kind()
    gap, at = rng.uniform(0.2, 8), line.length * rng.uniform(0.2, 0.8)
    first = shapely.ops.substring(line, 0, at)
    rows: list[Row] = [(kind, None, "", first)]
    if rng.random() < 0.5:
        rows.append((kind, None, "", shapely.ops.substring(line, at + gap, line.length)))
    else:
        cross = frame.across(5)
        meets = cross.interpolate(cross.project(Point(first.coords[-1])))
        short = LineString([first.coords[0], *first.coords[1:-1], meets])
        rows = [(kind, None, "", shapely.ops.substring(short, 0, max(short.length - gap, 1)))]
        rows.append((frame.kind(), None, "", cross))
    return rows


def meander(frame: Frame) -> list[Row]:
    """A line along the edge of the ground that leaves it and comes back again and again."""
    rng = frame.rng
    along = np.linspace(-0.1, 1.1, 12)
    away = rng.uniform(-25, 25) + 20 * np.sin(along * rng.uniform(6, 30))
    points = np.column_stack([X + along * frame.width, Y + away])
    return [(frame.kind(), None, "", LineString(points))]


def ring(frame: Frame) -> list[Row]:
    """A closed line around a few houses, as a line or a moat with area, perhaps not quite closed."""
    rng, spot = frame.rng, Point(frame.spot())
    around = spot.buffer(rng.uniform(15, 90), quad_segs=3)
    edge = LineString(around.exterior.coords)
    form = rng.integers(4)
    if form == 0:
        return [("river", None, "", around.buffer(6).difference(around))]
    if form == 1:
        edge = shapely.ops.substring(edge, 0, edge.length - rng.uniform(0.3, 8))
    rows: list[Row] = [(frame.kind(), None, "", edge)]
    if form == 2:  # hangs on a brook
        rows.append((frame.kind(), None, "", LineString([edge.coords[0], frame.spot()])))
    return rows


def knot(frame: Frame) -> list[Row]:
    """A line that crosses itself."""
    return [(frame.kind(), None, "", LineString([frame.spot() for _ in range(frame.rng.integers(4, 7))]))]


def tree_of_brooks(frame: Frame) -> list[Row]:
    """A stream with brooks that begin somewhere in the ground."""
    line = frame.across(20)
    rows: list[Row] = [("river", None, "", line)]
    for _ in range(frame.rng.integers(1, 4)):
        rows.append(
            (
                "river",
                None,
                "",
                LineString([line.interpolate(frame.rng.random(), normalized=True), frame.spot()]),
            )
        )
    return rows


MAKERS: tuple[Callable[[Frame], list[Row]], ...] = (
    river, river, railway, railway, carriageways, dangling, almost, meander, ring, knot, tree_of_brooks,
)  # fmt: skip


def copies(rows: list[Row], frame: Frame) -> list[Row]:
    """Return some rows again: reversed, in parts, or a few centimetres aside."""
    rng, more = frame.rng, []
    for kind, passage, name, shape in rows:
        if not isinstance(shape, LineString) or rng.random() > 0.12:
            continue
        form = rng.integers(3)
        if form == 0:
            again: object = shape.reverse()
        elif form == 1:
            cut = shape.length * rng.uniform(0.2, 0.8)
            again = MultiLineString(
                [shapely.ops.substring(shape, 0, cut), shapely.ops.substring(shape, cut, shape.length)]
            )
        else:
            again = shapely.affinity.translate(shape, rng.uniform(-0.5, 0.5), rng.uniform(-0.5, 0.5))
        more.append((kind, passage, name, again))
    return more


def along_outlines(outlines: list[Polygon], frame: Frame) -> list[Row]:
    """Return a barrier that runs along where two communities meet, exactly or roughly."""
    if len(outlines) < 2 or frame.rng.random() > 0.35:
        return []
    seam = shapely.line_merge(outlines[0].intersection(outlines[1]))
    if not isinstance(seam, LineString):
        return []
    dense = np.array(seam.segmentize(40).coords)
    rough = frame.rng.choice([0.0, 0.3, 3.0])
    shape: object = LineString(dense + frame.rng.uniform(-rough, rough, dense.shape)) if rough else seam
    if frame.rng.random() < 0.3:
        shape = shape.buffer(7)  # type: ignore[attr-defined]
    return [("river" if isinstance(shape, Polygon) else frame.kind(), None, "界河", shape)]


def spine(shape: object) -> LineString | None:
    """Return the longest line of a barrier: the line itself, or an edge."""
    lines = [p for p in shapely.get_parts(shape) if p.geom_type in ("LineString", "LinearRing")]
    edges = [LineString(p.exterior.coords) for p in shapely.get_parts(shape) if p.geom_type == "Polygon"]
    return max(lines + edges, key=lambda p: p.length, default=None)


def normal_at(line: LineString, at_m: float) -> np.ndarray:
    """Return the unit vector across a line at a distance along it."""
    a, b = line.interpolate(max(at_m - 1, 0)), line.interpolate(min(at_m + 1, line.length))
    way = np.array([b.x - a.x, b.y - a.y])
    return np.array([-way[1], way[0]]) / max(float(np.hypot(*way)), 1e-9)


def roads(solid: list[Row], frame: Frame) -> list[Row]:
    """Return streets: over barriers, up to them, along them, and a few anywhere with junctions."""
    rng, rows = frame.rng, []
    for kind, _, _, shape in solid:
        line = spine(shape)
        if line is None or line.length < 10:
            continue
        for _ in range(rng.integers(0, 3)):
            at = line.length * rng.uniform(0.1, 0.9)
            spot, up = np.array(line.interpolate(at).coords[0]), normal_at(line, at)
            rows += street(spot, up, line, rng, kind)
    lines = [("road", None, f"{n}路", frame.across(8)) for n in range(rng.integers(0, 3))]
    return rows + lines


def street(
    spot: np.ndarray, up: np.ndarray, line: LineString, rng: np.random.Generator, kind: str
) -> list[Row]:
    """Return one street near a spot of a barrier."""
    form, n = rng.random(), rng.uniform(20, 150, 2)
    flag = str(rng.choice(["bridge", "tunnel"])) if rng.random() < 0.3 else None
    slant = np.array([up[1], -up[0]]) * rng.uniform(-0.8, 0.8)
    name = str(rng.choice(["road", "road", "arterial", "path"]))
    if form < 0.3:  # over it in one
        return [(name, flag, "桥路", LineString([spot - (up + slant) * n[0], spot + (up + slant) * n[1]]))]
    if form < 0.5:  # in parts that meet near it, the middle one flagged perhaps
        cuts = [spot - up * n[0], spot - up * 14, spot + up * 14, spot + up * n[1]]
        parts = [LineString(cuts[k : k + 2]) for k in range(3)]
        return [(name, flag if k == 1 else None, "", part) for k, part in enumerate(parts)]
    if form < 0.7:  # up to it, or a little beyond
        return [
            (
                name,
                None,
                "",
                LineString([spot - up * n[0], spot + up * rng.choice([-8.0, -0.2, 0.0, 0.3, 2.0])]),
            )
        ]
    at = line.project(Point(spot))
    points = [
        line.interpolate(at + s) for s in range(0, int(rng.integers(60, 300)), 15) if at + s < line.length
    ]
    if len(points) < 2:
        return []
    away = rng.uniform(0, 8) + rng.uniform(-3, 3, len(points))
    dense = np.array([p.coords[0] for p in points]) + away[:, None] * up
    ends = [dense[0] - up * n[0], *dense] if rng.random() < 0.4 else list(dense)
    return [(name, None, "堤", LineString(ends))]


def crossings(solid: list[Row], frame: Frame) -> list[Row]:
    """Return stated crossings: points, lines and areas at barriers, near them and far away."""
    rng, rows = frame.rng, []
    for _, _, _, shape in solid:
        line = spine(shape)
        if line is None or rng.random() > 0.35:
            continue
        at = line.length * rng.uniform(0.1, 0.9)
        spot, up = np.array(line.interpolate(at).coords[0]), normal_at(line, at)
        spot = spot + up * rng.choice([0.0, 0.0, 5.0, 30.0, 80.0])
        form = rng.integers(3)
        if form == 0:
            drawn: object = Point(spot)
        elif form == 1:
            drawn = LineString([spot - up * rng.uniform(3, 30), spot + up * rng.uniform(3, 30)])
        else:
            drawn = Point(spot).buffer(rng.uniform(2, 20), quad_segs=2)
        rows.append(("crossing", None, "便桥", drawn))
    return rows


def make_outlines(frame: Frame, n: int) -> list[Polygon]:
    """Return communities side by side, parted by crooked lines."""
    whole = box(X, Y, X + frame.width, Y + frame.height)
    cuts = []
    for k in range(1, n):
        x = X + frame.width * k / n
        points = [(x + frame.rng.uniform(-25, 25), y) for y in np.linspace(Y - 5, Y + frame.height + 5, 4)]
        cuts.append(LineString(points))
    pieces = shapely.get_parts(shapely.polygonize([shapely.union_all([whole.boundary, *cuts])]))
    return sorted((p for p in pieces if p.area > 100), key=lambda p: p.centroid.x)


def make_buildings(frame: Frame, n: int) -> gpd.GeoDataFrame:
    """Return slabs and towers in rough rows, as areas or, rarely, as points."""
    rng = frame.rng
    columns = max(1, round(np.sqrt(n * frame.width / frame.height)))
    step_x, step_y = frame.width / columns, frame.height / -(-n // columns)
    mean, rows = rng.choice([25, 60, 110, 200]), []
    points = rng.random() < 0.08
    for i in range(n):
        x = X + step_x * (i % columns) + rng.uniform(0.05, 0.4) * step_x
        y = Y + step_y * (i // columns) + rng.uniform(0.05, 0.4) * step_y
        shape: object = box(x, y, x + rng.uniform(0.2, 0.55) * step_x, y + rng.uniform(0.2, 0.55) * step_y)
        count = 0 if rng.random() < 0.12 else int(rng.uniform(0.5, 1.5) * mean)
        if rng.random() < 0.04:
            count = int(rng.integers(300, 700))
        units = str(rng.integers(2, 6)) if count > 150 and rng.random() < 0.7 else ""
        rows.append((f"b{i}", count, units, shape.centroid if points else shape))  # type: ignore[attr-defined]
    return gpd.GeoDataFrame(rows, columns=["building_id", "households", "units", "geometry"], crs=CRS)


def make_barriers(frame: Frame, outlines: list[Polygon], n: int) -> list[Row]:
    """Return rows of the layer of barriers, shuffled, some of them outside the ground."""
    solid: list[Row] = []
    for _ in range(n):
        solid += MAKERS[frame.rng.integers(len(MAKERS))](frame)
    solid += along_outlines(outlines, frame)
    solid += copies(solid, frame)
    rows = solid + roads(solid, frame) + crossings(solid, frame)
    if frame.rng.random() < 0.3:
        rows.append(("wall", None, "", frame.across(5)))
    return [rows[k] for k in frame.rng.permutation(len(rows)) if not rows[k][3].is_empty]  # type: ignore[attr-defined]


def make_layers(seed: int) -> dict[str, gpd.GeoDataFrame]:
    """Return the layers of one district: 1–4 communities of 5–60 buildings each, up to six barriers."""
    rng = np.random.default_rng(seed)
    n_communities = int(rng.choice([1, 1, 2, 2, 3, 4]))
    n = int(rng.integers(5, 61 if n_communities < 3 else 30)) * n_communities
    room = rng.choice([35, 55, 90])
    height = float(np.sqrt(n / n_communities) * room * rng.uniform(0.7, 1.4))
    frame = Frame(rng, n * room * room / height, height)
    outlines = make_outlines(frame, n_communities)
    buildings = make_buildings(frame, n)
    inside = buildings.geometry.representative_point().within(shapely.union_all(outlines))
    ids = [f"2201990010{k + 1:02d}" for k in range(len(outlines))]
    layers = {
        "buildings": buildings[inside].reset_index(drop=True),
        "communities": gpd.GeoDataFrame({"community_id": ids, "name": ids}, geometry=outlines, crs=CRS),
    }
    rows = make_barriers(frame, outlines, int(rng.integers(0, 7)))
    if rows:
        layers["barriers"] = gpd.GeoDataFrame(rows, columns=COLUMNS, geometry="geometry", crs=CRS)
    if rng.random() < 0.2:
        x, y = frame.spot()
        layers["sites"] = gpd.GeoDataFrame({"name": ["学校"]}, geometry=[box(x, y, x + 90, y + 70)], crs=CRS)
    return layers


def write_layers(layers: dict[str, gpd.GeoDataFrame], path: Path) -> Path:
    """Write layers into one GeoPackage."""
    for name, layer in layers.items():
        layer.to_file(path, layer=name, driver="GPKG")
    return path
