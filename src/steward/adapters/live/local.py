"""Live hints inside one process: a bounded queue for each listener."""

from __future__ import annotations

import asyncio
import contextlib
from collections import defaultdict
from collections.abc import AsyncIterator

QUEUE_LENGTH = 256
RESYNC = "resync"


class LocalHints:
    """Publishes to listeners of this process; may be called from any thread."""

    def __init__(self) -> None:
        self._listeners: dict[str, set[_Listener]] = defaultdict(set)

    def publish(self, channel: str, hint: str) -> None:
        """Tell every listener of the channel; never blocks, never fails."""
        for listener in tuple(self._listeners.get(channel, ())):
            listener.tell(hint)

    @contextlib.asynccontextmanager
    async def listen(self, channel: str) -> AsyncIterator[AsyncIterator[str]]:
        """Hear the channel while the context is open."""
        listener = _Listener()
        self._listeners[channel].add(listener)
        try:
            yield listener.hints()
        finally:
            self._listeners[channel].discard(listener)
            if not self._listeners[channel]:
                del self._listeners[channel]


class _Listener:
    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._queue: asyncio.Queue[str] = asyncio.Queue(QUEUE_LENGTH)

    def tell(self, hint: str) -> None:
        with contextlib.suppress(RuntimeError):  # its loop is gone: nobody listens any more
            self._loop.call_soon_threadsafe(self._put, hint)

    def _put(self, hint: str) -> None:
        if self._queue.full():
            while not self._queue.empty():
                self._queue.get_nowait()
            hint = RESYNC
        self._queue.put_nowait(hint)

    async def hints(self) -> AsyncIterator[str]:
        while True:
            yield await self._queue.get()
