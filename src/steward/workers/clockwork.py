"""Loops that call a verb every so many seconds, in the process itself.

What is due lies in tables, so a sweep that is late, missed or run in two processes at once does no harm: the verb takes
what is due and does it once.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import structlog

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Sweep:
    """Call ``verb`` every ``every_seconds``, for the first time at once."""

    name: str
    every_seconds: float
    verb: Callable[[], Awaitable[object]]


async def keep_sweeping(sweep: Sweep) -> None:
    """Sweep until cancelled.

    The beats lie on a fixed grid from the start on and do not drift. A verb that takes longer than a beat is never run
    beside itself: the beats that passed meanwhile are left out. A verb that fails is logged (of many failures in a row
    the 1st, 2nd, 4th, 8th...) and called again on the next beat.
    """
    loop = asyncio.get_running_loop()
    start, beat, failures = loop.time(), 0, 0
    while True:
        try:
            await sweep.verb()
            failures = 0
        except Exception as error:
            failures += 1
            if failures & (failures - 1) == 0:
                log.exception("sweep_failed", sweep=sweep.name, failures=failures, error=repr(error)[:500])
        passed = loop.time() - start
        beat = max(beat + 1, math.ceil(passed / sweep.every_seconds))
        await asyncio.sleep(beat * sweep.every_seconds - passed)
