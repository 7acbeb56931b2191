"""What a reminder says, when the next one is due, and what an alert may look like; pure."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from steward.core.reminders.recurrence import occurrences, read_rule
from steward.core.reminders.types import KINDS, MOST_MINUTES_BEFORE, Alert, EventFacts
from steward.core.reminders.wall_time import wall_of, zone_of
from steward.core.reminders.words import prose
from steward.kit.clock import iso_z
from steward.kit.errors import Invalid

LATE = timedelta(minutes=5)
"""A reminder that comes later than that says when it was due."""


def next_start(event: EventFacts, after: datetime) -> datetime | None:
    """Return the start of the event's first occurrence after the instant, or None when there is none left."""
    if event.recurrence is None:
        return event.starts_at if event.starts_at > after else None
    skipped: Collection[str] = frozenset(event.skipped)
    starts = occurrences(
        read_rule(event.recurrence), event.starts_at, zone_of(event.zone), after=after, inclusive=False
    )
    return next((start for start in starts if iso_z(start) not in skipped), None)


def next_due(recurrence: str, anchor: datetime, zone: str, after: datetime) -> datetime | None:
    """Return when a repeated reminder that began at ``anchor`` is due again after the instant, or None: never."""
    return next(occurrences(read_rule(recurrence), anchor, zone_of(zone), after=after, inclusive=False), None)


def checked_alert(alert: Alert) -> Alert:
    """Return the alert with a clean text.

    Raises:
        Invalid: its type is none of push, email, sms, or it comes after the start or more than four weeks before.
    """
    if alert.type not in KINDS:
        raise Invalid("Reminders are of type push, email or sms.", fields={"reminders": ["Unknown type"]})
    if not 0 <= alert.minutes_before <= MOST_MINUTES_BEFORE:
        problem = f"minutes_before must be 0 to {MOST_MINUTES_BEFORE}"
        raise Invalid("That reminder is too long before the event.", fields={"reminders": [problem]})
    return Alert(alert.type, alert.minutes_before, prose(alert.text, "text", 2_000))


def message_of_reminder(text: str, due_at: datetime, now: datetime, zone: ZoneInfo) -> str:
    """Return what a plain reminder says; a late one adds when it was due, in the person's zone."""
    if now - due_at <= LATE:
        return text
    return f"{text} (was due {_at(due_at, now, zone)})"


def message_of_event(title: str, text: str, starts_at: datetime, now: datetime, zone: ZoneInfo) -> str:
    """Return what an event's reminder says: its own text if it has one, the title, and when it starts."""
    left = starts_at - now
    if left > timedelta(0):
        sentence = f"{title} starts in {_span(left)}, {_at(starts_at, now, zone)}."
    elif left > timedelta(minutes=-1):
        sentence = f"{title} starts now, {_at(starts_at, now, zone)}."
    else:
        sentence = f"{title} started {_at(starts_at, now, zone)}."
    return f"{text} – {sentence}" if text else sentence


def _span(left: timedelta) -> str:
    minutes = max(1, round(left.total_seconds() / 60))
    days, rest = divmod(minutes, 24 * 60)
    hours, minutes = divmod(rest, 60)
    parts = [_counted(days, "day"), _counted(hours, "hour"), _counted(minutes, "minute") if days == 0 else ""]
    return " and ".join(part for part in parts if part)


def _counted(number: int, word: str) -> str:
    if number == 0:
        return ""
    return f"{number} {word}" if number == 1 else f"{number} {word}s"


def _at(instant: datetime, now: datetime, zone: ZoneInfo) -> str:
    wall, today = wall_of(instant, zone), wall_of(now, zone).date()
    clock = f"at {wall.hour % 12 or 12}:{wall:%M} {'AM' if wall.hour < 12 else 'PM'}"
    return clock if wall.date() == today else f"on {wall:%A}, {wall:%B} {wall.day}, {clock}"
