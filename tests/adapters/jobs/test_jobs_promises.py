"""What is promised in a transaction exists exactly if it commits, once for each unique key."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from jobs_scratch import QUICK, Bench, until
from sqlalchemy import text

from steward.adapters.jobs import make_job_queue
from steward.ports.jobs import Enqueued, Job

NOTE = Job("note")


async def test_work_of_a_committed_transaction_is_done(bench: Bench) -> None:
    done: list[int] = []

    async def note(number: int) -> None:
        done.append(number)

    async with bench.working({NOTE: note}):
        await bench.promise(NOTE, number=7)
        await until(lambda: done == [7])
        await until(lambda: bench.counts(succeeded=1))


async def test_work_of_a_rolled_back_transaction_does_not_exist(bench: Bench) -> None:
    def fail(tx: object) -> None:
        tx.enqueue(NOTE, number=1)  # type: ignore[attr-defined]
        bench.queue.put(tx.session.connection(), [Enqueued(NOTE, {"number": 2})])  # type: ignore[attr-defined]
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await bench.database.write(fail)
    assert await bench.counts()


async def test_work_is_not_seen_before_the_commit(bench: Bench) -> None:
    with bench.database.engine.connect() as connection:
        if not bench.settings.is_postgres:
            connection.execute(text("BEGIN IMMEDIATE"))
        bench.queue.put(connection, [Enqueued(NOTE, {"number": 1})])
        assert await bench.counts()
        connection.commit()
    assert await bench.counts(todo=1)


async def test_a_unique_key_that_waits_is_not_added_again_and_the_transaction_goes_on(bench: Bench) -> None:
    await bench.promise(NOTE, unique="a", number=1)

    def work(tx: object) -> None:
        tx.enqueue(NOTE, unique="a", number=2)  # type: ignore[attr-defined]
        tx.enqueue(NOTE, unique="b", number=3)  # type: ignore[attr-defined]
        tx.enqueue(NOTE, unique="b", number=4)  # type: ignore[attr-defined]
        tx.enqueue(NOTE, number=5)  # type: ignore[attr-defined]

    await bench.database.write(work)
    assert await bench.counts(todo=3)
    done: list[int] = []

    async def note(number: int) -> None:
        done.append(number)

    async with bench.working({NOTE: note}):
        await until(lambda: done == [1, 3, 5])
        await bench.promise(NOTE, unique="a", number=6)
        await until(lambda: done == [1, 3, 5, 6])


async def test_five_hundred_promises_of_one_transaction_are_all_kept(bench: Bench) -> None:
    done: set[int] = set()

    async def note(number: int) -> None:
        done.add(number)

    async with bench.working({NOTE: note}, default=10):
        await bench.database.write(lambda tx: [tx.enqueue(NOTE, number=number) for number in range(500)] and None)
        await until(lambda: len(done) == 500, seconds=15)


async def test_jobs_of_one_lock_run_one_after_the_other_in_order(bench: Bench) -> None:
    events: list[str] = []
    other_started = asyncio.Event()

    async def note(name: str) -> None:
        events.append("+" + name)
        if name == "b0":
            other_started.set()
        await asyncio.wait_for(other_started.wait(), 3)  # different locks do not wait for each other
        await asyncio.sleep(0.01)
        events.append("-" + name)

    for number in range(4):
        await bench.promise(NOTE, lock="thread 1", name=f"a{number}")
        await bench.promise(NOTE, lock="thread 2", name=f"b{number}")
    async with bench.working({NOTE: note}, default=8):
        await until(lambda: bench.counts(succeeded=8))
    for lock in "ab":
        mine = [event for event in events if event[1] == lock]
        assert mine == [f"{mark}{lock}{number}" for number in range(4) for mark in "+-"]


async def test_the_next_of_a_lock_starts_as_soon_as_the_one_before_has_ended(bench: Bench) -> None:
    seldom = replace(QUICK, poll_seconds=60, due_seconds=60)
    queue = make_job_queue(bench.settings, seldom)

    async def note(name: str) -> None:
        await asyncio.sleep(0.03)

    for number in range(5):
        await bench.promise(NOTE, lock="thread", name=str(number))
    async with bench.working({NOTE: note}, queue, default=2):
        await until(lambda: bench.counts(succeeded=5), seconds=2)


async def test_more_urgent_work_is_done_first_and_equals_in_order(bench: Bench) -> None:
    done: list[int] = []

    async def note(number: int) -> None:
        done.append(number)

    work = [Enqueued(NOTE, {"number": number}, priority=priority) for number, priority in enumerate((0, 5, -1, 5, 0))]
    with bench.database.engine.begin() as connection:
        bench.queue.put(connection, work)
    async with bench.working({NOTE: note}):
        await until(lambda: done == [1, 3, 0, 4, 2])


async def test_work_for_later_waits_and_does_not_hold_up_other_work(bench: Bench) -> None:
    started: dict[int, datetime] = {}

    async def note(number: int) -> None:
        started[number] = datetime.now(UTC)

    at = datetime.now(UTC) + timedelta(seconds=0.6)
    await bench.promise(NOTE, at=at, number=1)
    await bench.promise(NOTE, at=datetime.now(UTC) - timedelta(days=1), number=2)
    async with bench.working({NOTE: note}):
        await until(lambda: set(started) == {2})
        await until(lambda: 1 in started)
    assert timedelta(0) <= started[1] - at < timedelta(seconds=0.4)


async def test_arguments_that_are_no_ids_are_refused(bench: Bench) -> None:
    with pytest.raises(ValueError, match="pass ids"):
        await bench.promise(NOTE, text="x" * 70_000)
    with pytest.raises(ValueError, match="no zone"):
        await bench.promise(NOTE, at=datetime(2030, 1, 1))
    assert await bench.counts()


async def test_committed_work_starts_within_milliseconds(bench: Bench) -> None:
    started = asyncio.Event()
    waits: list[float] = []

    async def note() -> None:
        started.set()

    async with bench.working({NOTE: note}):
        await asyncio.sleep(0.3)
        for _ in range(30):
            started.clear()
            await bench.promise(NOTE)
            committed = time.perf_counter()
            await started.wait()
            waits.append(time.perf_counter() - committed)
            await asyncio.sleep(0.005)
    assert sorted(waits)[15] < 0.05
    assert max(waits) < 0.5, "no wake-up was lost"


async def test_work_committed_by_another_process_starts_soon(bench: Bench) -> None:
    done: list[int] = []

    async def note(number: int) -> None:
        done.append(number)

    async with bench.working({NOTE: note}, queue=bench.another_queue()):
        await until(lambda: bench.counts())
        for number in range(3):
            await bench.promise(NOTE, number=number)
            await until(lambda: number in done, seconds=0.4)  # noqa: B023
