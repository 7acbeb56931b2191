"""How often the workers look, and how long they wait for each other."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Timing:
    """The intervals of a queue, in seconds; tests shorten them."""

    beat_seconds: float = 5.0
    """A worker says this often that it lives."""
    stale_seconds: float = 30.0
    """A worker that was silent for so long is dead (on SQLite a file lock tells at once)."""
    rescue_seconds: float = 3.0
    """Living workers look this often for the jobs of dead ones."""
    poll_seconds: float = 5.0
    """A worker looks this often without having been told."""
    due_seconds: float = 1.0
    """Jobs that wait for a time are noticed this late at most."""
    watch_seconds: float = 0.05
    """SQLite: what another process committed is noticed this late at most."""
    grace_seconds: float = 20.0
    """Jobs that run when the workers are stopped have so long to finish."""
    most_pause_seconds: float = 15.0
    """Longest pause before a worker that ended is started again."""
    deaths: int = 8
    """A job during whose runs so many processes died is given up, even if its own code never ran in that moment;
    one whose code ran is given up after two."""
