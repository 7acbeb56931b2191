"""Procrastinate's connector on the SQLite file: the same application, workers, retries, locks and periodic jobs.

One connection on one thread of its own; it is a second writer beside the database threads, so every write is one short
transaction. Other processes' commits are seen through ``PRAGMA data_version``.
"""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, LiteralString, TypeVar

import structlog
from procrastinate import connector, exceptions, manager, sql

from steward.adapters.jobs.bell import Bell
from steward.adapters.jobs.lease import Lease
from steward.adapters.jobs.patience import Patient
from steward.adapters.jobs.sqlite_lists import LISTING, OURS
from steward.adapters.jobs.sqlite_queries import WRITING, Rows
from steward.adapters.jobs.sqlite_workers import Leases
from steward.adapters.jobs.timing import Timing

log = structlog.get_logger(__name__)
T = TypeVar("T")

_NAMES = {text: name for name, text in sql.queries.items()}
_SEVERAL_STATEMENTS = frozenset(
    {"defer_jobs", "defer_periodic_job", "cancel_job", "unregister_worker", "prune_stalled_workers", "rescue", "revive"}
)
_PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=15000", "foreign_keys=ON")


class _SqliteFile(connector.BaseAsyncConnector):
    """Runs the named queries; ``SqliteConnector`` makes it patient."""

    def __init__(self, path: Path, lease: Lease) -> None:
        self._path = path
        self._leases = Leases(lease)
        self.queries = {**WRITING, **LISTING, **OURS, **self._leases.queries}
        self._thread: ThreadPoolExecutor | None = None
        self._connection: sqlite3.Connection | None = None

    def get_sync_connector(self) -> connector.BaseConnector:
        """Return this connector; its synchronous queries run on the caller's connection."""
        return self

    async def open_async(self, pool: connector.Pool | None = None) -> None:
        """Open the file; a second call does nothing."""
        if self._thread is None:
            self._thread = ThreadPoolExecutor(1, thread_name_prefix="jobs")
            await self._on_thread(self._connect)

    async def close_async(self) -> None:
        """Give up the lease and close the file."""
        if self._thread is not None:
            await self._on_thread(self._disconnect)
            self._thread.shutdown()
            self._thread = None

    def _connect(self) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._connection = sqlite3.connect(self._path, timeout=15, isolation_level=None)
        for pragma in _PRAGMAS:
            self._connection.execute(f"PRAGMA {pragma}").close()

    def _disconnect(self) -> None:
        self._leases.give_up()
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    async def _on_thread(self, work: Callable[..., T], *arguments: Any) -> T:
        if self._thread is None:
            raise exceptions.AppNotOpen
        return await asyncio.get_running_loop().run_in_executor(self._thread, work, *arguments)

    def _execute(self, name: str, arguments: dict[str, Any]) -> Rows:
        assert self._connection is not None
        if name not in _SEVERAL_STATEMENTS:
            return self._execute_with(self._connection, name, arguments)
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            found = self._execute_with(self._connection, name, arguments)
            self._connection.execute("COMMIT")
            return found
        except sqlite3.Error as error:  # raised by BEGIN or COMMIT
            raise exceptions.ConnectorException from error
        finally:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")

    def _execute_with(self, connection: sqlite3.Connection, name: str, arguments: dict[str, Any]) -> Rows:
        try:
            return self.queries[name](connection, **arguments)
        except sqlite3.IntegrityError as error:
            if "procrastinate_jobs.queueing_lock" not in str(error):
                if "procrastinate_jobs.lock" in str(error):
                    raise exceptions.UniqueViolation(constraint_name="lock", queueing_lock=None) from error
                raise exceptions.ConnectorException from error
            raise exceptions.UniqueViolation(
                constraint_name=manager.QUEUEING_LOCK_CONSTRAINT, queueing_lock=None
            ) from error
        except sqlite3.Error as error:
            raise exceptions.ConnectorException from error

    async def execute_query_async(self, query: LiteralString, **arguments: Any) -> None:
        """Run the named query of this text."""
        await self._on_thread(self._execute, _NAMES[query], arguments)

    async def execute_query_one_async(self, query: LiteralString, **arguments: Any) -> dict[str, Any]:
        """Return the first row of the named query of this text."""
        found = await self._on_thread(self._execute, _NAMES[query], arguments)
        if not found:
            raise exceptions.NoResult
        return found[0]

    async def execute_query_all_async(self, query: LiteralString, **arguments: Any) -> Rows:
        """Return all rows of the named query of this text."""
        return await self._on_thread(self._execute, _NAMES[query], arguments)

    def execute_query_one_with_connection(
        self, connection: sqlite3.Connection, query: LiteralString, **arguments: Any
    ) -> dict[str, Any]:
        """Return the first row, read in the transaction of the caller's connection."""
        found = self._execute_with(connection, _NAMES[query], arguments)
        if not found:
            raise exceptions.NoResult
        return found[0]

    def execute_query_all_with_connection(
        self, connection: sqlite3.Connection, query: LiteralString, **arguments: Any
    ) -> Rows:
        """Return all rows, read in the transaction of the caller's connection."""
        return self._execute_with(connection, _NAMES[query], arguments)

    async def ask(self, name: str, **arguments: Any) -> Rows:
        """Run one of Steward's own queries."""
        return await self._on_thread(self._execute, name, arguments)


class SqliteConnector(Patient, _SqliteFile):
    """The connector of the embedded database."""

    def __init__(self, path: Path, lease: Lease, bell: Bell, timing: Timing) -> None:
        super().__init__(bell=bell, path=path, lease=lease)
        self._timing = timing

    async def listen_notify(self, on_notification: connector.Notify, channels: Iterable[str]) -> None:
        """Tell one worker of work in its queues, until cancelled."""
        await self.bell.listen(on_notification, channels)

    async def watch(self, queues: Sequence[str]) -> None:
        """Ring for what other processes committed and for jobs whose time has come, until cancelled."""
        with contextlib.closing(sqlite3.connect(self._path, timeout=0, isolation_level=None)) as connection:
            version, looked_at = -1, 0.0
            while True:
                await asyncio.sleep(self._timing.watch_seconds)
                # On the event loop, because it takes microseconds and waits for nobody; a thread would cost more.
                seen = _version(connection)
                if seen != version or time.monotonic() >= looked_at + self._timing.due_seconds:
                    version, looked_at = seen, time.monotonic()
                    await self._ring_for_due(queues)

    async def _ring_for_due(self, queues: Sequence[str]) -> None:
        try:
            self.bell.ring(row["queue_name"] for row in await self.ask("due", queues=queues))
        except exceptions.ConnectorException as error:
            log.warning("jobs_database_away", doing="watch", error=str(error.__cause__))


def _version(connection: sqlite3.Connection) -> int:
    """Return a number that changes when any other connection commits."""
    try:
        return int(connection.execute("PRAGMA data_version").fetchone()[0])
    except sqlite3.Error:  # locked for a moment; the next look tells
        return -1
