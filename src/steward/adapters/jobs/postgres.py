"""Procrastinate's PostgreSQL connector with one listening connection a process, and Steward's own queries."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from typing import Any, LiteralString

import psycopg
import structlog
from procrastinate import PsycopgConnector, connector, exceptions

from steward.adapters.jobs.bell import Bell, channels_of
from steward.adapters.jobs.patience import Patient
from steward.adapters.jobs.timing import Timing

log = structlog.get_logger(__name__)

OURS: dict[str, LiteralString] = {
    "due": """SELECT DISTINCT queue_name FROM procrastinate_jobs
        WHERE status = 'todo' AND scheduled_at <= now() AND queue_name = ANY(%(queues)s::text[])""",
    "blame": """INSERT INTO procrastinate_deaths AS known (job_id, blamed)
        SELECT id, 1 FROM procrastinate_jobs WHERE id = %(job_id)s AND status IN ('todo', 'doing')
        ON CONFLICT (job_id) DO UPDATE SET blamed = known.blamed + 1 RETURNING job_id""",
    "rescue": """WITH taken AS (
            UPDATE procrastinate_jobs
               SET attempts = attempts + 1, scheduled_at = now(), abort_requested = false, worker_id = NULL,
                   status = CASE WHEN EXISTS (
                       SELECT 1 FROM procrastinate_deaths
                        WHERE job_id = %(job_id)s AND (blamed >= 2 OR deaths + 1 >= %(deaths)s)
                   ) THEN 'failed' ELSE 'todo' END::procrastinate_job_status
             WHERE id = %(job_id)s AND status = 'doing' AND worker_id IS NOT DISTINCT FROM %(worker_id)s::bigint
            RETURNING id, status
        ), death AS (
            INSERT INTO procrastinate_deaths AS known (job_id, deaths) SELECT id, 1 FROM taken
            ON CONFLICT (job_id) DO UPDATE SET deaths = known.deaths + 1
        )
        SELECT status FROM taken""",
    "dead_letters": """SELECT * FROM (
            SELECT id, task_name, queue_name, args, attempts, (
                SELECT max(at) FROM procrastinate_events WHERE job_id = job.id AND type IN ('failed', 'cancelled')
            ) AS failed_at
              FROM procrastinate_jobs job WHERE status = 'failed'
        ) AS dead ORDER BY failed_at DESC NULLS LAST, id DESC LIMIT %(limit)s""",
    "revive": """WITH revived AS (
            UPDATE procrastinate_jobs
               SET status = 'todo', attempts = 0, scheduled_at = now(), queueing_lock = NULL,
                   abort_requested = false, worker_id = NULL
             WHERE id = %(job_id)s AND status = 'failed' RETURNING id, queue_name
        ), forgotten AS (
            DELETE FROM procrastinate_deaths WHERE job_id IN (SELECT id FROM revived)
        )
        SELECT queue_name FROM revived""",
    "remove_finished": """DELETE FROM procrastinate_jobs WHERE id IN (
            SELECT id FROM procrastinate_jobs job
             WHERE status IN ('succeeded', 'cancelled', 'aborted') AND NOT EXISTS (
                SELECT 1 FROM procrastinate_events WHERE job_id = job.id AND at >= %(before)s
             ) LIMIT %(limit)s
        ) RETURNING id""",
}
"""Steward's own queries; ``sqlite_lists.OURS`` has the same names."""


async def _make_autocommit(connection: psycopg.AsyncConnection) -> None:
    """Spare each single statement the begin and the commit."""
    await connection.set_autocommit(True)


class PostgresConnector(Patient, PsycopgConnector):
    """The connector of a PostgreSQL server. ``url`` is a libpq address; the pool is the queue's own."""

    def __init__(self, url: str, bell: Bell, timing: Timing, *, connections: int) -> None:
        super().__init__(
            bell=bell,
            conninfo=url,
            min_size=1,
            max_size=connections,
            timeout=10.0,
            kwargs={"connect_timeout": 5},
            configure=_make_autocommit,
        )
        self._timing = timing

    async def ask(self, name: str, **arguments: Any) -> list[dict[str, Any]]:
        """Run one of Steward's own queries."""
        rows: list[dict[str, Any]] = await self.execute_query_all_async(OURS[name], **arguments)
        return rows

    async def listen_notify(self, on_notification: connector.Notify, channels: Iterable[str]) -> None:
        """Tell one worker of work in its queues, until cancelled; ``watch`` hears it from the database."""
        await self.bell.listen(on_notification, channels)

    async def watch(self, queues: Sequence[str]) -> None:
        """Ring for what the database announces and for jobs whose time has come, until cancelled."""
        async with asyncio.TaskGroup() as both:
            both.create_task(self._hear(queues))
            both.create_task(self._tell_due(queues))

    async def _hear(self, queues: Sequence[str]) -> None:
        while True:
            try:
                await super().listen_notify(self._ring, channels_of(queues))
            except exceptions.ConnectorException as error:
                log.warning("jobs_database_away", doing="listen", error=str(error.__cause__))
            await asyncio.sleep(1)
            self.bell.ring(queues)  # what was announced meanwhile was not heard

    async def _ring(self, *, channel: str, payload: str) -> None:
        if '"job_inserted"' in payload:
            self.bell.ring([channel.partition("#")[2]])

    async def _tell_due(self, queues: Sequence[str]) -> None:
        while True:
            try:
                due = await self.ask("due", queues=list(queues))
            except exceptions.ConnectorException as error:
                log.warning("jobs_database_away", doing="watch", error=str(error.__cause__))
                due = []
            if due:
                self.bell.ring(row["queue_name"] for row in due)
            await asyncio.sleep(self._timing.due_seconds)
