"""One run of the workers: from the moment the database can be reached until they are told to stop."""

from __future__ import annotations

import asyncio
import random
import sqlite3
import time
from collections.abc import Mapping
from typing import Any

import psycopg
import structlog
from procrastinate import App, exceptions
from procrastinate.jobs import Job as StoredJob
from procrastinate.jobs import Status
from procrastinate.worker import Worker

from steward.adapters.jobs.backoff import Backoff
from steward.adapters.jobs.handling import around
from steward.adapters.jobs.lease import Lease
from steward.adapters.jobs.postgres import PostgresConnector
from steward.adapters.jobs.sqlite import SqliteConnector
from steward.adapters.jobs.timing import Timing
from steward.ports.jobs import Handler, Job

log = structlog.get_logger(__name__)

_AWAY = (psycopg.OperationalError, sqlite3.OperationalError)  # opening does not wrap the driver's errors


class Running:
    """Workers, one for each queue, with what they need around them; all of it stops together."""

    def __init__(
        self,
        connector: SqliteConnector | PostgresConnector,
        handlers: Mapping[str, tuple[Job, Handler]],
        concurrency: Mapping[str, int],
        timing: Timing,
        lease: Lease,
    ) -> None:
        self.connector = connector
        self._timing = timing
        self._lease = lease
        self._app = App(connector=connector)
        for name, (job, handler) in handlers.items():
            task = self._app.task(name=name, queue=job.queue, retry=Backoff(job.retry), pass_context=True)
            task(around(job, handler, lease))
        wanted = {job.queue: 1 for job, _ in handlers.values()} | dict(concurrency)
        self._concurrency = {queue: places for queue, places in wanted.items() if places > 0}
        self._workers: dict[str, Worker] = {}
        self._stopping = False

    async def connect(self) -> None:
        """Open the database as soon as it can be reached.

        Raises:
            RuntimeError: it has no job tables.
        """
        pause = _Pause(self._timing.most_pause_seconds)
        while True:
            try:
                await self.connector.open_async()
                ready = await self._app.check_connection_async()
                break
            except (exceptions.ConnectorException, OSError, *_AWAY) as error:
                log.warning("jobs_database_away", doing="start", error=str(error.__cause__ or error))
                await self.connector.close_async()
            await pause.wait()
        if not ready:
            raise RuntimeError("the database has no job tables; run `steward migrate`")
        try:
            self._lease.take()
        except OSError as error:  # only on PostgreSQL; SQLite's file lies in the same folder
            log.warning("jobs_lease_unwritable", error=str(error))
        self.connector.bell.hang_up()

    async def close(self) -> None:
        """Close the database."""
        self.connector.bell.take_down()
        await self.connector.close_async()
        self._lease.give_up()

    async def until_cancelled(self) -> None:
        """Work; when cancelled, let running jobs finish within the grace time, then hand them back."""
        await self._rescue_all()
        queues = list(self._concurrency)
        around = [
            asyncio.create_task(self._keep_watching(queues), name="jobs watch"),
            asyncio.create_task(self._keep_rescuing(), name="jobs rescue"),
        ]
        workers = [asyncio.create_task(self._keep_working(queue), name=f"jobs {queue}") for queue in queues]
        try:
            await asyncio.gather(*around, *workers)
        finally:
            self._stopping = True
            for task in workers:
                task.cancel()
            await asyncio.wait(workers, timeout=self._timing.grace_seconds)
            self.connector.impatient = True
            await asyncio.gather(*workers, return_exceptions=True)
            for task in around:
                task.cancel()
            await asyncio.gather(*around, return_exceptions=True)

    async def _keep_working(self, queue: str) -> None:
        pause = _Pause(self._timing.most_pause_seconds)
        while not self._stopping:
            worker = self._workers[queue] = Worker(
                self._app,
                queues=[queue],
                name=queue,
                concurrency=self._concurrency[queue],
                fetch_job_polling_interval=self._timing.poll_seconds,
                shutdown_graceful_timeout=self._timing.grace_seconds,
                install_signal_handlers=False,
                update_heartbeat_interval=self._timing.beat_seconds,
                stalled_worker_timeout=self._timing.stale_seconds,
            )
            try:
                await worker.run()  # type: ignore[no-untyped-call]  # the package annotates it only in part
                log.warning("worker_ended", queue=queue)
            except Exception as error:
                log.warning("worker_ended", queue=queue, error=repr(error.__cause__ or error))
            while worker.worker_id is not None and not self._stopping:
                await pause.wait()
                await self._sign_off(worker)
            await pause.wait()

    async def _sign_off(self, worker: Worker) -> None:
        """Remove a worker that ended without doing so itself, so that its jobs are free at once."""
        assert worker.worker_id is not None
        try:
            await self._app.job_manager.unregister_worker(worker.worker_id)
        except exceptions.ConnectorException as error:
            log.warning("jobs_database_away", doing="sign off", error=str(error.__cause__))
        else:
            worker.worker_id = None

    async def _keep_watching(self, queues: list[str]) -> None:
        pause = _Pause(self._timing.most_pause_seconds)
        while True:
            try:
                await self.connector.watch(queues)
            except Exception as error:
                log.exception("jobs_watch_failed", error=repr(error))
            await pause.wait()

    async def _keep_rescuing(self) -> None:
        while True:
            await asyncio.sleep(self._timing.rescue_seconds)
            await self._rescue_all()

    async def _rescue_all(self) -> None:
        """Hand the jobs of dead workers to the living; a database that is away is asked again next time."""
        try:
            for death in self._lease.deaths():
                if death.key is not None:
                    await self.connector.ask("blame", job_id=death.key)
                death.bury()
            stalled = await self._app.job_manager.get_stalled_jobs(seconds_since_heartbeat=self._timing.stale_seconds)
            mine = {worker.worker_id for worker in self._workers.values()} - {None}
            for job in stalled:
                if job.worker_id not in mine:
                    await self._rescue(job)
        except exceptions.ConnectorException as error:
            log.warning("jobs_database_away", doing="rescue", error=str(error.__cause__))

    async def _rescue(self, job: StoredJob) -> None:
        assert job.id is not None
        try:
            found: list[dict[str, Any]] = await self.connector.ask(
                "rescue", job_id=job.id, worker_id=job.worker_id, deaths=self._timing.deaths
            )
        except exceptions.UniqueViolation:
            # A twin of the same unique key waits already and will do the work.
            await self._app.job_manager.finish_job(job, Status.ABORTED, delete_job=False)
            return
        if found:
            given_up = found[0]["status"] == "failed"
            log.warning("job_rescued", job=job.task_name, key=job.id, attempt=job.attempts + 1, given_up=given_up)
            self.connector.bell.ring([job.queue])


class _Pause:
    """Waits longer each time, up to ``most_seconds``; starts anew when things went well for a while."""

    def __init__(self, most_seconds: float) -> None:
        self._most = most_seconds
        self._seconds = 0.25
        self._since = time.monotonic()

    async def wait(self) -> None:
        if time.monotonic() - self._since > 60:
            self._seconds = 0.25
        await asyncio.sleep(self._seconds * random.uniform(0.5, 1.0))  # noqa: S311 - spreads load, no secret
        self._seconds = min(2 * self._seconds, self._most)
        self._since = time.monotonic()
