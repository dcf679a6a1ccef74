"""Progress where nobody watches: a line a stage, a line every tenth of the division."""

from __future__ import annotations

import pytest

from gridder.console import live_bar, plain_lines
from gridder.effort import Event
from gridder.text import say


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_line_a_stage_and_every_tenth(lang):
    lines: list[str] = []
    show = plain_lines(lang, lines.append)
    for event in [Event("read", 0, 1, "a"), Event("read", 1, 1, "a"), Event("check", 0, 1)]:
        show(event)
    for done in range(201):
        show(Event("partition", done, 200, "c"))
    for done in range(5):
        show(Event("maps", done, 5, "m"))
    stages = [say(lang, f"progress.{stage}") for stage in ("read", "check", "partition", "maps")]
    assert lines[:2] == stages[:2] and lines[-1].startswith(stages[3])
    middle = [line.removeprefix(stages[2]).strip() for line in lines[2:-1]]
    assert middle == [f"{done}/200" for done in range(0, 201, 20)]


def test_nothing_to_divide_is_no_division_by_zero():
    lines: list[str] = []
    show = plain_lines("en", lines.append)
    with live_bar("en") as bar:
        for tell in (show, bar):
            tell(Event("partition", 0, 0))
    assert len(lines) == 1
