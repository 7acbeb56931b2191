"""Procrastinate's 22 named queries in SQLite's dialect.

Each is a function of an open connection and the arguments that Procrastinate gives the query of that name; it returns
rows as dictionaries. Nothing here begins or commits: the connector does, or the caller whose transaction it is.
Instants are stored as microseconds since 1970, UTC; arguments as JSON text.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
from procrastinate.exceptions import ConnectorException
from procrastinate.types import JobToDefer

Rows = list[dict[str, Any]]
Query = Callable[..., Rows]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_COLUMNS = (
    "id, status, task_name, priority, lock, queueing_lock, args, scheduled_at, queue_name, attempts, "
    "abort_requested, worker_id"
)
_FREE = """(job.lock IS NULL OR NOT EXISTS (
    SELECT 1 FROM procrastinate_jobs other
     WHERE other.lock = job.lock AND other.status IN ('todo', 'doing')
       AND (other.status = 'doing' OR other.priority > job.priority
            OR (other.priority = job.priority AND other.id < job.id))))"""
# Two probes, so that neither jobs without a time nor those far in the future are walked through.
_NEXT = """SELECT id FROM (
    SELECT * FROM (SELECT id, priority FROM procrastinate_jobs job
                    WHERE status = 'todo' AND scheduled_at IS NULL {queues} AND {free}
                    ORDER BY priority DESC, id LIMIT 1)
    UNION ALL
    SELECT * FROM (SELECT id, priority FROM procrastinate_jobs job
                    WHERE status = 'todo' AND scheduled_at <= :now {queues} AND {free}
                    ORDER BY priority DESC, id LIMIT 1)
) ORDER BY priority DESC, id LIMIT 1"""


def micros(instant: datetime | None) -> int | None:
    """Return the aware instant as microseconds since 1970, or None for None."""
    return None if instant is None else (instant - _EPOCH) // timedelta(microseconds=1)


def instant(stored: int | None) -> datetime | None:
    """Return stored microseconds as an aware instant, or None for None."""
    return None if stored is None else _EPOCH + timedelta(microseconds=stored)


def now() -> int:
    """Return the machine's time in microseconds since 1970."""
    return time.time_ns() // 1000


def rows(cursor: sqlite3.Cursor) -> Rows:
    """Return all rows of the cursor as dictionaries, whatever the connection's row factory is."""
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def job_rows(cursor: sqlite3.Cursor) -> Rows:
    """Return rows of jobs with their arguments and instants in Python's types."""
    found = rows(cursor)
    for row in found:
        row["args"] = orjson.loads(row["args"])
        row["scheduled_at"] = instant(row["scheduled_at"])
        if "abort_requested" in row:
            row["abort_requested"] = bool(row["abort_requested"])
    return found


def in_queues(queues: Sequence[str] | None) -> tuple[str, dict[str, str]]:
    """Return a condition on ``queue_name`` with its parameters."""
    if queues is None:
        return "", {}
    names = {f"queue_{index}": queue for index, queue in enumerate(queues)}
    return f"AND queue_name IN ({', '.join(':' + name for name in names)})", names


def _defer_jobs(db: sqlite3.Connection, *, jobs: Iterable[JobToDefer]) -> Rows:
    ids: Rows = []
    for job in jobs:
        cursor = db.execute(
            "INSERT INTO procrastinate_jobs (queue_name, task_name, priority, lock, queueing_lock, args, scheduled_at,"
            " changed_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (*job[:5], orjson.dumps(job.args).decode(), micros(job.scheduled_at), now()),
        )
        ids.append({"id": cursor.lastrowid})
    return ids


def _defer_periodic_job(
    db: sqlite3.Connection,
    *,
    task_name: str,
    periodic_id: str,
    defer_timestamp: int,
    queue: str,
    priority: int,
    lock: str | None,
    queueing_lock: str | None,
    args: dict[str, Any],
) -> Rows:
    key = {"task": task_name, "periodic": periodic_id, "at": defer_timestamp}
    new = db.execute(
        "INSERT INTO procrastinate_periodic_defers (task_name, periodic_id, defer_timestamp)"
        " VALUES (:task, :periodic, :at) ON CONFLICT DO NOTHING",
        key,
    )
    if new.rowcount == 0:
        return [{"id": None}]
    made = _defer_jobs(db, jobs=[JobToDefer(queue, task_name, priority, lock, queueing_lock, args, None)])
    db.execute("UPDATE procrastinate_periodic_defers SET job_id = ? WHERE id = ?", (made[0]["id"], new.lastrowid))
    db.execute(
        "DELETE FROM procrastinate_periodic_defers"
        " WHERE task_name = :task AND periodic_id = :periodic AND defer_timestamp < :at",
        key,
    )
    return made


def _fetch_job(db: sqlite3.Connection, *, queues: Sequence[str] | None, worker_id: int) -> Rows:
    condition, names = in_queues(queues)
    following = _NEXT.format(queues=condition, free=_FREE)
    values: dict[str, Any] = {**names, "now": now(), "worker": worker_id}
    # Look before taking the write lock: an idle worker must not disturb the writers.
    if db.execute(following, values).fetchone() is not None:
        taken = job_rows(
            db.execute(
                "UPDATE procrastinate_jobs SET status = 'doing', worker_id = :worker, changed_at = :now"  # noqa: S608
                f" WHERE id = ({following}) RETURNING {_COLUMNS}",
                values,
            )
        )
        if taken:
            return taken
    return [{"id": None}]


def _finish_job(db: sqlite3.Connection, *, job_id: int, status: str, delete_job: bool) -> Rows:
    if delete_job:
        changed = db.execute("DELETE FROM procrastinate_jobs WHERE id = ? AND status IN ('todo', 'doing')", (job_id,))
    else:
        changed = db.execute(
            "UPDATE procrastinate_jobs SET attempts = attempts + (status = 'doing'), status = ?, abort_requested = 0,"
            " changed_at = ? WHERE id = ? AND status IN ('todo', 'doing')",
            (status, now(), job_id),
        )
    if changed.rowcount == 0:
        raise ConnectorException(f'Job was not found or not in "doing" or "todo" status (job id: {job_id})')
    return []


def _cancel_job(db: sqlite3.Connection, *, job_id: int, abort: bool, delete_job: bool) -> Rows:
    changed = 0
    if delete_job:
        changed = db.execute("DELETE FROM procrastinate_jobs WHERE id = ? AND status = 'todo'", (job_id,)).rowcount
    if not changed:
        changed = db.execute(
            "UPDATE procrastinate_jobs SET status = 'cancelled', abort_requested = ?, changed_at = ?"
            " WHERE id = ? AND status = 'todo'",
            (abort, now(), job_id),
        ).rowcount
    if not changed and abort:
        changed = db.execute(
            "UPDATE procrastinate_jobs SET abort_requested = 1 WHERE id = ? AND status = 'doing'", (job_id,)
        ).rowcount
    return [{"id": job_id if changed else None}]


def _get_job_status(db: sqlite3.Connection, *, job_id: int) -> Rows:
    return rows(db.execute("SELECT status FROM procrastinate_jobs WHERE id = ?", (job_id,)))


def _retry_job(
    db: sqlite3.Connection,
    *,
    job_id: int,
    retry_at: datetime,
    new_priority: int | None,
    new_queue_name: str | None,
    new_lock: str | None,
) -> Rows:
    changed = db.execute(
        "UPDATE procrastinate_jobs SET status = CASE WHEN status = 'doing' AND abort_requested THEN 'failed'"
        " ELSE 'todo' END, attempts = attempts + (NOT (status = 'doing' AND abort_requested)),"
        " abort_requested = 0, scheduled_at = :at, priority = COALESCE(:priority, priority),"
        " queue_name = COALESCE(:queue, queue_name), lock = COALESCE(:lock, lock), changed_at = :now"
        " WHERE id = :id AND status IN ('doing', 'failed')",
        {
            "id": job_id,
            "at": micros(retry_at),
            "priority": new_priority,
            "queue": new_queue_name,
            "lock": new_lock,
            "now": now(),
        },
    )
    if changed.rowcount == 0:
        raise ConnectorException(f"Job was not found or has an invalid status to retry (job id: {job_id})")
    return []


WRITING: dict[str, Query] = {
    "defer_jobs": _defer_jobs,
    "defer_periodic_job": _defer_periodic_job,
    "fetch_job": _fetch_job,
    "finish_job": _finish_job,
    "cancel_job": _cancel_job,
    "get_job_status": _get_job_status,
    "retry_job": _retry_job,
}
"""The queries that move jobs; those that list and clean up are in ``sqlite_lists``, those of workers in
``sqlite_workers``."""
