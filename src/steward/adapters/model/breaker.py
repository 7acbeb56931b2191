"""A circuit breaker: stops asking a provider that keeps failing, and tries it again after a pause."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic

FAILURES = 5
OPEN_SECONDS = 30.0


class Breaker:
    """Counts the consecutive failures of one provider.

    Closed: everybody may call. Open, after ``failures`` in a row: nobody may for ``open_seconds``. Then half-open: one
    caller may try; its success closes the breaker, its failure opens it again.
    """

    def __init__(
        self,
        *,
        failures: int = FAILURES,
        open_seconds: float = OPEN_SECONDS,
        clock_seconds: Callable[[], float] = monotonic,
    ) -> None:
        self._limit = failures
        self._open_seconds = open_seconds
        self._clock = clock_seconds
        self._failures = 0
        self._opened_at: float | None = None
        self._probing = False

    def wait_seconds(self) -> float | None:
        """Return None when the caller may call, which it then has to report, or else how long it is open still."""
        if self._opened_at is None:
            return None
        left = self._opened_at + self._open_seconds - self._clock()
        if left > 0:
            return left
        if self._probing:
            return 1.0
        self._probing = True
        return None

    def succeeded(self) -> None:
        """Note an answer: the provider is well."""
        self._failures = 0
        self._opened_at = None
        self._probing = False

    def answered(self) -> None:
        """Note the beginning of an answer: a probe need not wait for its end to let others in."""
        if self._opened_at is not None:
            self.succeeded()

    def failed(self) -> None:
        """Note a failure of the provider."""
        self._probing = False
        self._failures += 1
        if self._failures >= self._limit:
            self._opened_at = self._clock()

    def left(self) -> None:
        """Note the end of a call, also of one that was abandoned before it could tell anything."""
        self._probing = False
