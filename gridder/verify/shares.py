"""Counts that stood on groups of rows, on compounds or as persons: what was shared out adds up, to the household."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import shapely

from gridder.verify.base import Delivery, Violation, as_text, blame, row_key

PLAIN_DATUMS = (
    None,
    "wgs84",
    "cgcs2000",
)  # a layer whose datum was shifted cannot be laid over the plan here
OGR = (".gpkg", ".shp", ".geojson", ".json", ".fgb", ".gdb", ".gml", ".kml", ".sqlite", ".tab", ".mif")
HALF = 0.5 + 1e-6  # household: persons are rounded to whole households once a community

Key = tuple[int | str | None, str]


def quarantined(delivery: Delivery, layer: str = "buildings") -> dict[Key, float]:
    """Return (row, id) → households (NaN where none) of the rows of a layer in quarantine."""
    mine = delivery.quarantine[delivery.quarantine["layer"] == layer]
    households = pd.to_numeric(mine["households"]).astype("float64")
    files = mine["file"] if "file" in mine else [None] * len(mine)
    rows = map(row_key, mine["row"], files)
    return dict(zip(zip(rows, mine["building_id"].map(as_text)), households))


def sum_quarantined(delivery: Delivery, rows: pd.DataFrame) -> float:
    """Return the households in quarantine of some rows of the input."""
    away = quarantined(delivery)
    found = [away.get(key, np.nan) for key in zip(rows["row"], rows["id"])]
    return float(np.nansum(np.array(found, dtype=float)))


def shared_rows(delivery: Delivery, rows: pd.DataFrame, decided: set[str]) -> pd.Series:
    """Whether a row belongs to a group whose one count was shared out.

    It shows by a row whose stated count was replaced, or that went into quarantine without it or with another.
    """
    away = quarantined(delivery)
    keys = list(zip(rows["row"], rows["id"]))
    other = zip(keys, rows["count"])
    without = np.array([key in away and away[key] != count for key, count in other], dtype=bool)
    filled = np.array([key not in away and key[1] in decided for key in keys], dtype=bool)
    stated = (rows["count"] >= 0).to_numpy() & (rows["group"] != "").to_numpy()
    groups = set(rows.loc[stated & (filled | without), "group"])
    return rows["group"].isin(groups)


def check_groups(delivery: Delivery, rows: pd.DataFrame) -> list[Violation]:
    """Every shared group states one count, and its rows hold just that, planned and quarantined."""
    planned = delivery.assignments.groupby("building_id")["households"].sum()
    wrong = []
    for name, mine in rows.groupby("group"):
        stated = set(mine.loc[mine["count"] >= 0, "count"])
        held = float(planned.reindex(mine["id"].unique()).fillna(0).sum()) + sum_quarantined(delivery, mine)
        if stated != {held}:
            wrong.append(name)
    return [blame("input_group_total", wrong)] if wrong else []


def check_persons(delivery: Delivery, rows: pd.DataFrame, *, counted: bool) -> list[Violation]:
    """Where the input states persons and no households, every community holds persons ÷ household size.

    Unless compounds state households (``counted``): these come first.
    """
    people = rows[rows["persons"] >= 0].drop_duplicates("id").set_index("id")["persons"]
    if rows["count"].notna().any() or people.empty or counted:
        return []
    table = delivery.assignments[delivery.assignments["building_id"].isin(people.index)]
    planned = table.groupby("building_id").agg({"households": "sum", "community_id": "first"})
    quota = people.reindex(planned.index) / float(delivery.rules["persons_per_household"])
    off = (planned["households"] - quota).groupby(planned["community_id"]).sum().abs()
    wrong = off[off > HALF].index
    return [blame("input_persons", wrong)] if len(wrong) else []


def read_compounds(
    entries: list[dict[str, Any]], files: dict[str, Path], crs: Any
) -> gpd.GeoDataFrame | None:
    """Return row, name, count text and shape (in ``crs``) of compounds that state households; None without any.

    Sources that cannot be laid over the plan here (tables, shifted datums) are left out.
    """
    found = []
    for entry in entries:
        path = files.get(entry["file"])
        if entry.get("layer") != "compounds" or "households" not in entry["columns"] or path is None:
            continue
        if path.suffix.lower() not in OGR or entry.get("coords") not in PLAIN_DATUMS:
            continue
        encoding = entry.get("encoding") if path.suffix.lower() == ".shp" else None
        table = pyogrio.read_dataframe(path, layer=entry.get("source_layer"), encoding=encoding)
        named = entry["columns"].get("name")
        found.append(
            gpd.GeoDataFrame({
                "row": range(1, len(table) + 1),
                "name": table[named].map(as_text).str.strip() if named else "",
                "stated": table[entry["columns"]["households"]],
            }, geometry=table.geometry.to_numpy(), crs=entry["crs"]).to_crs(crs)
        )  # fmt: skip
    return gpd.GeoDataFrame(pd.concat(found, ignore_index=True), crs=crs) if found else None


def check_compounds(
    delivery: Delivery, rows: pd.DataFrame, compounds: gpd.GeoDataFrame | None, decided: set[str]
) -> list[Violation]:
    """What was filled into the buildings of a compound is what it states less what the others there hold.

    Nothing is said where a share was too large to be planned and stands in quarantine. ``compounds`` have row, name,
    ``households`` (NaN where none) and shape; ``rows`` have ``shared`` for those of shared groups and ``away`` for those
    in quarantine.
    """
    if compounds is None or shares_set_aside(delivery, rows):
        return []
    left = rows[~rows["away"]]
    table = left.drop_duplicates("id").set_index("id")
    planned = delivery.assignments.groupby("building_id")["households"].sum().reindex(table.index).fillna(0)
    place = place_buildings(delivery, table, compounds)
    takes = table["count"].isna() & ~table["shared"] & table.index.isin(decided)
    away = {row for row, _ in quarantined(delivery, "compounds")}
    wrong, lost = [], []
    compound: Any
    for at, compound in enumerate(compounds.itertuples()):
        if not compound.households > 0 or compound.households % 1:
            continue
        mine = place == at
        rest = compound.households - float(planned[mine & ~takes].sum())
        if not mine.any():
            lost += [] if compound.row in away else [compound.name or f"#{compound.row}"]
        elif (mine & takes).any() and rest >= 0 and float(planned[mine & takes].sum()) != rest:
            wrong.append(compound.name or f"#{compound.row}")
    found = [blame("input_compound_total", wrong)] if wrong else []
    return found + ([blame("input_compound_lost", lost)] if lost else [])


def shares_set_aside(delivery: Delivery, rows: pd.DataFrame) -> bool:
    """Whether a row without a count stands in quarantine with one."""
    away = quarantined(delivery)
    unsaid = rows[rows["away"] & rows["count"].isna() & rows["persons"].isna()]
    return any(away[key] >= 0 for key in zip(unsaid["row"], unsaid["id"]))


def place_buildings(delivery: Delivery, table: pd.DataFrame, compounds: gpd.GeoDataFrame) -> pd.Series:
    """Return the position of each building's compound, -1 for none: by the name it states, else by most of its ground."""
    drawn = np.array(delivery.buildings.dissolve("building_id").geometry.reindex(table.index), dtype=object)
    shapes = shapely.make_valid(
        shapely.force_2d(compounds.geometry.to_numpy()), method="structure", keep_collapsed=False
    )
    tree = shapely.STRtree(shapes)
    place = []
    for footprint, stated in zip(drawn, table["compound"]):
        called = np.flatnonzero((compounds["name"] == stated).to_numpy() & (stated != ""))
        around = np.sort(tree.query(footprint))
        held = around[holds(shapes[around], footprint)][:1]
        near = called[np.argsort(shapely.distance(shapes[called], footprint), kind="stable")]
        order = held if len(near) == 0 or np.isin(held, called).any() else near
        place.append(next((int(at) for at in order), -1))
    return pd.Series(place, index=table.index)


def holds(shapes: Any, footprint: Any) -> Any:
    """Whether each shape holds more than half of a footprint; of a point, whether it lies in it."""
    if footprint.area == 0:
        return shapely.intersects(shapes, footprint)
    return shapely.area(shapely.intersection(shapes, footprint)) > footprint.area / 2
