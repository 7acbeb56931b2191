"""Workers share the work, hand it back when they are told to stop, and take over what a dead one left."""

from __future__ import annotations

import asyncio
import contextlib

import pytest
from jobs_scratch import Bench, until
from procrastinate.exceptions import ConnectorException
from procrastinate.manager import JobManager
from sqlalchemy import text

from steward.ports.jobs import Job, RetryPolicy
from steward.settings import Settings
from steward.workers import Sweep, run_workers

TASK = Job("task", retry=RetryPolicy(attempts=5, first_seconds=0.05))


async def test_two_workers_do_each_job_once(bench: Bench) -> None:
    done: list[tuple[str, int]] = []

    def worker(name: str):  # type: ignore[no-untyped-def]
        async def task(number: int) -> None:
            done.append((name, number))
            await asyncio.sleep(0.005)

        return task

    await bench.database.write(lambda tx: [tx.enqueue(TASK, number=number) for number in range(150)] and None)
    async with (
        bench.working({TASK: worker("a")}, default=4),
        bench.working({TASK: worker("b")}, bench.another_queue(), default=4),
    ):
        await until(lambda: bench.counts(succeeded=150), seconds=10)
    assert sorted(number for _, number in done) == list(range(150))
    assert {name for name, _ in done} == {"a", "b"}


async def test_no_more_jobs_of_a_queue_run_at_once_than_allowed(bench: Bench) -> None:
    running, most = 0, 0

    async def task() -> None:
        nonlocal running, most
        running += 1
        most = max(most, running)
        await asyncio.sleep(0.02)
        running -= 1

    for _ in range(12):
        await bench.promise(TASK)
    async with bench.working({TASK: task}, default=3):
        await until(lambda: bench.counts(succeeded=12))
    assert most == 3


async def test_a_queue_without_places_is_left_to_other_processes(bench: Bench) -> None:
    other = Job("other", queue="other")
    done: list[str] = []

    async def task() -> None:
        done.append("task")

    async def never() -> None:
        done.append("other")

    await bench.promise(other)
    await bench.promise(TASK)
    async with bench.working({TASK: task, other: never}, default=1, other=0):
        await until(lambda: bench.counts(succeeded=1, todo=1))
        await asyncio.sleep(0.2)
    assert done == ["task"]


async def test_the_jobs_of_a_dead_worker_are_taken_over(bench: Bench) -> None:
    done: list[int] = []

    async def task(number: int) -> None:
        done.append(number)

    await bench.promise(TASK, number=1)
    await bench.promise(TASK, lock="kept", number=2)
    dead = bench.another_queue()._connector(1)
    await dead.open_async()
    jobs = JobManager(dead)
    worker = await jobs.register_worker()
    assert await jobs.fetch_job(queues=None, worker_id=worker) is not None
    assert await jobs.fetch_job(queues=["default"], worker_id=worker) is not None
    await dead.close_async()
    assert await bench.counts(doing=2)
    async with bench.working({TASK: task}, default=2):
        await until(lambda: bench.counts(succeeded=2), seconds=4)
    assert sorted(done) == [1, 2]


async def test_the_jobs_of_a_living_worker_are_left_to_it(bench: Bench) -> None:
    runs: list[int] = []

    async def task() -> None:
        runs.append(1)
        await asyncio.sleep(1.6)

    async def idle() -> None:
        raise AssertionError("taken from a living worker")

    await bench.promise(TASK)
    async with bench.working({TASK: task}, default=1):
        await until(lambda: runs)
        async with bench.working({TASK: idle}, bench.another_queue(), default=1):
            await until(lambda: bench.counts(succeeded=1), seconds=4)
    assert runs == [1]


async def test_jobs_that_finish_in_the_grace_time_are_done(bench: Bench) -> None:
    started, ended = asyncio.Event(), []

    async def task() -> None:
        started.set()
        await asyncio.sleep(0.25)
        ended.append(1)

    async with bench.working({TASK: task}):
        await bench.promise(TASK)
        await started.wait()
    assert ended == [1]
    assert await bench.counts(succeeded=1)


async def test_jobs_that_do_not_finish_in_the_grace_time_are_handed_back(bench: Bench) -> None:
    started = asyncio.Event()
    runs: list[int] = []

    async def task() -> None:
        runs.append(1)
        started.set()
        await asyncio.sleep(60 if len(runs) == 1 else 0)

    await bench.promise(TASK)
    loop = asyncio.get_running_loop()
    async with bench.working({TASK: task}):
        await started.wait()
        stopped_at = loop.time()
    assert 0.4 < loop.time() - stopped_at < 2.0
    assert await bench.counts(todo=1)
    async with bench.working({TASK: task}):
        await until(lambda: bench.counts(succeeded=1))


async def test_stopped_workers_leave_nothing_registered(bench: Bench) -> None:
    async def task() -> None:
        return None

    def workers(tx: object) -> int:
        return int(tx.session.execute(text("SELECT count(*) FROM procrastinate_workers")).scalar_one())  # type: ignore[attr-defined]

    async with bench.working({TASK: task}, default=1, other=1):
        await bench.promise(TASK)
        await until(lambda: bench.counts(succeeded=1))
        assert await bench.database.read(workers) == 2
    assert await bench.database.read(workers) == 0


async def test_a_worker_that_ended_is_started_again(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    fetch, broken = JobManager.fetch_job, [1, 2]

    async def fetch_job(*arguments: object) -> object:
        if broken:
            broken.pop()
            raise ConnectorException("something that waiting does not mend")
        return await fetch(*arguments)  # type: ignore[arg-type]

    async def task() -> None:
        return None

    monkeypatch.setattr(JobManager, "fetch_job", lambda self, queues, worker_id: fetch_job(self, queues, worker_id))
    async with bench.working({TASK: task}) as run:
        await bench.promise(TASK)
        await until(lambda: bench.counts(succeeded=1))
        assert not run.done()
    assert not broken


async def test_a_database_without_tables_is_said_clearly(tmp_path) -> None:  # type: ignore[no-untyped-def]
    bench = Bench(Settings(data_dir=tmp_path))
    with pytest.raises(RuntimeError, match="steward migrate"):
        await run_workers(bench.queue, {}, concurrency={"default": 1})
    bench.database.close()


async def test_workers_and_sweeps_run_together_and_stop_together(bench: Bench) -> None:
    done: list[str] = []

    async def task() -> None:
        done.append("job")

    async def sweep() -> None:
        done.append("sweep")

    run = asyncio.create_task(
        run_workers(
            bench.queue, {TASK.name: (TASK, task)}, concurrency={"default": 1}, sweeps=[Sweep("s", 0.02, sweep)]
        )
    )
    await bench.promise(TASK)
    await until(lambda: "job" in done and done.count("sweep") > 3)
    run.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await run
    seen = len(done)
    await asyncio.sleep(0.1)
    assert len(done) == seen
