"""What a command line asks for, as the objects that the flow takes."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any, Literal, cast

from gridder.addresses import is_address, name_of_database
from gridder.effort import Effort, EffortName
from gridder.errors import UsageError
from gridder.outputs.maps.drawing import Drawing, make_drawing, settle_words
from gridder.partition.problem import GridsRule
from gridder.policy import DEFAULT_POLICY, Policy, load_policy
from gridder.prepare import PlanOptions
from gridder.read.settings import ReadOptions, parse_columns, parse_coords, parse_layers, parse_staffing
from gridder.read.staffing_inputs import judge_given, state_inputs
from gridder.tables import District
from gridder.text import typed

GRIDS_WORDS = ("target", "fewest", "most", "free")


@dataclass(frozen=True)
class Request:
    """The shared options of the commands that plan, as typed."""

    policy: str | None = None
    grids: str = "target"
    effort: str = "standard"
    seed: int = 0
    lang: str = "zh"
    columns: list[str] | None = None
    layer: list[str] | None = None
    crs: str | None = None
    coords: str | None = None
    encoding: str | None = None
    bad_rows: str = "stop"
    missing: str = "stop"
    jobs: int = 1
    effective_date: str = ""
    objective: str = "boundary"
    staffing: list[str] | None = None
    pictures: str | None = None
    basemap: str | None = None
    key: str | None = None
    basemap_coords: str | None = None
    anonymous: bool = False

    def read_options(self) -> ReadOptions:
        """Return how to read the input.

        Raises
        ------
        UsageError
            ``--columns``, ``--layer`` or ``--coords`` that do not say name=value, or name what gridder does not know.
        """
        columns = parse_columns(",".join(self.columns or []))
        layers = parse_layers(self.layer or [])
        coords, coords_of = parse_coords(self.coords)
        return ReadOptions(columns, layers, self.crs, coords, self.encoding, coords_of)

    def plan_options(self) -> PlanOptions:
        """Return what to plan, with what the record keeps of the question."""
        read = self.read_options()
        refuse_no_date(self.effective_date)
        asked = {"columns": read.columns, "layers": read.layers, "crs": self.crs, "coords": self.coords,
                 "encoding": self.encoding}  # fmt: skip
        given = parse_staffing(self.staffing or [])
        asked |= {"staffing_given": given} if given else {}
        return PlanOptions(
            parse_grids(self.grids),
            cast(Any, self.bad_rows),
            cast(Any, self.missing),
            self.lang,
            self.jobs,
            self.effective_date,
            cast(Any, self.objective),
            asked,
            self.anonymous,
        )

    def words(self) -> list[str]:
        """Return the options that say how the input is read and judged, as they are typed."""
        single = {"--crs": self.crs, "--encoding": self.encoding, "--policy": self.policy}
        several = {"--layer": self.layer, "--columns": self.columns, "--coords": self.coords,
                   "--staffing": self.staffing}  # fmt: skip
        pairs = [(name, value) for name, value in single.items() if value]
        for name, values in several.items():
            pairs += [(name, value) for value in ([values] if isinstance(values, str) else values or [])]
        pairs += [("--lang", self.lang)] if self.lang != "zh" else []
        return [word for name, value in pairs for word in (name, typed(value))]

    def state_inputs(self, district: District) -> District:
        """Return a district whose inputs of the staffing are those of the command line, else its own."""
        given = parse_staffing(self.staffing or [])
        settings = state_inputs(district.settings, given) if given else district.settings
        return replace(district, settings=settings, findings=judge_given(district.findings, given))

    def effort_of(self) -> Effort:
        """Return how hard to look."""
        return Effort(cast(EffortName, self.effort), self.seed)

    def drawing(self) -> Drawing:
        """Return how the delivery is drawn.

        Raises
        ------
        GridderError
            A basemap that is none, or pictures that cannot be drawn here.
        """
        return make_drawing(self.drawn())

    def drawn(self, kept: Mapping[str, Any] | None = None) -> dict[str, str]:
        """Return the options of drawing as typed, else as a delivery was drawn with."""
        return settle_words(vars(self), kept)

    def policy_of(self, settings: dict[str, Any]) -> Policy:
        """Return the policy: the command line's, else that of district.yaml, else the default."""
        return load_policy(self.policy or settings.get("policy") or DEFAULT_POLICY)


def name_of_input(path: Path) -> str:
    """Return the name an input gives to its delivery: a file's without its ending, a folder's whole, a database's."""
    if is_address(path):
        return name_of_database(path)
    place = Path(os.path.abspath(path))
    if place.name == "district.yaml":
        return place.parent.name
    return place.name if place.is_dir() and place.suffix.lower() != ".gdb" else place.stem


def refuse_no_date(text: str) -> None:
    """Raise UsageError for a date that is neither blank nor written YYYY-MM-DD."""
    try:
        if text and date.fromisoformat(text).isoformat() != text:
            raise ValueError(text)
    except ValueError:
        raise UsageError("errors.date_form", text=text) from None


def parse_grids(text: str) -> GridsRule | int:
    """Return the rule for the number of grids.

    Raises
    ------
    UsageError
        Neither one of the words nor a whole number above 0.
    """
    if text in GRIDS_WORDS:
        return cast(Literal["target", "fewest", "most", "free"], text)
    if text.isascii() and text.isdigit() and int(text) > 0:
        return int(text)
    raise UsageError("errors.grids_word", text=text)
