"""plan.gpkg: tables whose column names SQLite would refuse."""

from __future__ import annotations

import pandas as pd
import pyogrio

from gridder.outputs.geopackage import free_names


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
