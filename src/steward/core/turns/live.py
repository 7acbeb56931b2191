"""A turn while it runs: its events as they happen, followed by any number of readers."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Iterator

from steward.core.turns.types import LAST_EVENTS, Numbered, TurnEvent, TurnRecord, TurnResult

QUIET_SECONDS = 15.0


class LiveTurn:
    """The events of a running turn in this process. Not thread-safe: it lives on the event loop."""

    __slots__ = (
        "_events",
        "_is_abandoned",
        "_waiting",
        "attempt",
        "begun",
        "cancelled",
        "ending",
        "first_number",
        "followed",
        "keeper",
        "kept",
        "readers",
        "result",
        "task",
        "turn_key",
    )

    def __init__(self, record: TurnRecord) -> None:
        self.turn_key = record.turn_key
        self.attempt = record.attempts
        self.result: asyncio.Future[TurnResult] = asyncio.get_running_loop().create_future()
        self.task: asyncio.Task[None] | None = None
        self.keeper: asyncio.Task[None] | None = None
        self.ending = asyncio.Event()
        self.begun = False
        self.cancelled = False
        self.followed = False
        self.kept = 0
        self.readers = 0
        self.first_number = record.first_number
        self._events: list[Numbered] = []
        self._waiting: list[asyncio.Future[bool]] = []
        self._is_abandoned = False

    def emit(self, event: TurnEvent) -> None:
        """Add the next event and wake the readers."""
        self._events.append(self.numbered_next(event))
        self._wake()

    def numbered_next(self, event: TurnEvent) -> Numbered:
        """Return the event as it will be numbered when it is emitted next."""
        return Numbered(self.first_number + len(self._events), event)

    def cancel(self) -> None:
        """Stop the turn; its text so far is kept. One that is ending already ends as it is."""
        if not (self.cancelled or self.ending.is_set()):
            self.cancelled = True
            if self.begun:  # else it stops itself when it begins: a task that never ran could not store its end
                self._stop()

    def cancel_unless_read(self) -> None:
        """Stop the turn because one left who wanted that, unless somebody else still reads it."""
        if not self.readers:
            self.cancel()

    def lose(self) -> None:
        """Stop the turn without an end: another process has it."""
        self._stop()

    def leave(self) -> None:
        """Stop the turn without an end because this process ends; one that is ending may finish."""
        if not self.ending.is_set():
            self._stop()

    def _stop(self) -> None:
        if self.task is not None:
            self.task.cancel()

    def unkept(self) -> list[Numbered]:
        """Return the events that are not in the database yet."""
        return self._events[self.kept :]

    @property
    def is_over(self) -> bool:
        """Whether the last event has happened."""
        return bool(self._events) and isinstance(self._events[-1].event, LAST_EVENTS)

    def abandon(self) -> None:
        """End every reader without an end of the turn: another process will finish it."""
        self._is_abandoned = True
        self._wake()

    async def follow(self, after: int = 0) -> AsyncGenerator[list[Numbered]]:
        """Yield the events with a number above ``after`` in the groups in which they come, to the last one.

        An empty group means that nothing has happened for a while.
        """
        self.followed = True
        place = max(0, after - self.first_number + 1)
        with self.read():
            while not self._is_abandoned:
                group = self._events[place:]
                if group:
                    place += len(group)
                    yield group
                if self.is_over:
                    if place >= len(self._events):
                        return
                elif not group and not await self._news():
                    yield []

    @contextlib.contextmanager
    def read(self) -> Iterator[None]:
        """Count somebody among the readers: those who follow the events or wait for the result."""
        self.readers += 1
        try:
            yield
        finally:
            self.readers -= 1

    async def _news(self) -> bool:
        """Wait for an event; False when there was none for a while."""
        loop = asyncio.get_running_loop()
        reader: asyncio.Future[bool] = loop.create_future()
        self._waiting.append(reader)
        quiet = loop.call_later(QUIET_SECONDS, _answer, reader, False)
        try:
            return await reader
        finally:
            quiet.cancel()

    def _wake(self) -> None:
        if self._waiting:
            waiting, self._waiting = self._waiting, []
            for reader in waiting:
                _answer(reader, True)


def _answer(reader: asyncio.Future[bool], is_news: bool) -> None:
    if not reader.done():
        reader.set_result(is_news)
