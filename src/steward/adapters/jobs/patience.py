"""Lets a worker outlive a database that is away or full for a while.

Procrastinate's worker ends when a query fails. Here looking for work finds nothing meanwhile, a heartbeat is left out,
and the end of a job is written down as soon as the database is back, so that it does not run again.
"""

from __future__ import annotations

import asyncio
import sqlite3
from typing import Any, LiteralString

import psycopg
import structlog
from procrastinate import connector, sql
from procrastinate.exceptions import ConnectorException, UniqueViolation

from steward.adapters.jobs.bell import Bell

log = structlog.get_logger(__name__)

_FETCH = sql.queries["fetch_job"]
_FINISH = sql.queries["finish_job"]
_RETRY = sql.queries["retry_job"]
_HEARTBEAT = sql.queries["update_heartbeat"]
_NOTHING: dict[str, Any] = {"id": None}


def is_away(error: ConnectorException) -> bool:
    """Whether the database could not be reached, was locked or full: trying again may help."""
    return isinstance(error.__cause__, psycopg.OperationalError | psycopg.InterfaceError | sqlite3.OperationalError)


class Patient(connector.BaseAsyncConnector):
    """Mixed into a connector, before it; ``impatient`` is set when the process ends."""

    def __init__(self, *, bell: Bell, **options: Any) -> None:
        super().__init__(**options)
        self.bell = bell
        self.impatient = False
        self._locked: set[int] = set()

    async def execute_query_one_async(self, query: LiteralString, **arguments: Any) -> dict[str, Any]:
        """Run a query for one row; nothing to do is what a fetch finds while the database is away."""
        if query != _FETCH:
            return await super().execute_query_one_async(query, **arguments)
        while True:
            rung = self.bell.rung(arguments["queues"])
            try:
                row = await super().execute_query_one_async(query, **arguments)
            except UniqueViolation:  # another worker took a job of the same lock at the same moment
                return _NOTHING
            except ConnectorException as error:
                if not is_away(error) or self.impatient:
                    raise
                log.warning("jobs_database_away", doing="fetch", error=str(error.__cause__))
                await asyncio.sleep(1)
                return _NOTHING
            if row["id"] is not None and row["lock"] is not None:
                self._locked.add(row["id"])
            if row["id"] is not None or rung == self.bell.rung(arguments["queues"]):
                return row

    async def execute_query_async(self, query: LiteralString, **arguments: Any) -> None:
        """Run a query; the end of a job is written however long it takes."""
        if query == _HEARTBEAT:
            try:
                await super().execute_query_async(query, **arguments)
            except ConnectorException as error:
                if not is_away(error):
                    raise
                log.warning("jobs_database_away", doing="heartbeat", error=str(error.__cause__))
        elif query in (_FINISH, _RETRY):
            await self._write_end(query, arguments)
            if arguments["job_id"] in self._locked:  # nobody else tells the next one in line
                self._locked.discard(arguments["job_id"])
                self.bell.ring_all()
        else:
            await super().execute_query_async(query, **arguments)

    async def _write_end(self, query: LiteralString, arguments: dict[str, Any]) -> None:
        pause = 0.1
        while True:
            try:
                return await super().execute_query_async(query, **arguments)
            except UniqueViolation:
                # A twin of the same unique key waits already and will do the work.
                query, arguments = _FINISH, {"job_id": arguments["job_id"], "status": "aborted", "delete_job": False}
            except ConnectorException as error:
                if not is_away(error) or self.impatient:
                    raise
                log.warning("jobs_database_away", doing="finish", error=str(error.__cause__))
                await asyncio.sleep(pause)
                pause = min(2 * pause, 5.0)
