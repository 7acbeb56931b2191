"""The jobs port: work that is promised in a transaction and done later, at least once.

A ``Job`` is a name that never changes its meaning. Arguments are ids. Handlers are idempotent.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How often and how soon a failed job is tried again: exponential back-off with full jitter."""

    attempts: int = 5
    first_seconds: float = 1.0
    most_seconds: float = 300.0


@dataclass(frozen=True, slots=True)
class Job:
    """A kind of work. A run longer than ``most_seconds`` is ended and counts as failed."""

    name: str
    queue: str = "default"
    retry: RetryPolicy = field(default_factory=RetryPolicy)
    most_seconds: float = 600.0


@dataclass(frozen=True, slots=True)
class Enqueued:
    """One promised piece of work.

    ``lock``: jobs of one lock run one after the other, in order. ``unique``: while a job of that key waits, another
    is not added. ``at`` is for short delays only; long waits are rows of their own table.
    """

    job: Job
    arguments: Mapping[str, Any]
    lock: str | None = None
    unique: str | None = None
    at: datetime | None = None
    priority: int = 0


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A job that was given up; ``key`` retries it."""

    key: int
    name: str
    queue: str
    arguments: Mapping[str, Any]
    attempts: int
    failed_at: datetime | None


class Permanent(Exception):
    """Raised by a handler: trying again is useless, park the job at once."""


class RetryIn(Exception):
    """Raised by a handler: try again after ``seconds``, counted as an attempt."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"retry in {seconds:g} s")
        self.seconds = seconds


Handler = Callable[..., Awaitable[None]]


class JobQueue(Protocol):
    """Where promised work is kept and by whom it is done."""

    def put(self, connection: Any, work: Sequence[Enqueued]) -> None:
        """Write the work through the open database connection of the caller's transaction."""
        ...

    def wake(self, queues: frozenset[str]) -> None:
        """Tell the workers of this process that committed work waits; others are told by the database."""
        ...

    async def run(self, handlers: Mapping[str, tuple[Job, Handler]], *, concurrency: Mapping[str, int]) -> None:
        """Do the work until cancelled; survives a lost database; hands a dead worker's jobs to the living."""
        ...

    async def dead_letters(self, limit: int = 100) -> Sequence[DeadLetter]:
        """Return the jobs that were given up, newest first."""
        ...

    async def retry_dead_letter(self, key: int) -> bool:
        """Put a given-up job back in its queue; False if there is none."""
        ...

    async def counts(self) -> Mapping[str, int]:
        """Return how many jobs are ``todo``, ``doing``, ``succeeded`` and ``failed``."""
        ...

    async def remove_finished(self, older_than_hours: int) -> None:
        """Delete succeeded jobs that ended before that."""
        ...
