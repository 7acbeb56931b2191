"""The named queries about workers in SQLite's dialect: who is alive is told by a file lock, not by a clock."""

from __future__ import annotations

import sqlite3
from typing import Any

from steward.adapters.jobs.lease import Lease
from steward.adapters.jobs.sqlite_queries import Query, Rows, job_rows, now, rows


class Leases:
    """The workers of this process, registered under its lease, and the test of the others'."""

    def __init__(self, lease: Lease) -> None:
        self._lease = lease
        self._mine: set[int] = set()
        self.queries: dict[str, Query] = {
            "register_worker": self._register_worker,
            "unregister_worker": self._unregister_worker,
            "update_heartbeat": self._update_heartbeat,
            "prune_stalled_workers": self._prune_stalled_workers,
            "select_stalled_jobs_by_heartbeat": self._select_stalled_jobs_by_heartbeat,
        }

    def give_up(self) -> None:
        """End the lease; jobs that still count as running are free for others."""
        self._lease.give_up()
        self._mine.clear()

    def _is_dead(self, row: dict[str, Any], silent_since: int) -> bool:
        if row["owner"] is None:
            return bool(row["last_heartbeat"] < silent_since)
        if row["owner"] == self._lease.owner:
            return row["id"] not in self._mine
        return self._lease.is_dead(row["owner"])

    def _dead(self, db: sqlite3.Connection, seconds_since_heartbeat: float) -> list[int]:
        silent_since = now() - int(seconds_since_heartbeat * 1_000_000)
        workers = rows(db.execute("SELECT id, owner, last_heartbeat FROM procrastinate_workers"))
        return [row["id"] for row in workers if self._is_dead(row, silent_since)]

    def _register_worker(self, db: sqlite3.Connection) -> Rows:
        self._lease.take()
        new = db.execute(
            "INSERT INTO procrastinate_workers (last_heartbeat, owner) VALUES (?, ?)", (now(), self._lease.owner)
        )
        assert new.lastrowid is not None
        self._mine.add(new.lastrowid)
        return [{"worker_id": new.lastrowid}]

    def _unregister_worker(self, db: sqlite3.Connection, *, worker_id: int) -> Rows:
        self._mine.discard(worker_id)
        self._forget(db, [worker_id])
        return []

    def _forget(self, db: sqlite3.Connection, workers: list[int]) -> None:
        ids = [(worker,) for worker in workers]
        db.executemany("UPDATE procrastinate_jobs SET worker_id = NULL WHERE worker_id = ? AND status = 'doing'", ids)
        db.executemany("DELETE FROM procrastinate_workers WHERE id = ?", ids)

    def _update_heartbeat(self, db: sqlite3.Connection, *, worker_id: int) -> Rows:
        db.execute("UPDATE procrastinate_workers SET last_heartbeat = ? WHERE id = ?", (now(), worker_id))
        return []

    def _prune_stalled_workers(self, db: sqlite3.Connection, *, seconds_since_heartbeat: float) -> Rows:
        dead = self._dead(db, seconds_since_heartbeat)
        if dead:
            self._forget(db, dead)
        return [{"worker_id": worker} for worker in dead]

    def _select_stalled_jobs_by_heartbeat(
        self, db: sqlite3.Connection, *, queue: str | None, task_name: str | None, seconds_since_heartbeat: float
    ) -> Rows:
        running = job_rows(
            db.execute(
                "SELECT *, worker_id IN (SELECT id FROM procrastinate_workers) AS known FROM procrastinate_jobs"
                " WHERE status = 'doing' AND queue_name = COALESCE(?, queue_name)"
                " AND task_name = COALESCE(?, task_name)",
                (queue, task_name),
            )
        )
        dead = set(self._dead(db, seconds_since_heartbeat)) if running else set()
        return [row for row in running if not row["known"] or row["worker_id"] in dead]
