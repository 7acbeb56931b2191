"""Procrastinate's named queries do the same on SQLite as on PostgreSQL."""

from __future__ import annotations

import hashlib
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from importlib import metadata, resources
from pathlib import Path

import pytest
import pytest_asyncio
from jobs_scratch import Bench
from procrastinate import App, exceptions, sql
from procrastinate.jobs import DeleteJobCondition, Status
from procrastinate.manager import JobManager

from steward.adapters.jobs.bell import Bell
from steward.adapters.jobs.lease import Lease
from steward.adapters.jobs.postgres import OURS as ON_POSTGRES
from steward.adapters.jobs.sqlite import SqliteConnector
from steward.adapters.jobs.sqlite_lists import OURS as ON_SQLITE
from steward.adapters.jobs.timing import Timing

SCHEMA_SHA256 = "b742c50cbd743189f3590e5181bea82c9e3635c7eb5c21b88cb5629800b94022"


@pytest_asyncio.fixture
async def app(bench: Bench) -> AsyncIterator[App]:
    connector = bench.queue._connector(2)
    made = App(connector=connector)
    async with made.open_async():
        yield made


@pytest.fixture
def jobs(app: App) -> JobManager:
    return app.job_manager


async def defer(app: App, **options: object) -> int:
    return await app.configure_task("t", **options).defer_async(n=1)  # type: ignore[arg-type]


def test_the_connector_has_every_query_that_procrastinate_names() -> None:
    connector = SqliteConnector(Path("never-opened.db"), Lease(Path("never")), Bell(), Timing())
    assert len(sql.queries) == 22
    assert set(connector.queries) == set(sql.queries) | set(ON_SQLITE)
    assert set(ON_SQLITE) == set(ON_POSTGRES)


def test_the_schema_of_the_package_is_the_one_that_the_migration_knows() -> None:
    """A new Procrastinate may bring a new schema and new queries: then write a migration, then change this."""
    schema = (resources.files("procrastinate.sql") / "schema.sql").read_bytes()
    queries = (resources.files("procrastinate.sql") / "queries.sql").read_bytes()
    assert metadata.version("procrastinate") == "3.10.0"
    assert hashlib.sha256(schema + queries).hexdigest() == SCHEMA_SHA256


async def test_the_tables_are_found(jobs: JobManager) -> None:
    assert await jobs.check_connection_async()


async def test_a_job_is_deferred_fetched_and_finished(app: App, jobs: JobManager) -> None:
    at = datetime.now(UTC).replace(microsecond=123456) - timedelta(hours=1)
    key = await defer(app, queue="q", lock="l", queueing_lock="u", priority=3, schedule_at=at)
    worker = await jobs.register_worker()
    assert await jobs.fetch_job(["else"], worker) is None
    job = await jobs.fetch_job(["q", "else"], worker)
    assert job is not None
    assert (job.id, job.queue, job.lock, job.queueing_lock, job.priority) == (key, "q", "l", "u", 3)
    assert (job.task_name, job.task_kwargs, job.scheduled_at, job.attempts) == ("t", {"n": 1}, at, 0)
    assert job.worker_id == worker
    assert await jobs.get_job_status_async(key) is Status.DOING
    await jobs.finish_job(job, Status.SUCCEEDED, delete_job=False)
    (listed,) = await jobs.list_jobs_async()
    assert (listed.status, listed.attempts) == ("succeeded", 1)
    with pytest.raises(exceptions.ConnectorException):
        await jobs.finish_job(job, Status.FAILED, delete_job=False)


async def test_a_finished_job_can_be_deleted_at_once(app: App, jobs: JobManager) -> None:
    key = await defer(app)
    await jobs.finish_job_by_id_async(key, Status.SUCCEEDED, delete_job=True)
    assert not list(await jobs.list_jobs_async())


async def test_a_queueing_lock_that_waits_is_refused(app: App, jobs: JobManager) -> None:
    await defer(app, queueing_lock="u")
    with pytest.raises(exceptions.AlreadyEnqueued):
        await defer(app, queueing_lock="u")
    await jobs.fetch_job(None, await jobs.register_worker())
    await defer(app, queueing_lock="u")


async def test_many_jobs_are_deferred_at_once_or_none(app: App, jobs: JobManager) -> None:
    deferrer = app.configure_task("t")
    keys = await deferrer.batch_defer_async({"n": 1}, {"n": 2}, {"n": 3})
    assert keys == sorted(keys)
    with pytest.raises(exceptions.AlreadyEnqueued):
        await app.configure_task("t", queueing_lock="u").batch_defer_async({"n": 4}, {"n": 5})
    assert [job.task_kwargs["n"] for job in await jobs.list_jobs_async()] == [1, 2, 3]


async def test_a_retried_job_waits_with_what_was_changed(app: App, jobs: JobManager) -> None:
    key = await defer(app)
    worker = await jobs.register_worker()
    with pytest.raises(exceptions.ConnectorException):
        await jobs.retry_job_by_id_async(key, datetime.now(UTC))
    job = await jobs.fetch_job(None, worker)
    assert job is not None
    at = datetime.now(UTC) + timedelta(hours=1)
    await jobs.retry_job(job, retry_at=at, priority=4, queue="other", lock="l")
    assert await jobs.fetch_job(None, worker) is None
    (job,) = await jobs.list_jobs_async(id=key)
    assert (job.status, job.attempts, job.priority, job.queue, job.lock) == ("todo", 1, 4, "other", "l")
    assert job.scheduled_at is not None
    assert abs(job.scheduled_at - at) < timedelta(milliseconds=1)
    await jobs.finish_job(job, Status.FAILED, delete_job=False)
    await jobs.retry_job_by_id_async(key, datetime.now(UTC) - timedelta(seconds=1))
    assert await jobs.fetch_job(None, worker) is not None


async def test_waiting_jobs_are_cancelled_and_running_ones_marked(app: App, jobs: JobManager) -> None:
    waiting, deleted, running = [await defer(app, priority=priority) for priority in (0, 0, 1)]
    await jobs.fetch_job(None, await jobs.register_worker())
    assert await jobs.cancel_job_by_id_async(waiting)
    assert await jobs.cancel_job_by_id_async(deleted, delete_job=True)
    assert not await jobs.cancel_job_by_id_async(running)
    assert await jobs.cancel_job_by_id_async(running, abort=True)
    assert not await jobs.cancel_job_by_id_async(12345, abort=True)
    assert {job.id: job.status for job in await jobs.list_jobs_async()} == {waiting: "cancelled", running: "doing"}
    assert list(await jobs.list_jobs_to_abort_async()) == [running]
    assert list(await jobs.list_jobs_to_abort_async(queue="other")) == []
    await jobs.retry_job_by_id_async(running, datetime.now(UTC))
    assert await jobs.get_job_status_async(running) is Status.FAILED


async def test_jobs_are_listed_and_summed(app: App, jobs: JobManager) -> None:
    await defer(app, queue="a", lock="x")
    await defer(app, queue="a")
    key = await defer(app, queue="b", lock="x", queueing_lock="u", priority=-1)
    worker = await jobs.register_worker()
    await jobs.fetch_job(["a"], worker)
    nothing = dict.fromkeys(("todo", "doing", "succeeded", "failed", "cancelled", "aborted"), 0)
    assert list(await jobs.list_queues_async()) == [
        {"name": "a", "jobs_count": 2} | nothing | {"todo": 1, "doing": 1},
        {"name": "b", "jobs_count": 1} | nothing | {"todo": 1},
    ]
    assert list(await jobs.list_tasks_async(queue="b")) == [{"name": "t", "jobs_count": 1} | nothing | {"todo": 1}]
    assert list(await jobs.list_locks_async()) == [{"name": "x", "jobs_count": 2} | nothing | {"todo": 1, "doing": 1}]
    for filters in ({"queueing_lock": "u"}, {"queue": "b"}, {"id": key}, {"lock": "x", "status": "todo"}):
        assert [job.id for job in await jobs.list_jobs_async(**filters)] == [key], filters  # type: ignore[arg-type]
    assert len(list(await jobs.list_jobs_async(worker_id=worker, task="t"))) == 1
    counted = await app.connector.execute_query_all_async(sql.queries["count_jobs_status"])
    assert {row["status"]: row["count"] for row in counted} == {"todo": 2, "doing": 1}


async def test_old_jobs_are_deleted_by_state(app: App, jobs: JobManager) -> None:
    for status in (Status.SUCCEEDED, Status.FAILED, Status.ABORTED):
        await jobs.finish_job_by_id_async(await defer(app), status, delete_job=False)
    await jobs.delete_old_jobs(nb_hours=1, include_failed=True)
    assert len(list(await jobs.list_jobs_async())) == 3
    await jobs.delete_old_jobs(nb_hours=0, queue="other")
    await jobs.delete_old_jobs(nb_hours=0)
    assert {job.status for job in await jobs.list_jobs_async()} == {"failed", "aborted"}
    await jobs.delete_old_jobs(nb_hours=0, include_failed=True, include_aborted=True)
    assert not list(await jobs.list_jobs_async())


async def test_a_periodic_job_is_deferred_once_for_each_time(app: App, jobs: JobManager) -> None:
    async def at(timestamp: int) -> int | None:
        job = app.configure_task("t", task_kwargs={"timestamp": timestamp}, queueing_lock=f"p{timestamp}").job
        return await jobs.defer_periodic_job(job, periodic_id="p", defer_timestamp=timestamp)

    assert isinstance(await at(60), int)
    assert await at(60) is None
    assert isinstance(await at(120), int)
    assert len(list(await jobs.list_jobs_async())) == 2
    await jobs.cancel_job_by_id_async(1, delete_job=True)
    await defer(app, queueing_lock="p180")
    with pytest.raises(exceptions.AlreadyEnqueued):
        await at(180)


async def test_a_cron_is_kept_by_a_running_worker(app: App) -> None:
    ticks: list[int] = []

    @app.periodic(cron="* * * * * *")
    @app.task(queue="q", name="tick")
    async def tick(timestamp: int) -> None:
        raise AssertionError("the middleware below runs instead")

    worker = app._worker(
        queues=["q"],
        install_signal_handlers=False,
        delete_jobs=DeleteJobCondition.ALWAYS,
        fetch_job_polling_interval=0.1,
    )

    async def stop(_call_next, _context, _worker) -> None:  # type: ignore[no-untyped-def]
        ticks.append(_context.job.task_kwargs["timestamp"])
        if len(ticks) == 2:
            worker.stop()

    worker.worker_middleware.append(stop)
    await worker.run()
    assert ticks[1] == ticks[0] + 1
    assert abs(ticks[1] - time.time()) < 3


async def test_workers_are_registered_beat_and_are_pruned(app: App, jobs: JobManager) -> None:
    first, second = await jobs.register_worker(), await jobs.register_worker()
    assert first != second
    await jobs.update_heartbeat(first)
    await jobs.unregister_worker(first)
    assert await jobs.prune_stalled_workers(30) == []
    await defer(app)
    job = await jobs.fetch_job(None, second)
    assert job is not None
    assert list(await jobs.get_stalled_jobs()) == []
    await jobs.unregister_worker(second)
    (stalled,) = await jobs.get_stalled_jobs(queue="default", task_name="t")
    assert (stalled.id, stalled.worker_id) == (job.id, None)
    assert list(await jobs.get_stalled_jobs(queue="other")) == []


async def test_jobs_that_run_for_long_are_found(app: App, jobs: JobManager) -> None:
    await defer(app)
    job = await jobs.fetch_job(None, await jobs.register_worker())
    assert job is not None
    for seconds, found in ((-1, [job.id]), (60, [])):
        with pytest.warns(DeprecationWarning, match="nb_seconds"):
            assert [late.id for late in await jobs.get_stalled_jobs(nb_seconds=seconds)] == found


async def test_a_job_can_join_the_callers_transaction_through_procrastinate_itself(bench: Bench) -> None:
    connector = bench.queue._connector(1)
    app = App(connector=connector)
    with bench.database.engine.connect() as connection:
        raw = connection.connection.dbapi_connection
        assert raw is not None
        raw.execute("BEGIN")  # type: ignore[attr-defined]
        key = app.configure_task("t", connection=raw).defer(n=1)
        assert app.job_manager.get_job_status(key, connection=raw) is Status.TODO
        raw.rollback()
    assert await bench.counts()
