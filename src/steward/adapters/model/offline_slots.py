"""Reads the slots of a frame: words, days, times, windows and the first time of something that repeats."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from dateutil.rrule import rrulestr

from steward.adapters.model.offline_turn import Moment
from steward.adapters.model.offline_wording import day_of, time_of

Slots = Mapping[str, Any]

MORNING = time(9)
"""When something happens that names a day and no hour."""

_PARTS = {
    "morning": (time(6), time(12)),
    "afternoon": (time(12), time(18)),
    "evening": (time(17), time(23)),
    "night": (time(18), time(23, 59)),
}
_MIDNIGHT = time(23, 59, 59)
_AFTER = re.compile(r"\b(?:after|from|past|since|onwards?|starting)\b", re.IGNORECASE)
_BEFORE = re.compile(r"\b(?:before|until|till|by)\b", re.IGNORECASE)
_NO_SELECTOR = re.compile(
    r"(?:(?:an?|the|my|all|of|it|that|this|these|those|one|ones|them|everything|meetings?|events?|appointments?|calls?"
    r"|tasks?|reminders?)\s*)*",
    re.IGNORECASE,
)


def text_slot(slots: Slots, key: str) -> str:
    """Return the slot as one line of text, "" when it is missing."""
    value = slots.get(key)
    if isinstance(value, bool | Mapping | list | None):
        return ""
    return " ".join(str(value).split())


def number_slot(slots: Slots, key: str) -> float | None:
    """Return the slot as a number, None when it is missing or none."""
    value = slots.get(key)
    if isinstance(value, bool) or not isinstance(value, int | float) or not -1e15 < value < 1e15:
        return None
    return value


def selector(slots: Slots, key: str) -> str:
    """Return the slot where it tells one thing from another: "it" and "meeting" do not."""
    words = text_slot(slots, key)
    return "" if _NO_SELECTOR.fullmatch(words) else words


def people_slot(slots: Slots) -> list[str]:
    """Return the names in ``people`` or ``person``."""
    several = slots.get("people")
    if isinstance(several, list):
        return [name for name in (" ".join(str(item).split()) for item in several) if name]
    one = text_slot(slots, "person")
    return [one] if one else []


def day_slot(slots: Slots, key: str = "date") -> date | None:
    """Return the slot as a day."""
    return day_of(slots.get(key))


def time_slot(slots: Slots, key: str = "time") -> time | None:
    """Return the slot as a time of day."""
    return time_of(slots.get(key))


def iso(moment: datetime) -> str:
    """Return the wall time as tools take it: ``2024-01-16T14:00:00``."""
    return moment.isoformat(timespec="seconds")


def wall_in(slots: Slots, moment: Moment) -> datetime:
    """Return the wall time now in the zone that was spoken, otherwise in the person's."""
    zone = text_slot(slots, "timezone")
    if not zone:
        return moment.wall
    try:
        return moment.instant.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    except (KeyError, ValueError, OSError):
        return moment.wall


def start_of(slots: Slots, moment: Moment) -> datetime | None:
    """Return when the thing starts, as wall time; None when day or hour are missing.

    A time without a day is its next occurrence; something that repeats starts the first time its rule fits.
    """
    day, at, now = day_slot(slots), time_slot(slots), wall_in(slots, moment)
    rule = text_slot(slots, "recurrence")
    if at is None:
        return None
    if rule:
        return first_of(rule, datetime.combine(day or now.date(), at), now if day is None else datetime.min)
    if day is None:
        today = datetime.combine(now.date(), at)
        return today if today > now else today + timedelta(days=1)
    return datetime.combine(day, at)


def first_of(rule: str, start: datetime, after: datetime) -> datetime | None:
    """Return the first time the recurrence rule fits, from ``start`` on and later than ``after``.

    "Every two weeks on Monday" starts on the next Monday, whichever week that is. None for a rule nobody can read.
    """
    parts = [part for part in rule.upper().removeprefix("RRULE:").split(";") if part]
    if "FREQ=HOURLY" in parts or "FREQ=MINUTELY" in parts:
        hours = next((part.partition("=")[2] for part in parts if part.startswith("INTERVAL=")), "1")
        step = timedelta(hours=1) if "FREQ=HOURLY" in parts else timedelta(minutes=1)
        return start if start > after else after + step * min(int(hours) if hours.isdecimal() else 1, 1000)
    kept = [part for part in parts if not part.startswith(("INTERVAL=", "COUNT=", "UNTIL="))]
    try:
        found = rrulestr(";".join(kept), dtstart=start).after(after, inc=False)
    except (ValueError, TypeError, AttributeError, OverflowError):
        return None
    return found if isinstance(found, datetime) else None


def window_of(slots: Slots, moment: Moment) -> tuple[str, str]:
    """Return from and to as tools take them: dates, or wall times where hours were spoken; "" for an open end."""
    first, last = day_slot(slots, "date_from"), day_slot(slots, "date_to")
    day = day_slot(slots)
    if day is None and first is not None:
        return first.isoformat(), (last or first).isoformat()
    hours = hours_of(slots, moment.text)
    if day is None and hours is None:
        return "", ""
    day = day or moment.wall.date()
    if hours is None:
        return day.isoformat(), day.isoformat()
    return iso(datetime.combine(day, hours[0])), iso(datetime.combine(day, hours[1]))


def hours_of(slots: Slots, text: str = "") -> tuple[time, time] | None:
    """Return the hours of the day that were spoken: "from 1 to 4", "in the afternoon", "after 3", "at 3".

    A single hour means the hour that begins there, unless ``text`` says "after" or "before" it.
    """
    start, end = time_slot(slots), time_slot(slots, "end_time")
    if start is None:
        return (time(0), end) if end is not None else _PARTS.get(text_slot(slots, "part").lower())
    if end is not None:
        return start, end if end > start else _MIDNIGHT
    if _BEFORE.search(text):
        return time(0), start
    return start, _MIDNIGHT if _AFTER.search(text) or start.hour == 23 else start.replace(hour=start.hour + 1)
