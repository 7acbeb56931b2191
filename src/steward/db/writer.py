"""The one writer of a SQLite file: a thread that takes what waits and commits it together.

A commit that reaches the disk costs the same for one change as for twenty. Functions that wait when the writer comes
round run one after the other in one transaction, each but the first behind a savepoint: one that fails takes back only
itself. Nobody hears of success before the commit. With nobody else waiting, a function is alone in its transaction.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from queue import Empty, SimpleQueue
from typing import Any

from sqlalchemy import Connection, Engine

MOST_TOGETHER = 64
GATHER_SECONDS = 0.01


class Wish:
    """A function that waits to be run, and who waits for it."""

    __slots__ = ("after", "error", "future", "loop", "result", "work")

    def __init__(self, work: Callable[[Connection], tuple[Any, Callable[[], None]]]) -> None:
        self.work = work
        self.loop = asyncio.get_running_loop()
        self.future: asyncio.Future[Any] = self.loop.create_future()
        self.result: Any = None
        self.error: BaseException | None = None
        self.after: Callable[[], None] | None = None


class Writer:
    """Runs functions of a connection; ``work`` returns its result and what to call once it is committed."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._queue: SimpleQueue[Wish | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._serve, name="db-write", daemon=True)
        self._is_started = False
        self._start = threading.Lock()

    async def run(self, work: Callable[[Connection], tuple[Any, Callable[[], None]]]) -> Any:
        """Run the function in a committed transaction and return its result."""
        if not self._is_started:
            with self._start:
                if not self._is_started:
                    self._thread.start()
                    self._is_started = True
        wish = Wish(work)
        self._queue.put(wish)
        return await wish.future

    def close(self) -> None:
        """Finish what waits and end the thread."""
        if self._is_started:
            self._queue.put(None)
            self._thread.join()

    def _serve(self) -> None:
        while (first := self._queue.get()) is not None:
            together: list[Wish] = []
            try:
                is_last = self._together(first, together)
            except BaseException as error:
                # The transaction is gone: whoever was in it must hear of it.
                for wish in together:
                    wish.error = wish.error or error
                is_last = False
            _tell(together)
            if is_last:
                return

    def _together(self, first: Wish, together: list[Wish]) -> bool:
        """Run the first and what waits behind it in one transaction; True if the end of the queue was seen."""
        until = time.monotonic() + GATHER_SECONDS
        together.append(first)
        with self._engine.connect() as connection:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            first.result, first.after = first.work(connection)
            is_last = False
            while len(together) < MOST_TOGETHER and time.monotonic() < until:
                try:
                    wish = self._queue.get_nowait()
                except Empty:
                    break
                if wish is None:
                    is_last = True
                    break
                together.append(wish)
                _behind_savepoint(connection, wish)
            try:
                connection.commit()
            except BaseException:
                connection.invalidate()  # nobody knows what state it is in
                raise
        return is_last


def _behind_savepoint(connection: Connection, wish: Wish) -> None:
    connection.exec_driver_sql("SAVEPOINT wish")
    try:
        wish.result, wish.after = wish.work(connection)
    except Exception as error:
        wish.error = error
        connection.exec_driver_sql("ROLLBACK TO wish")
    connection.exec_driver_sql("RELEASE wish")


def _tell(together: list[Wish]) -> None:
    loops: dict[asyncio.AbstractEventLoop, list[Wish]] = {}
    for wish in together:
        if wish.error is None and wish.after is not None:
            wish.after()
        loops.setdefault(wish.loop, []).append(wish)
    for loop, wishes in loops.items():
        if not loop.is_closed():
            loop.call_soon_threadsafe(_settle, wishes)


def _settle(wishes: list[Wish]) -> None:
    for wish in wishes:
        if wish.future.done():
            continue
        if wish.error is not None:
            wish.future.set_exception(wish.error)
        else:
            wish.future.set_result(wish.result)
