"""Writes that nobody waits for, such as when something was last used."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Hashable

from steward.db.database import Database, Transaction
from steward.kit.errors import Unavailable


class Hints:
    """Small writes beside the requests, at most one at a time for each name; a lost one does no harm."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._running: dict[Hashable, asyncio.Task[None]] = {}

    def write(self, name: Hashable, work: Callable[[Transaction], None]) -> None:
        """Begin the write, unless one of that name is on its way."""
        if name in self._running:
            return

        async def run() -> None:
            with contextlib.suppress(Unavailable):  # the next request tries again
                await self._db.write(work)

        task = asyncio.get_running_loop().create_task(run())
        self._running[name] = task
        task.add_done_callback(lambda _: self._running.pop(name, None))

    async def settle(self) -> None:
        """Wait until what was begun is written; call it before the database is closed."""
        while self._running:
            await asyncio.gather(*self._running.values())
