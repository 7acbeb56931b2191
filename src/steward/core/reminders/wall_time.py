"""Wall time and instants: what a clock on somebody's wall shows, and when that is.

Two wall times a year need a rule. One that is skipped when clocks go forward means the same distance past midnight,
so 02:30 becomes 03:30 (RFC 5545, 3.3.5). One that happens twice when clocks go back means the first of the two.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from steward.kit.errors import Invalid

FIRST_YEAR, LAST_YEAR = 1900, 2199
"""Years outside are typing mistakes, and would overflow in time zone arithmetic."""

_ZONE_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_+/-]{0,63}")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


def zone_of(name: str, field: str = "zone") -> ZoneInfo:
    """Return the time zone of the IANA name.

    Raises:
        Invalid: there is no such zone; ``field`` names what is wrong.
    """
    if _ZONE_NAME.fullmatch(name):
        try:
            return ZoneInfo(name)
        except (KeyError, ValueError, OSError):
            pass
    raise Invalid("There is no such time zone.", fields={field: ["Not a time zone of the IANA list"]})


def instant_of(wall: datetime, zone: ZoneInfo) -> datetime:
    """Return when a clock in the zone shows the naive wall time, as an aware UTC instant."""
    return wall.replace(tzinfo=zone, fold=0).astimezone(UTC)


def wall_of(instant: datetime, zone: ZoneInfo) -> datetime:
    """Return what a clock in the zone shows at the instant, naive."""
    return instant.astimezone(zone).replace(tzinfo=None, fold=0)


def resolved(when: datetime | date, zone: ZoneInfo, *, field: str, day_end: bool = False) -> datetime:
    """Return the instant that is meant: an aware one as it is, a naive one as wall time, a date as its midnight.

    With ``day_end`` a date means the midnight after it, so that a range includes the whole day (decision AV20).

    Raises:
        Invalid: the year is outside 1900 to 2199.
    """
    if not FIRST_YEAR <= when.year <= LAST_YEAR:
        raise Invalid("That date is too far away.", fields={field: [f"The year must be {FIRST_YEAR} to {LAST_YEAR}"]})
    if not isinstance(when, datetime):
        when = datetime.combine(when, time()) + timedelta(days=1 if day_end else 0)
    return instant_of(when, zone) if when.tzinfo is None else when.astimezone(UTC)


def read_when(text: str, field: str) -> datetime | date:
    """Return the ISO date, wall time or instant that the text spells.

    Raises:
        Invalid: it is none of them.
    """
    try:
        return date.fromisoformat(text) if _DATE.fullmatch(text.strip()) else datetime.fromisoformat(text.strip())
    except (ValueError, OverflowError):
        problem = "Not a date (2024-01-16) or date and time (2024-01-16T14:00:00)"
        raise Invalid("That is no date or time.", fields={field: [problem]}) from None


def read_date(text: str, field: str) -> date:
    """Return the day that the text spells as ISO date or date and time.

    Raises:
        Invalid: it is neither.
    """
    when = read_when(text, field)
    return when.date() if isinstance(when, datetime) else when


def read_time(text: str, field: str) -> time:
    """Return the wall time that the text spells as ``14:00``, ``14:00:00`` or a date and time.

    Raises:
        Invalid: it is neither.
    """
    try:
        clock = datetime.fromisoformat(text).time() if "-" in text and "T" in text else time.fromisoformat(text)
    except ValueError:
        raise Invalid("That is no time of day.", fields={field: ["Not a time (14:00:00)"]}) from None
    return clock.replace(tzinfo=None)
