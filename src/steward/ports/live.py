"""The live port: hints from one process to the sockets and streams of all. The truth is in the database.

A lost hint only delays: readers re-read by sequence number.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from typing import Protocol


class LiveHints(Protocol):
    """Publishes and hears short hints on named channels."""

    def publish(self, channel: str, hint: str) -> None:
        """Tell every listener of the channel, in every process; never blocks, never fails the caller."""
        ...

    def listen(self, channel: str) -> AbstractAsyncContextManager[AsyncIterator[str]]:
        """Hear the channel while the context is open; a listener that is too slow gets ``resync`` and goes on."""
        ...
