"""What fails is tried again with growing pauses, then parked where an operator sees it."""

from __future__ import annotations

import asyncio
import itertools
import time
from datetime import UTC, datetime, timedelta

import pytest
from jobs_scratch import Bench, until
from procrastinate.jobs import Job as StoredJob

from steward.adapters.jobs.backoff import Backoff
from steward.kit.errors import Refused, Unavailable
from steward.ports.jobs import Job, Permanent, RetryIn, RetryPolicy

QUICKLY = RetryPolicy(attempts=3, first_seconds=0.05, most_seconds=0.1)
FRAGILE = Job("fragile", retry=QUICKLY)
SOUND = Job("sound")


def stored(attempts: int) -> StoredJob:
    return StoredJob(id=1, queue="q", lock=None, queueing_lock=None, task_name="t", attempts=attempts)


def test_pauses_double_up_to_the_longest_with_full_jitter() -> None:
    backoff = Backoff(RetryPolicy(attempts=50, first_seconds=2, most_seconds=60))
    for attempts, most in ((0, 2), (1, 4), (3, 16), (5, 60), (40, 60)):
        waits = [backoff.wait_seconds(ValueError(), attempts) for _ in range(500)]
        assert 0 <= min(waits) < most * 0.1
        assert most * 0.9 < max(waits) <= most


def test_an_error_says_itself_whether_and_when_to_try_again() -> None:
    backoff = Backoff(RetryPolicy(attempts=5, first_seconds=1, most_seconds=8))
    now = datetime.now(UTC)
    for error in (Permanent(), Refused("no")):
        assert backoff.get_retry_decision(exception=error, job=stored(0)) is None
    for error, least, most in (
        (RetryIn(30), 30, 31),
        (Unavailable("busy", retry_after_seconds=20), 20, 22),
        (Unavailable("busy"), 0, 2),
        (asyncio.CancelledError(), 0, 1),
    ):
        decision = backoff.get_retry_decision(exception=error, job=stored(0))
        assert decision is not None
        assert decision.retry_at is not None
        assert timedelta(seconds=least) <= decision.retry_at - now <= timedelta(seconds=most), error
    assert backoff.get_retry_decision(exception=RetryIn(1), job=stored(4)) is None
    assert backoff.get_retry_decision(exception=asyncio.CancelledError(), job=stored(9)) is not None


async def test_a_job_that_always_fails_is_tried_as_often_as_allowed_then_parked(bench: Bench) -> None:
    runs: list[float] = []

    async def fragile(key: int) -> None:
        runs.append(time.monotonic())
        raise OSError("no luck")

    async with bench.working({FRAGILE: fragile}):
        await bench.promise(FRAGILE, key=5)
        await until(lambda: bench.counts(failed=1))
    assert len(runs) == 3
    assert all(later - earlier < 0.5 for earlier, later in itertools.pairwise(runs))
    (dead,) = await bench.queue.dead_letters()
    assert (dead.name, dead.queue, dict(dead.arguments), dead.attempts) == ("fragile", "default", {"key": 5}, 3)
    assert dead.failed_at is not None
    assert abs(datetime.now(UTC) - dead.failed_at) < timedelta(seconds=10)


async def test_a_job_that_recovers_is_done(bench: Bench) -> None:
    runs: list[int] = []

    async def fragile() -> None:
        runs.append(1)
        if len(runs) < 3:
            raise OSError("not yet")

    async with bench.working({FRAGILE: fragile}):
        await bench.promise(FRAGILE)
        await until(lambda: bench.counts(succeeded=1))
    assert len(runs) == 3


@pytest.mark.parametrize("wrong", ["permanent", "arguments", "unknown"])
async def test_what_can_never_succeed_is_parked_at_once(bench: Bench, wrong: str) -> None:
    runs: list[int] = []

    async def fragile(key: int) -> None:
        runs.append(key)
        raise Permanent("gone")

    async with bench.working({FRAGILE: fragile}):
        await bench.promise(
            Job("nobody knows") if wrong == "unknown" else FRAGILE, **{"key" if wrong != "arguments" else "kye": 1}
        )
        await until(lambda: bench.counts(failed=1))
    assert runs == ([1] if wrong == "permanent" else [])


async def test_a_handler_can_say_when_to_try_again(bench: Bench) -> None:
    runs: list[float] = []

    async def fragile() -> None:
        runs.append(time.monotonic())
        if len(runs) == 1:
            raise RetryIn(0.5)

    async with bench.working({FRAGILE: fragile}):
        await bench.promise(FRAGILE)
        await until(lambda: bench.counts(succeeded=1))
    assert 0.45 < runs[1] - runs[0] < 1.0


async def test_a_job_that_runs_for_ever_is_ended_and_counts_as_failed(bench: Bench) -> None:
    endless = Job("endless", retry=RetryPolicy(attempts=2, first_seconds=0.01), most_seconds=0.1)
    runs: list[int] = []

    async def run() -> None:
        runs.append(1)
        await asyncio.sleep(60)

    async with bench.working({endless: run}):
        await bench.promise(endless)
        await until(lambda: bench.counts(failed=1))
    assert len(runs) == 2


async def test_poison_does_not_hold_up_other_work(bench: Bench) -> None:
    done: list[int] = []

    async def fragile() -> None:
        raise OSError("always")

    async def sound(number: int) -> None:
        done.append(number)

    for number in range(10):
        await bench.promise(FRAGILE)
        await bench.promise(SOUND, number=number)
    async with bench.working({FRAGILE: fragile, SOUND: sound}, default=2):
        await until(lambda: len(done) == 10)
        await until(lambda: bench.counts(failed=10, succeeded=10))


async def test_a_dead_letter_that_is_retried_has_all_its_attempts_again(bench: Bench) -> None:
    runs: list[int] = []

    async def fragile() -> None:
        runs.append(1)
        raise OSError("no luck")

    async with bench.working({FRAGILE: fragile}):
        await bench.promise(FRAGILE, unique="k")
        await until(lambda: bench.counts(failed=1))
        (dead,) = await bench.queue.dead_letters()
        assert await bench.queue.retry_dead_letter(dead.key)
        await until(lambda: len(runs) == 6)
        await until(lambda: bench.counts(failed=1))
        assert not await bench.queue.retry_dead_letter(dead.key + 1)


async def test_dead_letters_are_listed_newest_first_up_to_the_limit(bench: Bench) -> None:
    async def fragile(number: int) -> None:
        raise Permanent("no")

    async with bench.working({FRAGILE: fragile}):
        for number in range(4):
            await bench.promise(FRAGILE, number=number)
        await until(lambda: bench.counts(failed=4))
    assert [dead.arguments["number"] for dead in await bench.queue.dead_letters(limit=3)] == [3, 2, 1]


async def test_a_failed_job_whose_twin_waits_gives_way_to_it(bench: Bench) -> None:
    runs: list[int] = []

    async def fragile(number: int) -> None:
        runs.append(number)
        if number == 1:
            await bench.promise(FRAGILE, unique="twin", number=2)
            raise OSError("the twin was promised meanwhile")

    async with bench.working({FRAGILE: fragile}):
        await bench.promise(FRAGILE, unique="twin", number=1)
        await until(lambda: bench.counts(succeeded=1))
        await asyncio.sleep(0.3)
    assert runs == [1, 2]
    assert await bench.counts(succeeded=1), "nothing is stuck"


async def test_finished_jobs_are_removed_and_dead_letters_kept(bench: Bench) -> None:
    async def fragile() -> None:
        raise Permanent("no")

    async def sound() -> None:
        return None

    async with bench.working({FRAGILE: fragile, SOUND: sound}):
        for _ in range(3):
            await bench.promise(SOUND)
        await bench.promise(FRAGILE)
        await until(lambda: bench.counts(failed=1, succeeded=3))
    await bench.promise(SOUND)
    await bench.queue.remove_finished(1)
    assert await bench.counts(failed=1, succeeded=3, todo=1)
    await bench.queue.remove_finished(0)
    assert await bench.queue.counts() == {"todo": 1, "doing": 0, "succeeded": 0, "failed": 1}
