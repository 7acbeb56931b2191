"""Scratch databases and small tools for the tests of the job queue; the fault tests use them too."""

from __future__ import annotations

import asyncio
import contextlib
import os
import tempfile
import uuid
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import text

from steward.adapters.jobs import Timing, make_job_queue
from steward.adapters.jobs.queue import ProcrastinateQueue
from steward.db.database import Database, Transaction, make_engine
from steward.kit.clock import SystemClock
from steward.ports.jobs import Handler, Job
from steward.settings import Settings

POSTGRES_URL = os.environ.get("TEST_POSTGRES_URL", "postgresql://postgres@127.0.0.1:5432/postgres")
QUICK = Timing(
    beat_seconds=0.2,
    stale_seconds=1.0,
    rescue_seconds=0.2,
    poll_seconds=0.5,
    due_seconds=0.05,
    watch_seconds=0.02,
    grace_seconds=0.5,
    most_pause_seconds=0.5,
)


@contextlib.contextmanager
def scratch_postgres() -> Iterator[Settings]:
    """Make a database of its own on the test server and drop it afterwards; skip where no server answers."""
    import pytest  # here, because the worker processes of the fault tests start sooner without it

    name = f"steward_jobs_{uuid.uuid4().hex[:12]}"
    try:
        server = psycopg.connect(POSTGRES_URL, autocommit=True, connect_timeout=3)
    except psycopg.OperationalError as error:
        pytest.skip(f"no PostgreSQL for the tests at {POSTGRES_URL} (set TEST_POSTGRES_URL): {error}")
    with server, tempfile.TemporaryDirectory() as folder:
        server.execute(f'CREATE DATABASE "{name}"')
        try:
            yield _migrated(Settings(database_url=POSTGRES_URL.rsplit("/", 1)[0] + f"/{name}", data_dir=folder))
        finally:
            server.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def scratch_sqlite(folder: Path) -> Settings:
    """Make a migrated SQLite file in the folder."""
    return _migrated(Settings(data_dir=folder))


def _migrated(settings: Settings) -> Settings:
    from steward.db.migrate import migrate  # here for the same reason

    engine = make_engine(settings)
    migrate(engine)
    engine.dispose()
    return settings


async def until(holds: Callable[[], Any], seconds: float = 5.0) -> None:
    """Wait until the condition holds; fail if it does not within ``seconds``."""
    end = asyncio.get_running_loop().time() + seconds
    while True:
        found, pause = holds(), 0.01
        if asyncio.iscoroutine(found):
            found, pause = await found, 0.05
        if found:
            return
        assert asyncio.get_running_loop().time() < end, f"did not come true within {seconds} s"
        await asyncio.sleep(pause)


class Bench:
    """A queue on a scratch database, with ways to promise work and to let workers run."""

    def __init__(self, settings: Settings, timing: Timing = QUICK) -> None:
        self.settings = settings
        self.timing = timing
        self.queue = self.another_queue()
        self.database = Database(settings, SystemClock(), None, self.queue)  # type: ignore[arg-type]

    def another_queue(self) -> ProcrastinateQueue:
        """Return a queue as another process would have it."""
        queue = make_job_queue(self.settings, self.timing)
        assert isinstance(queue, ProcrastinateQueue)
        return queue

    async def promise(self, job: Job, **options: Any) -> None:
        """Promise one piece of work in a transaction of its own."""
        await self.database.write(lambda tx: tx.enqueue(job, **options))

    @contextlib.asynccontextmanager
    async def working(
        self,
        handlers: Mapping[Job, Handler],
        queue: ProcrastinateQueue | None = None,
        **concurrency: int,
    ) -> AsyncIterator[asyncio.Task[None]]:
        """Run workers while the context is open."""
        named = {job.name: (job, handler) for job, handler in handlers.items()}
        run = asyncio.create_task((queue or self.queue).run(named, concurrency=concurrency))
        try:
            yield run
        finally:
            run.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await run

    async def counts(self, **expected: int) -> bool:
        """Whether the counts are exactly these, others zero."""

        def read(tx: Transaction) -> dict[str, int]:
            found = tx.session.execute(text("SELECT status, count(*) FROM procrastinate_jobs GROUP BY status"))
            return {row[0]: row[1] for row in found if row[0] in ("todo", "doing", "succeeded", "failed")}

        return await self.database.read(read) == expected
