"""The job queue behind the port, on whichever database the settings name."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from procrastinate import sql

from steward.adapters.jobs import put as putting
from steward.adapters.jobs.bell import Bell
from steward.adapters.jobs.lease import Lease
from steward.adapters.jobs.postgres import PostgresConnector
from steward.adapters.jobs.running import Running
from steward.adapters.jobs.sqlite import SqliteConnector
from steward.adapters.jobs.timing import Timing
from steward.ports.jobs import DeadLetter, Enqueued, Handler, Job, JobQueue
from steward.settings import Settings

_STATES = ("todo", "doing", "succeeded", "failed")
_REMOVED_AT_ONCE = 1000


def make_job_queue(settings: Settings, timing: Timing | None = None) -> JobQueue:
    """Return the queue on the settings' database; ``timing`` is shortened by tests.

    It opens nothing until it is used, and leaves nothing open after ``run``.
    """
    return ProcrastinateQueue(settings, timing or Timing())


class ProcrastinateQueue(JobQueue):
    """``put`` works anywhere; ``run`` works here until cancelled; the rest asks the database."""

    def __init__(self, settings: Settings, timing: Timing) -> None:
        self._settings = settings
        self._timing = timing
        self._bell = Bell()
        self._running: tuple[asyncio.AbstractEventLoop, SqliteConnector | PostgresConnector] | None = None

    def put(self, connection: Any, work: Sequence[Enqueued]) -> None:
        """Write the work through the open database connection of the caller's transaction."""
        putting.put(connection, work)

    def wake(self, queues: frozenset[str]) -> None:
        """Wake the workers of this process; the database or the watch tells the others."""
        self._bell.ring(queues)

    async def run(self, handlers: Mapping[str, tuple[Job, Handler]], *, concurrency: Mapping[str, int]) -> None:
        """Do the work until cancelled.

        ``concurrency`` says how many jobs of a queue run at once; a queue of the handlers that it does not name gets
        1, a queue with 0 is left to other processes.

        Raises:
            RuntimeError: the database has no job tables.
        """
        lease = self._lease()
        connector = self._connector(min(8, 2 + len(concurrency)), lease)
        run = Running(connector, handlers, concurrency, self._timing, lease)
        try:
            await run.connect()
            self._running = (asyncio.get_running_loop(), connector)
            await run.until_cancelled()
        finally:
            self._running = None
            await run.close()

    async def dead_letters(self, limit: int = 100) -> Sequence[DeadLetter]:
        """Return the jobs that were given up, newest first."""
        async with self._open() as connector:
            found = await connector.ask("dead_letters", limit=limit)
        return [
            DeadLetter(
                key=row["id"],
                name=row["task_name"],
                queue=row["queue_name"],
                arguments=row["args"],
                attempts=row["attempts"],
                failed_at=row["failed_at"],
            )
            for row in found
        ]

    async def retry_dead_letter(self, key: int) -> bool:
        """Put a given-up job back with all its attempts and without its unique key; False if there is none."""
        async with self._open() as connector:
            found = await connector.ask("revive", job_id=key)
        self._bell.ring(row["queue_name"] for row in found)
        return bool(found)

    async def counts(self) -> Mapping[str, int]:
        """Return how many jobs are ``todo``, ``doing``, ``succeeded`` and ``failed``."""
        async with self._open() as connector:
            found = await connector.execute_query_all_async(sql.queries["count_jobs_status"])
        counted = {row["status"]: row["count"] for row in found}
        return {state: counted.get(state, 0) for state in _STATES}

    async def remove_finished(self, older_than_hours: int) -> None:
        """Delete succeeded jobs that ended before that, a thousand at a time so that writers get their turn."""
        before = datetime.now(UTC) - timedelta(hours=older_than_hours)
        async with self._open() as connector:
            removed = _REMOVED_AT_ONCE
            while removed == _REMOVED_AT_ONCE:
                removed = len(await connector.ask("remove_finished", before=before, limit=_REMOVED_AT_ONCE))

    def _lease(self) -> Lease:
        return Lease(self._settings.data_dir / "workers")

    def _connector(self, connections: int = 1, lease: Lease | None = None) -> SqliteConnector | PostgresConnector:
        if self._settings.is_postgres:
            url = self._settings.database_url.get_secret_value()
            return PostgresConnector(url, self._bell, self._timing, connections=connections)
        return SqliteConnector(self._settings.sqlite_path, lease or self._lease(), self._bell, self._timing)

    @contextlib.asynccontextmanager
    async def _open(self) -> AsyncIterator[SqliteConnector | PostgresConnector]:
        if self._running is not None and self._running[0] is asyncio.get_running_loop():
            yield self._running[1]
            return
        connector = self._connector()
        await connector.open_async()
        try:
            yield connector
        finally:
            await connector.close_async()
