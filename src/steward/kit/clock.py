"""Time as the rest of Steward sees it: aware UTC instants from a clock that tests can set."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo


class Clock(Protocol):
    """Whatever tells the time."""

    def now(self) -> datetime:
        """Return the current instant, aware, in UTC."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """Return the machine's time in UTC."""
        return datetime.now(UTC)


class SettableClock:
    """A clock that stands still until somebody moves it."""

    def __init__(self, at: datetime) -> None:
        self._at = at.astimezone(UTC)

    def now(self) -> datetime:
        """Return the instant it was last set to."""
        return self._at

    def set(self, at: datetime) -> None:
        """Move to the aware instant ``at``."""
        self._at = at.astimezone(UTC)

    def advance(self, seconds: float) -> None:
        """Move forward (or back) by ``seconds``."""
        self._at += timedelta(seconds=seconds)


def iso_z(instant: datetime, *, millis: bool = False) -> str:
    """Return ``2024-01-15T10:30:00Z``: UTC, whole seconds (or three decimals), never ``+00:00``.

    Source: decisions C33.
    """
    utc = instant if instant.tzinfo is UTC else instant.astimezone(UTC)
    return utc.isoformat(timespec="milliseconds" if millis else "seconds")[:-6] + "Z"


def iso_z_or_none(instant: datetime | None) -> str | None:
    """Return ``iso_z`` of the instant, or None for None."""
    return None if instant is None else iso_z(instant)


def at_zone(instant: datetime, zone: str) -> datetime:
    """Return the instant as wall time in the IANA ``zone``."""
    return instant.astimezone(ZoneInfo(zone))
