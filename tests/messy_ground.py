"""Random ground for the cells: communities of any shape, barriers of any kind, buildings as messy as real files.

Everything comes from ``Recipe``, a few plain numbers; the same recipe is the same ground.
"""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import shapely
from ground import CRS, barriers
from shapely import LineString, MultiPolygon, Point, Polygon, box
from shapely.affinity import rotate, translate

from gridder.check.repair import repair_shapes

KINDS = ("railway", "river", "expressway", "arterial", "road", "wall")
MESS = (
    "slab", "slab", "terrace", "sliver", "tiny", "no area", "same point", "point", "overlap", "bow-tie", "courtyard",
    "on a line", "beyond", "parts", "round", "needle", "twin",
)  # fmt: skip
MM = 0.001


@dataclass(frozen=True)
class Recipe:
    """Seed of the dice; how many communities, barriers and buildings at most; metres across; where; on a grid or not."""

    seed: int
    n_communities: int = 1
    n_barriers: int = 2
    n_buildings: int = 20
    across_m: float = 200.0
    origin_m: float = 0.0
    rounded: bool = True


@dataclass(frozen=True)
class Case:
    """What ``draw_cells`` asks for."""

    atoms: gpd.GeoDataFrame
    outlines: gpd.GeoSeries
    barriers: gpd.GeoDataFrame


def make_case(recipe: Recipe) -> Case:
    """Return the ground of a recipe."""
    rng = np.random.default_rng(recipe.seed)
    outlines = cut_communities(any_polygon(rng, recipe.across_m), recipe.n_communities, rng)
    lines = [any_barrier(rng, recipe.across_m, outlines) for _ in range(recipe.n_barriers)]
    shapes: list = []
    while len(shapes) < recipe.n_buildings:
        shapes += any_buildings(rng, recipe.across_m, outlines, [line for _, line in lines], shapes)
    shapes = shapes[: recipe.n_buildings]
    move = (recipe.origin_m, round(recipe.origin_m / 3))
    outlines = gpd.GeoSeries(place(outlines, move, recipe.rounded), crs=CRS)
    outlines.index = [f"C{n}" for n in range(len(outlines))]
    mended = repair_shapes(place(shapes, move, recipe.rounded), points=True).shapes
    given = place(shapes, move, recipe.rounded)
    mended = np.where(shapely.is_missing(mended), shapely.centroid(given), mended)
    atoms = name_atoms(mended, outlines, rng)
    moved = place([line for _, line in lines], move, recipe.rounded)
    table = barriers(*[(kind, line) for (kind, _), line in zip(lines, moved) if not line.is_empty])
    return Case(atoms, outlines, table.set_crs(CRS, allow_override=True))


def place(shapes: list, move: tuple[float, float], rounded: bool) -> np.ndarray:
    """Return shapes moved to their place, to the centimetre where rounded."""
    moved = np.array([translate(shape, *move) for shape in shapes] + [None], dtype=object)[:-1]
    return shapely.transform(moved, lambda xy: np.round(xy, 2)) if rounded else moved


def name_atoms(shapes: np.ndarray, outlines: gpd.GeoSeries, rng: np.random.Generator) -> gpd.GeoDataFrame:
    """Return atoms of the community that is nearest, now and then of another one."""
    nearest = outlines.sindex.nearest(shapes, return_all=False)[1]
    wrong = rng.random(len(shapes)) < 0.02
    nearest = np.where(wrong, rng.integers(0, len(outlines), len(shapes)), nearest)
    return gpd.GeoDataFrame(
        {"community_id": outlines.index.to_numpy(dtype=object)[nearest], "compound": ""},
        index=[f"B{n:04d}" for n in range(len(shapes))],
        geometry=shapes,
        crs=CRS,
    )


def any_polygon(rng: np.random.Generator, across: float) -> Polygon:
    """Return a star-shaped polygon, some with holes, needles (sharp inlets and spikes) and a second part."""
    n = int(rng.integers(3, 14))
    angles = np.sort(rng.random(n)) * 2 * np.pi
    radii = across / 2 * rng.uniform(0.25, 1.0, n)
    shape = Polygon(np.column_stack([radii * np.cos(angles), radii * np.sin(angles)])).buffer(0)
    if rng.random() < 0.3:
        shape = shape.difference(Point(spot(rng, across / 3)).buffer(across * rng.uniform(0.02, 0.15), 3))
    if rng.random() < 0.3:
        (x, y), wide = spot(rng, across / 2), rng.choice([0.01, 0.2, 3.0])
        needle = rotate(box(x, y, x + across, y + wide), rng.uniform(0, 360), origin=(x, y))
        shape = shape.difference(needle) if rng.random() < 0.5 else shape.union(needle)
    if rng.random() < 0.1:
        shape = shape.union(translate(shape, across * 1.2, 0))
    return (
        shape
        if not shape.is_empty and shape.area > across
        else box(-across / 4, -across / 4, across / 4, across / 4)
    )


def cut_communities(shape: shapely.Geometry, n: int, rng: np.random.Generator) -> list:
    """Return a shape cut into up to n communities, a valid coverage."""
    lines = [shape.boundary]
    left, bottom, right, top = shape.bounds
    for _ in range(n - 1):
        lines.append(LineString(rng.uniform((left, bottom), (right, top), (int(rng.integers(2, 5)), 2))))
        lines.append(
            LineString([(left - 1, rng.uniform(bottom, top)), (right + 1, rng.uniform(bottom, top))])
        )
    noded = shapely.set_precision(shapely.unary_union(lines, grid_size=0.01), 0.01)
    parts = [p for p in shapely.get_parts(shapely.polygonize([noded])) if shape.buffer(0.02).contains(p)]
    label = rng.integers(0, n, len(parts))
    joined = [shapely.coverage_union_all([p for p, at in zip(parts, label) if at == c]) for c in range(n)]
    return [p for p in joined if not p.is_empty and p.area > 1] or [shape]


def any_barrier(rng: np.random.Generator, across: float, outlines: list) -> tuple[str, shapely.Geometry]:
    """Return a barrier: crossing the ground, dangling in it, closed, an area, along an outline or doubling back."""
    kind, form = str(rng.choice(KINDS)), rng.integers(0, 7)
    points = np.array([spot(rng, across * 0.6) for _ in range(int(rng.integers(2, 6)))])
    if form == 0:
        shape: shapely.Geometry = Point(points[0]).buffer(across * rng.uniform(0.005, 0.2), 4)
    elif form == 1:
        shape = LineString(points).buffer(rng.uniform(0.05, 10), cap_style="flat")
    elif form == 2:
        shape = LineString([*points, points[0]])
    elif form == 3:
        shape = outlines[int(rng.integers(len(outlines)))].boundary
    elif form == 4:
        shape = LineString([(-across, points[0][1]), *points[1:-1], (across, points[-1][1])])
    elif form == 5:
        shape = shapely.MultiLineString([points[:2], points[:2] + rng.choice([0.0004, 0.02, 5.0])])
    else:
        shape = LineString(points)
    return kind, shape


def spot(rng: np.random.Generator, reach: float) -> tuple[float, float]:
    """Return a random place."""
    x, y = rng.uniform(-reach, reach, 2)
    return float(x), float(y)


def any_buildings(
    rng: np.random.Generator, across: float, outlines: list, lines: list, before: list
) -> list[shapely.Geometry]:
    """Return one or several footprints of one kind of mess."""
    ground = outlines[int(rng.integers(len(outlines)))]
    left, bottom, right, top = ground.bounds
    x, y = float(rng.uniform(left, right)), float(rng.uniform(bottom, top))
    angle = float(rng.choice([0, 0, 17, 45, 90, rng.uniform(0, 180)]))
    w, d = float(rng.uniform(6, 40)), float(rng.uniform(5, 14))
    mess = str(rng.choice(MESS))
    if mess == "terrace":
        cuts = np.linspace(x, x + w, int(rng.integers(2, 8)))
        return [rotate(box(a, y, b, y + d), angle, origin=(x, y)) for a, b in zip(cuts, cuts[1:])]
    if mess == "same point":
        return [Point(round(x / 20) * 20, round(y / 20) * 20)] * int(rng.integers(1, 9))
    if mess == "twin" and before:
        return [before[int(rng.integers(len(before)))]]
    if mess == "overlap" and before:
        return [translate(before[int(rng.integers(len(before)))], *rng.normal(0, 3, 2))]
    return [rotate(one_building(rng, mess, (x, y, w, d), ground, lines), angle, origin=(x, y))]


def one_building(
    rng: np.random.Generator, mess: str, at: tuple[float, float, float, float], ground: Polygon, lines: list
) -> shapely.Geometry:
    """Return one footprint of width and depth at a place."""
    x, y, w, d = at
    slab = box(x, y, x + w, y + d)
    if mess == "on a line" and lines:
        near = lines[int(rng.integers(len(lines)))].representative_point()
        return translate(slab, near.x - x - w / 2, near.y - y - d / 2)
    if mess == "beyond":
        near = ground.boundary.interpolate(rng.random(), normalized=True)
        return translate(slab, near.x - x - w * rng.random(), near.y - y - d * rng.random())
    one = {
        "sliver": box(x, y, x + w, y + float(rng.choice([0.001, 0.02, 0.4]))),
        "tiny": box(x, y, x + 0.5, y + 0.5),
        "no area": Polygon([(x, y), (x + w, y), (x + w / 2, y)]),
        "point": Point(x, y),
        "bow-tie": Polygon([(x, y), (x + w, y + d), (x + w, y), (x, y + d)]),
        "courtyard": slab.difference(box(x + 1.5, y + 1.5, x + w - 1.5, y + d - 1.5)),
        "parts": MultiPolygon([slab, translate(slab, w + 5, 3)]),
        "round": Point(x, y).buffer(d),
        "needle": Polygon([(x, y), (x + 3 * w, y + 0.3), (x, y + 0.6)]),
    }
    return one.get(mess, slab)
