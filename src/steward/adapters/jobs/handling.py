"""What surrounds a handler: a check of its arguments, a longest run, and a mark that outlives the process."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Awaitable, Callable
from typing import Any

import structlog
from procrastinate.job_context import JobContext

from steward.adapters.jobs.lease import Lease
from steward.ports.jobs import Handler, Job, Permanent

log = structlog.get_logger(__name__)


def around(job: Job, handler: Handler, lease: Lease) -> Callable[..., Awaitable[None]]:
    """Return the coroutine function that Procrastinate calls for jobs of this name."""
    signature = inspect.signature(handler)

    async def run(context: JobContext, /, **arguments: Any) -> None:
        stored = context.job
        assert stored.id is not None
        try:
            _check(signature, arguments)
            async with asyncio.timeout(job.most_seconds):
                await lease.watch(stored.id, handler(**arguments))
        except Exception as error:
            log.warning("job_failed", job=job.name, key=stored.id, attempt=stored.attempts + 1, error=repr(error)[:500])
            raise

    return run


def _check(signature: inspect.Signature, arguments: dict[str, Any]) -> None:
    try:
        signature.bind(**arguments)
    except TypeError as wrong:
        raise Permanent(f"the arguments do not fit the handler: {wrong}") from None
