"""When a failed job is tried again: exponential back-off with full jitter, and what its errors say themselves."""

from __future__ import annotations

import asyncio
import random
from datetime import UTC, datetime, timedelta

from procrastinate import BaseRetryStrategy, RetryDecision
from procrastinate.jobs import Job as StoredJob

from steward.kit.errors import Refused, Unavailable
from steward.ports.jobs import Permanent, RetryIn, RetryPolicy


class Backoff(BaseRetryStrategy):
    """Decides after each failure; None gives the job up.

    A run that was stopped because the process ends is always tried again. ``Permanent`` and ``Refused`` never are.
    ``RetryIn`` and ``Unavailable`` name the wait; every run counts as an attempt.
    """

    def __init__(self, policy: RetryPolicy) -> None:
        self.policy = policy

    def get_retry_decision(self, *, exception: BaseException, job: StoredJob) -> RetryDecision | None:
        """Return when to try again, or None to give the job up."""
        if isinstance(exception, asyncio.CancelledError):
            return RetryDecision(retry_at=datetime.now(UTC))
        if isinstance(exception, Permanent | Refused) or job.attempts + 1 >= self.policy.attempts:
            return None
        return RetryDecision(retry_at=datetime.now(UTC) + timedelta(seconds=self.wait_seconds(exception, job.attempts)))

    def wait_seconds(self, exception: BaseException, attempts_before: int) -> float:
        """Return how long to wait: any time up to ``first_seconds`` doubled per attempt, at most ``most_seconds``."""
        if isinstance(exception, RetryIn):
            return max(0.0, exception.seconds)
        doubled = self.policy.first_seconds * 2.0 ** min(attempts_before, 60)
        wait = random.uniform(0.0, min(self.policy.most_seconds, doubled))  # noqa: S311 - spreads load, no secret
        if isinstance(exception, Unavailable) and exception.retry_after_seconds is not None:
            return exception.retry_after_seconds + wait
        return wait
