"""How the offline model says days, times, lengths, repetitions and lists, and reads what tools returned.

Readers never raise: what a tool returned may be anything, and what is missing is left unsaid.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from typing import Any

from steward import nlu
from steward.adapters.model.offline_turn import Moment
from steward.kit.text import shortened
from steward.nlu import say_date, say_time

LINE_CHARACTERS = 120

Row = Mapping[str, Any]


def line(row: Row, key: str) -> str:
    """Return the field as one short line of text; "" when it is missing."""
    value = row.get(key)
    if value is None or isinstance(value, Mapping | list | bool):
        return ""
    return shortened(" ".join(str(value).split()), LINE_CHARACTERS)


def row(data: Row, key: str) -> Row:
    """Return the object in the field; an empty one when there is none."""
    value = data.get(key)
    return value if isinstance(value, Mapping) else {}


def rows(data: Row, key: str) -> list[Row]:
    """Return the objects of the list in the field."""
    value = data.get(key)
    return [item for item in value if isinstance(item, Mapping)] if isinstance(value, list) else []


def count(data: Row, key: str, least: int) -> int:
    """Return the whole number in the field, at least ``least``."""
    value = data.get(key)
    return max(value, least) if isinstance(value, int) and not isinstance(value, bool) else least


def moment_of(value: Any) -> datetime | None:
    """Return an ISO date-time as it stands on the wall, without zone; a plain date is its midnight."""
    if not isinstance(value, str):
        return None
    try:
        return datetime.fromisoformat(value).replace(tzinfo=None)
    except ValueError:
        return None


def day_of(value: Any) -> date | None:
    """Return the day of an ISO date or date-time."""
    found = moment_of(value)
    return found.date() if found else None


def time_of(value: Any) -> time | None:
    """Return the time of day of "HH:MM[:SS]"."""
    if not isinstance(value, str):
        return None
    try:
        return time.fromisoformat(value).replace(tzinfo=None)
    except ValueError:
        return None


def say_day(day: date, moment: Moment) -> str:
    """Return "Tuesday, January 16" as the person's locale writes it; with the year where it is not this year's."""
    return say_date(day, moment.context)


def say_clock(at: time, moment: Moment) -> str:
    """Return "2 PM", "noon" or, where seconds count, "2:30:15 PM"."""
    if not at.second:
        return say_time(at, moment.context)
    return f"{at.hour % 12 or 12}:{at.minute:02}:{at.second:02} {'AM' if at.hour < 12 else 'PM'}"


def say_moment(at: datetime, moment: Moment) -> str:
    """Return "Tuesday, January 16 at 2 PM"."""
    return f"{say_day(at.date(), moment)} at {say_clock(at.time(), moment)}"


def say_span(start: datetime, end: datetime | None, moment: Moment) -> str:
    """Return "Tuesday, January 16 from 2 PM to 3 PM", or both days where they differ."""
    if end is None or end == start:
        return say_moment(start, moment)
    if end.date() == start.date():
        hours = f"from {say_clock(start.time(), moment)} to {say_clock(end.time(), moment)}"
        return f"{say_day(start.date(), moment)} {hours}"
    return f"{say_moment(start, moment)} to {say_moment(end, moment)}"


def say_minutes(minutes: float) -> str:
    """Return "1 hour 30 minutes", "2 days", "45 seconds"."""
    seconds = max(round(minutes * 60), 0)
    parts = []
    for unit, size in (("day", 86_400), ("hour", 3_600), ("minute", 60), ("second", 1)):
        amount, seconds = divmod(seconds, size)
        if amount:
            parts.append(counted(amount, unit))
    return " ".join(parts) or "0 minutes"


def counted(amount: int, noun: str) -> str:
    """Return "1 event" or "3 events"."""
    return f"{amount} {noun}" if amount == 1 else f"{amount} {noun}s"


def joined(words: Sequence[str], last: str = "and") -> str:
    """Return "a", "a and b" or "a, b and c"."""
    return f" {last} ".join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else "".join(words)


def quoted(text: str) -> str:
    """Return the text in typographic quotes."""
    return f"“{text}”"


def capital(text: str) -> str:
    """Return the text with its first letter large."""
    return text[:1].upper() + text[1:]


def say_rule(rule: str) -> str:
    """Return "every Monday and Friday" for a recurrence rule (RFC 5545); "regularly" where it is too involved."""
    try:
        return nlu.say_rule(rule.removeprefix("RRULE:"))
    except (ValueError, LookupError):
        return "regularly"
