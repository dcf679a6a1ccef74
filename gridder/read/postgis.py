"""Tables of a PostgreSQL/PostGIS database as raw tables, read in one snapshot; needs the extra ``postgis``."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import CRS

from gridder.addresses import Address
from gridder.coordinates import find_crs
from gridder.errors import InputError
from gridder.read.raw import DETAIL_SHOWN, RawLayer

CONNECT_S = 10  # seconds to wait for a server: longer than any answer takes, shorter than a planner waits
SHAPES = ("geometry", "geography")
SHAPE_NAMES = ("geom", "geometry", "the_geom", "shape", "wkb_geometry", "geog")  # where a table has several
PLAIN = ("bool", "int2", "int4", "int8", "float4", "float8", "numeric")  # all other types are read as text
REFUSED = ("28P01", "28000")  # SQLSTATE of a wrong password or a user who may not enter
REFUSED_WORDS = ("password", "密码", "口令", "authentication", "no pg_hba.conf entry")

TABLES = """
SELECT n.nspname, c.relname, c.oid, array_position(current_schemas(false), n.nspname) AS place
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema'
  AND NOT EXISTS (SELECT 1 FROM pg_catalog.pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')
ORDER BY place NULLS LAST, n.nspname COLLATE "C", c.relname COLLATE "C"
"""
COLUMNS = """
SELECT a.attname, t.typname FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
WHERE a.attrelid = :oid AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum
"""
KEYS = """
SELECT a.attname FROM pg_catalog.pg_index i
JOIN pg_catalog.pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey::int2[])
WHERE i.indrelid = :oid AND i.indisprimary ORDER BY array_position(i.indkey::int2[], a.attnum)
"""
SRID = "SELECT auth_name, auth_srid, srtext FROM spatial_ref_sys WHERE srid = :srid"


@dataclass(frozen=True)
class Table:
    """One table or view of a database; ``place`` in the search path, None where only its full name finds it."""

    schema: str
    name: str
    oid: int
    place: int | None

    @property
    def full(self) -> str:
        """Its name with its schema."""
        return f"{self.schema}.{self.name}"


def list_tables(address: Address) -> list[Table]:
    """Return the tables and views of a database that are no extension's own: the search path first, then by name.

    Raises
    ------
    InputError
        The extra is not installed, the server not reachable, the password wrong.
    """
    with connected(address) as connection:
        return tables_of(connection)


def read_table(address: Address, name: str) -> RawLayer:
    """Return one table: rows by their primary key, or without one by their content, and the sha256 of both.

    Raises
    ------
    InputError
        As ``list_tables``; no table of this name; shapes in several coordinate systems.
    """
    import sqlalchemy as sa

    with connected(address) as connection:
        found = find_table(address, tables_of(connection), name)
        kinds = dict(connection.execute(sa.text(COLUMNS), {"oid": found.oid}).all())
        keys = [n for (n,) in connection.execute(sa.text(KEYS), {"oid": found.oid})]
        shape = choose_shape(kinds)
        names = [n for n, kind in kinds.items() if kind not in SHAPES]
        rows = connection.execute(select_rows(found, kinds, names, shape)).all()
        srids = sorted({row[-2] for row in rows if row[-2]}) if shape else []
        if len(srids) > 1:
            raise InputError(
                "errors.database_srids",
                file=address.label,
                layer=found.full,
                srids=", ".join(map(str, srids)),
            )
        crs = read_crs(connection, srids[0]) if srids else None
    width = len(names) + (shape is not None)
    at = [names.index(key) for key in keys if key in names]
    cells = sorted_rows([[plain_cell(cell) for cell in row[:width]] for row in rows], at)
    frame = pd.DataFrame([row[: len(names)] for row in cells], columns=names, dtype=object)
    digest = hash_rows(names, shape, cells)
    if shape is None:
        return RawLayer(frame, encoding="UTF-8", sha256=digest)
    shapes = shapely.from_wkb(np.array([row[len(names)] for row in cells], dtype=object), on_invalid="fix")
    placed = gpd.GeoDataFrame(frame, geometry=gpd.GeoSeries(shapes, index=frame.index), crs=crs)
    return RawLayer(placed, crs, "UTF-8", curved=any(row[-1] for row in rows), sha256=digest)


def tables_of(connection: Any) -> list[Table]:
    """Return the tables of an open database."""
    import sqlalchemy as sa

    return [Table(*row) for row in connection.execute(sa.text(TABLES))]


def find_table(address: Address, tables: list[Table], name: str) -> Table:
    """Return the table of this name, with its schema or on the search path."""
    for one in tables:
        if name == one.full or (name == one.name and one.place is not None):
            return one
    raise InputError(
        "errors.table_missing",
        file=address.label,
        layer=name,
        layers=", ".join(one.full for one in tables) or "—",
    )


def choose_shape(kinds: dict[str, str]) -> str | None:
    """Return the column with the shapes: the one called as usual, else the first; None where there is none."""
    shapes = [name for name, kind in kinds.items() if kind in SHAPES]
    usual = [name for name in SHAPE_NAMES if name in shapes]
    return next(iter(usual + shapes), None)


def select_rows(table: Table, kinds: dict[str, str], names: list[str], shape: str | None) -> Any:
    """Return the query for a table: its columns; then shape (EWKB, arcs straightened), SRID and whether it has arcs."""
    import sqlalchemy as sa

    source = sa.table(table.name, *(sa.column(name) for name in kinds), schema=table.schema)
    asked: list[Any] = [source.c[n] if kinds[n] in PLAIN else sa.cast(source.c[n], sa.Text) for n in names]
    if shape is not None:
        column = source.c[shape] if kinds[shape] == "geometry" else sa.func.geometry(source.c[shape])
        straight = sa.func.ST_AsEWKB(sa.func.ST_CurveToLine(column))
        asked += [straight, sa.func.ST_SRID(column), sa.func.ST_HasArc(column)]
    return sa.select(*(one.label(f"c{number}") for number, one in enumerate(asked)))


def read_crs(connection: Any, srid: int) -> CRS | None:
    """Return the CRS of an SRID: by its authority, else as the database writes it; None where PROJ has none."""
    import sqlalchemy as sa

    stated = connection.execute(sa.text(SRID), {"srid": srid}).first()
    if stated is None:
        return None
    authority, code, text = stated
    return (find_crs(f"{authority}:{code}") if authority else None) or (find_crs(text) if text else None)


def plain_cell(cell: Any) -> Any:
    """Return a cell as number, text, bytes or None: decimals that are whole become whole numbers."""
    if isinstance(cell, Decimal):
        whole = cell.is_finite() and cell == cell.to_integral_value()
        return int(cell) if whole else float(cell)
    return bytes(cell) if isinstance(cell, memoryview) else cell


def sorted_rows(rows: list[list[Any]], keys: list[int]) -> list[list[Any]]:
    """Return rows in an order that does not depend on how the database keeps them: by key, then by content."""
    return sorted(rows, key=lambda row: ([row[key] for key in keys], line_of(row)))


def line_of(row: list[Any]) -> str:
    """Return a row as one line of JSON, shapes in hexadecimal."""
    return json.dumps([one.hex() if isinstance(one, bytes) else one for one in row], ensure_ascii=False)


def hash_rows(names: list[str], shape: str | None, rows: list[list[Any]]) -> str:
    """Return the sha256 of a table's content: a line of names, the shape's last, then a line a row."""
    digest = hashlib.sha256((line_of([*names, shape]) + "\n").encode())
    for row in rows:
        digest.update((line_of(row) + "\n").encode())
    return digest.hexdigest()


@contextmanager
def connected(address: Address) -> Iterator[Any]:
    """Give a connection that only reads, one snapshot; what the server answers instead becomes a sentence."""
    try:
        import psycopg  # noqa: F401
        import sqlalchemy as sa
    except ImportError:
        raise InputError("errors.postgis_extra", file=address.label) from None
    url = sa.URL.create(
        "postgresql+psycopg",
        username=address.user,
        password=address.password,
        host=address.host,
        port=address.port,
        database=address.name,
        query=dict(address.extra),
    )
    patience = {} if "connect_timeout" in url.query else {"connect_timeout": CONNECT_S}
    engine = sa.create_engine(url, poolclass=sa.NullPool, connect_args=patience)
    try:
        with engine.connect().execution_options(
            isolation_level="REPEATABLE READ", postgresql_readonly=True
        ) as connection:
            yield connection
    except sa.exc.DBAPIError as error:
        # "from None": the error of the library holds the address it was given
        raise InputError(code_of(error), file=address.label, detail=words_of(error, address)) from None
    except sa.exc.ArgumentError:
        raise InputError("errors.database_address", file=address.label) from None


def code_of(error: Any) -> str:
    """Return which sentence says what a database answered."""
    state = getattr(error.orig, "sqlstate", None)
    if state in REFUSED or (state is None and any(w in str(error.orig).casefold() for w in REFUSED_WORDS)):
        return "errors.database_refused"
    opened = state is not None and not state.startswith(("08", "3D", "57"))
    return "errors.database_failed" if opened else "errors.database_unreachable"


def words_of(error: Any, address: Address) -> str:
    """Return the first line of what a database answered, without the password."""
    lines = [line.strip() for line in str(error.orig).splitlines() if line.strip()]
    said = lines[-1] if lines else type(error.orig).__name__
    return (said.replace(address.password, "***") if address.password else said)[:DETAIL_SHOWN]
