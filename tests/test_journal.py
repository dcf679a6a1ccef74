"""The log of a run: each stage once, each community of the division, seconds since the start."""

from __future__ import annotations

import re

from gridder.effort import Event
from gridder.journal import Journal

LINE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d +(\d+\.\d\d)s (.*)")


def lines_of(journal: Journal) -> list[tuple[str, str]]:
    found = [LINE.fullmatch(line) for line in journal.text().splitlines()]
    return [(match[1], match[2]) for match in found if match]


def test_stages_once_communities_each_and_seconds_since_the_start():
    times = iter([10.5, 12.0, 13.25, 14.0])
    shown: list[Event] = []
    journal = Journal(show=shown.append, clock=lambda: next(times), started=10.0)
    events = [Event("read", 0, 1, "a.gpkg"), Event("read", 1, 1, "a.gpkg"), Event("partition", 0, 2),
              Event("partition", 1, 2, "001"), Event("maps", 0, 9), Event("maps", 1, 9)]  # fmt: skip
    for event in events:
        journal(event)
    assert lines_of(journal) == [
        ("0.50", "read a.gpkg"), ("2.00", "partition"), ("3.25", "partition 1/2 001"), ("4.00", "maps"),
    ]  # fmt: skip
    assert shown == events  # a bar wants all of them


def test_a_stage_that_comes_again_is_noted_again():
    journal = Journal()
    for stage in ("write", "maps", "write"):
        journal(Event(stage, 0, 1))
    assert [text for _, text in lines_of(journal)] == ["write", "maps", "write"]


def test_two_journals_share_no_lines():
    first, second = Journal(), Journal()
    first.note("only here")
    assert second.lines == [] and first.text().endswith("only here\n")
