"""Workers that are killed, stopped or cut off from the database lose no job."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import text

sys.path.insert(0, str(Path(__file__).parents[1] / "adapters" / "jobs"))

from jobs_scratch import POSTGRES_URL, Bench, scratch_postgres, scratch_sqlite, until
from jobs_worker import DIE, SLOW, WRITE

from steward.settings import Settings


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def bench(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Bench]:
    with contextlib.ExitStack() as stack:
        settings = scratch_sqlite(tmp_path) if request.param == "sqlite" else stack.enter_context(scratch_postgres())
        made = Bench(settings)
        stack.callback(made.database.close)
        with made.database.engine.begin() as connection:
            connection.execute(text("CREATE TABLE effects (key integer PRIMARY KEY)"))
            connection.execute(text("CREATE TABLE starts (key integer)"))
        yield made


def warm_up(settings: Settings) -> subprocess.Popen[bytes]:
    """Start a process that has loaded everything and waits to be told to work."""
    told = {"database_url": settings.database_url.get_secret_value(), "data_dir": str(settings.data_dir)}
    path = os.pathsep.join(filter(None, ["src", os.environ.get("PYTHONPATH")]))
    return subprocess.Popen(
        [sys.executable, str(Path(__file__).with_name("jobs_worker.py")), json.dumps(told)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": path},
        cwd=Path(__file__).parents[2],
    )


@contextlib.contextmanager
def worker(settings: Settings, warm: subprocess.Popen[bytes] | None = None) -> Iterator[subprocess.Popen[bytes]]:
    """Let a worker process work while the context is open; kill it in the end."""
    process = warm or warm_up(settings)
    try:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(b"work\n")
        process.stdin.flush()
        assert process.stdout.readline() == b"ready\n"
        yield process
    finally:
        end(process)


def end(process: subprocess.Popen[bytes]) -> None:
    """Kill the process and close what led to it."""
    process.kill()
    process.wait()
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            pipe.close()


async def rows(bench: Bench, table: str) -> list[int]:
    def read(tx) -> list[int]:  # type: ignore[no-untyped-def]
        return list(tx.session.execute(text(f"SELECT key FROM {table} ORDER BY key")).scalars())

    return await bench.database.read(read)


async def test_three_hundred_jobs_survive_five_kills_of_their_worker(bench: Bench) -> None:
    await bench.database.write(lambda tx: [tx.enqueue(WRITE, key=key) for key in range(300)] and None)
    with contextlib.ExitStack() as stack:
        warm = [warm_up(bench.settings) for _ in range(6)]
        for process in warm:
            stack.callback(end, process)
        for kill, process in enumerate(warm[:5], start=1):
            with worker(bench.settings, process):
                await until(lambda: _at_least(bench, kill * 45), seconds=10)  # noqa: B023
                process.send_signal(signal.SIGKILL)
        with worker(bench.settings, warm[5]):
            await until(lambda: bench.counts(succeeded=300), seconds=15)
    assert await rows(bench, "effects") == list(range(300))
    assert 300 <= len(await rows(bench, "starts")) <= 300 + 5 * 8


async def _at_least(bench: Bench, number: int) -> bool:
    return len(await rows(bench, "effects")) >= number


async def test_a_job_that_kills_the_process_is_given_up_after_two_deaths_and_its_neighbours_are_not(
    bench: Bench,
) -> None:
    for key in (1, 2, 3):
        await bench.promise(SLOW, key=key)
    with worker(bench.settings) as process:
        await until(lambda: _started(bench, 3))
        await bench.promise(DIE, key=9)
        assert process.wait(timeout=5) == 42
    with worker(bench.settings) as process:
        assert process.wait(timeout=8) == 42
    with worker(bench.settings) as process:
        await until(lambda: bench.counts(succeeded=3, failed=1), seconds=8)
        assert process.poll() is None
    assert [dead.name for dead in await bench.queue.dead_letters()] == ["die"]
    assert await rows(bench, "effects") == [1, 2, 3]


async def _started(bench: Bench, number: int) -> bool:
    return len(await rows(bench, "starts")) >= number


async def test_another_worker_takes_over_within_seconds(bench: Bench) -> None:
    with worker(bench.settings), worker(bench.settings) as victim:
        for key in range(12):
            await bench.promise(SLOW, key=key)
        await until(lambda: _started(bench, 12))
        victim.kill()
        killed_at = time.monotonic()
        await until(lambda: bench.counts(succeeded=12), seconds=8)
        assert time.monotonic() - killed_at < 1.0 + 0.2 + 2 * 0.8 + 1.5  # stale, rescue, two rounds, slack
    assert await rows(bench, "effects") == list(range(12))


async def test_a_worker_that_was_frozen_keeps_its_jobs_on_the_embedded_database(tmp_path: Path) -> None:
    bench = Bench(scratch_sqlite(tmp_path))
    with bench.database.engine.begin() as connection:
        connection.execute(text("CREATE TABLE effects (key integer PRIMARY KEY)"))
        connection.execute(text("CREATE TABLE starts (key integer)"))
    with worker(bench.settings) as frozen:
        await bench.promise(SLOW, key=1)
        await until(lambda: _started(bench, 1))
        frozen.send_signal(signal.SIGSTOP)
        with worker(bench.settings):
            await asyncio.sleep(1.2)
            frozen.send_signal(signal.SIGCONT)
            await until(lambda: bench.counts(succeeded=1))
    assert await rows(bench, "starts") == [1]
    bench.database.close()


@pytest.mark.postgres
async def test_workers_outlive_a_database_that_goes_away() -> None:
    with scratch_postgres() as settings:
        bench = Bench(settings)
        name = settings.database_url.get_secret_value().rsplit("/", 1)[1]
        started, done = asyncio.Event(), []

        async def write(key: int) -> None:
            started.set()
            await asyncio.sleep(0.3)
            done.append(key)

        with psycopg.connect(POSTGRES_URL, autocommit=True) as server:
            async with bench.working({WRITE: write}, default=2) as run:
                await bench.promise(WRITE, key=1)
                await started.wait()
                server.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false')
                server.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (name,))
                await asyncio.sleep(1.5)
                server.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true')
                await until(lambda: bench.counts(succeeded=1), seconds=8)
                await bench.promise(WRITE, key=2)
                await until(lambda: bench.counts(succeeded=2), seconds=8)
                assert not run.done()
        bench.database.close()
    assert done == [1, 2], "the end of the job that ran meanwhile was written down later"
