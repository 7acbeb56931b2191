"""What makes an event valid, when a series happens, and which event somebody means; pure."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import islice, repeat, takewhile
from typing import Any

from steward.core.calendar.types import STATUSES, EventFilter, NewEvent
from steward.core.reminders import KINDS, Alert
from steward.core.reminders.recurrence import first_fit, last_of, occurrences, read_rule
from steward.core.reminders.types import MOST_MINUTES_BEFORE
from steward.core.reminders.wall_time import instant_of, resolved, wall_of, zone_of
from steward.core.reminders.words import label, prose
from steward.kit.clock import iso_z
from steward.kit.errors import Invalid

MOST_OCCURRENCES = 1_000
"""Occurrences of recurring events in one answer; the earliest ones are given."""

DEFAULT_ALERTS = (Alert("email", 15),)
"""What goes with an event when neither the request nor the person says anything. Source: voice document."""

LONGEST = timedelta(days=366)
_SLACK = timedelta(hours=2)
"""By how much an occurrence may last longer than the first one, because clocks change."""


def checked(new: NewEvent, actor_zone: str) -> dict[str, Any]:
    """Return the columns of the checked event; a recurring one begins at the first time its rule fits.

    Raises:
        Invalid: a text is missing or too long, the end is not after the start, or zone, rule or status are unknown.
    """
    zone_name = new.zone or actor_zone
    zone = zone_of(zone_name, "timezone")
    start, end = resolved(new.start, zone, field="start_time"), resolved(new.end, zone, field="end_time")
    if end <= start:
        raise Invalid("An event ends after it starts.", fields={"end_time": ["Must be after start_time"]})
    if end - start > LONGEST:
        raise Invalid("An event lasts a year at most.", fields={"end_time": ["More than 366 days after start_time"]})
    if new.status not in STATUSES:
        raise Invalid(fields={"status": [f"Must be one of: {', '.join(STATUSES)}"]})
    recurrence: str | None = None
    until: datetime | None = end
    texts = {
        "title": label(new.title, "title", 300),
        "description": prose(new.description, "description", 10_000),
        "location": label(new.location, "location", 300, least=0),
        "calendar_id": label(new.calendar_id, "calendar_id", 200),
    }
    if new.recurrence:
        rule = read_rule(new.recurrence)
        began = first_fit(rule, start, zone)
        start, end = began, instant_of(wall_of(began, zone) + (wall_of(end, zone) - wall_of(start, zone)), zone)
        last = last_of(rule, start, zone)
        recurrence, until = rule.text, None if last is None else last + (end - start) + _SLACK
    times = {"starts_at": start, "ends_at": end, "until_at": until, "zone": zone_name, "recurrence": recurrence}
    return {**texts, **times, "status": new.status}


def spans(row: Any, wanted: EventFilter) -> Iterator[tuple[datetime, datetime]]:
    """Yield start and end of each occurrence of a recurring row that overlaps the range, in order, lazily.

    The wall times of start and end stay the same when clocks change.
    """
    zone = zone_of(row.zone)
    lasts = row.ends_at - row.starts_at
    wall_lasts = wall_of(row.ends_at, zone) - wall_of(row.starts_at, zone)
    skipped = frozenset(row.skipped or ())
    after = None if wanted.start is None else wanted.start - lasts - _SLACK
    rule, last = replace(read_rule(row.recurrence), count=None), row.until_at  # the count is in until_at: no counting
    for start in occurrences(rule, row.starts_at, zone, after=after):
        if (wanted.end is not None and start >= wanted.end) or (last is not None and start + lasts + _SLACK > last):
            return
        end = instant_of(wall_of(start, zone) + wall_lasts, zone)
        end = end if end > start else start + lasts
        if (wanted.start is None or end > wanted.start) and iso_z(start) not in skipped:
            yield start, end


def expanded(
    rows: Iterable[Any], wanted: EventFilter, *, each_once: bool = False
) -> list[tuple[datetime, datetime, Any]]:
    """Return the occurrences of recurring rows in the range as (start, end, row), earliest first, at most 1,000."""
    most = 1 if each_once else MOST_OCCURRENCES
    runs = [zip(islice(spans(row, wanted), most), repeat(row)) for row in rows]
    merged = heapq.merge(*runs, key=lambda found: (found[0][0], found[1].key))
    return [(start, end, row) for (start, end), row in islice(merged, MOST_OCCURRENCES)]


def default_alerts(settings: Mapping[str, Any]) -> tuple[Alert, ...]:
    """Return the alerts of the person's calendar settings, or the document's default where there are none.

    They lie under ``default_reminders`` as ``[{"type", "minutes_before"}]``.
    """
    wanted = settings.get("default_reminders")
    if not isinstance(wanted, list):
        return DEFAULT_ALERTS
    alerts = (_alert(entry) for entry in takewhile(lambda entry: isinstance(entry, dict), wanted[:20]))
    return tuple(alert for alert in alerts if alert is not None)


def _alert(entry: Mapping[str, Any]) -> Alert | None:
    kind, minutes = entry.get("type"), entry.get("minutes_before")
    if kind not in KINDS or not isinstance(minutes, int) or not 0 <= minutes <= MOST_MINUTES_BEFORE:
        return None
    return Alert(str(kind), minutes)
