"""Every table of an input with the layer and the columns it probably has, recognised, stated or guessed."""

from __future__ import annotations

from dataclasses import dataclass, replace

from gridder.policy import load_policy
from gridder.read.candidates import WANTED, Candidate, find_candidates
from gridder.read.column_facts import ColumnFacts
from gridder.read.columns import REQUIRED, recognise_cut
from gridder.read.counts import parse_text
from gridder.read.kinds import says_kinds
from gridder.read.layer_guesses import Shown, guess_layers
from gridder.read.settings import ReadOptions
from gridder.tables import LAYERS, recognise

OFFERED = 3  # candidates told of one column


@dataclass(frozen=True)
class Meant:
    """One table with its columns: ``known`` (recognised or stated), ``offers`` for those that are not."""

    shown: Shown
    known: dict[str, str]
    offers: dict[str, list[Candidate]]

    @property
    def layer(self) -> str:
        """gridder's layer the table is, or may be, taken for."""
        return self.shown.layer

    @property
    def chosen(self) -> dict[str, str]:
        """The likeliest source column of every column that has one."""
        first = {column: offers[0].facts.name for column, offers in self.offers.items() if offers}
        if "households" in self.known or "households" in first:
            first.pop("population", None)
        return first

    @property
    def lacking(self) -> list[str]:
        """The required columns that nobody named or recognised."""
        if "population" in self.known and self.layer == "buildings":
            return []
        if self.layer == "barriers" and (self.shown.kind or already_says(self.shown)):
            return []
        return [c for c in REQUIRED.get(self.layer, ()) if c not in self.known]


def already_says(shown: Shown) -> bool:
    """Whether barriers are classed by other columns than ``kind``, or by the layer's name."""
    return says_kinds(shown.entry.source, [str(name) for name in shown.table.columns])


def propose(tables: list[Shown], options: ReadOptions) -> list[Meant]:
    """Return every table with the layer and the columns it probably has."""
    most = load_policy().households_absurd
    found = []
    for shown in guess_layers(tables, most):
        names = [facts.name for facts in shown.columns]
        known: dict[str, str] = {}
        if shown.layer:
            stated = {**shown.entry.source.columns, **options.columns.get(shown.layer, {})}
            known = {**recognise_cut(shown.layer, names), **recognise(shown.layer, names)}
            known |= {column: name for column, name in stated.items() if name in names}
        free = [facts for facts in shown.columns if facts.name not in known.values()]
        offers = {
            column: find_candidates(shown.layer, column, free, most)[:OFFERED]
            for column in WANTED.get(shown.layer, {})
            if column not in known and not (column == "kind" and already_says(shown))
        }
        found.append(Meant(shown, known, offers))
    order = {layer: n for n, layer in enumerate(LAYERS)}
    return sorted(agree(found), key=lambda one: order.get(one.layer, len(order)))


def agree(found: list[Meant]) -> list[Meant]:
    """Return tables in which the buildings' communities are offered only where they are those of the outlines."""
    buildings = next((one for one in found if one.layer == "buildings"), None)
    communities = next((one for one in found if one.layer == "communities"), None)
    if buildings is None or communities is None or "community_id" in buildings.known:
        return found
    stated = [communities.known["community_id"]] if "community_id" in communities.known else []
    ids = stated or [one.facts.name for one in communities.offers["community_id"]]
    for name in ids:
        there = set(parse_text(communities.shown.table[name]))
        for facts in buildings.shown.columns:
            said = set(parse_text(buildings.shown.table[facts.name])) - {None}
            if 1 < len(said) < facts.known and said <= there:
                return [settle_ids(one, facts, name) for one in found]
    return [
        replace(one, offers=one.offers | {"community_id": []}) if one is buildings else one for one in found
    ]


def settle_ids(one: Meant, of_buildings: ColumnFacts, of_communities: str) -> Meant:
    """Return a table with the two columns that hold the same ids offered first."""
    if one.layer == "buildings":
        both = Candidate("community_id", of_buildings, "both", 1.0)
        return replace(one, offers=one.offers | {"community_id": [both]})
    if one.layer == "communities" and "community_id" in one.offers:
        first = sorted(one.offers["community_id"], key=lambda offer: offer.facts.name != of_communities)
        return replace(one, offers=one.offers | {"community_id": first})
    return one
