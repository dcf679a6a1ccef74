"""What is delivered lies where the raw input has it: buildings by their middles, uncrossable barriers piece by piece."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gridder.verify.base import REACH_M, Delivery, Violation, as_text, blame, row_key
from gridder.verify.raw_shapes import Shapes, place_shapes, read_shapes
from gridder.verify.raw_tables import read_entry
from gridder.verify.shares import quarantined

LEFT_M = 1.0  # m, or m²: so much of a barrier may be missing at the edge of what was mended
# columns that may put a feature below the ground or out of use: their rows are not asked for
ASIDE = re.compile(
    r"tunnel|bridge|passage|layer|level|pos_?sol|position|franchis|隧|桥|高架|地道|地下|下穿|敷设|结构|形态|"
    r"state|status|etat|abandon|disus|construct|propos|razed|lifecycle|状态|现状",
    re.IGNORECASE,
)
CLASSED = re.compile(r"class|type|nature|natural|rail|way|water|code|usage|service|kind|类|级", re.IGNORECASE)
NAMED = {  # layers that hold one kind by their own name, where no column sorts their features
    "railway": ("rail", "rails", "railway", "railways", "铁路", "铁路线"),
    "river": ("water", "waters", "river", "rivers", "河流", "水系", "水面"),
}
BELOW = re.compile(r"隧道|地道|地下|下穿|涵|tunnel|underpass|underground|subway|metro|地铁", re.IGNORECASE)


def places_of(path: Path, entry: dict[str, Any], n: int, crs: Any) -> Shapes:
    """Return where the ``n`` rows of a source lie, in ``crs``; None for those whose place is not known here."""
    shapes = read_shapes(path, entry)
    if shapes is None or len(shapes) != n or not entry.get("crs"):
        return np.full(n, None, dtype=object)
    return place_shapes(shapes, entry, crs)


def check_stands(delivery: Delivery, rows: pd.DataFrame) -> list[Violation]:
    """Every planned building stands where its raw row has it, to a metre.

    ``rows`` are the planned ones, with ``id`` and ``place`` (metres, in the CRS of the delivery). Of a shape that had to
    be repaired the nearest distance counts, of others that of the middles.
    """
    first = rows[rows["place"].notna()].drop_duplicates("id").set_index("id")["place"]
    drawn = delivery.buildings[delivery.buildings["building_id"].isin(first.index)]
    pieces = drawn.groupby("building_id").geometry.agg(list)
    planned = np.array([shapely.union_all(many) for many in pieces], dtype=object)
    raw = np.array([fill(shape) for shape in first.reindex(pieces.index)], dtype=object)
    broken = ~shapely.is_valid(raw) | (shapely.get_type_id(raw) == shapely.GeometryType.GEOMETRYCOLLECTION)
    mended = np.where(broken, shapely.make_valid(raw), raw)
    apart = shapely.distance(shapely.centroid(planned), shapely.centroid(mended))
    near = shapely.distance(planned, mended)
    wrong = ~np.where(broken, near <= REACH_M, apart <= REACH_M)  # NaN, where there is nothing, is wrong
    return [blame("building_moved", pieces.index[wrong], reach_m=REACH_M)] if wrong.any() else []


def fill(shape: Any) -> Any:
    """Return the ground within a closed line; any other shape as it is."""
    if shape.geom_type in ("LineString", "LinearRing") and shape.is_closed and len(shape.coords) > 3:
        return shapely.Polygon(shape)
    return shape


def check_barriers(
    delivery: Delivery, entries: list[dict[str, Any]], files: dict[str, Path]
) -> list[Violation]:
    """Every uncrossable barrier of the input is in layer ``barriers``, piece by piece, within a metre.

    Asked of layers with one kind, stated or by their name, or with a column that holds kinds of barriers as they are.
    Rows that their columns may put below the ground or out of use are left out, and so are layers read by classes.
    """
    sources = [entry for entry in entries if entry.get("layer") == "barriers" and entry["file"] in files]
    made = delivery.barriers["made"].fillna("") if "made" in delivery.barriers else ""
    given = delivery.barriers[(made == "") & delivery.barriers.geometry.notna()]
    lost: list[str] = []
    for entry in sources:
        away = {row for row, _ in quarantined(delivery, "barriers")}
        for row, kind, shape in demanded(delivery, files[entry["file"]], entry):
            if row_key(row, None) in away or row_key(row, name_of(entry)) in away:
                continue
            if missing_of(shape, given[given["kind"] == kind]) > LEFT_M:
                lost.append(f"{kind} {name_of(entry)}#{row}")
    return [blame("barrier_lost", lost)] if lost else []


def name_of(entry: dict[str, Any]) -> str:
    """Return how a source is called: file, member, layer."""
    return ":".join(entry[key] for key in ("file", "member", "source_layer") if entry.get(key))


def demanded(delivery: Delivery, path: Path, entry: dict[str, Any]) -> Iterator[tuple[int, str, Any]]:
    """Yield row, kind and place of the raw features of a source that must bar the way in the plan."""
    table = read_entry(path, entry).reset_index(drop=True)
    shapes = read_shapes(path, entry)
    if shapes is None or len(shapes) != len(table) or not entry.get("crs"):
        return
    column = entry["columns"].get("kind")
    kinds = table[column].map(as_text).str.strip() if column in table else None
    if kinds is None:
        kinds = pd.Series(entry.get("kind") or kind_named(entry, list(table.columns)), index=table.index)
    elif entry.get("kinds") or entry.get("kind"):  # words translated by the user: a matter of reading
        return
    wanted = kinds.isin(delivery.rules["uncrossable"]) & ~set_aside(table, entry).to_numpy()
    wanted &= ~(shapely.is_missing(shapes) | shapely.is_empty(shapes)) & (shapely.get_dimensions(shapes) > 0)
    at = np.flatnonzero(wanted)
    for n, shape in zip(at, place_shapes(shapes[at], entry, delivery.barriers.crs)):
        if np.isfinite(shape.bounds).all():
            yield int(n) + 1, str(kinds.iloc[n]), shape


def kind_named(entry: dict[str, Any], columns: list[str]) -> str:
    """Return the kind that the name of a layer says; blank where it says none, or where a column may sort its features."""
    if any(CLASSED.search(str(name)) for name in columns):
        return ""
    name = str(entry.get("source_layer") or Path(entry["file"]).stem).casefold()
    return next((kind for kind, names in NAMED.items() if name in names), "")


def set_aside(table: pd.DataFrame, entry: dict[str, Any]) -> pd.Series:
    """Return which rows may lie below the ground or be out of use, as far as a stranger can tell."""
    aside = pd.Series(False, index=table.index)
    for name in table.columns:
        if name == entry["columns"].get("kind"):
            continue
        cells = table[name].map(as_text).str.strip()
        if ASIDE.search(str(name)):
            aside |= ~cells.str.casefold().isin(["", "0", "f", "n", "no", "false", "否", "无"])
        aside |= cells.map(lambda text: bool(BELOW.search(text)))
    return aside


def missing_of(shape: Any, given: gpd.GeoDataFrame) -> float:
    """Return how much of a barrier is not within a metre of what is delivered: metres of a line, m² of an area."""
    near = given.geometry.to_numpy()[given.sindex.query(shape, predicate="dwithin", distance=REACH_M)]
    whole = shapely.make_valid(shape)
    if len(near) and (shapely.hausdorff_distance(near, whole) <= REACH_M).any():
        return 0.0
    rest = shapely.difference(whole, shapely.union_all(shapely.buffer(near, REACH_M))) if len(near) else whole
    return float(rest.area if whole.area else rest.length)
