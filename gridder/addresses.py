"""Addresses of databases, ``postgresql://user:password@host:5432/name``: told from files, and without their secrets."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

# A Path makes one slash of two: an address that came through one is still an address.
SCHEME = re.compile(r"(postgres|postgresql|postgis)(\+\w+)?:/+", re.IGNORECASE)


@dataclass(frozen=True)
class Address:
    """Where a database is, and who asks; what is None is left to PGHOST, PGUSER, ~/.pgpass and the like.

    ``extra`` are the parameters behind ``?``, as libpq knows them (``sslmode=require``).
    """

    name: str | None
    host: str | None = None
    port: int | None = None
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    extra: tuple[tuple[str, str], ...] = ()

    @property
    def label(self) -> str:
        """The address for messages and records: neither user nor password, nor parameters."""
        host = self.host or ""
        shown = "" if host.startswith("/") else host  # a socket's folder is this machine's affair
        port = f":{self.port}" if self.port else ""
        return f"postgresql://{shown}{port}/{self.name or ''}"

    @property
    def without_password(self) -> str:
        """The address to call again where others may look: all but the password, which ``PGPASSWORD`` may hold."""
        host, asked = self.host or "", dict(self.extra)
        if host.startswith("/"):  # a socket's folder has no place before the name
            host, asked = "", asked | {"host": host}
        shown = f"[{host}]" if ":" in host else quote(host, safe="")
        user = f"{quote(self.user, safe='')}@" if self.user else ""
        port = f":{self.port}" if self.port else ""
        more = f"?{urlencode(asked)}" if asked else ""
        return f"postgresql://{user}{shown}{port}/{quote(self.name or '', safe='')}{more}"


def is_address(text: object) -> bool:
    """Whether a text, or a path made of it, is the address of a database."""
    return bool(SCHEME.match(str(text)))


def parse_address(text: str | Path) -> Address | None:
    """Return the parts of a database's address; None where it cannot be taken apart (a ``#`` or ``/`` in a password)."""
    found = SCHEME.match(str(text))
    rest = str(text)[found.end() :] if found else str(text)
    if found and found.group().count("/") != 2 and "/" not in rest.partition("?")[0].rstrip("/"):
        rest = f"/{rest}"  # postgresql:///name, or what a Path makes of it: no host
    try:
        parts = urlsplit(f"//{rest}")
        port = parts.port
    except ValueError:
        return None
    name = unquote(parts.path.strip("/"))
    extra = dict(parse_qsl(parts.query))
    if parts.fragment or "/" in name or "@" in name or not extra.get("port", "0").isdigit():
        return None
    asked = {key: extra.pop(key, None) for key in ("dbname", "host", "port", "user", "password")}
    return Address(
        name=name or asked["dbname"],
        host=unquote(parts.hostname or "") or asked["host"],
        port=port or int(asked["port"] or 0) or None,
        user=unquote(parts.username or "") or asked["user"],
        password=unquote(parts.password or "") or asked["password"],
        extra=tuple(sorted(extra.items())),
    )


def label_of(place: str | Path) -> str:
    """Return the name of an input for messages: a file's name, or a database's address without its secrets."""
    if not is_address(place):
        return Path(place).name
    address = parse_address(place)
    return address.label if address else "postgresql://"


def shown_input(place: str | Path) -> str:
    """Return an input as it may be typed again, a database's address without its password."""
    if not is_address(place):
        return str(place)
    address = parse_address(place)
    return address.without_password if address else "postgresql://"


def name_of_database(address: str | Path) -> str:
    """Return how a district from a database is called: as the database."""
    parsed = parse_address(address)
    return (parsed and parsed.name) or "postgresql"
