"""How long a vendor may be silent: one timer for a whole stream.

A timeout of its own for every chunk costs as much as reading the chunk. Here the timer looks, when it goes off, whether
the vendor has been heard meanwhile, and if so goes back to sleep.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator


class Patience:
    """Waits for chunks; ``silence_seconds`` may be changed on the way, ``total_seconds`` bounds the whole stream."""

    __slots__ = ("_heard", "_is_over", "_loop", "_task", "_timer", "_until", "silence_seconds")

    def __init__(self, silence_seconds: float, total_seconds: float) -> None:
        self.silence_seconds = silence_seconds
        self._loop = asyncio.get_running_loop()
        self._heard = self._loop.time()
        self._until = self._heard + total_seconds
        self._task: asyncio.Task[object] | None = None
        self._is_over = False
        self._timer = self._loop.call_at(self._deadline(), self._look)

    def note_heard(self) -> None:
        """Begin to count from now: the vendor said something."""
        self._heard = self._loop.time()

    def shorten(self, silence_seconds: float) -> None:
        """Wait less long from here on."""
        self.silence_seconds = silence_seconds
        self._timer.cancel()
        self._timer = self._loop.call_at(self._deadline(), self._look)

    async def next(self, chunks: AsyncIterator[bytes]) -> bytes:
        """Return the next chunk, none at the end.

        Raises:
            TimeoutError: the vendor was silent for too long, or the stream is too old.
        """
        if self._loop.time() >= self._deadline():
            raise TimeoutError
        self._task = asyncio.current_task()
        try:
            return await anext(chunks, b"")
        except asyncio.CancelledError:
            if self._is_over and self._task is not None and self._task.uncancel() <= 0:
                raise TimeoutError from None
            raise
        finally:
            self._task = None

    def close(self) -> None:
        """Stop the timer."""
        self._timer.cancel()

    def _deadline(self) -> float:
        return min(self._heard + self.silence_seconds, self._until)

    def _look(self) -> None:
        deadline = self._deadline()
        if self._loop.time() < deadline:
            self._timer = self._loop.call_at(deadline, self._look)
        elif self._task is not None:
            self._is_over = True
            self._task.cancel()
        else:  # nobody waits for the vendor just now: the next wait will see that it is too late, or was heard
            self._timer = self._loop.call_later(0.05, self._look)
