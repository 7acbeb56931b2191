"""Whether the parts work: live probes with a time limit, one at a time for each part, in the words of the documents.

``brief`` is for load balancers: it looks at required parts only and never waits long, so a busy database pool does not
make the server look dead. ``full`` waits for every probe. A result is used again while it is fresh, so that nobody can
turn the open address into a stream of calls to a paid provider.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import structlog

from steward.kit.clock import Clock, iso_z

log = structlog.get_logger(__name__)

HEALTHY, DEGRADED, UNHEALTHY, NOT_CONFIGURED = "healthy", "degraded", "unhealthy", "not_configured"
PATIENCE_SECONDS = 0.3
PRIVATE = frozenset({"address", "error", "host", "path", "url", "version"})

Probe = Callable[[], Awaitable[Mapping[str, Any]]]


@dataclass(frozen=True, slots=True)
class Check:
    """A part to look at.

    ``probe`` returns what it found, for example ``{"connections": 8}``; it may set ``status`` (``degraded``,
    ``not_configured``) and ``response_time`` itself. Whatever it raises means unhealthy. ``fields`` are the keys that a
    document promises: they are null when the probe does not answer. Times in seconds.
    """

    name: str
    probe: Probe
    required: bool = True
    fields: tuple[str, ...] = ()
    limit_seconds: float = 1.0
    fresh_seconds: float = 1.0


@dataclass(frozen=True, slots=True)
class Report:
    """What the probes found; ``parts`` maps a name to its status, response_time (seconds) and details."""

    status: str
    at: datetime
    version: str
    uptime_seconds: int
    parts: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    @property
    def http_status(self) -> int:
        """200, or 503 where a required part does not work."""
        return 503 if self.status == UNHEALTHY else 200

    def summary(self) -> dict[str, Any]:
        """Return status, timestamp, version, uptime. Source: decisions C08."""
        return {
            "status": self.status,
            "timestamp": iso_z(self.at),
            "version": self.version,
            "uptime": self.uptime_seconds,
        }

    def detailed(self, *, private: bool) -> dict[str, Any]:
        """Return the summary with ``services`` and ``components``; addresses, versions and errors only if ``private``.

        Source: decisions C08, AL18, AS24; sms document, "Health check".
        """
        parts = {
            name: {key: value for key, value in part.items() if private or key not in PRIVATE}
            for name, part in self.parts.items()
        }
        whole = self.summary()
        return {
            "status": whole["status"],
            "timestamp": whole["timestamp"],
            "services": parts,
            "components": parts,
            "version": whole["version"],
            "uptime": whole["uptime"],
        }


class _Watched:
    """A check, its last result and the probe that may be under way."""

    def __init__(self, check: Check) -> None:
        self.check = check
        self._result: dict[str, Any] | None = None
        self._at = 0.0
        self._task: asyncio.Task[None] | None = None

    async def current(self, patience_seconds: float | None) -> Mapping[str, Any]:
        """Return the newest result, waiting for a new one at most so long; None waits for the probe's own limit."""
        if self._result is not None and time.monotonic() - self._at < self.check.fresh_seconds:
            return self._result
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._probe())
        await asyncio.wait((self._task,), timeout=None if self._result is None else patience_seconds)
        assert self._result is not None
        return self._result

    async def _probe(self) -> None:
        check, started = self.check, time.perf_counter()
        found: dict[str, Any] = {"status": HEALTHY, "response_time": None, **dict.fromkeys(check.fields)}
        try:
            async with asyncio.timeout(check.limit_seconds):
                found |= await check.probe()
        except TimeoutError:
            found |= {"status": UNHEALTHY, "error": f"no answer within {check.limit_seconds:g} s"}
        except Exception as wrong:  # the boundary to a part that may fail in any way
            found |= {"status": UNHEALTHY, "error": f"{type(wrong).__name__}: {wrong}"[:300]}
        if found["response_time"] is None and found["status"] != NOT_CONFIGURED:
            found["response_time"] = round(time.perf_counter() - started, 6)
        if found["status"] == UNHEALTHY and (self._result or {}).get("status") != UNHEALTHY:
            log.warning("part is unhealthy", part=check.name, error=found.get("error"))
        self._result, self._at = found, time.monotonic()


class Health:
    """The parts of this server and how they are."""

    def __init__(self, checks: Sequence[Check], *, version: str, started_at: datetime, clock: Clock) -> None:
        self._watched = [_Watched(check) for check in checks]
        self._version = version
        self._started_at = started_at
        self._clock = clock

    async def brief(self) -> Report:
        """Return how the required parts are, without details, from what was found last if a probe takes long."""
        return await self._report([one for one in self._watched if one.check.required], PATIENCE_SECONDS)

    async def full(self) -> Report:
        """Return how every part is."""
        return await self._report(self._watched, None)

    async def _report(self, watched: Sequence[_Watched], patience_seconds: float | None) -> Report:
        found = await asyncio.gather(*(one.current(patience_seconds) for one in watched))
        required = {part["status"] for one, part in zip(watched, found, strict=True) if one.check.required}
        status = next((word for word in (UNHEALTHY, DEGRADED) if word in required), HEALTHY)
        now = self._clock.now()
        return Report(
            status=status,
            at=now,
            version=self._version,
            uptime_seconds=max(0, int((now - self._started_at).total_seconds())),
            parts={one.check.name: part for one, part in zip(watched, found, strict=True)},
        )
