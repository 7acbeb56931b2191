"""Runs the job workers and the clockwork together until cancelled; knows nothing of signals."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence

from steward.ports.jobs import Handler, Job, JobQueue
from steward.workers.clockwork import Sweep, keep_sweeping

KEEP_FINISHED_HOURS = 24


async def run_workers(
    queue: JobQueue,
    handlers: Mapping[str, tuple[Job, Handler]],
    *,
    concurrency: Mapping[str, int],
    sweeps: Sequence[Sweep] = (),
) -> None:
    """Work until cancelled: jobs of ``handlers``, the ``sweeps``, and an hourly clean-up of finished jobs.

    ``handlers`` maps a job's name to the job and the coroutine function that does it; ``concurrency`` a queue to how
    many of its jobs run at once here. When cancelled, sweeps end at once and running jobs get the queue's grace time.

    Raises:
        RuntimeError: the database has no job tables.
    """

    async def clean_up() -> None:
        await queue.remove_finished(KEEP_FINISHED_HOURS)

    cleaning = Sweep("remove_finished_jobs", 3600.0, clean_up)
    try:
        async with asyncio.TaskGroup() as together:
            together.create_task(queue.run(handlers, concurrency=concurrency), name="jobs")
            for sweep in (cleaning, *sweeps):
                together.create_task(keep_sweeping(sweep), name=f"sweep {sweep.name}")
    except ExceptionGroup as group:
        raise group.exceptions[0] from None
