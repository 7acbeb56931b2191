"""A worker process for the fault tests: run with the settings as JSON, ended by whatever the test does to it.

Handlers write into ``effects`` (one row for each key) and ``starts`` (one row for each run).
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from pathlib import Path

from sqlalchemy import text

sys.path.insert(0, str(Path(__file__).parents[1] / "adapters" / "jobs"))

from jobs_scratch import QUICK, Bench

from steward.ports.jobs import Job, RetryPolicy
from steward.settings import Settings

ONCE = RetryPolicy(attempts=5, first_seconds=0.05, most_seconds=0.2)
WRITE = Job("write", retry=ONCE)
SLOW = Job("slow", retry=ONCE)
DIE = Job("die", retry=ONCE)


async def work(bench: Bench) -> None:
    async def note(statement: str, **values: int) -> None:
        await bench.database.write(lambda tx: tx.session.execute(text(statement), values) and None)

    async def write(key: int) -> None:
        await note("INSERT INTO starts (key) VALUES (:key)", key=key)
        await asyncio.sleep(0.01)
        await note("INSERT INTO effects (key) VALUES (:key) ON CONFLICT DO NOTHING", key=key)

    async def slow(key: int) -> None:
        await note("INSERT INTO starts (key) VALUES (:key)", key=key)
        await asyncio.sleep(0.8)
        await note("INSERT INTO effects (key) VALUES (:key) ON CONFLICT DO NOTHING", key=key)

    async def die(key: int) -> None:
        os._exit(42)

    async with bench.working({WRITE: write, SLOW: slow, DIE: die}, default=8) as run:
        print("ready", flush=True)
        await run


if __name__ == "__main__":
    sys.stdin.readline()
    asyncio.run(work(Bench(Settings(**json.loads(sys.argv[1])), QUICK)))
