"""Progress on a terminal: a live bar, or plain lines where nobody watches."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from gridder.effort import Event, Progress
from gridder.text import say


@contextmanager
def live_bar(lang: str) -> Iterator[Progress]:
    """Give a progress that draws one live bar on stderr."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bar

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=1)

        def show(event: Event) -> None:
            words = f"{say(lang, f'progress.{event.stage}')} {event.what}"
            bar.update(task, description=words, completed=event.done, total=max(event.total, 1))

        yield show


def plain_lines(lang: str, write: Callable[[str], None]) -> Progress:
    """Return a progress that writes a line for every new stage and every tenth of the partition."""
    last = ["", ""]

    def show(event: Event) -> None:
        tenth = str(10 * event.done // max(event.total, 1))
        if event.stage != last[0] or (event.stage == "partition" and tenth != last[1]):
            last[:] = [event.stage, tenth]
            count = f" {event.done}/{event.total}" if event.total > 1 else ""
            write(f"{say(lang, f'progress.{event.stage}')}{count}")

    return show
