"""plan.gpkg: tables whose column names SQLite would refuse."""

from __future__ import annotations

import sqlite3
from itertools import product
from xml.etree import ElementTree

import pandas as pd
import pyogrio

from gridder.outputs.geopackage import SHAPE, barrier_style, free_names
from gridder.tables import BARRIER_KINDS


def test_names_that_sqlite_cannot_tell_apart_get_a_mark_of_their_own():
    assert free_names(["community_id", "fid", "Name", "name", "NAME", "name_"]) == [
        "community_id", "fid_", "Name", "name_", "NAME__", "name___",
    ]  # fmt: skip


def test_a_table_of_staff_with_a_column_fid_can_be_written(tmp_path):
    table = pd.DataFrame([["220199001001", 9, "a", "b"]], columns=["community_id", "fid", "Name", "name"])
    named = table.set_axis(free_names(list(table.columns)), axis=1)
    pyogrio.write_dataframe(named, tmp_path / "a.gpkg", layer="workforce", driver="GPKG")
    read = pyogrio.read_dataframe(tmp_path / "a.gpkg", layer="workforce")
    assert list(read.columns) == ["community_id", "fid_", "Name", "name_"] and list(read["fid_"]) == [9]


def test_every_barrier_has_one_rule_of_its_own_type_of_shape():
    """The rules asked of SQLite, which speaks the same expressions, for every kind, origin, passage and shape."""
    tree = ElementTree.fromstring(barrier_style())
    symbols = {one.get("name"): one.get("type") for one in tree.iter("symbol")}
    rules = [(one.get("label"), symbols[one.get("symbol")], one.get("filter")) for one in tree.iter("rule")]
    base = sqlite3.connect(":memory:")
    base.create_function("geometry_type", 1, lambda shape: shape)
    base.execute("create table b (kind, made, passage, shape)")
    areal = [k for k in BARRIER_KINDS if k not in ("path", "crossing")]
    rows = list(product(BARRIER_KINDS, ("", None, "joined", "road"), (None, "", "bridge"), ("Line",)))
    rows += list(product(areal, ("", None, "between"), (None,), ("Polygon",)))
    rows += [("crossing", "", None, "Point")]
    for row in rows:
        base.execute("delete from b")
        base.execute("insert into b values (?, ?, ?, ?)", row)
        hits = [
            (label, kind) for label, kind, test in rules
            if base.execute(f"select 1 from b where {test.replace('$geometry', 'shape')}").fetchone()
        ]  # fmt: skip
        assert len(hits) == 1 and SHAPE[hits[0][1]] == row[3], (row, hits)
        found = row[:2] == ("crossing", "road") and not row[2]
        assert (hits[0][0] == "crossing (road_line_crosses)") == found
    base.close()


def test_a_crossing_of_the_rule_is_dashed_and_ground_between_has_no_edge():
    tree = ElementTree.fromstring(barrier_style())
    place = {one.get("label"): one.get("symbol") for one in tree.iter("rule")}
    looks = {one.get("name"): ElementTree.tostring(one, "unicode") for one in tree.iter("symbol")}
    assert "customdash" in looks[place["crossing (road_line_crosses)"]]
    assert 'name="outline_style" value="no"' in looks[place["between"]]
