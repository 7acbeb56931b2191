"""Wakes the workers of this process when committed work waits in their queues."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterable

from procrastinate.connector import Notify

_CHANNEL = "procrastinate_queue_v1#"
_HINT = '{"type": "job_inserted", "job_id": 0}'


def channels_of(queues: Iterable[str]) -> list[str]:
    """Return the names under which Procrastinate announces jobs of these queues."""
    return [_CHANNEL + queue for queue in queues]


class Bell:
    """One for each process that works: ``ring`` from any thread, workers listen on the event loop.

    ``rung`` counts the rings of a queue: a worker that found nothing looks again if the bell rang meanwhile, because
    Procrastinate forgets what it was told while it was looking.
    """

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        self._events: dict[str, set[asyncio.Event]] = {}
        self._rung: dict[str, int] = {}

    def hang_up(self) -> None:
        """Let rings reach the running event loop from now on."""
        self._loop = asyncio.get_running_loop()

    def take_down(self) -> None:
        """Ignore rings from now on."""
        self._loop = None

    def ring(self, queues: Iterable[str]) -> None:
        """Wake the workers of these queues; harmless when there are none."""
        loop = self._loop
        if loop is not None:
            with contextlib.suppress(RuntimeError):  # the loop was closed a moment ago
                loop.call_soon_threadsafe(self._ring, tuple(queues))

    def ring_all(self) -> None:
        """Wake all workers of this process."""
        self.ring(self._events)

    def _ring(self, queues: tuple[str, ...]) -> None:
        for queue in queues:
            self._rung[queue] = self._rung.get(queue, 0) + 1
            for event in self._events.get(queue, ()):
                event.set()

    def rung(self, queues: Iterable[str] | None) -> int:
        """Return how often the bell rang for these queues, or for all."""
        if queues is None:
            return sum(self._rung.values())
        return sum(self._rung.get(queue, 0) for queue in queues)

    async def listen(self, on_notification: Notify, channels: Iterable[str]) -> None:
        """Tell one worker of every ring, until cancelled."""
        names = [channel.removeprefix(_CHANNEL) for channel in channels]
        event = asyncio.Event()
        for name in names:
            self._events.setdefault(name, set()).add(event)
        try:
            while True:
                await event.wait()
                event.clear()
                await on_notification(channel=_CHANNEL + names[0], payload=_HINT)
        finally:
            for name in names:
                self._events[name].discard(event)
