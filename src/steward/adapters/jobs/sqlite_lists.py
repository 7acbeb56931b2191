"""Procrastinate's named queries that list, count and clean up, in SQLite's dialect; and those that Steward adds."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from steward.adapters.jobs.sqlite_queries import Query, Rows, instant, job_rows, micros, now, rows

_HOUR = 3_600_000_000
_FILTERS = ("id", "queue_name", "task_name", "status", "lock", "queueing_lock", "worker_id")


def _where(filters: dict[str, Any]) -> str:
    given = [f"{name} = :{name}" for name in _FILTERS if filters.get(name) is not None]
    return " AND ".join(given) or "1"


def _select_stalled_jobs_by_started(
    db: sqlite3.Connection, *, nb_seconds: int, queue: str | None, task_name: str | None
) -> Rows:
    filters = {"queue_name": queue, "task_name": task_name, "before": now() - nb_seconds * 1_000_000}
    sql = f"SELECT * FROM procrastinate_jobs WHERE status = 'doing' AND changed_at < :before AND {_where(filters)}"  # noqa: S608
    return job_rows(db.execute(sql, filters))


def _delete_old_jobs(db: sqlite3.Connection, *, nb_hours: int, queue: str | None, statuses: Sequence[str]) -> Rows:
    filters = {"queue_name": queue, "before": now() - int(nb_hours * _HOUR)}
    names = {f"status_{index}": status for index, status in enumerate(statuses)}
    sql = (
        f"DELETE FROM procrastinate_jobs WHERE status IN ({', '.join(':' + name for name in names)})"  # noqa: S608
        f" AND changed_at < :before AND {_where(filters)}"
    )
    db.execute(sql, {**filters, **names})
    return []


def _check_connection(db: sqlite3.Connection) -> Rows:
    return rows(
        db.execute("SELECT (SELECT name FROM sqlite_master WHERE name = 'procrastinate_jobs' LIMIT 1) AS \"check\"")
    )


def _count_jobs_status(db: sqlite3.Connection) -> Rows:
    return rows(db.execute("SELECT count(*) AS count, status FROM procrastinate_jobs GROUP BY status"))


def _list_jobs(db: sqlite3.Connection, **filters: Any) -> Rows:
    return job_rows(
        db.execute(f"SELECT * FROM procrastinate_jobs WHERE {_where(filters)} ORDER BY id", filters)  # noqa: S608
    )


def _list_jobs_to_abort(db: sqlite3.Connection, **filters: Any) -> Rows:
    sql = f"SELECT id FROM procrastinate_jobs WHERE status = 'doing' AND abort_requested AND {_where(filters)}"  # noqa: S608
    return rows(db.execute(sql, filters))


def _grouped_by(column: str) -> Query:
    def listed(db: sqlite3.Connection, **filters: Any) -> Rows:
        sql = (
            f"SELECT {column} AS name, status, count(*) AS jobs FROM procrastinate_jobs"  # noqa: S608
            f" WHERE {column} IS NOT NULL AND {_where(filters)} GROUP BY {column}, status ORDER BY {column}"
        )
        groups: dict[str, dict[str, int]] = {}
        for name, status, jobs in db.execute(sql, filters):
            groups.setdefault(name, {})[status] = jobs
        return [{"name": name, "jobs_count": sum(stats.values()), "stats": stats} for name, stats in groups.items()]

    return listed


def _listen_queue(_db: sqlite3.Connection, **_arguments: Any) -> Rows:
    return []  # SQLite tells nobody; the bell and the watch do


LISTING: dict[str, Query] = {
    "select_stalled_jobs_by_started": _select_stalled_jobs_by_started,
    "delete_old_jobs": _delete_old_jobs,
    "check_connection": _check_connection,
    "count_jobs_status": _count_jobs_status,
    "list_jobs": _list_jobs,
    "list_queues": _grouped_by("queue_name"),
    "list_tasks": _grouped_by("task_name"),
    "list_locks": _grouped_by("lock"),
    "list_jobs_to_abort": _list_jobs_to_abort,
    "listen_queue": _listen_queue,
}
"""Procrastinate's."""


def _due(db: sqlite3.Connection, *, queues: Sequence[str]) -> Rows:
    moment = now()
    waiting = "SELECT 1 FROM procrastinate_jobs WHERE queue_name = ? AND status = 'todo' AND "
    return [
        {"queue_name": queue}
        for queue in queues
        if db.execute(waiting + "scheduled_at IS NULL LIMIT 1", (queue,)).fetchone()
        or db.execute(waiting + "scheduled_at <= ? LIMIT 1", (queue, moment)).fetchone()
    ]


def _blame(db: sqlite3.Connection, *, job_id: int) -> Rows:
    db.execute(
        "INSERT INTO procrastinate_deaths (job_id, blamed) SELECT id, 1 FROM procrastinate_jobs"
        " WHERE id = ? AND status IN ('todo', 'doing') ON CONFLICT (job_id) DO UPDATE SET blamed = blamed + 1",
        (job_id,),
    )
    return []


def _rescue(db: sqlite3.Connection, *, job_id: int, worker_id: int | None, deaths: int) -> Rows:
    changed = db.execute(
        "UPDATE procrastinate_jobs SET attempts = attempts + 1, scheduled_at = :now, changed_at = :now,"
        " abort_requested = 0, worker_id = NULL, status = CASE WHEN EXISTS (SELECT 1 FROM procrastinate_deaths"
        " WHERE job_id = :id AND (blamed >= 2 OR deaths + 1 >= :deaths)) THEN 'failed' ELSE 'todo' END"
        " WHERE id = :id AND status = 'doing' AND worker_id IS :worker RETURNING status",
        {"id": job_id, "worker": worker_id, "deaths": deaths, "now": now()},
    )
    found = rows(changed)
    if found:
        db.execute(
            "INSERT INTO procrastinate_deaths (job_id, deaths) VALUES (?, 1)"
            " ON CONFLICT (job_id) DO UPDATE SET deaths = deaths + 1",
            (job_id,),
        )
    return found


def _dead_letters(db: sqlite3.Connection, *, limit: int) -> Rows:
    found = job_rows(
        db.execute(
            "SELECT id, task_name, queue_name, args, attempts, scheduled_at, changed_at AS failed_at"
            " FROM procrastinate_jobs WHERE status = 'failed' ORDER BY changed_at DESC, id DESC LIMIT ?",
            (limit,),
        )
    )
    for row in found:
        row["failed_at"] = instant(row["failed_at"])
    return found


def _revive(db: sqlite3.Connection, *, job_id: int) -> Rows:
    found = rows(
        db.execute(
            "UPDATE procrastinate_jobs SET status = 'todo', attempts = 0, scheduled_at = :now, changed_at = :now,"
            " queueing_lock = NULL, worker_id = NULL WHERE id = :id AND status = 'failed' RETURNING queue_name",
            {"id": job_id, "now": now()},
        )
    )
    if found:
        db.execute("DELETE FROM procrastinate_deaths WHERE job_id = ?", (job_id,))
    return found


def _remove_finished(db: sqlite3.Connection, *, before: datetime, limit: int) -> Rows:
    return rows(
        db.execute(
            "DELETE FROM procrastinate_jobs WHERE id IN (SELECT id FROM procrastinate_jobs"
            " WHERE status IN ('succeeded', 'cancelled', 'aborted') AND changed_at < ? LIMIT ?) RETURNING id",
            (micros(before), limit),
        )
    )


OURS: dict[str, Query] = {
    "due": _due,
    "blame": _blame,
    "rescue": _rescue,
    "dead_letters": _dead_letters,
    "revive": _revive,
    "remove_finished": _remove_finished,
}
"""Steward's; ``postgres.OURS`` has the same names."""
