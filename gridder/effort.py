"""How hard a run looks, and how it tells others. Never what is lawful: that is the policy's."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

EffortName = Literal["quick", "standard", "prove"]


@dataclass(frozen=True)
class Effort:
    """Search effort. All limits count work, not seconds: the same effort gives the same plan on any machine.

    Parameters
    ----------
    name
        ``quick`` (a lawful plan, about 3 % of the best), ``standard`` (the default) or ``prove``.
    seed
        Seed of the one random generator of a run, ≥ 0.
    """

    name: EffortName = "standard"
    seed: int = 0


@dataclass(frozen=True)
class Event:
    """One step of progress: ``stage`` is a key of ``locale/<lang>/progress.yaml``; done of total, about ``what``."""

    stage: str
    done: int
    total: int
    what: str = ""


Progress = Callable[[Event], None]


def silent(event: Event) -> None:
    """Ignore progress."""
