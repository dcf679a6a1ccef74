"""Two plans side by side: their pieces, the history of their codes, and the figures of a comparison."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pandas as pd

from gridder.changes import Summary, match_grids, pair_pieces, summarise_pairs, tidy_text
from gridder.outputs.maps.layers import text_of
from gridder.outputs.maps.two import Both, both
from gridder.tables import Run
from gridder.text import LANGS, say

WHOLE = ""  # the scope that is no community but the whole district
PERCENT = 100


@dataclass(frozen=True)
class Pair:
    """Two plans and what became of their pieces.

    ``pieces`` are the rows of ``changes.pair_pieces`` with the ``community`` each is told under: that of the
    new plan, for vanished buildings that of the old one.
    """

    old: Run
    new: Run

    @cached_property
    def pieces(self) -> pd.DataFrame:
        """Every piece of both plans with its community."""
        pairs = pair_pieces(self.old.buildings, self.new.buildings)
        where = community_of(self.old.buildings) | community_of(self.new.buildings)
        return pairs.assign(community=[where[building] for building in pairs["building_id"]])

    @cached_property
    def history(self) -> pd.DataFrame:
        """Rows of ``changes.match_grids`` with their community."""
        history = match_grids(self.old.buildings, self.new.buildings)
        where = [
            self.home[old or news[0]]
            for old, news in zip(history["old_grid"], history["new_grids"], strict=True)
        ]
        return history.assign(community=where)

    @cached_property
    def home(self) -> dict[str, str]:
        """Grid code → its community; the new plan wins."""
        found: dict[str, str] = {}
        for run in (self.old, self.new):
            found |= dict(zip(map(str, run.grids.index), map(str, run.grids["community_id"]), strict=True))
        return found

    @cached_property
    def numbers(self) -> dict[str, str]:
        """Grid code → its number inside its community; the new plan wins."""
        found: dict[str, str] = {}
        for run in (self.old, self.new):
            found |= dict(zip(map(str, run.grids.index), map(text_of, run.grids["grid_no"]), strict=True))
        return found

    @cached_property
    def names(self) -> dict[str, str]:
        """Community id → its name, of every community of either plan, sorted by id; the new plan wins."""
        found: dict[str, str] = {}
        for run in (self.old, self.new):
            names = [text_of(name) for name in run.communities["name"]]
            found |= {str(i): name or str(i) for i, name in zip(run.communities.index, names, strict=True)}
        return dict(sorted(found.items()))

    def call(self, code: str, community: str) -> str:
        """Return a grid's number as said in ``community``: after the name of its community where another."""
        home = self.home.get(code, community)
        number = self.numbers.get(code) or code
        return number if home == community else f"{self.names.get(home, home)} {number}"


def community_of(buildings: pd.DataFrame) -> dict[str, str]:
    """Return building → community."""
    return dict(zip(tidy_text(buildings["building_id"]), tidy_text(buildings["community_id"]), strict=True))


# ── figures ──


def summarise_scope(pair: Pair, scope: str) -> Summary:
    """Return the figures of one community, or of the whole district."""
    pieces, history = pair.pieces, pair.history
    if scope != WHOLE:
        pieces, history = pieces[pieces["community"] == scope], history[history["community"] == scope]
    old_grids, new_grids = pair.old.grids, pair.new.grids
    return summarise_pairs(pieces, history, old_grids=old_grids, new_grids=new_grids)


def percent(share: float | None) -> str:
    """Return a share with one decimal, cut: 99.96 % is not yet 100 %."""
    if share is None:
        return "—"
    tenths = int(share * PERCENT * 10 + 1e-9)
    return "100%" if tenths == PERCENT * 10 else f"{tenths / 10:.1f}%"


def tell_verdict(facts: Summary) -> dict[str, Both]:
    """Return the first line of the panel and the sentence under it."""
    if facts.share_staying is None and not facts.moved:
        head = both("compare.verdict_nothing_shared")
    elif not facts.buildings_moved:
        head = both("compare.verdict_none")
    else:
        share = percent(facts.share_staying)
        head = both("compare.verdict", buildings=facts.buildings_moved, households=facts.moved, share=share)
    parts = [
        both(f"compare.verdict_{kind}", n=facts.kinds[kind])
        for kind in ("split", "merged", "new", "retired", "changed")
        if facts.kinds[kind]
    ]
    parts += [both("compare.verdict_added", n=facts.added)] if facts.added else []
    parts += [both("compare.verdict_removed", n=facts.removed)] if facts.removed else []
    return {"head": head, "note": join(parts, stop=True)}


def tell_figures(pair: Pair, scope: str, facts: Summary) -> list[dict[str, Any]]:
    """Return the four figures: name, value, note and whether it is one of change."""
    moved = "compare.figure_moved_added" if facts.added or facts.removed else "compare.figure_moved_note"
    counted = {"added": facts.added, "removed": facts.removed} if facts.added or facts.removed else {}
    return [
        {
            "name": both("compare.figure_staying"),
            "value": same(percent(facts.share_staying)),
            "note": both(
                "compare.figure_staying_note", staying=facts.staying, both=facts.staying + facts.moved
            ),
        },
        {
            "name": both("compare.figure_moved"),
            "value": both("compare.figure_moved_value", n=facts.moved),
            "note": both(moved, buildings=facts.buildings_moved, **counted),
            "change": facts.moved > 0,
        },
        {
            "name": both("compare.figure_grids"),
            "value": same(f"{facts.grids_old:,} → {facts.grids_new:,}"),
            "note": both("compare.figure_grids_note", **facts.kinds),
        },
        {
            "name": both("compare.figure_outside"),
            "value": same(f"{facts.outside_old:,} → {facts.outside_new:,}"),
            "note": tell_outside(pair, scope),
        },
    ]


def tell_outside(pair: Pair, scope: str) -> Both:
    """Return how many grids outside the window were solved, stayed and came anew."""
    before, after = outside(pair.old, scope), outside(pair.new, scope)
    if not before and not after:
        policy = pair.new.policy
        return both("compare.figure_outside_none", low=policy.households_min, high=policy.households_max)
    counts = {"solved": len(before - after), "same": len(before & after), "fresh": len(after - before)}
    return join([both(f"compare.figure_outside_{key}", n=n) for key, n in counts.items() if n])


def outside(run: Run, scope: str) -> set[str]:
    """Return the codes of the grids outside the window, of a community or of all."""
    grids = run.grids[run.grids["status"] == "exception"]
    if scope != WHOLE:
        grids = grids[grids["community_id"].astype(str) == scope]
    return set(map(str, grids.index))


def same(text: str) -> Both:
    """Return a text that both languages share."""
    return dict.fromkeys(LANGS, text)


def join(parts: list[Both], *, stop: bool = False) -> Both:
    """Return sentences in one line, as each language joins them, with a capital at its beginning."""
    line: Both = {}
    for lang in LANGS:
        text = say(lang, "compare.note_joiner").join(part[lang] for part in parts)
        end = say(lang, "compare.stop") if stop and text else ""
        line[lang] = text[:1].upper() + text[1:] + end
    return line
