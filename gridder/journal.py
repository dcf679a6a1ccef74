"""The log of a run: what happened, with times. It ends as ``run.log`` of the delivery; nothing else holds a time."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from gridder.effort import Event, Progress, silent


@dataclass
class Journal:
    """Collects lines; used as a Progress it notes each stage once and passes every event on."""

    show: Progress = silent
    lines: list[str] = field(default_factory=list)
    clock: Callable[[], float] = time.monotonic
    started: float = field(default_factory=time.monotonic)
    stage: str = ""

    def __call__(self, event: Event) -> None:
        """Take one event of progress."""
        if event.stage != self.stage:
            self.stage = event.stage
            self.note(f"{event.stage} {event.what}".rstrip())
        elif event.stage == "partition":
            self.note(f"{event.stage} {event.done}/{event.total} {event.what}")
        self.show(event)

    def note(self, text: str) -> None:
        """Add one line: local time, seconds since the start, text."""
        seconds = self.clock() - self.started
        self.lines.append(f"{datetime.now().isoformat(timespec='seconds')} {seconds:9.2f}s {text}")

    def text(self) -> str:
        """Return the log so far."""
        return "\n".join(self.lines) + "\n"
