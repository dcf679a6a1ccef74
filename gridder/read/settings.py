"""What the user says about the input: options of the command line, and the sources to read."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from gridder.addresses import Address
from gridder.coordinates import DATUMS, Datum
from gridder.errors import Finding, UsageError
from gridder.read.staffing_inputs import BOUNDS, STAFFING, judge_input, read_number
from gridder.read.zipped import Unpacked
from gridder.tables import LAYERS, ROSTER


@dataclass(frozen=True)
class ReadOptions:
    """What the command line says about the input.

    Parameters
    ----------
    columns
        Layer → gridder's column → source column.
    layers
        gridder's layer → layer (or file stem) of the source.
    crs
        CRS of layers that state none, anything PROJ understands (``EPSG:4549``).
    coords
        Datum of layers in degrees.
    encoding
        Encoding of shapefiles and CSV files; None tries UTF-8, then GB18030.
    coords_of
        Layer → datum stated for that very layer, in degrees or projected: wins over every other statement.
    """

    columns: dict[str, dict[str, str]] = field(default_factory=dict)
    layers: dict[str, str] = field(default_factory=dict)
    crs: str | None = None
    coords: Datum | None = None
    encoding: str | None = None
    coords_of: dict[str, Datum] = field(default_factory=dict)


@dataclass(frozen=True)
class Source:
    """One place to read one of gridder's layers from.

    Parameters
    ----------
    path
        The file to read; of a database the address, of an archive the file taken out of it.
    label
        Its name in messages: the file's, as ``district.yaml`` or the folder has it.
    archive
        The zip the file was taken out of, and ``member``, its path in there.
    lines
        Key → line of ``district.yaml``, where ``stated_in`` is set.
    """

    layer: str
    path: Path
    label: str
    source_layer: str | None = None
    columns: dict[str, str] = field(default_factory=dict)
    crs: str | None = None  # stated for this very layer: wins over the file's own word
    coords: Datum | None = None
    encoding: str | None = None
    kind: str | None = None  # one kind for all features (barriers)
    kinds: dict[str, str] = field(default_factory=dict)  # source word → kind (barriers)
    archive: Unpacked | None = None
    member: str | None = None
    address: Address | None = None
    stated_in: str = ""
    lines: dict[str, int] = field(default_factory=dict)

    @property
    def file(self) -> str:
        """The name of the file in the record: of an archive, its own."""
        return self.label.removesuffix(f"/{self.member}") if self.member else self.label


@dataclass(frozen=True)
class Layout:
    """Where a district's layers are, what else ``district.yaml`` says, and what was noticed on the way."""

    sources: tuple[Source, ...]
    district_id: str | None = None
    name: str | None = None
    crs: str | None = None
    coords: Datum | None = None
    encoding: str | None = None
    settings: dict[str, Any] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()
    file: Path | None = None  # the district.yaml itself


def parse_columns(text: str) -> dict[str, dict[str, str]]:
    """Return layer → column → source column of ``households=户数,communities.community_id=SQDM``.

    Raises
    ------
    UsageError
        No ``=``, an unknown layer, a column gridder does not know, or one stated twice.
    """
    found: dict[str, dict[str, str]] = {}
    stated: dict[str, str] = {}
    for name, source in split_pairs("--columns", text):
        layer, _, column = name.rpartition(".")
        layer = layer or "buildings"
        if layer not in LAYERS:
            raise UsageError(
                "errors.layer_name_unknown", option="--columns", layer=layer, known=", ".join(LAYERS)
            )
        known = [c.name for c in (*LAYERS[layer], *(ROSTER if layer == "workforce" else ()))]
        if column not in known:
            raise UsageError("errors.column_name_unknown", layer=layer, column=column, known=", ".join(known))
        refuse_twice("--columns", column if layer == "buildings" else f"{layer}.{column}", source, stated)
        found.setdefault(layer, {})[column] = source
    return found


def parse_layers(texts: list[str] | tuple[str, ...] | str) -> dict[str, str]:
    """Return gridder's layer → source layer of ``communities=iris`` (one text with commas, or several).

    Raises
    ------
    UsageError
        No ``=``, a layer gridder does not know, or one stated twice.
    """
    found: dict[str, str] = {}
    for text in [texts] if isinstance(texts, str) else texts:
        for layer, source in split_pairs("--layer", text):
            if layer not in LAYERS:
                raise UsageError(
                    "errors.layer_name_unknown", option="--layer", layer=layer, known=", ".join(LAYERS)
                )
            refuse_twice("--layer", layer, source, found)
    return found


def parse_coords(text: str | None) -> tuple[Datum | None, dict[str, Datum]]:
    """Return the datum of all layers in degrees, and layer → datum, of ``gcj02,buildings=wgs84``.

    Case, blanks and hyphens do not matter: ``GCJ-02`` is ``gcj02``.

    Raises
    ------
    UsageError
        A layer or a datum gridder does not know, or one stated twice.
    """
    general: Datum | None = None
    by_layer: dict[str, Datum] = {}
    for part in (text or "").replace("，", ",").split(","):
        name, equals, word = part.rpartition("=")
        layer, datum = name.strip(), find_datum(word)
        if equals and layer not in LAYERS:
            raise UsageError(
                "errors.layer_name_unknown", option="--coords", layer=layer, known=", ".join(LAYERS)
            )
        if datum is None and part.strip():
            raise UsageError("datum.unknown", text=part.strip(), known=", ".join(DATUMS))
        if datum is None:
            continue
        if by_layer.get(layer, datum) != datum or (not equals and general not in (None, datum)):
            raise UsageError("datum.stated_twice", text=str(text), layer=layer or "--coords")
        if equals:
            by_layer[layer] = datum
        else:
            general = datum
    return general, by_layer


def parse_staffing(texts: list[str] | tuple[str, ...]) -> dict[str, float]:
    """Return input → value of ``county_cap=220,reference_wage_yuan_year=62000``; whole numbers are int.

    Raises
    ------
    UsageError
        No ``=``, an input gridder does not know or that is stated in two ways, no number, or a number that it cannot be.
    """
    given: dict[str, float] = {}
    stated: dict[str, str] = {}
    for key, text in (pair for part in texts for pair in split_pairs(STAFFING, part)):
        if key not in BOUNDS:
            raise UsageError("inputs.unknown", option=STAFFING, key=key, known=", ".join(BOUNDS))
        refuse_twice(STAFFING, key, text, stated)
        value = read_number(text)
        wrong = judge_input(key, text if value is None else value, STAFFING)
        if wrong is not None and wrong.level == "problem":
            raise UsageError(wrong.code, **wrong.facts)
        given[key] = value if value is not None else 0.0
    return given


def refuse_twice(option: str, name: str, value: str, stated: dict[str, str]) -> None:
    """Take note of what is stated of a name, and stop where something else was before: which one is meant, nobody knows."""
    if stated.get(name, value) != value:
        raise UsageError("inputs.twice", option=option, name=name, first=stated[name], second=value)
    stated[name] = value


def find_datum(word: str) -> Datum | None:
    """Return the datum a word names, None when it names none."""
    folded = "".join(c for c in word.casefold() if c.isalnum())
    return next((datum for datum in DATUMS if datum == folded), None)


def split_pairs(option: str, text: str) -> list[tuple[str, str]]:
    """Return the ``name=value`` pairs of a text separated by commas (Chinese ones too)."""
    pairs = []
    for part in text.replace("，", ",").split(","):
        if not part.strip():
            continue
        name, equals, value = part.partition("=")
        if not equals or not name.strip() or not value.strip():
            raise UsageError("errors.pair_expected", option=option, text=part.strip())
        pairs.append((name.strip(), value.strip()))
    return pairs
