"""What surrounds a handler: checks of its arguments, a longest run, and the trial of a job that may kill the process.

When a process dies, each job that ran in it may have been the cause. All are run again, but their first moments one
after the other, and charged: if the process dies in that moment again, the charged job is the cause and is given up.
The others are not hurt, and neither is a job that merely runs whenever somebody stops the machine.
"""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Awaitable, Callable
from typing import Any, Protocol

import structlog
from procrastinate.job_context import JobContext

from steward.ports.jobs import Handler, Job, Permanent

log = structlog.get_logger(__name__)

TRIAL_SECONDS = 0.002


class Asks(Protocol):
    """A connector that answers Steward's own queries."""

    async def ask(self, name: str, **arguments: Any) -> list[dict[str, Any]]:
        """Return the rows of the query of that name."""
        ...


class Handling:
    """Makes handlers safe to run; one for each run of the queue, because suspects of all queues wait for each other."""

    def __init__(self, connector: Asks) -> None:
        self._connector = connector
        self._trial = asyncio.Lock()

    def around(self, job: Job, handler: Handler) -> Callable[..., Awaitable[None]]:
        """Return the coroutine function that Procrastinate calls for jobs of this name."""
        signature = inspect.signature(handler)

        async def run(context: JobContext, /, **arguments: Any) -> None:
            stored = context.job
            try:
                _check(signature, arguments)
                if stored.attempts and await self._is_suspect(stored.id):
                    await self._on_trial(stored.id, job, handler, arguments)
                else:
                    await _limited(job, handler, arguments)
            except Exception as error:
                log.warning(
                    "job_failed", job=job.name, key=stored.id, attempt=stored.attempts + 1, error=repr(error)[:500]
                )
                raise

        return run

    async def _is_suspect(self, key: int | None) -> bool:
        return bool(await self._connector.ask("deaths_of", job_id=key))

    async def _on_trial(self, key: int | None, job: Job, handler: Handler, arguments: dict[str, Any]) -> None:
        async with self._trial:
            await self._connector.ask("charge", job_id=key, charged=True)
            running = asyncio.ensure_future(_limited(job, handler, arguments))
            try:
                await asyncio.wait({running}, timeout=TRIAL_SECONDS)
                await self._connector.ask("charge", job_id=key, charged=False)
            except BaseException:
                running.cancel()
                await asyncio.wait({running})
                raise
        await running


def _check(signature: inspect.Signature, arguments: dict[str, Any]) -> None:
    try:
        signature.bind(**arguments)
    except TypeError as wrong:
        raise Permanent(f"the arguments do not fit the handler: {wrong}") from None


async def _limited(job: Job, handler: Handler, arguments: dict[str, Any]) -> None:
    async with asyncio.timeout(job.most_seconds):
        await handler(**arguments)
