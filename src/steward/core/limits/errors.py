"""When something was done too often."""

from __future__ import annotations

from steward.core.limits.types import Standing
from steward.kit.errors import Kind, TooMany

_PERIODS = {1: "second", 60: "minute", 3600: "hour", 86400: "day"}


class LimitExceeded(TooMany):
    """You have exceeded the rate limit."""

    kind, code = Kind.TOO_MANY, "RATE_LIMIT_EXCEEDED"

    def __init__(self, standing: Standing) -> None:
        limit = standing.shown.limit
        period = _PERIODS.get(limit.seconds, f"{limit.seconds} seconds")
        super().__init__(
            f"You have exceeded the rate limit of {limit.amount} requests per {period}",
            retry_after_seconds=standing.resets_in_seconds,
        )
        self.standing = standing


class TooManyStreams(TooMany):
    """You follow as many answers at once as is allowed; close one first."""

    kind, code = Kind.TOO_MANY, "TOO_MANY_STREAMS"
