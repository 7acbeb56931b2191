"""Writes promised work through the caller's open transaction, one statement for all of it.

A job whose unique key waits already is left out by ``ON CONFLICT DO NOTHING``: the caller's transaction goes on, and no
savepoint is needed.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import orjson
from sqlalchemy import Connection

from steward.adapters.jobs.sqlite_queries import micros, now
from steward.ports.jobs import Enqueued

MOST_ARGUMENT_BYTES = 65_536

_SQLITE = (
    "INSERT INTO procrastinate_jobs (queue_name, task_name, priority, lock, queueing_lock, args, scheduled_at,"
    " changed_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
    " ON CONFLICT (queueing_lock) WHERE status = 'todo' AND queueing_lock IS NOT NULL DO NOTHING"
)
_POSTGRES = """
    INSERT INTO procrastinate_jobs (queue_name, task_name, priority, lock, queueing_lock, args, scheduled_at)
    SELECT queue_name, task_name, priority, lock, queueing_lock, args::jsonb, scheduled_at
      FROM unnest(%s::text[], %s::text[], %s::int[], %s::text[], %s::text[], %s::text[], %s::timestamptz[])
           WITH ORDINALITY
        AS job (queue_name, task_name, priority, lock, queueing_lock, args, scheduled_at, place)
     ORDER BY place
    ON CONFLICT (queueing_lock) WHERE status = 'todo' DO NOTHING"""


def put(connection: Any, work: Sequence[Enqueued]) -> None:
    """Insert the jobs; they exist exactly if the caller commits.

    ``connection`` is a SQLAlchemy connection, or the driver's own (``sqlite3`` or psycopg).

    Raises:
        ValueError: arguments of more than 64 KiB, or an ``at`` without a zone: arguments are ids.
    """
    if not work:
        return
    lines = [_line(item) for item in work]
    raw = connection
    if isinstance(connection, Connection):
        if not connection.in_transaction():
            connection.begin()  # else its commit would do nothing
        raw = connection.connection.dbapi_connection
    if isinstance(raw, sqlite3.Connection):
        moment = now()
        raw.executemany(_SQLITE, [(*line[:6], micros(line[6]), moment) for line in lines]).close()
    else:
        raw.execute(_POSTGRES, [list(column) for column in zip(*lines, strict=True)])


def _line(item: Enqueued) -> tuple[str, str, int, str | None, str | None, str, datetime | None]:
    arguments = orjson.dumps(dict(item.arguments))
    if len(arguments) > MOST_ARGUMENT_BYTES:
        raise ValueError(f"the arguments of {item.job.name} take {len(arguments)} bytes; pass ids")
    at = item.at
    if at is not None and at.tzinfo is None:
        raise ValueError(f"the time of {item.job.name} has no zone")
    if at is not None and at <= datetime.now(UTC):
        at = None
    return item.job.queue, item.job.name, item.priority, item.lock, item.unique, arguments.decode(), at
