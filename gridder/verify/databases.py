"""A table of a PostgreSQL database read again, with its own query: its rows, and the sha256 of its content."""

from __future__ import annotations

import hashlib
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd

from gridder.addresses import parse_address

PATIENCE_S = 10  # seconds to wait for the server
PLAIN = ("bool", "int2", "int4", "int8", "float4", "float8", "numeric")
USUAL = ("geom", "geometry", "the_geom", "shape", "wkb_geometry", "geog")
DESCRIBE = """
select a.attname, t.typname,
       coalesce(array_position(i.indkey::int2[], a.attnum), -1)
from pg_attribute a join pg_type t on t.oid = a.atttypid
left join pg_index i on i.indrelid = a.attrelid and i.indisprimary
where a.attrelid = %s::oid and a.attnum > 0 and not a.attisdropped order by a.attnum
"""
FIND = """
select c.oid, n.nspname, c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
where c.relkind in ('r', 'p', 'v', 'm', 'f')
  and (n.nspname || '.' || c.relname = %s or (c.relname = %s and n.nspname = any (current_schemas(false))))
order by array_position(current_schemas(false), n.nspname) nulls last
"""


def read_database(address: Path, name: str) -> tuple[pd.DataFrame, str, list[str | None]]:
    """Return the rows of a table, by primary key, else by content, the sha256 of its lines, and its shapes (EWKB).

    Raises
    ------
    ValueError
        The database cannot be read; says why, without the password.
    """
    try:
        import psycopg
        from psycopg import sql
    except ImportError:
        raise ValueError("pip install 'gridder[postgis]'") from None
    place = parse_address(address)
    if place is None:
        raise ValueError("postgresql://")
    words = {"host": place.host, "port": place.port, "user": place.user, "dbname": place.name}
    secret = {"password": place.password} if place.password else {}
    known: dict[str, Any] = {key: value for key, value in words.items() if value} | secret | dict(place.extra)
    try:
        with psycopg.connect(**({"connect_timeout": PATIENCE_S} | known)) as server:
            server.read_only = True
            found = server.execute(FIND, (name, name)).fetchone()
            if found is None:
                raise ValueError(name)
            described = server.execute(DESCRIBE, (found[0],)).fetchall()
            chosen, names = choose(described)
            asked = [ask(sql, one, kind) for one, kind, _ in described if one in (*names, chosen)]
            order = [one for one, _, _ in described if one in (*names, chosen)]
            query = sql.SQL("select {} from {}").format(sql.SQL(", ").join(asked), sql.Identifier(*found[1:]))
            rows = [dict(zip(order, row)) for row in server.execute(query).fetchall()]
    except psycopg.Error as error:
        said = str(error).replace(place.password, "***") if place.password else str(error)
        raise ValueError(f"{place.label}: {said.splitlines()[0] if said else type(error).__name__}") from None
    keys = [one for at, one in sorted((at, one) for one, _, at in described if at >= 0)]
    return settle(rows, names, chosen, [key for key in keys if key in names])


def choose(described: list[Any]) -> tuple[str | None, list[str]]:
    """Return the column with the shapes, None where there is none, and the others."""
    shapes = [name for name, kind, _ in described if kind in ("geometry", "geography")]
    usual = [name for name in USUAL if name in shapes]
    return next(iter(usual + shapes), None), [name for name, _, _ in described if name not in shapes]


def ask(sql: Any, name: str, kind: str) -> Any:
    """Return how a column is asked for: numbers as they are, shapes as EWKB with arcs straightened, all else as text."""
    column = sql.Identifier(name)
    if kind in ("geometry", "geography"):
        return sql.SQL("st_asewkb(st_curvetoline(geometry({})))").format(column)
    return column if kind in PLAIN else sql.SQL("{}::text").format(column)


def settle(
    rows: list[dict[str, Any]], names: list[str], shape: str | None, keys: list[str]
) -> tuple[pd.DataFrame, str, list[str | None]]:
    """Return rows in their fixed order, as a table, the sha256 of their lines of JSON after a line of names, shapes."""
    columns = [*names, shape] if shape else names
    table = [{name: plain(row[name]) for name in columns} for row in rows]
    lines = [(([row[key] for key in keys]), line([*row.values()]), row) for row in table]
    lines.sort(key=lambda one: (one[0], one[1]))
    content = "".join(text + "\n" for text in (line([*names, shape]), *(text for _, text, _ in lines)))
    frame = pd.DataFrame([[row[name] for name in names] for _, _, row in lines], columns=names, dtype=object)
    shapes = [row[shape] if shape else None for _, _, row in lines]
    return frame, hashlib.sha256(content.encode()).hexdigest(), shapes


def plain(value: Any) -> Any:
    """Return a value as JSON has it: whole decimals as whole numbers, bytes in hexadecimal."""
    if isinstance(value, Decimal):
        return int(value) if value.is_finite() and value == int(value) else float(value)
    return bytes(value).hex() if isinstance(value, (bytes, memoryview)) else value


def line(values: list[Any]) -> str:
    """Return values as one line of JSON."""
    return json.dumps(values, ensure_ascii=False)
